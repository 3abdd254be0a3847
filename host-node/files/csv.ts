// Tables as CSV (RFC 4180, with plain line feeds), piece by piece, so that a long time series never stands in memory as one text.

import type { Series } from "../../src/models/series.ts";

type Cell = string | number;

/** Header line, then rows; numbers in the shortest form that reads back to the same f64. */
export function* csv(header: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  const LINES = 4096;
  let lines = [header.map(quote).join(",")];
  for (const row of rows) {
    lines.push(row.map(quote).join(","));
    if (lines.length < LINES) continue;
    yield `${lines.join("\n")}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join("\n")}\n`;
}

/** A time series: the step, the replica if there are several, and the recorded columns. */
export function seriesCsv(series: Series): Generator<string> {
  const several = series.replicas > 1;
  return csv(["step", ...(several ? ["replica"] : []), ...series.columns], rows(series));
}

function* rows(series: Series): Generator<Cell[]> {
  const replicas = Array.from({ length: series.replicas }, (_, replica) =>
    series.columns.map((name) => series.column(name, replica)),
  );
  for (let i = 0; i < series.length; i++) {
    for (const [replica, columns] of replicas.entries()) {
      const values = columns.map((column) => column[i]);
      yield series.replicas > 1 ? [series.steps[i], replica, ...values] : [series.steps[i], ...values];
    }
  }
}

function quote(cell: Cell): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
