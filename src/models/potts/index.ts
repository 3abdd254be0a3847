// The Potts model in any dimension: H = -J Σ δ(s, s') over nearest neighbours, states 0 to q - 1, by the heat bath in checkerboard order.

import type { Device } from "../../device/device.ts";
import { later } from "../later.ts";
import { siteCount } from "../lattice/geometry.ts";
import type { Model } from "../model.ts";
import { columns, exactPotts, observables, type PottsObservables } from "./observables.ts";
import { pottsParameters } from "./parameters.ts";
import { createPotts, type PottsOptions, type PottsSimulation, restorePotts } from "./simulation.ts";

export { pottsOfTwo, pottsTorus } from "./exact.ts";
export type { PottsObservables } from "./observables.ts";
export { type PottsParameters, pottsCriticalTemperature } from "./parameters.ts";
export type { PottsOptions, PottsSimulation } from "./simulation.ts";

/**
 * The Potts model: sites with q states on a lattice of one to four dimensions, where equal neighbours lower
 * the energy (Potts 1952, doi 10.1017/S0305004100027419). On the square lattice its transition is continuous
 * up to q = 4 and of first order beyond (Baxter 1973, doi 10.1088/0022-3719/6/23/005). Sites are updated by
 * the heat bath.
 *
 * Guide: docs/models/potts.md.
 *
 * @example
 * ```js
 * import { openDevice, potts } from "gibbs/node";
 * const device = await openDevice();
 * const lattice = await potts.create(device, { states: 3, size: [48, 48], temperature: 1.1 });
 * await lattice.run(100); // warm-up
 * const { energy, order } = potts.estimate(lattice, await lattice.collect(200));
 * console.log(energy.value, order.value); // energy per site
 * ```
 */
export const potts = {
  name: "potts",
  title: "Potts model",
  summary:
    "Sites with q states on a chain, a square, a cube or a four-dimensional lattice, coupled to their nearest neighbours.",
  group: "lattices",
  parameters: pottsParameters,
  step: "sweep",
  observables,
  columns,
  /**
   * A lattice, or a batch of replicas; a list of temperatures gives each replica its own.
   *
   * @throws ParameterError for a value out of range and for what the device cannot hold
   */
  create: (device: Device, options: PottsOptions = {}) => createPotts(device, options),
  /** Continues a checkpoint bit for bit. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => restorePotts(device, checkpoint),
  estimate: (simulation, series, replicas = [...Array(simulation.replicas).keys()]) =>
    simulation.estimate(series, replicas) as PottsObservables,
  exact: exactPotts,
  parts: "replicas",
  updates: ({ size }) => ({ count: siteCount({ size }), unit: "updates" }),
  examples: {
    short: { parameters: { states: 3, size: [6, 5, 4], temperature: [0.9, 1.4], replicas: 2 }, steps: 20 },
    long: { parameters: { size: [128, 128], temperature: 1 }, steps: 1500 },
  },
  validate: later(() => import("./validate.ts").then(({ validatePotts }) => validatePotts)),
} satisfies Model<typeof pottsParameters, PottsSimulation> & { columns: readonly string[] };
