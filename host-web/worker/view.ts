// How the canvas shows the state: its size, the camera, and the view options, of which a link names those that are not the page's own.

import type { ToWorker, ViewOptions } from "./protocol.ts";
import type { Picture } from "./scene.ts";

export class View {
  readonly canvas: OffscreenCanvas;
  options!: ViewOptions;
  /** What the canvas shows is out of date. */
  stale = true;
  #camera = { x: 0, y: 0, scale: 1 };
  #orbit = { yaw: 0, pitch: 0, zoom: 1 };
  #ratio = 1;

  constructor(canvas: OffscreenCanvas) {
    this.canvas = canvas;
  }

  /** Takes in a message about the canvas. */
  receive(message: Extract<ToWorker, { name: "camera" | "orbit" | "resize" }>): void {
    if (message.name === "camera") this.#camera = message.camera;
    else if (message.name === "orbit") this.#orbit = message.orbit;
    else {
      Object.assign(this.canvas, { width: message.width, height: message.height });
      this.#ratio = message.ratio;
    }
  }

  get picture(): Picture {
    const { width, height } = this.canvas;
    return { width, height, ratio: this.#ratio, camera: this.#camera, orbit: this.#orbit, options: this.options };
  }

  /** The options that a link has to name, where these are the page's own. */
  forLink(own: ViewOptions): Record<string, string> {
    const { mode, colours, block, time } = this.options;
    const shown = { mode, colours, block: String(block), ...(time === undefined ? {} : { time: String(time) }) };
    return Object.fromEntries(
      Object.entries(shown).filter(([name, value]) => value !== String(own[name as keyof ViewOptions])),
    );
  }

  /** Shows what a link says, where it makes sense. */
  showLinked({ camera: _, ...said }: Record<string, string>): void {
    const block = Number(said.block ?? this.options.block);
    const time = Number(said.time ?? Number.NaN);
    Object.assign(
      this.options,
      { time: undefined },
      {
        ...(/^[\p{L}_][\p{L}\p{N}_-]{0,40}$/u.test(said.mode ?? "") ? { mode: said.mode } : {}),
        ...(/^[a-z]{1,20}$/.test(said.colours ?? "") ? { colours: said.colours } : {}),
        ...(Number.isInteger(block) && block >= 1 && block <= 1024 ? { block } : {}),
        ...(Number.isSafeInteger(time) && time >= 0 ? { time } : {}),
      },
    );
  }
}
