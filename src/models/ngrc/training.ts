// Ridge regression of a series' increments on its features, in f64: the Gram matrix's eigenvalues span 15 orders of magnitude, so in f32
// nothing would be left of it. Only + - × / and square roots, so weights are the same bits everywhere.

import { ParameterError } from "../../device/errors.ts";
import { cholesky, solve } from "../cholesky.ts";
import { evaluate, type Features, memoryOf, monomials } from "./features.ts";

/** What a training segment gives. */
export interface Trained {
  /** [component][feature]: x(t + 1) = x(t) + weights · features(t). */
  weights: Float64Array;
  /** Root mean square error of one step on the training samples, in units of `deviation`. */
  nrmse: number;
  /** Root mean square error of one step of each component. */
  errors: Float64Array;
}

/**
 * Weights from the increments after samples `memory - 1` … `memory + count - 2` of a series [time][dimension].
 *
 * @param deviation the standard deviation in whose units the error is given
 * @throws ParameterError where the Gram matrix is singular to rounding
 */
export function train(
  features: Features,
  series: Float64Array,
  { count, ridge, deviation }: { count: number; ridge: number; deviation: number },
): Trained {
  const { dimension: d } = features;
  const table = monomials(features.delays * d, features.order);
  const n = table.length;
  const first = memoryOf(features) - 1;
  const gram = new Float64Array(n * n);
  const weights = new Float64Array(d * n);
  const phi = new Float64Array(n);
  const increment = (time: number, i: number) => series[(time + 1) * d + i] - series[time * d + i];
  for (let time = first; time < first + count; time++) {
    evaluate(features, table, series, time, phi);
    for (let a = 0; a < n; a++) {
      const own = phi[a];
      for (let b = 0; b <= a; b++) gram[a * n + b] += own * phi[b];
      for (let i = 0; i < d; i++) weights[i * n + a] += own * increment(time, i);
    }
  }
  for (let a = 0; a < n; a++) gram[a * n + a] += ridge;
  const pivot = cholesky(gram, n);
  if (pivot >= 0) {
    throw new ParameterError(
      "ridge",
      `ridge ${ridge}: to rounding, feature ${pivot} of ${n} follows from the others over the ${count} training samples; raise ridge, lower order or delays, or train longer.`,
    );
  }
  for (let i = 0; i < d; i++) solve(gram, n, weights.subarray(i * n, (i + 1) * n));

  let squares = 0;
  const own = new Float64Array(d);
  for (let time = first; time < first + count; time++) {
    evaluate(features, table, series, time, phi);
    for (let i = 0; i < d; i++) {
      let error = -increment(time, i);
      for (let a = 0; a < n; a++) error += weights[i * n + a] * phi[a];
      squares += error * error;
      own[i] += error * error;
    }
  }
  const errors = own.map((sum) => Math.sqrt(sum / count));
  return { weights, nrmse: Math.sqrt(squares / (count * d)) / deviation, errors };
}
