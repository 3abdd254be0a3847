// The example for Slurm, on a real one where there is one: an array of parts, and a merge that waits for them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LONGEST } from "../patience.ts";
import { inside } from "./inside.ts";
import { CLI } from "./start.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const run = (command: string, words: string[], cwd: string, env: NodeJS.ProcessEnv = {}) =>
  spawnSync(command, words, { cwd, encoding: "utf8", env: { ...process.env, ...env } });

/** SLURM_CONF names the cluster; a node of it is ready for work. */
const hasSlurm = run("sinfo", ["--noheader", "--format=%T"], tmpdir()).stdout?.includes("idle") ?? false;

it.skipIf(!hasSlurm)("an array of parts and a dependent merge give the scan of one process", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "gibbs-slurm-"));
  try {
    const words = "scan ising --size 32 --temperature 2:2.6:5 --replicas 2 --steps 50";
    const env = { PARTS: "3", GIBBS: `${process.execPath} ${CLI}`, SCAN: words };
    const submitted = run("bash", [`${ROOT}examples/slurm/scan.sh`], cwd, env);
    expect({ status: submitted.status, stderr: submitted.stderr }).toEqual({ status: 0, stderr: "" });
    const jobs = submitted.stdout.trim().split("\n");
    expect(jobs).toHaveLength(1); // the merge; the array's number is in its dependency
    const waiting = () => run("squeue", ["--noheader"], cwd).stdout.trim();
    await expect.poll(waiting, { timeout: LONGEST, interval: 500 }).toBe("");
    const merged = JSON.parse(readFileSync(join(cwd, "parts/scan.json"), "utf8"));
    const { stdout } = await inside([...words.split(" "), "--json", "--quiet", "--out", "whole.csv"], { cwd });
    const whole = JSON.parse(stdout);
    expect([merged.digests, merged.points]).toEqual([whole.digests, whole.points]);
    expect(readFileSync(join(cwd, "parts/scan.csv"), "utf8")).toBe(readFileSync(join(cwd, "whole.csv"), "utf8"));
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
});
