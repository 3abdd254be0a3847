// Diffusion: samples from noise, with exact denoisers or trained ones.

import type { Device } from "../../device/device.ts";
import { later } from "../later.ts";
import type { Exact, Model } from "../model.ts";
import { exactOf } from "./exact.ts";
import { agreement, observables } from "./observables.ts";
import { diffusionParameters, VERSION_1 } from "./parameters.ts";
import { type DiffusionOptions, DiffusionSimulation } from "./simulation.ts";

export { labelsText, pointsText } from "../../files/points-text.ts";
export type { Level } from "../../network/level.ts";
export type { Pixels, Unit } from "../../network/sample.ts";
export type { DataSet, Mixture } from "./data/data-set.ts";
export { nearestLabel, slicedWasserstein } from "./data/distance.ts";
export { drawingText } from "./data/drawing.ts";
export { dataSetOf, inOwnUnits } from "./data/index.ts";
export { largestEigenvalue } from "./data/moments.ts";
export { gaussianMoments } from "./moments.ts";
export type { DiffusionParameters, SamplerName } from "./parameters.ts";
export { decode } from "./pictures.ts";
export { cloneAgreement, collapseTime, measureRegimes, type Regimes, speciationTime } from "./regimes.ts";
export { defaultSchedule } from "./sampling-setup.ts";
export { type DiffusionOptions, DiffusionSimulation } from "./simulation.ts";
export type { DiffusionResult } from "./summary.ts";

/**
 * Sampling of diffusion models: noise becomes samples of a distribution, step by step, by a denoiser.
 * Samplers are DDPM, DDIM, Euler, Heun, DPM-Solver++, Langevin and others; denoisers are exact scores,
 * trained networks, or the user's WGSL. For mixtures of Gaussians and sets of points the exact denoiser is
 * known, which separates the error of a sampler from that of a network.
 *
 * Guide: docs/models/diffusion.md.
 *
 * @example
 * ```js
 * import { diffusion, openDevice } from "gibbs/node";
 * const device = await openDevice();
 * const sampling = await diffusion.create(device, { data: "gmm8", sampler: "heun", steps: 30, samples: 2000 });
 * await sampling.run(30);
 * const samples = await sampling.samples(); // [sample][dimension]
 * console.log(samples.length); // 4000
 * ```
 */
export const diffusion = {
  name: "diffusion",
  title: "Diffusion",
  summary:
    "Samples from noise by exact scores or trained networks: DDPM, DDIM, Heun, DPM-Solver++ and others, the same for any size of the batch.",
  group: "diffusion",
  parameters: diffusionParameters,
  unsaid: { 1: VERSION_1 },
  step: "step",
  rounded: true,
  observables: { ...observables, ...agreement },
  steps: ({ steps }) => steps,
  /**
   * Samples at their beginning, noise.
   *
   * @throws ParameterError for a value out of range, files that are none, and what does not fit each other or the device
   */
  create: (device: Device, options: DiffusionOptions = {}) => DiffusionSimulation.create(device, options),
  /** Continues a checkpoint bit for bit on the same device. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => DiffusionSimulation.restore(device, checkpoint),
  estimate: (simulation) => simulation.estimate(),
  exact: (parameters): Partial<Record<string, Exact>> => exactOf(parameters),
  remedy: "these steps are too few or too coarse for this law; take more --steps or another --sampler",
  updates: ({ samples, data }) => ({ count: samples, unit: "sample-steps", cost: data === "digits" ? 1e5 : 100 }),
  examples: {
    short: { parameters: { data: "gmm8", sampler: "ddpm", steps: 12, samples: 300 } },
    long: { parameters: { data: "gmm8", sampler: "dpmpp-2m-sde", steps: 500, samples: 50_000 } },
  },
  validate: later(() => import("./validate.ts").then(({ validateDiffusion }) => validateDiffusion)),
} satisfies Model<typeof diffusionParameters, DiffusionSimulation>;
