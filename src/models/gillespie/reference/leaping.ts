// Tau-leaping and the chemical Langevin equation in plain f64, to be read; sources in shaders/gillespie/leap.wgsl. It shares the
// rules for the step with the kernel, and none of its random numbers: the two agree in their laws.

import { type Interval, range } from "../../../expression/interval.ts";
import { STREAMS } from "../../../random/streams.ts";
import { streamKey, threefry4x32 } from "../../../random/threefry.ts";
import type { Ensemble } from "../ensemble.ts";
import { eventLimit } from "../network/errors.ts";
import { isTimed, TIME } from "../network/network.ts";
import { Course, rounding, type Trajectory, type Which } from "./trajectory.ts";

/** Firings that leave a reactant short make a reaction critical, and as few make a leap not worth its price. */
export const FEW = 10;
/** A species may change by this share of itself, divided by what the order of its reactions may multiply it by. */
export const ORDER = 3;
/** Expected firings, in a leap, of rates that change by more than it may overlook: of counts, and of real numbers. */
const UNSEEN = { counts: 1, reals: 0.01 };

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
  const { network, times, version1 } = ensemble;
  const { reactions } = network;
  const random = uniformsOf(ensemble.seed, which);
  const course = new Course(ensemble, which, {
    order: (many) => Math.floor(many * random()),
    roundsUp: rounding(ensemble, which),
  });
  const { state } = course;
  const seesTime = isTimed(network) && !version1;
  /** Rates as they are at another time, the counts being what they are. */
  const ratesAt = (time: number): number[] => {
    const now = course.time;
    course.time = time;
    const rates = course.propensities();
    course.time = now;
    return rates;
  };
  /** Least and most of each rate in the next `tau`. */
  const spreads = (tau: number): Interval[] =>
    reactions.map(({ propensity }) => range(propensity, (name) => spanOf(name, tau), true));
  const spanOf = (name: string, tau: number): Interval =>
    name === TIME ? [course.time, course.time + tau] : [course.lookUp(name), course.lookUp(name)];

  for (let leaps = 0; ; leaps++) {
    if (leaps >= ensemble.maxEvents) throw eventLimit(1, 1, ensemble.maxEvents);
    // No leap goes beyond the next grid time or event.
    const grid = times.find((time) => time > course.time) ?? course.time;
    const arrives = course.nextStop <= grid;
    const stop = arrives ? course.nextStop : grid;
    const propensities = course.propensities();
    const total = sum(propensities);
    let tau = stop - course.time;
    let lands = true;
    let single: number | undefined;
    if (tau > 0) course.record(course.time, true);

    const short = reactions.map(
      ({ changes }) => !continuous && changes.some((change, s) => change < 0 && state[s] < -change * FEW),
    );
    let critical = short.map((each, i) => each && (propensities[i] > 0 || seesTime));
    let most = propensities;
    if (total > 0 || seesTime) {
      const free = propensities.map((value, i) => (critical[i] ? 0 : value));
      let step = Number.POSITIVE_INFINITY;
      state.forEach((count, s) => {
        const mean = sum(reactions.map(({ changes }, i) => changes[s] * free[i]));
        const variance = sum(reactions.map(({ changes }, i) => changes[s] ** 2 * free[i]));
        const largest = Math.max((tolerance * count) / ORDER, 1);
        if (variance > 0) step = Math.min(step, largest / Math.abs(mean), largest ** 2 / variance);
      });
      const exactly = !continuous && step * total < FEW && tau * total > 0.1;
      if (!exactly && step < tau) [tau, lands] = [step, false];
      if (seesTime) {
        // As short as it takes for every rate to be about the same in all of it, but for what hardly happens then.
        const varies = ([least, largest]: Interval) => largest > 0 && largest - least > tolerance * largest;
        for (let halved = 0; ; halved++) {
          const spread = spreads(tau);
          const varying = spread.map(varies);
          most = spread.map(([, largest]) => Math.max(largest, 0));
          const unseen = sum(most.filter((_, i) => varying[i])) * tau;
          if (unseen === 0 || unseen < (continuous ? UNSEEN.reals : UNSEEN.counts)) {
            if (!continuous) critical = critical.map((each, i) => each || varying[i]);
            break;
          }
          if (halved === 60) throw course.failure("the rates have no bound");
          [tau, lands] = [tau / 2, false];
        }
      }
      if (exactly) critical = reactions.map(() => true);
      // Those fire one at a time: candidates at the most of their rates, of which as many are taken as the rate then says.
      const rare = most.map((value, i) => (critical[i] ? value : 0));
      const waiting = sum(rare) > 0 ? -Math.log(random()) / sum(rare) : Number.POSITIVE_INFINITY;
      if (waiting < tau) {
        [tau, lands] = [waiting, false];
        const candidate = pick(rare, random() * sum(rare));
        const rate = seesTime ? ratesAt(course.time + tau)[candidate] : rare[candidate];
        if (!seesTime || random() * rare[candidate] < rate) single = candidate;
      }
    }

    let next = [...state];
    for (let trial = 0; trial < 16; trial++) {
      const rates = seesTime ? ratesAt(course.time + tau / 2) : propensities;
      let firings = rates.map((rate, i) => {
        const mean = critical[i] ? 0 : rate * tau;
        return continuous ? langevin(mean, random) : poisson(mean, random);
      });
      if (continuous && !version1) firings = limited(state, reactions, firings);
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
    if (arrives) {
      course.arrive();
      course.afterChange();
    } else if (stop === times[times.length - 1]) {
      course.record(stop, true);
      return course.trajectory;
    }
  }
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/**
 * Where more of a species would go than there is, whatever takes of it takes less, all by the same share, so that nothing is made of
 * nothing: what a reaction conserves is conserved.
 */
function limited(
  state: readonly number[],
  reactions: Ensemble["network"]["reactions"],
  firings: readonly number[],
): number[] {
  let taken = [...firings];
  for (let round = 0; round < 9; round++) {
    const shares = state.map((count, s) => {
      const moves = reactions.map(({ changes }, i) => changes[s] * taken[i]);
      const out = -sum(moves.filter((move) => move < 0));
      const incoming = sum(moves.filter((move) => move > 0));
      if (count + incoming >= out) return 1;
      return (round < 8 ? count + incoming : count) / out;
    });
    if (shares.every((share) => share === 1)) break;
    taken = taken.map((times, i) => {
      const drained = shares.filter((_, s) => reactions[i].changes[s] * times < 0);
      return times * Math.min(1, ...drained);
    });
  }
  return taken;
}

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

/** Numbers in (0, 1), in the order in which they are requested. */
function uniformsOf(seed: bigint, { point, replicate }: Which): () => number {
  const key = streamKey(seed, STREAMS.gillespie.leaps, 0);
  let at = 0;
  return () => {
    const block = threefry4x32([replicate, point, Math.floor(at / 4), 0], key);
    return (block[at++ % 4] + 0.5) / 2 ** 32;
  };
}
