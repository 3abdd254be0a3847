// Readouts by ridge regression: (R Rᵀ + λ 1) W = R Yᵀ from sums of products, in f64.

import { cholesky, solve } from "../cholesky.ts";
import type { Readout, Sums } from "./network.ts";

export interface Fit {
  /** [feature][output]. */
  readout: Readout;
  /** The ridge at which the matrix could be factorised: the one requested, or more. */
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
  const count = seen.length;
  for (let raised = ridge; ; raised *= RAISE) {
    const factor = new Float64Array(count * count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) factor[i * count + j] = matrix[seen[i] * size + seen[j]] + (i === j ? raised : 0);
    }
    if (cholesky(factor, count) >= 0) continue;
    const readout = new Float64Array(features * outputs);
    for (let o = 0; o < outputs; o++) {
      const weights = Float64Array.from(seen, (f) => matrix[f * size + features + o]);
      solve(factor, count, weights);
      weights.forEach((weight, k) => {
        readout[seen[k] * outputs + o] = weight;
      });
    }
    return { readout, ridge: raised };
  }
}
