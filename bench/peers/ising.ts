// The plain kernel (shaders/ising/plain.wgsl) as a program of its own, and the loop that says what it must compute.

import type { GpuDevice } from "../../src/device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../src/device/kernel.ts";
import { streamKey, threefry4x32 } from "../../src/random/threefry.ts";

/** Sweeps of one submission; each half has its own step uniform. */
const MOST = 64;
const PURPOSE = 0x1ff;
const SEED = 42n;

/** [aligned neighbours - 3]: acceptance in units of 2^-32. */
export type Acceptance = readonly [number, number];

export class PlainIsing {
  readonly #device: GpuDevice;
  readonly #kernel: Kernel;
  readonly #size: [number, number];
  readonly #buffers: GPUBuffer[];
  readonly #group: GPUBindGroup;
  readonly #stride: number;
  #sweeps = 0;

  /** All spins up. Width is a multiple of 8. */
  static async create(device: GpuDevice, size: [number, number], acceptance: Acceptance): Promise<PlainIsing> {
    const kernel = await device.kernel({
      shader: "ising/plain.wgsl",
      entryPoint: "plain_half_sweep",
      bindings: ["storage", "read-only-storage", "uniform", "step"],
      constants: { WIDTH: size[0], HEIGHT: size[1], WORKGROUP: 128 },
    });
    return device.guard("plain ising", () => new PlainIsing(device, kernel, size, acceptance));
  }

  private constructor(device: GpuDevice, kernel: Kernel, size: [number, number], acceptance: Acceptance) {
    this.#device = device;
    this.#kernel = kernel;
    this.#size = size;
    this.#stride = Math.max(16, device.limits.minUniformBufferOffsetAlignment);
    const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
    const spins = device.buffer("plain spins", 4 * size[0] * size[1], STORAGE | COPY_DST | COPY_SRC);
    const thresholds = device.buffer("plain thresholds", 8, STORAGE | COPY_DST);
    const run = device.buffer("plain run", 32, UNIFORM | COPY_DST);
    const steps = device.buffer("plain steps", 2 * MOST * this.#stride, UNIFORM | COPY_DST);
    this.#buffers = [spins, thresholds, run, steps];
    device.write(spins, new Uint32Array(size[0] * size[1]).fill(1));
    device.write(thresholds, new Uint32Array(acceptance));
    const words = new Uint32Array((2 * MOST * this.#stride) / 4);
    for (let i = 0; i < 2 * MOST; i++) words.set([i >> 1, i & 1], (i * this.#stride) / 4);
    device.write(steps, words);
    this.#group = kernel.bind(spins, thresholds, run, { buffer: steps, size: 8 });
  }

  async run(sweeps: number): Promise<void> {
    const [width, height] = this.#size;
    const dispatch = workgroupGrid(Math.ceil((width * height) / 8 / 128), this.#device.limits);
    for (let done = 0; done < sweeps; ) {
      const count = Math.min(MOST, sweeps - done);
      this.#device.write(this.#buffers[2], new Uint32Array([...streamKey(SEED, PURPOSE, 0), this.#sweeps]));
      const accepted = this.#device.submit("plain ising", (encoder) => {
        const pass = encoder.beginComputePass();
        pass.setPipeline(this.#kernel.pipeline);
        for (let i = 0; i < 2 * count; i++) {
          pass.setBindGroup(0, this.#group, [i * this.#stride]);
          pass.dispatchWorkgroups(...dispatch);
        }
        pass.end();
      });
      await this.#device.waitForGpu(accepted, this.#expected(count));
      done += count;
      this.#sweeps += count;
    }
  }

  /** Milliseconds that the caller expects a sweep to take, to be slept away. */
  expectedPerSweep = 0;

  #expected(sweeps: number): number {
    return this.expectedPerSweep * sweeps;
  }

  async spins(): Promise<Uint32Array> {
    return new Uint32Array(await this.#device.read(this.#buffers[0]));
  }

  [Symbol.dispose](): void {
    for (const buffer of this.#buffers) this.#device.free(buffer);
  }
}

/** What the kernel must leave after so many sweeps from all up. */
export function plainReference([width, height]: [number, number], acceptance: Acceptance, sweeps: number): Uint32Array {
  const spins = new Uint32Array(width * height).fill(1);
  const key = streamKey(SEED, PURPOSE, 0);
  for (let half = 0; half < 2 * sweeps; half++) {
    const colour = half % 2;
    for (let y = 0; y < height; y++) {
      for (let x = (y + colour) % 2; x < width; x += 2) {
        const group = y * (width / 8) + Math.floor(x / 8);
        const random = threefry4x32([group, Math.floor(half / 2), 0, colour], key)[Math.floor((x % 8) / 2)];
        const at = (dx: number, dy: number) => spins[((y + dy + height) % height) * width + ((x + dx + width) % width)];
        const up = at(-1, 0) + at(1, 0) + at(0, -1) + at(0, 1);
        const aligned = spins[y * width + x] === 1 ? up : 4 - up;
        if (aligned <= 2 || random < acceptance[aligned - 3]) spins[y * width + x] ^= 1;
      }
    }
  }
  return spins;
}
