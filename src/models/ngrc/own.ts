// The user's series: read from what a parameter holds, and divided into segments that do not overlap.

import { ParameterError } from "../../device/errors.ts";
import { readSeries } from "../../files/series.ts";
import { isSeriesText, parseSeries } from "../../files/series-text.ts";
import type { Times } from "../../files/times.ts";
import type { NgrcParameters } from "./parameters.ts";

/** A series as it is given: [time], [time][features] or [series][time][features]. */
export interface OwnSeries {
  /** Values, the last axis of `shape` running fastest. */
  data: ArrayLike<number>;
  /** Lengths of the axes. */
  shape: readonly number[];
  /** Rows of each sequence, where the shape is [rows][features] of several. */
  lengths?: readonly number[];
  /** Of the features. */
  names?: readonly string[];
  /** Times of the rows, where they are known. */
  times?: Times;
}

/** Sequences, one after another. */
export interface Sequences {
  /** [row][feature]. */
  data: ArrayLike<number>;
  features: number;
  lengths: readonly number[];
  names?: readonly string[];
  times?: Times;
  notes: readonly string[];
}

/** The series of the parameters, or the one that is given; undefined for a system. @throws ParameterError, FileError */
export function sequencesOf({ series, score }: NgrcParameters, given?: OwnSeries): Sequences | undefined {
  if (given) return ofArray(given);
  if (series === "") return undefined;
  if (isSeriesText(series)) {
    const { data, shape, lengths, names, times, labels } = parseSeries(series, "series");
    const notes = labels ? ["the classes of the sequences are not used: each is a series to forecast."] : [];
    return { data, features: shape[2], lengths, names, times, notes };
  }
  // Text of gibbs 0.1.0 is read as it was then.
  const choice = score === "together" ? { rows: "plain" as const } : {};
  const file = readSeries("series", new TextEncoder().encode(series), choice);
  return { ...ofArray(file), notes: file.notes };
}

function ofArray({ data, shape, lengths: given, names, times }: OwnSeries): Sequences {
  const features = shape.length > 1 ? shape[shape.length - 1] : 1;
  const several = shape.length === 3 ? Array.from({ length: shape[0] }, () => shape[1]) : [shape[0]];
  const lengths = given ?? several;
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  if (shape.length < 1 || shape.length > 3 || data.length === 0 || data.length !== rows * features) {
    throw new ParameterError(
      "series",
      `series: ${data.length} values of shape (${shape.join(", ")}); a series is [time], [time, features] or [series, time, features].`,
    );
  }
  const wrong = Array.prototype.findIndex.call(data, (value: number) => !Number.isFinite(value));
  if (wrong >= 0) throw new ParameterError("series", `series: value ${wrong} is ${data[wrong]}; fill gaps first.`);
  return { data, features, lengths, ...(names && { names }), ...(times && { times }), notes: [] };
}

/** Pieces of `length` rows, one after another without overlap; a piece lies in one sequence. */
export function piecesOf({ data, features, lengths }: Sequences, known: number, length: number, notes: string[]) {
  let rows = 0;
  const firsts = lengths.map((each) => {
    rows += each;
    return rows - each;
  });
  const pieces = lengths.flatMap((each, s) =>
    Array.from({ length: Math.floor(each / length) }, (_, i) => ({ sequence: s, row: i * length })),
  );
  const samplesAt = (first: number, count: number) =>
    Float64Array.from({ length: count * features }, (_, i) => data[first * features + i]);
  const several = lengths.length > 1;
  const last = lengths.length - 1;
  const ending = () => {
    if (lengths[last] < known) {
      throw new ParameterError(
        "forecast",
        `forecast: ${several ? "the last sequence" : "the series"} has ${lengths[last]} samples, and training needs ${known}; lower training, delays or skip.`,
      );
    }
    const first = firsts[last] + lengths[last] - known;
    return { samples: samplesAt(first, known), length: lengths[last] };
  };
  return {
    ...{ segments: pieces.length, notes, ending },
    segment: (number: number) => samplesAt(firsts[pieces[number].sequence] + pieces[number].row, length),
    rows: (number: number) => {
      const { sequence, row } = pieces[number];
      return `in rows ${row + 1} to ${row + known}${several ? ` of sequence ${sequence + 1}` : ""}`;
    },
  };
}
