// The page of echo-state networks.

import { readFileSync } from "node:fs";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { goToPlots, linkOf, picture, request, settled, shades, text, useSite } from "./visit.ts";

const { ready } = useSite();

describe("the page of echo-state networks", () => {
  const FORECAST = "v=2&seed=3&task=henon&units=30&washout=50&train=300&test=100&synchronisation=30&starts=2";
  const LORENZ = "v=2&seed=3&units=30&washout=50&train=400&test=100&synchronisation=50&starts=1&horizon=200";
  const reached = (page: Page, steps: number) =>
    page.waitForFunction(
      (steps) => Number(/\d+$/.exec(document.getElementById("step-count")!.textContent!)?.[0]) >= steps,
      steps,
    );

  it("trains one after another by itself, with figures, plots and a picture; a control changes them", async () => {
    const { page, complaints } = await ready(`reservoir/#${FORECAST}`, { width: 600, height: 700 });
    await reached(page, 2);
    await page.click("#play");
    await expect.poll(() => shades(page)).toBeGreaterThan(20);
    await expect.poll(() => text(page, "#table tbody")).toMatch(/^Valid prediction time[\d.]+ ± [\d.]+NRMSE/);
    await goToPlots(page);
    await page.waitForSelector("#plots .plot >> nth=1");
    const nrmse = () => page.locator("#table tbody tr", { hasText: /^NRMSE/ }).textContent();
    const before = await nrmse();
    await page.fill("#p-inputScaling", "1.5");
    await page.press("#p-inputScaling", "Enter");
    await request(page, "step", { count: 2 });
    await expect.poll(nrmse).not.toBe(before);
    expect((await linkOf(page)).text).toContain("inputScaling=1.5");
    expect(complaints).toEqual([]);
  });

  it("a permalink gives the same figures and digest again, and Verify confirms what is put out", async () => {
    const digests: string[] = [];
    const first = await ready(`reservoir/#${FORECAST}&view.mode=fan&step=3`);
    const second = await ready(`reservoir/#${FORECAST}&view.mode=fan&step=3`);
    for (const { page } of [first, second]) {
      await reached(page, 3);
      expect(await page.inputValue("#look-mode")).toBe("fan");
      digests.push((await linkOf(page)).digest);
    }
    expect(digests[1]).toBe(digests[0]);
    const tables = () => Promise.all([first, second].map(({ page }) => text(page, "#table tbody")));
    await expect.poll(async () => new Set(await tables()).size).toBe(1);
    expect((await tables())[0]).toMatch(/^Valid prediction time\d/);
    await first.page.click("#verify");
    await first.page.waitForSelector("#verdict.good");
    expect(await text(first.page, "#verdict")).toMatch(/^200 of 200 predictions one step ahead lie within/);
  });

  it("turns in space by drag and keys, and the map gives its settings", async () => {
    const look = { width: 600, height: 700, reducedMotion: true };
    const { page, complaints } = await ready(`reservoir/#${LORENZ}&step=1`, look);
    await reached(page, 1);
    const first = await settled(page);
    const middle = (await page.locator("#canvas").boundingBox())!;
    await page.mouse.move(middle.x + 100, middle.y + 100);
    await page.mouse.down();
    await page.mouse.move(middle.x + 180, middle.y + 130, { steps: 3 });
    await page.mouse.up();
    await expect.poll(() => picture(page)).not.toBe(first);
    const turned = await settled(page);
    await page.focus("#canvas");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("+");
    await expect.poll(() => picture(page)).not.toBe(turned);
    expect(await settled(page)).not.toBe(first);
    await page.selectOption("#look-mode", "map");
    const clicked = async () => {
      await page.mouse.click(middle.x + 0.3 * middle.width, middle.y + 0.4 * middle.height);
      await page.waitForTimeout(300);
      return page.inputValue("#p-inputScaling");
    };
    await expect.poll(clicked).not.toBe("0.3");
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
    await request(page, "step", { count: 1 });
    const own = await linkOf(page);
    expect(own.text).toMatch(/data=1x300x1d%3Bn%3Dx%3A|data=1x300x1d;n=x%3A/);
    await expect.poll(() => text(page, "#table tbody")).toMatch(/^Valid prediction time\d/);
    await page.setInputFiles("#p-data", file(10, "0.5,0.7\n"));
    await page.waitForSelector("#notice .fault");
    expect(await text(page, "#notice")).toContain('own.csv: line 12, column 1 (x) is "0.5,0.7"');
    expect(await linkOf(page)).toEqual(own);
    await page.setInputFiles("#p-data", file(13_000));
    await page.waitForFunction(() => /no link/.test(document.getElementById("notice")!.textContent!));
    await expect.poll(() => page.evaluate(() => location.hash)).toBe("");
    await page.selectOption("#p-task", "memory");
    await page.waitForFunction(() => (document.getElementById("look-mode") as HTMLSelectElement).value === "memory");
    expect((await linkOf(page)).text).not.toContain("data=");
    expect(complaints).toEqual([]);
  });

  it("forecasts a series beyond its end, keeps the network, and goes on with it when new rows have come", async () => {
    const look = { width: 700, height: 900, reducedMotion: true };
    const { page, complaints } = await ready(
      `reservoir/#${FORECAST.replace("units=30", "units=100")}&ridge=1e-4&step=1`,
      look,
    );
    const wave = (i: number) => 2e6 + 40 * Math.sin(0.5 * i) + 25 * Math.sin(0.19 * i);
    const file = (from: number, to: number) => {
      const lines = Array.from(
        { length: to - from },
        (_, i) => `${1900 + (from + i) / 4},${wave(from + i).toFixed(6)}`,
      );
      return { name: "tide.csv", mimeType: "text/csv", buffer: Buffer.from(`year,height\n${lines.join("\n")}\n`) };
    };
    const forecast = async () => {
      const panel = page.locator(".plot", { hasText: "Forecast beyond the end" });
      await goToPlots(page);
      await panel.waitFor();
      const details = panel.locator("details");
      if (!(await details.evaluate((element: HTMLDetailsElement) => element.open)))
        await panel.locator("summary").click();
      const saving = page.waitForEvent("download");
      await page.getByLabel("Save Forecast beyond the end as CSV").click();
      const rows = readFileSync(await (await saving).path(), "utf8")
        .trim()
        .split("\n");
      return rows.map((row) => row.split(","));
    };
    const near = (rows: string[][], from: number) => {
      expect(rows[0]).toEqual(["year", "height"]);
      rows.slice(1).forEach(([time, value], i) => {
        expect(Number(time)).toBeCloseTo(1900 + (from + i) / 4, 6);
        expect(Math.abs(Number(value) - wave(from + i))).toBeLessThan(10);
      });
    };
    await page.setInputFiles("#p-data", file(0, 600));
    await page.waitForFunction(() => (document.getElementById("p-forecast") as HTMLInputElement).value === "60");
    await request(page, "step", { count: 2 });
    await page.selectOption("#look-mode", "beyond");
    await expect.poll(() => shades(page)).toBeGreaterThan(20);
    expect(await page.locator("#table").textContent()).toMatch(/Validation NRMSE.*Persistence NRMSE/);
    const rows = await forecast();
    expect(rows.length).toBe(61);
    near(rows, 600);
    const saving = page.waitForEvent("download");
    await page.click("#save-output");
    const network = {
      name: "tide.safetensors",
      mimeType: "application/octet-stream",
      buffer: readFileSync(await (await saving).path()),
    };
    // New rows alone, and the network that was kept.
    await page.setInputFiles("#p-data", file(500, 900));
    await page.waitForFunction(() => (document.getElementById("p-forecast") as HTMLInputElement).value === "60");
    await page.setInputFiles("#p-network", network);
    await page.waitForFunction(() => (document.getElementById("p-train") as HTMLInputElement).value === "0");
    await request(page, "step", { count: 1 });
    await expect.poll(async () => (await forecast()).length).toBe(61);
    near(await forecast(), 900);
    expect(complaints).toEqual([]);
  });

  it("shows what reservoirs make of tasks without forecasts", async () => {
    const small = "units=20&washout=100&train=300&test=100&starts=1&delays=30";
    const look = { width: 600, height: 700, reducedMotion: true };
    const { page, complaints } = await ready(`reservoir/#v=2&seed=1&task=memory&${small}`, look);
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
      await request(page, "step", { count: 1 });
      await expect.poll(() => shades(page)).toBeGreaterThan(20);
    }
    expect(complaints).toEqual([]);
  });
});
