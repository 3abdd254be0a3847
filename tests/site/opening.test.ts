// Every page as a visitor finds it who touches nothing: it runs, axe finds nothing, and it complains of nothing.

import { describe, expect, it } from "vitest";
import { expectAlive, KINDS, models, notices, others, watch } from "./alone.ts";
import { useSite } from "./visit.ts";

/** A page of each kind is left alone for longer than the others, whose script is the same. */
const secondsOf = (name: string) => (__GIBBS_TEST_LONG__ || KINDS.includes(name) ? 10 : 3);

describe("opened and left alone", () => {
  const site = useSite();
  it.each(models)("%s runs", async (name) => {
    const seen = await watch(`${name}/`, {}, site, secondsOf(name));
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
