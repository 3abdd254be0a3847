// Is this device right? Published numbers of a scheduler, steps against the reference, Gaussian recursions, and the law of a mixture.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { pointsText } from "../../files/points-text.ts";
import { type Network, type NetworkShape, offsetsOf } from "../../network/shape.ts";
import type { Estimate } from "../../statistics/index.ts";
import { checksOf, DEVIATION, zScores } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { dataSetOf } from "./data/index.ts";
import { exactOf } from "./exact.ts";
import { diffusionParameters, samplerNames } from "./parameters.ts";
import { posteriorOf } from "./posterior.ts";
import { type DiffusionOptions, DiffusionSimulation } from "./simulation.ts";

/** huggingface/diffusers, tests/schedulers/test_scheduler_ddim.py: the sum of 768 magnitudes after ten steps of a model that is x t/(t + 1). */
const DDIM_SUM = 172.0067;
const DUMMY = `fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample {
  return Sample(x[0] * time / (time + 1.0), 0.0);
}`;

/** N(1, 1/4) as an epsilon, a score and so on: E[x0 | x] = d, and x = signal d + noise E. */
const PREDICTED = {
  sample: "d",
  epsilon: "(x[0] - signal * d) / noise",
  v_prediction: "(signal * (x[0] - signal * d) / noise - noise * d)",
  score: "(signal * d - x[0]) / (noise * noise)",
  flow_prediction: "((x[0] - signal * d) / noise - d)",
} as const;
/** The exact denoiser of N(1, 1/4) as a model in WGSL, for each kind of prediction. */
export const GAUSSIAN_MODELS = Object.entries(PREDICTED).map(([prediction, said]) => ({
  prediction: prediction as keyof typeof PREDICTED,
  wgsl: `fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample {
    let d = 1.0 + signal * 0.25 / (signal * signal * 0.25 + noise * noise) * (x[0] - signal);
    return Sample(${said});
  }`,
}));

const FULL = "3 [1,0,2] [[1,0.5,0],[0.5,0.4,0.1],[0,0.1,1]]; 7 [-2,1,3] [[0.2,-0.1,0],[-0.1,0.3,0],[0,0,0.5]]";
const FIVE = "0.5 [1,2,3,4,5] 1; 0.5 [0,0,0,0,0] 1";
/** What each kernel of a denoiser is tried on. A software adapter compiles networks for seconds, so in a hurry they are the smallest. */
const DENOISERS: readonly { what: string; shape?: NetworkShape; options: DiffusionOptions; long?: true }[] = [
  {
    what: "full covariances, classes guided, inpainting, clipped by a quantile",
    options: { data: FULL, sampler: "dpmpp-2m", label: -2, guidance: 1, known: "?,?,0.4", threshold: 0.6 },
  },
  {
    what: "700 points, classes guided",
    options: { data: "moons", points: 700, sampler: "dpmpp-2m-sde", label: -2, guidance: 1 },
  },
  {
    what: "a network in one dispatch",
    shape: { dimension: 2, width: 16, layers: 2, classes: 0 },
    options: { data: "gmm8", sampler: "ddpm" },
  },
  {
    what: "a network in one dispatch, classes in turn, inpainting",
    shape: { dimension: 2, width: 32, layers: 2, classes: 8 },
    options: { data: "gmm8", sampler: "dpmpp-2m-sde", label: -2, known: "?,0.3", clip: 3 },
    long: true,
  },
  {
    what: "a network layer by layer, five numbers, classes guided",
    shape: { dimension: 5, width: 16, layers: 2, classes: 2 },
    options: { data: FIVE, sampler: "heun", label: -2, guidance: 1 },
  },
];

/** A network that says something everywhere, with weights from sines. */
function networkOf(shape: NetworkShape): Network {
  const parameters = Float32Array.from({ length: offsetsOf(shape).count }, (_, i) => 0.3 * Math.sin(12.9898 * i + 1));
  const centre = Float32Array.from({ length: shape.dimension }, (_, i) => 0.1 * i - 0.2);
  return { shape, parameters, centre, deviation: 1.3, data: "sines" };
}

/** Two Gaussians of two numbers, in other units: each number times a, and b on top. */
function mixtureOf(a: readonly number[], b: readonly number[]): string {
  const component = (weight: number, mean: readonly number[], [xx, xy, yy]: readonly number[]) => {
    const cross = a[0] * a[1] * xy;
    const means = mean.map((value, i) => b[i] + a[i] * value);
    return `${weight} [${means}] [[${a[0] ** 2 * xx}, ${cross}], [${cross}, ${a[1] ** 2 * yy}]]`;
  };
  return [component(0.3, [1, 0], [1, 0.5, 0.4]), component(0.7, [-2, 1], [0.2, -0.1, 0.3])].join("; ");
}

/** The largest distance of two numbers, of large ones as a share. */
const apartOf = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]) / (1 + Math.abs(b[i]))), 0);

const check = checksOf("diffusion");

export async function* validateDiffusion(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const samplesOf = async (on: Device, options: DiffusionOptions, steps?: number) => {
    using simulation = await DiffusionSimulation.create(on, options);
    await simulation.run(steps ?? simulation.length, { signal });
    return await simulation.samples();
  };
  const finished = async (options: DiffusionOptions) => {
    const simulation = await DiffusionSimulation.create(device, options);
    try {
      await simulation.run(simulation.length, { signal });
      await simulation.conclude();
      return simulation;
    } catch (error) {
      simulation[Symbol.dispose]();
      throw error;
    }
  };

  if (device.kind === "gpu") {
    const noise = Float32Array.from({ length: 2 * 768 }, (_, at) => (at % 2 === 0 ? at / 2 / 768 : 0));
    const x = await samplesOf(device, {
      ...{
        data: "gmm8",
        wgsl: DUMMY,
        prediction: "epsilon",
        schedule: "linear",
        steps: 10,
        clip: 1,
        samples: 768,
        noise,
      },
    });
    const sum = Array.from(x).reduce((total, value) => total + Math.abs(value), 0);
    yield check(
      "known answer",
      "DDIM in 10 steps after diffusers: sum of magnitudes, difference",
      Math.abs(sum - DDIM_SUM),
      0.01,
    );

    const reference = new ReferenceDevice(device.info.host);
    for (const sampler of samplerNames) {
      const options: DiffusionOptions = { data: "gmm8", sampler, steps: 6, samples: quick ? 16 : 256 };
      const [own, other] = [await samplesOf(device, options, 1), await samplesOf(reference, options, 1)];
      // An exponential of -100 may be off by 203 units in the last place (WGSL's table), 1.2e-5, and a step has some of them.
      yield check("reference", `${sampler}: a step from noise, largest relative difference`, apartOf(own, other), 1e-4);
    }

    // What a step rounds, the slopes of denoisers to come may make larger: by 1/noise² of points that are alike. The last of the four steps is
    // left out: it makes of each sample the nearest point, whatever was wrong before.
    for (const { what, shape, options, long } of DENOISERS) {
      if (long && quick) continue;
      const all = { ...options, ...(shape ? { network: networkOf(shape) } : {}), steps: 4, samples: quick ? 6 : 64 };
      const [own, other] = [await samplesOf(device, all, 3), await samplesOf(reference, all, 3)];
      const name = `samples of ${what}: largest relative difference`;
      yield check("reference", name, apartOf(own, other), 5e-4);
    }

    const moons = await dataSetOf("moons", { points: 300, seed: 1n });
    const noisy = moons.points.subarray(0, quick ? 40 : 400).map((value, i) => 0.8 * value + 0.6 * Math.sin(i));
    const posteriors: number[][] = [];
    for (const on of [device, reference]) {
      const posterior = await posteriorOf(on, moons);
      const found = await posterior.of(noisy, { signal: 0.8, noise: 0.6 });
      posterior.dispose();
      posteriors.push(found.flatMap(({ concentration, classes }) => [concentration, ...classes]));
    }
    const name = "concentration and classes of what a noisy sample may come from: largest relative difference";
    yield check("reference", name, apartOf(posteriors[0], posteriors[1]), 1e-4);

    const gaussian: DiffusionOptions = {
      ...{ data: "1 [1] 0.25", scaling: "none", samples: quick ? 16 : 256, steps: 20, schedule: "linear" },
    };
    const plain = await samplesOf(reference, gaussian);
    const worst: number[] = [];
    for (const model of GAUSSIAN_MODELS) {
      worst.push(apartOf(await samplesOf(device, { ...gaussian, ...model }), plain));
    }
    // A prediction loses digits where it is turned into another: at a noise of 0.01 two of seven.
    const same = "models in WGSL, whatever they predict: largest relative difference";
    yield check("reference", same, Math.max(...worst), 2e-5);

    const many: DiffusionOptions = { data: "gmm8", sampler: "ddpm", steps: 5, samples: quick ? 4096 : 65_536 };
    const batch = await samplesOf(device, many);
    const alone = await samplesOf(device, { ...many, samples: 1, firstSample: 1234 });
    const differing = Array.from(alone).filter((value, i) => value !== batch[2 * 1234 + i]).length;
    yield check("reference", "sample 1234 alone and in a batch: numbers that differ", differing, 0);
  }

  // Numbers of 10^5 next to numbers of 10^-2: the unit of measurement must not matter.
  const [stretch, shift] = [
    [2500, 0.002],
    [5e5, -3],
  ];
  const base = (await dataSetOf("moons", { points: 300, seed: 1n })).points;
  const points = (a: readonly number[], b: readonly number[]) =>
    pointsText({ data: Float64Array.from(base, (value, at) => b[at % 2] + a[at % 2] * value), shape: [300, 2] });
  for (const [what, data] of [
    ["a mixture", mixtureOf],
    ["points", points],
  ] as const) {
    const own = { sampler: "heun", steps: 6, samples: quick || device.kind === "reference" ? 16 : 256 } as const;
    const plain = await samplesOf(device, { ...own, data: data([1, 1], [0, 0]) }, 5);
    const moved = await samplesOf(device, { ...own, data: data(stretch, shift) }, 5);
    const back = Array.from(moved, (value, at) => (value - shift[at % 2]) / stretch[at % 2]);
    const name = `samples of ${what} in other units, and in these: largest relative difference`;
    yield check("exact", name, apartOf(back, plain), 1e-4);
  }

  for (const sampler of ["heun", "ddpm"] as const) yield* againstRecursion(sampler);

  /** Mean and variance after few steps and many: exactly those of the steps, not of the data. */
  async function* againstRecursion(sampler: "heun" | "ddpm"): AsyncGenerator<Check> {
    const lengths = quick ? [4, 10, 30] : [4, 6, 10, 18, 30, 50, 100];
    const samples = device.kind === "reference" ? 400 : quick ? 40_000 : 400_000;
    const data = "1 [1] 0.25";
    const found: { mean: Estimate; variance: Estimate }[] = [];
    for (const steps of lengths) {
      using simulation = await finished({ sampler, steps, data, samples });
      found.push(simulation.estimate() as (typeof found)[number]);
    }
    const exactly = (steps: number) => exactOf(diffusionParameters.parse({ sampler, steps, data }));
    for (const name of ["mean", "variance"] as const) {
      const values = found.map((estimates) => estimates[name]);
      const { z, worst } = zScores(
        values,
        lengths.map((steps) => exactly(steps)[name]!.value),
      );
      const line = Array.from({ length: lengths.at(-1)! - 3 }, (_, i) => 4 + i);
      const curve = {
        ...{ x: "steps", y: `${name} of the samples` },
        exact: line.map((steps) => [steps, exactly(steps)[name]!.value] as const),
        measured: values.map(({ value, error }, i) => [lengths[i], value, error] as const),
      };
      const what = `${sampler} in ${lengths.join(", ")} steps on N(1, 1/4): ${name} of ${samples} samples, largest |z|`;
      yield check("exact", what, worst, DEVIATION, { z, curve });
    }
  }

  if (device.kind === "gpu") {
    const samples = quick ? 8192 : 65_536;
    using simulation = await finished({ data: "gmm8", sampler: "heun", steps: 40, samples });
    // Two draws of the law itself are 0.0085 apart in the mean of 65,536, at most 0.0156 in 40.
    const bound = 0.016 * Math.sqrt(65_536 / samples);
    const { slicedWasserstein } = simulation.result();
    yield check("exact", `Heun in 40 steps on eight modes: sliced W₁ of ${samples} samples`, slicedWasserstein!, bound);
  }
}
