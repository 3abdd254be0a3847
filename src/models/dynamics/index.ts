// Dynamical systems from text: ensembles of trajectories of maps and ordinary differential equations, with statistics on the device.

import type { Device } from "../../device/device.ts";
import { later } from "../later.ts";
import type { Model } from "../model.ts";
import { dynamicsParameters } from "./parameters.ts";
import { type DynamicsOptions, DynamicsSimulation, FILES } from "./simulation.ts";

export type { HistogramResult } from "./counts.ts";
export { examples as systemTexts } from "./examples.ts";
export type { DynamicsParameters } from "./parameters.ts";
export type { Quantile } from "./quantiles.ts";
export type { DynamicsResult, Exponent } from "./result.ts";
export { type DynamicsOptions, DynamicsSimulation } from "./simulation.ts";

/**
 * Maps and ordinary differential equations, written as text and run as ensembles of trajectories. Results are
 * means and standard deviations at the measured times, orbit diagrams over a sweep of a parameter, and
 * Lyapunov exponents. Exponents are measured by tangent vectors that are orthonormalised on the way (Benettin
 * et al. 1980, doi 10.1007/BF02128236).
 *
 * Guide: docs/models/dynamics.md.
 *
 * @example
 * ```js
 * import { dynamics, openDevice } from "gibbs/node";
 * const device = await openDevice();
 * const ensemble = await dynamics.create(device, { example: "lorenz", until: 100, lyapunov: 1 });
 * await ensemble.run(64); // trajectories
 * const [largest] = ensemble.result().exponents;
 * console.log(largest.value, largest.error); // per unit of time
 * ```
 */
export const dynamics = {
  name: "dynamics",
  title: "Dynamics from text",
  summary: "Maps and ordinary differential equations as ensembles: moments, orbit diagrams and Lyapunov exponents.",
  group: "dynamics",
  parameters: dynamicsParameters,
  step: "trajectory",
  rounded: true,
  observables: {},
  steps: ({ trajectories }) => trajectories,
  /**
   * An ensemble, or a sweep of them side by side.
   *
   * @throws ParameterError for a system that cannot be read (it shows the statement) and for values out of range.
   */
  create: (device: Device, options: DynamicsOptions = {}) => DynamicsSimulation.create(device, options),
  /** Continues a checkpoint exactly. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => DynamicsSimulation.restore(device, checkpoint),
  estimate: (simulation) => simulation.estimate(),
  exact: () => ({}),
  parts: "jobs",
  sums: true,
  updates: () => ({ count: 1, unit: "trajectories" }),
  outputs: FILES,
  examples: {
    short: { parameters: { example: "henon", until: 20, transient: 4, points: 5, lyapunov: 2, trajectories: 300 } },
    long: { parameters: { example: "lorenz", until: 20, points: 5, trajectories: 400_000 } },
  },
  validate: later(() => import("./validate.ts").then(({ validateDynamics }) => validateDynamics)),
} satisfies Model<typeof dynamicsParameters, DynamicsSimulation>;
