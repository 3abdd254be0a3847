// Many steps in submissions of measured length. What differs between the dispatches of one submission is in a uniform of each.

import { Budget } from "./budget.ts";
import type { GpuDevice } from "./gpu.ts";
import type { Kernel } from "./kernel.ts";
import { type RunOptions, reportProgress } from "./run.ts";

export interface Dispatch {
  kernel: Kernel;
  group: GPUBindGroup;
  /** Workgroups in x and y. */
  groups: readonly [number, number];
  /** What its kernel calls a step, bound by `Submissions.step`; none for a kernel without one. */
  words?: ArrayLike<number>;
}

export interface Pieces {
  /** Steps that a submission may take after so many are made; at least 1. */
  most: number | ((done: number) => number);
  /** Encodes and submits `count` steps after `done`; it may be several submissions. */
  submit(done: number, count: number): Promise<void> | Iterable<Promise<void>>;
  /** Is called once they are made. */
  after?(done: number, count: number): void | Promise<void>;
}

/** Makes steps in pieces that each take about as long as a screen can wait. */
export class Pacer {
  readonly #device: GpuDevice;
  readonly #budget = new Budget();

  constructor(device: GpuDevice) {
    this.#device = device;
  }

  /**
   * Makes `total` steps.
   *
   * @throws the signal's reason when aborted, GpuError, DeviceLostError, DisposedError
   */
  async make(total: number, options: RunOptions, { most, submit, after }: Pieces): Promise<void> {
    const budget = this.#budget;
    for (let done = 0; done < total; ) {
      await reportProgress({ done, total }, options);
      const count = budget.next(total - done, typeof most === "number" ? most : most(done));
      const start = performance.now();
      const accepted = submit(done, count);
      let overslept = false;
      if (accepted instanceof Promise) overslept = await this.#device.waitForGpu(accepted, budget.expected(count));
      else for (const one of accepted) await this.#device.waitForGpu(one);
      budget.record(count, (performance.now() - start) * (overslept ? 0.5 : 1));
      done += count;
      await after?.(done, count);
    }
    await reportProgress({ done: total, total }, options);
  }
}

/** Submissions of dispatches with up to `capacity` uniforms; those that follow each other with the very same words share one. */
export class Submissions {
  readonly capacity: number;
  /** The uniforms, freed by `dispose`. */
  readonly buffer: GPUBuffer;
  readonly #device: GpuDevice;
  readonly #title: string;
  /** Words from one uniform to the next. */
  readonly #stride: number;
  /** What the uniforms hold. */
  readonly #held: Uint32Array;

  /** @param words of the largest step */
  constructor(device: GpuDevice, title: string, { words, capacity }: { words: number; capacity: number }) {
    this.#device = device;
    this.#title = title;
    this.capacity = capacity;
    this.#stride = Math.max(4 * words, device.limits.minUniformBufferOffsetAlignment) / 4;
    const { UNIFORM, COPY_DST } = GPUBufferUsage;
    this.#held = new Uint32Array(capacity * this.#stride);
    this.buffer = device.buffer(`steps of ${title}`, this.#held.byteLength, UNIFORM | COPY_DST);
  }

  /** What a kernel binds as its step. */
  step(words: number): { buffer: GPUBuffer; size: number } {
    return { buffer: this.buffer, size: 4 * words };
  }

  /** One after another in one pass, timed as "steps". */
  submit(dispatches: readonly Dispatch[], before?: (encoder: GPUCommandEncoder) => void): Promise<void> {
    const offsets = this.#write(dispatches);
    return this.#device.submit(this.#title, (encoder) => {
      before?.(encoder);
      const pass = encoder.beginComputePass({ timestampWrites: this.#device.timer?.writes("steps") });
      let set: Kernel | undefined;
      dispatches.forEach(({ kernel, group, groups, words }, i) => {
        if (kernel !== set) pass.setPipeline(kernel.pipeline);
        set = kernel;
        pass.setBindGroup(0, group, words ? [offsets[i]] : []);
        pass.dispatchWorkgroups(...groups);
      });
      pass.end();
    });
  }

  /** Uploads the steps, as far as they are not there from the last submission; returns where each lies, in bytes. */
  #write(dispatches: readonly Dispatch[]): number[] {
    const held = this.#held;
    let [next, changed] = [0, 0];
    let last: Dispatch["words"];
    const offsets = dispatches.map(({ words }) => {
      if (words && words !== last) {
        const at = next++ * this.#stride;
        for (let k = 0; k < words.length; k++) {
          if (held[at + k] === words[k] >>> 0) continue;
          held[at + k] = words[k];
          changed = next;
        }
        last = words;
      }
      return 4 * this.#stride * (next - 1);
    });
    if (next > this.capacity) throw new RangeError(`${next} steps in a submission of at most ${this.capacity}`);
    if (changed > 0) this.#device.write(this.buffer, held.subarray(0, changed * this.#stride));
    return offsets;
  }

  dispose(): void {
    this.#device.free(this.buffer);
  }
}

/** 32-bit floats as the words of a step. */
export const floatWords = (values: readonly number[]): Uint32Array => new Uint32Array(Float32Array.from(values).buffer);

/** Submits dispatches that have no step, one after another in one pass, timed as `timed`. */
export function submitPass(
  device: GpuDevice,
  title: string,
  dispatches: readonly Omit<Dispatch, "words">[],
  timed?: string,
): Promise<void> {
  return device.submit(title, (encoder) => {
    const timestampWrites = timed === undefined ? undefined : device.timer?.writes(timed);
    const pass = encoder.beginComputePass({ timestampWrites });
    for (const { kernel, group, groups } of dispatches) {
      pass.setPipeline(kernel.pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...groups);
    }
    pass.end();
  });
}

/** The same untimed, and waits for them. */
export async function dispatchOnce(
  device: GpuDevice,
  title: string,
  dispatches: readonly Omit<Dispatch, "words">[],
): Promise<void> {
  await device.waitForGpu(submitPass(device, title, dispatches));
}
