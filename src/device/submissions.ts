// Many steps in submissions of measured length. What differs between the dispatches of one submission is in a uniform of each.

import { Budget } from "./budget.ts";
import type { GpuDevice } from "./gpu.ts";
import type { Kernel } from "./kernel.ts";
import { type Values, Words } from "./layout.ts";
import { type RunOptions, reportProgress } from "./run.ts";

export interface Dispatch {
  kernel: Kernel;
  group: GPUBindGroup;
  /** Workgroups in x and y. */
  groups: readonly [number, number];
  /** What its kernel calls a step, in `Submissions.steps`; none for a kernel without one. */
  step?: Values;
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

/** Bytes from one step to the next, and of a step at most. */
const STRIDE = 256;

/** Submissions of dispatches with up to `capacity` steps; those that follow each other with the very same step share its uniform. */
export class Submissions {
  /** The uniforms, which a kernel binds as its `step`; freed by `dispose`. */
  readonly steps: GPUBuffer;
  readonly #capacity: number;
  readonly #device: GpuDevice;
  readonly #title: string;
  /** What the uniforms are to hold, of which so many are not uploaded. */
  readonly #held: Words;
  #changed = 0;

  constructor(device: GpuDevice, title: string, capacity: number) {
    this.#device = device;
    this.#title = title;
    this.#capacity = capacity;
    const { UNIFORM, COPY_DST } = GPUBufferUsage;
    this.#held = new Words(capacity * STRIDE);
    this.steps = device.buffer(`steps of ${title}`, capacity * STRIDE, UNIFORM | COPY_DST);
  }

  /** One after another in one pass, timed as "steps". */
  submit(dispatches: readonly Dispatch[], before?: (encoder: GPUCommandEncoder) => void): Promise<void> {
    const offsets = this.#write(dispatches);
    return this.#device.submit(this.#title, (encoder) => {
      before?.(encoder);
      const pass = encoder.beginComputePass({ timestampWrites: this.#device.timer?.writes("steps") });
      let set: Kernel | undefined;
      dispatches.forEach(({ kernel, group, groups }, i) => {
        if (kernel !== set) pass.setPipeline(kernel.pipeline);
        set = kernel;
        pass.setBindGroup(0, group, kernel.step ? [offsets[i]] : []);
        pass.dispatchWorkgroups(...groups);
      });
      pass.end();
    });
  }

  /** Uploads the steps, as far as they are not there from the last submission; returns where each lies, in bytes. */
  #write(dispatches: readonly Dispatch[]): number[] {
    let next = 0;
    let last: Partial<Dispatch> = {};
    const offsets = dispatches.map((dispatch) => {
      const { kernel, step } = dispatch;
      if (kernel.step && step && (step !== last.step || kernel.step !== last.kernel?.step)) {
        if (next === this.#capacity) throw new RangeError(`${this.#title}: a submission has ${next} steps at most`);
        if (kernel.step.put(step, this.#held, (STRIDE / 4) * next++)) this.#changed = Math.max(this.#changed, next);
        last = dispatch;
      } else if (!kernel.step !== !step)
        throw new TypeError(`${this.#title}: a kernel has a step just where it is given one`);
      return STRIDE * (next - 1);
    });
    if (this.#changed > 0) this.#device.write(this.steps, this.#held.u32.subarray(0, (this.#changed * STRIDE) / 4));
    this.#changed = 0;
    return offsets;
  }

  dispose(): void {
    this.#device.free(this.steps);
  }
}

/** Submits dispatches that have no step, one after another in one pass, timed as `timed`. */
export function submitPass(
  device: GpuDevice,
  title: string,
  dispatches: readonly Omit<Dispatch, "step">[],
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
  dispatches: readonly Omit<Dispatch, "step">[],
): Promise<void> {
  await device.waitForGpu(submitPass(device, title, dispatches));
}
