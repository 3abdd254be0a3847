// Programs as processes of their own, gibbs first of all: what they print, how they end, and an end for those that hang.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Patience, watch } from "../patience.ts";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
/** bin/gibbs.js, less its look whether the build is fresh. */
export const CLI = join(ROOT, "dist", "cli.js");

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** The lines of `stderr`. */
  lines: string[];
}

export interface Started {
  child: ChildProcess;
  /** Rejects where the process had to be killed because it made no progress. */
  ended: Promise<Ended>;
}

export interface StartOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /**
   * CPU seconds that it may take without printing anything, which a quiet machine and a busy one count alike. Without printing and
   * without taking any it is given up, too.
   */
  silent?: number;
  patience?: Patience;
}

export function start(program: string, words: readonly string[], options: StartOptions = {}): Started {
  const { cwd = ROOT, env = process.env, silent = 1800, patience } = options;
  const child = spawn(program, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr, hangs] = ["", "", false];
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  let [printed, since] = [0, 0];
  const giveUp = () => {
    hangs = true;
    child.kill("SIGKILL");
  };
  const sign = () => {
    const seconds = cpuSeconds(child.pid);
    if (stdout.length + stderr.length > printed) [printed, since] = [stdout.length + stderr.length, seconds];
    if (seconds - since > silent) giveUp();
    return `${printed} ${seconds}`;
  };
  const watching = watch(sign, giveUp, patience);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => {
      watching[Symbol.dispose]();
      if (hangs) reject(new Error(`${program} ${words.join(" ")} hangs, having printed:\n${stdout}\n${stderr}`));
      else resolve({ status, signal, stdout, stderr, lines: stderr.split("\n").filter((line) => line !== "") });
    });
  });
  return { child, ended };
}

/** Starts Node. */
export const node = (words: readonly string[], options?: StartOptions) => start(process.execPath, words, options);

/** Starts the command `gibbs` as it was built. */
export const gibbs = (words: readonly string[], options?: StartOptions) => node([CLI, ...words], options);

/** CPU time of a process with all its threads; 0 where the system does not tell as Linux does. */
function cpuSeconds(pid: number | undefined): number {
  try {
    // After the name, which may hold anything: state, ten more, then user and system time in hundredths.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}
