// Dense associative memory: patterns attract by a function of their overlaps that is steeper than the square, so far more can be stored.

import type { Device } from "../../device/device.ts";
import { memoryInputs } from "../hopfield/inputs.ts";
import { columns, estimateHopfield, observables } from "../hopfield/observables.ts";
import { undivided } from "../hopfield/setup.ts";
import { later } from "../later.ts";
import type { Exact, Model } from "../model.ts";
import { type DenseMemoryParameters, denseMemoryParameters } from "./parameters.ts";
import {
  createDenseMemory,
  type DenseMemoryOptions,
  type DenseMemorySimulation,
  kind,
  restoreDenseMemory,
} from "./simulation.ts";

export type { DenseMemoryParameters } from "./parameters.ts";
export type { DenseMemoryOptions, DenseMemorySimulation } from "./simulation.ts";
export { oneStepError, softmaxRetrieval } from "./theory.ts";

/**
 * Dense associative memory: patterns attract by a function of their overlap that is steeper than the square
 * of the Hopfield model, so a network of N spins stores far more patterns (Krotov and Hopfield 2016, arXiv
 * 1606.01164). An exponential function makes it the modern Hopfield network, whose update is the attention of
 * transformers (Ramsauer et al. 2021, arXiv 2008.02217). The dynamics runs at temperature 0.
 *
 * Guide: docs/models/memories.md.
 *
 * @example
 * ```js
 * import { denseMemory, openDevice } from "gibbs/node";
 * const device = await openDevice();
 * const memory = await denseMemory.create(device, { neurons: 100, patterns: 200, order: 3, noise: 0.1 });
 * await memory.run(5);
 * const { overlap } = denseMemory.estimate(memory, await memory.collect(5));
 * console.log(overlap.value); // with the pattern of the cue
 * ```
 */
export const denseMemory = {
  name: "dense-memory",
  title: "Dense associative memory",
  summary:
    "Thousands of patterns in a few hundred spins: many-body and exponential interactions, the modern Hopfield network behind attention.",
  group: "memories",
  parameters: denseMemoryParameters,
  step: "sweep",
  observables: {
    ...observables,
    energy: { unit: "1/neuron", description: "Energy per neuron, -Σ_μ m_μ^n, or -(1/βN) ln Σ_μ e^(βM_μ)" },
  },
  columns,
  inputs: memoryInputs,
  /**
   * A memory at temperature 0, or a batch of them with patterns of their own.
   *
   * @throws ParameterError for a value out of range, patterns that are not ±1 or of the wrong length, and sizes over the device's limits.
   */
  create: (device: Device, options: DenseMemoryOptions = {}) => createDenseMemory(device, options),
  /** Continues a checkpoint bit for bit. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => restoreDenseMemory(device, checkpoint),
  estimate: (simulation, series, replicas) =>
    estimateHopfield(series, replicas ?? [...Array(simulation.replicas).keys()]),
  /** The theory is of one step; after several there is no closed form at finite size. */
  exact: (_: DenseMemoryParameters): Partial<Record<string, Exact>> => ({}),
  parts: "replicas",
  undivided: (points) => undivided(kind, points),
  updates: ({ neurons, patterns }) => ({ count: neurons, unit: "updates", cost: 1 + patterns / 2 }),
  examples: {
    short: {
      parameters: { neurons: 70, patterns: [40, 90], interaction: "rectified", order: 4, noise: 0.2 },
      steps: 6,
    },
    long: { parameters: { neurons: 256, patterns: 1000, start: "random", dynamics: "random" }, steps: 1000 },
  },
  validate: later(() => import("./validate.ts").then(({ validateDenseMemory }) => validateDenseMemory)),
} satisfies Model<typeof denseMemoryParameters, DenseMemorySimulation> & { columns: readonly string[] };
