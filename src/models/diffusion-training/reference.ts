// Training of a denoiser in plain words (Karras, Aittala, Aila & Laine 2022, arXiv 2206.00364): each step takes some points of the data, adds
// noise of a random strength σ to each, and follows the slope of |D(x₀ + σ n; σ) - x₀|² / c_out² by Adam (Kingma & Ba 2015, arXiv 1412.6980).

import { lossAndGradient, type NoisySample } from "../../network/reference.ts";
import type { NetworkShape } from "../../network/shape.ts";
import { normals } from "../../random/normal.ts";
import { streamKey, threefry4x32 } from "../../random/threefry.ts";

export interface ReferenceOptions {
  shape: NetworkShape;
  seed: bigint;
  /** [point][dimension] */
  points: ArrayLike<number>;
  labels?: ArrayLike<number>;
  centre: ArrayLike<number>;
  deviation: number;
  batch: number;
  noiseMean: number;
  noiseSd: number;
  dropout: number;
  adam: { momentum: number; secondMomentum: number; epsilon: number };
  /** What the random numbers are for. */
  purpose: number;
}

export class ReferenceTraining {
  parameters: Float64Array;
  means: Float64Array;
  variances: Float64Array;
  averages: Float64Array;
  readonly #options: ReferenceOptions;

  constructor(options: ReferenceOptions, parameters: ArrayLike<number>) {
    this.#options = options;
    this.parameters = Float64Array.from(parameters);
    this.means = new Float64Array(parameters.length);
    this.variances = new Float64Array(parameters.length);
    this.averages = Float64Array.from(parameters);
  }

  /** The samples of a step. */
  minibatch(step: number): NoisySample[] {
    const { batch, points, labels, shape, seed, purpose, noiseMean, noiseSd, deviation, dropout } = this.#options;
    const { dimension, classes } = shape;
    const key = streamKey(seed, purpose, 0);
    const count = points.length / dimension;
    return Array.from({ length: batch }, (_, sample) => {
      const [which, radius, angle, classWord] = threefry4x32([sample, step, 0, 0], key);
      const [level] = normals([radius, angle, 0, 0]);
      const point = Math.floor((which * count) / 2 ** 32);
      const sigma = deviation * Math.exp(noiseMean + noiseSd * level);
      return {
        point: Float64Array.from({ length: dimension }, (_, d) => points[point * dimension + d]),
        noise: Float64Array.from(
          { length: dimension },
          (_, d) => normals(threefry4x32([sample, step, 1, Math.floor(d / 4)], key))[d % 4],
        ),
        sigma,
        label: classes > 0 && classWord >= dropout * 2 ** 32 ? labels![point] : classes,
      };
    });
  }

  /** Of the minibatch of a step, at the parameters as they are. */
  gradient(step: number): { loss: number; gradient: Float64Array } {
    return lossAndGradient({ ...this.#options, parameters: this.parameters }, this.minibatch(step));
  }

  /** Makes a step and returns its loss. */
  step(step: number, { rate, renewal }: { rate: number; renewal: number }): number {
    const { momentum, secondMomentum, epsilon } = this.#options.adam;
    const { loss, gradient } = this.gradient(step);
    for (let i = 0; i < gradient.length; i++) {
      this.means[i] = momentum * this.means[i] + (1 - momentum) * gradient[i];
      this.variances[i] = secondMomentum * this.variances[i] + (1 - secondMomentum) * gradient[i] ** 2;
      const mean = this.means[i] / (1 - momentum ** (step + 1));
      const variance = this.variances[i] / (1 - secondMomentum ** (step + 1));
      this.parameters[i] -= (rate * mean) / (Math.sqrt(variance) + epsilon);
      this.averages[i] += renewal * (this.parameters[i] - this.averages[i]);
    }
    return loss;
  }
}
