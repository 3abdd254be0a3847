// A model that is only declared has a page that works. The site is built from a copy of the sources without any model's own files in
// host-web/, and with the model of docs/adding-a-model.md.

import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { models as declared } from "../../src/models/index.ts";
import { copyWithModel } from "../tutorial.ts";
import { models, notices, stepsOf } from "./alone.ts";
import { buildSite } from "./browser.ts";
import { count, findings, shades, text, useSite } from "./visit.ts";

const TUTORIAL = "fredrickson-andersen";
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
  await buildSite(copy, "declared");
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe("a model that is only declared", () => {
  const { ready, visit } = useSite({ name: "declared" });

  it.each([TUTORIAL, ...declared.map(({ name }) => name)])(
    "%s has a page with controls, picture and table",
    async (name) => {
      expect(existsSync(join(copy, "host-web", name))).toBe(false);
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
    await page.waitForSelector("#plots .plot");
    await page.click("#play");
    await expect.poll(() => text(page, "#table tbody"), { timeout: 120_000 }).toMatch(/^excited0\.\d+0\.\d+ ± \d/);
    await page.click("#play");
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
  });

  it("has its place in the gallery", async () => {
    const { page, messages } = await visit("");
    expect(await page.locator(`.gallery a[href="./${TUTORIAL}/"]`).textContent()).toBe("Fredrickson–Andersen model");
    expect(messages).toEqual([]);
    expect(readdirSync(join(copy, "host-web")).filter((name) => models.includes(name))).toEqual([]);
  });
});
