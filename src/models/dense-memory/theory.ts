// What is known of dense memories.

import { erfc } from "../../statistics/index.ts";

/**
 * The share of spins that one step from a stored pattern leaves wrong with n-body interactions, for N → ∞ with P ~ N^(n-1) random
 * patterns: ½ erfc √(N^(n-1) / (2 (2n - 3)!! P)). (Krotov and Hopfield 2016, arXiv 1606.01164, eq. 6.)
 */
export function oneStepError(neurons: number, patterns: number, order: number): number {
  let odd = 1;
  for (let k = 2 * order - 3; k > 1; k -= 2) odd *= k;
  return erfc(Math.sqrt(neurons ** (order - 1) / (2 * odd * patterns))) / 2;
}

/**
 * One step of the modern Hopfield network with continuous states, Ξᵀ softmax(β Ξ q): attention with the patterns as keys and values
 * (Ramsauer et al. 2021, arXiv 2008.02217). A dense memory with the exponential interaction takes the signs of this, but for the part
 * of each spin in its own overlap, a factor e^(±2β) between the patterns that are up and those that are down there.
 *
 * @param patterns Ξ, shape [pattern][neuron]
 * @param query q, one value a neuron
 */
export function softmaxRetrieval(patterns: readonly ArrayLike<number>[], query: ArrayLike<number>, beta: number) {
  const scores = patterns.map((pattern) => Array.from(query).reduce((sum, value, i) => sum + value * pattern[i], 0));
  const top = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(beta * (score - top)));
  const total = weights.reduce((a, b) => a + b, 0);
  return Float64Array.from(query, (_, i) =>
    patterns.reduce((sum, pattern, p) => sum + (weights[p] / total) * pattern[i], 0),
  );
}
