// What makes one kind of memory different from another, and the Hopfield model's.

import type { Estimate } from "../../statistics/index.ts";
import type { Points, Schema } from "../parameters.ts";
import type { Series } from "../series.ts";
import type { Interaction, Pairwise, Sums } from "./network.ts";
import { columns, estimateHopfield, hebbEnergy, memoryRow } from "./observables.ts";
import {
  alignProbabilities,
  checkLattice,
  checkRow,
  couplingUnit,
  fieldUnits,
  type HopfieldParameters,
  hopfieldParameters,
  type MemoryParameters,
  pairwiseOf,
} from "./parameters.ts";

export interface MemoryModel<P extends object> {
  name: string;
  schema: Schema;
  /** What is measured, one value a column. */
  columns: readonly string[];
  /** Its values from integer sums; `most` patterns in a replica. */
  row(sums: Sums, own: P, most: number): number[];
  estimate(series: Series, replicas: number[], points: Points<P>): Record<string, Estimate>;
  /** The memory of the engines that these parameters stand for. */
  memory(parameters: P): MemoryParameters;
  /** @throws ParameterError where the parameters, each allowed, do not go together */
  check?(parameters: P): void;
  /** External field in units of the couplings and probabilities to align, where there is a temperature. */
  replica?(own: P): { field: number; probabilities: Uint32Array };
  /** The external field that is simulated, and what it is a multiple of. */
  field?(own: P): { given: number; made: number; unit: number };
  /** What every spin of a replica is at step 0, where the parameters say that. */
  uniform?(own: P): 1 | -1 | undefined;
  /** The patterns, if they are always the same; ±1, [pattern][neuron]. */
  stored?(parameters: P): Int8Array;
  pairwise?(parameters: P): Pairwise | undefined;
  /** Where patterns do not attract by the squares of their overlaps; `most` patterns in a replica. */
  interaction?(parameters: P, most: number): Interaction;
}

export const hopfieldMemory: MemoryModel<HopfieldParameters> = {
  name: "hopfield",
  schema: hopfieldParameters,
  replica: (own) => ({ field: fieldUnits(own), probabilities: alignProbabilities(own) }),
  field: (own) => ({ given: own.field, made: fieldUnits(own) * couplingUnit(own), unit: couplingUnit(own) }),
  check(parameters) {
    checkLattice(parameters);
    checkRow(parameters, parameters.couplings);
  },
  pairwise: pairwiseOf,
  columns,
  row: (sums, own) => memoryRow(sums, own, hebbEnergy(sums, own)),
  estimate: estimateHopfield,
  memory: (parameters) => parameters,
};
