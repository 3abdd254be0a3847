// What a network must be better than: persistence, which says that nothing changes; and of classes the most common one.

import { testRow } from "./figures.ts";
import { nrmse, validSteps } from "./metrics.ts";
import type { Task } from "./tasks/index.ts";

export interface Baseline {
  /** Error of the value before as the next one, as `nrmse` is measured. */
  nrmse: number;
  /** Valid steps of the last value that a forecast is given, from each start. */
  valid: number[];
}

/** Persistence along the test of the user's series. */
export function persistenceOf({ table, testing, starts, driven, horizon, kind }: Task, threshold: number): Baseline {
  const { data, columns, targets } = table;
  const width = columns + targets;
  /** The targets of a row. */
  const known = (row: number) => data.subarray(row * width + columns, (row + 1) * width);
  const first = testRow({ testing });
  const before = new Float64Array(testing.steps * targets);
  for (let step = 0; step < testing.steps; step++) before.set(known(Math.max(0, first + step - 1)), step * targets);
  const valid = (kind === "forecast" ? starts : []).map((start) => {
    const row = start + driven - 1;
    const last = data.subarray(row * width, row * width + targets); // inputs of the last driven row
    const constant = Float64Array.from({ length: horizon * targets }, (_, at) => last[at % targets]);
    return validSteps(constant, 0, table, row, horizon, threshold);
  });
  return { nrmse: nrmse(before, table, first, testing.steps), valid };
}

/** The share of the tested sequences that are of the class most common among them. */
export function majorityOf({ classes }: Task): number {
  const known = classes!.numbers.filter((number) => number >= 0);
  const counts = classes!.names.map((_, c) => known.filter((number) => number === c).length);
  return Math.max(...counts) / known.length;
}
