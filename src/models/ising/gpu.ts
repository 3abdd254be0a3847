// The lattice on the GPU: two bit planes, one dispatch a half-sweep, sums reduced there and read back once a submission.

import { storage, uniform, withBuffers } from "../../device/buffers.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import { type Dispatch, dispatchOnce, Pacer, Submissions } from "../../device/submissions.ts";
import { seedWords } from "../../random/threefry.ts";
import { type AdvanceOptions, advanceMeasured } from "../advance.ts";
import type { Stroke } from "../model.ts";
import {
  measureKernel,
  measuringGroup,
  onceKernel,
  SUM_WORDS,
  sweepKernel,
  TILES_PER_THREAD,
  table,
} from "./kernels.ts";
import { type FlipThresholds, type Lattice, type LatticeOptions, PURPOSE, type Sums } from "./lattice.ts";
import { fromPlanes, planeWords, type Shape, tiles, toPlanes } from "./packing.ts";

/** Half-sweeps and measurements that one submission can hold. */
const DISPATCHES = 3072;
/** Bytes of measurements that one submission may leave to be read back. */
const SUMS_BYTES = 1 << 22;

export class GpuLattice implements Lattice {
  /** The colour planes as shaders/ising/lattice.wgsl describes them. */
  readonly planes: readonly [GPUBuffer, GPUBuffer];
  readonly #device: GpuDevice;
  readonly #options: LatticeOptions;
  readonly #workgroup: number;
  readonly #thresholds: GPUBuffer;
  readonly #run: GPUBuffer;
  readonly #sums: GPUBuffer;
  readonly #slots: number;
  readonly #submissions: Submissions;
  readonly #pacer: Pacer;
  #sweep: { kernel: Kernel; groups: [GPUBindGroup, GPUBindGroup] };
  readonly #measure: { kernel: Kernel; group: GPUBindGroup };

  /** @throws OutOfMemoryError, GpuError, DeviceLostError. Sizes beyond the device's limits are the caller's to refuse. */
  static async create(device: GpuDevice, options: LatticeOptions, workgroup = 128): Promise<GpuLattice> {
    const [sweep, measure] = await Promise.all([
      sweepKernel(device, options, workgroup, options.thresholds),
      measureKernel(device, options, workgroup),
    ]);
    return device.guard(title(options), () => new GpuLattice(device, options, workgroup, sweep, measure));
  }

  private constructor(device: GpuDevice, options: LatticeOptions, workgroup: number, sweep: Kernel, measure: Kernel) {
    this.#device = device;
    this.#options = options;
    this.#workgroup = workgroup;
    const plane = (colour: number) => storage(device, `ising plane ${colour}`, planeWords(options));
    this.planes = [plane(0), plane(1)];
    const { high, low } = options.thresholds;
    this.#thresholds = storage(device, "ising thresholds", high.length + low.length);
    device.write(this.#thresholds, table(options, options.thresholds));
    this.#run = uniform(device, "ising run", new Uint32Array(8));
    this.#submissions = new Submissions(device, title(options), { words: 2, capacity: DISPATCHES });
    this.#pacer = new Pacer(device);
    this.#slots = Math.max(1, Math.min(DISPATCHES / 3, Math.floor(SUMS_BYTES / (4 * SUM_WORDS * options.replicas))));
    this.#sums = storage(device, "ising sums", this.#slots * SUM_WORDS * options.replicas);
    this.#sweep = this.#bind(sweep);
    const step = this.#submissions.step(1);
    this.#measure = { kernel: measure, group: measure.bind(...this.planes, this.#sums, step) };
  }

  #bind(kernel: Kernel): { kernel: Kernel; groups: [GPUBindGroup, GPUBindGroup] } {
    const [even, odd] = this.planes;
    const step = this.#submissions.step(2);
    const bind = (own: GPUBuffer, other: GPUBuffer) => kernel.bind(own, other, this.#thresholds, this.#run, step);
    return { kernel, groups: [bind(even, odd), bind(odd, even)] };
  }

  async setThresholds(thresholds: FlipThresholds): Promise<void> {
    const kernel = await sweepKernel(this.#device, this.#options, this.#workgroup, thresholds);
    this.#device.write(this.#thresholds, table(this.#options, thresholds));
    this.#sweep = this.#bind(kernel);
  }

  paint({ x, y, radius, value }: Stroke): Promise<void> {
    const words = (colour: number) => new Int32Array([x, y, radius, value > 0 ? 1 : 0, colour]);
    return this.#once("paint", words, 1);
  }

  randomize(): Promise<void> {
    const { replicas, seed, firstReplica } = this.#options;
    const words = (colour: number) => new Uint32Array([...seedWords(seed), PURPOSE.start, firstReplica, colour]);
    return this.#once("start", words, replicas);
  }

  /** A kernel over both planes, each with a uniform of its own. */
  async #once(name: "paint" | "start", words: (colour: 0 | 1) => Int32Array | Uint32Array, replicas: number) {
    const device = this.#device;
    const kernel = await onceKernel(device, this.#options, this.#workgroup, name);
    const make = () => ([0, 1] as const).map((colour) => uniform(device, `ising ${name}`, words(colour)));
    const groups = this.#threads(tiles(this.#options).count * replicas);
    await withBuffers(device, title(this.#options), make, (uniforms) => {
      const dispatches = uniforms.map((own, colour) => {
        const group = kernel.bind(this.planes[colour], this.planes[1 - colour], own);
        return { kernel, group, groups };
      });
      return dispatchOnce(device, title(this.#options), dispatches);
    });
  }

  async write(state: Uint8Array): Promise<void> {
    toPlanes(state, this.#options).forEach((plane, colour) => {
      this.#device.write(this.planes[colour], plane);
    });
    await this.#device.waitForGpu(Promise.resolve());
  }

  async read(): Promise<Uint8Array> {
    const [even, odd] = [await this.#device.read(this.planes[0]), await this.#device.read(this.planes[1])];
    return fromPlanes([new Uint32Array(even), new Uint32Array(odd)], this.#options);
  }

  async sums(): Promise<Sums[]> {
    await this.#submissions.submit([this.#measured(0)], (encoder) => encoder.clearBuffer(this.#sums));
    return (await this.#readSums(1))[0];
  }

  advance(options: AdvanceOptions<Sums>): Promise<void> {
    const { seed, firstReplica, replicas } = this.#options;
    const groups = this.#threads(tiles(this.#options).count * replicas);
    return advanceMeasured(this.#pacer, options, {
      steps: DISPATCHES / 3,
      slots: this.#slots,
      submit: (from, count, measured) => {
        this.#device.write(this.#run, new Uint32Array([...seedWords(seed), PURPOSE.sweep, firstReplica, from]));
        const dispatches: Dispatch[] = [];
        const { kernel, groups: planes } = this.#sweep;
        for (let i = 0, slot = 0; i < count; i++) {
          for (const colour of [0, 1]) dispatches.push({ kernel, group: planes[colour], groups, words: [i, colour] });
          if (measured[slot] === from + i + 1) dispatches.push(this.#measured(slot++));
        }
        const clear = (encoder: GPUCommandEncoder) => encoder.clearBuffer(this.#sums);
        return this.#submissions.submit(dispatches, measured.length > 0 ? clear : undefined);
      },
      read: (count) => this.#readSums(count),
    });
  }

  dispose(): void {
    for (const buffer of [...this.planes, this.#thresholds, this.#run, this.#sums]) this.#device.free(buffer);
    this.#submissions.dispose();
  }

  #measured(slot: number): Dispatch {
    const tilesPerGroup = measuringGroup(this.#options, this.#workgroup) * TILES_PER_THREAD;
    const groups = Math.ceil(tiles(this.#options).count / tilesPerGroup) * this.#options.replicas;
    return { ...this.#measure, groups: workgroupGrid(groups, this.#device.limits), words: [slot] };
  }

  async #readSums(count: number): Promise<Sums[][]> {
    const { replicas } = this.#options;
    const data = new Uint32Array(await this.#device.read(this.#sums, 0, 4 * SUM_WORDS * replicas * count));
    const wide = (at: number) => data[at] + 2 ** 32 * data[at + 1];
    return Array.from({ length: count }, (_, slot) =>
      Array.from({ length: replicas }, (_, replica) => {
        const at = (slot * replicas + replica) * SUM_WORDS;
        return { up: wide(at), unequal: [wide(at + 2), wide(at + 4)], upEven: wide(at + 6) };
      }),
    );
  }

  #threads(count: number): [number, number] {
    return workgroupGrid(Math.ceil(count / this.#workgroup), this.#device.limits);
  }
}

const title = ({ width, height, replicas }: Shape) =>
  `ising ${width}×${height}${replicas > 1 ? ` × ${replicas} replicas` : ""}`;
