// Exact restart from outside: runs of every model that are killed, interrupted, extended or moved to another device end as the
// uninterrupted one.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestAdapter } from "../../host-node/adapter.ts";
import { plural } from "../../host-node/cli/format.ts";
import { ensureBuilt } from "../../scripts/setup.js";
import { adapterKind } from "../../src/device/adapter-kind.ts";
import { ReferenceDevice } from "../../src/device/device.ts";
import { decodeCheckpoint } from "../../src/models/checkpoint.ts";
import { type AnyModel, type AnySimulation, models } from "../../src/models/index.ts";
import { ising } from "../../src/models/ising/index.ts";
import { resolve } from "../../src/models/parameters.ts";
import { kebab } from "../../src/models/text.ts";
import { gibbs, type Started } from "./start.ts";

const root = mkdtempSync(join(tmpdir(), "gibbs-checkpoint-"));
const newFolder = () => mkdtempSync(join(root, "t-"));

/** Seconds of work, so on the slow kind of device: a GPU would be done before the first kill. */
const LONG = ["run", "ising", "--size", "64", "--temperature", "2.3", "--seed", "11", "--device", "software"];
LONG.push("--steps", "8000", "--measure-every", "4", "--json");
const TOTAL = 9600; // with the warm-up
const OFTEN = ["--checkpoint-every", "0.02"];
const RESUME = ["run", "--resume", "run.gibbs", "--json", "--device", "software"];

/** What SwiftShader, up to ten times slower, is given of long examples: seconds of work there, too. */
const LESS: Record<string, { parameters?: object; steps?: number }> = {
  ising: { steps: 2000 },
  potts: { steps: 400 },
  "dense-memory": { steps: 250 },
  hopfield: { steps: 1500 },
  rbm: { steps: 40 },
  gillespie: { parameters: { trajectories: 5000 } },
  reservoir: { parameters: { reservoirs: 24 } },
  diffusion: { parameters: { samples: 5000 } },
  "diffusion-training": { parameters: { steps: 150 } },
};
const slow = adapterKind((await requestAdapter("software")).adapter.info) === "swiftshader";

/** A model's long example as words of the command line, and the steps that it makes. */
function longRun(model: AnyModel): { words: string[]; total: number } {
  const { long } = model.examples;
  const less = slow ? LESS[model.name] : undefined;
  const parameters = { ...long.parameters, ...less?.parameters };
  const steps = less?.steps ?? long.steps;
  const flags = Object.entries(parameters).flatMap(([name, value]) => [`--${kebab(name)}`, String(value)]);
  const words = ["run", model.name, ...flags, "--seed", "12", "--device", "software", "--json"];
  if (steps === undefined) {
    return { words, total: model.steps!(resolve(model.name, model.parameters, parameters).parameters) };
  }
  return { words: [...words, "--steps", String(steps), "--warmup", "0", "--measure-every", "10"], total: steps };
}

const start = (words: readonly string[], cwd: string) => gibbs(words, { cwd });

/** The result of a run that succeeds, less what differs from run to run and from device to device. */
async function result(words: readonly string[], cwd: string): Promise<Record<string, unknown>> {
  const { status, stdout, lines } = await start(words, cwd).ended;
  expect({ status, lines }).toEqual({ status: 0, lines: [] });
  const { elapsed, device, ...lasting } = JSON.parse(stdout);
  return lasting;
}

/** A checkpoint is renamed into place, so each one is another file; its time tells apart reused inode numbers. */
function version(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found ? `${found.ino} ${found.mtimeNs}` : "";
}

async function nextVersion(path: string, { child }: Started): Promise<void> {
  const before = version(path);
  while (version(path) === before && child.exitCode === null) await sleep(5);
}

/** Waits for a checkpoint of at least so many steps, or for the end of the process. */
async function progress(path: string, run: Started, steps: number): Promise<void> {
  do await nextVersion(path, run);
  while (run.child.exitCode === null && Number((await decodeCheckpoint(readFileSync(path))).header.steps) < steps);
}

/** The steps of the run that a file holds. @throws CheckpointError where it is broken */
async function stepsIn(path: string, model: AnyModel = ising): Promise<number> {
  using simulation: AnySimulation = await model.restore(new ReferenceDevice("node"), readFileSync(path));
  return simulation.steps;
}

/** Numerical Recipes' linear congruential generator: the moments of the kills are the same in each run of the test. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

let uninterrupted: Promise<Record<string, unknown>>;
beforeAll(() => {
  ensureBuilt();
  uninterrupted = result(LONG, newFolder());
  uninterrupted.catch(() => {}); // reported by the tests that await it
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/**
 * Minutes for all: a lattice, trajectories, a machine that learns, samples, and a reservoir. What differs between models is what their
 * checkpoints hold, which promises.test.ts tests of each.
 */
const KILLED = slow ? /^(ising|reservoir|gillespie)$/ : /^(ising|reservoir|gillespie|rbm|diffusion|dynamics)$/;
const killed = __GIBBS_TEST_LONG__ ? models : models.filter(({ name }) => KILLED.test(name));

describe.concurrent.each(killed.map((model) => [model.name, model] as const))("%s", (name, model) => {
  it("ends as the uninterrupted run after kill -9 and Ctrl-C", async ({ expect }) => {
    const KILLS = __GIBBS_TEST_LONG__ ? 3 : 1;
    const { words, total } = longRun(model);
    const uninterrupted = await result(words, newFolder());
    expect(uninterrupted).toMatchObject({ model: name, digest: expect.stringMatching(/^sha256:/) });
    const cwd = newFolder();
    const file = join(cwd, "run.gibbs");
    const random = uniform(3);
    const stops = [...Array<NodeJS.Signals>(KILLS).fill("SIGKILL"), "SIGINT" as const];
    let steps = 0;
    for (const [i, signal] of stops.entries()) {
      const command = i === 0 ? [...words, "--checkpoint", "run.gibbs"] : RESUME;
      const run = start([...command, ...OFTEN], cwd);
      // Each makes progress, and the stops spread over the first half: what they undo comes on top.
      await progress(file, run, (total * i) / 8);
      if (signal === "SIGKILL") await sleep(100 * random());
      run.child.kill(signal);
      const ended = await run.ended;
      const killed = signal === "SIGKILL";
      expect({ i, status: ended.status, stdout: ended.stdout }).toEqual({
        i,
        status: killed ? null : 130,
        stdout: "",
      });
      if (!killed) expect(ended.lines).toEqual([expect.stringMatching(interrupted(model, total))]);
      const now = await stepsIn(file, model);
      expect(now).toBeGreaterThan(steps);
      steps = now;
    }
    expect(await result(RESUME, cwd)).toEqual(uninterrupted);
    expect(readdirSync(cwd)).toEqual(["run.gibbs"]); // what the killed ones left half written is gone
    if (!__GIBBS_TEST_LONG__) return;
    const kept = readFileSync(file);
    expect(await result(RESUME, cwd)).toEqual(uninterrupted);
    expect(readFileSync(file).equals(kept)).toBe(true);
  });
});

const interrupted = (model: AnyModel, total: number) =>
  new RegExp(
    `^gibbs: interrupted after \\d+ of ${total} ${plural(model.step)}; continue with: gibbs run --resume run\\.gibbs$`,
  );

describe.concurrent("a run ends as the uninterrupted one", () => {
  it("after kill -9 at random moments", async ({ expect }) => {
    const KILLS = __GIBBS_TEST_LONG__ ? 20 : 4;
    const cwd = newFolder();
    const file = join(cwd, "run.gibbs");
    const random = uniform(20);
    const command = () =>
      existsSync(file)
        ? ["run", "--resume", "run.gibbs", "--json", "--device", "software"]
        : [...LONG, "--checkpoint", "run.gibbs"];
    let steps = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const run = start([...command(), ...OFTEN], cwd);
      // Every fifth at any moment of the start, the others after progress, so that the kills spread over the whole run.
      if (kill % 5 === 4) await sleep(500 * random());
      else {
        await progress(file, run, (TOTAL * kill) / KILLS);
        await sleep(20 * random());
      }
      run.child.kill("SIGKILL");
      const { signal, stdout } = await run.ended;
      expect({ kill, signal, stdout }).toEqual({ kill, signal: "SIGKILL", stdout: "" });
      if (!existsSync(file)) continue;
      const now = await stepsIn(file); // throws where it is broken
      expect(now).toBeGreaterThanOrEqual(steps);
      steps = now;
    }
    expect(steps).toBeGreaterThan(TOTAL / 2);
    expect(await result([...command(), ...OFTEN], cwd)).toEqual(await uninterrupted);
    expect(readdirSync(cwd)).toEqual(["run.gibbs"]); // what the killed ones left half written is gone
  });

  it("after Ctrl-C without --checkpoint nothing is kept, and the message says so", async ({ expect }) => {
    const cwd = newFolder();
    const words = ["run", "ising", "--size", "64", "--steps", "1e8", "--measure-every", "1e4"];
    // Nothing tells from outside when it runs: one that dies of the signal was still loading, one that names no run was still
    // opening its device, and the next gets more time.
    for (let seconds = 1; ; seconds *= 2) {
      const run = start(words, cwd);
      await sleep(1000 * seconds);
      run.child.kill("SIGINT");
      const { status, signal, stdout, lines } = await run.ended;
      if (signal === "SIGINT" || lines[0] === "gibbs: interrupted (SIGINT).") continue;
      expect({ status, stdout, files: readdirSync(cwd) }).toEqual({ status: 130, stdout: "", files: [] });
      expect(lines).toEqual([expect.stringMatching(/^gibbs: interrupted.*--checkpoint FILE was given\.$/)]);
      return;
    }
  });

  it("extended by a larger --steps, on the same device and on the reference", async ({ expect }) => {
    const cwd = newFolder();
    const start = ["run", "ising", "--size", "32,18", "--temperature", "2.2", "--warmup", "30", "--json"];
    await result([...start, "--steps", "150", "--checkpoint", "first.gibbs"], cwd);
    copyFileSync(join(cwd, "first.gibbs"), join(cwd, "second.gibbs"));
    const [whole, here, there] = await Promise.all([
      result([...start, "--steps", "400"], cwd),
      result(["run", "--resume", "first.gibbs", "--steps", "400", "--json"], cwd),
      result(["run", "--resume", "second.gibbs", "--steps", "400", "--json", "--device", "reference"], cwd),
    ]);
    expect(here).toEqual(whole);
    expect(there).toEqual(whole);
    const back = await result(["run", "--resume", "second.gibbs", "--steps", "400", "--json"], cwd);
    expect(back).toEqual(whole);
  });

  it("kept by a scan", async ({ expect }) => {
    const cwd = newFolder();
    const scan = ["scan", "ising", "--size", "16", "--temperature", "2:3:3", "--warmup", "10", "--json"];
    await result([...scan, "--steps", "50", "--checkpoint", "scan.gibbs"], cwd);
    const whole = await result([...scan, "--steps", "120"], cwd);
    expect(await result(["scan", "--resume", "scan.gibbs", "--steps", "120", "--json"], cwd)).toEqual(whole);
  });
});

/** A small file system of its own; needs root, and a container may forbid it even then. */
const disks: string[] = [];
function disk(options: string): string | undefined {
  const folder = newFolder();
  mkdirSync(folder, { recursive: true });
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  if (spawnSync("mount", ["-t", "tmpfs", "-o", options, "gibbs-test", folder]).status !== 0) return undefined;
  disks.push(folder);
  return folder;
}
const small = disk("size=64k");
const noInodes = disk("size=64k,nr_inodes=1");
afterAll(() => {
  for (const folder of disks) spawnSync("umount", [folder]);
});

describe.skipIf(!small || !noInodes)("a full disk", () => {
  it("found before the run: exit 2, one line, nothing written", async () => {
    for (const flag of ["--out", "--checkpoint"]) {
      const run = start(["run", "ising", "--size", "16", flag, join(noInodes!, "state.npy")], newFolder());
      const { status, stdout, lines } = await run.ended;
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(lines).toEqual([expect.stringMatching(/^gibbs: .*state\.npy cannot be written: the disk is full; .*$/)]);
      expect(readdirSync(noInodes!)).toEqual([]);
    }
  });

  it("found when --out is written: the results are printed, exit 1, one line, no half file", async () => {
    const run = start(
      ["run", "ising", "--size", "512", "--steps", "5", "--json", "--out", join(small!, "state.npy")],
      newFolder(),
    );
    const { status, stdout, lines } = await run.ended;
    expect(status).toBe(1);
    expect(JSON.parse(stdout).digest).toMatch(/^sha256:/);
    expect(lines).toEqual([expect.stringMatching(/^gibbs: .*state\.npy could not be written: the disk is full; .*$/)]);
    expect(readdirSync(small!)).toEqual([]);
  });

  it("found when a later checkpoint is written: exit 1, and the earlier one continues elsewhere", async () => {
    const cwd = newFolder();
    const words = ["run", "ising", "--size", "16", "--steps", "4000", "--json"];
    const file = join(small!, "run.gibbs");
    const { status, stdout, lines } = await start([...words, "--checkpoint", file, "--checkpoint-every", "0"], cwd)
      .ended;
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(lines).toEqual([expect.stringMatching(/^gibbs: .*run\.gibbs could not be written: the disk is full; .*$/)]);
    expect(readdirSync(small!)).toEqual(["run.gibbs"]);
    const copy = ["--checkpoint", "copy.gibbs"];
    expect(await result(["run", "--resume", file, ...copy, "--json"], cwd)).toEqual(await result(words, cwd));
  });
});
