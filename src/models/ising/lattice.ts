// What a lattice of either device does, and its options: the interface between the Ising API and its two engines.

import { STREAMS } from "../../random/streams.ts";
import type { AdvanceOptions } from "../advance.ts";
import type { Stroke } from "../model.ts";
import type { Boundaries } from "./boundary.ts";
import type { Shape } from "./packing.ts";

/** Flip thresholds: [spin down, up][aligned horizontal neighbours 0-2][aligned vertical neighbours 0-2]. */
export const CLASSES = 18;

/** A high word that stands for certainty; all others are probabilities in units of 2^-32. */
export const ALWAYS = 0xffffffff;

/**
 * Per replica CLASSES thresholds; with free edges four times as many: for sites with all neighbours, with one missing along x,
 * along y, along both. The low words add units of 2^-64; there are none for
 * probabilities of 32 bits.
 */
export interface FlipThresholds {
  high: Uint32Array;
  low: Uint32Array;
}

export const PURPOSE = STREAMS.ising;

export interface LatticeOptions extends Shape {
  seed: bigint;
  /** The stream of the first replica; the others follow. */
  firstReplica: number;
  /** As they act: a side of one site has no closed boundary. */
  boundaries: Boundaries;
  thresholds: FlipThresholds;
  /** Rounds of Threefry. */
  rounds: number;
}

/**
 * The integer sums of one replica at one time. Unequal bonds are those whose two spins differ, across an antiperiodic edge those
 * whose spins agree; each bond counts once.
 */
export interface Sums {
  up: number;
  /** Along each axis. */
  unequal: readonly number[];
  /** Spins up at sites whose coordinates have an even sum. */
  upEven: number;
}

export interface Lattice {
  /** Fills the lattice by the random start of its seed. */
  randomize(): Promise<void>;
  /** The canonical state (packing.ts). */
  write(state: Uint8Array): Promise<void>;
  read(): Promise<Uint8Array>;
  /** New flip thresholds for the sweeps to come. */
  setThresholds(thresholds: FlipThresholds): Promise<void>;
  /** Sets the spins of a disc in the first replica. */
  paint(stroke: Stroke): Promise<void>;
  sums(): Promise<Sums[]>;
  advance(options: AdvanceOptions<Sums>): Promise<void>;
  dispose(): void;
}
