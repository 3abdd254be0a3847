// The Ising model: H = -Jx Σ s s' (bonds along x) - Jy Σ s s' (along y) - … - h Σ s. On a square lattice it has any boundary and heat-bath or
// Metropolis dynamics in checkerboard order, on a kernel of its own with 32 spins a word; with three or four sides it is a lattice of the
// family (src/models/lattice), by the heat bath.

import type { Device } from "../../device/device.ts";
import { later } from "../later.ts";
import { siteCount } from "../lattice/geometry.ts";
import type { Model } from "../model.ts";
import { analyse, analyses } from "./analyses.ts";
import { isingInputs } from "./inputs.ts";
import { columns, estimateIsing, exactIsing, observables } from "./observables.ts";
import { isingParameters, VERSION_1 } from "./parameters.ts";
import { type IsingOptions, IsingSimulation } from "./simulation.ts";

export { correlation } from "./correlation.ts";
export * from "./exact.ts";
export type { IsingObservables } from "./observables.ts";
export type { IsingParameters } from "./parameters.ts";
export { type IsingOptions, IsingSimulation } from "./simulation.ts";
export { type IsingMode, type IsingPicture, IsingView, isingModes } from "./view.ts";

/**
 * The Ising model: spins ±1 on a lattice of two to four dimensions, coupled to their nearest neighbours, in a
 * field. Single spins are updated by the heat bath or by Metropolis' rule, one colour of a checkerboard after
 * the other. Energies and specific heats of the square lattice without a field are compared with the exact
 * values of Kaufman (1949, doi 10.1103/PhysRev.76.1232).
 *
 * Guide: docs/models/ising.md.
 *
 * @example
 * ```js
 * import { ising, openDevice } from "gibbs/node";
 * const device = await openDevice();
 * const lattice = await ising.create(device, { size: [64, 64], temperature: 2.5, seed: 42n });
 * await lattice.run(200); // warm-up
 * const { energy } = await lattice.sample(100, { every: 2 });
 * console.log(energy.value, energy.error); // per site
 * ```
 */
export const ising = {
  name: "ising",
  title: "Ising model",
  summary:
    "Spins on a square lattice or a chain with a field, couplings of either sign and any boundary, 32 spins per word, exact to the bit; and in three or four dimensions.",
  group: "lattices",
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
  analyse: (simulation, ending) => analyse(simulation, ending),
  parts: "replicas",
  updates: ({ size }) => ({ count: siteCount({ size }), unit: "flips" }),
  examples: {
    short: {
      parameters: { size: [66, 34], temperature: [2.1, 2.4], field: 0.05, algorithm: "heat-bath", start: "random" },
      steps: 40,
    },
    long: { parameters: { size: [256, 256], temperature: 2.3 }, steps: 7000 },
  },
  validate: later(() => import("./validate.ts").then(({ validateIsing }) => validateIsing)),
} satisfies Model<typeof isingParameters, IsingSimulation> & { columns: readonly string[] };
