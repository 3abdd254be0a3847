// The results of `run` and `scan`: as one JSON document that says all that is needed to run it again, and as tables.

import { type DeviceInfo, deviceName } from "../../src/device/device.ts";
import { isSeriesText } from "../../src/files/series-text.ts";
import { deviationOf } from "../../src/models/deviation.ts";
import type { AnyModel } from "../../src/models/index.ts";
import type { Exact, Observable } from "../../src/models/model.ts";
import { type Estimate, zScore, zText } from "../../src/statistics/index.ts";
import { withError } from "../../src/statistics/with-error.ts";
import type { Arguments } from "./arguments.ts";
import { duration, plural, quantity, table } from "./format.ts";
import type { Job } from "./job.ts";
import type { Values } from "./values.ts";

/** Error and τ_int are null where a single measurement does not show them. τ_int and n count measurements. */
export type Measured = Record<string, Estimate & Pick<Observable, "unit" | "range" | "fluctuation">>;
type Known = Record<string, Exact>;

interface Elapsed {
  seconds: number;
  rate: number;
  unit: string;
}

interface Common {
  gibbs: string;
  /** Of the sources that it was built from, with a + where they were changed; empty for a package. */
  commit: string;
  model: string;
  parameters: Values;
  seed: string;
  steps: number;
  warmup: number;
  measureEvery: number;
  device: DeviceInfo;
  /** SHA-256 of the files that it began with, by name. */
  inputs?: Readonly<Record<string, string>>;
}

export interface RunDocument extends Common {
  observables: Measured;
  exact: Known;
  /** Values that are not where exact ones are: a sentence each. */
  warnings: string[];
  /** Notes that a reader of the results needs. */
  notes: string[];
  digest: string;
  /** The link that was followed. */
  link?: string;
  elapsed: Elapsed;
  /** What only this model has. */
  result: Values;
}

export interface ScanPoint {
  /** The parameters that differ between points. */
  parameters: Values;
  /** The simulation that it belongs to, and its replicas there. */
  batch: number;
  replicas: number[];
  observables: Measured;
  exact: Known;
}

export interface ScanDocument extends Common {
  points: ScanPoint[];
  /** As of a run, each with its point. */
  warnings: string[];
  /** Notes that a reader of the results needs. */
  notes: string[];
  /** One a batch. */
  digests: string[];
  elapsed: Elapsed;
}

export function commonOf({ model, simulation, plan, inputs }: Job): Common {
  const { points, seed, device } = simulation;
  const parameters = points.parameters as Values;
  return {
    ...{
      gibbs: __GIBBS_VERSION__,
      commit: __GIBBS_COMMIT__,
      model: model.name,
      parameters,
      seed: String(seed),
      ...plan,
      device: device.info,
    },
    ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
  };
}

/** Without a measurement there are no observables. */
export async function runDocument(
  job: Job,
  { link, notes = [] }: { link?: string; notes?: readonly string[] } = {},
): Promise<RunDocument> {
  const { model, simulation, series } = job;
  const observables =
    series.length > 0 || simulation.result
      ? measured(simulation.observables ?? model.observables, model.estimate(simulation, series))
      : {};
  const exact = model.exact(simulation.points.parameters) as Known;
  const common = commonOf(job);
  return {
    ...common,
    observables,
    exact,
    warnings: warningsOf({ observables, exact }, model),
    notes: [
      ...notes,
      ...(simulation.notes?.() ?? []),
      ...shortSeriesNote({ observables, ...common }, model),
      ...constantNote(observables, model),
      ...firstPointNote(simulation.sweep?.() ?? []),
    ],
    digest: await simulation.digest(),
    ...(link === undefined ? {} : { link }),
    elapsed: elapsedOf([job]),
    result: { ...simulation.result?.() },
  };
}

export function measured(observables: Record<string, Observable>, estimates: Record<string, Estimate>): Measured {
  return Object.fromEntries(
    Object.entries(estimates).map(([name, estimate]) => {
      const { unit, range, fluctuation } = observables[name];
      return [name, { ...estimate, unit, ...(range && { range }), ...(fluctuation && { fluctuation }) }];
    }),
  );
}

/** The rate counts the warm-up too, and the time before an interruption. */
export function elapsedOf(jobs: readonly Job[]): Elapsed {
  const seconds = jobs.reduce((sum, job) => sum + job.seconds, 0);
  const count = jobs.reduce((sum, job) => sum + job.updates.count * job.simulation.steps, 0);
  return { seconds, rate: seconds > 0 ? count / seconds : 0, unit: `${jobs[0].updates.unit}/s` };
}

export function observableTable({ observables, exact }: Pick<RunDocument, "observables" | "exact">): string {
  const rows = Object.entries(observables).map(([name, estimate]) => {
    const known = exact[name];
    return [
      name,
      `${withError(estimate.value, estimate.error)}`,
      estimate.unit,
      estimate.tau.toPrecision(3),
      known ? `${Number(known.value.toPrecision(8))} (${known.source})` : "",
      known ? showZ(zScore(estimate, known.value)) : "",
    ];
  });
  return table(["observable", "value ± error", "unit", "τ_int", "exact", "z"], rows);
}

export const showZ = (z: number | undefined) => (z === undefined ? "" : zText(z));

const CHAIN =
  "the run has not reached equilibrium or is stuck; try a longer --warmup, another --start or another --seed before you use any of its values";
const INDEPENDENT = "look for the cause before you use any of its values";

/** What a reader of the results must not overlook: values that are not where exact ones are, a sentence each. */
export function warningsOf(
  { observables, exact }: Pick<RunDocument, "observables" | "exact">,
  { steps, remedy }: AnyModel,
): string[] {
  const why = remedy ?? (steps ? INDEPENDENT : CHAIN);
  return Object.entries(observables).flatMap(([name, estimate]) => {
    const known = exact[name];
    if (!known) return [];
    const { z = Number.NaN, alarm } = deviationOf(estimate, known);
    if (!alarm) return [];
    const measured = `${name} is ${withError(estimate.value, estimate.error)}, exactly ${Number(known.value.toPrecision(8))} (${known.source})`;
    const how = Number.isFinite(z)
      ? `${Math.abs(z).toFixed(0)} standard errors off`
      : `and its ${estimate.n} measurements never changed`;
    return [`${measured}, ${how}: ${why}.`];
  });
}

/** The device by name, and aloud if it is software. */
export function deviceLine(device: DeviceInfo): string {
  if (device.kind === "reference") return `reference: ${device.description}, no GPU`;
  const name = deviceName(device);
  return device.software ? `${name} - SOFTWARE: this machine's CPU does the work of a GPU` : name;
}

/** `given`: flags of the command line, which name files whose contents are parameters. */
export function parameterLine(
  parameters: Values,
  seed: string,
  { holds }: Pick<AnyModel, "holds">,
  given?: Pick<Arguments, "text">,
): string {
  const shown = Object.entries(parameters)
    .filter(([, value]) => value !== "" && value !== undefined)
    .map(([name, value]) => {
      if (typeof value !== "string") return `${name} ${Array.isArray(value) ? value.join(",") : value}`;
      const file = given?.text(name);
      const isFile = file !== undefined && file !== value;
      const isLong = value.length > 80 || value.includes("\n");
      // XML says nothing in its first line, and a file has a name.
      if (!isLong || !(isFile || value.trimStart().startsWith("<"))) return `${name} ${brief(value)}`;
      const what = holds?.(parameters)[name] ?? (isSeriesText(value) ? brief(value) : linesOf(value));
      const within = what.replace(/^\((.*)\)$/, "$1");
      return `${name} ${isFile ? `${file} ` : ""}(${within})`;
    });
  return [...shown, `seed ${seed}`].join(", ");
}

function linesOf(text: string): string {
  const count = text.trimEnd().split("\n").length;
  return `${count} ${plural("line", count)}`;
}

/** A series by its size, and another long text by its beginning: a network or a file may be one. */
function brief(value: string): string {
  if (value.length <= 80) return value.replace(/\s+/g, " ");
  const [, series, rows, columns] = (isSeriesText(value) && /^(\d+)x([\d+]+)x(\d+)/.exec(value)) || [];
  if (rows === undefined) return `${value.slice(0, 70).replace(/\s+/g, " ").trim()} …`;
  const lengths = rows.split("+").map(Number);
  const each = lengths.length > 1 ? `${Math.min(...lengths)} to ${Math.max(...lengths)}` : rows;
  return `(${Number(series) > 1 ? `${series} series of ` : ""}${each} × ${columns})`;
}

export const notesText = (notes: readonly string[]) => notes.map((each) => `note: ${each}\n\n`).join("");

/** `points`: parameters of a scan's points, where they differ. */
export function planLine(document: Common, { step, steps: own }: AnyModel, points: readonly Values[] = [{}]): string {
  const { steps, warmup, measureEvery } = document;
  // Steps that a model counts itself are samples: none is before another.
  if (own) {
    const counts = points.map((point) => own({ ...document.parameters, ...point }));
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    return `${least < most ? `${least} to ` : ""}${most} ${plural(step, most)} of each point`;
  }
  const each = measureEvery === 1 ? `each ${step}` : `every ${measureEvery} ${plural(step)}`;
  return `${warmup} ${plural(step, warmup)} of warm-up, then ${steps}, measured ${each} (τ_int counts measurements)`;
}

export function rateLine({ seconds, rate, unit }: Elapsed): string {
  return `${quantity(rate)} ${unit}, ${duration(seconds)}`;
}

export function json(document: unknown): string {
  return `${JSON.stringify(document, (_, value) => (typeof value === "bigint" ? String(value) : value))}\n`;
}

/** A sentence where values never changed: what was not visited is in no mean. */
function constantNote(observables: Measured, { steps, step }: AnyModel): string[] {
  const constant = Object.entries(observables).filter(([, { error, n }]) => error === 0 && n > 1);
  if (constant.length === 0) return [];
  const names = constant.map(([name]) => name).join(", ");
  // Samples of an ensemble are not states of one run.
  if (steps) return [`${names}: all ${plural(step)} agree, so the error is 0.`];
  return [`${names} never changed, so an error of 0 says nothing about states that the run did not visit.`];
}

/** What is shown of a run of several points. */
function firstPointNote(points: readonly { parameters: Record<string, number> }[]): string[] {
  if (points.length < 2) return [];
  const first = Object.entries(points[0].parameters).map(([name, value]) => `${name} = ${value}`);
  return [
    `observables are those of the first of ${points.length} points, ${first.join(", ")}; "gibbs scan" shows all, and result and files hold them.`,
  ];
}

/** Fewer independent values than this say little of an error, and less of whether the warm-up was long enough. */
const FEW = 20;

/** A sentence where a series is short against its autocorrelation time; else nothing. */
function shortSeriesNote(
  { observables, measureEvery }: Pick<RunDocument, "observables" | "measureEvery">,
  model: AnyModel,
): string[] {
  if (Object.keys(observables).length === 0) return [];
  const counts = Object.entries(observables).map(([name, { n, tau }]) => ({ name, tau, independent: n / (2 * tau) }));
  const worst = counts.reduce((a, b) => (b.independent < a.independent ? b : a));
  if (worst.independent >= FEW) return [];
  if (model.steps) return [`errors from fewer than ${FEW} ${plural(model.step)} are guesses.`];
  const wanted = Math.ceil((FEW * 5 * 2 * worst.tau * measureEvery) / 100) * 100;
  return [
    `${worst.name} was seen only ${Math.max(1, Math.round(worst.independent))} times independently, so it may not be in equilibrium and its error is a guess; take --steps ${wanted} or more.`,
  ];
}
