// The lattice on the GPU: two bit planes, one dispatch a half-sweep, sums reduced there and read back once a submission.

import { storage, uniform, withBuffers } from "../../device/buffers.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import { structOf, type Values } from "../../device/layout.ts";
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

const RUN = structOf("ising/sweep.wgsl", "run");
/** Uniforms of what fills a plane, or changes it once. */
const ONCE = { paint: structOf("ising/paint.wgsl", "stroke"), start: structOf("ising/start.wgsl", "start") };
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
    this.#run = uniform(device, "ising run", RUN);
    this.#submissions = new Submissions(device, title(options), DISPATCHES);
    this.#pacer = new Pacer(device);
    this.#slots = Math.max(1, Math.min(DISPATCHES / 3, Math.floor(SUMS_BYTES / (4 * SUM_WORDS * options.replicas))));
    this.#sums = storage(device, "ising sums", this.#slots * SUM_WORDS * options.replicas);
    this.#sweep = this.#bind(sweep);
    const [own, other] = this.planes;
    const group = measure.bind({ own, other, sums: this.#sums, step: this.#submissions.steps });
    this.#measure = { kernel: measure, group };
  }

  #bind(kernel: Kernel): { kernel: Kernel; groups: [GPUBindGroup, GPUBindGroup] } {
    const [even, odd] = this.planes;
    const shared = { thresholds: this.#thresholds, run: this.#run, step: this.#submissions.steps };
    const bind = (own: GPUBuffer, other: GPUBuffer) => kernel.bind({ ...shared, own, other });
    return { kernel, groups: [bind(even, odd), bind(odd, even)] };
  }

  async setThresholds(thresholds: FlipThresholds): Promise<void> {
    const kernel = await sweepKernel(this.#device, this.#options, this.#workgroup, thresholds);
    this.#device.write(this.#thresholds, table(this.#options, thresholds));
    this.#sweep = this.#bind(kernel);
  }

  paint({ x, y, radius, value }: Stroke): Promise<void> {
    return this.#once("paint", { centre: [x, y], radius, up: value > 0 }, 1);
  }

  randomize(): Promise<void> {
    const { replicas, seed, firstReplica } = this.#options;
    return this.#once("start", { seed: seedWords(seed), purpose: PURPOSE.start, firstReplica }, replicas);
  }

  /** A kernel over both planes, each with a uniform of its own. */
  async #once(name: keyof typeof ONCE, values: Values, replicas: number) {
    const device = this.#device;
    const kernel = await onceKernel(device, this.#options, this.#workgroup, name);
    const make = () => [0, 1].map((colour) => uniform(device, `ising ${name}`, ONCE[name], { ...values, colour }));
    const groups = this.#threads(tiles(this.#options).count * replicas);
    await withBuffers(device, title(this.#options), make, (uniforms) => {
      const dispatches = uniforms.map((values, colour) => {
        const [own, other] = [this.planes[colour], this.planes[1 - colour]];
        const group = kernel.bind({ own, other, start: values, stroke: values });
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
        const run = { seed: seedWords(seed), purpose: PURPOSE.sweep, firstReplica, sweep: from };
        this.#device.write(this.#run, RUN.write(run));
        const dispatches: Dispatch[] = [];
        const { kernel, groups: planes } = this.#sweep;
        for (let i = 0, slot = 0; i < count; i++) {
          for (const colour of [0, 1]) {
            dispatches.push({ kernel, group: planes[colour], groups, step: { sweep: i, colour } });
          }
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
    return { ...this.#measure, groups: workgroupGrid(groups, this.#device.limits), step: { slot } };
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
