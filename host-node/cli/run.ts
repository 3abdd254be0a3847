// `gibbs run MODEL`: one simulation, from its parameters or from a checkpoint.

import { ParameterError } from "../../src/device/errors.ts";
import type { Link } from "../../src/link.ts";
import { withDevice } from "./device.ts";
import { UsageError } from "./errors.ts";
import { explain } from "./explain.ts";
import { planOf, RUN_FLAGS, seedOf } from "./flags.ts";
import { definitions } from "./format.ts";
import { type Given, readGiven, restoreJob } from "./given.ts";
import { Job, type Plan } from "./job.ts";
import { complete, keepingOf } from "./keep.ts";
import {
  checkContents,
  checkOutputs,
  checkSnapshots,
  endingOf,
  extensionsOf,
  writeOutputs,
  writeSnapshot,
} from "./outputs.ts";
import { replay } from "./replay.ts";
import {
  deviceLine,
  json,
  notesText,
  observableTable,
  parameterLine,
  planLine,
  type RunDocument,
  rateLine,
  runDocument,
} from "./report.ts";
import { checkNoPartFile, finishPart, inParts } from "./shard.ts";
import { givenParameters, type Values } from "./values.ts";

export async function run(words: readonly string[]): Promise<void> {
  const task = await readGiven("run", words, RUN_FLAGS);
  const { given, inputs } = task;
  const { values, notes, seed: archived } = await givenParameters(task);
  const seed = seedOf(given) ?? archived;
  if (given.has("explain")) return explain(task, values, notes);
  if (given.has("replay")) return replay(task, { values, notes, seed });
  const plan = planFrom(task, values);
  const jobs = [{ parameters: values, plan }];
  if (await inParts(task, { command: "run", seed: seed ?? 1n, jobs, copies: 1, axes: [], notes })) return;
  const outputs = given.texts("out");
  checkNoPartFile(outputs);
  await checkOutputs(outputs, extensionsOf(task.model));
  const snapshots = given.text("snapshots");
  if (snapshots !== undefined) await checkSnapshots(snapshots);
  const keeping = await keepingOf(given);
  await withDevice(given, async (device, signal) => {
    using job = await open(
      task,
      () => Job.create(task.model, device, { parameters: values, inputs, seed: seed ?? 1n, plan, command: "run" }),
      () => restoreJob(task, device, "run", values),
      (link) => Job.follow(device, link, plan, { signal }),
    );
    if (job.part) return await finishPart(job, "run", keeping, { given, signal }); // before `using` disposes of it
    planSnapshots(job, given, outputs);
    checkContents(outputs, job);
    await complete(job, "run", keeping, {
      signal,
      quiet: given.has("quiet"),
      copy: given.has("checkpoint"),
      result: true,
    });
    await tellRun(await runDocument(job, { link: given.text("link"), notes }), job, outputs, given);
  });
}

/** Standard output and files of a run. */
export async function tellRun(
  document: RunDocument,
  job: Job,
  outputs: readonly string[],
  given: Given["given"],
): Promise<void> {
  // First the results, for a disk that is full by now must not take them away.
  process.stdout.write(given.has("json") ? json(document) : text(document, job, outputs, given));
  for (const warning of document.warnings) process.stderr.write(`gibbs: warning: ${warning}\n`);
  await writeOutputs(outputs, job, document);
}

/** States that are kept or averaged on the way. @throws UsageError, ParameterError */
function planSnapshots(job: Job, given: Given["given"], outputs: readonly string[]): void {
  const { analyses = [] } = job.model;
  const endings = outputs
    .map((path) => endingOf(path, extensionsOf(job.model))!)
    .filter((ending) => analyses.includes(ending));
  const snapshots = given.text("snapshots");
  if (endings.length === 0 && snapshots === undefined && job.snapshotEvery === undefined) {
    if (!given.has("snapshotEvery")) return;
    throw new UsageError(
      `snapshot-every: there is nothing to take snapshots for; add --snapshots FILE${analyses.length > 0 ? ` or --out FILE${analyses[0]}` : ""}.`,
    );
  }
  if (job.model.steps) {
    throw new UsageError(
      `snapshots: the steps of ${job.model.name} are independent of each other; there is no state in time.`,
    );
  }
  const { steps } = job.plan;
  const every =
    given.number("snapshotEvery", { least: 1, whole: true }) ??
    job.snapshotEvery ??
    Math.max(1, Math.floor(steps / 100));
  if (every > steps) {
    throw new ParameterError(
      "snapshotEvery",
      `snapshot-every ${every}: no state would be saved in ${steps} steps; choose ${steps} or less.`,
    );
  }
  job.takeSnapshots(every, endings);
  if (snapshots !== undefined) job.onSnapshot = (step) => writeSnapshot(snapshots, job, step);
}

function open(
  { checkpoint, link }: Given,
  create: () => Promise<Job>,
  restore: () => Promise<Job>,
  follow: (link: Link) => Promise<Job>,
): Promise<Job> {
  return checkpoint ? restore() : link ? follow(link) : create();
}

/** A link's own steps are its run's warm-up; without --steps it ends there. */
function planFrom({ model, given, link }: Given, values: Values): Plan {
  if (!link) return planOf(given, model, values);
  return {
    ...(given.has("steps") ? planOf(given, model, link.parameters) : { steps: 0, measureEvery: 1 }),
    warmup: link.step,
  };
}

function text(document: RunDocument, { model }: Job, outputs: readonly string[], given: Given["given"]): string {
  const lines = [
    ["device", deviceLine(document.device)],
    [document.model, parameterLine(document.parameters, document.seed, model, given)],
    ...Object.entries(document.inputs ?? {}),
    ["steps", planLine(document, model)],
  ] as const;
  const last: [string, string][] = [
    ["digest", document.digest],
    ["rate", rateLine(document.elapsed)],
    ...outputs.map((path): [string, string] => ["file", path]),
  ];
  const note = notesText(document.notes);
  if (Object.keys(document.observables).length === 0) return `${note}${definitions([...lines, ...last], 0)}`;
  return `${definitions(lines, 0)}\n${observableTable(document)}\n${note}${definitions(last, 0)}`;
}
