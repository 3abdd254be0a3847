// The times of a table's rows: in one column, or in those of year, month and day; of several sequences each has its own.

import type { Table } from "./table.ts";
import { placesOf, type TimesFound, timesOf, timesOfNumbers } from "./times.ts";

/** Rows that follow each other: a sequence of several, or all. */
export interface Part {
  first: number;
  count: number;
}

/** Columns that hold the time: one, or year, month and day. */
export interface Timed {
  columns: number[];
  found: TimesFound;
  /** All sequences begin at one time. */
  sameStart: boolean;
}

/** Rows whose texts say to how many places numbers are rounded: those of a long file are slow to look at. */
const LOOKED_AT = 1000;

/** The numbers of a column that has nothing else, and to how many places they are rounded. */
function numbersOf(table: Table, column: number): { values: Float64Array; places: number } | undefined {
  const { values, columns, rows } = table;
  const own = Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]);
  if (own.some(Number.isNaN)) return undefined;
  let places = 0;
  for (let row = 0; row < Math.min(rows, LOOKED_AT); row++) {
    places = Math.max(places, placesOf(table.text(row, column).replace(",", ".")));
  }
  return { values: own, places };
}

/** The times in a column, or in those of year, month and day; undefined where there are none. */
export function timedBy(
  table: Table,
  parts: readonly Part[],
  columns: readonly number[],
  options: { compact?: boolean } = {},
): Timed | undefined {
  const title =
    columns
      .map((column) => table.names?.[column])
      .filter(Boolean)
      .join(" ") || "time";
  const all: (TimesFound & { first: number })[] = [];
  const numbers = columns.length === 1 && !options.compact ? numbersOf(table, columns[0]) : undefined;
  for (const { first, count } of parts) {
    const found = numbers
      ? timesOfNumbers(title, numbers.values.subarray(first, first + count), numbers.places)
      : timesOf(
          title,
          Array.from({ length: count }, (_, i) => columns.map((column) => table.text(first + i, column)).join("-")),
          options,
        );
    if (!found) return undefined;
    all.push({ ...found, first });
  }
  const long = all.filter((_, i) => parts[i].count > 1);
  if (long.length === 0) return { columns: [...columns], found: all[0], sameStart: true };
  const [one] = long;
  const bad = long.find(({ trouble }) => trouble);
  const turned = long.find(({ falls }) => falls !== one.falls);
  const other = long.find(({ times }) => times?.step !== one.times?.step || times?.unit !== one.times?.unit);
  const trouble = bad?.trouble
    ? { ...bad.trouble, row: bad.first + bad.trouble.row }
    : turned
      ? { row: turned.first + 1, kind: "back" as const, what: "" }
      : other
        ? { row: other.first + 1, kind: "uneven" as const, what: "another than in the first sequence" }
        : undefined;
  const { first: _, trouble: __, times, ...rest } = one;
  return {
    columns: [...columns],
    found: { ...rest, ...(trouble ? { trouble } : { times }) },
    sameStart: long.every((each) => each.times?.first === times?.first),
  };
}
