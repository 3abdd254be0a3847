// Spins, patterns, images and weights of the user's own from files: every type that holds them, every value that does not, and what the
// command line makes of them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { npy } from "../../src/files/npy.ts";
import { writeSafetensors } from "../../src/files/safetensors.ts";
import { readSpins } from "../../src/files/spins.ts";
import { formatLink, hopfield, ising, LinkError, ReferenceDevice, rbm } from "../../src/index.ts";
import { followLink } from "../../src/link.ts";
import { createWith, inputFile } from "../../src/models/inputs.ts";
import { inside } from "./inside.ts";

const device = new ReferenceDevice("node");
const bit = (i: number) => (Math.imul(i + 1, 0x9e3779b1) >>> 13) & 1;
const spinsOf = (count: number, first = 0) => Int8Array.from({ length: count }, (_, i) => (bit(first + i) ? 1 : -1));

type Writer = (view: DataView, at: number, value: number) => void;
const TYPES: [string, number, Writer][] = [
  ["|i1", 1, (view, at, value) => view.setInt8(at, value)],
  ["<i2", 2, (view, at, value) => view.setInt16(at, value, true)],
  [">i4", 4, (view, at, value) => view.setInt32(at, value)],
  ["<i8", 8, (view, at, value) => view.setBigInt64(at, BigInt(value), true)],
  ["<f4", 4, (view, at, value) => view.setFloat32(at, value, true)],
  ["<f8", 8, (view, at, value) => view.setFloat64(at, value, true)],
];
const BITS: [string, number, Writer][] = [
  ...TYPES,
  ["|b1", 1, (view, at, value) => view.setUint8(at, value)],
  ["|u1", 1, (view, at, value) => view.setUint8(at, value)],
  ["<u2", 2, (view, at, value) => view.setUint16(at, value, true)],
];

/** What numpy.save writes. */
function array(values: ArrayLike<number>, shape: number[], [type, width, set]: (typeof TYPES)[number], order = false) {
  const head = `{'descr': '${type}', 'fortran_order': ${order ? "True" : "False"}, 'shape': (${shape.join(", ")},), }\n`;
  const bytes = new Uint8Array(10 + head.length + width * values.length);
  bytes.set([0x93, ...Buffer.from("NUMPY"), 1, 0, head.length & 255, head.length >> 8, ...Buffer.from(head)]);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) set(view, 10 + head.length + width * i, values[i]);
  return bytes;
}

describe("spins of a file", () => {
  const wanted = spinsOf(12);

  it.each(TYPES)("are 1 and -1 of %s", async (...type) => {
    expect(await readSpins("own.npy", array(wanted, [3, 4], type))).toEqual({
      ...{ spins: wanted, shape: [3, 4], isPicture: false },
    });
  });

  it.each(BITS)("are bits of %s", async (...type) => {
    const bits = wanted.map((spin) => (spin > 0 ? 1 : 0));
    expect((await readSpins("own.npy", array(bits, [3, 4], type))).spins).toEqual(wanted);
  });

  it("stand in rows, however the file has them", async () => {
    const columns = Int8Array.from({ length: 12 }, (_, i) => wanted[(i % 3) * 4 + Math.floor(i / 3)]);
    expect((await readSpins("own.npy", array(columns, [3, 4], TYPES[0], true))).spins).toEqual(wanted);
  });

  it.each([
    ["NaN", Number.NaN, "value [1, 1] is NaN: an array has 1 and -1"],
    ["2", 2, "value [1, 1] is 2:"],
    ["0.5", 0.5, "value [1, 1] is 0.5:"],
    ["0 among ±1", 0, "value [1, 1] is 0 among values of -1:"],
    ["infinity", Number.POSITIVE_INFINITY, "value [1, 1] is Infinity:"],
  ])("are no %s, which is named with its place", async (_, value, message) => {
    const odd = Float64Array.from(wanted);
    odd[5] = value;
    await expect(readSpins("own.npy", array(odd, [3, 4], TYPES[5]))).rejects.toThrow(`own.npy: ${message}`);
  });

  it("are there, and no other kind of file", async () => {
    await expect(readSpins("own.npy", array([], [0, 4], TYPES[0]))).rejects.toThrow(
      "own.npy: its shape is (0, 4): there is nothing",
    );
    await expect(readSpins("own.npy", Buffer.from("text"))).rejects.toThrow(
      "own.npy: it does not begin as a .npy file",
    );
    await expect(readSpins("own.txt", Buffer.from("text"))).rejects.toThrow(
      "own.txt: it does not begin as a PNG or JPEG",
    );
  });
});

describe("files and parameters", () => {
  const file = (data: Int8Array | Float64Array, shape: number[], name = "own.npy") =>
    inputFile(name, npy({ data, shape }));
  const made = async (model: typeof ising | typeof hopfield | typeof rbm, parameters: object, files: object) => {
    using simulation = await createWith(model, device, {
      parameters: { ...parameters },
      seed: 1n,
      inputs: { ...files },
    });
    const own: Record<string, unknown> = { ...simulation.points.parameters };
    return { ...own, hidden: own.hidden, array: (await simulation.array()).data };
  };

  it("decide what is not given, and agree with what is", async () => {
    const spins = spinsOf(32);
    const own = { spins: await file(spins, [4, 8]) };
    expect(await made(ising, {}, own)).toMatchObject({ size: [8, 4], start: "given", replicas: 1, array: spins });
    expect(await made(ising, { size: [8, 4], start: "given" }, own)).toMatchObject({ array: spins });
    const twice = Int8Array.from([...spins, ...spins]);
    expect(await made(ising, { replicas: 2 }, own)).toMatchObject({ replicas: 2, array: twice });
    expect(await made(ising, { temperature: [1, 2] }, own)).toMatchObject({ replicas: 2, array: twice });
    const batch = { spins: await file(spinsOf(64), [2, 4, 8]) };
    expect(await made(ising, {}, batch)).toMatchObject({ replicas: 2, array: spinsOf(64) });
    expect(await made(ising, { size: [8, 4, 2] }, batch)).toMatchObject({ replicas: 1, size: [8, 4, 2] });
    const boxes = { spins: await file(spinsOf(64), [2, 2, 2, 8]) };
    expect(await made(ising, { size: [8, 2, 2] }, boxes)).toMatchObject({ replicas: 2, array: spinsOf(64) });
    await expect(made(ising, { size: 8 }, own)).rejects.toThrow(
      "own.npy: it makes size 8 × 4, but size 8 is given; leave size out",
    );
    await expect(made(ising, { start: "up" }, own)).rejects.toThrow(
      "own.npy: it makes start given, but start up is given",
    );
    await expect(made(ising, { replicas: 3 }, batch)).rejects.toThrow("own.npy: it makes replicas 2, but replicas 3");
    await expect(made(ising, { temperature: [1, 2, 3] }, batch)).rejects.toThrow(
      "own.npy: it has 2 replicas, but lists of values make 3",
    );
    await expect(made(ising, { size: [8, 4, 4] }, batch)).rejects.toThrow(
      "own.npy: it makes size 8 × 4 × 2, but size 8 × 4 × 4 is given; give --size 8,4,2, or give a file that fits.",
    );
    await expect(made(ising, { size: [8, 4, 2] }, { spins: await file(spins, [4, 8]) })).rejects.toThrow(
      "own.npy: its shape is (4, 8); a lattice has its 3 sides, the last one first",
    );
    await expect(made(ising, {}, { spins: await file(spins, [32]) })).rejects.toThrow(
      "own.npy: its shape is (32,); a lattice has",
    );
    await expect(made(ising, {}, { spins: await file(spins.slice(0, 28), [4, 7]) })).rejects.toThrow(
      /own\.npy: size 7,4: the width must be even/,
    );
    await expect(made(ising, {}, { spins: await file(spins.slice(0, 24), [3, 8]) })).rejects.toThrow(
      /own\.npy: size 8,3: the height must be/,
    );
  });

  it("are the patterns and the state of a memory, in their shape", async () => {
    const stored = { stored: await file(spinsOf(3 * 40), [3, 5, 8], "patterns.npy") };
    expect(await made(hopfield, { cue: 2 }, stored)).toMatchObject({
      neurons: 40,
      patterns: 3,
      row: 8,
      array: spinsOf(40, 80),
    });
    // The theory is of random patterns.
    expect(hopfield.exact(hopfield.parameters.parse({ patterns: 3 }))).toHaveProperty("overlap.approximate", true);
    expect(hopfield.exact(hopfield.parameters.parse({ patterns: 3, source: "given" }))).toEqual({});
    await expect(hopfield.create(device, { source: "given" })).rejects.toThrow(
      /source given: no patterns were given; pass/,
    );
    const both = { ...stored, spins: await file(spinsOf(40, 500), [5, 8], "state.npy") };
    expect(await made(hopfield, {}, both)).toMatchObject({ row: 8, start: "given", array: spinsOf(40, 500) });
    const flat = { stored: await file(spinsOf(50), [2, 25]) };
    expect(await made(hopfield, {}, flat)).toMatchObject({ neurons: 25, patterns: 2, row: 0 });
    expect(await made(hopfield, { patterns: [1, 2] }, flat)).toMatchObject({ neurons: 25, replicas: 2 });
    const batch = { spins: await file(spinsOf(50), [2, 25]) };
    expect(await made(hopfield, { neurons: 25, patterns: 1 }, batch)).toMatchObject({
      replicas: 2,
      array: spinsOf(50),
    });
    expect(await made(hopfield, { patterns: 1 }, batch)).toMatchObject({ neurons: 50, row: 25, replicas: 1 });
    const other = { ...stored, spins: await file(spinsOf(40), [8, 5], "state.npy") };
    await expect(made(hopfield, {}, other)).rejects.toThrow("state.npy: it makes row 5, but row 8 is given");
    await expect(made(hopfield, { neurons: 41 }, stored)).rejects.toThrow(
      "patterns.npy: it makes neurons 40, but neurons 41 is given",
    );
    await expect(made(hopfield, { digits: 1 }, stored)).rejects.toThrow(
      "patterns.npy: it makes digits 0, but digits 1 is given",
    );
    await expect(made(hopfield, { couplings: "lattice" }, stored)).rejects.toThrow(
      /neurons 40: couplings lattice need a square/,
    );
    const light = Uint8Array.from({ length: 40 }, (_, i) => (bit(i) ? 220 : 30));
    const png = encode({ width: 8, height: 5, data: light, channels: 1, depth: 8 });
    const picture = { stored: await inputFile("own.png", png) };
    expect(await made(hopfield, {}, picture)).toMatchObject({ neurons: 40, patterns: 1, row: 8, array: spinsOf(40) });
    expect(await made(hopfield, { neurons: 16 }, picture)).toMatchObject({ neurons: 16, patterns: 1, row: 0 });
  });

  it("are what a machine learns and begins with", async () => {
    const data = { data: await file(spinsOf(6 * 12), [6, 3, 4], "images.npy") };
    expect(await made(rbm, { hidden: 3 }, data)).toMatchObject({ data: "given", row: 4, hidden: 3 });
    const values = Float64Array.from({ length: 13 * 4 }, (_, i) => (i === 0 ? 0 : (i - 20) / 8));
    const weights = { ...data, weights: await file(values, [13, 4], "w.npy") };
    const { array, hidden } = await made(rbm, {}, weights);
    expect(hidden).toBe(3);
    const W = Float32Array.from({ length: 36 }, (_, i) => values[(Math.floor(i / 3) + 1) * 4 + (i % 3) + 1]);
    expect(array).toEqual(W);
    using machine = await rbm.create(device, {
      ...{ hidden: 3, own: spinsOf(72).map((spin) => (spin > 0 ? 1 : 0)), visible: 12 },
      weights: writeSafetensors({
        W: { shape: [12, 3], data: W },
        b: { shape: [12], data: Float32Array.from({ length: 12 }, (_, i) => values[4 * (i + 1)]) },
        c: { shape: [3], data: Float32Array.from(values.slice(1, 4)) },
      }),
    });
    using same = await createWith(rbm, device, { parameters: {}, seed: 1n, inputs: weights });
    expect(await same.digest()).toBe(await machine.digest());
    const wrong = async (changed: number, at: number) => {
      const odd = Float64Array.from(values);
      odd[at] = changed;
      return made(rbm, {}, { ...data, weights: await file(odd, [13, 4], "w.npy") });
    };
    await expect(wrong(9, 6)).rejects.toThrow("w.npy: value [1, 2] is 9; all lie within ±8");
    await expect(wrong(Number.NaN, 6)).rejects.toThrow("w.npy: value [1, 2] is NaN");
    await expect(wrong(1, 0)).rejects.toThrow("w.npy: value [0, 0] is 1, and should be 0");
    await expect(made(rbm, { hidden: 4 }, weights)).rejects.toThrow("w.npy: it makes hidden 3, but hidden 4 is given");
    await expect(made(rbm, { data: "bars", side: 4 }, { weights: weights.weights })).rejects.toThrow(
      "w.npy: weights: the tensor W is 12 × 3; 16 visible and 3 hidden units need 16 × 3",
    );
    const grey = { data: await file(Float64Array.of(0, 1, 0.5, 1), [2, 2], "grey.npy") };
    await expect(made(rbm, {}, grey)).rejects.toThrow("grey.npy: value [1, 0] is 0.5: an array has");
    const bools = [true, false, true, true] as const;
    using asBits = await rbm.create(device, { own: bools, visible: 2, hidden: 1 });
    expect([...asBits.images]).toEqual([1, 0, 1, 1]);
    await expect(rbm.create(device, { own: [0, 2], visible: 2 })).rejects.toThrow(
      /unit 1 of image 0 is 2; every value is 0 or 1\. Make grey/,
    );
  });

  it("are part of a run that no link holds, and that is made again with them", async () => {
    const inputs = { spins: await file(spinsOf(32), [4, 8]) };
    const link = { model: "ising", seed: 3n, parameters: {}, changes: [], step: 5, view: {}, inputs };
    expect(() => formatLink(link)).toThrow(LinkError);
    expect(() => formatLink(link)).toThrow(/a link cannot hold the contents of own\.npy\. Save the state instead/);
    using first = await followLink(device, link, ising);
    using again = await followLink(device, structuredClone(link), ising);
    expect(await again.digest()).toBe(await first.digest());
  });

  it("a memory refuses spins that are none, as a lattice does", async () => {
    const spins = [1, -1, Number.NaN, 1];
    await expect(hopfield.create(device, { neurons: 4, patterns: 1, spins })).rejects.toThrow(
      /spins \[0, 2\] \(replica, neuron\) are NaN/,
    );
  });
});

describe("the command line", () => {
  const cwd = mkdtempSync(join(tmpdir(), "gibbs-own-"));
  const save = (name: string, data: Int8Array, shape: number[]) => writeFileSync(join(cwd, name), npy({ data, shape }));
  beforeAll(() => {
    save("spins.npy", spinsOf(32), [4, 8]);
    save("other.npy", spinsOf(32, 9), [4, 8]);
    save("stored.npy", spinsOf(120), [3, 5, 8]);
    save("data.npy", spinsOf(72), [6, 3, 4]);
    save("rest.npy", new Int8Array(32), [4, 8]);
  });
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));
  const run = (words: string) => inside([...words.split(" "), "--device", "reference"], { cwd });
  const json = async (words: string) => {
    const { status, stdout, stderr } = await run(`${words} --json`);
    expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
    return JSON.parse(stdout);
  };
  const digest = async (name: string) => (await inputFile(name, readFileSync(join(cwd, name)))).digest;

  it("--spins: the record and the checkpoint have the file's digest, and --resume needs no file", async () => {
    const whole = await json("run ising --spins spins.npy --steps 20");
    expect(whole).toMatchObject({
      parameters: { size: [8, 4], start: "given" },
      inputs: { spins: await digest("spins.npy") },
    });
    await json("run ising --spins spins.npy --steps 10 --warmup 4 --checkpoint own.gibbs");
    const resumed = await json("run --resume own.gibbs --steps 20");
    expect([resumed.inputs, resumed.digest]).toEqual([whole.inputs, whole.digest]);
    const again = await run("run --resume own.gibbs --spins other.npy");
    expect([again.status, again.stderr]).toEqual([
      2,
      expect.stringMatching(/spins other\.npy: the resumed run began with another file, sha256:/),
    ]);
    const scan = await json("scan ising --spins spins.npy --temperature 2,3 --steps 20");
    expect(scan).toMatchObject({ inputs: whole.inputs, points: [{}, {}] });
  });

  it("--stored, --data and --weights; a picture is written in the shape of the patterns", async () => {
    const memory = await json("run hopfield --stored stored.npy --steps 5 --out state.png");
    expect(memory).toMatchObject({
      parameters: { neurons: 40, patterns: 3, row: 8 },
      inputs: { stored: await digest("stored.npy") },
    });
    const head = new DataView(new Uint8Array(readFileSync(join(cwd, "state.png"))).buffer);
    expect([head.getUint32(16), head.getUint32(20)]).toEqual([8, 5]);
    const cue = await json("run dense-memory --stored stored.npy --image state.png --steps 5");
    expect(cue.parameters.image).toMatch(/^8x5:/);
    const machine = await json("run rbm --data data.npy --hidden 3 --steps 5 --out net.safetensors");
    expect(machine).toMatchObject({
      parameters: { data: "given", row: 4 },
      inputs: { data: await digest("data.npy") },
    });
    const next = await json("run rbm --data data.npy --weights net.safetensors --steps 5");
    expect(next).toMatchObject({ parameters: { hidden: 3 }, inputs: { weights: await digest("net.safetensors") } });
  });

  it.each([
    ["run ising --spins rest.npy --size 8,8", /^gibbs: rest\.npy: it makes size 8 × 4, but size 8 × 8 is given/],
    ["run ising --spins gone.npy", /^gibbs: spins "gone\.npy" cannot be read: there is no such file or folder\.$/],
    ["run ising --size 100x100", /size "100x100": expected finite numbers .* Give 100,100\.$/],
    [
      "run ising --temperature 1e-200",
      /temperature 1e-200: the temperature must be above 0, and the smallest is 1e-100/,
    ],
    ["run ising --resume spins.npy", /^gibbs: spins\.npy: This is no gibbs checkpoint/],
    ["run rbm --data bogus", /data "bogus" is none of digits, bars, and as a file it cannot be read/],
    ["scan rbm --data data.npy --data bars --hidden 3,4", /data: a scan takes one file, and no other value with it/],
    ["run hopfield --stored stored.npy --neurons 41", /stored\.npy: it makes neurons 40, but neurons 41 is given/],
  ])("%s: is refused in one line", async (words, message) => {
    const { status, stdout, lines } = await run(words);
    expect({ status, stdout, lines }).toEqual({ status: 2, stdout: "", lines: [expect.stringMatching(message)] });
  });

  it("lists the flags of files, and what they hold", async () => {
    const { stdout } = await inside(["run", "hopfield", "--help"], { cwd });
    expect(stdout).toMatch(/Files of your own:\s+--stored FILE\s+The stored patterns[\s\S]*--spins FILE/);
    expect((await inside(["run", "rbm", "--help"], { cwd })).stdout).toMatch(
      /--data digits\|bars\|FILE[\s\S]*--weights FILE/,
    );
  });
});
