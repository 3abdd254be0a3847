// Pages of every kind where browsers differ: on a phone with a strange locale, and without a GPU. It runs, axe finds nothing, and it complains of
// nothing.

import { describe, expect, it } from "vitest";
import { expectAlive, KINDS, models, notices, others, watch } from "./alone.ts";
import type { Visit } from "./browser.ts";
import { useSite } from "./visit.ts";

/** Long enough for steps and pictures to follow each other; opening.test.ts looks longer. */
const SECONDS = 2;

const some = __GIBBS_TEST_LONG__ ? models : KINDS;

/** A dark phone, whose locale no standard knows. */
const look: Visit = { width: 390, height: 844, touch: true, dark: true, locale: "en-US@posix" };

describe("opened and left alone on a phone, dark, with a strange locale", () => {
  const site = useSite();
  it.each(some)("%s runs", async (name) => {
    const seen = await watch(`${name}/`, look, site, SECONDS);
    expect(seen.messages).toEqual([]);
    expect(seen.notices).toEqual([]);
    expectAlive(seen);
  });

  it.each(others)("/%s says nothing", async (path) => {
    const { page, messages } = await site.visit(path, look);
    await page.waitForTimeout(1000);
    expect(messages).toEqual([]);
    expect(await notices(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
});

describe("opened and left alone without a GPU", () => {
  const site = useSite({ gpu: false });
  it.each(some)("%s runs on the reference, and says so", async (name) => {
    const seen = await watch(`${name}/`, {}, site, SECONDS, false);
    expect(seen.messages).toEqual([]);
    expect(seen.notices.join()).toMatch(/The browser offers no GPU/);
    expect(seen.device).toContain("CPU reference (no GPU)");
    expectAlive(seen);
  });
});
