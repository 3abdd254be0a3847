// Figures of repeated timings: median and spread, the share of the machine's limits, and how cost grows with size.

import { quantile } from "../../src/statistics/median.ts";
import type { Counted } from "./case.ts";
import type { BenchRow, Exponent, Machine } from "./result.ts";

/** In the order in which the keys first appear. */
export function grouped<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return groups;
}

/** The median, and the distance of the extremes in its units. */
export function summary(values: readonly number[]): { value: number; spread: number } {
  const value = quantile(values, 0.5);
  return { value, spread: (Math.max(...values) - Math.min(...values)) / value };
}

/** What an update's counted work is limited by. */
export const limitsOf = ({ integer, float, copy: bytes, workgroup }: Machine) => ({ integer, float, bytes, workgroup });

/** The measured limit that the counted work comes nearest to. */
export function shareOf(rate: number, counted: Counted, machine: Machine): { share: number; bound: keyof Counted } {
  const limits = limitsOf(machine);
  const shares = (Object.keys(limits) as (keyof Counted)[]).map((bound) => ({
    bound,
    share: (rate * (counted[bound] ?? 0)) / limits[bound],
  }));
  return shares.reduce((a, b) => (b.share > a.share ? b : a));
}

/** A power with a larger standard error says nothing. */
const MOST_ERROR = 0.3;

/** Old results also have powers that are none. */
export const isClear = ({ error }: Pick<Exponent, "error">) => error <= MOST_ERROR;

/**
 * Least squares in logarithms over ladders of three sizes and more, where a power is clear. `perUpdate` names the kernels whose updates are
 * fitted, not steps.
 */
export function exponentsOf(rows: readonly BenchRow[], perUpdate: ReadonlySet<string> = new Set()): Exponent[] {
  const ladders = grouped(rows, ({ model, kernel, of }) => `${model}\0${kernel}\0${of}`);
  return [...ladders.values()].flatMap((ladder) => {
    const [{ model, kernel, of }] = ladder;
    const per = perUpdate.has(kernel) ? "update" : "step";
    const x = ladder.map(({ n }) => Math.log(n));
    if (new Set(x).size < 3) return [];
    const y = ladder.map(({ seconds, rate }) => Math.log(per === "step" ? seconds : 1 / rate));
    const fit = slope(x, y);
    return isClear(fit) ? [{ model, kernel, of, per, ...fit }] : [];
  });
}

/** A line's slope and its standard error from the residuals. */
function slope(x: readonly number[], y: readonly number[]): { exponent: number; error: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const width = x.reduce((sum, each) => sum + (each - mx) ** 2, 0);
  const exponent = x.reduce((sum, each, i) => sum + (each - mx) * (y[i] - my), 0) / width;
  const rest = x.reduce((sum, each, i) => sum + (y[i] - my - exponent * (each - mx)) ** 2, 0);
  return { exponent, error: Math.sqrt(rest / (x.length - 2) / width) };
}
