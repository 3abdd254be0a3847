// The laws of samples: means and variances of many against Gaussian recursions, eight modes, trained networks, digits, and the regimes of the
// way back from noise.

import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import {
  cloneAgreement,
  collapseTime,
  type DataSet,
  type DiffusionOptions,
  dataSetOf,
  diffusion,
  measureRegimes,
  nearestLabel,
  speciationTime,
} from "../../src/index.ts";
import { levelAt } from "../../src/models/diffusion/regimes.ts";
import known from "../data/diffusion_exact.csv?raw";
import { device, samples, skipSlow } from "../devices.ts";

/** It has no types. */
const mnist = createRequire(import.meta.url)("mnist") as { length: number; get(k: number): number[] }[];

const finished = async (options: DiffusionOptions) => {
  const simulation = await diffusion.create(device, options);
  await simulation.run(simulation.length);
  await simulation.conclude();
  return simulation;
};

describe("means and variances of many samples on Gaussian data", () => {
  const rows = known
    .trim()
    .split("\n")
    .slice(2)
    .map((line) => line.split(","));
  const CASES: Record<string, DiffusionOptions> = {
    ddpm1000_fixed_small: { sampler: "ddpm", steps: 1000 },
    ddpm1000_fixed_large: { sampler: "ddpm", steps: 1000, variance: "large" },
    ddpm1000_exact_var: { sampler: "ddpm", steps: 1000, variance: "exact" },
    ddpm50_leading_fixed_small: { sampler: "ddpm", steps: 50 },
    ddpm50_leading_exact_var: { sampler: "ddpm", steps: 50, variance: "exact" },
    ddim1000_eta0: { steps: 1000 },
    ddim50_leading_eta0: { steps: 50 },
    ddim50_trailing_eta0: { steps: 50, spacing: "trailing" },
    ddim50_linspace_eta0: { steps: 50, spacing: "linspace" },
    ddim50_leading_eta1: { steps: 50, eta: 1 },
    ddim10_leading_eta0: { steps: 10 },
    edm_euler18_karras: { sampler: "euler", steps: 18 },
    edm_heun18_karras: { sampler: "heun", steps: 18 },
    edm_euler50_karras: { sampler: "euler", steps: 50 },
    dpmpp2m_18_karras: { sampler: "dpmpp-2m", steps: 18 },
  };
  const count = () => (__GIBBS_TEST_LONG__ ? 400_000 : samples(40_000));

  it.each(Object.entries(CASES))("%s", async (name, options) => {
    // Both laws at once, in two dimensions that know nothing of each other; the optimal variance is one number for both, and so is alone.
    const laws = rows.filter(([sampler]) => sampler === name).filter((_, i) => i % 2 === 1);
    expect(laws).toHaveLength(2);
    const together = options.variance === "exact" ? laws.map((law) => [law]) : [laws];
    for (const some of together) {
      const mean = some.map(([, mu]) => mu);
      const covariance = some.map(([, , s2], i) => `[${some.map((_, j) => (i === j ? s2 : 0)).join(",")}]`);
      using simulation = await finished({
        ...options,
        scaling: "none",
        data: `1 [${mean.join(",")}] [${covariance.join(",")}]`,
        samples: count(),
      });
      const { mean: found, covariance: spread } = simulation.result();
      some.forEach(([, , , , expected, variance], i) => {
        const z = [
          (found![i] - Number(expected)) / Math.sqrt(Number(variance) / count()),
          (spread![i][i] / Number(variance) - 1) / Math.sqrt(2 / count()),
        ];
        for (const value of z) expect(Math.abs(value), `${name}, number ${i}: z ${z}`).toBeLessThan(4);
      });
    }
  });

  it.each([
    ["euler-ancestral", 30],
    ["dpmpp-2m-sde", 30],
    ["langevin", 60],
    ["euler-maruyama", 200],
    ["flow-euler", 30],
  ] as const)("%s, against the recursion", async (sampler, steps) => {
    using simulation = await finished({ sampler, steps, data: "1 [1] 0.25", samples: count() });
    const exact = diffusion.exact(simulation.points.parameters);
    const estimate = simulation.estimate();
    for (const name of ["mean", "variance"] as const) {
      expect(Math.abs(estimate[name].value - exact[name]!.value) / estimate[name].error, name).toBeLessThan(4);
    }
  });

  it("negative control: samples of 11 steps are not those of 10", async () => {
    using simulation = await finished({ steps: 11, data: "1 [1] 0.25", samples: 40_000 });
    const row = rows.filter(([name, mu]) => name === "ddim10_leading_eta0" && mu === "1.0")[1];
    const { value, error } = simulation.estimate().variance;
    expect(Math.abs(value - Number(row[5])) / error).toBeGreaterThan(4);
  });
});

describe("eight modes, 65,536 samples: sliced W₁", () => {
  // Two draws of the law itself are 0.0085 apart in the mean, at most 0.0156 in 40.
  const distance = async (options: DiffusionOptions) => {
    using simulation = await finished({ data: "gmm8", samples: 65_536, ...options });
    return simulation.result();
  };
  it.for([
    ["DDIM in 250 steps", { sampler: "ddim", steps: 250 }],
    ["Heun in 40", { sampler: "heun", steps: 40 }],
    ["DDPM in 1000", { sampler: "ddpm", steps: 1000 }],
  ] as [string, DiffusionOptions][])("%s is as near as the law", async ([, options], { skip }) => {
    if (options.steps === 1000) skipSlow(skip);
    const { slicedWasserstein, modeCounts } = await distance(options);
    expect(slicedWasserstein).toBeLessThan(0.016);
    const chi = modeCounts!.reduce((sum, count) => sum + (count - 8192) ** 2 / 8192, 0);
    expect(chi).toBeLessThan(24.3); // χ² of 7 at 0.001
  });

  it("negative control: DDIM in 10 steps is not", async () => {
    expect((await distance({ sampler: "ddim", steps: 10 })).slicedWasserstein).toBeGreaterThan(0.03);
  });
});

describe("networks that come with gibbs", () => {
  it.for<[string, number]>([
    ["gmm8", 0.03],
    ["rings", 0.03],
    ["moons", 0.03],
    ["spiral", 0.04],
  ])("%s: samples within a sliced W₁ of %d of their law", async ([data, bound], { skip }) => {
    if (data !== "gmm8") skipSlow(skip); // one network is as much work as another
    using simulation = await finished({ data, denoiser: "mlp", sampler: "heun", steps: 30, samples: 16_384 });
    const { slicedWasserstein } = simulation.result();
    expect(slicedWasserstein).toBeLessThan(bound);
    // Noise of the same spread is far from it.
    using noise = await diffusion.create(device, { data, sampler: "ddim", samples: 16_384, schedule: "linear" });
    expect((await noise.summary()).result.slicedWasserstein).toBeGreaterThan(3 * bound);
  });

  it("digits are what was asked for: the nearest training digit's label, with guidance 1", async ({ skip }) => {
    skipSlow(skip);
    const options: DiffusionOptions = {
      ...{ data: "digits", denoiser: "mlp", points: 10_000, sampler: "heun", steps: 18, samples: 200, label: -2 },
    };
    using guided = await finished({ ...options, guidance: 1 });
    const { agreement } = guided.estimate();
    expect(agreement.value).toBeGreaterThanOrEqual(0.95);
    using plain = await finished(options);
    expect(plain.estimate().agreement.value).toBeGreaterThan(0.7);
    // Negative control: of other labels it is chance.
    const found = nearestLabel(guided.data, await guided.samples());
    const wrong = found.filter((label, s) => label === (s + 3) % 10).length;
    expect(wrong / 200).toBeLessThan(0.1);
  });
});

describe("speciation and collapse", () => {
  it("the clones of two classes agree as φ says", async () => {
    for (const [a, phi] of [
      [0.25, 0.52947299],
      [0.5, 0.60202713],
      [1, 0.77520025],
      [1.5, 0.90137875],
      [2, 0.9657013],
      [3, 0.99792446],
    ]) {
      expect(Math.abs(cloneAgreement(a) - phi)).toBeLessThan(1e-7);
    }
    // Pairs begin at the same noisy point at signal 1/6 of ± 6, where a = 1, and go back with noise of their own.
    const pairs = 20_000;
    const data = "0.5 [6] 1; 0.5 [-6] 1";
    const top = levelAt(Math.log(6));
    // The levels are of the data as they stand.
    const scaling = "none";
    using forward = await diffusion.create(device, {
      ...{ data, scaling },
      samples: pairs,
      points: pairs,
      schedule: "linear",
      seed: 5n,
    });
    const noise = await forward.samples();
    const start = Float32Array.from(
      { length: 2 * pairs },
      (_, i) => top.signal * forward.data.points[i >> 1] + top.noise * noise[i >> 1],
    );
    const times = Array.from({ length: 400 }, (_, i) => Math.log(6) * (1 - i / 400) ** 2);
    const levels = [...times.map(levelAt), { signal: 1, noise: 0, time: 0 }];
    using clones = await finished({ data, scaling, sampler: "ddpm", levels, samples: 2 * pairs, noise: start });
    const x = await clones.samples();
    let same = 0;
    for (let p = 0; p < pairs; p++) same += x[2 * p] * x[2 * p + 1] > 0 ? 1 : 0;
    const phi = cloneAgreement(1);
    expect(Math.abs(same / pairs - phi) / Math.sqrt((phi * (1 - phi)) / pairs)).toBeLessThan(4);
  });

  it("times of closed form", () => {
    for (const [d, t] of [
      [64, 2.087194],
      [784, 3.332842],
      [4096, 4.159005],
    ]) {
      expect(Math.abs(speciationTime(d + 1) - t)).toBeLessThan(1e-6);
    }
    expect(Math.abs(collapseTime(1000, 64) - 0.819542)).toBeLessThan(1e-6);
    expect(Math.abs(collapseTime(10_000, 784) - 1.88133)).toBeLessThan(1e-5);
  });

  it.runIf(__GIBBS_TEST_LONG__)("of the digits in pixels: speciation near 2.19, then collapse near 1.7", async () => {
    const data = pixels();
    const times = [1.3, 1.5, 1.7, 1.9, 2.1, 2.3, 2.6];
    const { speciation, collapse, concentration } = await measureRegimes(device, data, { probes: 80, times });
    expect(speciation!.predicted).toBeCloseTo(2.1908, 3);
    expect(Math.abs(speciation!.measured! - 2.19)).toBeLessThan(0.35);
    expect(Math.abs(collapse.measured! - 1.7)).toBeLessThan(0.1);
    expect(speciation!.measured!).toBeGreaterThan(collapse.measured! + 0.1);
    expect(Math.abs(concentration[1] - 0.73)).toBeLessThan(0.15);
    // Negative control: a hundredth of the points is remembered from further out.
    const few: DataSet = {
      ...data,
      points: data.points.filter((_, at) => Math.floor(at / 784) % 100 === 0),
      labels: undefined,
    };
    expect((await measureRegimes(device, few, { probes: 80, times })).collapse.measured!).toBeGreaterThan(
      collapse.measured! + 0.2,
    );
  });

  it("and by their principal components, on both devices alike", async () => {
    const data = await dataSetOf("digits", { points: 2000, seed: 1n });
    const found = await measureRegimes(device, data, { probes: 40, times: [1, 1.5, 2, 2.5] });
    const { ReferenceDevice } = await import("../../src/index.ts");
    const plain = await measureRegimes(new ReferenceDevice("node"), data, { probes: 40, times: [1, 1.5, 2, 2.5] });
    for (const name of ["agreement", "concentration"] as const) {
      found[name].forEach((value, i) => {
        expect(Math.abs(value - plain[name][i])).toBeLessThan(1e-4);
      });
    }
  });
});

/** The 10,000 digits of the package as they are, less their mean, in units in which the mean variance of a pixel is 1. */
function pixels(): DataSet {
  const pictures: number[][] = [];
  const labels: number[] = [];
  for (let digit = 0; digit < 10; digit++) {
    for (let k = 0; k < mnist[digit].length; k++) {
      pictures.push(mnist[digit].get(k));
      labels.push(digit);
    }
  }
  const count = pictures.length;
  const mean = new Float64Array(784);
  for (const picture of pictures) for (let p = 0; p < 784; p++) mean[p] += picture[p] / count;
  let variance = 0;
  for (const picture of pictures) for (let p = 0; p < 784; p++) variance += (picture[p] - mean[p]) ** 2 / (784 * count);
  const points = new Float32Array(784 * count);
  pictures.forEach((picture, i) => {
    for (let p = 0; p < 784; p++) points[784 * i + p] = (picture[p] - mean[p]) / Math.sqrt(variance);
  });
  return { name: "pixels", dimension: 784, points, labels: Uint8Array.from(labels), classes: 10 };
}
