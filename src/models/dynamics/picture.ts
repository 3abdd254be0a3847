// Where trajectories are: against the time, or against the value that a sweep gives to a name, as in an orbit diagram.

import type { Plan } from "./plan.ts";
import { quantitiesOf } from "./system.ts";

const HEIGHT = 256;
/** A narrow picture is drawn with columns as wide as this makes it. */
const LEAST_WIDTH = 256;

/** The first variable of `count` trajectories: columns are points of a sweep, or times; the most frequent value of a column is white. */
export function densityPicture(
  { system, points, times }: Plan,
  samples: Float32Array,
  count: number,
): { width: number; height: number; data: Uint8Array } {
  const quantities = quantitiesOf(system).length;
  const sweeps = points.length > 1;
  const columns = sweeps ? points.length : times.length;
  const values = Array.from({ length: columns }, (_, column): number[] => {
    const rows = sweeps ? [...times.keys()] : [column];
    return rows.flatMap((row) => {
      const at = (row * quantities * points.length + (sweeps ? column : 0)) * count;
      return [...samples.subarray(at, at + count)].filter(Number.isFinite);
    });
  });
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const own of values) {
    for (const value of own) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  const scale = most > least ? (HEIGHT - 1) / (most - least) : 0;
  const wide = Math.max(1, Math.ceil(LEAST_WIDTH / columns));
  const width = columns * wide;
  const data = new Uint8Array(width * HEIGHT);
  for (const [column, own] of values.entries()) {
    const counts = new Float64Array(HEIGHT);
    for (const value of own) counts[HEIGHT - 1 - Math.round((value - least) * scale)]++;
    const top = Math.max(1, ...counts);
    for (const [y, n] of counts.entries()) {
      const shade = n === 0 ? 0 : 55 + Math.round((200 * Math.log1p(n)) / Math.log1p(top));
      data.fill(shade, y * width + column * wide, y * width + (column + 1) * wide);
    }
  }
  return { width, height: HEIGHT, data };
}
