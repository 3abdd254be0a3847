// Hybrid trajectories in plain f64, to be read: real quantities follow their rates, dy/dt, and reactions fire by the hazard that accumulates
// meanwhile - the next one when the integral of the total propensity reaches an exponential number (Alfonsi et al. 2005, doi
// 10.1051/proc:2005001). Runge and Kutta's method, each step compared with two of half its length.

import { evaluate } from "../../../expression/expression.ts";
import { streamKey, threefry4x32 } from "../../../random/threefry.ts";
import type { Ensemble } from "../ensemble.ts";
import { eventLimit } from "../network/errors.ts";
import { isHybrid, PURPOSE } from "../network/network.ts";
import { chosen } from "./choice.ts";
import { simulate, type TrajectoryObserver } from "./reference.ts";
import { Course, rounding, type Trajectory, type Which } from "./trajectory.ts";

/** Error of a step, as a share of what a quantity is and of what it changes by. */
const TOLERANCE = 1e-8;
/** A crossing is found to this share of a step. */
const CLOSE = 1e-12;

/**
 * One trajectory of a network with rates. Random numbers are counted as in the direct method, a draw for each firing and each stop.
 *
 * @throws ParameterError where a propensity becomes negative, a count or a quantity has no value, or a step becomes too small
 */
function simulateHybrid(
  ensemble: Ensemble,
  which: Which,
  { onStart, onChange, onHappened }: TrajectoryObserver = {},
): Trajectory {
  const { network, times } = ensemble;
  const { replicate, point } = which;
  const key = streamKey(ensemble.seed, PURPOSE, 0);
  const end = times[times.length - 1];
  let draw = 0;
  const order = (many: number, round: number) => {
    const [word] = threefry4x32([replicate, point, draw, (started ? 7 : 4) + round * 2 ** 20], key);
    return Math.floor(((word >>> 8) * many) / 2 ** 24);
  };
  let started = false;
  const course = new Course(ensemble, which, {
    onStart,
    onChange,
    onHappened,
    order,
    roundsUp: rounding(ensemble, which),
  });
  started = true;
  const { variables } = course;
  const rates = network.variables.map((name) => network.rates?.get(name));

  /** Slopes of all variables, then the total propensity, of values at a time. */
  const slopes = (time: number, values: readonly number[]): number[] => {
    const now = course.time;
    const own = [...variables];
    put(time, values);
    const all = rates.map((rate) => (rate ? evaluate(rate, course.lookUp) : 0));
    const total = sum(network.reactions.map(({ propensity }) => evaluate(propensity, course.lookUp)));
    put(now, own);
    return [...all, total];
  };
  const put = (time: number, values: readonly number[]) => {
    course.time = time;
    for (let i = 0; i < variables.length; i++) variables[i] = values[i];
  };
  /** Values and hazard after h. */
  const step = (time: number, y: readonly number[], h: number): number[] => {
    const at = (k: readonly number[], by: number) => y.map((value, i) => value + by * k[i]);
    const k1 = slopes(time, y);
    const k2 = slopes(time + h / 2, at(k1, h / 2));
    const k3 = slopes(time + h / 2, at(k2, h / 2));
    const k4 = slopes(time + h, at(k3, h));
    return y.map((value, i) => value + (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
  };

  let h = times[1] / 16;
  let left: number | undefined; // of the hazard, until the next firing
  for (;;) {
    if (draw >= Math.ceil(ensemble.maxEvents / 2)) throw eventLimit(1, 1, ensemble.maxEvents);
    const [forTime, forChoice] = threefry4x32([replicate, point, draw, 0], key);
    left ??= -Math.log((forTime + 0.5) / 2 ** 32);
    const propensities = course.propensities();
    const grid = times.find((time) => time > course.time) ?? end;
    const stop = Math.min(course.nextStop, grid);
    if (stop > course.time) course.record(course.time, true); // what was due at this time has happened

    // A step that is accurate enough.
    const from = [...variables, 0];
    const first = [...rates.map((rate) => (rate ? evaluate(rate, course.lookUp) : 0)), sum(propensities)];
    let size = Math.min(h, stop - course.time);
    let next = from;
    for (;;) {
      const half = step(course.time, from, size / 2);
      next = step(course.time + size / 2, half, size / 2);
      const coarse = step(course.time, from, size);
      const error = next.reduce((most, value, i) => {
        const scale = i < variables.length ? Math.abs(value) + Math.abs(size * first[i]) + 1e-300 : 1;
        return Math.max(most, Math.abs(value - coarse[i]) / scale);
      }, 0);
      const better = size * Math.min(4, Math.max(0.1, 0.9 * (TOLERANCE / Math.max(error, 1e-30)) ** 0.2));
      if (error <= TOLERANCE || size === 0) {
        if (size === h || better < h) h = better;
        break;
      }
      size = better;
      h = better;
      if (!(size > 1e-13 * end)) throw course.failure("rates change too fast to be followed");
    }
    const whole = size === stop - course.time;

    // Less of it, where a reaction fires or a condition becomes true before.
    const after = (part: number) => step(course.time, from, part);
    let part = size;
    let fires = false;
    if (next[variables.length] >= left) {
      part = rootOf(size, next[variables.length] - left, (each) => after(each)[variables.length] - left!, -left);
      fires = true;
    }
    const triggers = (each: number) => {
      const now = course.time;
      put(now + each, after(each));
      const is = course.triggersWait();
      put(now, from);
      return is;
    };
    if (triggers(part)) {
      const crossing = bisect(0, part, triggers);
      if (crossing < part) [part, fires] = [crossing, false];
    }
    const arrives = !fires && part === size && whole;
    const y = part === size ? next : after(part);
    put(arrives ? stop : course.time + part, y);
    if (!y.every(Number.isFinite)) throw course.failure("a quantity that changes by a rate has no value");
    left -= y[variables.length];
    if (fires) {
      const more = () => threefry4x32([replicate, point, draw, 1], key)[0];
      course.fire(chosen(course.propensities(), undefined, forChoice, more)!, [draw, 0]);
    }
    if (arrives && course.nextStop <= course.time) course.arrive();
    course.afterChange();
    if (arrives && course.time === end && course.nextStop > end) {
      course.record(end, true);
      return course.trajectory;
    }
    if (fires || arrives) {
      left = undefined;
      draw++;
    }
  }
}

/** A trajectory of the direct method, or of a hybrid. */
export const simulateExactly: typeof simulate = (ensemble, which, watching) =>
  (isHybrid(ensemble.network) ? simulateHybrid : simulate)(ensemble, which, watching);

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Where what grows from `start` at 0 to `last` at `end` is 0: regula falsi, as Illinois has it (Dowell and Jarratt 1971, doi 10.1007/BF01934364). */
function rootOf(end: number, last: number, value: (at: number) => number, start: number): number {
  let [low, high, atLow, atHigh] = [0, end, start, last];
  for (let side = 0; high - low > CLOSE * end && atHigh > 0; ) {
    const middle = low + ((high - low) * -atLow) / (atHigh - atLow);
    const found = value(middle);
    if (Math.abs(found) < CLOSE) return middle;
    if (found < 0) {
      [low, atLow] = [middle, found];
      if (side < 0) atHigh /= 2;
      side = -1;
    } else {
      [high, atHigh] = [middle, found];
      if (side > 0) atLow /= 2;
      side = 1;
    }
  }
  return high;
}

/** Where in the interval something begins to hold that holds at its end. */
function bisect(from: number, to: number, holds: (at: number) => boolean): number {
  let [low, high] = [from, to];
  while (high - low > CLOSE * to) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
