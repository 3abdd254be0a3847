// One trajectory in plain f64 while it is simulated: time, counts, events to come, and what the grid times have seen.

import { type Expression, evaluate } from "../../../expression/expression.ts";
import { streamKey, threefry4x32 } from "../../../random/threefry.ts";
import type { Ensemble } from "../ensemble.ts";
import { clockOf } from "../network/clock.ts";
import { ASKERS, type Draw, drawOf } from "../network/draws.ts";
import { networkError, waitingLimit } from "../network/errors.ts";
import { type Completion, MOST, PURPOSE, TIME } from "../network/network.ts";
import { Happenings } from "./happenings.ts";
import { drawn } from "./sampling.ts";

/** One trajectory at the grid times. */
export interface Trajectory {
  /** Counts at the grid times: [time][species]. */
  counts: number[][];
  /** Variables at the grid times: [time][variable]. */
  values: number[][];
  /** The first grid time, by its index, at or before which the ensemble's condition has held. */
  passage: number | undefined;
}

/** One trajectory of an ensemble. */
export interface Which {
  point: number;
  replicate: number;
}

/** A reaction that fired, the end of one that is delayed, or an event that was executed. */
export interface Happened {
  time: number;
  /** Of the reaction or the event. */
  name: string;
  kind: "reaction" | "completion" | "event";
}

/** The end of a delayed reaction. */
export const completionOf = (reaction: string) => `the completion of ${reaction}`;

/** What else a course needs. */
export interface Guidance {
  onChange?: ((time: number, counts: readonly number[]) => void) | undefined;
  /** Sees the counts and variables of the start, which are those of all later times, too: whoever needs them later copies them. */
  onStart?: ((counts: readonly number[], variables: readonly number[]) => void) | undefined;
  onHappened?: ((happened: Happened) => void) | undefined;
  /** Whether a start of so much between two counts becomes the upper one. */
  roundsUp: (species: number, share: number) => boolean;
  /** One of so many events that are due together, each as likely. */
  order: (many: number, round: number) => number;
}

export class Course {
  time = 0;
  /** As they are now; whole but for the Langevin equation. */
  readonly state: number[];
  /** What events set other than species. */
  readonly variables: number[];
  readonly #ensemble: Ensemble;
  readonly #which: Which;
  readonly #onChange: Guidance["onChange"];
  readonly #onHappened: Guidance["onHappened"];
  readonly #recorded: number[][] = [];
  readonly #values: number[][] = [];
  #passage: number | undefined;
  readonly #happenings: Happenings;
  /** Moments of the schedule that have been, and the clocks since the last of them. */
  #moment = 0;
  #clocks: number;
  readonly #index: Map<string, number>;
  /** Reactions that have begun, by the time of their completion. */
  #waiting: { time: number; reaction: string; changes: readonly number[] }[] = [];

  constructor(ensemble: Ensemble, which: Which, { onStart, onChange, onHappened, order, roundsUp }: Guidance) {
    const { network, points } = ensemble;
    const { initial, parameters, schedule } = points[which.point];
    this.#ensemble = ensemble;
    this.#which = which;
    this.#onChange = onChange;
    this.#onHappened = onHappened;
    this.state = initial.map((value, s) => {
      const share = value - Math.floor(value);
      return Math.floor(value) + (share > 0 && roundsUp(s, share) ? 1 : 0);
    });
    this.variables = network.variables.map((name) => parameters.get(name)!);
    this.#clocks = schedule.truths;
    this.#index = new Map([...network.species, ...network.variables].map((name, i) => [name, i]));
    this.#happenings = new Happenings(network.events, ensemble.version1, {
      lookUp: this.lookUp,
      set: (target, value, { name }) => this.#set(target, value, name),
      order,
      executed: ({ name }) => this.#tell("event", name),
      drawn: (draws, event, occasion) => this.#drawn(draws, event, occasion),
      failure: (what) => this.failure(what),
    });
    for (const { target, value, draws = [] } of network.starts ?? []) {
      const own = this.#drawn(draws, ASKERS.starts, target);
      this.#set(target, this.#valueWith(value, own), "its start");
    }
    onStart?.(this.state, this.variables);
    this.afterChange();
  }

  lookUp = (name: string): number => {
    if (name === TIME) return this.time;
    const at = this.#index.get(name);
    if (at !== undefined) return at < this.state.length ? this.state[at] : this.variables[at - this.state.length];
    const clock = clockOf(name);
    if (clock >= 0) return (this.#clocks >>> clock) & 1;
    return this.#ensemble.points[this.#which.point].parameters.get(name)!;
  };

  /** @throws ParameterError where one is negative or not finite */
  propensities(): number[] {
    return this.#ensemble.network.reactions.map(({ name, propensity, remedy }) => {
      const own = evaluate(propensity, this.lookUp);
      if (own >= 0 && own < Number.POSITIVE_INFINITY) return own;
      throw this.failure(`the propensity of ${name} is ${own}; it must be 0 or more${remedy ? `; ${remedy}` : ""}`);
    });
  }

  /** Grid times before `until` see the counts as they are; with `including` that time too. */
  record(until: number, including = false): void {
    const { times } = this.#ensemble;
    const due = (time: number) => time < until || (including && time === until);
    while (this.#recorded.length < times.length && due(times[this.#recorded.length])) {
      this.#recorded.push(this.state.map((count) => Math.floor(count + 0.5)));
      this.#values.push([...this.variables]);
    }
  }

  /** When something happens next that no reaction does; "after" a time means later by less than any reaction could tell. */
  get nextStop(): number {
    const moment = this.#ensemble.points[this.#which.point].schedule.moments[this.#moment];
    const due = Math.min(this.#happenings.next, this.#waiting[0]?.time ?? Number.POSITIVE_INFINITY);
    if (!moment) return due;
    const { time, after } = moment;
    return Math.min(after ? time + Number.EPSILON * Math.max(1, time) : time, due);
  }

  /** The time is that of the next stop. */
  arrive(): void {
    while (this.#waiting.length > 0 && this.#waiting[0].time <= this.time) {
      const { reaction, changes } = this.#waiting.shift()!;
      this.#change(changes, completionOf(reaction));
      this.#tell("completion", completionOf(reaction));
    }
    const moment = this.#ensemble.points[this.#which.point].schedule.moments[this.#moment];
    if (!moment || moment.time > this.time) return;
    this.#clocks = moment.truths;
    this.#moment++;
  }

  /**
   * A reaction happens, or begins; `occasion` is the address of a delay's draws.
   *
   * @throws ParameterError where a count leaves its range, and where too many reactions wait
   */
  fire(reaction: number, occasion: readonly [block: number, half: number] = [0, 0]): void {
    const { name, changes, completion } = this.#ensemble.network.reactions[reaction];
    if (completion) this.#wait(name, completion, occasion);
    this.#change(changes, name);
    this.#tell("reaction", name);
  }

  #wait(
    reaction: string,
    { id, after, changes, draws = [] }: Completion,
    [block, half]: readonly [number, number],
  ): void {
    const delay = this.#valueWith(after, this.#drawn(draws, ASKERS.reactions + id, block, half, 2));
    if (!(delay >= 0)) throw this.failure(`${reaction} completes after ${delay}; its delay must be 0 or more`);
    const { waiting } = this.#ensemble;
    if (this.#waiting.length >= waiting)
      throw waitingLimit(this.failure(`over ${waiting} delayed reactions wait`), waiting);
    const time = this.time + delay;
    const at = this.#waiting.findIndex((each) => each.time > time);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, { time, reaction, changes });
  }

  #change(changes: readonly number[], name: string): void {
    const { species } = this.#ensemble.network;
    changes.forEach((change, i) => {
      this.state[i] += change;
      if (this.state[i] >= 0 && this.state[i] <= MOST) return;
      const why =
        this.state[i] < 0 ? "falls below 0: its propensity must be 0 where reactants are missing" : `exceeds ${MOST}`;
      throw this.failure(`${species[i]} ${why} by ${name}`);
    });
  }

  #tell(kind: Happened["kind"], name: string): void {
    this.#onHappened?.({ time: this.time, name, kind });
  }

  #drawn(draws: readonly Draw[], asker: number, occasion: number, first = 0, stride = 1): number[] {
    if (draws.length === 0) return [];
    const address = { seed: this.#ensemble.seed, ...this.#which, asker, occasion };
    const value = (operand: Expression, before: readonly number[]) => this.#valueWith(operand, before);
    return drawn(draws, address, value, (what) => this.failure(what), first, stride);
  }

  #valueWith(expression: Expression, own: readonly number[]): number {
    return evaluate(expression, (name) => own[drawOf(name)] ?? this.lookUp(name));
  }

  /** Whether a condition that was false holds now. */
  triggersWait(): boolean {
    return this.#happenings.waits;
  }

  /** Events that are due, then the condition of the passage. */
  afterChange(): void {
    this.#happenings.settle(this.time);
    const { passage } = this.#ensemble;
    if (this.#passage === undefined && passage && evaluate(passage, this.lookUp) !== 0) {
      this.#passage = this.#recorded.length;
    }
    this.#onChange?.(this.time, this.state);
  }

  /** What the ensemble keeps. A condition that first holds after the last grid time has not held. */
  get trajectory(): Trajectory {
    const passed = this.#passage !== undefined && this.#passage < this.#ensemble.times.length;
    return { counts: this.#recorded, values: this.#values, passage: passed ? this.#passage : undefined };
  }

  failure(what: string): Error {
    const { replicate, point } = this.#which;
    const where = this.#ensemble.points.length > 1 ? ` of point ${point}` : "";
    return networkError(`trajectory ${replicate}${where} at t = ${Number(this.time.toPrecision(6))}: ${what}.`);
  }

  /** A count is rounded, halves up; anything else is a real number. */
  #set(target: number, value: number, by: string): void {
    const { species, variables } = this.#ensemble.network;
    if (target >= species.length) {
      const own = target - species.length;
      if (!Number.isFinite(value)) throw this.failure(`${by} sets ${variables[own]} to ${value}`);
      this.variables[own] = value;
      return;
    }
    const count = Math.floor(value + 0.5);
    if (!(count >= 0 && count <= MOST)) throw this.failure(`${by} sets ${species[target]} to ${count}`);
    this.state[target] = count;
  }
}

/** Starts between two counts, by a draw of the trajectory's own. */
export function rounding({ seed }: Ensemble, { replicate, point }: Which): Guidance["roundsUp"] {
  const key = streamKey(seed, PURPOSE, 0);
  return (species, share) =>
    threefry4x32([replicate, point, 0, KIND_START + species * 2 ** 20], key)[0] < Math.round(share * 2 ** 32);
}

/** The kind of random block that rounds starts; see shaders/gillespie/direct.wgsl for the others. */
const KIND_START = 8;
