// Pages at the slowest speed that it offers, at one step a frame, and at the fastest.

import { describe, expect, it } from "vitest";
import { KINDS, models, notices, stepsOf } from "./alone.ts";
import { text, useSite } from "./visit.ts";

describe("slow and fast", () => {
  const { ready } = useSite();
  it.each(__GIBBS_TEST_LONG__ ? models : KINDS)("%s makes steps, and complains of none", async (name) => {
    const { page, messages } = await ready(`${name}/`);
    const all = await page.$$eval("#speed option", (each) => each.map((e) => (e as HTMLOptionElement).value));
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
