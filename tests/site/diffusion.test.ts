// The pages of diffusion: sampling and training.

import { readFileSync } from "node:fs";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { npy } from "../../src/files/npy.ts";
import { goToPlots, linkOf, picture, request, settled, shades, text, useSite } from "./visit.ts";

const { ready } = useSite();

describe("the page of diffusion", () => {
  const RUN = "v=2&seed=3&samples=512&steps=12";
  const look = { width: 600, height: 700, reducedMotion: true };
  const shown = (page: Page, text: string) =>
    page.waitForFunction((text) => document.getElementById("time-text")!.textContent === text, text);

  it("plays from noise to data by itself; the slider goes back, and what is kept plays once more", async () => {
    const { page, complaints } = await ready(`diffusion/#${RUN}`, { width: 600, height: 700 });
    await page.selectOption("#speed", "4");
    await shown(page, "12 of 12");
    await page.waitForFunction(() => document.getElementById("play")!.textContent === "Play");
    expect(await page.inputValue("#time")).toBe("12");
    const rows = () => text(page, "#table tbody");
    await expect.poll(rows).toMatch(/^Mean.*Variance.*Sliced W₁.*Variance within modes.*Choices left.*χ² of modes/);
    await goToPlots(page);
    await page.waitForSelector("#plots .plot >> nth=4");
    const end = await linkOf(page);
    const drawn = await settled(page);
    await page.fill("#time", "3");
    await shown(page, "3 of 12");
    await expect.poll(rows).not.toContain("within modes"); // there are none to tell apart yet
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
    await expect.poll(async () => (await linkOf(page)).digest).not.toBe(end.digest);
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
      seen.add(await settled(page));
    }
    expect(seen.size).toBe(modes.length);
    const digits = await ready(
      "diffusion/#v=2&seed=1&data=digits&samples=20&points=100&steps=3&label=-2&guidance=1&step=3",
      look,
    );
    await digits.page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 3");
    expect(await digits.page.inputValue("#look-mode")).toBe("sheet");
    await expect.poll(() => shades(digits.page)).toBeGreaterThan(100);
    await expect.poll(() => text(digits.page, "#table tbody")).toContain("Class agreement");
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
    await expect.poll(() => text(page, "#table tbody")).toMatch(/Choices left1(\.\d+)?$/);
    // The counter may be that of the run before.
    await expect.poll(async () => (await linkOf(page)).steps).toBe(12);
    const own = await linkOf(page);
    await page.setInputFiles("#p-data-file", file("own.csv", "x,y\n0,0\n4,four\n"));
    await page.waitForSelector("#notice .fault");
    expect(await text(page, "#notice")).toContain("own.csv: line 3, column 2");
    await page.setInputFiles("#p-denoiser-file", file("net.safetensors", "no network"));
    await page.waitForFunction(() => /safetensors|header/.test(document.getElementById("notice")!.textContent!));
    expect(await linkOf(page)).toEqual(own);
    expect(complaints).toEqual([]);
  });
});

describe("the page of training", () => {
  const RUN = "v=2&seed=3&width=16&layers=1&batch=16&points=300&learningRate=0.01&steps=120";
  const look = { width: 600, height: 700, reducedMotion: true };
  const ended = (page: Page, steps: number) =>
    page.waitForFunction((text) => document.getElementById("step-count")!.textContent === text, `step ${steps}`);

  it("learns, shows samples and their distance, and Verify confirms its slopes; its network samples", async () => {
    const { page, complaints } = await ready(`diffusion-training/#${RUN}&data=gmm8`, { width: 600, height: 700 });
    await ended(page, 120);
    await page.waitForFunction(() => document.getElementById("play")!.textContent === "Play");
    await page.waitForFunction(() => /Sliced W₁/.test(document.querySelector("#table tbody")!.textContent!));
    const cell = (row: string, nth: number) =>
      page.locator("#table tbody tr", { hasText: row }).locator("td").nth(nth).textContent();
    const [loss, least] = [Number.parseFloat((await cell("loss", 1))!), Number(await cell("loss", 2))];
    expect(loss).toBeLessThan(1);
    expect(least).toBeGreaterThan(0.2);
    expect(least).toBeLessThan(loss);
    await goToPlots(page);
    await page.waitForSelector("#plots .plot");
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
    const saved = page.waitForEvent("download");
    await page.click("#save-output");
    const file = await (await saved).path();
    const sampling = await ready("diffusion/#v=2&seed=3&samples=256&steps=5&step=5", look);
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
    await expect.poll(() => shades(again.page)).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
  });
});

describe("pictures of one's own", () => {
  const SIDE = 16;
  const COUNT = 60;
  /** Bars that go down (0) or across (1), [picture][row][column]. */
  const bars = Uint8Array.from({ length: COUNT * SIDE ** 2 }, (_, at) => {
    const picture = Math.floor(at / SIDE ** 2);
    const along = picture % 2 === 0 ? at % SIDE : Math.floor(at / SIDE) % SIDE;
    const place = 2 + ((picture * 7) % 12);
    return along === place || along === place + 1 ? 255 : 0;
  });
  const file = (name: string, content: Uint8Array | string) => ({
    ...{ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) },
  });
  const pictures = file("bars.npy", npy({ data: bars, shape: [COUNT, SIDE, SIDE] }));
  const labels = file("kinds.csv", Array.from({ length: COUNT }, (_, i) => i % 2).join("\n"));
  const look = { width: 700, height: 800, reducedMotion: true };
  const standing = (page: Page, step: number) =>
    page.waitForFunction((text) => document.getElementById("step-count")!.textContent === text, `step ${step}`);
  const held = (page: Page, name: string) => text(page, `[data-held="${name}"]`);

  it("are learned with their labels, sampled by label, and come out as a sheet", async () => {
    const training = await ready(
      "diffusion-training/#v=2&seed=3&data=gmm8&width=32&layers=2&batch=32&steps=60&learningRate=0.005&dropout=0.1",
      look,
    );
    await training.page.setInputFiles("#p-data-file", pictures);
    await training.page.waitForFunction(() => location.hash.includes("data=60x16x16x1"));
    await training.page.setInputFiles("#p-labels", labels);
    await training.page.waitForFunction(() => location.hash.includes("labels=0,1"));
    await expect.poll(() => held(training.page, "labels")).toContain("kinds.csv");
    await training.page.click("#play");
    await standing(training.page, 60);
    await training.page.waitForFunction(() => /Sliced W₁/.test(document.querySelector("#table tbody")!.textContent!));
    await expect.poll(() => shades(training.page)).toBeGreaterThan(30);
    const saved = training.page.waitForEvent("download");
    await training.page.click("#save-output");
    const network = readFileSync(await (await saved).path());

    // It goes on from there, in the same units.
    await training.page.setInputFiles("#f-network", file("net.safetensors", network));
    await training.page.waitForFunction(
      () => document.querySelector('[data-input="network"]')?.textContent === "in use: net.safetensors",
    );
    await request(training.page, "step", { count: 3 });
    await standing(training.page, 3);

    const { page, complaints } = await ready("diffusion/#v=2&seed=3&samples=20&sampler=heun&steps=12", look);
    await page.setInputFiles("#p-data-file", pictures);
    await page.waitForFunction(() => location.hash.includes("data=60x16x16x1"));
    await page.setInputFiles("#p-labels", labels);
    await page.waitForFunction(() => location.hash.includes("labels=0,1"));
    await page.fill("#p-label", "1");
    await page.dispatchEvent("#p-label", "change");
    await page.waitForFunction(() => location.hash.includes("label=1"));
    await request(page, "step", { count: 12 });
    await expect.poll(() => text(page, "#table tbody")).toMatch(/Class agreement1( |$|[^\d.])/);
    expect(await page.inputValue("#look-mode")).toBe("sheet");
    // The sheet of the exact denoiser: bars across, white on black.
    const sheet = await page.evaluate(async () => {
      const page = globalThis as unknown as { gibbs: { request(name: string, what: object): Promise<Blob> } };
      const bitmap = await createImageBitmap(await page.gibbs.request("lattice", {}));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d")!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      return { width: bitmap.width, height: bitmap.height, red: Array.from(data).filter((_, at) => at % 4 === 0) };
    });
    expect([sheet.width, sheet.height]).toEqual([5 * SIDE, 4 * SIDE]);
    for (let s = 0; s < 20; s++) {
      const at = (row: number, column: number) =>
        sheet.red[(Math.floor(s / 5) * SIDE + row) * sheet.width + (s % 5) * SIDE + column];
      const rows = Array.from({ length: SIDE }, (_, row) => row).filter((row) => at(row, 0) > 200);
      expect(rows).toHaveLength(2);
      for (const row of rows) expect(at(row, SIDE - 1)).toBeGreaterThan(200);
    }
    const exact = await picture(page);
    // The network that was trained on the other page.
    await page.setInputFiles("#p-denoiser-file", file("net.safetensors", network));
    await page.waitForFunction(() => /net\.safetensors|no link/.test(document.getElementById("notice")!.textContent!));
    await expect.poll(() => picture(page)).not.toBe(exact);
    for (const mode of ["expected", "pair", "time"]) await page.selectOption("#look-mode", mode);
    expect([...complaints, ...training.complaints]).toEqual([]);
  });

  it("points of any size are drawn and measured in their own units", async () => {
    const ring = Array.from({ length: 200 }, (_, i) => `${500 + 100 * Math.cos(i)},${0.3 + 0.001 * Math.sin(i)}`);
    const { page, complaints } = await ready("diffusion/#v=2&seed=3&samples=2000&sampler=heun&steps=18&step=18", look);
    await page.setInputFiles("#p-data-file", file("ring.csv", ring.join("\n")));
    await page.waitForFunction(() => location.hash.includes("data=1x200x2"));
    await standing(page, 18);
    // (500 + 0.3) / 2, and (5000 + 0.0000005) / 2.
    const cell = async (row: string) =>
      Number.parseFloat((await page.locator("#table tbody tr", { hasText: row }).locator("td").nth(1).textContent())!);
    await expect.poll(() => cell("mean")).toBeGreaterThan(240);
    expect(await cell("mean")).toBeLessThan(260);
    expect(await cell("variance")).toBeGreaterThan(2300);
    expect(await cell("variance")).toBeLessThan(2700);
    await expect.poll(() => shades(page)).toBeGreaterThan(10);
    await page.selectOption("#look-mode", "time");
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
    expect(complaints).toEqual([]);
  });
});
