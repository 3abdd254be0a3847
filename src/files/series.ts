// A user's time series: text with a line for each time, or NumPy's files.

import { FileError } from "../device/errors.ts";
import { gapAt } from "./cells.ts";
import { type Choice, columnOf, rolesOf } from "./columns.ts";
import { isNpy, placeOf, readNpy } from "./npy.ts";
import { labelOf, readTable, type Table } from "./table.ts";
import type { Part } from "./timed.ts";
import type { Times } from "./times.ts";

export type { Choice } from "./columns.ts";
export type { Times } from "./times.ts";

/** A time series that was read from a file. */
export interface SeriesFile {
  /** Values, the last axis of `shape` running fastest. */
  data: Float64Array;
  /** [time], [time, features] or [series, time, features], the slowest first; [rows, features] where there are `lengths`. */
  shape: number[];
  /** Names of the features, where the file has them. */
  names?: string[];
  /** Where a column has times that are evenly spaced. */
  times?: Times;
  /** Rows of each sequence, where they are not equally long. */
  lengths?: number[];
  /** The class of each sequence. */
  labels?: string[];
  /** What the column of sequences calls each. */
  sequences?: string[];
  /** Notes for the user: a sentence each. */
  notes: string[];
}

/**
 * Reads a time series. Text has a line for each time, with values separated by commas, semicolons, tabs or spaces; a line of names may
 * come first, and what follows a # or a % at the begin of a line is a comment. A comma may be a decimal point where it separates nothing.
 * Columns that number the rows or hold their times are not data; notes name them. Numbers of NumPy's files come as they are, and their
 * columns have numbers.
 *
 * @param name of the file, for messages
 * @throws FileError that names the line and column where the file is no series of finite numbers, and a column of which it is unclear
 *   what it is, with the choice that says so
 */
export function readSeries(name: string, bytes: Uint8Array, choice: Choice = {}): SeriesFile {
  if (!(bytes instanceof Uint8Array)) {
    throw new FileError(`${name}: give the file's name, then its bytes as a Uint8Array, as fs.readFile gives them.`);
  }
  const begins = (...words: number[]) => words.every((byte, i) => bytes[i] === byte);
  if (bytes.length === 0) throw new FileError(`${name}: the file is empty.`);
  if (isNpy(bytes) || /\.npy$/i.test(name)) return fromNpy(name, bytes, choice);
  if (begins(0x50, 0x4b, 3, 4)) {
    throw new FileError(
      `${name}: it is a ZIP archive (.npz, .xlsx, …); save one array with numpy.save, or a sheet as CSV.`,
    );
  }
  if (begins(0xff, 0xfe) || begins(0xfe, 0xff)) throw new FileError(`${name}: its text is UTF-16; save it as UTF-8.`);
  if (bytes.includes(0)) throw new FileError(`${name}: it is neither text nor a .npy file; give CSV or a .npy file.`);
  return fromTable(name, readTable(name, new TextDecoder().decode(bytes), choice.rows === "plain"), choice); // drops a byte order mark
}

function fromNpy(name: string, bytes: Uint8Array, choice: Choice): SeriesFile {
  const { data, shape } = readNpy(bytes, name);
  if (shape.length < 1 || shape.length > 3 || data.length === 0) {
    throw new FileError(
      `${name}: its shape is (${shape.join(", ")}); a series has [time], [time, features] or [series, time, features], none of them 0.`,
    );
  }
  const columns = shape.length === 1 ? 1 : shape[shape.length - 1];
  const table: Table = {
    ...{ rows: data.length / columns, columns, values: data, notes: [] },
    ...(shape.length === 3 ? { each: shape[1] } : {}),
    text: (row, column) => String(data[row * columns + column]),
    place: (row) => `row ${row}`,
    wrong: (row, column) => {
      const at = row * columns + column;
      return `value ${placeOf(at, shape)} ${gapAt(data[at])}`;
    },
  };
  const series = fromTable(name, table, choice);
  return shape.length === 1 ? { ...series, shape } : series;
}

function fromTable(name: string, table: Table, choice: Choice): SeriesFile {
  const of = (flag: "sequence" | "label") =>
    choice[flag] === undefined ? undefined : columnOf(name, table, flag, choice[flag]);
  const [sequence, label] = [of("sequence"), of("label")];
  const parts = partsOf(name, table, sequence);
  const used = [sequence, label].filter((column) => column !== undefined);
  const { features, times, falls, notes } = rolesOf(name, table, parts, choice, used);
  const names = table.names && features.map((column) => table.names![column]);

  const { values, columns, rows } = table;
  const data = new Float64Array(rows * features.length);
  for (const { first, count } of parts) {
    for (let i = 0; i < count; i++) {
      const row = falls ? first + count - 1 - i : first + i;
      features.forEach((column, k) => {
        const value = values[row * columns + column];
        if (!Number.isFinite(value)) throw new FileError(`${name}: ${table.wrong(row, column)}`);
        data[(first + i) * features.length + k] = value;
      });
    }
  }
  const isEqual = parts.every(({ count }) => count === parts[0].count);
  const isSeveral = parts.length > 1 || table.each !== undefined;
  return {
    data,
    shape: isSeveral && isEqual ? [parts.length, parts[0].count, features.length] : [rows, features.length],
    ...(names ? { names } : {}),
    ...(times ? { times } : {}),
    ...(isEqual ? {} : { lengths: parts.map(({ count }) => count) }),
    ...(label === undefined ? {} : { labels: labelsOf(name, table, parts, label) }),
    ...(sequence === undefined ? {} : { sequences: parts.map(({ first }) => table.text(first, sequence)) }),
    notes: [...table.notes, ...notes],
  };
}

/** Sequences: rows that follow each other with one value in a column, or the series of a file. */
function partsOf(name: string, table: Table, column: number | undefined): Part[] {
  const { rows, each } = table;
  if (column === undefined) {
    const count = each ?? rows;
    return Array.from({ length: rows / count }, (_, i) => ({ first: i * count, count }));
  }
  if (each !== undefined) {
    throw new FileError(`${name}: its shape has several series already; leave --sequence out.`);
  }
  const parts: Part[] = [];
  const seen = new Set<string>();
  let last: string | undefined;
  for (let row = 0; row < rows; row++) {
    const text = table.text(row, column);
    if (text === last) {
      parts[parts.length - 1].count++;
      continue;
    }
    if (seen.has(text)) {
      throw new FileError(
        `${name}: ${table.place(row)}: the sequence "${text}" in ${labelOf(table)(column)} continues after another one; the rows of a sequence must follow each other, so sort them.`,
      );
    }
    seen.add(text);
    last = text;
    parts.push({ first: row, count: 1 });
  }
  return parts;
}

/** @throws FileError where the rows of a sequence have several */
function labelsOf(name: string, table: Table, parts: readonly Part[], column: number): string[] {
  if (parts.length === 1) {
    throw new FileError(`${name}: there is one sequence; name the column that tells several apart by --sequence.`);
  }
  return parts.map(({ first, count }) => {
    const text = table.text(first, column);
    if (text === "") throw new FileError(`${name}: ${table.place(first)}: ${labelOf(table)(column)} is empty.`);
    for (let row = first + 1; row < first + count; row++) {
      if (table.text(row, column) === text) continue;
      throw new FileError(
        `${name}: ${table.place(row)}: ${labelOf(table)(column)} is "${table.text(row, column)}" after "${text}"; a sequence has one label.`,
      );
    }
    return text;
  });
}
