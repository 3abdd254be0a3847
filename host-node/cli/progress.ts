// How far a long command is: a bar, the rate and the time left, on standard error, and only if that is a terminal.

import ora from "ora";
import { duration, quantity } from "./format.ts";

export interface ProgressOptions {
  /** What a unit of progress is called, as in "sweeps". */
  unit: string;
  total: number;
  /** Where a continued run starts. */
  from?: number;
  quiet: boolean;
  /** Elementary updates in a unit, and what they are called. */
  updates?: { count: number; unit: string };
}

const WIDTH = 24;

export class Progress implements Disposable {
  readonly #options: ProgressOptions;
  readonly #spinner: ReturnType<typeof ora> | undefined;
  readonly #start = performance.now();

  constructor(options: ProgressOptions) {
    this.#options = options;
    if (options.quiet || !process.stderr.isTTY) return;
    // Without discardStdin: false the terminal goes into raw mode, where Ctrl-C is no signal.
    this.#spinner = ora({ stream: process.stderr, discardStdin: false, isEnabled: true }).start();
    this.update(options.from ?? 0);
  }

  update(done: number, note = ""): void {
    if (!this.#spinner) return;
    const { total, unit, from = 0, updates } = this.#options;
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const bar = "█".repeat(Math.floor(share * WIDTH)).padEnd(WIDTH, "░");
    const seconds = (performance.now() - this.#start) / 1000;
    const parts = [`${bar} ${Math.floor(100 * share)} %`, note || `${done} of ${total} ${unit}`];
    if (done > from && seconds > 0.5) {
      if (updates) parts.push(`${quantity((updates.count * (done - from)) / seconds)} ${updates.unit}/s`);
      parts.push(`${duration((seconds * (total - done)) / (done - from))} left`);
    }
    this.#spinner.text = parts.join("  ");
  }

  [Symbol.dispose](): void {
    this.#spinner?.stop();
  }
}
