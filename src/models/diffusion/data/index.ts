// What there is to sample and to learn: laws by name, handwritten digits, and a user's own mixture, points or drawing.

import { COMPONENTS as DIGIT_COMPONENTS, digitCoefficients } from "../../../data/digit-coefficients.ts";
import { ParameterError } from "../../../device/errors.ts";
import { isPointsText, parseClasses, parsePoints } from "../../../files/points-text.ts";
import type { Unit } from "../../../network/sample.ts";
import type { DataSet, Mixture } from "./data-set.ts";
import { DRAWING, drawingLaw } from "./drawing.ts";
import { drawPoints, type Law, PURPOSE } from "./law.ts";
import { mixtureLaw, ring8 } from "./mixture.ts";
import { parseMixture } from "./mixture-text.ts";
import { pixelsOf } from "./pixels.ts";
import { moons, rings, spiral } from "./planar.ts";
import { type Scaling, scaled, scaledMixture, unitOf, unitOfMixture, unscaled } from "./unit.ts";

/** Data that come with gibbs. */
export const dataNames = ["gmm8", "rings", "moons", "spiral", "digits"] as const;

const PLANAR: Record<string, Law> = { rings, moons, spiral };

export interface DataOptions {
  /** How many are drawn of a law, or taken of the digits; of a user's own points all are. */
  points: number;
  seed: bigint;
  /**
   * The unit, or how it follows from the data. Where it is left out, "whole" for pictures, "columns" for other points and mixtures, and
   * none for what comes with gibbs and for drawings, which are of unit size.
   */
  scaling?: Scaling | Unit;
  /** Classes of a user's own points, as `labelsText` has them. */
  labels?: string;
  /** Numbers in a row of pictures; 0 where it follows from the points. */
  row?: number;
}

/** Whether data are of unit size by themselves. */
export const isOfUnitSize = (data: string): boolean =>
  (dataNames as readonly string[]).includes(data) || DRAWING.test(data) || data === "drawing";

/**
 * The data set that a text names or holds: one of `dataNames`; a mixture (mixture-text.ts); a user's points or pictures (points-text.ts); a
 * drawing (drawing.ts). Points, as `draw` makes them, are the same bits on every machine.
 *
 * @throws ParameterError for a text that is none of these, and for points that no spread can be found of
 */
export async function dataSetOf(data: string, options: DataOptions): Promise<DataSet> {
  const { points, labels, row } = options;
  if (!Number.isInteger(points) || points < 2) {
    throw new ParameterError("points", `points ${points}: it must be a whole number from 2.`);
  }
  if (isPointsText(data)) return ownPoints(data, options);
  const what = data.length > 60 ? `${data.slice(0, 60)}…` : data;
  if (labels) throw new ParameterError("labels", `labels: they belong to your own points, but data is ${what}.`);
  if (row) throw new ParameterError("row", `row ${row}: it belongs to your own points, but data is ${what}.`);
  return inUnit(await lawOf(data, options, what), options);
}

async function lawOf(data: string, options: DataOptions, what: string): Promise<DataSet> {
  if (data === "gmm8") return ofMixture(data, ring8(), options);
  if (Object.hasOwn(PLANAR, data)) return ofLaw(data, PLANAR[data], 2, options);
  if (data === "digits") {
    return { name: data, dimension: DIGIT_COMPONENTS, classes: 10, ...(await digitCoefficients(options.points)) };
  }
  if (DRAWING.test(data)) return ofLaw("drawing", drawingLaw(data), 0, options);
  if (data.includes("[")) {
    const mixture = parseMixture(data);
    const { scaling = "columns" } = options;
    if (scaling === "none") return ofMixture("mixture", mixture, options);
    const unit =
      typeof scaling === "object"
        ? checked(scaling, "the mixture", mixture.dimension)
        : unitOfMixture(mixture, scaling);
    return { ...ofMixture("mixture", scaledMixture(mixture, unit), options), unit };
  }
  throw new ParameterError(
    "data",
    `data "${what}": give ${dataNames.join(", ")}, a mixture as in "0.5 [1, 0] 0.25; 0.5 [-1, 0] 0.25", or points or a drawing as a text.`,
  );
}

/** A law of unit size in another unit, which a network may have. */
function inUnit(set: DataSet, { scaling }: DataOptions): DataSet {
  if (set.unit || scaling === undefined || scaling === "none") return set;
  const { name, points, mixture, draw, dimension } = set;
  const unit = typeof scaling === "object" ? checked(scaling, name, dimension) : unitOf(points, dimension, scaling);
  return {
    ...set,
    ...{ unit, points: scaled(points, unit) },
    ...(mixture ? { mixture: scaledMixture(mixture, unit) } : {}),
    ...(draw ? { draw: (count: number, seed: bigint) => scaled(draw(count, seed), unit) } : {}),
  };
}

/** @throws ParameterError for a unit of other data */
function checked(unit: Unit, name: string, dimension: number): Unit {
  if (unit.centre.length === dimension) return unit;
  throw new ParameterError(
    "denoiser",
    `denoiser: the network is of ${unit.centre.length} numbers a sample, but ${name} has ${dimension}; set data to what it was trained on.`,
  );
}

function ofMixture(name: string, mixture: Mixture, options: DataOptions): DataSet {
  const { length } = mixture.components;
  return { ...ofLaw(name, mixtureLaw(mixture), length > 1 ? length : 0, options), mixture };
}

function ofLaw(name: string, law: Law, classes: number, { points: count, seed }: DataOptions): DataSet {
  const { points, labels } = drawPoints(law, count, seed, PURPOSE.points);
  return {
    ...{ name, dimension: law.dimension, points, classes },
    ...(classes > 0 ? { labels } : {}),
    draw: (fresh, freshSeed) => drawPoints(law, fresh, freshSeed, PURPOSE.fresh).points,
  };
}

function ownPoints(text: string, { scaling: asked, labels, row = 0 }: DataOptions): DataSet {
  const array = parsePoints(text);
  const { data, shape, names } = array;
  const [count, ...sides] = shape;
  const dimension = sides.reduce((product, side) => product * side, 1);
  if (count < 2) throw new ParameterError("data", "data: one point is given; give two or more, each a row.");
  if (data.every((value, at) => value === data[at % dimension])) {
    throw new ParameterError("data", `data: the ${count} points are all the same; give points that differ.`);
  }
  const pixels = pixelsOf(array, row);
  const scaling = asked ?? (pixels ? "whole" : "columns");
  const unit =
    scaling === "none"
      ? undefined
      : typeof scaling === "object"
        ? checked(scaling, "a point of the data", dimension)
        : unitOf(data, dimension, scaling);
  return {
    ...{ name: pixels ? "pictures" : "points", dimension },
    points: unit ? scaled(data, unit) : Float32Array.from(data),
    ...(labels ? classesOf(labels, count) : { classes: 0 }),
    ...(unit ? { unit } : {}),
    ...(pixels ? { pixels } : {}),
    ...(names ? { names: [...names] } : {}),
  };
}

/** @throws ParameterError where there are more or fewer labels than points */
function classesOf(text: string, count: number): Pick<DataSet, "classes" | "classNames" | "labels"> {
  const { names, of } = parseClasses(text);
  if (of.length !== count) {
    const header = of.length === count + 1 ? " If the first is a header, call it label." : "";
    throw new ParameterError("labels", `labels: there are ${of.length} of them for ${count} points.${header}`);
  }
  return { classes: names.length, classNames: names, labels: of };
}

/** Numbers of the user's, [point][dimension], of points as a data set has them. */
export const inOwnUnits = ({ unit }: Pick<DataSet, "unit">, points: Float32Array): Float32Array | Float64Array =>
  unit ? unscaled(points, unit) : points;
