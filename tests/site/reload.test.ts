// A reload gives back the run: parameters, seed, changes, step, view and files; and there is a way to start afresh.

import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { linkOf, picture, request, SMALL, settled, text, useSite } from "./visit.ts";

const { ready } = useSite();
const quiet = { reducedMotion: true };

async function reload(page: Page): Promise<void> {
  await page.reload();
  await page.waitForSelector("html[data-ready]");
}
const reached = (page: Page, steps: number) =>
  page.waitForFunction(
    (steps) => Number(/\d+$/.exec(document.getElementById("step-count")!.textContent!)?.[0]) >= steps,
    steps,
  );
/** Of a run that is too long for a link. */
const digestOf = (page: Page) =>
  page.evaluate(async () => {
    type Gibbs = { gibbs: { request(name: "state", what: object): Promise<{ record: Blob }> } };
    const { record } = await (globalThis as unknown as Gibbs).gibbs.request("state", {});
    return JSON.parse(await record.text()).digest as string;
  });
/** The runs that the browser keeps, as text. */
const databaseOf = (page: Page) =>
  page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) =>
        Object.assign(request, { onsuccess: () => resolve(request.result), onerror: reject }),
      );
    const database = await done(indexedDB.open("gibbs"));
    const runs = await done(database.transaction("runs").objectStore("runs").getAll());
    database.close();
    return JSON.stringify(runs, (_, value) => (typeof value === "bigint" ? String(value) : value));
  });
const kept = (page: Page) => text(page, '#notice [data-about="kept"]');

describe("a reload", () => {
  it("gives back parameters, seed, changes, strokes, step and view", async () => {
    const { page, complaints } = await ready("ising/", quiet);
    await request(page, "change", { values: { size: "64,64" } });
    await page.fill("#seed", "77");
    await page.press("#seed", "Enter");
    await request(page, "step", { count: 9 });
    await request(page, "change", { values: { temperature: "2.5" } });
    await request(page, "paint", { x: 10, y: 20, radius: 6, value: 1 });
    await request(page, "step", { count: 4 });
    await page.selectOption("#look-mode", "walls");
    await page.selectOption("#look-colours", "cividis");
    await page.check('[data-look="grid"]');
    await page.selectOption("#speed", "16");
    await page.selectOption("#brush", "-1");
    await page.fill("#brush-radius", "11");
    await page.focus("#canvas");
    await page.keyboard.press("+");
    await page.keyboard.press("ArrowLeft");
    const [before, seen] = [await linkOf(page), await settled(page)];
    await reload(page);
    await reached(page, 13);
    expect(await linkOf(page)).toEqual(before);
    expect(before.text).toMatch(/seed=77&size=64,64.*at=9&temperature=2.5&paint=10,20,6,1&step=13&view.mode=walls/);
    expect(await page.inputValue("#p-temperature")).toBe("2.5");
    expect(await page.inputValue("#seed")).toBe("77");
    expect(await page.isChecked('[data-look="grid"]')).toBe(true);
    for (const [id, value] of [
      ["speed", "16"],
      ["brush", "-1"],
      ["brush-radius", "11"],
      ["look-mode", "walls"],
    ]) {
      expect(await page.inputValue(`#${id}`), id).toBe(value);
    }
    expect(await page.textContent("#play")).toBe("Play");
    expect(await kept(page)).toContain("This is the run as you left it, at step 13.");
    await page.click("#notice .close");
    await expect.poll(() => settled(page)).toBe(seen);
    expect(complaints).toEqual([]);
  });

  it("of a run that plays gives back its step and plays on, from its last checkpoint", async () => {
    const { page, complaints } = await ready(`ising/#${SMALL}`);
    await page.selectOption("#speed", "16");
    await reached(page, 500);
    await request(page, "change", { values: { temperature: "3" } });
    const steps = (await linkOf(page)).steps;
    await page.waitForTimeout(12_000); // a checkpoint is kept meanwhile
    await reload(page);
    await reached(page, steps + 1);
    await expect.poll(() => page.textContent("#play")).toBe("Pause");
    await page.click("#play");
    const after = await linkOf(page);
    expect(after.steps).toBeGreaterThan(steps);
    expect(after.text).toMatch(/&at=\d+&temperature=3&/);
    // It is the run that its link says, not one of its own.
    const again = await ready(`ising/#${after.text}`, quiet);
    await reached(again.page, after.steps);
    await expect.poll(async () => (await linkOf(again.page)).digest, { timeout: 120_000 }).toBe(after.digest);
    expect([...complaints, ...again.complaints]).toEqual([]);
  }, 300_000);

  it("gives back a file that is too long for any link, until the visitor starts afresh", async () => {
    const { page, complaints } = await ready(
      "reservoir/#v=2&seed=3&task=henon&units=20&washout=50&train=300&test=100&synchronisation=30&starts=1",
      quiet,
    );
    let x = 0.3;
    const lines = Array.from({ length: 13_000 }, () => {
      x = 3.9 * x * (1 - x);
      return x.toFixed(7);
    });
    await page.setInputFiles("#p-data", {
      name: "own.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(lines.join("\n")),
    });
    await expect.poll(() => kept(page)).toContain("own.csv is in use. This browser keeps a copy on this machine");
    await request(page, "step", { count: 2 });
    await expect.poll(() => page.evaluate(() => location.hash)).toBe("");
    const digest = await digestOf(page);
    const values = await page.inputValue("#p-train");
    await reload(page);
    await reached(page, 2);
    expect(await digestOf(page)).toBe(digest);
    expect(await page.inputValue("#p-task")).toBe("data");
    expect(await page.inputValue("#p-train")).toBe(values);
    expect(await text(page, '[data-held="data"]')).toBe("in use: own.csv");
    expect(await kept(page)).toContain("own.csv from this browser's copy");
    // Once more: the copy is not used up.
    await reload(page);
    await reached(page, 2);
    expect(await page.inputValue("#p-task")).toBe("data");
    expect(await databaseOf(page)).toContain("1x13000x1");
    await page.click('#notice [data-about="kept"] button:not(.close)');
    await page.waitForFunction(() => (document.getElementById("p-task") as HTMLSelectElement).value !== "data");
    expect(await text(page, '[data-held="data"]')).toBe("");
    expect(await page.isVisible("#notice")).toBe(false);
    await reload(page);
    expect(await page.inputValue("#p-task")).not.toBe("data");
    expect(await databaseOf(page)).not.toContain("1x13000x1");
    expect(complaints).toEqual([]);
  });

  it("is not taken for another visit: an address that is followed opens its own run", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=3`, quiet);
    const address = page.url();
    await page.goto(address.replace(/#.*/, "?again#v=2&seed=9&size=64,64&step=1"));
    await page.waitForSelector("html[data-ready]");
    await reached(page, 1);
    expect((await linkOf(page)).text).toContain("seed=9");
    expect(await page.isVisible("#notice")).toBe(false);
  });

  it("where the browser keeps nothing gives back what the address says", async () => {
    const { page, complaints } = await ready(`ising/#${SMALL}&step=3`, quiet);
    await page.addInitScript(() => {
      Object.defineProperty(globalThis, "sessionStorage", {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
    });
    await reload(page);
    await reached(page, 3);
    await request(page, "step", { count: 2 });
    await page.click("#copy-link");
    const before = await linkOf(page);
    await reload(page);
    await reached(page, 5);
    expect(await linkOf(page)).toEqual(before);
    expect(complaints).toEqual([]);
  });

  it("gives back a diffusion run with the step that is looked at", async () => {
    const { page } = await ready("diffusion/#v=2&seed=3&samples=256&steps=12&step=12", quiet);
    await reached(page, 12);
    await page.fill("#time", "5");
    await expect.poll(() => text(page, "#time-text")).toBe("5 of 12");
    const [before, seen] = [await linkOf(page), await settled(page)];
    await reload(page);
    await reached(page, 12);
    await expect.poll(() => text(page, "#time-text")).toBe("5 of 12");
    expect(await linkOf(page)).toEqual(before);
    await page.click("#notice .close");
    await expect.poll(() => picture(page)).toBe(seen);
  });
});
