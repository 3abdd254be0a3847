// Series, points and labels of the user's as the texts that models take, and what reading them had to say.

import { readLabels, readPoints } from "../../src/files/points.ts";
import { type Choice, readSeries } from "../../src/files/series.ts";
import { seriesText } from "../../src/files/series-text.ts";
import { labelsText, pointsText } from "../../src/models/diffusion/data/points-text.ts";

export interface ReadTable {
  text: string;
  /** What is data, in words. */
  taken: string;
  notes: string[];
}

/** @throws FileError that names the line where a file has no finite number, and a column that may be several things */
export function readTable(holds: string, name: string, bytes: Uint8Array, choice: Choice): ReadTable {
  if (holds === "points") {
    const points = readPoints(name, bytes, choice);
    const [count, ...lengths] = points.shape;
    const what = lengths.length === 1 ? `points of ${columns(lengths[0])}` : `pictures of ${lengths.join(" × ")}`;
    return { text: pointsText(points), taken: `${count} ${what}`, notes: points.notes };
  }
  const series = readSeries(name, bytes, choice);
  const { names, shape, notes } = series;
  const count = shape.length === 1 ? 1 : shape[shape.length - 1];
  const listed = names && count <= 12 && names.every((each) => each !== "") ? `: ${names.join(", ")}` : "";
  return { text: seriesText(series), taken: `${columns(count)}${listed}`, notes };
}

const columns = (count: number) => `${count} ${count === 1 ? "column" : "columns"}`;

/** @throws FileError that names the place of what is no label */
export const labelsOf = (name: string, bytes: Uint8Array): string => labelsText(readLabels(name, bytes));
