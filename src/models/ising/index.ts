// The two-dimensional Ising model: H = -Jx Σ s s' (horizontal bonds) - Jy Σ s s' (vertical bonds) - h Σ s on a periodic
// square lattice, or with other boundaries, by heat-bath or Metropolis dynamics in checkerboard order.

import type { Device } from "../../device/device.ts";
import type { Model } from "../model.ts";
import { analyses } from "./analyses.ts";
import { isingInputs } from "./inputs.ts";
import { columns, estimateIsing, exactIsing, observables } from "./observables.ts";
import { isingParameters, VERSION_1 } from "./parameters.ts";
import { type IsingOptions, IsingSimulation } from "./simulation.ts";
import { validateIsing } from "./validate.ts";

export { correlation } from "./correlation.ts";
export * from "./exact.ts";
export type { IsingObservables } from "./observables.ts";
export { packSpins } from "./packing.ts";
export type { IsingParameters } from "./parameters.ts";
export { type IsingOptions, IsingSimulation } from "./simulation.ts";
export { type IsingMode, type IsingPicture, IsingView, isingModes } from "./view.ts";

export const ising = {
  name: "ising",
  title: "Ising model in two dimensions",
  summary:
    "Spins on a square lattice or a chain with a field, couplings of either sign and any boundary, 32 spins a word, exact to the bit.",
  parameters: isingParameters,
  unsaid: { 1: VERSION_1 },
  step: "sweep",
  observables,
  columns,
  inputs: isingInputs,
  /**
   * A lattice, or a batch of replicas; lists of temperatures or fields give each replica its own.
   *
   * @throws ParameterError for a value out of range or a size over the device's limits (it names the largest that fits).
   */
  create: (device: Device, options: IsingOptions = {}) => IsingSimulation.create(device, options),
  /** Continues a checkpoint bit for bit. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => IsingSimulation.restore(device, checkpoint),
  estimate: ({ points }, series, replicas) =>
    estimateIsing(points, series, replicas ?? [...Array(series.replicas).keys()]),
  exact: exactIsing,
  analyses: Object.keys(analyses),
  analyse: (simulation, ending) => analyses[ending](simulation),
  updates: ({ size }) => ({ count: size[0] * size[1], unit: "flips" }),
  examples: {
    short: {
      parameters: { size: [66, 34], temperature: [2.1, 2.4], field: 0.05, algorithm: "heat-bath", start: "random" },
      steps: 40,
    },
    long: { parameters: { size: [256, 256], temperature: 2.3 }, steps: 7000 },
  },
  validate: validateIsing,
} satisfies Model<typeof isingParameters, IsingSimulation> & { columns: readonly string[] };
