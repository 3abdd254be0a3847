// A user's series on the command line: columns that are chosen or noticed, in run, scan and train; and next-generation reservoirs from a
// file to a forecast.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { npy, readNpy } from "../../src/files/npy.ts";
import { flowOf } from "../../src/index.ts";
import { inside } from "./inside.ts";

let cwd = "";
const gibbs = (words: string) => inside([...words.split(" "), "--device", "reference"], { cwd });
const document = async (words: string) => {
  const { status, stdout, stderr } = await gibbs(`${words} --json`);
  expect(stderr.replace(/^gibbs: \d.*$/gm, ""), words).not.toMatch(/error/i);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
};
/** What users gave: eight starts of three Lyapunov times. */
const NGRC = "run ngrc --lyapunov 0.419 --training 300 --until 3 --starts 8 --delays 1 --quiet";
const path = flowOf("henon").trajectory({ steps: 3000, seed: 3n });
const rows = Array.from({ length: 3000 }, (_, i) => [path[2 * i], path[2 * i + 1]].map((x) => x.toFixed(9)));
const comma = (cell: string) => cell.replace(".", ",");

const FILES: Record<string, () => string> = {
  "henon.csv": () => `x,y\n${rows.join("\n")}`,
  "small.csv": () => `x,y\n${rows.map((row) => row.map((x) => `${x}e-3`)).join("\n")}`,
  "pandas.csv": () => `0,1\n${rows.join("\n")}`,
  "index.csv": () => `,0,1\n${rows.map((row, i) => [i, ...row]).join("\n")}`,
  "stamps.csv": () => `timestamp,x,y\n${rows.map((row, i) => [1.7e9 + 60 * i, ...row]).join("\n")}`,
  "comma.csv": () => rows.map(([x]) => comma(x)).join("\n"),
  "sep.csv": () => `sep=;\r\nx;y\r\n${rows.map((row) => row.map(comma).join(";")).join("\r\n")}`,
  "const.csv": () => `x,y,c\n${rows.map((row) => [...row, 5]).join("\n")}`,
  "step.csv": () => `x,y,c\n${rows.map((row, i) => [...row, Number(i > 2500)]).join("\n")}`,
  "sunspots.csv": () =>
    `date,spots\n${Array.from({ length: 1500 }, (_, i) => {
      const month = String((i % 12) + 1).padStart(2, "0");
      return `${1749 + Math.floor(i / 12)}-${month}-01,${(60 * (1 + Math.sin(i / 21)) + 9 * Math.sin(i / 5)).toFixed(1)}`;
    }).join("\n")}`,
};

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "gibbs-series-"));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(cwd, name), text());
  writeFileSync(join(cwd, "henon.npy"), npy({ data: path, shape: [3000, 2] }));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe("ngrc", () => {
  it("gives the same in any unit and from any form of a file", async () => {
    const plain = await document(`${NGRC} --series henon.csv`);
    expect(plain.observables.nrmse.value).toBeLessThan(1e-4);
    expect(plain.result.columns.map(({ name }: { name: string }) => name)).toEqual(["x", "y"]);
    for (const [file, note] of [
      ["small.csv", /^$/],
      ["henon.npy", /^$/],
      ["pandas.csv", /line 1 is 0,1: numbers in the place of names/],
      ["index.csv", /column 1 has no name and numbers the rows/],
      ["stamps.csv", /column 1 \(timestamp\) is the time, from 1700000000/],
      ["sep.csv", /decimal commas/],
    ] as const) {
      const { observables, notes, parameters } = await document(`${NGRC} --series ${file}`);
      expect(observables.nrmse.value / plain.observables.nrmse.value, file).toBeCloseTo(1, 2);
      expect(parameters.series, file).toMatch(/^1x3000x2d[;:]/);
      expect(
        note.source === "^$" ? notes[0].match(/are valid to their end/) : notes.join().match(note),
        file,
      ).not.toBeNull();
    }
  });

  it("reads one column of decimal commas as one", async () => {
    const { parameters, notes } = await document(`${NGRC} --series comma.csv`);
    expect(parameters.series).toMatch(/^1x3000x1d:/);
    expect(notes[0]).toMatch(/its commas are decimal commas/);
  });

  it.each(["const.csv", "step.csv"])("refuses the constant column of %s, and learns the others", async (file) => {
    const { status, stderr } = await gibbs(`${NGRC} --series ${file}`);
    expect(status).toBe(2);
    expect(stderr).toMatch(/series: column 3 \(c\) is [05] in rows 1 to 301, .* leave it out, as by --columns/);
    const { observables } = await document(`${NGRC} --series ${file} --columns x,y`);
    expect(observables.nrmse.value).toBeLessThan(1e-4);
  });

  it("forecasts beyond the end, by the dates of the file, and writes its weights", async () => {
    const out = "--out next.csv --out next.npy --out next.png --out w.weights.csv --out w.safetensors";
    const run = await document(
      `run ngrc --series sunspots.csv --training 900 --delays 24 --order 1 --forecast 500 ${out} --quiet`,
    );
    const [head, first, ...others] = readFileSync(join(cwd, "next.csv"), "utf8").trimEnd().split("\n");
    expect(head).toBe("date,spots");
    expect(first).toMatch(/^1874-01,\d/);
    expect(others.length).toBe(499);
    const { data, shape } = readNpy(readFileSync(join(cwd, "next.npy")));
    expect(shape).toEqual([500, 1]);
    expect(data[0]).toBe(Number(first.split(",")[1]));
    const truth = (i: number) => 60 * (1 + Math.sin(i / 21)) + 9 * Math.sin(i / 5);
    for (let i = 0; i < 40; i++) expect(Math.abs(data[i] - truth(1500 + i))).toBeLessThan(5);
    expect(run.notes.join("\n")).toMatch(
      /no Lyapunov exponent is known, so times are in steps; forecasts are 200 steps/,
    );
    expect(run.notes.join("\n")).toMatch(/1 forecast, not 100: the series has room for 1 segment/);
    expect(run.observables.validPredictionTime.unit).toBe("steps");
    expect(readFileSync(join(cwd, "w.weights.csv"), "utf8")).toMatch(/^monomial,spots\nmean,\d.*\nsd,\d.*\n1,/);
    expect(readFileSync(join(cwd, "next.png")).subarray(1, 4).toString()).toBe("PNG");
  });
});

describe("columns", () => {
  it("in a scan, with notes", async () => {
    const words = "scan ngrc --training 300 --delays 1,2 --starts 2 --series stamps.csv --columns y,x --quiet";
    const { points, notes } = await document(words);
    expect(points.length).toBe(2);
    expect(notes[0]).toMatch(/\(timestamp\) is the time/);
    expect(notes.filter((note: string) => /no Lyapunov exponent is known/.test(note)).length).toBe(1);
    expect(Object.keys(points[0].observables)).toContain("nrmse y");
  });

  it("of a reservoir's series", async () => {
    const words = "run reservoir --task data --data stamps.csv --columns x --units 30 --reservoirs 1 --quiet";
    const { notes, parameters } = await document(`${words} --washout 50 --train 500 --test 200 --starts 2`);
    expect(parameters.data).toMatch(/^1x3000x1d;n=x;t=timestamp,number,1700000000,60:/);
    expect(notes[0]).toMatch(/stamps\.csv: column 1 \(timestamp\) is the time/);
  });

  it("of points, which have no time", async () => {
    const words = "train diffusion --data index.csv --width 16 --steps 2 --batch 16 --quiet";
    const { parameters, notes } = await document(words);
    expect(parameters.data).toMatch(/^1x3000x2\D/);
    expect(notes.join()).toMatch(/numbers the rows/);
    const one = await document(`${words} --columns 3`);
    expect(one.parameters.data).toMatch(/^1x3000x1\D/);
  });

  it.each([
    [
      `${NGRC} --series henon.csv --columns z`,
      /series: henon\.csv: there is no column "z" for --columns; there are 2 \(x, y\)/,
    ],
    [`${NGRC} --series henon.csv --time x`, /henon\.csv: line \d+: the time .* lies before that of the row above/],
    ["run ngrc --columns x", /columns: it says how a file is read, and none is given; add --series FILE/],
    ["run ising --columns x", /there is no flag --columns/],
    ["run diffusion --data moons --time t", /there is no flag --time/],
  ])("%s is refused", async (words, message) => {
    const { status, stderr } = await gibbs(words);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });
});
