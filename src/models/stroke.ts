// What a disc of cells that a brush sets must be, on every lattice and picture of spins.

import { ParameterError } from "../device/errors.ts";
import type { Stroke } from "./model.ts";

const MOST_RADIUS = 1024;

interface Size {
  width: number;
  height: number;
}

/** A disc reaches no cell: it would change nothing. */
export class OutsideError extends ParameterError {
  override name = "OutsideError";
}

/**
 * @param states of a cell, 0 to so many less one; spins of 1 and -1 if not given
 * @throws ParameterError for a centre outside the lattice, a radius that is no integer or too large, a value that is no spin or state
 */
export function checkStroke(stroke: Stroke, { width, height }: Size, states?: number): void {
  const { x, y } = stroke;
  checkDisc(stroke, states);
  if (x >= 0 && y >= 0 && x < width && y < height) return;
  throw new ParameterError("paint", `paint at ${x},${y}: it must be a cell of the lattice of ${width},${height}.`);
}

/** The same, but the centre may lie outside the picture if the disc reaches it. @throws ParameterError, OutsideError */
export function checkReach(stroke: Stroke, { width, height }: Size): void {
  const { x, y, radius } = stroke;
  checkDisc(stroke);
  const outside = (at: number, size: number) => Math.max(0, -at, at - (size - 1));
  if (Math.hypot(outside(x, width), outside(y, height)) <= radius) return;
  throw new OutsideError(
    "paint",
    `paint at ${x},${y} with radius ${radius}: it reaches no cell of the picture of ${width},${height}.`,
  );
}

function checkDisc({ x, y, radius, value }: Stroke, states?: number): void {
  if (!Number.isSafeInteger(x) || !Number.isSafeInteger(y)) {
    throw new ParameterError("paint", `paint at ${x},${y}: a cell has whole numbers, from 0,0 at the top left.`);
  }
  if (!Number.isInteger(radius) || radius < 0 || radius > MOST_RADIUS) {
    throw new ParameterError("paint", `paint radius ${radius}: it must be a whole number from 0 to ${MOST_RADIUS}.`);
  }
  if (states !== undefined) {
    if (Number.isInteger(value) && value >= 0 && value < states) return;
    throw new ParameterError("paint", `paint value ${value}: a state is a whole number from 0 to ${states - 1}.`);
  }
  if (value !== 1 && value !== -1) throw new ParameterError("paint", `paint value ${value}: a spin is 1 or -1.`);
}
