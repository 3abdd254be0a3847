// Is this device right? Published numbers of a scheduler, steps against the reference, Gaussian recursions, and the law of a mixture.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import type { Estimate } from "../../statistics/index.ts";
import { checksOf, DEVIATION, deviations } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { exactOf } from "./exact.ts";
import { diffusionParameters, samplerNames } from "./parameters.ts";
import { type DiffusionOptions, DiffusionSimulation } from "./simulation.ts";

/** huggingface/diffusers, tests/schedulers/test_scheduler_ddim.py: the sum of 768 magnitudes after ten steps of a model that is x t/(t + 1). */
const DDIM_SUM = 172.0067;
const DUMMY = `fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample {
  return Sample(x[0] * time / (time + 1.0), 0.0);
}`;

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
    const sum = x.reduce((total, value) => total + Math.abs(value), 0);
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
      const apart = own.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - other[i]) / (1 + Math.abs(other[i]))),
        0,
      );
      // An exponential of -100 may be off by 203 units in the last place (WGSL's table), 1.2e-5, and a step has some of them.
      yield check("reference", `${sampler}: a step from noise, largest relative difference`, apart, 1e-4);
    }

    const many: DiffusionOptions = { data: "gmm8", sampler: "ddpm", steps: 5, samples: quick ? 4096 : 65_536 };
    const batch = await samplesOf(device, many);
    const alone = await samplesOf(device, { ...many, samples: 1, firstSample: 1234 });
    const differing = Array.from(alone).filter((value, i) => value !== batch[2 * 1234 + i]).length;
    yield check("reference", "sample 1234 alone and in a batch: numbers that differ", differing, 0);
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
      const { z, worst } = deviations(
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
