// The Hopfield model of associative memory: N spins that recall P patterns stored in their couplings by Hebb's rule.

import type { Device } from "../../device/device.ts";
import { later } from "../later.ts";
import type { Model } from "../model.ts";
import { memoryInputs } from "./inputs.ts";
import { hopfieldMemory } from "./memory.ts";
import { columns, estimateHopfield, exactHopfield, observables } from "./observables.ts";
import { hopfieldParameters, isPairwise } from "./parameters.ts";
import { undivided } from "./setup.ts";
import { createHopfield, type HopfieldOptions, type HopfieldSimulation, restoreHopfield } from "./simulation.ts";

export type { HopfieldObservables } from "./observables.ts";
export type { HopfieldParameters, MemoryParameters } from "./parameters.ts";
export type { HopfieldOptions, HopfieldSimulation, MemorySimulation } from "./simulation.ts";
export {
  criticalLoad,
  nextOverlap,
  type Retrieval,
  retrieval,
  retrievalOverlap,
  retrievalTemperature,
} from "./theory.ts";

/**
 * The Hopfield model of associative memory: N spins whose couplings store P patterns by Hebb's rule (Hopfield
 * 1982, doi 10.1073/pnas.79.8.2554). Started from a noisy cue, the network relaxes to a stored pattern as
 * long as the load P/N stays below a critical value. Retrieval is compared with the theory of Amit, Gutfreund
 * and Sompolinsky (1985, doi 10.1103/PhysRevLett.55.1530).
 *
 * Guide: docs/models/memories.md.
 *
 * @example
 * ```js
 * import { hopfield, openDevice } from "gibbs/node";
 * const device = await openDevice();
 * const network = await hopfield.create(device, { neurons: 1000, patterns: 50, noise: 0.2 });
 * await network.run(20);
 * const { overlap } = hopfield.estimate(network, await network.collect(10));
 * console.log(overlap.value); // with the pattern of the cue
 * ```
 */
export const hopfield = {
  name: "hopfield",
  title: "Hopfield model of associative memory",
  summary:
    "Patterns stored in the couplings of N spins and recalled from noisy cues, exact to the bit, compared with the theory of Amit, Gutfreund and Sompolinsky.",
  group: "memories",
  parameters: hopfieldParameters,
  step: "sweep",
  observables,
  columns,
  inputs: memoryInputs,
  /**
   * A network, or a batch of replicas with patterns of their own; lists of loads or temperatures give each replica its own.
   *
   * @throws ParameterError for a value out of range, patterns that are not ±1 or of the wrong length, and sizes over the device's limits.
   */
  create: (device: Device, options: HopfieldOptions = {}) => createHopfield(device, options),
  /** Continues a checkpoint bit for bit. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => restoreHopfield(device, checkpoint),
  estimate: (simulation, series, replicas) =>
    estimateHopfield(series, replicas ?? [...Array(simulation.replicas).keys()]),
  exact: exactHopfield,
  parts: "replicas",
  undivided: (points) => undivided(hopfieldMemory, points),
  updates: (parameters) => ({
    count: parameters.neurons,
    unit: "updates",
    cost:
      parameters.couplings === "lattice"
        ? 1
        : (isPairwise(parameters) ? parameters.neurons : 1) * (1 + parameters.patterns / 10),
  }),
  examples: {
    short: {
      parameters: { neurons: 130, patterns: [7, 20], temperature: 0.3, noise: 0.2, dynamics: "random" },
      steps: 10,
    },
    long: { parameters: { neurons: 1000, patterns: 80, temperature: 0.2, noise: 0.1 }, steps: 4000 },
  },
  validate: later(() => import("./validate.ts").then(({ validateHopfield }) => validateHopfield)),
} satisfies Model<typeof hopfieldParameters, HopfieldSimulation> & { columns: readonly string[] };
