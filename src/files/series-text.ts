// A series as a text that a parameter, a link and a checkpoint can hold.
//
//   1x5000x3d;n=x,y,z;t=year,number,1749.04,0.0833:AAAA…
//
// SERIES x ROWS x FEATURES, where ROWS of sequences of unequal length are 300+250+…; "d" for 64-bit floats, which are 32 bits long without
// it; what is known of names (n), times (t), classes (l) and sequences (s), each word as in a URL; then the values, little-endian, as base64url.

import { ParameterError } from "../device/errors.ts";
import { base64Bytes, base64url } from "./base64.ts";
import type { Times } from "./times.ts";

/** What else is known of a series. */
export interface SeriesWords {
  /** Of the features. */
  names?: string[];
  times?: Times;
  /** The class of each sequence, and what it is called. */
  labels?: string[];
  sequences?: string[];
}

export interface OwnSeries extends SeriesWords {
  /** [row][feature]; the sequences follow each other. */
  data: Float64Array;
  /** Sequences, rows of the longest, features. */
  shape: [series: number, rows: number, features: number];
  /** Rows of each sequence. */
  lengths: number[];
}

/**
 * The text of an array of shape [time], [time, features] or [series, time, features]; with `lengths` its rows belong to sequences that
 * follow each other. Values are kept as they are: in 32 bits where these hold them all, else in 64.
 */
export function seriesText({
  data,
  shape,
  lengths,
  names,
  times,
  labels,
  sequences,
}: { data: ArrayLike<number>; shape: readonly number[]; lengths?: readonly number[] } & SeriesWords): string {
  const [series, time, features] =
    shape.length === 1 ? [1, shape[0], 1] : shape.length === 2 ? [1, ...shape] : (shape as [number, number, number]);
  const isShort = Array.prototype.every.call(data, (value: number) => Math.fround(value) === value);
  const size = isShort ? 4 : 8;
  const bytes = new DataView(new ArrayBuffer(size * data.length));
  for (let i = 0; i < data.length; i++) {
    if (isShort) bytes.setFloat32(4 * i, data[i], true);
    else bytes.setFloat64(8 * i, data[i], true);
  }
  const rows = lengths ? lengths.join("+") : time;
  const words = [
    names && `;n=${written(names)}`,
    times && `;t=${written([times.name, times.unit, times.first, times.step, ...(times.zone ? [times.zone] : [])])}`,
    labels && `;l=${written(labels)}`,
    sequences && `;s=${written(sequences)}`,
  ];
  const head = `${lengths?.length ?? series}x${rows}x${features}${isShort ? "" : "d"}${words.filter(Boolean).join("")}`;
  return `${head}:${base64url(new Uint8Array(bytes.buffer))}`;
}

/** Whether a text is a series as `seriesText` writes it. */
export const isSeriesText = (text: string) => /^\d+x\d+(\+\d+)*x\d+d?(;|:)/.test(text);

const written = (words: readonly (string | number)[]) => words.map((word) => encodeURIComponent(word)).join(",");

const wrongText = (name: string) =>
  new ParameterError(
    name,
    `${name}: the text is no series, which is SERIESxTIMExFEATURES, then a colon and its numbers as base64url.`,
  );

/**
 * What stands before the numbers of a series, which are not read.
 *
 * @param name of the parameter, for messages
 * @throws ParameterError for a text that is no series
 */
export function seriesHead(text: string, name = "data"): Omit<OwnSeries, "data"> & { size: 4 | 8 } {
  const wrong = wrongText(name);
  const colon = text.indexOf(":");
  const [, count, rows, width, isLong, head] =
    /^(\d+)x(\d+(?:\+\d+)*)x(\d+)(d?)((?:;\w=[^:;]*)*)$/.exec(colon < 0 ? "" : text.slice(0, colon)) ?? [];
  if (count === undefined) throw wrong;
  const given = rows.split("+").map(Number);
  const [series, features] = [Number(count), Number(width)];
  const lengths = given.length === 1 ? Array.from({ length: Math.min(series, 2 ** 24) }, () => given[0]) : given;
  const words = wordsOf(head, wrong);
  const isEach = [words.labels, words.sequences].every((own) => !own || own.length === series);
  const isNamed = !words.names || words.names.length === features;
  if (lengths.length !== series || lengths.includes(0) || features === 0 || series === 0 || !isEach || !isNamed) {
    throw wrong;
  }
  const longest = lengths.reduce((most, length) => Math.max(most, length));
  return { shape: [series, longest, features], lengths, ...words, size: isLong ? 8 : 4 };
}

/**
 * Reads a series from the text that `seriesText` makes of it.
 *
 * @param name of the parameter, for messages
 * @throws ParameterError for a text that is no series, and for values that are not finite
 */
export function parseSeries(text: string, name = "data"): OwnSeries {
  const { size, ...known } = seriesHead(text, name);
  const { lengths, shape, names } = known;
  const [, , features] = shape;
  const values = lengths.reduce((sum, length) => sum + length, 0) * features;
  const own = base64Bytes(text.slice(text.indexOf(":") + 1));
  if (own?.length !== size * values) throw wrongText(name);
  const bytes = new DataView(own.buffer, own.byteOffset);
  const data = Float64Array.from({ length: values }, (_, i) =>
    size === 8 ? bytes.getFloat64(8 * i, true) : bytes.getFloat32(4 * i, true),
  );
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    let [row, sequence] = [Math.floor(at / features), 0];
    while (row >= lengths[sequence]) row -= lengths[sequence++];
    const column = names?.[at % features] || `column ${(at % features) + 1}`;
    throw new ParameterError(
      name,
      `${name}: the value at step ${row}, ${column} is ${data[at]}; fill gaps before learning from a series.`,
    );
  }
  return { data, ...known };
}

function wordsOf(head: string, wrong: ParameterError): SeriesWords {
  const found: Record<string, string[]> = {};
  try {
    for (const part of head.split(";").filter((part) => part !== "")) {
      found[part[0]] = part.slice(2).split(",").map(decodeURIComponent);
    }
  } catch {
    throw wrong; // a word that is none of a URL
  }
  const { n: names, l: labels, s: sequences, t } = found;
  const known = { ...(names && { names }), ...(labels && { labels }), ...(sequences && { sequences }) };
  if (!t) return known;
  const [name, unit, first, step, zone] = t;
  const times = {
    name,
    unit: unit as Times["unit"],
    first: Number(first),
    step: Number(step),
    ...(zone === "Z" && { zone: "Z" as const }),
  };
  if (!["number", "second", "day", "month"].includes(unit) || ![times.first, times.step].every(Number.isFinite))
    throw wrong;
  return { ...known, times };
}
