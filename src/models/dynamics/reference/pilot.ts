// How long a step of a flow may be: a few trajectories in f64 with a step and its two halves, whose difference is 15 times the error of a step of
// order 4 (Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I, II.4).

import { ParameterError } from "../../../device/errors.ts";
import { compiled, type Plan } from "../plan.ts";
import type { System } from "../system.ts";
import { startOf } from "./start.ts";

export interface Pilot {
  /** The longest step. */
  dt: number;
  /** The largest error of one step that was seen with it, in parts of the variable's size. */
  error: number;
  /** How far from converged that step was: h |k2 - k3|, the slopes in the middle, in parts of the variable's size. It is of third order. */
  apart: number;
  /** How large each variable becomes. */
  sizes: readonly number[];
}

/** The error of a step that is allowed, in parts of the variable's size. */
const TOLERANCE = 1e-7;
/** The same where it is only looked at how large variables become, in parts of the largest. */
const COARSE = 1e-4;
/** Trajectories, and steps of each. */
const TRAJECTORIES = 8;
const STEPS = 1500;
/** The first step, in parts of the whole time. */
const FIRST = 1e-6;
/** Steps of one trajectory beyond which a flow is called stiff. */
const MOST_STEPS = 1e8;

type Vector = readonly number[];
/** The state after a step, and h (k2 - k3). */
type Step = (x: Vector, t: number, h: number) => { x: number[]; apart: Vector };

/** @param dt a step that is given: its error is measured, and it is not changed @throws ParameterError where no step is short enough */
export function pilotOf(
  system: System,
  points: Plan["points"],
  seed: bigint,
  { until, dt }: { until: number; dt: number | undefined },
): Pilot {
  const pilot = {
    ...{ dt: Math.min(dt ?? Number.POSITIVE_INFINITY, until), error: 0, apart: 0 },
    sizes: system.variables.map(() => 0),
  };
  const count = Math.min(TRAJECTORIES, Math.max(2, points.length));
  const walks = Array.from({ length: count }, (_, i): Walk => {
    const point = Math.round((i * (points.length - 1)) / (count - 1));
    const start = startOf({ points, seed }, point, i);
    return { step: stepper(system, points[point]), start, until, tolerance: COARSE, breaks: dt !== undefined };
  });
  // A variable that starts at 0 has no size of its own: first it is seen how large each becomes.
  const { sizes } = pilot;
  const grow = (x: Vector) => {
    for (const [k, value] of x.entries()) if (Math.abs(value) > sizes[k]) sizes[k] = Math.abs(value);
  };
  for (const walk of walks) {
    grow(walk.start);
    walked(walk, {
      error: (whole, half) => largest(minus(half, whole)) / (largest(sizes) || largest(half)),
      accept: grow,
    });
  }
  const inSizes = (x: Vector) => largest(x.map((value, k) => (value === 0 ? 0 : value / sizes[k])));
  for (const walk of walks) {
    const judge = {
      error: (whole: Vector, half: Vector) => inSizes(minus(half, whole)),
      accept(_: Vector, apart: Vector) {
        pilot.apart = Math.max(pilot.apart, inSizes(apart));
      },
    };
    const { shortest, error } = walked({ ...walk, tolerance: TOLERANCE, dt, breaks: false }, judge);
    pilot.dt = Math.min(pilot.dt, shortest);
    pilot.error = Math.max(pilot.error, error);
  }
  return pilot;
}

/**
 * What of a variable's size one step of a run may be off by, where the worst of all was so far from converged: the error is of fifth order, that
 * distance of third, and never the smaller.
 */
export function errorOf({ error, apart }: Pilot, worst: number): number {
  if (worst <= apart) return error;
  return Math.max(error, apart > 0 ? Math.min(worst, error * (worst / apart) ** (5 / 3)) : worst);
}

/** The largest of absolute values; NaN where one is. */
const largest = (values: Vector) =>
  values.reduce((most, value) => (Math.abs(value) <= most ? most : Math.abs(value)), 0);
const minus = (a: Vector, b: Vector) => a.map((value, k) => value - b[k]);

interface Walk {
  step: Step;
  start: Vector;
  until: number;
  tolerance: number;
  dt?: number | undefined;
  /** It ends where no step is short enough; otherwise that is an error. */
  breaks: boolean;
}

/** How a step is judged by its whole and its halves, and what is done with one that is good. */
interface Judge {
  error(whole: Vector, half: Vector): number;
  accept(half: Vector, apart: Vector): void;
}

/** A trajectory with steps whose error keeps the tolerance, or with a given one: the shortest step, and the largest error of one. */
function walked({ step, start, until, tolerance, dt, breaks }: Walk, judge: Judge) {
  // From a step so short that no error can hide in it.
  let [x, t, h] = [start, 0, dt ?? FIRST * until];
  let shortest = Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let n = 0; n < STEPS && t < until; ) {
    const own = Math.min(h, until - t);
    const { x: whole, apart } = step(x, t, own);
    const { x: half } = step(step(x, t, own / 2).x, t + own / 2, own / 2);
    const error = judge.error(whole, half) / 15;
    if (dt === undefined && !(error <= tolerance)) {
      h = own * (Number.isFinite(error) ? Math.max(0.2, 0.9 * (tolerance / error) ** 0.2) : 0.2);
      if (until / h > MOST_STEPS) {
        if (breaks || largest(x) > DIVERGED) break; // it grows without bound, which the run tells
        throw tooStiff(h);
      }
      continue;
    }
    // Likewise, and with a step that is given the last errors are of its end.
    if (!half.every(Number.isFinite)) return { shortest, error: 0 };
    judge.accept(half, apart);
    // While the step still grows from the first, and where the end cuts it, it is shorter than need be.
    if (dt !== undefined || error > tolerance / 100) shortest = Math.min(shortest, h);
    worst = Math.max(worst, error);
    [x, t] = [half, t + own];
    n++;
    if (dt === undefined) h = own * Math.min(2, 0.9 * (tolerance / Math.max(error, 1e-20)) ** 0.2);
  }
  return { shortest, error: worst };
}

/** A flow that comes here within its pilot has no bound. */
const DIVERGED = 1e12;

const tooStiff = (h: number) =>
  new ParameterError(
    "dt",
    `dt: a step of ${h.toPrecision(3)} is still too long for an error of ${TOLERANCE}: the flow is stiff, has a jump, or diverges. Give dt, or take away what is fast.`,
  );

function stepper(system: System, point: Plan["points"][number]): Step {
  const { values, rates } = compiled(system, point);
  const slope = (x: Vector, t: number) => {
    values.set(x);
    values[values.length - 1] = t;
    return rates.map((rate) => rate(values));
  };
  const along = (x: Vector, h: number, k: Vector) => x.map((value, i) => value + h * k[i]);
  return (x, t, h) => {
    const k1 = slope(x, t);
    const k2 = slope(along(x, h / 2, k1), t + h / 2);
    const k3 = slope(along(x, h / 2, k2), t + h / 2);
    const k4 = slope(along(x, h, k3), t + h);
    return {
      x: x.map((value, i) => value + (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i])),
      apart: k2.map((value, i) => h * (value - k3[i])),
    };
  };
}
