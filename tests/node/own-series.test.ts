// A user's series on the command line, from the file to the forecast: divided, scanned, trained, forecast, kept, and used again when new
// rows have come.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { readNpy } from "../../src/files/npy.ts";
import { safetensorsMetadata } from "../../src/files/safetensors.ts";
import { inside } from "./inside.ts";

const folder = mkdtempSync(join(tmpdir(), "gibbs-series-"));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** A wave that swells, with noise, as monthly counts of sunspots. */
const spots = (month: number) => {
  const noise = Math.sin(month * month * 12.9898) * 43758.5453;
  const wave = 60 * (1 + Math.sin((2 * Math.PI * month) / 40)) * (1 + 0.4 * Math.sin((2 * Math.PI * month) / 330));
  return wave + 2 * (noise - Math.floor(noise) - 0.5);
};
const monthly = (from: number, to: number) => {
  const rows = Array.from({ length: to - from }, (_, i) => {
    const month = from + i;
    const date = `${1900 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}-01`;
    return `${date},${spots(month).toFixed(1)}`;
  });
  return `date,spots\n${rows.join("\n")}\n`;
};
const gibbs = (...words: string[]) => inside(words, { cwd: tmpdir() });
const csvOf = (name: string) =>
  readFileSync(at(name), "utf8")
    .trim()
    .split("\n")
    .map((row) => row.split(","));

const NETWORK = ["--units", "100", "--reservoirs", "2", "--ridge", "1e-2", "--input-scaling", "0.2", "--seed", "3"];

describe("a series with dates and noise", () => {
  it("is scanned by rows set aside, with the baseline, trained, forecast, kept, and gone on with", async ({
    expect,
  }) => {
    const rms = (values: number[]) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
    /** A forecast from a month on is off by less than half as much as the last value that was known. */
    const beatsPersistence = (rows: string[][], from: number) => {
      const off = rms(rows.map(([, value], i) => Number(value) - spots(from + i)));
      expect(off).toBeLessThan(0.5 * rms(rows.map((_, i) => spots(from - 1) - spots(from + i))));
    };
    writeFileSync(at("spots.csv"), monthly(0, 1200));
    const data = ["--data", at("spots.csv")];

    const scan = await gibbs(
      "scan",
      "reservoir",
      ...data,
      ...NETWORK,
      "--spectral-radius",
      "0.2,0.9",
      "--out",
      at("scan.csv"),
      "--json",
    );
    expect(scan).toMatchObject({ status: 0 });
    const { points, parameters } = JSON.parse(scan.stdout);
    expect(parameters).toMatchObject({ task: "data", washout: 119, train: 722, validation: 119, test: 239 });
    for (const { observables } of points) {
      expect(Object.keys(observables)).toEqual(
        expect.arrayContaining(["validationNrmse", "persistenceNrmse", "persistenceTime", "nrmse"]),
      );
      expect(observables.nrmse.value).toBeLessThan(observables.persistenceNrmse.value);
    }
    expect(csvOf("scan.csv")[0]).toContain("validationNrmse");

    const made = ["forecast.csv", "forecast.npy", "forecast.png", "net.safetensors"].flatMap((name) => [
      "--out",
      at(name),
    ]);
    const run = await gibbs("run", "reservoir", ...data, ...NETWORK, "--forecast", "500", ...made, "--json");
    expect(run).toMatchObject({ status: 0 });
    const document = JSON.parse(run.stdout);
    expect(document.result.best).toBeGreaterThanOrEqual(0);
    expect(document.notes.join()).toMatch(/column 1 \(date\) is the time, from 1900-01 to 1999-12/);
    const [head, ...rows] = csvOf("forecast.csv");
    expect(head).toEqual(["date", "spots", "spots least", "spots most"]);
    expect(rows.length).toBe(500);
    expect(rows.map(([date]) => date).slice(0, 13)).toEqual([
      ...Array.from({ length: 12 }, (_, i) => `2000-${String(i + 1).padStart(2, "0")}`),
      "2001-01",
    ]);
    const array = readNpy(new Uint8Array(readFileSync(at("forecast.npy"))), "forecast.npy");
    expect(array.shape).toEqual([500, 1]);
    expect(Number(rows[7][1])).toBe(array.data[7]);
    beatsPersistence(rows.slice(0, 40), 1200);

    const { columns, step } = safetensorsMetadata(new Uint8Array(readFileSync(at("net.safetensors"))));
    expect([columns, step]).toEqual(['["spots"]', '{"unit":"month","step":1}']);

    // A year later: the file has grown, and the network is the one that was kept.
    writeFileSync(at("later.csv"), monthly(600, 1212));
    const later = ["run", "reservoir", "--network", at("net.safetensors"), "--data", at("later.csv")];
    const again = await gibbs(...later, "--forecast", "24", "--out", at("later-forecast.csv"), "--json");
    expect(again).toMatchObject({ status: 0 });
    expect(JSON.parse(again.stdout).parameters).toMatchObject({ train: 0, units: 100, reservoirs: 1, washout: 119 });
    const [, ...next] = csvOf("later-forecast.csv");
    expect([next.length, next[0][0]]).toEqual([24, "2001-01"]);
    beatsPersistence(next, 1212);

    const on = await gibbs(...later, "--continue", "--forecast", "24", "--out", at("continued.safetensors"), "--json");
    expect(on).toMatchObject({ status: 0 });
    const { parameters: continued } = JSON.parse(on.stdout);
    expect(continued.continue).toBe(true);
    expect(continued.train).toBeGreaterThan(300);
  });
});

describe("sequences with classes", () => {
  it("are learned from a table, with lengths of their own, and their classes are found", async ({ expect }) => {
    const rows = Array.from({ length: 24 }, (_, s) => {
      const fast = s % 3 === 0;
      return Array.from({ length: 25 + (s % 7) }, (_, i) =>
        [s, fast ? "bee" : "fly", Math.sin((fast ? 0.9 : 0.6) * i + s).toFixed(5)].join(","),
      );
    }).flat();
    writeFileSync(at("wings.csv"), `recording,kind,tone\n${rows.join("\n")}\n`);
    const words = ["run", "reservoir", "--data", at("wings.csv"), "--sequence", "recording", "--label", "kind"];
    const { status, stdout } = await gibbs(
      ...words,
      "--units",
      "60",
      "--ridge",
      "1e-2",
      "--out",
      at("classes.csv"),
      "--json",
    );
    expect(status).toBe(0);
    const { observables, result, parameters } = JSON.parse(stdout);
    expect(parameters.task).toBe("classification");
    expect(observables.accuracy.value).toBeGreaterThan(0.8);
    expect(observables.majorityAccuracy.value).toBeCloseTo(2 / 3, 6);
    expect(result.confusion.classes).toEqual(["bee", "fly"]);
    expect(csvOf("classes.csv")[0]).toEqual(["sequence", "class", "found"]);
  });
});
