// One training segment: scaled, learned, and the forecasts behind it judged.

import { ParameterError } from "../../device/errors.ts";
import { columnMoments } from "../../statistics/moments.ts";
import type { Plan } from "./data.ts";
import { memoryOf } from "./features.ts";
import type { NgrcParameters } from "./parameters.ts";
import { forecast } from "./reference.ts";
import { type Trained, train } from "./training.ts";

/** Samples stay within so many times the largest of the training ones. */
export const BOUND = 1024;
/** Spread of a column, in parts of its largest value, below which it is rounding. */
const STILL = 2 ** -49;

export interface Segment extends Trained {
  /** [time][dimension], scaled as the parameters say. */
  samples: Float64Array;
  /** A number as it was is `mean` + `sd` times the scaled one. */
  mean: Float64Array;
  sd: Float64Array;
  /** For each component a power of two that no training sample exceeds. */
  scales: Float64Array;
  /** In whose units errors are: of each component, and of all numbers together. */
  deviations: Float64Array;
  deviation: number;
}

/** How good one forecast was. */
export interface Score {
  /** Root mean square error over one Lyapunov time or the whole forecast, in standard deviations. */
  nrmse: number;
  /** Of each component, in its own standard deviations. */
  columns: number[];
  /** Time for which the error stays within the threshold, in the plan's unit. */
  validPredictionTime: number;
}

/**
 * Scales and learns a segment: by its training samples alone, whatever comes behind them.
 *
 * @throws ParameterError for a component that does not change, and where the regression has no solution
 */
export function learn(plan: Plan, parameters: NgrcParameters, number: number): Segment {
  return learnFrom(plan, parameters, plan.segment(number), plan.rows(number));
}

/** @param where the samples come from, for messages */
export function learnFrom(
  { features, known, names }: Plan,
  { training, ridge, scaling, score }: NgrcParameters,
  samples: Float64Array,
  where: string,
): Segment {
  const d = features.dimension;
  const count = samples.length / d;
  const mean = new Float64Array(d);
  const sd = new Float64Array(d).fill(1);
  const wrong = (i: number, value: number) =>
    new ParameterError(
      "series",
      `series: column ${i + 1}${names?.[i] ? ` (${names[i]})` : ""} is ${value} ${where}, which are learned from; leave it out, as by --columns with the others, or learn from other rows.`,
    );
  if (score === "columns") {
    const still = Array.from({ length: d }, (_, i) => i).find((i) => isStill(samples, i, d, known));
    if (still !== undefined) throw wrong(still, samples[still]);
  }
  const moments = (values: Float64Array, first: number, stride: number, count: number) =>
    score === "columns" ? columnMoments(values, { first, stride, count }) : momentsOf(values, first, stride, count);
  if (scaling === "standard") {
    for (let i = 0; i < d; i++) {
      const own = moments(samples, i, d, known);
      mean[i] = own.mean;
      sd[i] = own.deviation || 1;
      for (let at = i; at < samples.length; at += d) samples[at] = (samples[at] - mean[i]) / sd[i];
    }
  }
  const judged = score === "columns" ? known : count;
  const deviations = Float64Array.from({ length: d }, (_, i) => moments(samples, i, d, judged).deviation);
  const still = deviations.findIndex((value) => !(value > 0));
  if (still >= 0) throw wrong(still, samples[still] * sd[still] + mean[still]);
  const scales = Float64Array.from({ length: d }, (_, i) => {
    let scale = 2 ** -126;
    for (let time = 0; time < known; time++) while (Math.abs(samples[time * d + i]) > scale) scale *= 2;
    return scale;
  });
  const { deviation } = momentsOf(samples, 0, 1, samples.length);
  const trained = train(features, samples, { count: training, ridge, deviation });
  const shares = trained.errors.map((error, i) => error / deviations[i]);
  const nrmse = score === "columns" ? rootMeanSquare(shares) : trained.nrmse;
  return { ...{ samples, mean, sd, scales, deviations, deviation }, ...trained, nrmse };
}

/** Whether a component has one value over its first samples, but for rounding. */
function isStill(samples: Float64Array, component: number, d: number, count: number): boolean {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let time = 0; time < count; time++) {
    least = Math.min(least, samples[time * d + component]);
    most = Math.max(most, samples[time * d + component]);
  }
  return most - least <= STILL * Math.max(Math.abs(least), Math.abs(most));
}

const rootMeanSquare = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);

/** Of every `stride`-th number from `first` on, `count` of them; as 0.1.0 took them. */
function momentsOf(values: Float64Array, first: number, stride: number, count: number) {
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

/** What was forecast: step 0 is the first. */
export type Forecasted = (step: number, component: number) => number;

export function judge(
  plan: Plan,
  { samples, deviation, deviations }: Segment,
  which: number,
  { threshold, score }: NgrcParameters,
  value: Forecasted,
): Score {
  const { features, known, horizon, scored, worth } = plan;
  const d = features.dimension;
  const first = known + which * horizon;
  const counted = Math.min(scored, horizon);
  const squares = new Float64Array(d);
  let together = 0;
  let valid = horizon;
  for (let step = 0; step < horizon; step++) {
    let relative = 0;
    for (let i = 0; i < d; i++) {
      const error = value(step, i) - samples[(first + step) * d + i];
      if (step < counted) {
        together += error * error;
        squares[i] += error * error;
      }
      relative += ((error / deviations[i]) * (error / deviations[i])) / d;
    }
    if (valid === horizon && relative > threshold * threshold) valid = step;
  }
  const columns = Array.from(squares, (sum, i) => Math.sqrt(sum / counted) / deviations[i]);
  const nrmse = score === "columns" ? rootMeanSquare(columns) : Math.sqrt(together / (counted * d)) / deviation;
  return { nrmse, columns, validPredictionTime: valid * worth };
}

/**
 * The step at which a forecast diverges, whose value it keeps; -1 if it does not. A sample that repeats may also be a fixed
 * point: the next one is made again in f64.
 */
export function lostAt(
  { features, horizon }: Plan,
  { weights, scales }: Segment,
  history: readonly Float64Array[],
  value: Forecasted,
): number {
  const { dimension: d } = features;
  const memory = memoryOf(features);
  const before = (step: number) =>
    step < 0 ? history[memory + step] : Float64Array.from({ length: d }, (_, i) => value(step, i));
  const stands = (step: number) => {
    const last = before(step - 1);
    for (let i = 0; i < d; i++) if (value(step, i) !== last[i]) return false;
    return true;
  };
  let still = 0;
  // Once all that a step is made of has stood still, nothing more comes.
  for (let step = 1; step < horizon && still <= memory; step++) {
    if (!stands(step)) {
      still = 0;
      continue;
    }
    still++;
    const own = Array.from({ length: memory }, (_, i) => before(step - memory + i));
    const bounds = scales.map(() => Number.POSITIVE_INFINITY);
    const [next] = forecast({ ...features, weights, history: own, bounds }, 1);
    if (next.some((x, i) => !(Math.abs(x) < 0.999 * BOUND * scales[i]))) return step;
  }
  return -1;
}
