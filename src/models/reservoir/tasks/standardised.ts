// Columns of a table in units of their standard deviation from their mean; in f64 before they become 32-bit floats.

import { concat } from "../../../arrays.ts";
import { ParameterError } from "../../../device/errors.ts";
import { columnMoments } from "../../../statistics/moments.ts";
import type { Span, Table } from "../network.ts";

/** Means and standard deviations of the columns, inputs before targets. */
export interface Scales {
  /** [column], in the series' own units. */
  mean: Float64Array;
  /** [column], in the series' own units. */
  sd: Float64Array;
}

export interface Columns {
  columns: number;
  targets: number;
  /** Inputs that are not fed back. */
  exogenous: number;
  /** What messages call a column. */
  names?: readonly string[];
}

/** Rows from the first to before the last. */
export type Rows = readonly [first: number, last: number];

/**
 * A table in units of the standard deviation of each column from its mean over the rows that are learned from, and over no others.
 * Targets that are inputs share theirs.
 *
 * @param raw [row][column], inputs before targets
 * @param given the scales of a network that was trained before, in place of those of the rows
 * @throws ParameterError for a column that is constant over these rows
 */
export function standardised(
  raw: Float64Array,
  { columns, targets, exogenous, names }: Columns,
  learned: readonly Rows[],
  given?: Scales,
): Scales & { table: Table } {
  const width = columns + targets;
  const other = given && [given.mean, given.sd].find(({ length }) => length !== width);
  if (other) {
    const own = other.length;
    throw new ParameterError(
      "network",
      `network: it was trained on ${own} columns of inputs and outputs, and here there are ${columns} and ${targets}; choose the columns that it was trained on.`,
    );
  }
  const { mean, sd } = given ?? scalesOf(raw, width, learned);
  const nameOf = (c: number) => {
    const name = names?.[c < columns ? c : columns - exogenous > 0 ? c - columns + exogenous : c];
    return name ? `column "${name}"` : c < columns ? `input column ${c + 1}` : `target column ${c - columns + 1}`;
  };
  if (!given) {
    for (let t = 0; t < Math.min(targets, columns - exogenous); t++) {
      // What is fed back must be in the units of the input that it becomes.
      mean[columns + t] = mean[exogenous + t];
      sd[columns + t] = sd[exogenous + t];
    }
    const flat = sd.findIndex((value, c) => !(value > 2 ** -49 * Math.abs(mean[c])));
    if (flat >= 0) {
      const rows = learned.reduce((sum, [first, last]) => sum + last - first, 0);
      throw new ParameterError(
        "data",
        `data: ${nameOf(flat)} is constant (${mean[flat]}) over the ${rows} steps that are learned from; leave it out.`,
      );
    }
  }
  const data = Float32Array.from(raw, (value, at) => (value - mean[at % width]) / sd[at % width]);
  return { table: { data, rows: raw.length / width, columns, targets }, mean, sd };
}

function scalesOf(raw: Float64Array, width: number, learned: readonly Rows[]): Scales {
  const mean = new Float64Array(width);
  const sd = new Float64Array(width);
  const all =
    learned.length === 1 ? raw.subarray(learned[0][0] * width, learned[0][1] * width) : rowsOf(raw, width, learned);
  for (let c = 0; c < width; c++) {
    const own = columnMoments(all, { first: c, stride: width, count: all.length / width });
    mean[c] = own.mean;
    sd[c] = own.deviation;
  }
  return { mean, sd };
}

/** Rows of several spans after each other. */
const rowsOf = (raw: Float64Array, width: number, spans: readonly Rows[]) =>
  concat(
    Float64Array,
    spans.map(([first, last]) => raw.subarray(first * width, last * width)),
  );

/**
 * @param what the rows are used for
 * @param ahead rows by which targets stand after the inputs of the same row
 * @throws ParameterError for a value so far from those that were learned from that 32 bits do not hold it
 */
export function checkRange(
  { data, columns, targets }: Table,
  { first, washout, steps }: Span,
  what: string,
  ahead = 0,
): void {
  const width = columns + targets;
  for (let at = first * width; at < (first + washout + steps) * width; at++) {
    if (Number.isFinite(data[at])) continue;
    throw new ParameterError(
      "data",
      `data: column ${((at % width) % columns) + 1} at step ${Math.floor(at / width) + (at % width < columns ? 0 : ahead)}, in the rows that ${what}, is more than 1e38 standard deviations from those learned from; check its unit.`,
    );
  }
}
