// What a lattice of either device does, and its options: the interface between the family's API and its two engines.

import type { AdvanceOptions } from "../advance.ts";
import type { Stroke } from "../model.ts";
import type { Geometry } from "./geometry.ts";
import type { Rule } from "./rule.ts";

export interface LatticeOptions {
  /** The model's name, for messages of the device. */
  model: string;
  geometry: Geometry;
  rule: Rule;
  replicas: number;
  /** The stream of the first replica; the others follow. */
  firstReplica: number;
  seed: bigint;
  /** Purposes of the random numbers (src/random/streams.ts). */
  streams: { start: number; update: number };
  /** What the rule looks up, the same number of words for each replica. */
  tables: Uint32Array;
}

export interface LatticeEngine {
  /** Every site in any state with the same chance. */
  randomize(): Promise<void>;
  /** A byte a site, [replica][site]. */
  write(state: Uint8Array): Promise<void>;
  read(): Promise<Uint8Array>;
  setTables(tables: Uint32Array): Promise<void>;
  /** Sets a disc in the first layer of the first replica; across periodic edges. */
  paint(stroke: Stroke): Promise<void>;
  /** What is counted of each replica, as `rule.sums`. */
  sums(): Promise<Uint32Array[]>;
  advance(options: AdvanceOptions<Uint32Array>): Promise<void>;
  dispose(): void;
}

/** Words of a sweep's random numbers that an update takes: half a block. */
export const WORDS = 2;
