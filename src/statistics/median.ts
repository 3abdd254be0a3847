// Medians and other quantiles, with their errors. Means say little of forecasts: one that leaves the attractor counts for thousands of
// good ones.

import type { Estimate } from "./blocking.ts";

/** Linear interpolation between the values in order, the least at share 0 and the largest at 1. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

/**
 * The median of values of which `cluster` after each other hang together (they share a training segment). Its error is half the distance
 * between the quantiles 1/2 ± 1/(2√m), one standard deviation of the share of m independent values below the median (David and Nagaraja
 * 2003, Order Statistics, section 7.1); m is the number of clusters, as if all in one were alike, so it is rather too large. A single
 * cluster has error Infinity: it does not show its spread.
 */
export function median(values: ArrayLike<number>, cluster = 1): Estimate {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const m = Math.ceil(n / cluster);
  // The value that a share of the distribution lies below: the k-th of n stands for (k - 1/2) / n.
  const below = (share: number) => quantile(sorted, Math.max(0, Math.min(1, (share * n - 0.5) / (n - 1))));
  const half = 0.5 / Math.sqrt(m);
  const error = m > 1 ? (below(0.5 + half) - below(0.5 - half)) / 2 : Number.POSITIVE_INFINITY;
  return { value: quantile(sorted, 0.5), error, tau: n / m / 2, n };
}
