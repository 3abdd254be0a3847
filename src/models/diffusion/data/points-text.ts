// Points, pictures and classes as texts that a parameter, a checkpoint and a link can hold.
//
//   points    SERIESxPOINTSxNUMBERS:…       one series, 32-bit floats
//             1xPOINTSxNUMBERS:TYPE:…       TYPE u8, f32 or f64
//   pictures  NxHEIGHTxWIDTHxCHANNELS:TYPE:…
//   classes   NAME,NAME,…:…                 names percent-encoded, then a byte a point
//
// and … the values in little-endian order as base64url.

import { ParameterError } from "../../../device/errors.ts";
import { base64Bytes, base64url } from "../../../files/base64.ts";

export interface PointsArray {
  /** f64, or bytes of pictures and of small whole numbers. */
  data: Float64Array | Float32Array | Uint8Array;
  /** [point][number], or [picture][row][column][channel]. */
  shape: readonly [number, number] | readonly [number, number, number, number];
}

/** Labels as classes: the k-th name is that of class k. */
export interface Classes {
  names: string[];
  /** One a point. */
  of: Uint8Array;
}

/** What texts of points and of pictures begin with. */
export const POINTS = /^\d+x\d+x\d+(x\d+)?:/;

/** Numbers of the narrowest type that holds them all exactly. */
export function pointsText({ data, shape }: { data: ArrayLike<number>; shape: PointsArray["shape"] }): string {
  const lengths = shape.length === 2 ? ["1", ...shape] : shape;
  if (data instanceof Uint8Array) return `${lengths.join("x")}:u8:${base64url(data)}`;
  const narrow = Array.prototype.every.call(data, (value: number) => Math.fround(value) === value);
  const size = narrow ? 4 : 8;
  const bytes = new DataView(new ArrayBuffer(size * data.length));
  for (let i = 0; i < data.length; i++) {
    if (narrow) bytes.setFloat32(4 * i, data[i], true);
    else bytes.setFloat64(8 * i, data[i], true);
  }
  const type = narrow ? (shape.length === 2 ? "" : "f32:") : "f64:";
  return `${lengths.join("x")}:${type}${base64url(new Uint8Array(bytes.buffer))}`;
}

/** @throws ParameterError for a text that is none, and for values that are not finite */
export function parsePoints(text: string): PointsArray {
  const wrong = new ParameterError(
    "data",
    "data: the text is no points, which are 1xPOINTSxNUMBERS:, or pictures, which are NxHEIGHTxWIDTHxCHANNELS:, then u8:, f32: or f64: and the values as base64url.",
  );
  const [, lengths, type = "f32"] = /^(\d+(?:x\d+){2,3}):(?:(u8|f32|f64):)?[\w-]*$/.exec(text) ?? [];
  if (lengths === undefined) throw wrong;
  const shape = lengths.split("x").map(Number);
  const count = shape.reduce((product, length) => product * length, 1);
  const size = { u8: 1, f32: 4, f64: 8 }[type as "u8" | "f32" | "f64"];
  const own = base64Bytes(text.slice(text.lastIndexOf(":") + 1));
  if (own?.length !== size * count || count === 0) throw wrong;
  if (shape.length === 3 && shape[0] !== 1) {
    throw new ParameterError(
      "data",
      `data: ${shape[0]} series are given; give one table, each of its rows a point, or pictures as an array (pictures, height, width).`,
    );
  }
  const view = new DataView(own.buffer, own.byteOffset);
  const data =
    type === "u8"
      ? own
      : type === "f32"
        ? Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true))
        : Float64Array.from({ length: count }, (_, i) => view.getFloat64(8 * i, true));
  const at = data.findIndex((value) => !Number.isFinite(value));
  const d = shape.slice(1 + Number(shape.length === 3)).reduce((product, length) => product * length, 1);
  if (at >= 0) {
    throw new ParameterError(
      "data",
      `data: number ${(at % d) + 1} of point ${Math.floor(at / d)} is ${data[at]}; leave points with gaps out.`,
    );
  }
  return { data, shape: (shape.length === 3 ? shape.slice(1) : shape) as unknown as PointsArray["shape"] };
}

export const classesText = ({ names, of }: Classes): string =>
  `${names.map(encodeURIComponent).join(",")}:${base64url(of)}`;

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
 * The classes of labels, one a point: the values in order, whole numbers by size and words by their letters.
 *
 * @throws ParameterError for more than 256 different ones
 */
export function labelsText(labels: ArrayLike<number | string>): string {
  const values = [...new Set(Array.from(labels))];
  if (values.length > MOST_CLASSES) {
    throw new ParameterError(
      "labels",
      `labels: there are ${values.length} different ones, and at most ${MOST_CLASSES} classes; are they classes?`,
    );
  }
  values.sort((a, b) => (typeof a === "number" && typeof b === "number" ? a - b : `${a}` < `${b}` ? -1 : 1));
  const place = new Map(values.map((value, k) => [value, k]));
  return classesText({
    names: values.map(String),
    of: Uint8Array.from(Array.from(labels), (value) => place.get(value)!),
  });
}
