// Data of any size: what somebody measures in does not matter, and old links mean what they meant.

import { describe, expect, it } from "vitest";
import { base64Bytes } from "../src/files/base64.ts";
import { dimensionOf, parseClasses, parsePoints } from "../src/files/points-text.ts";
import {
  type DiffusionOptions,
  decodeCheckpoint,
  diffusion,
  diffusionTraining,
  encodeCheckpoint,
  follow,
  inOwnUnits,
  labelsText,
  type Network,
  networkFile,
  ParameterError,
  parseLink,
  pointsText,
  readNetwork,
} from "../src/index.ts";
import { dataSetOf } from "../src/models/diffusion/data/index.ts";
import { parseMixture } from "../src/models/diffusion/data/mixture-text.ts";
import { covarianceOf, meanOf } from "../src/models/diffusion/data/moments.ts";
import { diffusionParameters } from "../src/models/diffusion/parameters.ts";
import { logDensity } from "../src/models/diffusion/reference-denoisers.ts";
import { scheduleOf } from "../src/models/diffusion/schedules.ts";
import { offsetsOf } from "../src/network/shape.ts";
import { device, reference } from "./devices.ts";

async function finished(options: DiffusionOptions, on: typeof device | typeof reference = device) {
  const simulation = await diffusion.create(on, options);
  await simulation.run(simulation.length);
  await simulation.conclude();
  return simulation;
}

/** A noisy ring of radius 1, the same points anywhere: x, y in turn. */
const ring = async (count: number) => (await dataSetOf("rings", { points: count, seed: 5n })).points;
const table = (points: ArrayLike<number>, stretch: readonly number[], shift: readonly number[]) => {
  const d = stretch.length;
  const data = Float64Array.from(points, (value, at) => shift[at % d] + stretch[at % d] * value);
  return { data, text: pointsText({ data, shape: [data.length / d, d] }) };
};

const refused = async (options: DiffusionOptions, parameter: string, message: RegExp) => {
  const error = await diffusion.create(device, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ParameterError);
  expect(error).toMatchObject({ parameter, message: expect.stringMatching(message) });
};

describe("what is not of unit size", () => {
  it("points about (500, 300) of radius 100 have their mean and variance", async () => {
    const { data, text } = table(await ring(1000), [100, 100], [500, 300]);
    using simulation = await finished({ data: text, sampler: "heun", steps: 40, samples: 4096 });
    const { mean, covariance } = simulation.result();
    const [means, spread] = [meanOf(data, 2), covarianceOf(data, 2)];
    for (const i of [0, 1]) {
      const variance = spread[3 * i];
      expect(Math.abs(mean![i] - means[i]) / Math.sqrt(variance / 4096)).toBeLessThan(4);
      // The fourth moment of a ring is no larger than that of a Gaussian.
      expect(Math.abs(covariance![i][i] / variance - 1) / Math.sqrt(2 / 4096)).toBeLessThan(4);
    }
    expect(simulation.notes()[0]).toMatch(/^Numbers are denoised less their mean and over their standard deviation, /);
    // Negative control: without scaling these are refused, as links of gibbs 0.1.0 they are said.
    const raw = { data: text, sampler: "heun", steps: 40, scaling: "none" } as const;
    await refused(
      raw,
      "data",
      /samples begin as noise alone, .* the data are \d\d\.\d times its variance.*leave scaling out/,
    );
    using old = await finished({ ...raw, rules: 1, samples: 400 });
    expect(old.notes()[0]).toMatch(/With schedule karras samples begin as noise alone/);
    expect(old.result().covariance![0][0]).toBeLessThan(0.5 * spread[0]);
  });

  it("two far modes of equal shares come out in equal shares", async () => {
    using simulation = await finished({ data: "0.5 [0] 1; 0.5 [200] 1", sampler: "heun", samples: 4096 });
    const { modeCounts, withinModeVariance } = simulation.result();
    expect(Math.abs(modeCounts![0] - 2048)).toBeLessThan(4 * 32);
    expect(Math.abs(withinModeVariance! - 1)).toBeLessThan(0.1);
    expect(simulation.notes()).toHaveLength(1);
  });

  it("a mode that is narrower than the last noise is said", async () => {
    using simulation = await diffusion.create(device, { data: "0.5 [0] 1; 0.5 [20000] 1", sampler: "heun" });
    expect(simulation.notes().join()).toMatch(/0\.00010 standard deviations of the data.*take a smaller sigmaMin/);
    using fine = await finished({
      ...{ data: "0.5 [0] 1; 0.5 [20000] 1", sampler: "heun", sigmaMin: 1e-5, steps: 100, samples: 4096 },
    });
    expect(fine.notes().join()).not.toMatch(/narrowest/);
    expect(Math.abs(fine.result().withinModeVariance! - 1)).toBeLessThan(0.15);
  });

  const laws: [string, (a: readonly number[], b: readonly number[]) => Promise<string>][] = [
    ["points", async (a, b) => table(await ring(300), a, b).text],
    [
      "a mixture",
      async ([a0, a1], [b0, b1]) =>
        `0.3 [${b0 + a0},${b1}] [[${a0 ** 2},${0.5 * a0 * a1}],[${0.5 * a0 * a1},${0.4 * a1 ** 2}]]; 0.7 [${b0 - 2 * a0},${b1 + a1}] [[${0.2 * a0 ** 2},0],[0,${0.3 * a1 ** 2}]]`,
    ],
  ];
  it.each(laws)("%s moved and stretched give samples so moved, on both devices", async (_, law) => {
    const [stretch, shift] = [
      [708, 7e-7],
      [1e8, -3],
    ];
    for (const on of [device, reference]) {
      const own = { sampler: "dpmpp-2m", steps: 6, samples: 20, seed: 3n } as const;
      using plain = await diffusion.create(on, { ...own, data: await law([1, 1], [0, 0]) });
      using moved = await diffusion.create(on, { ...own, data: await law(stretch, shift) });
      for (let step = 0; step < 6; step++) {
        const [a, b] = [await plain.samples(), await moved.samples()];
        for (let at = 0; at < a.length; at++) {
          const back = (b[at] - shift[at % 2]) / stretch[at % 2];
          expect(Math.abs(back - a[at]) / (1 + Math.abs(a[at])), `step ${step}`).toBeLessThan(2e-4);
        }
        await plain.run(1);
        await moved.run(1);
      }
    }
  });

  it("densities are those of the data's own units", async () => {
    const data = "0.4 [500, 3] [[9, 0.01],[0.01, 0.0004]]; 0.6 [520, 3.1] [[4, 0],[0, 0.0009]]";
    using simulation = await diffusion.create(reference, { data, samples: 1 });
    const points = [501, 3.01, 519, 3.12, 510, 3.05];
    const mixture = parseMixture(data);
    simulation.logLikelihood(points).forEach((found, p) => {
      const exact = logDensity(mixture, Float64Array.from(points.slice(2 * p, 2 * p + 2)), {
        signal: 1,
        noise: 0,
        time: 0,
      });
      expect(Math.abs(found - exact)).toBeLessThan(2e-4);
    });
  });

  it("a column that never changes comes out as it is, and has no density", async () => {
    const points = await ring(200);
    const data = Float64Array.from({ length: 600 }, (_, at) =>
      at % 3 === 1 ? 0.1 : points[2 * Math.floor(at / 3) + (at % 3) / 2],
    );
    const text = pointsText({ data, shape: [200, 3] });
    using simulation = await finished({ data: text, sampler: "heun", steps: 10, samples: 50 });
    const x = await simulation.samples();
    expect(new Set(x.filter((_, at) => at % 3 === 1))).toEqual(new Set([0.1]));
    expect(simulation.notes().join()).toContain("Column 2 never changes in the data, nor in the samples.");
    expect(() => simulation.logLikelihood([0, 0.1, 0])).toThrow("column 2 never changes, so points have no density");
    await refused({ data: text, known: "?,0.2,?" }, "known", /number 2 is 0.2, but it is 0.1 in all of the data/);
  });

  it("numbers whose squares are no floats are refused by their column", async () => {
    const of = (values: number[]) => pointsText({ data: values, shape: [3, 2] });
    await refused(
      { data: of([1, 1e-200, 2, 2e-200, 4, 5e-200]) },
      "data",
      /column 2 is about .*; write it in another unit/,
    );
    await refused({ data: of([1e200, 1, 2e200, 2, 1e200, 3]) }, "data", /column 1 is about/);
    await refused({ data: of([1.7e308, 1, -1.7e308, 2, 0, 3]) }, "data", /column 1 are farther apart/);
  });

  it("what is given is given in those units, exactly, and noise begins where samples were", async () => {
    const data = "0.5 [5000, 1] [[90000, 0.2],[0.2, 0.01]]; 0.5 [9000, 2] [[40000, 0],[0, 0.02]]";
    using simulation = await finished({ data, known: "5100.5,?", sampler: "ddim", samples: 40 });
    const x = await simulation.samples();
    expect(new Set(Array.from(x).filter((_, at) => at % 2 === 0))).toEqual(new Set([5100.5]));
    using first = await diffusion.create(device, { data, samples: 9, steps: 7, seed: 8n });
    using again = await diffusion.create(device, { data, samples: 9, steps: 7, noise: await first.samples() });
    for (const run of [first, again]) await run.run(7);
    const [a, b] = [await first.samples(), await again.samples()];
    a.forEach((value: number, at: number) => {
      expect(Math.abs(b[at] / value - 1)).toBeLessThan(1e-4);
    });
  });

  it("data that come with gibbs and drawings keep their bits", async () => {
    for (const data of ["gmm8", "moons", "2x2:AP8QIA"]) {
      using plain = await diffusion.create(device, { data, samples: 20, points: 50, steps: 5 });
      using raw = await diffusion.create(device, {
        data,
        samples: 20,
        points: 50,
        steps: 5,
        scaling: "none",
        rules: 1,
      });
      for (const run of [plain, raw]) await run.run(5);
      expect(await plain.digest()).toBe(await raw.digest());
      expect(plain.data.unit).toBeUndefined();
    }
  });
});

describe("networks", () => {
  const SMALL = { width: 64, batch: 128, steps: 700, learningRate: 5e-3, ema: 50 } as const;

  it("learn columns of 708 and of 0.71 alike, and keep their units in the file", async () => {
    const { data, text } = table(await ring(1500), [1000, 1], [0, 40]);
    using training = await diffusionTraining.create(device, { ...SMALL, data: text });
    await training.run(SMALL.steps);
    const file = await training.output();
    const network = readNetwork(file);
    expect(network).toEqual(await training.network());
    expect(Array.from(network.unit!.centre)).toEqual(Array.from(meanOf(data, 2), (value) => expect.closeTo(value, 6)));
    // Of other data the network keeps its own units; without --data, too.
    for (const other of [text, "gmm8"]) {
      using simulation = await finished({ data: other, network, sampler: "heun", steps: 18, samples: 4096 });
      const { mean, covariance } = simulation.result();
      const spread = covarianceOf(data, 2);
      for (const i of [0, 1]) {
        expect(covariance![i][i] / spread[3 * i], `number ${i}`).toBeGreaterThan(0.8);
        expect(covariance![i][i] / spread[3 * i], `number ${i}`).toBeLessThan(1.2);
        expect(Math.abs(mean![i] - [0, 40][i]) / Math.sqrt(spread[3 * i])).toBeLessThan(0.2);
      }
    }
    await refused(
      { data: text, network, scaling: "none" },
      "scaling",
      /the network has the unit that it was trained in/,
    );
  });

  it("goes on from a checkpoint with more steps, and from a file, in the units that it began in", async () => {
    const { text } = table(await ring(300), [50, 2], [7, -1]);
    const small = { width: 16, batch: 32, steps: 6, data: text } as const;
    using first = await diffusionTraining.create(reference, small);
    await first.run(6);
    using resumed = await diffusionTraining.restore(reference, await first.checkpoint());
    resumed.extend(12);
    await resumed.run(6);
    expect([resumed.steps, resumed.points.parameters.steps]).toEqual([12, 12]);
    expect(resumed.notes().join(" ")).toContain("The training was extended at step 6");
    expect(() => resumed.extend(3)).toThrow("steps 3: the training has 12; it can be extended, not shortened.");
    // The rate of 12 steps from there on: as if the schedule had been so from the start, were it not for the first six.
    using twice = await diffusionTraining.restore(reference, await resumed.checkpoint());
    expect([await twice.digest(), twice.notes()]).toEqual([await resumed.digest(), resumed.notes()]);

    const network = await first.network();
    const other = table(await ring(300), [100, 4], [0, 0]).text;
    using more = await diffusionTraining.create(reference, { ...small, data: other, network });
    expect((await more.network()).parameters).toEqual(network.parameters);
    await more.run(3);
    expect((await more.network()).unit).toEqual(network.unit);
    using kept = await diffusionTraining.restore(reference, await more.checkpoint());
    for (const run of [more, kept]) await run.run(3);
    expect(await kept.digest()).toBe(await more.digest());
    await expect(diffusionTraining.create(reference, { ...small, data: "1 [0] 1", network })).rejects.toThrow(
      /the network is of 2 numbers a sample, but the mixture has 1/,
    );
  });

  it("of gibbs 0.1.0, trained on raw numbers, sample in units of their own mean and σ_data", async () => {
    // F says 0: what it denoises is the best linear guess about its mean.
    const shape = { dimension: 2, width: 16, layers: 2, classes: 0 };
    const parameters = Float32Array.from({ length: offsetsOf(shape).count }, (_, i) => Math.sin(i));
    parameters.fill(0, offsetsOf(shape).output);
    const old: Network = { shape, parameters, centre: Float32Array.of(500, -30), deviation: 40, data: "points" };
    const file = readNetwork(networkFile(old));
    using simulation = await finished({ network: file, sampler: "heun", steps: 40, samples: 4096 });
    const { mean, covariance } = simulation.result();
    for (const i of [0, 1]) {
      expect(Math.abs(mean![i] - [500, -30][i])).toBeLessThan((4 * 40) / 64);
      expect(Math.abs(covariance![i][i] / 1600 - 1)).toBeLessThan(0.12);
    }
    // What it is told of the noise is as it was: the same denoiser, in other units.
    const full = { ...old, parameters: parameters.map((_, i) => 0.3 * Math.sin(3 * i)) };
    using raw = await diffusion.create(reference, { network: full, scaling: "none", rules: 1, samples: 1 });
    using scaled = await diffusion.create(reference, { network: full, samples: 1 });
    const x = [430, -80, 510, 0];
    const there = raw.denoised(x, { signal: 1, noise: 20, time: 0 })!;
    const seen = x.map((value, at) => (value - [500, -30][at % 2]) / 40);
    const here = scaled.denoised(seen, { signal: 1, noise: 0.5, time: 0 })!;
    const back = inOwnUnits(scaled.data, Float32Array.from(here));
    there.forEach((value, at) => {
      expect(Math.abs(back[at] - value)).toBeLessThan(1e-4);
    });
  });
});

describe("noise levels", () => {
  const levelsOf = (options: Partial<DiffusionOptions>) =>
    scheduleOf({ ...diffusionParameters.parse(options), schedule: "linear" }).levels;
  const times = (options: Partial<DiffusionOptions>) =>
    levelsOf(options)
      .map(({ time }) => time)
      .slice(0, -1);

  it("lcm takes the times of diffusers", () => {
    expect(times({ sampler: "lcm", steps: 1 })).toEqual([999]);
    expect(times({ sampler: "lcm", steps: 8 })).toEqual([999, 879, 759, 639, 499, 379, 259, 139]);
    // Of diffusers' own lines in NumPy: sums with weights 1, 2, …
    for (const [steps, expected] of [
      [3, 3374],
      [7, 12_292],
      [30, 168_035],
      [45, 369_165],
      [49, 439_775],
    ]) {
      const found = times({ sampler: "lcm", steps });
      expect(found.reduce((all, time, i) => all + time * (i + 1), 0)).toBe(expected);
    }
    expect(times({ sampler: "lcm", steps: 4, originalSteps: 100, trainSteps: 500 })).toEqual([499, 374, 249, 124]);
    expect(times({ sampler: "lcm", steps: 4, spacing: "leading" })).toEqual([750, 500, 250, 0]);
    expect(() => times({ sampler: "lcm", steps: 51 })).toThrow(/steps 51: lcm takes its times among the 50/);
    expect(() => times({ sampler: "lcm", steps: 5, trainSteps: 20 })).toThrow(/originalSteps 50: the schedule has 20/);
  });

  it("a consistency model in one step gives the mean that it says", async () => {
    using simulation = await finished({ data: "1 [2] 0.25", sampler: "lcm", steps: 1, samples: 1000 });
    expect(Math.abs(simulation.estimate().mean.value - 2)).toBeLessThan(0.01);
  });

  it("halves of trailing times are rounded to even, as NumPy does", () => {
    const found = times({ spacing: "trailing", steps: 16 });
    expect(found).toEqual([999, 937, 874, 811, 749, 687, 624, 561, 499, 437, 374, 311, 249, 187, 124, 61]);
    expect(times({ spacing: "trailing", steps: 1 })).toEqual([999]);
    expect(times({ spacing: "linspace", steps: 3 })).toEqual([999, 500, 0]);
    // numpy.round(numpy.arange(1000, 0, -1000 / n)) - 1 and numpy.round(numpy.linspace(0, 999, n)): sums with weights 1, 2, …
    const sum = (options: Partial<DiffusionOptions>) =>
      times(options).reduce((all, time, i) => all + time * (i + 1), 0);
    for (const [steps, expected] of [
      [7, 11_974],
      [48, 407_068],
      [96, 1_579_848],
      [160, 4_334_060],
    ]) {
      expect(sum({ spacing: "trailing", steps })).toBe(expected);
    }
    for (const [steps, expected] of [
      [4, 3330],
      [8, 11_988],
      [28, 135_198],
      [112, 2_107_224],
      [333, 18_516_979],
    ]) {
      expect(sum({ spacing: "linspace", steps })).toBe(expected);
    }
  });

  it("one step of ddim and ddpm begins at time 0 with leading times, as in diffusers, which is refused", async () => {
    for (const sampler of ["ddim", "ddpm"] as const) {
      expect(times({ sampler, steps: 1 })).toEqual([0]);
      await refused({ sampler, steps: 1 }, "steps", /steps 1: samples begin as noise alone.*take spacing trailing/);
      using simulation = await finished({ data: "1 [2] 0.25", sampler, steps: 1, spacing: "trailing", samples: 400 });
      expect(Math.abs(simulation.estimate().mean.value - 2)).toBeLessThan(0.01);
    }
  });

  it("a schedule that does not end in noise is refused, and said where a third of a hundredth is left", async () => {
    await refused(
      { trainSteps: 100 },
      "trainSteps",
      /the data are 121.* % of its variance|the data are \d+.*take more trainSteps/,
    );
    using said = await diffusion.create(device, { trainSteps: 300, samples: 4 });
    expect(said.notes().join()).toMatch(/With schedule linear samples begin as noise alone/);
    using fine = await diffusion.create(device, { samples: 4 });
    expect(fine.notes()).toHaveLength(1); // steps to make
    using mended = await finished({
      trainSteps: 100,
      terminal: "zero",
      spacing: "trailing",
      samples: 4096,
      data: "1 [1] 0.25",
    });
    const exact = diffusion.exact(mended.points.parameters);
    const { mean, variance } = mended.estimate();
    expect(Math.abs(mean.value - exact.mean!.value) / mean.error).toBeLessThan(4);
    expect(Math.abs(variance.value - exact.variance!.value) / variance.error).toBeLessThan(4);
  });

  it("what is wrong with a start is named: the data's size, the steps, or the schedule", async () => {
    await refused({ data: "digits", points: 100, steps: 2 }, "steps", /steps 2: .*take spacing trailing or more steps/);
    await refused(
      { data: "1 [500] 1", scaling: "none", sampler: "heun" },
      "data",
      /leave scaling out, or take more noise/,
    );
    await refused({ sampler: "heun", sigmaMax: 2 }, "sigmaMax", /sigmaMax 2: .*take more noise \(sigmaMax\)/);
    using levels = await diffusion.create(device, {
      data: "1 [1] 1",
      sampler: "ddim",
      levels: [
        { signal: 0.8, noise: 0.6, time: 1 },
        { signal: 1, noise: 0, time: 0 },
      ],
    });
    expect(levels.notes().join()).toMatch(/With these levels samples begin as noise alone/);
    using begun = await diffusion.create(device, { steps: 1, samples: 2, noise: [0, 1, 2, 3] });
    expect(begun.notes()).toEqual(["1 of 1 steps are still to make: samples are noisy."]);
    using again = await diffusion.restore(device, await begun.checkpoint());
    expect(again.notes()).toEqual(begun.notes());
  });

  it("a terminal signal of zero, as rescale_betas_zero_snr of diffusers", async () => {
    const [{ signal, noise }, second] = levelsOf({ terminal: "zero", spacing: "trailing", steps: 500 });
    expect([signal, noise]).toEqual([0, 1]);
    // diffusers 58eb52c0, rescale_zero_terminal_snr of the linear schedule: alphas_cumprod[997] and [500], in NumPy's f64.
    expect(second.signal ** 2 / 1.70072877e-8).toBeCloseTo(1, 6);
    const plain = levelsOf({ spacing: "linspace", steps: 1000 });
    const zero = levelsOf({ terminal: "zero", spacing: "linspace", steps: 1000 });
    expect(zero[999].signal).toBeCloseTo(plain[999].signal, 14); // the first time
    expect(zero[499].signal ** 2).toBeCloseTo(7.52462157e-2, 9);
    const [last, first] = [plain[0].signal, plain[999].signal];
    expect(zero[500].signal).toBeCloseTo(((plain[500].signal - last) * first) / (first - last), 14);
    await refused(
      { terminal: "zero", spacing: "trailing", sampler: "heun", schedule: "linear" },
      "terminal",
      /which heun divides by/,
    );
    for (const variance of ["small", "exact"] as const) {
      using simulation = await finished({
        ...{ data: "1 [1] 0.25", terminal: "zero", spacing: "trailing", sampler: "ddpm", variance, samples: 2000 },
      });
      const exact = diffusion.exact(simulation.points.parameters);
      const { value, error } = simulation.estimate().variance;
      expect(Math.abs(value - exact.variance!.value) / error).toBeLessThan(4);
    }
  });

  it("last is where vp and ve end, too", async () => {
    for (const [sampler, left] of [
      ["euler-maruyama", 1e-4],
      ["langevin", 4e-6],
    ] as const) {
      const ends = [];
      for (const last of ["zero", "first"] as const) {
        using simulation = await finished({ sampler, steps: 200, last, data: "1 [0] 0.000001", samples: 2000 });
        const exact = diffusion.exact(simulation.points.parameters).variance!;
        const { value, error } = simulation.estimate().variance;
        expect(Math.abs(value - exact.value) / error).toBeLessThan(4);
        ends.push({
          digest: await simulation.digest(),
          noise: simulation.levels.at(-1)!.noise,
          length: simulation.length,
        });
      }
      expect(ends[0].digest).not.toBe(ends[1].digest);
      expect(ends.map(({ length }) => length)).toEqual([200, 200]);
      expect(ends[0].noise).toBe(0);
      expect(ends[1].noise ** 2 / left).toBeGreaterThan(0.9);
    }
  });
});

/** What gibbs 0.1.0 made of them on the reference; bits are those of one engine's Math. */
describe("links of version 1 give what they gave", () => {
  it.each([
    ["data=1%20%5B2%5D%200.25&sampler=heun&steps=8&step=8", [1.132077, 2.98954, 2.716777]],
    ["data=1%20%5B2%5D%200.25&sampler=lcm&steps=4&step=4", [2.106983, 2.056004, 2.194072]],
    [
      "sampler=ddim&spacing=trailing&steps=16&step=16",
      [-1.670007, 0.9397577, 1.533498, -1.459013, 1.959045, 0.06827349],
    ],
    [
      "sampler=euler-maruyama&last=zero&steps=20&step=20",
      [-0.1524947, -2.216303, -0.1544544, 1.420591, 0.895567, 1.046103],
    ],
    ["sampler=langevin&steps=10&step=10", [1.788151, -0.3951871, 1.480424, 1.105146, 0.1710178, -1.805375]],
    ["sampler=ddim&trainSteps=100&steps=10&step=10", [-1.600395, 0.9957858, 1.524688, -1.440363, 1.894993, 0.07348537]],
    ["data=0.5%20%5B0%5D%201;%200.5%20%5B200%5D%201&sampler=heun&steps=18&step=18", [-1.274133, 198.48904, 1.505733]],
  ])("%s", async (words, expected) => {
    using simulation = await follow(reference, parseLink(`diffusion#v=1&seed=5&samples=3&${words}`));
    const { data } = await simulation.array();
    expect(Array.from(data)).toEqual(expected.map((value) => expect.closeTo(value, 5)));
    // Negative control: by today's rules, where they differ, it is another run.
    if (!/data=|trailing/.test(words)) return;
    using today = await follow(reference, parseLink(`diffusion#v=2&seed=5&samples=3&${words}`));
    expect(Array.from((await today.array()).data)).not.toEqual(expected.map((value) => expect.closeTo(value, 5)));
  });
});

/** Two steps of four, as gibbs 0.1.0 kept them on the reference: of "1 [2] 0.25" by dpmpp-2m, two samples, seed 3. */
const OLD =
  "iWdpYmJzDQpyAgAAeyJmb3JtYXQiOjEsImdpYmJzIjoiMC4xLjAiLCJtb2RlbCI6ImRpZmZ1c2lvbiIsImhlYWRlciI6eyJwYXJhbWV0ZXJzIjp7ImRhdGEiOiIxIFsyXSAwLjI1Iiwic2FtcGxlciI6ImRwbXBwLTJtIiwic3RlcHMiOjQsInNhbXBsZXMiOjIsImRlbm9pc2VyIjoiZXhhY3QiLCJmaXJzdFNhbXBsZSI6MCwicG9pbnRzIjoyMDAwLCJsYWJlbCI6LTEsImd1aWRhbmNlIjowLCJldGEiOjAsInZhcmlhbmNlIjoic21hbGwiLCJjaHVybiI6MCwiY2h1cm5Gcm9tIjowLCJjaHVyblRvIjoxMDAwMDAwMDAwLCJjaHVybk5vaXNlIjoxLCJzbnIiOjAuMTYsImNvcnJlY3Rpb25zIjoxLCJzcGFjaW5nIjoibGVhZGluZyIsImxhc3QiOiJ6ZXJvIiwidHJhaW5TdGVwcyI6MTAwMCwiYmV0YVN0YXJ0IjowLjAwMDEsImJldGFFbmQiOjAuMDIsInNpZ21hTWluIjowLjAwMiwic2lnbWFNYXgiOjgwLCJyaG8iOjcsInNoaWZ0IjoxLCJjbGlwIjowLCJ0aHJlc2hvbGQiOjAsImtub3duIjoiIiwicmVzYW1wbGUiOjEsImludGVycG9sYXRlIjoiIiwicHJvYmVzIjowLCJwcmVkaWN0aW9uIjoic2FtcGxlIn0sInNlZWQiOiIzIiwic3RlcHMiOjIsImV4dHJhIjp7fX0sInNlY3Rpb25zIjpbWyJ4IiwxNl0sWyJwcmV2aW91cyIsMTZdXX0FgANsY3sAQHNk1nhFgfU_siX08TQGAEC8qTFn2Xj_P0Y6pK90eJioEl6adBPbaY0UvZdsipqxArWQuP1GS5fa";

describe("checkpoints of gibbs 0.1.0 go on as they would have", () => {
  it("of samples", async () => {
    using simulation = await diffusion.restore(reference, base64Bytes(OLD)!);
    expect(simulation.points.parameters).toMatchObject({ rules: 1, scaling: "none", spacing: "leading" });
    await simulation.run(2);
    expect(Array.from(await simulation.samples())).toEqual([
      ...[expect.closeTo(2.0580861568450928, 6), expect.closeTo(1.3675999641418457, 6)],
    ]);
  });

  it("of a training, which says nothing of units", async () => {
    const own = { data: table([0, 1, 2, 3], [1], [0]).text, width: 16, layers: 1, batch: 4, steps: 4 } as const;
    using whole = await diffusionTraining.create(reference, { ...own, scaling: "none" });
    await whole.run(2);
    const { header, sections, model } = await decodeCheckpoint(await whole.checkpoint());
    const { labels: _, scaling: __, row: ___, ...parameters } = header.parameters as Record<string, unknown>;
    const old = await encodeCheckpoint({ model, header: { ...header, parameters }, sections });
    using rest = await diffusionTraining.restore(reference, old);
    for (const run of [whole, rest]) await run.run(2);
    expect(await rest.digest()).toBe(await whole.digest());
    expect((await rest.network()).centre[0]).toBe(1.5);
  });
});

describe("texts of points and classes", () => {
  it("hold numbers exactly, in as few bytes as they need", () => {
    for (const [data, type] of [
      [[1, 0.5, -2, 3], "f32"],
      [[1, 0.1, -2, 3], "f64"],
    ] as const) {
      const text = pointsText({ data, shape: [2, 2], names: ["a b", "c"] });
      expect(parsePoints(text)).toMatchObject({ shape: [2, 2], names: ["a b", "c"] });
      expect(pointsText({ data, shape: [2, 2, 1, 1] }).startsWith(`2x2x1x1:${type}:`)).toBe(true);
      expect(Array.from(parsePoints(text).data)).toEqual(data);
    }
    for (const shape of [
      [6, 2],
      [1, 12],
    ] as const) {
      for (const scale of [1, 0.1]) {
        const data = Array.from({ length: 12 }, (_, i) => scale * i);
        expect(dimensionOf(pointsText({ data, shape }))).toBe(shape[1]);
        expect(dimensionOf(pointsText({ data, shape, names: Array(shape[1]).fill("a") }))).toBe(shape[1]);
        expect(dimensionOf(pointsText({ data, shape: [1, 2, 2, 3] }))).toBe(12);
      }
    }
    expect(["gmm8", "2x2:AP8QIA", "1 [0] 1"].map(dimensionOf)).toEqual([undefined, undefined, undefined]);
    const bytes = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
    const pictures = pointsText({ data: bytes, shape: [2, 2, 3, 1] });
    expect(parsePoints(pictures)).toEqual({ data: bytes, shape: [2, 2, 3, 1] });
    for (const wrong of ["1x2x2x1:f16:AAAA", "1x2x2x1:f64:AAAA", "2x2x1x2:u8:AAAA", "0x2x2x1:u8:", "1x2x2:"]) {
      expect(() => parsePoints(wrong)).toThrow(/the text is no (pictures|series)/);
    }
  });

  it("classes in the order of their numbers or letters", () => {
    expect(parseClasses(labelsText([10, 2, 2, 10]))).toEqual({ names: ["2", "10"], of: Uint8Array.of(1, 0, 0, 1) });
    expect(parseClasses(labelsText(["cat", "a,b:c", "cat"])).names).toEqual(["a,b:c", "cat"]);
    expect(() => labelsText(Array.from({ length: 257 }, (_, i) => i))).toThrow("257 different ones, and at most 256");
    for (const wrong of ["", "a:", "a:AQ", "%:AA"]) expect(() => parseClasses(wrong)).toThrow("no classes");
  });

  it("are asked for by their number, and refused by name", async () => {
    const { text } = table(await ring(6), [1, 1], [0, 0]);
    const labels = labelsText([7, 3, 3, 7, 7, 3]);
    using simulation = await finished({ data: text, labels, label: 7, sampler: "heun", steps: 18, samples: 60 });
    expect(simulation.estimate().agreement.value).toBe(1);
    expect(Array.from(simulation.table().rows)[0].at(-1)).toBe("7");
    await refused({ data: text, labels, label: 1 }, "label", /label 1: .* has the classes 3, 7\./);
    const words = labelsText(["b", "a", "a", "b", "b", "a"]);
    await refused({ data: text, labels: words, label: 2 }, "label", /has the classes 0 \(a\), 1 \(b\)\./);
    await refused({ data: text, labels: labelsText([1, 2]) }, "labels", /there are 2 of them for 6 points/);
    await refused(
      { data: text, labels: labelsText([0, 1, 2, 3, 4, 5, 6]) },
      "labels",
      /7 of them for 6 points\. If the first is a header/,
    );
    await refused({ data: "gmm8", labels }, "labels", /belong to your own points, but data is gmm8/);
  });
});
