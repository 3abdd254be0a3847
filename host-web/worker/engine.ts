// The worker's life: it opens a device, responds to the page's requests one after the other, and makes frames between them. What goes
// wrong stops the run in the state that it has; a lost device is replaced.

import { type Device, ReferenceDevice } from "../../src/device/device.ts";
import { DeviceLostError, DeviceUnavailableError } from "../../src/device/errors.ts";
import { Timer } from "../../src/device/timer.ts";
import { openDevice } from "../index.ts";
import { ABOUT } from "../shell/notices.ts";
import { Pace } from "./pace.ts";
import { Playback } from "./playback.ts";
import type { FromWorker, RequestName, ToWorker, WorkerUpdate } from "./protocol.ts";
import { messageOf, type Responders, responders } from "./requests.ts";
import { Run } from "./run.ts";
import { sceneOf } from "./scene.ts";
import { valuesOf } from "./updates.ts";
import { View } from "./view.ts";

/** A device, and why it is no GPU. */
interface Opened {
  device: Device;
  unavailable?: WorkerUpdate["unavailable"];
}

type Request = Extract<ToWorker, { id: number }>;

export class Engine {
  readonly #post: (message: FromWorker) => void;
  readonly #name: string;
  readonly #view: View;
  readonly #requests: Request[] = [];
  #run!: Run;
  #playback!: Playback;
  #responders!: Responders;
  #wake: () => void = () => {};

  constructor(model: string, canvas: OffscreenCanvas, post: (message: FromWorker) => void) {
    this.#name = model;
    this.#view = new View(canvas);
    this.#post = post;
  }

  receive(message: ToWorker): void {
    if (message.name === "camera" || message.name === "orbit" || message.name === "resize") this.#view.receive(message);
    else if (message.name !== "canvas") this.#requests.push(message);
    this.#redraw();
  }

  #redraw(): void {
    this.#view.stale = true;
    this.#wake();
  }

  /** Lives as long as the page. */
  async live(): Promise<void> {
    const module = await sceneOf(this.#name);
    this.#view.options = { ...module.options };
    this.#run = new Run({
      module,
      view: this.#view,
      pace: new Pace(),
      post: (update) => this.#update(update),
      redraw: () => this.#redraw(),
    });
    this.#playback = new Playback(this.#run);
    this.#responders = responders(this.#run, this.#playback);
    this.#use(await this.#openDevice());
    for (;;) {
      try {
        if (this.#requests.length > 0) await this.#serve(this.#requests.shift()!);
        else if (this.#playback.isDue) await this.#playback.frame();
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      } catch (error) {
        await this.#fail(error);
      }
    }
  }

  #update(update: WorkerUpdate): void {
    this.#post({ name: "update", ...update });
  }

  async #serve({ id, name, request }: Request): Promise<void> {
    try {
      this.#post({ name: "response", id, response: await this.#respond(name, request) });
    } catch (error) {
      this.#post({ name: "error", id, message: messageOf(error), lost: this.#isLost(error) });
    }
  }

  /** What a lost device left undone is done on the new one; steps that were made before are not made again. */
  async #respond(name: RequestName, request: Request["request"]): Promise<unknown> {
    // biome-ignore lint/suspicious/noExplicitAny: the pair of request and response is checked where responders are declared
    const respond = () => (this.#responders[name] as any)(request);
    const before = this.#run.simulation?.steps;
    try {
      return await respond();
    } catch (error) {
      if (!this.#isLost(error)) throw error;
      await this.#recover().catch((again: unknown) => {
        this.#halt(ABOUT.device, again);
        throw error;
      });
      return name === "step" && this.#run.simulation.steps > before ? undefined : respond();
    }
  }

  async #fail(error: unknown): Promise<void> {
    if (!this.#isLost(error)) return this.#halt(ABOUT.run, error);
    await this.#recover().catch((again: unknown) => this.#halt(ABOUT.device, again));
  }

  /** The device is lost, and a run with it. */
  #isLost(error: unknown): boolean {
    return error instanceof DeviceLostError && this.#run.hasBegun;
  }

  #halt(about: string, error: unknown): void {
    // A page that is told so asks for the digest of the run, which fails for the same reason: once is enough.
    const stopped = this.#playback.isPlaying ? this.#playback.stop() : {};
    this.#update({ notice: { about, text: messageOf(error) }, ...stopped });
  }

  async #openDevice(): Promise<Opened> {
    try {
      const device = await openDevice();
      if (device.raw.features.has("timestamp-query")) device.timer = new Timer(device);
      void device.lost.then(() => this.#wake());
      return { device };
    } catch (error) {
      if (!(error instanceof DeviceUnavailableError)) throw error;
      const unavailable = { reason: error.reason ?? "failed", message: error.message };
      return { device: new ReferenceDevice("web"), unavailable };
    }
  }

  #use({ device, unavailable }: Opened): void {
    this.#run.device = device;
    this.#update({ device: device.info, ...(unavailable ? { unavailable } : {}) });
  }

  async #recover(): Promise<void> {
    const about = ABOUT.device;
    const run = this.#run;
    this.#update({ notice: { about, text: "The GPU was lost; the run is rebuilt from its last checkpoint." } });
    const opened = await this.#openDevice();
    // A canvas that a GPU has drawn on takes no other kind of picture. Whatever is asked next tries once more.
    if (opened.device.kind === "reference" && run.module.create) {
      throw new Error(
        "The GPU was lost, and the browser offers no other. Reload the page: the run goes on from here, on the CPU.",
      );
    }
    run.device.dispose();
    this.#use(opened);
    await run.rebuild();
    this.#update({ notice: { about, text: "" }, values: valuesOf(run) });
  }
}
