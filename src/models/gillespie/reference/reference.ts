// Gillespie's direct method in plain f64, to be read: D. T. Gillespie, "Exact stochastic simulation of coupled chemical
// reactions", J. Phys. Chem. 81, 2340 (1977), doi 10.1021/j100540a008. Events as in SBML.

import { range } from "../../../expression/interval.ts";
import { streamKey, threefry4x32 } from "../../../random/threefry.ts";
import type { Ensemble } from "../ensemble.ts";
import { eventLimit } from "../network/errors.ts";
import { isTimed, MARGIN, PURPOSE, TIME } from "../network/network.ts";
import { chosen, chosenInVersion1 } from "./choice.ts";
import { Course, type Happened, rounding, type Trajectory, type Which } from "./trajectory.ts";

export interface TrajectoryObserver {
  /** Sees the propensities before each firing; the simulation ends when it returns false. */
  watch?: (propensities: readonly number[]) => boolean;
  /** Sees each change: its time and the counts after it. */
  onChange?: (time: number, counts: readonly number[]) => void;
  /** Sees the counts and variables of the start, which change as time goes on. */
  onStart?: (counts: readonly number[], variables: readonly number[]) => void;
  /** Sees each reaction and each event, right after it. */
  onHappened?: (happened: Happened) => void;
}

/**
 * One trajectory, whatever else runs: its random numbers are counted by (replicate, point, draw). Each block of four words
 * serves two firings, each of which takes one for the time and one for the choice.
 *
 * @throws ParameterError where a propensity or a count becomes negative, or a count too large.
 */
export function simulate(
  ensemble: Ensemble,
  which: Which,
  { watch, onStart, onChange, onHappened }: TrajectoryObserver = {},
): Trajectory {
  const { network, times } = ensemble;
  const { replicate, point } = which;
  const key = streamKey(ensemble.seed, PURPOSE, 0);
  const end = times[times.length - 1];
  // Blocks of a draw: 0 is the two firings, 1 and 2 are more bits of a choice; these order events, from the start on.
  let [block, kind] = [0, 4];
  const order = (many: number, round: number) => {
    const [word] = threefry4x32([replicate, point, block, kind + round * 2 ** 20], key);
    return Math.floor(((word >>> 8) * many) / 2 ** 24);
  };
  const course = new Course(ensemble, which, {
    onStart,
    onChange,
    onHappened,
    order,
    roundsUp: rounding(ensemble, which),
  });

  // No less than the sum of the propensities until the time `window`: for rates that depend on time, which are thinned.
  const timed = isTimed(network);
  const bound = (window: number) => {
    const rangeOf = (name: string) =>
      name === TIME ? ([course.time, window] as const) : ([course.lookUp(name), course.lookUp(name)] as const);
    const most = sum(network.reactions.map(({ propensity }) => range(propensity, rangeOf)[1])) * MARGIN;
    if (most < 1e38) return most;
    throw course.failure(`the rates have no bound until t = ${window}`);
  };

  for (let draw = 0; ; draw++) {
    if (draw >= 2 * Math.ceil(ensemble.maxEvents / 2)) throw eventLimit(1, 1, ensemble.maxEvents);
    [block, kind] = [Math.floor(draw / 2), 5 + (draw % 2)];
    const words = threefry4x32([replicate, point, block, 0], key);
    const [forTime, forChoice] = draw % 2 === 0 ? words : words.slice(2);

    let propensities = course.propensities();
    if (watch?.(propensities) === false) return course.trajectory;
    const window = timed ? times.find((each) => each > course.time)! : Number.POSITIVE_INFINITY;
    const total = timed ? bound(window) : sum(propensities);
    const next = total > 0 ? course.time - Math.log((forTime + 0.5) / 2 ** 32) / total : Number.POSITIVE_INFINITY;

    // A stop before that goes first; the waiting time has no memory.
    const stop = course.nextStop;
    if (stop <= Math.min(end, window, next)) {
      course.record(stop);
      course.time = stop;
      course.arrive();
    } else if (next >= window && window < end) {
      course.record(window);
      course.time = window;
      continue;
    } else if (next >= end) {
      course.record(end, true);
      return course.trajectory;
    } else {
      course.record(next);
      course.time = next;
      if (timed) propensities = course.propensities();
      const more = () => threefry4x32([replicate, point, block, 1 + (draw % 2)], key)[0];
      const choose = ensemble.version1 ? chosenInVersion1 : chosen;
      const reaction = choose(propensities, timed ? total : undefined, forChoice, more);
      if (reaction === undefined) continue;
      course.fire(reaction, [block, draw % 2]);
    }
    course.afterChange();
  }
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
