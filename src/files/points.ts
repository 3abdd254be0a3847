// Points, pictures and labels in a user's files.

import { FileError } from "../device/errors.ts";
import { isNpy, placeOf, readNpyValues } from "./npy.ts";
import { type Choice, readSeries } from "./series.ts";

export interface PointsFile {
  /** Bytes, where the file has bytes. */
  data: Float64Array | Uint8Array;
  /** [point][number], or [picture][row][column][channel] with one channel or three. */
  shape: [number, number] | [number, number, number, number];
  /** Of the columns, where the file has them. */
  names?: string[];
  /** Notes for the user: a sentence each. */
  notes: string[];
}

/**
 * Reads points: text with a line for each, or an array of NumPy's. Its shape is (points,), (points, numbers), (pictures, height, width), or
 * for pictures with one channel or three (pictures, height, width, channels) or (pictures, channels, height, width).
 *
 * @throws FileError that names the place where the file has no finite number, and a shape that is none of these
 */
export function readPoints(name: string, bytes: Uint8Array, choice: Choice = {}): PointsFile {
  if (!isNpy(bytes) || Object.keys(choice).length > 0) {
    const { data, shape, names, notes } = readSeries(name, bytes, { ...choice, rows: "points" });
    if (shape.length === 3) return { ...laidOut(name, data, shape), notes };
    return { data, shape: [shape[0], shape[1] ?? 1], ...(names ? { names } : {}), notes };
  }
  const values = readNpyValues(bytes, name);
  const isSigned = values.data instanceof Int8Array;
  const data =
    isSigned || values.booleans ? Float64Array.from(values.data) : (values.data as Float64Array | Uint8Array);
  const gap = data.findIndex((value) => !Number.isFinite(value));
  if (gap >= 0) {
    throw new FileError(
      `${name}: value ${placeOf(gap, values.shape)} is ${data[gap]}; points have no gaps, so leave such points out.`,
    );
  }
  return { ...laidOut(name, data, values.shape), notes: [] };
}

function laidOut(name: string, data: PointsFile["data"], shape: readonly number[]): Pick<PointsFile, "data" | "shape"> {
  const [n, a, b, c] = shape;
  const isChannels = (length: number) => length === 1 || length === 3;
  if (data.length > 0) {
    if (shape.length === 1) return { data, shape: [n, 1] };
    if (shape.length === 2) return { data, shape: [n, a] };
    // One table as a series of its own.
    if (shape.length === 3 && n === 1) return { data, shape: [a, b] };
    if (shape.length === 3) return { data, shape: [n, a, b, 1] };
    if (shape.length === 4 && isChannels(c)) return { data, shape: [n, a, b, c] };
    if (shape.length === 4 && isChannels(a)) return { data: channelsLast(data, a, b * c), shape: [n, b, c, a] };
  }
  throw new FileError(
    `${name}: its shape is (${shape.join(", ")}${shape.length === 1 ? "," : ""}); points have (points, numbers), and pictures (pictures, height, width) or (pictures, height, width, channels) with 1 channel or 3, none of them 0.`,
  );
}

/** From [picture][channel][pixel] to [picture][pixel][channel]. */
function channelsLast<T extends PointsFile["data"]>(data: T, channels: number, pixels: number): T {
  if (channels === 1) return data;
  const rearranged = data.slice() as T;
  for (let at = 0; at < data.length; at++) {
    const picture = Math.floor(at / (channels * pixels));
    const [channel, pixel] = [Math.floor(at / pixels) % channels, at % pixels];
    rearranged[(picture * pixels + pixel) * channels + channel] = data[at];
  }
  return rearranged;
}

/** First lines of a column of labels that are its name. */
const NAMES = /^(labels?|class(es)?|targets?|y|species|category|name|digit)$/i;

/**
 * Reads labels, one a point: integers or words. Text has one a line, under a name or none; an array has shape (points,) or (points, 1).
 *
 * @throws FileError that names the place of what is no label
 */
export function readLabels(name: string, bytes: Uint8Array): (number | string)[] {
  if (isNpy(bytes)) return ofArray(name, bytes);
  if (bytes.length === 0) throw new FileError(`${name}: the file is empty.`);
  if (bytes.includes(0)) throw new FileError(`${name}: it is neither text nor a .npy file; give CSV or a .npy file.`);
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({ number: i + 1, text: line.replace(/#.*$/, "").trim() }))
    .filter(({ text }) => text !== "")
    .map(({ number, text }) => ({ number, text: /^".*"$/.test(text) ? text.slice(1, -1) : text }));
  if (lines.length === 0) throw new FileError(`${name}: there is no label in it.`);
  const several = lines.find(({ text }) => /[,;\t]/.test(text));
  if (several) {
    throw new FileError(`${name}: line ${several.number} has several columns; labels come one a line.`);
  }
  const isWhole = (text: string) => /^[+-]?\d+(\.0*)?$/.test(text);
  const rest = lines.slice(1);
  const named =
    NAMES.test(lines[0].text) || (!isWhole(lines[0].text) && rest.length > 0 && rest.every((l) => isWhole(l.text)));
  const own = named ? rest : lines;
  if (own.length === 0) throw new FileError(`${name}: line 1 has a name, but no label follows.`);
  const numbers = own.every(({ text }) => isWhole(text));
  const odd = own.find(
    ({ text }) => /^([+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?|nan|na|n\/a|null)$/i.test(text) && !isWhole(text),
  );
  if (odd) {
    throw new FileError(`${name}: line ${odd.number} is ${odd.text}; labels are whole numbers or words.`);
  }
  return own.map(({ text }) => (numbers ? Number(text) : text));
}

function ofArray(name: string, bytes: Uint8Array): number[] {
  const { data, shape } = readNpyValues(bytes, name);
  if (shape.length > 2 || (shape.length === 2 && shape[1] !== 1) || data.length === 0) {
    throw new FileError(
      `${name}: its shape is (${shape.join(", ")}); labels have (points,), so of one-hot rows save array.argmax(1).`,
    );
  }
  const odd = data.findIndex((value) => !Number.isInteger(value));
  if (odd >= 0) throw new FileError(`${name}: value ${placeOf(odd, shape)} is ${data[odd]}; labels are whole numbers.`);
  return Array.from(data);
}
