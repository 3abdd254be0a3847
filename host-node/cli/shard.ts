// `--shard K/N`: one of the parts of a run or a scan, as a file that `gibbs merge` takes. Who runs the parts, and where, is another program's
// business: a queue, an array of jobs, a shell.

import { type Device, deviceName } from "../../src/device/device.ts";
import { ParameterError } from "../../src/device/errors.ts";
import { digestOf, encodeCheckpoint } from "../../src/models/checkpoint.ts";
import { resolve } from "../../src/models/parameters.ts";
import { checkDivided, divide, type Range, unitsOf } from "../../src/models/parts.ts";
import { kebab } from "../../src/models/text.ts";
import { writeFileWhole } from "../files/write.ts";
import type { Arguments } from "./arguments.ts";
import { withDevice } from "./device.ts";
import { UsageError } from "./errors.ts";
import { definitions, plural } from "./format.ts";
import type { Given } from "./given.ts";
import { Job, type Kept, type Part, type Plan } from "./job.ts";
import { complete, type Keeping, keepingOf } from "./keep.ts";
import { checkOutputs } from "./outputs.ts";
import { json } from "./report.ts";
import type { Values } from "./values.ts";

/** What the file of a part ends in. */
const PART = ".gibbs";

export interface Shard {
  /** From 0. */
  index: number;
  of: number;
}

/** The whole that is divided. */
export interface Whole {
  command: Kept["command"];
  seed: bigint;
  /** Simulations that follow each other. */
  jobs: readonly { parameters: Values; plan: Plan }[];
  copies: number;
  axes: string[];
  notes: string[];
}

/** Parts are those of one run if the same sources made them. */
export const BUILD = `${__GIBBS_VERSION__} ${__GIBBS_COMMIT__}`.trim();

/** More parts are a slip of the keyboard. */
export const MOST_PARTS = 1_000_000;

interface Numbering {
  name: string;
  first?: string;
  step?: string;
  count?: string;
  begins?: number;
}

/** Variables by which schedulers number the jobs of an array; `count` where they say how many there are. */
const ARRAYS = [
  {
    name: "SLURM_ARRAY_TASK_ID",
    first: "SLURM_ARRAY_TASK_MIN",
    step: "SLURM_ARRAY_TASK_STEP",
    count: "SLURM_ARRAY_TASK_COUNT",
  },
  { name: "JOB_COMPLETION_INDEX" },
  { name: "PARALLEL_SEQ", begins: 1 },
] as const satisfies Numbering[];

/**
 * The part that --shard names.
 *
 * @param environment where a scheduler numbers its jobs
 * @throws ParameterError
 */
export function shardOf(text: string, environment: Readonly<Record<string, string | undefined>> = process.env): Shard {
  const [, place, count] = /^(auto|\d{1,9})(?:\/(\d{1,9}))?$/.exec(text) ?? [];
  if (place === undefined || (place !== "auto" && count === undefined)) {
    throw new ParameterError(
      "shard",
      `shard "${text}": give K/N, as in 3/8, or auto or auto/N within an array of jobs.`,
    );
  }
  const { index, of } =
    place === "auto" ? fromArray(text, environment, count) : { index: Number(place) - 1, of: Number(count) };
  if (of < 1 || of > MOST_PARTS)
    throw new ParameterError("shard", `shard ${text}: there can be 1 to ${MOST_PARTS} parts.`);
  if (index < 0 || index >= of) {
    const which =
      place === "auto" ? `job ${index + 1} of the array is none of ${of} parts` : `parts are numbered from 1 to ${of}`;
    throw new ParameterError("shard", `shard ${text}: ${which}.`);
  }
  return { index, of };
}

function fromArray(text: string, environment: Readonly<Record<string, string | undefined>>, count: string | undefined) {
  const arrays: readonly Numbering[] = ARRAYS.filter(({ name }) => (environment[name] ?? "") !== "");
  const [array] = arrays;
  if (arrays.length > 1) {
    const names = arrays.map(({ name }) => name).join(" and ");
    throw new ParameterError("shard", `shard ${text}: ${names} are both set; give K/N.`);
  }
  if (!array) {
    const names = ARRAYS.map(({ name }) => name).join(", ");
    throw new ParameterError("shard", `shard ${text}: this is no job of an array (${names} are not set); give K/N.`);
  }
  const number = (name: string | undefined, otherwise: number) => {
    const value = name === undefined ? undefined : environment[name];
    if (value === undefined || value === "") return otherwise;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new ParameterError("shard", `shard ${text}: ${name} is "${value}", which is no number of a job.`);
  };
  const of = count === undefined ? number(array.count, 0) : Number(count);
  if (of === 0) {
    throw new ParameterError(
      "shard",
      `shard ${text}: ${array.name} does not say how many jobs there are; give auto/N.`,
    );
  }
  const place = number(array.name, 0) - number(array.first, array.begins ?? 0);
  const step = Math.max(1, number(array.step, 1));
  if (place % step !== 0)
    throw new ParameterError("shard", `shard ${text}: the array has gaps; number its jobs one after the other.`);
  return { index: place / step, of };
}

/** What a part of a run cannot have, for it belongs to the whole. */
const WHOLE_ONLY = ["snapshots", "snapshotEvery", "explain", "replay", "link", "resume"];

/** @throws UsageError for a flag of a whole run beside `flag`, which divides it */
export function checkFlags(given: Arguments, flag: string): void {
  const wrong = WHOLE_ONLY.find((name) => given.has(name));
  if (wrong)
    throw new UsageError(
      `${kebab(wrong)}: it is of a whole run, not of a part; leave --${kebab(wrong)} or --${flag} out.`,
    );
}

/** Makes a part of the whole, or has its parts made, if the flags say so; otherwise false. @throws what these throw */
export async function inParts(task: Given, whole: Whole): Promise<boolean> {
  const { given } = task;
  const shard = given.text("shard");
  const onQueue = ["parts", "store"].find((name) => given.has(name));
  if (given.has("queue")) {
    if (shard !== undefined)
      throw new UsageError(`shard ${shard}: a queue hands out all parts; leave --shard or --queue out.`);
    const { submit } = await import("../queue/submit.ts"); // loaded where it is used: most commands need no client of Redis
    await submit(task, whole);
    return true;
  }
  if (onQueue)
    throw new UsageError(`${onQueue}: it is of a run on a queue; add --queue redis://HOST, or leave it out.`);
  if (shard === undefined) return false;
  await makeShard(task, shardOf(shard), whole);
  return true;
}

/** Makes a part, and writes its file. @throws UsageError, ParameterError, InterruptedError, FileError */
async function makeShard(task: Given, shard: Shard, whole: Whole): Promise<void> {
  const { given, model, inputs } = task;
  checkFlags(given, "shard");
  const [path, ...more] = given.texts("out");
  if (path === undefined || more.length > 0 || !path.endsWith(PART)) {
    throw new UsageError(
      `shard: a part is no result yet; write it by one --out FILE${PART}, and give all parts to gibbs merge.`,
    );
  }
  await checkOutputs([path], [PART]);
  const keeping = await keepingOf(given);
  const members = membersOf({ model, inputs, whole }, shard);
  if (members.length > 1 && given.has("checkpoint")) {
    throw new ParameterError(
      "checkpoint",
      `checkpoint: this part makes ${members.length} simulations, and a checkpoint holds one; leave --checkpoint out, or make more parts.`,
    );
  }
  const run = await identityOf({ model, inputs, whole });
  await withDevice(given, async (device, signal) => {
    const divided = { model, inputs, whole, run };
    const { bytes, seconds } = await makePart(divided, shard, { device, signal, quiet: given.has("quiet"), keeping });
    await writeFileWhole(path, bytes);
    tell(given, { model: model.name, shard, members, seconds, path, unit: unitName(model, members) });
  });
}

/** A whole, with the model and the files that it begins with. */
export interface Divided extends Pick<Given, "model" | "inputs"> {
  whole: Whole;
}

/** Units of one of the whole's simulations. */
export interface Member extends Range {
  /** The simulation's number. */
  job: number;
  /** Units of the whole simulation. */
  units: number;
}

/** What a part makes. @throws ParameterError where the run cannot be divided */
export function membersOf({ model, inputs, whole: { jobs, copies } }: Divided, { index, of }: Shard): Member[] {
  for (const { parameters } of jobs) checkDivided(model, parameters, inputs);
  const works = jobs.map(({ parameters, plan }) => {
    const points = resolve(model.name, model.parameters, parameters);
    const { count, cost = 1 } = model.updates(points.parameters);
    // Replicas of one point stay together.
    return {
      units: unitsOf(model, parameters) / copies,
      cost: copies * count * cost * (model.steps ? 1 : plan.warmup + plan.steps),
    };
  });
  return divide(works, index, of)
    .map(({ first, count }, job) => ({
      job,
      first: first * copies,
      count: count * copies,
      units: works[job].units * copies,
    }))
    .filter(({ count }) => count > 0);
}

interface Making {
  device: Device;
  signal: AbortSignal;
  quiet: boolean;
  /** Where the simulation at work is kept, by itself. */
  keeping: Keeping;
  /** Simulations by their numbers as an earlier attempt left them: all but the last have been finished. */
  saved?: Readonly<Record<string, Uint8Array>>;
  /** Called with the simulations as `saved` takes them, every `keeping.seconds`. */
  save?: (sections: Record<string, Uint8Array>) => Promise<void>;
  /** Called with the fraction of the part that is made. */
  onProgress?: (fraction: number) => void;
}

/** The file of a part, and how long its simulations ran. @throws what `create` and `run` throw; InterruptedError; what `save` throws */
export async function makePart(
  { model, inputs, whole, run }: Divided & { run: string },
  shard: Shard,
  { device, signal, quiet, keeping, saved = {}, save, onProgress }: Making,
): Promise<{ bytes: Uint8Array; seconds: number }> {
  const members = membersOf({ model, inputs, whole }, shard);
  const { command, seed, copies, axes, notes, jobs } = whole;
  const numbers = members.map(({ job }) => String(job)).filter((job) => Object.hasOwn(saved, job));
  const sections: Record<string, Uint8Array> = {};
  let seconds = 0;
  let due = performance.now() + 1000 * keeping.seconds;
  const keep = async (all: Record<string, Uint8Array>) => {
    await save!(all);
    due = performance.now() + 1000 * keeping.seconds;
  };
  for (const [i, member] of members.entries()) {
    const number = String(member.job);
    if (numbers.slice(0, -1).includes(number)) {
      sections[number] = saved[number];
      continue;
    }
    const { parameters, plan } = jobs[member.job];
    const part: Part = {
      ...{ run, ...shard, ...member, jobs: jobs.length, axes, notes },
      ...{ gibbs: BUILD, device: deviceName(device.info) },
    };
    using job =
      numbers.at(-1) === number
        ? await Job.restore(model, device, saved[number], command)
        : await Job.create(model, device, { parameters, inputs, seed, plan, command, copies, part });
    job.goesOnAt(part.device);
    const keepingAll = save && { save: (bytes: Uint8Array) => keep({ ...sections, [number]: bytes }) };
    await complete(
      job,
      command,
      { ...keeping, ...keepingAll },
      {
        ...{ signal, quiet, copy: false, result: false, conclude: false },
        onProgress: (fraction) => onProgress?.((i + fraction) / members.length),
      },
    );
    sections[number] = await job.bytes();
    seconds += job.seconds;
    // Simulations that are shorter than the interval are kept, too.
    if (save && i < members.length - 1 && performance.now() >= due) await keep(sections);
  }
  return { bytes: await partFile(model.name, { ...shard, run }, sections), seconds };
}

/** A part that is resumed stays in its checkpoint. @throws UsageError */
export function checkNoPartFile(outputs: readonly string[]): void {
  const path = outputs.find((name) => name.endsWith(PART));
  if (path === undefined) return;
  throw new UsageError(
    `out "${path}": leave it out; a part that is resumed stays in its checkpoint, which gibbs merge takes.`,
  );
}

/** Finishes a part that was interrupted; its checkpoint is then what `gibbs merge` takes. @throws UsageError for files of a whole run */
export async function finishPart(
  job: Job,
  command: Kept["command"],
  keeping: Keeping,
  { given, signal }: Finish,
): Promise<void> {
  const { index, of, job: number, first, count, units } = job.part!;
  const [out] = given.texts("out");
  const path = keeping.path!;
  if (out !== undefined) {
    throw new UsageError(
      `out "${out}": ${path} is part ${index + 1} of ${of}; leave --out out, and give ${path} to gibbs merge.`,
    );
  }
  job.goesOnAt(deviceName(job.simulation.device.info));
  await complete(job, command, keeping, {
    ...{ signal, quiet: given.has("quiet"), copy: given.has("checkpoint"), result: false, conclude: false },
  });
  const members = [{ job: number, first, count, units }];
  const { model } = job;
  tell(given, {
    model: model.name,
    shard: { index, of },
    members,
    seconds: job.seconds,
    path,
    unit: unitName(model, members),
  });
}

interface Finish {
  given: Arguments;
  signal: AbortSignal;
}

/** The file of a part: a checkpoint for each of its simulations. */
export const partFile = (model: string, header: Shard & { run: string }, sections: Record<string, Uint8Array>) =>
  encodeCheckpoint({ model, header: { shard: header }, sections });

/** SHA-256 of all that determines a run. */
export function identityOf({ model, inputs, whole: { command, seed, jobs, copies } }: Divided): Promise<string> {
  const all = jobs.map(({ parameters, plan }) => ({ ...resolve(model.name, model.parameters, parameters), plan }));
  const files = Object.entries(inputs).map(([name, { digest }]) => [name, digest]);
  const text = JSON.stringify({
    gibbs: BUILD,
    model: model.name,
    command,
    seed: String(seed),
    copies,
    files,
    all,
  });
  return digestOf(new TextEncoder().encode(text));
}

/** What the units of a part are called. */
function unitName({ parts, step }: Given["model"], members: readonly Range[]): string {
  const count = members.reduce((sum, member) => sum + member.count, 0);
  if (parts === "jobs") return plural(step, count);
  return plural(parts === "replicas" ? "replica" : "simulation", count);
}

interface Made {
  model: string;
  shard: Shard;
  members: readonly Member[];
  seconds: number;
  path: string;
  unit: string;
}

function tell(given: Arguments, { model, shard: { index, of }, members, seconds, path, unit }: Made): void {
  const shard = `${index + 1}/${of}`;
  if (given.has("json")) {
    process.stdout.write(
      json({ gibbs: __GIBBS_VERSION__, commit: __GIBBS_COMMIT__, model, shard, members, unit, seconds, file: path }),
    );
    return;
  }
  const rows = members.map(({ job, first, count, units }): [string, string] => [
    `simulation ${job + 1}`,
    `${unit} ${first} to ${first + count - 1} of ${units}`,
  ]);
  const none: [string, string][] = [["", "nothing: there are more parts than there is to divide"]];
  process.stdout.write(definitions([[model, `part ${shard}`], ...(rows.length > 0 ? rows : none), ["file", path]], 0));
}
