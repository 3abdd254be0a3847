// What trained networks do: run free from many starts, put out along the test, wander on their attractor. All in the series' own units.

import { ParameterError } from "../../device/errors.ts";
import type { RunOptions } from "../../device/run.ts";
import { attractorStatistics } from "./attractor.ts";
import type { Forecast } from "./export.ts";
import { ofAllPatches, testRow } from "./figures.ts";
import { lyapunovSpectrum } from "./lyapunov.ts";
import type { Engine, Forecasts, Member, Readout, Shape } from "./network.ts";
import type { Task } from "./tasks/index.ts";

/** Networks, those of the patches of a system after each other, with their readouts. */
export interface TrainedNetworks {
  engine: Engine;
  task: Task;
  shape: Shape;
  members: readonly Member[];
  readouts: readonly Readout[];
}

/** Of [step][target], from standard deviations of the columns to their own units. */
function inOwnUnits(values: Float64Array, { table, mean, sd }: Task): Float64Array {
  const { columns, targets } = table;
  return values.map((value, at) => value * sd[columns + (at % targets)] + mean[columns + (at % targets)]);
}

/** What is true at some rows, [step][target]. */
function truthAt(task: Task, first: number, steps: number): Float64Array {
  const { data, columns, targets } = task.table;
  const rows = Float64Array.from({ length: steps * targets }, (_, at) => {
    const row = first + Math.floor(at / targets);
    return data[row * (columns + targets) + columns + (at % targets)];
  });
  return inOwnUnits(rows, task);
}

/** [system][start][step][target]. @throws ParameterError where the task has no such start */
export async function freeRuns(
  { engine, task, members, readouts }: TrainedNetworks,
  forecasts: Forecasts,
  options: RunOptions,
): Promise<Float64Array> {
  if (task.starts.length === 0) {
    throw new ParameterError("task", "task: reservoirs whose inputs are given do not run free; take another task.");
  }
  if (forecasts.starts.some((start) => start === undefined)) {
    throw new ParameterError("start", `start: there are ${task.starts.length}, counted from 0.`);
  }
  return inOwnUnits(await engine.forecast(members, readouts, task.table, forecasts, options), task);
}

/** Forecasts of one system from all starts, with the true values. */
export async function forecastOf(network: TrainedNetworks, options: RunOptions): Promise<Forecast> {
  const { task } = network;
  const { starts, driven, horizon, table } = task;
  const predicted = await freeRuns(network, task, options);
  const truth = new Float64Array(predicted.length);
  starts.forEach((start, s) => {
    truth.set(truthAt(task, start + driven - 1, horizon), s * horizon * table.targets);
  });
  return { shape: [starts.length, horizon, table.targets], predicted, truth };
}

/** Outputs of one system along the test, which the series drives, with the true values: [1][step][target]. */
export async function outputsOf(network: TrainedNetworks, options: RunOptions): Promise<Forecast> {
  const { engine, task, shape, members, readouts } = network;
  const { steps } = task.testing;
  const made = await engine.predict(members, readouts, task.table, task.testing, options);
  const length = steps * shape.outputs;
  const tested = members.map((_, patch) => made.subarray(patch * length, (patch + 1) * length));
  const predicted = inOwnUnits(ofAllPatches(tested, steps, task, shape), task);
  return { shape: [1, steps, task.table.targets], predicted, truth: truthAt(task, testRow(task), steps) };
}

/** The attractor of one system that runs free for `steps` steps after the first start, and that along the series. */
export async function attractorOf(network: TrainedNetworks, steps: number, options: RunOptions) {
  const { task } = network;
  if (task.kind !== "forecast") {
    throw new ParameterError("task", "task: only what forecasts a system has an attractor; take another task.");
  }
  const { table, starts, driven, flow } = task;
  const free = await freeRuns(network, { starts: starts.slice(0, 1), driven, horizon: steps }, options);
  const dt = flow?.dt ?? 1;
  const truth = attractorStatistics(truthAt(task, 0, table.rows), table.targets, dt);
  return { truth, predicted: attractorStatistics(free, table.targets, dt, truth) };
}

/** The largest Lyapunov exponents of one network that runs free, per unit of time; in f64. */
export function exponentsOf(
  { task, shape, members, readouts }: TrainedNetworks,
  count: number,
  steps: number,
): number[] {
  if (task.exogenous > 0 || shape.patches > 1 || !task.flow) {
    throw new ParameterError(
      "task",
      "task: exponents are those of one reservoir that forecasts a system, without other inputs or patches.",
    );
  }
  const { data, columns, targets } = task.table;
  const driving = Array.from({ length: task.driven }, (_, step) => {
    const row = (task.starts[0] + step) * (columns + targets);
    return Array.from(data.subarray(row, row + columns));
  }).flat();
  const { linear, squares } = shape;
  const loop = { member: members[0], readout: readouts[0], linear, squares };
  return lyapunovSpectrum(loop, driving, steps, count).map((exponent) => exponent / task.flow!.dt);
}
