// A median with its error. Means say little of forecasts: one that leaves the attractor counts for thousands of good ones.

import type { Estimate } from "../../statistics/index.ts";

/**
 * The median of values of which `cluster` after each other hang together (they share a training segment). Its error is half the distance
 * between the quantiles 1/2 ± 1/(2√m), one standard deviation of the share of m independent values below the median (David and Nagaraja
 * 2003, Order Statistics, section 7.1); m is the number of clusters, as if all in one were alike, so it is rather too large.
 */
export function median(values: readonly number[], cluster = 1): Estimate {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const m = Math.ceil(n / cluster);
  const quantile = (share: number) => {
    const at = Math.max(0, Math.min(n - 1, share * n - 0.5));
    const low = Math.floor(at);
    return sorted[low] + (at - low) * (sorted[Math.min(n - 1, low + 1)] - sorted[low]);
  };
  const half = 0.5 / Math.sqrt(m);
  const error = m > 1 ? (quantile(0.5 + half) - quantile(0.5 - half)) / 2 : Number.NaN;
  return { value: quantile(0.5), error, tau: n / m / 2, n };
}
