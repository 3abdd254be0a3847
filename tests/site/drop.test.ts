// Files dropped on pages: what a page can read it takes, and anything else it refuses in words; it is never left.

import { readFileSync } from "node:fs";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { drop, linkOf, SMALL, text, useSite } from "./visit.ts";

const { ready, visit } = useSite();
const quiet = { reducedMotion: true };

const told = (page: Page) => page.locator("#notice .fault").allTextContents();

const PHOTO = { name: "photo.png", type: "image/png", content: "\x89PNG" };
const SERIES = { name: "own.csv", type: "text/csv", content: "x,y\n0,0\n4,4\n0,4\n" };

describe("a file dropped on a page", () => {
  it.each(["", "gallery/", "verify/", "bench/", "404.html"])("/%s: is refused, and the page stays", async (path) => {
    const { page, complaints } = await visit(path);
    await page.waitForLoadState("load");
    const address = page.url();
    expect(await drop(page, [PHOTO])).toBe(true);
    expect(await told(page)).toEqual(["photo.png: this page takes no files."]);
    expect(await drop(page, [SERIES], "html")).toBe(true);
    expect(await told(page)).toEqual(["own.csv: this page takes no files."]);
    expect(page.url()).toBe(address);
    await page.click("#notice .close");
    expect(await page.isVisible("#notice")).toBe(false);
    expect(complaints).toEqual([]);
  });

  it.each([
    ["curie-weiss/#v=2&size=64", PHOTO, "photo.png: this page takes no files; the run goes on."],
    [`ising/#${SMALL}`, SERIES, "own.csv: this page takes spins (.npy, .png, .jpg, .jpeg); the run goes on."],
    [
      "rbm/#v=2&data=bars",
      SERIES,
      "own.csv: this page takes images (.npy) or weights (.safetensors, .npy); the run goes on.",
    ],
    [
      "hopfield/#v=2&neurons=256&patterns=5",
      SERIES,
      "own.csv: this page takes a picture (.png, .jpg, .jpeg) or patterns (.npy, .png, .jpg, .jpeg) or spins (.npy, .png, .jpg, .jpeg); the run goes on.",
    ],
    [
      "gillespie/#v=2&example=isomerisation&points=21",
      PHOTO,
      "photo.png: this page takes a model of reactions (.xml, .sbml, .net, .ant, .txt) or a COMBINE archive (.omex); the run goes on.",
    ],
    [
      "diffusion/#v=2&samples=256&steps=200",
      PHOTO,
      "photo.png: this page takes points or pictures (.csv, .tsv, .txt, .dat, .npy) or a network (.safetensors, .wgsl) or labels (.csv, .txt, .npy); the run goes on.",
    ],
  ])("%s: is refused, and the run goes on", async (path, file, message) => {
    const { page, complaints } = await ready(path);
    const steps = async () => Number(/\d+$/.exec(await text(page, "#step-count")));
    await page.selectOption("#speed", "1");
    await expect.poll(steps).toBeGreaterThan(0);
    const address = new URL(page.url()).pathname;
    expect(await drop(page, [file], "#canvas")).toBe(true);
    expect(await told(page)).toEqual([message]);
    expect(await drop(page, [file, file])).toBe(true);
    expect((await told(page)).join()).toContain("2 files were dropped, and one at a time is taken");
    const before = await steps();
    await expect.poll(steps).toBeGreaterThan(before);
    expect(new URL(page.url()).pathname).toBe(address);
    expect(complaints).toEqual([]);
  });

  it("a series is learned and forecast by the page of next-generation reservoirs", async () => {
    const { page, complaints } = await ready("ngrc/#v=2&seed=3&system=henon&training=100&until=2&step=2", quiet);
    // A wave of which a quadratic forecaster needs two samples.
    const rows = Array.from(
      { length: 400 },
      (_, i) => `${Math.sin(0.3 * i).toFixed(6)},${Math.cos(0.3 * i).toFixed(6)}`,
    );
    const wave = { name: "wave.csv", type: "text/csv", content: `s,c\n${rows.join("\n")}\n` };
    expect(await drop(page, [wave], "#canvas")).toBe(true);
    await page.waitForFunction(() => location.hash.includes("series="));
    await page.click("#step");
    await expect.poll(() => text(page, "#table")).toContain("NRMSE");
    const error = Number((await page.locator("#table tbody tr td").nth(1).textContent())!.split(" ")[0]);
    expect(error).toBeLessThan(0.1);
    expect(complaints).toEqual([]);
  });

  it("is taken by a page that can read it, and one that it cannot read is refused by name", async () => {
    const { page, complaints } = await ready("diffusion/#v=2&seed=3&samples=256&steps=3&step=3", quiet);
    expect(await drop(page, [SERIES], "#canvas")).toBe(true);
    await page.waitForFunction(() => location.hash.includes("data=1x3x2"));
    expect(await page.locator("#p-data option:checked").textContent()).toBe("own.csv");
    expect(await text(page, "#notice .note")).toContain("own.csv is in use. This browser keeps a copy");
    await expect.poll(async () => (await linkOf(page)).steps).toBe(3); // it plays to its end
    const own = await linkOf(page);
    expect(await drop(page, [{ name: "net.safetensors", content: "no network" }])).toBe(true);
    await page.waitForSelector("#notice .fault");
    expect((await told(page)).join()).toContain("net.safetensors");
    expect(await linkOf(page)).toEqual(own);
    const picture = await ready("hopfield/#v=2&neurons=256&patterns=5&step=1", quiet);
    expect(await drop(picture.page, [PHOTO])).toBe(true); // it ends behind its first bytes
    await picture.page.waitForSelector("#notice .fault");
    expect(await told(picture.page)).toEqual([
      "photo.png: it is no complete PNG picture (it is cut off); save it again.",
    ]);
    const whole = readFileSync("docs/pictures/ising-wide.jpg", "latin1");
    expect(await drop(picture.page, [{ name: "photo.jpg", type: "image/jpeg", content: whole }])).toBe(true);
    await picture.page.waitForFunction(() => location.hash.includes("image=16x16"));
    expect(await told(picture.page)).toEqual([]);
    expect(await text(picture.page, '[data-held="image"]')).toBe("in use: photo.jpg");
    expect([...complaints, ...picture.complaints]).toEqual([]);
  });

  it("text may be dropped into its fields", async () => {
    const { page } = await ready("gillespie/#v=2&example=isomerisation&points=21", quiet);
    const isKept = await page.$eval("#p-network", (field) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData("text/plain", "0 -> Z @ 5");
      return !field.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    });
    expect(isKept).toBe(false);
    expect(await page.isVisible("#notice")).toBe(false);
  });
});
