// The tables of `gibbs bench` for people to read.

import type { Comparison } from "../../bench/harness/compare.ts";
import { grouped } from "../../bench/harness/fit.ts";
import type { BenchRow, Exponent } from "../../bench/harness/result.ts";
import { exponentText, prefixed, rateText, shareOfLimit, time } from "../../bench/harness/words.ts";
import { quantity, table } from "./format.ts";

/** A model's kernels, each ladder with its exponent. */
export function modelBlock(model: string, rows: readonly BenchRow[], exponents: readonly Exponent[]): string {
  const energies = rows.some(({ joules }) => joules !== undefined);
  const head = [model, "size", "rate", "spread", "a step", "share of limit", ...(energies ? ["energy"] : [])];
  const ladders = [...grouped(rows, ({ kernel }) => kernel).values()];
  const lines = ladders.flatMap((ladder) =>
    ladder.map((row, i) => [
      i === 0 ? row.kernel : "",
      row.size.join("×"),
      rateText(row),
      `${(100 * row.spread).toFixed(0)} %`,
      time(row.seconds),
      shareOfLimit(row),
      ...(energies ? [row.joules === undefined ? "" : `${quantity(row.joules)} J`] : []),
    ]),
  );
  const fits = exponents.map((fit) => `  ${fit.kernel}: ${exponentText(fit)}\n`);
  return `${table(head, lines)}${fits.join("")}`;
}

export const comparisonTable = (rows: readonly Comparison[]) =>
  table(
    ["against the baseline", "kernel", "size", "before", "now", "ratio", "noise", "verdict"],
    rows.map(({ model, kernel, size, unit, before, now, ratio, noise, verdict }) => [
      ...[model, kernel, size.join("×"), `${prefixed(before)} ${unit}`, `${prefixed(now)} ${unit}`],
      ...[ratio.toFixed(2), `${(100 * noise).toFixed(0)} %`, verdict === "slower" ? "SLOWER" : verdict],
    ]),
  );
