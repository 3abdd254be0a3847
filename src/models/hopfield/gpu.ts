// The network on the GPU: patterns by columns, overlaps kept beside the spins, one workgroup a replica and one dispatch a sweep.

import { storage, uniform } from "../../device/buffers.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import { structOf } from "../../device/layout.ts";
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

const RUN = structOf("hopfield/network.wgsl", "run");
const CUE = structOf("hopfield/start.wgsl", "cue");
const BIAS = structOf("hopfield/patterns.wgsl", "bias");
const PAIRS = structOf("hopfield/sweep_pairs.wgsl", "pairs");
const REPLICAS = structOf("hopfield/update.wgsl", "replicas");
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
  readonly #buffers: ReturnType<typeof allocate>;
  #probabilities: GPUBuffer;
  /** Measurements that one submission may leave to be read back: at most 4 MB. */
  readonly #slots: number;
  readonly #submissions: Submissions;
  readonly #pacer: Pacer;
  /** What a measurement dispatches; the last has a slot. */
  readonly #measuring: readonly Omit<Dispatch, "step">[];

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
    this.#buffers = allocate(device, options, this.#slots);
    this.#submissions = new Submissions(device, title(options), STEPS * (1 + MEASURING));
    this.#pacer = new Pacer(device);
    this.#probabilities = this.#writeReplicas(options.replicas);
    this.#measuring = this.#planMeasuring();
  }

  /** What kernels bind, by their names for it. */
  #all() {
    const { energyTable } = this.#buffers;
    const probabilities = this.#probabilities;
    return { ...this.#buffers, probabilities, energies: energyTable, step: this.#submissions.steps };
  }

  #writeReplicas(replicas: readonly ReplicaOptions[]): GPUBuffer {
    const words = replicas.reduce((sum, { probabilities }) => sum + probabilities.length, 0);
    const buffer = storage(this.#device, "hopfield probabilities", words);
    let end = 0;
    const rows = replicas.map(({ patterns, field, probabilities }) => {
      if (probabilities.length > 0) this.#device.write(buffer, probabilities, 4 * end);
      end += probabilities.length;
      return { patterns, probabilities: end - probabilities.length, range: probabilities.length, field };
    });
    this.#device.write(this.#buffers.replicas, REPLICAS.table(rows));
    return buffer;
  }

  async setReplicas(replicas: readonly ReplicaOptions[]): Promise<void> {
    const old = this.#probabilities;
    this.#probabilities = await this.#device.guard(title(this.#options), () => this.#writeReplicas(replicas));
    this.#device.free(old);
  }

  /** Fills the columns: from given patterns, or by the random numbers of each replica. */
  async #store(): Promise<void> {
    const { neurons, replicas, patterns } = this.#options;
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
    const count = replicas.length * neurons * Math.ceil(this.#words / 4);
    await this.#dispatch("patterns", PURPOSE.patterns, Math.ceil(count / this.#kernels.workgroup));
    await this.#derive();
  }

  /** What follows from the columns once: the same by rows, or a lattice's couplings. */
  async #derive(): Promise<void> {
    const { rows, bonds } = this.#buffers;
    const { workgroup } = this.#kernels;
    if (rows.size > 4) await this.#dispatch("rows", PURPOSE.patterns, Math.ceil(rows.size / 4 / workgroup));
    if (!this.#kernels.bonds) return;
    await this.#dispatch("bonds", PURPOSE.patterns, Math.ceil(bonds.size / 16 / workgroup));
  }

  async begin(pattern: number | undefined, noise: number, covered: number): Promise<void> {
    this.#device.write(this.#buffers.cue, CUE.write({ pattern: pattern ?? NO_PATTERN, noise, covered }));
    const words = this.#options.replicas.length * Math.ceil(this.#options.neurons / 32);
    await this.#dispatch("start", PURPOSE.start, Math.ceil(words / this.#kernels.workgroup));
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
          dispatches.push({ ...sweep, step: { sweep: from + i } });
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

  #sweep(): Omit<Dispatch, "step"> {
    const { sweep, replicas } = this.#kernels;
    const groups = this.#grid(Math.ceil(this.#options.replicas.length / replicas));
    return { kernel: sweep, group: sweep.bind(this.#all()), groups };
  }

  #planMeasuring(): Omit<Dispatch, "step">[] {
    const { measure, energy, overlaps, workgroup, bonds } = this.#kernels;
    const { length } = this.#options.replicas;
    const part = (kernel: Kernel, workgroups: number) => ({
      ...{ kernel, group: kernel.bind(this.#all()), groups: this.#grid(workgroups) },
    });
    const last = part(measure, length);
    if (!energy) return [last];
    // With pairwise couplings nothing follows the flips of a sweep.
    const words = length * Math.ceil(this.#options.neurons / 32);
    return [part(energy, bonds ? Math.ceil(words / workgroup) : words), part(overlaps, length * this.#words), last];
  }

  #measured(slot: number): Dispatch[] {
    return this.#measuring.map((part) => (part.kernel.step ? { ...part, step: { slot } } : part));
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
    return this.#dispatch("overlaps", PURPOSE.start, this.#options.replicas.length * this.#words);
  }

  #writeRun(purpose: number): void {
    const { seed, firstReplica, replicas, neurons, patterns, cue, interaction, pairwise } = this.#options;
    const overlaps = 32 * this.#words;
    const run = {
      ...{ seed: seedWords(seed), purpose, firstReplica, replicas: replicas.length, sites: neurons, cue },
      ...{ spinWords: Math.ceil(neurons / 32), words: this.#words, overlaps },
      ...{ stride: overlaps * copies(this.#options), ownPatterns: !patterns },
      ...{ relative: interaction?.relative ?? false, side: pairwise?.side ?? 0 },
    };
    this.#device.write(this.#buffers.run, RUN.write(run));
  }

  #dispatch(name: "patterns" | "rows" | "bonds" | "start" | "overlaps", purpose: number, workgroups: number) {
    const kernel = this.#kernels[name]!;
    this.#writeRun(purpose);
    const dispatch = { kernel, group: kernel.bind(this.#all()), groups: this.#grid(workgroups) };
    return dispatchOnce(this.#device, title(this.#options), [dispatch]);
  }
}

function allocate(device: GpuDevice, options: NetworkOptions, slots: number) {
  const { replicas, interaction, pairwise, bias } = options;
  const bytes = bufferBytes(options);
  const words = (name: string, contents: number | Uint32Array) => storage(device, `hopfield ${name}`, contents);
  const { kept, clipped, strength } = pairwise ?? { kept: 0, clipped: false, strength: 0 };
  return {
    columns: words("columns", bytes.columns / 4),
    rows: words("rows", bytes.rows / 4),
    spins: words("spins", bytes.spins / 4),
    overlaps: words("overlaps", bytes.overlaps / 4),
    replicas: words("replicas", 4 * replicas.length),
    forceTable: words("force table", interaction ? wide(interaction.forceTable) : 2),
    energyTable: words("energy table", interaction ? wide(interaction.energyTable) : 2 + bytes.spins / 2),
    bonds: words("bonds", bytes.bonds / 4),
    sums: words("sums", slots * SUM_WORDS * replicas.length),
    run: uniform(device, "hopfield run", RUN),
    cue: uniform(device, "hopfield cue", CUE),
    bias: uniform(device, "hopfield bias", BIAS, { chance: bias }),
    pairs: uniform(device, "hopfield pairs", PAIRS, { purpose: PURPOSE.dilution, kept, clipped, strength }),
  };
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
