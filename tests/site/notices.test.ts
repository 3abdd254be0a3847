// What a page says of what it refuses: its controls show what the run has, and each notice goes away with its cause.

import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { count, findings, linkOf, request, SMALL, text, useSite } from "./visit.ts";

const quiet = { reducedMotion: true };

async function enter(page: Page, selector: string, value: string): Promise<void> {
  await page.fill(selector, value);
  await page.press(selector, "Enter");
}
const about = (page: Page, name: string) => page.locator(`#notice .notice[data-about="${name}"]`);
/** As the link has it last. */
const temperature = async (page: Page) => [...(await linkOf(page)).text.matchAll(/&temperature=([^&]*)/g)].at(-1)?.[1];

/** Values are refused and taken one after the other; the control shows what the run has each time. */
async function refuseAndTake(page: Page): Promise<void> {
  await enter(page, "#p-temperature", "-5");
  await expect.poll(() => count(page, '#notice [data-about="temperature"]')).toBe(1);
  expect(await page.inputValue("#p-temperature")).toBe("2.2");
  // Another control is taken while that notice stands, and shows what was taken; the notice is not about it.
  await enter(page, "#p-field", "0.125");
  await expect.poll(async () => (await linkOf(page)).text).toContain("field=0.125");
  expect(await page.inputValue("#p-field")).toBe("0.125");
  expect(await about(page, "temperature").textContent()).toContain("temperature");
  // The same control is taken: its notice goes, and slider and number show the value.
  await enter(page, "#p-temperature", "2.50");
  await about(page, "temperature").waitFor({ state: "detached" });
  expect(await page.inputValue("#p-temperature")).toBe("2.5");
  expect(await page.inputValue('[data-slides="p-temperature"]')).toBe("2.5");
  expect(await temperature(page)).toBe("2.5");
}

describe("controls show what the run has", () => {
  const { ready, site, visit } = useSite();

  it("after a refused value and after the next one", async () => {
    const { page, complaints } = await ready(`ising/#${SMALL}&step=3`, quiet);
    await refuseAndTake(page);
    expect(await page.isVisible("#notice")).toBe(false);
    expect(complaints).toEqual([]);
  });

  it("after a refused seed and a refused size", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=3`, quiet);
    const before = await linkOf(page);
    await enter(page, "#seed", "minus one");
    await about(page, "seed").waitFor();
    expect(await page.inputValue("#seed")).toBe("5");
    await request(page, "change", { values: { size: "1,1" } }).catch(() => {});
    expect(await page.inputValue("#p-size")).toBe("64,64");
    expect(await linkOf(page)).toEqual(before);
    await enter(page, "#seed", "6");
    await about(page, "seed").waitFor({ state: "detached" });
    expect(await page.inputValue("#seed")).toBe("6");
  });

  it("while a slider is dragged under a notice", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=3`, quiet);
    await request(page, "open", { text: "v=2&nonsense=1" });
    await about(page, "link").waitFor();
    const slider = page.locator('[data-slides="p-temperature"]');
    for (const value of ["1.5", "1.75", "3"]) await slider.fill(value);
    await expect.poll(() => temperature(page)).toBe("3");
    expect(await slider.inputValue()).toBe("3");
    expect(await page.inputValue("#p-temperature")).toBe("3");
    await expect(about(page, "link").count()).resolves.toBe(1);
    await page.click("#reset");
    await about(page, "link").waitFor({ state: "detached" });
  });

  it("while a link's changes are made", async () => {
    const { page } = await ready(`ising/#${SMALL}&at=3&temperature=2.75&at=6&field=0.25&step=8`, quiet);
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 8");
    expect([await page.inputValue("#p-temperature"), await page.inputValue("#p-field")]).toEqual(["2.75", "0.25"]);
  });

  it("a notice passes axe and can be dismissed", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=3`, quiet);
    await enter(page, "#p-temperature", "-5");
    await about(page, "temperature").waitFor();
    expect(await findings(page)).toEqual([]);
    await page.click("#notice .close");
    expect(await page.isVisible("#notice")).toBe(false);
  });

  it("after a lost device: the notice goes, the parameters are those of the moment, and the run goes on", async () => {
    const { page, complaints } = await ready(`ising/#${SMALL}`, quiet);
    await enter(page, "#p-temperature", "1.5"); // at step 0, before any checkpoint
    await expect.poll(() => temperature(page)).toBe("1.5");
    await request(page, "step", { count: 5 });
    await enter(page, "#p-temperature", "2.5");
    await enter(page, "#p-temperature", "3"); // twice at one step
    await expect.poll(() => temperature(page)).toBe("3");
    const before = await linkOf(page);
    await request(page, "lose");
    await enter(page, "#p-field", "0.5"); // asked of a device that is gone
    await about(page, "device").waitFor();
    await expect.poll(async () => (await linkOf(page)).text).toContain("field=0.5");
    expect((await linkOf(page)).digest).toBe(before.digest);
    expect((await linkOf(page)).text).toBe(`${before.text.replace("temperature=3", "temperature=3&field=0.5")}`);
    expect([await page.inputValue("#p-field"), await page.inputValue("#p-temperature")]).toEqual(["0.5", "3"]);
    await about(page, "device").waitFor({ state: "detached" });
    expect(await page.isVisible("#notice")).toBe(false);
    await request(page, "step", { count: 2 });
    expect((await linkOf(page)).steps).toBe(7);
    expect(complaints).toEqual([]);
  });

  it("after a device that is lost for good: the page says so, refuses in words, and a reload gives the run back", async () => {
    const { page } = await visit("about:blank", quiet);
    // The browser has a GPU to give once a visit.
    await page.route("**/assets/worker-*.js", async (route) => {
      const response = await route.fetch();
      const prelude = `{
        const real = navigator.gpu.requestAdapter.bind(navigator.gpu);
        let given = 0;
        navigator.gpu.requestAdapter = async (...words) => (given++ === 0 ? real(...words) : null);
      }\n`;
      await route.fulfill({ response, body: prelude + (await response.text()) });
    });
    await page.goto(`${site().url}ising/#${SMALL}`);
    await page.waitForSelector("html[data-ready]");
    await request(page, "step", { count: 5 });
    const before = await linkOf(page);
    await request(page, "lose");
    await enter(page, "#p-temperature", "3");
    await expect
      .poll(() => about(page, "device").textContent())
      .toContain("the browser offers no other. Reload the page");
    await expect.poll(() => page.inputValue("#p-temperature")).toBe("2.2");
    await page.reload();
    await page.waitForSelector("html[data-ready]");
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 5");
    expect(await linkOf(page)).toEqual(before);
    // What is drawn without a GPU goes on without one.
    await page.goto(`${site().url}hopfield/#v=2&neurons=256&patterns=5&temperature=0.1`);
    await page.waitForSelector("html[data-ready]");
    await request(page, "step", { count: 2 });
    await request(page, "lose");
    await enter(page, "#p-temperature", "0.25");
    await about(page, "gpu").waitFor();
    await expect.poll(() => temperature(page)).toBe("0.25");
    expect(await page.inputValue("#p-temperature")).toBe("0.25");
    expect(await text(page, "#device")).toContain("CPU reference");
    await request(page, "step", { count: 2 });
    expect((await linkOf(page)).steps).toBe(4);
  });

  it("a verdict goes with its run, and red cells with their state", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=5`, quiet);
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 5");
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
    await page.click("#new-seed");
    await expect.poll(() => text(page, "#verdict")).toBe("");
  });
});

describe("without a GPU", () => {
  const { ready } = useSite({ gpu: false });

  it("controls show what the run has, with the notice that there is none", async () => {
    const { page, complaints } = await ready(`ising/#${SMALL}&step=3`, quiet);
    expect(await about(page, "gpu").textContent()).toContain("CPU reference");
    expect(await findings(page)).toEqual([]);
    await refuseAndTake(page);
    await about(page, "gpu").waitFor();
    await page.click("#reset");
    await about(page, "gpu").waitFor();
    expect(complaints).toEqual([]);
  });
});
