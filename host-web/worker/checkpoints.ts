// The last checkpoint of a run: from there it is made again where the device was lost, and by a reload.

import type { Run } from "./run.ts";

/** Milliseconds between two. */
const EVERY = 10_000;
/** Larger states are kept less often: reading them back takes a frame or more. */
const LARGE_STATE = 2 ** 26;
const LARGE_EVERY = 60_000;

export class Checkpoints {
  /** Without one the run begins at its beginning. */
  last: Uint8Array | undefined;
  #keptAt = 0;

  begin(bytes: Uint8Array | undefined): void {
    this.last = bytes;
    this.#keptAt = performance.now();
  }

  /** Keeps one if it is due. A run whose steps are noted is made again from its beginning, or its notes would begin late. */
  async keep({ module, simulation, history, size: [width, height] }: Run): Promise<void> {
    const every = width * height > LARGE_STATE ? LARGE_EVERY : EVERY;
    if (performance.now() - this.#keptAt <= every) return;
    this.#keptAt = performance.now();
    if (module.note || simulation.steps === 0) return;
    this.last = await simulation.checkpoint();
    if (history.isStorable) history.store?.keepState(history.id, this.last);
  }
}
