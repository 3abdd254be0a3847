// One Ising lattice, or a batch of them, on any device: run, measure, checkpoint, read.

import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { Exclusive, type RunOptions } from "../../device/run.ts";
import type { Estimate } from "../../statistics/index.ts";
import { checkRun, checkWorkgroup } from "../calls.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  digestOf,
  encodeCheckpoint,
  extraOf,
  headerOf,
  sectionOf,
  withExtra,
} from "../checkpoint.ts";
import type { CheckpointExtra, Observable, Options, Recording, Simulation, Stroke } from "../model.ts";
import { changePoints, type Points, point, resolve } from "../parameters.ts";
import { checkSeed } from "../seed.ts";
import { Series } from "../series.ts";
import { checkStroke } from "../stroke.ts";
import { effectiveBoundaries } from "./boundary.ts";
import { fits, GpuLattice, largestSquare } from "./gpu.ts";
import { CLASSES, type FlipThresholds, type Lattice, type LatticeOptions } from "./lattice.ts";
import { columnsOf, estimateIsing, type IsingObservables, notesOf, observablesOf, perSite } from "./observables.ts";
import { rowBytes, type Shape, stateBytes, unpackSpins } from "./packing.ts";
import {
  checkHeight,
  flipThresholds,
  groupsOf,
  type IsingParameters,
  isingParameters,
  rounds,
  VERSION_1,
} from "./parameters.ts";
import { ReferenceLattice } from "./reference-lattice.ts";
import { startState } from "./start.ts";

/** The number of a sweep is one word of the counter of its random numbers. */
const MOST_SWEEPS = 2 ** 32 - 1;
/** The reference holds a byte a spin and takes a microsecond for each: beyond this it is a mistake. */
const MOST_REFERENCE_SPINS = 2 ** 28;

export type IsingOptions = Options<typeof isingParameters> & {
  /** The state at step 0, ±1 or any numbers of their signs, shape [replicas][height][width]; sets `start` to "given". */
  spins?: ArrayLike<number>;
  /** Invocations in a workgroup, a power of two up to the device's limit; changes the speed and nothing else. */
  workgroup?: number;
};

export class IsingSimulation implements Simulation<IsingParameters> {
  readonly model = "ising";
  readonly device: Device;
  readonly seed: bigint;
  readonly replicas: number;
  #points: Points<IsingParameters>;
  #thresholds: FlipThresholds;
  readonly #lattice: Lattice;
  readonly #exclusive: Exclusive;
  #steps: number;

  private constructor(device: Device, setup: Setup, lattice: Lattice, steps: number) {
    this.device = device;
    this.#exclusive = new Exclusive("The Ising simulation", device);
    this.#points = setup.points;
    this.seed = setup.options.seed;
    this.replicas = setup.options.replicas;
    this.#thresholds = setup.options.thresholds;
    this.#lattice = lattice;
    this.#steps = steps;
  }

  static async create(device: Device, given: IsingOptions = {}): Promise<IsingSimulation> {
    const { seed = 1n, spins, workgroup, ...parameters } = given;
    const points = resolve("ising", isingParameters, spins ? { ...parameters, start: "given" } : parameters);
    const setup = prepare(points, checkSeed(seed));
    const lattice = await openLattice(device, setup.options, workgroup);
    try {
      const state = startState(setup.points, setup.options, spins);
      if (state) await lattice.write(state);
      else await lattice.randomize();
    } catch (error) {
      lattice.dispose();
      throw error;
    }
    return new IsingSimulation(device, setup, lattice, 0);
  }

  static async restore(
    device: Device,
    bytes: Uint8Array,
    workgroup?: number,
  ): Promise<IsingSimulation & { extra: CheckpointExtra }> {
    const { setup, steps, state, extra } = readCheckpoint(await decodeCheckpoint(bytes));
    const lattice = await openLattice(device, setup.options, workgroup);
    try {
      await lattice.write(state);
    } catch (error) {
      lattice.dispose();
      throw error;
    }
    return Object.assign(new IsingSimulation(device, setup, lattice, steps), { extra });
  }

  /** Sweeps made so far; in each every spin is offered one flip. */
  get steps(): number {
    return this.#steps;
  }

  /** What each replica is set to now. */
  get points(): Points<IsingParameters> {
    return this.#points;
  }

  /** The first replica's parameters; `points.batch` has those that differ. */
  get parameters(): IsingParameters {
    return this.points.parameters;
  }

  series(): Series {
    return new Series(columnsOf(this.parameters), this.replicas);
  }

  /** What is measured of the lattice; runs of gibbs 0.1.0 go on with what they measured then. */
  get observables(): Record<string, Observable> {
    return observablesOf(this.parameters);
  }

  notes(): string[] {
    return notesOf(this.points);
  }

  /**
   * Makes `steps` sweeps in many short submissions.
   *
   * @throws the signal's reason when aborted (the state stays valid), DeviceLostError, GpuError, DisposedError.
   */
  run(steps: number, { record, ...options }: RunOptions & { record?: Recording } = {}): Promise<void> {
    return this.#exclusive.use(async () => {
      const why = `random numbers are counted for ${MOST_SWEEPS} sweeps in all; use another seed`;
      checkRun(steps, { unit: "sweeps", made: this.#steps, most: MOST_SWEEPS, why }, record);
      await this.#lattice.advance({
        ...options,
        from: this.#steps,
        sweeps: steps,
        every: record?.every ?? 0,
        origin: record?.origin ?? 0,
        onSums: (sums, sweep) => {
          record?.series.append(
            sweep,
            sums.map((sum, replica) =>
              perSite(sum, point(this.points, replica)).slice(0, record.series.columns.length),
            ),
          );
        },
        onSweeps: (sweep) => {
          this.#steps = sweep;
        },
      });
    });
  }

  /** Changes temperature, field, couplings or algorithm from the next sweep on, for all replicas. @throws ParameterError */
  set(changes: Partial<IsingParameters>): Promise<void> {
    return this.#exclusive.use(async () => {
      const points = changePoints("ising", isingParameters, this.#points, changes);
      const thresholds = flipThresholds(points, this.replicas);
      await this.#lattice.setThresholds(thresholds);
      this.#points = points;
      this.#thresholds = thresholds;
    });
  }

  /** Sets the spins of a disc of the first replica to +1 or -1. @throws ParameterError */
  paint(stroke: Stroke): Promise<void> {
    return this.#exclusive.use(async () => {
      checkStroke(stroke, this.#shape);
      await this.#lattice.paint(stroke);
    });
  }

  /**
   * The two colour planes on the GPU (shaders/ising/lattice.wgsl), undefined on the reference: the one door for drawing them and
   * for sharing them with other WebGPU code, which must not write to them while a call runs.
   */
  get planes(): readonly [GPUBuffer, GPUBuffer] | undefined {
    this.#exclusive.check();
    return this.#lattice instanceof GpuLattice ? this.#lattice.planes : undefined;
  }

  /** Runs `count` × `every` sweeps and returns the series measured on the way. */
  async collect(count: number, { every = 1, ...options }: RunOptions & { every?: number } = {}): Promise<Series> {
    const series = this.series();
    await this.run(count * every, { ...options, record: { series, every, origin: this.#steps } });
    return series;
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
    const [differs] = Object.keys(this.points.batch);
    if (!replicas && differs) {
      throw new ParameterError(
        differs,
        `The replicas differ in ${differs}: name those to average, or use sampleEach().`,
      );
    }
    return estimateIsing(this.points, series, replicas ?? [...Array(this.replicas).keys()]);
  }

  /** Energy, magnetization and staggered magnetization per site of each replica, now. */
  measure(): Promise<{ energy: number; magnetization: number; staggered: number }[]> {
    return this.#exclusive.use(async () =>
      (await this.#lattice.sums()).map((sums, replica) => {
        const [energy, magnetization, staggered] = perSite(sums, point(this.points, replica));
        return { energy, magnetization, staggered };
      }),
    );
  }

  /** The canonical state: rows of one bit a spin, padded to bytes, lowest bit first, up = 1; replica after replica. */
  state(): Promise<Uint8Array> {
    return this.#exclusive.use(() => this.#lattice.read());
  }

  /** Spins ±1, shape [replicas][height][width]. */
  async spins(): Promise<Int8Array> {
    return unpackSpins(await this.state(), this.#shape);
  }

  /** SHA-256 of "ising REPLICASxHEIGHTxWIDTH\n" and the canonical state, of all replicas or of one as if it were alone. */
  async digest(replica?: number): Promise<string> {
    const { width, height } = this.#shape;
    const state = await this.state();
    const size = state.length / this.replicas;
    const part = replica === undefined ? state : state.subarray(replica * size, (replica + 1) * size);
    const count = replica === undefined ? this.replicas : 1;
    return digestOf(new TextEncoder().encode(`ising ${count}x${height}x${width}\n`), part);
  }

  async checkpoint(extra: CheckpointExtra = { header: {}, sections: {} }): Promise<Uint8Array> {
    const { parameters, batch } = this.points;
    const header = { parameters, batch, seed: String(this.seed), steps: this.#steps };
    const { high, low } = this.#thresholds;
    const bytes = (words: Uint32Array) => new Uint8Array(words.slice().buffer);
    const sections = { state: await this.state(), thresholds: bytes(high), thresholdsLow: bytes(low) };
    return encodeCheckpoint(withExtra({ model: "ising", header, sections }, extra));
  }

  async array(): Promise<{ data: Int8Array; shape: number[] }> {
    const { width, height, replicas } = this.#shape;
    const shape = replicas > 1 ? [replicas, height, width] : [height, width];
    return { data: await this.spins(), shape };
  }

  /** The first replica: up is 255, down 0. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    const { width, height } = this.#shape;
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

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Frees the lattice; any later use throws DisposedError. */
  dispose(): void {
    if (this.#exclusive.dispose()) this.#lattice.dispose();
  }

  get #shape(): Shape {
    const [width, height] = this.points.parameters.size;
    return { width, height, replicas: this.replicas };
  }
}

interface Setup {
  points: Points<IsingParameters>;
  options: LatticeOptions;
}

function prepare(points: Points<IsingParameters>, seed: bigint, thresholds?: FlipThresholds): Setup {
  const { parameters, batch } = points;
  checkHeight(parameters);
  const [listed] = Object.values(batch);
  if (listed && parameters.replicas !== 1 && parameters.replicas !== listed.length) {
    throw new ParameterError(
      "replicas",
      `replicas ${parameters.replicas}: a list of ${listed.length} values makes ${listed.length} replicas; leave replicas out.`,
    );
  }
  const replicas = listed?.length ?? parameters.replicas;
  const [width, height] = parameters.size;
  const options: LatticeOptions = {
    width,
    height,
    replicas,
    seed,
    firstReplica: parameters.firstReplica,
    boundaries: effectiveBoundaries(parameters.boundary, parameters.size),
    thresholds: thresholds ?? flipThresholds(points, replicas),
    rounds: rounds(parameters),
  };
  return { points: { parameters: { ...parameters, replicas }, batch }, options };
}

async function openLattice(device: Device, options: LatticeOptions, workgroup?: number): Promise<Lattice> {
  const { width, height, replicas } = options;
  checkWorkgroup(device, workgroup);
  if (device.kind === "reference") {
    if (width * height * replicas > MOST_REFERENCE_SPINS) {
      throw new ParameterError(
        "size",
        `size ${width},${height}: the reference is meant for up to 16384,16384; use a GPU device.`,
      );
    }
    return new ReferenceLattice(options);
  }
  const { high, low } = options.thresholds;
  if (!fits(options, device.limits, (high.length + low.length) / replicas)) {
    const largest = largestSquare(device.limits, replicas);
    const copies = replicas > 1 ? ` × ${replicas} replicas` : "";
    const remedy =
      largest >= 2 ? `the largest square lattice that fits is ${largest},${largest}${copies}` : "take fewer replicas";
    throw new ParameterError(
      "size",
      `size ${width},${height}${copies}: this device (${device.info.description || device.info.vendor}) holds too little in one buffer; ${remedy}.`,
    );
  }
  const most = device.limits.maxComputeInvocationsPerWorkgroup;
  return GpuLattice.create(device, options, workgroup ?? Math.min(128, most));
}

function readCheckpoint(checkpoint: Checkpoint) {
  const { parameters, batch, seed, steps } = headerOf(checkpoint, "ising", {});
  // Checkpoints of gibbs 0.1.0 do not name the bits of their probabilities.
  const unsaid = { probabilityBits: VERSION_1.probabilityBits };
  const points = resolve("ising", isingParameters, { ...unsaid, ...parameters, ...batch });
  const replicas = Object.values(points.batch)[0]?.length ?? points.parameters.replicas;
  const { boundary, size, probabilityBits } = points.parameters;
  const bytes = 4 * CLASSES * groupsOf(effectiveBoundaries(boundary, size)) * replicas;
  const words = (name: string, length: number) => new Uint32Array(sectionOf(checkpoint, name, length).slice().buffer);
  const setup = prepare(points, checkSeed(seed), {
    high: words("thresholds", bytes),
    low: probabilityBits === "64" ? words("thresholdsLow", bytes) : new Uint32Array(0),
  });
  const state = sectionOf(checkpoint, "state", stateBytes(setup.options));
  return { setup, steps, state, extra: extraOf(checkpoint) };
}
