// One trajectory in f64 by the method of Tsitouras of order 5, with an error estimate of order 4 and an interpolant of order 4 (2011, doi
// 10.1016/j.camwa.2011.06.002), written as in its paper.

import type { Adaptive, Plan } from "../plan.ts";
import { quantitiesOf } from "../system.ts";
import { Crossings } from "./crossings.ts";
import { dot, firstFrame, type Motion, motionOf, orthonormal, plus, type Vector } from "./motion.ts";
import type { Trajectory } from "./trajectory.ts";

/** What a trajectory took to its end. */
export interface Tries {
  accepted: number;
  rejected: number;
  /** Why it did not come to its end: steps became too short or too many, or its slopes are no numbers. */
  lost?: "stuck" | "diverged";
  /** The step that came last. */
  h: number;
}

/** Weights of slopes in the stages; the last are those of the step. */
export const STAGES: readonly Vector[] = [
  [],
  [0.161],
  [-0.008480655492356989, 0.335480655492357],
  [2.8971530571054935, -6.359448489975075, 4.3622954328695815],
  [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
  [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383],
  [0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774],
];
export const PARTS: Vector = [0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1];
/** The difference from weights of order 4. */
export const ERROR: Vector = [
  -0.001780011052225777,
  -0.0008164344596567469,
  0.007880878010261995,
  -0.1447110071732629,
  0.5823571654525552,
  -0.45808210592918697,
  1 / 66,
];
/** Weights at a part u of the step: coefficients of u, u^2, u^3 and u^4. */
export const BETWEEN: readonly Vector[] = [
  [1, -2.763706197274826, 2.9132554618219126, -1.0530884977290216],
  [0, 0.1317, -0.2234, 0.1017],
  [0, 3.9302962368947516, -5.941033872131505, 2.490627285651253],
  [0, -12.411077166933676, 30.33818863028232, -16.548102889244902],
  [0, 37.50931341651104, -88.1789048947664, 47.37952196281928],
  [0, -27.896526289197286, 65.09189467479366, -34.87065786149661],
  [0, 1.5, -4, 2.5],
];

type Slope = (x: Vector, t: number) => Vector;
const combined = (x: Vector, h: number, weights: Vector, slopes: readonly Vector[]): Vector =>
  weights.reduce((sum, weight, i) => plus(sum, h * weight, slopes[i]), x);

/** A step, its error, and the states between its ends. */
export function tsitourasStep(slope: Slope, x: Vector, t: number, h: number) {
  const slopes: Vector[] = [];
  let at = x;
  for (const [i, weights] of STAGES.entries()) {
    at = combined(x, h, weights, slopes);
    slopes.push(slope(at, t + PARTS[i] * h));
  }
  const none = x.map(() => 0);
  return {
    x: at,
    error: combined(none, h, ERROR, slopes),
    /** By the first slope alone. */
    change: plus(none, h, slopes[0]),
    between: (u: number) =>
      combined(
        x,
        h,
        BETWEEN.map(([a, b, c, d]) => u * (a + u * (b + u * (c + u * d)))),
        slopes,
      ),
  };
}

/** The state and its tangents as one vector: v' = J(x) v. */
function slopeOf({ at, jacobian }: Motion, n: number): Slope {
  return (all, t) => {
    const x = all.slice(0, n);
    const own = at(x, t, true);
    if (all.length === n) return own;
    const rows = jacobian(x, t);
    const turned: number[] = [];
    for (let from = n; from < all.length; from += n)
      turned.push(...rows.map((row) => dot(row, all.slice(from, from + n))));
    return [...own, ...turned];
  };
}

/** @param start where it begins */
export function adaptiveTrajectory(plan: Plan, adaptive: Adaptive, point: number, start: Vector): Trajectory {
  const { system, transient, measured, times, sizes } = plan;
  const n = system.variables.length;
  const quantities = quantitiesOf(system).length;
  const { motion, outputs } = motionOf(plan, point);
  const slope = slopeOf(motion, n);
  const samples = new Float64Array(times.length * quantities).fill(Number.NaN);
  const grown = Array.from({ length: plan.exponents }, () => 0);
  let x: Vector = start;
  let frame = firstFrame(plan);
  const change = Math.max(...slope(x, 0).map((k, i) => Math.abs(k) / size(sizes[i])));
  const first = change > 0 && Number.isFinite(change) ? 0.01 / change : Number.POSITIVE_INFINITY;
  let [h, last] = [Math.min(adaptive.longest, Math.max(adaptive.shortest, first)), 1e-4];
  const tries: Tries = { accepted: 0, rejected: 0, h };
  const crossings = new Crossings(plan, point);
  const measure = (row: number, at: Vector) => samples.set([...at, ...outputs(at, times[row])], row * quantities);

  for (const phase of [transient, measured]) {
    const { origin, steps, h: interval } = phase;
    const measures = phase === measured;
    if (steps === 0) continue;
    const span = steps * interval;
    if (measures) measure(0, x);
    let [t, row] = [0, 1];
    while (t < span && !tries.lost) {
      const ends = span - t <= h;
      const own = ends ? span - t : h;
      const made = tsitourasStep(slope, [...x, ...frame.flat()], origin + t, own);
      const error = inParts(made.error, x, made.x, made.change, sizes) / adaptive.tolerance;
      const fails = !made.x.slice(0, n).every(isNumber) || !slope(made.x.slice(0, n), origin + t + own).every(isNumber);
      tries.h = own;
      if (fails || !(error <= 1)) {
        tries.rejected++;
        h = own * (fails ? 0.2 : Math.max(0.2, 0.9 / error ** 0.14));
      } else {
        tries.accepted++;
        const wanted = own * Math.min(10, Math.max(0.2, (0.9 * last ** 0.08) / Math.max(error, 1e-10) ** 0.14));
        h = Math.min(adaptive.longest, ends ? Math.max(wanted, h) : wanted);
        last = Math.max(error, 1e-4);
        const after = ends ? span : t + own;
        for (; measures && row < times.length; row++) {
          const time = row === times.length - 1 ? span : row * interval;
          if (time > after) break;
          measure(row, (time === after ? made.x : made.between((time - t) / own)).slice(0, n));
        }
        if (measures) {
          const part = (u: number) => made.between(u).slice(0, n);
          crossings.step(x, made.x.slice(0, n), origin + t, own, part);
        }
        t = after;
        x = made.x.slice(0, n);
        const { vectors, lengths } = orthonormal(frame.map((_, j) => made.x.slice((j + 1) * n, (j + 2) * n)));
        frame = vectors;
        if (measures) for (const [j, length] of lengths.entries()) grown[j] += Math.log(length);
      }
      if (t < span && (h < adaptive.shortest || tries.accepted + tries.rejected >= adaptive.most)) {
        tries.lost = fails ? "diverged" : "stuck";
      }
    }
  }
  const time = measured.steps * measured.h;
  return {
    samples,
    apart: 0,
    crossings: crossings.numbers,
    exponents: grown.map((sum) => (tries.lost ? Number.NaN : sum / time)),
    tries,
  };
}

/** A number that f32 has, too. */
const isNumber = (x: number) => Number.isFinite(Math.fround(x));
/** What is 0 in every pilot has no size. */
const size = (known: number) => (known > 0 ? known : 1);
/** What of its variable's size a number has to be that its error counts. */
const NOTHING = 1e-30;
/**
 * The largest error of a variable: in parts of its value at one of the ends of a step, or of its first slope times the step, whichever is more. The
 * second is for values that pass through 0 (Press et al. 1992, section 16.2). By its size alone, what grows from little would be wrong.
 */
const inParts = (error: Vector, x: Vector, y: Vector, change: Vector, sizes: Vector) =>
  sizes.reduce((most, known, i) => {
    const own = Math.max(Math.abs(x[i]), Math.abs(y[i]), Math.abs(change[i]), NOTHING * size(known));
    const part = Math.abs(error[i]) / own;
    return most > part ? most : part;
  }, 0);
