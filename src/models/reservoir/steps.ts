// Many steps in submissions of measured length: the dispatches of each, with what differs between them in a uniform.

import { Budget } from "../../device/budget.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import type { Kernel } from "../../device/kernel.ts";
import { between, type RunOptions } from "../../device/run.ts";
import { STEPS_KEPT } from "./gram.ts";

/** Dispatches of one submission: each has its own step uniform. */
const DISPATCHES = 2048;

export interface Dispatch {
  kernel: Kernel;
  group: GPUBindGroup;
  groups: [number, number];
  /** first, count, keep, layer; or what else its kernel calls a step, up to eight words. */
  words: readonly number[];
}

export class Steps {
  readonly title: string;
  readonly #device: GpuDevice;
  readonly #stride: number;

  constructor(device: GpuDevice, title: string) {
    this.#device = device;
    this.title = title;
    this.#stride = Math.max(32, device.limits.minUniformBufferOffsetAlignment);
  }

  /** For the uniforms of a submission. */
  buffer(): GPUBuffer {
    const { UNIFORM, COPY_DST } = GPUBufferUsage;
    return this.#device.buffer("reservoir steps", DISPATCHES * this.#stride, UNIFORM | COPY_DST);
  }

  /**
   * Makes `total` steps.
   *
   * @param each dispatches that a step may take, where it takes some of its own
   * @param inspect is called whenever features are kept and none was overwritten since
   * @throws the signal's reason when aborted, DeviceLostError, GpuError
   */
  async make(
    total: number,
    each: number | undefined,
    uniforms: GPUBuffer,
    options: RunOptions,
    dispatches: (first: number, count: number) => Iterable<Dispatch>,
    inspect?: (time: number) => Promise<void>,
  ): Promise<void> {
    const budget = new Budget();
    const most = each ? Math.floor(DISPATCHES / each) - 2 : 64 * STEPS_KEPT;
    for (let done = 0; done < total; ) {
      await between({ done, total }, options);
      const left = inspect ? Math.min(total - done, STEPS_KEPT - (done % STEPS_KEPT)) : total - done;
      const count = budget.next(left, most);
      const start = performance.now();
      const accepted = this.#submit(uniforms, [...dispatches(done, count)]);
      const overslept = await this.#device.settle(accepted, budget.expected(count));
      budget.record(count, (performance.now() - start) * (overslept ? 0.5 : 1));
      done += count;
      await inspect?.(done);
    }
    await between({ done: total, total }, options);
  }

  #submit(uniforms: GPUBuffer, dispatches: readonly Dispatch[]): Promise<void> {
    const stride = this.#stride / 4;
    const words = new Uint32Array(dispatches.length * stride);
    dispatches.forEach((dispatch, i) => {
      words.set(dispatch.words, i * stride);
    });
    this.#device.write(uniforms, words);
    return this.#device.submit(this.title, (encoder) => {
      const pass = encoder.beginComputePass({ timestampWrites: this.#device.timer?.writes("steps") });
      dispatches.forEach(({ kernel, group, groups }, i) => {
        pass.setPipeline(kernel.pipeline);
        pass.setBindGroup(0, group, [i * this.#stride]);
        pass.dispatchWorkgroups(...groups);
      });
      pass.end();
    });
  }
}
