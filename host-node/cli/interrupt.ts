// Ctrl-C and its kin: the first asks for an orderly stop, the second leaves at once.

import { InterruptedError } from "./errors.ts";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** While it lives, `signal` is aborted by the first Ctrl-C instead of the process. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #handler = (name: NodeJS.Signals) => {
    if (!this.signal.aborted) {
      this.#controller.abort(new InterruptedError(`interrupted (${name}).`));
      return;
    }
    this[Symbol.dispose]();
    process.kill(process.pid, name); // Dies of the signal: with work on the GPU the one way out at once that does not crash.
  };

  constructor() {
    for (const name of SIGNALS) process.on(name, this.#handler);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.off(name, this.#handler);
  }
}
