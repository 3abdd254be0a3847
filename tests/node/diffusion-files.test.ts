// Points, pictures and labels of the user's own on the command line: from files to samples, as pictures and as tables.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { npy, readNpy } from "../../src/files/npy.ts";
import { readLabels, readPoints } from "../../src/files/points.ts";
import { FileError } from "../../src/index.ts";
import { device, skipSlow } from "../devices.ts";
import { inside } from "./inside.ts";

const cwd = mkdtempSync(join(tmpdir(), "gibbs-diffusion-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const write = (name: string, content: Uint8Array | string) => writeFileSync(join(cwd, name), content);
const read = (name: string) => readFileSync(join(cwd, name));
const run = (words: string[]) => inside([...words, "--device", device.adapterKind, "--quiet"], { cwd });

// biome-ignore lint/suspicious/noExplicitAny: the documents are checked field by field
async function record(...words: string[]): Promise<any> {
  const { status, stdout, stderr } = await run([...words, "--json"]);
  expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

const SIDE = 28;
const COUNT = 60;

/** Bars that go down (0) or across (1), two pixels wide, at places all over: [picture][row][column], 0 or 1. */
const bars = Uint8Array.from({ length: COUNT * SIDE ** 2 }, (_, at) => {
  const picture = Math.floor(at / SIDE ** 2);
  const [row, column] = [Math.floor(at / SIDE) % SIDE, at % SIDE];
  const along = picture % 2 === 0 ? column : row;
  const place = 4 + ((picture * 7) % 20);
  return along === place || along === place + 1 ? 1 : 0;
});
const kinds = Float64Array.from({ length: COUNT }, (_, picture) => picture % 2);
const bytes = bars.map((ink) => 255 * ink);
const floats = Float32Array.from(bars);

describe("pictures of 28 × 28 with labels", () => {
  beforeAll(() => {
    write("u8.npy", npy({ data: bytes, shape: [COUNT, SIDE, SIDE] }));
    write("f4.npy", npy({ data: floats, shape: [COUNT, 1, SIDE, SIDE] }));
    write("flat.npy", npy({ data: bytes, shape: [COUNT, SIDE ** 2] }));
    const colours = Uint8Array.from({ length: 3 * bytes.length }, (_, at) =>
      at % 3 === 2 ? 90 : bytes[Math.floor(at / 3)],
    );
    write("rgb.npy", npy({ data: colours, shape: [COUNT, SIDE, SIDE, 3] }));
    const first = Uint8Array.from({ length: colours.length }, (_, at) => {
      const [picture, channel, pixel] = [Math.floor(at / 2352), Math.floor(at / 784) % 3, at % 784];
      return colours[3 * (784 * picture + pixel) + channel];
    });
    write("rgb-first.npy", npy({ data: first, shape: [COUNT, 3, SIDE, SIDE] }));
    write("kinds.npy", npy({ data: kinds, shape: [COUNT] }));
    write("kinds.csv", `label\n${Array.from(kinds, (kind) => ["down", "across"][kind]).join("\n")}\n`);
  });

  const sampled = ["run", "diffusion", "--sampler", "heun", "--steps", "18", "--samples", "20"];

  it("bytes are the same pictures as numbers from 0 to 1, in any layout, and a sheet shows them as they are", async ({
    skip,
  }) => {
    skipSlow(skip);
    const images: Float64Array[] = [];
    for (const [file, range] of [
      ["u8.npy", 255],
      ["f4.npy", 1],
      ["flat.npy", 255],
    ] as const) {
      const made = await record(...sampled, "--data", file, "--out", "s.npy", "--out", "s.png");
      const { data, shape } = readNpy(read("s.npy"));
      expect(shape).toEqual([20, SIDE, SIDE]);
      images.push(data.map((value) => value / range));
      expect(made.notes.join()).toContain("A sample is a picture of 28 × 28.");
      const sheet = decode(read("s.png"));
      expect([sheet.width, sheet.height]).toEqual([5 * SIDE, 4 * SIDE]);
      const grey = (x: number, y: number) => {
        if (sheet.depth === 8) return sheet.data[y * sheet.width + x];
        return (sheet.data[y * Math.ceil(sheet.width / 8) + (x >> 3)] >> (7 - (x & 7))) & 1 ? 255 : 0;
      };
      for (let s = 0; s < 20; s++) {
        for (let p = 0; p < SIDE ** 2; p++) {
          const [x, y] = [(s % 5) * SIDE + (p % SIDE), Math.floor(s / 5) * SIDE + Math.floor(p / SIDE)];
          const due = Math.round(Math.min(255, Math.max(0, (255 * data[s * SIDE ** 2 + p]) / range)));
          expect(grey(x, y)).toBe(due);
        }
      }
      // With the exact denoiser samples are pictures of the file, and many of them.
      const places = new Set(
        Array.from({ length: 20 }, (_, s) =>
          data
            .slice(s * 784, (s + 1) * 784)
            .map(Math.round)
            .join(),
        ),
      );
      expect(places.size).toBeGreaterThan(12);
    }
    for (const other of images.slice(1)) {
      expect(Math.max(...other.map((value, at) => Math.abs(value - images[0][at])))).toBeLessThan(1e-5);
    }
  });

  it("colours may stand before or behind the pixels", async () => {
    const digests: string[] = [];
    for (const file of ["rgb.npy", "rgb-first.npy"]) {
      const few = ["run", "diffusion", "--sampler", "heun", "--steps", "3", "--samples", "10"];
      const { digest } = await record(...few, "--data", file, "--out", "c.png", "--out", "c.npy");
      digests.push(digest);
    }
    expect(digests[1]).toBe(digests[0]);
    const { data, shape } = readNpy(read("c.npy"));
    expect(shape).toEqual([10, SIDE, SIDE, 3]);
    const sheet = decode(read("c.png"));
    expect([sheet.channels, sheet.width]).toEqual([3, 4 * SIDE]);
    expect(sheet.data[2]).toBe(90);
    expect(sheet.data[0]).toBe(Math.round(Math.min(255, Math.max(0, data[0]))));
  });

  it("train, sample by label, and see them: the whole way", async ({ skip }) => {
    skipSlow(skip); // 800 steps on 784 numbers take SwiftShader minutes
    const trained = await record(
      ...["train", "diffusion", "--data", "u8.npy", "--labels", "kinds.csv", "--width", "64", "--batch", "32"],
      ...["--steps", "800", "--learning-rate", "0.003", "--ema", "60", "--dropout", "0.1", "--out", "net.safetensors"],
    );
    expect(trained.observables.loss.value).toBeLessThan(0.9);
    expect(trained.result).toMatchObject({ dimension: 784, classes: 2 });
    // "across" comes before "down".
    const network = [...sampled, "--denoiser", "net.safetensors", "--data", "u8.npy", "--labels", "kinds.csv"];
    for (const label of [0, 1]) {
      const made = await record(
        ...network,
        "--label",
        String(label),
        "--guidance",
        "3",
        "--out",
        "n.csv",
        "--out",
        "n.png",
      );
      expect(made.observables.agreement.value).toBeGreaterThan(0.85);
      const [head, ...rows] = read("n.csv").toString().trim().split("\n");
      expect(head.split(",").slice(-2)).toEqual(["x784", "label"]);
      expect(rows).toHaveLength(20);
      expect(new Set(rows.map((row) => row.split(",").at(-1)))).toEqual(new Set([["across", "down"][label]]));
      // Sums along rows and columns of what was made tell bars apart.
      const pictures = rows.map((row) => row.split(",").slice(0, 784).map(Number));
      const right = pictures.filter((x) => {
        const spread = (of: (p: number) => number) => {
          const sums = new Float64Array(SIDE);
          x.forEach((value, p) => {
            sums[of(p)] += value / SIDE;
          });
          return sums.reduce((most, value) => Math.max(most, value), 0);
        };
        return spread((p) => Math.floor(p / SIDE)) > spread((p) => p % SIDE) === (label === 0);
      });
      expect(right.length).toBeGreaterThanOrEqual(17);
      const sheet = decode(read("n.png"));
      expect([sheet.width, sheet.height]).toEqual([5 * SIDE, 4 * SIDE]);
      expect(new Set(sheet.data).size).toBeGreaterThan(50);
    }
    const { status, stderr } = await run([...network, "--label", "2"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("has the classes 0 (across), 1 (down).")]);
    // The network knows its units, its pictures and its classes by itself.
    const alone = await record(
      ...sampled,
      "--denoiser",
      "net.safetensors",
      "--data",
      "f4.npy",
      "--label",
      "-2",
      "--out",
      "a.npy",
    );
    expect(alone.observables).not.toHaveProperty("agreement");
    expect(Math.max(...readNpy(read("a.npy")).data)).toBeGreaterThan(100);
  });
});

describe("files of points", () => {
  const table = Array.from({ length: 40 }, (_, i) => [500 + 100 * Math.cos(i), 300 + 100 * Math.sin(i)]);
  const csv = (rows: readonly (readonly (number | string)[])[]) => `${rows.map((row) => row.join(",")).join("\n")}\n`;

  it("whose name has a bracket are files; samples come as a table", async () => {
    write("pts[1].csv", csv([["x", "y"], ...table]));
    const made = await record(
      ...[
        "run",
        "diffusion",
        "--data",
        "pts[1].csv",
        "--sampler",
        "heun",
        "--steps",
        "18",
        "--samples",
        "400",
        "--out",
        "s.csv",
      ],
    );
    expect(Math.abs(made.result.mean[0] - 500)).toBeLessThan((4 * 71) / 20 + 5);
    const [head, ...rows] = read("s.csv").toString().trim().split("\n");
    expect(head).toBe("x,y");
    expect(rows).toHaveLength(400);
    // The exact denoiser ends at points of the file.
    for (const row of rows) {
      const [x, y] = row.split(",").map(Number);
      expect(Math.min(...table.map(([a, b]) => Math.hypot(x - a, y - b)))).toBeLessThan(0.01);
    }
    const { status, stderr } = await run(["run", "diffusion", "--data", "pts[2].csv"]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/data "pts\[2\]\.csv" .* cannot be read/)]);
  });

  it("with a column of times say which columns are points", async () => {
    write("ts.csv", csv([["timestamp", "x", "y"], ...table.map((row, i) => [1_700_000_000 + 60 * i, ...row])]));
    const words = ["run", "diffusion", "--data", "ts.csv", "--sampler", "heun", "--steps", "18", "--samples", "50"];
    const { status, stderr } = await run(words);
    const remedy = "column 1 (timestamp) has the name of a time, and points have none: give --columns";
    expect([status, stderr]).toEqual([2, expect.stringContaining(remedy)]);
    const made = await record(...words, "--columns", "x,y");
    expect(made.result.mean).toHaveLength(2);
    expect(Math.abs(made.result.mean[0] - 500)).toBeLessThan(60);
  });

  it("training goes on with more steps, from a checkpoint and from a file", async () => {
    write("few.csv", csv(table));
    const small = ["--data", "few.csv", "--width", "16", "--batch", "16"];
    await record("train", "diffusion", ...small, "--steps", "6", "--checkpoint", "t.gibbs");
    const longer = await record("train", "--resume", "t.gibbs", "--steps", "10", "--out", "t.safetensors");
    expect(longer.steps).toBe(10);
    expect(longer.notes.join()).toContain("The training was extended at step 6");
    const shorter = await run(["train", "--resume", "t.gibbs", "--steps", "8"]);
    expect([shorter.status, shorter.stderr]).toEqual([2, expect.stringContaining("extended, not shortened")]);
    const more = await record("train", "diffusion", "--data", "few.csv", "--network", "t.safetensors", "--steps", "4");
    expect(more).toMatchObject({
      steps: 4,
      parameters: { width: 16 },
      inputs: { network: expect.stringMatching(/^sha256:/) },
    });
    const other = await run([
      "train",
      "diffusion",
      ...small,
      "--width",
      "32",
      "--network",
      "t.safetensors",
      "--steps",
      "4",
    ]);
    expect([other.status, other.stderr]).toEqual([2, expect.stringMatching(/width/)]);
  });

  it("that cannot be sampled are not learned either, and both say so", async () => {
    write("wide.npy", npy({ data: Float64Array.from({ length: 3 * 5000 }, (_, i) => i % 7), shape: [3, 5000] }));
    for (const command of ["run", "train"]) {
      const { status, stderr } = await run([command, "diffusion", "--data", "wide.npy", "--steps", "2"]);
      expect([status, stderr]).toEqual([2, expect.stringMatching(/data: a point has 5000 numbers.*at most 4096/)]);
    }
  });

  it("that are none are refused by name and place", () => {
    const file = (data: Float64Array, shape: number[]) => npy({ data, shape });
    const shapes: [number[], number[] | RegExp][] = [
      [[6], [6, 1]],
      [
        [2, 3],
        [2, 3],
      ],
      [
        [1, 2, 3],
        [2, 3],
      ],
      [
        [3, 2, 1],
        [3, 2, 1, 1],
      ],
      [
        [2, 3, 1, 1],
        [2, 3, 1, 1],
      ],
      [
        [1, 1, 2, 3],
        [1, 1, 2, 3],
      ],
      [
        [2, 1, 3, 1],
        [2, 1, 3, 1],
      ],
      [[1, 1, 1, 2, 3], /own.npy: its shape is \(1, 1, 1, 2, 3\); points have/],
      [
        [1, 2, 3, 1],
        [1, 2, 3, 1],
      ],
    ];
    for (const [shape, found] of shapes) {
      const bytes = file(Float64Array.from([1, 2, 3, 4, 5, 6]), shape);
      if (found instanceof RegExp) expect(() => readPoints("own.npy", bytes)).toThrow(found);
      else expect(readPoints("own.npy", bytes).shape).toEqual(found);
    }
    const gap = file(Float64Array.of(1, 2, 3, Number.NaN), [2, 2]);
    expect(() => readPoints("own.npy", gap)).toThrow("own.npy: value [1, 1] is NaN; points have no gaps");
    expect(() => readPoints("own.npy", file(new Float64Array(), [0, 2]))).toThrow(FileError);
  });

  it("labels are whole numbers or words, one a point", () => {
    const text = (lines: string) => readLabels("l.csv", new TextEncoder().encode(lines));
    expect(text('label\ncat\n dog \n\n"a b"\n')).toEqual(["cat", "dog", "a b"]);
    expect(text("3\r\n1\r\n3")).toEqual([3, 1, 3]);
    expect(text("kind of thing\n3\n1\n")).toEqual([3, 1]);
    expect(text("cat\n1\n")).toEqual([1]);
    for (const [lines, message] of [
      ["", "the file is empty"],
      ["1,2\n", "line 1 has several columns"],
      ["1\n0.5\n", "line 2 is 0.5; labels are whole numbers or words"],
      ["1\nnan\n", "line 2 is nan"],
      ["label\n", "line 1 has a name, but no label follows"],
    ]) {
      expect(() => text(lines)).toThrow(`l.csv: ${message}`);
    }
    const of = (data: Float64Array, shape: number[]) => readLabels("l.npy", npy({ data, shape }));
    expect(of(Float64Array.of(2, 0), [2, 1])).toEqual([2, 0]);
    expect(() => of(Float64Array.of(2, 0.5), [2])).toThrow("l.npy: value [1] is 0.5; labels are whole numbers");
    expect(() => of(new Float64Array(4), [2, 2])).toThrow("save array.argmax(1)");
  });
});
