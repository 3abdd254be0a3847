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

/**
 * The size of batches of which only the whole counts: a run can be kept only between two. The more, the better is the GPU filled; but one
 * should not take much longer than a second where a CPU does the work, and ten on a GPU, of which a small part is slow for nothing.
 */
export class BatchBudget {
  readonly #least: number;
  readonly #milliseconds: number;
  #wanted: number;

  /** Batches of `most` fill a GPU, and those of `least` a CPU. */
  constructor(most: number, least: number, software: boolean) {
    this.#least = least;
    this.#wanted = software ? least : most;
    this.#milliseconds = software ? 1000 : 10_000;
  }

  next(remaining: number, most: number): number {
    return Math.max(1, Math.min(remaining, most, this.#wanted));
  }

  record(count: number, milliseconds: number): void {
    const wanted = Math.floor((count * this.#milliseconds) / Math.max(milliseconds, 0.01));
    this.#wanted = Math.max(this.#least, wanted);
  }
}
