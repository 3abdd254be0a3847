// Fingers: one paints with the brush, two move the picture and never paint.

import type { CDPSession, Page } from "playwright";
import { describe, expect, it } from "vitest";
import { linkOf, picture, request, SMALL, settled, useSite } from "./visit.ts";

const { ready } = useSite();
const PHONE = { width: 390, height: 844, touch: true, reducedMotion: true };

interface Finger {
  x: number;
  y: number;
  id: number;
}

/** The canvas under a brush, and what fingers do there: places are shares of the canvas. */
async function brushed(path: string, brush?: string) {
  const { page, complaints } = await ready(path, PHONE);
  if (brush) await page.selectOption("#brush", brush);
  await page.locator("#canvas").scrollIntoViewIfNeeded();
  const box = (await page.locator("#canvas").boundingBox())!;
  const session: CDPSession = await page.context().newCDPSession(page);
  const base = Date.now();
  /** At a time in milliseconds, however long the machine takes for it. */
  const touchAt = (time: number, type: "Start" | "Move" | "End", ...fingers: [number, number][]) =>
    touched(type, fingers, (base + time) / 1000);
  const touch = (type: "Start" | "Move" | "End", ...fingers: [number, number][]) => touched(type, fingers);
  const touched = (type: "Start" | "Move" | "End", fingers: [number, number][], timestamp?: number) => {
    const touchPoints: Finger[] = fingers.map(([x, y], id) => ({
      x: box.x + x * box.width,
      y: box.y + y * box.height,
      id,
    }));
    return session.send("Input.dispatchTouchEvent", { type: `touch${type}`, touchPoints, timestamp });
  };
  return { page, complaints, touch, touchAt };
}
const strokes = async (page: Page) => ((await linkOf(page)).text.match(/paint=/g) ?? []).length;

describe("fingers on the canvas", () => {
  it("two zoom the picture and paint nothing, though the first came down and moved before", async () => {
    const { page, complaints, touch } = await brushed(`ising/#${SMALL}&step=3`, "1");
    const [seen, before] = [await settled(page), await linkOf(page)];
    await touch("Start", [0.4, 0.5]);
    await touch("Move", [0.38, 0.5]);
    await touch("Start", [0.38, 0.5], [0.6, 0.5]);
    for (let i = 1; i <= 5; i++) await touch("Move", [0.38 - 0.05 * i, 0.5], [0.6 + 0.05 * i, 0.5]);
    // One is lifted, and the other stays for a while and moves.
    await touch("End", [0.13, 0.5]);
    await touch("Move", [0.2, 0.6]);
    await page.waitForTimeout(800);
    await touch("Move", [0.3, 0.7]);
    await touch("End");
    await page.waitForTimeout(800);
    expect(await linkOf(page)).toEqual(before);
    expect(await settled(page)).not.toBe(seen); // it was zoomed
    expect(complaints).toEqual([]);
  });

  it("two that come down at once, and two that only tap, paint nothing", async () => {
    const { page, touch } = await brushed(`ising/#${SMALL}&step=3`, "1");
    const before = await linkOf(page);
    await touch("Start", [0.4, 0.5], [0.6, 0.5]);
    await touch("Move", [0.3, 0.5], [0.7, 0.5]);
    await touch("End");
    await touch("Start", [0.4, 0.4]);
    await touch("Start", [0.4, 0.4], [0.6, 0.4]);
    await touch("End");
    await page.waitForTimeout(800);
    expect(await linkOf(page)).toEqual(before);
  });

  it("one paints: a tap, a stroke, and a finger that rests", async () => {
    const { page, touch } = await brushed(`ising/#${SMALL}&step=3`, "1");
    await touch("Start", [0.5, 0.5]);
    await touch("End");
    await expect.poll(() => strokes(page)).toBe(1);
    await touch("Start", [0.3, 0.3]);
    for (let i = 1; i <= 8; i++) {
      await touch("Move", [0.3 + 0.04 * i, 0.3]);
      await page.waitForTimeout(60);
    }
    await expect.poll(() => strokes(page)).toBeGreaterThan(5); // before it is lifted
    await touch("End");
    const after = await strokes(page);
    await touch("Start", [0.7, 0.7]);
    await expect.poll(() => strokes(page)).toBe(after + 1);
    // The finger was the first of two after all: its dab goes, and no other.
    await touch("Start", [0.7, 0.7], [0.4, 0.7]);
    await touch("Move", [0.8, 0.7], [0.3, 0.7]);
    await touch("End");
    await page.waitForTimeout(800);
    expect(await strokes(page)).toBe(after);
  });

  it("what the first has painted before the second comes is undone, in a run that plays as well", async () => {
    const { page, complaints, touchAt } = await brushed(`ising/#${SMALL}&step=3`, "1");
    const clean = await linkOf(page);
    await touchAt(0, "Start", [0.2, 0.2]);
    await touchAt(50, "End"); // a dab that stays
    await expect.poll(() => strokes(page)).toBe(1);
    await page.click("#play");
    await touchAt(1000, "Start", [0.3, 0.5]);
    for (let i = 1; i <= 8; i++) await touchAt(1000 + 40 * i, "Move", [0.3 + 0.02 * i, 0.5]);
    await expect.poll(() => strokes(page)).toBeGreaterThan(1); // painted, while nobody knew of a second
    await touchAt(1400, "Start", [0.46, 0.5], [0.8, 0.5]);
    await touchAt(1440, "Move", [0.4, 0.5], [0.9, 0.5]);
    await touchAt(1480, "End");
    await page.waitForTimeout(800);
    await page.click("#play");
    const { text, digest, steps } = await linkOf(page);
    expect(text.match(/paint=/g)).toHaveLength(1);
    expect(steps).toBeGreaterThan(3);
    // The state is that of its link.
    const again = await ready(`ising/#${text}`, PHONE);
    await expect.poll(async () => (await linkOf(again.page)).digest, { timeout: 60_000 }).toBe(digest);
    expect(clean.digest).not.toBe(digest);
    expect(complaints).toEqual([]);
  });

  it("a pinch leaves the sheet that a network learns from as it is", async () => {
    const { page, touch } = await brushed(
      "diffusion-training/#v=2&seed=3&width=16&layers=1&batch=16&points=300&steps=20&data=moons&step=20",
    );
    await page.waitForFunction(() => document.getElementById("step-count")!.textContent === "step 20");
    const before = await linkOf(page);
    await touch("Start", [0.2, 0.5]);
    await touch("Start", [0.2, 0.5], [0.3, 0.5]);
    await touch("Move", [0.15, 0.5], [0.35, 0.5]);
    await touch("End");
    await page.waitForTimeout(800);
    expect(await linkOf(page)).toEqual(before);
  });

  it("a mouse paints at once", async () => {
    const { page } = await ready(`ising/#${SMALL}&step=3`, { reducedMotion: true });
    await page.selectOption("#brush", "1");
    const seen = await picture(page);
    await page.mouse.move(400, 400);
    await page.mouse.down();
    await expect.poll(() => strokes(page)).toBe(1);
    await page.mouse.up();
    await expect.poll(() => picture(page)).not.toBe(seen);
    await request(page, "step", { count: 1 });
  });
});
