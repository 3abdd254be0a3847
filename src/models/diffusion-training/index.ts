// The training of denoisers: a network learns to tell data from noise, at every strength of noise.

import type { Device } from "../../device/device.ts";
import { dimensionOf } from "../../files/points-text.ts";
import { offsetsOf } from "../../network/shape.ts";
import { later } from "../later.ts";
import type { Model } from "../model.ts";
import { diffusionTrainingInputs } from "./inputs.ts";
import { diffusionTrainingParameters, VERSION_1 } from "./parameters.ts";
import { type DiffusionTrainingOptions, DiffusionTrainingSimulation, observables } from "./simulation.ts";

export { networkFile, readNetwork } from "../../network/file.ts";
export type { Decoder, Network, NetworkShape } from "../../network/shape.ts";
export type { DiffusionTrainingParameters } from "./parameters.ts";
export { type DiffusionTrainingOptions, DiffusionTrainingSimulation } from "./simulation.ts";

/** Checks training on a device by known answers, the reference, and exact denoisers. Yields one check after another. */
export const validateDiffusionTraining = later(() =>
  import("./validate.ts").then((own) => own.validateDiffusionTraining),
);

/**
 * Training of the denoising network of diffusion models: a multilayer perceptron of residual layers,
 * preconditioned as by Karras et al. (2022, arXiv 2206.00364). Adam minimises the squared error on noisy data
 * of all noise levels. The network can be saved as a safetensors file, and `diffusion` samples with it.
 *
 * Guide: docs/models/diffusion.md.
 *
 * @example
 * ```js
 * import { diffusion, diffusionTraining, openDevice } from "gibbs/node";
 * const device = await openDevice();
 * const training = await diffusionTraining.create(device, { data: "gmm8", width: 32, steps: 100 });
 * await training.run(100);
 * const network = await training.network();
 * const sampling = await diffusion.create(device, { data: "gmm8", network, samples: 1000 });
 * ```
 */
export const diffusionTraining = {
  name: "diffusion-training",
  title: "Training of a denoiser",
  summary:
    "Trains the network that diffusion samples with: a residual perceptron, by Adam, on noisy data of any level.",
  group: "diffusion",
  parameters: diffusionTrainingParameters,
  unsaid: { 1: VERSION_1 },
  inputs: diffusionTrainingInputs,
  step: "step",
  rounded: true,
  observables,
  steps: ({ steps }) => steps,
  /**
   * A network with random parameters, and the data it will learn.
   *
   * @throws ParameterError for a value out of range, data that are none, and sizes that the device cannot hold
   */
  create: (device: Device, options: DiffusionTrainingOptions = {}) =>
    DiffusionTrainingSimulation.create(device, options),
  /** Continues a checkpoint bit for bit on the same device. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => DiffusionTrainingSimulation.restore(device, checkpoint),
  estimate: (simulation) => simulation.estimate(),
  exact: () => ({}),
  /** Samples of a minibatch; their cost grows with the parameters of the network. */
  updates({ data, width, layers, batch }) {
    const [dimension, classes] = data === "digits" ? [64, 10] : [dimensionOf(data) ?? 2, 0];
    const { count } = offsetsOf({ dimension, classes, width, layers });
    return { count: batch, unit: "samples", cost: 1 + count / 100 };
  },
  outputs: [".safetensors"],
  examples: {
    short: { parameters: { data: "gmm8", points: 200, width: 32, layers: 2, batch: 32, steps: 8 } },
    long: { parameters: { width: 64, batch: 128, steps: 750 } },
  },
  validate: validateDiffusionTraining,
} satisfies Model<typeof diffusionTrainingParameters, DiffusionTrainingSimulation>;
