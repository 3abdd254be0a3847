// `gibbs bench` from outside, and energy counters as Linux shows them.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BenchDocument } from "../../bench/harness/result.ts";
import { programs } from "../../bench/peers/programs.ts";
import { packageMeter } from "../../host-node/bench/energy.ts";
import { ensureBuilt } from "../../scripts/setup.js";
import { gibbs } from "./start.ts";

const root = mkdtempSync(join(tmpdir(), "gibbs-bench-"));
beforeAll(() => ensureBuilt());
afterAll(() => rmSync(root, { recursive: true, force: true }));

const bench = (...words: string[]) => gibbs(["bench", ...words], { cwd: root }).ended;

const QUICK = ["curie-weiss", "--quick"];
const read = (name: string): BenchDocument => JSON.parse(readFileSync(join(root, name), "utf8"));
const write = (name: string, document: object) => writeFileSync(join(root, name), JSON.stringify(document));
/** As it would have been on a device so much faster. */
const faster = (document: BenchDocument, factor: number) => ({
  ...document,
  rows: document.rows.map((row) => ({ ...row, rate: factor * row.rate })),
});

const ANOTHER = { vendor: "another", architecture: "one", description: "" };

describe("gibbs bench", () => {
  it("writes one document, which is a baseline for the next run", async () => {
    const first = await bench(...QUICK, "--json", "--out", "first.json");
    expect(first.status).toBe(0);
    const document = read("first.json");
    expect(JSON.parse(first.stdout)).toEqual(document);
    expect(document.rows.map(({ size }) => size)).toEqual([[1024], [4096], [16_384]]);
    for (const { model, kernel, rate, unit, spread, seconds, share, repeats } of document.rows) {
      expect([model, unit, repeats]).toEqual(["curie-weiss", "updates/s", 3]);
      expect(kernel).toContain("heat bath");
      for (const figure of [rate, spread, seconds, share]) expect(figure).toBeGreaterThan(0);
    }
    for (const limit of Object.values(document.machine!)) expect(limit).toBeGreaterThan(0);
    for (const { model, error } of document.exponents) {
      expect(model).toBe("curie-weiss");
      expect(error).toBeLessThanOrEqual(0.3); // on a busy machine none may be clear
    }
    expect(document.date).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(document.system.processor).toMatch(/^\d+ × /);

    write("fast.json", faster(document, 100));
    const slower = await bench(...QUICK, "--baseline", "fast.json");
    expect(slower.status).toBe(1);
    expect(slower.stdout).toContain("SLOWER, timed twice");
    expect(slower.stderr).toContain("3 of 3 kernels are slower");
    write("slow.json", faster(document, 0.01));
    const quiet = await bench(...QUICK, "--json", "--quiet", "--baseline", "slow.json");
    const silent: BenchDocument = JSON.parse(quiet.stdout);
    const verdicts = silent.comparison?.rows.map(({ verdict }) => verdict);
    expect([quiet.status, silent.rows.length, verdicts, quiet.stderr]).toEqual([0, 3, Array(3).fill("faster"), ""]);
  });

  it("keeps what it has measured where it is interrupted", async () => {
    const words = ["bench", "curie-weiss", "ising", "hopfield", "--quick", "--json", "--out", "kept.json"];
    const { child, ended: end } = gibbs(words, { cwd: root });
    const interval = setInterval(() => {
      if (!existsSync(join(root, "kept.json"))) return;
      clearInterval(interval);
      child.kill("SIGINT");
    }, 20);
    const { status, stdout, stderr } = await end.finally(() => clearInterval(interval));
    expect([status, stderr.includes("interrupted")]).toEqual([130, true]);
    const { rows, ended } = read("kept.json");
    expect(JSON.parse(stdout)).toEqual(read("kept.json"));
    expect(ended).toContain("interrupted");
    expect(rows.filter(({ model }) => model === "curie-weiss")).toHaveLength(3);
    expect(rows.filter(({ model }) => model === "hopfield")).toEqual([]);
    expect(stderr).toContain(`kept.json keeps the ${rows.length} rows`);
  });

  it("prints what there is where it is interrupted before anything was measured", async () => {
    const words = ["bench", "--json", "--quick", "--quiet"];
    async function interrupted(after: number) {
      const { child, ended } = gibbs(words, { cwd: root });
      const timer = setTimeout(() => child.kill("SIGINT"), after);
      return await ended.finally(() => clearTimeout(timer));
    }
    // Where it had no device yet, there was nothing to print.
    let ended = await interrupted(500);
    const early = () => ended.stdout === "" && (ended.signal === "SIGINT" || ended.status === 130);
    for (let after = 1000; early(); after *= 2) ended = await interrupted(after);
    const { ended: why, rows, device }: BenchDocument = JSON.parse(ended.stdout);
    expect([ended.status, rows, device.kind]).toEqual([130, [], "gpu"]);
    expect(why).toContain("interrupted");
  });

  it("refuses what it cannot compare or write, before any work", async () => {
    writeFileSync(join(root, "text.json"), "no JSON");
    const row = { model: "ising", kernel: "packed", size: [8, 8], rate: 1, spread: 0, unit: "flips/s" };
    write("other.json", { gibbs: "0.1.0", device: ANOTHER, rows: [row] });
    write("once.json", { gibbs: "0.1.0", device: ANOTHER, rows: [{ ...row, repeats: 1 }] });
    for (const [words, why] of [
      [["--baseline", "text.json"], "no JSON"],
      [["--baseline", "none.json"], "no such file"],
      [["--baseline", "other.json"], '"another, one"'],
      [["--baseline", "once.json"], "repeats 1"],
      [["--out", "result.csv"], ".json"],
      [["--out", "missing/result.json"], "does not exist"],
      [["--device", "reference"], "yardstick"],
    ] as const) {
      const { status, stdout, stderr } = await bench(...QUICK, ...words);
      expect([words, status, stdout]).toEqual([words, 2, ""]);
      expect(stderr).toContain(why);
    }
    expect(readdirSync(root).filter((name) => /result/.test(name))).toEqual([]);
  });
});

describe("energy by RAPL", () => {
  const counter = (folder: string, name: string, microjoules: number) => {
    mkdirSync(join(root, folder), { recursive: true });
    for (const [file, text] of Object.entries({ name, energy_uj: microjoules, max_energy_range_uj: 1_000_000 }))
      writeFileSync(join(root, folder, file), `${text}\n`);
  };
  it("is the sum of packages, also where a counter begins anew", async () => {
    counter("cap/intel-rapl:0", "package-0", 900_000);
    counter("cap/intel-rapl:1", "package-1", 100);
    counter("cap/intel-rapl:2", "psys", 5);
    using meter = (await packageMeter(join(root, "cap")))!;
    const end = await meter.begin();
    counter("cap/intel-rapl:0", "package-0", 400_000);
    counter("cap/intel-rapl:1", "package-1", 200_100);
    counter("cap/intel-rapl:2", "psys", 900_000);
    expect(await end()).toBeCloseTo(0.5 + 0.2, 10);
  });
  it("is not there where the platform does not tell", async () => {
    expect(await packageMeter(join(root, "none"))).toBeUndefined();
    mkdirSync(join(root, "bare/intel-rapl:0"), { recursive: true });
    expect(await packageMeter(join(root, "bare"))).toBeUndefined();
  });
});

const PEER = `
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **words) {
  int steps = atoi(words[count - 1]);
  if (steps == 1) { fprintf(stderr, "no memory for %d\\n", steps); return 1; }
  if (steps == 3) abort();
  puts(steps == 2 ? "nan times" : "1000 updates/s");
  return 0;
}
`;

describe("peers", () => {
  it("in Python tell their name and then the seconds of steps, or why they are missing", async () => {
    const said: string[] = [];
    await using others = programs((text) => said.push(text));
    const peer = await others.python('serve("a peer", lambda steps: time.sleep(steps / 1000))', []);
    if (said.length > 0) return expect(said[0]).toMatch(/ENOENT/); // no Python here
    expect(peer!.name).toBe("a peer");
    for (const steps of [5, 50]) expect(await peer!.run(steps)).toBeGreaterThanOrEqual(steps / 1000);
    await peer!.dispose();
    expect(await others.python("import no_such_module", [])).toBeUndefined();
    expect(said.join()).toContain("no_such_module");
    const failing = await others.python('serve("failing", lambda steps: 1 / 0)', []);
    await expect(failing!.run(1)).rejects.toThrow(/failing.*ZeroDivisionError/);
    await failing!.dispose();
    const mute = await others.python('serve("mute", lambda steps: (print("nothing", flush=True), exit(3)))', []);
    await expect(mute!.run(1)).rejects.toThrow(/mute reported no seconds but "nothing"/);
    await expect(mute!.run(1)).rejects.toThrow(/mute ended: exit code 3/);
    await mute!.dispose();
  });
  it("in C tell a rate, or the reason why they did not", async () => {
    const said: string[] = [];
    await using others = programs((text) => said.push(text));
    const peer = await others.c(PEER, (steps) => [steps], 10);
    if (said.length > 0) return expect(said[0]).toMatch(/no C compiler/);
    expect(await peer!.run(4)).toBe((10 * 4) / 1000);
    await expect(peer!.run(1)).rejects.toThrow("the peer in C ended: no memory for 1");
    await expect(peer!.run(2)).rejects.toThrow('reported no rate but "nan times"');
    await expect(peer!.run(3)).rejects.toThrow("the peer in C ended: killed by SIGABRT");
  });
});
