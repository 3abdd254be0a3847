// Samples as pictures.

import type { DataSet } from "./data/data-set.ts";
import type { Decoder } from "./network/shape.ts";

interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

const SIDE = 512;
/** Pictures of a sheet at most. */
const MOST = 1024;

/** One sample as a picture, ink 255: [side²]. */
export function decode(x: ArrayLike<number>, { side, mean, components }: Decoder, sample = 0): Uint8Array {
  const pixels = side ** 2;
  const d = components.length / pixels;
  const values = Float64Array.from(mean);
  for (let i = 0; i < d; i++) {
    const share = x[sample * d + i];
    for (let p = 0; p < pixels; p++) values[p] += share * components[i * pixels + p];
  }
  return Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
}

/** Samples side by side, dark ink on light paper. */
export function sheetPicture(x: Float32Array, decoder: Decoder): Picture {
  const { side } = decoder;
  const count = Math.min(MOST, x.length / (decoder.components.length / side ** 2));
  const columns = Math.ceil(Math.sqrt(count));
  const [width, height] = [columns * side, Math.ceil(count / columns) * side];
  const data = new Uint8Array(width * height).fill(255);
  for (let s = 0; s < count; s++) {
    const pixels = decode(x, decoder, s);
    const corner = Math.floor(s / columns) * side * width + (s % columns) * side;
    for (let p = 0; p < pixels.length; p++) data[corner + Math.floor(p / side) * width + (p % side)] = 255 - pixels[p];
  }
  return { width, height, data };
}

/** The square in which the data lie, with a margin: [least, most] of the first two numbers. */
export function boxOf({ points, dimension: d }: DataSet): [number, number][] {
  const ranges = [0, Math.min(1, d - 1)].map((i) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = i; at < points.length; at += d)
      [least, most] = [Math.min(least, points[at]), Math.max(most, points[at])];
    return [least, most];
  });
  const half = 0.65 * Math.max(...ranges.map(([least, most]) => most - least));
  return ranges.map(([least, most]) => [(least + most) / 2 - half, (least + most) / 2 + half]);
}

/** How many samples lie where, light where many: of one number as bars, else the first two across and up. */
export function densityPicture(x: Float32Array, data: DataSet): Picture {
  const d = data.dimension;
  const box = boxOf(data);
  const place = (value: number, [least, most]: [number, number]) =>
    Math.floor((SIDE * (value - least)) / (most - least));
  const counts = new Float64Array(SIDE * SIDE);
  const bars = new Float64Array(SIDE);
  for (let at = 0; at < x.length; at += d) {
    const column = place(x[at], box[0]);
    const row = d > 1 ? SIDE - 1 - place(x[at + 1], box[1]) : 0;
    if (column < 0 || column >= SIDE || row < 0 || row >= SIDE) continue;
    counts[row * SIDE + column]++;
    bars[column]++;
  }
  if (d === 1) {
    const most = Math.max(...bars);
    for (let p = 0; p < counts.length; p++) counts[p] = bars[p % SIDE] / most > 1 - Math.floor(p / SIDE) / SIDE ? 1 : 0;
  }
  let most = 1;
  for (const count of counts) most = Math.max(most, count);
  return {
    width: SIDE,
    height: SIDE,
    data: Uint8Array.from(counts, (count) => Math.round(255 * Math.sqrt(count / most))),
  };
}
