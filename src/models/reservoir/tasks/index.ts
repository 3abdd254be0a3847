// What a reservoir learns, by name.

import { ParameterError } from "../../../device/errors.ts";
import type { ReservoirParameters } from "../parameters.ts";
import { filter } from "./filter.ts";
import { flowOfTask, forecast, timesOf } from "./forecast.ts";
import { own } from "./own.ts";
import { runsOf, synchronisation } from "./synchronisation.ts";
import type { Task } from "./task.ts";

export { narma10 } from "./filter.ts";
export type { Task } from "./task.ts";

/** @throws ParameterError for data that cannot be learned from */
export function taskOf(parameters: ReservoirParameters, seed: bigint): Task {
  const { task } = parameters;
  if (parameters.data !== "" && task !== "data") {
    throw new ParameterError("data", `data: it is learned with task data, not with ${task}; leave one of them out.`);
  }
  if (task === "coupled-logistic" || task === "coupled-lorenz") return synchronisation(task, parameters, seed);
  if (task === "narma10" || task === "memory") return filter(parameters, seed);
  if (task === "data") return own(parameters);
  return forecast(parameters, flowOfTask(parameters)!, seed);
}

/** Steps of one network at one point, about: what is learned, what is tested, and what runs free. */
export function stepsOf(parameters: ReservoirParameters): number {
  const { task, washout, train, test, starts, synchronisation: driven, feedback, given } = parameters;
  if (task === "coupled-logistic" || task === "coupled-lorenz") return runsOf(task, parameters);
  const driving = washout + train + Math.max(washout, 100) + test;
  if (task === "narma10" || task === "memory" || given > 0) return driving + (feedback ? driven + test : 0);
  return driving + starts * (driven + timesOf(parameters, flowOfTask(parameters)).horizon);
}
