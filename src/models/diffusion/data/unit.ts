// The unit of data: numbers of a point lie about a centre, on a scale, and denoisers see them without either. Noise levels are made for
// data of size 1 about 0; of any other size, samples would begin with too much of the data missing, or end before the data are resolved.

import { ParameterError } from "../../../device/errors.ts";
import { LARGEST, SMALLEST, type Unit } from "../../../network/sample.ts";
import { columnMoments } from "../../../statistics/moments.ts";
import { mixtureMoments } from "../moments.ts";
import type { Mixture } from "./data-set.ts";

/** Each number by its own standard deviation; all by one, the root mean square of these; or not at all. */
export const scalings = ["columns", "whole", "none"] as const;
export type Scaling = (typeof scalings)[number];

/** @throws ParameterError for numbers whose squares f64 does not hold */
function checkedSize(unit: Unit): Unit {
  unit.centre.forEach((centre, i) => {
    const scale = unit.scale[i];
    if (Math.abs(centre) <= LARGEST && scale <= LARGEST && (scale === 0 || scale >= SMALLEST)) return;
    throw new ParameterError(
      "data",
      `data: column ${i + 1} is about ${centre} with a standard deviation of ${scale}, whose squares 64-bit floats do not hold; write it in another unit.`,
    );
  });
  return unit;
}

/**
 * The unit of points [point][d], from mean and standard deviation of each number in f64.
 *
 * @throws ParameterError for numbers so far apart that f64 does not hold their differences
 */
export function unitOf(points: ArrayLike<number>, d: number, scaling: Exclude<Scaling, "none">): Unit {
  const count = points.length / d;
  const centre = new Float64Array(d);
  const deviations = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    const { mean, deviation } = columnMoments(points, { first: i, stride: d, count });
    if (!Number.isFinite(mean) || !Number.isFinite(deviation)) {
      throw new ParameterError(
        "data",
        `data: numbers of column ${i + 1} are farther apart than 64-bit floats hold; write it in another unit.`,
      );
    }
    centre[i] = mean;
    deviations[i] = deviation;
  }
  return checkedSize({ centre, scale: scaling === "columns" ? deviations : one(deviations) });
}

/** Likewise, of a law: from its own mean and covariance. */
export function unitOfMixture(mixture: Mixture, scaling: Exclude<Scaling, "none">): Unit {
  const { mean, covariance } = mixtureMoments(mixture);
  const d = mixture.dimension;
  const deviations = Float64Array.from({ length: d }, (_, i) => Math.sqrt(covariance[i * (d + 1)]));
  const wrong = deviations.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new ParameterError(
      "data",
      `data: means of number ${wrong + 1} of the mixture are farther apart than 64-bit floats hold the square of.`,
    );
  }
  return checkedSize({ centre: Float64Array.from(mean), scale: scaling === "columns" ? deviations : one(deviations) });
}

/** The root mean square for all. */
function one(deviations: Float64Array): Float64Array {
  const most = deviations.reduce((a, b) => Math.max(a, b), 0);
  const squares = deviations.reduce((sum, value) => sum + (value / most) ** 2, 0);
  return deviations.map(() => most * Math.sqrt(squares / deviations.length));
}

/** [point][d] from a user's numbers to what denoisers see. */
export function scaled(points: ArrayLike<number>, { centre, scale }: Unit): Float32Array {
  const d = centre.length;
  return Float32Array.from(points, (value, at) => {
    const i = at % d;
    return scale[i] === 0 ? 0 : (value - centre[i]) / scale[i];
  });
}

/** The way back, in f64. */
export function unscaled(points: ArrayLike<number>, { centre, scale }: Unit): Float64Array {
  const d = centre.length;
  return Float64Array.from(points, (value, at) => centre[at % d] + scale[at % d] * value);
}

/** A mixture as denoisers see it. */
export function scaledMixture({ dimension: d, components }: Mixture, { centre, scale }: Unit): Mixture {
  return {
    dimension: d,
    components: components.map(({ weight, mean, covariance }) => ({
      weight,
      mean: mean.map((value, i) => (value - centre[i]) / scale[i]),
      covariance: covariance.map((value, at) => value / scale[Math.floor(at / d)] / scale[at % d]),
    })),
  };
}

/**
 * ln of what a density of scaled points is multiplied by to be one of the user's numbers: -Σ ln scale.
 *
 * @throws ParameterError where a number never changes, and so has no density
 */
export function logJacobian({ scale }: Unit): number {
  const constant = scale.indexOf(0);
  if (constant >= 0) {
    throw new ParameterError(
      "data",
      `data: column ${constant + 1} never changes, so points have no density; leave the column out.`,
    );
  }
  return -scale.reduce((sum, value) => sum + Math.log(value), 0);
}

/** Columns whose unit is reported in words. */
const TOLD = 3;

/** What to know of the unit, a sentence each. */
export function unitNotes({ centre, scale }: Unit, isPicture: boolean): string[] {
  const short = (value: number) => String(Number(value.toPrecision(4)));
  const columns = Array.from(centre.subarray(0, TOLD), (value, i) => `${short(value)} ± ${short(scale[i])}`);
  const more = centre.length > TOLD ? ", …" : "";
  const isOne = scale.every((value) => value === scale[0]);
  const what = isOne
    ? `less the mean of each and over ${short(scale[0])}, the standard deviation of all`
    : `less their mean and over their standard deviation, ${columns.join(", ")}${more}`;
  const notes = [`Numbers are denoised ${what}; what comes out is in the data's own units.`];
  const constant = [...scale.keys()].filter((i) => scale[i] === 0);
  if (isPicture || constant.length === 0) return notes;
  const [one, some] = [constant.length === 1, constant.slice(0, 5).map((i) => i + 1)];
  const rest = constant.length > some.length ? ` and ${constant.length - some.length} more` : "";
  const never = `Column${one ? "" : "s"} ${some.join(", ")}${rest} never change${one ? "s" : ""} in the data, nor in the samples.`;
  return [...notes, never];
}
