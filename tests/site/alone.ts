// A page as a visitor finds it who touches nothing, and what every page must do.

import { existsSync, readdirSync } from "node:fs";
import type { Page } from "playwright";
import { expect } from "vitest";
import { models as all } from "../../src/models/index.ts";
import type { Visit } from "./browser.ts";
import { findings, text, type useSite } from "./visit.ts";

const ROOT = new URL("../../host-web/", import.meta.url);
const folders = readdirSync(ROOT).filter((name) => existsSync(new URL(`${name}/index.html`, ROOT)));
export const models: string[] = all.map(({ name }) => name);
/**
 * Pages that stand for all where it is what they share that is tested: a chain, one at less than a step a frame, and an ensemble.
 * GIBBS_TEST_LONG=1 takes all.
 */
export const KINDS = ["ising", "hopfield", "dynamics"];
/** Pages that are no model's. */
export const others = ["", "404.html", ...folders.filter((name) => !models.includes(name)).map((name) => `${name}/`)];

const TIMES = 4;

export const stepsOf = async (page: Page) => Number(/\d+$/.exec(await text(page, "#step-count"))?.[0] ?? 0); // nothing is told before the first step
export const notices = (page: Page) => page.locator("#notice:visible").allInnerTexts();

/** What the canvas shows, as the page itself can read it: a screenshot waits for a page at work to have time for it. */
const shownPicture = (page: Page) =>
  page.evaluate(() => {
    const copy = Object.assign(document.createElement("canvas"), { width: 256, height: 256 });
    const context = copy.getContext("2d")!;
    context.drawImage(document.getElementById("canvas") as HTMLCanvasElement, 0, 0, 256, 256);
    return copy.toDataURL();
  });

/** What a page that nobody touches does in so many seconds, from its first step on. */
export async function watch(
  path: string,
  look: Visit,
  { ready }: ReturnType<typeof useSite>,
  seconds: number,
  axe = true,
) {
  const { page, messages } = await ready(path, look);
  const steps: number[] = [];
  const pictures = new Set([await shownPicture(page)]);
  // A busy machine compiles for a while before the first step.
  await expect.poll(() => stepsOf(page)).toBeGreaterThan(0);
  const start = Date.now();
  for (let i = 0; i <= TIMES; i++) {
    await page.waitForTimeout(Math.max(0, start + (i * 1000 * seconds) / TIMES - Date.now()));
    steps.push(await stepsOf(page));
    pictures.add(await shownPicture(page));
  }
  // A run that comes to rest has made all its steps, maybe before the first look; another may take longer than that for a step.
  const rests = async () => (await text(page, "#play")) === "Play";
  const goesOn = async () => (await rests()) || (await stepsOf(page)) > steps[0];
  await expect.poll(goesOn, { message: `more steps than ${steps[0]}` }).toBe(true);
  const differs = async () => pictures.add(await shownPicture(page)).size > 1;
  await expect.poll(differs, { message: "another picture" }).toBe(true);
  const frames = await text(page, "#hud");
  const seen = { steps, frames, notices: await notices(page), messages };
  const device = await text(page, "#device");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (axe && !(await rests())) await page.click("#play");
  const violations = axe ? await findings(page) : [];
  await page.close(); // or it works on behind the next
  return { ...seen, violations, device, wide };
}

/** What every page must do, wherever it is opened. */
export function expectAlive(seen: Awaited<ReturnType<typeof watch>>): void {
  const { steps, frames, wide, violations } = seen;
  for (let i = 1; i < steps.length; i++) expect(steps[i]).toBeGreaterThanOrEqual(steps[i - 1]);
  expect(frames).toMatch(/^\d+ frames\/s/);
  expect(wide).toBeLessThanOrEqual(0);
  expect(violations).toEqual([]);
}
