// A lattice on the GPU: a word a site, one dispatch a colour, sums reduced there and read back once a submission.

import { bufferLimit, storage, uniform } from "../../device/buffers.ts";
import { ParameterError } from "../../device/errors.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import { structOf } from "../../device/layout.ts";
import { type Dispatch, Pacer, Submissions } from "../../device/submissions.ts";
import { seedWords } from "../../random/threefry.ts";
import { type AdvanceOptions, advanceMeasured } from "../advance.ts";
import type { Stroke } from "../model.ts";
import { type Colouring, colouringOf, siteCount } from "./geometry.ts";
import { type LatticeEngine, type LatticeOptions, WORDS } from "./lattice.ts";
import { latticeWgsl } from "./wgsl.ts";

/** Sweeps and measurements that one submission can hold. */
const SWEEPS = 256;
/** Bytes of measurements that one submission may leave to be read back. */
const SUMS_BYTES = 1 << 22;
/** Sites that an invocation counts, as shaders/lattice/lattice.wgsl says. */
const COUNTED = 16;
const RUN = structOf("lattice/lattice.wgsl", "run");
/** What an entry point does not ask for. */
const IDLE = { sweep: 0, colour: 0, first: 0, count: 0, source: 0, goal: 0, slot: 0 };

const ENTRIES = ["advance", "measure", "start", "paint"] as const;
type Entry = (typeof ENTRIES)[number];

interface Bound {
  kernel: Kernel;
  group: GPUBindGroup;
}

export class GpuLattice implements LatticeEngine {
  readonly #device: GpuDevice;
  readonly #options: LatticeOptions;
  readonly #workgroup: number;
  readonly #sites: number;
  readonly #colouring: Colouring;
  readonly #buffers: Record<"run" | "cells" | "order" | "tables" | "sums", GPUBuffer>;
  readonly #slots: number;
  readonly #submissions: Submissions;
  readonly #pacer: Pacer;
  readonly #kernels: Record<Entry, Bound>;
  /** Where the present state begins in the cells. */
  #now = 0;

  /** @throws ParameterError for what the device cannot hold, OutOfMemoryError, GpuError, DeviceLostError */
  static async create(device: GpuDevice, options: LatticeOptions, workgroup = 64): Promise<GpuLattice> {
    checkFits(device, options);
    const generated = latticeWgsl(options);
    const compiled = ENTRIES.map((entryPoint) =>
      device.kernel({ shader: options.rule.shader, generated, entryPoint, constants: { WORKGROUP: workgroup } }),
    );
    const kernels = await Promise.all(compiled);
    return device.guard(titleOf(options), () => new GpuLattice(device, options, workgroup, kernels));
  }

  private constructor(device: GpuDevice, options: LatticeOptions, workgroup: number, kernels: readonly Kernel[]) {
    this.#device = device;
    this.#options = options;
    this.#workgroup = workgroup;
    const { geometry, rule, replicas, tables, model } = options;
    this.#sites = siteCount(geometry);
    this.#colouring = rule.synchronous
      ? { order: new Uint32Array(1), starts: [0, this.#sites] }
      : colouringOf(geometry);
    const { order, starts } = this.#colouring;
    const sums = rule.sums.length * replicas;
    this.#slots = Math.max(1, Math.min(SWEEPS, Math.floor(SUMS_BYTES / (4 * sums))));
    const words = (name: string, contents: number | Uint32Array) => storage(device, `${model} ${name}`, contents);
    this.#buffers = {
      run: uniform(device, `${model} run`, RUN),
      cells: words("cells", halves(options) * replicas * this.#sites),
      order: words("order", order),
      tables: words("tables", tables),
      sums: words("sums", this.#slots * sums),
    };
    // A measurement may follow each sweep.
    this.#submissions = new Submissions(device, titleOf(options), SWEEPS * starts.length);
    this.#pacer = new Pacer(device);
    const buffers = { ...this.#buffers, step: this.#submissions.steps };
    const bound = kernels.map((kernel) => ({ kernel, group: kernel.bind(buffers) }));
    this.#kernels = Object.fromEntries(ENTRIES.map((entry, i) => [entry, bound[i]])) as Record<Entry, Bound>;
  }

  async setTables(tables: Uint32Array): Promise<void> {
    this.#device.write(this.#buffers.tables, tables);
  }

  async randomize(): Promise<void> {
    const { streams, replicas } = this.#options;
    this.#writeRun(streams.start);
    const threads = Math.ceil(this.#sites / 4) * replicas;
    await this.#device.waitForGpu(this.#submissions.submit([this.#dispatch("start", threads, { goal: this.#now })]));
  }

  async paint({ x, y, radius, value }: Stroke): Promise<void> {
    const [width, height = 1] = this.#options.geometry.size;
    const step = { sweep: x, colour: y, first: radius * radius, count: value, goal: this.#now };
    await this.#device.waitForGpu(this.#submissions.submit([this.#dispatch("paint", width * height, step)]));
  }

  async write(state: Uint8Array): Promise<void> {
    this.#now = 0;
    this.#device.write(this.#buffers.cells, Uint32Array.from(state));
    await this.#device.waitForGpu(Promise.resolve());
  }

  async read(): Promise<Uint8Array> {
    const bytes = 4 * this.#options.replicas * this.#sites;
    return Uint8Array.from(new Uint32Array(await this.#device.read(this.#buffers.cells, 4 * this.#now, bytes)));
  }

  async sums(): Promise<Uint32Array[]> {
    await this.#submissions.submit([this.#measured(0)], this.#clear);
    return (await this.#readSums(1))[0];
  }

  advance(options: AdvanceOptions<Uint32Array>): Promise<void> {
    const { streams, replicas, rule } = this.#options;
    const { starts } = this.#colouring;
    return advanceMeasured(this.#pacer, options, {
      steps: SWEEPS,
      slots: this.#slots,
      submit: (from, count, measured) => {
        this.#writeRun(streams.update);
        const dispatches: Dispatch[] = [];
        for (let i = 0, slot = 0; i < count; i++) {
          for (let colour = 0; colour < starts.length - 1; colour++) {
            const first = starts[colour];
            const count = starts[colour + 1] - first;
            const goal = rule.synchronous ? replicas * this.#sites - this.#now : this.#now;
            const step = { sweep: from + i, colour, first, count, source: this.#now, goal };
            dispatches.push(this.#dispatch("advance", Math.ceil(count / WORDS) * replicas, step));
            this.#now = goal;
          }
          if (measured[slot] === from + i + 1) dispatches.push(this.#measured(slot++));
        }
        return this.#submissions.submit(dispatches, measured.length > 0 ? this.#clear : undefined);
      },
      read: (count) => this.#readSums(count),
    });
  }

  dispose(): void {
    for (const buffer of Object.values(this.#buffers)) this.#device.free(buffer);
    this.#submissions.dispose();
  }

  readonly #clear = (encoder: GPUCommandEncoder) => encoder.clearBuffer(this.#buffers.sums);

  #writeRun(purpose: number): void {
    const { seed, firstReplica } = this.#options;
    this.#device.write(this.#buffers.run, RUN.write({ seed: seedWords(seed), purpose, firstReplica }));
  }

  #dispatch(entry: Entry, threads: number, step: Partial<typeof IDLE>): Dispatch {
    const groups = workgroupGrid(Math.ceil(threads / this.#workgroup), this.#device.limits);
    return { ...this.#kernels[entry], groups, step: { ...IDLE, ...step } };
  }

  #measured(slot: number): Dispatch {
    const parts = Math.ceil(this.#sites / (this.#workgroup * COUNTED));
    const threads = parts * this.#options.replicas * this.#workgroup;
    return this.#dispatch("measure", threads, { source: this.#now, slot });
  }

  async #readSums(count: number): Promise<Uint32Array[][]> {
    const { replicas, rule } = this.#options;
    const width = rule.sums.length;
    const data = new Uint32Array(await this.#device.read(this.#buffers.sums, 0, 4 * width * replicas * count));
    return Array.from({ length: count }, (_, slot) =>
      Array.from({ length: replicas }, (_, replica) => {
        const at = (slot * replicas + replica) * width;
        return data.slice(at, at + width);
      }),
    );
  }
}

const halves = ({ rule }: LatticeOptions) => (rule.synchronous ? 2 : 1);

const titleOf = ({ model, geometry, replicas }: LatticeOptions) =>
  `${model} ${geometry.size.join("×")}${replicas > 1 ? ` × ${replicas} replicas` : ""}`;

/** @throws ParameterError with what would fit */
function checkFits(device: GpuDevice, options: LatticeOptions): void {
  const { geometry, replicas, rule } = options;
  const named = device.info.description || device.info.vendor;
  const words = Math.floor(bufferLimit(device.limits) / 4);
  const each = Math.max(options.tables.length / replicas, rule.sums.length);
  if (each * replicas > words) {
    const most = Math.floor(words / each);
    throw new ParameterError(
      "replicas",
      `replicas ${replicas}: this device (${named}) holds the tables of ${most} replicas in one buffer; take fewer replicas.`,
    );
  }
  if (halves(options) * replicas * siteCount(geometry) <= words) return;
  const most = Math.floor(words / (halves(options) * replicas));
  const copies = replicas > 1 ? ` × ${replicas} replicas` : "";
  throw new ParameterError(
    "size",
    `size ${geometry.size.join(",")}${copies}: this device (${named}) holds ${most} sites of each replica in one buffer; take fewer sites or replicas.`,
  );
}
