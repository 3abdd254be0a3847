// One trajectory in f64 that chooses its steps by the error that its method estimates.

import type { Adaptive, Plan } from "../plan.ts";
import { quantitiesOf } from "../system.ts";
import { Crossings } from "./crossings.ts";
import { firstFrame, type Motion, motionOf, orthonormal, type Vector } from "./motion.ts";
import { rosenbrock } from "./rosenbrock.ts";
import type { Trajectory } from "./trajectory.ts";
import { tsitouras } from "./tsitouras.ts";

/** What a trajectory took to its end. */
export interface Tries {
  accepted: number;
  rejected: number;
  /** Why it did not come to its end: steps became too short or too many, or its slopes are no numbers. */
  lost?: "stuck" | "diverged";
  /** The step that came last, and the time that it began at. */
  h: number;
  t: number;
}

/** The state, and tangents behind it: where a step comes to, its error, and the states between its ends. */
interface Made {
  x: Vector;
  error: Vector;
  /** What the first slope alone would change. */
  change: Vector;
  between(u: number): Vector;
}

export interface AdaptiveMethod {
  /** Exponents by which the next step follows from the error of this one and of the last. */
  ofError: number;
  ofLast: number;
  /** What of its variable's size a number has to be that its error counts. */
  nothing: number;
  step(motion: Motion, x: Vector, frame: readonly Vector[], t: number, h: number): Made;
}

const METHODS: Record<Adaptive["method"], AdaptiveMethod> = { tsit5: tsitouras, rosenbrock23: rosenbrock };

/** @param start where it begins */
export function adaptiveTrajectory(plan: Plan, adaptive: Adaptive, point: number, start: Vector): Trajectory {
  const { system, transient, measured, times, sizes } = plan;
  const n = system.variables.length;
  const quantities = quantitiesOf(system).length;
  const { motion, outputs } = motionOf(plan, point);
  const method = METHODS[adaptive.method];
  const slope = (x: Vector, t: number) => motion.at(x, t, true);
  const samples = new Float64Array(times.length * quantities).fill(Number.NaN);
  const grown = Array.from({ length: plan.exponents }, () => 0);
  let x: Vector = start;
  let frame = firstFrame(plan);
  const change = Math.max(...slope(x, 0).map((k, i) => Math.abs(k) / size(sizes[i])));
  const first = change > 0 && Number.isFinite(change) ? 0.01 / change : Number.POSITIVE_INFINITY;
  let [h, last] = [Math.min(adaptive.longest, Math.max(adaptive.shortest, first)), 1e-4];
  const tries: Tries = { accepted: 0, rejected: 0, h, t: 0 };
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
      const made = method.step(motion, x, frame, origin + t, own);
      const error = inParts(made.error, x, made.x, made.change, sizes, method.nothing) / adaptive.tolerance;
      const fails = !made.x.slice(0, n).every(isNumber) || !slope(made.x.slice(0, n), origin + t + own).every(isNumber);
      tries.h = own;
      tries.t = origin + t;
      if (fails || !(error <= 1)) {
        tries.rejected++;
        h = own * (fails ? 0.2 : Math.max(0.2, 0.9 / error ** method.ofError));
      } else {
        tries.accepted++;
        const factor = (0.9 * last ** method.ofLast) / Math.max(error, 1e-10) ** method.ofError;
        const wanted = own * Math.min(10, Math.max(0.2, factor));
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
      const shortest = Math.max(adaptive.shortest, t * 2 ** -40);
      if (t < span && (h < shortest || tries.accepted + tries.rejected >= adaptive.most)) {
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
/**
 * The largest error of a variable: in parts of its value at one of the ends of a step, or of its first slope times the step, whichever is more. The
 * second is for values that pass through 0 (Press et al. 1992, section 16.2). By its size alone, what grows from little would be wrong.
 */
const inParts = (error: Vector, x: Vector, y: Vector, change: Vector, sizes: Vector, nothing: number) =>
  sizes.reduce((most, known, i) => {
    const own = Math.max(Math.abs(x[i]), Math.abs(y[i]), Math.abs(change[i]), nothing * size(known));
    const part = Math.abs(error[i]) / own;
    return most > part ? most : part;
  }, 0);
