// Commands, workers and what they say, for the tests of the queue.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { ensureBuilt } from "../../scripts/setup.js";
import type { RedisServer } from "./redis.ts";
import { type Ended, gibbs, type Started } from "./start.ts";

export const root = mkdtempSync(join(tmpdir(), "gibbs-queue-"));
export const newFolder = () => mkdtempSync(join(root, "t-"));
beforeAll(() => ensureBuilt());
afterEach(endAll);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a command to its end. */
export const run = (words: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  gibbs(words, { cwd, env: { ...process.env, ...env } }).ended;

/** What is told of a run, but for where and how fast it was made. */
export function told({ status, stdout, stderr }: Ended) {
  expect({ status, stderr: stderr.replace(/^gibbs: (warning|run|note: no worker).*\n/gm, "") }).toEqual({
    status: 0,
    stderr: "",
  });
  const { device: _, elapsed: __, ...document } = JSON.parse(stdout);
  return document;
}

export interface WorkerProcess extends Started {
  log: () => string;
}

const workers = new Set<WorkerProcess>();
/** Starts a worker, which ends with the test. */
export function worker(redis: RedisServer, device: string, ...words: string[]): WorkerProcess {
  const started = gibbs(["worker", "--queue", redis.url, "--device", device, ...words], { cwd: root });
  let log = "";
  started.child.stdout!.on("data", (text) => (log += text));
  started.child.stderr!.on("data", (text) => (log += text));
  started.ended.catch(() => {});
  const own = { ...started, log: () => log };
  workers.add(own);
  return own;
}
export async function endAll() {
  for (const { child, ended } of workers) {
    child.kill("SIGCONT");
    child.kill("SIGTERM");
    await ended.catch(() => {});
  }
  workers.clear();
}

/** The number of the run that a submitter tells of. */
export const idIn = (text: string) => /run ([0-9a-f]{16}) /.exec(text)?.[1] ?? "";
