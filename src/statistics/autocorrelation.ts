// The integrated autocorrelation time: how many steps of a series it takes to get one independent sample.
import { ParameterError } from "../device/errors.ts";
import { fourier, turnsOf } from "./fourier.ts";

/**
 * Convention: tau = 1/2 + Σ_{t≥1} ρ(t), in steps of the series. Independent samples have 1/2; n values are worth n / (2
 * tau).
 */
export interface AutocorrelationTime {
  /** In steps of the series. */
  tau: number;
  /** One standard deviation of `tau`. */
  error: number;
  /** The lag, in steps, at which the sum was cut. */
  window: number;
}

/**
 * The integrated autocorrelation time of one series, by the Γ method with its automatic window, bias correction and
 * error: Wolff, Comput. Phys. Commun. 156 (2004) 143, doi 10.1016/S0010-4655(03)00467-3, hep-lat/0306017. Good for 50
 * tau or more values; a shorter series looks less correlated than it is. O(n log n). Anticorrelated
 * series have less than 1/2, and so does noise; the value reported with an estimate is never below 1/2.
 *
 * A constant series has tau 1/2, error 0. Fewer than 4 values tell nothing: tau 1/2, error Infinity.
 * @throws ParameterError for an empty series, or one with a NaN or an infinity.
 */
export function autocorrelationTime(series: ArrayLike<number>): AutocorrelationTime {
  return pooledAutocorrelationTime([series]);
}

/**
 * The same from independent replicas of one process, as rows of equal length. All are compared with their common mean,
 * so replicas that are stuck at different values count as correlated, not as precise.
 */
export function pooledAutocorrelationTime(replicas: readonly ArrayLike<number>[]): AutocorrelationTime {
  const { length, mean, constant } = checkReplicas(replicas);
  if (constant) return { tau: 0.5, error: 0, window: 0 };
  if (length < 4) return { tau: 0.5, error: Number.POSITIVE_INFINITY, window: 0 };
  const gamma = autocovariance(replicas, mean);
  return windowed(gamma, replicas.length * length);
}

/** Wolff's section 3.3: cut the sum where the bias of cutting has sunk to the noise of going on. */
function windowed(gamma: Float64Array, total: number): AutocorrelationTime {
  const S = 1.5; // tau_exp / tau_int as Wolff recommends.
  const last = gamma.length - 1;
  let tau = 0.5;
  let window = 0;
  for (let found = false; !found && window < last; ) {
    window++;
    tau += gamma[window]! / gamma[0]!;
    const decay = tau > 0.5 ? S / Math.log((2 * tau + 1) / (2 * tau - 1)) : Number.EPSILON;
    found = Math.exp(-window / decay) < decay / Math.sqrt(window * total);
  }
  // The measured mean hides a part C/N of each Γ(t): Wolff's equation 32.
  const shift = (2 * tau * gamma[0]!) / total;
  const corrected = (tau * gamma[0]! + (window + 0.5) * shift) / (gamma[0]! + shift);
  const error = Math.abs(corrected) * Math.sqrt((4 / total) * Math.max(window + 0.5 - corrected, 0));
  return { tau: corrected, error, window };
}

/** Γ(t) for t from 0 to half the length, each over its own number of pairs, by the Wiener-Khinchin theorem. */
export function autocovariance(replicas: readonly ArrayLike<number>[], mean: number): Float64Array {
  const length = replicas[0]!.length;
  const lags = Math.floor(length / 2) + 1;
  let size = 4;
  while (size < length + lags) size *= 2; // Padding with zeros keeps the end of a series off its beginning.
  const turns = turnsOf(size);
  const power = new Float64Array(size);
  for (const series of replicas) {
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    for (let i = 0; i < length; i++) re[i] = series[i]! - mean;
    fourier(re, im, turns);
    for (let k = 0; k < size; k++) power[k]! += re[k]! ** 2 + im[k]! ** 2;
  }
  fourier(power, new Float64Array(size), turns); // Real and even: forward and inverse differ by the factor 1/size only.
  return Float64Array.from({ length: lags }, (_, t) => power[t]! / (size * replicas.length * (length - t)));
}

/** Refuses what no estimate can be made of; `constant` means that all values of all replicas are equal. */
export function checkReplicas(replicas: readonly ArrayLike<number>[]): {
  length: number;
  mean: number;
  constant: boolean;
} {
  const length = replicas[0]?.length ?? 0;
  if (length === 0) throw new ParameterError("series", "The series is empty: take at least one sample.");
  let sum = 0;
  let constant = true;
  const first = replicas[0]![0]!;
  for (const series of replicas) {
    if (series.length !== length)
      throw new ParameterError("series", `Replicas of ${length} and ${series.length} values: give them equal lengths.`);
    for (let i = 0; i < length; i++) {
      const value = series[i]!;
      if (!Number.isFinite(value)) throw new ParameterError("series", `The series has the value ${value} at ${i}.`);
      sum += value - first; // Relative to the first value: a constant series has exactly its mean.
      constant &&= value === first;
    }
  }
  return { length, mean: first + sum / (length * replicas.length), constant };
}
