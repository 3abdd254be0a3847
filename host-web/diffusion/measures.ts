// What is measured of samples after a step.

import type { DataSet, DiffusionSimulation, Level } from "../../src/models/diffusion/index.ts";
import { logDensity, meanOf, momentsOf } from "../../src/models/diffusion/internal.ts";
import { type Estimate, independentMean } from "../../src/statistics/index.ts";
import type { Law } from "./law.ts";

/** Steps of a long way in which more than moments is measured. */
const TOLD = 60;
/** Samples of which is asked what they can still become. */
const ASKED = 64;

/** What is shown of an estimate. */
export type Value = Pick<Estimate, "value" | "error">;

export interface Measure {
  step: number;
  mean: Value;
  variance: Value;
  /** Sliced W₁ from the law of the data. */
  distance?: number;
  /** Mean variance about the nearest mode, where modes are apart. */
  within?: Value;
  /** Modes or points that a sample may still become: 1 / ⟨Σ w²⟩ of their posterior weights. */
  choices?: number;
}

/** x [sample][dimension], the samples as they stand, as denoisers see them; what is measured is in the data's own units. */
export function measure(
  { steps, length, levels, data, points }: DiffusionSimulation,
  law: Law,
  x: Float32Array,
): Measure {
  const { dimension: d, mixture, unit } = data;
  const level = levels[steps];
  const all: Measure = { step: steps, ...momentsOf(x, meanOf(x, d), unit) };
  if (law.apart(level)) all.within = independentMean(fromModes(x, data, level));
  const due = steps === length || steps % Math.ceil(length / TOLD) === 0;
  if (!due || !x.every(Number.isFinite)) return all;
  all.distance = law.distance(x);
  const { denoiser, label } = points.parameters;
  // Weights of points are those of the denoiser that knows them.
  if (label === -1 && (mixture ? mixture.components.length > 1 : denoiser === "exact")) {
    all.choices = choices(x.subarray(0, ASKED * d), data, level);
  }
  return all;
}

/** Of each sample, the mean square of its numbers from the nearest mode. */
function fromModes(x: Float32Array, { mixture, dimension: d, unit }: DataSet, { signal }: Level): Float64Array {
  return Float64Array.from({ length: x.length / d }, (_, s) => {
    let [least, own] = [Number.POSITIVE_INFINITY, 0];
    for (const { mean } of mixture!.components) {
      let [square, scaled] = [0, 0];
      for (let i = 0; i < d; i++) {
        const apart = (x[s * d + i] - signal * mean[i]) ** 2 / d;
        square += apart;
        scaled += apart * (unit ? unit.scale[i] ** 2 : 1);
      }
      if (square < least) [least, own] = [square, scaled];
    }
    return own;
  });
}

function choices(x: Float32Array, { mixture, points, dimension: d }: DataSet, level: Level): number {
  if (level.noise === 0 && !mixture) return 1;
  const samples = x.length / d;
  let sum = 0;
  for (let s = 0; s < samples; s++) {
    const sample = Float64Array.from(x.subarray(s * d, (s + 1) * d));
    const exponents = mixture
      ? mixture.components.map((component) => logDensity({ dimension: d, components: [component] }, sample, level))
      : nearness(sample, points, level);
    let most = Number.NEGATIVE_INFINITY;
    for (const exponent of exponents) if (exponent > most) most = exponent;
    let [total, squares] = [0, 0];
    for (const exponent of exponents) {
      const weight = Math.exp(exponent - most);
      total += weight;
      squares += weight ** 2;
    }
    sum += squares / total ** 2;
  }
  return samples / sum;
}

/** -|x - signal a|² / 2 noise² of each point a. */
function nearness(x: Float64Array, points: Float32Array, { signal, noise }: Level): Float64Array {
  const d = x.length;
  const all = new Float64Array(points.length / d);
  for (let p = 0; p < all.length; p++) {
    for (let i = 0; i < d; i++) all[p] -= (x[i] - signal * points[p * d + i]) ** 2 / (2 * noise ** 2);
  }
  return all;
}
