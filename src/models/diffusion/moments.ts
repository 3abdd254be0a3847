// Exact moments of finite steps: on Gaussian data every sampler here is linear, so that its samples are Gaussian, too.

import type { Mixture } from "./data/data-set.ts";
import type { Program } from "./sampler-stages.ts";

export interface Moments {
  mean: number;
  variance: number;
}

/**
 * Mean and variance after each step, of one dimension with data N(mean, variance), the first being the start. The sample, what was kept of it
 * and the denoised sample before are jointly normal; each stage changes them linearly.
 */
export function gaussianMoments(
  { stages, starts, start }: Program,
  { mean: m, variance: v }: Moments,
  first: Moments = { mean: 0, variance: start ** 2 },
): Moments[] {
  // x, kept, previous: their means, and covariances.
  let mean = [first.mean, 0, 0];
  let covariance = [
    [first.variance, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  const all: Moments[] = [{ ...first }];
  for (let step = 0; step + 1 < starts.length; step++) {
    for (const { level, denoises, a, h, g, c, e, s, keepsSample, keepsDenoised } of stages.slice(
      starts[step],
      starts[step + 1],
    )) {
      const { signal, noise } = level;
      const gain = denoises ? (signal * v) / (signal ** 2 * v + noise ** 2) : 0;
      const offset = denoises ? m * (1 - signal * gain) : 0; // D = offset + gain x
      const slope = denoises && noise > 0 ? 1 / noise : 0; // E = (x - signal D) slope
      const next = [a + h * slope * (1 - signal * gain) + g * gain, e, c];
      const denoised = [gain, 0, 0];
      const rows = [next, keepsSample ? [1, 0, 0] : [0, 1, 0], keepsDenoised ? denoised : [0, 0, 1]];
      const added = [offset * (g - h * slope * signal), 0, keepsDenoised ? offset : 0];
      const old = mean;
      mean = rows.map((row, i) => row.reduce((sum, value, j) => sum + value * old[j], added[i]));
      const before = covariance;
      covariance = rows.map((left, i) =>
        rows.map((right, j) => {
          let sum = i === 0 && j === 0 ? s ** 2 : 0;
          for (let k = 0; k < 3; k++) for (let l = 0; l < 3; l++) sum += left[k] * before[k][l] * right[l];
          return sum;
        }),
      );
    }
    all.push({ mean: mean[0], variance: covariance[0][0] });
  }
  return all;
}

/** Mean and covariance of a mixture: [dimension], and [dimension][dimension] row by row. */
export function mixtureMoments({ dimension: d, components }: Mixture): { mean: number[]; covariance: number[] } {
  const mean = Array.from({ length: d }, (_, i) =>
    components.reduce((sum, { weight, mean }) => sum + weight * mean[i], 0),
  );
  const covariance = Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    return components.reduce(
      (sum, part) => sum + part.weight * (part.covariance[at] + (part.mean[i] - mean[i]) * (part.mean[j] - mean[j])),
      0,
    );
  });
  return { mean, covariance };
}
