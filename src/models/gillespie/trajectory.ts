// One trajectory in plain f64 while it is simulated: time, counts, events to come, and what the grid times have seen.

import { networkError } from "./errors.ts";
import { type Expression, evaluate } from "./expression.ts";
import { MOST, TIME } from "./network.ts";
import type { Ensemble } from "./prepare.ts";

export interface Trajectory {
  /** Counts at the grid times: [time][species]. */
  counts: number[][];
  /** The first grid time, by its index, at or before which the ensemble's condition has held. */
  passage: number | undefined;
}

/** One trajectory of an ensemble. */
export interface Which {
  point: number;
  replicate: number;
}

export class Course {
  time = 0;
  /** As they are now; whole but for the Langevin equation. */
  readonly state: number[];
  readonly #ensemble: Ensemble;
  readonly #which: Which;
  readonly #onChange: ((time: number, counts: readonly number[]) => void) | undefined;
  readonly #recorded: number[][] = [];
  #passage: number | undefined;
  /** Time events to come, and for the others whether their trigger held. */
  readonly #pending: Set<number>;
  readonly #before: boolean[];
  readonly #index: Map<string, number>;

  constructor(ensemble: Ensemble, which: Which, onChange?: (time: number, counts: readonly number[]) => void) {
    const { network, points } = ensemble;
    const { initial, stops } = points[which.point];
    this.#ensemble = ensemble;
    this.#which = which;
    this.#onChange = onChange;
    this.state = [...initial];
    this.#pending = new Set(stops.flatMap((stop, event) => (stop ? [event] : [])));
    this.#before = network.events.map(({ initially }) => initially);
    this.#index = new Map(network.species.map((name, i) => [name, i]));
    this.afterChange();
  }

  lookUp = (name: string): number => {
    if (name === TIME) return this.time;
    const at = this.#index.get(name);
    return at === undefined ? this.#ensemble.points[this.#which.point].parameters.get(name)! : this.state[at];
  };

  /** @throws ParameterError where one is negative or not finite */
  propensities(): number[] {
    return this.#ensemble.network.reactions.map(({ name, propensity }) => {
      const own = evaluate(propensity, this.lookUp);
      if (own >= 0 && own < Number.POSITIVE_INFINITY) return own;
      throw this.failure(`the propensity of ${name} is ${own}; it must be 0 or more`);
    });
  }

  /** Grid times before `until` see the counts as they are; with `including` that time too. */
  record(until: number, including = false): void {
    const { times } = this.#ensemble;
    const due = (time: number) => time < until || (including && time === until);
    while (this.#recorded.length < times.length && due(times[this.#recorded.length])) {
      this.#recorded.push(this.state.map((count) => Math.floor(count + 0.5)));
    }
  }

  /** The time event that comes next; "after" its time means later by less than any reaction could tell. */
  get nextEvent(): { event: number; time: number } | undefined {
    const { stops } = this.#ensemble.points[this.#which.point];
    const all = [...this.#pending].map((event) => {
      const { time, after } = stops[event]!;
      return { event, time: after ? time + Number.EPSILON * Math.max(1, time) : time };
    });
    return all.reduce<(typeof all)[0] | undefined>((a, b) => (a && a.time <= b.time ? a : b), undefined);
  }

  /** A time event that is due now. */
  happen(event: number): void {
    this.#pending.delete(event);
    this.#apply(event);
  }

  /** @throws ParameterError where a count leaves its range */
  fire(reaction: number): void {
    const { network } = this.#ensemble;
    network.reactions[reaction].changes.forEach((change, i) => {
      this.state[i] += change;
      if (this.state[i] >= 0 && this.state[i] <= MOST) return;
      const why =
        this.state[i] < 0 ? "falls below 0: its propensity must be 0 where reactants are missing" : `exceeds ${MOST}`;
      throw this.failure(`${network.species[i]} ${why} by ${network.reactions[reaction].name}`);
    });
  }

  /** Events whose triggers have become true, one after another, then the condition of the passage. */
  afterChange(): void {
    const { network, points, passage } = this.#ensemble;
    const { stops } = points[this.#which.point];
    const holds = (expression: Expression) => evaluate(expression, this.lookUp) !== 0;
    for (let rounds = 0; ; rounds++) {
      if (rounds === 64) throw this.failure("events set each other off without end");
      const due = network.events.findIndex(({ trigger }, i) => !stops[i] && !this.#before[i] && holds(trigger));
      network.events.forEach(({ trigger }, i) => {
        if (i === due || !holds(trigger)) this.#before[i] = i === due;
      });
      if (due < 0) break;
      this.#apply(due);
    }
    if (this.#passage === undefined && passage && holds(passage)) this.#passage = this.#recorded.length;
    this.#onChange?.(this.time, this.state);
  }

  /** What the ensemble keeps. A condition that first holds after the last grid time has not held. */
  get trajectory(): Trajectory {
    const passed = this.#passage !== undefined && this.#passage < this.#ensemble.times.length;
    return { counts: this.#recorded, passage: passed ? this.#passage : undefined };
  }

  failure(what: string): Error {
    const { replicate, point } = this.#which;
    const where = this.#ensemble.points.length > 1 ? ` of point ${point}` : "";
    return networkError(`trajectory ${replicate}${where} at t = ${Number(this.time.toPrecision(6))}: ${what}.`);
  }

  #apply(event: number): void {
    const { species, events } = this.#ensemble.network;
    const { name, assignments } = events[event];
    const values = assignments.map(({ value }) => Math.floor(evaluate(value, this.lookUp) + 0.5));
    assignments.forEach(({ species: at }, i) => {
      if (!(values[i] >= 0 && values[i] <= MOST)) throw this.failure(`${name} sets ${species[at]} to ${values[i]}`);
      this.state[at] = values[i];
    });
  }
}
