// Every page as a visitor finds it who touches nothing: it runs, axe finds nothing, and it complains of nothing. And so it does at
// the slowest speed and at the fastest.

import { describe, expect, it } from "vitest";
import { expectAlive, models, notices, others, stepsOf, watch } from "./alone.ts";
import { text, useSite } from "./visit.ts";

const SECONDS = 10;

describe("opened and left alone", () => {
  const site = useSite();
  it.each(models)("%s runs", async (name) => {
    const seen = await watch(`${name}/`, {}, site, SECONDS);
    expect(seen.messages).toEqual([]);
    expect(seen.notices).toEqual([]);
    expectAlive(seen);
  });

  it.each(others)("/%s says nothing", async (path) => {
    const { page, messages } = await site.visit(path, {});
    await page.waitForTimeout(1000);
    expect(messages).toEqual([]);
    expect(await notices(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
});

describe("slow and fast", () => {
  const { ready } = useSite();
  it.each(models)("%s makes steps, and complains of none", async (name) => {
    const { page, messages } = await ready(`${name}/`);
    const all = await page.$$eval("#speed option", (each) => each.map((e) => (e as HTMLOptionElement).value));
    // The slowest, one step a frame, and the fastest.
    for (const value of all.filter((each) => each === all[0] || each === "1" || each === all.at(-1))) {
      await page.selectOption("#speed", value);
      const isAtRest = async () => (await text(page, "#play")) === "Play";
      let before = await stepsOf(page);
      const moved = async () => {
        const steps = await stepsOf(page);
        if (!(await isAtRest())) return steps > 0 && steps !== before;
        await page.click("#reset"); // at the end of its way, maybe since the last look
        if (await isAtRest()) await page.click("#play");
        before = await stepsOf(page); // maybe the old run's
        return false;
      };
      await expect.poll(moved, { message: `${value} steps a frame` }).toBe(true);
    }
    expect(await notices(page)).toEqual([]);
    expect(messages).toEqual([]);
    await page.close();
  });
});
