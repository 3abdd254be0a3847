// What a model's page says to people: names, controls in two layers, what to look at, the gallery's runs in place, and explanations.

import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { runs } from "../../host-web/build/runs.ts";
import { page as ising } from "../../host-web/ising/page.ts";
import { stepsOf } from "./alone.ts";
import { count, findings, goToPlots, linkOf, request, SMALL, text, useSite } from "./visit.ts";

const { ready, site } = useSite();
const quiet = { reducedMotion: true };
const isOpen = (page: Page) => page.$eval("#more", (more) => (more as HTMLDetailsElement).open);
const optionOf = (page: Page, id: string) => page.locator(`${id} option:checked`).textContent();

describe("names", () => {
  it("of values and observables are words; links and files keep the identifiers", async () => {
    const { page, complaints } = await ready(
      `ising/#${SMALL}&algorithm=metropolis&boundary=fixed-up,free&step=2`,
      quiet,
    );
    expect(await optionOf(page, "#p-algorithm")).toBe("Metropolis");
    expect(await optionOf(page, "#p-boundary")).toBe("Fixed up, free"); // which the page does not offer
    await page.selectOption("#p-algorithm", { label: "Heat bath" });
    await expect.poll(async () => (await linkOf(page)).text).toContain("algorithm=heat-bath");
    const names = page.locator("#table tbody tr td:first-child");
    await expect.poll(() => names.allTextContents()).toContain("Specific heat");
    expect(await page.locator('#table tr[data-name="specificHeat"]').getAttribute("title")).toMatch(
      /^specificHeat: N \(/,
    );
    await request(page, "step", { count: 400 });
    await goToPlots(page);
    await expect.poll(() => text(page, "#plots")).toContain("Staggered m in time");
    expect(complaints).toEqual([]);
  });

  it("that a user has given are left as they are, and a note names what the table does", async () => {
    const network = encodeURIComponent("0 -> mRNA_1 @ 5; mRNA_1 -> specificHeat @ 1; specificHeat -> 0 @ 1");
    const { page } = await ready(`gillespie/#v=2&seed=1&network=${network}&until=5&points=5&step=64`, quiet);
    const names = page.locator("#table tbody tr td:first-child");
    await expect.poll(() => names.allTextContents()).toEqual(["mRNA_1", "specificHeat"]);
    const lattice = await ready(`ising/#${SMALL}&size=128,128&temperature=1&start=random&step=150`, quiet);
    await lattice.page.selectOption("#speed", "1");
    await lattice.page.click("#play");
    await expect
      .poll(() => text(lattice.page, "#equilibrium"))
      .toMatch(/^Not yet equilibrated: (Energy|Magnetization|Specific heat|Susceptibility|Binder|Staggered)/);
  });
});

describe("controls", () => {
  it("that are folded away open by the keyboard, with their help in sight", async () => {
    const { page, complaints } = await ready("ising/", quiet);
    expect(await isOpen(page)).toBe(false);
    expect(await page.isVisible("#p-temperature")).toBe(true);
    expect(await page.isVisible("#p-boundary")).toBe(false);
    expect(await page.isVisible("#p-temperature-help")).toBe(true); // clipped: for those who hear it
    expect((await page.locator("#p-temperature-help").boundingBox())!.width).toBeLessThan(2);
    await page.focus("#more > summary");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.isVisible("#p-boundary")).toBe(true);
    expect((await page.locator("#p-boundary-help").boundingBox())!.width).toBeGreaterThan(200);
    expect(await page.locator("label[for=p-couplings-0] .unit").textContent()).toBe("J");
    expect(await findings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("come in sight where a link has another value, and not again once they are folded away", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=1`, quiet);
    expect(await isOpen(page)).toBe(false); // what differs is in front
    await request(page, "open", { text: `${SMALL}&couplings=1,0.5&step=1` });
    await expect.poll(() => isOpen(page)).toBe(true);
    await page.click("#more > summary");
    await page.fill("#p-temperature", "3");
    await page.press("#p-temperature", "Enter");
    await expect.poll(async () => (await linkOf(page)).text).toContain("temperature=3");
    expect(await isOpen(page)).toBe(false);
  });

  it("come in sight where a message names one", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=1`, quiet);
    await page.evaluate(() => {
      location.hash = "v=2&couplings=x,1";
    });
    await expect.poll(() => text(page, "#notice")).toContain('couplings "x,1": expected finite numbers');
    expect(await isOpen(page)).toBe(true);
    const other = await ready(`ising/#${SMALL}&step=1`, quiet);
    await other.page.evaluate(() => {
      location.hash = "v=2&temperature=-1";
    });
    await expect.poll(() => text(other.page, "#notice")).toContain("temperature");
    expect(await isOpen(other.page)).toBe(false);
  });

  it("that an embedded page keeps are in sight wherever they stand", async () => {
    const { page } = await ready(`ising/?embed=mini&show=temperature,boundary#${SMALL}&step=1`, quiet);
    const shown = await page.$$eval(".control", (all) =>
      all.filter((e) => e.checkVisibility()).map((e) => e.textContent),
    );
    expect(shown.length).toBe(2);
    expect(await page.isVisible("#p-boundary")).toBe(true);
    expect(await count(page, ".presets a:visible")).toBe(0);
    expect(await page.isVisible("#watch")).toBe(false);
  });
});

describe("the gallery's runs of a model", () => {
  it("open in place, with what to look at, and are marked while they are shown", async () => {
    const own = runs.filter(({ model }) => model === "ising");
    const { page, complaints } = await ready("ising/", quiet);
    expect(await text(page, "#watch")).toBe(ising.watch);
    expect(await count(page, ".presets a")).toBe(own.length);
    const pictures = await page.$$eval(".presets img", (all) =>
      (all as HTMLImageElement[]).map(({ src, alt, loading }) => ({ src, alt, loading })),
    );
    expect(pictures.map(({ alt }) => alt)).toEqual(own.map(({ text }) => text));
    expect(new Set(pictures.map(({ loading }) => loading))).toEqual(new Set(["lazy"]));
    for (const { src } of pictures) {
      expect(src.startsWith(site().url)).toBe(true);
      expect((await page.request.get(src)).headers()["content-type"]).toBe("image/jpeg");
    }
    const [, , checkers] = own;
    await page.focus(`.presets a:nth-child(1)`);
    await page.locator(".presets a", { hasText: checkers.title }).press("Enter");
    await expect.poll(() => stepsOf(page)).toBe(80);
    expect(await text(page, "#watch")).toBe(checkers.text);
    expect(await page.locator(".presets [aria-current]").textContent()).toContain(checkers.title);
    expect(await isOpen(page)).toBe(true); // its couplings are not the usual ones
    expect(await findings(page)).toEqual([]);
    await page.fill("#p-temperature", "3");
    await page.press("#p-temperature", "Enter");
    // Nobody knows what there is to look at in just this run.
    await expect.poll(() => text(page, "#watch")).toBe("");
    expect(await count(page, ".presets [aria-current]")).toBe(0);
    await page.click("#share summary");
    await page.locator("#afresh").evaluate((button: HTMLElement) => button.click());
    await expect.poll(() => text(page, "#watch")).toBe(ising.watch);
    await page.fill("#seed", "77");
    await page.press("#seed", "Enter");
    await expect.poll(() => page.evaluate(() => location.hash)).toContain("seed=77");
    expect(await text(page, "#watch")).toBe(ising.watch);
    expect(complaints).toEqual([]);
  });
});

describe("the name of a row", () => {
  it.each([
    { width: 1440, height: 900, dark: false },
    { width: 390, height: 844, dark: true },
  ])("opens what it means at $width x $height, and Escape closes it", async (look) => {
    const { page, complaints } = await ready(`ising/#${SMALL}&step=200`, { ...look, ...quiet });
    await request(page, "step", { count: 400 });
    const name = (of: string) => page.locator(`#table tr[data-name="${of}"] button`);
    await expect.poll(() => count(page, "#table tbody tr")).toBe(8);
    const box = page.locator("#explanation");
    await name("specificHeat").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => box.isVisible()).toBe(true);
    await expect.poll(() => name("specificHeat").getAttribute("aria-expanded")).toBe("true");
    const said = await box.textContent();
    for (const part of ["Specific heat", "N (⟨e²⟩ - ⟨e⟩²) / T²", "k_B/site", "jackknife", "Kaufman", "specificHeat"])
      expect(said).toContain(part);
    const { x, y, width, height } = (await box.boundingBox())!;
    expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(look.width);
    expect(y + height).toBeLessThanOrEqual(look.height);
    expect(await findings(page)).toEqual([]);
    for (const link of await box
      .locator("a")
      .evaluateAll((all) => (all as HTMLAnchorElement[]).map(({ href }) => href))) {
      expect((await page.request.get(link)).status(), link).toBe(200);
    }
    // The table goes on, and the focus stays where it is.
    await request(page, "step", { count: 1 });
    await page.keyboard.press("Escape");
    await expect.poll(() => box.isVisible()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Specific heat");
    await expect.poll(() => name("specificHeat").getAttribute("aria-expanded")).toBe("false");
    // Another name takes its place, and the same once more closes it.
    await name("energy").click();
    await expect.poll(() => text(page, "#explanation-name")).toBe("Energy");
    await name("magnetization").focus(); // it may lie below
    await page.keyboard.press("Enter");
    await expect.poll(() => text(page, "#explanation-name")).toBe("Magnetization");
    expect(await box.isVisible()).toBe(true);
    await expect.poll(() => name("energy").getAttribute("aria-expanded")).toBe("false");
    await name("magnetization").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => box.isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it("says how errors of an ensemble are estimated, and of what no value is known", async () => {
    const { page } = await ready("gillespie/#v=2&seed=1&example=sir&points=5&step=64", quiet);
    await page.locator('#table tr[data-name="I"] button').click();
    await expect.poll(() => text(page, "#explanation")).toContain("over the trajectories, which are independent");
    expect(await text(page, "#explanation")).toContain("molecules");
    expect(await page.locator('#explanation a[href="../docs/models/gillespie.html"]').count()).toBe(1);
  });
});
