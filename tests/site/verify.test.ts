// The page that checks this device.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { CheckUpdate } from "../../host-web/verify/checks.ts";
import type { DeviceInfo } from "../../src/device/device.ts";
import type { Check } from "../../src/models/model.ts";
import { findings, text, useSite } from "./visit.ts";

const { visit } = useSite();

describe("/verify", () => {
  it("passes the checks of this device, of the models in the address, or of all", async () => {
    // All of them take SwiftShader minutes. tests/node/kernels.test.ts runs them on faster adapters.
    const { page, complaints } = await visit(__GIBBS_TEST_LONG__ ? "verify/" : "verify/#models=ising,curie-weiss");
    await page.click("#start");
    await page.waitForFunction(() => /\d+ checks, \d+ failed/.test(document.getElementById("state")!.textContent!));
    expect(await text(page, "#state")).toMatch(/^[1-9]\d* checks, 0 failed/);
    // The report is there, with its plots, and goes with the visitor as one file.
    expect(await page.locator("#report svg").count()).toBeGreaterThan(3);
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

describe("/verify of a model that there is none of", () => {
  it("names it", async () => {
    const { page } = await visit("verify/#models=isin");
    await page.click("#start");
    await expect.poll(() => text(page, "#state")).toMatch(/^There is no model "isin"; there are ising, potts/);
    expect(await page.isEnabled("#start")).toBe(true);
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
