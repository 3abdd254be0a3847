// What a task is, and what all of them are made with.

import type { Times } from "../../../files/times.ts";
import { streamKey, threefry4x32 } from "../../../random/threefry.ts";
import type { Flow } from "../../../systems/index.ts";
import type { Forecasts, Span, Table } from "../network.ts";
import { PURPOSE } from "../topology.ts";
import type { Scales } from "./standardised.ts";

/** A task with its data, in units of the standard deviation of each column from its mean. */
export interface Task extends Scales {
  /** A system's next state, outputs of given inputs, inputs of the past, or the class of a sequence. */
  kind: "forecast" | "filter" | "memory" | "synchronisation" | "classes";
  /** Inputs and targets, in units of the standard deviation of each column. */
  table: Table;
  /** Inputs that are not fed back when a reservoir runs free. */
  exogenous: number;
  /** None where a network from a file is used as it is. */
  training: Span[];
  /** The rows that networks are tested on. */
  testing: Span;
  /** Rows by which networks are compared, apart from those that are tested. */
  validating?: Validation;
  /** The steps that follow the user's series. */
  beyond?: Forecasts;
  /** Sequences that are put into classes. */
  classes?: Classes;
  /** Rows where forecasts start to be driven. */
  starts: number[];
  /** Steps that the series drives a network before it forecasts. */
  driven: number;
  /** Steps of a forecast. */
  horizon: number;
  /** Steps of a Lyapunov time; 1 where none is known. */
  lyapunovTime: number;
  /** What times are counted in. */
  unit: "Lyapunov times" | "steps";
  /** What is known of the columns of the user's series. */
  names?: readonly string[];
  /** Times of the rows, where they are known. */
  times?: Times;
  /** Rows of the series itself, where it is the user's. */
  length?: number;
  /** What a reader must know: a sentence each. */
  notes?: readonly string[];
  /** Couplings of the forecasts, where that is requested. */
  couplings?: number[];
  /** The system that the series is from, where it is one of gibbs. */
  flow?: Flow;
}

export interface Validation extends Span {
  /** Rows where its forecasts start to be driven. */
  starts: number[];
}

export interface Classes {
  names: readonly string[];
  /** The sequences that are tested, and the class of each; -1 where it is not known. */
  spans: readonly Span[];
  numbers: readonly number[];
  /** What each is called: its number from 0 where nothing is known. */
  members: readonly (number | string)[];
}

/** The steps before are driven, so that the network stands where it would. */
export const testingOf = (first: number, washout: number, steps: number): Span => {
  const before = Math.min(first, Math.max(washout, 100));
  return { first: first - before, washout: before, steps };
};

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
