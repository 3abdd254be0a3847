// A series of the visitor's own on a page: which of its columns are taken is shown and can be chosen.

import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { count, drop, text, useSite } from "./visit.ts";

const { ready } = useSite();
const quiet = { reducedMotion: true };
const START = "reservoir/#v=2&units=30&train=300&test=100&washout=20&starts=2&task=henon";
const two = (n: number) => String(n).padStart(2, "0");
const series = (head: string, row: (i: number, x: string, y: string) => string) => {
  let [x, y] = [0.1, 0.1];
  const rows = Array.from({ length: 600 }, (_, i) => {
    [x, y] = [1 - 1.4 * x * x + y, 0.3 * x];
    return row(i, x.toFixed(5), y.toFixed(5));
  });
  return { name: "own.csv", content: `${head}\n${rows.join("\n")}` };
};
const told = (page: Page) => text(page, '[data-reading="data"] output');
const inUse = (page: Page) => text(page, '[data-held="data"]');

describe("columns of a series", () => {
  it("are shown, and others are chosen", async () => {
    const { page, complaints } = await ready(START, quiet);
    expect(await page.isVisible("[data-reading]")).toBe(false);
    const dated = series("date,x,y", (i, x, y) => `${1749 + Math.floor(i / 12)}-${two((i % 12) + 1)}-01,${x},${y}`);
    await drop(page, [dated], "#canvas");
    await expect.poll(() => inUse(page)).toBe("in use: own.csv");
    expect(await told(page)).toContain("own.csv: 2 columns: x, y");
    expect(await told(page)).toContain("column 1 (date) is the time, from 1749-01 to 1798-12 in steps of 1 month");
    await page.fill('[data-choice="columns"]', "y");
    await page.press('[data-choice="columns"]', "Enter");
    await expect.poll(() => told(page)).toContain("own.csv: 1 column: y");
    await page.fill('[data-choice="columns"]', "z");
    await page.press('[data-choice="columns"]', "Enter");
    await expect.poll(() => text(page, '#notice [data-about="data"]')).toContain('no column "z" for “Columns”');
    expect(complaints).toEqual([]);
  });

  it("that are unclear are refused, and the field for the remedy is there", async () => {
    const { page } = await ready(START, quiet);
    await drop(page, [series("phase,x,y", (i, x, y) => `${(0.1 * i).toFixed(1)},${x},${y}`)], "#canvas");
    await expect
      .poll(() => text(page, '#notice [data-about="data"]'))
      .toContain("column 1 (phase) rises evenly: give “Time” phase if it is the time, or “Columns”");
    await page.fill('[data-choice="time"]', "phase");
    await page.press('[data-choice="time"]', "Enter");
    await expect.poll(() => inUse(page)).toBe("in use: own.csv");
    expect(await told(page)).toContain("2 columns: x, y");
    expect(await count(page, '#notice [data-about="data"]')).toBe(0);
  });

  it("of points have no time", async () => {
    const { page } = await ready("diffusion/#v=2&samples=64&steps=4", quiet);
    await drop(page, [series(",x,y", (i, x, y) => `${i},${x},${y}`)], "#canvas");
    await expect.poll(() => told(page)).toContain("600 points of 2 columns");
    expect(await count(page, '[data-reading="data"] [data-choice]')).toBe(1);
  });
});
