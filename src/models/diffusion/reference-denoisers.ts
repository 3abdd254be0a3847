// What a sample is expected to be without its noise, E[x₀ | x], in f64 and straight from the formulas.

import type { Level } from "../../network/level.ts";
import type { Mixture } from "./data/data-set.ts";

export interface ReferenceDenoiser {
  /** The posterior mean of x₀ at a level; `label` asks for a class. */
  denoise(x: Float64Array, level: Level, label?: number): Float64Array;
  /** The sum of ∂D_i/∂x_i, which is signal/noise² times the variance that is left of x₀: Tweedie's formula of second order. */
  divergence(x: Float64Array, level: Level, label?: number): number;
}

/** Weights ∝ exp(exponents), of sum 1. */
export function softmax(exponents: readonly number[]): number[] {
  const most = exponents.reduce((a, b) => Math.max(a, b));
  const weights = exponents.map((exponent) => Math.exp(exponent - most));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/** x = A⁻¹ b and ln det A of a symmetric positive definite A, by Gaussian elimination without pivots. */
function solve(matrix: readonly number[], right: readonly number[]): { x: number[]; logDeterminant: number } {
  const n = right.length;
  const a = Array.from({ length: n }, (_, i) => [...matrix.slice(i * n, (i + 1) * n), right[i]]);
  let logDeterminant = 0;
  for (let k = 0; k < n; k++) {
    logDeterminant += Math.log(a[k][k]);
    for (let i = k + 1; i < n; i++) {
      const factor = a[i][k] / a[k][k];
      for (let j = k; j <= n; j++) a[i][j] -= factor * a[k][j];
    }
  }
  const x = Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = a[i][n];
    for (let j = i + 1; j < n; j++) sum -= a[i][j] * x[j];
    x[i] = sum / a[i][i];
  }
  return { x, logDeterminant };
}

/** A component at a level: x is normal with mean α m and covariance α² C + σ². */
interface Seen {
  logDensity: number;
  /** E[x₀ | x, component] = m + α C (α² C + σ²)⁻¹ (x - α m) */
  mean: number[];
  /** Trace of C - α² C (α² C + σ²)⁻¹ C */
  variance: number;
}

function seen({ mean, covariance }: Mixture["components"][number], x: Float64Array, { signal, noise }: Level): Seen {
  const d = mean.length;
  const spread = covariance.map((c, at) => signal ** 2 * c + (at % (d + 1) === 0 ? noise ** 2 : 0));
  const off = mean.map((m, i) => x[i] - signal * m);
  const { x: pulled, logDeterminant } = solve(spread, off);
  const row = (i: number) => covariance.slice(i * d, (i + 1) * d);
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  let variance = 0;
  for (let i = 0; i < d; i++) variance += covariance[i * d + i] - signal ** 2 * dot(row(i), solve(spread, row(i)).x);
  return {
    logDensity: -0.5 * (dot(off, pulled) + logDeterminant + d * Math.log(2 * Math.PI)),
    mean: mean.map((m, i) => m + signal * dot(row(i), pulled)),
    variance,
  };
}

/** ln p(x) of a mixture at a level. */
export function logDensity({ components }: Mixture, x: Float64Array, level: Level): number {
  const terms = components.map((component) => Math.log(component.weight) + seen(component, x, level).logDensity);
  const most = terms.reduce((a, b) => Math.max(a, b));
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
}

/** A mixture of Gaussians; its classes are its components. */
export function mixtureDenoiser({ components }: Mixture): ReferenceDenoiser {
  const posterior = (x: Float64Array, level: Level, label?: number) => {
    const asked = label === undefined ? components : [components[label]];
    const parts = asked.map((component) => seen(component, x, level));
    const weights = softmax(parts.map((part, k) => Math.log(asked[k].weight) + part.logDensity));
    const mean = Float64Array.from(x, (_, i) => parts.reduce((sum, part, k) => sum + weights[k] * part.mean[i], 0));
    return { parts, weights, mean };
  };
  return {
    denoise: (x, level, label) => posterior(x, level, label).mean,
    divergence(x, level, label) {
      const { parts, weights, mean } = posterior(x, level, label);
      // The variance within components and that between them.
      const left = parts.map((part, k) => {
        const apart = part.mean.reduce((sum, value, i) => sum + (value - mean[i]) ** 2, 0);
        return weights[k] * (part.variance + apart);
      });
      return (level.signal / level.noise ** 2) * left.reduce((a, b) => a + b);
    },
  };
}

/** Points of a data set, all as likely: the posterior mean is their mean with weights softmax(-|x - α a_i|² / 2σ²). */
export function pointsDenoiser(points: Float32Array, dimension: number, labels?: Uint8Array): ReferenceDenoiser {
  const posterior = (x: Float64Array, level: Level, label?: number) => {
    const all = Array.from({ length: points.length / dimension }, (_, k) => k);
    const asked = label === undefined ? all : all.filter((k) => labels?.[k] === label);
    const exponents = asked.map((k) => {
      let square = 0;
      for (let i = 0; i < dimension; i++) square += (x[i] - level.signal * points[k * dimension + i]) ** 2;
      return -square / (2 * level.noise ** 2);
    });
    const weights = softmax(exponents);
    const mean = Float64Array.from(x, (_, i) =>
      asked.reduce((sum, k, at) => sum + weights[at] * points[k * dimension + i], 0),
    );
    return { asked, weights, mean };
  };
  return {
    denoise: (x, level, label) => posterior(x, level, label).mean,
    divergence(x, level, label) {
      const { asked, weights, mean } = posterior(x, level, label);
      let left = 0;
      asked.forEach((k, at) => {
        for (let i = 0; i < dimension; i++) left += weights[at] * (points[k * dimension + i] - mean[i]) ** 2;
      });
      return (level.signal / level.noise ** 2) * left;
    },
  };
}
