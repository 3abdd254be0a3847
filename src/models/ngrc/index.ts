// Next-generation reservoir computing: linear regression on monomials of the last samples, without a random reservoir.

import type { Device } from "../../device/device.ts";
import { later } from "../later.ts";
import type { Model } from "../model.ts";
import { planOf } from "./data.ts";
import { countMonomials } from "./features.ts";
import { ngrcParameters, VERSION_1 } from "./parameters.ts";
import { observables } from "./result.ts";
import { type NgrcOptions, NgrcSimulation } from "./simulation.ts";

export type { OwnSeries } from "./data.ts";
export type { NgrcParameters } from "./parameters.ts";
export type { NgrcResult } from "./result.ts";
export { type NgrcOptions, NgrcSimulation } from "./simulation.ts";

/**
 * Next-generation reservoir computing: forecasts of chaotic systems by ridge regression on the monomials of
 * their last samples (Gauthier, Bollt, Griffith and Barbosa 2021, doi 10.1038/s41467-021-25801-2). Forecasts
 * from many starts run side by side and are compared with the true continuation. The series comes from a
 * system that gibbs integrates, or from the user.
 *
 * Guide: docs/models/ngrc.md.
 *
 * @example
 * ```js
 * import { ngrc, openDevice } from "gibbs/node";
 * const device = await openDevice();
 * const forecasts = await ngrc.create(device, { system: "lorenz" });
 * await forecasts.run(20); // starts
 * const { nrmse, validPredictionTime } = forecasts.estimate();
 * console.log(nrmse.value, validPredictionTime.value); // times in Lyapunov times
 * ```
 */
export const ngrc = {
  name: "ngrc",
  title: "Next-generation reservoir",
  summary:
    "Forecasts of chaotic systems by ridge regression on monomials of their last samples, from many starts at once.",
  group: "reservoirs",
  parameters: ngrcParameters,
  step: "forecast",
  rounded: true,
  observables,
  unsaid: { 1: VERSION_1 },
  /** With a series at most as many as it has room for. */
  steps(parameters) {
    if (parameters.series === "") return parameters.starts;
    const { segments, forecasts } = planOf(parameters, 0n);
    return Math.min(parameters.starts, segments * forecasts);
  },
  outputs: [".safetensors", ".weights.csv", ".weights.npy"],
  /**
   * Forecasts of a system, or of a series of your own.
   *
   * @throws ParameterError for a value out of range, a system that diverges, and a series that is too short; FileError for
   *   one that cannot be read
   */
  create: (device: Device, options: NgrcOptions = {}) => NgrcSimulation.create(device, options),
  /** Continues a checkpoint exactly. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => NgrcSimulation.restore(device, checkpoint),
  estimate: (simulation) => simulation.estimate(),
  exact: () => ({}),
  parts: "jobs",
  /** Samples of a forecast; their cost grows with the number of monomials. */
  updates(parameters) {
    const { features, horizon } = planOf(parameters, 0n);
    const { dimension, delays, order } = features;
    return { count: horizon, unit: "samples", cost: 1 + (countMonomials(delays * dimension, order) * dimension) / 20 };
  },
  examples: {
    short: { parameters: { system: "henon", training: 100, starts: 8, until: 3 } },
    long: { parameters: { starts: 640 } },
  },
  validate: later(() => import("./validate.ts").then(({ validateNgrc }) => validateNgrc)),
} satisfies Model<typeof ngrcParameters, NgrcSimulation>;
