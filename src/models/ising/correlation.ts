// The spin-spin correlation function of one state, by counting unequal bits.

import { type Boundaries, isClosed } from "./boundary.ts";
import { rowBytes } from "./packing.ts";

/** Rows (or columns) that are compared; of larger lattices that many, evenly spaced. */
const MOST_LINES = 512;
const MOST_DISTANCE = 128;

/** Distances along an axis: half way around a closed one, and from end to end of an open one, but at most 128. */
export const distances = (closed: boolean, side: number) =>
  Math.min(MOST_DISTANCE, closed ? Math.floor(side / 2) : side - 1) + 1;

/**
 * C(r) = ⟨s(x) s(x + r)⟩ along both axes of one lattice in its canonical state, r = 0 … 128 or half the side; without
 * subtracting ⟨s⟩². Exact for the state up to 512² sites; larger lattices are sampled in 512 evenly spaced columns and rows.
 * Across an antiperiodic edge the sign changes; across open edges there are no pairs.
 */
export function correlation(
  state: Uint8Array,
  {
    width,
    height,
    boundary = ["periodic", "periodic"],
  }: { width: number; height: number; boundary?: Readonly<Boundaries> },
): { along: number[]; across: number[] } {
  const bytes = rowBytes({ width });
  const up = (x: number, y: number) => (state[y * bytes + (x >> 3)] >> (x & 7)) & 1;
  const lines = (size: number) => {
    const count = Math.min(size, MOST_LINES);
    return Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
  };
  const [columns, rows] = [lines(width), lines(height)];
  /** The mean product at distance (dx, dy), one of which is 0. */
  const mean = (dx: number, dy: number) => {
    let [unequal, pairs] = [0, 0];
    for (const y of rows) {
      const below = y + dy;
      if (below >= height && !isClosed(boundary[1])) break;
      for (const x of columns) {
        const right = x + dx;
        if (right >= width && !isClosed(boundary[0])) break;
        const turned =
          (right >= width && boundary[0] === "antiperiodic") !== (below >= height && boundary[1] === "antiperiodic");
        unequal += up(x, y) ^ up(right % width, below % height) ^ Number(turned);
        pairs++;
      }
    }
    return 1 - (2 * unequal) / pairs;
  };
  return {
    along: Array.from({ length: distances(isClosed(boundary[0]), width) }, (_, r) => mean(r, 0)),
    across: Array.from({ length: distances(isClosed(boundary[1]), height) }, (_, r) => mean(0, r)),
  };
}
