// One Ising lattice, or a batch of them, on any device: run, measure, checkpoint, read.

import type { Device } from "../../device/device.ts";
import type { RunOptions } from "../../device/run.ts";
import { checkSeed } from "../../random/seed.ts";
import type { Estimate } from "../../statistics/index.ts";
import { Chain, type ChainKind } from "../base/chain.ts";
import { filled, partOf, restored } from "../base/simulation.ts";
import type { Observable, Options, Stroke } from "../model.ts";
import { type Points, parametersOf, resolve } from "../parameters.ts";
import type { Series } from "../series.ts";
import { checkStroke } from "../stroke.ts";
import { checkAxes, perAxis } from "./axes.ts";
import { GpuLattice } from "./gpu.ts";
import type { FlipThresholds, Lattice, Sums } from "./lattice.ts";
import { columnsOf, estimateIsing, type IsingObservables, notesOf, observablesOf, perSite } from "./observables.ts";
import { rowBytes, type Shape, unpackSpins } from "./packing.ts";
import { type IsingParameters, isingParameters } from "./parameters.ts";
import { openLattice, prepare, readCheckpoint, type Setup, shapeOf, thresholdsOf } from "./setup.ts";
import { startState } from "./start.ts";

const KIND: ChainKind = {
  ...{ model: "ising", title: "The Ising simulation", schema: isingParameters, unit: "sweeps" },
  why: () => "random numbers are counted for 4294967295 sweeps in all; use another seed",
};

/**
 * What `ising.create` takes: parameters, of which some may be lists, the seed, the workgroup, and the user's
 * spins.
 */
export type IsingOptions = Options<typeof isingParameters> & {
  /** The state at step 0, ±1 or any numbers of their signs, shape [replicas][height][width]; sets `start` to "given". */
  spins?: ArrayLike<number>;
  /** Invocations in a workgroup, a power of two up to the device's limit; changes the speed and nothing else. */
  workgroup?: number;
};

/**
 * A simulation of the Ising model, of one lattice or of a batch of replicas. A step is a sweep over all
 * spins.
 */
export class IsingSimulation extends Chain<IsingParameters, Sums, Lattice> {
  #thresholds: FlipThresholds;

  private constructor(device: Device, { points, options }: Setup, lattice: Lattice, steps: number) {
    super(device, KIND, { points, seed: options.seed, replicas: options.replicas }, lattice, steps);
    this.#thresholds = options.thresholds;
  }

  /** Makes a simulation at step 0; the same as `ising.create`, which says what is thrown. */
  static async create(device: Device, given: IsingOptions = {}): Promise<IsingSimulation> {
    const { seed = 1n, spins, workgroup, ...parameters } = given;
    const points = resolve("ising", isingParameters, spins ? { ...parameters, start: "given" } : parameters);
    const setup = prepare(points, checkSeed(seed));
    const lattice = await filled(await openLattice(device, setup, workgroup), (lattice) => {
      const state = startState(setup.points, setup.options, spins);
      return state ? lattice.write(state) : lattice.randomize();
    });
    return new IsingSimulation(device, setup, lattice, 0);
  }

  /** Continues a checkpoint; the same as `ising.restore`. @throws CheckpointError */
  static restore(device: Device, bytes: Uint8Array, workgroup?: number) {
    return restored(bytes, async (checkpoint) => {
      const { setup, steps, state } = readCheckpoint(checkpoint);
      const lattice = await filled(await openLattice(device, setup, workgroup), (own) => own.write(state));
      return new IsingSimulation(device, setup, lattice, steps);
    });
  }

  /** The first replica's parameters; `points.batch` has those that differ. */
  get parameters(): IsingParameters {
    return this.points.parameters;
  }

  protected override get columns(): readonly string[] {
    return columnsOf(this.parameters);
  }

  /** What is measured of the lattice; runs of gibbs 0.1.0 go on with what they measured then. */
  get observables(): Record<string, Observable> {
    return observablesOf(this.parameters);
  }

  /** Notes that a reader of the results needs: a sentence each. */
  notes(): string[] {
    return notesOf(this.points);
  }

  protected rows(sums: readonly Sums[]): number[][] {
    return sums.map((sum, replica) => perSite(sum, parametersOf(this.points, replica)).slice(0, this.columns.length));
  }

  /** Values of one axis stand for all, as at the beginning. */
  override async set(changes: Partial<IsingParameters>): Promise<void> {
    await super.set(changes);
    const { parameters, batch } = this.points;
    this.replacePoints({ parameters: { ...parameters, ...perAxis(parameters) }, batch });
  }

  protected override async changed(points: Points<IsingParameters>): Promise<void> {
    checkAxes(points.parameters);
    const thresholds = thresholdsOf(points, this.replicas);
    await this.engine.setThresholds(thresholds);
    this.#thresholds = thresholds;
  }

  /** Sets the spins of a disc of the first replica, in its first layer, to +1 or -1. @throws ParameterError */
  paint(stroke: Stroke): Promise<void> {
    return this.exclusive.use(async () => {
      const [width, height] = this.parameters.size;
      checkStroke(stroke, { width, height });
      await this.engine.paint(stroke);
    });
  }

  /**
   * The two colour planes on the GPU (shaders/ising/lattice.wgsl), undefined on the reference and for more than two sides: the one door for drawing them and
   * for sharing them with other WebGPU code, which must not write to them while a call runs.
   */
  get planes(): readonly [GPUBuffer, GPUBuffer] | undefined {
    this.exclusive.check();
    return this.engine instanceof GpuLattice ? this.engine.planes : undefined;
  }

  /** Measures `count` times, `every` sweeps apart; all replicas, which must share their parameters, are one ensemble. */
  async sample(count: number, options: RunOptions & { every?: number } = {}): Promise<IsingObservables> {
    return this.estimate(await this.collect(count, options));
  }

  /** The same for each replica by itself. */
  async sampleEach(count: number, options: RunOptions & { every?: number } = {}): Promise<IsingObservables[]> {
    const series = await this.collect(count, options);
    return Array.from({ length: this.replicas }, (_, replica) => this.estimate(series, [replica]));
  }

  /** Observables of replicas that share their parameters: value, standard error, τ_int in measurements. */
  estimate(series: Series, replicas?: number[]): Record<keyof IsingObservables, Estimate> {
    return estimateIsing(this.points, series, replicas ?? this.all());
  }

  /** Energy, magnetization and staggered magnetization per site of each replica, now. */
  measure(): Promise<{ energy: number; magnetization: number; staggered: number }[]> {
    return this.exclusive.use(async () =>
      (await this.engine.sums()).map((sums, replica) => {
        const [energy, magnetization, staggered] = perSite(sums, parametersOf(this.points, replica));
        return { energy, magnetization, staggered };
      }),
    );
  }

  /** The canonical state: rows of one bit a spin, padded to bytes, lowest bit first, up = 1; replica after replica. */
  state(): Promise<Uint8Array> {
    return this.exclusive.use(() => this.engine.read());
  }

  /** Spins ±1, shape [replicas][height][width], with the further sides before the height. */
  async spins(): Promise<Int8Array> {
    return unpackSpins(await this.state(), this.#shape);
  }

  /** "ising REPLICASx…xHEIGHTxWIDTH\n" and the state, of all replicas or of one as if it were alone. */
  protected async canonical(replica?: number): Promise<[string, Uint8Array]> {
    const [count, state] = partOf(await this.engine.read(), this.replicas, replica);
    return [`ising ${[count, ...this.#sides].join("x")}`, state];
  }

  protected async saved() {
    const { high, low } = this.#thresholds;
    const bytes = (words: Uint32Array) => new Uint8Array(words.slice().buffer);
    return { sections: { state: await this.engine.read(), thresholds: bytes(high), thresholdsLow: bytes(low) } };
  }

  /** Spins ±1, the last axis first: [height][width], of several replicas with their number before. */
  async array(): Promise<{ data: Int8Array; shape: number[] }> {
    const shape = [...(this.replicas > 1 ? [this.replicas] : []), ...this.#sides];
    return { data: await this.spins(), shape };
  }

  /** The first replica, of more than two sides its first layer: up is 255, down 0. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    const [width, height] = this.parameters.size;
    const state = await this.state();
    const bytes = rowBytes(this.#shape);
    const data = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        data[y * width + x] = (state[y * bytes + (x >> 3)] >> (x & 7)) & 1 ? 255 : 0;
      }
    }
    return { width, height, data };
  }

  get #shape(): Shape {
    return shapeOf(this.parameters, this.replicas);
  }

  /** The sides, the last axis first. */
  get #sides(): number[] {
    return [...this.parameters.size].reverse();
  }
}
