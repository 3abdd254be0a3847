// The page of the Ising model: pictures, links, saving, verifying, a lost device.

import { readFileSync } from "node:fs";
import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { openDevice } from "../../host-node/index.ts";
import { follow, parseLink } from "../../src/links.ts";
import { count, linkOf, pixels, request, SMALL, text, useSite } from "./visit.ts";

const { ready, site } = useSite();
const red = (seen: number[][]) => seen.filter(([r, g, b]) => r > 180 && g < 90 && b < 90).length;

describe("the Ising page", () => {
  it("loads without a complaint, runs by itself, and shows a picture", async () => {
    const { page, complaints } = await ready("ising/");
    await page.waitForFunction(() => /^step [1-9]\d+/.test(document.getElementById("step-count")!.textContent!));
    await page.click("#play");
    const contrast = async () => {
      const lightness = (await pixels(page)).map(([r]) => r);
      const mean = lightness.reduce((sum, value) => sum + value, 0) / lightness.length;
      return Math.sqrt(lightness.reduce((sum, value) => sum + (value - mean) ** 2, 0) / lightness.length);
    };
    await expect.poll(contrast).toBeGreaterThan(20);
    expect(await text(page, "#device")).toContain("SOFTWARE");
    await expect.poll(() => text(page, "#table")).toContain("Magnetization");
    expect(complaints).toEqual([]);
  });

  it("a control changes the physics", async () => {
    const { page } = await ready(`ising/#${SMALL}&start=up&step=1`);
    await page.selectOption("#speed", "16");
    const heat = async (temperature: string) => {
      await page.fill("#p-temperature", temperature);
      await page.press("#p-temperature", "Enter");
      await request(page, "step", { count: 400 });
      const spins = await request<{ digest: string; text: string }>(page, "link");
      expect(spins.text).toContain(`temperature=${temperature}`);
    };
    const magnetization = async () => {
      const row = page.locator('#table tr[data-name="magnetization"]');
      return Math.abs(Number(await row.locator("td").nth(1).textContent()));
    };
    await heat("1.2");
    await expect.poll(magnetization).toBeGreaterThan(0.9);
    await heat("8");
    await expect.poll(magnetization).toBeLessThan(0.2);
  });

  it("a permalink opened twice and followed in Node gives one digest", async () => {
    const first = await ready(`ising/#${SMALL}&step=3`, { reducedMotion: true });
    await request(first.page, "paint", { x: 60, y: 2, radius: 6, value: 1 });
    await request(first.page, "change", { values: { temperature: "2.5", field: "0.05" } });
    await request(first.page, "step", { count: 11 });
    const link = await linkOf(first.page);
    expect(link.steps).toBe(14);
    const second = await ready(`ising/#${link.text}`);
    await second.page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 14");
    const again = await linkOf(second.page);
    expect(again).toEqual(link);
    const device = await openDevice();
    try {
      using run = await follow(device, parseLink(`${site().url}ising/#${link.text}`));
      expect(await run.digest()).toBe(link.digest);
    } finally {
      device.dispose();
    }
  });

  it("Verify finds the run equal; painted on behind its back it is not, and the cells are red", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=25`);
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 25");
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
    expect(await text(page, "#verdict")).toMatch(/Equal, word for word: 4096 cells/);
    expect(red(await pixels(page))).toBe(0);
    await page.route("**/assets/replay-*.js", (route) =>
      route.fulfill({
        contentType: "text/javascript",
        body: "onmessage = () => postMessage({ data: new Int8Array(4096), digest: 'sha256:0', milliseconds: 1 });",
      }),
    );
    await page.click("#verify");
    await page.waitForSelector("#verdict.bad");
    expect(await text(page, "#verdict")).toContain("4096 of 4096 cells");
    await expect.poll(async () => red(await pixels(page))).toBeGreaterThan(10_000);
  });

  it("survives a lost device with the state that it would have had", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=7`, { reducedMotion: true });
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 7");
    await request(page, "lose");
    await request(page, "step", { count: 1 }).catch(() => {});
    await page.waitForFunction(() => /rebuilt/.test(document.getElementById("notice")!.textContent!));
    await page.waitForTimeout(1000);
    const { text: now, digest } = await linkOf(page);
    const device = await openDevice("reference");
    using run = await follow(device, parseLink(now, "ising"));
    expect(await run.digest()).toBe(digest);
    expect(run.steps).toBeGreaterThanOrEqual(7);
  });

  it("a worker at work keeps its frames while the page is blocked for seconds", async () => {
    const { page } = await ready(`ising/#${SMALL}`);
    const begin = performance.now();
    await page.waitForFunction(() => /^step [1-9]\d/.test(document.getElementById("step-count")!.textContent!));
    const tenSteps = performance.now() - begin;
    const { steps: before } = await linkOf(page);
    await page.evaluate(
      (time) => {
        const start = performance.now();
        while (performance.now() - start < time);
      },
      Math.max(3000, 2 * tenSteps),
    );
    const { steps: after } = await linkOf(page);
    // A frame is a step here; standing still it would have made the two or three between the questions.
    expect(after - before).toBeGreaterThan(5);
  });

  it("reduced motion starts paused, a link to a step stands there", async () => {
    const still = await ready("ising/", { reducedMotion: true });
    await still.page.waitForTimeout(700);
    expect(await text(still.page, "#step-count")).toBe("step 0");
    const there = await ready(`ising/#${SMALL}&step=4`);
    await there.page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 4");
    await there.page.waitForTimeout(700);
    expect(await text(there.page, "#step-count")).toBe("step 4");
  });

  it("plots have a table behind them, scan and correlations come with exact curves", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=1`);
    await page.click("#scan");
    await page.click("#correlation");
    await page.waitForSelector("#extra-plots .plot:nth-child(3)");
    await expect.poll(() => text(page, "#extra-plots")).toContain("exact, infinite lattice");
    await expect.poll(() => count(page, "#extra-plots details")).toBe(3);
  });

  it("saves picture, lattice, and a state that Node continues", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=6`);
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 6");
    const got: Record<string, Uint8Array> = {};
    page.on("download", async (file) => {
      got[file.suggestedFilename().replace(/^gibbs-ising-\d+/, "")] = readFileSync(await file.path());
    });
    for (const id of ["save-picture", "save-lattice", "save-state"]) await page.click(`#${id}`);
    await expect.poll(() => Object.keys(got).sort()).toEqual([".gibbs", ".json", ".npy", ".png", "-cells.png"].sort());
    expect(new Set(decode(got[".png"]).data).size).toBeGreaterThan(2); // not one colour
    expect(decode(got["-cells.png"])).toMatchObject({ width: 64, height: 64, depth: 1 });
    const record = JSON.parse(new TextDecoder().decode(got[".json"]));
    const { digest } = await linkOf(page);
    expect(record).toMatchObject({ model: "ising", seed: "5", steps: 6, digest });
    const { ising } = await import("../../src/index.ts");
    const device = await openDevice("reference");
    using run = await ising.restore(device, new Uint8Array(got[".gibbs"]));
    expect(await run.digest()).toBe(digest);
  });

  it("records a video of what moves", async () => {
    const { page } = await ready(`ising/#${SMALL}`);
    const saved = page.waitForEvent("download");
    const steps = async () => Number(/\d+/.exec(await text(page, "#step-count")));
    await page.click("#video");
    await page.waitForFunction(() => document.getElementById("video")!.textContent === "Stop video");
    const before = await steps();
    // A picture of the video for each step.
    await expect.poll(steps).toBeGreaterThan(before + 30);
    await page.click("#video");
    const file = await saved;
    expect(file.suggestedFilename()).toMatch(/\.(mp4|webm)$/);
    const type = `video/${file.suggestedFilename().endsWith("mp4") ? "mp4" : "webm"}`;
    const content = readFileSync(await file.path()).toString("base64");
    // Played by the browser: it has a length, the canvas' shape, and more than one colour.
    const seen = await page.evaluate(
      async ([content, type]) => {
        const src = URL.createObjectURL(new Blob([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], { type }));
        const video = Object.assign(document.createElement("video"), { src, muted: true });
        await new Promise((resolve, reject) => Object.assign(video, { onloadeddata: resolve, onerror: reject }));
        const seen = new Promise((resolve) => video.requestVideoFrameCallback(resolve)); // decoded, not only loaded
        await video.play();
        await seen;
        const { videoWidth: width, videoHeight: height, duration } = video;
        const context = new OffscreenCanvas(width, height).getContext("2d")!;
        context.drawImage(video, 0, 0);
        const { data } = context.getImageData(0, 0, width, height);
        return { width, height, duration, colours: new Set(data).size };
      },
      [content, type],
    );
    expect(seen.duration).toBeGreaterThan(0.4); // of 30 a second
    expect(seen.width * seen.height).toBeGreaterThan(10_000);
    expect(seen.colours).toBeGreaterThan(50);
  });

  it("embeds as the canvas alone, or with its buttons", async () => {
    const { page } = await ready(`ising/?embed=mini#${SMALL}`);
    expect(await page.locator("#play").isVisible()).toBe(true);
    expect(await page.locator("#controls").isVisible()).toBe(false);
    const bare = await ready(`ising/?embed=canvas#${SMALL}`);
    expect(await bare.page.locator("#play").isVisible()).toBe(false);
    expect(await bare.page.locator("#canvas").isVisible()).toBe(true);
  });
});
