// Which measured values deviate so far from known ones that a warning is due, on the command line and on pages alike.

import { type Estimate, isAlarming, zScore } from "../statistics/index.ts";
import type { Exact, Observable } from "./model.ts";

/** A mean against what is known of it: how many standard errors it is off, and whether that is beyond chance. */
export function deviationOf(
  estimate: Estimate & Pick<Observable, "range" | "fluctuation">,
  known: Exact,
): { z: number | undefined; alarm: boolean } {
  const z = zScore(estimate, known.value);
  const limit =
    known.approximate === true ? Number.POSITIVE_INFINITY : (known.approximate ?? 0) * Math.abs(known.value);
  const off = Math.abs(estimate.value - known.value) > limit && isAlarming(estimate, known.value);
  return { z, alarm: off && !estimate.fluctuation };
}
