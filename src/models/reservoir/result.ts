// What all networks of a run together show: medians with errors and quartiles, and what a reader of them must know.

import { type Estimate, median, quantile } from "../../statistics/index.ts";
import type { aheadRecord } from "../forecast.ts";
import { words } from "../labels.ts";
import { type Points, parametersOf } from "../parameters.ts";
import type { Baseline } from "./baseline.ts";
import { bestOf, FIGURES, type Figure, type Figures, figureOf, type Spread } from "./figures.ts";
import { zeroOfLine } from "./metrics.ts";
import type { ReservoirParameters } from "./parameters.ts";
import type { Task } from "./tasks/index.ts";

/** What the networks of a run show, at the first point of a scan. */
export interface ReservoirResult {
  /** Random networks made. */
  reservoirs: number;
  /** What follows the user's series, [step][column]; `at` counts steps or tells times. */
  forecast?: ReturnType<typeof aheadRecord>;
  /** Medians with quartiles, of each of its figures. */
  validPredictionTime?: Spread;
  /** Forecasts that were valid to their end: how long they would have stayed so is not known. */
  censored?: { forecasts: number; of: number; horizon: number };
  /** Error of outputs one step ahead, root mean square, in standard deviations. */
  nrmse?: Spread;
  /** Time until a free-running forecast of the rows set aside is no longer valid. */
  validationTime?: Spread;
  /** Error one step ahead along the rows set aside. */
  validationNrmse?: Spread;
  /** Valid time of the baseline, which repeats the last value. */
  persistenceTime?: Spread;
  /** Error one step ahead of the baseline, which repeats the last value. */
  persistenceNrmse?: Spread;
  /** Share of the test sequences that are classified correctly. */
  accuracy?: Spread;
  /** Accuracy of the baseline, which assigns the most common class to every sequence. */
  majorityAccuracy?: Spread;
  /** The network that is written to files, and forecasts: the best along the rows set aside. */
  best?: number;
  /** Of classes, over all networks: [class][class it was put into]. */
  confusion?: { classes: readonly string[]; counts: number[][] };
  /** Sum over delays of the squared correlation of outputs with past inputs. */
  memoryCapacity?: Spread;
  /** Rank of the states. */
  kernelRank?: Spread;
  /** Coupling above which the two systems synchronise when the reservoir runs free. */
  criticalCoupling?: Spread;
  /** Of a memory task: the share of the input's variance that is remembered after 0, 1, … steps. */
  memoryFunction?: number[];
  /** Of coupled systems: the transverse Lyapunov exponent of the free-running reservoir at each coupling, per unit of time. */
  synchronisation?: { coupling: number; exponent: number }[];
  /** Ridges that had to be raised, and networks that diverged, if any. */
  raised: { point: number; reservoir: number; ridge: number }[];
  /** Networks that diverged, by their numbers from 0. */
  diverged: { point: number; reservoir: number }[];
}

/** A run as far as it has come: `figures` are [reservoir][point]. */
export interface Run {
  /** Number of the first network. */
  first: number;
  figures: readonly (readonly Figures[])[];
  points: Points<ReservoirParameters>;
  task: Task;
  /** Of the user's series. */
  baseline?: Baseline;
}

/** What a task is judged by. */
function namesOf({ kind, starts, training, validating, length, classes }: Task): Figure[] {
  if (kind === "classes") return classes!.numbers.some((number) => number >= 0) ? ["accuracy", "majorityAccuracy"] : [];
  if (kind === "memory") return ["memoryCapacity", "kernelRank"];
  if (kind === "synchronisation") return ["criticalCoupling", "nrmse"];
  const runs = kind === "forecast" && starts.length > 0;
  return [
    ...(runs ? (["validPredictionTime"] as const) : []),
    "nrmse",
    ...(validating && validating.starts.length > 0 ? (["validationTime"] as const) : []),
    ...(validating ? (["validationNrmse"] as const) : []),
    ...(length !== undefined && runs ? (["persistenceTime"] as const) : []),
    ...(length !== undefined ? (["persistenceNrmse"] as const) : []),
    ...(training.length > 0 ? (["kernelRank"] as const) : []),
  ];
}

export function observablesOf(task: Task) {
  return Object.fromEntries(
    namesOf(task).map((name) => [name, { unit: unitOf(name, task), label: labelOf(name), description: FIGURES[name] }]),
  );
}

/** The error's abbreviation is that of the literature. */
const labelOf = (name: Figure) => words(name).replace(/nrmse/i, "NRMSE");

function unitOf(name: Figure, task: Task): string {
  if (name.endsWith("Time")) return task.unit;
  if (name === "nrmse" || name.endsWith("Nrmse")) return "standard deviations";
  return name === "memoryCapacity" ? "steps" : "";
}

/** A figure of every network at a point that has it, one number each. */
const known = (name: Figure, { figures, task, baseline }: Run, p: number) =>
  figures.map((points) => figureOf(name, points[p], task, baseline)).filter((value) => !Number.isNaN(value));

/** The median over networks of each figure, with its error. */
export function estimateOf(run: Run, p: number): Record<string, Estimate> {
  return Object.fromEntries(
    namesOf(run.task).map((name) => {
      const values = known(name, run, p);
      if (values.length === 0) return [name, { value: Number.NaN, error: Number.NaN, tau: 0.5, n: 0 }];
      // What needs no network is the same for each.
      if (BASELINES.has(name)) return [name, { value: values[0], error: 0, tau: 0.5, n: 1 }];
      const own = median(values);
      if (name !== "criticalCoupling") return [name, own];
      return [name, { ...own, error: Math.hypot(own.error, sharedError(run, p)) }];
    }),
  );
}

const BASELINES = new Set<Figure>(["persistenceNrmse", "persistenceTime", "majorityAccuracy"]);

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
  const { kind, couplings, horizon, length } = task;
  const valid = figures.flatMap(([own]) => own.valid);
  const exponents = means((own) => own.exponents);
  return {
    reservoirs: figures.length,
    ...Object.fromEntries(figures.length > 0 ? namesOf(task).map((name) => [name, spread(name)]) : []),
    ...(kind === "forecast" && valid.length > 0
      ? { censored: { forecasts: valid.filter((steps) => steps >= horizon).length, of: valid.length, horizon } }
      : {}),
    ...(length !== undefined && figures.length > 0
      ? {
          best: bestOf(
            figures.map(([own]) => own),
            task,
          ),
        }
      : {}),
    ...(kind === "classes" ? { confusion: confusionOf(run) } : {}),
    ...(kind === "memory" ? { memoryFunction: means(({ memory }) => memory) } : {}),
    ...(couplings ? { synchronisation: exponents.map((exponent, i) => ({ coupling: couplings[i], exponent })) } : {}),
    raised: places(({ ridge }, p) => ridge > parametersOf(points, p).ridge),
    diverged: places(({ ridge }) => Number.isNaN(ridge)).map(({ point: p, reservoir }) => ({ point: p, reservoir })),
  };
}

/** Of sequences whose class is known, over all networks of the first point. */
function confusionOf({ figures, task: { classes } }: Run) {
  const { names, numbers } = classes!;
  const counts = names.map(() => names.map(() => 0));
  for (const [own] of figures) {
    own.chosen.forEach((chosen, s) => {
      if (numbers[s] >= 0) counts[numbers[s]][chosen]++;
    });
  }
  return { classes: names, counts };
}

/** Networks that diverged or learned nothing, ridges that were raised, and forecasts that end before they fail: a sentence each. */
export function notesOf({ raised, diverged, censored, nrmse, persistenceNrmse }: ReservoirResult): string[] {
  const names = (list: readonly { point: number; reservoir: number }[]) => {
    const some = list.slice(0, 5).map(({ point: p, reservoir }) => `${reservoir}${p > 0 ? ` at point ${p}` : ""}`);
    return `${list.length === 1 ? "reservoir" : "reservoirs"} ${some.join(", ")}${list.length > 5 ? ", …" : ""}`;
  };
  const notes: string[] = [];
  if (diverged.length > 0) {
    notes.push(
      `${names(diverged)} diverged: their states grew without bound, and they are left out; use a smaller spectral radius.`,
    );
  }
  if (nrmse && persistenceNrmse && nrmse.median >= persistenceNrmse.median) {
    const [own, other] = [nrmse, persistenceNrmse].map(({ median }) => median.toPrecision(3));
    notes.push(
      `one step ahead the networks are no better than repeating the last value (nrmse ${own}, of persistence ${other}), so compare validPredictionTime with persistenceTime before you use what they say; try a larger --ridge or fewer --units.`,
    );
  }
  if (raised.length > 0) {
    const most = Math.max(...raised.map(({ ridge }) => ridge));
    notes.push(
      `the ridge of ${names(raised)} was raised, up to ${most}, because with the requested one rounding left no solution.`,
    );
  }
  if (censored && censored.forecasts > 0) {
    const { forecasts, of, horizon } = censored;
    const bound = 2 * forecasts >= of ? "; the median is a lower bound" : "";
    notes.push(
      `${forecasts} of ${of} forecasts ${forecasts === 1 ? "is" : "are"} valid to their end, after ${horizon} steps: their times count as that${bound}; give a longer --horizon${bound ? "" : " to see more"}.`,
    );
  }
  return notes;
}

/** Every network's figures, of every point. */
export function tableOf({ first, figures, task, baseline }: Run): { head: string[]; rows: (string | number)[][] } {
  const names = namesOf(task);
  const rows = figures.flatMap((points, reservoir) =>
    points.map((own, p) => [p, first + reservoir, ...names.map((name) => figureOf(name, own, task, baseline))]),
  );
  return { head: ["point", "reservoir", ...names], rows };
}

/** Each tested sequence, counted from 0, its class where that is known, and the class that a network puts it into. */
export function classTable({ figures, task }: Run, network: number): { head: string[]; rows: (string | number)[][] } {
  const { names, numbers, members } = task.classes!;
  const rows = members.map((sequence, i) => [
    sequence,
    names[numbers[i]] ?? "",
    names[figures[network][0].chosen[i]] ?? "",
  ]);
  return { head: ["sequence", "class", "found"], rows };
}
