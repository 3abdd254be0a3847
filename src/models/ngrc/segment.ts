// One training segment: scaled, learned, and the forecasts behind it judged.

import { ParameterError } from "../../device/errors.ts";
import type { Plan } from "./data.ts";
import { memoryOf } from "./features.ts";
import type { NgrcParameters } from "./parameters.ts";
import { type Trained, train } from "./training.ts";

/** Samples stay within so many times the largest of the training ones. */
export const BOUND = 1024;

export interface Segment extends Trained {
  /** [time][dimension], scaled as the parameters say. */
  samples: Float64Array;
  /** For each component a power of two that no training sample exceeds. */
  scales: Float64Array;
  /** Standard deviation of each component, and of all numbers together. */
  deviations: Float64Array;
  deviation: number;
}

/** How good one forecast was. */
export interface Score {
  /** Root mean square error over one Lyapunov time, in units of the standard deviation of all numbers. */
  nrmse: number;
  /** Lyapunov times for which the error stays within the threshold. */
  validPredictionTime: number;
}

/** @throws ParameterError for a component that does not move, and where the regression has no solution */
export function learn(plan: Plan, { training, ridge, scaling }: NgrcParameters, number: number): Segment {
  const { features, known } = plan;
  const d = features.dimension;
  const samples = plan.segment(number);
  if (scaling === "standard") {
    for (let i = 0; i < d; i++) {
      const { mean, deviation } = moments(samples, i, d, known);
      for (let at = i; at < samples.length; at += d) samples[at] = (samples[at] - mean) / (deviation || 1);
    }
  }
  const deviations = Float64Array.from({ length: d }, (_, i) => moments(samples, i, d, plan.length).deviation);
  const still = deviations.findIndex((value) => !(value > 0));
  if (still >= 0) {
    throw new ParameterError(
      "series",
      `series: component ${still + 1} of segment ${number} does not change; leave it out.`,
    );
  }
  const scales = Float64Array.from({ length: d }, (_, i) => {
    let scale = 2 ** -126;
    for (let time = 0; time < known; time++) while (Math.abs(samples[time * d + i]) > scale) scale *= 2;
    return scale;
  });
  const { deviation } = moments(samples, 0, 1, samples.length);
  return {
    samples,
    scales,
    deviations,
    deviation,
    ...train(features, samples, { count: training, ridge, deviation }),
  };
}

/** Of every `stride`-th number from `first` on, `count` of them. */
function moments(values: Float64Array, first: number, stride: number, count: number) {
  let mean = 0;
  for (let k = 0; k < count; k++) mean += values[first + k * stride] / count;
  let square = 0;
  for (let k = 0; k < count; k++) {
    const off = values[first + k * stride] - mean;
    square += (off * off) / count;
  }
  return { mean, deviation: Math.sqrt(square) };
}

/** The true samples before forecast `which` of a segment: the newest one last. */
export function historyOf({ features, known, horizon }: Plan, { samples }: Segment, which: number): Float64Array[] {
  const memory = memoryOf(features);
  const first = known + which * horizon - memory;
  const d = features.dimension;
  return Array.from({ length: memory }, (_, i) => samples.subarray((first + i) * d, (first + i + 1) * d));
}

/** `value(step, component)` is what was forecast, step 0 the first. */
export function judge(
  { features, known, horizon, lyapunov, lyapunovSamples, dt }: Plan,
  { samples, deviation, deviations }: Segment,
  which: number,
  threshold: number,
  value: (step: number, component: number) => number,
): Score {
  const d = features.dimension;
  const first = known + which * horizon;
  const counted = Math.min(lyapunovSamples, horizon);
  let squares = 0;
  let valid = horizon;
  for (let step = 0; step < horizon; step++) {
    let relative = 0;
    for (let i = 0; i < d; i++) {
      const error = value(step, i) - samples[(first + step) * d + i];
      if (step < counted) squares += error * error;
      relative += ((error / deviations[i]) * (error / deviations[i])) / d;
    }
    if (valid === horizon && relative > threshold * threshold) valid = step;
  }
  return { nrmse: Math.sqrt(squares / (counted * d)) / deviation, validPredictionTime: valid * dt * lyapunov };
}
