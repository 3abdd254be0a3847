// The tables of `gibbs bench` for people to read.

import type { Comparison } from "../../bench/harness/compare.ts";
import type { BenchRow, Exponent } from "../../bench/harness/result.ts";
import { exponentText, prefixed, tableOf } from "../../bench/harness/words.ts";
import { table } from "./format.ts";

/** A model's kernels, each ladder with its exponent. */
export function modelBlock(model: string, rows: readonly BenchRow[], exponents: readonly Exponent[]): string {
  const { head, lines } = tableOf(rows);
  const fits = exponents.map((fit) => `  ${fit.kernel}: ${exponentText(fit)}\n`);
  return `${table([model, ...head.slice(1)], lines)}${fits.join("")}`;
}

export const comparisonTable = (rows: readonly Comparison[]) =>
  table(
    ["against the baseline", "kernel", "size", "before", "now", "ratio", "noise", "verdict"],
    rows.map(({ model, kernel, size, unit, before, now, ratio, noise, verdict, retimed }) => [
      ...[model, kernel, size.join("×"), `${prefixed(before)} ${unit}`, `${prefixed(now)} ${unit}`],
      ...[
        ratio.toFixed(2),
        `${(100 * noise).toFixed(0)} %`,
        `${verdict === "slower" ? "SLOWER" : verdict}${retimed ? ", timed twice" : ""}`,
      ],
    ]),
  );
