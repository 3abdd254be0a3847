// One associative memory, or a batch of them, on any device: run, measure, checkpoint, read. The Hopfield model, and dense memories.

import { digits } from "../../data/digits.ts";
import { bufferLimit } from "../../device/buffers.ts";
import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { checkSeed } from "../../random/seed.ts";
import type { Estimate } from "../../statistics/index.ts";
import { Chain } from "../base/chain.ts";
import { filled, partOf, replicasOf, restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, sectionOf } from "../checkpoint.ts";
import type { Options, Stroke } from "../model.ts";
import { type Points, parametersOf, resolve, type Schema } from "../parameters.ts";
import type { Series } from "../series.ts";
import { checkReach } from "../stroke.ts";
import { bufferBytes, GpuNetwork } from "./gpu.ts";
import { imageSpins } from "./image.ts";
import {
  bitsOf,
  type Interaction,
  type Network,
  type NetworkOptions,
  type Pairwise,
  PURPOSE,
  type Sums,
  spinsOf,
  stateBytes,
} from "./network.ts";
import { columns, estimateHopfield, hebbEnergy, memoryRow } from "./observables.ts";
import {
  alignProbabilities,
  checkLattice,
  checkRow,
  couplingUnit,
  fieldUnits,
  type HopfieldParameters,
  hopfieldParameters,
  type MemoryParameters,
  pairwiseOf,
  rowOf,
} from "./parameters.ts";
import { randomPatterns } from "./reference.ts";
import { ReferenceNetwork } from "./reference-network.ts";

/** In the engines a field is an integer number of units; a note reports rounding by more than this share. */
const ROUNDING = 0.01;

/** What makes one kind of memory different from another. */
export interface MemoryModel<P extends object> {
  name: string;
  schema: Schema;
  /** What is measured, one value a column. */
  columns: readonly string[];
  /** Its values from integer sums; `most` patterns in a replica. */
  row(sums: Sums, own: P, most: number): number[];
  estimate(series: Series, replicas: number[], points: Points<P>): Record<string, Estimate>;
  /** The memory of the engines that these parameters stand for. */
  memory(parameters: P): MemoryParameters;
  /** @throws ParameterError where the parameters, each allowed, do not go together */
  check?(parameters: P): void;
  /** External field in units of the couplings and probabilities to align, where there is a temperature. */
  replica?(own: P): { field: number; probabilities: Uint32Array };
  /** The external field that is simulated, and what it is a multiple of. */
  field?(own: P): { given: number; made: number; unit: number };
  /** What every spin of a replica is at step 0, where the parameters say that. */
  uniform?(own: P): 1 | -1 | undefined;
  /** The patterns, if they are always the same; ±1, [pattern][neuron]. */
  stored?(parameters: P): Int8Array;
  pairwise?(parameters: P): Pairwise | undefined;
  /** Where patterns do not attract by the squares of their overlaps; `most` patterns in a replica. */
  interaction?(parameters: P, most: number): Interaction;
}

const hopfieldMemory: MemoryModel<HopfieldParameters> = {
  name: "hopfield",
  schema: hopfieldParameters,
  replica: (own) => ({ field: fieldUnits(own), probabilities: alignProbabilities(own) }),
  field: (own) => ({ given: own.field, made: fieldUnits(own) * couplingUnit(own), unit: couplingUnit(own) }),
  check(parameters) {
    checkLattice(parameters);
    checkRow(parameters, parameters.couplings);
  },
  pairwise: pairwiseOf,
  columns,
  row: (sums, own) => memoryRow(sums, own, hebbEnergy(sums, own)),
  estimate: estimateHopfield,
  memory: (parameters) => parameters,
};

/** What is given in addition to the parameters. */
export interface MemoryOptions {
  /** The user's patterns, ±1, shape [pattern][neuron]: all replicas share them. They say `neurons` × `patterns`. */
  stored?: ArrayLike<number>;
  /** The state at step 0, ±1, shape [replicas][neurons]; sets `start` to "given". */
  spins?: ArrayLike<number>;
  /** Invocations in a workgroup, 32 to the device's limit in powers of two; changes the speed and nothing else. */
  workgroup?: number;
}

export type HopfieldOptions = Options<typeof hopfieldParameters> & MemoryOptions;

export class MemorySimulation<P extends object> extends Chain<P, Sums, Network> {
  readonly #kind: MemoryModel<P>;
  readonly #options: NetworkOptions;

  private constructor(
    device: Device,
    kind: MemoryModel<P>,
    { points, options }: Setup<P>,
    network: Network,
    steps: number,
  ) {
    const own = { model: kind.name, title: "The simulation", schema: kind.schema, unit: "sweeps" };
    super(device, own, { points, seed: options.seed, replicas: options.replicas.length }, network, steps);
    this.#kind = kind;
    this.#options = options;
  }

  static async create<P extends object>(
    device: Device,
    kind: MemoryModel<P>,
    given: MemoryOptions & { seed?: bigint },
  ): Promise<MemorySimulation<P>> {
    const { seed = 1n, stored, spins, workgroup, ...parameters } = given;
    const points = resolve(kind.name, kind.schema, {
      ...parameters,
      ...(stored ? { source: "given" } : {}),
      ...(spins ? { start: "given" } : {}),
    }) as Points<P>;
    const { neurons, image, start, cue, noise, covered } = kind.memory(points.parameters);
    const setup = prepare(kind, points, checkSeed(seed), stored);
    if (!stored) setup.options.patterns = await withDigits(kind, setup);
    const cued = image === "" ? undefined : repeated(imageSpins(image, neurons), setup);
    const network = await filled(await openNetwork(device, setup.options, workgroup), (own) => {
      const chance = Math.min(2 ** 32 - 1, Math.round(noise * 2 ** 32));
      const known = neurons - Math.round(covered * neurons);
      if (start === "given") return own.write(givenState(setup, spins));
      if (cued) return own.write(givenState(setup, cued));
      if (kind.uniform?.(points.parameters)) return own.write(givenState(setup, uniformSpins(kind, setup)));
      return own.begin(start === "pattern" ? cue : undefined, chance, known);
    });
    return new MemorySimulation(device, kind, setup, network, 0);
  }

  static restore<P extends object>(device: Device, kind: MemoryModel<P>, bytes: Uint8Array) {
    return restored(bytes, async (checkpoint) => {
      const { setup, steps, state } = readCheckpoint(kind, checkpoint);
      const network = await filled(await openNetwork(device, setup.options), (own) => own.write(state));
      return new MemorySimulation(device, kind, setup, network, steps);
    });
  }

  protected override get columns(): readonly string[] {
    return this.#kind.columns;
  }

  protected rows(sums: readonly Sums[]): number[][] {
    const most = mostOf(this.#kind, this.points);
    return sums.map((each, replica) => this.#kind.row(each, parametersOf(this.points, replica), most));
  }

  protected override changed(points: Points<P>): Promise<void> {
    return this.engine.setReplicas(replicaOptions(this.#kind, points, this.replicas));
  }

  /** The patterns ±1, [pattern][neuron], where all replicas have the same ones: the user's, or digits. */
  get shared(): Int8Array | undefined {
    return this.#options.patterns;
  }

  /** Neurons in a row of pictures. */
  get row(): number {
    return rowOf(this.#kind.memory(this.points.parameters));
  }

  /**
   * Sets the spins of a disc in the first replica, whose neurons are the pixels of a picture in rows of `row`. What of the disc lies
   * outside the picture is left out.
   *
   * @throws ParameterError for a disc that reaches no neuron, numbers that are not whole, a value that is not 1 or -1
   */
  paint(stroke: Stroke): Promise<void> {
    return this.exclusive.use(async () => {
      const { neurons } = this.#options;
      const width = this.row;
      checkReach(stroke, { width, height: Math.ceil(neurons / width) });
      const { x, y, radius, value } = stroke;
      const state = await this.engine.read();
      for (let site = 0; site < neurons; site++) {
        const [dx, dy] = [(site % width) - x, Math.floor(site / width) - y];
        if (dx * dx + dy * dy > radius * radius) continue;
        const bit = 1 << (site & 7);
        state[site >> 3] = value > 0 ? state[site >> 3] | bit : state[site >> 3] & ~bit;
      }
      await this.engine.write(state);
    });
  }

  /** Observables of replicas that share their parameters; their error is that over patterns. */
  estimate(series: Series, replicas?: number[]): Record<string, Estimate> {
    return this.#kind.estimate(series, replicas ?? this.all(), this.points);
  }

  /** Says where the field is another than was requested. */
  notes(): string[] {
    for (let replica = 0; replica < this.replicas; replica++) {
      const field = this.#kind.field?.(parametersOf(this.points, replica));
      if (!field || Math.abs(field.made - field.given) <= ROUNDING * Math.abs(field.given)) continue;
      const { given, made, unit } = field;
      return [
        `field ${given} is simulated as ${made}: fields are multiples of ${Number(unit.toPrecision(4))} here, which is finer in larger systems.`,
      ];
    }
    return [];
  }

  /** What a series has columns of, for each replica, now. */
  measure(): Promise<Record<string, number>[]> {
    return this.exclusive.use(async () =>
      this.rows(await this.engine.sums()).map((row) =>
        Object.fromEntries(row.map((value, i) => [this.#kind.columns[i], value])),
      ),
    );
  }

  /** Overlaps Σ ξ s of the first replica with all its patterns. */
  overlaps(): Promise<Int32Array> {
    return this.exclusive.use(() => this.engine.overlaps());
  }

  /** The first `count` patterns of the first replica, ±1, shape [count][neurons]. */
  patterns(count: number): Promise<Int8Array> {
    return this.exclusive.use(() => this.engine.patterns(Math.min(count, this.#options.replicas[0].patterns)));
  }

  /** One bit a spin, the lowest first, +1 = 1; each replica from a byte of its own. */
  state(): Promise<Uint8Array> {
    return this.exclusive.use(() => this.engine.read());
  }

  /** Spins ±1, shape [replicas][neurons]. */
  async spins(): Promise<Int8Array> {
    const { neurons } = this.#options;
    const state = await this.state();
    const spins = new Int8Array(this.replicas * neurons);
    for (let i = 0; i < this.replicas; i++) {
      spins.set(spinsOf(state.subarray(i * stateBytes(neurons)), neurons), i * neurons);
    }
    return spins;
  }

  /** "MODEL REPLICASxNEURONS\n" and the state, of all replicas or of one as if it were alone. */
  protected async canonical(replica?: number): Promise<[string, Uint8Array]> {
    const [count, state] = partOf(await this.engine.read(), this.replicas, replica);
    return [`${this.model} ${count}x${this.#options.neurons}`, state];
  }

  protected async saved() {
    const { patterns } = this.#options;
    const stored: Record<string, Uint8Array> = patterns ? { stored: bitsOf(patterns) } : {};
    return { sections: { state: await this.engine.read(), ...stored } };
  }

  async array(): Promise<{ data: Int8Array; shape: number[] }> {
    const { neurons } = this.#options;
    return { data: await this.spins(), shape: this.replicas > 1 ? [this.replicas, neurons] : [neurons] };
  }

  /** The first replica in rows of `row` neurons: up is 255, down 0. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    const { neurons } = this.#options;
    const width = this.row;
    const height = Math.ceil(neurons / width);
    const data = new Uint8Array(width * height).fill(128);
    spinsOf(await this.state(), neurons).forEach((spin, i) => {
      data[i] = spin > 0 ? 255 : 0;
    });
    return { width, height, data };
  }
}

interface Setup<P> {
  points: Points<P>;
  options: NetworkOptions;
}

/** The side of the square that pictures need. @throws ParameterError */
function sideOf(neurons: number): number {
  const side = Math.round(Math.sqrt(neurons));
  if (side * side === neurons) return side;
  throw new ParameterError(
    "neurons",
    `neurons ${neurons}: pictures need a square number of neurons, such as ${Math.max(28, side) ** 2}.`,
  );
}

/** The most patterns of any replica. */
const mostOf = <P extends object>(kind: MemoryModel<P>, { parameters, batch }: Points<P>) =>
  Math.max(...((batch as { patterns?: number[] }).patterns ?? [kind.memory(parameters).patterns]));

/** The patterns, if some are digits: those after them are the random ones of the first replica. */
async function withDigits<P extends object>(
  kind: MemoryModel<P>,
  { points, options }: Setup<P>,
): Promise<Int8Array | undefined> {
  const { neurons, digits: wanted, firstReplica } = kind.memory(points.parameters);
  const count = mostOf(kind, points);
  if (kind.stored) return kind.stored(points.parameters);
  const drawn = Math.min(wanted, count);
  if (drawn === 0) return undefined;
  const pictures = await digits(drawn, sideOf(neurons));
  if (drawn === count) return pictures;
  const all = new Int8Array(count * neurons);
  const own = { neurons, patterns: count, seed: options.seed, replica: firstReplica, purpose: PURPOSE };
  randomPatterns(own, options.bias).forEach((pattern, p) => {
    all.set(pattern, p * neurons);
  });
  all.set(pictures);
  return all;
}

function prepare<P extends object>(
  kind: MemoryModel<P>,
  given: Points<P>,
  seed: bigint,
  stored?: ArrayLike<number>,
): Setup<P> {
  kind.check?.(given.parameters);
  const parameters = kind.memory(given.parameters);
  if (parameters.source === "given" && !stored) {
    throw new ParameterError(
      "source",
      "source given: no patterns were given; pass `stored` (on the command line --stored FILE), or take random.",
    );
  }
  const batch = given.batch as Record<string, number[]>;
  const replicas = replicasOf({ parameters, batch });
  const points = { parameters: { ...given.parameters, replicas }, batch } as Points<P>;
  const { neurons, dynamics, cue, firstReplica, bias, start } = parameters;
  const own = replicaOptions(kind, points, replicas);
  const fewest = own.reduce((least, { patterns }) => Math.min(least, patterns), Number.POSITIVE_INFINITY);
  if (cue >= fewest && start !== "random") {
    throw new ParameterError("cue", `cue ${cue}: with ${fewest} patterns it must be at most ${fewest - 1}.`);
  }
  const options: NetworkOptions = {
    neurons,
    dynamics,
    cue: Math.min(cue, fewest - 1),
    seed,
    firstReplica,
    replicas: own,
    patterns: stored && givenPatterns(stored, parameters.neurons, mostOf(kind, points)),
    bias: Math.round(((1 + bias) / 2) * 2 ** 32),
    interaction: kind.interaction?.(given.parameters, mostOf(kind, points)),
    pairwise: kind.pairwise?.(given.parameters),
  };
  return { points, options };
}

function replicaOptions<P extends object>(kind: MemoryModel<P>, points: Points<P>, replicas: number) {
  return Array.from({ length: replicas }, (_, replica) => {
    const own = parametersOf(points, replica);
    return {
      patterns: kind.memory(own).patterns,
      ...(kind.replica?.(own) ?? { field: 0, probabilities: new Uint32Array() }),
    };
  });
}

function givenPatterns(stored: ArrayLike<number>, neurons: number, patterns: number): Int8Array {
  if (stored.length !== neurons * patterns) {
    throw new ParameterError(
      "stored",
      `stored: ${stored.length} values were given, but ${patterns} patterns of ${neurons} neurons have ${patterns * neurons}.`,
    );
  }
  const at = Array.from(stored).findIndex((value) => value !== 1 && value !== -1);
  if (at >= 0) {
    throw new ParameterError(
      "stored",
      `stored: neuron ${at % neurons} of pattern ${Math.floor(at / neurons)} is ${stored[at]}; every value is 1 or -1.`,
    );
  }
  return Int8Array.from(stored);
}

/** The same for all replicas. */
const repeated = (spins: Int8Array, { options: { replicas } }: { options: NetworkOptions }) =>
  Int8Array.from({ length: spins.length * replicas.length }, (_, i) => spins[i % spins.length]);

/** Every spin of a replica is what the model says of its point. */
function uniformSpins<P extends object>(
  { uniform }: MemoryModel<P>,
  { points, options: { neurons, replicas } }: Setup<P>,
) {
  const each = replicas.map((_, replica) => uniform!(parametersOf(points, replica))!);
  return Int8Array.from({ length: neurons * replicas.length }, (_, i) => each[Math.floor(i / neurons)]);
}

function givenState(
  { options: { neurons, replicas } }: { options: NetworkOptions },
  spins: ArrayLike<number> | undefined,
): Uint8Array {
  const count = neurons * replicas.length;
  if (spins?.length !== count) {
    const given = spins ? `${spins.length} spins were given` : "no spins were given";
    throw new ParameterError("start", `start given: ${count} spins are needed (replicas × neurons), but ${given}.`);
  }
  for (let at = 0; at < count; at++) {
    if (spins[at] > 0 || spins[at] < 0) continue;
    throw new ParameterError(
      "start",
      `spins [${Math.floor(at / neurons)}, ${at % neurons}] (replica, neuron) are ${spins[at]}: a spin is above 0 (up) or below 0 (down); map other values to ±1 first.`,
    );
  }
  const state = new Uint8Array(stateBytes(neurons) * replicas.length);
  for (let i = 0; i < replicas.length; i++) {
    state.set(bitsOf(Array.from({ length: neurons }, (_, site) => spins[i * neurons + site])), i * stateBytes(neurons));
  }
  return state;
}

async function openNetwork(device: Device, options: NetworkOptions, workgroup?: number): Promise<Network> {
  checkWorkgroup(device, workgroup, 32);
  if (device.kind === "reference") return new ReferenceNetwork(options);
  const limit = bufferLimit(device.limits);
  for (const [name, bytes] of Object.entries(bufferBytes(options))) {
    if (bytes <= limit) continue;
    throw new ParameterError(
      "neurons",
      `neurons ${options.neurons}: the ${name} of ${options.replicas.length} replicas take ${bytes} bytes, and this device holds ${limit} in one buffer; take fewer replicas, patterns or neurons.`,
    );
  }
  return GpuNetwork.create(device, options, workgroup);
}

function readCheckpoint<P extends object>(kind: MemoryModel<P>, checkpoint: Checkpoint) {
  const { parameters, batch, seed, steps } = headerOf(checkpoint, kind.name, {});
  const { sections } = checkpoint;
  // Checkpoints of gibbs 0.1.0 do not say whose patterns they hold.
  const isOwn = Object.hasOwn(kind.schema.shape, "source") && sections.stored && parameters.digits === 0;
  const points = resolve(kind.name, kind.schema, {
    ...(isOwn ? { source: "given" } : {}),
    ...parameters,
    ...batch,
  }) as unknown as Points<P>;
  const { neurons } = kind.memory(points.parameters);
  const stored = sections.stored && spinsOf(sections.stored, neurons * mostOf(kind, points));
  const setup = prepare(kind, points, checkSeed(seed), stored);
  const state = sectionOf(checkpoint, "state", stateBytes(neurons) * setup.options.replicas.length);
  return { setup, steps, state };
}

/** The Hopfield model's. */
export const createHopfield = (device: Device, options: HopfieldOptions): Promise<HopfieldSimulation> =>
  MemorySimulation.create(device, hopfieldMemory, options);
export const restoreHopfield = (device: Device, checkpoint: Uint8Array) =>
  MemorySimulation.restore(device, hopfieldMemory, checkpoint);
export type HopfieldSimulation = MemorySimulation<HopfieldParameters>;
