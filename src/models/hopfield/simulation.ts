// One associative memory, or a batch of them, on any device: run, measure, checkpoint, read. The Hopfield model, and dense memories.

import type { Device } from "../../device/device.ts";
import type { Estimate } from "../../statistics/index.ts";
import { Chain } from "../base/chain.ts";
import { filled, partOf, restored } from "../base/simulation.ts";
import type { Options, Stroke } from "../model.ts";
import { type Points, parametersOf } from "../parameters.ts";
import type { Series } from "../series.ts";
import { checkReach } from "../stroke.ts";
import { hopfieldMemory, type MemoryModel } from "./memory.ts";
import { bitsOf, type Network, type NetworkOptions, type Sums, spinsOf, stateBytes } from "./network.ts";
import { type HopfieldParameters, type hopfieldParameters, rowOf } from "./parameters.ts";
import {
  type MemoryOptions,
  mostOf,
  openNetwork,
  readCheckpoint,
  replicaOptions,
  type Setup,
  setupOf,
} from "./setup.ts";

/** In the engines a field is an integer number of units; a note reports rounding by more than this share. */
const ROUNDING = 0.01;

/**
 * What `hopfield.create` takes: parameters, of which some may be lists, the seed, and the user's patterns or
 * spins.
 */
export type HopfieldOptions = Options<typeof hopfieldParameters> & MemoryOptions;

/**
 * A simulation of a network that stores patterns: `hopfield`, `denseMemory` and `curieWeiss`. A step is a
 * sweep over all neurons.
 */
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

  /**
   * Makes a simulation of one of the models at step 0. `create` of the model is simpler.
   *
   * @throws ParameterError for a value out of range, and for what the device cannot hold
   */
  static async create<P extends object>(
    device: Device,
    kind: MemoryModel<P>,
    given: MemoryOptions & { seed?: bigint },
  ): Promise<MemorySimulation<P>> {
    const { setup, begin } = await setupOf(kind, given);
    const network = await filled(await openNetwork(device, setup.options, given.workgroup), begin);
    return new MemorySimulation(device, kind, setup, network, 0);
  }

  /** Continues a checkpoint of one of the models. @throws CheckpointError */
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

  /** Spins ±1, shape [neurons], of several replicas [replicas][neurons]. */
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

/** The Hopfield model's. */
export const createHopfield = (device: Device, options: HopfieldOptions): Promise<HopfieldSimulation> =>
  MemorySimulation.create(device, hopfieldMemory, options);
export const restoreHopfield = (device: Device, checkpoint: Uint8Array) =>
  MemorySimulation.restore(device, hopfieldMemory, checkpoint);
/** A simulation of the Hopfield model. */
export type HopfieldSimulation = MemorySimulation<HopfieldParameters>;
