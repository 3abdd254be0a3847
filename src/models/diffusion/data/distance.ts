// How far samples are from data: the distance of two sets of points as laws, and the nearest point of a data set.

import { ParameterError } from "../../../device/errors.ts";
import { streamKey, threefry4x32 } from "../../../random/threefry.ts";
import type { DataSet } from "./data-set.ts";
import { PURPOSE, writeNormals } from "./law.ts";

/**
 * The sliced Wasserstein distance of order 1 of two sets of points, [point][d]: the mean over directions on the unit sphere, the same ones
 * at every call, of W₁ = ∫ |F⁻¹(q) - G⁻¹(q)| dq between the points' projections (Bonneel, Rabin, Peyré & Pfister 2015, doi
 * 10.1007/s10851-014-0506-3). In units of the points; in one dimension it is W₁ itself. Two sets of the same law have a distance above 0
 * that falls as 1 / √points: for 65,536 points of gmm8 and 32 projections 0.0085 in the mean.
 *
 * @param scale of each number [d]: the distance is that of points times it
 * @throws ParameterError where a set is empty, and for projections that are no integer from 1
 */
export function slicedWasserstein(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  d: number,
  { projections = 32, scale }: { projections?: number; scale?: ArrayLike<number> } = {},
): number {
  if (a.length < d || b.length < d) {
    throw new ParameterError("points", "points: a set of points is empty; the distance is between two points or more.");
  }
  if (!Number.isInteger(projections) || projections < 1) {
    throw new ParameterError("projections", `projections ${projections}: it must be a whole number from 1.`);
  }
  const count = d === 1 ? 1 : projections;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const own = directionOf(i, d);
    const direction = scale ? own.map((value, k) => value * scale[k]) : own;
    sum += distanceOnLine(projected(a, direction), projected(b, direction));
  }
  return sum / count;
}

/** The i-th direction: normal numbers, scaled to length 1. */
function directionOf(i: number, d: number): Float64Array {
  if (d === 1) return Float64Array.of(1);
  const key = streamKey(0n, PURPOSE.directions, 0);
  const direction = new Float64Array(d);
  writeNormals(direction, (block) => threefry4x32([i, block, 0, 0], key));
  const length = Math.sqrt(direction.reduce((sum, x) => sum + x * x, 0));
  return direction.map((x) => x / length);
}

/** Ascending. */
function projected(points: ArrayLike<number>, direction: Float64Array): Float64Array {
  const d = direction.length;
  const along = new Float64Array(points.length / d);
  for (let point = 0; point < along.length; point++) {
    let sum = 0;
    for (let i = 0; i < d; i++) sum += points[point * d + i] * direction[i];
    along[point] = sum;
  }
  return along.sort();
}

/** W₁ of two sets of ascending numbers: both are steps of q, and a piece ends where either steps. */
function distanceOnLine(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  // In units of 1 / (a.length · b.length) of q, so that the ends of steps are integers.
  for (let at = 0, i = 0, j = 0; i < a.length && j < b.length; ) {
    const [endOfA, endOfB] = [(i + 1) * b.length, (j + 1) * a.length];
    const end = Math.min(endOfA, endOfB);
    sum += (end - at) * Math.abs(a[i] - b[j]);
    at = end;
    if (endOfA === end) i++;
    if (endOfB === end) j++;
  }
  return sum / (a.length * b.length);
}

/**
 * The class of the data's point nearest to each sample, x [sample][dimension] in the unit of the data's points; of points as near as each
 * other the first.
 *
 * @throws ParameterError where the data have no classes
 */
export function nearestLabel({ name, dimension: d, points, labels }: DataSet, x: ArrayLike<number>): Uint8Array {
  if (!labels) {
    throw new ParameterError("data", `data "${name}": the points have no classes; give data that have, as digits do.`);
  }
  const nearest = new Uint8Array(x.length / d);
  for (let sample = 0; sample < nearest.length; sample++) {
    let least = Number.POSITIVE_INFINITY;
    for (let point = 0; point < labels.length; point++) {
      const apart = squaredDistance(x, sample * d, points, point * d, d, least);
      if (apart < least) {
        least = apart;
        nearest[sample] = labels[point];
      }
    }
  }
  return nearest;
}

/** Of two points; where it is `most` or more, some number that is. */
function squaredDistance(
  a: ArrayLike<number>,
  atA: number,
  b: Float32Array,
  atB: number,
  d: number,
  most: number,
): number {
  let sum = 0;
  for (let from = 0; from < d && sum < most; from += 8) {
    const to = Math.min(d, from + 8);
    for (let i = from; i < to; i++) {
      const apart = a[atA + i] - b[atB + i];
      sum += apart * apart;
    }
  }
  return sum;
}
