// The mean of values that do not depend on each other.

import type { Estimate } from "./blocking.ts";

/** The mean with its standard error, infinite for a single value; `tau` is ½ by definition. */
export function independentMean(values: ArrayLike<number>): Estimate {
  const n = values.length;
  let [sum, squares] = [0, 0];
  // From the first on: equal values have an error of 0, which a rounded mean would not give.
  for (let i = 0; i < n; i++) sum += values[i] - values[0];
  const value = values[0] + sum / n;
  for (let i = 0; i < n; i++) squares += (values[i] - value) ** 2;
  return { value, error: n > 1 ? Math.sqrt(squares / (n - 1) / n) : Number.POSITIVE_INFINITY, tau: 0.5, n };
}
