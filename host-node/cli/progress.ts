// How far a long command is: a bar, the rate and the time left, on standard error, and only if that is a terminal.

import type { Ora } from "ora";
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
  readonly #shown: boolean;
  #spinner: Ora | undefined;
  #text = "";
  #ended = false;
  readonly #start = performance.now();

  constructor(options: ProgressOptions) {
    this.#options = options;
    // A terminal that tells no width has 0 columns, in which ora would clear lines without end.
    this.#shown = !options.quiet && process.stderr.isTTY && process.stderr.columns > 0;
    this.update(options.from ?? 0);
    if (this.#shown) void this.#show();
  }

  /** Loaded where it is shown: most commands are over before it is, or write to no terminal. */
  async #show(): Promise<void> {
    const { default: ora } = await import("ora");
    if (this.#ended) return;
    // Without discardStdin: false the terminal goes into raw mode, where Ctrl-C is no signal.
    this.#spinner = ora({ text: this.#text, stream: process.stderr, discardStdin: false, isEnabled: true }).start();
  }

  update(done: number, note = ""): void {
    if (!this.#shown) return;
    const { total, unit, from = 0, updates } = this.#options;
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const bar = "█".repeat(Math.floor(share * WIDTH)).padEnd(WIDTH, "░");
    const seconds = (performance.now() - this.#start) / 1000;
    const parts = [`${bar} ${Math.floor(100 * share)} %`, note || `${done} of ${total} ${unit}`];
    if (done > from && seconds > 0.5) {
      if (updates) parts.push(`${quantity((updates.count * (done - from)) / seconds)} ${updates.unit}/s`);
      parts.push(`${duration((seconds * (total - done)) / (done - from))} left`);
    }
    this.#text = parts.join("  ");
    if (this.#spinner) this.#spinner.text = this.#text;
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#spinner?.stop();
  }
}
