// The flags that commands share, each declared once.

import { ParameterError } from "../../src/device/errors.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { resolve } from "../../src/models/parameters.ts";
import { kebab } from "../../src/models/text.ts";
import type { DeviceChoice } from "../open.ts";
import type { Arguments, Flag } from "./arguments.ts";
import { plural } from "./format.ts";
import type { Plan } from "./job.ts";

export const DEVICES: readonly DeviceChoice[] = ["auto", "gpu", "software", "lavapipe", "swiftshader", "reference"];

export const JSON_FLAG: Flag = { name: "json", help: "one JSON document on standard output" };
export const QUIET: Flag = { name: "quiet", help: "no progress on standard error" };
export const QUICK: Flag = { name: "quick", help: "a shorter form, in seconds on a software adapter" };
export const DEVICE: Flag = {
  name: "device",
  value: "NAME",
  help: `${DEVICES.join(" | ")}; default auto: hardware, else software`,
};

const SEED: Flag = {
  name: "seed",
  value: "N",
  help: "0 … 2^64-1; the same seed gives the same run anywhere; default 1",
};
const STEPS: Flag = { name: "steps", value: "N", help: "measured steps, after the warm-up; default 1000" };
const WARMUP: Flag = {
  name: "warmup",
  value: "N",
  help: "steps before the first measurement; default 20 % of --steps",
};
const MEASURE_EVERY: Flag = {
  name: "measureEvery",
  value: "N",
  help: "steps from one measurement to the next; default 1",
};
const CHECKPOINT: Flag = {
  name: "checkpoint",
  value: "FILE",
  help: "save checkpoints of the run in FILE (replaced if it exists), also at the end and on Ctrl-C",
};
const CHECKPOINT_EVERY: Flag = {
  name: "checkpointEvery",
  value: "SECONDS",
  help: "time between checkpoints; default 60",
};
const RESUME: Flag = {
  name: "resume",
  value: "FILE",
  help: "continue the run in FILE, and save it there unless --checkpoint names another file; a larger --steps extends it",
};
const LINK: Flag = {
  name: "link",
  value: "URL",
  help: "reproduce the run of a page's link, in quotes, up to its step; with --steps N continue from there and measure",
};
const out = (kinds: string): Flag => ({
  name: "out",
  value: "FILE",
  many: true,
  help: `write FILE; its extension selects the format: ${kinds}`,
});

const SNAPSHOTS: Flag = {
  name: "snapshots",
  value: "FILE",
  help: "save states during the run in files; the name has a # for the step, as in frame-#.png or state-#.npy",
};
const SNAPSHOT_EVERY: Flag = {
  name: "snapshotEvery",
  value: "N",
  help: "measured steps between snapshots, and between states in files that average over states; default: 100 states per run",
};

const EXPLAIN: Flag = { name: "explain", help: "report how the model was understood, without a run" };
const REPLAY: Flag = {
  name: "replay",
  value: "LIST",
  help: "replay these trajectories and record every event: 17, or 0,17, or 0:9; --out .csv or .npy writes the events",
};

const SHARD: Flag = {
  name: "shard",
  value: "K/N",
  help: "make part K of N (1 … N) and write it by --out FILE.gibbs, for gibbs merge; auto: as a Slurm array numbers its jobs; auto/N: as a Kubernetes indexed job or GNU parallel does",
};

/** What commands have that talk to a queue. */
export const QUEUE_FLAGS: readonly Flag[] = [
  {
    name: "queue",
    value: "URL",
    help: "redis://HOST or rediss://HOST (TLS): the parts are made by gibbs worker on any machine",
  },
  {
    name: "store",
    value: "PLACE",
    help: "a shared folder or s3://BUCKET/PREFIX for parts that are too large for Redis; the same for workers",
  },
];
/** Flags of `gibbs worker` and `gibbs queue`. */
export const WORKER_FLAGS: readonly Flag[] = [
  ...QUEUE_FLAGS,
  DEVICE,
  {
    name: "lease",
    value: "SECONDS",
    help: "a worker that does not report for so long is taken for dead, and another one continues its part; default 30",
  },
  { name: "checkpointEvery", value: "SECONDS", help: "time between checkpoints of a part at work; default 60" },
  { name: "drain", help: "end when the queue holds no parts; otherwise wait for more" },
  QUIET,
];
export const LIST_FLAGS: readonly Flag[] = [
  ...QUEUE_FLAGS,
  { name: "drop", value: "RUN", help: "forget a run and its parts" },
  { name: "retry", value: "RUN", help: "put the parts of a run that failed on the queue again" },
  JSON_FLAG,
];

const PARTS: Flag = { name: "parts", value: "N", help: "parts that --queue makes of the run; default: four a worker" };

const PLAN = [SEED, STEPS, WARMUP, MEASURE_EVERY];
const KEEP = [CHECKPOINT, CHECKPOINT_EVERY, RESUME];
/** What commands have that make independent work. */
const DIVIDED = [...KEEP, SHARD, ...QUEUE_FLAGS, PARTS];

/** Flags of `gibbs run`, apart from the model's. */
export const RUN_FLAGS = [
  DEVICE,
  ...PLAN,
  JSON_FLAG,
  out(
    ".png picture of the state, .npy state for NumPy, .csv time series, .h5 HDF5 and .zarr Zarr with all of it; may be repeated",
  ),
  SNAPSHOTS,
  SNAPSHOT_EVERY,
  EXPLAIN,
  REPLAY,
  ...DIVIDED,
  LINK,
  QUIET,
];

/** Flags of `gibbs train`, apart from the model's. */
export const TRAIN_FLAGS = RUN_FLAGS.filter((flag) => ![EXPLAIN, REPLAY, SHARD].includes(flag));

/** Flags of `gibbs scan`, apart from the model's. */
export const SCAN_FLAGS = [
  DEVICE,
  ...PLAN,
  JSON_FLAG,
  out(".csv table of the points, .h5 HDF5, .zarr Zarr; may be repeated"),
  ...DIVIDED,
  QUIET,
];

/** @throws ParameterError */
export function seedOf(given: Arguments): bigint | undefined {
  const text = given.text("seed");
  if (text === undefined) return undefined;
  const seed = /^(\d+|0x[0-9a-f]+)$/i.test(text) ? BigInt(text) : -1n;
  if (seed >= 0n && seed < 2n ** 64n) return seed;
  throw new ParameterError("seed", `seed "${text}": give a whole number from 0 to 18446744073709551615.`);
}

/** `values`: the parameters given, for models whose parameters say how long a run is. @throws ParameterError */
export function planOf(given: Arguments, model: AnyModel, values: object): Plan {
  if (model.steps) {
    const own = ["steps", "warmup", "measureEvery"].filter((name) => !Object.hasOwn(model.parameters.shape, name));
    const [wrong] = own.filter((name) => given.has(name));
    if (wrong) {
      const plan = `${model.name} determines the number of ${plural(model.step)} by its parameters`;
      throw new ParameterError(wrong, `${kebab(wrong)}: ${plan}; see gibbs run ${model.name} --help.`);
    }
    return { warmup: 0, steps: model.steps(resolve(model.name, model.parameters, values).parameters), measureEvery: 1 };
  }
  const steps = given.number("steps", { least: 1, whole: true }) ?? 1000;
  const warmup = given.number("warmup", { least: 0, whole: true }) ?? Math.floor(steps / 5);
  const measureEvery = given.number("measureEvery", { least: 1, whole: true }) ?? 1;
  if (measureEvery > steps) {
    throw new ParameterError(
      "measureEvery",
      `measure-every ${measureEvery}: nothing would be measured in ${steps} steps; choose ${steps} or less.`,
    );
  }
  return { warmup, steps, measureEvery };
}
