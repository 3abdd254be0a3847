// How long one submission may hold the GPU. Long ones freeze the screen and make drivers reset the device (Windows after
// 2 s), short ones waste time on overhead; so their length follows from measured time.

/** Milliseconds that one submission should take. */
const TARGET = 30;

/** The most by which the next submission may be longer than the last. */
const GROWTH = 4;

export class Budget {
  #last = 0;
  #perStep = 0;

  /** Steps for the next submission. */
  next(remaining: number, most: number): number {
    const wanted = this.#perStep > 0 ? Math.floor(TARGET / this.#perStep) : 1;
    return Math.max(1, Math.min(remaining, most, wanted, Math.max(1, this.#last) * GROWTH));
  }

  /** Milliseconds that so many steps are expected to take; 0 while unknown. */
  expected(steps: number): number {
    return this.#perStep * steps;
  }

  record(steps: number, milliseconds: number): void {
    const first = this.#last === 0;
    this.#last = steps;
    if (first) return; // drivers compile at the first dispatch
    // A floor, because browsers round their clocks. Longer times count by half, because most are disturbances; shorter ones fully.
    const measured = Math.max(milliseconds, 0.01) / steps;
    this.#perStep = this.#perStep > 0 && measured > this.#perStep ? 0.5 * (this.#perStep + measured) : measured;
  }
}
