// The page of the Potts model: painting, verification, and scans in the run's own dimension.

import { expect, it } from "vitest";
import { text, useSite } from "./visit.ts";

const { ready } = useSite();

it.each([
  ["size=4,4,4", "8×8×8", false],
  ["size=32,1", "64×1", true],
])("scans %s as %s, against the exact distribution where there is one", async (size, scanned, known) => {
  const { page, complaints } = await ready(`potts/#v=2&seed=3&states=2&${size}&step=20`, { reducedMotion: true });
  await page.click("#scan");
  await page.waitForSelector("#extra-plots .plot >> nth=2");
  await expect.poll(() => text(page, "#extra-plots")).toContain(`measured, ${scanned}`);
  expect((await text(page, "#extra-plots")).includes("exact")).toBe(known);
  await page.click("#verify");
  await page.waitForSelector("#verdict.good");
  expect(complaints).toEqual([]);
});
