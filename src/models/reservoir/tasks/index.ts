// What a reservoir learns, by name.

import { ParameterError } from "../../../device/errors.ts";
import { seriesHead } from "../../../files/series-text.ts";
import type { ReservoirParameters } from "../parameters.ts";
import { classification } from "./classes.ts";
import { filter } from "./filter.ts";
import { flowOfTask, forecast, timesOf } from "./forecast.ts";
import { own } from "./own.ts";
import type { Scales } from "./standardised.ts";
import { runsOf, synchronisation } from "./synchronisation.ts";
import type { Task } from "./task.ts";

export { narma10 } from "./filter.ts";
export type { Scales } from "./standardised.ts";
export type { Task } from "./task.ts";

/** What a network that was trained before is known to have. */
export interface Known {
  scales?: Scales;
  classes?: readonly string[];
}

/**
 * @param known of a network that was trained before
 * @throws ParameterError for data that cannot be learned from
 */
export function taskOf(parameters: ReservoirParameters, seed: bigint, known: Known = {}): Task {
  const { task, data, forecast: beyond, validation, train } = parameters;
  const { scales, classes } = known;
  const isOwn = task === "data" || task === "classification";
  if (data !== "" && !isOwn) {
    throw new ParameterError("data", `data: it is learned with task data, not with ${task}; leave one of them out.`);
  }
  if (beyond > 0 && task !== "data") {
    throw new ParameterError(
      "forecast",
      `forecast ${beyond}: it goes beyond the end of a series of your own; give one with --data, or leave it out.`,
    );
  }
  if (validation > 0 && task !== "data") {
    throw new ParameterError(
      "validation",
      `validation ${validation}: it is set aside of a series of your own; give one with --data, or leave it out.`,
    );
  }
  if (train === 0 && !isOwn) throw new ParameterError("train", `train 0: task ${task} needs 1 or more.`);
  if (task === "coupled-logistic" || task === "coupled-lorenz") return synchronisation(task, parameters, seed, scales);
  if (task === "narma10" || task === "memory") return filter(parameters, seed, scales);
  if (task === "data") return own(parameters, scales);
  if (task === "classification") return classification(parameters, scales, classes);
  return forecast(parameters, flowOfTask(parameters)!, seed, scales);
}

/** Steps of one network at one point, about: what is learned, what is tested, and what runs free. */
export function stepsOf(parameters: ReservoirParameters): number {
  const { task, data, washout, train, validation, test, starts, synchronisation: driven, feedback, given } = parameters;
  if (task === "coupled-logistic" || task === "coupled-lorenz") return runsOf(task, parameters);
  const own = task === "data" || task === "classification" ? seriesHead(data).lengths : [];
  const rows = own.reduce((sum, length) => sum + length, 0);
  // Each sequence is learned from, or tested.
  if (task === "classification" || own.length > 1) return rows;
  const [learned, compared] = [washout + train, validation > 0 ? washout + train + validation : 0];
  // A test of the user's series is led to by all rows before it.
  const tested = task === "data" ? learned + validation + test : Math.max(washout, 100) + test;
  const driving = learned + compared + tested;
  if (task === "narma10" || task === "memory" || given > 0) return driving + (feedback ? driven + test : 0);
  return driving + starts * (driven + timesOf(parameters, flowOfTask(parameters)).horizon);
}
