// A run of gibbs in a notebook: an ES module with anywidget's interface (https://anywidget.dev/en/afm), which Jupyter, marimo and plain
// pages import from the site as widget.js. The run is a link; what it has come to goes back to the notebook.

import { models } from "virtual:gibbs/models";
import type { Device } from "../src/device/device.ts";
import { followLink, LinkError, readLink } from "../src/link.ts";
import type { AnyModel } from "../src/models/index.ts";
import type { Simulation } from "../src/models/model.ts";
import { openDevice } from "./index.ts";

/** What a notebook shares with the widget, as anywidget hands it over. */
interface Shared {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

/** Milliseconds between messages to the notebook: each one is sent to its kernel. */
const REPORT = 500;

/** The model that a link names, loaded alone. @throws LinkError */
async function modelOf(link: string): Promise<AnyModel> {
  const [, name = ""] = /([\w-]+)\/?#/.exec(link) ?? [];
  const load = Object.hasOwn(models, name) ? models[name] : undefined;
  if (!load)
    throw new LinkError(
      `link "${link.slice(0, 80)}": begin it with one of ${Object.keys(models).join(", ")}, as in ising#temperature=2.`,
    );
  return load();
}

async function draw(canvas: HTMLCanvasElement, simulation: Simulation): Promise<void> {
  const { width, height, data, channels = 1 } = await simulation.picture();
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = data[channels * i + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  Object.assign(canvas, { width, height });
  canvas.getContext("2d")!.putImageData(image, 0, 0);
}

/**
 * Shows the run of `link` and moves it on while `playing` is true, `speed` steps a frame (1 if there is none). Sets `steps`, `digest` (at rest) and
 * `error`. Returns what ends it.
 */
async function render({ model: shared, el }: { model: Shared; el: HTMLElement }): Promise<() => void> {
  const canvas = document.createElement("canvas");
  const message = document.createElement("p");
  el.replaceChildren(canvas, message);
  canvas.style.cssText = "width: 100%; max-width: 512px; image-rendering: pixelated";
  const tell = (values: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(values)) shared.set(name, value);
    shared.save_changes();
  };
  /** Ends the run that is shown. */
  let ended = new AbortController();

  const begin = async () => {
    ended.abort();
    ended = new AbortController();
    const { signal } = ended;
    try {
      await show(String(shared.get("link")), signal);
    } catch (error) {
      if (signal.aborted) return;
      message.textContent = (error as Error).message;
      tell({ error: (error as Error).message });
    }
  };

  const show = async (text: string, signal: AbortSignal) => {
    const model = await modelOf(text);
    const link = readLink(text, [model]);
    let note = "";
    const device: Device = await openDevice().catch((error: Error) => {
      note = `${error.message} It runs in plain TypeScript here.`;
      return openDevice("reference");
    });
    try {
      const simulation = await followLink(device, link, model, { signal });
      try {
        message.textContent = note;
        await play(simulation, signal);
      } finally {
        simulation[Symbol.dispose]();
      }
    } finally {
      device.dispose();
    }
  };

  const play = async (simulation: Simulation, signal: AbortSignal) => {
    tell({ error: "", steps: simulation.steps, digest: await simulation.digest() });
    await draw(canvas, simulation);
    let told = performance.now();
    let moved = false;
    while (!signal.aborted) {
      await new Promise(requestAnimationFrame);
      const plays = shared.get("playing") === true && simulation.steps < simulation.most;
      if (plays) {
        const speed = Math.max(1, Number(shared.get("speed") ?? 1));
        await simulation.run(Math.min(speed, simulation.most - simulation.steps), { signal });
        await draw(canvas, simulation);
        moved = true;
      }
      if (!moved || (plays && performance.now() - told < REPORT)) continue;
      told = performance.now();
      moved = plays;
      tell({ steps: simulation.steps, digest: plays ? "" : await simulation.digest() });
    }
  };

  const again = () => void begin();
  shared.on("change:link", again);
  again();
  return () => {
    shared.off("change:link", again);
    ended.abort();
  };
}

export default { render };
