// What a network of either device does, and its options: the interface between the Hopfield API and its two engines.

import { STREAMS } from "../../random/streams.ts";
import type { AdvanceOptions } from "../advance.ts";

export const PURPOSE = STREAMS.hopfield;

export interface ReplicaOptions {
  patterns: number;
  /** External field in units of the couplings. */
  field: number;
  /** See `alignProbabilities`. */
  probabilities: Uint32Array;
}

/** How patterns attract where that is not by the squares of their overlaps, as Hebb's rule has it. */
export interface Interaction {
  /** F(M + 1) - F(M - 1) as integers: the force of a pattern on one spin, where M is its overlap with all others. */
  forceTable: Float64Array;
  /** F(M) as integers. Sums over all patterns of either stay below 2^53. */
  energyTable: Float64Array;
  /** Both stand at M + N; or at the largest overlap of the state + 1 - M, where only differences count. */
  relative: boolean;
}

/** Couplings that are made from the patterns one by one. */
export interface Pairwise {
  /** Only the sign of the sum over patterns counts. */
  clipped: boolean;
  /** Units of the couplings that the sum over patterns is multiplied by. */
  strength: number;
  /** Side of the square lattice, periodic, whose nearest neighbours alone are coupled; 0 where all are. */
  side: number;
  /** 2^32 times the share of couplings that stay. */
  kept: number;
}

export type Dynamics = "sequential" | "random" | "synchronous" | "checkerboard";

export interface NetworkOptions {
  neurons: number;
  dynamics: Dynamics;
  cue: number;
  seed: bigint;
  firstReplica: number;
  replicas: readonly ReplicaOptions[];
  /** Patterns of all replicas, ±1, [pattern][neuron]; undefined for random ones of each replica's own. */
  patterns: Int8Array | undefined;
  /** 2^32 times the chance of +1 in random patterns. */
  bias: number;
  interaction?: Interaction;
  /** Couplings one by one. */
  pairwise?: Pairwise;
}

/** The most patterns of any replica. */
export const mostPatterns = ({ replicas }: NetworkOptions) =>
  replicas.reduce((most, { patterns }) => Math.max(most, patterns), 0);

/** Integer sums of one replica. */
export interface Sums {
  /** Σ_μ F(M_μ), of the overlaps M = Σ ξ s: of their squares by Hebb's rule. Of pairwise couplings Σ J s s. */
  energySum: bigint;
  /** The largest overlap. */
  top: number;
  up: number;
  /** Overlap with the cue's pattern. */
  cue: number;
  /** Largest overlap of either sign, and the first pattern that has it. */
  largest: number;
  pattern: number;
}

export interface Network {
  /** A pattern with noise (2^32 times its chance), or random spins; from neuron `covered` on all are down. */
  begin(pattern: number | undefined, noise: number, covered: number): Promise<void>;
  /** One bit a spin, up = 1, the lowest bit first; each replica from a byte of its own. */
  write(state: Uint8Array): Promise<void>;
  read(): Promise<Uint8Array>;
  /** New fields and probabilities for the sweeps to come. */
  setReplicas(replicas: readonly ReplicaOptions[]): Promise<void>;
  sums(): Promise<Sums[]>;
  /** Overlaps with all patterns of the first replica. */
  overlaps(): Promise<Int32Array>;
  /** The first `count` patterns of the first replica, ±1, [pattern][neuron]. */
  patterns(count: number): Promise<Int8Array>;
  advance(options: AdvanceOptions<Sums>): Promise<void>;
  dispose(): void;
}

export const stateBytes = (neurons: number) => Math.ceil(neurons / 8);

/** ±1 of bits, and bits of ±1. */
export const spinsOf = (bits: Uint8Array, neurons: number) =>
  Int8Array.from({ length: neurons }, (_, i) => ((bits[i >> 3] >> (i & 7)) & 1 ? 1 : -1));

export function bitsOf(spins: ArrayLike<number>): Uint8Array {
  const bits = new Uint8Array(stateBytes(spins.length));
  for (let i = 0; i < spins.length; i++) if (spins[i] > 0) bits[i >> 3] |= 1 << (i & 7);
  return bits;
}
