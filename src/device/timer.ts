// How long the GPU worked, by its own clock: timestamps at the beginning and end of each pass that is asked to be timed.

import type { GpuDevice } from "./gpu.ts";

/** Passes between two readings; later ones are not timed. */
const PASSES = 64;

export class Timer {
  readonly #device: GpuDevice;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  #names: string[] = [];

  /** For devices with the feature "timestamp-query"; `device.timer = new Timer(device)` starts the timing of passes. */
  constructor(device: GpuDevice) {
    this.#device = device;
    this.#queries = device.raw.createQuerySet({ label: "timer", type: "timestamp", count: 2 * PASSES });
    this.#resolved = device.buffer("timer", 16 * PASSES, GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC);
  }

  /** For the descriptor of the next pass of this name; undefined when no more can be timed. */
  writes(name: string): (GPUComputePassTimestampWrites & GPURenderPassTimestampWrites) | undefined {
    const at = this.#names.length;
    if (at === PASSES) return undefined;
    this.#names.push(name);
    return { querySet: this.#queries, beginningOfPassWriteIndex: 2 * at, endOfPassWriteIndex: 2 * at + 1 };
  }

  /** Milliseconds of all passes of each name since the last reading. Browsers round single ones to 0.1 ms. */
  async read(): Promise<Record<string, number>> {
    const names = this.#names;
    this.#names = [];
    if (names.length === 0) return {};
    const accepted = this.#device.submit("timer", (encoder) => {
      encoder.resolveQuerySet(this.#queries, 0, 2 * names.length, this.#resolved, 0);
    });
    await accepted;
    const nanoseconds = new BigUint64Array(await this.#device.read(this.#resolved, 0, 16 * names.length));
    const sums: Record<string, number> = {};
    names.forEach((name, i) => {
      // Some drivers let the clock jump; a negative time is no time.
      const time = Number(nanoseconds[2 * i + 1] - nanoseconds[2 * i]) / 1e6;
      sums[name] = (sums[name] ?? 0) + Math.max(0, time);
    });
    return sums;
  }

  dispose(): void {
    this.#queries.destroy();
    this.#device.free(this.#resolved);
  }
}
