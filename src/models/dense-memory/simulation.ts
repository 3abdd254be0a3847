// Dense memories by the engines of the Hopfield model, with another interaction.

import type { Device } from "../../device/device.ts";
import type { MemoryModel } from "../hopfield/memory.ts";
import type { Sums } from "../hopfield/network.ts";
import { columns, estimateHopfield, memoryRow } from "../hopfield/observables.ts";
import { checkRow } from "../hopfield/parameters.ts";
import type { MemoryOptions } from "../hopfield/setup.ts";
import { MemorySimulation } from "../hopfield/simulation.ts";
import type { Options } from "../model.ts";
import { type DenseMemoryParameters, denseMemoryParameters, interactionOf, wellScale } from "./parameters.ts";

/**
 * What `denseMemory.create` takes: parameters, of which some may be lists, the seed, and the user's patterns
 * or spins.
 */
export type DenseMemoryOptions = Options<typeof denseMemoryParameters> & MemoryOptions;
/** A simulation of a dense memory. */
export type DenseMemorySimulation = MemorySimulation<DenseMemoryParameters>;

export const kind: MemoryModel<DenseMemoryParameters> = {
  name: "dense-memory",
  schema: denseMemoryParameters,
  interaction: interactionOf,
  columns,
  row: (sums, own, most) => memoryRow(sums, own, energyOf(sums, own, most)),
  estimate: estimateHopfield,
  memory: (parameters) => parameters,
  check: (parameters) => checkRow(parameters),
};

/** -Σ m^n of the overlaps m = M/N; or -(1/βN) ln Σ e^(βM). */
function energyOf({ energySum, top }: Sums, own: DenseMemoryParameters, most: number): number {
  const { neurons, interaction, order, beta } = own;
  if (interaction !== "exponential") {
    const scale = wellScale(own, most);
    return -(Number(energySum) * scale) / neurons ** order;
  }
  const unit = 2 ** (52 - Math.ceil(Math.log2(most)));
  // The tables count from the largest overlap + 1.
  return -(top + 1 + Math.log(Number(energySum) / unit) / beta) / neurons;
}

export const createDenseMemory = (device: Device, options: DenseMemoryOptions): Promise<DenseMemorySimulation> =>
  MemorySimulation.create(device, kind, options);

export const restoreDenseMemory = (device: Device, checkpoint: Uint8Array) =>
  MemorySimulation.restore(device, kind, checkpoint);
