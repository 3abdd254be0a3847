// Every page as a visitor finds it who touches nothing: it runs, and it complains of nothing.

import { existsSync, readdirSync } from "node:fs";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import type { Visit } from "./browser.ts";
import { text, useSite } from "./visit.ts";

const ROOT = new URL("../../host-web/", import.meta.url);
const folders = readdirSync(ROOT).filter((name) => existsSync(new URL(`${name}/index.html`, ROOT)));
const models = folders.filter((name) => existsSync(new URL(`${name}/page.ts`, ROOT)));
const others = ["", "404.html", ...folders.filter((name) => !models.includes(name)).map((name) => `${name}/`)];

const SECONDS = 10;
const TIMES = 4;

const stepsOf = async (page: Page) => Number(/\d+$/.exec(await text(page, "#step-count"))?.[0] ?? 0); // nothing is told before the first step
const notices = (page: Page) => page.locator("#notice:visible").allInnerTexts();

/** What the canvas shows, as the page itself can read it: a screenshot waits for a page at work to have time for it. */
const shownPicture = (page: Page) =>
  page.evaluate(() => {
    const copy = Object.assign(document.createElement("canvas"), { width: 256, height: 256 });
    const context = copy.getContext("2d")!;
    context.drawImage(document.getElementById("canvas") as HTMLCanvasElement, 0, 0, 256, 256);
    return copy.toDataURL();
  });

/** What a page that nobody touches does in ten seconds. */
async function watch(path: string, look: Visit, { ready }: ReturnType<typeof useSite>) {
  const { page, messages } = await ready(path, look);
  const steps: number[] = [];
  const pictures = new Set<string>();
  const start = Date.now();
  for (let i = 0; i <= TIMES; i++) {
    await page.waitForTimeout(Math.max(0, start + (i * 1000 * SECONDS) / TIMES - Date.now()));
    steps.push(await stepsOf(page));
    pictures.add(await shownPicture(page));
  }
  const frames = await text(page, "#hud");
  const seen = { steps, pictures: pictures.size, frames, notices: await notices(page), messages };
  const device = await text(page, "#device");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  await page.close(); // or it works on behind the next
  return { ...seen, device, wide };
}

/** What every page must do, wherever it is opened. */
function expectAlive({ steps, pictures, frames, wide }: Awaited<ReturnType<typeof watch>>): void {
  for (let i = 1; i < steps.length; i++) expect(steps[i]).toBeGreaterThanOrEqual(steps[i - 1]);
  expect(steps.at(-1)).toBeGreaterThan(0);
  expect(pictures).toBeGreaterThan(1);
  expect(frames).toMatch(/^\d+ frames\/s/);
  expect(wide).toBeLessThanOrEqual(0);
}

describe.each<[string, Visit]>([
  ["", {}],
  ["with a locale that no standard knows", { locale: "en-US@posix" }],
  ["on a phone", { width: 390, height: 844, touch: true }],
])("opened and left alone %s", (_, look) => {
  const site = useSite();
  it.each(models)("%s runs", async (name) => {
    const seen = await watch(`${name}/`, look, site);
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

describe("at every speed", () => {
  const { ready } = useSite();
  it.each(models)("%s makes steps, and complains of none", async (name) => {
    const { page, messages } = await ready(`${name}/`);
    for (const { value } of await page.$$eval("#speed option", (all) =>
      all.map((e) => ({ value: (e as HTMLOptionElement).value })),
    )) {
      await page.selectOption("#speed", value);
      const isAtRest = async () => (await text(page, "#play")) === "Play";
      if (await isAtRest()) await page.click("#reset"); // at the end of its way
      if (await isAtRest()) await page.click("#play");
      const before = await stepsOf(page);
      await expect.poll(() => stepsOf(page), { message: `${value} steps a frame` }).not.toBe(before);
    }
    expect(await notices(page)).toEqual([]);
    expect(messages).toEqual([]);
    await page.close();
  });
});

describe("opened and left alone without a GPU", () => {
  const site = useSite({ gpu: false });
  it.each(models)("%s runs on the reference, and says so", async (name) => {
    const seen = await watch(`${name}/`, {}, site);
    expect(seen.messages).toEqual([]);
    expect(seen.notices.join()).toMatch(/The browser offers no GPU/);
    expect(seen.device).toContain("CPU reference (no GPU)");
    expectAlive(seen);
  });
});
