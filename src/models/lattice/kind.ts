// What a model of the lattice family says of itself.

import type { Estimate } from "../../statistics/index.ts";
import type { Schema } from "../parameters.ts";
import type { Series } from "../series.ts";
import type { Geometry } from "./geometry.ts";
import type { Rule } from "./rule.ts";

/** What every lattice model's parameters have. */
export interface LatticeParameters {
  size: readonly number[];
  start: string;
  replicas: number;
  firstReplica: number;
}

/** What makes one lattice model different from another. */
export interface LatticeKind<P extends LatticeParameters> {
  name: string;
  schema: Schema;
  /** Where sites and bonds are. */
  geometry(parameters: P): Geometry;
  rule(parameters: P): Rule;
  /** What the rule looks up at one point: any number of words, the same number at all points. */
  table(own: P, geometry: Geometry): number[];
  /** Purposes of its random numbers (src/random/streams.ts). */
  streams: { start: number; update: number };
  /** What is measured, one value a column. */
  columns: readonly string[];
  /** Its values from what was counted, with the parameters of the replica. */
  row(sums: Uint32Array, own: P, geometry: Geometry): number[];
  estimate(series: Series, replicas: number[], own: P): Record<string, Estimate>;
  /** The state of every site at step 0, where the parameters say that; undefined for random ones, each with equal probability. */
  uniform(own: P): number | undefined;
  /** Red, green and blue of a state. */
  colour(state: number, own: P): readonly [number, number, number];
}
