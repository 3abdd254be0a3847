// Points, pictures and classes as texts that a parameter, a checkpoint and a link can hold.
//
//   points    as a series (files/series-text.ts), or 1xPOINTSxNUMBERS:u8:…
//   pictures  NxHEIGHTxWIDTHxCHANNELS:TYPE:…   TYPE u8, f32 or f64
//   classes   NAME,NAME,…:…                    names percent-encoded, then a byte a point
//
// and … the values in little-endian order as base64url.

import { ParameterError } from "../device/errors.ts";
import { base64Bytes, base64url } from "./base64.ts";
import { isSeriesText, parseSeries, seriesText } from "./series-text.ts";

export interface PointsArray {
  data: Float64Array | Float32Array | Uint8Array;
  /** [point][number], or [picture][row][column][channel]. */
  shape: readonly [number, number] | readonly [number, number, number, number];
  /** Of the numbers of a point, where they have some. */
  names?: readonly string[];
}

/** Labels as classes: the k-th name is that of class k. */
export interface Classes {
  names: string[];
  /** One a point. */
  of: Uint8Array;
}

const BYTES = /^(\d+(?:x\d+){2,3}):(u8|f32|f64):[\w-]*$/;

/** Whether a text is points or pictures as `pointsText` writes them. */
export const isPointsText = (text: string): boolean => isSeriesText(text) || /^\d+x\d+x\d+x\d+:/.test(text);

/** Numbers of a point, as a text of points or pictures says at its head; undefined for other texts. */
export function dimensionOf(text: string): number | undefined {
  const [, series, picture] = /^\d+x\d[\d+]*x(?:(\d+)d?[:;]|(\d+x\d+):)/.exec(text) ?? [];
  if (series !== undefined) return Number(series);
  const [, height] = text.split("x", 2);
  return picture?.split("x").reduce((product, length) => product * Number(length), Number(height));
}

/** Numbers of the narrowest type that holds them all exactly. */
export function pointsText({
  data,
  shape,
  names,
}: { data: ArrayLike<number> } & Pick<PointsArray, "shape" | "names">): string {
  const lengths = (shape.length === 2 ? ["1", ...shape] : shape).join("x");
  if (data instanceof Uint8Array) return `${lengths}:u8:${base64url(data)}`;
  if (shape.length === 2) return seriesText({ data, shape, ...(names ? { names: [...names] } : {}) });
  const narrow = Array.prototype.every.call(data, (value: number) => Math.fround(value) === value);
  const own = narrow ? Float32Array.from(data) : Float64Array.from(data);
  const view = new DataView(new ArrayBuffer(own.byteLength));
  for (let i = 0; i < own.length; i++) {
    if (narrow) view.setFloat32(4 * i, own[i], true);
    else view.setFloat64(8 * i, own[i], true);
  }
  return `${lengths}:${narrow ? "f32" : "f64"}:${base64url(new Uint8Array(view.buffer))}`;
}

/** @throws ParameterError for a text that is none, and for values that are not finite */
export function parsePoints(text: string): PointsArray {
  const [, lengths, type] = BYTES.exec(text) ?? [];
  if (lengths === undefined && isSeriesText(text)) return ofSeries(text);
  const wrong = new ParameterError(
    "data",
    "data: the text is no pictures, which are NxHEIGHTxWIDTHxCHANNELS:, then u8:, f32: or f64: and the values as base64url.",
  );
  if (lengths === undefined) throw wrong;
  const shape = lengths.split("x").map(Number);
  const count = shape.reduce((product, length) => product * length, 1);
  const size = { u8: 1, f32: 4, f64: 8 }[type as "u8" | "f32" | "f64"];
  const own = base64Bytes(text.slice(text.lastIndexOf(":") + 1));
  const isTable = shape.length === 3;
  if (own?.length !== size * count || count === 0 || (isTable && shape[0] !== 1)) throw wrong;
  if (!isTable && shape[3] !== 1 && shape[3] !== 3) throw wrong;
  const view = new DataView(own.buffer, own.byteOffset);
  const data =
    type === "u8"
      ? own
      : type === "f32"
        ? Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true))
        : Float64Array.from({ length: count }, (_, i) => view.getFloat64(8 * i, true));
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return { data, shape: (isTable ? shape.slice(1) : shape) as unknown as PointsArray["shape"] };
  const d = shape.slice(isTable ? 2 : 1).reduce((product, length) => product * length, 1);
  throw new ParameterError(
    "data",
    `data: number ${(at % d) + 1} of picture ${Math.floor(at / d)} is ${data[at]}; leave pictures with gaps out.`,
  );
}

function ofSeries(text: string): PointsArray {
  const { data, shape, names } = parseSeries(text);
  const [series, count, dimension] = shape;
  if (series === 1) return { data, shape: [count, dimension], ...(names ? { names } : {}) };
  throw new ParameterError(
    "data",
    `data: ${series} series are given; give one table, each of its rows a point, or pictures as an array (pictures, height, width).`,
  );
}

const classesText = ({ names, of }: Classes): string => `${names.map(encodeURIComponent).join(",")}:${base64url(of)}`;

/** @throws ParameterError for a text that is no classes */
export function parseClasses(text: string): Classes {
  const [, names, bytes] = /^([^:]+):([\w-]*)$/.exec(text) ?? [];
  const of = bytes === undefined ? undefined : base64Bytes(bytes);
  try {
    const all = (names ?? "").split(",").map(decodeURIComponent);
    if (of && of.length > 0 && of.every((label) => label < all.length)) return { names: all, of };
  } catch {
    // said below
  }
  throw new ParameterError(
    "labels",
    "labels: the text is no classes, which are NAME,NAME,…:, then a byte a point as base64url; labelsText makes one.",
  );
}

/** As many as a byte tells apart. */
const MOST_CLASSES = 256;

/**
 * The classes of labels, one a point: the values in order, integers by size and words by their letters.
 *
 * @throws ParameterError for more than 256 different ones, and for numbers below 0
 */
export function labelsText(labels: ArrayLike<number | string>): string {
  const values = [...new Set(Array.from(labels))];
  if (values.length > MOST_CLASSES) {
    throw new ParameterError(
      "labels",
      `labels: there are ${values.length} different ones, and at most ${MOST_CLASSES} classes; are they classes?`,
    );
  }
  const negative = values.find((value) => typeof value === "number" && value < 0);
  if (negative !== undefined) {
    throw new ParameterError(
      "labels",
      `labels: ${negative} is one of them, but a label below 0 asks for no class, or for each in turn; number classes from 0, or name them by words.`,
    );
  }
  values.sort((a, b) => (typeof a === "number" && typeof b === "number" ? a - b : `${a}` < `${b}` ? -1 : 1));
  const place = new Map(values.map((value, k) => [value, k]));
  return classesText({
    names: values.map(String),
    of: Uint8Array.from(Array.from(labels), (value) => place.get(value)!),
  });
}
