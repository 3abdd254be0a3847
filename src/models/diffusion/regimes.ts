// The two times of the way back from noise at which it is decided what a sample becomes: its class, at speciation, and the very point of the
// data that it ends at, at collapse. In the clock of the Ornstein-Uhlenbeck process: signal e^-t, noise √(1 - e^-2t). (Biroli, Bonnaire, de
// Bortoli & Mézard 2024, doi 10.1038/s41467-024-54281-3.)

import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import type { Level } from "../../network/level.ts";
import type { DataSet } from "./data/data-set.ts";
import { covarianceOf, largestEigenvalue } from "./data/moments.ts";
import { posteriorOf } from "./posterior.ts";
import { noiseOf } from "./reference.ts";
import { PURPOSE, USE } from "./sampling.ts";

/**
 * Speciation and collapse on the way back from noise, measured at several times and predicted. Times are
 * those of the Ornstein-Uhlenbeck process: signal e^-t, noise √(1 - e^-2t). (Biroli, Bonnaire, de Bortoli and
 * Mézard 2024, doi 10.1038/s41467-024-54281-3.)
 */
export interface Regimes {
  /** Rising times at which the others are measured. */
  times: number[];
  /** Probability that two samples that go back from the same noisy point end in the same class, at each time; empty without classes. */
  agreement: number[];
  /** Mean sum of the squared weights of points: 1 where a sample belongs to one of them. */
  concentration: number[];
  /** When the agreement has fallen to φ(1) of two classes, and ½ ln Λ; not measured where that is at none of these times. */
  speciation?: { measured?: number; predicted: number };
  /** When the concentration is ½, and where the entropy of the points equals that of their number, as if they were Gaussian. */
  collapse: { measured?: number; predicted: number };
}

export const levelAt = (t: number): Level => ({ signal: Math.exp(-t), noise: Math.sqrt(-Math.expm1(-2 * t)), time: t });

/** ½ ln Λ, where Λ is the largest eigenvalue of the data's covariance in units of the noise: equation 6. */
export const speciationTime = (largest: number): number => 0.5 * Math.log(largest);

/** Of n points of a Gaussian of that variance in each of d dimensions: equation 11 with its entropies. */
export const collapseTime = (points: number, dimension: number, variance = 1): number =>
  0.5 * Math.log1p(variance / Math.expm1((2 * Math.log(points)) / dimension));

/**
 * φ: the probability that two clones end in the same of two classes at ± m, from points whose signal-to-noise ratio along m is a:
 * E[p² + (1 - p)²] with ln p/(1 - p) = 2 a (a + n), by Simpson's rule.
 */
export function cloneAgreement(a: number): number {
  const [steps, width] = [4000, 12];
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const n = -width + (2 * width * i) / steps;
    const p = 1 / (1 + Math.exp(-2 * a * (a + n)));
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * (p ** 2 + (1 - p) ** 2) * Math.exp(-0.5 * n ** 2);
  }
  return (sum * ((2 * width) / steps / 3)) / Math.sqrt(2 * Math.PI);
}

/**
 * Both times on an ensemble of noisy points. Agreement and concentration follow from the weights that the data's points have in the posterior of
 * each: those of an exact denoiser, whose samples end at the points in proportion to them.
 *
 * @param options How it is measured.
 * @param options.probes Noisy points at each time.
 * @param options.times Two or more, above 0 and rising.
 * @throws ParameterError for times that do not rise
 */
export async function measureRegimes(
  device: Device,
  data: DataSet,
  {
    probes,
    times,
    seed = 1n,
    signal,
  }: { probes: number; times: readonly number[]; seed?: bigint; signal?: AbortSignal },
): Promise<Regimes> {
  if (times.length < 2 || times.some((t, i) => !(t > (i === 0 ? 0 : times[i - 1])))) {
    throw new ParameterError("times", "times: give two or more, above 0 and rising.");
  }
  const { points, dimension, labels, classes } = data;
  const count = points.length / dimension;
  const posterior = await posteriorOf(device, data);
  const agreement: number[] = [];
  const concentration: number[] = [];
  try {
    for (const [k, t] of times.entries()) {
      signal?.throwIfAborted();
      const level = levelAt(t);
      const found = await posterior.of(noisy(data, level, { probes, seed, draw: k }), level);
      const mean = (of: (one: (typeof found)[number]) => number) =>
        found.reduce((sum, one) => sum + of(one), 0) / probes;
      concentration.push(mean((one) => one.concentration));
      if (labels) agreement.push(mean((one) => one.classes.reduce((sum, p) => sum + p * p, 0)));
    }
  } finally {
    posterior.dispose();
  }
  const covariance = covarianceOf(points, dimension);
  let variance = 0;
  for (let i = 0; i < dimension; i++) variance += covariance[i * dimension + i] / dimension;
  const shares = Array<number>(classes).fill(0);
  for (const label of labels ?? []) shares[label] += 1 / count;
  const chance = shares.reduce((sum, share) => sum + share ** 2, 0);
  // Two equal classes have ½ by chance and φ(1) at their time of speciation: so far between chance and certainty.
  const level = (cloneAgreement(1) - 0.5) / 0.5;
  return {
    ...{ times: [...times], agreement, concentration },
    ...(labels
      ? {
          speciation: {
            measured: crossing(times, agreement, chance + level * (1 - chance)),
            predicted: speciationTime(await largestEigenvalue(covariance, dimension)),
          },
        }
      : {}),
    collapse: { measured: crossing(times, concentration, 0.5), predicted: collapseTime(count, dimension, variance) },
  };
}

/** Points of the data with noise, [probe][dimension]: those at even distances in the set. */
function noisy(
  { points, dimension: d }: DataSet,
  { signal, noise }: Level,
  { probes, seed, draw }: { probes: number; seed: bigint; draw: number },
): Float32Array {
  const count = points.length / d;
  const x = new Float32Array(probes * d);
  for (let s = 0; s < probes; s++) {
    const from = Math.floor((s * count) / probes) * d;
    const normal = noiseOf(seed, PURPOSE, { sample: s, draw, use: USE.regimes, dimension: d });
    for (let i = 0; i < d; i++) x[s * d + i] = signal * points[from + i] + noise * normal[i];
  }
  return x;
}

/** When a falling curve crosses a value, linear between its points; undefined where it does not. */
function crossing(times: readonly number[], values: readonly number[], value: number): number | undefined {
  const at = values.findIndex((v, i) => i > 0 && values[i - 1] >= value && v < value);
  if (at < 0) return undefined;
  const share = (values[at - 1] - value) / (values[at - 1] - values[at]);
  return times[at - 1] + share * (times[at] - times[at - 1]);
}
