// Home, gallery, menu and docs: a run that can be touched, cards that lead to runs, a search, and pages without inline scripts.

import { describe, expect, it } from "vitest";
import { runs } from "../../host-web/build/runs.ts";
import { models } from "../../src/models/index.ts";
import { stepsOf } from "./alone.ts";
import type { Visit } from "./browser.ts";
import { useSite } from "./visit.ts";

const { site, visit } = useSite();

describe("home", () => {
  it("has a lattice that runs, is painted on, and has its temperature", async () => {
    const { page, complaints } = await visit("", {});
    const frame = page.frames().find((each) => each.url().includes("ising"))!;
    await frame.waitForSelector("html[data-ready]");
    const shown = await frame.$$eval(".control", (all) => all.filter((e) => e.checkVisibility()).length);
    expect(shown).toBe(2);
    await expect
      .poll(async () => Number(/\d+$/.exec((await frame.textContent("#step-count")) ?? "")?.[0] ?? 0))
      .toBeGreaterThan(1);
    await frame.click("#play");
    const canvas = (await frame.$("#canvas"))!;
    const before = await canvas.screenshot();
    await canvas.click();
    await expect.poll(async () => (await canvas.screenshot()).equals(before)).toBe(false);
    expect(complaints).toEqual([]);
  });
});

describe("gallery", () => {
  it("finds runs by words, and a card leads to its run", async () => {
    const { page, complaints } = await visit("gallery/", {});
    const shown = () => page.$$eval("[data-sought]", (all) => all.filter((e) => e.checkVisibility()).length);
    expect(await shown()).toBe(runs.length);
    await page.fill("#search", "chaos lorenz");
    expect(await shown()).toBe(runs.filter(({ id }) => id === "dynamics-lorenz" || id === "reservoir-lorenz").length);
    expect(await page.textContent("#found")).toBe(`${await shown()} of ${runs.length}`);
    await page.fill("#search", "no such run");
    expect(await shown()).toBe(0);
    await page.fill("#search", "soap");
    await page.click("[data-sought]:not([hidden]) a");
    await page.waitForSelector("html[data-ready]");
    await expect.poll(() => stepsOf(page)).toBe(60);
    expect(complaints).toEqual([]);
  });
});

describe("clips", () => {
  /** What a card plays after it was pointed at. */
  async function pointedAt(look: Visit) {
    const { page, complaints } = await visit("gallery/", look);
    const card = page.locator("[data-clip$='ising-coarsening.webm']");
    await card.hover();
    return { page, card, complaints };
  }

  it("play while a card is pointed at or has the keyboard's focus", async () => {
    const { page, card, complaints } = await pointedAt({});
    const times = () =>
      card.locator("video").evaluateAll((all) => all.map((clip) => (clip as HTMLVideoElement).currentTime));
    await expect.poll(async () => (await times())[0] ?? 0).toBeGreaterThan(0.2);
    await page.mouse.move(0, 0);
    await expect.poll(async () => (await times()).length).toBe(0);
    await card.focus();
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab");
    await expect.poll(async () => (await times())[0] ?? 0).toBeGreaterThan(0.2);
    expect(complaints).toEqual([]);
  });

  it("are not loaded where motion is to be reduced", async () => {
    const { page, card } = await pointedAt({ reducedMotion: true });
    await page.waitForTimeout(1000);
    expect(await card.locator("video").count()).toBe(0);
    const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    expect(loaded.filter((name) => name.endsWith(".webm"))).toEqual([]);
  });
});

describe("policy", () => {
  it("stands in every page, and keeps out what was written into one", async () => {
    for (const path of ["", "ising/", "gallery/", "bench/", "docs/", "docs/api/"]) {
      const html = await (await fetch(site().url + path)).text();
      expect(html, path).toMatch(
        /<head>\s*<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self';/,
      );
      expect([...html.matchAll(/<script(?![^>]*\bsrc=)/g)], path).toEqual([]);
    }
    const { page } = await visit("gallery/", {});
    const refused = await page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "document.title = 'owned'";
          document.body.append(script);
        }),
    );
    expect(refused).toBe("script-src-elem");
    expect(await page.title()).not.toBe("owned");
  });
});

describe("menu", () => {
  it("opens by the keyboard, lists every model, and closes by Escape", async () => {
    const { page } = await visit("verify/", { width: 390, height: 844 });
    await page.focus("[popovertarget=models]");
    await page.keyboard.press("Enter");
    const links = page.locator("#models a");
    await expect.poll(() => links.first().isVisible()).toBe(true);
    expect(await links.count()).toBe(models.length);
    await page.keyboard.press("Escape");
    await expect.poll(() => links.first().isVisible()).toBe(false);
  });
});

describe("docs", () => {
  it("are found by search, have equations and no inline script, and lead back to the pages", async () => {
    const { page, complaints } = await visit("docs/models/ising.html", {});
    expect(await page.$$eval("script:not([src])", (all) => all.length)).toBe(0);
    expect(await page.$$eval("math", (all) => all.length)).toBeGreaterThan(0);
    await page.click("#local-search button, .VPNavBarSearchButton");
    await page.fill(".search-input", "Kaufman");
    await page.waitForSelector(".result");
    await page.keyboard.press("Escape");
    await page.click("a.pages");
    await page.waitForURL(site().url);
    expect(complaints).toEqual([]);
  });
});
