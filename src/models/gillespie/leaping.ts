// Tau-leaping and the chemical Langevin equation in plain f64, to be read; sources in shaders/gillespie/leap.wgsl. It shares the
// rules for the step with the kernel, and none of its random numbers: the two agree in their laws.

import { streamKey, threefry4x32 } from "../../random/threefry.ts";
import { eventLimit } from "./errors.ts";
import { PURPOSE } from "./network.ts";
import type { Ensemble } from "./prepare.ts";
import { Course, type Trajectory, type Which } from "./trajectory.ts";

/** Firings that leave a reactant short make a reaction critical, and as few make a leap not worth its price. */
export const FEW = 10;
/** A species may change by this share of itself, divided by what the order of its reactions may multiply it by. */
export const ORDER = 3;

/**
 * One trajectory of approximate dynamics. Counts at the grid are whole; of the Langevin equation they are rounded.
 *
 * @throws ParameterError where a propensity becomes negative, and after as many leaps as a trajectory may have reactions
 */
export function simulateLeaping(
  ensemble: Ensemble,
  which: Which,
  { continuous, tolerance }: { continuous: boolean; tolerance: number },
): Trajectory {
  const { network, times } = ensemble;
  const { reactions } = network;
  const random = uniformsOf(ensemble.seed, which);
  const course = new Course(ensemble, which);
  const { state } = course;

  for (let leaps = 0; ; leaps++) {
    if (leaps >= ensemble.maxEvents) throw eventLimit(1, 1, ensemble.maxEvents);
    // No leap goes beyond the next grid time or event.
    const due = course.nextEvent;
    const grid = times.find((time) => time > course.time) ?? course.time;
    const event = due && due.time <= grid ? due.event : undefined;
    const stop = event === undefined ? grid : due!.time;
    const propensities = course.propensities();
    const total = sum(propensities);
    let tau = stop - course.time;
    let lands = true;
    let single: number | undefined;
    if (tau > 0) course.record(course.time, true);

    const critical = reactions.map(
      ({ changes }, i) =>
        !continuous && propensities[i] > 0 && changes.some((change, s) => change < 0 && state[s] < -change * FEW),
    );
    const free = propensities.map((value, i) => (critical[i] ? 0 : value));
    if (total > 0) {
      let step = Number.POSITIVE_INFINITY;
      state.forEach((count, s) => {
        const mean = sum(reactions.map(({ changes }, i) => changes[s] * free[i]));
        const variance = sum(reactions.map(({ changes }, i) => changes[s] ** 2 * free[i]));
        const most = Math.max((tolerance * count) / ORDER, 1);
        if (variance > 0) step = Math.min(step, most / Math.abs(mean), most ** 2 / variance);
      });
      if (!continuous && step * total < FEW && tau * total > 0.1) {
        // One reaction, exactly.
        free.fill(0);
        const waiting = -Math.log(random()) / total;
        if (waiting < tau) single = pick(propensities, random() * total);
        [tau, lands] = [Math.min(tau, waiting), waiting >= tau];
      } else {
        if (step < tau) [tau, lands] = [step, false];
        const rare = propensities.map((value, i) => (critical[i] ? value : 0));
        const waiting = sum(rare) > 0 ? -Math.log(random()) / sum(rare) : Number.POSITIVE_INFINITY;
        if (waiting < tau) {
          [tau, lands] = [waiting, false];
          single = pick(rare, random() * sum(rare));
        }
      }
    }

    let next = [...state];
    for (let trial = 0; trial < 16; trial++) {
      const firings = free.map((rate) => (continuous ? langevin(rate * tau, random) : poisson(rate * tau, random)));
      next = state.map((count, s) => count + sum(reactions.map(({ changes }, i) => changes[s] * firings[i])));
      if (continuous) next = next.map((count) => Math.max(count, 0));
      if (next.every((count) => count >= 0)) break;
      [tau, lands, single, next] = [tau / 2, false, undefined, [...state]];
    }
    next.forEach((count, s) => {
      state[s] = count;
    });
    if (single !== undefined) course.fire(single);
    course.time = lands ? stop : course.time + tau;
    course.afterChange();
    if (!lands) continue;
    if (event !== undefined) {
      course.happen(event);
      course.afterChange();
    } else if (stop === times[times.length - 1]) {
      course.record(stop, true);
      return course.trajectory;
    }
  }
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function pick(weights: readonly number[], r: number): number {
  let below = 0;
  const at = weights.findIndex((weight) => {
    below += weight;
    return r < below;
  });
  return at >= 0 ? at : weights.findIndex((weight) => weight > 0);
}

const langevin = (mean: number, random: () => number) =>
  mean > 0 ? mean + Math.sqrt(mean) * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()) : 0;

/** As many unit exponentials as fit into `mean`. */
function poisson(mean: number, random: () => number): number {
  let count = -1;
  let left = mean;
  do {
    left += Math.log(random());
    count++;
  } while (left > 0);
  return count;
}

/** Numbers in (0, 1), in the order in which they are asked for. */
function uniformsOf(seed: bigint, { point, replicate }: Which): () => number {
  const key = streamKey(seed, PURPOSE + 1, 0);
  let at = 0;
  return () => {
    const block = threefry4x32([replicate, point, Math.floor(at / 4), 0], key);
    return (block[at++ % 4] + 0.5) / 2 ** 32;
  };
}
