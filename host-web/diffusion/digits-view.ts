// Samples that are pictures, side by side.

import { decode } from "../../src/models/diffusion/pictures.ts";
import type { Decoder } from "../../src/models/diffusion-training/index.ts";
import { colourMap } from "../worker/colours.ts";
import type { Context } from "../worker/sheet.ts";
import type { Area } from "./plane.ts";

/** Units of the sheet that a picture is wide at least. */
const SMALLEST = 44;

/** At most `most` pictures as an area has room for: as large as rows allow that they fill. */
function tiling({ size: [width, height] }: Area, most: number, smallest: number) {
  const columns = Math.max(1, Math.floor(width / Math.max(smallest, Math.sqrt((width * height) / most)) + 1e-9));
  const side = width / columns;
  return { columns, rows: Math.max(1, Math.floor(height / side + 1e-9)), side };
}

export interface Pictures {
  /** [sample][number] */
  x: ArrayLike<number>;
  count: number;
  /** What each number is divided by, so that noise is as wide as data. */
  widening: number;
  /** Units of the area that a picture is wide at least. */
  smallest?: number;
}

export function drawPictures(
  context: Context,
  area: Area,
  { x, count, widening, smallest = SMALLEST }: Pictures,
  decoder: Decoder,
  colours: string,
): void {
  const { columns, rows, side } = tiling(area, count, smallest);
  const pixels = decoder.side ** 2;
  const numbers = decoder.components.length / pixels;
  const map = new Uint32Array(colourMap(colours).buffer);
  const image = new OffscreenCanvas(decoder.side, decoder.side);
  const cells = image.getContext("2d")!;
  const data = new ImageData(decoder.side, decoder.side);
  const words = new Uint32Array(data.data.buffer);
  context.imageSmoothingEnabled = true;
  for (let s = 0; s < Math.min(count, columns * rows); s++) {
    const own = Float32Array.from({ length: numbers }, (_, i) => x[s * numbers + i] / widening);
    decode(own, decoder).forEach((ink, p) => {
      words[p] = map[ink];
    });
    cells.putImageData(data, 0, 0);
    const [left, top] = [area.at[0] + (s % columns) * side, area.at[1] + Math.floor(s / columns) * side];
    context.drawImage(image, left + 0.01 * side, top + 0.01 * side, 0.98 * side, 0.98 * side);
  }
}
