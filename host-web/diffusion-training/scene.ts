// The page of training in the worker: a distribution that is drawn or named, and next to it what the network makes of noise.

import type { Device } from "../../src/device/device.ts";
import type { DataSet } from "../../src/models/diffusion/index.ts";
import { type DiffusionTrainingSimulation, diffusionTraining } from "../../src/models/diffusion-training/index.ts";
import { drawPictures } from "../diffusion/digits-view.ts";
import { colourMap } from "../worker/colours.ts";
import type { CanvasScene, Picture, SceneModule } from "../worker/scene.ts";
import { FORECAST, INK, PAPER } from "../worker/sheet.ts";
import { Ink, SIDE } from "./ink.ts";
import { report } from "./report.ts";
import { BOUND, slopes } from "./verified.ts";
import { type Watch, watchOf } from "./watch.ts";

/** In cells of the sheet: what lies between data and samples, and above them. */
const GAP = 3;
const HEADER = 6;
const RIGHT = SIDE + GAP;
const SIZE: [number, number] = [RIGHT + SIDE, HEADER + SIDE];
const DIGITS = 64;

type Context = OffscreenCanvasRenderingContext2D;

/** A third layer learns what is finely drawn in far fewer steps. */
const FIRST = { data: "moons", layers: "3" };

const isSlow = (device: Device) => device.kind === "reference" || device.info.software;

export const scene: SceneModule<DiffusionTrainingSimulation> = {
  model: diffusionTraining,

  defaults: (device): Record<string, string> =>
    isSlow(device)
      ? { ...FIRST, width: "64", batch: "64", learningRate: "0.005", steps: "2000", points: "4000" }
      : { ...FIRST, learningRate: "0.003" },

  options: { mode: "beside", colours: "ink", block: 8, grid: false },
  size: () => SIZE,
  rest: ({ points }) => points.parameters.steps,
  createCanvas: canvasScene,
  complete,
  report,

  compare: {
    numbers: slopes,
    within: { bound: BOUND, unit: "root mean squares" },
    allowed: 0,
    unit: "slopes of the loss in the first step, and the loss,",
    reason: "",
  },
};

/** What fits no longer when the data change. */
function complete(values: Record<string, string>, { points }: DiffusionTrainingSimulation): Record<string, string> {
  return values.data === undefined || points.parameters.labels === "" ? values : { labels: "", ...values };
}

async function canvasScene(simulation: DiffusionTrainingSimulation, changed: () => void): Promise<CanvasScene> {
  const { data } = simulation;
  const ink = new Ink(simulation.points.parameters.data, data);
  const watch = watchOf(simulation);
  let due: ReturnType<typeof setTimeout> | undefined;
  let weights: Weights | undefined;
  return {
    async prepare({ mode }) {
      if (mode === "weights") {
        weights = await simulation.picture();
        return;
      }
      const left = await watch.update(simulation);
      // The last steps are shown, too, when the run stands.
      if (left === undefined) return;
      due ??= setTimeout(() => {
        due = undefined;
        changed();
      }, left);
    },
    draw(context, { mode, colours }, _, picture) {
      context.save();
      context.resetTransform();
      context.fillStyle = PAPER;
      context.fillRect(0, 0, picture.width, picture.height);
      context.restore();
      if (mode === "weights") {
        if (weights) drawWeights(context, weights, colours);
        label(context, picture, [0, 0], "weights of the last layer: a row an input, a column a unit");
        return;
      }
      const of = data.decoder ?? data.pixels;
      if (of) {
        const sheet = { count: DIGITS, widening: 1, smallest: 1 };
        const { unit } = data;
        drawPictures(context, panel(0), { ...sheet, x: data.points, unit }, of, colours);
        if (watch.shown) drawPictures(context, panel(RIGHT), { ...sheet, x: watch.shown.x, unit }, of, colours);
      } else if (data.dimension <= 2) {
        drawInk(context, ink, colours, 0, 1);
        drawInk(context, ink, colours, RIGHT, 0.35);
        drawSamples(context, ink, watch, data);
      }
      const what = of || data.dimension > 2 ? data.name : ink.isEmpty ? "draw here" : "data: draw on it";
      label(context, picture, [0, 0], what);
      label(context, picture, [RIGHT, 0], watch.shown ? `samples at step ${watch.shown.step}` : "samples");
    },
    paint({ x, y, radius, value }) {
      if (data.dimension > 2) return;
      // On either of the two, which are the same place.
      const column = x >= RIGHT ? x - RIGHT : x;
      ink.paint({ x: column, y: y - HEADER, radius, value });
    },
    painted() {
      const text = ink.finish();
      return text === undefined ? undefined : { data: text };
    },
    unpaint: () => ink.undo(),
    dispose: () => clearTimeout(due),
  };
}

const panel = (left: number) => ({ at: [left, HEADER] as const, size: [SIDE, SIDE] as const });

function drawInk(context: Context, { cells }: Ink, colours: string, left: number, strength: number): void {
  const map = colourMap(colours);
  const image = new OffscreenCanvas(SIDE, SIDE);
  const pixels = new ImageData(SIDE, SIDE);
  cells.forEach((value, cell) => {
    const at = 4 * Math.round(strength * value);
    pixels.data.set(map.subarray(at, at + 4), 4 * cell);
  });
  image.getContext("2d")!.putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(image, left, HEADER, SIDE, SIDE);
}

function drawSamples(context: Context, { box }: Ink, { shown }: Watch, { dimension: d }: DataSet): void {
  if (!shown) return;
  context.save();
  context.beginPath();
  context.rect(RIGHT, HEADER, SIDE, SIDE);
  context.clip();
  context.fillStyle = FORECAST;
  const size = 0.42;
  for (let at = 0; at < shown.x.length; at += d) {
    const [x, y] = [shown.x[at], shown.x[at + d - 1]];
    const column = (SIDE * (x - box[0][0])) / (box[0][1] - box[0][0]);
    const row = (SIDE * (box[1][1] - y)) / (box[1][1] - box[1][0]);
    context.fillRect(RIGHT + column - size / 2, HEADER + row - size / 2, size, size);
  }
  context.restore();
}

type Weights = Awaited<ReturnType<DiffusionTrainingSimulation["picture"]>>;

function drawWeights(context: Context, { width, height, data }: Weights, colours: string): void {
  const image = new OffscreenCanvas(width, height);
  const pixels = new ImageData(width, height);
  const words = new Uint32Array(pixels.data.buffer);
  const map = new Uint32Array(colourMap(colours === "ink" ? "diverging" : colours).buffer);
  data.forEach((value, i) => {
    words[i] = map[value];
  });
  image.getContext("2d")!.putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  const scale = Math.min(SIZE[0] / width, SIDE / height);
  context.drawImage(image, (SIZE[0] - scale * width) / 2, HEADER, scale * width, scale * height);
}

/** Letters that are as large on a phone as on a desk, above a panel. */
function label(context: Context, { camera, ratio }: Picture, [x, y]: readonly [number, number], text: string): void {
  context.save();
  context.setTransform(ratio, 0, 0, ratio, (x - camera.x) / camera.scale, (y - camera.y) / camera.scale);
  context.font = "13px system-ui, sans-serif";
  context.fillStyle = INK;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, 6, (HEADER / camera.scale / ratio) * 0.5);
  context.restore();
}
