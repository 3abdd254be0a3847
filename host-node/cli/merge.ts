// `gibbs merge PART…`: what the whole run would have given, from the files of its parts.

import { CheckpointError, ParameterError } from "../../src/device/errors.ts";
import { type Checkpoint, decodeCheckpoint } from "../../src/models/checkpoint.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { checkWritable, writeFileWhole } from "../files/write.ts";
import { Arguments, type Flag } from "./arguments.ts";
import { withDevice } from "./device.ts";
import { asUsage, UsageError } from "./errors.ts";
import { DEVICE, JSON_FLAG, QUEUE_FLAGS, QUIET } from "./flags.ts";
import { plural } from "./format.ts";
import { modelOf, ofFile, readCheckpoint } from "./given.ts";
import { Job, type KeptPart, keptPart } from "./job.ts";
import { checkContents, checkOutputs, endingOf, extensionsOf, SCAN_ENDINGS } from "./outputs.ts";
import { runDocument } from "./report.ts";
import { tellRun } from "./run.ts";
import { Scanned, tellScan } from "./scan.ts";

export const MERGE_FLAGS: readonly Flag[] = [
  DEVICE,
  JSON_FLAG,
  { name: "out", value: "FILE", many: true, help: "write FILE, as gibbs run or gibbs scan would; may be repeated" },
  { name: "checkpoint", value: "FILE", help: "save the whole run in FILE, for gibbs run --resume" },
  { name: "partial", help: "merge the parts that are given, also if some are missing" },
  ...QUEUE_FLAGS,
  { name: "attach", value: "RUN", help: "with --queue: wait for the parts of a run on the queue, and merge them" },
  QUIET,
];

export interface PartFile {
  /** What messages call it. */
  path: string;
  model: string;
  run: string;
  index: number;
  of: number;
  /** Of its simulations, by their number. */
  members: Map<number, KeptPart>;
}

/** @throws UsageError, CheckpointError, ParameterError, FileError */
export async function merge(words: readonly string[]): Promise<void> {
  const given = new Arguments(words, MERGE_FLAGS, "gibbs merge");
  const paths = given.positionals;
  if (given.has("queue") || given.has("attach")) {
    if (paths.length > 0)
      throw new UsageError(`attach: the parts are those of the queue; leave "${paths[0]}" or --queue out.`);
    const { attach } = await import("../queue/submit.ts"); // loaded where it is used: most commands need no client of Redis
    return attach(given);
  }
  if (paths.length === 0) throw new UsageError("gibbs merge needs the files of the parts: gibbs merge part-*.gibbs.");
  const files: PartFile[] = [];
  for (const path of paths) files.push(await decodePart(path, await readCheckpoint(path)));
  await mergeFiles(files, given);
}

/** What merges take. @throws UsageError */
export async function checkMerge(
  given: Arguments,
  model: AnyModel,
  command: "run" | "scan",
  jobs: number,
): Promise<void> {
  await checkOutputs(given.texts("out"), command === "scan" ? SCAN_ENDINGS : mergedEndings(model));
  if (given.has("checkpoint") && jobs > 1) {
    throw new ParameterError(
      "checkpoint",
      `checkpoint: this scan made ${jobs} simulations, and a checkpoint holds one.`,
    );
  }
  const path = given.text("checkpoint");
  if (path !== undefined) await asUsage(checkWritable(path));
}

/** Those of analyses are of states on the way, which parts do not keep. */
const mergedEndings = (model: AnyModel) => extensionsOf(model).filter((ending) => !model.analyses?.includes(ending));

/** Tells the whole of the parts. @throws UsageError, CheckpointError, ParameterError, FileError */
export async function mergeFiles(all: readonly PartFile[], given: Arguments): Promise<void> {
  const files = [...all].sort((a, b) => a.index - b.index);
  const [first] = files;
  const missing = checkParts(files);
  if (missing.length > 0 && !given.has("partial")) {
    throw new UsageError(
      `${partsText(missing)} of ${first.of} ${missing.length === 1 ? "is" : "are"} missing; give ${missing.length === 1 ? "it" : "them"}, too, or merge what there is by --partial.`,
    );
  }
  const model = modelOf(first.model, "gibbs merge");
  const jobs = groups(files);
  if (jobs.length === 0)
    throw new UsageError(`${files.map(({ path }) => path).join(", ")}: there is nothing in these parts.`);
  const [{ kept }] = jobs[0];
  const outputs = given.texts("out");
  await checkMerge(given, model, kept.command, kept.part.jobs);
  for (const parts of jobs) checkUnits(files, parts, missing.length > 0);
  if (missing.length > 0) checkPartial(given, model, kept, mergedEndings(model));
  const notes = [
    ...kept.part.notes,
    ...missingNote(missing, first.of, model, jobs),
    ...devicesNote(model, jobs.flat()),
  ];
  await withDevice(given, async (device) => {
    if (kept.command === "scan") {
      const scanned = new Scanned(model, kept.part.axes);
      for (const parts of jobs) {
        using job = await Job.merge(model, device, parts);
        await job.simulation.conclude?.({ result: false });
        await scanned.add(job);
        await keepWhole(given, job);
      }
      return tellScan(scanned.document(notes), model, given);
    }
    using job = await Job.merge(model, device, jobs[0]);
    checkContents(outputs, job);
    await job.simulation.conclude?.({ result: true });
    await keepWhole(given, job);
    await tellRun(await runDocument(job, { notes }), job, outputs, given);
  });
}

async function keepWhole(given: Arguments, job: Job): Promise<void> {
  const path = given.text("checkpoint");
  if (path !== undefined) await writeFileWhole(path, await job.bytes());
}

/** @throws CheckpointError that names the part by its path */
export async function decodePart(path: string, bytes: Uint8Array): Promise<PartFile> {
  return ofFile(path, async () => {
    const { model, header, sections } = await decodeCheckpoint(bytes);
    const alone = header.shard === undefined ? keptPart({ model, header, sections }) : undefined; // of --checkpoint
    const { run, index, of } = alone ? alone.kept.part : (header.shard as PartFile);
    const members = new Map<number, KeptPart>();
    if (alone) members.set(alone.kept.part.job, alone);
    for (const [name, section] of alone ? [] : Object.entries(sections)) {
      const checkpoint: Checkpoint = await decodeCheckpoint(section);
      members.set(Number(name), keptPart(checkpoint));
    }
    for (const { kept, checkpoint } of members.values()) checkMade(kept.plan, checkpoint);
    return { path, model, run, index, of, members };
  });
}

/** @throws CheckpointError for a part that was interrupted */
function checkMade({ warmup, steps }: KeptPart["kept"]["plan"], { header }: Checkpoint): void {
  const { steps: made } = header as { steps: number };
  if (made >= warmup + steps) return;
  throw new CheckpointError(
    `The part has made ${made} of ${warmup + steps} steps; continue it by gibbs run --resume or gibbs scan --resume.`,
  );
}

/** Numbers of the parts that are not there, from 0. @throws UsageError for parts of other runs, and for one that is there twice */
function checkParts(files: readonly PartFile[]): number[] {
  const [first] = files;
  for (const file of files) {
    if (file.run === first.run && file.of === first.of) continue;
    throw new UsageError(`${file.path} is no part of the run of ${first.path}: ${differenceOf(first, file)}.`);
  }
  for (const [i, { index, path }] of files.entries()) {
    if (i > 0 && files[i - 1].index === index)
      throw new UsageError(
        `part ${index + 1} of ${first.of} is there twice, in ${files[i - 1].path} and in ${path}; leave one out.`,
      );
  }
  const there = new Set(files.map(({ index }) => index));
  return Array.from({ length: first.of }, (_, i) => i).filter((i) => !there.has(i));
}

/** In what two runs differ, in words. */
function differenceOf(a: PartFile, b: PartFile): string {
  if (a.model !== b.model) return `it is of "${b.model}", not of "${a.model}"`;
  if (a.of !== b.of) return `it is one of ${b.of} parts, not of ${a.of}`;
  const [one, other] = [a, b].map(({ members }) => members.values().next().value);
  if (!one || !other) return "it is of another run";
  const jobs = modelOf(a.model, "gibbs merge").parts === "jobs";
  const told = ({ checkpoint: { header }, kept }: KeptPart): Record<string, unknown> => {
    const { replicas: _, firstReplica: __, ...parameters } = header.parameters as Record<string, unknown>;
    for (const name of Object.keys((header.batch ?? {}) as object)) delete parameters[name];
    const { steps, ...plan } = kept.plan; // of jobs the part's own
    const { units, gibbs } = kept.part;
    return {
      gibbs,
      command: kept.command,
      seed: header.seed,
      ...plan,
      ...(jobs ? {} : { steps, replicas: units }),
      ...parameters,
    };
  };
  const [here, there] = [told(one), told(other)];
  const name = Object.keys(here).find((key) => JSON.stringify(here[key]) !== JSON.stringify(there[key]));
  if (name === undefined) return "its points or replicas are others";
  return `its ${name} is ${brief(there[name])}, not ${brief(here[name])}`;
}

const brief = (value: unknown) => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "that of each point");
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

/** Parts of each simulation, in the order of their units. */
function groups(files: readonly PartFile[]): KeptPart[][] {
  const jobs = new Map<number, KeptPart[]>();
  for (const { members } of files) {
    for (const [job, part] of members) jobs.set(job, [...(jobs.get(job) ?? []), part]);
  }
  return [...jobs].sort(([a], [b]) => a - b).map(([, parts]) => parts);
}

const partsText = (indices: readonly number[]) => {
  const shown = indices
    .slice(0, 10)
    .map((i) => i + 1)
    .join(", ");
  return `${indices.length === 1 ? "part" : "parts"} ${shown}${indices.length > 10 ? ` and ${indices.length - 10} more` : ""}`;
};

/** Units that follow each other, each once. @throws CheckpointError where parts were cut in different ways */
function checkUnits(files: readonly PartFile[], parts: readonly KeptPart[], partial: boolean): void {
  let next = 0;
  for (const { kept } of parts) {
    const { first, count, index } = kept.part;
    if (first < next || (first > next && !partial)) {
      const path = files.find((file) => file.index === index)!.path;
      throw new CheckpointError(
        `${path}: it begins with number ${first}, where ${next} is next. Make all parts by one version of gibbs.`,
      );
    }
    next = first + count;
  }
  const { units } = parts[0].kept.part;
  if (!partial && next !== units)
    throw new CheckpointError(`The parts have ${next} of ${units} units. Make all parts by one version of gibbs.`);
}

/**
 * Without some of its units there is no state that could go on, and no list by their numbers.
 *
 * @throws ParameterError
 */
function checkPartial(
  given: Arguments,
  { name, parts, sums }: AnyModel,
  { command }: KeptPart["kept"],
  endings: readonly string[],
): void {
  if (parts === "jobs" && !sums) {
    throw new ParameterError(
      "partial",
      `partial: results of ${name} are numbered one after the other; give all parts.`,
    );
  }
  const [table] = command === "run" && !sums ? given.texts("out") : [];
  if (table !== undefined) {
    throw new ParameterError(
      "out",
      `out "${table}": replicas are missing, and the others would have wrong numbers in it; give all parts.`,
    );
  }
  if (given.has("checkpoint"))
    throw new ParameterError("checkpoint", "checkpoint: a run whose parts are missing cannot go on; give all of them.");
  const other = given.texts("out").find((path) => endingOf(path, endings) !== ".csv");
  if (other !== undefined)
    throw new ParameterError("out", `out "${other}": with parts missing there is .csv alone; give all of them.`);
}

function missingNote(
  missing: readonly number[],
  of: number,
  { parts, step }: AnyModel,
  jobs: readonly KeptPart[][],
): string[] {
  if (missing.length === 0) return [];
  const unit = plural(parts === "jobs" ? step : "replica");
  const rest = jobs
    .map((own) => {
      const [{ kept }] = own;
      const there = own.reduce((sum, part) => sum + part.kept.part.count, 0);
      const where = kept.part.jobs === 1 ? "" : `simulation ${kept.part.job + 1}: `;
      return there < kept.part.units ? `; ${where}${there} of ${kept.part.units} ${unit} are there` : "";
    })
    .join("");
  return [`${partsText(missing)} of ${of} ${missing.length === 1 ? "is" : "are"} missing${rest}.`];
}

/** Rounded numbers are those of the device that made them. */
function devicesNote({ rounded }: AnyModel, parts: readonly KeptPart[]): string[] {
  const devices = [...new Set(parts.flatMap(({ kept: { part } }) => part.device.split("; ")))];
  if (!rounded || devices.length < 2) return [];
  return [
    `The parts were made on ${devices.length} devices, whose last bits differ in this model: ${devices.join("; ")}.`,
  ];
}
