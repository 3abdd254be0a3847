// What follows the user's series, as trained networks have it.

import { ParameterError } from "../../device/errors.ts";
import type { RunOptions } from "../../device/run.ts";
import { type Ahead, following } from "../forecast.ts";
import { freeRuns, type TrainedNetworks } from "./inference.ts";
import type { Task } from "./tasks/index.ts";

/** Of the best network; with several `least` and `most` over all of them. */
export interface Beyond extends Ahead {
  networks: number;
}

/**
 * The steps that follow the series, of several networks.
 *
 * @param best index of the network whose values are reported
 * @throws ParameterError where they diverge at once
 */
export async function beyondOf(network: TrainedNetworks, best: number, options: RunOptions): Promise<Beyond> {
  const { task, members, shape } = network;
  const { beyond, table, names, times } = task;
  const all = await freeRuns(network, beyond!, options);
  const size = beyond!.horizon * table.targets;
  const networks = members.length / shape.patches;
  const made = all.subarray(best * size, (best + 1) * size);
  const lost = made.findIndex((value) => !Number.isFinite(value));
  const steps = lost < 0 ? beyond!.horizon : Math.floor(lost / table.targets);
  if (steps === 0) {
    throw new ParameterError(
      "forecast",
      `forecast ${beyond!.horizon}: the network diverges at once; train another with a larger --ridge.`,
    );
  }
  const values = made.slice(0, steps * table.targets);
  const [least, most] = [values.slice(), values.slice()];
  for (let n = 0; n < networks; n++) {
    for (let i = 0; i < values.length; i++) {
      const value = all[n * size + i];
      if (!Number.isFinite(value)) continue;
      least[i] = Math.min(least[i], value);
      most[i] = Math.max(most[i], value);
    }
  }
  return {
    ...following({ names, times, length: task.length! }, table.targets, steps),
    ...{ values, networks },
    ...(networks > 1 ? { least, most } : {}),
    ...(lost < 0 ? {} : { asked: beyond!.horizon }),
  };
}

/** What is forecast, all rows of the series, [row][column], in its own units. */
export function pastOf({ table, mean, sd }: Task): Float64Array {
  const { rows, columns, targets, data } = table;
  return Float64Array.from({ length: rows * targets }, (_, i) => {
    const [row, c] = [Math.floor(i / targets), i % targets];
    return data[row * (columns + targets) + c] * sd[c] + mean[c];
  });
}

/** The rows that lead to where a forecast begins, [row][column], in the series' own units. */
export function leadOf({ table, mean, sd, beyond }: Task): Float64Array {
  const { starts, driven } = beyond!;
  const width = table.columns + table.targets;
  return Float64Array.from({ length: driven * table.columns }, (_, i) => {
    const [row, c] = [Math.floor(i / table.columns), i % table.columns];
    return table.data[(starts[0] + row) * width + c] * sd[c] + mean[c];
  });
}
