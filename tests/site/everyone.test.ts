// Every page: axe, phones, and the keyboard.

import { describe, expect, it } from "vitest";
import { findings, picture, SMALL, settled, useSite } from "./visit.ts";

const { ready, visit } = useSite();

describe("everyone", () => {
  // Colours depend on the theme alone, places on the width alone: two looks show all of either. Pages of models as they open are in
  // opening.test.ts.
  it.each([
    { width: 1440, height: 900, dark: false },
    { width: 390, height: 844, dark: true },
  ])("axe finds nothing at $width x $height, dark $dark", async (look) => {
    const texts = ["", "gallery/", "verify/", "bench/", "docs/", "docs/models/ising.html", "docs/api/"];
    for (const path of [`ising/#${SMALL}&step=2`, "hopfield/#v=2&digits=1&step=2", ...texts]) {
      const open = path.includes("#") ? ready : visit;
      const { page, complaints } = await open(path, { ...look, reducedMotion: true });
      if (path.startsWith("ising")) {
        await page.click("#correlation");
        await page.waitForSelector("#extra-plots .plot");
      }
      expect(await findings(page), path).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
      await page.close(); // or it works on behind the next
    }
  });

  it("the keyboard alone reaches every control", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=1`, { reducedMotion: true });
    await page.$$eval("details", (all) => {
      for (const e of all) e.open = true;
    });
    const expected = await page.$$eval("button, select, input, #canvas, summary, a", (all) =>
      all.filter((e) => e.checkVisibility()).map((e, i) => ((e as HTMLElement).dataset.nth = `${i}`)),
    );
    const reached = new Set<string>();
    for (let i = 0; i < 2 * expected.length + 20; i++) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => (document.activeElement as HTMLElement)?.dataset.nth ?? ""));
    }
    expect(expected.filter((nth) => !reached.has(nth))).toEqual([]);
    await page.focus("#canvas");
    await page.keyboard.press("s");
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 2");
    const before = await settled(page);
    await page.keyboard.press("+");
    await expect.poll(() => picture(page)).not.toBe(before);
  });
});
