// Whether one network, its series and its forecasts fit the buffers of a device; many at once are divided.

import { bufferLimit } from "../../device/buffers.ts";
import { ParameterError } from "../../device/errors.ts";
import { STEPS_KEPT } from "./gram.ts";
import { allUnits, featureCount, type Shape } from "./network.ts";
import type { Task } from "./tasks/index.ts";

/** Bytes of one network's sums, of its features, and of its links. */
export function bytesOfNetwork(shape: Shape): { sums: number; features: number; links: number } {
  const groups = Math.ceil((featureCount(shape) + shape.outputs) / 4);
  const all = allUnits(shape);
  return {
    // Pairs of groups, 16 sums of 8 bytes each.
    sums: 128 * ((groups * (groups + 1)) / 2),
    features: 16 * groups * STEPS_KEPT,
    links: 8 * ((shape.fan + shape.degree) * all + Math.ceil(all / 2)),
  };
}

/** @throws ParameterError naming what does not fit, and the largest that does */
export function checkFits(limits: GPUSupportedLimits, shape: Shape, task: Task) {
  const limit = bufferLimit(limits);
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const refuse = (parameter: string, given: number, what: string, bytes: number, most: number) => {
    if (bytes <= limit) return;
    throw new ParameterError(
      parameter,
      `${parameter} ${given}: ${what} take ${megabytes(bytes)}, and a buffer of this device holds ${megabytes(limit)}; take ${most} or less.`,
    );
  };
  const { sums, features, links } = bytesOfNetwork(shape);
  const { units, degree, outputs } = shape;
  // As many links in all.
  const linked = (own: number) => ({ ...shape, units: own, degree: Math.max(1, Math.round((degree * own) / units)) });
  const fits = (own: number) => Object.values(bytesOfNetwork(linked(own))).every((bytes) => bytes <= limit);
  let [least, most] = [0, units];
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    [least, most] = fits(middle) ? [middle, most] : [least, middle];
  }
  refuse("units", units, "the sums of products of all features", sums, least);
  refuse("units", units, "the features of 128 steps", features, least);
  refuse("units", units, "the links of a network", links, least);
  const { table, testing, starts, horizon } = task;
  const rows = Math.floor(limit / (4 * (table.columns + table.targets)));
  refuse(
    "train",
    rowsLearned(task),
    "the rows of the series",
    4 * table.data.length,
    rowsLearned(task) - table.rows + rows,
  );
  refuse(
    "test",
    testing.steps,
    "the outputs along the test",
    4 * testing.steps * outputs,
    Math.floor(limit / (4 * outputs)),
  );
  const each = 16 * Math.ceil(starts.length / 4) * table.targets;
  refuse("horizon", horizon, "the forecasts of a network", each * horizon, Math.floor(limit / Math.max(1, each)));
}

const rowsLearned = ({ training }: Task) => training[0]?.steps ?? 0;
