// Points, pictures and labels of the user's as the texts that models take.

import { readLabels, readPoints } from "../../src/files/points.ts";
import type { Choice } from "../../src/files/series.ts";
import { labelsText, pointsText } from "../../src/models/diffusion/data/points-text.ts";
import { inWords, type ReadSeries } from "./series.ts";

/** @throws FileError that names the place where a file is none */
export function readPointsText(name: string, bytes: Uint8Array, choice: Choice): ReadSeries {
  const points = readPoints(name, bytes, choice);
  const { names, shape, notes } = points;
  const [count, ...sides] = shape;
  const columns =
    sides.length > 1
      ? `${count} pictures of ${sides.slice(0, 2).join(" × ")}`
      : `${count} points of ${inWords(sides[0], names)}`;
  return { text: pointsText(points), columns, notes };
}

/** @throws FileError that names the place of what is no label; ParameterError for too many classes */
export const readLabelsText = (name: string, bytes: Uint8Array): string => labelsText(readLabels(name, bytes));
