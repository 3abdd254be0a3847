// Goodness-of-fit tests: does a sample follow the law it should? A p-value near 0 says no; one near 1 is as rare.
import { ParameterError } from "../device/errors.ts";
import { gammaQ } from "./gamma.ts";

/** What a test found: its statistic and the chance of one at least as large if the law is right. */
export interface TestResult {
  /** The statistic of the test. */
  statistic: number;
  /** The chance of a statistic at least as large if the law is right. */
  p: number;
}

/** The chance that a chi-square variable with `dof` degrees of freedom exceeds `statistic`. */
export function chiSquareTail(statistic: number, dof: number): number {
  return gammaQ(dof / 2, statistic / 2);
}

/**
 * Pearson's chi-square test of counts against expected counts. Choose it for discrete outcomes; merge cells first until
 * each expects 5 or more, or the p-value is only roughly right.
 *
 * `observed` and `expected` have one entry a cell and the same total. `fitted` is the number of parameters of the law
 * that were fitted to these counts: the degrees of freedom are cells - 1 - fitted.
 * @throws ParameterError for cells that do not match, expect nothing, or leave no degree of freedom.
 */
export function chiSquareTest(
  observed: ArrayLike<number>,
  expected: ArrayLike<number>,
  fitted = 0,
): TestResult & { dof: number } {
  const dof = observed.length - 1 - fitted;
  if (observed.length !== expected.length || dof < 1)
    throw new ParameterError(
      "expected",
      `chiSquareTest: ${observed.length} observed, ${expected.length} expected cells, ${fitted} parameters fitted; ` +
        "give as many of each, and at least two more than fitted parameters.",
    );
  let [statistic, sumObserved, sumExpected] = [0, 0, 0];
  for (let i = 0; i < observed.length; i++) {
    const [o, e] = [observed[i]!, expected[i]!];
    if (!(e > 0)) throw new ParameterError("expected", `chiSquareTest: cell ${i} expects ${e}; merge it with another.`);
    statistic += (o - e) ** 2 / e;
    sumObserved += o;
    sumExpected += e;
  }
  // Written so that a NaN is refused as well.
  if (!(Math.abs(sumObserved - sumExpected) <= 1e-6 * sumExpected))
    throw new ParameterError(
      "expected",
      `chiSquareTest: ${sumObserved} observed but ${sumExpected} expected; scale the law to the total of the counts.`,
    );
  return { statistic, dof, p: chiSquareTail(statistic, dof) };
}

/**
 * Neighbouring cells as one, until each expects at least `least` counts: what the chi-square law needs (Cochran 1954, doi
 * 10.2307/3001616). What is left over at the end joins the last cell.
 */
export function mergeCells(
  observed: ArrayLike<number>,
  expected: ArrayLike<number>,
  least = 5,
): { observed: number[]; expected: number[] } {
  const cells: [number, number][] = [];
  let [seen, wanted] = [0, 0];
  for (let i = 0; i < Math.max(observed.length, expected.length); i++) {
    seen += observed[i] ?? 0;
    wanted += expected[i] ?? 0;
    if (wanted < least) continue;
    cells.push([seen, wanted]);
    [seen, wanted] = [0, 0];
  }
  if (cells.length > 0) {
    cells[cells.length - 1][0] += seen;
    cells[cells.length - 1][1] += wanted;
  } else cells.push([seen, wanted]);
  return { observed: cells.map(([each]) => each), expected: cells.map(([, each]) => each) };
}

/**
 * The Kolmogorov-Smirnov test of independent samples against a continuous law with the given cumulative distribution.
 * Choose it for continuous outcomes; correlated samples must be thinned first, and a discrete law needs
 * `chiSquareTest`.
 *
 * The statistic is the largest distance D between the two distributions. With x = √n D the p-value is Kolmogorov's at x
 * + 1/(6√n) + (x - 1)/(4n), within 0.01 of the exact one for n ≥ 5 and 0.001 for n ≥ 20 (Vrbik 2020, doi
 * 10.4236/am.2020.113018).
 * @throws ParameterError for no samples, or a sample where the distribution is not a number in 0..1.
 */
export function kolmogorovSmirnovTest(samples: ArrayLike<number>, cdf: (x: number) => number): TestResult {
  const sorted = Float64Array.from(samples).sort();
  const n = sorted.length;
  if (n === 0) throw new ParameterError("samples", "kolmogorovSmirnovTest: there are no samples.");
  let statistic = 0;
  for (let i = 0; i < n; i++) {
    const law = cdf(sorted[i]!);
    if (!(law >= 0 && law <= 1))
      throw new ParameterError(
        "samples",
        `kolmogorovSmirnovTest: the distribution at ${sorted[i]} is ${law}, not in 0..1.`,
      );
    statistic = Math.max(statistic, law - i / n, (i + 1) / n - law);
  }
  const x = Math.sqrt(n) * statistic;
  return { statistic, p: kolmogorovTail(x + 1 / (6 * Math.sqrt(n)) + (x - 1) / (4 * n)) };
}

/** 1 - K(x) of Kolmogorov's limiting law, by whichever of its two theta series converges at once (DLMF 20.7.32). */
export function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1; // The other form is below 1e-12 here.
  let sum = 0;
  if (x < 1) {
    for (let k = 1; k <= 7; k += 2) sum += Math.exp(-((k * Math.PI) ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  for (let k = 1; k <= 5; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return sum;
}
