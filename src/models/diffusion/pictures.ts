// Samples as pictures.

import type { Pixels } from "../../network/sample.ts";
import type { Decoder } from "../../network/shape.ts";
import type { DataSet } from "./data/data-set.ts";

interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
  /** Numbers of a pixel; 1 where it is left out. */
  channels?: 1 | 3;
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

/** One sample of pictures' own numbers, 0 for black and 255 for white: [row][column][channel]. */
export function decodePixels(x: ArrayLike<number>, { width, height, channels, range }: Pixels, sample = 0): Uint8Array {
  const size = width * height * channels;
  const [black, white] = range;
  return Uint8Array.from({ length: size }, (_, p) => {
    const share = (x[sample * size + p] - black) / (white - black);
    return Math.round(255 * Math.min(1, Math.max(0, share)));
  });
}

/** Samples side by side: what is decoded as dark ink on light paper, pictures' own numbers as they are. */
export function sheetPicture(x: ArrayLike<number>, of: Decoder | Pixels): Picture {
  if ("side" in of) {
    const { side, components } = of;
    const one = (s: number) => decode(x, of, s).map((ink) => 255 - ink);
    return sheet(x.length / (components.length / side ** 2), { width: side, height: side, channels: 1 }, one);
  }
  const { width, height, channels } = of;
  return sheet(x.length / (width * height * channels), of, (s) => decodePixels(x, of, s));
}

function sheet(
  all: number,
  { width, height, channels }: Pick<Pixels, "width" | "height" | "channels">,
  one: (sample: number) => Uint8Array,
): Picture {
  const count = Math.min(MOST, all);
  // About as wide as high.
  const columns = Math.min(count, Math.ceil(Math.sqrt((count * height) / width)));
  const whole = { width: columns * width, height: Math.ceil(count / columns) * height };
  const line = whole.width * channels;
  const data = new Uint8Array(line * whole.height).fill(255);
  for (let s = 0; s < count; s++) {
    const pixels = one(s);
    const corner = Math.floor(s / columns) * height * line + (s % columns) * width * channels;
    for (let row = 0; row < height; row++) {
      data.set(pixels.subarray(row * width * channels, (row + 1) * width * channels), corner + row * line);
    }
  }
  return { ...whole, data, ...(channels === 3 ? { channels } : {}) };
}

/** The first two numbers that are not the same in all points; fewer where there are fewer. */
function axesOf({ points, dimension: d }: DataSet): number[] {
  const axes: number[] = [];
  for (let i = 0; i < d && axes.length < 2; i++) {
    for (let at = i + d; at < points.length; at += d) {
      if (points[at] === points[i]) continue;
      axes.push(i);
      break;
    }
  }
  return axes;
}

/** The square in which the data lie, with a margin: [least, most] of the first two numbers, or of others. */
export function boxOf({ points, dimension: d }: DataSet, axes = [0, Math.min(1, d - 1)]): [number, number][] {
  const ranges = axes.map((i) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = i; at < points.length; at += d)
      [least, most] = [Math.min(least, points[at]), Math.max(most, points[at])];
    return [least, most];
  });
  const half = 0.65 * Math.max(...ranges.map(([least, most]) => most - least)) || 1;
  return ranges.map(([least, most]) => [(least + most) / 2 - half, (least + most) / 2 + half]);
}

/**
 * How many samples lie where, light where many: of one number as bars, else the first two across and up. Numbers that never change are
 * left out.
 */
export function densityPicture(x: Float32Array, data: DataSet): Picture {
  const d = data.dimension;
  const [first = 0, second = first] = axesOf(data);
  const flat = first === second;
  const box = boxOf(data, [first, second]);
  const place = (value: number, [least, most]: [number, number]) =>
    Math.floor((SIDE * (value - least)) / (most - least));
  const counts = new Float64Array(SIDE * SIDE);
  const bars = new Float64Array(SIDE);
  for (let at = 0; at < x.length; at += d) {
    const column = place(x[at + first], box[0]);
    const row = flat ? 0 : SIDE - 1 - place(x[at + second], box[1]);
    if (column < 0 || column >= SIDE || row < 0 || row >= SIDE) continue;
    counts[row * SIDE + column]++;
    bars[column]++;
  }
  if (flat) {
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
