// Learning while it runs, step by step, in f64: recursive least squares, and FORCE, where what a network puts out is fed back to it while
// its readout is still being learned.

import { ParameterError } from "../../device/errors.ts";
import type { Readout } from "./network.ts";

/** Sizes and settings of `RecursiveLeastSquares`. */
export interface OnlineOptions {
  /** Numbers that the readout sees. */
  features: number;
  /** Numbers that it puts out. */
  outputs: number;
  /** P begins as 1/ridge: after n steps without forgetting the readout is that of ridge regression over them. */
  ridge: number;
  /** By which factor the past counts less with each step: 1 remembers all. */
  forgetting?: number;
}

/**
 * Recursive least squares (Haykin 2002, Adaptive Filter Theory, chapter 9), one readout for all outputs.
 *
 * @throws ParameterError for a ridge that is not above 0, and a forgetting factor outside (0, 1]
 */
export class RecursiveLeastSquares {
  /** [feature][output]. */
  readonly readout: Readout;
  readonly #options: Required<OnlineOptions>;
  /** The inverse of the sums of products, [feature][feature]. */
  readonly #p: Float64Array;

  constructor({ forgetting = 1, ...options }: OnlineOptions) {
    const { features, outputs, ridge } = options;
    if (!(ridge > 0)) throw new ParameterError("ridge", `ridge ${ridge}: it must be above 0.`);
    if (!(forgetting > 0 && forgetting <= 1)) {
      throw new ParameterError(
        "forgetting",
        `forgetting ${forgetting}: it must be above 0 and at most 1; 1 forgets nothing.`,
      );
    }
    this.#options = { ...options, forgetting };
    this.readout = new Float64Array(features * outputs);
    this.#p = new Float64Array(features * features);
    for (let f = 0; f < features; f++) this.#p[f * (features + 1)] = 1 / ridge;
  }

  /** What it puts out for these features. */
  output(features: ArrayLike<number>): Float64Array {
    const { outputs } = this.#options;
    const sums = new Float64Array(outputs);
    for (let f = 0; f < features.length; f++) {
      for (let o = 0; o < outputs; o++) sums[o] += this.readout[f * outputs + o] * features[f];
    }
    return sums;
  }

  /** Learns that these features should give these targets; returns what it put out before. */
  learn(features: ArrayLike<number>, targets: ArrayLike<number>): Float64Array {
    const { features: count, outputs, forgetting } = this.#options;
    const made = this.output(features);
    const gain = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0; j < count; j++) sum += this.#p[i * count + j] * features[j];
      gain[i] = sum;
    }
    let norm = forgetting;
    for (let i = 0; i < count; i++) norm += features[i] * gain[i];
    for (let i = 0; i < count; i++) {
      const share = gain[i] / norm;
      for (let o = 0; o < outputs; o++) this.readout[i * outputs + o] += share * (targets[o] - made[o]);
      // Both halves alike, so that P stays symmetric whatever rounding does.
      for (let j = 0; j <= i; j++) {
        const value = (this.#p[i * count + j] - share * gain[j]) / forgetting;
        this.#p[i * count + j] = value;
        this.#p[j * count + i] = value;
      }
    }
    return made;
  }
}

/** A network that can be moved on by a step: `ReferenceNetwork` is one. */
export interface Steps {
  step(inputs: ArrayLike<number>): void;
  features(inputs: ArrayLike<number>): Float64Array;
}

/** Targets and settings of `force`. */
export interface ForceOptions {
  /** [step][output]. */
  targets: ArrayLike<number>;
  /** Outputs of a step, which are the network's inputs in the next. */
  outputs: number;
  /** As that of `RecursiveLeastSquares`. */
  ridge: number;
  /** Learn in every so many steps; 1 if not given. */
  every?: number;
  /** Steps after those with targets, in which it runs free. */
  free: number;
}

/**
 * FORCE learning (Sussillo & Abbott 2009, doi 10.1016/j.neuron.2009.07.018): the network's own outputs are its inputs from the first step
 * on, and recursive least squares keep their errors small while it learns; then it goes on alone. Returns its outputs, those of the free
 * steps last, [step][output], and the readout.
 */
export function force(network: Steps, { targets, outputs, ridge, every = 1, free }: ForceOptions) {
  let learner: RecursiveLeastSquares | undefined;
  const steps = targets.length / outputs;
  const all = new Float64Array((steps + free) * outputs);
  let last: Float64Array = new Float64Array(outputs);
  for (let step = 0; step < steps + free; step++) {
    network.step(last);
    // Its inputs are no features: they are its outputs of the step before.
    const features = network.features(last);
    learner ??= new RecursiveLeastSquares({ features: features.length, outputs, ridge });
    const target = Array.from({ length: outputs }, (_, o) => targets[step * outputs + o]);
    if (step < steps && step % every === 0) learner.learn(features, target);
    last = learner.output(features);
    all.set(last, step * outputs);
  }
  return { outputs: all, readout: learner!.readout };
}
