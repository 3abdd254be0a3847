// How far a measured value is from one that is known exactly, in standard errors.

import type { Estimate } from "./blocking.ts";

/**
 * The z score of a mean.
 *
 * An error of 0 means that all `n` values were the same. Chance can hide what happens in fewer than 3 of n values (the rule of
 * three: Hanley & Lippman-Hand, JAMA 249 (1983) 1743, doi 10.1001/jama.1983.03330370053031); a difference beyond that part of
 * the size that a value can have is no chance, and its z is infinite.
 *
 * @param measured An estimate.
 * @param measured.n Values that were averaged; not given, none of the difference is put down to chance.
 * @param measured.range The largest size of a single measurement, where it is more than that of the two values.
 * @param measured.unseen By how much a value that was not seen differs at least.
 * @returns undefined where the error is not known (infinite or NaN), 0 where the values agree, ±Infinity for an error of 0 and a
 *   value that differs.
 */
export function zScore(
  {
    value,
    error,
    n = Number.POSITIVE_INFINITY,
    range = 0,
    unseen = 0,
  }: { value: number; error: number; n?: number; range?: number; unseen?: number },
  exact: number,
): number | undefined {
  const difference = value - exact;
  if (!Number.isFinite(error) || Number.isNaN(difference)) return undefined;
  if (difference === 0) return 0;
  if (error > 0) return difference / error;
  const hidden = (3 / Math.max(3, n)) * Math.max(Math.abs(value), Math.abs(exact), range, unseen);
  return Math.abs(difference) <= hidden ? 0 : Math.sign(difference) * Number.POSITIVE_INFINITY;
}

/** Beyond so many standard errors a difference is no chance: it happens once in 1.7 million normal values. */
export const ALARM = 5;

/**
 * Whether a difference is beyond chance. Rare events that are large against the rest make an error that is itself uncertain: of
 * six that are expected one may be seen. So the error is widened by three events of the size of the largest deviation.
 */
export function isAlarming(estimate: Estimate & { range?: number }, exact: number): boolean {
  const { value, error, n, tau, largest = 0, unseen = 0 } = estimate;
  if (error > 0 && Number.isFinite(error)) {
    return Math.abs(value - exact) > ALARM * Math.hypot(error, (3 * Math.max(largest, unseen) * 2 * tau) / n);
  }
  return Math.abs(zScore(estimate, exact) ?? 0) > ALARM;
}

/** "-1.3", and "+∞" for an error of 0 and a value that differs. */
export const zText = (z: number, digits = 2) => (Number.isFinite(z) ? z.toFixed(digits) : z > 0 ? "+∞" : "-∞");
