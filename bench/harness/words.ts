// Figures of benchmarks in words, for tables on a terminal and on a page.

import type { Counted } from "./case.ts";
import type { BenchRow, Exponent, Machine } from "./result.ts";

const PREFIXES = ["", "k", "M", "G", "T", "P"];

/** 12.3 G: three digits and a prefix. */
export function prefixed(value: number): string {
  if (!(value >= 1)) return String(Number(value.toPrecision(3)));
  const power = Math.min(PREFIXES.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** power).toPrecision(3))} ${PREFIXES[power]}`.trim();
}

export const rateText = ({ rate, unit }: Pick<BenchRow, "rate" | "unit">) => `${prefixed(rate)} ${unit}`;

/** 1.23 ms. */
export function time(seconds: number): string {
  const [unit, size] = seconds >= 1 ? ["s", 1] : seconds >= 1e-3 ? ["ms", 1e-3] : ["µs", 1e-6];
  return `${Number((seconds / Number(size)).toPrecision(3))} ${unit}`;
}

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
