// Gillespie's direct method in plain f64, to be read: D. T. Gillespie, "Exact stochastic simulation of coupled chemical
// reactions", J. Phys. Chem. 81, 2340 (1977), doi 10.1021/j100540a008. Events and outputs as in SBML.

import { streamKey, threefry4x32 } from "../../random/threefry.ts";
import { type Expression, evaluate } from "./expression.ts";
import { range } from "./interval.ts";
import { eventLimit, isTimed, MARGIN, MOST, networkError, PURPOSE, TIME } from "./network.ts";
import type { Ensemble } from "./prepare.ts";

export interface Trajectory {
  /** Counts at the grid times: [time][species]. */
  counts: number[][];
  /** The first time at which the ensemble's condition held. */
  passage: number | undefined;
  /** Reactions that fired. */
  firings: number;
}

export interface Watching {
  /** Sees the propensities before each firing; the simulation ends when it returns false. */
  watch?: (propensities: readonly number[]) => boolean;
  /** Sees each change: its time and the counts after it. */
  onChange?: (time: number, counts: readonly number[]) => void;
}

/**
 * One trajectory, whatever runs beside it: its random numbers are counted by (replicate, point, draw). Each block of four words
 * serves two firings, each of which takes one for the time and one for the choice.
 *
 * @throws ParameterError where a propensity or a count becomes negative, or a count too large.
 */
export function simulate(
  ensemble: Ensemble,
  { point, replicate }: { point: number; replicate: number },
  { watch, onChange }: Watching = {},
): Trajectory {
  const { network, times, passage } = ensemble;
  const { parameters, initial, stops } = ensemble.points[point];
  const key = streamKey(ensemble.seed, PURPOSE, 0);
  const state = [...initial];
  const end = times[times.length - 1];
  let time = 0;
  let firings = 0;
  let passed: number | undefined;
  const counts: number[][] = [];

  const species = new Map(network.species.map((name, i) => [name, i]));
  const lookUp = (name: string): number => {
    if (name === TIME) return time;
    const at = species.get(name);
    return at === undefined ? parameters.get(name)! : state[at];
  };
  const value = (expression: Expression) => evaluate(expression, lookUp);
  const holds = (expression: Expression) => value(expression) !== 0;
  const record = (until: number) => {
    while (counts.length < times.length && times[counts.length] < until) counts.push([...state]);
  };

  const pending = new Set(stops.flatMap((stop, event) => (stop ? [event] : [])));
  const before = network.events.map(({ initially }) => initially);

  const apply = (event: number) => {
    const { name, assignments } = network.events[event];
    const values = assignments.map(({ value: expression }) => Math.floor(value(expression) + 0.5));
    assignments.forEach(({ species: at }, i) => {
      if (!(values[i] >= 0 && values[i] <= MOST)) {
        throw failure(`${name} sets ${network.species[at]} to ${values[i]}`);
      }
      state[at] = values[i];
    });
  };
  const afterChange = () => {
    for (let rounds = 0; ; rounds++) {
      if (rounds === 64) throw failure("events set each other off without end");
      const due = network.events.findIndex(({ trigger }, i) => !stops[i] && !before[i] && holds(trigger));
      network.events.forEach(({ trigger }, i) => {
        if (i === due || !holds(trigger)) before[i] = i === due;
      });
      if (due < 0) break;
      apply(due);
    }
    if (passed === undefined && passage && holds(passage)) passed = time;
    onChange?.(time, state);
  };
  const failure = (what: string) =>
    networkError(
      `trajectory ${replicate}${ensemble.points.length > 1 ? ` of point ${point}` : ""} at t = ${Number(time.toPrecision(6))}: ${what}.`,
    );

  const now = () =>
    network.reactions.map(({ name, propensity }) => {
      const own = value(propensity);
      if (own >= 0 && own < Number.POSITIVE_INFINITY) return own;
      throw failure(`the propensity of ${name} is ${own}; it must be 0 or more`);
    });
  // No less than the sum of the propensities until the time `window`: for rates that depend on time, which are thinned.
  const timed = isTimed(network);
  const bound = (window: number) => {
    const rangeOf = (name: string) =>
      name === TIME ? ([time, window] as const) : ([lookUp(name), lookUp(name)] as const);
    const sum = network.reactions.reduce((total, { propensity }) => total + range(propensity, rangeOf)[1], 0) * MARGIN;
    if (sum < 1e38) return sum;
    throw failure(`the rates have no bound until t = ${window}`);
  };

  afterChange();
  for (let draw = 0; ; draw++) {
    if (draw >= 2 * Math.ceil(ensemble.maxEvents / 2)) throw eventLimit(1, 1, ensemble.maxEvents);
    const block = threefry4x32([replicate, point, Math.floor(draw / 2), 0], key);
    const [forTime, forChoice] = draw % 2 === 0 ? block : block.slice(2);

    let propensities = now();
    if (watch?.(propensities) === false) return { counts, passage: passed, firings };
    const window = timed ? times.find((each) => each > time)! : Number.POSITIVE_INFINITY;
    const total = timed ? bound(window) : propensities.reduce((sum, each) => sum + each);

    const next = total > 0 ? time - Math.log((forTime + 0.5) / 2 ** 32) / total : Number.POSITIVE_INFINITY;

    // The earliest time event, if it is due before that; the waiting time has no memory.
    const stop = [...pending].reduce<number | undefined>(
      (first, event) => (first === undefined || stops[event]!.time < stops[first]!.time ? event : first),
      undefined,
    );
    const due = stop === undefined ? undefined : stops[stop]!;
    if (due && due.time <= Math.min(end, window, next)) {
      record(due.after ? due.time + Number.EPSILON * Math.max(1, due.time) : due.time);
      time = due.time;
      pending.delete(stop!);
      apply(stop!);
    } else if (next >= window && window < end) {
      record(window);
      time = window;
      continue;
    } else if (next >= end) {
      record(Number.POSITIVE_INFINITY);
      return { counts, passage: passed, firings };
    } else {
      record(next);
      time = next;
      // Near to 0 a rare reaction is decided by the bits that follow.
      const more =
        forChoice < 512 ? threefry4x32([replicate, point, Math.floor(draw / 2), 1 + (draw % 2)], key)[0] : undefined;
      const uniform = more === undefined ? (forChoice + 0.5) / 2 ** 32 : (forChoice + more / 2 ** 32) / 2 ** 32;
      if (timed) {
        propensities = now();
        if (uniform * total >= propensities.reduce((sum, each) => sum + each)) continue;
      }
      const chosen = choose(propensities, uniform * total);
      network.reactions[chosen].changes.forEach((change, i) => {
        state[i] += change;
        if (state[i] >= 0 && state[i] <= MOST) return;
        const why =
          state[i] < 0 ? "falls below 0: its propensity must be 0 where reactants are missing" : `exceeds ${MOST}`;
        throw failure(`${network.species[i]} ${why} by ${network.reactions[chosen].name}`);
      });
      firings++;
    }
    afterChange();
  }
}

/** The reaction in whose share of the total `r` falls; never one of propensity 0. */
function choose(propensities: readonly number[], r: number): number {
  let below = 0;
  let chosen = 0;
  propensities.forEach((propensity, i) => {
    if (propensity > 0 && r >= below) chosen = i;
    below += propensity;
  });
  return chosen;
}
