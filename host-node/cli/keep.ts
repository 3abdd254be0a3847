// Brings a job to its end: with progress, with a checkpoint every so often, and with an orderly stop on Ctrl-C.

import { ParameterError } from "../../src/device/errors.ts";
import { checkWritable, writeFileWhole } from "../files/write.ts";
import type { Arguments } from "./arguments.ts";
import { asUsage, InterruptedError } from "./errors.ts";
import { plural } from "./format.ts";
import type { Job } from "./job.ts";
import { Progress } from "./progress.ts";

/** Where and how often checkpoints are written. */
export interface Keeping {
  path: string | undefined;
  seconds: number;
  /** Where there is no path: keeps them elsewhere. */
  save?: (checkpoint: Uint8Array) => Promise<void>;
}

/** What the flags say of checkpoints; the path is tried. */
export async function keepingOf(given: Arguments): Promise<Keeping> {
  const seconds = given.number("checkpointEvery", { least: 0 }) ?? 60;
  const path = given.text("checkpoint") ?? given.text("resume");
  if (given.has("checkpointEvery") && path === undefined) {
    throw new ParameterError("checkpointEvery", "checkpoint-every: there is nothing to write; add --checkpoint FILE.");
  }
  if (given.has("checkpoint") && path !== undefined) await asUsage(checkWritable(path));
  return { path, seconds };
}

/** @throws InterruptedError that says how to go on, FileError where a checkpoint cannot be written. */
export async function complete(job: Job, command: string, keeping: Keeping, options: CompleteOptions): Promise<void> {
  const { path } = keeping;
  const save = path === undefined ? keeping.save : (bytes: Uint8Array) => writeFileWhole(path, bytes);
  if (path !== undefined && job.remaining > 0) await asUsage(checkWritable(path)); // a finished run may stand where none can write
  const from = job.simulation.steps;
  const { model, total, updates } = job;
  using progress = new Progress({ unit: plural(model.step), total, from, quiet: options.quiet, updates });
  while (job.remaining > 0) {
    const due = performance.now() + 1000 * keeping.seconds;
    const start = job.simulation.steps;
    await job.advance((made) => {
      progress.update(start + made);
      options.onProgress?.((start + made) / total);
      // At least one submission between two checkpoints, or an interval below the time of one would never end.
      return options.signal.aborted || (save !== undefined && made > 0 && performance.now() >= due);
    });
    if (save && (job.remaining > 0 || path !== undefined)) await save(await job.bytes());
    if (options.signal.aborted && job.remaining > 0) throw interrupted(job, command, path);
  }
  if (options.conclude !== false) await job.simulation.conclude?.({ result: options.result });
  if (options.copy && from === total) await save?.(await job.bytes());
}

interface CompleteOptions {
  signal: AbortSignal;
  quiet: boolean;
  /** Write the checkpoint also if there is nothing left to do: the user named another file than the resumed one. */
  copy: boolean;
  /** Wanted in addition to the observables: what only this model has. */
  result: boolean;
  /** False for a part of a run: what is told is told of the whole. */
  conclude?: boolean;
  /** Called between submissions with the fraction of the steps that are made. */
  onProgress?: (fraction: number) => void;
}

function interrupted(job: Job, command: string, path: string | undefined): InterruptedError {
  const done = `interrupted after ${job.simulation.steps} of ${job.total} ${plural(job.model.step)}`;
  const shown = path !== undefined && /[^\w./:\\-]/.test(path) ? `"${path}"` : path;
  return new InterruptedError(
    path === undefined
      ? `${done}; nothing was saved, because no --checkpoint FILE was given.`
      : `${done}; continue with: gibbs ${command} --resume ${shown}`,
  );
}
