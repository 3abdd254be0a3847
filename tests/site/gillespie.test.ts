// The page of ensembles of trajectories.

import { readFileSync } from "node:fs";
import { strToU8, zipSync } from "fflate";
import type { Page } from "playwright";
import { describe, expect, it } from "vitest";
import { openDevice } from "../../host-node/index.ts";
import { follow, parseLink } from "../../src/links.ts";
import { count, drop, ENSEMBLE, goToPlots, linkOf, request, text, useSite } from "./visit.ts";

const { ready, site } = useSite();

describe("the Gillespie page", () => {
  const digestOf = async (page: Page) => (await linkOf(page)).digest;

  it("runs by itself, with the exact law, table and plots", async () => {
    const { page, complaints } = await ready("gillespie/#v=2&seed=3&example=isomerisation&points=21");
    await page.waitForFunction(
      () => Number(/\d+$/.exec(document.getElementById("step-count")!.textContent!)?.[0]) > 300,
    );
    await page.waitForFunction(() => /χ² = .* p = /.test(document.getElementById("equilibrium")!.textContent!));
    await page.click("#play");
    await goToPlots(page);
    await expect.poll(() => count(page, "#plots .plot")).toBe(3); // histogram, residuals, in time
    await expect.poll(() => text(page, "#table tbody")).toMatch(/^A/);
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
    using run = await follow(device, parseLink(`${site().url}${path}`));
    expect(await run.digest()).toBe(digest);
  });

  it("takes a network from its field; a bad one is refused in words and loses nothing", async () => {
    const { page, complaints } = await ready(`gillespie/#${ENSEMBLE}&step=32`, { reducedMotion: true });
    await page.fill("#p-network", "0 -> Z @ 5; Z -> 0 @ 1");
    await page.locator("#p-network").blur();
    await page.waitForFunction(() => (document.getElementById("look-mode") as HTMLSelectElement).value === "Z");
    expect(await page.inputValue("#p-example")).toBe("none");
    await request(page, "step", { count: 64 });
    const before = await linkOf(page);
    expect(decodeURIComponent(before.text)).toContain("0 -> Z @ 5");
    await page.fill("#p-network", "0 -> Z");
    await page.locator("#p-network").blur();
    await page.waitForSelector("#notice:not([hidden])");
    expect(await text(page, "#notice")).toContain("write its rate");
    expect((await linkOf(page)).digest).toBe(before.digest);
    expect(complaints).toEqual([]);
  });

  it("takes an SBML file, and a scan", async () => {
    const { page, complaints } = await ready(`gillespie/#${ENSEMBLE}`, { reducedMotion: true });
    await page.setInputFiles("#p-sbml", "tests/data/sbml/immigration_death_l3v1.xml");
    await page.waitForFunction(() => (document.getElementById("look-mode") as HTMLSelectElement).value === "X");
    await request(page, "step", { count: 32 });
    expect((await linkOf(page)).text).toContain("sbml=");
    await page.selectOption("#p-example", "isomerisation");
    await page.waitForFunction(() => (document.getElementById("look-mode") as HTMLSelectElement).value === "A");
    await page.fill("#p-set", "k1=0.5:2:4");
    await page.locator("#p-set").blur();
    await request(page, "step", { count: 32 });
    await page.waitForFunction(() => /4 points over k1/.test(document.getElementById("equilibrium")!.textContent!));
    await goToPlots(page);
    await expect.poll(() => count(page, "#plots .plot")).toBe(2);
    expect(complaints).toEqual([]);
  });

  it("takes models in other languages, and archives, where they are dropped", async () => {
    const { page, complaints } = await ready(`gillespie/#${ENSEMBLE}`, { reducedMotion: true });
    const net = `begin parameters\n k 2\nend parameters\nbegin species\n 1 A() 7\nend species\nbegin reactions\n 1 1 0 k\nend reactions\nbegin groups\n 1 Atot 1\nend groups`;
    expect(await drop(page, [{ name: "decay.net", content: net }], "#canvas")).toBe(true);
    await page.waitForFunction(() => (document.getElementById("look-mode") as HTMLSelectElement).value === "S1");
    const sbml = readFileSync("tests/data/sbml/immigration_death_l3v1.xml", "utf8");
    const sedml = `<sedML xmlns="http://sed-ml.org/sed-ml/level1/version3" level="1" version="3"><listOfSimulations><uniformTimeCourse id="s" initialTime="0" outputStartTime="0" outputEndTime="3" numberOfPoints="6"><algorithm kisaoID="KISAO:0000027"/></uniformTimeCourse></listOfSimulations><listOfModels><model id="m" source="m.xml"/></listOfModels><listOfTasks><task id="t" modelReference="m" simulationReference="s"/></listOfTasks></sedML>`;
    const bytes = zipSync({ "a.sedml": strToU8(sedml), "m.xml": strToU8(sbml) });
    expect(await drop(page, [{ name: "a.omex", content: Buffer.from(bytes).toString("latin1") }], "#canvas")).toBe(
      true,
    );
    await page.waitForFunction(() => (document.getElementById("look-mode") as HTMLSelectElement).value === "X");
    expect(await text(page, '#notice [data-about="file"]')).toContain(
      "direct method takes the place of Gibson and Bruck",
    );
    await request(page, "step", { count: 32 });
    expect((await linkOf(page)).text).toMatch(/until=3&points=7|points=7.*until=3/);
    expect(complaints).toEqual([]);
  });

  it("Verify counts the trajectories that are the reference's", async () => {
    const { page } = await ready(`gillespie/#${ENSEMBLE}&step=32`);
    await page.click("#verify");
    await page.waitForSelector("#verdict.good");
    expect(await text(page, "#verdict")).toMatch(/^6[34] of 64 trajectories equal/);
  });
});
