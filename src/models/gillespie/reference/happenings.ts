// Events as SBML has them (Level 3 Version 2, section 4.11), in plain f64, to be read: an event is triggered when its condition
// becomes true; it is executed at once or after its delay; of those that are due together the one of the highest priority goes
// first, equal ones in random order; after each the conditions are looked at again.

import { type Expression, evaluate } from "../../../expression/expression.ts";
import { type Draw, drawOf } from "../network/draws.ts";
import type { NetworkEvent } from "../network/network.ts";

/** Executions at one time, at most: more never end. */
const MOST_ROUNDS = 256;

/** What events act upon. */
export interface World {
  lookUp: (name: string) => number;
  /** Sets a species or a variable; the event is for messages. */
  set: (target: number, value: number, event: NetworkEvent) => void;
  /** One of so many, each as likely; `round` counts executions at this time. */
  order: (many: number, round: number) => number;
  /** All that an event sets is set. */
  executed?: (event: NetworkEvent) => void;
  /** Values of draws of an event that has drawn so often before. */
  drawn: (draws: readonly Draw[], event: number, occasion: number) => number[];
  failure: (what: string) => Error;
}

interface Due {
  event: number;
  time: number;
  /** Of the time of the trigger; undefined where they are those of the execution. */
  values: number[] | undefined;
}

export class Happenings {
  readonly #events: readonly NetworkEvent[];
  /** In the order in which they are listed, as gibbs 0.1.0 had it. */
  readonly #listed: boolean;
  readonly #world: World;
  readonly #held: boolean[];
  /** How often each event has drawn. */
  readonly #occasions: number[];
  #due: Due[] = [];

  constructor(events: readonly NetworkEvent[], listed: boolean, world: World) {
    this.#events = events;
    this.#listed = listed;
    this.#world = world;
    this.#held = events.map(({ initially }) => initially);
    this.#occasions = events.map(() => 0);
  }

  /** When the next delayed event is due. */
  get next(): number {
    return this.#due.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY);
  }

  /** Whether a condition that was false holds now. */
  get waits(): boolean {
    return this.#events.some(({ trigger }, i) => !this.#held[i] && this.#value(trigger) !== 0);
  }

  /** Executes what is due at this time. */
  settle(time: number): void {
    if (this.#events.length === 0) return;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      this.#look(time);
      const due = this.#due.filter((each) => each.time <= time);
      if (due.length === 0) return;
      const chosen = this.#first(due, round);
      const event = this.#events[chosen.event];
      this.#due = this.#due.filter((each) => each !== chosen);
      const values = chosen.values ?? this.#values(chosen.event);
      const scaled = event.assignments.map(({ scale }, i) => (scale ? values[i] * this.#value(scale) : values[i]));
      event.assignments.forEach(({ target }, i) => {
        this.#world.set(target, scaled[i], event);
      });
      this.#world.executed?.(event);
    }
    throw this.#world.failure("events set each other off without end");
  }

  /** Which conditions have become true, and which are so no more. */
  #look(time: number): void {
    const held = this.#events.map(({ trigger }) => this.#value(trigger) !== 0);
    held.forEach((holds, i) => {
      const event = this.#events[i];
      if (!holds && !event.persistent) this.#due = this.#due.filter((each) => each.event !== i);
      if (!holds || this.#held[i]) return;
      const values = event.atTrigger ? this.#values(i) : undefined;
      const delay = event.delay ? this.#drawing(i, event.delayDraws, [event.delay])[0] : 0;
      if (!(delay >= 0)) throw this.#world.failure(`${event.name} has the delay ${delay}; it must be 0 or more`);
      if (this.#due.some((each) => each.event === i && each.time <= time)) {
        throw this.#world.failure(`${event.name} is triggered again before it is executed`);
      }
      this.#due.push({ event: i, time: time + delay, values });
    });
    held.forEach((holds, i) => {
      this.#held[i] = holds;
    });
  }

  #first(due: readonly Due[], round: number): Due {
    const events = [...new Set(due.map(({ event }) => event))].sort((a, b) => a - b);
    const priorities = events.map((event) => {
      const { priority } = this.#events[event];
      return priority ? this.#value(priority) : Number.NEGATIVE_INFINITY;
    });
    const highest = Math.max(...priorities);
    const equal = this.#listed ? events : events.filter((_, i) => priorities[i] === highest);
    const event = equal[equal.length > 1 && !this.#listed ? this.#world.order(equal.length, round) : 0];
    const own = due.filter((each) => each.event === event);
    return own.reduce((a, b) => (b.time < a.time ? b : a));
  }

  #values(event: number): number[] {
    const { assignments, draws } = this.#events[event];
    return this.#drawing(
      event,
      draws,
      assignments.map(({ value }) => value),
    );
  }

  /** Values of expressions that name draws. */
  #drawing(event: number, draws: readonly Draw[] | undefined, expressions: readonly Expression[]): number[] {
    if (!draws || draws.length === 0) return expressions.map((each) => this.#value(each));
    const drawn = this.#world.drawn(draws, event, this.#occasions[event]++);
    return expressions.map((each) => evaluate(each, (name) => drawn[drawOf(name)] ?? this.#world.lookUp(name)));
  }

  #value(expression: Expression): number {
    return evaluate(expression, this.#world.lookUp);
  }
}
