// What ends a command early, and the exit status it gives: 1 failed, 2 bad usage, 3 no device, 130 interrupted.

import {
  CheckpointError,
  DeviceUnavailableError,
  FileError,
  GibbsError,
  ParameterError,
} from "../../src/device/errors.ts";
import { LinkError } from "../../src/link.ts";
import { reason } from "../files/write.ts";

/** The command line itself is wrong: an unknown word, a missing value, a path that cannot be written. */
export class UsageError extends GibbsError {
  override name = "UsageError";
}

/** The user or the system asked the program to stop. */
export class InterruptedError extends GibbsError {
  override name = "InterruptedError";
}

/** A queue cannot be reached, has lost a run, or holds what no gibbs has put there. */
export class QueueError extends GibbsError {
  override name = "QueueError";
}

/** A check of `validate` or `bench` failed; its output has said which. */
export class FailedError extends GibbsError {
  override name = "FailedError";
}

export function exitStatus(error: unknown): number {
  if (error instanceof InterruptedError) return 130; // as shells report SIGINT
  if (error instanceof DeviceUnavailableError) return 3;
  const usage = [ParameterError, UsageError, CheckpointError, LinkError].some((kind) => error instanceof kind);
  return usage ? 2 : 1;
}

/** One line for what gibbs throws on purpose; anything else is a bug and brings its stack. */
export function describeError(error: unknown): string {
  if (error instanceof GibbsError) return `gibbs: ${error.message}\n`;
  // All other files are written by files/write.ts, whose errors are FileErrors.
  const system = error as NodeJS.ErrnoException | undefined;
  if (system?.syscall === "write") return `gibbs: standard output could not be written: ${reason(system)}.\n`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `gibbs: this is a bug in gibbs ${__GIBBS_VERSION__}; please report it with the command and these lines:\n${stack}\n`;
}

/** Runs a check of files that comes before any work: its failure is bad usage. */
export async function asUsage<T>(check: Promise<T>): Promise<T> {
  try {
    return await check;
  } catch (error) {
    throw error instanceof FileError ? new UsageError(error.message) : error;
  }
}
