// Measured time series: for each measurement, each replica, a few numbers. They grow in a run and travel in its checkpoint.

import { CheckpointError } from "../device/errors.ts";

/** A time series that a run measures: for each measurement, a few numbers of each replica. */
export class Series {
  /** What is recorded of each replica, in order. */
  readonly columns: readonly string[];
  /** Replicas that are measured. */
  readonly replicas: number;
  /** The step after which each measurement was taken. */
  readonly steps: number[] = [];
  #data = new Float64Array(256);

  constructor(columns: readonly string[], replicas: number) {
    this.columns = columns;
    this.replicas = replicas;
  }

  /** Measurements taken so far. */
  get length(): number {
    return this.steps.length;
  }

  /** Appends one measurement: `rows[replica][column]`. */
  append(step: number, rows: readonly (readonly number[])[]): void {
    const width = this.replicas * this.columns.length;
    const at = this.length * width;
    if (at + width > this.#data.length) {
      const grown = new Float64Array(2 * (at + width));
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data.set(rows.flat(), at);
    this.steps.push(step);
  }

  /** One replica's values of one column, in time. */
  column(name: string, replica = 0): Float64Array {
    const column = this.columns.indexOf(name);
    if (column < 0) throw new RangeError(`the series has no column "${name}"; it has ${this.columns.join(", ")}`);
    const width = this.replicas * this.columns.length;
    const start = replica * this.columns.length + column;
    return Float64Array.from({ length: this.length }, (_, i) => this.#data[i * width + start]);
  }

  /** The series of all replicas from those of parts that follow each other. @throws CheckpointError where they were measured at other steps */
  static sideBySide(parts: readonly Series[]): Series {
    const [first] = parts;
    const all = new Series(
      first.columns,
      parts.reduce((sum, { replicas }) => sum + replicas, 0),
    );
    for (const { steps } of parts) {
      if (steps.length === first.length && steps.every((step, i) => step === first.steps[i])) continue;
      throw new CheckpointError("Parts were measured at different steps; finish them first, by the same plan.");
    }
    for (const [i, step] of first.steps.entries()) {
      const rows = parts.map((part) => {
        const width = part.replicas * part.columns.length;
        return Array.from(part.#data.subarray(i * width, (i + 1) * width));
      });
      all.append(step, rows);
    }
    return all;
  }

  /** Steps, then values; little-endian float64. */
  toBytes(): Uint8Array {
    const values = this.#data.subarray(0, this.length * this.replicas * this.columns.length);
    const all = new Float64Array(this.length + values.length);
    all.set(this.steps);
    all.set(values, this.length);
    return new Uint8Array(all.buffer);
  }

  /**
   * A series from the bytes that `toBytes` made.
   *
   * @throws CheckpointError for bytes whose length does not fit these columns and replicas
   */
  static fromBytes(bytes: Uint8Array, columns: readonly string[], replicas: number): Series {
    const all = new Float64Array(bytes.slice().buffer);
    const width = replicas * columns.length;
    const length = all.length / (1 + width);
    if (!Number.isInteger(length)) throw new CheckpointError("The checkpoint's time series does not fit its model.");
    const series = new Series(columns, replicas);
    for (let i = 0; i < length; i++) {
      const row = all.subarray(length + i * width, length + (i + 1) * width);
      series.append(all[i], [Array.from(row)]);
    }
    return series;
  }
}
