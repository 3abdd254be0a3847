// The page of the restricted Boltzmann machine in the worker: its chains, its features, and what it makes of the data.

import { type RbmSimulation, rbm, reconstruction } from "../../src/models/rbm/index.ts";
import { text } from "../hopfield/memory.ts";
import { colourMap } from "../worker/colours.ts";
import type { SceneModule } from "../worker/scene.ts";

const SIZE: [number, number] = [640, 400];
const HEADER = 24;
/** Of two views side by side. */
const HALF = SIZE[0] / 2 - 4;
/** As many pictures as can be told apart there. */
const MOST = 64;

type Context = OffscreenCanvasRenderingContext2D;

export const scene: SceneModule<RbmSimulation> = {
  model: rbm,
  defaults: (device): Record<string, string> =>
    device.kind === "reference" || device.info.software ? { hidden: "64", chains: "63" } : {},
  options: { mode: "both", colours: "ink", block: 8, grid: false },
  size: () => SIZE,

  async createCanvas(simulation) {
    return {
      async draw(context, { mode, colours }) {
        context.fillStyle = "#10182b";
        context.fillRect(0, 0, ...SIZE);
        const { visible, images, row } = simulation;
        const { hidden, chains } = simulation.points.parameters;
        const both = mode === "both";
        const [width, most] = both ? [HALF, MOST] : [SIZE[0], 2 * MOST];
        const middle = SIZE[0] - HALF;
        const map = new Uint32Array(colourMap(colours).buffer);
        const light = new Uint32Array(colourMap("diverging").buffer);
        if (both || mode === "samples") {
          const state = await simulation.chains();
          text(context, `samples: chains of the model, ${chains}`, [4, 12], 13);
          tiles([context, row], Math.min(chains, most), [0, width], visible, (tile, pixel) =>
            state[tile * visible + pixel] ? map[255] : map[0],
          );
        }
        if (both || mode === "features") {
          const { weights } = await simulation.weights();
          const stride = hidden || visible;
          const count = Math.min(stride, most);
          const scales = Array.from({ length: count }, (_, j) => {
            let most = 0;
            for (let i = 0; i < visible; i++) most = Math.max(most, Math.abs(weights[i * stride + j]));
            return most || 1;
          });
          const left = both ? middle : 0;
          text(
            context,
            hidden > 0 ? `features: weights of ${hidden} hidden units` : `couplings of ${visible} units`,
            [left + 4, 12],
            13,
          );
          tiles([context, row], count, [left, width], visible, (tile, pixel) => {
            const weight = weights[pixel * stride + tile] / scales[tile];
            return light[Math.round(127.5 * (1 + weight))];
          });
        }
        if (mode === "reconstructions") {
          const machine = await simulation.weights();
          const count = Math.min(MOST, images.length / visible);
          text(context, "data", [4, 12], 13);
          tiles([context, row], count, [0, HALF], visible, (tile, pixel) =>
            images[tile * visible + pixel] ? map[255] : map[0],
          );
          text(
            context,
            hidden > 0 ? "to the hidden layer and back" : "each pixel given the others",
            [middle + 4, 12],
            13,
          );
          const again = Array.from({ length: count }, (_, k) =>
            reconstruction(machine, images.subarray(k * visible, (k + 1) * visible)),
          );
          tiles(
            [context, row],
            count,
            [middle, HALF],
            visible,
            (tile, pixel) => map[Math.round(255 * again[tile][pixel])],
          );
        }
      },
    };
  },
};

/** How many squares stand in a row where so many are as large as they can be, and their side. */
function packed(count: number, width: number, height: number): { columns: number; side: number } {
  let best = { columns: 1, side: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const side = Math.min(width / columns, height / Math.ceil(count / columns));
    if (side > best.side) best = { columns, side };
  }
  return best;
}

/** Pictures side by side, in rows of so many pixels, by the colours of these. */
function tiles(
  [context, row]: [Context, number],
  count: number,
  [left, width]: [number, number],
  pixels: number,
  colour: (tile: number, pixel: number) => number,
): void {
  const rows = Math.ceil(pixels / row);
  const longer = Math.max(row, rows);
  const { columns, side } = packed(count, width, SIZE[1] - HEADER);
  const image = new OffscreenCanvas(row, rows);
  const cells = image.getContext("2d")!;
  const data = new ImageData(row, rows);
  const words = new Uint32Array(data.data.buffer);
  context.imageSmoothingEnabled = longer > side;
  for (let tile = 0; tile < count; tile++) {
    for (let pixel = 0; pixel < pixels; pixel++) words[pixel] = colour(tile, pixel);
    cells.putImageData(data, 0, 0);
    const [x, y] = [left + (tile % columns) * side, HEADER + Math.floor(tile / columns) * side];
    context.drawImage(image, x + 1, y, ((side - 2) * row) / longer, ((side - 2) * rows) / longer);
  }
}
