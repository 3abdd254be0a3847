// What is sampled and learned: a set of points, with what is known of its law.

import type { Decoder } from "../network/shape.ts";

export interface Mixture {
  dimension: number;
  /** One a component: its share, mean, and covariance row by row, [dimension][dimension]. Shares sum to 1. */
  components: { weight: number; mean: number[]; covariance: number[] }[];
}

export interface DataSet {
  name: string;
  dimension: number;
  /** [point][dimension] */
  points: Float32Array;
  /** One a point, where they have classes: 0 … classes - 1. */
  labels?: Uint8Array;
  classes: number;
  /** The law itself, where it is a mixture of Gaussians; the points are drawn from it. */
  mixture?: Mixture;
  /** Fresh points of the same law, [point][dimension], where there is one. The seed is apart from that of any run. */
  draw?: (count: number, seed: bigint) => Float32Array;
  decoder?: Decoder;
}
