// How much of x₀ is still open when a noisy sample is known: what the optimal variance of ddpm is made of.

import type { Level } from "../../network/level.ts";
import type { DataSet } from "./data/data-set.ts";
import { noiseOf } from "./reference.ts";
import type { ReferenceDenoiser } from "./reference-denoisers.ts";
import { PURPOSE, USE } from "./sampling.ts";

/** Noisy samples over which the mean is taken. */
const SAMPLES = 64;

/**
 * E tr Cov(x₀ | x) / dimension at a level: over 64 points with noise, the same for all levels, or one where it is the same for any x, as of a
 * single Gaussian. (Bao, Li, Zhu & Zhang 2022, arXiv 2201.06503, equation 8.)
 */
export function remainingOf(
  denoiser: ReferenceDenoiser,
  { points, dimension, mixture }: DataSet,
): (level: Level) => number {
  const count = mixture?.components.length === 1 ? 1 : Math.min(SAMPLES, points.length / dimension);
  const noise = Array.from({ length: count }, (_, sample) =>
    noiseOf(0n, PURPOSE, { sample, draw: 0, use: USE.remaining, dimension }),
  );
  return (given) => {
    let sum = 0;
    // Without any signal the formula is a limit.
    const level = given.signal > 0 ? given : { ...given, signal: 1e-9 };
    for (let s = 0; s < count; s++) {
      const x = Float64Array.from(
        { length: dimension },
        (_, i) => level.signal * points[s * dimension + i] + level.noise * noise[s][i],
      );
      sum += (denoiser.divergence(x, level) * level.noise ** 2) / level.signal;
    }
    return sum / (count * dimension);
  };
}
