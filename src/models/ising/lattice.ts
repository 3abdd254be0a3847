// What a lattice of either device does, and what it is told: the seam between the Ising API and its two engines.

import type { AdvanceOptions } from "../advance.ts";
import type { Stroke } from "../model.ts";
import type { Shape } from "./packing.ts";

/** Flip thresholds per replica: [spin down, up][aligned horizontal neighbours 0-2][aligned vertical neighbours 0-2]. */
export const CLASSES = 18;

/** A threshold that stands for certainty; all others are probabilities in units of 2^-32. */
export const ALWAYS = 0xffffffff;

/** Which random numbers are for what: streams of one purpose never meet those of another. */
export const PURPOSE = { start: 0x100, sweep: 0x101 } as const;

export interface LatticeOptions extends Shape {
  seed: bigint;
  /** The stream of the first replica; the others follow. */
  firstReplica: number;
  /** CLASSES a replica. */
  thresholds: Uint32Array;
  /** Rounds of Threefry. */
  rounds: number;
}

/** The integer sums of one replica at one time. Unequal bonds are those whose two spins differ; each bond counts once. */
export interface Sums {
  up: number;
  unequalX: number;
  unequalY: number;
}

export interface Lattice {
  /** Fills the lattice by the random start of its seed. */
  randomize(): Promise<void>;
  /** The canonical state (packing.ts). */
  write(state: Uint8Array): Promise<void>;
  read(): Promise<Uint8Array>;
  /** New flip thresholds for the sweeps to come. */
  setThresholds(thresholds: Uint32Array): Promise<void>;
  /** Sets the spins of a disc in the first replica. */
  paint(stroke: Stroke): Promise<void>;
  sums(): Promise<Sums[]>;
  advance(options: AdvanceOptions<Sums>): Promise<void>;
  dispose(): void;
}
