// A model that is only declared has a page that works. The site is built from a copy of the sources without any model's own files in
// host-web/, and with the model of docs/adding-a-model.md.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyWithModel } from "../tutorial.ts";
import { models, notices, stepsOf } from "./alone.ts";
import { buildSite } from "./browser.ts";
import { count, findings, goToPlots, shades, text, useSite } from "./visit.ts";

const TUTORIAL = "fredrickson-andersen";
/** A series and a grey picture, estimates of an ensemble. */
const KINDS = ["ising", "gillespie"];
/** A model of rounded numbers whose page says one thing of itself. */
const ONE_FIELD = "ngrc";
const copy = mkdtempSync(join(tmpdir(), "gibbs-declared-"));

beforeAll(async () => {
  copyWithModel(copy, [
    "src",
    "shaders",
    "scripts",
    "host-node",
    "host-web",
    "bench",
    "package.json",
    "vite.config.ts",
  ]);
  for (const name of models) {
    for (const folder of [name, `public/${name}`]) rmSync(join(copy, "host-web", folder), { recursive: true });
  }
  mkdirSync(join(copy, "host-web", ONE_FIELD));
  writeFileSync(join(copy, "host-web", ONE_FIELD, "page.ts"), `export const page = { counts: "forecast" };\n`);
  await buildSite(copy, "declared");
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe("a model that is only declared", () => {
  const { ready, visit } = useSite({ name: "declared" });

  it.each([TUTORIAL, ONE_FIELD, ...(__GIBBS_TEST_LONG__ ? models.filter((name) => name !== ONE_FIELD) : KINDS)])(
    "%s has a page with controls, picture and table",
    async (name) => {
      expect(existsSync(join(copy, "host-web", name))).toBe(name === ONE_FIELD);
      const { page, messages } = await ready(`${name}/`, { width: 600, height: 700 });
      await expect.poll(() => stepsOf(page)).toBeGreaterThan(0);
      await expect.poll(() => count(page, "#table tbody tr")).toBeGreaterThan(0);
      await page.click("#play");
      await expect.poll(() => text(page, "#play")).toBe("Play");
      expect(await shades(page)).toBeGreaterThan(1);
      expect(await count(page, "#controls [data-parameter]")).toBeGreaterThan(1);
      expect(await notices(page)).toEqual([]);
      expect(await findings(page)).toEqual([]);
      expect(messages).toEqual([]);
    },
  );

  it("has plots of its series, exact values and a verification", async () => {
    const { page } = await ready(`${TUTORIAL}/#v=2&seed=2&size=32,32&temperature=0.7&step=300`);
    await goToPlots(page);
    await page.waitForSelector("#plots .plot");
    await page.click("#play");
    await expect.poll(() => text(page, "#table tbody"), { timeout: 120_000 }).toMatch(/^Excited0\.\d+0\.\d+ ± \d/);
    await page.click("#play");
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
  });

  it("has what its page says, and what follows from the declaration as well", async () => {
    const { page } = await ready(`${ONE_FIELD}/#v=2&seed=1&system=henon&training=100&until=3&step=4`);
    await expect.poll(() => text(page, "#step-count")).toBe("forecast 4");
    expect(await count(page, "#verify")).toBe(0); // its numbers are rounded, and no scene says how far
    expect(await text(page, "#table thead")).not.toContain("now");
  });

  it("comes to rest where a run has room for no more", async () => {
    const { page, messages } = await ready("diffusion/#v=2&seed=1&samples=256&steps=5", { reducedMotion: true });
    await page.selectOption("#speed", "64");
    await page.click("#play");
    await expect.poll(() => notices(page).then(String)).toContain("All 5 steps that there is room for are made.");
    await expect.poll(() => text(page, "#play")).toBe("Play");
    expect(await page.locator("#notice .fault").count()).toBe(0);
    expect(await stepsOf(page)).toBe(5);
    expect(messages).toEqual([]);
  });

  it("has its place in the gallery", async () => {
    const { page, messages } = await visit("");
    expect(await page.locator(`.gallery a[href="./${TUTORIAL}/"]`).textContent()).toBe("Fredrickson–Andersen model");
    expect(messages).toEqual([]);
    expect(readdirSync(join(copy, "host-web")).filter((name) => models.includes(name))).toEqual([ONE_FIELD]);
  });
});
