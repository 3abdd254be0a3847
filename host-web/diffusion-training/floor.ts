// The least loss that a denoiser can have on the points it is trained on: that of the exact one, which knows them all by heart.

import type { DiffusionTrainingSimulation } from "../../src/models/diffusion-training/index.ts";
import { ADAM, MINIBATCHES, ReferenceTraining } from "../../src/models/diffusion-training/internal.ts";

/** Noisy samples that it is the mean over, and their numbers times points, at most. */
const SAMPLES = 2048;
const AFFORDABLE = 2e7;

export interface Floor {
  value: number;
  error: number;
}

/** Over samples as training draws them. */
export function floorOf({ options }: DiffusionTrainingSimulation): Floor {
  const { points, labels, shape, deviation } = options;
  const { dimension: d, classes } = shape;
  const count = points.length / d;
  const wanted = Math.max(32, Math.min(SAMPLES, Math.floor(AFFORDABLE / points.length)));
  const training = new ReferenceTraining({ ...options, batch: wanted, adam: ADAM, purpose: MINIBATCHES }, []);
  const losses = training.minibatch(0).map(({ point, noise, sigma, label }) => {
    const exponents = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    let most = Number.NEGATIVE_INFINITY;
    for (let p = 0; p < count; p++) {
      if (label < classes && labels![p] !== label) continue;
      let square = 0;
      for (let i = 0; i < d; i++) square += (point[i] + sigma * noise[i] - points[p * d + i]) ** 2;
      exponents[p] = -square / (2 * sigma ** 2);
      if (exponents[p] > most) most = exponents[p];
    }
    const mean = new Float64Array(d);
    let total = 0;
    for (let p = 0; p < count; p++) {
      const weight = Math.exp(exponents[p] - most);
      if (weight === 0) continue;
      total += weight;
      for (let i = 0; i < d; i++) mean[i] += weight * points[p * d + i];
    }
    // In units of c_out², the error of the best linear guess (Karras et al. 2022).
    const unit = (sigma * deviation) ** 2 / (sigma ** 2 + deviation ** 2);
    return point.reduce((sum, value, i) => sum + (mean[i] / total - value) ** 2, 0) / d / unit;
  });
  const value = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const squares = losses.reduce((sum, loss) => sum + (loss - value) ** 2, 0);
  return { value, error: Math.sqrt(squares / (losses.length - 1) / losses.length) };
}
