// Diffusion sampling: every sampler and denoiser against the reference and against Gaussian recursions; noise that belongs to a sample;
// inpainting, guidance, interpolation, likelihood; bad input.

import { describe, expect, it } from "vitest";
import {
  CheckpointError,
  type DiffusionOptions,
  type DiffusionSimulation,
  dataSetOf,
  diffusion,
  type GpuDevice,
  gaussianMoments,
  type Network,
  type NetworkShape,
  networkFile,
  ParameterError,
  type ReferenceDevice,
} from "../src/index.ts";
import { parseMixture } from "../src/models/diffusion/data/mixture-text.ts";
import { samplerNames } from "../src/models/diffusion/parameters.ts";
import { logDensity, mixtureDenoiser } from "../src/models/diffusion/reference-denoisers.ts";
import { GAUSSIAN_MODELS } from "../src/models/diffusion/validate.ts";
import { offsetsOf } from "../src/network/shape.ts";
import { normals } from "../src/random/normal.ts";
import { threefry4x32 } from "../src/random/threefry.ts";
import known from "./data/diffusion_exact.csv?raw";
import { device, reference } from "./devices.ts";

type On = GpuDevice | ReferenceDevice;

/** Laws that formulas are of as they are. */
const RAW = { scaling: "none" } as const;

async function samplesOf(on: On, options: DiffusionOptions, steps?: number): Promise<Float64Array> {
  using simulation = await diffusion.create(on, options);
  await simulation.run(steps ?? simulation.length);
  return Float64Array.from(await simulation.samples());
}

const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]) / (1 + Math.abs(b[i]))), 0);

/** A network that says something everywhere, with weights from sines. */
function networkOf(shape: NetworkShape): Network {
  const parameters = Float32Array.from({ length: offsetsOf(shape).count }, (_, i) => 0.3 * Math.sin(12.9898 * i + 1));
  const centre = Float32Array.from({ length: shape.dimension }, (_, i) => 0.1 * i - 0.2);
  return { shape, parameters, centre, deviation: 1.3, data: "sines" };
}

describe("noise", () => {
  it("is standard normal, as in f64", async () => {
    const options: DiffusionOptions = { data: "1 [0,0,0,0,0] 1", samples: 4096, schedule: "linear", seed: 3n };
    const [gpu, cpu] = [await samplesOf(device, options, 0), await samplesOf(reference, options, 0)];
    // The radius has the rounding of u, 2^-24, as its square's; the angle one of 2^-24 turns.
    expect(apart(gpu, cpu)).toBeLessThan(4e-6);
    const mean = gpu.reduce((sum, value) => sum + value, 0) / gpu.length;
    const square = gpu.reduce((sum, value) => sum + value ** 2, 0) / gpu.length;
    const fourth = gpu.reduce((sum, value) => sum + value ** 4, 0) / gpu.length;
    const n = Math.sqrt(gpu.length);
    expect(Math.abs(mean * n)).toBeLessThan(4);
    expect(Math.abs((square - 1) * n) / Math.sqrt(2)).toBeLessThan(4);
    expect(Math.abs((fourth - 3) * n) / Math.sqrt(96)).toBeLessThan(4);
  });

  it("has its extremes where words have theirs", () => {
    const [a, b] = normals([0, 0, 0xffffffff, 0x40000000]);
    expect([a, b]).toEqual([expect.closeTo(Math.sqrt(66 * Math.LN2), 12), 0]);
    expect(normals([0xffffffff, 0, ...threefry4x32([1, 2, 3, 4], [5, 6, 7, 8]).slice(2)] as never)[0]).toBeCloseTo(
      0,
      4,
    );
  });
});

describe("GPU = reference", () => {
  const base: DiffusionOptions = { data: "gmm8", samples: 16, steps: 6, seed: 7n };

  it.each(samplerNames)("%s on eight modes, step after step", async (sampler) => {
    const options: DiffusionOptions = { ...base, sampler };
    // Modes that are as near as each other make of a rounding a distance: each step begins where the GPU stands.
    using gpu = await diffusion.create(device, options);
    using cpu = await diffusion.create(reference, options);
    expect(apart(await gpu.samples(), await cpu.samples())).toBeLessThan(4e-6);
    for (let step = 0; step < gpu.length; step++) {
      await gpu.run(1);
      await cpu.run(1);
      expect(apart(await gpu.samples(), await cpu.samples()), `step ${step}`).toBeLessThan(2e-4);
    }
  });

  it.each([
    ["η ½", { sampler: "ddim", eta: 0.5 }],
    ["large variance", { sampler: "ddpm", variance: "large" }],
    ["optimal variance", { sampler: "ddpm", variance: "exact" }],
    ["churn", { sampler: "heun", churn: 10, churnFrom: 0.1, churnTo: 50, churnNoise: 1.01 }],
    ["a class, guided", { sampler: "ddim", label: 3, guidance: 1.5 }],
    ["each class in turn", { sampler: "dpmpp-2m", label: -2 }],
    ["clipped", { sampler: "ddpm", clip: 1 }],
    ["by a quantile", { sampler: "ddim", threshold: 0.6, clip: 1.5, data: "0.5 [1,2,3,4] 0.3; 0.5 [0,-1,0,3] 1" }],
    ["inpainting", { sampler: "ddim", known: "?,1.2", resample: 2 }],
    ["inpainting with memory", { sampler: "dpmpp-2m-sde", known: "-1,?" }],
    [
      "a full covariance",
      { data: "0.3 [1,0] [[1,0.5],[0.5,0.4]]; 0.7 [-2,1] [[0.2,-0.1],[-0.1,0.3]]", sampler: "heun" },
    ],
    ["flow with a shift", { sampler: "flow-euler", shift: 3 }],
    ["another corrector", { sampler: "langevin", snr: 0.3, corrections: 3 }],
    ["the scaled schedule", { schedule: "scaled-linear", spacing: "trailing" }],
    ["the cosine", { schedule: "cosine", spacing: "linspace", sampler: "ddpm" }],
    ["exponential levels", { schedule: "exponential", sampler: "dpmpp-2m" }],
    ["VE by ancestral steps", { schedule: "ve", sampler: "ddpm" }],
  ] as [string, DiffusionOptions][])("%s", async (_, more) => {
    const options = { ...base, ...more };
    expect(apart(await samplesOf(device, options), await samplesOf(reference, options))).toBeLessThan(5e-4);
  });

  it.each([
    ["points", { data: "moons", points: 700 }],
    ["points, a class, guided", { data: "moons", points: 700, label: -2, guidance: 1 }],
    ["points, inpainting, clipped", { data: "spiral", points: 100, known: "0.5,?", clip: 2 }],
  ] as [string, DiffusionOptions][])("%s", async (_, more) => {
    const options = { ...base, samples: 6, steps: 4, ...more };
    expect(apart(await samplesOf(device, options), await samplesOf(reference, options))).toBeLessThan(5e-4);
  });

  // Each shape is compiled anew, which takes software adapters longest: a case has several things at once.
  const two: NetworkShape = { dimension: 2, width: 32, layers: 2, classes: 0 };
  const five = "0.5 [1,2,3,4,5] 1; 0.5 [0,0,0,0,0] 1";
  it.each([
    ["two layers in one dispatch, with noise and memory", two, { sampler: "dpmpp-2m-sde" }],
    [
      "classes side by side, inpainting and clipped",
      { ...two, width: 48, classes: 8 },
      { sampler: "ddpm", label: -2, known: "?,0.3", clip: 1 },
    ],
    ["a class of five numbers", { ...two, dimension: 5, width: 64, classes: 2 }, { data: five, label: 1 }],
    ["layer by layer, guided", { ...two, classes: 8 }, { label: -2, guidance: 2 }],
    ["three layers of five numbers", { ...two, dimension: 5, layers: 3, width: 48 }, { data: five, sampler: "heun" }],
  ] as [string, NetworkShape, DiffusionOptions][])("network: %s", async (_, shape, more) => {
    const options = { ...base, network: networkOf(shape), ...more };
    expect(apart(await samplesOf(device, options), await samplesOf(reference, options))).toBeLessThan(3e-4);
  });
});

describe("models in WGSL", () => {
  it.each(GAUSSIAN_MODELS)("$prediction gives the samples of the exact denoiser", async (model) => {
    const own = { ...RAW, data: "1 [1] 0.25", samples: 64, steps: 20, schedule: "linear" } as const;
    const made = await samplesOf(device, { ...own, ...model });
    expect(apart(made, await samplesOf(device, own))).toBeLessThan(2e-5);
  });

  it("a mean flow makes it in one step: it is told where the step ends", async () => {
    // x_t = (1 - t) x0 + t n of N(1, 0.25) moves along the flow so that its quantile stays; the mean velocity is the way by the time.
    const wgsl = `fn sd(t: f32) -> f32 { return sqrt((1.0 - t) * (1.0 - t) * 0.25 + t * t); }
    fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample {
      let there = (1.0 - next) + (x[0] - (1.0 - time)) * sd(next) / sd(time);
      return Sample((x[0] - there) / (time - next));
    }`;
    const options = {
      data: "1 [1] 0.25",
      samples: 64,
      steps: 1,
      sampler: "flow-euler",
      wgsl,
      prediction: "flow_prediction",
    } as const;
    using simulation = await diffusion.create(device, options);
    const start = await simulation.samples();
    await simulation.run(1);
    expect(
      apart(
        await simulation.samples(),
        start.map((n) => 1 + 0.5 * n),
      ),
    ).toBeLessThan(1e-6);
  });

  it("that do not compile, and on the reference, are refused", async () => {
    const own = { data: "1 [1] 0.25", samples: 4 };
    await expect(diffusion.create(device, { ...own, wgsl: "fn model() -> f32 { return 1.0; }" })).rejects.toThrow(
      /denoiser: the WGSL does not compile; it needs fn model\(x: Sample/,
    );
    await expect(diffusion.create(reference, { ...own, ...GAUSSIAN_MODELS[0] })).rejects.toThrow(/runs on a GPU only/);
  });
});

describe("Gaussian data: recursions of finite steps", () => {
  const CASES: Record<string, DiffusionOptions> = {
    ddim1000_eta0: { steps: 1000 },
    ddim50_leading_eta0: { steps: 50 },
    ddim50_trailing_eta0: { steps: 50, spacing: "trailing" },
    ddim50_linspace_eta0: { steps: 50, spacing: "linspace" },
    ddim10_leading_eta0: { steps: 10 },
    edm_euler18_karras: { sampler: "euler", steps: 18 },
    edm_heun18_karras: { sampler: "heun", steps: 18 },
    edm_euler50_karras: { sampler: "euler", steps: 50 },
    dpmpp2m_18_karras: { sampler: "dpmpp-2m", steps: 18 },
  };
  const rows = known
    .trim()
    .split("\n")
    .slice(2)
    .map((line) => line.split(","));

  it.each(Object.entries(CASES))("%s: slope and intercept of two points", async (name, options) => {
    for (const [, mu, s2, step, mean, variance] of rows.filter(([sampler]) => sampler === name)) {
      const data = `1 [${mu}] ${s2}`;
      using simulation = await diffusion.create(device, { ...options, ...RAW, data, samples: 2, noise: [0, 1] });
      await simulation.run(Number(step) + 1);
      const [intercept, one] = await simulation.samples();
      const start = simulation.levels[0].signal === 1 ? simulation.levels[0].noise : 1;
      expect(Math.abs(intercept - Number(mean)), `intercept, ${data}`).toBeLessThan(1e-5);
      // Noise of 80 is divided by 80 and more.
      expect(Math.abs((one - intercept) * start - Math.sqrt(Number(variance))) / start, `slope, ${data}`).toBeLessThan(
        1e-5,
      );
    }
  });

  it("the recursion is that of the table, for samplers with noise as well", async () => {
    const all: Record<string, DiffusionOptions> = {
      ...CASES,
      ddpm1000_fixed_small: { sampler: "ddpm", steps: 1000 },
      ddpm1000_fixed_large: { sampler: "ddpm", steps: 1000, variance: "large" },
      ddpm1000_exact_var: { sampler: "ddpm", steps: 1000, variance: "exact" },
      ddpm50_leading_fixed_small: { sampler: "ddpm", steps: 50 },
      ddpm50_leading_exact_var: { sampler: "ddpm", steps: 50, variance: "exact" },
      ddim50_leading_eta1: { steps: 50, eta: 1 },
    };
    let compared = 0;
    for (const [name, mu, s2, step, mean, variance] of rows) {
      const { program } = await programWith({ ...all[name], ...RAW, data: `1 [${mu}] ${s2}` });
      const law = { mean: Number(mu), variance: Number(s2) };
      const found = gaussianMoments(program, law)[Number(step) + 1];
      expect(Math.abs(found.mean / Number(mean) - 1), name).toBeLessThan(1e-8);
      expect(Math.abs(found.variance / Number(variance) - 1), name).toBeLessThan(1e-8);
      compared++;
    }
    expect(compared).toBe(60);
  });

  it("negative control: another number of steps has another slope", async () => {
    const [a, b] = await Promise.all(
      [10, 11].map(
        async (steps) => (await samplesOf(device, { ...RAW, steps, data: "1 [1] 0.25", samples: 1, noise: [1] }))[0],
      ),
    );
    expect(Math.abs(a - b)).toBeGreaterThan(1e-3);
  });
});

async function programWith(options: DiffusionOptions) {
  const { prepare } = await import("../src/models/diffusion/sampling-setup.ts");
  const { diffusionParameters } = await import("../src/models/diffusion/parameters.ts");
  return (await prepare(diffusionParameters.parse(options), 1n)).sampling;
}

describe("a sample belongs to the seed and its number", () => {
  const many: Record<string, DiffusionOptions> = {
    "a mixture, DDPM": { data: "gmm8", sampler: "ddpm", steps: 4, samples: 65_536 },
    "a network, fused": {
      data: "gmm8",
      network: networkOf({ dimension: 2, width: 16, layers: 2, classes: 0 }),
      steps: 2,
      samples: 65_536,
    },
    "a network by layers": {
      data: "gmm8",
      network: networkOf({ dimension: 2, width: 16, layers: 1, classes: 8 }),
      label: -2,
      guidance: 1,
      steps: 2,
      samples: 65_536,
    },
    points: { data: "moons", points: 600, sampler: "euler-ancestral", steps: 2, samples: 4096, label: -2 },
  };
  it.each(Object.entries(many))("%s: alone as in the batch, bit for bit", async (_, options) => {
    const batch = await samplesOf(device, options);
    for (const firstSample of [0, 1234, (options.samples as number) - 1]) {
      const alone = await samplesOf(device, { ...options, samples: 1, firstSample });
      expect(Array.from(alone)).toEqual(Array.from(batch.subarray(2 * firstSample, 2 * firstSample + 2)));
    }
    const [other] = await samplesOf(device, { ...options, samples: 1, seed: 2n });
    expect(other).not.toBe(batch[0]);
  });

  it.each(Object.entries(many))("%s: workgroups and pauses change nothing", async (_, options) => {
    const digests = new Set<string>();
    for (const workgroup of [16, 256]) {
      using simulation = await diffusion.create(device, { ...options, samples: 300, workgroup });
      while (simulation.steps < simulation.length) await simulation.run(1);
      digests.add(await simulation.digest());
    }
    using whole = await diffusion.create(device, { ...options, samples: 300 });
    await whole.run(whole.length);
    digests.add(await whole.digest());
    expect(digests.size).toBe(1);
  });
});

describe("checkpoints", () => {
  it.each([
    ["with memory", { sampler: "dpmpp-2m-sde", steps: 6 }],
    [
      "own levels",
      {
        sampler: "ddim",
        levels: [1, 0.7, 0.3, 0].map((noise) => ({ signal: Math.sqrt(1 - noise ** 2), noise, time: noise })),
      },
    ],
    [
      "a network",
      { network: networkOf({ dimension: 2, width: 16, layers: 2, classes: 0 }), steps: 4, sampler: "ddpm" },
    ],
  ] as [string, DiffusionOptions][])("%s: n + m steps are n, kept, m", async (_, more) => {
    const options = { data: "gmm8", samples: 40, ...more };
    for (const on of [device, reference]) {
      using whole = await diffusion.create(on, options);
      await whole.run(whole.length);
      using part = await diffusion.create(on, options);
      await part.run(2);
      const kept = await part.checkpoint();
      using rest = await diffusion.restore(on, kept);
      expect([rest.steps, rest.length]).toEqual([2, whole.length]);
      await rest.run(rest.length - 2);
      expect(await rest.digest()).toBe(await whole.digest());
    }
  });

  it("of another model or size are refused", async () => {
    using simulation = await diffusion.create(device, { samples: 4, steps: 2 });
    const kept = await simulation.checkpoint();
    await expect(diffusion.restore(device, kept.slice(0, -40))).rejects.toThrow(CheckpointError);
  });

  it("a run that is stopped goes on", async () => {
    const options: DiffusionOptions = { samples: 256, steps: 400, sampler: "ddpm" };
    using simulation = await diffusion.create(device, options);
    const controller = new AbortController();
    const stop = ({ done }: { done: number }) => {
      if (done > 2) controller.abort(new Error("enough"));
    };
    await expect(simulation.run(400, { signal: controller.signal, onProgress: stop })).rejects.toThrow("enough");
    expect(simulation.steps).toBeLessThan(400);
    await simulation.run(400 - simulation.steps);
    using whole = await diffusion.create(device, options);
    await whole.run(400);
    expect(await simulation.digest()).toBe(await whole.digest());
  });
});

describe("what is made of samples", () => {
  it("DDIM there and back: data become noise, and data again", async () => {
    const options: DiffusionOptions = { data: "gmm8", samples: 200, steps: 500 };
    using there = await diffusion.create(device, { ...options, sampler: "ddim-inverse" });
    const start = await there.samples();
    expect(Array.from(start.subarray(0, 4))).toEqual(Array.from(there.data.points.subarray(0, 4)));
    await there.run(500);
    const noise = await there.samples();
    const square = Array.from(noise).reduce((sum, value) => sum + value ** 2, 0) / noise.length;
    expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / noise.length) + 0.05);
    const back = await samplesOf(device, { ...options, noise });
    const distances = Array.from(back, (value, i) => Math.abs(value - start[i])).sort((a, b) => a - b);
    expect(distances[Math.floor(0.9 * distances.length)]).toBeLessThan(0.05);
  });

  it("interpolation begins and ends at the samples that it is between", async () => {
    const options: DiffusionOptions = { data: "gmm8", steps: 10 };
    const arc = await samplesOf(device, { ...options, samples: 9, interpolate: "3,17" });
    const ends = await Promise.all(
      [3, 17].map((firstSample) => samplesOf(device, { ...options, samples: 1, firstSample })),
    );
    expect(apart(arc.subarray(0, 2), ends[0])).toBeLessThan(1e-5);
    expect(apart(arc.subarray(16), ends[1])).toBeLessThan(1e-5);
    using start = await diffusion.create(device, { ...options, samples: 9, interpolate: "3,17" });
    const noise = await start.samples();
    const radius = (s: number) => Math.hypot(noise[2 * s], noise[2 * s + 1]);
    // The arc turns; it does not cut through the middle.
    expect(radius(4)).toBeGreaterThan(0.9 * Math.min(radius(0), radius(8)));
  });

  it("what is given stays, and the rest follows from it", async () => {
    // Given x = 2 of two of three modes, y is that of these.
    const data = "0.5 [2, 1] 0.01; 0.25 [2, -1] 0.01; 0.25 [-2, 3] 0.01";
    const x = await samplesOf(device, { data, samples: 2000, steps: 50, known: "2,?", resample: 5 });
    const ys = Array.from({ length: 2000 }, (_, s) => x[2 * s + 1]);
    expect(new Set(Array.from({ length: 2000 }, (_, s) => x[2 * s]))).toEqual(new Set([2]));
    const near = (y: number) => ys.filter((value) => Math.abs(value - y) < 0.5).length;
    expect(near(1) + near(-1)).toBeGreaterThan(1950);
    expect(near(3)).toBeLessThan(20);
  });

  it("classes are what was asked for; guidance goes further", async () => {
    const { mixture } = await dataSetOf("gmm8", { points: 2, seed: 1n });
    const radius = async (guidance: number) => {
      const x = await samplesOf(device, { data: "gmm8", samples: 800, steps: 40, label: -2, guidance });
      let sum = 0;
      for (let s = 0; s < 800; s++) {
        const { mean } = mixture!.components[s % 8];
        sum += (x[2 * s] * mean[0] + x[2 * s + 1] * mean[1]) / 4 / 800;
      }
      return sum;
    };
    const [plain, guided] = [await radius(0), await radius(2)];
    expect(plain).toBeGreaterThan(0.97);
    expect(guided).toBeGreaterThan(plain + 0.02);
  });

  it("few points are remembered: samples of the exact denoiser are points of the data", async () => {
    using simulation = await diffusion.create(device, {
      data: "spiral",
      points: 20,
      samples: 200,
      sampler: "heun",
      steps: 30,
    });
    await simulation.run(30);
    const x = await simulation.samples();
    const { points } = simulation.data;
    const distances = Array.from({ length: 200 }, (_, s) =>
      Math.min(
        ...Array.from({ length: 20 }, (_, p) => Math.hypot(x[2 * s] - points[2 * p], x[2 * s + 1] - points[2 * p + 1])),
      ),
    );
    expect(Math.max(...distances)).toBeLessThan(0.01);
  });

  it("the result has moments, distance and modes", async () => {
    using simulation = await diffusion.create(device, { data: "gmm8", samples: 2000, steps: 40, sampler: "heun" });
    await simulation.run(40);
    expect(simulation.result()).toEqual({}); // steps are not held up by what nobody may ask for
    await simulation.conclude();
    const result = simulation.result();
    expect(result.modeCounts!.reduce((a, b) => a + b)).toBe(2000);
    expect(result.withinModeVariance).toBeGreaterThan(0.035);
    expect(result.withinModeVariance).toBeLessThan(0.05);
    expect(result.slicedWasserstein).toBeLessThan(0.15);
    expect(result.covariance![0][1]).toBe(result.covariance![1][0]);
    const { mean, variance } = simulation.estimate();
    const exact = diffusion.exact(simulation.points.parameters);
    expect(Math.abs(mean.value - exact.mean!.value) / mean.error).toBeLessThan(4);
    expect(Math.abs(variance.value - exact.variance!.value) / variance.error).toBeLessThan(4);
  });
});

describe("likelihood by the probability flow", () => {
  const likelihood = async (options: DiffusionOptions, points: number[]) => {
    using simulation = await diffusion.create(reference, { samples: 1, ...options });
    return simulation.logLikelihood(points);
  };

  it("of N(1, 0.25) at 1.7", async () => {
    const [value] = await likelihood({ data: "1 [1] 0.25" }, [1.7]);
    expect(Math.abs(value - -1.2057913526)).toBeLessThan(1e-6);
  });

  it("of a mixture, against its density", async () => {
    const text = "0.3 [1,0] [[1,0.5],[0.5,0.4]]; 0.7 [-2,1] [[0.2,-0.1],[-0.1,0.3]]";
    const points = [1, 0.2, -2, 1.5, 0, 0, 3, 3];
    const found = await likelihood({ data: text }, points);
    for (let p = 0; p < 4; p++) {
      const x = Float64Array.from(points.slice(2 * p, 2 * p + 2));
      const exact = logDensity(parseMixture(text), x, { signal: 1, noise: 0, time: 0 });
      expect(Math.abs(found[p] - exact)).toBeLessThan(1e-5);
    }
  });

  it("of a network: its density is normalised", async () => {
    const network = networkOf({ dimension: 1, width: 16, layers: 2, classes: 0 });
    network.parameters.set(network.parameters.map((value) => value / 3));
    const xs = Array.from({ length: 25 }, (_, i) => (i - 12) / 1.5);
    const values = await likelihood({ data: "0.5 [1] 1; 0.5 [-1] 1", network }, xs);
    const total = values.reduce((sum, value) => sum + Math.exp(value) / 1.5, 0);
    expect(Math.abs(total - 1)).toBeLessThan(0.01);
  });

  it("divergences are those of differences", () => {
    const mixture = parseMixture("0.3 [1,0] [[1,0.5],[0.5,0.4]]; 0.7 [-2,1] [[0.2,-0.1],[-0.1,0.3]]");
    const denoiser = mixtureDenoiser(mixture);
    const level = { signal: 0.8, noise: 0.6, time: 0 };
    const h = 1e-5;
    const slope = [0, 1].map((i) => {
      const at = (by: number) =>
        denoiser.denoise(
          Float64Array.from([0.3, -0.4], (v, j) => v + (i === j ? by : 0)),
          level,
        )[i];
      return (at(h) - at(-h)) / (2 * h);
    });
    expect(denoiser.divergence(Float64Array.of(0.3, -0.4), level)).toBeCloseTo(slope[0] + slope[1], 7);
  });
});

describe("bad input", () => {
  const network = networkOf({ dimension: 3, width: 16, layers: 2, classes: 0 });
  const text = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
  const file = networkFile({ ...network, shape: { ...network.shape } });
  it.each([
    [{ sampler: "plms" as never }, "sampler", /sampler "plms": it must be one of ddpm, ddim/],
    [{ steps: 0 }, "steps", /steps 0: it must be at least 1/],
    [{ steps: 2000, schedule: "linear" }, "steps", /has 1000 times/],
    [{ samples: 0 }, "samples", /at least 1/],
    [{ data: "nonsense" }, "data", /gmm8, rings, moons, spiral, digits/],
    [{ data: "1 [1] -0.25" }, "data", /positive/],
    [{ denoiser: "exakt!" }, "denoiser", /exact, mlp, or a file/],
    [{ denoiser: "exakt" }, "denoiser", /bytes|safetensors/],
    [{ denoiser: text(file.slice(0, file.length - 10)) }, "denoiser", /cut off/],
    [{ network }, "denoiser", /the network is of 3 numbers .* gmm8 has 2/],
    [
      { network: { ...network, parameters: network.parameters.map((v, i) => (i === 5 ? Number.NaN : v)) } },
      "denoiser",
      /NaN/,
    ],
    [{ data: "1 [1] 1", denoiser: "mlp" }, "denoiser", /no network for mixture.*gibbs train/],
    [{ label: 8 }, "label", /classes 0 to 7/],
    [{ data: "1 [1] 1", label: 0 }, "label", /knows no classes/],
    [{ guidance: 1 }, "guidance", /set label/],
    [{ known: "1" }, "known", /1 numbers, but a sample 2/],
    [{ known: "1,x" }, "known", /"x" is not a number/],
    [{ resample: 2 }, "resample", /set known/],
    [{ interpolate: "3" }, "interpolate", /two sample numbers/],
    [{ schedule: "flow", sampler: "heun" }, "schedule", /flow-euler/],
    [{ schedule: "karras", sampler: "lcm" }, "schedule", /linear, scaled-linear or cosine/],
    [{ schedule: "karras", sigmaMin: 90 }, "sigmaMin", /below sigmaMax/],
    [{ schedule: "karras", sigmaMax: 1e39 }, "schedule", /a level of noise 1e\+39 is beyond what 32-bit floats hold/],
    [
      { levels: [10, 0].map((noise) => ({ signal: 1, noise, time: 1e38 * noise })) },
      "levels",
      /time 1e\+39; they are finite/,
    ],
    [{ sampler: "ddpm", variance: "exact", network: { ...network } }, "denoiser", /3 numbers/],
    [{ threshold: 0.9, data: "moons" }, "threshold", /clip/],
    [{ noise: [1, 2, 3], samples: 2 }, "noise", /begin with 4, but 3/],
    [{ noise: [1, 2, 3, Number.NaN], samples: 2 }, "noise", /number 1 of sample 1 is NaN/],
    [{ levels: [{ signal: 1, noise: 1, time: 0 }] }, "levels", /two levels/],
    [
      { levels: [1, 0, 0.5].map((noise) => ({ signal: 1, noise, time: 0 })) },
      "levels",
      /number 1 has signal 1, noise 0/,
    ],
    [{ firstSample: 2 ** 32 - 1, samples: 2 }, "firstSample", /numbered to 4294967295/],
  ] as [DiffusionOptions, string, RegExp][])("%o", async (options, parameter, message) => {
    const error = await diffusion.create(device, { samples: 4, ...options }).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toBeInstanceOf(ParameterError);
    expect((error as ParameterError).parameter).toBe(parameter);
    expect(error!.message).toMatch(message);
  });

  it("more steps than the way has, and changes on it; nothing is lost", async () => {
    using simulation: DiffusionSimulation = await diffusion.create(device, { samples: 4, steps: 3 });
    await expect(simulation.run(4)).rejects.toThrow(/the way has 3 steps/);
    await expect(simulation.set({ eta: 1 })).rejects.toThrow(/eta is fixed/);
    await simulation.run(3);
    await expect(simulation.run(1)).rejects.toThrow(/of which 3 are made/);
    expect(simulation.steps).toBe(3);
  });

  it("samples beyond the device are refused with the number that fits, and nothing is left on it", async () => {
    const before = device.memory;
    const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
    if (most < 2 ** 31) {
      await expect(diffusion.create(device, { samples: 2 ** 27, data: "1 [1,2,3,4,5,6,7,8,9] 1" })).rejects.toThrow(
        /samples 134217728: they do not fit/,
      );
    }
    await expect(diffusion.create(device, { wgsl: "fn model(", samples: 4 })).rejects.toThrow(/WGSL/);
    expect(device.memory).toEqual(before);
  });
});
