// Stochastic chemical kinetics: ensembles of trajectories of any reaction network, by Gillespie's direct method.

import type { Device } from "../../device/device.ts";
import { later } from "../later.ts";
import type { Model } from "../model.ts";
import { FILES } from "./ensemble-files.ts";
import { explain } from "./explain.ts";
import { NETWORK_FILES, networkFile } from "./formats/network-file.ts";
import { omex } from "./formats/omex.ts";
import { NOBODY } from "./network/network.ts";
import { formatOf, gillespieParameters, networkOf, VERSION_1 } from "./parameters.ts";
import { replay } from "./replay.ts";
import { exactGillespie, type GillespieOptions, GillespieSimulation } from "./simulation.ts";

export { type Ensemble, prepare } from "./ensemble.ts";
export { rateEquationsText } from "./formats/network-file.ts";
export { buildNetwork, type NetworkParts } from "./network/builder.ts";
export { examples as networks } from "./network/examples.ts";
export { type GillespieParameters, networkOf } from "./parameters.ts";
export { type Law, masterEquation } from "./reference/exact.ts";
export { simulateExactly as simulateTrajectory } from "./reference/hybrid.ts";
export { rateEquations } from "./reference/rate-equations.ts";
export type { Trajectory } from "./reference/trajectory.ts";
export { type GillespieOptions, GillespieSimulation } from "./simulation.ts";
export type { GillespieResult } from "./statistics.ts";

/**
 * Ensembles of trajectories of reaction networks: exact ones by Gillespie's direct method (Gillespie 1977, doi
 * 10.1021/j100540a008), or approximate ones by tau-leaping or the chemical Langevin equation. Networks are given
 * as text, SBML, BioNetGen or Antimony. Results are moments, histograms and first passages, tallied in memory
 * that does not grow with the number of trajectories.
 *
 * Guide: docs/models/gillespie.md.
 *
 * @example
 * ```js
 * import { gillespie, openDevice } from "gibbs/node";
 * const device = await openDevice();
 * const network = "0 -> X @ 10; X -> 0 @ 0.1";
 * const ensemble = await gillespie.create(device, { network, until: 50, points: 6 });
 * await ensemble.run(1000); // trajectories
 * const { times, mean, sd } = ensemble.result(); // mean[time][species]
 * ```
 */
export const gillespie = {
  name: "gillespie",
  title: "Gillespie ensembles of reaction networks",
  summary:
    "Trajectories of any reaction network, from text or SBML: moments, histograms and first passages in fixed memory.",
  group: "reactions",
  parameters: gillespieParameters,
  unsaid: { 1: VERSION_1 },
  step: "trajectory",
  rounded: true,
  observables: {},
  steps: ({ trajectories }) => trajectories,
  /**
   * An ensemble, or a scan of them side by side.
   *
   * @throws ParameterError for a network that cannot be read (it shows the statement or element) and for values out of range.
   */
  create: (device: Device, options: GillespieOptions = {}) => GillespieSimulation.create(device, options),
  /** Continues a checkpoint exactly. @throws CheckpointError */
  restore: (device: Device, checkpoint: Uint8Array) => GillespieSimulation.restore(device, checkpoint),
  estimate: (simulation) => simulation.estimate(),
  exact: exactGillespie,
  parts: "jobs",
  sums: true,
  updates: () => ({ count: 1, unit: "trajectories" }),
  archives: { omex },
  outputs: [...FILES, ...NETWORK_FILES],
  files: {
    ".png":
      "histogram of the first species in time: time to the right, from 0 to --until; counts upwards, from 0 to the largest that occurred; the most frequent of each time is white",
    ".csv": "mean and standard deviation of species and outputs at the times of --points",
    ".npy": "the means, [time, quantity]",
    ".samples.csv, .samples.npy": "every trajectory at these times",
    ".histograms.csv, .histograms.npy": "how many trajectories had which count, by time and species",
    ".passages.csv, .passages.npy": "when the condition of --passage first held",
    ".txt": "the network as text",
    ".xml, .sbml": "the network as SBML",
    ".rates.txt": "its rate equations, a text for gibbs run dynamics --system; also without a run, with --explain",
  },
  holds: (parameters) => {
    const { species, reactions } = networkOf(parameters);
    const count = species.filter((name) => name !== NOBODY).length;
    const what = `${formatOf(parameters)}, ${count} species, ${reactions.length} reaction${reactions.length === 1 ? "" : "s"}`;
    return { sbml: what, network: what };
  },
  explain,
  descriptions: NETWORK_FILES,
  describe: (parameters, ending) => networkFile(ending, parameters),
  replay,
  examples: {
    short: { parameters: { example: "toggle-switch", until: 20, points: 5, trajectories: 400 } },
    long: { parameters: { example: "schloegl", until: 1, points: 5, trajectories: 40_000 } },
  },
  validate: later(() => import("./validate.ts").then(({ validateGillespie }) => validateGillespie)),
} satisfies Model<typeof gillespieParameters, GillespieSimulation>;
