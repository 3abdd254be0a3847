// Home, gallery, menu and docs: a run that can be touched, cards that lead to runs, a search, and pages without inline scripts.

import { describe, expect, it } from "vitest";
import { runs } from "../../host-web/build/runs.ts";
import { models } from "../../src/models/index.ts";
import { stepsOf } from "./alone.ts";
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
