// The Curie–Weiss model: every spin feels the mean of all spins, and all averages are known exactly, at every size.

import type { Device } from "../../device/device.ts";
import { later } from "../later.ts";
import { exactMagnet, type MagnetEstimates, magnetObservables } from "../magnet.ts";
import type { Exact, Model } from "../model.ts";
import { curieWeissMeans, magnetizationLaw, phasesOf } from "./exact.ts";
import { type CurieWeissParameters, curieWeissParameters } from "./parameters.ts";
import {
  type CurieWeissOptions,
  type CurieWeissSimulation,
  columns,
  createCurieWeiss,
  restoreCurieWeiss,
  simulatedField,
} from "./simulation.ts";

export { curieWeissMeans, magnetizationLaw, weissMagnetization } from "./exact.ts";
export type { CurieWeissParameters } from "./parameters.ts";
export { type CurieWeissOptions, type CurieWeissSimulation, simulatedField } from "./simulation.ts";

/**
 * The Curie–Weiss model: every spin feels the mean of all N spins. It has a phase transition at T = 1 without
 * a field (Weiss 1907, doi 10.1051/jphystap:019070060066100). All averages at finite N are known exactly, as
 * sums over N + 1 magnetizations.
 *
 * Guide: docs/models/curie-weiss.md.
 *
 * @example
 * ```js
 * import { curieWeiss, openDevice } from "gibbs/node";
 * const device = await openDevice();
 * const magnet = await curieWeiss.create(device, { size: 1000, temperature: 0.8 });
 * await magnet.run(50); // warm-up
 * const { absMagnetization } = curieWeiss.estimate(magnet, await magnet.collect(200));
 * console.log(absMagnetization.value); // near 0.71, the value of infinite size
 * ```
 */
export const curieWeiss = {
  name: "curie-weiss",
  title: "Curie–Weiss model",
  summary: "The mean-field magnet: N spins, each coupled to all others, compared with the exact sums for this N.",
  group: "lattices",
  parameters: curieWeissParameters,
  unsaid: { 1: { start: "up" } },
  step: "sweep",
  observables: {
    ...magnetObservables,
    energy: { unit: "J/spin", description: "Energy per spin, -m²/2 - h m" },
  },
  columns,
  /**
   * A magnet, or a batch of replicas; lists of temperatures or fields give each replica its own.
   *
   * @throws ParameterError for a value out of range and sizes over the device's limits.
   */
  create: (device: Device, options: CurieWeissOptions = {}) => createCurieWeiss(device, options),
  /** Continues a checkpoint bit for bit. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => restoreCurieWeiss(device, checkpoint),
  estimate: (simulation, series, replicas = [...Array(simulation.replicas).keys()]) =>
    simulation.estimate(series, replicas) as MagnetEstimates,
  /** Sums over the N + 1 magnetizations, at the field that is simulated. */
  exact(parameters: CurieWeissParameters): Partial<Record<string, Exact>> {
    const { size, temperature } = parameters;
    const field = simulatedField(parameters);
    const source = `sum over the ${size + 1} magnetizations of ${size} spins`;
    const phases = phasesOf(magnetizationLaw(size, temperature, field));
    return exactMagnet(curieWeissMeans(size, temperature, field), { field, phases, source });
  },
  parts: "replicas",
  updates: ({ size }) => ({ count: size, unit: "updates" }),
  examples: {
    short: { parameters: { size: 333, temperature: [0.7, 1.2], field: 0.05, start: "random" }, steps: 20 },
    long: { parameters: { size: 4096, temperature: 0.9 }, steps: 600 },
  },
  validate: later(() => import("./validate.ts").then(({ validateCurieWeiss }) => validateCurieWeiss)),
} satisfies Model<typeof curieWeissParameters, CurieWeissSimulation> & { columns: readonly string[] };
