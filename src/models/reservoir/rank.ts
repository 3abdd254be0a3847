// How many directions the states of a reservoir really use.

import { allUnits, type Shape, type Sums } from "./network.ts";

/** Beyond this many units it takes seconds, and is not computed. */
const MOST = 2000;
/** Whether the rank of these states is worth its time. */
export const hasRank = (shape: Shape) => allUnits(shape) <= MOST;

/** What is below this share of all states together, the root of their sum of squares, is taken for nothing. */
const SHARE = 1e-6;

/**
 * The rank of the matrix of states over time: the kernel quality of Legenstein & Maass 2007 (doi 10.1016/j.neunet.2007.04.017). Units are
 * taken in the order of what each adds to those taken before - a Cholesky factorisation of the sums of products with pivots (Higham 1990,
 * Analysis of the Cholesky decomposition of a semi-definite matrix) - until none adds a millionth of all states together: U³/3
 * operations, a hundredth of what singular values would take, of which about as many exceed that. NaN for more
 * than 2000 units.
 */
export function kernelRank({ matrix, size }: Sums, shape: Shape): number {
  if (!hasRank(shape)) return Number.NaN;
  const units = allUnits(shape);
  /** What is left of each unit, squared. */
  const left = Float64Array.from({ length: units }, (_, i) => matrix[i * size + i]);
  const least = SHARE ** 2 * left.reduce((sum, value) => sum + value, 0);
  const columns: Float64Array[] = [];
  const taken = new Uint8Array(units);
  for (;;) {
    const next = left.reduce((best, value, i) => (!taken[i] && (best < 0 || value > left[best]) ? i : best), -1);
    if (next < 0 || !(left[next] > least)) return columns.length;
    taken[next] = 1;
    const root = Math.sqrt(left[next]);
    const column = Float64Array.from({ length: units }, (_, i) => (taken[i] ? 0 : matrix[i * size + next]));
    for (const earlier of columns) {
      const factor = earlier[next];
      for (let i = 0; i < units; i++) if (!taken[i]) column[i] -= factor * earlier[i];
    }
    for (let i = 0; i < units; i++) {
      if (taken[i]) continue;
      column[i] /= root;
      left[i] -= column[i] * column[i];
    }
    columns.push(column);
  }
}
