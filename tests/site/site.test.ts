// The built site in headless Chrome, as visitors use it: the model's page, links, saving, verifying, and all that can go wrong.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import { decode } from "fast-png";
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openDevice } from "../../host-node/index.ts";
import { follow, parseLink } from "../../src/links.ts";
import { openPage, openSite, type Site } from "./browser.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core");

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());
const pages: Page[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

const ENSEMBLE = "v=1&seed=5&example=dimerisation&points=21";
const RESERVOIR = "reservoir/#v=1&seed=1&task=henon&units=20&washout=50&train=200&test=60&starts=1&step=2";
const DIFFUSION = "diffusion/#v=1&seed=1&samples=256&steps=5&step=5";
const TRAINING = "diffusion-training/#v=1&seed=1&width=16&layers=1&batch=16&points=300&steps=50&step=20";
const SMALL = "v=1&seed=5&size=64,64&temperature=2.2";

async function visit(path: string, options: Parameters<typeof openPage>[2] = {}) {
  const opened = await openPage(site, `${site.url}${path}`, options);
  pages.push(opened.page);
  return opened;
}
async function ready(path: string, options: Parameters<typeof openPage>[2] = {}) {
  const opened = await visit(path, options);
  await opened.page.waitForSelector("html[data-ready]");
  return opened;
}
const ask = <T>(page: Page, name: string, what: object = {}): Promise<T> =>
  page.evaluate(
    ([name, what]) =>
      (globalThis as unknown as { gibbs: { ask(...words: unknown[]): Promise<T> } }).gibbs.ask(name, what),
    [name, what] as const,
  );
const linkOf = (page: Page) => ask<{ text: string; digest: string; steps: number }>(page, "link");
const text = (page: Page, selector: string) => page.textContent(selector).then((found) => found ?? "");

/** What axe says of the page as it is. */
async function findings(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  });
}

/** The canvas' pixels as the visitor sees them. */
async function pixels(page: Page) {
  const { data, channels } = decode(await page.locator("#canvas").screenshot());
  return Array.from({ length: data.length / channels }, (_, i) => [...data.subarray(i * channels, i * channels + 3)]);
}
/** The canvas without what the page writes on it, as a digest. */
async function picture(page: Page) {
  await page.addStyleTag({ content: ".hud { visibility: hidden }" });
  const seen = await pixels(page);
  return createHash("sha256").update(Uint8Array.from(seen.flat())).digest("hex");
}
const red = (seen: number[][]) => seen.filter(([r, g, b]) => r > 180 && g < 90 && b < 90).length;

describe("the Ising page", () => {
  it("loads without a complaint, runs by itself, and shows a picture", async () => {
    const { page, complaints } = await ready("ising/");
    await page.waitForFunction(() => /^step [1-9]\d+/.test(document.getElementById("step-count")!.textContent!));
    await page.click("#play");
    const lightness = (await pixels(page)).map(([r]) => r);
    const mean = lightness.reduce((sum, value) => sum + value, 0) / lightness.length;
    const variance = lightness.reduce((sum, value) => sum + (value - mean) ** 2, 0) / lightness.length;
    expect(Math.sqrt(variance)).toBeGreaterThan(20);
    expect(await text(page, "#device")).toContain("SOFTWARE");
    expect(await text(page, "#table")).toContain("magnetization");
    expect(complaints).toEqual([]);
  });

  it("a control changes the physics", async () => {
    const { page } = await ready(`ising/#${SMALL}&start=up&step=1`);
    await page.selectOption("#speed", "16");
    const magnetization = async (temperature: string) => {
      await page.fill("#p-temperature", temperature);
      await page.press("#p-temperature", "Enter");
      await ask(page, "step", { count: 400 });
      const spins = await ask<{ digest: string; text: string }>(page, "link");
      expect(spins.text).toContain(`temperature=${temperature}`);
      const row = page.locator("#table tbody tr", { hasText: /^magnetization/ });
      return Math.abs(Number(await row.locator("td").nth(1).textContent()));
    };
    expect(await magnetization("1.2")).toBeGreaterThan(0.9);
    expect(await magnetization("8")).toBeLessThan(0.2);
  });

  it("a permalink opened twice and followed in Node gives one digest", async () => {
    const first = await ready(`ising/#${SMALL}&step=3`, { reducedMotion: true });
    await ask(first.page, "paint", { x: 60, y: 2, radius: 6, value: 1 });
    await ask(first.page, "change", { values: { temperature: "2.5", field: "0.05" } });
    await ask(first.page, "step", { count: 11 });
    const link = await linkOf(first.page);
    expect(link.steps).toBe(14);
    const second = await ready(`ising/#${link.text}`);
    await second.page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 14");
    const again = await linkOf(second.page);
    expect(again).toEqual(link);
    const device = await openDevice();
    try {
      using run = await follow(device, parseLink(`${site.url}ising/#${link.text}`));
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
    await page.waitForTimeout(500);
    expect(red(await pixels(page))).toBeGreaterThan(10_000);
  });

  it("survives a lost device with the state that it would have had", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=7`, { reducedMotion: true });
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 7");
    await ask(page, "lose");
    await ask(page, "step", { count: 1 }).catch(() => {});
    await page.waitForFunction(() => /rebuilt/.test(document.getElementById("notice")!.textContent!));
    await page.waitForTimeout(1000);
    const { text: now, digest } = await linkOf(page);
    const device = await openDevice("reference");
    using run = await follow(device, parseLink(now, "ising"));
    expect(await run.digest()).toBe(digest);
    expect(run.steps).toBeGreaterThanOrEqual(7);
  });

  it("a worker at work keeps its frames while the page is blocked for a second", async () => {
    const { page } = await ready(`ising/#${SMALL}`);
    await page.waitForTimeout(1500);
    const { steps: before } = await linkOf(page);
    const blocked = await page.evaluate(() => {
      const start = performance.now();
      while (performance.now() - start < 1500);
      return performance.now() - start;
    });
    const { steps: after } = await linkOf(page);
    const { page: free } = await ready(`ising/#${SMALL}`);
    expect(blocked).toBeGreaterThan(1400);
    // A frame is a step here; standing still it would have made the two or three between the questions.
    expect(after - before).toBeGreaterThan(5);
    await free.close();
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
    expect(await text(page, "#extra-plots")).toContain("exact, infinite lattice");
    expect(await page.locator("#extra-plots details").count()).toBe(3);
  });

  it("saves picture, lattice, and a state that Node continues", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=6`);
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 6");
    const got: Record<string, Uint8Array> = {};
    page.on("download", async (file) => {
      got[file.suggestedFilename().replace(/^gibbs-ising-\d+/, "")] = readFileSync(await file.path());
    });
    for (const id of ["save-picture", "save-lattice", "save-state"]) {
      await page.click(`#${id}`);
      await page.waitForTimeout(1200);
    }
    expect(new Set(decode(got[".png"]).data).size).toBeGreaterThan(2); // not one colour
    expect(Object.keys(got).sort()).toEqual([".gibbs", ".json", ".npy", ".png", "-cells.png"].sort());
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
    await page.click("#video");
    await page.waitForTimeout(2500);
    await page.click("#video");
    const file = await saved;
    expect(file.suggestedFilename()).toMatch(/\.(mp4|webm)$/);
    const address = `data:video/${file.suggestedFilename().endsWith("mp4") ? "mp4" : "webm"};base64,${readFileSync(await file.path()).toString("base64")}`;
    // Played by the browser: it has a length, the canvas' shape, and more than one colour.
    const seen = await page.evaluate(async (src) => {
      const video = Object.assign(document.createElement("video"), { src, muted: true });
      await new Promise((resolve, reject) => Object.assign(video, { onloadeddata: resolve, onerror: reject }));
      await video.play(); // a frame that was never due may not have been decoded
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { videoWidth: width, videoHeight: height, duration } = video;
      const context = new OffscreenCanvas(width, height).getContext("2d")!;
      context.drawImage(video, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      return { width, height, duration, colours: new Set(data).size };
    }, address);
    expect(seen.duration).toBeGreaterThan(0.2);
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

describe("the Gillespie page", () => {
  const digestOf = async (page: Page) => (await linkOf(page)).digest;

  it("runs by itself, with the exact law, table and plots", async () => {
    const { page, complaints } = await ready("gillespie/#v=1&seed=3&example=isomerisation&points=21");
    await page.waitForFunction(
      () => Number(/\d+$/.exec(document.getElementById("step-count")!.textContent!)?.[0]) > 300,
    );
    await page.waitForFunction(() => /χ² = .* p = /.test(document.getElementById("equilibrium")!.textContent!));
    await page.click("#play");
    expect(await page.locator("#plots .plot").count()).toBe(3); // histogram, residuals, in time
    expect(await text(page, "#table tbody")).toMatch(/^A/);
    const z = await page.locator("#table tbody tr td:last-child").allTextContents();
    expect(z).toHaveLength(2);
    for (const each of z) expect(Math.abs(Number(each))).toBeLessThan(4);
    expect(complaints).toEqual([]);
  });

  it("a permalink gives one digest, here, opened again and in Node", async () => {
    const path = `gillespie/#${ENSEMBLE}&step=96`;
    const first = await ready(path);
    const second = await ready(path);
    for (const { page } of [first, second]) {
      await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "trajectories 96");
    }
    const digest = await digestOf(first.page);
    expect(await digestOf(second.page)).toBe(digest);
    await using device = await openDevice();
    using run = await follow(device, parseLink(`${site.url}${path}`));
    expect(await run.digest()).toBe(digest);
  });

  it("takes a network from its field; a bad one is refused in words and loses nothing", async () => {
    const { page, complaints } = await ready(`gillespie/#${ENSEMBLE}&step=32`, { reducedMotion: true });
    await page.fill("#p-network", "0 -> Z @ 5; Z -> 0 @ 1");
    await page.locator("#p-network").blur();
    await page.waitForFunction(() => (document.getElementById("look-mode") as HTMLSelectElement).value === "Z");
    expect(await page.inputValue("#p-example")).toBe("none");
    await ask(page, "step", { count: 64 });
    const before = await linkOf(page);
    expect(decodeURIComponent(before.text)).toContain("0 -> Z @ 5");
    await page.fill("#p-network", "0 -> Z");
    await page.locator("#p-network").blur();
    await page.waitForSelector("#notice:not([hidden])");
    expect(await text(page, "#notice")).toContain("write its rate");
    expect((await linkOf(page)).digest).toBe(before.digest);
    expect(complaints).toEqual([]);
  });

  it("takes an SBML file, and a sweep", async () => {
    const { page, complaints } = await ready(`gillespie/#${ENSEMBLE}`, { reducedMotion: true });
    await page.setInputFiles("#p-sbml", "tests/data/sbml/immigration_death_l3v1.xml");
    await page.waitForFunction(() => (document.getElementById("look-mode") as HTMLSelectElement).value === "X");
    await ask(page, "step", { count: 32 });
    expect((await linkOf(page)).text).toContain("sbml=");
    await page.selectOption("#p-example", "isomerisation");
    await page.waitForFunction(() => (document.getElementById("look-mode") as HTMLSelectElement).value === "A");
    await page.fill("#p-set", "k1=0.5:2:4");
    await page.locator("#p-set").blur();
    await ask(page, "step", { count: 32 });
    await page.waitForFunction(() => /4 points over k1/.test(document.getElementById("equilibrium")!.textContent!));
    expect(await page.locator("#plots .plot").count()).toBe(2);
    expect(complaints).toEqual([]);
  });

  it("Verify counts the trajectories that are the reference's", async () => {
    const { page } = await ready(`gillespie/#${ENSEMBLE}&step=32`);
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
    expect(await text(page, "#verdict")).toMatch(/^6[34] of 64 trajectories equal/);
  });
});

describe("the pages of memories", () => {
  const RECALL = "v=1&seed=1&neurons=1024&patterns=50&digits=1&noise=0.3";
  const overlap = (page: Page) => text(page, "#table tbody tr:first-child td:nth-child(2)").then(Number);

  it("recall a digit, which Verify confirms", async () => {
    const { page, complaints } = await ready(`hopfield/#${RECALL}&step=1`, { reducedMotion: true });
    await ask(page, "step", { count: 5 });
    expect(await overlap(page)).toBeGreaterThan(0.98);
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
    expect(await text(page, "#verdict")).toContain("Equal, word for word: 1024 cells, steps 0 to 6");
    expect(complaints).toEqual([]);
  });

  it("take strokes and pictures as cues, and links hold both", async () => {
    const { page, complaints } = await ready(`hopfield/#${RECALL}&step=4`, { reducedMotion: true });
    const clean = await linkOf(page);
    await ask(page, "paint", { x: 16, y: 16, radius: 6, value: -1 });
    const damaged = await linkOf(page);
    expect(damaged.digest).not.toBe(clean.digest);
    await ask(page, "step", { count: 3 });
    expect((await linkOf(page)).digest).toBe(clean.digest);
    await page.setInputFiles("#p-image", "docs/pictures/ising-wide.jpg");
    await page.waitForFunction(() => location.hash.includes("image=32x32"));
    const own = await linkOf(page);
    const again = await ready(`hopfield/#${own.text}&step=0`, { reducedMotion: true });
    expect((await linkOf(again.page)).digest).toBe(own.digest);
    expect(complaints).toEqual([]);
  });

  it("the magnet scans beside its sums; a Boltzmann machine learns, and Verify confirms it", async () => {
    const magnet = await ready("curie-weiss/#v=1&seed=2&size=64&step=50", { reducedMotion: true });
    await magnet.page.click("#scan");
    // 28 temperatures on SwiftShader: a busy machine takes its time.
    await magnet.page.waitForSelector("#extra-plots .plot >> nth=2", { timeout: 240_000 });
    const machine = await ready("rbm/#v=1&seed=3&data=bars&side=3&hidden=8&step=20", { reducedMotion: true });
    await machine.page.click("#verify");
    await machine.page.waitForSelector("#verdict.good");
    expect(await text(machine.page, "#table tbody")).toMatch(/^logLikelihood/);
    expect([...magnet.complaints, ...machine.complaints]).toEqual([]);
  }, 360_000);

  it("show the capacity map and the three kinds of memory", async () => {
    for (const path of ["hopfield/#v=1&view.mode=map&step=0", `dense-memory/#${RECALL}&view.mode=compare&step=0`]) {
      const { page, complaints } = await ready(path, { reducedMotion: true });
      const colours = async () => new Set((await pixels(page)).map(String)).size;
      await expect.poll(colours, { timeout: 30_000 }).toBeGreaterThan(path.startsWith("hopfield") ? 60 : 30);
      expect(complaints).toEqual([]);
    }
  });
});

describe("the page of echo-state networks", () => {
  const FORECAST = "v=1&seed=3&task=henon&units=30&washout=50&train=300&test=100&synchronisation=30&starts=2";
  const LORENZ = "v=1&seed=3&units=30&washout=50&train=400&test=100&synchronisation=50&starts=1&horizon=200";
  const shades = async (page: Page) => new Set((await pixels(page)).map(String)).size;
  const reached = (page: Page, steps: number) =>
    page.waitForFunction(
      (steps) => Number(/\d+$/.exec(document.getElementById("step-count")!.textContent!)?.[0]) >= steps,
      steps,
    );

  it("trains one after another by itself, with figures, plots and a picture; a control changes them", async () => {
    const { page, complaints } = await ready(`reservoir/#${FORECAST}`, { width: 600, height: 700 });
    await reached(page, 2);
    await page.click("#play");
    expect(await shades(page)).toBeGreaterThan(20);
    expect(await text(page, "#table tbody")).toMatch(/^validPredictionTime[\d.]+ ± [\d.]+nrmse/);
    await page.waitForSelector("#plots .plot >> nth=1");
    const nrmse = () => page.locator("#table tbody tr", { hasText: /^nrmse/ }).textContent();
    const before = await nrmse();
    await page.fill("#p-inputScaling", "1.5");
    await page.press("#p-inputScaling", "Enter");
    await ask(page, "step", { count: 2 });
    expect(await nrmse()).not.toBe(before);
    expect((await linkOf(page)).text).toContain("inputScaling=1.5");
    expect(complaints).toEqual([]);
  });

  it("a permalink gives the same figures and digest again, and Verify confirms what is put out", async () => {
    const seen = [];
    const first = await ready(`reservoir/#${FORECAST}&view.mode=fan&step=3`);
    const second = await ready(`reservoir/#${FORECAST}&view.mode=fan&step=3`);
    for (const { page } of [first, second]) {
      await reached(page, 3);
      expect(await page.inputValue("#look-mode")).toBe("fan");
      seen.push([(await linkOf(page)).digest, await text(page, "#table tbody")]);
    }
    expect(seen[1]).toEqual(seen[0]);
    await first.page.click("#verify");
    await first.page.waitForSelector("#verdict.good");
    expect(await text(first.page, "#verdict")).toMatch(/^200 of 200 predictions one step ahead lie within/);
  });

  it("turns in space by drag and keys, and the map gives its settings", async () => {
    const look = { width: 600, height: 700, reducedMotion: true };
    const { page, complaints } = await ready(`reservoir/#${LORENZ}&step=1`, look);
    await reached(page, 1);
    const looks = [await pixels(page)];
    const middle = (await page.locator("#canvas").boundingBox())!;
    await page.mouse.move(middle.x + 100, middle.y + 100);
    await page.mouse.down();
    await page.mouse.move(middle.x + 180, middle.y + 130, { steps: 3 });
    await page.mouse.up();
    await page.waitForTimeout(500);
    looks.push(await pixels(page));
    await page.focus("#canvas");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("+");
    await page.waitForTimeout(500);
    looks.push(await pixels(page));
    expect(new Set(looks.map((look) => look.join())).size).toBe(3);
    await page.selectOption("#look-mode", "map");
    const clicked = async () => {
      await page.mouse.click(middle.x + 0.3 * middle.width, middle.y + 0.4 * middle.height);
      await page.waitForTimeout(300);
      return page.inputValue("#p-inputScaling");
    };
    await expect.poll(clicked, { timeout: 60_000 }).not.toBe("0.3");
    expect(await page.inputValue("#look-mode")).toBe("map");
    expect(complaints).toEqual([]);
  });

  it("learns a series from a file; a bad file is refused in words and loses nothing", async () => {
    const { page, complaints } = await ready(`reservoir/#${FORECAST}&step=1`, { reducedMotion: true });
    const file = (rows: number, more = "") => {
      let x = 0.3;
      const lines = Array.from({ length: rows }, () => {
        x = 3.9 * x * (1 - x);
        return x.toFixed(7);
      });
      return { name: "own.csv", mimeType: "text/csv", buffer: Buffer.from(`${["x", ...lines].join("\n")}\n${more}`) };
    };
    await page.setInputFiles("#p-data", file(300));
    await page.waitForFunction(() => (document.getElementById("p-task") as HTMLSelectElement).value === "data");
    await ask(page, "step", { count: 1 });
    const own = await linkOf(page);
    expect(own.text).toContain("data=1x300x1%3A");
    expect(await text(page, "#table tbody")).toMatch(/^validPredictionTime\d/);
    await page.setInputFiles("#p-data", file(10, "0.5,0.7\n"));
    await page.waitForSelector("#notice:not([hidden])");
    expect(await text(page, "#notice")).toContain('own.csv: line 12, column 1 (x) is "0.5,0.7"');
    expect(await linkOf(page)).toEqual(own);
    await page.setInputFiles("#p-data", file(13_000));
    await page.waitForFunction(() => /no link/.test(document.getElementById("notice")!.textContent!));
    expect(await page.evaluate(() => location.hash)).toBe("");
    await page.selectOption("#p-task", "memory");
    await page.waitForFunction(() => (document.getElementById("look-mode") as HTMLSelectElement).value === "memory");
    expect((await linkOf(page)).text).not.toContain("data=");
    expect(complaints).toEqual([]);
  });

  it("shows what reservoirs make of tasks without forecasts", async () => {
    const small = "units=20&washout=100&train=300&test=100&starts=1&delays=30";
    const look = { width: 600, height: 700, reducedMotion: true };
    const { page, complaints } = await ready(`reservoir/#v=1&seed=1&task=memory&${small}`, look);
    for (const [task, view] of [
      ["memory", "memory"],
      ["narma10", "series"],
      ["coupled-logistic", "synchronisation"],
    ]) {
      await page.selectOption("#p-task", task);
      await page.waitForFunction(
        (view) => (document.getElementById("look-mode") as HTMLSelectElement).value === view,
        view,
      );
      await ask(page, "step", { count: 1 });
      await expect.poll(() => shades(page)).toBeGreaterThan(20);
    }
    expect(complaints).toEqual([]);
  });
});

describe("the page of diffusion", () => {
  const RUN = "v=1&seed=3&samples=512&steps=12";
  const look = { width: 600, height: 700, reducedMotion: true };
  const shades = async (page: Page) => new Set((await pixels(page)).map(String)).size;
  const shown = (page: Page, text: string) =>
    page.waitForFunction((text) => document.getElementById("time-text")!.textContent === text, text);

  it("plays from noise to data by itself; the slider goes back, and what is kept plays once more", async () => {
    const { page, complaints } = await ready(`diffusion/#${RUN}`, { width: 600, height: 700 });
    await page.selectOption("#speed", "4");
    await shown(page, "12 of 12");
    await page.waitForFunction(() => document.getElementById("play")!.textContent === "Play");
    expect(await page.inputValue("#time")).toBe("12");
    expect(await text(page, "#table tbody")).toMatch(/^mean.*variance.*sliced W₁.*within modes.*choices.*χ² of modes/);
    await page.waitForSelector("#plots .plot >> nth=4");
    const [end, table] = [await linkOf(page), await text(page, "#table tbody")];
    const drawn = await picture(page);
    await page.fill("#time", "3");
    await shown(page, "3 of 12");
    await page.waitForFunction((before) => document.querySelector("#table tbody")!.textContent !== before, table);
    expect(await text(page, "#table tbody")).not.toContain("within modes"); // there are none to tell apart yet
    await expect.poll(() => picture(page)).not.toBe(drawn);
    const scrubbed = await linkOf(page);
    expect(scrubbed.text).toContain("view.time=3");
    expect(scrubbed).toMatchObject({ digest: end.digest, steps: 12 });
    await page.click("#play");
    await shown(page, "12 of 12");
    await expect.poll(() => picture(page)).toBe(drawn);
    expect((await linkOf(page)).digest).toBe(end.digest);
    // Another setting is seen at its end at once, and one that may be left out can be taken back.
    await page.selectOption("#p-schedule", "cosine");
    await page.waitForFunction(() => location.hash.includes("schedule=cosine"));
    await page.waitForFunction(() => document.getElementById("play")!.textContent === "Play");
    await shown(page, "12 of 12");
    expect((await linkOf(page)).digest).not.toBe(end.digest);
    await page.selectOption("#p-schedule", "");
    await page.waitForFunction(() => !location.hash.includes("schedule="));
    await page.waitForFunction(() => document.getElementById("play")!.textContent === "Play");
    await expect.poll(async () => (await linkOf(page)).digest).toBe(end.digest);
    expect(complaints).toEqual([]);
  });

  it("a permalink gives the same samples again, and Verify confirms steps and finds wrong ones", async () => {
    const link = `diffusion/#${RUN}&sampler=ddpm&step=12&view.mode=time&view.time=5`;
    const first = await ready(link, look);
    const second = await ready(link, look);
    const digests = [];
    for (const { page } of [first, second]) {
      await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 12");
      await shown(page, "5 of 12");
      expect(await page.inputValue("#look-mode")).toBe("time");
      digests.push((await linkOf(page)).digest);
    }
    expect(digests[1]).toBe(digests[0]);
    await first.page.click("#verify");
    await first.page.waitForSelector("#verdict.good");
    expect(await text(first.page, "#verdict")).toMatch(/^768 of 768 numbers of samples.*lie within 0.00002/);
    await first.page.route("**/assets/replay-*.js", (route) =>
      route.fulfill({
        contentType: "text/javascript",
        body: "onmessage = () => postMessage({ data: new Float64Array(768), digest: '', milliseconds: 1 });",
      }),
    );
    await first.page.click("#verify");
    await first.page.waitForSelector("#verdict.bad");
  });

  it("draws every view, of points and of digits", async () => {
    const { page, complaints } = await ready(`diffusion/#${RUN}&step=12&view.time=8`, look);
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 12");
    const seen = new Set<string>();
    const modes = await page.$$eval("#look-mode option", (all) => all.map((e) => (e as HTMLOptionElement).value));
    expect(modes).toEqual(["particles", "score", "density", "expected", "pair", "time"]);
    for (const mode of modes) {
      await page.selectOption("#look-mode", mode);
      await expect.poll(() => shades(page)).toBeGreaterThan(20);
      seen.add(await picture(page));
    }
    expect(seen.size).toBe(modes.length);
    const digits = await ready(
      "diffusion/#v=1&seed=1&data=digits&samples=20&points=100&steps=3&label=-2&guidance=1&step=3",
      look,
    );
    await digits.page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 3");
    expect(await digits.page.inputValue("#look-mode")).toBe("sheet");
    await expect.poll(() => shades(digits.page)).toBeGreaterThan(100);
    expect(await text(digits.page, "#table tbody")).toContain("agreement");
    await digits.page.selectOption("#look-mode", "expected");
    await expect.poll(() => shades(digits.page)).toBeGreaterThan(100);
    expect([...complaints, ...digits.complaints]).toEqual([]);
  });

  it("takes points from a file, and refuses in words what is none", async () => {
    const { page, complaints } = await ready(`diffusion/#${RUN}&step=12`, look);
    const file = (name: string, content: string) => ({ name, mimeType: "text/csv", buffer: Buffer.from(content) });
    await page.setInputFiles("#p-data-file", file("own.csv", "x,y\n0,0\n4,4\n0,4\n"));
    await page.waitForFunction(() => location.hash.includes("data=1x3x2"));
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 12");
    // With the exact score of three points samples end at these.
    await expect.poll(() => text(page, "#table tbody")).toMatch(/choices1(\.\d+)?$/);
    const own = await linkOf(page);
    await page.setInputFiles("#p-data-file", file("own.csv", "x,y\n0,0\n4,four\n"));
    await page.waitForSelector("#notice:not([hidden])");
    expect(await text(page, "#notice")).toContain("own.csv: line 3, column 2");
    await page.setInputFiles("#p-denoiser-file", file("net.safetensors", "no network"));
    await page.waitForFunction(() => /safetensors|header/.test(document.getElementById("notice")!.textContent!));
    expect(await linkOf(page)).toEqual(own);
    expect(complaints).toEqual([]);
  });
});

describe("the page of training", () => {
  const RUN = "v=1&seed=3&width=16&layers=1&batch=16&points=300&learningRate=0.01&steps=120";
  const look = { width: 600, height: 700, reducedMotion: true };
  const ended = (page: Page, steps: number) =>
    page.waitForFunction((text) => document.getElementById("step-count")!.textContent === text, `step ${steps}`);

  it("learns, shows samples and their distance, and Verify confirms its slopes; its network samples", async () => {
    const { page, complaints } = await ready(`diffusion-training/#${RUN}&data=gmm8`, { width: 600, height: 700 });
    await ended(page, 120);
    await page.waitForFunction(() => document.getElementById("play")!.textContent === "Play");
    await page.waitForFunction(() => /sliced W₁/.test(document.querySelector("#table tbody")!.textContent!));
    const cell = (row: string, nth: number) =>
      page.locator("#table tbody tr", { hasText: row }).locator("td").nth(nth).textContent();
    const [loss, least] = [Number.parseFloat((await cell("loss", 1))!), Number(await cell("loss", 2))];
    expect(loss).toBeLessThan(1);
    expect(least).toBeGreaterThan(0.2);
    expect(least).toBeLessThan(loss);
    await page.waitForSelector("#plots .plot");
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
    const saved = page.waitForEvent("download");
    await page.click("#save-output");
    const file = await (await saved).path();
    const sampling = await ready("diffusion/#v=1&seed=3&samples=256&steps=5&step=5", look);
    await sampling.page.setInputFiles("#p-denoiser-file", {
      name: "net.safetensors",
      mimeType: "application/octet-stream",
      buffer: readFileSync(file),
    });
    await sampling.page.waitForFunction(() => location.hash.includes("denoiser="));
    await ended(sampling.page, 5);
    expect((await linkOf(sampling.page)).text.length).toBeGreaterThan(2000);
    expect([...complaints, ...sampling.complaints]).toEqual([]);
  });

  it("learns what is drawn, and a permalink holds the drawing", async () => {
    const { page, complaints } = await ready(`diffusion-training/#${RUN}&data=moons`, look);
    await page.click("#clear");
    await page.locator("#canvas").scrollIntoViewIfNeeded();
    const box = (await page.locator("#canvas").boundingBox())!;
    const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
    await page.mouse.move(...at(0.15, 0.5));
    await page.mouse.down();
    await page.mouse.move(...at(0.35, 0.6));
    await page.mouse.up();
    // It is played at once, although this page stood.
    await ended(page, 120);
    await page.waitForFunction(() => location.hash.includes("data=64x64"));
    const { data } = Object.fromEntries(new URLSearchParams((await linkOf(page)).text));
    const ink = Buffer.from(data.slice(6), "base64url");
    const inked = [...ink.keys()].filter((cell) => ink[cell] > 0);
    // A stroke of its width without gaps, and nothing of the moons.
    const columns = new Set(inked.map((cell) => cell % 64));
    expect(columns.size).toBeGreaterThan(20);
    expect(columns.size).toBe(Math.max(...columns) - Math.min(...columns) + 1);
    expect(inked.length).toBeLessThan(400);
    const drawn = await linkOf(page);
    const again = await ready(`diffusion-training/#${drawn.text}`, look);
    await ended(again.page, 120);
    expect((await linkOf(again.page)).digest).toBe(drawn.digest);
    await expect.poll(async () => new Set((await pixels(again.page)).map(String)).size).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
  });
});

describe("bad links", () => {
  it.each([
    ["v=2", "version 1"],
    ["v=1&temperature=-5", "temperature"],
    ["v=1&nonsense=1", "nonsense"],
    ["v=1&temperature=<img src=x onerror=document.title='owned'>", "temperature"],
    ["v=1&size=1000000,1000000", "size"],
    ["v=1&a megabyte", "characters"],
  ])("%s: a plain message and a working page", async (given, message) => {
    const hash = given.replace("a megabyte", "x".repeat(2 ** 20));
    const { page, complaints } = await ready(`ising/#${hash}`);
    await page.waitForSelector("#notice:not([hidden])");
    expect(await text(page, "#notice")).toContain("The link cannot be opened");
    expect(await text(page, "#notice")).toContain(message);
    expect(await page.locator("#notice *").count()).toBe(0);
    expect(await page.title()).not.toContain("owned");
    await ask(page, "step", { count: 2 });
    expect((await linkOf(page)).steps).toBeGreaterThanOrEqual(2);
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
    const { page } = await openPage(site, "about:blank");
    pages.push(page);
    await page.route("**/assets/worker-*.js", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: prelude + (await response.text()) });
    });
    await page.goto(`${site.url}ising/`);
    await page.waitForSelector(`html[data-unavailable="${reason}"][data-ready]`);
    expect(await text(page, "#notice b")).toMatch(told);
    expect(await text(page, "#device")).toContain("CPU reference");
    await ask(page, "step", { count: 3 });
    expect((await linkOf(page)).steps).toBeGreaterThanOrEqual(3);
    expect(new Set((await pixels(page)).map(String)).size).toBeGreaterThan(2);
  });
});

describe("everyone", () => {
  const looks = [false, true].flatMap((dark) =>
    [
      { width: 1440, height: 900, dark },
      { width: 390, height: 844, dark },
    ].map((look) => ({ ...look, reducedMotion: true })),
  );

  it.each(looks)("axe finds nothing at $width x $height, dark $dark", async (look) => {
    // Pages of memories are alike: each in one look.
    const memory = ["hopfield/#v=1&digits=1&step=2", "dense-memory/#v=1&step=2", "curie-weiss/#v=1&step=20"];
    const own = [...memory, "rbm/#v=1&data=bars&step=20"][looks.indexOf(look)];
    for (const path of [
      "",
      `ising/#${SMALL}&step=2`,
      `gillespie/#${ENSEMBLE}&step=64`,
      own,
      RESERVOIR,
      // Two pages, each in two looks.
      look.dark === look.width > 1000 ? TRAINING : DIFFUSION,
      "verify/",
      "docs/",
    ]) {
      const { page, complaints } = await visit(path, look);
      if (path.startsWith("ising")) {
        await page.waitForSelector("html[data-ready]");
        await page.click("#correlation");
        await page.waitForSelector("#extra-plots .plot");
      }
      expect(await findings(page), path).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
    }
  });

  it("the keyboard alone reaches every control", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=1`, { reducedMotion: true });
    await page.$$eval("details", (all) => {
      for (const e of all) e.open = true;
    });
    const expected = await page.$$eval("button, select, input, #canvas, summary, a", (all) =>
      all.filter((e) => e.checkVisibility()).map((e, i) => ((e as HTMLElement).dataset.nth = `${i}`)),
    );
    const reached = new Set<string>();
    for (let i = 0; i < 2 * expected.length + 20; i++) {
      await page.keyboard.press("Tab");
      reached.add(await page.evaluate(() => (document.activeElement as HTMLElement)?.dataset.nth ?? ""));
    }
    expect(expected.filter((nth) => !reached.has(nth))).toEqual([]);
    await page.focus("#canvas");
    await page.keyboard.press("s");
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 2");
    const before = (await pixels(page)).join();
    await page.keyboard.press("+");
    await page.waitForTimeout(600);
    expect((await pixels(page)).join()).not.toBe(before);
  });

  it("/verify passes every check of this device", async () => {
    const { page, complaints } = await visit("verify/");
    await page.click("#start");
    await page.waitForFunction(
      () => /\d+ checks, \d+ failed/.test(document.getElementById("state")!.textContent!),
      null,
      {
        timeout: 170_000,
      },
    );
    expect(await text(page, "#state")).toMatch(/^[1-9]\d* checks, 0 failed/);
    // The report is there, with its plots, and goes with the visitor as one file.
    expect(await page.locator("#report svg").count()).toBeGreaterThan(5);
    expect(await findings(page)).toEqual([]);
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
    const html = readFileSync(await saved.path(), "utf8");
    expect(saved.suggestedFilename()).toBe("gibbs-validate.html");
    expect(html).toContain("checks passed on");
    expect(html).not.toMatch(/(src|href)="(?!#)/); // it needs nothing else
    const alone = await openPage(site, `data:text/html;base64,${Buffer.from(html).toString("base64")}`);
    pages.push(alone.page);
    expect(await alone.page.locator("svg").count()).toBe(await page.locator("#report svg").count());
    expect([...complaints, ...alone.complaints]).toEqual([]);
  });
});
