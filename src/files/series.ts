// A user's time series: text with a line for each time, or NumPy's files.

import { FileError } from "../device/errors.ts";
import { isNpy, placeOf, readNpy } from "./npy.ts";

export interface SeriesFile {
  data: Float64Array;
  /** [time], [time, features] or [series, time, features], the slowest first. */
  shape: number[];
  /** Names of the features, where the file has them. */
  names?: string[];
}

/**
 * Reads a time series. Text has a line for each time, with values separated by commas, semicolons, tabs or spaces; a line of names may
 * come first, and what follows a # is a comment. With semicolons a comma is a decimal point. Numbers of NumPy's files come as they are.
 *
 * @param name of the file, for messages
 * @throws FileError that names the line and column where the file is no series of finite numbers
 */
export function readSeries(name: string, bytes: Uint8Array): SeriesFile {
  const begins = (...words: number[]) => words.every((byte, i) => bytes[i] === byte);
  if (bytes.length === 0) throw new FileError(`${name}: the file is empty.`);
  if (isNpy(bytes) || /\.npy$/i.test(name)) return fromNpy(name, bytes);
  if (begins(0x50, 0x4b, 3, 4)) {
    throw new FileError(
      `${name}: it is a ZIP archive (.npz, .xlsx, …); save one array with numpy.save, or a sheet as CSV.`,
    );
  }
  if (begins(0xff, 0xfe) || begins(0xfe, 0xff)) throw new FileError(`${name}: its text is UTF-16; save it as UTF-8.`);
  if (bytes.includes(0)) throw new FileError(`${name}: it is neither text nor a .npy file; give CSV or a .npy file.`);
  return fromText(name, new TextDecoder().decode(bytes)); // drops a byte order mark
}

function fromNpy(name: string, bytes: Uint8Array): SeriesFile {
  const { data, shape } = readNpy(bytes, name);
  if (shape.length < 1 || shape.length > 3 || data.length === 0) {
    throw new FileError(
      `${name}: its shape is (${shape.join(", ")}); a series has [time], [time, features] or [series, time, features], none of them 0.`,
    );
  }
  const gap = data.findIndex((value) => !Number.isFinite(value));
  if (gap >= 0) {
    throw new FileError(`${name}: value ${placeOf(gap, shape)} is ${data[gap]}; ${GAPS}`);
  }
  return { data, shape };
}

const GAPS = "a series has no gaps, so fill them or cut the file there.";
/** What programs write where there is no number. */
const MISSING = /^([+-]?(nan|inf|infinity)|na|n\/a|null|none|-|\?)?$/i;
/** Fortran writes D for E. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/;

interface Line {
  number: number;
  text: string;
}

function fromText(name: string, text: string): SeriesFile {
  const lines: Line[] = text
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({ number: i + 1, text: uncommented(line) }))
    .filter((line) => line.text.trim() !== "");
  if (lines.length === 0) throw new FileError(`${name}: there is no line with values in it.`);

  // The second line, where there is one, has no names in it that could hold any character.
  const separator = separatorOf((lines[1] ?? lines[0]).text) ?? separatorOf(lines[0].text) ?? " ";
  const decimal = (cell: string) => (separator === ";" ? cell.replace(",", ".") : cell);
  const first = cellsOf(lines[0].text, separator);
  const named = !first.some((cell) => NUMBER.test(decimal(cell))) && !first.every((cell) => MISSING.test(cell));
  const rows = named ? lines.slice(1) : lines;
  if (rows.length === 0)
    throw new FileError(`${name}: line ${lines[0].number} has names, but no line of values follows.`);

  const features = cellsOf(rows[0].text, separator).length;
  // Above a single column, blanks are part of its name.
  const names = features === 1 && separator === " " && first.length > 1 ? [lines[0].text.trim()] : first;
  const values = new Float64Array(rows.length * features);
  lines.forEach((line, i) => {
    const cells = named && i === 0 ? names : cellsOf(line.text, separator);
    if (cells.length !== features) {
      const what = named && i === 0 ? "names" : "values";
      throw new FileError(
        `${name}: line ${line.number} has ${cells.length} ${what}, but line ${rows[0].number} has ${features} values.`,
      );
    }
    if (named && i === 0) return;
    cells.forEach((cell, column) => {
      const value = NUMBER.test(decimal(cell)) ? Number(decimal(cell).replace(/[dD]/, "e")) : Number.NaN;
      if (!Number.isFinite(value)) {
        const label = named && names[column] !== "" ? ` (${names[column]})` : "";
        throw new FileError(`${name}: line ${line.number}, column ${column + 1}${label} ${whatIs(cell)}`);
      }
      values[(named ? i - 1 : i) * features + column] = value;
    });
  });
  return { data: values, shape: [rows.length, features], ...(named ? { names } : {}) };
}

function whatIs(cell: string): string {
  if (cell === "") return `is empty; ${GAPS}`;
  if (MISSING.test(cell)) return `is ${cell}; ${GAPS}`;
  if (NUMBER.test(cell.replace(",", "."))) {
    return NUMBER.test(cell) ? `is ${cell}, beyond the range of f64.` : `is "${cell}"; write a point for its comma.`;
  }
  return `is "${cell.slice(0, 40)}", which is no number.`;
}

function separatorOf(line: string): string | undefined {
  const bare = line.trim().replace(/"[^"]*"/g, "");
  return [";", "\t", ",", " "].find((separator) => bare.includes(separator));
}

/** The line up to a # that stands in no quotes. */
function uncommented(line: string): string {
  if (!line.includes("#")) return line;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '"') quoted = !quoted;
    else if (line[i] === "#" && !quoted) return line.slice(0, i);
  }
  return line;
}

/** The cells of a line without blanks around them; quotes may hold separators, and "" is a quote in quotes. */
function cellsOf(line: string, separator: string): string[] {
  if (!line.includes('"'))
    return separator === " " ? line.trim().split(/\s+/) : line.split(separator).map((c) => c.trim());
  const cells: string[] = [];
  const cell =
    separator === " "
      ? /\s*("(?:[^"]|"")*"|\S+)\s*/gy
      : new RegExp(`(\\s*"(?:[^"]|"")*"\\s*|[^${separator}]*)(?:${separator}|$)`, "gy");
  for (let found = cell.exec(line); found; found = cell.exec(line)) {
    const text = found[1].trim();
    cells.push(/^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"').trim() : text);
    if (cell.lastIndex >= line.length && !(separator !== " " && found[0].endsWith(separator))) break;
  }
  return cells;
}
