// Helpers for the checks of `validate`.

import { chiSquareTest, mergeCells, zScore } from "../statistics/index.ts";
import type { Check, Curve } from "./model.ts";

/** Standard errors beyond which a figure is called wrong: chance does it once in 16,000 figures. */
export const DEVIATION = 4;

type Maker = (
  oracle: Check["oracle"],
  name: string,
  value: number,
  bound: number,
  evidence?: Pick<Check, "z" | "curve">,
) => Check;

/** Builds checks labelled with a model's name; a check passes if the value is at most the bound, so NaN fails. */
export const checksOf =
  (model: string): Maker =>
  (oracle, name, value, bound, evidence = {}) => ({
    model,
    oracle,
    name,
    value,
    bound,
    pass: value <= bound,
    ...evidence,
  });

/** JSON knows no infinity. */
const MOST_DEVIATION = 1e6;

/** Deviations of estimates from exact values in standard errors, and the largest of either sign. */
export function zScores(found: readonly { value: number; error: number; n?: number }[], exact: readonly number[]) {
  const z = found.map((estimate, i) => {
    const own = zScore(estimate, exact[i]) ?? MOST_DEVIATION;
    return Math.max(-MOST_DEVIATION, Math.min(MOST_DEVIATION, own));
  });
  return { z, worst: Math.max(...z.map(Math.abs)) };
}

/** `count` numbers from `least` to `most`, at equal distances. */
export const linspace = (least: number, most: number, count: number) =>
  Array.from({ length: count }, (_, i) => least + ((most - least) * i) / (count - 1));

/** Number of elements that differ. */
export const countMismatches = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((count, value, i) => count + (value === b[i] ? 0 : 1), Math.abs(a.length - b.length));

/** A batch of points: each value for so many replicas, and the replicas of each. */
export function batched(values: readonly number[], copies: number): { list: number[]; groups: number[][] } {
  const list = values.flatMap((value) => Array<number>(copies).fill(value));
  const groups = values.map((_, i) => Array.from({ length: copies }, (_, k) => i * copies + k));
  return { list, groups };
}

/**
 * Counts of integers against those that a distribution of the same total expects: -log10 of the χ² test's p, with each cell's deviation and share. Cells
 * that expect too little for the test are merged in `value`, and left out of the deviations.
 */
export function chiSquareAgainst(observed: ArrayLike<number>, expected: ArrayLike<number>, x: string) {
  const total = Array.from(expected).reduce((a, b) => a + b, 0);
  // Counts that a fault has lost are those of no law.
  const lost = Math.abs(Array.from(observed).reduce((a, b) => a + b, 0) - total) > 1e-6 * total;
  const cells = mergeCells(observed, expected);
  const p = lost ? 0 : chiSquareTest(cells.observed, cells.expected).p;
  const all = Array.from(expected, (e, i) => ({ i, e, o: observed[i] ?? 0 }));
  const large = all.filter(({ e }) => e >= 25); // a Poisson count is nearly normal
  const errorOf = (e: number) => Math.sqrt(e * (1 - e / total));
  const curve: Curve = {
    ...{ x, y: "probability" },
    exact: all.map(({ i, e }) => [i, e / total]),
    measured: all
      .filter(({ e, o }) => e > 1e-6 * total || o > 0)
      .map(({ i, e, o }) => [i, o / total, errorOf(e) / total]),
  };
  return { value: -Math.log10(Math.max(p, 1e-300)), z: large.map(({ e, o }) => (o - e) / errorOf(e)), curve };
}
