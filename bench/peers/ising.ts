// The plain kernel (shaders/ising/plain.wgsl) as a program of its own, and the loop that says what it must compute.

import { storage, uniform } from "../../src/device/buffers.ts";
import type { GpuDevice } from "../../src/device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../src/device/kernel.ts";
import { structOf } from "../../src/device/layout.ts";
import { type Dispatch, Submissions } from "../../src/device/submissions.ts";
import { streamKey, threefry4x32 } from "../../src/random/threefry.ts";

/** Sweeps of one submission; each half has its own step uniform. */
const MOST = 64;
const RUN = structOf("ising/plain.wgsl", "run");
const PURPOSE = 0x1ff;
const SEED = 42n;

/** [aligned neighbours - 3]: acceptance in units of 2^-32. */
export type Acceptance = readonly [number, number];

export class PlainIsing {
  readonly #device: GpuDevice;
  readonly #buffers: Record<"spins" | "thresholds" | "run", GPUBuffer>;
  readonly #submissions: Submissions;
  /** The half-sweeps of a submission. */
  readonly #halves: readonly Dispatch[];
  #sweeps = 0;

  /** All spins up. Width is a multiple of 8. */
  static async create(device: GpuDevice, size: [number, number], acceptance: Acceptance): Promise<PlainIsing> {
    const kernel = await device.kernel({
      shader: "ising/plain.wgsl",
      entryPoint: "plain_half_sweep",
      constants: { WIDTH: size[0], HEIGHT: size[1], WORKGROUP: 128 },
    });
    return device.guard("plain ising", () => new PlainIsing(device, kernel, size, acceptance));
  }

  private constructor(device: GpuDevice, kernel: Kernel, size: [number, number], acceptance: Acceptance) {
    this.#device = device;
    this.#buffers = {
      spins: storage(device, "plain spins", new Uint32Array(size[0] * size[1]).fill(1)),
      thresholds: storage(device, "plain thresholds", new Uint32Array(acceptance)),
      run: uniform(device, "plain run", RUN),
    };
    this.#submissions = new Submissions(device, "plain ising", 2 * MOST);
    const group = kernel.bind({ ...this.#buffers, step: this.#submissions.steps });
    const groups = workgroupGrid(Math.ceil((size[0] * size[1]) / 8 / 128), device.limits);
    const step = (half: number) => ({ sweep: half >> 1, colour: half & 1 });
    this.#halves = Array.from({ length: 2 * MOST }, (_, half) => ({ kernel, group, groups, step: step(half) }));
  }

  async run(sweeps: number): Promise<void> {
    const [seed0, seed1, purpose, replica] = streamKey(SEED, PURPOSE, 0);
    for (let done = 0; done < sweeps; ) {
      const count = Math.min(MOST, sweeps - done);
      const run = { seed: [seed0, seed1], purpose, replica, sweep: this.#sweeps };
      this.#device.write(this.#buffers.run, RUN.write(run));
      const accepted = this.#submissions.submit(this.#halves.slice(0, 2 * count));
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
    return new Uint32Array(await this.#device.read(this.#buffers.spins));
  }

  [Symbol.dispose](): void {
    for (const buffer of Object.values(this.#buffers)) this.#device.free(buffer);
    this.#submissions.dispose();
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
