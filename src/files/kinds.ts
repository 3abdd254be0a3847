// What the columns of a table are, where nobody says it: data, times, or an index that counts the rows.

import { FileError } from "../device/errors.ts";
import { Column, FEW, isNameless } from "./column.ts";
import { labelOf, nameOf, type Table } from "./table.ts";
import { type Part, type Timed, timedBy } from "./timed.ts";

export interface Kinds {
  features: number[];
  time?: Timed;
  notes: string[];
}

interface Known {
  /** Columns that the user chose as data, or as the time. */
  chosen: readonly number[] | undefined;
  given: number | undefined;
  /** Columns with another part. */
  used: readonly number[];
  /** Rows are points in any order, and have no time. */
  points: boolean;
}

/** Columns that a message has room for. */
const MOST = 12;
const UNIT = String.raw`\s*([([].*|[_ ](s|ms|us|ns|sec|secs|seconds?|min|minutes?|h|hours?|days?|months?|years?|utc|gmt))?`;
/** Names of times and of nothing else. */
const TIME = new RegExp(
  `^(times?|time[ _-]?stamps?|dates?|date[ _-]?times?|epoch|unix([ _-]?time)?|zeit|datum|ds|ts)${UNIT}$`,
  "i",
);
/** Names that times have among others. */
const PERHAPS = new RegExp(
  `^(t|years?|yr|months?|weeks?|days?|hours?|minutes?|seconds?|secs?|quarters?|periods?|jahr|monat|tag|(decimal|frac\\w*|dec)[ _-]?(year|date)|(year|date)[ _-]?(decimal|frac\\w*))${UNIT}$`,
  "i",
);

/**
 * Data, time and index of a table. A single column of data is data, whatever it does, unless its name says otherwise.
 *
 * @throws FileError naming a column that may be data or not, and the flag that says which
 */
export function kindOf(name: string, table: Table, parts: readonly Part[], known: Known): Kinds {
  const { chosen, given, used, points } = known;
  const label = labelOf(table);
  const all = Array.from({ length: table.columns }, (_, column) => column);
  const open = all.filter((column) => column !== given && !used.includes(column) && !chosen?.includes(column));
  const columns = open.map((column) => new Column(table, parts, column));
  const notes: string[] = [];
  const dropped = new Set<number>();
  let time: Timed | undefined;
  const takes = (found: Timed | undefined) => {
    if (!found) return false;
    for (const column of found.columns) dropped.add(column);
    if (time === undefined && given === undefined) time = found;
    else notes.push(`${label(found.columns[0])} is another time, and is not learned.`);
    return true;
  };
  const refuse = (column: number, what: string, isTime = !points): never => {
    const others = all.filter((each) => each !== column && !dropped.has(each));
    const named = others.slice(0, MOST).map((each) => nameOf(table, each));
    const list = others.length > MOST ? `${named.join(",")},…` : named.join(",") || nameOf(table, column);
    const remedy = !isTime ? "" : `--time ${nameOf(table, column)} if it is the time, or `;
    throw new FileError(
      `${name}: ${label(column)} ${what}: give ${remedy}--columns with the columns that are data, as in --columns ${list}.`,
    );
  };

  // What is surely a time or an index.
  if (!points) takes(calendarOf(table, parts, columns));
  for (const own of columns) {
    const { at, head } = own;
    if (dropped.has(at)) continue;
    if (own.isText) {
      if (own.isDates && !points && takes(timedBy(table, parts, [at]))) continue;
      // A column of words has no place among numbers; a word among numbers is a fault of its row.
      if (chosen) continue;
      const odd = own.isDates && !points ? own.firstOther : -1;
      if (odd >= 0) {
        throw new FileError(
          `${name}: ${table.place(odd)}: ${label(at)} is "${table.text(odd, at).slice(0, 40)}" among dates; mend it, or leave the column out by --columns.`,
        );
      }
      if (own.isWords) refuse(at, `holds text, such as "${table.text(own.firstWord, at).slice(0, 40)}"`, false);
      continue;
    }
    if (chosen) {
      if (head !== undefined && !points && TIME.test(head) && own.isOrdered) takes(timedBy(table, parts, [at]));
      continue;
    }
    const isAlone = table.columns - used.length === 1;
    if (head === undefined ? at === 0 && !isAlone && own.rows >= FEW && own.isCount : own.isIndex(isAlone)) {
      if (!points && !own.isRising) {
        throw new FileError(
          `${name}: ${label(at)} numbers the rows in another order than they have; sort them, or leave the column out by --columns.`,
        );
      }
      dropped.add(at);
      notes.push(`${label(at)} ${head === "" ? "has no name and " : ""}numbers the rows; it is not learned.`);
    } else if (head !== undefined && TIME.test(head)) {
      if (points) refuse(at, "has the name of a time, and points have none");
      if (!own.isOrdered) refuse(at, "has the name of a time, and does not rise from row to row");
      takes(own.compact ?? timedBy(table, parts, [at]));
    } else if (points) continue;
    else if (head !== undefined && PERHAPS.test(head) && own.isOrdered)
      takes(own.compact ?? timedBy(table, parts, [at]));
    else if (head === undefined && at === 0 && !isAlone && own.rows >= FEW && (own.isEven || own.isUnix || own.compact))
      takes(own.compact ?? timedBy(table, parts, [at]));
    else if (head !== undefined && PERHAPS.test(head) && own.isYears) refuse(at, "holds years that repeat");
    else if (head !== undefined && PERHAPS.test(head)) {
      notes.push(`${label(at)} has the name of a time and does not rise from row to row; it is learned.`);
    } else if (head === undefined || !isNameless(head)) continue;
    else if (!own.isOrdered || !takes(timedBy(table, parts, [at])))
      refuse(at, "has no name and does not number the rows");
  }
  if (chosen) return { features: [...chosen], time, notes };

  // What rises like a clock, next to other columns.
  for (const own of columns) {
    const { at, head } = own;
    if (points || own.rows < FEW || dropped.has(at) || columns.length - dropped.size < 2 || own.isText) continue;
    const isClock = own.isEven || own.isUnix || (time !== undefined && own.isNearlyEven);
    if (!isClock) continue;
    const timed = time !== undefined || given !== undefined || dropped.size > 0;
    if (head === undefined && timed) takes(timedBy(table, parts, [at]));
    else if (at === 0 || own.isUnix || head === undefined)
      refuse(at, `rises ${own.isEven ? "evenly" : "as a timestamp does"}`);
    else notes.push(`${label(at)} rises evenly and is learned; if it is the time, give --time ${nameOf(table, at)}.`);
  }
  return { features: open.filter((column) => !dropped.has(column)), time, notes };
}

/** Columns of whole years and months, perhaps days, that together are dates one after another. */
function calendarOf(table: Table, parts: readonly Part[], columns: readonly Column[]): Timed | undefined {
  const within = (own: Column | undefined, least: number, most: number) =>
    own !== undefined && !own.isText && own.values().every((x) => Number.isInteger(x) && x >= least && x <= most);
  for (const [i, year] of columns.entries()) {
    const [month, day] = [columns[i + 1], columns[i + 2]];
    if (year.rows < FEW || !within(year, 1000, 2999) || !within(month, 1, 12)) continue;
    const triple = within(day, 1, 31) ? [[year.at, month.at, day.at]] : [];
    for (const own of [...triple, [year.at, month.at]]) {
      const timed = timedBy(table, parts, own);
      if (timed?.found.times || (own.length === 3 && timed?.found.trouble?.kind === "uneven")) return timed;
    }
  }
  return undefined;
}
