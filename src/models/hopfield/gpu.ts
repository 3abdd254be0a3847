// The network on the GPU: patterns by columns, overlaps kept beside the spins, one workgroup a replica and one dispatch a sweep.

import { Budget } from "../../device/budget.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { grid, type Kernel } from "../../device/kernel.ts";
import { between } from "../../device/run.ts";
import { type AdvanceOptions, measurements } from "../advance.ts";
import { compile, type Kernels } from "./kernels.ts";
import {
  mostPatterns,
  type Network,
  type NetworkOptions,
  PURPOSE,
  type ReplicaOptions,
  type Sums,
  stateBytes,
} from "./network.ts";

/** Sweeps and measurements that one submission can hold: each needs its own step uniform. */
const STEPS = 1024;
const SUM_WORDS = 7;
const NO_PATTERN = 0xffffffff;
/** Of the overlaps: synchronous dynamics makes the next while it reads the present. */
const copies = ({ dynamics }: NetworkOptions) => (dynamics === "synchronous" ? 2 : 1);

/** Sizes of the buffers that grow, in bytes. */
export function bufferBytes(
  options: NetworkOptions,
): Record<"columns" | "rows" | "overlaps" | "spins" | "bonds", number> {
  const { neurons, replicas, patterns, dynamics, interaction, pairwise } = options;
  const words = Math.ceil(mostPatterns(options) / 32);
  return {
    columns: 4 * neurons * words * (patterns ? 1 : replicas.length),
    // Only sites in order ask for them, and dense memories.
    rows:
      pairwise || (dynamics === "random" && !interaction)
        ? 4
        : 128 * words * Math.ceil(neurons / 32) * (patterns ? 1 : replicas.length),
    overlaps: 128 * words * copies(options) * replicas.length,
    spins: 4 * Math.ceil(neurons / 32) * replicas.length,
    bonds: 16 * (pairwise?.side ? neurons * replicas.length : 1),
  };
}

export class GpuNetwork implements Network {
  readonly #device: GpuDevice;
  readonly #options: NetworkOptions;
  readonly #kernels: Kernels;
  readonly #words: number;
  readonly #stride: number;
  readonly #buffers: Record<
    | ("columns" | "rows" | "spins" | "overlaps" | "replicas" | "pulls" | "wells" | "pairs" | "bonds")
    | ("run" | "steps" | "sums"),
    GPUBuffer
  >;
  #chances: GPUBuffer;
  readonly #budget = new Budget();

  /** `asked`: invocations in a workgroup, a power of two from 32. */
  static async create(device: GpuDevice, options: NetworkOptions, asked?: number): Promise<GpuNetwork> {
    const kernels = await compile(device, options, asked);
    const network = await device.guard(title(options), () => new GpuNetwork(device, options, kernels));
    try {
      await network.#store();
    } catch (error) {
      network.dispose();
      throw error;
    }
    return network;
  }

  private constructor(device: GpuDevice, options: NetworkOptions, kernels: Kernels) {
    this.#device = device;
    this.#options = options;
    this.#kernels = kernels;
    this.#words = Math.ceil(mostPatterns(options) / 32);
    const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
    const buffer = (name: string, bytes: number, usage = STORAGE | COPY_DST | COPY_SRC) =>
      device.buffer(`hopfield ${name}`, bytes, usage);
    const bytes = bufferBytes(options);
    this.#stride = Math.max(16, device.limits.minUniformBufferOffsetAlignment);
    this.#buffers = {
      columns: buffer("columns", bytes.columns),
      rows: buffer("rows", bytes.rows),
      spins: buffer("spins", bytes.spins),
      overlaps: buffer("overlaps", bytes.overlaps),
      replicas: buffer("replicas", 16 * options.replicas.length),
      pulls: buffer("pulls", 8 * (options.interaction?.pulls.length ?? 1)),
      wells: buffer("wells", 8 * (options.interaction?.wells.length ?? 1 + bytes.spins / 4)),
      pairs: buffer("pairs", 16, UNIFORM | COPY_DST),
      bonds: buffer("bonds", bytes.bonds),
      run: buffer("run", 64, UNIFORM | COPY_DST),
      steps: buffer("steps", STEPS * this.#stride, UNIFORM | COPY_DST),
      sums: buffer("sums", this.#slots * 4 * SUM_WORDS * options.replicas.length),
    };
    this.#chances = this.#writeReplicas(options.replicas);
    const { pairwise } = options;
    if (pairwise) {
      const { kept, clipped, strength } = pairwise;
      device.write(this.#buffers.pairs, new Uint32Array([PURPOSE.dilution, kept, clipped ? 1 : 0, strength]));
    }
    if (options.interaction) {
      device.write(this.#buffers.pulls, wide(options.interaction.pulls));
      device.write(this.#buffers.wells, wide(options.interaction.wells));
    }
  }

  /** Measurements that one submission may leave to be read back: at most 4 MB. */
  get #slots(): number {
    return Math.max(1, Math.min(STEPS, Math.floor(2 ** 22 / (4 * SUM_WORDS * this.#options.replicas.length))));
  }

  #writeReplicas(replicas: readonly ReplicaOptions[]): GPUBuffer {
    const words = replicas.reduce((sum, { chances }) => sum + chances.length, 0);
    const { STORAGE, COPY_DST } = GPUBufferUsage;
    const buffer = this.#device.buffer("hopfield chances", 4 * Math.max(1, words), STORAGE | COPY_DST);
    let at = 0;
    const rows = replicas.flatMap(({ patterns, field, chances }) => {
      if (chances.length > 0) this.#device.write(buffer, chances, 4 * at);
      at += chances.length;
      return [patterns, at - chances.length, chances.length, field];
    });
    this.#device.write(this.#buffers.replicas, Int32Array.from(rows));
    return buffer;
  }

  async setReplicas(replicas: readonly ReplicaOptions[]): Promise<void> {
    const old = this.#chances;
    this.#chances = await this.#device.guard(title(this.#options), () => this.#writeReplicas(replicas));
    this.#device.free(old);
  }

  /** Fills the columns: from given patterns, or by the random numbers of each replica. */
  async #store(): Promise<void> {
    const { neurons, replicas, patterns, bias } = this.#options;
    if (patterns) {
      const columns = new Uint32Array(neurons * this.#words);
      for (let pattern = 0; pattern < mostPatterns(this.#options); pattern++) {
        for (let site = 0; site < neurons; site++) {
          if (patterns[pattern * neurons + site] > 0) columns[(pattern >> 5) * neurons + site] |= 1 << (pattern & 31);
        }
      }
      this.#device.write(this.#buffers.columns, columns);
      return this.#derive();
    }
    this.#writeRun(PURPOSE.patterns);
    const count = replicas.length * neurons * Math.ceil(this.#words / 4);
    await this.#withUniform(new Uint32Array([bias]), (uniform) => {
      const { columns, run } = this.#buffers;
      const group = this.#kernels.patterns.bind(run, columns, uniform);
      return this.#dispatch(this.#kernels.patterns, group, Math.ceil(count / this.#kernels.workgroup));
    });
    await this.#derive();
  }

  /** What follows from the columns once: the same by rows, or a lattice's couplings. */
  async #derive(): Promise<void> {
    await this.#storeRows();
    const { bonds: kernel } = this.#kernels;
    if (!kernel) return;
    this.#writeRun(PURPOSE.patterns);
    const { run, bonds, columns, replicas, pairs } = this.#buffers;
    await this.#dispatch(
      kernel,
      kernel.bind(run, bonds, replicas, columns, pairs),
      Math.ceil(bonds.size / 16 / this.#kernels.workgroup),
    );
  }

  async #storeRows(): Promise<void> {
    if (this.#buffers.rows.size === 4) return;
    this.#writeRun(PURPOSE.patterns);
    const { rows, columns } = this.#buffers;
    const group = this.#kernels.rows.bind(this.#buffers.run, rows, columns);
    await this.#dispatch(this.#kernels.rows, group, Math.ceil(rows.size / 4 / this.#kernels.workgroup));
  }

  async begin(pattern: number | undefined, noise: number, covered: number): Promise<void> {
    this.#writeRun(PURPOSE.start);
    const { spins, columns, run } = this.#buffers;
    await this.#withUniform(new Uint32Array([pattern ?? NO_PATTERN, noise, covered]), (uniform) => {
      const group = this.#kernels.start.bind(run, spins, columns, uniform);
      const words = this.#options.replicas.length * Math.ceil(this.#options.neurons / 32);
      return this.#dispatch(this.#kernels.start, group, Math.ceil(words / this.#kernels.workgroup));
    });
    await this.#sumOverlaps();
  }

  async write(state: Uint8Array): Promise<void> {
    const { neurons, replicas } = this.#options;
    const [bytes, words] = [stateBytes(neurons), Math.ceil(neurons / 32)];
    const padded = new Uint8Array(4 * words * replicas.length);
    for (let i = 0; i < replicas.length; i++) padded.set(state.subarray(i * bytes, (i + 1) * bytes), 4 * words * i);
    this.#device.write(this.#buffers.spins, padded);
    await this.#sumOverlaps();
  }

  async read(): Promise<Uint8Array> {
    const { neurons, replicas } = this.#options;
    const [bytes, words] = [stateBytes(neurons), Math.ceil(neurons / 32)];
    const padded = new Uint8Array(await this.#device.read(this.#buffers.spins));
    const state = new Uint8Array(bytes * replicas.length);
    for (let i = 0; i < replicas.length; i++) {
      state.set(padded.subarray(4 * words * i, 4 * words * i + bytes), bytes * i);
    }
    return state;
  }

  async sums(): Promise<Sums[]> {
    this.#writeRun(PURPOSE.sweep);
    this.#writeSteps(0, 1);
    await this.#device.submit(title(this.#options), (encoder) => {
      const pass = encoder.beginComputePass();
      this.#encodeMeasure(pass, 0);
      pass.end();
    });
    return (await this.#readSums(1))[0];
  }

  async overlaps(): Promise<Int32Array> {
    const { patterns } = this.#options.replicas[0];
    if (this.#options.pairwise) await this.#sumOverlaps();
    return new Int32Array(await this.#device.read(this.#buffers.overlaps, 0, 4 * patterns));
  }

  async patterns(count: number): Promise<Int8Array> {
    const { neurons, patterns: given } = this.#options;
    if (given) return given.slice(0, count * neurons);
    const columns = new Uint32Array(await this.#device.read(this.#buffers.columns, 0, 4 * neurons * this.#words));
    return Int8Array.from({ length: count * neurons }, (_, i) => {
      const [pattern, site] = [Math.floor(i / neurons), i % neurons];
      return (columns[(pattern >> 5) * neurons + site] >> (pattern & 31)) & 1 ? 1 : -1;
    });
  }

  async advance({ from, sweeps, every, origin, onSums, onSweeps, ...options }: AdvanceOptions<Sums>): Promise<void> {
    const most = every > 0 ? Math.min(STEPS, this.#slots * every) : STEPS;
    for (let done = 0; done < sweeps; ) {
      await between({ done, total: sweeps }, options);
      const count = this.#budget.next(sweeps - done, most);
      const first = from + done;
      const measured = measurements(first, count, every, origin);
      const start = performance.now();
      const accepted = this.#submit(first, count, measured);
      const overslept = await this.#device.settle(accepted, this.#budget.expected(count));
      this.#budget.record(count, (performance.now() - start) * (overslept ? 0.5 : 1));
      const rows = measured.length > 0 ? await this.#readSums(measured.length) : [];
      done += count;
      onSweeps(from + done);
      rows.forEach((sums, i) => {
        onSums?.(sums, measured[i]);
      });
    }
    await between({ done: sweeps, total: sweeps }, options);
  }

  dispose(): void {
    for (const buffer of [...Object.values(this.#buffers), this.#chances]) this.#device.free(buffer);
  }

  #submit(from: number, count: number, measured: readonly number[]): Promise<void> {
    this.#writeRun(PURPOSE.sweep);
    this.#writeSteps(from, count);
    const { spins, overlaps, columns, rows, replicas, pulls, pairs, bonds, run, steps } = this.#buffers;
    const { sweep } = this.#kernels;
    const { dynamics, interaction, pairwise } = this.#options;
    const plain = dynamics === "random" || this.#kernels.replicas > 1 ? [] : [rows];
    const more = pairwise ? [pairwise.side ? bonds : pairs] : interaction ? [rows, pulls] : plain;
    const group = sweep.bind(
      run,
      spins,
      overlaps,
      columns,
      replicas,
      this.#chances,
      { buffer: steps, size: 8 },
      ...more,
    );
    const workgroups = Math.ceil(this.#options.replicas.length / this.#kernels.replicas);
    return this.#device.submit(title(this.#options), (encoder) => {
      const pass = encoder.beginComputePass({ timestampWrites: this.#device.timer?.writes("steps") });
      let slot = 0;
      for (let i = 0; i < count; i++) {
        pass.setPipeline(sweep.pipeline);
        pass.setBindGroup(0, group, [i * this.#stride]);
        pass.dispatchWorkgroups(...grid(workgroups, this.#device.limits));
        if (measured[slot] === from + i + 1) this.#encodeMeasure(pass, slot++);
      }
      pass.end();
    });
  }

  #encodeMeasure(pass: GPUComputePassEncoder, slot: number): void {
    const { run, sums, spins, overlaps, steps, replicas, wells } = this.#buffers;
    const { measure } = this.#kernels;
    if (this.#options.pairwise) this.#encodePairs(pass);
    pass.setPipeline(measure.pipeline);
    // The second word of each step is its own number: the slot.
    pass.setBindGroup(0, measure.bind(run, sums, spins, overlaps, { buffer: steps, size: 8 }, replicas, wells), [
      slot * this.#stride,
    ]);
    pass.dispatchWorkgroups(...grid(this.#options.replicas.length, this.#device.limits));
  }

  /** With pairwise couplings nothing follows the flips of a sweep. */
  #encodePairs(pass: GPUComputePassEncoder): void {
    const { run, wells, spins, overlaps, columns, replicas, pairs, bonds } = this.#buffers;
    const count = this.#options.replicas.length;
    const words = count * Math.ceil(this.#options.neurons / 32);
    const energy = this.#kernels.energy!;
    const lattice = this.#kernels.bonds !== undefined;
    pass.setPipeline(energy.pipeline);
    pass.setBindGroup(
      0,
      lattice ? energy.bind(run, wells, spins, bonds) : energy.bind(run, wells, spins, columns, replicas, pairs),
    );
    pass.dispatchWorkgroups(...grid(lattice ? Math.ceil(words / this.#kernels.workgroup) : words, this.#device.limits));
    const sum = this.#kernels.overlaps;
    pass.setPipeline(sum.pipeline);
    pass.setBindGroup(0, sum.bind(run, overlaps, spins, columns, replicas));
    pass.dispatchWorkgroups(...grid(count * this.#words, this.#device.limits));
  }

  async #readSums(count: number): Promise<Sums[][]> {
    const { length } = this.#options.replicas;
    const data = new Uint32Array(await this.#device.read(this.#buffers.sums, 0, 4 * SUM_WORDS * length * count));
    return Array.from({ length: count }, (_, slot) =>
      Array.from({ length }, (_, replica) => {
        const [low, high, up, cue, largest, pattern, top] = data.subarray(SUM_WORDS * (slot * length + replica));
        const wells = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
        return { wells, up, cue: cue | 0, largest, pattern, top: top | 0 };
      }),
    );
  }

  #sumOverlaps(): Promise<void> {
    this.#writeRun(PURPOSE.start);
    const { spins, overlaps, columns, replicas } = this.#buffers;
    const group = this.#kernels.overlaps.bind(this.#buffers.run, overlaps, spins, columns, replicas);
    return this.#dispatch(this.#kernels.overlaps, group, this.#options.replicas.length * this.#words);
  }

  #writeRun(purpose: number): void {
    const { seed, firstReplica, replicas, neurons, patterns, cue, interaction, pairwise } = this.#options;
    const overlaps = 32 * this.#words;
    this.#device.write(
      this.#buffers.run,
      new Uint32Array([
        ...[Number(seed & 0xffffffffn), Number(seed >> 32n), purpose, firstReplica],
        ...[replicas.length, neurons, Math.ceil(neurons / 32), this.#words],
        ...[overlaps, overlaps * copies(this.#options), patterns ? 0 : 1, cue],
        ...[interaction?.relative ? 1 : 0, pairwise?.side ?? 0],
      ]),
    );
  }

  #writeSteps(from: number, count: number): void {
    const words = new Uint32Array((count * this.#stride) / 4);
    for (let i = 0; i < count; i++) words.set([from + i, i], (i * this.#stride) / 4);
    this.#device.write(this.#buffers.steps, words);
  }

  async #dispatch(kernel: Kernel, group: GPUBindGroup, workgroups: number): Promise<void> {
    const accepted = this.#device.submit(title(this.#options), (encoder) => {
      const pass = encoder.beginComputePass();
      pass.setPipeline(kernel.pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...grid(workgroups, this.#device.limits));
      pass.end();
    });
    await this.#device.settle(accepted);
  }

  async #withUniform(words: Uint32Array, use: (uniform: GPUBuffer) => Promise<void>): Promise<void> {
    const uniform = this.#device.buffer("hopfield uniform", 16, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    try {
      this.#device.write(uniform, words);
      await use(uniform);
    } finally {
      this.#device.free(uniform);
    }
  }
}

/** Whole numbers below 2^53 in size, as two words each. */
function wide(values: Float64Array): Uint32Array {
  const words = new Uint32Array(2 * values.length);
  const whole = new DataView(words.buffer);
  values.forEach((value, i) => {
    whole.setBigInt64(8 * i, BigInt(value), true);
  });
  return words;
}

const title = (options: NetworkOptions) =>
  `hopfield, ${options.neurons} neurons, ${mostPatterns(options)} patterns${options.replicas.length > 1 ? `, ${options.replicas.length} replicas` : ""}`;
