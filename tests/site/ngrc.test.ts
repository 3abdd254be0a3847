// The page of next-generation reservoirs: a series has room for so many forecasts.

import { expect, it } from "vitest";
import { notices, stepsOf } from "./alone.ts";
import { drop, linkOf, text, useSite } from "./visit.ts";

const { ready } = useSite();

const rows = Array.from({ length: 160 }, (_, i) => `${Math.sin(0.3 * i).toFixed(6)},${Math.cos(0.3 * i).toFixed(6)}`);
const WAVE = { name: "wave.csv", type: "text/csv", content: `s,c\n${rows.join("\n")}\n` };
const FULL = /^All [1-9]\d* forecasts that the series has room for are made/;

it("stops at the last forecast that there is room for, and says so", async () => {
  const { page, messages } = await ready("ngrc/#v=2&seed=3&system=henon&training=100&forecasts=4&until=2", {
    reducedMotion: true,
  });
  await drop(page, [WAVE], "#canvas");
  await page.waitForFunction(() => location.hash.includes("series="));
  await page.click("#notice .close"); // the file is in use
  const full = () => notices(page).then((all) => all.join().replace(/^\s+/, ""));
  await page.selectOption("#speed", "64");
  await page.click("#play");
  await expect.poll(full).toMatch(FULL);
  await expect.poll(() => text(page, "#play")).toBe("Play");
  const room = Number(/\d+/.exec(await full())![0]);
  expect(await stepsOf(page)).toBe(room);
  const { text: link, digest, steps } = await linkOf(page);
  expect(steps).toBe(room);
  expect(link).toContain(`&step=${room}`);
  // Neither a step nor playing on makes another.
  await page.click("#step");
  await page.click("#play");
  await expect.poll(full).toMatch(FULL);
  await expect.poll(() => text(page, "#play")).toBe("Play");
  expect(await stepsOf(page)).toBe(room);
  expect((await linkOf(page)).digest).toBe(digest);
  expect(await page.locator("#notice .fault").count()).toBe(0);
  // Another value begins a run that plays.
  await page.selectOption("#speed", "1");
  await page.fill("[data-parameter=ridge]", "0.01");
  await page.press("[data-parameter=ridge]", "Enter");
  await expect.poll(() => linkOf(page).then(({ text }) => text)).toContain("ridge=0.01");
  await expect.poll(() => stepsOf(page)).toBeGreaterThan(0);
  // A link that wants more comes as far as it can.
  const again = await ready(`ngrc/#${link.replace(`&step=${room}`, `&step=${room + 5}`)}`, { reducedMotion: true });
  await expect.poll(() => stepsOf(again.page)).toBe(room);
  await expect.poll(() => notices(again.page).then(String)).toMatch(/All \d+ forecasts/);
  expect((await linkOf(again.page)).digest).toBe(digest);
  expect([...messages, ...again.messages]).toEqual([]);
});
