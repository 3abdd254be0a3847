// Is this device right? A minibatch and its slopes against the reference, slopes of the reference against differences of its loss, and a
// loss that falls to what the exact denoiser leaves.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import { checksOf } from "../check.ts";
import { firstParameters } from "../diffusion/network/init.ts";
import { lossAndGradient } from "../diffusion/network/reference.ts";
import { scalesOf } from "../diffusion/network/shape.ts";
import type { Check, Effort } from "../model.ts";
import { diffusionTrainingParameters } from "./parameters.ts";
import { ReferenceTraining } from "./reference.ts";
import { trainingErrors } from "./rounding.ts";
import { setupOf } from "./setup.ts";
import { DiffusionTrainingSimulation } from "./simulation.ts";
import { ADAM, PURPOSE } from "./trainer.ts";

const check = checksOf("diffusion-training");

export async function* validateDiffusionTraining(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  // Karras et al. 2022 (arXiv 2206.00364), table 1, at σ = σ_data: c_skip = 1/2, c_out = σ/√2, c_in = 1/(σ√2).
  const scales = scalesOf({ signal: 1, noise: 0.5 }, 0.5);
  const apart = [scales.skip - 0.5, scales.output - Math.SQRT1_2 / 2, scales.input - Math.SQRT2];
  const known = "preconditioning at σ = σ_data: largest distance from Karras et al.";
  yield check("known answer", known, Math.max(...apart.map(Math.abs)), 1e-14);

  const given = { width: 32, layers: 3, batch: quick ? 132 : 260, points: 300 };
  const { options } = await setupOf(diffusionTrainingParameters.parse(given), 3n);
  const parameters = firstParameters(options.shape, 3n).map((value, i) => value || 0.1 * Math.sin(i));

  if (device.kind === "gpu") {
    const { minibatch, gradient } = await trainingErrors(device, options, parameters, 7);
    yield check("reference", "a minibatch: the largest error over its bound of f32 rounding", minibatch, 1);
    yield check("reference", "slopes of the loss: the largest error over its bound of f32 rounding", gradient, 1);
  }

  // Along a direction: a central difference errs by its third derivative times h²/6, and by rounding over h.
  const training = new ReferenceTraining({ ...options, adam: ADAM, purpose: PURPOSE }, parameters);
  const { gradient } = training.gradient(7);
  const direction = gradient.map((_, i) => Math.cos(i));
  const samples = training.minibatch(7);
  const lossAt = (h: number) =>
    lossAndGradient({ ...options, parameters: training.parameters.map((p, i) => p + h * direction[i]) }, samples).loss;
  const slope = gradient.reduce((sum, value, i) => sum + value * direction[i], 0);
  const difference = (lossAt(1e-5) - lossAt(-1e-5)) / 2e-5;
  yield check(
    "exact",
    "the reference's slope against differences of its loss, relative",
    Math.abs(slope / difference - 1),
    1e-6,
  );

  const steps = quick ? 100 : 600;
  const on = device.kind === "gpu" ? device : new ReferenceDevice(device.info.host);
  const small = { dropout: 0.1, ...(device.kind === "gpu" ? {} : { width: 16, batch: 32 }) };
  using simulation = await DiffusionTrainingSimulation.create(on, { width: 64, steps, learningRate: 3e-3, ...small });
  await simulation.run(steps, { signal });
  const { value } = simulation.estimate().loss;
  yield check("exact", `gmm8, ${steps} steps: loss, of which the best linear guess has 1`, value, quick ? 0.95 : 0.45);
}
