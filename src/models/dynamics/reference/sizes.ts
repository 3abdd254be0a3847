// How large the variables of a map become, by its first steps in f64.

import { compiled, type Plan } from "../plan.ts";
import type { System } from "../system.ts";
import { outOfRange } from "./range.ts";
import { startOf } from "./start.ts";

/** Trajectories, and steps of each. */
const TRAJECTORIES = 8;
const STEPS = 200;
/** A map that grows so far within them has no bound. */
const DIVERGED = 1e12;

/** @throws ParameterError where a part of a right side is beyond what f32 holds */
export function sizesOfMap(system: System, points: Plan["points"], seed: bigint, until: number): number[] {
  const sizes = system.variables.map(() => 0);
  for (let i = 0; i < TRAJECTORIES; i++) {
    const point = Math.round((i * (points.length - 1)) / (TRAJECTORIES - 1));
    const { values, rates } = compiled(system, points[point]);
    const check = outOfRange(system, points[point]);
    let x = startOf({ points, seed }, point, i);
    const most = DIVERGED * Math.max(1, ...x.map(Math.abs));
    for (let t = 0; t < Math.min(STEPS, until) && x.every((value) => Math.abs(value) <= most || t < 2); t++) {
      for (const [k, value] of x.entries()) sizes[k] = Math.max(sizes[k], Math.abs(value));
      check(x, t);
      values.set(x);
      values[values.length - 1] = t;
      x = rates.map((rate) => rate(values));
    }
  }
  // What is 0 or no number in all of them has no size.
  return sizes.map((size) => (size > 0 && Number.isFinite(size) ? size : 1));
}
