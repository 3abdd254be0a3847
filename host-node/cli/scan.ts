// `gibbs scan MODEL`: a grid of points. What the model can batch runs side by side in one simulation; the rest one after the other.

import type { Device } from "../../src/device/device.ts";
import { ParameterError } from "../../src/device/errors.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { metaOf, parametersOf } from "../../src/models/parameters.ts";
import type { Arguments } from "./arguments.ts";
import { withDevice } from "./device.ts";
import { UsageError } from "./errors.ts";
import { planOf, SCAN_FLAGS, seedOf } from "./flags.ts";
import { definitions, table } from "./format.ts";
import { type Given, readGiven, restoreJob } from "./given.ts";
import { type Grid, gridOf } from "./grid.ts";
import { Job } from "./job.ts";
import { complete, keepingOf } from "./keep.ts";
import { checkOutputs, SCAN_ENDINGS, writeScan } from "./outputs.ts";
import {
  commonOf,
  deviceLine,
  elapsedOf,
  json,
  measured,
  notesText,
  planLine,
  rateLine,
  type ScanDocument,
  type ScanPoint,
  warningsOf,
} from "./report.ts";
import { columnsOf, fitted } from "./scan-table.ts";
import { checkNoPartFile, finishPart, inParts } from "./shard.ts";
import { fieldsOf, type Values } from "./values.ts";

export async function scan(words: readonly string[]): Promise<void> {
  const task = await readGiven("scan", words, SCAN_FLAGS);
  const { given, model, checkpoint } = task;
  const grid = await gridOf(task);
  seedOf(given);
  planOf(given, model, grid.batches[0] ?? {});
  const sweeps = fieldsOf(model).some(([name, field]) => metaOf(field).sweep && given.has(name));
  if (!checkpoint && grid.axes.length === 0 && !sweeps) {
    const [name] = Object.keys(model.parameters.shape);
    throw new UsageError(
      `gibbs scan ${model.name} needs an axis: give a parameter as FROM:TO:COUNT, as a,b,c, or several times (--${name} …).`,
    );
  }
  if (grid.batches.length > 1 && (given.has("checkpoint") || checkpoint)) {
    throw new ParameterError(
      "checkpoint",
      `checkpoint: this grid makes ${grid.batches.length} simulations, and a checkpoint holds one; scan over parameters that batch (see --help), or run one scan each.`,
    );
  }
  const jobs = grid.batches.map((parameters) => ({ parameters, plan: planOf(given, model, parameters) }));
  const { axes, copies } = grid;
  const notes = [...grid.notes, ...idleNotes(given, model)];
  if (await inParts(task, { command: "scan", seed: seedOf(given) ?? 1n, jobs, copies, axes, notes })) return;
  const outputs = given.texts("out");
  checkNoPartFile(outputs);
  await checkOutputs(outputs, SCAN_ENDINGS);
  const document = await withDevice(given, (device, signal) => scanOn(task, grid, device, signal));
  if (document) await tellScan(document, model, given);
}

/** Standard output and files of a scan. */
export async function tellScan(document: ScanDocument, model: AnyModel, given: Arguments): Promise<void> {
  process.stdout.write(given.has("json") ? json(document) : text(document, model));
  for (const warning of document.warnings) process.stderr.write(`gibbs: warning: ${warning}\n`);
  await writeScan(given.texts("out"), document);
}

/** Nothing comes of a part that is finished. */
async function scanOn(task: Given, grid: Grid, device: Device, signal: AbortSignal): Promise<ScanDocument | undefined> {
  const { given, model } = task;
  const keeping = await keepingOf(given);
  const scanned = new Scanned(model, grid.axes);
  for (const parameters of grid.batches) {
    using job = task.checkpoint
      ? await restoreJob(task, device, "scan", parameters)
      : await Job.create(model, device, {
          parameters,
          inputs: task.inputs,
          seed: seedOf(given) ?? 1n,
          plan: planOf(given, model, parameters),
          command: "scan",
          copies: grid.copies,
        });
    if (job.part) {
      await finishPart(job, "scan", keeping, { given, signal });
      return undefined;
    }
    await complete(job, "scan", keeping, {
      signal,
      quiet: given.has("quiet"),
      copy: given.has("checkpoint"),
      result: false,
    });
    await scanned.add(job);
  }
  return scanned.document([...grid.notes, ...idleNotes(given, model)]);
}

/** What the simulations of a scan have shown. */
export class Scanned {
  readonly #model: AnyModel;
  readonly #axes: readonly string[];
  readonly #points: ScanPoint[] = [];
  readonly #digests: string[] = [];
  readonly #notes: { where: string; notes: readonly string[] }[] = [];
  #common: Omit<ScanDocument, "points" | "warnings" | "notes" | "digests" | "elapsed"> | undefined;
  #seconds = 0;
  #updates = 0;
  #unit = "";

  /** @param axes parameters that differ between points */
  constructor(model: AnyModel, axes: readonly string[]) {
    this.#model = model;
    this.#axes = axes;
  }

  /** Takes in a simulation that has made its steps. */
  async add(job: Job): Promise<void> {
    const { points } = job.simulation;
    this.#points.push(...pointsOf(job, this.#digests.length, this.#axes));
    this.#digests.push(await job.simulation.digest());
    const own = this.#axes.filter((name) => !Object.hasOwn(points.batch, name));
    const where = showPoint(Object.fromEntries(own.map((name) => [name, (points.parameters as Values)[name]])));
    this.#notes.push({ where, notes: job.simulation.notes?.() ?? [] });
    const { seconds, rate, unit } = elapsedOf([job]);
    this.#seconds += seconds;
    this.#updates += rate * seconds;
    this.#unit = unit;
    this.#common ??= commonOf(job);
  }

  /** @param notes of the scan as a whole */
  document(notes: readonly string[]): ScanDocument {
    const { parameters, ...common } = this.#common!;
    const points = this.#points;
    const shared = Object.entries(parameters).filter(([name]) => !(name in points[0].parameters));
    const warnings = points.flatMap((at) =>
      warningsOf(at, this.#model).map((warning) => `${showPoint(at.parameters)}: ${warning}`),
    );
    return {
      ...common,
      parameters: Object.fromEntries(shared),
      ...{ points, warnings, notes: [...notes, ...notesOf(this.#notes)], digests: this.#digests },
      elapsed: { seconds: this.#seconds, rate: this.#updates / this.#seconds, unit: this.#unit },
    };
  }
}

/** A scan writes a table of figures: a forecast beyond the end of a series is that of a run. */
const idleNotes = (given: Given["given"], { name, parameters }: AnyModel): string[] =>
  Object.hasOwn(parameters.shape, "forecast") && given.has("forecast")
    ? [`--forecast is idle in a scan, which tells figures; gibbs run ${name} forecasts.`]
    : [];

/** Notes that a scan has room for. */
const MOST_NOTES = 20;

/** What simulations had to say: once where all say it, else with the parameters of those that do. */
function notesOf(notesByPoint: readonly { where: string; notes: readonly string[] }[]): string[] {
  const all = notesByPoint.flatMap(({ where, notes }) => notes.map((note) => ({ where, note })));
  const common = (note: string) => notesByPoint.every(({ notes }) => notes.includes(note));
  const lines = [...new Set(all.map(({ where, note }) => (where === "" || common(note) ? note : `${where}: ${note}`)))];
  return lines.length > MOST_NOTES
    ? [...lines.slice(0, MOST_NOTES), `${lines.length - MOST_NOTES} notes more; run single points to see them.`]
    : lines;
}

/** The points of one simulation; each is `copies` replicas that follow each other. */
function pointsOf(job: Job, batch: number, axes: readonly string[]): ScanPoint[] {
  const { model, simulation, series, copies } = job;
  const outer = simulation.points.parameters as Values;
  const own = simulation.sweep?.();
  if (own) {
    const shared = Object.fromEntries(axes.map((name) => [name, outer[name]]));
    return own.map(({ parameters, observables }, i) => ({
      parameters: { ...shared, ...parameters },
      batch,
      replicas: [i],
      observables: measured(simulation.observables ?? model.observables, observables),
      exact: {},
    }));
  }
  const names = new Set([...axes, ...Object.keys(simulation.points.batch)]);
  const alone = Object.keys(simulation.points.batch).length === 0;
  const width = alone ? simulation.replicas : copies; // without lists all replicas share one point
  return Array.from({ length: simulation.replicas / width }, (_, i) => {
    const replicas = Array.from({ length: width }, (_, j) => i * width + j);
    const parameters = parametersOf(simulation.points, replicas[0]) as Values;
    return {
      parameters: Object.fromEntries(Object.entries(parameters).filter(([name]) => names.has(name))),
      batch,
      replicas,
      observables: measured(simulation.observables ?? model.observables, model.estimate(simulation, series, replicas)),
      exact: model.exact(parameters) as ScanPoint["exact"],
    };
  });
}

const showPoint = (parameters: Values) =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(",") : value}`)
    .join(", ");

function text(document: ScanDocument, model: AnyModel): string {
  const { points } = document;
  const { head, rows, left } = fitted(columnsOf(points), model);
  const lines = [
    ["device", deviceLine(document.device)],
    [
      document.model,
      `${points.length} points in ${document.digests.length} ${document.digests.length > 1 ? "batches" : "batch"}`,
    ],
    [
      "steps",
      planLine(
        document,
        model,
        points.map(({ parameters }) => parameters),
      ),
    ],
  ] as const;
  const last = [
    ...document.digests.map((digest) => ["digest", digest] as const),
    ["rate", rateLine(document.elapsed)] as const,
  ];
  return `${definitions(lines, 0)}\n${table(head, rows)}\n${notesText([...left, ...document.notes])}${definitions(last, 0)}`;
}
