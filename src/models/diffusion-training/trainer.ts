// What a trainer of either device does, and its options: the interface between the API of training and its two engines.

import type { RunOptions } from "../../device/run.ts";
import type { NetworkShape } from "../../network/shape.ts";
import { STREAMS } from "../../random/streams.ts";

/** What the random numbers of minibatches are for. */
export const PURPOSE = STREAMS.training.steps;

/** Adam's β₁, β₂ and ε (Kingma & Ba 2015, arXiv 1412.6980). */
export const ADAM = { momentum: 0.9, secondMomentum: 0.999, epsilon: 1e-8 } as const;

/** Steps in which the learning rate rises from 0: Adam's second moment is not known before. */
const WARM_UP = 100;

export interface TrainerOptions {
  shape: NetworkShape;
  seed: bigint;
  /** [point][dimension] */
  points: Float32Array;
  /** One a point, where there are classes. */
  labels?: Uint8Array;
  /** The mean of the data, [dimension], and σ_data. */
  centre: Float32Array;
  deviation: number;
  /** Samples of a minibatch, a multiple of 4. */
  batch: number;
  /** ln(σ / σ_data) is normal with this mean and standard deviation. */
  noiseMean: number;
  noiseSd: number;
  /** The share of samples whose class is withheld. */
  dropout: number;
  schedule: Schedule;
}

export interface Schedule {
  learningRate: number;
  /** The rate falls to 0 by a cosine in so many steps; 0: it stays. */
  steps: number;
  /** Half-life of the average of the parameters in steps; 0: no average. */
  halfLife: number;
}

/** All that changes. 32-bit floats on a GPU, 64-bit ones on the reference. */
export interface TrainerState {
  /** As `offsetsOf` places them. */
  parameters: Float32Array | Float64Array;
  /** Adam's first and second moments. */
  means: Float32Array | Float64Array;
  variances: Float32Array | Float64Array;
  /** The average of the parameters over the last steps. */
  averages: Float32Array | Float64Array;
}

/** A step's loss and its slopes in all parameters, before the step is made. */
export interface Gradient {
  loss: number;
  gradient: Float32Array | Float64Array;
}

export interface Trainer {
  read(): Promise<TrainerState>;
  write(state: TrainerState): Promise<void>;
  /** From the next step on. */
  setSchedule(schedule: Schedule): void;
  /** Of the minibatch of a step, at the parameters as they are; nothing changes. */
  gradient(step: number): Promise<Gradient>;
  /**
   * Makes steps `from`, `from + 1`, …
   *
   * @param onLosses is called whenever the state stands after some more steps, with the loss of each
   */
  advance(
    options: RunOptions & { from: number; steps: number; onLosses: (losses: ArrayLike<number>) => void },
  ): Promise<void>;
  dispose(): void;
}

/** The learning rate of a step, and by how much the average moves towards the parameters after it. */
export function paceOf({ learningRate, steps, halfLife }: Schedule, step: number): { rate: number; renewal: number } {
  const fall = steps === 0 ? 1 : step >= steps ? 0 : 0.5 * (1 + Math.cos((Math.PI * step) / steps));
  // An average that began at the start and renewed itself slowly would remember the start for long (as in TensorFlow's
  // ExponentialMovingAverage).
  const renewal = halfLife === 0 ? 1 : Math.max(1 - 2 ** (-1 / halfLife), 1 - (1 + step) / (10 + step));
  return { rate: learningRate * Math.min(1, (step + 1) / WARM_UP) * fall, renewal };
}
