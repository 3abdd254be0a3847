// What is kept of a trained network: how well it puts out, forecasts and remembers, from its outputs and what was true.

import { quantile } from "../../statistics/index.ts";
import { memoryFunction, nrmse, validSteps, zeroOfLine } from "./metrics.ts";
import type { Shape } from "./network.ts";
import type { Task } from "./tasks/index.ts";

/** Median and quartiles over reservoirs and, where there are some, starts. */
export interface Spread {
  median: number;
  quartiles: [number, number];
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
}

export const FIGURES = {
  validPredictionTime: "Time until a free-running forecast is no longer valid, median over starts",
  nrmse: "Error of outputs one step ahead, root mean square",
  memoryCapacity: "Sum over delays of the squared correlation of outputs with past inputs",
  kernelRank: "Rank of the states, as far as each adds a millionth of all together",
  criticalCoupling: "Coupling from which on the two systems synchronise when the reservoir runs free",
} as const;
export type Figure = keyof typeof FIGURES;

/** Figures of a network that is still to be judged, or that diverged. */
export const noFigures = (): Figures => ({
  ...{ nrmse: Number.NaN, valid: [], memory: [], rank: Number.NaN, exponents: [], exponentError: 0, ridge: Number.NaN },
});

/** The row of the first tested step. */
export const testRow = ({ testing }: Task) => testing.first + testing.washout;

/** Outputs along the test of all patches together, [step][target]; `tested` is [patch], each [step][output]. */
export function ofAllPatches(
  tested: readonly Float64Array[],
  { table, testing }: Task,
  { outputs }: Shape,
): Float64Array {
  const all = new Float64Array(testing.steps * table.targets);
  tested.forEach((own, patch) => {
    for (let step = 0; step < testing.steps; step++) {
      all.set(own.subarray(step * outputs, (step + 1) * outputs), step * table.targets + patch * outputs);
    }
  });
  return all;
}

/** What outputs along the test are worth, those of the patches together: [patch], each [step][output]. */
export function judgeDriven(figures: Figures, tested: readonly Float64Array[], task: Task, shape: Shape): void {
  const { table, testing, kind } = task;
  const all = ofAllPatches(tested, task, shape);
  figures.nrmse = nrmse(all, table, testRow(task), testing.steps);
  if (kind === "memory") figures.memory = memoryFunction(all, table, testRow(task), testing.steps);
}

/** What free-running forecasts are worth, [start][step][output]. */
export function judgeFree(figures: Figures, made: Float64Array, task: Task, threshold: number): void {
  const { table, starts, driven, horizon, kind } = task;
  const run = horizon * table.targets;
  if (kind === "filter") {
    figures.nrmse = nrmse(made.subarray(0, run), table, starts[0] + driven - 1, horizon);
  } else if (kind === "synchronisation") {
    Object.assign(figures, transverseExponents(made, task));
  } else {
    figures.valid = starts.map((start, s) => validSteps(made, s * run, table, start + driven - 1, horizon, threshold));
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

/** One number of a network; NaN where it diverged, or was not asked for. */
export function figureOf(name: Figure, figures: Figures, { couplings, lyapunovTime }: Task): number {
  const { nrmse: error, rank, memory, exponents, valid } = figures;
  if (Number.isNaN(figures.ridge)) return Number.NaN;
  if (name === "nrmse") return error;
  if (name === "kernelRank") return rank;
  if (name === "memoryCapacity") return memory.reduce((sum, share) => sum + share, 0);
  if (name === "criticalCoupling") return zeroOfLine(couplings!, exponents).zero;
  return quantile(valid, 0.5) / lyapunovTime;
}

/** Figures as JSON can hold them: it knows no NaN. */
export const figuresTo = ({ nrmse: error, rank, ridge, valid, memory, exponents, exponentError }: Figures) => [
  ...[error, rank, ridge, exponentError].map((value) => (Number.isNaN(value) ? null : value)),
  ...[valid, memory, exponents.map((value) => (Number.isFinite(value) ? value : null))],
];

export function figuresFrom([error, rank, ridge, shared, valid, memory, exponents]: (
  | number
  | null
  | (number | null)[]
)[]): Figures {
  const number = (value: unknown) => (typeof value === "number" ? value : Number.NaN);
  const list = (value: unknown) => (value as unknown[]).map(number);
  return {
    ...{ nrmse: number(error), rank: number(rank), ridge: number(ridge), exponentError: number(shared) },
    ...{ valid: list(valid), memory: list(memory), exponents: list(exponents) },
  };
}
