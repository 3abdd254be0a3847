// What a first visit loads until the first picture, in bytes as gzip sends them: pages do not grow unnoticed.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const BUILT = new URL("../../.vite/site/below", import.meta.url).pathname;

/** Bytes of programs, page and style, without data and pictures: as measured, and 3 % more. */
const BUDGET = { "ising/": 130_500, "gillespie/": 185_800, "gallery/": 14_600 };

interface Measured {
  path: string;
  first: number;
  parts: { HTML: number; CSS: number; JS: number; worker: number; data: number };
}

const words = ["scripts/page-bytes.js", BUILT, "--runs", "1", "--json", "--pages", Object.keys(BUDGET).join(",")];

it("keeps to its budget", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 26 });
  const measured: Measured[] = JSON.parse(stdout);
  const code = Object.fromEntries(measured.map(({ path, first, parts }) => [path, first - parts.data]));
  expect(Object.keys(code)).toEqual(Object.keys(BUDGET));
  for (const [path, most] of Object.entries(BUDGET)) {
    expect(code[path], path).toBeLessThanOrEqual(most);
    expect(code[path], `${path}: the budget is for what it was; lower it`).toBeGreaterThan(0.9 * most);
  }
  const [ising] = measured;
  for (const bytes of [ising.parts.HTML, ising.parts.CSS, ising.parts.JS, ising.parts.worker])
    expect(bytes).toBeGreaterThan(0);
});
