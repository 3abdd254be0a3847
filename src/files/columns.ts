// Which columns of a table are the series: those that were chosen, or those that are no index and no time. What is left out is said.

import { FileError } from "../device/errors.ts";
import { cellsOf } from "./cells.ts";
import { kindOf } from "./kinds.ts";
import { labelOf, nameOf, type Table } from "./table.ts";
import { type Part, type Timed, timedBy } from "./timed.ts";
import { inWords, isAmbiguous, type Times, timeAt } from "./times.ts";

/** What a user says of a file's columns, by their names or their numbers from 1. */
export interface Choice {
  /** Separated by commas, in the order in which they are taken. */
  columns?: string;
  /** The column of times; "none" where there is none. */
  time?: string;
  /** The column whose value says to which sequence a row belongs. */
  sequence?: string;
  /** The column of classes, one for each sequence. */
  label?: string;
  /** Rows follow each other in time, or are points in any order; plain: all columns are data, and a line of numbers is never one of names. */
  rows?: "times" | "points" | "plain";
}

export interface Roles {
  features: number[];
  times?: Times;
  /** The newest row comes first. */
  falls: boolean;
  notes: string[];
}

/** A column that a flag names. @throws FileError where there is none, or several */
export function columnOf(name: string, { names, columns }: Table, flag: string, text: string): number {
  const wanted = text.trim();
  const found = (names ?? []).flatMap((each, column) => (each === wanted ? [column] : []));
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    const places = found.map((column) => column + 1).join(" and ");
    throw new FileError(`${name}: columns ${places} are both called ${wanted}; give --${flag} by number.`);
  }
  const number = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
  if (number >= 0 && number < columns) return number;
  const known = names ? ` (${names.map((each, i) => each || `${i + 1}`).join(", ")})` : ", and they have no names";
  throw new FileError(`${name}: there is no column "${wanted}" for --${flag}; there are ${columns}${known}.`);
}

/** @param used columns that have another part, such as sequence and label */
export function rolesOf(
  name: string,
  table: Table,
  parts: readonly Part[],
  choice: Choice,
  used: readonly number[],
): Roles {
  const chosen = choice.columns === undefined ? undefined : chosenOf(name, table, choice.columns);
  const isTimeless = choice.time === "none" && !table.names?.includes("none");
  const given = choice.time === undefined || isTimeless ? undefined : columnOf(name, table, "time", choice.time);
  const label = labelOf(table);
  const twice = chosen?.find((column) => column === given || used.includes(column));
  if (twice !== undefined) {
    const what = twice === given ? "--time" : "--sequence or --label";
    throw new FileError(`${name}: ${label(twice)} is named by --columns and by ${what}; name it once.`);
  }
  const notes: string[] = [];
  if (choice.rows === "plain") {
    return { features: Array.from({ length: table.columns }, (_, column) => column), falls: false, notes };
  }
  const found = kindOf(name, table, parts, { chosen, given, used, points: choice.rows === "points" });
  const features = chosen ?? found.features;
  if (features.length === 0) {
    const all = Array.from({ length: Math.min(12, table.columns) }, (_, column) => nameOf(table, column)).join(",");
    throw new FileError(`${name}: no column is left to learn; name those that are data, as in --columns ${all}.`);
  }
  notes.push(...found.notes.map((note) => `${name}: ${note}`));
  if (isTimeless) return { features, falls: false, notes };
  const time = given === undefined ? found.time : timeGiven(name, table, parts, given);
  if (!time) return { features, falls: false, notes };
  const { note, ...timed } = judged(name, table, parts, time);
  return { features, ...timed, notes: [...notes, note] };
}

function chosenOf(name: string, table: Table, text: string): number[] {
  const chosen = cellsOf(text, ",").map((each) => columnOf(name, table, "columns", each));
  const twice = chosen.find((column, i) => chosen.indexOf(column) !== i);
  if (twice === undefined) return chosen;
  throw new FileError(`${name}: --columns ${text} names ${labelOf(table)(twice)} twice; name it once.`);
}

function timeGiven(name: string, table: Table, parts: readonly Part[], column: number): Timed {
  const time = timedBy(table, parts, [column], { compact: true }) ?? timedBy(table, parts, [column]);
  if (time) return time;
  throw new FileError(
    `${name}: ${labelOf(table)(column)} is no time: line by line it is ${table.text(0, column).slice(0, 40)}, …; give --time a column of rising numbers or of dates such as 2020-01-31.`,
  );
}

/** What a column of times comes to, and the sentence that says so. @throws FileError where rows are in no order of time */
function judged(name: string, table: Table, parts: readonly Part[], time: Timed) {
  const { columns, found, sameStart } = time;
  const what =
    columns.length > 1 ? `columns ${columns.map((c) => c + 1).join(", ")} are` : `${labelOf(table)(columns[0])} is`;
  const { trouble, times, falls, zoned } = found;
  if (trouble && trouble.kind !== "uneven") {
    const cell = columns.map((column) => table.text(trouble.row, column)).join("-");
    const how = trouble.kind === "back" ? "lies before that of the row above" : "is that of the row above";
    throw new FileError(
      `${name}: ${table.place(trouble.row)}: the time ${cell} (${labelOf(table)(columns[0])}) ${how}. Sort the rows by time; name the column that tells several sequences apart by --sequence; or say --time none.`,
    );
  }
  if (
    columns.length === 1 &&
    found.unit !== "number" &&
    isAmbiguous(
      "",
      Array.from({ length: table.rows }, (_, i) => table.text(i, columns[0])),
    )
  ) {
    throw new FileError(
      `${name}: ${what} dates whose days may be months, as in ${table.text(table.rows - 1, columns[0])}; write them as 2020-01-31.`,
    );
  }
  const turned = falls ? " Its newest row comes first, so rows are read from the last to the first." : "";
  if (trouble) {
    const note = `${name}: ${what} the time and not evenly spaced: at ${table.place(trouble.row)} the step is ${trouble.what}. It is not learned, rows are taken as evenly spaced, and results count steps.${turned}`;
    return { falls, note };
  }
  if (!times) return { falls, note: `${name}: ${what} taken as the time, which is not learned.` };
  const utc = zoned ? ", in UTC" : "";
  if (!sameStart) {
    const note = `${name}: ${what} the time, which is not learned; sequences begin at different times, so results count steps.${turned}`;
    return { falls, note };
  }
  const last = timeAt(times, parts[0].count - 1);
  const span = `from ${timeAt(times, 0)} to ${last} in steps of ${inWords(times.step, times.unit)}${utc}`;
  return {
    times,
    falls,
    note: `${name}: ${what} the time, ${span}; ${columns.length > 1 ? "they are" : "it is"} not learned.${turned}`,
  };
}
