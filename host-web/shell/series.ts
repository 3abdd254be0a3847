// A time series of the user's as the text that a model takes, and what reading it had to say.

import { readPoints } from "../../src/files/points.ts";
import { pointsText } from "../../src/files/points-text.ts";
import { type Choice, readSeries } from "../../src/files/series.ts";
import { seriesText } from "../../src/files/series-text.ts";

export interface ReadSeries {
  text: string;
  /** The columns that are data, in words. */
  columns: string;
  notes: string[];
}

/** @throws FileError that names the line where the file is no series of finite numbers, and a column that may be several things */
export function readSeriesText(name: string, bytes: Uint8Array, choice: Choice): ReadSeries {
  const series = readSeries(name, bytes, choice);
  const { names, shape, notes } = series;
  return { text: seriesText(series), columns: inWords(shape.length === 1 ? 1 : shape[shape.length - 1], names), notes };
}

/** The same of points, or of pictures. @throws FileError */
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

function inWords(count: number, names: readonly string[] | undefined): string {
  const listed = names && count <= 12 && names.every((each) => each !== "") ? `: ${names.join(", ")}` : "";
  return `${count} ${count === 1 ? "column" : "columns"}${listed}`;
}
