// What is sampled and learned: a set of points, with what is known of its law.

import type { Pixels, Unit } from "../../../network/sample.ts";
import type { Decoder } from "../../../network/shape.ts";

/** A mixture of Gaussians. */
export interface Mixture {
  /** Numbers of a point. */
  dimension: number;
  /** One a component: its share, mean, and covariance row by row, [dimension][dimension]. Shares sum to 1. */
  components: { weight: number; mean: number[]; covariance: number[] }[];
}

/** Points that are sampled and learned, with what is known of their law. */
export interface DataSet {
  /** What messages and files call it. */
  name: string;
  /** Numbers of a point. */
  dimension: number;
  /** [point][dimension], in `unit` where there is one. So are `mixture` and what `draw` makes. */
  points: Float32Array;
  /** What a number of the user's is of one of `points`; where it is left out they are the same. */
  unit?: Unit;
  /** One a point, where they have classes: 0 … classes - 1. */
  labels?: Uint8Array;
  /** How many classes there are; 0 without labels. */
  classes: number;
  /** What a user calls the numbers of a point. */
  names?: string[];
  /** What a user calls the classes. */
  classNames?: string[];
  /** The law itself, where it is a mixture of Gaussians; the points are drawn from it. */
  mixture?: Mixture;
  /** Fresh points of the same law, [point][dimension], where there is one. The seed is apart from that of any run. */
  draw?: (count: number, seed: bigint) => Float32Array;
  /** Where a picture follows from a point's numbers. */
  decoder?: Decoder;
  /** Where a point's own numbers are a picture. */
  pixels?: Pixels;
}
