// Is this device right? The loss that preconditioning promises, a minibatch, its slopes and a step against the reference, slopes of the
// reference against differences of its loss, and a loss that falls towards what the exact denoiser leaves.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { firstParameters } from "../../network/init.ts";
import { lossAndGradient } from "../../network/reference.ts";
import { checksOf, DEVIATION, zScores } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { GpuTrainer } from "./gpu.ts";
import { diffusionTrainingParameters } from "./parameters.ts";
import { ReferenceTraining } from "./reference.ts";
import { ReferenceTrainer } from "./reference-trainer.ts";
import { trainingErrors } from "./rounding.ts";
import { setupOf } from "./setup.ts";
import { type DiffusionTrainingOptions, DiffusionTrainingSimulation } from "./simulation.ts";
import { ADAM, PURPOSE, type TrainerOptions, type TrainerState } from "./trainer.ts";

/** Two numbers of variance 1 and correlation 0.9: along the diagonals their variances are these, and σ_data is 1. */
const CORRELATED = "1 [0, 0] [[1, 0.9], [0.9, 1]]";
const VARIANCES = [1.9, 0.1];

const check = checksOf("diffusion-training");

/** Checks training on a device by known answers, the reference, and exact denoisers. Yields one check after another. */
export async function* validateDiffusionTraining(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const on = device.kind === "gpu" ? device : new ReferenceDevice(device.info.host);
  const lossOf = async (options: DiffusionTrainingOptions, steps: number) => {
    const small = device.kind === "gpu" ? {} : { width: 16, batch: 32 };
    using simulation = await DiffusionTrainingSimulation.create(on, { ...options, steps, ...small });
    await simulation.run(steps, { signal });
    return simulation.estimate().loss;
  };

  // Inputs and targets have variance 1 at every noise level (Karras et al. 2022, arXiv 2206.00364, appendix B.6), so that a network that
  // says 0, as those that learn nothing at a rate of 0, has a loss of 1.
  const idle = await lossOf({ width: 16, batch: quick ? 256 : 2048, learningRate: 0, layers: 1 }, 100);
  const known = "loss of a network that says 0: standard errors from the 1 of Karras et al.";
  const { z, worst } = zScores([idle], [1]);
  yield check("known answer", known, worst, DEVIATION, { z });

  const given = { width: 32, layers: 3, batch: quick ? 132 : 260, points: 300 };
  const { options } = await setupOf(diffusionTrainingParameters.parse(given), 3n);
  const parameters = firstParameters(options.shape, 3n).map((value, i) => value || 0.1 * Math.sin(i));

  if (device.kind === "gpu") {
    const { minibatch, gradient } = await trainingErrors(device, options, parameters, 7);
    yield check("reference", "a minibatch: the largest error over its bound of f32 rounding", minibatch, 1);
    yield check("reference", "slopes of the loss: the largest error over its bound of f32 rounding", gradient, 1);
    // Sums over the minibatch are rounded by some 1e-6 of the largest slope. Wrong factors of Adam are wrong in the fourth digit or before.
    const { loss, state } = await stepBeside(device, options, parameters);
    yield check("reference", "the loss of a step: relative difference", loss, 1e-5);
    yield check("reference", "parameters, moments and averages after a step of Adam: largest difference", state, 1e-5);
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

  const steps = quick ? 200 : 600;
  const least = leastLoss(options);
  const { value, error } = await lossOf({ data: CORRELATED, width: 64, learningRate: 3e-3 }, steps);
  const [share, chance] = [(value - least) / (1 - least), error / (1 - least)];
  const learned = `correlated Gaussians, ${steps} steps: share of what can be learned that is not`;
  // The loss begins at 1, of which 0.17 can be learned. How fast no formula says: 0.00 ± 0.05 of that was left after 200 steps, and 0.11 ± 0.12
  // in the smaller run of the reference.
  yield check("exact", learned, share, 0.1 + DEVIATION * chance);
  const below = (least - value) / error;
  yield check("exact", "standard errors by which the loss is below that of the exact denoiser", below, DEVIATION);
}

/**
 * The loss of the exact denoiser of normal data, which is linear in each direction. With x₀ of variance v and noise of r² in units of
 * σ_data², the input is u = (x₀ + r n) / √(1 + r²) and the target t = (r x₀ - n) / √(1 + r²); what u leaves of t is
 * Var t - Cov(t, u)² / Var u = v (1 + r²) / (v + r²). Its mean over ln r, which is normal, by the trapezoidal rule.
 */
function leastLoss({ noiseMean, noiseSd }: Pick<TrainerOptions, "noiseMean" | "noiseSd">): number {
  let [sum, weights] = [0, 0];
  for (let z = -8; z <= 8; z += 1 / 16) {
    const square = Math.exp(2 * (noiseMean + noiseSd * z));
    const weight = Math.exp(-0.5 * z ** 2);
    const losses = VARIANCES.map((v) => (v * (1 + square)) / (v + square));
    sum += (weight * losses.reduce((a, b) => a + b)) / losses.length;
    weights += weight;
  }
  return sum / weights;
}

/** Step 300 of both devices from one state, with moments that are not small: Adam would divide rounding by them. */
async function stepBeside(device: GpuDevice, options: TrainerOptions, parameters: Float32Array) {
  const means = parameters.map((_, i) => 0.01 * Math.sin(i));
  const variances = parameters.map((_, i) => 1e-4 * (2 + Math.cos(i)));
  const fixed = { ...options, schedule: { learningRate: 0.01, steps: 0, halfLife: 5 } };
  const made: { losses: number[]; state: TrainerState }[] = [];
  for (const trainer of [await GpuTrainer.create(device, fixed), new ReferenceTrainer(fixed)]) {
    try {
      await trainer.write({ parameters, means, variances, averages: means });
      const losses: number[] = [];
      await trainer.advance({ from: 300, steps: 1, onLosses: (some) => losses.push(some[0]) });
      made.push({ losses, state: await trainer.read() });
    } finally {
      trainer.dispose();
    }
  }
  const [own, other] = made;
  // Of the largest number of its kind.
  const apart = (["parameters", "means", "variances", "averages"] as const).map((name) => {
    const [a, b] = [own.state[name], Float64Array.from(other.state[name])];
    const size = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return b.reduce((most, value, i) => Math.max(most, Math.abs(a[i] - value) / size), 0);
  });
  return { loss: Math.abs(own.losses[0] / other.losses[0] - 1), state: Math.max(...apart) };
}
