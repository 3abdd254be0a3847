// The command line from outside: documents, files of --out, exit statuses, and one line for every bad input with nothing written.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../../scripts/setup.js";
import { readNpy } from "../../src/files/npy.ts";
import { readSafetensors } from "../../src/files/safetensors.ts";
import { decodeCheckpoint, encodeCheckpoint, sha256 } from "../../src/models/checkpoint.ts";
import { inside } from "./inside.ts";
import { CLI, start, gibbs as startGibbs } from "./start.ts";

const root = mkdtempSync(join(tmpdir(), "gibbs-cli-"));
const newFolder = () => mkdtempSync(join(root, "t-"));
const SMALL = ["ising", "--size", "16", "--steps", "40"];

let checkpoint: Uint8Array;
const versions: Record<string, Uint8Array> = {};

beforeAll(async () => {
  ensureBuilt();
  const cwd = newFolder();
  await good(["run", ...SMALL, "--seed", "7", "--checkpoint", "good.gibbs"], cwd);
  checkpoint = readFileSync(join(cwd, "good.gibbs"));
  Object.assign(versions, {
    good: checkpoint,
    truncated: checkpoint.slice(0, -40),
    stub: checkpoint.slice(0, 10),
    empty: new Uint8Array(),
    flipped: checkpoint.map((byte, i) => (i === checkpoint.length - 100 ? byte ^ 4 : byte)),
    foreign: Buffer.from("a,b\n1,2\n".repeat(40)),
    newer: await newer(checkpoint),
    bare: await bare(checkpoint),
  });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const gibbs = (words: readonly string[], cwd: string) => inside(words, { cwd });

async function good(words: readonly string[], cwd: string): Promise<string> {
  const { status, stdout, lines } = await gibbs(words, cwd);
  expect({ status, lines }).toEqual({ status: 0, lines: [] });
  return stdout;
}

// biome-ignore lint/suspicious/noExplicitAny: the documents are checked field by field
async function document(words: readonly string[], cwd = newFolder()): Promise<any> {
  const text = await good([...words, "--json"], cwd);
  expect(text.endsWith("}\n")).toBe(true);
  return JSON.parse(text); // throws where there is more than one
}

/** What is equal from run to run and from machine to machine. */
const lasting = ({ elapsed, device, ...rest }: Record<string, unknown>) => rest;

/** The same checkpoint as a later gibbs would write it, its SHA-256 right. */
async function newer(bytes: Uint8Array): Promise<Uint8Array> {
  const text = Buffer.from(bytes.subarray(0, -32)).toString("latin1").replace('"format":1', '"format":2');
  const body = Buffer.from(text, "latin1");
  return Buffer.concat([body, await sha256(body)]);
}

/** A simulation's own checkpoint, without the plan of a run. */
async function bare(bytes: Uint8Array): Promise<Uint8Array> {
  const { model, header, sections } = await decodeCheckpoint(bytes);
  const { series: _, ...own } = Object.fromEntries(Object.entries(sections).filter(([name]) => !/series/.test(name)));
  return encodeCheckpoint({ model, header, sections: own });
}

describe.concurrent("a bad input is one line on stderr, exit 2, and nothing written", () => {
  const size = (text: string, ...says: (string | RegExp)[]) => [`run ising --size ${text}`, "size", ...says] as const;
  const hot = (text: string) =>
    [`run ising --temperature ${text}`, "temperature", text, /above 0|finite number/] as const;
  const cases: (readonly [string, ...(string | RegExp)[]])[] = [
    size("63", "63", "even"),
    size("64,7", "64,7", "even"),
    size("0", "smallest width is 2"),
    size("-4", "-4", "smallest width is 2"),
    size("=-4", "-4", "smallest width is 2"),
    size("100000000", "largest side is 1048576"),
    size("1e300", "size"),
    size("2.5", "whole number"),
    size("8,8,7", "8,8,7", "even"),
    size("8,8,8,8,8", "8,8,8,8,8", "at most 4 sides"),
    size("abc", "abc", "finite number"),
    size("64,", "64,", "finite number"),
    size("1048576", "1048576,1048576", /the largest square lattice that fits is \d+,\d+/),
    hot("0"),
    hot("-1"),
    hot("NaN"),
    hot("Infinity"),
    hot("abc"),
    ["run ising --temperature ''", "temperature", "finite number"],
    ["run ising --temperature 1,2", "temperature", "gibbs scan"],
    ["run ising --algorithm metropolys", "algorithm", "heat-bath or metropolis"],
    ["run ising --replicas 0", "replicas", "at least one"],
    ["run ising --seed -1", "seed", "-1", "18446744073709551615"],
    ["run ising --seed 18446744073709551616", "seed", "18446744073709551615"],
    ["run ising --seed 1.5", "seed", "1.5", "whole number"],
    ["run ising --seed abc", "seed", "abc", "whole number"],
    ["run ising --steps 0", "steps", "1 or more"],
    ["run ising --steps 1.5", "steps", "whole number"],
    ["run ising --warmup=-1", "warmup", "0 or more"],
    ["run ising --steps 10 --measure-every 20", "measure-every 20", "10 or less"],
    ["run ising --steps 1e15", "measure-every", "memory"],
    ["run isin", '"isin"', "Did you mean ising?"],
    ["run", "needs a model", "ising"],
    ["run ising potts", '"potts"', "one model"],
    ["rnu ising", '"rnu"', "Did you mean run?"],
    ["paint", '"paint"', "run, scan, merge, worker, queue, train, validate"],
    ["validate isin", "Did you mean ising?"],
    ["validate nope", '"nope"', "There are ising, potts, curie-weiss, hopfield"],
    ["models ising", "takes flags alone", '"ising"'],
    ["demo twice", "takes flags alone", '"twice"'],
    ["help isin", '"isin"', "run, scan, merge, worker, queue, train, validate"],
    ["validate --quick --full", "give one of them"],
    ["validate ising --out report.pdf", "name it .html"],
    ["bench isin", "Did you mean ising?"],
    ["run ising --colour red", "--colour", "--help"],
    ["run ising --tempratur 2", "--tempratur", "Did you mean --temperature?"],
    ["run ising --measure-evry 2", "--measure-evry", "Did you mean --measure-every?"],
    ["info --jsn", "--jsn", "Did you mean --json?"],
    ["run ising --temperature", "--temperature needs a value"],
    ["run ising --temperature --json", "--temperature needs a value"],
    ["run ising --json=yes", "--json", "no value"],
    ["run ising --seed 1 --seed 2", "--seed", "twice"],
    ["run ising --device cpu", "device", "cpu", "reference"],
    ["run ising --out state.jpg", "state.jpg", ".png, .npy, .csv"],
    ["run ising --out state", '"state"', ".png, .npy, .csv"],
    ["run ising --out missing/state.png", "missing/state.png", "does not exist"],
    ["run ising --out folder.npy", "folder.npy", "it is a folder"],
    ["run ising --out good.gibbs/state.npy", "good.gibbs", "no folder"],
    ["run ising --out LONG.npy", "the name is too long"],
    ["run ising --checkpoint missing/run.gibbs", "missing/run.gibbs", "does not exist"],
    ["run ising --checkpoint folder.npy", "folder.npy", "it is a folder"],
    ["run ising --checkpoint-every 1", "--checkpoint FILE"],
    ["scan ising", "needs an axis"],
    ["scan ising --temperature 1:2", "temperature", "1:2", "FROM:TO:COUNT"],
    ["scan ising --temperature 1:2:0", "1:2:0", "FROM:TO:COUNT"],
    ["scan ising --temperature=-1:2:4", "temperature", "-1", "above 0"],
    ["scan ising --temperature 1:2:3 --out scan.png", "scan.png", ".csv"],
    ["scan ising --size 8,8 --size 16,16 --checkpoint s.gibbs", "checkpoint", "2 simulations"],
    ["run --resume none.gibbs", "none.gibbs cannot be read", "no such file"],
    ["run --resume folder.npy", "folder.npy cannot be read", "folder"],
    ["run --resume truncated.gibbs", "truncated", "earlier copy"],
    ["run --resume stub.gibbs", "truncated", "earlier copy"],
    ["run --resume empty.gibbs", "no gibbs checkpoint"],
    ["run --resume flipped.gibbs", "damaged", "SHA-256", "earlier copy"],
    ["run --resume foreign.gibbs", "no gibbs checkpoint", "--checkpoint"],
    ["run --resume newer.gibbs", "format 2", "format 1", "Update gibbs"],
    ["run --resume bare.gibbs", "checkpoint"],
    ["scan --resume good.gibbs", "holds a run", "gibbs run --resume"],
    ["run isin --resume good.gibbs", "Did you mean ising?"],
    ["run --resume good.gibbs --size 32", "size", "16,16", "Leave --size out"],
    ["run --resume good.gibbs --temperature 2.5", "temperature 2.5", "Leave --temperature out"],
    ["run --resume good.gibbs --seed 8", "seed 8", "has 7", "Leave --seed out"],
    ["run --resume good.gibbs --warmup 3", "warmup 3", "has 8", "Leave --warmup out"],
    ["run --resume good.gibbs --steps 20", "steps 20", "40", "not shortened"],
  ];

  // A process ends as the same words do in this one: a few of each kind show it.
  const everyTenth = cases.filter((_, i) => i % 10 === 0);
  const given = [...cases.map((each) => ["", ...each] as const), ...everyTenth.map((each) => ["$ ", ...each] as const)];

  it.for(given)("%sgibbs %s", async ([prompt, line, ...says], { expect }) => {
    const cwd = newFolder();
    const named = Object.entries(versions).filter(([name]) => line.includes(`${name}.gibbs`));
    for (const [name, bytes] of named) writeFileSync(join(cwd, `${name}.gibbs`), bytes);
    mkdirSync(join(cwd, "folder.npy"));
    const words = line
      .replace("size =", "size=")
      .split(" ")
      .map((word) => (word === "''" ? "" : word.replace("LONG", "x".repeat(300))));
    const { status, stdout, lines } = await (prompt ? startGibbs(words, { cwd }).ended : gibbs(words, cwd));
    expect({ status, stdout, count: lines.length }, lines.join("\n")).toEqual({ status: 2, stdout: "", count: 1 });
    expect(lines[0]).toMatch(/^gibbs: .*[^ ].*[.?]$/);
    for (const text of says) expect(lines[0]).toMatch(typeof text === "string" ? new RegExp(escaped(text)) : text);
    const left = readdirSync(cwd).sort();
    expect(left).toEqual(["folder.npy", ...named.map(([name]) => `${name}.gibbs`)].sort());
    for (const [name, bytes] of named) expect(readFileSync(join(cwd, `${name}.gibbs`)).equals(bytes)).toBe(true);
  });
});

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

describe.concurrent("documents", () => {
  const words = ["run", "ising", "--size", "32,16", "--temperature", "2.5", "--steps", "200", "--seed", "42"];
  const OBSERVABLES = [
    ...["absMagnetization", "absStaggered", "binder", "energy", "magnetization"],
    ...["specificHeat", "staggered", "susceptibility"],
  ];

  it("run: the same from run to run and on the reference", async ({ expect }) => {
    const [first, second, reference] = await Promise.all([
      document(words),
      document(words),
      document([...words, "--device", "reference"]),
    ]);
    expect(first).toMatchObject({
      gibbs: expect.stringMatching(/^\d+\.\d+\.\d+/),
      model: "ising",
      parameters: { size: [32, 16], temperature: 2.5, field: 0, couplings: [1, 1], algorithm: "heat-bath" },
      seed: "42",
      steps: 200,
      warmup: 40,
      measureEvery: 1,
      device: { kind: "gpu", software: expect.any(Boolean), host: "node", vendor: expect.any(String) },
      exact: { energy: { value: expect.any(Number), source: "Kaufman 1949" } },
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      elapsed: { seconds: expect.any(Number), rate: expect.any(Number), unit: "flips/s" },
      result: {},
    });
    expect(Object.keys(first.device).sort()).toEqual(
      ["architecture", "description", "host", "kind", "software", "vendor"].sort(),
    );
    expect(Object.keys(first.observables).sort()).toEqual(OBSERVABLES);
    for (const { value, error, unit } of Object.values<Record<string, unknown>>(first.observables)) {
      expect([typeof value, typeof error, typeof unit]).toEqual(["number", "number", "string"]);
    }
    expect({ ...second, elapsed: 0 }).toEqual({ ...first, elapsed: 0 });
    expect(reference.device.kind).toBe("reference");
    expect(lasting(reference)).toEqual(lasting(first));
    const other = await document([...words.slice(0, -1), "43"]);
    expect(other.digest).not.toBe(first.digest);
  });

  it("scan: one batch, each point what it gives alone, energy rising", async ({ expect }) => {
    const common = ["ising", "--size", "16,16", "--steps", "1000"];
    const cwd = newFolder();
    const [scan, alone] = await Promise.all([
      document(["scan", ...common, "--temperature", "1.5:3.5:5", "--out", "scan.csv"], cwd),
      document(["run", ...common, "--temperature", "2.5", "--first-replica", "2"]),
    ]);
    expect(scan.digests).toHaveLength(1);
    const at = scan.points.map(({ parameters, batch }: Record<string, unknown>) => ({ parameters, batch }));
    expect(at).toEqual([1.5, 2, 2.5, 3, 3.5].map((temperature) => ({ parameters: { temperature }, batch: 0 })));
    const energies = scan.points.map((p: typeof alone) => p.observables.energy.value);
    expect(energies).toEqual([...energies].sort((a, b) => a - b));
    expect(scan.points[2].observables).toEqual(alone.observables);
    expect(scan.points[2].exact).toEqual(alone.exact);
    const rows = readFileSync(join(cwd, "scan.csv"), "utf8").trimEnd().split("\n");
    expect(rows[0]).toMatch(/^temperature,energy,energy_error,/);
    expect(rows.slice(1).map((row) => Number(row.split(",")[1]))).toEqual(energies);
  });

  it("models and info", async ({ expect }) => {
    const [{ models }, info] = await Promise.all([document(["models"]), document(["info"])]);
    const [ising, hopfield, gillespie] = ["ising", "hopfield", "gillespie"].map((name) =>
      models.find((model: { name: string }) => model.name === name),
    );
    expect(hopfield).toMatchObject({ name: "hopfield", step: "sweep" });
    expect(gillespie).toMatchObject({ name: "gillespie", step: "trajectory" });
    expect(ising).toMatchObject({ name: "ising", step: "sweep", parameters: { type: "object" } });
    expect(ising.parameters.properties.temperature).toMatchObject({ minimum: 1e-100, default: 2, unit: "J" });
    expect(Object.keys(ising.observables).sort()).toEqual(OBSERVABLES);
    expect(ising.observables.energy.unit).toBe("J/site");
    const system = { node: process.version, webgpu: expect.any(String), processor: expect.stringMatching(/^\d+ × /) };
    expect(info).toMatchObject({ gibbs: expect.any(String), system });
    expect(info.adapters.some(({ available }: { available: boolean }) => available)).toBe(true);
  });
});

describe.concurrent("diffusion", () => {
  const SMALL_ONE = ["diffusion", "--samples", "500", "--steps", "8", "--json", "--quiet"];

  it("has moments, distance and modes, files, and goes on from a checkpoint", async ({ expect }) => {
    const cwd = newFolder();
    const files = ["--out", "a.npy", "--out", "a.png", "--checkpoint", "a.gibbs"];
    const { status, stdout, lines } = await gibbs(["run", ...SMALL_ONE, "--sampler", "heun", ...files], cwd);
    // Eight steps are too few for this law, which the run says itself.
    expect({ status, lines }).toEqual({
      status: 0,
      lines: [expect.stringMatching(/^gibbs: warning: variance is .* standard errors off: .* take more --steps/)],
    });
    const { result, digest, observables, exact, steps, warnings } = JSON.parse(stdout);
    expect(warnings.map((text: string) => `gibbs: warning: ${text}`)).toEqual(lines);
    expect(steps).toBe(8);
    expect(Object.keys(result)).toEqual([
      "mean",
      "covariance",
      "slicedWasserstein",
      "withinModeVariance",
      "modeCounts",
    ]);
    expect(result.modeCounts.reduce((a: number, b: number) => a + b)).toBe(500);
    expect(Object.keys(observables)).toEqual(["mean", "variance"]);
    expect(exact.variance.value).toBe(2.04);
    expect(readNpy(readFileSync(join(cwd, "a.npy"))).shape).toEqual([500, 2]);
    const again = await gibbs(["run", "--resume", "a.gibbs", "--json", "--quiet"], cwd);
    expect(JSON.parse(again.stdout)).toMatchObject({ digest, steps: 8, result, observables });
  });

  it("trains a network on points of a file, which then denoises", async ({ expect }) => {
    const cwd = newFolder();
    const points = Array.from({ length: 200 }, (_, i) => `${Math.cos(i)},${Math.sin(i)}`);
    writeFileSync(join(cwd, "ring.csv"), points.join("\n"));
    const words = ["train", "diffusion", "--data", "ring.csv", "--width", "16", "--steps", "30", "--batch", "64"];
    const trained = await gibbs([...words, "--out", "ring.safetensors", "--json", "--quiet"], cwd);
    expect(JSON.parse(trained.stdout)).toMatchObject({ model: "diffusion-training", steps: 30 });
    const run = await gibbs(["run", ...SMALL_ONE, "--data", "ring.csv", "--denoiser", "ring.safetensors"], cwd);
    expect(run.status).toBe(0);
    expect(JSON.parse(run.stdout).observables.variance.value).toBeGreaterThan(0.1);
    const other = await gibbs(["run", ...SMALL_ONE, "--data", "1 [1] 0.25", "--denoiser", "ring.safetensors"], cwd);
    expect(other.lines).toEqual([expect.stringMatching(/^gibbs: denoiser: the network is of 2 numbers/)]);
  });

  it("says in a line what is wrong", async ({ expect }) => {
    const cwd = newFolder();
    writeFileSync(join(cwd, "words.csv"), "a,b\n1,2\n3,four\n");
    writeFileSync(join(cwd, "cut.safetensors"), Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 123));
    for (const [words, message] of [
      [["--sampler", "plms"], /sampler "plms": it must be one of ddpm, ddim/],
      [["--steps", "0"], /steps 0: it must be at least 1/],
      [["--data", "words.csv"], /words.csv: line 3, column 2 \(b\) is "four", which is no number/],
      [["--data", "missing.csv"], /data "missing.csv" is none of gmm8, rings, .*, and as a file it cannot be read/],
      [["--denoiser", "cut.safetensors"], /denoiser: The file says that its header has 200 bytes/],
      [["--warmup", "3"], /warmup: diffusion determines the number of steps by its parameters/],
    ] as [string[], RegExp][]) {
      const given = ["run", "diffusion", "--samples", "4", ...words];
      const { status, lines } = await gibbs(given, cwd);
      expect({ status, lines }, words.join(" ")).toEqual({ status: 2, lines: [expect.stringMatching(message)] });
    }
    const { status, lines } = await gibbs(["train", "ising"], cwd);
    expect({ status, lines }).toEqual({
      status: 2,
      lines: ["gibbs: gibbs train ising: it has no network to train; there is diffusion."],
    });
  });
});

describe.concurrent("reservoirs", () => {
  const SMALL_ONE = [
    "reservoir",
    "--units",
    "30",
    "--train",
    "500",
    "--washout",
    "50",
    "--test",
    "200",
    "--starts",
    "3",
  ];
  /** The Hénon map, a line for each time. */
  function henon(rows: number): string[] {
    const lines = ["x,y"];
    let [x, y] = [0.1, 0.2];
    for (let row = 0; row < rows; row++) {
      lines.push(`${x},${y}`);
      [x, y] = [1 - 1.4 * x * x + y, 0.3 * x];
    }
    return lines;
  }

  it("a series from CSV: figures with their spread, files, a checkpoint that goes on", async ({ expect }) => {
    const cwd = newFolder();
    writeFileSync(join(cwd, "henon.csv"), henon(800).join("\n"));
    const words = ["run", ...SMALL_ONE, "--task", "data", "--data", "henon.csv", "--horizon", "20", "--json"];
    const own = ["--synchronisation", "40", "--reservoirs", "2"];
    const { status, stdout, lines } = await gibbs(
      [...words, ...own, "--checkpoint", "a.gibbs", "--out", "a.safetensors", "--out", "a.npy", "--out", "a.csv"],
      cwd,
    );
    expect({ status, lines }).toEqual({ status: 0, lines: [] });
    const { result, digest, observables } = JSON.parse(stdout);
    const spread = { median: expect.any(Number), quartiles: [expect.any(Number), expect.any(Number)] };
    expect(result).toMatchObject({
      ...{ reservoirs: 2, raised: [], diverged: [] },
      ...{ validPredictionTime: { ...spread, unit: "steps" }, nrmse: { ...spread, unit: "standard deviations" } },
    });
    expect(observables.nrmse.value).toBeLessThan(0.2);
    expect(Object.keys(readSafetensors(readFileSync(join(cwd, "a.safetensors"))))).toEqual([
      ...["W_out", "gram", "W", "W_in", "b", "mean", "sd"],
    ]);
    expect(readFileSync(join(cwd, "a.csv"), "utf8")).toMatch(
      /^point,reservoir,validPredictionTime,nrmse,persistenceTime,persistenceNrmse,kernelRank\n0,0,/,
    );
    const again = await gibbs(["run", "--resume", "a.gibbs", "--json", "--quiet"], cwd);
    expect(JSON.parse(again.stdout)).toMatchObject({ digest, result });
    const test = ["--test", "200", "--starts", "3", "--train", "500", "--washout", "50", "--horizon", "20"];
    const loaded = await gibbs(
      [
        "run",
        "reservoir",
        "--network",
        "a.safetensors",
        "--task",
        "henon",
        "--synchronisation",
        "40",
        ...test,
        "--json",
      ],
      cwd,
    );
    expect(JSON.parse(loaded.stdout)).toMatchObject({ parameters: { units: 30 }, result: { reservoirs: 1 } });
  });

  it("a scan is one batch", async ({ expect }) => {
    const words = ["scan", ...SMALL_ONE, "--task", "henon", "--horizon", "20", "--reservoirs", "1", "--json"];
    const { status, stdout } = await gibbs(
      [...words, "--spectral-radius", "0.1:0.9:3", "--leak-rate", "0.5,1"],
      newFolder(),
    );
    expect(status).toBe(0);
    const { points, digests } = JSON.parse(stdout);
    expect([points.length, digests.length]).toEqual([6, 1]);
    expect(points[4].parameters).toEqual({ spectralRadius: 0.9, leakRate: 0.5 });
  });

  it.for<[string, RegExp]>([
    ["1,2\n3,\n5,6\n", /own\.csv: line 2, column 2 is empty/],
    ["1,2\n3\n", /own\.csv: line 2 has 1/],
    ["1,2\n3,four\n", /line 2, column 2/],
    ["", /own\.csv: the file is empty/],
    ["1,2\n3,4\n", /2 steps, and a warm-up of 50, 500 to learn from and 200 to test need 751/],
  ])("a bad series is refused: %j", async ([text, message], { expect }) => {
    const cwd = newFolder();
    writeFileSync(join(cwd, "own.csv"), text);
    const { status, stdout, lines } = await gibbs(["run", ...SMALL_ONE, "--task", "data", "--data", "own.csv"], cwd);
    expect({ status, stdout, count: lines.length }, lines.join("\n")).toEqual({ status: 2, stdout: "", count: 1 });
    expect(lines[0]).toMatch(message);
  });
});

describe.concurrent("an ensemble of a reaction network", () => {
  const NETWORK = "A <-> B @ k, 0.5; k = 1; A = 100";

  it("says means and deviations in time, and the same on the reference", async ({ expect }) => {
    const words = ["run", "gillespie", "--network", NETWORK, "--until", "2", "--points", "3", "--trajectories", "300"];
    const run = await document(words);
    const { times, species, mean, sd, trajectories } = run.result;
    expect([times, species, trajectories, run.steps]).toEqual([[0, 1, 2], ["A", "B"], 300, 300]);
    expect([mean[0], sd[0]]).toEqual([
      [100, 0],
      [0, 0],
    ]);
    expect(Math.abs(mean[1][0] - 48.20867734) / Math.sqrt(24.96791 / 300)).toBeLessThan(4);
    expect(run.observables.A.value).toBe(mean[2][0]);
    expect(run.exact.A.value).toBeCloseTo(36.65247122, 6);
    const reference = await document([...words, "--device", "reference"]);
    expect(reference.digest).toBe(run.digest); // f32 and f64 agree on all of these paths
  });

  it("Hopfield: loads and temperatures in one batch, and a checkpoint goes on", async ({ expect }) => {
    const cwd = newFolder();
    const words = ["--neurons", "200", "--warmup", "5", "--steps", "4", "--seed", "3"];
    const scan = await document(["scan", "hopfield", ...words, "--patterns", "5,10", "--temperature", "0,0.3"], cwd);
    expect(scan.digests).toHaveLength(1);
    expect(scan.points).toHaveLength(4);
    expect(scan.points[0].observables.overlap.value).toBe(1);
    expect(scan.points[0].exact.overlap.source).toMatch(/Amit/);
    const run = await document(["run", "hopfield", ...words, "--patterns", "20", "--checkpoint", "h.gibbs"], cwd);
    const again = await document(["run", "--resume", "h.gibbs", "--steps", "8", "--device", "reference"], cwd);
    const longer = words.map((word) => (word === "4" ? "8" : word));
    const whole = await document(["run", "hopfield", ...longer, "--patterns", "20"], cwd);
    expect(run.steps).toBe(4);
    expect([again.digest, again.steps]).toEqual([whole.digest, 8]);
  });

  it("memories: a covered cue, a cue from a PNG; the magnet against its sums; weights as a file", async ({
    expect,
  }) => {
    const cwd = newFolder();
    const memory = ["run", "dense-memory", "--neurons", "784", "--patterns", "50", "--digits", "50"];
    const modern = [...memory, "--interaction", "exponential", "--steps", "3", "--measure-every", "1"];
    const covered = await document([...modern, "--cue", "4", "--covered", "0.5", "--out", "cue.png"], cwd);
    const again = await document([...modern, "--image", "cue.png", "--cue", "4"], cwd);
    expect([covered.observables.largest.value > 0.9, again.digest]).toEqual([true, covered.digest]);
    const wrong = await gibbs([...memory.slice(0, 2), "--neurons", "901", "--image", "cue.png"], cwd);
    expect(wrong.status).toBe(2);
    expect(wrong.lines.join("\n")).toContain("cue.png: a picture of 28 × 28 pixels has no place on 901 cells");

    const magnet = await document(["run", "curie-weiss", "--size", "100", "--warmup", "100", "--steps", "2000"], cwd);
    expect(magnet.exact.energy.source).toContain("sum over the 101 magnetizations");
    const { value, error } = magnet.observables.energy;
    expect(Math.abs(value - magnet.exact.energy.value) / error).toBeLessThan(5);

    const machine = ["run", "rbm", "--data", "bars", "--side", "3", "--hidden", "6", "--steps", "40"];
    const trained = await document([...machine, "--out", "w.safetensors"], cwd);
    expect(trained.observables.logLikelihood.value).toBeLessThan(0);
    const tensors = readSafetensors(new Uint8Array(readFileSync(join(cwd, "w.safetensors"))));
    expect(tensors.W.shape).toEqual([9, 6]);
    const none = await gibbs(["run", "ising", "--out", "w.safetensors"], cwd);
    expect(none.lines.join("\n")).toContain('out "w.safetensors"');
  });

  it("sweeps in one launch, reads SBML from a file, and continues a checkpoint", async ({ expect }) => {
    const cwd = newFolder();
    const scan = await document(
      ["scan", "gillespie", "--network", NETWORK, "--set", "k=1|2", "--trajectories", "50"],
      cwd,
    );
    expect(scan.points.map(({ parameters }: { parameters: object }) => parameters)).toEqual([{ k: 1 }, { k: 2 }]);
    expect(scan.digests).toHaveLength(1);

    writeFileSync(join(cwd, "decay.xml"), SBML);
    const words = ["run", "gillespie", "--sbml", "decay.xml", "--until", "1", "--trajectories", "200"];
    const run = await document([...words, "--checkpoint", "c.gibbs", "--out", "c.csv"], cwd);
    expect(run.result.species).toEqual(["X", "twice"]);
    const again = await document(["run", "--resume", "c.gibbs"], cwd);
    expect([again.digest, again.result]).toEqual([run.digest, run.result]);
    const [head, first] = readFileSync(join(cwd, "c.csv"), "utf8").split(/\r?\n/);
    expect([head, first]).toEqual(["time,X_mean,X_error,X_sd,twice_mean,twice_error,twice_sd", "0,40,0,0,80,0,0"]);
  });

  it("says what was understood, writes it as text and SBML, and runs those to the same digest", async ({ expect }) => {
    const cwd = newFolder();
    writeFileSync(join(cwd, "decay.xml"), SBML);
    const words = ["run", "gillespie", "--sbml", "decay.xml", "--explain", "--out", "m.txt", "--out", "m.xml"];
    const said = await document(words, cwd);
    expect(said).toMatchObject({ model: "gillespie", format: { "read as": "SBML" }, outputs: { twice: "2*X" } });
    expect(said.species.X).toMatch(/^starts at 40/);
    const run = (...file: string[]) =>
      document(["run", "gillespie", ...file, "--until", "1", "--trajectories", "100", "--device", "reference"], cwd);
    const all = [await run("--sbml", "decay.xml"), await run("--network", "m.txt"), await run("--sbml", "m.xml")];
    expect(new Set(all.map(({ digest }) => digest)).size).toBe(1);
    const text = await good(["run", "gillespie", "--network", NETWORK, "--explain"], cwd);
    expect(text).toMatch(/A -> B {2,}A -> B; propensity k\*A; mass action, constant k/);
  });

  it("writes chosen trajectories, samples, passages and histograms", async ({ expect }) => {
    const cwd = newFolder();
    const words = ["run", "gillespie", "--network", NETWORK, "--until", "2", "--points", "3", "--device", "reference"];
    const replayed = await document([...words, "--replay", "2,0", "--out", "e.csv", "--out", "e.npy"], cwd);
    expect(replayed.trajectories.map(({ trajectory }: { trajectory: number }) => trajectory)).toEqual([2, 0]);
    const rows = readFileSync(join(cwd, "e.csv"), "utf8").trim().split("\n");
    expect(rows.slice(0, 2)).toEqual(["trajectory,time,reaction,A,B", "2,0,start,100,0"]);
    expect(readNpy(new Uint8Array(readFileSync(join(cwd, "e.npy")))).shape).toEqual([rows.length - 1, 5]);
    const files = ["r.samples.npy", "r.samples.csv", "r.passages.csv", "r.histograms.csv"];
    const all = ["--trajectories", "20", "--passage", "B > 20", ...files.flatMap((file) => ["--out", file])];
    const run = await document([...words, ...all], cwd);
    const { data, shape } = readNpy(new Uint8Array(readFileSync(join(cwd, "r.samples.npy"))));
    expect(shape).toEqual([20, 3, 2]);
    expect(data.filter((_, i) => i % 6 === 4).reduce((a, b) => a + b) / 20).toBeCloseTo(run.result.mean[2][0], 9);
    expect(rows.filter((row) => row.startsWith("2,")).at(-1)).toBe(`2,2,end,${data[2 * 6 + 4]},${data[2 * 6 + 5]}`);
    expect(readFileSync(join(cwd, "r.samples.csv"), "utf8").split("\n")).toHaveLength(62);
    for (const file of files.slice(2)) expect(readFileSync(join(cwd, file), "utf8")).toMatch(/probability\n.*\d/);
  });

  it("runs a task of a COMBINE archive, with what the command line says instead", async ({ expect }) => {
    const cwd = newFolder();
    const sedml = `<sedML xmlns="http://sed-ml.org/sed-ml/level1/version3" level="1" version="3"><listOfSimulations>
      <uniformTimeCourse id="s" initialTime="0" outputStartTime="0" outputEndTime="2" numberOfPoints="4"><algorithm kisaoID="KISAO:0000029"><listOfAlgorithmParameters>
      <algorithmParameter kisaoID="KISAO:0000488" value="9"/><algorithmParameter kisaoID="KISAO:0000498" value="60"/></listOfAlgorithmParameters></algorithm></uniformTimeCourse></listOfSimulations>
      <listOfModels><model id="m" source="decay.xml"/></listOfModels><listOfTasks><task id="t" modelReference="m" simulationReference="s"/></listOfTasks></sedML>`;
    writeFileSync(join(cwd, "a.omex"), zipSync({ "a.sedml": strToU8(sedml), "decay.xml": strToU8(SBML) }));
    writeFileSync(join(cwd, "decay.xml"), SBML);
    const words = ["--until", "2", "--points", "5", "--seed", "9", "--trajectories"];
    const given = await document(["run", "gillespie", "--sbml", "decay.xml", ...words, "60"], cwd);
    const archived = await document(["run", "gillespie", "--omex", "a.omex"], cwd);
    expect([archived.digest, archived.seed, archived.steps]).toEqual([given.digest, "9", 60]);
    const fewer = await document(["run", "gillespie", "--omex", "a.omex", "--trajectories", "7", "--seed", "1"], cwd);
    expect([fewer.steps, fewer.seed]).toEqual([7, "1"]);
    expect(fewer.notes.join()).toContain("trajectories is that of the command line, not of the file");
  });

  it.each([
    [["--network", "A -> B"], /"A -> B": write its rate/],
    [["--network", "A -> B @ 1; A = 0.5"], /A starts at 0.5/],
    [["--sbml", "missing.xml"], /sbml "missing.xml" cannot be read/],
    [["--network", "missing.txt"], /network "missing.txt" cannot be read/],
    [["--omex", "missing.omex"], /omex "missing.omex" cannot be read/],
    [["--task", "t"], /task: it chooses a part of a file, and none is given; add --omex FILE/],
    [["--replay", "x"], /replay "x": give numbers of trajectories/],
    [
      ["--replay", "0", "--out", "e.png"],
      /out "e.png": the file's extension says what to write; it must be one of .csv, .npy/,
    ],
    [
      ["--explain", "--out", "e.csv"],
      /out "e.csv": the file's extension says what to write; it must be one of .txt, .xml, .sbml/,
    ],
    [["--out", "r.passages.csv"], /out .passages.csv: there is no condition/],
    [
      ["--trajectories", "1e9", "--out", "r.samples.npy"],
      /out .samples.npy: 1000000000 trajectories at 51 times .* GiB/,
    ],
    [["--steps", "5"], /steps: gillespie determines the number of trajectories by its parameters/],
    [["--example", "sir", "--set", "beta"], /set "beta": write NAME=VALUE/],
  ])("%o is bad usage", async ([...words], message) => {
    const { status, lines, stdout } = await gibbs(["run", "gillespie", ...words], newFolder());
    expect([status, stdout, lines.length]).toEqual([2, "", 1]);
    expect(lines[0]).toMatch(message);
  });
});

const SBML = `<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model>
<listOfCompartments><compartment id="V" size="4" constant="true"/></listOfCompartments>
<listOfSpecies><species id="X" compartment="V" initialConcentration="10" hasOnlySubstanceUnits="true"/></listOfSpecies>
<listOfParameters><parameter id="twice" constant="false"/></listOfParameters>
<listOfRules><assignmentRule variable="twice"><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><cn>2</cn><ci>X</ci></apply></math></assignmentRule></listOfRules>
<listOfReactions><reaction id="decay" reversible="false"><listOfReactants><speciesReference species="X"/></listOfReactants>
<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>X</ci></math></kineticLaw></reaction></listOfReactions></model></sbml>`;

describe.concurrent("--out", () => {
  it("picture, state and series of one run agree", async ({ expect }) => {
    const cwd = newFolder();
    const out = ["s.png", "s.npy", "s.csv"].flatMap((name) => ["--out", name]);
    const run = await document(
      ["run", "ising", "--size", "48,20", "--temperature", "2.4", "--steps", "60", ...out],
      cwd,
    );
    expect(readdirSync(cwd).sort()).toEqual(["s.csv", "s.npy", "s.png"]);

    const bytes = readFileSync(join(cwd, "s.npy"));
    const start = 10 + bytes.readUInt16LE(8);
    const header = bytes.subarray(10, start).toString("latin1");
    expect([bytes.subarray(0, 8).toString("latin1"), start % 64]).toEqual(["\x93NUMPY\x01\x00", 0]);
    expect(header).toMatch(/^\{'descr': '\|i1', 'fortran_order': False, 'shape': \((1, )?20, 48\), \} *\n$/);
    const spins = Array.from(new Int8Array(bytes.subarray(start)));
    expect(spins).toHaveLength(960);
    expect(new Set(spins)).toEqual(new Set([-1, 1])); // not flat

    const { width, height, depth, data } = decode(readFileSync(join(cwd, "s.png")));
    expect([width, height, depth]).toEqual([48, 20, 1]);
    const pixels = spins.map((_, i) => (data[Math.floor(i / 48) * 6 + ((i % 48) >> 3)] >> (7 - (i % 8))) & 1);
    const sameAs = (up: number) => pixels.every((pixel, i) => (pixel === up) === (spins[i] === 1));
    expect(sameAs(0) || sameAs(1)).toBe(true);

    const [head, ...rows] = readFileSync(join(cwd, "s.csv"), "utf8").trimEnd().split("\n");
    expect(head.split(",")[0]).toBe("step");
    expect(rows.map((row) => Number(row.split(",")[0]))).toEqual(Array.from({ length: 60 }, (_, i) => 13 + i));
    expect(run.observables.energy.n).toBe(60);
  });

  it("an older file is replaced, and a failed command leaves it", async ({ expect }) => {
    const cwd = newFolder();
    writeFileSync(join(cwd, "s.npy"), "old");
    expect((await gibbs(["run", ...SMALL, "--out", "s.npy", "--temperature", "0"], cwd)).status).toBe(2);
    expect(readFileSync(join(cwd, "s.npy"), "utf8")).toBe("old");
    await good(["run", ...SMALL, "--out", "s.npy"], cwd);
    expect(readFileSync(join(cwd, "s.npy"))[0]).toBe(0x93);
  });
});

describe("standard output", () => {
  // A shell starts them, for only it joins processes by a pipe; the path goes in as $0.
  const shell = (script: string) => start("bash", ["-c", script, CLI], { cwd: root }).ended;
  const unix = process.platform !== "win32";

  it.runIf(unix).each(["models | head -1", "models --json | head -c 1", "run --help | true"])(
    "a reader that has seen enough is no error: gibbs %s",
    async (line) => {
      const [command, reader] = line.split(" | ");
      const script = `node "$0" ${command} | ${reader} >&2; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = await shell(script);
      expect(stdout).toBe("0\n");
      expect(stderr).not.toMatch(/^gibbs:|^ +at /m);
    },
  );

  it.runIf(process.platform === "linux")("a full disk behind it is one line and exit 1", async () => {
    const { status, stderr } = await shell('node "$0" models > /dev/full');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^gibbs: [^\n]*disk is full[^\n]*\n$/),
    });
  });
});
