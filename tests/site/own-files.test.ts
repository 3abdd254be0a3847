// Files of the visitor's own on pages: they give what the command line makes of them, a reload keeps them, and no link holds them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../../scripts/setup.js";
import { npy } from "../../src/files/npy.ts";
import { gibbs } from "../node/start.ts";
import { drop, linkOf, request, text, useSite } from "./visit.ts";

const { ready } = useSite();
const quiet = { reducedMotion: true };
const cwd = mkdtempSync(join(tmpdir(), "gibbs-page-"));
beforeAll(() => ensureBuilt());
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const spins = (count: number) =>
  Int8Array.from({ length: count }, (_, i) => ((Math.imul(i + 1, 0x9e3779b1) >>> 13) & 1 ? 1 : -1));

/** A file as it is dropped, and as the command line finds it. */
function file(name: string, bytes: Uint8Array, type = "") {
  writeFileSync(join(cwd, name), bytes);
  return { name, type, content: Buffer.from(bytes).toString("latin1") };
}

// biome-ignore lint/suspicious/noExplicitAny: the documents are checked field by field
async function record(words: string): Promise<any> {
  const { status, stdout, stderr } = await gibbs([...words.split(" "), "--device", "reference", "--json"], { cwd })
    .ended;
  expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

const state = (page: Page) =>
  page.evaluate(async () => {
    const page = globalThis as unknown as {
      gibbs: { request(name: string, what: object): Promise<Record<string, Blob>> };
    };
    const files = await page.gibbs.request("state", {});
    return {
      about: JSON.parse(await files.record.text()),
      checkpoint: [...new Uint8Array(await files.checkpoint.arrayBuffer())],
    };
  });

describe("a file of one's own", () => {
  it("of spins is where the Ising page begins; a state keeps it, a link does not", async () => {
    const own = file("spins.npy", npy({ data: spins(24 * 40), shape: [24, 40] }));
    const { page, complaints } = await ready("ising/#v=2&seed=4&size=64,64&temperature=2.2&step=3", quiet);
    expect(await drop(page, [own], "#canvas")).toBe(true);
    await page.waitForFunction(
      () => document.querySelector('[data-input="spins"]')?.textContent === "in use: spins.npy",
    );
    expect(await text(page, "#notice .note")).toContain("spins.npy (spins) is in use. This browser keeps a copy");
    expect(await text(page, '#notice [data-about="address"]')).toContain(
      "a link cannot hold the contents of spins.npy",
    );
    await request(page, "step", { count: 12 });
    const { about, checkpoint } = await state(page);
    const made = await record("run ising --spins spins.npy --temperature 2.2 --seed 4 --warmup 0 --steps 12");
    expect(about).toMatchObject({ digest: made.digest, inputs: made.inputs, parameters: { size: [40, 24] } });
    writeFileSync(join(cwd, "page.gibbs"), Uint8Array.from(checkpoint));
    const resumed = await record("run --resume page.gibbs");
    expect([resumed.digest, resumed.inputs]).toEqual([made.digest, made.inputs]);
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
    await page.reload();
    await page.waitForFunction(
      () => document.querySelector('[data-input="spins"]')?.textContent === "in use: spins.npy",
    );
    await expect.poll(async () => (await state(page)).about.digest).toBe(made.digest);
    // What the file decides can be chosen again, and the file goes.
    await page.selectOption("#p-start", "up");
    await expect.poll(() => text(page, '[data-input="spins"]')).toBe("");
    expect((await linkOf(page)).text).toContain("size=40,24");
    expect(complaints).toEqual([]);
  });

  it("that is none of spins is refused by name, and the run goes on", async () => {
    const { page } = await ready("ising/#v=2&seed=4&size=64,64&step=3", quiet);
    const before = await linkOf(page);
    await drop(page, [file("odd.npy", npy({ data: Int8Array.of(1, -1, 0, 1), shape: [2, 2] }))]);
    await page.waitForSelector("#notice .fault");
    expect(await text(page, "#notice .fault")).toContain("odd.npy: value [1, 0] is 0 among values of -1");
    expect(await linkOf(page)).toEqual(before);
  });

  it("a JPEG is the same cue of a memory as on the command line, and patterns are drawn in their shape", async () => {
    const photo = file("photo.jpg", readFileSync("docs/pictures/ising-wide.jpg"), "image/jpeg");
    const { page, complaints } = await ready("hopfield/#v=2&seed=2&neurons=256&patterns=5&step=1", quiet);
    await drop(page, [photo]);
    await page.waitForFunction(() => location.hash.includes("image=16x16"));
    await request(page, "step", { count: 2 });
    const made = await record(
      "run hopfield --neurons 256 --patterns 5 --image photo.jpg --seed 2 --warmup 0 --steps 2",
    );
    expect((await linkOf(page)).digest).toBe(made.digest);
    expect(new URLSearchParams((await linkOf(page)).text).get("image")).toBe(made.parameters.image);

    await drop(page, [file("patterns.npy", npy({ data: spins(3 * 1280), shape: [3, 32, 40] }))]);
    await page.waitForFunction(
      () => document.querySelector('[data-input="stored"]')?.textContent === "in use: patterns.npy",
    );
    await request(page, "step", { count: 2 });
    const recalled = await record("run hopfield --stored patterns.npy --seed 2 --warmup 0 --steps 2");
    expect((await state(page)).about).toMatchObject({ digest: recalled.digest, parameters: { row: 40 } });
    const size = await page.evaluate(async () => {
      const page = globalThis as unknown as { gibbs: { request(name: string, what: object): Promise<Blob> } };
      const { width, height } = await createImageBitmap(await page.gibbs.request("lattice", {}));
      return [width, height];
    });
    expect(size).toEqual([40, 32]);
    // Its last cell can be painted on.
    await request(page, "paint", { x: 39, y: 31, radius: 0, value: -1 });
    await page.selectOption("#look-mode", "compare");
    expect(complaints).toEqual([]);
  });

  it("of images is what a machine learns, and weights are those it begins with", async () => {
    const images = file("images.npy", npy({ data: spins(10 * 12), shape: [10, 3, 4] }));
    const weights = file("w.npy", npy({ data: Float64Array.from({ length: 52 }, (_, i) => i / 60), shape: [13, 4] }));
    const { page, complaints } = await ready("rbm/#v=2&seed=3&data=bars&hidden=8&chains=20&step=2", quiet);
    await drop(page, [images]);
    await page.waitForFunction(
      () => document.querySelector('[data-input="data"]')?.textContent === "in use: images.npy",
    );
    writeFileSync(join(cwd, "w-page.npy"), Buffer.from(weights.content, "latin1"));
    await page.setInputFiles("#f-weights", join(cwd, "w-page.npy"));
    await page.waitForFunction(
      () => document.querySelector('[data-input="weights"]')?.textContent === "in use: w-page.npy",
    );
    await request(page, "step", { count: 3 });
    const made = await record("run rbm --data images.npy --weights w.npy --chains 20 --seed 3 --warmup 0 --steps 3");
    expect((await state(page)).about).toMatchObject({ digest: made.digest, inputs: made.inputs });
    expect(complaints).toEqual([]);
  });
});
