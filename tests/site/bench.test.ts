// The page of speeds: kept results by model, never GPUs and software adapters in one place, and the ladder on this very device.

import { readFileSync } from "node:fs";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import type { BenchDocument } from "../../bench/harness/result.ts";
import { findings, useSite } from "./visit.ts";

const { visit } = useSite();
const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();

describe("the page of speeds", () => {
  it("draws kept results of a model, software adapters apart", async () => {
    const { page, complaints } = await visit("bench/#model=hopfield");
    expect(await page.inputValue("#model")).toBe("hopfield");
    const software = await texts(page, "#software h3");
    expect(software.length).toBeGreaterThan(0);
    for (const name of software) expect(name).toContain("SOFTWARE");
    for (const name of await texts(page, "#gpus h3")) expect(name).not.toContain("SOFTWARE");
    expect((await texts(page, "#software td")).join()).toContain("updates/s");
    await page.selectOption("#model", "ising");
    expect((await texts(page, "#software td")).join()).toMatch(/packed.*flips\/s/);
    await page.waitForSelector("#software .plot canvas");
    expect(page.url()).toContain("#model=ising");
    expect(complaints).toEqual([]);
  });

  it("times a model on this device, and gives the result away", async () => {
    const { page, complaints } = await visit("bench/#model=curie-weiss");
    await page.selectOption("#what", "one");
    await page.click("#run");
    await page.waitForFunction(() => document.getElementById("state")!.textContent === "Done.");
    const saving = page.waitForEvent("download");
    await page.click("#save");
    const result: BenchDocument = JSON.parse(readFileSync(await (await saving).path(), "utf8"));
    expect(result.device.host).toBe("web");
    expect(result.rows.map(({ size }) => size[0])).toEqual([1024, 4096, 16_384]);
    for (const { model, rate, share } of result.rows) {
      expect(model).toBe("curie-weiss");
      expect(rate).toBeGreaterThan(0);
      expect(share).toBeGreaterThan(0);
    }
    for (const { error } of result.exponents) expect(error).toBeLessThanOrEqual(0.3);
    const place = result.device.software ? "#software" : "#gpus";
    expect((await texts(page, `${place} .result b`))[0]).toBe("Yours");
    expect(complaints).toEqual([]);
  });

  it("stops where it is told to", async () => {
    const { page } = await visit("bench/#model=ising");
    await page.selectOption("#what", "one");
    await page.click("#run");
    // The first row is there before the model is through.
    await page.waitForSelector(".result b");
    expect(await page.textContent("#state")).toContain("0 of 1 models");
    await page.click("#stop");
    expect(await page.textContent("#state")).toContain("Stopped; what was measured stays.");
    expect((await texts(page, ".result b"))[0]).toBe("Yours");
    expect(await page.isEnabled("#save")).toBe(true);
    // What a new run has not measured yet is not the last one's.
    await page.click("#run");
    expect(await page.locator(".result b").count()).toBe(0);
    await page.click("#stop");
  });

  it.each([
    { width: 1440, height: 900, dark: true },
    { width: 390, height: 844, dark: false },
  ])("axe finds nothing at $width, dark $dark, and nothing is wider than the page", async (look) => {
    const { page } = await visit("bench/#model=gillespie", look);
    expect(await findings(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(look.width);
  });
});
