// Is this device right? Published numbers of a scheduler, steps against the reference, Gaussian recursions, and the law of a mixture.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import type { Check } from "../model.ts";
import { exactOf } from "./exact.ts";
import { samplerNames } from "./parameters.ts";
import { type DiffusionOptions, DiffusionSimulation } from "./simulation.ts";

/** huggingface/diffusers, tests/schedulers/test_scheduler_ddim.py: the sum of 768 magnitudes after ten steps of a model that is x t/(t + 1). */
const DDIM_SUM = 172.0067;
const DUMMY = `fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample {
  return Sample(x[0] * time / (time + 1.0), 0.0);
}`;

export async function* validateDiffusion(
  device: Device,
  { quick, signal }: { quick: boolean; signal?: AbortSignal },
): AsyncGenerator<Check> {
  const check = (oracle: Check["oracle"], name: string, value: number, bound: number): Check => ({
    ...{ model: "diffusion", oracle, name, value, bound, pass: value <= bound },
  });
  const samplesOf = async (on: Device, options: DiffusionOptions, steps?: number) => {
    using simulation = await DiffusionSimulation.create(on, options);
    await simulation.run(steps ?? simulation.length, { signal });
    return await simulation.samples();
  };
  const finished = async (options: DiffusionOptions) => {
    const simulation = await DiffusionSimulation.create(device, options);
    await simulation.run(simulation.length, { signal });
    await simulation.conclude();
    return simulation;
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
      yield check("reference", `${sampler}: a step from noise, largest relative difference`, apart, 1e-4);
    }

    const many: DiffusionOptions = { data: "gmm8", sampler: "ddpm", steps: 5, samples: quick ? 4096 : 65_536 };
    const batch = await samplesOf(device, many);
    const alone = await samplesOf(device, { ...many, samples: 1, firstSample: 1234 });
    const differing = Array.from(alone).filter((value, i) => value !== batch[2 * 1234 + i]).length;
    yield check("reference", "sample 1234 alone and in a batch: numbers that differ", differing, 0);
  }

  for (const options of [
    { sampler: "heun", steps: 18 },
    { sampler: "ddpm", steps: 50 },
  ] as const) {
    const count = device.kind === "reference" ? 400 : quick ? 40_000 : 400_000;
    using simulation = await finished({ ...options, data: "1 [1] 0.25", samples: count });
    const exact = exactOf(simulation.points.parameters);
    const found = simulation.estimate();
    for (const name of ["mean", "variance"] as const) {
      const z = Math.abs(found[name].value - exact[name]!.value) / found[name].error;
      yield check(
        "exact",
        `${options.sampler} in ${options.steps} steps on N(1, 1/4): ${name} of ${count} samples, |z|`,
        z,
        4,
      );
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
