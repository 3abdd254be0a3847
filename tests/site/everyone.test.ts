// Every page: axe, phones, the keyboard; and the page that checks this device.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CheckUpdate } from "../../host-web/verify/checks.ts";
import type { DeviceInfo } from "../../src/device/device.ts";
import type { Check } from "../../src/models/model.ts";
import { ENSEMBLE, findings, picture, SMALL, settled, text, useSite } from "./visit.ts";

const RESERVOIR = "reservoir/#v=2&seed=1&task=henon&units=20&washout=50&train=200&test=60&starts=1&step=2";
const DIFFUSION = "diffusion/#v=2&seed=1&samples=256&steps=5&step=5";
const TRAINING = "diffusion-training/#v=2&seed=1&width=16&layers=1&batch=16&points=300&steps=50&step=20";
const { ready, visit } = useSite();

describe("everyone", () => {
  // Colours depend on the theme alone, places on the width alone: two looks show all of either.
  it.each([
    { width: 1440, height: 900, dark: false },
    { width: 390, height: 844, dark: true },
  ])("axe finds nothing at $width x $height, dark $dark", async (look) => {
    for (const path of [
      "",
      `ising/#${SMALL}&step=2`,
      `gillespie/#${ENSEMBLE}&step=64`,
      "hopfield/#v=2&digits=1&step=2",
      "dense-memory/#v=2&step=2",
      "potts/#v=2&size=64,64&step=20",
      "curie-weiss/#v=2&step=20",
      "rbm/#v=2&data=bars&step=20",
      RESERVOIR,
      "ngrc/#v=2&seed=1&system=henon&training=100&until=3&step=4",
      DIFFUSION,
      TRAINING,
      "verify/",
      "docs/",
    ]) {
      const open = path.includes("#") ? ready : visit;
      const { page, complaints } = await open(path, { ...look, reducedMotion: true });
      if (path.startsWith("ising")) {
        await page.click("#correlation");
        await page.waitForSelector("#extra-plots .plot");
      }
      expect(await findings(page), path).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
      expect(complaints).toEqual([]);
      await page.close(); // or it works on behind the next
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
    const before = await settled(page);
    await page.keyboard.press("+");
    await expect.poll(() => picture(page)).not.toBe(before);
  });

  it("/verify passes every check of this device", async () => {
    const { page, complaints } = await visit("verify/");
    await page.click("#start");
    await page.waitForFunction(() => /\d+ checks, \d+ failed/.test(document.getElementById("state")!.textContent!));
    expect(await text(page, "#state")).toMatch(/^[1-9]\d* checks, 0 failed/);
    // The report is there, with its plots, and goes with the visitor as one file.
    expect(await page.locator("#report svg").count()).toBeGreaterThan(5);
    expect(await findings(page)).toEqual([]);
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
    const html = readFileSync(await saved.path(), "utf8");
    expect(saved.suggestedFilename()).toBe("gibbs-validate.html");
    expect(html).toContain("checks passed on");
    expect(html).not.toMatch(/(src|href)="(?!#)/); // it needs nothing else
    const alone = await visit(`data:text/html;base64,${Buffer.from(html).toString("base64")}`);
    expect(await alone.page.locator("svg").count()).toBe(await page.locator("#report svg").count());
    expect([...complaints, ...alone.complaints]).toEqual([]);
  });
});

describe("what /verify tells where something is wrong", () => {
  const device: DeviceInfo = {
    ...{ kind: "gpu", software: true, host: "web", vendor: "", architecture: "", description: "a device" },
  };
  const check: Check = { model: "ising", oracle: "exact", name: "energy", value: 5, bound: 4, pass: false };
  const updates: CheckUpdate[] = [
    { name: "device", device, models: ["ising"] },
    { name: "check", check },
    { name: "check", check: { ...check, name: "magnetization", value: 1, pass: true } },
  ];
  const worker = (updates: CheckUpdate[], end = "") =>
    `onmessage = () => { for (const each of ${JSON.stringify(updates)}) postMessage(each); ${end} };`;

  /** The page at work, with this script as its worker. */
  async function opened(script?: string) {
    const { page } = await visit("verify/");
    await page.route("**/assets/checks-*.js", (route) =>
      script === undefined ? route.abort() : route.fulfill({ contentType: "text/javascript", body: script }),
    );
    await page.click("#start");
    return page;
  }
  /** The page as it stands when that has ended. */
  async function verified(script?: string) {
    const page = await opened(script);
    await page.waitForFunction(() => !(document.getElementById("start") as HTMLButtonElement).disabled);
    return page;
  }

  it("a failed check is counted, and the report begins by it", async () => {
    const page = await verified(worker([...updates, { name: "end" }]));
    expect(await text(page, "#state")).toBe("2 checks, 1 failed.");
    expect(await text(page, "#report .verdict.bad")).toContain("1 of 2 checks passed on a device");
    expect(await text(page, "#report [aria-label='What failed'] tbody")).toBe("exactenergy54FAIL");
  });

  it("a worker that dies is told of, and what it found is kept", async () => {
    const page = await verified(worker(updates, "setTimeout(() => { throw Error('gone'); });"));
    expect(await text(page, "#state")).toMatch(/^The check stopped: .*gone/);
    expect(await text(page, "#report .verdict.bad")).toMatch(/It ended before its end: .*gone/);
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click("#save-json")]);
    const kept = JSON.parse(readFileSync(await saved.path(), "utf8"));
    expect(kept).toMatchObject({ checks: [check, { pass: true }], ended: await text(page, "#state") });
  });

  it("stops where it is told to, and keeps what it found", async () => {
    const page = await opened(worker(updates));
    await page.waitForFunction(() => /now ising/.test(document.getElementById("state")!.textContent!));
    await page.click("#stop");
    expect(await text(page, "#state")).toBe("Stopped; what was checked stays.");
    expect(await text(page, "#report .verdict.bad")).toMatch(/^INCOMPLETE: 1 of 2 checks passed.*Stopped\.$/);
    expect([await page.isEnabled("#start"), await page.isEnabled("#stop")]).toEqual([true, false]);
  });

  it("a worker that cannot be loaded is told of, and the button can be pressed again", async () => {
    const page = await verified();
    expect(await text(page, "#state")).toBe("The check stopped: its worker could not be loaded.");
    expect(await page.isEnabled("#save")).toBe(false);
    expect(await page.isEnabled("#start")).toBe(true);
  });
});
