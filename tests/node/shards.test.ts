// Runs and scans in parts: the files of `--shard`, merged, are what one machine gives; and what is missing, doubled, foreign or damaged is named.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makePart, shardOf } from "../../host-node/cli/shard.ts";
import { ReferenceDevice } from "../../src/device/device.ts";
import { npy } from "../../src/files/npy.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../src/models/checkpoint.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { ising } from "../../src/models/ising/index.ts";
import { divide } from "../../src/models/parts.ts";
import { inside } from "./inside.ts";

const cwd = mkdtempSync(join(tmpdir(), "gibbs-shards-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function gibbs(...words: string[]) {
  return inside([...words, "--quiet"], { cwd });
}
async function ok(...words: string[]) {
  const { status, stdout, stderr } = await gibbs(...words);
  expect({ status, stderr: stderr.replace(/^gibbs: warning.*\n/gm, "") }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

/** What is told of a run, but for where and how fast it was made. */
async function told(...words: string[]) {
  const { device: _, elapsed: __, ...document } = JSON.parse(await ok(...words, "--json"));
  return document;
}

/** Makes all parts of a command, the last one first, each on the next of the devices. */
async function parts(name: string, of: number, words: readonly string[], devices: readonly string[] = ["auto"]) {
  const files = Array.from({ length: of }, (_, i) => `${name}-${i + 1}-${of}.gibbs`);
  for (let i = of - 1; i >= 0; i--)
    await ok(...words, "--shard", `${i + 1}/${of}`, "--out", files[i], "--device", devices[i % devices.length]);
  return files;
}

/** A part before its first trajectory. */
function interrupted({ model, header, sections }: Checkpoint): Checkpoint {
  const empty = Object.entries(sections).map(([name, bytes]) => [
    name,
    name.startsWith("extra:") ? bytes : new Uint8Array(bytes.length),
  ]);
  return { model, header: { ...header, steps: 0, replicates: 0, shift: 0 }, sections: Object.fromEntries(empty) };
}

const SOFTWARE = ["software", "reference", "swiftshader"];

describe("a command in parts is the whole", () => {
  it.each<[string, string[], string[]]>([
    [
      "ising",
      "run ising --size 34,20 --temperature 2.3 --replicas 5 --steps 30".split(" "),
      ["i.npy", "i.csv", "i.png"],
    ],
    [
      "ising",
      "scan ising --size 16 --temperature 1.5:3:5 --field 0,0.1 --replicas 2 --steps 20".split(" "),
      ["i2.csv"],
    ],
    ["ising", "scan ising --size 16,32 --size 20,20 --temperature 2:3:3 --steps 20".split(" "), ["i3.csv"]],
    ["potts", "scan potts --size 12,12 --temperature 0.9,1,1.1 --steps 20".split(" "), ["p.csv"]],
    ["curie-weiss", "run curie-weiss --size 64 --replicas 4 --steps 20".split(" "), ["c.csv"]],
    [
      "hopfield",
      "scan hopfield --neurons 100 --patterns 3,8,14 --noise 0.2 --replicas 2 --steps 3".split(" "),
      ["h.csv"],
    ],
    [
      "dense-memory",
      "run dense-memory --neurons 60 --patterns 8 --replicas 3 --noise 0.2 --steps 3".split(" "),
      ["d.npy"],
    ],
    [
      "gillespie",
      "run gillespie --example schloegl --points 5 --trajectories 90".split(" "),
      ["g.csv", "g.npy", "g.samples.npy"],
    ],
    [
      "gillespie",
      "scan gillespie --example sir --points 3 --trajectories 40 --set beta=0.2|0.3|0.4".split(" "),
      ["g2.csv"],
    ],
    [
      "dynamics",
      "run dynamics --example henon --until 50 --points 6 --trajectories 33 --histograms x=-1:1:9".split(" "),
      ["y.csv", "y.npy", "y.histograms.csv", "y.histograms.npy"],
    ],
    [
      "reservoir",
      "scan reservoir --task henon --units 20 --train 300 --test 100 --starts 2 --reservoirs 3 --ridge 1e-6,1e-4".split(
        " ",
      ),
      ["r.csv"],
    ],
    ["ngrc", "run ngrc --system henon --starts 7".split(" "), ["n.csv"]],
    [
      "rbm",
      "scan rbm --data bars --side 3 --hidden 4 --chains 8 --learning-rate 0.05,0.1 --steps 5".split(" "),
      ["b.csv"],
    ],
  ])("%s: %j", async (model, words, files) => {
    const out = (prefix: string) => files.flatMap((file) => ["--out", `${prefix}${file}`]);
    const whole = await told(...words, ...out("whole-"));
    // Models of whole numbers give the same on every device; the others are rounded, and so stay on one.
    const devices = ["gillespie", "dynamics", "reservoir", "ngrc"].includes(model) ? ["auto"] : ["auto", ...SOFTWARE];
    // The promises of all models are kept in 2, 3 and 7 parts by tests/promises.test.ts.
    for (const of of words.includes("run") && model === "ising" ? [1, 2, 7] : [3]) {
      const names = await parts(`${files[0]}`, of, words, devices);
      const merged = await told("merge", ...[...names].reverse(), ...out("merged-"));
      expect(merged, `${of} parts`).toEqual(whole);
      for (const file of files) {
        expect(readFileSync(join(cwd, `merged-${file}`)).equals(readFileSync(join(cwd, `whole-${file}`))), file).toBe(
          true,
        );
      }
    }
  });
});

describe("a part of several simulations", () => {
  const jobs = [8, 10, 12].map((side) => ({
    parameters: { size: [side, side], temperature: 2.3 },
    plan: { warmup: 2, steps: 8, measureEvery: 1 },
  }));
  const whole = { command: "scan" as const, seed: 3n, jobs, copies: 1, axes: ["size"], notes: [] };
  /** States by simulation, less how long they took. */
  const statesIn = async (sections: Readonly<Record<string, Uint8Array>>) =>
    Promise.all(
      Object.entries(sections).map(async ([job, bytes]) => {
        const { header, sections: own } = await decodeCheckpoint(bytes);
        return [job, (header as { steps: number }).steps, own];
      }),
    );

  it("is kept between them, and goes on from each", async () => {
    const divided = { model: ising as unknown as AnyModel, inputs: {}, whole, run: "sha256:0" };
    const kept: Record<string, Uint8Array>[] = [];
    const make = async (saved: Readonly<Record<string, Uint8Array>>, seconds: number) => {
      await using device = new ReferenceDevice("node");
      const { bytes } = await makePart(
        divided,
        { index: 0, of: 1 },
        {
          ...{ device, signal: new AbortController().signal, quiet: true, saved },
          keeping: { path: undefined, seconds },
          save: async (sections) => void kept.push(sections),
        },
      );
      return statesIn((await decodeCheckpoint(bytes)).sections);
    };
    const states = await make({}, 0);
    expect(states.map(([job, steps]) => [job, steps])).toEqual([
      ["0", 10],
      ["1", 10],
      ["2", 10],
    ]);
    // However short they are: the finished ones are there when the next one begins.
    expect(new Set(kept.map((sections) => Object.keys(sections).join()))).toContain("0,1");
    for (const saved of [...kept]) expect(await make(saved, 1e9)).toEqual(states);
    // A control: the state of the second simulation in place of the first's.
    const { 1: second } = kept.find((sections) => Object.keys(sections).join() === "0,1")!;
    expect(await make({ 0: second, 1: second }, 1e9)).not.toEqual(states);
  });
});

describe("merge", () => {
  const words = "run gillespie --example sir --points 3 --trajectories 30".split(" ");

  it("names parts that are missing, and merges the others where that is asked for", async () => {
    const [one, , three] = await parts("m", 3, words);
    const { status, stderr } = await gibbs("merge", three, one);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("part 2 of 3 is missing") });
    const document = JSON.parse(await ok("merge", three, one, "--partial", "--json"));
    expect(document.result.trajectories).toBe(20);
    expect(document.notes).toContain("part 2 of 3 is missing; 20 of 30 trajectories are there.");
    const refused = await gibbs("merge", three, one, "--partial", "--checkpoint", "x.gibbs");
    expect(refused.stderr).toContain("cannot go on");
    const samples = await gibbs("merge", three, one, "--partial", "--out", "x.samples.csv");
    expect(samples.stderr).toContain("with parts missing there is .csv alone");
    const [starts] = await parts("m-ngrc", 2, "run ngrc --system henon --starts 4".split(" "));
    expect((await gibbs("merge", starts, "--partial")).stderr).toContain("numbered one after the other");
    const [replicas] = await parts("m-ising", 2, "run ising --size 16 --replicas 4 --steps 5".split(" "));
    expect((await gibbs("merge", replicas, "--partial", "--out", "x.csv")).stderr).toContain("replicas are missing");
  });

  it("names a part that is there twice, one of another run and how it differs, and what is no part", async () => {
    const [one, two] = await parts("t", 2, words);
    const [, seeded] = await parts("t-seed", 2, [...words, "--seed", "2"]);
    const [, ofAnother] = await parts("t-more", 2, [...words.slice(0, -1), "34"]);
    const [, longer] = await parts("t-long", 2, [...words, "--maxEvents", "77777"]);
    const [, other] = await parts("t-potts", 2, "run potts --size 8,8 --replicas 2 --steps 3".split(" "));
    const bytes = readFileSync(join(cwd, two));
    writeFileSync(join(cwd, "cut.gibbs"), bytes.subarray(0, bytes.length - 9));
    bytes[bytes.length - 100] ^= 1;
    writeFileSync(join(cwd, "bad.gibbs"), bytes);
    writeFileSync(join(cwd, "text.gibbs"), "hello");
    await ok(...words, "--checkpoint", "run.gibbs");
    for (const [names, message] of [
      [[one, one], "part 1 of 2 is there twice"],
      [[one, seeded], "its seed is 2, not 1"],
      [[one, longer], "its maxEvents is 77777, not"],
      [[one, ofAnother], "its trajectories is 34, not 30"],
      [[one, other], 'it is of "potts", not of "gillespie"'],
      [[one, "cut.gibbs"], "cut.gibbs: The checkpoint is truncated"],
      [[one, "bad.gibbs"], "bad.gibbs: The checkpoint is damaged"],
      [[one, "text.gibbs"], "text.gibbs: This is no gibbs checkpoint"],
      [[one, "run.gibbs"], "run.gibbs: It holds no part of a run"],
      [[one, "none.gibbs"], "none.gibbs cannot be read"],
      [[], "needs the files of the parts"],
    ] as const) {
      const { status, stderr } = await gibbs("merge", ...names);
      expect({ status, stderr }, message).toEqual({ status: 2, stderr: expect.stringContaining(message) });
    }
  });

  it("gives a checkpoint that goes on as the run of one machine", async () => {
    const chain = "run ising --size 32 --replicas 5 --warmup 3 --steps".split(" ");
    const names = await parts("k", 3, [...chain, "10"]);
    await ok("merge", ...names, "--checkpoint", "whole.gibbs");
    expect(await told("run", "--resume", "whole.gibbs", "--steps", "25")).toEqual(await told(...chain, "25"));
  });
});

describe("a part", () => {
  it("is no result: other files are refused, and so is what belongs to the whole", async () => {
    const run = "run ising --size 16 --replicas 4 --steps 5 --shard 1/2".split(" ");
    for (const [more, message] of [
      [[], "write it by one --out FILE.gibbs"],
      [["--out", "x.csv"], "write it by one --out FILE.gibbs"],
      [["--out", "x.gibbs", "--snapshots", "f-#.png"], "snapshots: it is of a whole run"],
    ] as const) {
      const { status, stderr } = await gibbs(...run, ...more);
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
    }
    const { stderr } = await gibbs(..."run rbm --steps 3 --shard 1/2 --out x.gibbs".split(" "));
    expect(stderr).toBe("");
  });

  it("that is continued on another device says so, where bits depend on it", async () => {
    const words = "run gillespie --example sir --points 3 --trajectories 30".split(" ");
    await ok(...words, "--shard", "1/2", "--out", "d1.gibbs", "--checkpoint", "d1.checkpoint", "--device", "reference");
    await ok(...words, "--shard", "2/2", "--out", "d2.gibbs", "--device", "reference");
    expect((await told("merge", "d1.checkpoint", "d2.gibbs")).notes).toEqual([]);
    const checkpoint = await decodeCheckpoint(new Uint8Array(readFileSync(join(cwd, "d1.checkpoint"))));
    const begun = interrupted(checkpoint);
    writeFileSync(join(cwd, "d1.checkpoint"), await encodeCheckpoint(begun));
    expect((await gibbs("merge", "d1.checkpoint", "d2.gibbs")).stderr).toContain(
      "d1.checkpoint: The part has made 0 of 15 steps",
    );
    await ok("run", "--resume", "d1.checkpoint", "--device", "swiftshader");
    expect((await told("merge", "d1.checkpoint", "d2.gibbs")).notes).toEqual([
      expect.stringMatching(/made on 2 devices.*SwiftShader/),
    ]);
  });

  it("is refused where replicas share what depends on all of them", async () => {
    writeFileSync(join(cwd, "spins.npy"), npy({ data: new Int8Array(3 * 64).fill(1), shape: [3, 8, 8] }));
    for (const [words, why] of [
      ["run ising --spins spins.npy --steps 5", "they begin with a file"],
      ["run hopfield --neurons 784 --digits 2 --patterns 5 --replicas 4 --steps 1", "those of the first replica"],
      ["scan dense-memory --neurons 60 --patterns 3,8 --steps 1", "the least or the largest number of patterns"],
      ["scan hopfield --neurons 60 --patterns 3,8 --cue 5 --start random --steps 1", "the least or the largest number"],
    ]) {
      for (const shard of ["1/2", "1/1"]) {
        const { status, stderr } = await gibbs(...words.split(" "), "--shard", shard, "--out", "x.gibbs");
        expect({ status, stderr }, words).toEqual({ status: 2, stderr: expect.stringContaining(why) });
      }
    }
  });

  it("that was interrupted is continued from its checkpoint, which merge then takes", async () => {
    const words = "run ising --size 64 --replicas 4 --steps 40".split(" ");
    const whole = await told(...words);
    await ok(...words, "--shard", "1/2", "--out", "c1.gibbs", "--checkpoint", "c1.checkpoint");
    await ok(...words, "--shard", "2/2", "--out", "c2.gibbs");
    expect(await told("merge", "c1.checkpoint", "c2.gibbs")).toEqual(whole);
    const again = await ok("run", "--resume", "c1.checkpoint");
    expect(again).toContain("part 1/2");
    const { stderr } = await gibbs("run", "--resume", "c1.checkpoint", "--steps", "80");
    expect(stderr).toContain("this is a part of a run");
    const named = await gibbs("run", "--resume", "c1.checkpoint", "--out", "c1.gibbs");
    expect(named.stderr).toContain("a part that is resumed stays in its checkpoint");
    const finished = await gibbs("run", "--resume", "c2.gibbs");
    expect(finished).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("c2.gibbs is a finished part of a run"),
    });
  });
});

describe("which part", () => {
  it.each<[string, Record<string, string>, number, number]>([
    ["3/8", {}, 2, 8],
    ["auto", { SLURM_ARRAY_TASK_ID: "5", SLURM_ARRAY_TASK_COUNT: "4", SLURM_ARRAY_TASK_MIN: "5" }, 0, 4],
    [
      "auto",
      { SLURM_ARRAY_TASK_ID: "7", SLURM_ARRAY_TASK_COUNT: "4", SLURM_ARRAY_TASK_MIN: "1", SLURM_ARRAY_TASK_STEP: "2" },
      3,
      4,
    ],
    ["auto/9", { JOB_COMPLETION_INDEX: "8" }, 8, 9],
    ["auto/9", { PARALLEL_SEQ: "9" }, 8, 9],
  ])("%s %j", (name, environment, index, of) => expect(shardOf(name, environment)).toEqual({ index, of }));

  it.each<[string, Record<string, string>, string]>([
    ["0/4", {}, "numbered from 1 to 4"],
    ["5/4", {}, "numbered from 1 to 4"],
    ["1/0", {}, "1 to 1000000 parts"],
    ["1/9999999", {}, "1 to 1000000 parts"],
    ["a", {}, "give K/N"],
    ["2", {}, "give K/N"],
    ["-1/4", {}, "give K/N"],
    ["auto", {}, "no job of an array"],
    ["auto/4", { PARALLEL_SEQ: "1", SLURM_ARRAY_TASK_ID: "1" }, "are both set"],
    ["auto", { JOB_COMPLETION_INDEX: "1" }, "give auto/N"],
    ["auto/4", { JOB_COMPLETION_INDEX: "4" }, "job 5 of the array is none of 4 parts"],
    ["auto", { SLURM_ARRAY_TASK_ID: "7", SLURM_ARRAY_TASK_COUNT: "3", SLURM_ARRAY_TASK_MIN: "1" }, "none of 3 parts"],
    ["auto", { SLURM_ARRAY_TASK_ID: "x", SLURM_ARRAY_TASK_COUNT: "3" }, "no number of a job"],
  ])("%s %j is refused", (name, environment, message) => expect(() => shardOf(name, environment)).toThrow(message));

  it("every unit is in one part, and parts cost the same to a unit", () => {
    const works = [
      { units: 13, cost: 7 },
      { units: 1, cost: 100 },
      { units: 40, cost: 0.3 },
      { units: 5, cost: 1e3 },
    ];
    const whole = works.reduce((sum, { units, cost }) => sum + units * cost, 0);
    for (const of of [1, 2, 3, 7, 59, 100]) {
      const all = Array.from({ length: of }, (_, i) => divide(works, i, of));
      for (const [job, { units }] of works.entries()) {
        const numbers = all.flatMap((part) => Array.from({ length: part[job].count }, (_, i) => part[job].first + i));
        expect(numbers).toEqual(Array.from({ length: units }, (_, i) => i));
      }
      for (const part of all) {
        const cost = part.reduce((sum, { count }, job) => sum + count * works[job].cost, 0);
        expect(Math.abs(cost - whole / of)).toBeLessThanOrEqual(1e3);
      }
    }
  });
});
