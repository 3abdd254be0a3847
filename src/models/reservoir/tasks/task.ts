// What a task is, and what all of them are made with.

import { ParameterError } from "../../../device/errors.ts";
import { streamKey, threefry4x32 } from "../../../random/threefry.ts";
import type { Span, Table } from "../network.ts";
import type { Flow } from "../systems/index.ts";
import { PURPOSE } from "../topology.ts";

/** A task with its data, in units of the standard deviation of each column from its mean. */
export interface Task {
  /** A system's next state, outputs of given inputs, or inputs of the past. */
  kind: "forecast" | "filter" | "memory" | "synchronisation";
  table: Table;
  /** Inputs that are not fed back when a reservoir runs free. */
  exogenous: number;
  training: Span[];
  testing: Span;
  /** Rows where forecasts start to be driven. */
  starts: number[];
  driven: number;
  horizon: number;
  /** Steps of a Lyapunov time; 1 where none is known. */
  lyapunovTime: number;
  /** What times are counted in. */
  unit: "Lyapunov times" | "steps";
  /** Means and standard deviations of the columns before they were standardised. */
  mean: Float64Array;
  sd: Float64Array;
  /** The largest absolute values of inputs and targets. */
  largest: { input: number; target: number };
  /** Couplings of the forecasts, where that is asked for. */
  couplings?: number[];
  flow?: Flow;
}

/** The steps before are driven, so that the network stands where it would. */
export const testingOf = (first: number, washout: number, steps: number): Span => {
  const before = Math.min(first, Math.max(washout, 100));
  return { first: first - before, washout: before, steps };
};

/** Columns minus their mean over the rows that are learned from, by their standard deviation. Targets that are inputs share theirs. */
export function standardised(raw: Float64Array, columns: number, targets: number, rowsLearned: number, exogenous = 0) {
  const width = columns + targets;
  const rows = raw.length / width;
  const mean = new Float64Array(width);
  const sd = new Float64Array(width);
  for (let c = 0; c < width; c++) {
    let sum = 0;
    for (let row = 0; row < rowsLearned; row++) sum += raw[row * width + c];
    mean[c] = sum / rowsLearned;
    let squares = 0;
    for (let row = 0; row < rowsLearned; row++) squares += (raw[row * width + c] - mean[c]) ** 2;
    sd[c] = Math.sqrt(squares / rowsLearned);
  }
  const fedBack = columns - exogenous;
  for (let t = 0; t < Math.min(targets, fedBack); t++) {
    // What is fed back must be in the units of the input that it becomes.
    mean[columns + t] = mean[exogenous + t];
    sd[columns + t] = sd[exogenous + t];
  }
  const flat = sd.findIndex((value, c) => !(value > 1e-12 * Math.max(1e-300, Math.abs(mean[c]))));
  if (flat >= 0) {
    const name = flat < columns ? `input column ${flat + 1}` : `target column ${flat - columns + 1}`;
    throw new ParameterError(
      "data",
      `data: ${name} is constant (${mean[flat]}) over the ${rowsLearned} steps that are learned from; leave it out.`,
    );
  }
  const data = new Float32Array(raw.length);
  const largest = { input: 0, target: 0 };
  raw.forEach((value, at) => {
    const c = at % width;
    data[at] = (value - mean[c]) / sd[c];
    const kind = c < columns ? "input" : "target";
    largest[kind] = Math.max(largest[kind], Math.abs(data[at]));
  });
  return { table: { data, rows, columns, targets }, mean, sd, largest };
}

/** Uniform on [0, 1), by index. */
export function uniforms(seed: bigint, count: number): Float64Array {
  const key = streamKey(seed, PURPOSE.data, 0);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i += 4) {
    const words = threefry4x32([i / 4, 0, 0, 0], key);
    for (let k = 0; k < 4 && i + k < count; k++) values[i + k] = (words[k] + 0.5) / 2 ** 32;
  }
  return values;
}
