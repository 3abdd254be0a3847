// The network on the GPU: patterns by columns, overlaps kept beside the spins, one workgroup a replica and one dispatch a sweep.

import { storage, uniform, withBuffers } from "../../device/buffers.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import { type Dispatch, dispatchOnce, Pacer, Submissions } from "../../device/submissions.ts";
import { seedWords } from "../../random/threefry.ts";
import { type AdvanceOptions, advanceMeasured } from "../advance.ts";
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

/** Sweeps, and measurements, that one submission can hold. */
const STEPS = 1024;
/** Dispatches of a measurement: with pairwise couplings energies and overlaps go before it. */
const MEASURING = 3;
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
  readonly #buffers: Record<
    | ("columns" | "rows" | "spins" | "overlaps" | "replicas" | "forceTable" | "energyTable" | "pairs" | "bonds")
    | ("run" | "sums"),
    GPUBuffer
  >;
  #probabilities: GPUBuffer;
  /** Measurements that one submission may leave to be read back: at most 4 MB. */
  readonly #slots: number;
  readonly #submissions: Submissions;
  readonly #pacer: Pacer;
  /** What a measurement dispatches; the last has a slot. */
  readonly #measuring: readonly Omit<Dispatch, "words">[];

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
    this.#slots = Math.max(1, Math.min(STEPS, Math.floor(2 ** 22 / (4 * SUM_WORDS * options.replicas.length))));
    const words = (name: string, count: number) => storage(device, `hopfield ${name}`, count);
    const bytes = bufferBytes(options);
    this.#buffers = {
      columns: words("columns", bytes.columns / 4),
      rows: words("rows", bytes.rows / 4),
      spins: words("spins", bytes.spins / 4),
      overlaps: words("overlaps", bytes.overlaps / 4),
      replicas: words("replicas", 4 * options.replicas.length),
      forceTable: words("forceTable", 2 * (options.interaction?.forceTable.length ?? 1)),
      energyTable: words("energyTable", 2 * (options.interaction?.energyTable.length ?? 1 + bytes.spins / 4)),
      pairs: uniform(device, "hopfield pairs", new Uint32Array(4)),
      bonds: words("bonds", bytes.bonds / 4),
      run: uniform(device, "hopfield run", new Uint32Array(16)),
      sums: words("sums", this.#slots * SUM_WORDS * options.replicas.length),
    };
    const capacity = STEPS * (1 + MEASURING);
    this.#submissions = new Submissions(device, title(options), { words: 2, capacity });
    this.#pacer = new Pacer(device);
    this.#measuring = this.#planMeasuring();
    this.#probabilities = this.#writeReplicas(options.replicas);
    const { pairwise } = options;
    if (pairwise) {
      const { kept, clipped, strength } = pairwise;
      device.write(this.#buffers.pairs, new Uint32Array([PURPOSE.dilution, kept, clipped ? 1 : 0, strength]));
    }
    if (options.interaction) {
      device.write(this.#buffers.forceTable, wide(options.interaction.forceTable));
      device.write(this.#buffers.energyTable, wide(options.interaction.energyTable));
    }
  }

  #writeReplicas(replicas: readonly ReplicaOptions[]): GPUBuffer {
    const words = replicas.reduce((sum, { probabilities }) => sum + probabilities.length, 0);
    const buffer = storage(this.#device, "hopfield probabilities", words);
    let at = 0;
    const rows = replicas.flatMap(({ patterns, field, probabilities }) => {
      if (probabilities.length > 0) this.#device.write(buffer, probabilities, 4 * at);
      at += probabilities.length;
      return [patterns, at - probabilities.length, probabilities.length, field];
    });
    this.#device.write(this.#buffers.replicas, Int32Array.from(rows));
    return buffer;
  }

  async setReplicas(replicas: readonly ReplicaOptions[]): Promise<void> {
    const old = this.#probabilities;
    this.#probabilities = await this.#device.guard(title(this.#options), () => this.#writeReplicas(replicas));
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
    await this.#submissions.submit(this.#measured(0));
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

  advance(options: AdvanceOptions<Sums>): Promise<void> {
    const sweep = this.#sweep();
    return advanceMeasured(this.#pacer, options, {
      steps: STEPS,
      slots: this.#slots,
      submit: (from, count, measured) => {
        this.#writeRun(PURPOSE.sweep);
        const dispatches: Dispatch[] = [];
        for (let i = 0, slot = 0; i < count; i++) {
          dispatches.push({ ...sweep, words: [from + i, i] });
          if (measured[slot] === from + i + 1) dispatches.push(...this.#measured(slot++));
        }
        return this.#submissions.submit(dispatches);
      },
      read: (count) => this.#readSums(count),
    });
  }

  dispose(): void {
    for (const buffer of [...Object.values(this.#buffers), this.#probabilities]) this.#device.free(buffer);
    this.#submissions.dispose();
  }

  #sweep(): Omit<Dispatch, "words"> {
    const { spins, overlaps, columns, rows, replicas, forceTable, pairs, bonds, run } = this.#buffers;
    const { sweep } = this.#kernels;
    const { dynamics, interaction, pairwise } = this.#options;
    const plain = dynamics === "random" || this.#kernels.replicas > 1 ? [] : [rows];
    const more = pairwise ? [pairwise.side ? bonds : pairs] : interaction ? [rows, forceTable] : plain;
    const step = this.#submissions.step(2);
    return {
      kernel: sweep,
      group: sweep.bind(run, spins, overlaps, columns, replicas, this.#probabilities, step, ...more),
      groups: this.#grid(Math.ceil(this.#options.replicas.length / this.#kernels.replicas)),
    };
  }

  #planMeasuring(): Omit<Dispatch, "words">[] {
    const { run, sums, spins, overlaps, columns, replicas, energyTable, pairs, bonds } = this.#buffers;
    const { measure, energy, overlaps: sum, workgroup } = this.#kernels;
    const { length } = this.#options.replicas;
    const slot = this.#submissions.step(2);
    const last = {
      kernel: measure,
      group: measure.bind(run, sums, spins, overlaps, slot, replicas, energyTable),
      groups: this.#grid(length),
    };
    if (!energy) return [last];
    // With pairwise couplings nothing follows the flips of a sweep.
    const words = length * Math.ceil(this.#options.neurons / 32);
    const lattice = this.#kernels.bonds !== undefined;
    return [
      {
        kernel: energy,
        group: lattice
          ? energy.bind(run, energyTable, spins, bonds)
          : energy.bind(run, energyTable, spins, columns, replicas, pairs),
        groups: this.#grid(lattice ? Math.ceil(words / workgroup) : words),
      },
      {
        kernel: sum,
        group: sum.bind(run, overlaps, spins, columns, replicas),
        groups: this.#grid(length * this.#words),
      },
      last,
    ];
  }

  /** A measurement; the second word of its step is the slot. */
  #measured(slot: number): Dispatch[] {
    return this.#measuring.map((part, i) => (i === this.#measuring.length - 1 ? { ...part, words: [0, slot] } : part));
  }

  #grid(workgroups: number): [number, number] {
    return workgroupGrid(workgroups, this.#device.limits);
  }

  async #readSums(count: number): Promise<Sums[][]> {
    const { length } = this.#options.replicas;
    const data = new Uint32Array(await this.#device.read(this.#buffers.sums, 0, 4 * SUM_WORDS * length * count));
    return Array.from({ length: count }, (_, slot) =>
      Array.from({ length }, (_, replica) => {
        const [low, high, up, cue, largest, pattern, top] = data.subarray(SUM_WORDS * (slot * length + replica));
        const energySum = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
        return { energySum, up, cue: cue | 0, largest, pattern, top: top | 0 };
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
        ...[...seedWords(seed), purpose, firstReplica],
        ...[replicas.length, neurons, Math.ceil(neurons / 32), this.#words],
        ...[overlaps, overlaps * copies(this.#options), patterns ? 0 : 1, cue],
        ...[interaction?.relative ? 1 : 0, pairwise?.side ?? 0],
      ]),
    );
  }

  #dispatch(kernel: Kernel, group: GPUBindGroup, workgroups: number): Promise<void> {
    return dispatchOnce(this.#device, title(this.#options), [{ kernel, group, groups: this.#grid(workgroups) }]);
  }

  #withUniform(words: Uint32Array, use: (own: GPUBuffer) => Promise<void>): Promise<void> {
    const make = () => [uniform(this.#device, "hopfield uniform", words)];
    return withBuffers(this.#device, title(this.#options), make, ([own]) => use(own));
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
