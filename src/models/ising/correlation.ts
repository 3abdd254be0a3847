// The spin-spin correlation function of one state, by counting unequal bits.

import { rowBytes } from "./packing.ts";

/** Rows (or columns) that are compared; of larger lattices that many, evenly spaced. */
const MOST_LINES = 512;
const MOST_DISTANCE = 128;

/**
 * C(r) = ⟨s(x) s(x + r)⟩ along both axes of one periodic lattice in its canonical state, r = 0 … 128 or half the side; without
 * subtracting ⟨s⟩². Exact for the state up to 512² per distance; larger lattices are sampled in evenly spaced rows.
 */
export function correlation(
  state: Uint8Array,
  { width, height }: { width: number; height: number },
): { along: number[]; across: number[] } {
  const bytes = rowBytes({ width, height, replicas: 1 });
  const up = (x: number, y: number) => (state[y * bytes + (x >> 3)] >> (x & 7)) & 1;
  const lines = (size: number) => {
    const count = Math.min(size, MOST_LINES);
    return Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
  };
  const [columns, rows] = [lines(width), lines(height)];
  const mean = (size: number, differs: (r: number) => number) =>
    Array.from(
      { length: Math.min(MOST_DISTANCE, Math.floor(size / 2)) + 1 },
      (_, r) => 1 - (2 * differs(r)) / (columns.length * rows.length),
    );
  const count = (dx: number, dy: number) => {
    let sum = 0;
    for (const y of rows) for (const x of columns) sum += up(x, y) ^ up((x + dx) % width, (y + dy) % height);
    return sum;
  };
  return { along: mean(width, (r) => count(r, 0)), across: mean(height, (r) => count(0, r)) };
}
