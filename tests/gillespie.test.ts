// Gillespie ensembles: paths equal to the reference, numbers that depend on nothing but the seed, laws that are known exactly.

import { describe, expect, it } from "vitest";
import {
  chiSquareTest,
  type GillespieOptions,
  type GillespieSimulation,
  type GpuDevice,
  gillespie,
  masterEquation,
  mergeCells,
  type ReferenceDevice,
  rateEquations,
} from "../src/index.ts";
import { device, reference, skipSlow } from "./devices.ts";

const EVENTS =
  "X -> 2 X @ 0.1; X -> 0 @ 0.11; X = 100; Y -> 0 @ 0.3; 0 -> Y @ 8; at 4.25: X = 50, Y = Y + 3; when Y > 30: Y = 5; total := X + 2*Y";

/** Rates in time: smooth, with jumps, and together with an event. */
const TIMED =
  "0 -> X @ 10*(1 + 0.5*sin(0.5*t)); X -> 0 @ 0.2; X -> Y @ X*if(t < 3, 0.1, 0.4); Y -> 0 @ Y*exp(-t)/(1 + t); at 2.2: X = 9";

/** As many reactions as registers hold, one choice after another: branches in place of selections took SwiftShader minutes to compile. */
const FULL_REGISTERS = Array.from({ length: 20 }, (_, i) => `X${i} <-> X${i + 1} @ 1, 1.5`)
  .concat("X0 = 100")
  .join("; ");

/** The same of conditions. */
const CONDITIONS = Array.from({ length: 20 }, (_, i) => `when X > ${5 + i} && Y > ${4 + 2 * i} || X > ${40 + i}: Y = 1`)
  .concat("0 -> X @ 20; X -> Y @ 1; Y -> 0 @ 0.2")
  .join("; ");

/** Beyond what registers hold: 99 reactions of a chain of reversible steps, with pairs that bind. */
const LARGE_NETWORK = Array.from(
  { length: 33 },
  (_, i) => `X${i} <-> X${i + 1} @ ${1 + i / 100}, 0.5; 2 X${i} -> X${i + 1} @ 1e-3`,
)
  .concat("X0 = 200")
  .join("; ");

const ensembleOf = async (on: GpuDevice | ReferenceDevice, trajectories: number, options: GillespieOptions) => {
  const ensemble = await gillespie.create(on, options);
  await ensemble.run(trajectories);
  return ensemble;
};

const digestAfter = async (trajectories: number, options: GillespieOptions) => {
  using ensemble = await ensembleOf(device, trajectories, options);
  return await ensemble.digest();
};

describe("paths on the GPU are those of the reference", () => {
  it.each<GillespieOptions>([
    { example: "isomerisation" },
    { example: "toggle-switch", until: 8 },
    { example: "michaelis-menten" },
    { example: "schloegl", until: 1 },
    { example: "repressilator", until: 8 },
    { network: EVENTS, until: 10 },
    { network: TIMED, until: 6 },
    { network: FULL_REGISTERS, until: 2 },
    { network: CONDITIONS, until: 10 },
    { network: LARGE_NETWORK, until: 3 },
    {
      network: `${LARGE_NETWORK}; when X3 > 20: X3 = 1, X5 = 9; X5 + 2 X6 -> 0 @ 1e-3; X7 -> X8 @ mm(X7, 3, 10)`,
      until: 3,
    },
  ])("$example $network", async (options) => {
    const full = { ...options, points: 9, seed: 2n ** 40n + 7n };
    using a = await gillespie.create(device, full);
    using b = await gillespie.create(reference, full);
    const paths = a.ensemble.network.reactions.length > 50 ? 40 : 200; // the reference takes its time
    const [left, right] = [await a.counts(5, paths), await b.counts(5, paths)];
    const equal = left.filter((path, i) => String(path) === String(right[i])).length;
    expect(equal).toBeGreaterThanOrEqual(0.99 * paths - 1); // f32 and f64 part where a number falls within 1e-7 of a boundary
    // Not vacuous: another seed gives other paths.
    using c = await gillespie.create(device, { ...full, seed: 3n });
    const other = await c.counts(5, paths);
    expect(left.filter((path, i) => String(path) === String(other[i])).length).toBeLessThan(20);
  });
});

it("event for event the gene network's trajectories are the reference's, but for one in a hundred", async () => {
  // 2,000 looks in 10 units of time: about as many as there are events, so hardly two fall between.
  const options: GillespieOptions = { example: "telegraph", until: 10, points: 2001, seed: 77n };
  using a = await gillespie.create(device, options);
  using b = await gillespie.create(reference, options);
  const [left, right] = [await a.counts(0, 200), await b.counts(0, 200)];
  const looks = left.map((path, i) => path.filter((state, t) => String(state) !== String(right[i][t])).length);
  // Another event is another path ever after. A single look is an event whose time, in f32, falls to the other side of it.
  expect(looks.filter((differ) => differ > 2).length).toBeLessThanOrEqual(2);
  expect(looks.filter((differ) => differ > 0).length).toBeLessThanOrEqual(12);
  const events = Array.from({ length: 20 }, (_, i) => b.replay(i).times.length).reduce((x, y) => x + y) / 20;
  expect(events).toBeGreaterThan(500);
  expect(events).toBeLessThan(4000);
});

describe("a number depends on the seed alone", () => {
  const options: GillespieOptions = { example: "dimerisation", points: 6, seed: 9n };

  it("not on the size of workgroups", async () => {
    const digest = await digestAfter(150, options);
    for (const workgroup of [1, 32, 256]) expect(await digestAfter(150, { ...options, workgroup })).toBe(digest);
  });

  it("not on how trajectories are divided into runs, nor on a stop, a checkpoint and another object", async () => {
    const digest = await digestAfter(150, options);
    using first = await ensembleOf(device, 60, options);
    const controller = new AbortController();
    const stopped = first.run(90, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toThrow();
    expect(first.steps).toBe(60);
    const saved = await first.checkpoint({ header: { a: 1 }, sections: { b: new Uint8Array([7]) } });
    using second = await gillespie.restore(device, saved);
    expect(second.extra).toEqual({ header: { a: 1 }, sections: { b: new Uint8Array([7]) } });
    await second.run(90);
    expect(await second.digest()).toBe(digest);
    expect(second.result()).toEqual((await ensembleOf(device, 150, options)).result());
  });

  it("nor do the last bits of outputs that are not linear", async () => {
    const own: GillespieOptions = { network: `${EVENTS}; ratio := X / (1 + Y)`, until: 5, points: 6, seed: 9n };
    for (const on of [device, reference]) {
      using whole = await ensembleOf(on, 40, own);
      using parts = await gillespie.create(on, own);
      for (const count of [1, 2, 9, 28]) await parts.run(count);
      expect(parts.result()).toEqual(whole.result());
    }
  });

  it("nor on what runs together with a trajectory", async () => {
    using ensemble = await gillespie.create(device, options);
    const many = await ensemble.counts(0, 40);
    expect(await ensemble.counts(17, 1)).toEqual([many[17]]);
    using sweep = await gillespie.create(device, { ...options, set: "k1 = 0.001|0.002" });
    expect((await sweep.counts(0, 40)).slice(0, 40)).toEqual(many);
  });

  it("the integer sums are those of the trajectories", async () => {
    using ensemble = await ensembleOf(device, 64, { network: EVENTS, until: 10, points: 5 });
    const paths = await ensemble.counts(0, 64);
    const { mean, sd, covariance, species } = ensemble.result();
    expect(species).toEqual(["X", "Y", "total"]);
    for (const t of [0, 2, 4]) {
      const columns = [0, 1].map((s) => paths.map((path) => path[t][s]));
      columns.push(paths.map((path) => path[t][0] + 2 * path[t][1]));
      const means = columns.map((column) => column.reduce((a, b) => a + b) / 64);
      const moment = (i: number, k: number) =>
        columns[i].reduce((sum, value, n) => sum + (value - means[i]) * (columns[k][n] - means[k]), 0) / 63;
      for (const i of [0, 1, 2]) {
        expect(mean[t][i]).toBeCloseTo(means[i], 9);
        expect(sd[t][i]).toBeCloseTo(Math.sqrt(moment(i, i)), 9);
      }
      expect(covariance![t][0][1]).toBeCloseTo(moment(0, 1), 9);
    }
    expect(mean[0]).toEqual([100, 0, 100]);
  });
});

/** Central, of a species at the end, from its histogram. */
function fourthMoment(ensemble: GillespieSimulation, species: number): number {
  const { counts, bins, width } = ensemble.histogram()!;
  const row = counts.slice(-bins * (ensemble.ensemble.network.species.length - species)).slice(0, bins);
  const n = row.reduce((a, b) => a + b);
  const value = (bin: number) => (bin + 0.5) * width - 0.5;
  const mean = row.reduce((sum, count, bin) => sum + count * value(bin), 0) / n;
  return row.reduce((sum, count, bin) => sum + count * (value(bin) - mean) ** 4, 0) / n;
}

const zOf = (ensemble: GillespieSimulation, name: string, mean: number, variance: number) => {
  const { value, n } = ensemble.estimate()[name];
  return (value - mean) / Math.sqrt(variance / n);
};

describe("laws that are known exactly", () => {
  // Closed forms (binomial, Poisson, negative binomial) and master equations solved elsewhere, in f64.
  const LAWS: [GillespieOptions, string, number, number][] = [
    [{ example: "birth-death", until: 10 }, "X", 63.212055882855765, 63.212055882855765],
    [{ example: "isomerisation", until: 1 }, "A", 48.20867734322865, 24.967911631393378],
    [{ example: "dimerisation", until: 10 }, "P2", 23.892864491422678, 7.594873816255656],
    [{ example: "michaelis-menten" }, "P", 38.51045722234906, 28.42772156023404],
    [{ example: "schloegl", until: 1 }, "X", 257.69764177662665, 5813.494115640998],
    [{ network: "0->X @ 2; X -> 2X @ 0.8; X->0 @ 1", until: 5 }, "X", 6.3212055882855775, 22.304261624034705],
    [{ example: "telegraph", until: 5 }, "P", 109.35022552636595, 6366.919089208199],
  ];

  it.each(LAWS)("%o: mean and variance of %s", async (options, name, mean, variance) => {
    using ensemble = await ensembleOf(device, 2000, { ...options, points: 3, seed: 11n });
    expect(Math.abs(zOf(ensemble, name, mean, variance))).toBeLessThan(4);
    expect(Math.abs(zOf(ensemble, name, mean * 1.1, variance))).toBeGreaterThan(4); // negative control
    const at = ensemble.result().species.indexOf(name);
    const spread = Math.sqrt((fourthMoment(ensemble, at) - variance ** 2) / 2000);
    expect(Math.abs(ensemble.result().sd[2][at] ** 2 - variance) / spread).toBeLessThan(4);
    expect(Math.abs(ensemble.result().sd[2][at] ** 2 - 1.5 * variance) / spread).toBeGreaterThan(4); // negative control
  });

  it.each(LAWS.slice(0, 5))("%o: the master equation agrees", async (options, name, mean, variance) => {
    using ensemble = await gillespie.create(reference, { ...options, points: 3 });
    const law = masterEquation(ensemble.ensemble, 0, { operations: 1e10 })!;
    const at = ensemble.result().species.indexOf(name);
    expect(law.mean[2][at]).toBeCloseTo(mean, 6);
    expect(law.sd[2][at] ** 2 / variance).toBeCloseTo(1, 6);
    expect(law.lost).toBeLessThan(1e-9);
  });

  it("the histogram of birth and death is Poisson's", async () => {
    using ensemble = await ensembleOf(device, 4000, { example: "birth-death", points: 2, seed: 4n });
    const { counts, bins, width } = ensemble.histogram()!;
    expect(width).toBe(1);
    const observed = counts.slice(bins, 2 * bins);
    const chance = (mean: number) => {
      const law = [Math.exp(-mean)];
      for (let n = 1; n < bins; n++) law.push((law[n - 1] * mean) / n);
      const cells = mergeCells(
        observed,
        law.map((p) => 4000 * p),
      );
      return chiSquareTest(cells.observed, cells.expected).p;
    };
    expect(chance(99.326205299915)).toBeGreaterThan(1e-4);
    expect(chance(102)).toBeLessThan(1e-4); // negative control
  });

  it("epidemics die out at once as often as they should, and extinction is a first passage", async () => {
    const network = "S + I -> 2 I @ 0.0015; I -> R @ 0.1; S = 99; I = 1";
    using ensemble = await ensembleOf(device, 4000, { network, until: 400, points: 3, passage: "I == 0", seed: 5n });
    const { counts, bins } = ensemble.histogram()!;
    const last = counts.slice((2 * 3 + 2) * bins, (2 * 3 + 3) * bins); // R, the last species, at the end
    const few = last.slice(0, 11).reduce((a, b) => a + b) / 4000;
    expect(Math.abs(few - 0.6494222094878992) / Math.sqrt((0.65 * 0.35) / 4000)).toBeLessThan(4);
    expect(ensemble.result().passage!.probability[2]).toBe(1);

    using births = await ensembleOf(device, 4000, {
      example: "linear-birth-death",
      points: 6,
      passage: "X == 0",
      seed: 6n,
    });
    births.result().passage!.probability.forEach((found, t) => {
      const growth = Math.exp(0.2 * t);
      const extinct = ((0.8 * (growth - 1)) / (growth - 0.8)) ** 5;
      expect(Math.abs(found - extinct)).toBeLessThanOrEqual(4 * Math.sqrt((extinct * (1 - extinct)) / 4000));
    });
  });

  it.each(["direct", "tau", "cle"] as const)("%s: what happens at a grid time has happened by then", async (method) => {
    // X rises at exactly the second of four times; a passage belongs to the first time that sees it.
    const options: GillespieOptions = { network: "X + Y -> 0 @ 1; at 1: X = 5; Y = 0", until: 3, points: 4, method };
    for (const on of [device, reference]) {
      using ensemble = await ensembleOf(on, 4, { ...options, passage: "X >= 5" });
      expect(ensemble.result().mean.map(([x]) => x)).toEqual([0, 5, 5, 5]);
      expect(ensemble.result().passage!.probability).toEqual([0, 1, 1, 1]);
    }
  });

  it("a leap that lands on a grid time has passed by then", async () => {
    const network = "0 -> X @ 1000";
    const options: GillespieOptions = { network, until: 3, points: 4, passage: "X >= 1500", method: "tau", seed: 9n };
    for (const on of [device, reference]) {
      using ensemble = await ensembleOf(on, 16, options);
      expect(ensemble.result().passage!.probability).toEqual([0, 0, 1, 1]); // 1000 after one interval, 2000 after two
    }
  });

  it("rates that depend on time are thinned", async () => {
    // m' = 10 (1 + sin(t/2)/2) - m/5, Poisson at all times; values by the closed form.
    const network = "0 -> X @ 10*(1 + 0.5*sin(0.5*t)); X -> 0 @ 0.2";
    const mean = (t: number) =>
      50 * (1 - Math.exp(-0.2 * t)) +
      (5 / (0.04 + 0.25)) * (0.2 * Math.sin(0.5 * t) - 0.5 * Math.cos(0.5 * t) + 0.5 * Math.exp(-0.2 * t));
    for (const points of [2, 11]) {
      using ensemble = await ensembleOf(device, 2000, { network, until: 10, points, seed: 12n });
      expect(mean(10)).toBeCloseTo(38.6479202, 6);
      expect(Math.abs(zOf(ensemble, "X", mean(10), mean(10)))).toBeLessThan(4);
      expect(Math.abs(zOf(ensemble, "X", 50 * (1 - Math.exp(-2)), 40))).toBeGreaterThan(4); // with the mean rate
    }
  });

  it("rate equations are the mean where rates are linear, and its limit for large counts where they are not", async () => {
    using linear = await gillespie.create(reference, { example: "telegraph", until: 5, points: 6 });
    expect(rateEquations(linear.ensemble)![5][2]).toBeCloseTo(9.595723, 4); // RNA, by the moment equations
    expect(rateEquations(linear.ensemble)![5][3]).toBeCloseTo(109.350226, 3);
    // 2 P -> 0: p' = -k p², p = p0 / (1 + k p0 t).
    using pairs = await gillespie.create(reference, { network: "2 P -> 0 @ 1e-3; P = 1000; at 1: P = 500", until: 2 });
    const path = rateEquations(pairs.ensemble)!;
    expect(path[24][0]).toBeCloseTo(1000 / (1 + 0.96), 3);
    expect(path[50][0]).toBeCloseTo(500 / (1 + 0.5), 3);
    using jumps = await gillespie.create(reference, { network: EVENTS });
    expect(rateEquations(jumps.ensemble)).toBeUndefined();
  });

  it("a scan is one launch, each point with its own law", async () => {
    const set = "k1 = 0.5:2:4, A = 60|100";
    using ensemble = await ensembleOf(device, 500, { example: "isomerisation", until: 1, points: 2, set, seed: 7n });
    const { points } = ensemble.result();
    expect(points).toHaveLength(8);
    for (const { set: own, mean } of points!) {
      const rest = 0.5 / (own.k1 + 0.5);
      const p = rest + (1 - rest) * Math.exp(-(own.k1 + 0.5));
      expect(Math.abs(mean[1][0] - own.A * p) / Math.sqrt((own.A * p * (1 - p)) / 500)).toBeLessThan(4);
    }
    expect(ensemble.histogram()).toBeUndefined();
  });
});

describe("approximate methods", () => {
  // Large counts, where leaps are long; the error of the method is below 1 % of the mean and 3 % of the deviation here.
  const LARGE = "0 -> X @ 1000; X -> 0 @ 0.1; 2 X -> Y @ 2e-6; Y -> X @ 0.05; X = 3000";

  it.for(["tau", "cle"] as const)(
    "%s: mean and deviation near those of the direct method, and not equal",
    async (method, { skip }) => {
      skipSlow(skip);
      const options: GillespieOptions = { network: LARGE, until: 20, points: 3, seed: 21n };
      using exact = await ensembleOf(device, 400, options);
      using leapt = await ensembleOf(device, 2000, { ...options, method });
      for (const t of [1, 2]) {
        exact.result().mean[t].forEach((mean, i) => {
          expect(leapt.result().mean[t][i] / mean).toBeCloseTo(1, 2);
          expect(leapt.result().sd[t][i] / exact.result().sd[t][i]).toBeGreaterThan(0.85);
          expect(leapt.result().sd[t][i] / exact.result().sd[t][i]).toBeLessThan(1.15);
        });
      }
      expect(await leapt.counts(0, 4)).not.toEqual(await exact.counts(0, 4));
    },
  );

  it.for([
    ["tau", "schloegl", 2],
    ["tau", "michaelis-menten", 20],
    ["cle", "birth-death", 20],
    ["tau", EVENTS, 10],
    ["cle", EVENTS, 10],
    ["tau", LARGE_NETWORK, 0.4],
  ] as const)("%s on %s: the law of the reference", async ([method, network, until], { skip }) => {
    skipSlow(skip);
    const named = /^[\w-]+$/.test(network);
    const options = {
      ...(named ? { example: network } : { network }),
      method,
      until,
      points: 2,
      seed: 22n,
    } as GillespieOptions;
    using a = await ensembleOf(device, 600, options);
    using b = await ensembleOf(reference, 100, options);
    const [left, right] = [a.result(), b.result()];
    left.mean[1].forEach((mean, i) => {
      const error = Math.hypot(left.sd[1][i] / Math.sqrt(600), right.sd[1][i] / Math.sqrt(100));
      expect(Math.abs(mean - right.mean[1][i])).toBeLessThanOrEqual(4 * error);
      if (right.mean[1][i] > 1) expect(Math.abs(left.sd[1][i] / right.sd[1][i] - 1)).toBeLessThan(0.4);
    });
  });

  it("leaps never leave less than nothing, and use up what there is", async () => {
    using ensemble = await ensembleOf(device, 500, {
      network: "A -> B @ 1; A + B -> 0 @ 0.01; A = 1000",
      until: 40,
      points: 5,
      method: "tau",
    });
    const { mean } = ensemble.result();
    expect(mean[4][0]).toBe(0);
    for (const [a, b] of mean) expect(a + b).toBeLessThanOrEqual(1000);
  });

  it("single leaps are Poisson's", async () => {
    // One reaction of constant rate: a leap a grid interval, of mean 3 and of mean 400.
    for (const rate of [3, 400]) {
      const options: GillespieOptions = {
        network: `0 -> X @ ${rate}; X = 1000000`,
        until: 1,
        points: 2,
        method: "tau",
        seed: 23n,
      };
      using ensemble = await ensembleOf(device, 4000, options);
      const { mean, sd } = ensemble.result();
      expect(Math.abs(mean[1][0] - 1e6 - rate) / Math.sqrt(rate / 4000)).toBeLessThan(4);
      expect(Math.abs(sd[1][0] ** 2 / rate - 1)).toBeLessThan(4 * Math.sqrt((2 + 1 / rate) / 4000));
    }
  });
});

it("the clock is right late in a long run, where one in f32 all but stands still", async () => {
  const network = "G -> G + X @ 1000; at 99999: G = 1; G = 0; X = 0";
  using ensemble = await ensembleOf(device, 64, { network, until: 100_000, points: 2, seed: 8n });
  expect(Math.abs(zOf(ensemble, "X", 1000, 1000))).toBeLessThan(4);
  // The negative control is that clock: steps of a millisecond are lost in a last place of eight.
  let fired = 0;
  const uniform = (i: number) => ((i * 0.618033988749895) % 1) + 1e-12;
  for (let t = Math.fround(99_999); t < 100_000; fired++) t = Math.fround(t - Math.log(uniform(fired)) / 1000);
  expect(fired).toBeGreaterThan(5000);
});

describe("a bad network is refused with its place", () => {
  it.each<[GillespieOptions, RegExp]>([
    [{ network: "A -> B" }, /"A -> B": write its rate/],
    [{ network: "A -> B @ 1 +" }, /a number or a name is missing at the end/],
    [{ network: "A -> B @ k" }, /k is neither a species nor a parameter/],
    [{ network: "A -> B @ 1; A = 1.5" }, /A starts at 1.5; molecules are counted/],
    [{ network: "A -> B @ 1; A = 3e9" }, /whole number from 0 to 2147483647/],
    [{ network: "A -> B @ 1; A = -1" }, /A starts at -1/],
    [{ network: "x = 1" }, /no reaction/],
    [{ network: "A -> B @ 1; A = 1; A = 2" }, /A has a value already/],
    [{ network: "A -> B @ foo(A)" }, /no function foo/],
    [{ network: "A -> B @ 1", example: "sir" }, /give one of them/],
    [{ example: "sir", set: "betta = 1" }, /no such parameter or species; it has beta, gamma/],
    [{ example: "sir", set: "beta = 1:2" }, /a range is FROM:TO:COUNT/],
    [{ example: "sir", passage: "Z > 1" }, /Z is neither a species/],
    [{ example: "sir", until: 0 }, /until 0: it must be above 0/],
    [{ example: "sir", points: 1 }, /points 1/],
    [{ network: "A -> B @ 1; when A > 2*t: A = 0" }, /mixes time and counts/],
    [{ network: "A -> B @ 1; A = 4e-10" }, /A starts at 4e-10; molecules are counted/],
    [{ network: "0 -> B @ 1 + tan(t)^2" }, /tan of the time is not supported/],
    [{ sbml: "<sbml" }, /no well-formed XML/],
    [{ network: `A -> B @ ${"(".repeat(1e5)}` }, /network: it is nested too deeply/],
    [{ sbml: `<sbml level="3">${"<a>".repeat(1e5)}` }, /sbml: /],
    [{ sbml: " ".repeat(2 ** 25 + 1) }, /the file has 33 MB; 32 MB are the most/],
    [{ network: "A -> B @ k; k = 0/0" }, /the parameter k is NaN/],
    [{ sbml: "<html/>" }, /root is <html>/],
  ])("%#", async (options, message) => {
    await expect(gillespie.create(device, options)).rejects.toThrow(message);
  });

  it("and a law that turns negative with its trajectory, its reaction and the time", async () => {
    for (const on of [device, reference]) {
      const law = gillespie.create(on, { network: "A -> B @ A*(50.5 - B); A = 100" });
      await expect(law.then((ensemble) => ensemble.run(20))).rejects.toThrow(
        /trajectory \d+ at t = .*propensity of A -> B is -/,
      );
      const division = gillespie.create(on, { network: "A -> B @ 40/(A - 50); A = 60" });
      await expect(division.then((ensemble) => ensemble.run(20))).rejects.toThrow(
        /trajectory \d+ at t = .*propensity of A -> B is Infinity/,
      );
      const growth = gillespie.create(on, { network: "X -> 2 X @ 1; X = 1", maxEvents: 3000 });
      await expect(growth.then((ensemble) => ensemble.run(16))).rejects.toThrow(
        /\d+ of \d+ trajectories were stopped at the event limit of 3000 reactions/,
      );
      const count = gillespie.create(on, { network: "A -> 0 @ 1 + 0*A; A = 1" });
      await expect(count.then((ensemble) => ensemble.run(20))).rejects.toThrow(/A falls below 0/);
    }
  });
});
