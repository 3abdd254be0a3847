// What there is to sample and to learn: laws by name, handwritten digits, and a user's own mixture, points or drawing.

import { COMPONENTS as DIGIT_COMPONENTS, digitCoefficients } from "../../../data/digit-coefficients.ts";
import { ParameterError } from "../../../device/errors.ts";
import { isSeriesText, parseSeries } from "../../../files/series-text.ts";
import type { DataSet, Mixture } from "./data-set.ts";
import { DRAWING, drawingLaw } from "./drawing.ts";
import { drawPoints, type Law, PURPOSE } from "./law.ts";
import { mixtureLaw, ring8 } from "./mixture.ts";
import { parseMixture } from "./mixture-text.ts";
import { moons, rings, spiral } from "./planar.ts";

export const dataNames = ["gmm8", "rings", "moons", "spiral", "digits"] as const;

const PLANAR: Record<string, Law> = { rings, moons, spiral };

export interface DataOptions {
  /** How many are drawn of a law, or taken of the digits; of a user's own points all are. */
  points: number;
  seed: bigint;
}

/**
 * The data set that a text names or holds: one of `dataNames`; a mixture (mixture-text.ts); a user's points, those of a series of shape
 * [1][point][dimension] (files/series-text.ts); a drawing (drawing.ts). Points, as `draw` makes them, are the same bits on every
 * machine.
 *
 * @throws ParameterError for a text that is none of these, and for points that no spread can be found of
 */
export async function dataSetOf(data: string, options: DataOptions): Promise<DataSet> {
  const { points } = options;
  if (!Number.isInteger(points) || points < 2) {
    throw new ParameterError("points", `points ${points}: it must be a whole number from 2.`);
  }
  if (data === "gmm8") return ofMixture(data, ring8(), options);
  if (Object.hasOwn(PLANAR, data)) return ofLaw(data, PLANAR[data], 2, options);
  if (data === "digits") {
    return { name: data, dimension: DIGIT_COMPONENTS, classes: 10, ...(await digitCoefficients(points)) };
  }
  if (DRAWING.test(data)) return ofLaw("drawing", drawingLaw(data), 0, options);
  if (isSeriesText(data)) return ownPoints(data);
  if (data.includes("[")) return ofMixture("mixture", parseMixture(data), options);
  throw new ParameterError(
    "data",
    `data "${data.length > 60 ? `${data.slice(0, 60)}…` : data}": give ${dataNames.join(", ")}, a mixture as in "0.5 [1, 0] 0.25; 0.5 [-1, 0] 0.25", or points or a drawing as a text.`,
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

function ownPoints(text: string): DataSet {
  const {
    data,
    shape: [series, count, dimension],
  } = parseSeries(text);
  if (series !== 1) {
    throw new ParameterError("data", `data: ${series} series are given; give one table, each of its rows a point.`);
  }
  if (count < 2) throw new ParameterError("data", "data: one point is given; give two or more, each a row.");
  if (data.every((value, at) => value === data[at % dimension])) {
    throw new ParameterError("data", `data: the ${count} points are all the same; give points that differ.`);
  }
  return { name: "points", dimension, points: Float32Array.from(data), classes: 0 };
}
