// Readouts by ridge regression: (R Rᵀ + λ 1) W = R Yᵀ from sums of products, in f64.

import type { Readout, Sums } from "./network.ts";

export interface Fit {
  /** [feature][output]. */
  readout: Readout;
  /** The ridge at which the matrix could be factorised: the one asked for, or more. */
  ridge: number;
}

/** By which a ridge grows until the matrix can be factorised. */
const RAISE = 10;

/**
 * The readout that minimises Σ |y - W r|² + ridge |W|² (Tikhonov & Arsenin 1977; the sums are not divided by the number of steps, as in
 * ReservoirPy). Where rounding leaves the matrix without a Cholesky factor the ridge is raised by tens, and `ridge` says to what.
 *
 * @param blind features that the readout does not see, from one to before another: their weights are 0
 * @throws RangeError where a sum is not finite.
 */
export function fitReadout(sums: Sums, outputs: number, ridge: number, blind: readonly [number, number] = [0, 0]): Fit {
  const { matrix, size } = sums;
  const features = size - outputs;
  if (!matrix.every(Number.isFinite)) throw new RangeError("the sums of a readout are not finite");
  const seen = Array.from({ length: features }, (_, f) => f).filter((f) => f < blind[0] || f >= blind[1]);
  for (let raised = ridge; ; raised *= RAISE) {
    const factor = cholesky(
      seen.map((i, row) => seen.slice(0, row + 1).map((j) => matrix[i * size + j])),
      raised,
    );
    if (!factor) continue;
    const readout = new Float64Array(features * outputs);
    for (let o = 0; o < outputs; o++) {
      const right = Float64Array.from(seen, (f) => matrix[f * size + features + o]);
      solve(factor, right).forEach((weight, k) => {
        readout[seen[k] * outputs + o] = weight;
      });
    }
    return { readout, ridge: raised };
  }
}

/** Rows of the lower factor of a matrix, given by its lower rows, plus `ridge` on the diagonal; undefined if it has none. */
function cholesky(lower: readonly ArrayLike<number>[], ridge: number): Float64Array[] | undefined {
  const rows: Float64Array[] = [];
  for (let i = 0; i < lower.length; i++) {
    const row = Float64Array.from(lower[i]);
    row[i] += ridge;
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : rows[j];
      let sum = row[j];
      for (let k = 0; k < j; k++) sum -= row[k] * other[k];
      if (j < i) row[j] = sum / other[j];
      else if (!(sum > 0)) return undefined;
      else row[i] = Math.sqrt(sum);
    }
    rows.push(row);
  }
  return rows;
}

function solve(rows: readonly Float64Array[], right: Float64Array): Float64Array {
  const x = right;
  for (let i = 0; i < rows.length; i++) {
    let sum = x[i];
    for (let k = 0; k < i; k++) sum -= rows[i][k] * x[k];
    x[i] = sum / rows[i][i];
  }
  for (let i = rows.length - 1; i >= 0; i--) {
    x[i] /= rows[i][i];
    for (let k = 0; k < i; k++) x[k] -= rows[i][k] * x[i];
  }
  return x;
}
