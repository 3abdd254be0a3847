// The pages of Hopfield networks, the Curie-Weiss magnet and Boltzmann machines.

import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { linkOf, request, shades, text, useSite } from "./visit.ts";

const { ready } = useSite();

describe("the pages of memories", () => {
  const RECALL = "v=2&seed=1&neurons=1024&patterns=50&digits=1&noise=0.3";
  const overlap = (page: Page) => text(page, "#table tbody tr:first-child td:nth-child(2)").then(Number);

  it("recall a digit, which Verify confirms", async () => {
    const { page, complaints } = await ready(`hopfield/#${RECALL}&step=1`, { reducedMotion: true });
    await request(page, "step", { count: 5 });
    await expect.poll(() => overlap(page)).toBeGreaterThan(0.98);
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
    expect(await text(page, "#verdict")).toContain("Equal, word for word: 1024 cells, steps 0 to 6");
    expect(complaints).toEqual([]);
  });

  it("take strokes and pictures as cues, and links hold both", async () => {
    const { page, complaints } = await ready(`hopfield/#${RECALL}&step=4`, { reducedMotion: true });
    const clean = await linkOf(page);
    await request(page, "paint", { x: 16, y: 16, radius: 6, value: -1 });
    const damaged = await linkOf(page);
    expect(damaged.digest).not.toBe(clean.digest);
    await request(page, "step", { count: 3 });
    expect((await linkOf(page)).digest).toBe(clean.digest);
    await page.setInputFiles("#p-image", "docs/pictures/ising-wide.jpg");
    await page.waitForFunction(() => location.hash.includes("image=32x32"));
    const own = await linkOf(page);
    const again = await ready(`hopfield/#${own.text}&step=0`, { reducedMotion: true });
    expect((await linkOf(again.page)).digest).toBe(own.digest);
    expect(complaints).toEqual([]);
  });

  it("the magnet scans against its sums; a Boltzmann machine learns, and Verify confirms it", async () => {
    const magnet = await ready("curie-weiss/#v=2&seed=2&size=64&step=50", { reducedMotion: true });
    await magnet.page.click("#scan");
    await magnet.page.waitForSelector("#extra-plots .plot >> nth=2");
    const machine = await ready("rbm/#v=2&seed=3&data=bars&side=3&hidden=8&step=20", { reducedMotion: true });
    await machine.page.click("#verify");
    await machine.page.waitForSelector("#verdict.good");
    await expect.poll(() => text(machine.page, "#table tbody")).toMatch(/^Log-likelihood/);
    expect([...magnet.complaints, ...machine.complaints]).toEqual([]);
  });

  it("show the capacity map and the three kinds of memory", async () => {
    for (const path of ["hopfield/#v=2&view.mode=map&step=0", `dense-memory/#${RECALL}&view.mode=compare&step=0`]) {
      const { page, complaints } = await ready(path, { reducedMotion: true });
      await expect.poll(() => shades(page)).toBeGreaterThan(path.startsWith("hopfield") ? 60 : 30);
      expect(complaints).toEqual([]);
    }
  });
});
