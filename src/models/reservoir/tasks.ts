// What a reservoir learns: a table of inputs and targets in time, which steps are learned from and which are tested, and from where
// forecasts start.

import { ParameterError } from "../../device/errors.ts";
import { streamKey, threefry4x32 } from "../../random/threefry.ts";
import type { Span, Table } from "./network.ts";
import { type ReservoirParameters, TASKS, type TaskName } from "./parameters.ts";
import { parseSeries } from "./series-text.ts";
import { type Flow, type FlowName, flowOf } from "./systems/index.ts";
import { PURPOSE } from "./topology.ts";

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

const FLOWS: Partial<Record<TaskName, FlowName>> = {
  lorenz: "lorenz",
  roessler: "roessler",
  "mackey-glass": "mackeyGlass",
  lorenz96: "lorenz96",
  "kuramoto-sivashinsky": "kuramotoSivashinsky",
  logistic: "logistic",
  henon: "henon",
};

/** The system that a task is about, where it is one. */
export function flowOfTask({ task, length }: Pick<ReservoirParameters, "task" | "length">): Flow | undefined {
  const name = FLOWS[task];
  if (name === "kuramotoSivashinsky") {
    // Points about a third of a unit apart, as with 64 at L = 22.
    return flowOf(name, { length, grid: Math.max(64, 2 ** Math.round(Math.log2((64 * length) / 22))) });
  }
  if (name === "lorenz96") return flowOf(name, { sites: 8 });
  return name && flowOf(name);
}

/** Lyapunov times between the starts of forecasts, and of one forecast. */
const SPACING = 2;
const HORIZON = 15;
/** The same in steps where no exponent is known. */
const STEPS = { spacing: 50, horizon: 500 };

/** @throws ParameterError for data that cannot be learned from */
export function taskOf(parameters: ReservoirParameters, seed: bigint): Task {
  const { task } = parameters;
  if (parameters.data !== "" && task !== "data") {
    throw new ParameterError("data", `data: it is learned with task data, not with ${task}; leave one of them out.`);
  }
  if (task === "coupled-logistic" || task === "coupled-lorenz") return synchronisation(parameters, seed);
  if (task === "narma10" || task === "memory") return filter(parameters, seed);
  if (task === "data") return own(parameters);
  return forecast(parameters, flowOfTask(parameters)!, seed);
}

function timesOf(parameters: ReservoirParameters, flow?: Flow) {
  const lyapunovTime = flow?.lyapunov ? 1 / (flow.lyapunov.value * flow.dt) : 1;
  const unit: Task["unit"] = flow?.lyapunov ? "Lyapunov times" : "steps";
  const horizon = parameters.horizon || Math.round(flow?.lyapunov ? HORIZON * lyapunovTime : STEPS.horizon);
  const spacing = Math.max(1, Math.round(flow?.lyapunov ? SPACING * lyapunovTime : STEPS.spacing));
  return { lyapunovTime, unit, horizon, spacing };
}

/** The next state of a system from this one. */
function forecast(parameters: ReservoirParameters, flow: Flow, seed: bigint): Task {
  const { washout, train, test, starts, synchronisation: driven } = parameters;
  const { lyapunovTime, unit, horizon, spacing } = timesOf(parameters, flow);
  const first = washout + train;
  const rows = first + Math.max(test, driven + horizon + (starts - 1) * spacing) + 1;
  const states = flow.trajectory({ steps: rows, seed });
  return {
    ...standardised(nextOf(states, rows, flow.dimension), flow.dimension, flow.dimension, first),
    ...{ kind: "forecast", exogenous: 0, flow, driven, horizon, lyapunovTime, unit },
    training: [{ first: 0, washout, steps: train }],
    testing: testingOf(first, washout, test),
    starts: Array.from({ length: starts }, (_, i) => first + i * spacing),
  };
}

/** The steps before are driven, so that the network stands where it would. */
const testingOf = (first: number, washout: number, steps: number): Span => {
  const before = Math.min(first, Math.max(washout, 100));
  return { first: first - before, washout: before, steps };
};

/** Rows of a state and the next one. */
function nextOf(states: ArrayLike<number>, rows: number, dimension: number): Float64Array {
  const table = new Float64Array((rows - 1) * 2 * dimension);
  for (let row = 0; row + 1 < rows; row++) {
    for (let i = 0; i < 2 * dimension; i++) table[row * 2 * dimension + i] = states[row * dimension + i];
  }
  return table;
}

/** Columns minus their mean over the rows that are learned from, by their standard deviation. Targets that are inputs share theirs. */
function standardised(raw: Float64Array, columns: number, targets: number, rowsLearned: number, exogenous = 0) {
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
function uniforms(seed: bigint, count: number): Float64Array {
  const key = streamKey(seed, PURPOSE.data, 0);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i += 4) {
    const words = threefry4x32([i / 4, 0, 0, 0], key);
    for (let k = 0; k < 4 && i + k < count; k++) values[i + k] = (words[k] + 0.5) / 2 ** 32;
  }
  return values;
}

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
function filter(parameters: ReservoirParameters, seed: bigint): Task {
  const { task, washout, train, test, delays, feedback } = parameters;
  const rows = washout + train + test;
  if (task === "memory") {
    const u = uniforms(seed, rows + delays).map((value) => 2 * value - 1);
    const raw = new Float64Array(rows * (1 + delays));
    for (let row = 0; row < rows; row++) {
      for (let k = -1; k < delays; k++) raw[row * (1 + delays) + k + 1] = u[row + delays - Math.max(k, 0)];
    }
    return fixed(parameters, "memory", standardised(raw, 1, delays, washout + train));
  }
  const u = uniforms(seed, rows + 200).map((value) => value / 2);
  const y = narma10(u);
  const columns = feedback ? 2 : 1;
  const raw = new Float64Array(rows * (columns + 1));
  for (let row = 0; row < rows; row++) {
    const at = row + 200;
    raw.set(feedback ? [u[at], y[at - 1], y[at]] : [u[at], y[at]], row * (columns + 1));
  }
  return fixed(parameters, "filter", standardised(raw, columns, 1, washout + train, 1), feedback);
}

/** A task whose inputs are given to the end. */
function fixed(
  { washout, train, test, synchronisation: driven }: ReservoirParameters,
  kind: Task["kind"],
  made: ReturnType<typeof standardised>,
  feedback = false,
): Task {
  const first = washout + train;
  return {
    ...made,
    ...{ kind, exogenous: feedback ? made.table.columns - made.table.targets : made.table.columns },
    training: [{ first: 0, washout, steps: train }],
    testing: testingOf(first, washout, test),
    // Outputs that are fed back are tested in a run of their own, along the whole test.
    starts: feedback ? [first - Math.min(first, driven)] : [],
    driven: Math.min(first, driven),
    horizon: feedback ? test : 1,
    ...{ lyapunovTime: 1, unit: "steps" },
  };
}

/**
 * Series of one's own: all columns are forecast, or the later ones follow from the first `given`. One series is divided in time; of
 * several, all but the last are learned from to their ends, and the last is tested.
 */
function own(parameters: ReservoirParameters): Task {
  const { given, washout, train, test, starts, synchronisation: driven, feedback } = parameters;
  const { data, shape } = parseSeries(parameters.data);
  const [series, time, features] = shape;
  if (given >= features) {
    throw new ParameterError(
      "given",
      `given ${given}: of ${features} columns at least one must be a target; take ${features - 1} at most.`,
    );
  }
  const single = series === 1;
  // A forecast needs the row after, outputs that are fed back the row before.
  const beside = given === 0 || feedback ? 1 : 0;
  const need = single ? washout + train + test + beside : washout + Math.max(1, given === 0 ? driven : 0) + 1 + beside;
  if (time < need) {
    const parts = single
      ? `a warm-up of ${washout}, ${train} to learn from and ${test} to test`
      : `a warm-up of ${washout} and what is learned`;
    throw new ParameterError(
      "data",
      `data: ${single ? "the series has" : "each series has"} ${time} steps, and ${parts} need ${need}; shorten one of them (--washout, --train, --test).`,
    );
  }
  const targets = features - (given > 0 ? given : 0);
  const columns = given > 0 ? given + (feedback ? targets : 0) : features;
  const length = time - beside;
  const raw = new Float64Array(series * length * (columns + targets));
  for (let s = 0; s < series; s++) {
    for (let t = 0; t < length; t++) {
      const row = (place: number) => data.subarray((s * time + place) * features, (s * time + place + 1) * features);
      const values =
        given === 0
          ? [...row(t), ...row(t + 1)]
          : [
              ...row(t + beside).subarray(0, given),
              ...(feedback ? row(t).subarray(given) : []),
              ...row(t + beside).subarray(given),
            ];
      raw.set(values, (s * length + t) * (columns + targets));
    }
  }
  const exogenous = given > 0 ? given : 0;
  const first = single ? washout + train : (series - 1) * length;
  const steps = single ? Math.min(test, length - first) : length - washout;
  const made = {
    ...standardised(raw, columns, targets, first, exogenous),
    training: single
      ? [{ first: 0, washout, steps: train }]
      : Array.from({ length: series - 1 }, (_, s) => ({ first: s * length, washout, steps: length - washout })),
    testing: single ? testingOf(first, washout, steps) : { first, washout, steps },
  };
  if (given > 0) {
    const begins = single ? first - Math.min(first, driven) : first;
    const before = single ? Math.min(first, driven) : Math.min(driven, length - 1);
    return {
      ...made,
      ...{ kind: "filter", exogenous: feedback ? given : columns, lyapunovTime: 1, unit: "steps" },
      starts: feedback ? [begins] : [],
      driven: before,
      horizon: feedback ? (single ? steps : length - before) : 1,
    };
  }
  const room = single ? steps : length;
  const most = Math.min(parameters.horizon || STEPS.horizon, room - driven);
  if (most < 1) {
    throw new ParameterError(
      "test",
      `test ${room}: forecasts follow the series for ${driven} steps first; take a longer test or --synchronisation below ${room}.`,
    );
  }
  const spacing = Math.floor((room - driven - most) / Math.max(1, starts - 1));
  return {
    ...made,
    ...{ kind: "forecast", exogenous: 0, driven, horizon: most, lyapunovTime: 1, unit: "steps" },
    starts: Array.from({ length: spacing > 0 ? starts : 1 }, (_, i) => first + i * spacing),
  };
}

interface Coupled {
  flow: "coupledLogistic" | "coupledLorenz";
  learned: readonly number[];
  asked: readonly [number, number];
  /**
   * Two systems that all but move together: their distance in standard deviations, the steps for which the series drives, and those that
   * follow, in which the distance stays small.
   */
  near: number;
  driven: number;
  horizon: number;
}

/**
 * Couplings ε that are learned from, all below the critical one, and those that are asked for afterwards. From 0.4 on two coupled Lorenz
 * systems may come to rest, one on either side, and nothing is learned from that.
 */
const COUPLINGS: Record<"coupled-logistic" | "coupled-lorenz", Coupled> = {
  "coupled-logistic": {
    ...{ flow: "coupledLogistic", learned: [0.16, 0.19, 0.22], asked: [0.2, 0.3] },
    ...{ near: 0.01, driven: 2, horizon: 5 },
  },
  "coupled-lorenz": {
    ...{ flow: "coupledLorenz", learned: [0.25, 0.3, 0.35], asked: [0.35, 0.55] },
    ...{ near: 0.03, driven: 10, horizon: 180 },
  },
};
/** How many couplings are asked for. */
const ASKED = 9;
/** The couplings' column is made so much smaller than the others, for it is asked for beyond what was learned. */
const COUPLING_SCALE = 0.03;

/**
 * Two coupled systems with their coupling as one more input, learned at three couplings at which they do not synchronise. Then the
 * reservoir runs free at others, from states in which the two are close: how fast they part is the transverse Lyapunov exponent, and
 * where it passes 0 they begin to synchronise. (Fan, Kong, Lai & Wang 2021, doi 10.1103/PhysRevResearch.3.023237, learned at a few
 * couplings; Pecora & Carroll 1998, doi 10.1103/PhysRevLett.80.2109, on the exponent.)
 */
function synchronisation(parameters: ReservoirParameters, seed: bigint): Task {
  const { washout, train, test, starts } = parameters;
  const coupled = COUPLINGS[parameters.task as keyof typeof COUPLINGS];
  const { flow, learned, asked, driven } = coupled;
  const flows = learned.map((coupling) => flowOf(flow, { coupling }));
  const { dimension, dt, criticalCoupling } = flows[0];
  const lambda = parameters.task === "coupled-logistic" ? Math.LN2 : 2 * criticalCoupling!.value;
  const horizon = parameters.horizon || coupled.horizon;
  const [least, most] = asked;
  const couplings = Array.from({ length: ASKED }, (_, i) => least + ((most - least) * i) / (ASKED - 1));
  const length = washout + train + test;
  const after = learned.length * length;
  const runs = 2 * couplings.length * starts;
  const rows = after + runs * (driven + horizon);
  const width = 1 + 2 * dimension;
  const raw = new Float64Array(rows * width);
  const fill = (states: Float64Array, coupling: number, first: number) => {
    for (let row = 0; (row + 2) * dimension <= states.length; row++) {
      raw[(first + row) * width] = coupling;
      raw.set(states.subarray(row * dimension, (row + 2) * dimension), (first + row) * width + 1);
    }
  };
  let last: Float64Array = new Float64Array();
  flows.forEach((each, s) => {
    last = each.trajectory({ steps: length + 1, seed, trajectory: s });
    fill(last, learned[s], s * length);
  });
  const half = dimension / 2;
  const near = coupled.near * deviation(last, dimension);
  const directions = uniforms(seed, starts * half);
  const beside = flows[flows.length - 1];
  for (let run = 0; run < runs; run++) {
    // A state of the first system along its trajectory; the second one stands beside it, in every other run on the other side.
    const pair = (run >> 1) % starts; // the same at every coupling
    const at = Math.floor(((pair + 0.5) / starts) * length) * dimension;
    const one = Array.from(last.subarray(at, at + half));
    if (flow === "coupledLogistic") one[0] = Math.min(1 - 2 * near, Math.max(2 * near, one[0]));
    const side = run % 2 === 0 ? near : -near;
    const other = one.map((value, i) => value + side * (2 * directions[pair * half + i] - 1));
    const states = beside.trajectory({ steps: driven + horizon + 1, transient: 0, start: [...one, ...other] });
    fill(states, couplings[Math.floor(run / (2 * starts))], after + run * (driven + horizon));
  }
  const made = standardised(raw, 1 + dimension, dimension, after, 1);
  for (let row = 0; row < rows; row++) made.table.data[row * width] *= COUPLING_SCALE;
  made.sd[0] /= COUPLING_SCALE;
  return {
    ...made,
    ...{ kind: "synchronisation", exogenous: 1, flow: flows[0], driven, horizon, couplings },
    training: learned.map((_, s) => ({ first: s * length, washout, steps: train })),
    testing: testingOf((learned.length - 1) * length + washout + train, washout, test),
    starts: Array.from({ length: runs }, (_, run) => after + run * (driven + horizon)),
    ...{ lyapunovTime: 1 / (lambda * dt), unit: "Lyapunov times" },
  };
}

/** The standard deviation of the first column. */
function deviation(states: Float64Array, dimension: number): number {
  const column = states.filter((_, i) => i % dimension === 0);
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length);
}

export { TASKS };
