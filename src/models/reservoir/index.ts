// Echo-state networks: thousands of settings in one launch, trained by exact sums and run free from many starts at once.

import type { Device } from "../../device/device.ts";
import { flowOf } from "../../systems/index.ts";
import { later } from "../later.ts";
import type { Model } from "../model.ts";
import { exactMemory } from "./memory.ts";
import { type ReservoirParameters, reservoirParameters } from "./parameters.ts";
import { type ReservoirOptions, ReservoirSimulation } from "./simulation.ts";
import { stepsOf } from "./tasks/index.ts";

export { base64url as bytesText } from "../../files/base64.ts";
export { parseSeries, seriesText } from "../../files/series-text.ts";
export { type Flow, type FlowName, flowOf } from "../../systems/index.ts";
export { attractorStatistics, type ColumnStatistics, powerSpectrum, returnMap } from "./attractor.ts";
export type { Forecast } from "./export.ts";
export type { Spread } from "./figures.ts";
export { type ClosedLoop, lyapunovSpectrum } from "./lyapunov.ts";
export { exactMemory } from "./memory.ts";
export { nrmse as normalisedError, validSteps } from "./metrics.ts";
export type { Member, Readout } from "./network.ts";
export { type ForceOptions, force, type OnlineOptions, RecursiveLeastSquares } from "./online.ts";
export type { ReservoirParameters } from "./parameters.ts";
export { ReferenceNetwork, type ReferenceOptions } from "./reference.ts";
export type { ReservoirResult } from "./result.ts";
export { fitReadout } from "./ridge.ts";
export { type ReservoirOptions, ReservoirSimulation } from "./simulation.ts";
export { narma10, type Task } from "./tasks/index.ts";
export { spectralRadius, type Topology, topologyOf } from "./topology.ts";

/** Exact values of a task. */
function exact(parameters: ReservoirParameters) {
  const { task, units, delays } = parameters;
  if (task === "coupled-logistic" || task === "coupled-lorenz") {
    const { criticalCoupling } = flowOf(task);
    return criticalCoupling ? { criticalCoupling } : {};
  }
  const shares = exactMemory(parameters);
  if (!shares) return {};
  const source = `ring of ${units} linear units, ${delays} delays; N for all of them`;
  return { memoryCapacity: { value: shares.reduce((sum, share) => sum + share, 0), source } };
}

/**
 * Echo-state networks: random recurrent networks that a series drives, of which only a linear readout is
 * trained (Jaeger 2001; Lukoševičius and Jaeger 2009, doi 10.1016/j.cosrev.2009.03.005). Tasks are forecasts
 * of chaotic systems, NARMA10, memory capacity, synchronisation, classes of sequences, and the user's series.
 * Many networks, and a scan of their settings, are trained and tested in one launch.
 *
 * Guide: docs/models/reservoir.md.
 *
 * @example
 * ```js
 * import { openDevice, reservoir } from "gibbs/node";
 * const device = await openDevice();
 * const scan = await reservoir.create(device, { task: "henon", units: 50, spectralRadius: [0.3, 0.6] });
 * await scan.run(4); // random networks, each at both points of the scan
 * for (const point of [0, 1]) console.log(scan.estimate(point).validPredictionTime.value);
 * ```
 */
export const reservoir = {
  name: "reservoir",
  title: "Echo-state networks",
  summary: "Thousands of reservoirs in one launch: forecasts of chaos, NARMA10, memory capacity, and your own series.",
  group: "reservoirs",
  parameters: reservoirParameters,
  // In 0.1.0 parts of a series did not follow from its length.
  unsaid: { 1: { washout: 500, train: 5000, test: 2000, synchronisation: 200 } },
  step: "reservoir",
  rounded: true,
  observables: {},
  steps: ({ reservoirs, network }) => (network === "" ? reservoirs : 1), // a file holds one
  /**
   * Reservoirs of a task, or a scan of them side by side.
   *
   * @throws ParameterError for values out of range and for data that cannot be learned from.
   */
  create: (device: Device, options: ReservoirOptions = {}) => ReservoirSimulation.create(device, options),
  /** Continues a checkpoint: networks that are made afterwards are those of the uninterrupted run. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => ReservoirSimulation.restore(device, checkpoint),
  estimate: (simulation, _, replicas) => simulation.estimate(replicas?.[0]),
  exact,
  parts: "jobs",
  updates: (parameters) => {
    const { units, layers, patches } = parameters;
    return { count: units * layers * patches * stepsOf(parameters), unit: "node-steps" };
  },
  outputs: [".safetensors"],
  examples: {
    short: {
      parameters: {
        task: "henon",
        units: 40,
        train: 300,
        test: 100,
        washout: 50,
        starts: 2,
        horizon: 10,
        ridge: 1e-4,
        noise: 1e-3,
        spectralRadius: [0.3, 0.6],
        reservoirs: 2,
      },
    },
    long: {
      parameters: {
        task: "henon",
        units: 40,
        train: 400,
        test: 100,
        starts: 4,
        horizon: 10,
        ridge: 1e-4,
        reservoirs: 64,
      },
    },
  },
  validate: later(() => import("./validate.ts").then(({ validateReservoir }) => validateReservoir)),
} satisfies Model<typeof reservoirParameters, ReservoirSimulation>;
