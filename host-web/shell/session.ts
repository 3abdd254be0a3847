// The page's end of the worker: requests with responses, and updates. Requests may be made before the worker is ready.

import type { Camera, FromWorker, Orbit, RequestName, Requests, ToWorker, WorkerUpdate } from "../worker/protocol.ts";
import { ABOUT } from "./notices.ts";

/** The worker responds with an error. If `lost`, the device was lost meanwhile, which an update reports. */
export class RequestError extends Error {
  override name = "RequestError";
  readonly lost: boolean;

  constructor(message: string, lost: boolean) {
    super(message);
    this.lost = lost;
  }
}

export class Session {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (response: never) => void; reject: (error: Error) => void }>();
  #next = 1;

  constructor(model: string, canvas: HTMLCanvasElement, onUpdate: (update: WorkerUpdate) => void) {
    this.#worker = new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.name === "update") return onUpdate(data);
      const { resolve, reject } = this.#waiting.get(data.id)!;
      this.#waiting.delete(data.id);
      if (data.name === "response") resolve(data.response as never);
      else reject(new RequestError(data.message, data.lost));
    };
    this.#worker.onerror = (event) =>
      onUpdate({
        notice: {
          about: ABOUT.worker,
          text: `The simulation's worker stopped: ${event.message || "it could not be loaded"}. Reload the page.`,
        },
      });
    const offscreen = canvas.transferControlToOffscreen();
    const { width, height } = canvas;
    this.#send({ name: "canvas", model, canvas: offscreen, width, height }, [offscreen]);
  }

  /** @throws RequestError with a message for the user. */
  request<K extends RequestName>(name: K, request: Requests[K]["request"]): Promise<Requests[K]["response"]> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, name, request } as ToWorker);
    });
  }

  /** @param ratio pixels of the canvas to one of the page */
  resize(width: number, height: number, ratio: number): void {
    this.#send({ name: "resize", width, height, ratio });
  }

  orbit(orbit: Orbit): void {
    this.#send({ name: "orbit", orbit });
  }

  camera(camera: Camera): void {
    this.#send({ name: "camera", camera });
  }

  #send(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
