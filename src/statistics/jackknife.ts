// Value and standard error of a nonlinear function of means, such as a specific heat or a Binder cumulant.
import { ParameterError } from "../device/errors.ts";
import { checkReplicas, pooledAutocorrelationTime } from "./autocorrelation.ts";
import { blockMeans, blockSize, type Estimate, standardError } from "./blocking.ts";

/**
 * Estimates f(⟨a⟩, ⟨b⟩, …) from series of a, b, … measured together, for example a variance by
 * `jackknife([x, x²], ([m, m2]) => m2 - m * m)`. Choose it wherever fluctuations, ratios or cumulants are wanted: error
 * propagation from single errors would miss that the means fluctuate together.
 *
 * The jackknife leaves out one block of 3 tau at a time, takes off the bias that it finds (order 1/n), and blocks the
 * pseudo-values like any series (constant rows have an error of Infinity): Miller, Biometrika 61 (1974) 1, doi 10.1093/biomet/61.1.1; Efron, SIAM CBMS 38 (1982),
 * doi 10.1137/1.9781611970319.
 *
 * @param series One row an observable, all of one length.
 * @param f Takes the means in the order of the rows.
 * @param tau Integrated autocorrelation time in steps; the largest of the rows if not given.
 * @throws ParameterError for empty, unequal or non-finite rows, or where f is not finite.
 */
export function jackknife(
  series: readonly ArrayLike<number>[],
  f: (means: number[]) => number,
  tau?: number,
): Estimate {
  return jackknifeReplicas([series], f, tau);
}

/** The same from independent replicas of one process: `replicas[r]` holds the rows of replica r. */
export function jackknifeReplicas(
  replicas: readonly (readonly ArrayLike<number>[])[],
  f: (means: number[]) => number,
  tau?: number,
): Estimate {
  const observables = (replicas[0] ?? []).map((_, a) => replicas.map((rows) => rows[a] ?? []));
  const checks = observables.map(checkReplicas);
  const length = checks[0]?.length ?? 0;
  if (length === 0 || checks.some((check) => check.length !== length))
    throw new ParameterError("series", "jackknife: give one row an observable, all with the same number of values.");
  const tauUsed = tau ?? Math.max(...observables.map((rows) => pooledAutocorrelationTime(rows).tau));
  const total = length * replicas.length;
  const size = blockSize(length, total, tauUsed);
  const blocks = observables.map((rows) => blockMeans(rows, size));
  const whole = finite(f(checks.map((check) => check.mean)));
  const result = { value: whole, error: Number.POSITIVE_INFINITY, tau: Math.max(tauUsed, 0.5), n: total };
  // A series that never changes does not show its fluctuations, so neither does it show how well it shows them.
  if (checks.every((check) => check.constant)) return result;

  const { pseudo, mean, bias } = pseudoValues(blocks, f);
  const { error } = standardError(pseudo, mean, 1);
  // Squares of tiny values are 0 in doubles.
  return { ...result, value: whole - bias, error: error > 0 ? error : Number.POSITIVE_INFINITY };
}

/** What each block contributes: n f(all) - (n - 1) f(all but this block). `blocks[observable][replica][block]`. */
function pseudoValues(blocks: Float64Array[][], f: (means: number[]) => number) {
  const n = blocks[0]!.length * blocks[0]![0]!.length;
  const means = blocks.map((rows) => rows.reduce((sum, row) => row.reduce((s, x) => s + x, sum), 0) / n);
  const all = finite(f([...means]));
  let sum = 0;
  const pseudo = blocks[0]!.map((row, r) =>
    row.map((_, b) => {
      const without = means.map((mean, a) => mean + (mean - blocks[a]![r]![b]!) / (n - 1));
      const value = all + (n - 1) * (all - finite(f(without)));
      sum += value;
      return value;
    }),
  );
  return { pseudo, mean: sum / n, bias: all - sum / n };
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new ParameterError(
    "f",
    `jackknife: the function of the means is ${value}; sample longer, or exclude this state.`,
  );
}
