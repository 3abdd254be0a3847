// Where one trajectory crosses a surface of section, in f64.

import { compile } from "../../../expression/compile.ts";
import { compiled, type Plan } from "../plan.ts";
import type { Vector } from "./motion.ts";

/** Parts of a step that are looked at. */
const PARTS = 16;
/** Halvings of a step in which there is a crossing. */
const HALVINGS = 50;

/** Follows a trajectory from step to step, and counts. */
export class Crossings {
  readonly #value: ((x: Vector, t: number) => number) | undefined;
  readonly #section: Plan["section"];
  readonly #width: number;
  /** Time and state of those that are kept. */
  readonly #kept: number[] = [];
  #count = 0;
  #first = Number.NaN;
  #last = Number.NaN;

  constructor({ section, system, points }: Plan, point: number) {
    this.#section = section;
    this.#width = 1 + system.variables.length;
    if (!section) return;
    const { values, placeOf } = compiled(system, points[point]);
    const value = compile(section.value, placeOf);
    this.#value = (x, t) => {
      values.set(x);
      values[values.length - 1] = t;
      return value(values);
    };
  }

  /**
   * A step from x to y.
   *
   * @param between the state after a part of it
   */
  step(x: Vector, y: Vector, t: number, h: number, between: (part: number) => Vector): void {
    const value = this.#value;
    if (!value) return;
    // In parts, for it may cross and come back within a step.
    const at = (part: number) => (part === 0 ? x : part === 1 ? y : between(part));
    const valueAt = (part: number) => value(at(part), t + part * h);
    let before = valueAt(0);
    for (let n = 1; n <= PARTS; n++) {
      const after = valueAt(n / PARTS);
      const direction = before < 0 && after >= 0 ? 1 : before > 0 && after <= 0 ? -1 : 0;
      before = after;
      if (direction === 0 || direction === -this.#section!.direction) continue;
      let [least, most] = [(n - 1) / PARTS, n / PARTS];
      for (let i = 0; i < HALVINGS; i++) {
        const middle = (least + most) / 2;
        if (valueAt(middle) * direction < 0) least = middle;
        else most = middle;
      }
      this.#add(t + most * h, at(most));
    }
  }

  #add(time: number, x: Vector): void {
    if (this.#count === 0) this.#first = time;
    this.#last = time;
    if (this.#count < this.#section!.kept) this.#kept.push(time, ...x);
    this.#count++;
  }

  /** Number, first, mean time between two, then those that are kept; what there is not is no number. */
  get numbers(): number[] {
    if (!this.#section) return [];
    const between = (this.#last - this.#first) / (this.#count - 1);
    const own = [this.#count, this.#first, this.#count > 1 ? between : Number.NaN, ...this.#kept];
    const missing = 3 + this.#section.kept * this.#width - own.length;
    return [...own, ...Array(missing).fill(Number.NaN)];
  }
}
