// A frame with axes anywhere on a sheet.

import { type Axes, drawAxes, type Frame, frameOf } from "./axes.ts";
import { type Context, type Size, within } from "./sheet.ts";

export interface Panel extends Axes {
  at: Size;
}

/** Draws axes, and within them whatever `draw` draws, in the panel's own units. */
export function panel(context: Context, { at, ...axes }: Panel, draw: (frame: Frame) => void): void {
  context.save();
  context.translate(...at);
  const frame = frameOf(context, axes);
  within(context, [frame.left, frame.top, frame.right, frame.bottom], () => draw(frame));
  drawAxes(context, frame, axes);
  context.restore();
}

/** Panels below one another share what is below for the label: the height of each, and how far apart they lie. */
export function rows(height: number, count: number): { each: number; apart: number } {
  const apart = (height - LABEL) / count;
  return { each: apart + LABEL, apart };
}

const LABEL = 20;

/** The least and the largest value, with a little room. */
export function range(values: Iterable<number>, room = 0.06): { from: number; to: number } {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < from) from = value;
    if (value > to) to = value;
  }
  if (!(from < to)) return { from: from - 1, to: to + 1 };
  const more = room * (to - from);
  return { from: from - more, to: to + more };
}

/** Every so many of [step][column]. */
export function* columnOf(values: ArrayLike<number>, columns: number, column: number): Generator<number> {
  for (let i = column; i < values.length; i += columns) yield values[i];
}
