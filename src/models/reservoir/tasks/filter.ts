// Tasks whose inputs are given to the end: NARMA10, and what a reservoir remembers.

import type { ReservoirParameters } from "../parameters.ts";
import { type Scales, standardised } from "./standardised.ts";
import { type Task, testingOf, uniforms } from "./task.ts";

/**
 * NARMA of order 10 (Atiya & Parlos 2000, doi 10.1109/72.846741): y(t+1) = 0.3 y(t) + 0.05 y(t) Σ_{i=0..9} y(t-i) + 1.5 u(t-9) u(t) + 0.1,
 * u uniform on [0, 0.5], from 0; y is capped at 1, where the recurrence would run away.
 */
export function narma10(inputs: ArrayLike<number>): Float64Array {
  const y = new Float64Array(inputs.length + 1);
  for (let t = 0; t < inputs.length; t++) {
    let sum = 0;
    for (let i = 0; i < 10 && i <= t; i++) sum += y[t - i];
    const late = t >= 9 ? inputs[t - 9] : 0;
    y[t + 1] = Math.min(1, 0.3 * y[t] + 0.05 * y[t] * sum + 1.5 * late * inputs[t] + 0.1);
  }
  return y.subarray(1);
}

/** Outputs for random inputs: NARMA10, or the input of 0, 1, … steps ago, u uniform on [-1, 1]. */
export function filter(parameters: ReservoirParameters, seed: bigint, scales?: Scales): Task {
  const { task, washout, train, test, delays, feedback } = parameters;
  const rows = washout + train + test;
  if (task === "memory") {
    const u = uniforms(seed, rows + delays).map((value) => 2 * value - 1);
    const raw = new Float64Array(rows * (1 + delays));
    for (let row = 0; row < rows; row++) {
      for (let k = -1; k < delays; k++) raw[row * (1 + delays) + k + 1] = u[row + delays - Math.max(k, 0)];
    }
    const columns = { columns: 1, targets: delays, exogenous: 0 };
    return given("memory", standardised(raw, columns, [[0, washout + train]], scales), dividedOf(parameters));
  }
  const u = uniforms(seed, rows + 200).map((value) => value / 2);
  const y = narma10(u);
  const columns = feedback ? 2 : 1;
  const raw = new Float64Array(rows * (columns + 1));
  for (let row = 0; row < rows; row++) {
    const at = row + 200;
    raw.set(feedback ? [u[at], y[at - 1], y[at]] : [u[at], y[at]], row * (columns + 1));
  }
  const made = standardised(raw, { columns, targets: 1, exogenous: 1 }, [[0, washout + train]], scales);
  return given("filter", made, dividedOf(parameters), feedback);
}

/** How one series is divided in time, and how a run is laid whose outputs are fed back: along the whole test. */
function dividedOf({ washout, train, test, synchronisation }: ReservoirParameters) {
  const first = washout + train;
  const driven = Math.min(first, synchronisation);
  return {
    ...{ training: [{ first: 0, washout, steps: train }], testing: testingOf(first, washout, test) },
    ...{ starts: [first - driven], driven, horizon: test },
  };
}

/** A task with inputs of its own; where outputs are not fed back nothing runs free. */
export function given(
  kind: Task["kind"],
  made: ReturnType<typeof standardised>,
  divided: Pick<Task, "training" | "testing" | "starts" | "driven" | "horizon">,
  feedback = false,
): Task {
  const { columns, targets } = made.table;
  return {
    ...{ ...made, ...divided, kind, exogenous: feedback ? columns - targets : columns },
    ...(feedback ? {} : { starts: [], horizon: 1 }),
    ...{ lyapunovTime: 1, unit: "steps" },
  };
}
