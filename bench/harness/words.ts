// Figures of benchmarks in words, for tables on a terminal and on a page.

import type { Counted } from "./case.ts";
import { grouped } from "./fit.ts";
import type { BenchRow, Exponent, KeptDocument, Machine } from "./result.ts";

const PREFIXES = ["", "k", "M", "G", "T", "P"];

/** 12.3 G: three digits and a prefix. */
export function prefixed(value: number): string {
  if (!(value >= 1)) return String(Number(value.toPrecision(3)));
  const power = Math.min(PREFIXES.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** power).toPrecision(3))} ${PREFIXES[power]}`.trim();
}

/** Repeats that differ by more than the rate itself make it a guess. */
export const rateText = ({ rate, unit, spread }: Pick<BenchRow, "rate" | "unit" | "spread">) =>
  `${prefixed(rate)} ${unit}${spread > 1 ? " ?" : ""}`;

/** 1.23 m: in the largest of the units, each a thousandth of the one before, that leaves 1 or more. */
function scaled(value: number, units: readonly string[]): string {
  const power = units.findIndex((_, i) => value >= 1000 ** -i);
  const at = power < 0 ? units.length - 1 : power;
  return `${Number((value * 1000 ** at).toPrecision(3))} ${units[at]}`;
}

/** 1.23 ms. */
export const time = (seconds: number) => scaled(seconds, ["s", "ms", "µs"]);

export const energy = (joules: number) => scaled(joules, ["J", "mJ", "µJ", "nJ", "pJ"]);

const LIMITS: Record<keyof Counted, string> = {
  integer: "u32",
  float: "f32",
  bytes: "copy",
  workgroup: "workgroup memory",
};

export const shareOfLimit = ({ share, bound }: Partial<BenchRow>) =>
  share !== undefined && bound ? `${Number((100 * share).toPrecision(2))} % of ${LIMITS[bound]}` : "";

export const exponentText = ({ of, per, exponent, error }: Exponent) =>
  `a${per === "update" ? "n update" : " step"} costs ${of}^${exponent.toFixed(2)} ± ${error.toFixed(2)}`;

export const machineText = ({ copy, integer, float, workgroup, submission, dispatch }: Machine) =>
  [
    `at most copy ${prefixed(copy)}B/s, u32 ${prefixed(integer)} operations/s, f32 ${prefixed(float)} operations/s (a fused one is two),`,
    `workgroup memory ${prefixed(workgroup)}B/s; a submission takes ${time(submission)}, a dispatch ${time(dispatch)}`,
  ].join(" ");

type Row = KeptDocument["rows"][number];

/** A column: its head, and what it says of a row, the first of its ladder or not. */
export type Column = readonly [head: string, text: (row: Row, first: boolean) => string];

const COLUMNS: readonly Column[] = [
  ["kernel", ({ kernel }, first) => (first ? kernel : "")],
  ["size", ({ size }) => size.join("×")],
  ["rate", rateText],
  ["spread", ({ spread }) => `${(100 * spread).toFixed(0)} %`],
  ["a step", ({ seconds }) => (seconds === undefined ? "" : time(seconds))],
  ["share of limit", shareOfLimit],
  ["energy", ({ joules }) => (joules === undefined ? "" : energy(joules))],
];

/** Rows ladder by ladder, and more columns; those of which nothing is known are left out. */
export function tableOf(rows: readonly Row[], more: readonly Column[] = []): { head: string[]; lines: string[][] } {
  const columns = [...COLUMNS, ...more];
  const ladders = [...grouped(rows, ({ kernel }) => kernel).values()];
  const lines = ladders.flatMap((ladder) => ladder.map((row, i) => columns.map(([, text]) => text(row, i === 0))));
  const known = columns.map((_, i) => lines.some((line) => line[i] !== ""));
  const shown = (cells: readonly string[]) => cells.filter((_, i) => known[i]);
  return { head: shown(columns.map(([head]) => head)), lines: lines.map(shown) };
}
