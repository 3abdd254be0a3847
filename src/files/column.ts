// How a column of a table looks: text or numbers, in order, even, counting the rows.

import { MISSING, THOUSANDS } from "./cells.ts";
import { isDate, readDates } from "./dates.ts";
import type { Table } from "./table.ts";
import { type Part, type Timed, timedBy } from "./timed.ts";

/** Rows from which on a column that rises evenly is no chance. */
export const FEW = 8;
/** Names of what counts rows, where it does. */
const INDEX =
  /^(index|idx|id|rows?|row[ _-]?(nr|no|number|id|names?)|nr|no\.?|#|n|k|i|steps?|samples?|obs|observations?|record|frames?|iterations?|iter)$/i;
/** Of them those that say nothing else. */
const SURELY = /^(index|idx|id|rows?|row[ _-]?(nr|no|number|id|names?))$/i;
/** What pandas and R write above an index. */
export const isNameless = (head: string) => /^(unnamed(: ?\d+)?)?$/i.test(head);
/** Seconds, milli-, micro- and nanoseconds since 1970, of the years 1980 to 2100. */
const UNIX = [1, 1e3, 1e6, 1e9];

/** A column's own look, found when it is needed. */
export class Column {
  readonly at: number;
  readonly head: string | undefined;
  readonly rows: number;
  readonly #table: Table;
  readonly #parts: readonly Part[];

  constructor(table: Table, parts: readonly Part[], at: number) {
    this.#table = table;
    this.#parts = parts;
    this.at = at;
    this.head = table.names?.[at];
    this.rows = table.rows;
  }

  values(): Float64Array {
    const { values, columns } = this.#table;
    return Float64Array.from({ length: this.rows }, (_, row) => values[row * columns + this.at]);
  }

  /** Whether every row of each sequence fits the one before. */
  #every(fits: (now: number, before: number) => boolean): boolean {
    const { values, columns } = this.#table;
    return this.#parts.every(({ first, count }) => {
      for (let row = first + 1; row < first + count; row++) {
        if (!fits(values[row * columns + this.at], values[(row - 1) * columns + this.at])) return false;
      }
      return true;
    });
  }

  /** The first row that is no number, or -1. */
  get firstWord(): number {
    const { values, columns } = this.#table;
    for (let row = 0; row < this.rows; row++) if (Number.isNaN(values[row * columns + this.at])) return row;
    return -1;
  }

  get isText(): boolean {
    return this.firstWord >= 0;
  }

  get isDates(): boolean {
    return isDate(this.#table.text(0, this.at)) || isDate(this.#table.text(Math.floor(this.rows / 2), this.at));
  }

  /** Most rows are words. */
  get isWords(): boolean {
    const { values, columns, text } = this.#table;
    let words = 0;
    for (let row = 0; row < this.rows; row++) {
      if (!Number.isNaN(values[row * columns + this.at])) continue;
      const cell = text(row, this.at);
      if (!MISSING.test(cell) && !THOUSANDS.test(cell)) words++;
    }
    return 2 * words > this.rows;
  }

  /** Each number is more than the last. */
  get isRising(): boolean {
    return this.#every((now, before) => now > before);
  }

  /** Whole years that do not fall, and repeat. */
  get isYears(): boolean {
    const values = this.values();
    const [least, most] = [values[0], values[this.rows - 1]];
    const isYear = values.every((value) => Number.isInteger(value) && value >= 1000 && value < 3000);
    return isYear && least < most && this.#every((now, before) => now >= before);
  }

  /** Of a column of dates the first row that has none, or -1. */
  get firstOther(): number {
    for (let row = 0; row < this.rows; row++) if (!isDate(this.#table.text(row, this.at))) return row;
    return -1;
  }

  get isOrdered(): boolean {
    return this.#every((now, before) => now > before) || this.#every((now, before) => now < before);
  }

  /** Integers, each one more than the last. */
  get isCount(): boolean {
    const { values, columns } = this.#table;
    const first = values[this.at];
    return (
      (first === 0 || first === 1) &&
      this.#parts.length === 1 &&
      this.#every((now, before) => now === before + 1) &&
      columns > 1
    );
  }

  isIndex(isAlone: boolean): boolean {
    const head = this.head!;
    if (!this.values().every(Number.isInteger)) return false;
    const counts = this.#every((now, before) => now === before + 1) && this.rows > 1;
    if (INDEX.test(head) && counts) return !(isAlone && this.rows < FEW);
    if (isAlone || !(isNameless(head) || SURELY.test(head))) return false;
    return new Set(this.values()).size === this.rows;
  }

  get isEven(): boolean {
    if (!this.isOrdered) return false;
    return timedBy(this.#table, this.#parts, [this.at])?.found.times !== undefined;
  }

  /** Never half a step off an even clock. */
  get isNearlyEven(): boolean {
    const { values, columns } = this.#table;
    return this.#parts.every(({ first, count }) => {
      const value = (i: number) => values[(first + i) * columns + this.at];
      const step = (value(count - 1) - value(0)) / (count - 1);
      for (let i = 0; i < count; i++) if (!(Math.abs(value(i) - value(0) - i * step) < step / 2)) return false;
      return count > 2;
    });
  }

  get isUnix(): boolean {
    const values = this.values();
    const scale = UNIX.find((each) => values[0] / each > 3.15e8 && values[0] / each < 4.1e9);
    return scale !== undefined && this.isOrdered && values[this.rows - 1] / scale < 4.1e9;
  }

  /** Times of dates such as 20200131. */
  get compact(): Timed | undefined {
    const cells = Array.from({ length: Math.min(this.rows, 40) }, (_, row) => this.#table.text(row, this.at));
    if (!this.isOrdered || readDates(cells, { compact: true }).length === 0) return undefined;
    return timedBy(this.#table, this.#parts, [this.at], { compact: true });
  }
}
