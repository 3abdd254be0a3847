// How long a step of a flow may be: some trajectories in f64 with a step and its two halves, whose difference is 15/16 of the error of the step
// (Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I, II.4).

import { ParameterError } from "../../../device/errors.ts";
import { namesIn } from "../../../expression/expression.ts";
import { compiled, isSolvable, type Plan } from "../plan.ts";
import { type System, TIME } from "../system.ts";
import { Memory } from "./memory.ts";
import { outOfRange } from "./range.ts";
import { startOf } from "./start.ts";

export interface Pilot {
  /** The longest step. */
  dt: number;
  /** The largest error of one step that was seen with it, in parts of the variable's size. */
  error: number;
  /** Errors of steps per unit of time, added up. */
  drift: number;
  /**
   * How far from converged that step was: h |k2 - k3|, the slopes in the middle, in parts of the variable's size; where there are delays also
   * h |k1 - k2 - k3 + k4|, for the slopes in the middle know the same past. It is of third order.
   */
  apart: number;
  /** How large each variable becomes. */
  sizes: readonly number[];
}

/** The error of a step that is allowed, in parts of the variable's size, and of all steps together. */
const TOLERANCE = 1e-7;
const TOTAL = 1e-3;
/** The same in parts of the variable's own value or of its change, however small: what grows from little is right only if that is. */
const RELATIVE = 1e-3;
/** The same where it is only looked at how large variables become. */
const COARSE = 1e-4;
/** Trajectories, and steps of each. */
const TRAJECTORIES = 8;
const STEPS = 1500;
/** Points of a sweep whose first step is too long, and that get a trajectory of their own. */
const MOST_FOUND = 16;
/** The first step, in parts of the whole time. */
const FIRST = 1e-6;
/** The longest step in parts of the whole time; where the time stands in a right side, something may happen in a thousandth of it. */
const LONGEST = 1 / 20;
const LONGEST_IN_TIME = 1 / 1000;
/** The error that is taken where a right side jumps: it is of first order there, and no step is short enough for much less. */
const JUMP = 1e-4;
const MOST_HALVINGS = 6;
/** Steps of one trajectory beyond which a flow is called stiff. */
const MOST_STEPS = 1e8;
/** A flow that comes here within its pilot has no bound. */
const DIVERGED = 1e12;

type Vector = readonly number[];
/** The state after a step, and how far from converged it is: see Pilot. */
type Step = (x: Vector, t: number, h: number) => { x: number[]; apart: Vector };

/**
 * @param dt a step that is given: its error is measured, and it is not changed
 * @param many trajectories that are tried
 * @param side variables side by side that are one of so many units: what one of them is off by is judged by the largest
 * @param stepOf the step that a run takes where one of this length is allowed
 * @throws ParameterError where no step is short enough, and for one that is longer than a lag
 */
export function pilotOf(
  system: System,
  points: Plan["points"],
  seed: bigint,
  {
    until,
    dt,
    stepOf,
    many = TRAJECTORIES,
    side = 1,
  }: {
    until: number;
    dt: number | undefined;
    stepOf: (dt: number) => number;
    many?: number;
    side?: number;
  },
): Pilot {
  // Of a reduce, for there may be a million points.
  const shortest = points.reduce((least, { lags }) => Math.min(least, ...lags), Number.POSITIVE_INFINITY);
  if (dt !== undefined && dt > shortest) {
    throw new ParameterError("dt", `dt ${dt}: it must be at most the shortest lag, ${shortest}.`);
  }
  const longest = Math.min(shortest, longestOf(system, until));
  const walkOf = walker(system, points, seed, { until, longest, side });
  const walks = pilotsOf(points.length, walkOf, many);
  const sizes = system.variables.map(() => 0);
  for (const walk of walks) measureSizes(walk, sizes, dt !== undefined);
  let own = Math.min(dt ?? Number.POSITIVE_INFINITY, longest);
  if (dt === undefined) {
    const shorten = (walk: Walk) => {
      own = Math.min(own, longestStep(walk, sizes));
    };
    walks.forEach(shorten);
    // A point of a sweep may be far faster than those that were tried.
    // What has delays is compiled for each point, whose lags are its own.
    const { at, ...moves } = movable(system, points[0]);
    const errors = points.map((one, point) => {
      const start = startOf({ points, seed }, point, 0);
      if (system.delays.length > 0) {
        const delayed = movable(system, one);
        delayed.memory.begin(start);
        return { point, error: firstError(delayed, start, sizes, own, side) };
      }
      at(one);
      return { point, error: firstError(moves, start, sizes, own, side) };
    });
    const found = errors.filter(({ error }) => !(error <= 4 * TOLERANCE)).sort((a, b) => b.error - a.error);
    for (const { point } of found.slice(0, MOST_FOUND)) {
      const walk = walkOf(point, 0);
      measureSizes(walk, sizes, false);
      walks.push(walk);
      shorten(walk);
    }
  } else own = Math.min(dt, until);
  own = stepOf(own);
  let seen = walks.map((walk) => measured(walk, sizes, own));
  const most = (of: (one: (typeof seen)[number]) => number) => seen.reduce((top, one) => Math.max(top, of(one)), 0);
  // Where a lag is no whole number of steps, a step goes over what jumps a lag after the start, which errors of smooth steps do not say.
  for (let i = 0; dt === undefined && shortest < until && most(({ error }) => error) > JUMP && i < MOST_HALVINGS; i++) {
    own = stepOf(own / 2);
    seen = walks.map((walk) => measured(walk, sizes, own));
  }
  return {
    dt: own,
    sizes,
    error: most((one) => one.error),
    drift: most((one) => one.drift),
    apart: most((one) => one.apart),
  };
}

/**
 * How large the variables of a flow become, and its longest step, where trajectories choose theirs.
 *
 * @throws ParameterError where a part of a right side is beyond f32
 */
export function sizesOfFlow(system: System, points: Plan["points"], seed: bigint, until: number) {
  const longest = longestOf(system, until);
  const sizes = system.variables.map(() => 0);
  for (const walk of pilotsOf(points.length, walker(system, points, seed, { until, longest, side: 1 }))) {
    measureSizes(walk, sizes, true);
  }
  return { sizes, longest };
}

const longestOf = (system: System, until: number) =>
  until * (system.variables.some(({ rate }) => namesIn(rate).has(TIME)) ? LONGEST_IN_TIME : LONGEST);

/** What is made of trajectories from one end of a sweep to the other. */
export const pilotsOf = <T>(points: number, make: (point: number, trajectory: number) => T, many = TRAJECTORIES): T[] =>
  Array.from({ length: many }, (_, i) => make(Math.round((i * (points - 1)) / (many - 1)), i));

const walker =
  (system: System, points: Plan["points"], seed: bigint, own: Pick<Walk, "until" | "longest" | "side">) =>
  (point: number, trajectory: number): Walk => {
    const { slope, memory, ...moves } = movable(system, points[point]);
    return {
      ...{ ...moves, ...own },
      solvable: isSolvable(system),
      breaks: breaksOf(points[point]),
      check: outOfRange(system, points[point], memory),
      start: startOf({ points, seed }, point, trajectory),
      begin: (start) => memory.begin(start),
      keep: (x, t) => {
        if (system.delays.length > 0) {
          memory.keep(t, x, { before: slope(x, t), after: slope(x, t, false) });
        }
      },
    };
  };

/**
 * What of a variable's size one step of a run may be off by, where the worst of all was so far from converged: the error is of fifth order, that
 * distance of third, and never the smaller.
 */
export function errorOf({ error, apart }: Pilot, worst: number): number {
  if (worst <= apart) return error;
  return Math.max(error, Math.min(1, worst, apart > 0 ? error * (worst / apart) ** (5 / 3) : 1));
}

interface Moves {
  step: Step;
  /** What a step like this one is off by where it asks for values between the ends of this, whose middle is known. */
  between(x: Vector, middle: Vector, end: Vector, t: number, h: number): Vector;
}

interface Walk extends Moves {
  /** @throws ParameterError where a part of a right side is beyond f32 */
  check(x: Vector, t: number): void;
  /** There is a method for it where it is stiff. */
  solvable: boolean;
  start: Vector;
  until: number;
  longest: number;
  /** Variables side by side that are one of so many units. */
  side: number;
  /** Times at which a derivative may jump, rising: steps end there. */
  breaks: readonly number[];
  /** Of what has delays: where a trajectory begins, and what it comes through. */
  begin(start: Vector): void;
  keep(x: Vector, t: number): void;
}

/** Multiples of lags, up to where a jump is of the order of the method. */
const breaksOf = ({ lags }: Plan["points"][number]): number[] =>
  lags.flatMap((lag) => [1, 2, 3, 4].map((many) => many * lag)).sort((a, b) => a - b);

/** A step that goes no further than the next break. */
function upToBreak(breaks: readonly number[], t: number, h: number): number {
  const next = breaks.find((time) => time > t * (1 + 1e-12));
  return next === undefined ? h : Math.min(h, next - t);
}

/** The largest of absolute values; NaN where one is. */
const largest = (values: Vector) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
/** Sizes, of units the largest for each. */
function sizesIn(x: Vector, side: number): number[] {
  if (side === 1) return x.map(Math.abs);
  return x.map((_, k) => largest(x.slice(k - (k % side), k - (k % side) + side)));
}
const minus = (a: Vector, b: Vector) => a.map((value, k) => value - b[k]);
/** By sizes; what has none is not judged. */
const inSizes = (x: Vector, sizes: Vector) => largest(x.map((value, k) => (sizes[k] > 0 ? value / sizes[k] : 0)));

/** The largest error of a step from x to y in units of what is allowed, by sizes and by what the values themselves are. */
function judged(off: Vector, x: Vector, y: Vector, sizes: Vector, side: number): number {
  const [before, after, change] = [x, y, minus(y, x)].map((each) => sizesIn(each, side));
  const own = x.map((_, k) => Math.max(before[k], after[k], change[k]));
  // Where a right side jumps, what was 0 is off by as much as it is.
  return Math.max(inSizes(off, sizes), (TOLERANCE / RELATIVE) * Math.min(0.5, inSizes(off, own)));
}

/** A step, and the same by two halves; the error is that of the whole, and what interpolation between its ends will add to a later one. */
function doubled({ step, between }: Moves, x: Vector, t: number, h: number) {
  const { x: whole, apart } = step(x, t, h);
  const { x: middle } = step(x, t, h / 2);
  const { x: half } = step(middle, t + h / 2, h / 2);
  const later = between(x, middle, half, t, h);
  const off = minus(half, whole).map((value, k) => (value * 16) / 15 + (value < 0 ? -1 : 1) * later[k]);
  return { whole, half, apart, off };
}

/** Tells a jump of a right side by errors that fall too slowly as a step is shortened. */
function jumpFinder() {
  let last: { t: number; h: number; error: number } | undefined;
  return (t: number, h: number, error: number): boolean => {
    const slow = last?.t === t && h <= last.h / 2 && error > last.error * (h / last.h) ** 2.5;
    if (last?.t !== t || h <= last.h / 2) last = { t, h, error };
    return slow && error < JUMP;
  };
}

/** Looks how large each variable becomes, by steps that are good enough for that. */
function measureSizes({ check, start, until, longest, side, ...walk }: Walk, sizes: number[], given: boolean): void {
  const grow = (x: Vector) => {
    for (const [k, size] of sizesIn(x, side).entries()) if (size > sizes[k]) sizes[k] = size;
  };
  // Its own sizes so far: those of other trajectories may be far larger.
  const seen = sizesIn(start, side);
  grow(start);
  const isJump = jumpFinder();
  let [x, t, h] = [start, 0, FIRST * until];
  walk.begin(start);
  for (let n = 0; n < STEPS && t < until; ) {
    h = upToBreak(walk.breaks, t, Math.min(h, until - t, longest));
    walk.keep(x, t);
    if (n === 0 || largest(x) <= DIVERGED * Math.max(1, largest(start))) check(x, t);
    const { half, off } = doubled(walk, x, t, h);
    // A variable that is 0 so far shall only come from there by a step that is half-way right.
    const after = sizesIn(half, side);
    const left = largest(off.map((value, k) => (seen[k] > 0 || after[k] === 0 ? 0 : (2 * COARSE * value) / after[k])));
    const error = Math.max(inSizes(off, seen), left);
    if (!(error <= COARSE) && !isJump(t, h, error)) {
      h *= Number.isFinite(error) ? Math.max(0.2, 0.9 * (COARSE / error) ** 0.2) : 0.2;
      if (until / h > MOST_STEPS) {
        // It grows without bound, or its right side is no number: the run tells.
        if (given || largest(x) > DIVERGED || !walk.step(x, t, 0).apart.every(Number.isFinite)) return;
        throw tooStiff(h, walk.solvable);
      }
      continue;
    }
    if (!half.every(Number.isFinite)) return;
    for (const [k, size] of after.entries()) if (size > seen[k]) seen[k] = size;
    grow(half);
    [x, t] = [half, t + h];
    n++;
    h *= Math.min(2, 0.9 * (COARSE / Math.max(error, 1e-20)) ** 0.2);
  }
}

/** The longest step with which every step of a trajectory keeps the tolerance, and all together theirs. */
function longestStep({ start, until, longest, side, ...walk }: Walk, sizes: Vector): number {
  let best = longest;
  const jumpAt = jumpFinder();
  let [x, t, h] = [start, 0, FIRST * until];
  walk.begin(start);
  for (let n = 0; n < STEPS && t < until; ) {
    h = upToBreak(walk.breaks, t, Math.min(h, until - t, longest));
    walk.keep(x, t);
    const { half, off } = doubled(walk, x, t, h);
    const error = judged(off, x, half, sizes, side);
    const isJump = error > TOLERANCE && jumpAt(t, h, error);
    if (!(error <= TOLERANCE) && !isJump) {
      h *= Number.isFinite(error) ? Math.max(0.2, 0.9 * (TOLERANCE / error) ** 0.2) : 0.2;
      if (until / h > MOST_STEPS) {
        if (largest(x) > DIVERGED || !walk.step(x, t, 0).apart.every(Number.isFinite)) return best;
        throw tooStiff(h, walk.solvable);
      }
      continue;
    }
    if (!half.every(Number.isFinite)) return best;
    // Of fifth order: the step that would have had just this error here, and the one whose errors add up to no more than that.
    const single = isJump ? h : 0.9 * h * (TOLERANCE / Math.max(error, 1e-20)) ** 0.2;
    const together = isJump ? h : h * ((TOTAL * h) / until / Math.max(error, 1e-20)) ** 0.25;
    if (error > 1e-15) best = Math.min(best, single, together);
    [x, t] = [half, t + h];
    n++;
    h = Math.min(2 * h, Math.max(single, h / 2));
  }
  return best;
}

/** The error of the first step. */
function firstError(moves: Moves, start: Vector, sizes: Vector, h: number, side: number): number {
  const { off, half } = doubled(moves, start, 0, h);
  const error = judged(off, start, half, sizes, side);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/** What steps of one length are off by. */
function measured({ start, until, ...walk }: Walk, sizes: Vector, h: number) {
  let [error, total, apart] = [0, 0, 0];
  let [x, t]: [Vector, number] = [start, 0];
  walk.begin(start);
  for (let n = 0; n < STEPS && t < until; n++) {
    const own = Math.min(h, until - t);
    walk.keep(x, t);
    const made = doubled(walk, x, t, own);
    if (!made.whole.every(Number.isFinite)) {
      // It diverges, or the step does.
      if (largest(x) < DIVERGED * largest(start)) error = 1;
      break;
    }
    const off = made.half.every(Number.isFinite) ? Math.min(1, inSizes(made.off, sizes)) : 1;
    error = Math.max(error, off);
    total += off;
    apart = Math.max(apart, inSizes(made.apart, sizes));
    [x, t] = [made.whole, t + own];
  }
  return { error, apart, drift: t > 0 ? total / t : 0 };
}

const tooStiff = (h: number, solvable: boolean) =>
  new ParameterError(
    "dt",
    `dt: a step of ${h.toPrecision(3)} is still too long for an error of ${TOLERANCE}: the flow is stiff, or diverges. ${solvable ? "Take method rosenbrock23 for a stiff flow, give" : "Give"} dt, or take away what is fast.`,
  );

/** A step at one point, and a way to another: to compile for each of a million takes long. */
function movable(system: System, point: Plan["points"][number]) {
  const { values, rates } = compiled(system, point);
  const memory = new Memory(system, point);
  const delayed = values.length - 1 - system.delays.length;
  const slope = (x: Vector, t: number, ends = true) => {
    values.set(x);
    values.set(memory.at(t, ends), delayed);
    values[values.length - 1] = t;
    return rates.map((rate) => rate(values));
  };
  const along = (x: Vector, h: number, k: Vector) => x.map((value, i) => value + h * k[i]);
  const step: Step = (x, t, h) => {
    const k1 = slope(x, t, false);
    const k2 = slope(along(x, h / 2, k1), t + h / 2);
    const k3 = slope(along(x, h / 2, k2), t + h / 2);
    const k4 = slope(along(x, h, k3), t + h);
    return {
      x: x.map((value, i) => value + (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i])),
      apart: k2.map((value, i) => {
        const bent = system.delays.length > 0 ? k1[i] - value - k3[i] + k4[i] : 0;
        return h * Math.max(Math.abs(value - k3[i]), Math.abs(bent));
      }),
    };
  };
  const at = ({ parameters }: Plan["points"][number]) => values.set([...parameters.values()], system.variables.length);
  const still = system.variables.map(() => 0);
  const between: Moves["between"] = (x, middle, end, t, h) => {
    if (system.delays.length === 0) return still;
    const [first, last] = [slope(x, t, false), slope(end, t + h)];
    const missed = x.map((value, k) => middle[k] - ((value + end[k]) / 2 + (h / 8) * (first[k] - last[k])));
    values.set(x);
    values.set(
      memory.at(t, false).map((value, j) => value + missed[system.delays[j].variable]),
      delayed,
    );
    values[values.length - 1] = t;
    return rates.map((rate, k) => h * Math.abs(rate(values) - first[k]));
  };
  return { step, between, at, slope, memory };
}
