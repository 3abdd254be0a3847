// Points that are pictures: how their numbers lie in rows, and which are black and white.

import { ParameterError } from "../../../device/errors.ts";
import type { PointsArray } from "../../../files/points-text.ts";
import type { Pixels } from "../../../network/sample.ts";

/** Numbers of a table's row from which on it may be a picture. */
const LEAST = 64;

/**
 * The pictures that an array holds: those of its shape; of a table with `row` numbers in a row, or square ones where rows have a square
 * number of bytes, or of numbers from 0 to 1 or from -1 to 1.
 *
 * @throws ParameterError for a `row` that does not divide the length of a point
 */
export function pixelsOf({ data, shape }: PointsArray, row: number): Pixels | undefined {
  if (shape.length === 4) {
    const [, height, width, channels] = shape;
    return { width, height, channels: channels as 1 | 3, range: rangeOf(data) };
  }
  const [, d] = shape;
  if (row > 0) {
    if (d % row !== 0) {
      throw new ParameterError("row", `row ${row}: a point has ${d} numbers, which is not a multiple of ${row}.`);
    }
    return { width: row, height: d / row, channels: 1, range: rangeOf(data) };
  }
  const side = Math.sqrt(d);
  if (d < LEAST || !Number.isInteger(side)) return undefined;
  const range = rangeOf(data);
  const known = data instanceof Uint8Array || (Math.abs(range[0]) <= 1 && range[1] === 1 && Number.isInteger(range[0]));
  return known ? { width: side, height: side, channels: 1, range } : undefined;
}

/**
 * The first of 0 to 1, -1 to 1 and 0 to 255 in which all numbers lie; else from the least to the largest. Bytes of 0 and 1 alone are black
 * and white.
 */
function rangeOf(data: PointsArray["data"]): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const usual = (
    [
      [0, 1],
      [-1, 1],
      [0, 255],
    ] as [number, number][]
  ).find(([low, high]) => low <= least && most <= high);
  return usual ?? [least, most];
}

/** How the shape reads in a message: "28 × 28". */
export const sizeText = ({ width, height, channels }: Pixels): string =>
  `${width} × ${height}${channels === 3 ? " in three colours" : ""}`;
