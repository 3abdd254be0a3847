// A drawing as a law: "WIDTHxHEIGHT:", then its ink, a byte from 0 to 255 for each cell row by row from the top, as base64url.

import { ParameterError } from "../../../device/errors.ts";
import { base64Bytes, base64url } from "../../../files/base64.ts";
import type { Law } from "./law.ts";

/** What texts of drawings begin with. */
export const DRAWING = /^(\d+)x(\d+):/;

/** The text of a drawing, ink [row][column] from the top. */
export function drawingText(ink: Uint8Array, width: number): string {
  return `${width}x${ink.length / width}:${base64url(ink)}`;
}

/**
 * Points in cells in proportion to their ink, uniform within a cell. The longer side of the drawing spans -2 … 2, its middle is the
 * origin, and y goes up.
 *
 * @throws ParameterError for a text that is no drawing, and for a drawing without ink
 */
export function drawingLaw(text: string): Law {
  const { ink, width, height } = parseDrawing(text);
  const ends = new Float64Array(ink.length);
  let total = 0;
  for (let cell = 0; cell < ink.length; cell++) {
    total += ink[cell];
    ends[cell] = total;
  }
  if (total === 0) throw new ParameterError("data", "data: the drawing is empty; put some ink on it.");
  const size = 4 / Math.max(width, height);
  return {
    dimension: 2,
    draw({ uniform }, point) {
      const cell = firstAbove(ends, uniform[0] * total);
      const column = cell % width;
      const row = (cell - column) / width;
      point[0] = (column + uniform[1] - width / 2) * size;
      point[1] = (height / 2 - row - uniform[2]) * size;
      return 0;
    },
  };
}

/** @throws ParameterError for a text that is no drawing */
export function parseDrawing(text: string): { ink: Uint8Array; width: number; height: number } {
  const wrong = new ParameterError(
    "data",
    "data: the text is no drawing, which is WIDTHxHEIGHT:, then a byte for each cell as base64url.",
  );
  const [start, width, height] = DRAWING.exec(text) ?? [];
  if (start === undefined) throw wrong;
  const ink = base64Bytes(text.slice(start.length));
  if (!ink || ink.length === 0 || ink.length !== Number(width) * Number(height)) throw wrong;
  return { ink, width: Number(width), height: Number(height) };
}

/** The first place whose value is above x; values ascend, and the last is above x. */
function firstAbove(values: Float64Array, x: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (values[middle] > x) high = middle;
    else low = middle + 1;
  }
  return low;
}
