// What a visitor can meet with: links that are none, and a browser without a GPU.

import { describe, expect, it } from "vitest";
import { linkOf, request, SMALL, shades, text, useSite } from "./visit.ts";

const { ready, site, visit } = useSite();

describe("bad links", () => {
  it.each([
    ["v=3", "versions 1 and 2"],
    ["v=2&temperature=<img src=x onerror=document.title='owned'>", "temperature"],
    ["v=2&a megabyte", "characters"],
    ["v=2&size=8,8,8", "lattices of two sides are drawn"],
  ])("%s: a plain message and a working page", async (given, message) => {
    const hash = given.replace("a megabyte", "x".repeat(2 ** 20));
    const { page, complaints } = await ready(`ising/#${hash}`, { reducedMotion: true });
    await page.waitForSelector("#notice:not([hidden])");
    expect(await text(page, "#notice")).toContain("The link cannot be opened");
    expect(await text(page, "#notice")).toContain(message);
    expect(await page.locator("#notice span").textContent()).toContain(message); // as text, whatever it quotes
    expect(await page.locator("#notice span *").count()).toBe(0);
    expect(await page.title()).not.toContain("owned");
    await request(page, "step", { count: 2 });
    expect((await linkOf(page)).steps).toBeGreaterThanOrEqual(2);
    expect(complaints).toEqual([]);
  });

  it("in the address of a running page leave its run as it is", async () => {
    const { page, complaints } = await ready(`ising/#${SMALL}&step=3`, { reducedMotion: true });
    const before = await linkOf(page);
    for (const [given, message] of [
      ["v=2&temperature=-5", "temperature"],
      ["v=2&nonsense=1", "nonsense"],
      ["v=2&size=1000000,1000000", "size"],
    ]) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, given);
      await expect.poll(() => text(page, "#notice")).toContain(message);
      expect(await text(page, "#notice")).toContain("The link cannot be opened");
      expect(await linkOf(page)).toEqual(before);
      await expect.poll(() => page.evaluate(() => location.hash)).toBe(`#${before.text}`);
    }
    await request(page, "step", { count: 2 });
    expect((await linkOf(page)).steps).toBe(5);
    expect(complaints).toEqual([]);
  });
});

describe("without a GPU", () => {
  const GPU = (value: string) =>
    `Object.defineProperty(navigator, "gpu", { configurable: true, get: () => (${value}) });\n`;
  it.each([
    [
      "insecure",
      `Object.defineProperty(self, "isSecureContext", { get: () => false });\n${GPU("undefined")}`,
      /not secure/,
    ],
    ["no-webgpu", GPU("undefined"), /no WebGPU/],
    ["no-adapter", GPU("{ requestAdapter: async () => null }"), /offers no GPU/],
    ["request-failed", GPU("{ requestAdapter: async () => { throw new Error('broken') } }"), /failed while looking/],
  ])("%s is told, and the model runs in plain TypeScript", async (reason, prelude, told) => {
    const { page } = await visit("about:blank", { reducedMotion: true });
    await page.route("**/assets/worker-*.js", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: prelude + (await response.text()) });
    });
    await page.goto(`${site().url}ising/`);
    await page.waitForSelector(`html[data-unavailable="${reason}"][data-ready]`);
    expect(await text(page, "#notice b")).toMatch(told);
    expect(await text(page, "#device")).toContain("CPU reference");
    await request(page, "step", { count: 3 });
    expect((await linkOf(page)).steps).toBeGreaterThanOrEqual(3);
    await expect.poll(() => shades(page)).toBeGreaterThan(2);
    await page.evaluate(() => {
      location.hash = "v=2&size=8,8,8";
    });
    await expect.poll(() => page.locator("#notice").textContent()).toContain("lattices of two sides are drawn");
  });
});
