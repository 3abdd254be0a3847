// The restricted Boltzmann machine: a layer of data and a layer of features, trained by contrastive divergence.

import type { Device } from "../../device/device.ts";
import { estimateReplicas } from "../../statistics/index.ts";
import { later } from "../later.ts";
import type { Model } from "../model.ts";
import { rbmInputs } from "./inputs.ts";
import { likelihood, observables } from "./observables.ts";
import { rbmParameters } from "./parameters.ts";
import type { RbmOptions } from "./setup.ts";
import { RbmSimulation } from "./simulation.ts";

export { SafetensorsError } from "../../files/safetensors.ts";
export { type Annealed, type AnnealingOptions, annealedPartition } from "./annealing.ts";
export { barsAndStripes } from "./data.ts";
export { exactGradient, freeEnergy, logLikelihood, pseudoLikelihood, reconstruction, visibleLaw } from "./exact.ts";
export type { RbmParameters } from "./parameters.ts";
export { isEnumerable, logPartition } from "./partition.ts";
export type { RbmOptions } from "./setup.ts";
export { type RbmResult, RbmSimulation } from "./simulation.ts";
export type { Weights } from "./weights.ts";

/**
 * The restricted Boltzmann machine: a layer of visible units, the data, and a layer of hidden units, the
 * features, with couplings between the layers only. It is trained by contrastive divergence (Hinton 2002, doi
 * 10.1162/089976602760128018), in integer arithmetic that has the same bits on every device. The partition
 * function is exact for small machines and estimated by annealed importance sampling for others.
 *
 * Guide: docs/models/rbm.md.
 *
 * @example
 * ```js
 * import { openDevice, rbm } from "gibbs/node";
 * const device = await openDevice();
 * const machine = await rbm.create(device, { data: "bars", side: 4, hidden: 16 });
 * await machine.run(100); // updates
 * await machine.conclude();
 * console.log(machine.result().logLikelihood.value); // nats an image
 * ```
 */
export const rbm = {
  name: "rbm",
  title: "Restricted Boltzmann machine",
  summary:
    "Contrastive divergence in integer arithmetic: features of handwritten digits and samples of them, while they are learned.",
  group: "memories",
  parameters: rbmParameters,
  step: "update",
  observables: { ...likelihood, ...observables },
  inputs: rbmInputs,
  /**
   * A machine with random weights, or with yours.
   *
   * @throws ParameterError for a value out of range, data that are not 0 or 1 or of the wrong length, weights of another shape;
   *   SafetensorsError for a file that is none.
   */
  create: (device: Device, options: RbmOptions = {}) => RbmSimulation.create(device, options),
  /** Continues a checkpoint bit for bit. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => RbmSimulation.restore(device, checkpoint),
  estimate: (_, series) =>
    series.length === 0
      ? {} // a run of no steps reports its result all the same
      : Object.fromEntries(series.columns.map((name) => [name, estimateReplicas([series.column(name, 0)])])),
  exact: () => ({}),
  updates: ({ data, side, hidden, chains, gibbs }) => {
    const visible = data === "bars" ? side * side : 784;
    return { count: chains * (2 * hidden + gibbs * (hidden + visible)), unit: "units", cost: 1 + visible / 20 };
  },
  outputs: [".safetensors"],
  examples: {
    short: { parameters: { data: "bars", side: 4, hidden: 20, chains: 24, gibbs: 2 }, steps: 12 },
    long: { parameters: { images: 500, hidden: 64, chains: 50 }, steps: 140 },
  },
  validate: later(() => import("./validate.ts").then(({ validateRbm }) => validateRbm)),
} satisfies Model<typeof rbmParameters, RbmSimulation>;
