// Samples that are pictures, side by side.

import { decode, type Pixels, type Unit } from "../../src/models/diffusion/index.ts";
import { decodePixels } from "../../src/models/diffusion/internal.ts";
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
  /** [sample][number], as denoisers see them. */
  x: ArrayLike<number>;
  count: number;
  /** What each number is divided by, so that noise is as wide as data. */
  widening: number;
  /** That of the data. */
  unit?: Unit;
  /** Units of the area that a picture is wide at least. */
  smallest?: number;
}

export function drawPictures(
  context: Context,
  area: Area,
  { x, count, widening, unit, smallest = SMALLEST }: Pictures,
  of: Decoder | Pixels,
  colours: string,
): void {
  const { columns, rows, side } = tiling(area, count, smallest);
  const [width, height] = "side" in of ? [of.side, of.side] : [of.width, of.height];
  const numbers = "side" in of ? of.components.length / of.side ** 2 : width * height * of.channels;
  const map = new Uint32Array(colourMap(colours).buffer);
  const image = new OffscreenCanvas(width, height);
  const cells = image.getContext("2d")!;
  const data = new ImageData(width, height);
  const words = new Uint32Array(data.data.buffer);
  context.imageSmoothingEnabled = true;
  for (let s = 0; s < Math.min(count, columns * rows); s++) {
    const own = Float64Array.from({ length: numbers }, (_, i) => {
      const value = x[s * numbers + i] / widening;
      return unit ? unit.centre[i] + unit.scale[i] * value : value;
    });
    const shades = "side" in of ? decode(own, of) : decodePixels(own, of);
    for (let p = 0; p < words.length; p++) {
      if (!("side" in of) && of.channels === 3) data.data.set([...shades.subarray(3 * p, 3 * p + 3), 255], 4 * p);
      else words[p] = map[shades[p]];
    }
    cells.putImageData(data, 0, 0);
    const [left, top] = [area.at[0] + (s % columns) * side, area.at[1] + Math.floor(s / columns) * side];
    const scale = (0.98 * side) / Math.max(width, height);
    const [w, h] = [scale * width, scale * height];
    context.drawImage(image, left + (side - w) / 2, top + (side - h) / 2, w, h);
  }
}
