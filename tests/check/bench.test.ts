// What benchmarks make of their timings: fits, shares, and whether a result is slower than an earlier one. And every model has one.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Bench, Case } from "../../bench/harness/case.ts";
import { type Comparison, compare, settled } from "../../bench/harness/compare.ts";
import { exponentsOf, isClear, shareOf, summary } from "../../bench/harness/fit.ts";
import { type BenchDocument, type BenchRow, type Machine, readResult } from "../../bench/harness/result.ts";
import { runBenches } from "../../bench/harness/run.ts";
import { timeBench } from "../../bench/harness/time.ts";
import { energy, prefixed, rateText, shareOfLimit, tableOf, time } from "../../bench/harness/words.ts";
import { benched, benchOf } from "../../bench/index.ts";
import { GpuError, OutOfMemoryError, ParameterError } from "../../src/device/errors.ts";
import type { GpuDevice } from "../../src/device/gpu.ts";
import { models } from "../../src/models/index.ts";

const MACHINE: Machine = { copy: 1e9, integer: 1e10, float: 4e10, workgroup: 1e10, submission: 1e-4, dispatch: 1e-5 };
const device = {
  kind: "gpu",
  software: false,
  host: "node",
  vendor: "v",
  architecture: "a",
  description: "d 1.0",
} as const;

/** Rates with a noise of about so much, the same each time for a seed. */
function row(size: number, { factor = 1, noise = 0.02, seed = 1 } = {}): BenchRow {
  let state = seed * 7919 + size;
  const repeats = Array.from({ length: 5 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return factor * 1e9 * (1 + noise * (state / 2 ** 31 - 1));
  });
  const { value, spread } = summary(repeats);
  return {
    ...{ model: "ising", kernel: "packed", size: [size, size], rate: value, spread, repeats: 5, unit: "flips/s" },
    ...{ n: size * size, of: "sites", seconds: (size * size) / value },
  };
}

const SIZES = [1024, 2048, 4096];
const result = (options: Parameters<typeof row>[1] = {}, extra: Partial<BenchDocument> = {}): BenchDocument => ({
  ...{
    gibbs: "0.1.0",
    commit: "",
    date: "2026-01-01T00:00:00Z",
    device,
    driver: "d 1.0",
    system: {},
    machine: MACHINE,
  },
  ...{ rows: SIZES.map((size) => row(size, options)), exponents: [], ...extra },
});
const verdicts = (now: BenchDocument, before: BenchDocument) => compare(now, before).rows.map(({ verdict }) => verdict);

describe("a result compared with an earlier one", () => {
  it("is the same where it is equal, and where only noise differs", () => {
    expect(verdicts(result(), result())).toEqual(["same", "same", "same"]);
    expect(verdicts(result({ seed: 2 }), result({ seed: 3 }))).toEqual(["same", "same", "same"]);
    expect(verdicts(result({ seed: 2, noise: 0.3 }), result({ seed: 3, noise: 0.3 }))).toEqual([
      "same",
      "same",
      "same",
    ]);
  });
  it("is slower where it is a fifth slower, and faster the other way round", () => {
    expect(verdicts(result({ factor: 0.8 }), result())).toEqual(["slower", "slower", "slower"]);
    expect(verdicts(result(), result({ factor: 0.8 }))).toEqual(["faster", "faster", "faster"]);
  });
  it("is never slower by less than a tenth, and by more where repeats scatter", () => {
    expect(verdicts(result({ factor: 0.93, noise: 0.001 }), result({ noise: 0.001 }))).toEqual([
      "same",
      "same",
      "same",
    ]);
    const scattered = compare(result({ factor: 0.8, noise: 0.4 }), result({ noise: 0.4 })).rows;
    for (const { noise, verdict } of scattered) {
      expect(noise).toBeGreaterThan(0.2);
      expect(verdict).toBe("same");
    }
    expect(verdicts(result({ factor: 0.2, noise: 0.4 }), result({ noise: 0.4 }))).toEqual([
      "slower",
      "slower",
      "slower",
    ]);
  });
  it("finds one slow row among others, and leaves peers alone", () => {
    const now = result();
    now.rows[1] = { ...now.rows[1], rate: 0.5 * now.rows[1].rate };
    expect(verdicts(now, result())).toEqual(["same", "slower", "same"]);
    now.rows[1].by = "peer";
    expect(verdicts(now, result())).toEqual(["same", "same"]);
  });
  it("names kernels that are gone", () => {
    const now = result();
    now.rows.pop();
    expect(compare(now, result()).missing).toEqual(["ising, packed, 4096×4096"]);
  });
  it("is not compared with another device's, nor with nothing", () => {
    const other = result({}, { device: { ...device, description: "e 2.0" } });
    expect(() => compare(result(), other)).toThrow(/"v, a, e 2.0".*"v, a, d 1.0"/);
    expect(() => compare(result(), { ...result(), rows: [{ ...row(8), model: "rbm" }] })).toThrow(ParameterError);
  });
});

describe("the kept results", () => {
  const folder = new URL("../../bench/results/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  it.each(names)("%s is a result of gibbs bench, which the page of speeds draws", (name) => {
    expect(readResult(readFileSync(new URL(name, folder), "utf8"), name).rows.length).toBeGreaterThan(0);
  });
  it("of the queue's bench are none of these, and lie in a folder of their own", () => {
    const [name] = readdirSync(new URL("queue/", folder));
    const text = readFileSync(new URL(`queue/${name}`, folder), "utf8");
    expect(() => readResult(text, name!)).toThrow(/no result of gibbs bench/);
  });
});

describe("a result of a machine that moved", () => {
  const slowerOf = (rows: readonly Comparison[]) => rows.filter(({ verdict }) => verdict === "slower");
  it("is no slower by what its limits moved", () => {
    const rows = SIZES.map((size) => ({ ...row(size, { factor: 0.55 }), bound: "integer" as const }));
    const now = result({}, { rows, machine: { ...MACHINE, integer: 0.5 * MACHINE.integer } });
    expect(verdicts(now, result())).toEqual(["same", "same", "same"]);
    // Negative controls: the limit is another one, and no machine is known.
    expect(verdicts({ ...now, machine: { ...MACHINE, copy: 0.5 * MACHINE.copy } }, result())[0]).toBe("slower");
    expect(verdicts({ ...now, machine: undefined } as never, result())[0]).toBe("slower");
  });
  it("may be a third slower on a software adapter, which shares its processor", () => {
    const software = { device: { ...device, software: true } };
    expect(verdicts(result({ factor: 0.75 }, software), result({}, software))[0]).toBe("same");
    expect(verdicts(result({ factor: 0.5 }, software), result({}, software))).toEqual(["slower", "slower", "slower"]);
  });
  // Two kept results of one commit and one machine, nine minutes apart: in between something else ran on its two cores.
  const [ladder, later] = ["ladder", "ising-gillespie"].map((name) => {
    const file = new URL(`../../bench/results/2026-11-27-lavapipe-epyc-2-cores-${name}.json`, import.meta.url);
    return readResult(readFileSync(file, "utf8"), name);
  });
  it("raises suspects where a busy moment met kernels alone, not limits, and a second timing clears them", () => {
    expect(slowerOf(compare(later, ladder).rows)).toEqual([]);
    const { rows } = compare(ladder, later);
    expect(rows.length).toBeGreaterThan(20);
    expect(slowerOf(rows).length).toBeLessThan(6); // six where noise was that of repeats
    const second = settled(rows, compare(later, later).rows);
    expect(slowerOf(second)).toEqual([]);
  });
  it("is slower where both timings of a kernel are", () => {
    const half = { ...later, rows: later.rows.map((each, i) => (i === 0 ? { ...each, rate: 0.5 * each.rate } : each)) };
    const { rows } = compare(half, later);
    expect(slowerOf(rows)).toHaveLength(1);
    expect(slowerOf(settled(rows, compare(half, later).rows))).toMatchObject([{ ratio: 0.5, retimed: true }]);
  });
});

it("devices that have no description are told apart by what they have", () => {
  const [own, other, same] = ["apple", "amd", "apple"].map((vendor) =>
    result({}, { device: { ...device, vendor, architecture: "", description: "" } }),
  );
  expect(() => compare(own, other)).toThrow(/"amd".*"apple"/);
  expect(verdicts(own, same)).toEqual(["same", "same", "same"]);
  const newer = result({}, { device: { ...device, vendor: "apple", architecture: "metal-3", description: "" } });
  expect(() => compare(own, newer)).toThrow(/"apple, metal-3".*"apple"/);
});

describe("a file of a result", () => {
  it("is read back", () => {
    expect(readResult(JSON.stringify(result()), "a.json").rows).toHaveLength(3);
  });
  it.each([
    ["{", "no JSON"],
    ["3", "no device"],
    [JSON.stringify({ device, rows: [] }), "no rows"],
    [JSON.stringify({ device, rows: [row(8), { ...row(8), rate: 0 }] }), "row 2"],
    [JSON.stringify({ device, rows: [null] }), "row 1"],
    [JSON.stringify({ device: { description: "d" }, rows: [row(8)] }), "no device"],
    [JSON.stringify({ device, rows: [row(8)], machine: { ...MACHINE, float: null } }), 'no limit "float"'],
    ...[{ spread: -1 }, { spread: null }, { size: [8, null] }, { repeats: 1 }, { repeats: null }, { repeats: 2.5 }].map(
      (wrong) => [JSON.stringify({ device, rows: [row(8), { ...row(8), ...wrong }] }), "row 2"],
    ),
  ])("is refused where it is %s", (text, why) => {
    expect(() => readResult(text, "a.json")).toThrow(ParameterError);
    expect(() => readResult(text, "a.json")).toThrow(why);
  });
  it("has a noise that is a number, however few its repeats", () => {
    const rows = SIZES.map((size) => ({ ...row(size, { noise: 0.001 }), repeats: 2 }));
    const before = readResult(JSON.stringify(result({}, { rows })), "a.json");
    const now = result({ factor: 0.5, noise: 0.001 });
    for (const { noise, verdict } of compare(now, before).rows) {
      expect(noise).toBeLessThan(0.2);
      expect(verdict).toBe("slower");
    }
    const old = { ...before, rows: rows.map(({ repeats, ...rest }) => rest) };
    expect(verdicts(now, old as BenchDocument)).toEqual(["slower", "slower", "slower"]);
  });
});

it("the cost of a ladder is fitted with its error, by steps or by updates", () => {
  const law = (power: number, noise: number) =>
    [100, 1000, 10_000].map((n, i) => ({ ...row(8), n, size: [n], seconds: n ** power * (1 + (i === 1 ? noise : 0)) }));
  const [exact] = exponentsOf(law(1.5, 0));
  expect(exact.exponent).toBeCloseTo(1.5, 10);
  expect(exact.error).toBeLessThan(1e-10);
  const [rough] = exponentsOf(law(1.5, 0.3));
  expect(Math.abs(rough.exponent - 1.5)).toBeLessThan(3 * rough.error);
  expect(rough.error).toBeGreaterThan(0.01);
  const rates = law(1, 0).map((each) => ({ ...each, rate: each.n ** -2 }));
  expect(exponentsOf(rates, new Set(["packed"]))[0]).toMatchObject({ per: "update", exponent: expect.closeTo(2, 10) });
  expect(exponentsOf(law(1, 0).slice(1))).toEqual([]);
  expect(exponentsOf(law(1.5, 20))).toEqual([]); // an error of 0.5 leaves nothing to tell
  expect([0.3, 0.31, Number.NaN].map((error) => isClear({ error }))).toEqual([true, false, false]);
});

it("a share is that of the limit which binds", () => {
  expect(shareOf(1e8, { integer: 50, bytes: 1 }, MACHINE)).toEqual({ bound: "integer", share: 0.5 });
  expect(shareOf(1e8, { integer: 50, bytes: 8 }, MACHINE)).toEqual({ bound: "bytes", share: 0.8 });
  expect(shareOf(1e8, { float: 100 }, MACHINE)).toEqual({ bound: "float", share: 0.25 });
  expect(shareOf(1e8, { float: 100, workgroup: 48 }, MACHINE)).toEqual({ bound: "workgroup", share: 0.48 });
  expect(shareOfLimit({ share: 0.256, bound: "float" })).toBe("26 % of f32");
  expect(shareOfLimit({ share: 0.5, bound: "workgroup" })).toBe("50 % of workgroup memory");
});

it("figures in words", () => {
  expect([0.5, 12.345, 999, 1234, 7.88e8, 3e18].map(prefixed)).toEqual([
    "0.5",
    "12.3",
    "999",
    "1.23 k",
    "788 M",
    "3000 P",
  ]);
  expect([2, 0.0123, 4.5e-6, 3e-9].map(time)).toEqual(["2 s", "12.3 ms", "4.5 µs", "0.003 µs"]);
  expect([2, 3.21e-3, 4.5e-9, 1.2e-11].map(energy)).toEqual(["2 J", "3.21 mJ", "4.5 nJ", "12 pJ"]);
  expect([0.9, 1.1].map((spread) => rateText({ ...row(8), rate: 1e9, spread }))).toEqual([
    "1 G flips/s",
    "1 G flips/s ?",
  ]);
});

it("a table has the columns of which something is known", () => {
  const [first, second] = [row(8), row(16)];
  expect(tableOf([first, second]).head).toEqual(["kernel", "size", "rate", "spread", "a step"]);
  const { head, lines } = tableOf([{ ...first, joules: 2e-9 }, second], [["more", (_, own) => (own ? "" : "x")]]);
  expect(head.slice(-2)).toEqual(["energy", "more"]);
  expect(lines.map((line) => [line[0], ...line.slice(-2)])).toEqual([
    ["packed", "2 nJ", ""],
    ["", "", "x"],
  ]);
});

describe("timing", () => {
  const place = { info: { software: true } } as GpuDevice;
  /** A kernel whose step takes as many seconds as it says, by its own clock, and what is left of it in `order`. */
  const fake = (kernel: string, n: number, seconds: number, order: string[] = []): Case => ({
    ...{ kernel, size: [n], n, of: "sites", updates: n, unit: "flips/s", counted: { integer: 10 } },
    create: async () => ({
      run: async (steps) => {
        order.push(kernel);
        return seconds * steps;
      },
      dispose: () => void order.push(`${kernel} freed`),
    }),
  });
  const timeFake = (cases: Case[], { check = async () => {}, quick = false, log = (_: string) => {} } = {}) =>
    timeBench("ising", { check, cases: () => cases }, place, { quick, machine: MACHINE, log });

  it("times nothing where a kernel is wrong", async () => {
    let asked = false;
    const bench: Bench = {
      check: async () => {
        throw new GpuError("bench ising: packed differs from the reference; nothing was timed.");
      },
      cases: () => {
        asked = true;
        return [];
      },
    };
    const options = { quick: true, machine: MACHINE, log: () => {} };
    await expect(timeBench("ising", bench, place, options)).rejects.toThrow("nothing was timed");
    expect(asked).toBe(false);
  });
  it("gives medians, shares and exponents, contenders of a size in turn", async () => {
    const order: string[] = [];
    const ladder = [10, 100, 1000].flatMap((n) => [fake("a", n, 1e-6 * n, order), fake("b", n, 1e-7 * n ** 2, order)]);
    const { rows, exponents } = await timeFake(ladder);
    expect(rows).toHaveLength(6);
    for (const { kernel, rate, spread, seconds, n } of rows) {
      const step = kernel === "a" ? 1e-6 * n : 1e-7 * n ** 2;
      expect([seconds / step, (rate * step) / n, spread]).toEqual([
        expect.closeTo(1),
        expect.closeTo(1),
        expect.closeTo(0),
      ]);
    }
    expect(rows[0]).toMatchObject({ bound: "integer", share: expect.closeTo(1e6 / 1e9) });
    expect(exponents.map(({ exponent }) => exponent)).toEqual([expect.closeTo(1), expect.closeTo(2)]);
    expect(order.join(" ")).toContain("a b a b a b a b a b a freed b freed");
  });
  it("takes repeats anew that scatter, and keeps the steadiest", async () => {
    /** Each repeat takes so many times as long as the last says. */
    const uneven = (factors: number[], order: string[]): Case => {
      const made = fake("b", 10, 1, order);
      return {
        ...made,
        async create() {
          const contender = (await made.create())!;
          let calls = -2; // what warms up and finds the length
          return {
            ...contender,
            run: async (steps) => ((await contender.run(steps)) as number) * (factors[calls++] ?? 1),
          };
        },
      };
    };
    const order: string[] = [];
    const disturbed = [1, 9, 1, 4, 1];
    const { rows } = await timeFake([fake("a", 10, 1, order), uneven(disturbed, order)]);
    expect(rows.map(({ kernel, spread, repeats }) => [kernel, spread.toFixed(3), repeats])).toEqual([
      ["a", "0.000", 5],
      ["b", "0.000", 5],
    ]);
    expect(order.filter((word) => word === "b")).toHaveLength(order.filter((word) => word === "a").length + 5);
    const [still] = (await timeFake([uneven([...disturbed, ...disturbed, 1, 2, 3, 1, 1], [])])).rows;
    expect(still.spread).toBeCloseTo(2 / 3);
  });
  it("leaves out what does not fit, and says so", async () => {
    const large = fake("a", 100, 1e-3);
    large.create = async () => {
      throw new ParameterError("size", "size 100: it does not fit.");
    };
    const said: string[] = [];
    const { rows } = await timeFake([fake("a", 10, 1e-3), large], { log: (text) => said.push(text) });
    expect(rows.map(({ n }) => n)).toEqual([10]);
    expect(said).toEqual([expect.stringContaining("size 100: it does not fit")]);
  });
  describe("a peer that fails while it runs", () => {
    /** Fails at its call of this number. */
    const failing = (by: Case["by"], at: number, order: string[] = []): Case => {
      const made = fake("b", 10, 1e-3, order);
      return {
        ...made,
        ...(by ? { by } : {}),
        async create() {
          const contender = (await made.create())!;
          let calls = 0;
          return {
            ...contender,
            run: (steps) => (++calls === at ? Promise.reject(new Error("out of memory")) : contender.run(steps)),
          };
        },
      };
    };
    it.each([1, 3, 8])("is left out with a word, at call %i, and the others stay", async (at) => {
      const [said, order]: string[][] = [[], []];
      const cases = [fake("a", 10, 1e-3, order), failing("peer", at, order), fake("a", 20, 1e-3, order)];
      const { rows } = await timeFake(cases, { log: (text) => said.push(text) });
      expect(rows.map(({ kernel, n, repeats }) => [kernel, n, repeats])).toEqual([
        ["a", 10, 5],
        ["a", 20, 5],
      ]);
      expect(said).toEqual(["left out: ising: b, 10: out of memory"]);
      expect(order.filter((word) => word === "b freed")).toHaveLength(1);
    });
    it("or tells no time", async () => {
      const said: string[] = [];
      const peer: Case = { ...fake("b", 10, Number.NaN), by: "peer" };
      const { rows } = await timeFake([fake("a", 10, 1e-3), peer], { log: (text) => said.push(text) });
      expect(rows.map(({ kernel }) => kernel)).toEqual(["a"]);
      expect(said.join()).toContain("NaN s");
    });
    it("stops the benchmark where it is a kernel of ours, the reference, or the user's wish", async () => {
      for (const by of [undefined, "reference"] as const) {
        await expect(timeFake([failing(by, 8)])).rejects.toThrow("out of memory");
      }
      const controller = new AbortController();
      const ended = fake("b", 10, 1e-3);
      ended.by = "peer";
      ended.create = async () => ({
        async run() {
          controller.abort(new Error("interrupted"));
          throw new Error("killed by SIGINT");
        },
        dispose: () => {},
      });
      const options = { quick: true, machine: MACHINE, log: () => {}, signal: controller.signal };
      const bench: Bench = { check: async () => {}, cases: () => [fake("a", 10, 1e-3), ended] };
      await expect(timeBench("ising", bench, place, options)).rejects.toThrow("interrupted");
    });
  });
  it("reports the size that ran, also when compared with a larger one", async () => {
    const order: string[] = [];
    const few: Case = { ...fake("b", 10, 1e-3, order), by: "peer", comparedSize: [1000] };
    const { rows } = await timeFake([fake("a", 1000, 1e-3, order), fake("a", 10, 1e-3), few], { quick: true });
    expect(rows.filter(({ kernel }) => kernel === "b").map(({ size, n }) => [size, n])).toEqual([[[10], 10]]);
    expect(order.join(" ")).toContain("a b a b a b a freed b freed");
  });
  it("leaves out what turns out not to fit as it runs", async () => {
    const [large, said]: [Case, string[]] = [fake("a", 100, 1e-3), []];
    large.create = async () => ({
      run: () => Promise.reject(new OutOfMemoryError("size 100: no memory.")),
      dispose: () => {},
    });
    const { rows } = await timeFake([fake("a", 10, 1e-3), large], { log: (text) => said.push(text) });
    expect([rows.map(({ n }) => n), said]).toEqual([[10], ["left out: ising: a, 100: size 100: no memory."]]);
  });
  it("takes the smallest sizes of the first ladder alone in a quick run", async () => {
    const all = [10, 20, 40, 80].flatMap((n) => [fake("a", n, 1e-3), fake("b", n, 1e-3)]);
    const { rows } = await timeFake(all, { quick: true });
    expect(rows.map(({ kernel, n }) => [kernel, n])).toEqual([
      ["a", 10],
      ["a", 20],
      ["a", 40],
    ]);
  });
});

describe("a whole run", () => {
  const gpu = { info: device } as unknown as GpuDevice;
  /** A kernel that takes its seconds in turn, each time it is made. */
  const ladder = (sides: readonly number[], ...seconds: number[]): Bench => ({
    check: async () => {},
    cases: () =>
      sides.map((side) => ({
        ...{ kernel: "packed", size: [8, side], n: 8 * side, of: "sites", updates: 64, unit: "flips/s" },
        async create() {
          const own = seconds.shift()!;
          return { run: async (steps) => own * steps, dispose: () => {} };
        },
      })),
  });
  const bench = (...seconds: number[]) => ladder([8], ...seconds);
  const started = (): BenchDocument => ({ ...result(), machine: undefined, rows: [], exponents: [] }) as never;
  const run = (document: BenchDocument, own: Bench, more: Partial<Parameters<typeof runBenches>[3]> = {}) =>
    runBenches(gpu, [{ model: "ising", load: async () => own }], document, {
      ...{ quick: true, log: () => {}, measure: async () => MACHINE, ...more },
    });
  const baseline = async () => {
    const document = started();
    await run(document, bench(1));
    return document;
  };
  it("fills its document row by row", async () => {
    const document = started();
    const seen: string[] = [];
    await run(document, bench(1), {
      onUpdate: () => seen.push(`${document.machine ? "machine" : ""} ${document.rows.length}`),
    });
    expect(seen.slice(0, 2)).toEqual(["machine 0", "machine 1"]);
    expect(document.rows).toMatchObject([{ model: "ising", rate: 64, repeats: 3 }]);
    expect(document).not.toHaveProperty("ended");
  });
  it("times a suspect again, and keeps the faster timing", async () => {
    const document = started();
    await run(document, bench(2, 1), { baseline: await baseline() });
    expect(document.comparison).toMatchObject({ rows: [{ verdict: "same", ratio: 1, retimed: true }], missing: [] });
    expect(document.rows).toMatchObject([{ rate: 64 }]);
  });
  it("fits powers to the timings that stay", async () => {
    const sides = [8, 16, 32];
    const before = started();
    await run(before, ladder(sides, 1, 2, 4));
    const document = started();
    await run(document, ladder(sides, 1, 2, 40, 4), { baseline: before });
    expect(document.rows.map(({ seconds }) => seconds)).toEqual([1, 2, 4]);
    expect(document.exponents).toEqual(before.exponents);
    expect(before.exponents).toMatchObject([{ kernel: "packed", exponent: expect.closeTo(1) }]);
  });
  it("calls it slower where it is so again", async () => {
    const document = started();
    await run(document, bench(2, 2), { baseline: await baseline() });
    expect(document.comparison!.rows).toMatchObject([{ verdict: "slower", ratio: 0.5, retimed: true }]);
  });
  it("tells why it ended, and keeps what it had", async () => {
    const document = started();
    const broken: Bench = { check: () => Promise.reject(new GpuError("wrong.")), cases: () => [] };
    const both = ["ising", "rbm"].map((model, i) => ({ model, load: async () => [bench(1), broken][i] }));
    const options = { quick: true, log: () => {}, measure: async () => MACHINE };
    await expect(runBenches(gpu, both, document, options)).rejects.toThrow("wrong.");
    expect([document.ended, document.rows.length]).toEqual(["wrong.", 1]);
  });
});

it("every model has a benchmark of its stem, found without a list", async () => {
  expect(benched).toEqual(models.map(({ name }) => name));
  for (const model of benched) {
    const { check, cases } = await benchOf(model);
    expect([typeof check, typeof cases]).toEqual(["function", "function"]);
  }
});
