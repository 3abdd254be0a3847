// What `run` and `scan` have in common: the model, by name or from the checkpoint that is continued, and the flags it brings.

import { readFile } from "node:fs/promises";
import type { Device } from "../../src/device/device.ts";
import { CheckpointError, ParameterError } from "../../src/device/errors.ts";
import type { Link } from "../../src/link.ts";
import { parseLink } from "../../src/links.ts";
import { decodeCheckpoint } from "../../src/models/checkpoint.ts";
import { type AnyModel, models } from "../../src/models/index.ts";
import type { Inputs } from "../../src/models/inputs.ts";
import { kebab } from "../../src/models/text.ts";
import { reason } from "../files/write.ts";
import { Arguments, type Flag, unknown } from "./arguments.ts";
import { UsageError } from "./errors.ts";
import { planOf, seedOf } from "./flags.ts";
import { Job } from "./job.ts";
import { choiceFlags } from "./reading.ts";
import { archiveFlags, givenInputs, inputFlags, parameterFlags, type Values } from "./values.ts";

export interface Given {
  model: AnyModel;
  given: Arguments;
  /** Files that become arrays. */
  inputs: Inputs;
  /** The checkpoint to continue. */
  checkpoint: Uint8Array | undefined;
  /** The link to follow. */
  link: Link | undefined;
}

/** @throws UsageError, CheckpointError */
export async function readGiven(
  command: "run" | "scan",
  words: readonly string[],
  common: readonly Flag[],
): Promise<Given> {
  const where = `gibbs ${command}`;
  const flagsOf = (model: AnyModel) => [
    ...common,
    ...parameterFlags(model, { scan: command === "scan" }),
    ...inputFlags(model),
    ...(command === "run" ? archiveFlags(model) : []),
    ...choiceFlags(model),
  ];
  // The model decides which flags there are, and it stands somewhere among them.
  const first = new Arguments(words, distinct(models.flatMap(flagsOf)), where);
  const [name, ...others] = first.positionals;
  if (others.length > 0)
    throw new UsageError(`${where} takes one model; what is "${others[0]}"? Parameters are given as --NAME VALUE.`);
  const path = first.text("resume");
  const checkpoint = path === undefined ? undefined : await readCheckpoint(path);
  const decoded = checkpoint && (await ofFile(path!, () => decodeCheckpoint(checkpoint)));
  const kept = decoded?.model;
  if (decoded && decoded.header.shard !== undefined) {
    throw new UsageError(`${path} is a finished part of a run; give it to gibbs merge, with the others.`);
  }
  const link = first.has("link") ? readLink(first, name) : undefined;
  if (name === undefined && kept === undefined && link === undefined) {
    throw new UsageError(
      `${where} needs a model: ${where} MODEL. There are ${models.map((model) => model.name).join(", ")}.`,
    );
  }
  const model = modelOf(name ?? kept ?? link!.model, where);
  if (kept !== undefined && kept !== model.name) {
    throw new UsageError(`${path} holds a run of "${kept}", not of "${model.name}"; leave the model out.`);
  }
  const own = new Arguments(words, flagsOf(model), `${where} ${model.name}`);
  return { model, given: own, inputs: await givenInputs(model, own), checkpoint, link };
}

/** @throws LinkError; UsageError for what the link says already. */
function readLink(given: Arguments, name: string | undefined): Link {
  const link = parseLink(given.text("link")!);
  const model = models.find(({ name: known }) => known === link.model)!;
  const choices = [...choiceFlags(model), ...archiveFlags(model)].map((flag) => flag.name);
  const own = [...Object.keys(model.parameters.shape), ...Object.keys(model.inputs ?? {}), ...choices];
  const said = ["resume", "seed", "warmup", ...own];
  const twice = said.find((flag) => given.has(flag));
  if (name !== undefined || twice !== undefined) {
    const culprit = name === undefined ? `--${kebab(twice!)}` : `"${name}"`;
    throw new UsageError(
      `${culprit} with --link: the link defines the whole run; leave the flag out, or change the link.`,
    );
  }
  return link;
}

/** @throws UsageError naming the model that was meant. */
export function modelOf(name: string, where: string): AnyModel {
  const model = models.find((known) => known.name === name);
  if (!model)
    throw new UsageError(
      unknown(
        "model",
        name,
        where,
        models.map((known) => known.name),
      ),
    );
  return model;
}

/** Continues a job, after comparing what was given with what it holds. @throws UsageError naming what differs. */
export async function restoreJob(
  { model, given, inputs, checkpoint }: Given,
  device: Device,
  command: "run" | "scan",
  values: Values,
): Promise<Job> {
  const path = given.text("resume")!;
  const job = await ofFile(path, () => Job.restore(model, device, checkpoint!, command));
  try {
    compare(job, given, values);
    compareInputs(job, inputs);
    return job;
  } catch (error) {
    job[Symbol.dispose]();
    throw error;
  }
}

/** Files may be given again; a run does not change to others. @throws UsageError */
function compareInputs(job: Job, files: Given["inputs"]): void {
  for (const [name, file] of Object.entries(files)) {
    if (job.inputs[name] === file.digest) continue;
    const began = job.inputs[name] ? `another file, ${job.inputs[name]}` : "no file";
    throw new UsageError(
      `${kebab(name)} ${file.name}: the resumed run began with ${began}. Leave --${kebab(name)} out: the run has stored the file that it began with.`,
    );
  }
}

/** What is wrong with a checkpoint names its file. */
export async function ofFile<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof CheckpointError ? new CheckpointError(`${path}: ${error.message}`) : error;
  }
}

function compare(job: Job, given: Arguments, values: Values): void {
  const { points, seed } = job.simulation;
  const same = (name: string, now: unknown, then: unknown) => {
    if (JSON.stringify(now) === JSON.stringify(then)) return;
    throw new UsageError(
      `${kebab(name)} ${now}: the resumed run has ${then}. Leave --${kebab(name)} out, or start a new run without --resume.`,
    );
  };
  const own = points as { parameters: Values; batch: Values };
  for (const [name, value] of Object.entries(values)) {
    if (name === "steps" && job.simulation.extend) continue; // said below
    const then = own.batch[name] ?? own.parameters[name];
    same(name, Array.isArray(then) && typeof value === "number" ? then.map(() => value) : value, then);
  }
  if (given.has("seed")) same("seed", String(seedOf(given)), String(seed));
  for (const name of ["warmup", "measureEvery"] as const) {
    if (given.has(name)) same(name, given.number(name, { least: 0, whole: true }), job.plan[name]);
  }
  if (!given.has("steps")) return;
  if (job.part)
    throw new UsageError(
      "steps: this is a part of a run, whose other parts would have to be as long; leave --steps out.",
    );
  const { steps } = planOf(given, job.model, values);
  if (steps < job.plan.steps) {
    throw new ParameterError(
      "steps",
      `steps ${steps}: the resumed run is planned for ${job.plan.steps}; a run can be extended, not shortened.`,
    );
  }
  job.simulation.extend?.(steps);
  job.extend(steps);
}

/** The bytes of a file. @throws UsageError */
export async function readCheckpoint(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path)); // a Buffer's slice() is a view of it, where a Uint8Array's is a copy
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${reason(error)}.`);
  }
}

/** Flags of several commands or models, each once. */
export function distinct(flags: readonly Flag[]): Flag[] {
  const all = new Map<string, Flag>();
  for (const flag of flags) all.set(flag.name, { ...flag, many: flag.many || all.get(flag.name)?.many });
  return [...all.values()];
}
