// What all networks of a run together show: medians with errors and quartiles, and what a reader of them must know.

import { type Estimate, median, quantile } from "../../statistics/index.ts";
import { type Points, point } from "../parameters.ts";
import { FIGURES, type Figure, type Figures, figureOf, type Spread } from "./figures.ts";
import { zeroOfLine } from "./metrics.ts";
import type { ReservoirParameters } from "./parameters.ts";
import type { Task } from "./tasks/index.ts";

export interface ReservoirResult {
  reservoirs: number;
  validPredictionTime?: Spread;
  nrmse?: Spread;
  memoryCapacity?: Spread;
  kernelRank?: Spread;
  criticalCoupling?: Spread;
  /** Of a memory task: the share of the input's variance that is remembered after 0, 1, … steps. */
  memoryFunction?: number[];
  /** Of coupled systems: the transverse Lyapunov exponent of the free-running reservoir at each coupling, per unit of time. */
  synchronisation?: { coupling: number; exponent: number }[];
  /** Ridges that had to be raised, and networks that diverged, if any. */
  raised: { point: number; reservoir: number; ridge: number }[];
  diverged: { point: number; reservoir: number }[];
}

/** A run as far as it has come: `figures` are [reservoir][point]. */
export interface Run {
  figures: readonly (readonly Figures[])[];
  points: Points<ReservoirParameters>;
  task: Task;
}

/** What a task is judged by. */
export function namesOf({ kind, starts }: Task): Figure[] {
  if (kind === "memory") return ["memoryCapacity", "kernelRank"];
  if (kind === "synchronisation") return ["criticalCoupling", "nrmse"];
  return kind === "forecast" && starts.length > 0
    ? ["validPredictionTime", "nrmse", "kernelRank"]
    : ["nrmse", "kernelRank"];
}

export function observablesOf(task: Task) {
  return Object.fromEntries(
    namesOf(task).map((name) => [name, { unit: unitOf(name, task), description: FIGURES[name] }]),
  );
}

function unitOf(name: Figure, task: Task): string {
  if (name === "validPredictionTime") return task.unit;
  if (name === "nrmse") return "standard deviations";
  return name === "memoryCapacity" ? "steps" : "";
}

/** A figure of every network at a point that has it, one number each. */
const known = (name: Figure, { figures, task }: Run, p: number) =>
  figures.map((points) => figureOf(name, points[p], task)).filter((value) => !Number.isNaN(value));

/** The median over networks of each figure, with its error. */
export function estimateOf(run: Run, p: number): Record<string, Estimate> {
  return Object.fromEntries(
    namesOf(run.task).map((name) => {
      const values = known(name, run, p);
      if (values.length === 0) return [name, { value: Number.NaN, error: Number.NaN, tau: 0.5, n: 0 }];
      const own = median(values);
      if (name !== "criticalCoupling") return [name, own];
      return [name, { ...own, error: Math.hypot(own.error, sharedError(run, p)) }];
    }),
  );
}

/** The error of the critical coupling that all networks share, for their starts are the same. */
function sharedError({ figures, task }: Run, p: number): number {
  const { exponents, exponentError } = figures.find((points) => !Number.isNaN(points[p].ridge))![p];
  return exponentError / Math.abs(zeroOfLine(task.couplings!, exponents).slope);
}

/** Medians with quartiles, and what else the task is about; of the first point. */
export function resultOf(run: Run): ReservoirResult {
  const { figures, points, task } = run;
  const spread = (name: Figure): Spread => {
    const values =
      name === "validPredictionTime"
        ? figures.flatMap(([own]) => own.valid.map((steps) => steps / task.lyapunovTime))
        : known(name, run, 0);
    const [least, middle, most] = [0.25, 0.5, 0.75].map((share) => quantile(values, share));
    return { median: middle, quartiles: [least, most], unit: unitOf(name, task) };
  };
  const places = (wanted: (own: Figures, p: number) => boolean) =>
    figures.flatMap((each, reservoir) =>
      each.flatMap((own, p) => (wanted(own, p) ? [{ point: p, reservoir, ridge: own.ridge }] : [])),
    );
  const means = (of: (own: Figures) => number[]) => {
    const rows = figures.map(([own]) => of(own)).filter((row) => row.length > 0);
    return (rows[0] ?? []).map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
  };
  const { kind, couplings } = task;
  const exponents = means((own) => own.exponents);
  return {
    reservoirs: figures.length,
    ...Object.fromEntries(figures.length > 0 ? namesOf(task).map((name) => [name, spread(name)]) : []),
    ...(kind === "memory" ? { memoryFunction: means(({ memory }) => memory) } : {}),
    ...(couplings ? { synchronisation: exponents.map((exponent, i) => ({ coupling: couplings[i], exponent })) } : {}),
    raised: places(({ ridge }, p) => ridge > point(points, p).ridge),
    diverged: places(({ ridge }) => Number.isNaN(ridge)).map(({ point: p, reservoir }) => ({ point: p, reservoir })),
  };
}

/** Networks that diverged and ridges that were raised, a sentence each. */
export function notesOf({ raised, diverged }: ReservoirResult): string[] {
  const names = (list: readonly { point: number; reservoir: number }[]) => {
    const some = list.slice(0, 5).map(({ point: p, reservoir }) => `${reservoir}${p > 0 ? ` at point ${p}` : ""}`);
    return `${list.length === 1 ? "reservoir" : "reservoirs"} ${some.join(", ")}${list.length > 5 ? ", …" : ""}`;
  };
  const notes: string[] = [];
  if (diverged.length > 0) {
    notes.push(
      `${names(diverged)} diverged: their states left all bounds, and they count for nothing; take a smaller spectral radius.`,
    );
  }
  if (raised.length > 0) {
    const most = Math.max(...raised.map(({ ridge }) => ridge));
    notes.push(
      `the ridge of ${names(raised)} was raised, up to ${most}, for at the one asked for rounding left no solution.`,
    );
  }
  return notes;
}

/** Every network's figures, of every point. */
export function tableOf({ figures, task }: Run): { head: string[]; rows: (string | number)[][] } {
  const names = namesOf(task);
  const rows = figures.flatMap((points, reservoir) =>
    points.map((own, p) => [p, reservoir, ...names.map((name) => figureOf(name, own, task))]),
  );
  return { head: ["point", "reservoir", ...names], rows };
}
