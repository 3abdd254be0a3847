// The line of names above a table: of words, or of numbers, as pandas writes columns that have none.

import { FileError } from "../device/errors.ts";
import { COMMA, cellsOf, MISSING, NUMBER, numberOf, THOUSANDS } from "./cells.ts";
import { isDate } from "./dates.ts";

export interface Line {
  number: number;
  text: string;
}

/** Rows that show how numbers are written. */
const FEW = 4;
const MANY = 8;

/** @throws FileError where a line may be names or values */
export function headerOf(
  name: string,
  lines: readonly Line[],
  separator: string,
  plain: boolean,
): { names?: string[]; note?: string } {
  const first = cellsOf(lines[0].text, separator);
  const second = lines.length > 1 ? cellsOf(lines[1].text, separator) : [];
  const isNumber = (cell: string) => [NUMBER, COMMA, THOUSANDS].some((form) => form.test(cell));
  // Dates above dates are values.
  if (first.some((cell, i) => isDate(cell) && isDate(second[i] ?? ""))) return {};
  if (!first.some(isNumber) && !first.every((cell) => MISSING.test(cell))) return { names: first };

  if (plain) return {};
  const counts = first.findIndex(isNumber);
  const isCounted = counts >= 0 && first.slice(counts).every((cell, i) => cell === String(i));
  // Years above columns, and the like.
  const isWhole = first.length > 1 && first.every((cell) => /^\d+$/.test(cell)) && new Set(first).size === first.length;
  if ((!isCounted && !isWhole) || lines.length < 2 || second.length < first.length) return {};
  const text = lines[0].text.trim();
  const note = `line ${lines[0].number} is ${text}: numbers in the place of names, as pandas writes them, and taken as names.`;
  // An index or other columns with a name, then columns without.
  if (counts > 0) {
    const isAbove = first
      .slice(0, counts)
      .every((cell, i) => (cell === "" || !MISSING.test(cell)) && cell !== second[i]);
    return isAbove && second.slice(counts).every(isNumber) ? { names: first, note } : {};
  }
  if (second.length !== first.length) return {};
  const how = judge(first.map(Number), lines.slice(1), separator);
  if (how === "names" || (how === "far" && (isCounted || lines.length > MANY))) return { names: first, note };
  if (how === "values" || !isCounted) return {};
  throw new FileError(
    `${name}: line ${lines[0].number} is ${text}: names, as pandas numbers columns, or values? Write names in its place, such as ${first.map((_, i) => `x${i}`).join(separator)}, or, if they are values, as a line above it.`,
  );
}

/** What a first line of integers is, from the rows below it. */
function judge(
  first: readonly number[],
  rows: readonly Line[],
  separator: string,
): "names" | "far" | "values" | "unclear" {
  const columns = first.length;
  const isCounted = first.every((value, i) => value === i);
  const places = Array<number | undefined>(columns).fill(undefined);
  let [isFixed, isPointed] = [true, true];
  const least = Array<number>(columns).fill(Number.POSITIVE_INFINITY);
  const most = Array<number>(columns).fill(Number.NEGATIVE_INFINITY);
  const leap = Array<number>(columns).fill(0);
  let before: number[] | undefined;
  for (const { text } of rows) {
    const cells = cellsOf(text, separator);
    if (cells.length !== columns) return "values"; // which is refused for another reason
    const numbers = cells.map(numberOf);
    cells.forEach((cell, i) => {
      const digits = /[.,](\d*)/.exec(cell)?.[1].length;
      if (digits === undefined && !/[eE]/.test(cell)) isPointed = false;
      places[i] ??= digits ?? 0;
      if (digits !== places[i] || digits === 0) isFixed = false;
      least[i] = Math.min(least[i], numbers[i]);
      most[i] = Math.max(most[i], numbers[i]);
      if (before) leap[i] = Math.max(leap[i], Math.abs(numbers[i] - before[i]));
    });
    before = numbers;
  }
  const isBeyond = (at: number) => first[at] < least[at] - leap[at] || first[at] > most[at] + leap[at];
  if (!isCounted) return isPointed && rows.length >= FEW && first.every((_, at) => isBeyond(at)) ? "far" : "values";
  // All numbers have as many places: then a value 0 would have been written as 0.000.
  if (isFixed && rows.length >= FEW) return "names";
  if (isPointed && columns > 2) return "names";
  if (columns > 3) {
    const second = cellsOf(rows[0].text, separator).map(Number);
    return second.every((value, i) => i === 0 || value === second[i - 1] + 1) ? "unclear" : "names";
  }
  if (first.some((_, at) => isBeyond(at)) && rows.length >= FEW) return isPointed ? "far" : "unclear";
  // A single integer among others is a value; so is what no more than a few rows follow.
  return (columns === 1 && !isPointed) || rows.length < FEW ? "values" : "unclear";
}
