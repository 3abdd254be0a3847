// Command lines run in this process, one after another: what gibbs prints and how it ends, without the start of a process for each. What is
// of a process itself - signals, pipes, crashes, standard error of native code - is tested with those of start.ts.

import { main } from "../../host-node/cli/commands.ts";
import { describeError, exitStatus } from "../../host-node/cli/errors.ts";
import type { Ended } from "./start.ts";

let last: Promise<unknown> = Promise.resolve();

/** Runs a command line in a folder, as soon as those before it have ended. */
export function inside(words: readonly string[], { cwd }: { cwd: string }): Promise<Ended> {
  const own = last.then(() => captured(words, cwd));
  last = own.catch(() => {});
  return own;
}

async function captured(words: readonly string[], cwd: string): Promise<Ended> {
  const printed = { stdout: "", stderr: "" };
  const before = process.cwd();
  const writes = { stdout: process.stdout.write, stderr: process.stderr.write };
  const names = ["stdout", "stderr"] as const;
  for (const name of names) {
    process[name].write = ((text: string | Uint8Array) => {
      printed[name] += typeof text === "string" ? text : Buffer.from(text).toString();
      return true;
    }) as typeof process.stdout.write;
  }
  process.chdir(cwd);
  let status = 0;
  try {
    await main(words);
  } catch (error) {
    status = exitStatus(error);
    process.stderr.write(describeError(error));
  } finally {
    process.chdir(before);
    for (const name of names) process[name].write = writes[name];
  }
  return { status, signal: null, ...printed, lines: printed.stderr.split("\n").filter((line) => line !== "") };
}
