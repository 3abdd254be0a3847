// Histograms of dynamics: which trajectories are counted, and where, to the last one.

import { describe, expect, it } from "vitest";
import {
  CheckpointError,
  chiSquareTest,
  type Device,
  type DynamicsOptions,
  type DynamicsSimulation,
  decodeCheckpoint,
  dynamics,
  encodeCheckpoint,
  type HistogramResult,
  normalCdf,
  normalQuantile,
  ParameterError,
} from "../src/index.ts";
import { quantileOf } from "../src/models/dynamics/quantiles.ts";
import { createPart, mergeParts } from "../src/models/parts.ts";
import { device, reference, samples } from "./devices.ts";

const create = (options: DynamicsOptions, on: Device = device) => dynamics.create(on, options);
const LORENZ =
  "x' = 10*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z; x ~ normal(0, 8); y ~ normal(0, 8); z ~ normal(25, 8); r := sqrt(x^2 + y^2)";
/** Of the flow: all that may lie below, above, or outside on both sides. */
const OF_LORENZ = "x = -20:20:37; z = 10:50:8, r=5:6:1\ny = 1000:1001:5";

async function counted(options: DynamicsOptions, trajectories: number, on?: Device): Promise<HistogramResult[]> {
  using ensemble = await create({ trajectories, ...options }, on);
  await ensemble.run(trajectories);
  return ensemble.result().histograms!;
}

/** The same from trajectories, one value after another. */
async function fromSamples(ensemble: DynamicsSimulation, count: number, point = 0): Promise<HistogramResult[]> {
  const { data, shape } = await ensemble.samples(0, count);
  const [times, points, , quantities] = shape;
  return ensemble.result().histograms!.map(({ quantity, edges }) => {
    const bins = edges.length - 1;
    const cells = Array.from({ length: times }, () => new Array<number>(bins + 2).fill(0));
    for (let row = 0; row < times; row++) {
      for (let i = 0; i < count; i++) {
        const x = data[((row * points + point) * count + i) * quantities + ensemble.quantities.indexOf(quantity)];
        if (Number.isNaN(x)) continue;
        const passed = edges.filter((edge) => edge <= x).length;
        cells[row][x === edges[bins] ? bins : passed]++;
      }
    }
    return {
      ...{ quantity, edges },
      below: cells.map((own) => own[0]),
      above: cells.map((own) => own[bins + 1]),
      counts: cells.map((own) => own.slice(1, -1)),
    };
  });
}

const totals = ({ below, above, counts }: HistogramResult) =>
  counts.map((own, row) => below[row] + above[row] + own.reduce((sum, many) => sum + many, 0));

describe("counts", () => {
  it.each<[string, DynamicsOptions]>([
    ["a flow", { system: LORENZ, until: 6, points: 7, histograms: OF_LORENZ }],
    ["a flow by tsit5", { system: LORENZ, until: 6, points: 7, method: "tsit5", histograms: OF_LORENZ }],
    ["a map", { example: "henon", until: 30, points: 4, histograms: "y=-0.1:0.3:5, x=-1.3:1.3:1000" }],
    ["a flow with a delay", { example: "mackey-glass", until: 60, points: 4, histograms: "x=0.2:1.4:50" }],
  ])("of %s are those of its trajectories, on the device and the reference", async (_, options) => {
    for (const [on, many] of [
      [device, 700],
      [reference, 70],
    ] as const) {
      using ensemble = await create({ ...options, trajectories: many }, on);
      await ensemble.run(many);
      const own = ensemble.result().histograms!;
      expect(own).toEqual(await fromSamples(ensemble, many));
      for (const one of own) expect(totals(one)).toEqual(one.counts.map(() => many));
    }
  });

  it("are those of its trajectories in so many bins that times are counted in several dispatches", async () => {
    const histograms = "x=-20:20:400000; z=0:50:100";
    using ensemble = await create({ system: LORENZ, until: 6, points: 7, histograms, trajectories: 20 });
    await ensemble.run(20);
    expect(ensemble.result().histograms).toEqual(await fromSamples(ensemble, 20));
  });

  it("are the reference's, where states are exact", async () => {
    const system = "x -> if(x >= 0.5, 2*x - 1, 2*x); n -> n + 0.25; x ~ uniform(0, 1); n = -1; half := x < 0.5";
    const options = { system, until: 8, points: 9, histograms: "x=0:1:64; n=-0.5:0.75:5; half=0:1:2" };
    const own = await counted(options, 300);
    expect(own).toEqual(await counted(options, 300, reference));
    // n is on an edge at each time: -1, -3/4, -1/2 … 1, with edges from -1/2 to 3/4; what is at the upper end is in the last bin.
    expect(own[1].edges).toEqual([-0.5, -0.25, 0, 0.25, 0.5, 0.75]);
    const cells = own[1].counts.map((row, t) => [own[1].below[t], ...row, own[1].above[t]].indexOf(300));
    expect(cells).toEqual([0, 0, 1, 2, 3, 4, 5, 5, 6]);
  });

  it("have the bin that edges say, for values on them and next to them, of all sizes", async () => {
    const bits = new Int32Array(1);
    const next = (x: number, by: number) => {
      const view = new Float32Array(bits.buffer);
      view[0] = x;
      bits[0] += x < 0 ? -by : by;
      return view[0];
    };
    for (const [least, most, bins] of [
      [0.1, 0.7, 7],
      [-3, 1e-3, 11],
      [-1e30, 3e38, 3],
      [1e-37, 1, 1000],
      [-7 / 3, -1 / 3, 6],
      [16777214, 16777218, 3],
    ]) {
      const edges = Array.from({ length: bins + 1 }, (_, i) => Math.fround((least * (bins - i) + most * i) / bins));
      const values = edges
        .filter((_, i) => i % 100 < 12)
        .flatMap((edge) => (edge === 0 ? [0] : [next(edge, -1), edge, next(edge, 1)]));
      const options = {
        ...{ system: "x' = 0; x = 0", set: `x=${values.join("|")}`, until: 1, points: 2, dt: 1 },
        histograms: `x=${least}:${most}:${bins}`,
      };
      using ensemble = await create({ ...options, trajectories: 1 });
      await ensemble.run(1);
      const { points } = ensemble.result();
      const found = points!.map(({ histograms: [{ below, counts, above }] = [] }) =>
        [below[0], ...counts[0], above[0]].indexOf(1),
      );
      const right = values.map((x) => (x === edges[bins] ? bins : edges.filter((edge) => edge <= x).length));
      expect(found).toEqual(right);
      using other = await create({ ...options, trajectories: 1 }, reference);
      await other.run(1);
      expect(other.result().points).toEqual(points);
    }
  });

  it("leave out what diverges or is stuck, and outputs that are no number", async () => {
    for (const options of [
      // Infinite before t = 2 from every start above 1/2.
      { system: "x' = x^2; x ~ uniform(-1, 1); l := ln(x + 0.2)", until: 2, histograms: "x=-1:0.75:10; l=-3:0:3" },
      // Without a slope from t = 1 / (2 w) on.
      { system: "x' = -w/x; x = 1; w ~ exponential(8); l := ln(x - 0.5)", until: 1, histograms: "x=0:1:10; l=-3:0:3" },
    ]) {
      using ensemble = await create({ ...options, points: 5, method: "tsit5", tolerance: 1e-5, trajectories: 500 });
      await ensemble.run(500);
      const { diverged, histograms } = ensemble.result();
      expect(diverged.length).toBeGreaterThan(5);
      const [ofX, ofL] = histograms!.map(totals);
      expect(ofX[0]).toBe(500);
      expect(ofX[4]).toBe(500 - diverged.length);
      expect(ofL[4]).toBeLessThan(ofX[4]);
      expect(ofL[4]).toBeGreaterThan(100);
      expect(histograms).toEqual(await fromSamples(ensemble, 500));
    }
  });
});

describe("laws", () => {
  const p = (observed: readonly number[], shares: readonly number[]) => {
    const all = observed.reduce((sum, many) => sum + many, 0);
    return chiSquareTest(
      observed,
      shares.map((share) => share * all),
    ).p;
  };

  it("the logistic map at r = 4 has its invariant density, and at 3.95 another", async () => {
    const many = samples(40_000);
    const options = { example: "logistic", until: 60, points: 2, histograms: "x=0:1:25" } as const;
    // Ulam and von Neumann 1947: the share below x is 2/π arcsin √x.
    const law = (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x));
    const shares = Array.from({ length: 25 }, (_, i) => law((i + 1) / 25) - law(i / 25));
    const [own] = await counted({ ...options, set: "r=4" }, many);
    expect([own.below[1], own.above[1]]).toEqual([0, 0]);
    expect(p(own.counts[1], shares)).toBeGreaterThan(1e-4);
    const [other] = await counted({ ...options, set: "r=3.95" }, many);
    expect(p(other.counts[1], shares)).toBeLessThan(1e-20);
    // The starts are uniform.
    expect(p(own.counts[0], Array(25).fill(1 / 25))).toBeGreaterThan(1e-4);
    expect(p(own.counts[0], shares)).toBeLessThan(1e-20);
  });

  it("normal starts have theirs, with what is below and above", async () => {
    const [{ below, above, counts, edges }] = await counted(
      { system: "x' = 0; x ~ normal(3, 2)", until: 1, points: 2, dt: 1, histograms: "x=0:5:20" },
      samples(40_000),
    );
    const ends = [Number.NEGATIVE_INFINITY, ...edges, Number.POSITIVE_INFINITY];
    const sharesOf = (mean: number) => {
      const law = ends.map((x) => (Number.isFinite(x) ? normalCdf((x - mean) / 2) : Number(x > 0)));
      return law.slice(1).map((above, i) => above - law[i]);
    };
    const observed = [below[1], ...counts[1], above[1]];
    expect(p(observed, sharesOf(3))).toBeGreaterThan(1e-4);
    expect(p(observed, sharesOf(3.2))).toBeLessThan(1e-6);
  });
});

describe("quantiles", () => {
  it("lie on the line between the ends of their bin, and so far from it as is not known", () => {
    const edges = [0, 1, 3, 4];
    const inside = (cells: number[], p: number) => quantileOf(cells, edges, p);
    // Half of 100 are 10 of the 40 in the second bin; one standard error is 5.
    expect(inside([0, 40, 40, 20, 0], 0.5)).toEqual({ value: 1.5, least: 1, most: 3 });
    expect(inside([0, 48, 4, 48, 0], 0.5)).toEqual({ value: 2, least: 0, most: 4 });
    // What is exactly below an edge ends there, whatever 0.07 · 100 comes to.
    expect(inside([0, 7, 0, 93, 0], 0.07)).toEqual({ value: 1, least: 0, most: 4 });
    expect(inside([20, 60, 0, 0, 20], 0.5)).toEqual({ value: 0.5, least: 0, most: 1 });
    // Beyond the ends, and too near to them.
    const [below, above] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect(inside([60, 20, 10, 10, 0], 0.5)).toEqual({ value: Number.NaN, least: below, most: 0 });
    expect(inside([0, 0, 20, 20, 60], 0.5)).toEqual({ value: Number.NaN, least: 4, most: above });
    expect(inside([48, 20, 12, 20, 0], 0.5)).toEqual({ value: 0.1, least: below, most: 1 });
    expect(inside([0, 2, 2, 0, 0], 0.05).least).toBe(below);
    expect(inside([0, 0, 1, 0, 0], 0.5)).toEqual({ value: 2, least: below, most: above });
    expect(inside([0, 0, 0, 0, 0], 0.5)).toEqual({ value: Number.NaN, least: below, most: above });
  });

  it("of a normal law are its own, and no more often outside than one standard error says", async () => {
    const probabilities = [0.01, 0.1, 0.25, 0.5, 0.84];
    let [inside, all] = [0, 0];
    for (let seed = 1n; seed <= 20n; seed++) {
      const [{ quantiles }] = await counted(
        {
          ...{ system: "x' = 0; x ~ normal(3, 2)", until: 1, points: 2, dt: 1, seed },
          ...{ histograms: "x=-5:8:1300", quantiles: probabilities.join(" ") },
        },
        2000,
      );
      for (const [i, { probability, value, least, most }] of quantiles!.entries()) {
        expect(probability).toBe(probabilities[i]);
        const exact = 3 + 2 * normalQuantile(probability);
        all++;
        if (exact >= least[1] && exact <= most[1]) inside++;
        const density = Math.exp(-(((exact - 3) / 2) ** 2) / 2) / Math.sqrt(8 * Math.PI);
        const error = Math.sqrt((probability * (1 - probability)) / 2000) / density;
        expect(Math.abs(value[1] - exact)).toBeLessThan(4.5 * error + 0.01);
      }
    }
    // 68 % and what the width of bins adds.
    expect(inside / all).toBeGreaterThan(0.55);
    expect(inside / all).toBeLessThan(0.95);
  });

  it("are those of all values up to the width of a bin, and are told of where they have none", async () => {
    const options = { system: LORENZ, until: 6, points: 4, histograms: "x=-12:30:84", quantiles: "0.05, 0.5; 0.95" };
    using ensemble = await create({ ...options, trajectories: 999 });
    await ensemble.run(999);
    const { data } = await ensemble.samples(0, 999);
    const [{ quantiles }] = ensemble.result().histograms!;
    const missing = [];
    for (const { probability, value, least, most } of quantiles!) {
      for (let row = 0; row < 4; row++) {
        const sorted = Array.from({ length: 999 }, (_, i) => data[(row * 999 + i) * 4]).sort((a, b) => a - b);
        const right = sorted[Math.ceil(probability * 999) - 1];
        if (Number.isNaN(value[row])) {
          missing.push([probability, row]);
          expect(right).toBeLessThan(-12);
        } else expect(Math.abs(value[row] - right)).toBeLessThan(0.5);
        expect(right).toBeGreaterThanOrEqual(least[row]);
        expect(right).toBeLessThanOrEqual(most[row]);
      }
    }
    expect(missing.length).toBeGreaterThan(0);
    const last = ensemble.estimate()["x_q0.5"];
    const [, { value, least, most }] = quantiles!;
    expect(last.value).toBe(value[3]);
    expect(last.error).toBe(Math.max(value[3] - least[3], most[3] - value[3]));
    expect(ensemble.observables["x_q0.95"].description).toBe("Quantile 0.95 of x at the end");
    const note = `${missing.length} of 12 quantiles of x lie beyond the ends of its histogram`;
    expect(ensemble.notes().join()).toContain(note);
    expect(ensemble.notes().join()).toContain("below -12");
    const table = (await ensemble.output(".quantiles.csv")) as { head: string[]; rows: Iterable<(string | number)[]> };
    expect(table.head).toEqual(["time", "quantity", "probability", "value", "least", "most"]);
    const rows = [...table.rows];
    expect(rows.length).toBe(12);
    expect(rows.filter(([, , , value]) => value === "").length).toBe(missing.length);
    expect(rows[1]).toEqual([0, "x", 0.5, ...[quantiles![1]].flatMap((q) => [q.value[0], q.least[0], q.most[0]])]);
  });

  it.each([
    ["0.5 2", "2 must be a number between 0 and 1"],
    ["0", "0 must be a number between 0 and 1"],
    ["0.5 half", "half must be"],
    ["0.5 0.5", "given twice"],
    [Array.from({ length: 1001 }, (_, i) => (i + 1) / 1002).join(" "), "take fewer"],
  ])("%s is refused", async (quantiles, why) => {
    const error = await create({ histograms: "x=0:1:2", quantiles }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ParameterError);
    expect([(error as ParameterError).parameter, String(error)]).toEqual(["quantiles", expect.stringContaining(why)]);
  });

  it("are refused without histograms, and their file without them", async () => {
    await expect(create({ quantiles: "0.5" })).rejects.toThrow(/add histograms/);
    using ensemble = await create({ histograms: "x=0:1:2" });
    expect(() => ensemble.checkOutput(".quantiles.csv")).toThrow(/add quantiles/);
  });
});

describe("one run", () => {
  const options = { system: LORENZ, until: 4, points: 3, histograms: OF_LORENZ, trajectories: 90 } as const;

  it("counts the same alone, in batches, in other workgroups, in a sweep, resumed and in parts", async () => {
    using whole = await create(options);
    await whole.run(90);
    const right = whole.result();
    const digest = await whole.digest();
    using single = await create({ ...options, workgroup: 1 });
    for (const count of [1, 1, 38, 50]) await single.run(count);
    expect(single.result()).toEqual(right);
    expect(await single.digest()).toBe(digest);

    using begun = await create(options);
    await begun.run(41);
    using kept = await dynamics.restore(device, await begun.checkpoint());
    expect(kept.result()).toEqual(begun.result());
    await kept.run(49);
    expect(kept.result()).toEqual(right);
    expect(await kept.digest()).toBe(digest);

    const given = { parameters: options, seed: 1n };
    const parts = [];
    for (const range of [
      { first: 0, count: 17 },
      { first: 17, count: 1 },
      { first: 18, count: 72 },
    ]) {
      using part = await createPart(dynamics, device, given, range);
      await part.run(range.count);
      parts.push(await decodeCheckpoint(await part.checkpoint()));
    }
    using merged = await mergeParts(dynamics, device, parts);
    expect(merged.result!()).toEqual(right);
    expect(await merged.digest()).toBe(digest);

    // A start that is set to what it is drawn as elsewhere: every point has the same random numbers.
    const system = `${LORENZ}; none = 0`;
    using swept = await create({ ...options, system, set: "none=0|1|2" });
    await swept.run(90);
    const { points, histograms } = swept.result();
    expect(histograms).toEqual(right.histograms);
    for (const point of points!) expect(point.histograms).toEqual(right.histograms);
  });

  it("has a digest that depends on what is counted", async () => {
    const digests = await Promise.all(
      ["", "x=-1:1:4", "x=-1:1:5"].map(async (histograms) => {
        using ensemble = await create({ ...options, histograms });
        await ensemble.run(20);
        expect(ensemble.result().histograms?.length).toBe(histograms ? 1 : undefined);
        return await ensemble.digest();
      }),
    );
    expect(new Set(digests).size).toBe(3);
  });

  it("writes its cells as a table and as an array", async () => {
    const histograms = "b=0:1:2; x=0:0.5:1";
    const system = "x -> x; x ~ uniform(0, 1); k = 1; b := k*x";
    using ensemble = await create({ system, set: "k=1|3", until: 1, points: 2, histograms, trajectories: 200 });
    ensemble.checkOutput(".histograms.csv");
    await ensemble.run(200);
    const { points } = ensemble.result();
    const array = (await ensemble.output(".histograms.npy")) as { data: Float64Array; shape: number[] };
    expect(array.shape).toEqual([2, 2, 7]);
    const cells = points!.map(({ histograms: own }) =>
      own!.flatMap(({ below, counts, above }) => [below[1], ...counts[1], above[1]]),
    );
    expect([...array.data.subarray(14)]).toEqual(cells.flat());
    const table = (await ensemble.output(".histograms.csv")) as { head: string[]; rows: Iterable<(string | number)[]> };
    expect(table.head).toEqual(["k", "time", "quantity", "from", "to", "trajectories", "probability"]);
    const rows = [...table.rows];
    const above = cells[1][3];
    expect(above).toBeGreaterThan(80);
    expect(rows).toContainEqual([3, 1, "b", 1, Number.POSITIVE_INFINITY, above, above / 200]);
    expect(rows.every(([, , , , , many]) => Number(many) > 0)).toBe(true);
    expect(rows.reduce((sum, row) => sum + Number(row[5]), 0)).toBe(200 * 2 * 2 * 2);
  });

  it("refuses a checkpoint whose counts are not those of its numbers", async () => {
    using ensemble = await create(options);
    await ensemble.run(5);
    const checkpoint = await decodeCheckpoint(await ensemble.checkpoint());
    const damaged = async (at: number, by: number) => {
      const counts = new Float64Array(checkpoint.sections.histograms.slice().buffer);
      counts[at] += by;
      const sections = { ...checkpoint.sections, histograms: new Uint8Array(counts.buffer) };
      return dynamics.restore(device, await encodeCheckpoint({ ...checkpoint, sections })).catch((error) => error);
    };
    for (const [by, why] of [
      [1, "counts 6 of 5 numbers"],
      [0.5, "no counts"],
      [-100, "no counts"],
    ] as const) {
      const error = await damaged(3, by);
      expect(error).toBeInstanceOf(CheckpointError);
      expect(String(error)).toContain(why);
    }
  });
});

describe("refused are", () => {
  it.each<[Partial<DynamicsOptions>, string]>([
    [{ histograms: "q=0:1:10" }, "no such variable or output; it has x, y, z"],
    [{ histograms: "s=0:1:10" }, "add an output"],
    [{ histograms: "x" }, "write NAME = FROM:TO:BINS"],
    [{ histograms: "x=0:1" }, "write NAME = FROM:TO:BINS"],
    [{ histograms: "x=0:1:10:2" }, "write NAME = FROM:TO:BINS"],
    [{ histograms: "x=0=1:2:3" }, "write NAME = FROM:TO:BINS"],
    [{ histograms: "x=1:0:10" }, "x = 1:0:10: its lower end must be below"],
    [{ histograms: "x=1:1:10" }, "its lower end must be below"],
    [{ histograms: "x=0:1:0" }, "at least 1"],
    [{ histograms: "x=0:1:2.5" }, "whole number of bins"],
    [{ histograms: "x=0:1:-3" }, "at least 1"],
    [{ histograms: "x=a:1:3" }, "finite numbers"],
    [{ histograms: "x=:1:3" }, "finite numbers"],
    [{ histograms: "x=-Infinity:1:3" }, "finite numbers"],
    [{ histograms: "x=0:1e39:3" }, "finite numbers"],
    [{ histograms: "x=1:1.00000001:1" }, "the same as numbers of 24 bits; move them apart"],
    [{ histograms: "x=1:1.000001:20" }, "take fewer bins"],
    [{ histograms: "x=0:1:10; y=0:1:10; x=0:2:10" }, "x: it has a histogram already"],
    [{ histograms: "x=0:1:1e9" }, "take fewer"],
    [
      { histograms: "x=0:1:1000; y=0:1:998", points: 20_001 },
      "x, y: 2002 cells at 20001 times are 305 MiB, and 128 MiB are the most",
    ],
    [{ histograms: "x=0:1:100000", set: "r=20:30:100" }, "times of 100 points are"],
  ])("%o", async (options, why) => {
    const error = await create(options).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ParameterError);
    expect([(error as ParameterError).parameter, String(error)]).toEqual(["histograms", expect.stringContaining(why)]);
  });

  it("files of histograms where there are none", async () => {
    using ensemble = await create({});
    expect(() => ensemble.checkOutput(".histograms.npy")).toThrow(/add histograms/);
    await expect(ensemble.output(".histograms.csv")).rejects.toThrow(/add histograms/);
  });
});
