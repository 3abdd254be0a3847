// What the variables of a trajectory were, in f64: their past before t = 0, and cubic Hermite interpolation between the states that it came
// through, whose slopes are known (Bellen and Zennaro, Numerical Methods for Delay Differential Equations, 2003, chapter 4).

import { compile } from "../../../expression/compile.ts";
import { namesOf, type Point } from "../plan.ts";
import type { System } from "../system.ts";

type Vector = readonly number[];

/** Slopes at a time, of what comes to it and of what goes on from it: they differ where something jumped a lag before. */
export interface Slopes {
  before: Vector;
  after: Vector;
}

/** Rounding of a time, in parts of a lag. */
const NEAR = 1e-9;

export class Memory {
  readonly #system: System;
  readonly #lags: readonly number[];
  readonly #pasts: readonly (((values: Float64Array) => number) | undefined)[];
  readonly #values: Float64Array;
  #start: Vector = [];
  #times: number[] = [];
  #states: Vector[] = [];
  #slopes: Slopes[] = [];

  constructor(system: System, { parameters, lags }: Pick<Point, "parameters" | "lags">) {
    const names = namesOf(system);
    this.#system = system;
    this.#lags = lags;
    this.#pasts = system.variables.map(({ past }) => past && compile(past, (name) => names.indexOf(name)));
    this.#values = new Float64Array(names.length);
    this.#values.set([...parameters.values()], system.variables.length);
  }

  /** Forgets what was, and begins at t = 0. */
  begin(start: Vector): void {
    this.#start = start;
    this.#values.set(start);
    [this.#times, this.#states, this.#slopes] = [[], [], []];
  }

  /** A state that the trajectory comes through, and the slopes there; times rise. */
  keep(t: number, x: Vector, slopes: Slopes): void {
    if (this.#times.at(-1) === t) return;
    this.#times.push(t);
    this.#states.push(x);
    this.#slopes.push(slopes);
  }

  /**
   * What is delayed, at a time: values jump at t = 0 where the past does not end at the start.
   *
   * @param ends it belongs to a step that ends there, and not to one that begins
   */
  at(t: number, ends: boolean): number[] {
    return this.#system.delays.map(({ variable }, j) => {
      const lag = this.#lags[j];
      const before = t - lag;
      if (Math.abs(before) <= NEAR * lag) return ends ? this.#past(variable, 0) : this.#start[variable];
      return before < 0 ? this.#past(variable, before) : this.#between(variable, before);
    });
  }

  #past(variable: number, t: number): number {
    const past = this.#pasts[variable];
    if (!past) return this.#start[variable];
    this.#values[this.#values.length - 1] = t;
    return past(this.#values);
  }

  #between(variable: number, t: number): number {
    const times = this.#times;
    let [from, to] = [0, times.length - 1];
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if (times[middle] <= t) from = middle;
      else to = middle;
    }
    const value = (place: number) => this.#states[place][variable];
    const h = times[to] - times[from];
    if (!(h > 0)) return value(from);
    const u = (t - times[from]) / h;
    const [a, b] = [value(from), value(to)];
    const [first, last] = [this.#slopes[from].after[variable], this.#slopes[to].before[variable]];
    return (1 - u) * a + u * b + u * (1 - u) * ((1 - 2 * u) * (a - b) + h * ((1 - u) * first - u * last));
  }
}
