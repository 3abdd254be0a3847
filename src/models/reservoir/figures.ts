// What is kept of a trained network: how well it puts out, forecasts and remembers, from its outputs and what was true.

import * as z from "zod";
import { quantile } from "../../statistics/index.ts";
import { type Baseline, majorityOf } from "./baseline.ts";
import { memoryFunction, nrmse, validSteps, zeroOfLine } from "./metrics.ts";
import type { Shape, Span } from "./network.ts";
import type { Task } from "./tasks/index.ts";

/** Median and quartiles over reservoirs and, where there are some, starts. */
export interface Spread {
  /** In `unit`, as the quartiles. */
  median: number;
  /** The first and the third quartile. */
  quartiles: [number, number];
  /** Empty where it has none. */
  unit: string;
}

/** What is kept of one network at one point. */
export interface Figures {
  nrmse: number;
  /** Valid steps of each start. */
  valid: number[];
  memory: number[];
  rank: number;
  /** Transverse Lyapunov exponents at the couplings, and the standard error that they share: starts are the same at all. */
  exponents: number[];
  exponentError: number;
  /** The ridge that was taken; NaN where the network diverged. */
  ridge: number;
  /** The same as `nrmse` and `valid` along the rows that are set aside to compare networks. */
  validationNrmse: number;
  validationValid: number[];
  /** The class that each tested sequence is put into. */
  chosen: number[];
}

export const FIGURES = {
  validPredictionTime: "Time until a free-running forecast is no longer valid, median over starts",
  nrmse: "Error of outputs one step ahead, root mean square",
  memoryCapacity: "Sum over delays of the squared correlation of outputs with past inputs",
  kernelRank: "Rank of the states: units that each add more than a millionth of all states together",
  criticalCoupling: "Coupling above which the two systems synchronise when the reservoir runs free",
  validationTime: "Time until a free-running forecast of the rows set aside is no longer valid, median over starts",
  validationNrmse: "Error of outputs one step ahead along the rows set aside, root mean square",
  persistenceTime: "The same time for the persistence forecast (nothing changes), the baseline",
  persistenceNrmse: "The same error where the last value is repeated, the baseline",
  accuracy: "Share of the test sequences that are classified correctly",
  majorityAccuracy: "The same share where every sequence is assigned the most common class, the baseline",
} as const;
export type Figure = keyof typeof FIGURES;

/** Figures of a network that is still to be judged, or that diverged. */
export const noFigures = (): Figures => ({
  ...{ nrmse: Number.NaN, valid: [], memory: [], rank: Number.NaN, exponents: [], exponentError: 0, ridge: Number.NaN },
  ...{ validationNrmse: Number.NaN, validationValid: [], chosen: [] },
});

/** The row of the first tested step. */
export const testRow = ({ testing }: Pick<Task, "testing">) => testing.first + testing.washout;

/** Outputs along some rows of all patches together, [step][target]; `made` is [patch], each [step][output]. */
export function ofAllPatches(
  made: readonly Float64Array[],
  steps: number,
  { table }: Task,
  { outputs }: Shape,
): Float64Array {
  const all = new Float64Array(steps * table.targets);
  made.forEach((own, patch) => {
    for (let step = 0; step < steps; step++) {
      all.set(own.subarray(step * outputs, (step + 1) * outputs), step * table.targets + patch * outputs);
    }
  });
  return all;
}

/** Rows along which a network puts out: the test, then those set aside to compare networks; of classes each sequence. */
export const spansOf = ({ testing, validating, classes }: Task): readonly Span[] =>
  classes ? classes.spans : validating ? [testing, validating] : [testing];

/** What outputs along these rows are worth, those of the patches together: [span][patch], each [step][output]. */
export function judgeDriven(figures: Figures, made: readonly Float64Array[][], task: Task, shape: Shape): void {
  const { table, kind } = task;
  const spans = spansOf(task);
  const all = made.map((patches, s) => ofAllPatches(patches, spans[s].steps, task, shape));
  if (kind === "classes") {
    figures.chosen = all.map((outputs) => classOf(outputs, table.targets));
    return;
  }
  const error = (s: number) => nrmse(all[s], table, testRow({ testing: spans[s] }), spans[s].steps);
  figures.nrmse = error(0);
  if (task.validating) figures.validationNrmse = error(1);
  if (kind === "memory") figures.memory = memoryFunction(all[0], table, testRow(task), task.testing.steps);
}

/** The class whose outputs are largest on average, [step][class]. */
function classOf(outputs: Float64Array, classes: number): number {
  const sums = Array.from({ length: classes }, (_, c) =>
    outputs.reduce((sum, value, at) => (at % classes === c ? sum + value : sum), 0),
  );
  return sums.indexOf(Math.max(...sums));
}

/** Where forecasts start: along the test, then along the rows set aside. */
export const startsOf = ({ starts, validating }: Task) => [...starts, ...(validating?.starts ?? [])];

/** What free-running forecasts from `startsOf` are worth, [start][step][output]. */
export function judgeFree(figures: Figures, made: Float64Array, task: Task, threshold: number): void {
  const { table, starts, driven, horizon, kind } = task;
  const run = horizon * table.targets;
  if (kind === "filter") {
    figures.nrmse = nrmse(made.subarray(0, run), table, starts[0] + driven - 1, horizon);
  } else if (kind === "synchronisation") {
    Object.assign(figures, transverseExponents(made, task));
  } else {
    const valid = startsOf(task).map((start, s) =>
      validSteps(made, s * run, table, start + driven - 1, horizon, threshold),
    );
    figures.valid = valid.slice(0, starts.length);
    figures.validationValid = valid.slice(starts.length);
  }
}

/**
 * How fast two coupled systems part, or come together, when the reservoir runs free: the mean over pairs of starts at each coupling. The
 * two starts of a pair lie on either side of equal states, so that what the network adds to every difference cancels. The first quarter
 * is left out: in it the difference turns to the direction in which it grows.
 */
function transverseExponents(made: Float64Array, task: Task): Pick<Figures, "exponents" | "exponentError"> {
  const { horizon, table, starts, couplings, flow } = task;
  const { targets } = table;
  const half = targets / 2;
  const [first, last] = [Math.floor(horizon / 4), horizon - 1];
  const apart = (s: number, step: number) => {
    const value = (run: number, t: number) => made[((s + run) * horizon + step) * targets + t];
    let squares = 0;
    for (let t = 0; t < half; t++) {
      squares += (value(0, t) - value(0, half + t) - value(1, t) + value(1, half + t)) ** 2;
    }
    return Math.sqrt(squares);
  };
  const pairs = starts.length / couplings!.length / 2;
  // [pair][coupling]; what is no number, as where two runs end in the very same state, is left out.
  const rates = Array.from({ length: pairs }, (_, pair) =>
    couplings!.map((_, c) => {
      const s = 2 * (c * pairs + pair);
      return Math.log(apart(s, last) / apart(s, first)) / ((last - first) * flow!.dt);
    }),
  );
  const finite = (values: readonly number[]) => values.filter(Number.isFinite);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const own = finite(rates.map((row) => mean(finite(row))));
  const variance = mean(own.map((value) => (value - mean(own)) ** 2));
  return {
    exponents: couplings!.map((_, c) => mean(finite(rates.map((row) => row[c])))),
    exponentError: Math.sqrt(variance / Math.max(1, own.length - 1)),
  };
}

/** One number of a network; NaN where it diverged, or was not requested. */
export function figureOf(name: Figure, figures: Figures, task: Task, baseline?: Baseline): number {
  const { couplings, lyapunovTime, classes } = task;
  const { nrmse: error, rank, memory, exponents, valid } = figures;
  if (name === "persistenceNrmse") return baseline!.nrmse;
  if (name === "persistenceTime") return quantile(baseline!.valid, 0.5) / lyapunovTime;
  if (name === "majorityAccuracy") return majorityOf(task);
  if (Number.isNaN(figures.ridge)) return Number.NaN;
  if (name === "validationNrmse") return figures.validationNrmse;
  if (name === "validationTime") return quantile(figures.validationValid, 0.5) / lyapunovTime;
  if (name === "accuracy") {
    const known = classes!.numbers.flatMap((number, s) => (number >= 0 ? [Number(figures.chosen[s] === number)] : []));
    return known.reduce((sum, right) => sum + right, 0) / known.length;
  }
  if (name === "nrmse") return error;
  if (name === "kernelRank") return rank;
  if (name === "memoryCapacity") return memory.reduce((sum, share) => sum + share, 0);
  if (name === "criticalCoupling") return zeroOfLine(couplings!, exponents).zero;
  return quantile(valid, 0.5) / lyapunovTime;
}

/**
 * The network that is best along the rows set aside: by how long its forecasts stay valid, then by its error. Without such rows the
 * first that has not diverged.
 */
export function bestOf(figures: readonly Figures[], task: Task): number {
  const sound = figures.flatMap((own, network) => (Number.isNaN(own.ridge) ? [] : [network]));
  if (!task.validating) return sound[0] ?? 0;
  const time = (network: number) =>
    task.validating!.starts.length > 0 ? figureOf("validationTime", figures[network], task) : 0;
  const [best = 0] = sound.sort(
    (a, b) => time(b) - time(a) || figures[a].validationNrmse - figures[b].validationNrmse || a - b,
  );
  return best;
}

/** Of each step and point, as `figuresTo` writes them. */
const figure = z.number().nullable();
export const keptFigures = z.array(
  z.array(
    z.tuple([
      ...([figure, figure, figure, figure, z.array(figure), z.array(figure), z.array(figure)] as const),
      // Since 0.2.0: along the rows set aside, and classes.
      ...([figure.optional(), z.array(figure).optional(), z.array(figure).optional()] as const),
    ]),
  ),
);

/** Figures as JSON can hold them: it knows no NaN. */
export const figuresTo = (own: Figures) => [
  ...[own.nrmse, own.rank, own.ridge, own.exponentError].map(jsonOf),
  ...[own.valid, own.memory, own.exponents.map(jsonOf)],
  ...[jsonOf(own.validationNrmse), own.validationValid, own.chosen],
];

const jsonOf = (value: number) => (Number.isFinite(value) ? value : null);

type Json = number | null | undefined | (number | null)[];

/** Those of gibbs 0.1.0 have no rows set aside, and no classes. */
export function figuresFrom([
  error,
  rank,
  ridge,
  shared,
  valid,
  memory,
  exponents,
  aside,
  asideValid,
  chosen,
]: Json[]): Figures {
  const number = (value: Json) => (typeof value === "number" ? value : Number.NaN);
  const list = (value: Json) => ((value ?? []) as (number | null)[]).map(number);
  return {
    ...{ nrmse: number(error), rank: number(rank), ridge: number(ridge), exponentError: number(shared) },
    ...{ valid: list(valid), memory: list(memory), exponents: list(exponents) },
    ...{ validationNrmse: number(aside), validationValid: list(asideValid), chosen: list(chosen) },
  };
}
