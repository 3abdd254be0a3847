// Reservoirs on any device. One step makes a random network, trains it at every point of the sweep, and tests it; what is kept are its
// figures and its readouts. So a run can be stopped between networks, extended, and continued elsewhere.

import * as z from "zod";
import { BatchBudget } from "../../device/budget.ts";
import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import { between, Exclusive, type RunOptions } from "../../device/run.ts";
import type { Estimate } from "../../statistics/index.ts";
import {
  decodeCheckpoint,
  digestOf,
  encodeCheckpoint,
  extraOf,
  headerOf,
  sectionOf,
  withExtra,
} from "../checkpoint.ts";
import type { CheckpointExtra, Observable, Options, Simulation } from "../model.ts";
import { type Points, point, resolve } from "../parameters.ts";
import { checkSeed } from "../seed.ts";
import { Series } from "../series.ts";
import { type Forecast, networkFile, stripsOf } from "./export.ts";
import { type Figures, figuresFrom, figuresTo, judgeDriven, judgeFree, noFigures } from "./figures.ts";
import { checkFits } from "./fits.ts";
import { type GpuNetworkOptions, GpuNetworks } from "./gpu.ts";
import { inUnitsOf, type Loaded, loadNetwork, withFileSettings } from "./load.ts";
import { allUnits, type Engine, featureCount, type Member, type Readout, type Shape, type Sums } from "./network.ts";
import { type ReservoirParameters, reservoirParameters } from "./parameters.ts";
import { hasRank, kernelRank } from "./rank.ts";
import { ReferenceEngine } from "./reference-engine.ts";
import { estimateOf, notesOf, observablesOf, type ReservoirResult, type Run, resultOf, tableOf } from "./result.ts";
import { fitReadout } from "./ridge.ts";
import { shapeOf } from "./shape.ts";
import { type Task, taskOf } from "./tasks/index.ts";
import { type Topology, topologyOf } from "./topology.ts";
import { attractorOf, exponentsOf, forecastOf, freeRuns, type InUse, outputsOf } from "./use.ts";

export type ReservoirOptions = Options<typeof reservoirParameters> & GpuNetworkOptions;

/** Of each step and point, as `figuresTo` writes them. */
const figure = z.number().nullable();
const keptFigures = z.array(
  z.array(z.tuple([figure, figure, figure, figure, z.array(figure), z.array(figure), z.array(figure)])),
);

/** What training leaves of one member. */
interface Fitted {
  readout: Readout;
  /** NaN where the network diverged. */
  ridge: number;
  rank: number;
  /** Outputs along the test, [step][output]. */
  tested: Float64Array;
}

/** Numbers of the forecasts of one launch, and forecasts: each may be a row of workgroups. */
const MOST_FORECASTS = 2 ** 23;
const MOST_STARTS = 2 ** 15;
/** Networks that fill a CPU. */
const FEW = 8;

export class ReservoirSimulation implements Simulation<ReservoirParameters> {
  readonly model = "reservoir";
  readonly device: Device;
  readonly seed: bigint;
  readonly points: Points<ReservoirParameters>;
  /** Points of the sweep. */
  readonly replicas: number;
  readonly task: Task;
  readonly shape: Shape;
  readonly observables: Record<string, Observable>;
  readonly #engine: Engine;
  readonly #batches: BatchBudget;
  /** A network from a file. */
  readonly #loaded: Loaded | undefined;
  readonly #exclusive: Exclusive;
  /** [reservoir][point]. */
  readonly #figures: Figures[][] = [];
  /** [reservoir][point][patch]. */
  readonly #readouts: Readout[][][] = [];

  private constructor(device: Device, points: Points<ReservoirParameters>, seed: bigint, options: GpuNetworkOptions) {
    this.device = device;
    this.#exclusive = new Exclusive("The reservoir", device);
    this.#exclusive.check(); // before a first run nothing else asks the device
    this.points = points;
    this.seed = seed;
    const lists = Object.values<number[] | undefined>(points.batch);
    this.replicas = lists[0]?.length ?? 1;
    const { parameters } = points;
    const task = taskOf(parameters, seed);
    const outputs = task.table.targets / parameters.patches;
    this.#loaded = parameters.network === "" ? undefined : loadNetwork(parameters, task, seed, outputs);
    if (this.#loaded && lists.length > 0) {
      const [name] = Object.keys(points.batch);
      throw new ParameterError(name, `${name}: a network from a file is tested as it is, not in a sweep.`);
    }
    this.task = this.#loaded ? inUnitsOf(task, this.#loaded) : task;
    const shape = shapeOf(points, this.task, seed);
    const { degree, fan } = this.#loaded?.topology ?? shape;
    this.shape = { ...shape, degree, fan };
    if (device.kind === "gpu") checkFits(device.limits, this.shape, this.task);
    this.observables = observablesOf(this.task);
    this.#engine =
      device.kind === "gpu" ? new GpuNetworks(device, this.shape, options) : new ReferenceEngine(this.shape);
    const networks = Math.floor(this.#engine.most / (shape.patches * this.replicas));
    this.#batches = new BatchBudget(networks, FEW, device.info.software);
  }

  static async create(device: Device, given: ReservoirOptions = {}): Promise<ReservoirSimulation> {
    const { seed = 1n, workgroup, lanes, stepwise, onKept, ...parameters } = given;
    const points = resolve("reservoir", reservoirParameters, withFileSettings(parameters));
    checkWorkgroup(device, workgroup);
    return new ReservoirSimulation(device, points, checkSeed(seed), { workgroup, lanes, stepwise, onKept });
  }

  static async restore(device: Device, bytes: Uint8Array): Promise<ReservoirSimulation & { extra: CheckpointExtra }> {
    const checkpoint = await decodeCheckpoint(bytes);
    const { parameters, batch, seed, figures } = headerOf(checkpoint, "reservoir", { figures: keptFigures });
    const own = await ReservoirSimulation.create(device, { ...parameters, ...batch, seed: checkSeed(seed) });
    const length = featureCount(own.shape) * own.shape.outputs;
    const networks = figures.length * own.replicas * own.shape.patches;
    const section = sectionOf(checkpoint, "readouts", 8 * networks * length);
    const values = new Float64Array(section.slice().buffer);
    let at = 0;
    for (const kept of figures) {
      if (kept.length !== own.replicas) {
        throw new CheckpointError("The checkpoint's figures are of another number of points than its parameters.");
      }
      own.#figures.push(kept.map(figuresFrom));
      own.#readouts.push(
        kept.map(() =>
          Array.from({ length: own.shape.patches }, () => {
            at += length;
            return values.slice(at - length, at);
          }),
        ),
      );
    }
    return Object.assign(own, { extra: extraOf(checkpoint) });
  }

  /** Random networks made so far. */
  get steps(): number {
    return this.#figures.length;
  }

  series(): Series {
    return new Series([], 1);
  }

  /**
   * Makes, trains and tests `steps` more random networks at every point.
   *
   * @throws the signal's reason when aborted (networks under way are forgotten), DeviceLostError, GpuError, OutOfMemoryError.
   */
  run(steps: number, options: RunOptions = {}): Promise<void> {
    return this.#exclusive.use(async () => {
      if (!Number.isSafeInteger(steps) || steps < 0 || this.steps + steps >= 2 ** 31) {
        throw new ParameterError("reservoirs", `reservoirs ${steps}: give a whole number, below 2^31 in all.`);
      }
      if (this.#loaded && this.steps + steps > 1) {
        throw new ParameterError("reservoirs", `reservoirs ${this.steps + steps}: a network from a file is one.`);
      }
      const last = this.steps + steps;
      const from = this.steps;
      const { patches } = this.shape;
      const block = Math.max(1, Math.floor(this.#engine.most / (patches * this.replicas)));
      while (this.steps < last) {
        const first = this.steps;
        const count = this.#batches.next(last - first, block);
        const began = performance.now();
        const topologies: Topology[] = [];
        for (let r = 0; r < count; r++) {
          await between({ done: first - from, total: steps }, options);
          topologies.push(await this.#topology(first + r));
        }
        const members = topologies.flatMap((topology) => this.#membersOf(topology));
        const within = {
          signal: options.signal,
          onProgress: async () => {
            await options.onProgress?.({ done: this.steps - from, total: steps });
            this.#exclusive.check();
          },
        };
        const made = await this.#work(members, within);
        for (let r = 0; r < count; r++) {
          this.#figures.push(made.figures.slice(r * this.replicas, (r + 1) * this.replicas));
          this.#readouts.push(made.readouts.slice(r * this.replicas, (r + 1) * this.replicas));
        }
        this.#batches.record(count, performance.now() - began);
      }
      await between({ done: steps, total: steps }, options);
    });
  }

  async #topology(number: number): Promise<Topology> {
    if (this.#loaded) return this.#loaded.topology;
    const { units, layers, degree, fan, inputs } = this.shape;
    return topologyOf(
      { units, layers, kind: this.points.parameters.topology, degree, fan, inputs, seed: this.seed },
      number,
    );
  }

  /** Points, then patches; for the GPU those of one patch follow each other. */
  #membersOf(topology: Topology): Member[] {
    const { patches } = this.shape;
    return Array.from({ length: patches * this.replicas }, (_, i) => {
      const [patch, p] = [Math.floor(i / this.replicas), i % this.replicas];
      const { spectralRadius, inputScaling, leakRate, bias, noise } = point(this.points, p);
      return { topology, spectralRadius, inputScaling, leakRate, bias, noise, patch };
    });
  }

  /** Trains and tests members, as many at once as the device can hold. Figures and readouts are [network][point]. */
  async #work(members: readonly Member[], options: RunOptions) {
    const { task, shape } = this;
    const trained: Fitted[] = [];
    for (let at = 0; at < members.length; at += this.#engine.most) {
      trained.push(...(await this.#trainAndTest(members.slice(at, at + this.#engine.most), at, options)));
    }
    const figures: Figures[] = [];
    const readouts: Readout[][] = [];
    const free: { figures: Figures; places: number[] }[] = [];
    const perNetwork = shape.patches * this.replicas;
    for (let network = 0; network < members.length / perNetwork; network++) {
      for (let p = 0; p < this.replicas; p++) {
        const places = Array.from(
          { length: shape.patches },
          (_, patch) => network * perNetwork + patch * this.replicas + p,
        );
        const parts = places.map((place) => trained[place]);
        const own = noFigures();
        readouts.push(parts.map(({ readout }) => readout));
        figures.push(own);
        if (parts.some(({ ridge }) => Number.isNaN(ridge))) continue; // it diverged
        own.ridge = Math.max(...parts.map(({ ridge }) => ridge));
        own.rank = parts[0].rank;
        judgeDriven(
          own,
          parts.map(({ tested }) => tested),
          task,
          shape,
        );
        if (task.starts.length > 0) free.push({ figures: own, places });
      }
    }
    // Many networks run free in one launch, as far as their forecasts fit.
    const values = task.starts.length * task.horizon * task.table.targets;
    const together = Math.max(1, Math.floor(Math.min(MOST_FORECASTS / values, MOST_STARTS / task.starts.length)));
    for (let at = 0; at < free.length; at += together) {
      const some = free.slice(at, at + together);
      const places = some.flatMap((run) => run.places);
      const own = places.map((place) => members[place]);
      const weights = places.map((place) => trained[place].readout);
      const made = await this.#engine.forecast(own, weights, task.table, task, options);
      const { threshold } = this.points.parameters;
      some.forEach((run, k) => {
        judgeFree(run.figures, made.subarray(k * values, (k + 1) * values), task, threshold);
      });
    }
    return { figures, readouts };
  }

  /** Readouts of members, and what they put out along the test; `first` is the place of the first one. */
  async #trainAndTest(members: readonly Member[], first: number, options: RunOptions): Promise<Fitted[]> {
    const { task, shape } = this;
    const inputs = allUnits(shape);
    const blind = shape.seesInputs ? ([0, 0] as const) : ([inputs, inputs + shape.inputs] as const);
    const wantsRank = "kernelRank" in this.observables && hasRank(shape);
    const loaded = this.#loaded?.readouts;
    const all: Fitted[] = [];
    // A network from a file has its readouts; of the sums it needs the rank alone.
    const sumsOf = loaded && !wantsRank ? [] : await this.#train(members, options);
    for (const m of members.keys()) {
      if (m % 8 === 0) await new Promise((resolve) => setTimeout(resolve)); // lets signals and the page have a turn
      options.signal?.throwIfAborted();
      const { ridge } = point(this.points, (first + m) % this.replicas);
      const nothing = { readout: new Float64Array(featureCount(shape) * shape.outputs), ridge: Number.NaN };
      const sums = sumsOf.at(m);
      const rank = wantsRank && sums && !sums.diverged ? kernelRank(sums, shape) : Number.NaN;
      const fit = loaded
        ? { readout: loaded[m], ridge }
        : sums && !sums.diverged
          ? fitReadout(sums, shape.outputs, ridge, blind)
          : nothing;
      all.push({ ...fit, rank, tested: new Float64Array() });
    }
    const readouts = all.map(({ readout }) => readout);
    const made = await this.#engine.predict(members, readouts, task.table, task.testing, options);
    const length = task.testing.steps * shape.outputs;
    all.forEach((own, m) => {
      own.tested = made.slice(m * length, (m + 1) * length);
    });
    return all;
  }

  /** Sums over all spans that are learned from. */
  async #train(members: readonly Member[], options: RunOptions): Promise<Sums[]> {
    const [first, ...others] = this.task.training;
    const all = await this.#engine.train(members, this.task.table, first, options);
    for (const span of others) {
      const more = await this.#engine.train(members, this.task.table, span, options);
      more.forEach(({ matrix, steps, diverged }, m) => {
        for (let i = 0; i < matrix.length; i++) all[m].matrix[i] += matrix[i];
        all[m].steps += steps;
        all[m].diverged ||= diverged;
      });
    }
    return all;
  }

  get #run(): Run {
    this.#exclusive.check();
    return { figures: this.#figures, points: this.points, task: this.task };
  }

  /** The median over networks of each figure at a point, with its error. */
  estimate(p = 0): Record<string, Estimate> {
    return estimateOf(this.#run, p);
  }

  /** Medians with quartiles, and what else the task is about; of the first point. */
  result(): ReservoirResult {
    return resultOf(this.#run);
  }

  /** Networks that diverged and ridges that were raised. */
  notes(): string[] {
    return notesOf(this.result());
  }

  /** Every network's figures, of every point. */
  table(): { head: string[]; rows: (string | number)[][] } {
    return tableOf(this.#run);
  }

  /** Readouts of network `reservoir` at a point, [patch], each [feature][output]. */
  readout(reservoir = 0, p = 0): Readout[] {
    this.#exclusive.check();
    const own = this.#readouts[reservoir]?.[p];
    if (!own) throw new ParameterError("reservoir", `reservoir ${reservoir}: ${this.steps} are trained so far.`);
    return own;
  }

  /** Trained networks at a point, to be used. */
  async #inUse(networks: readonly number[], p: number): Promise<InUse> {
    const readouts = networks.flatMap((network) => this.readout(network, p));
    const members: Member[] = [];
    for (const network of networks) {
      members.push(...this.#membersOf(await this.#topology(network)).filter((_, i) => i % this.replicas === p));
    }
    return { engine: this.#engine, task: this.task, shape: this.shape, members, readouts };
  }

  /**
   * Forecasts of a trained network that runs free from the task's starts, beside the truth, in the series' own units.
   *
   * @throws ParameterError where the task has none
   */
  forecast(reservoir = 0, p = 0, options: RunOptions = {}): Promise<Forecast> {
    return this.#exclusive.use(async () => forecastOf(await this.#inUse([reservoir], p), options));
  }

  /**
   * Forecasts of some trained networks from one of the task's starts in a single launch, [network][step][output], in the series' own
   * units; what is true is that of `forecast`.
   *
   * @throws ParameterError where the task has none
   */
  forecasts(networks: readonly number[], start = 0, p = 0, options: RunOptions = {}): Promise<Float64Array> {
    return this.#exclusive.use(async () => {
      const { starts, driven, horizon } = this.task;
      return freeRuns(await this.#inUse(networks, p), { starts: [starts[start]], driven, horizon }, options);
    });
  }

  /** What a trained network puts out along the test, while the series drives it, beside the truth: [1][step][output]. */
  outputs(reservoir = 0, p = 0, options: RunOptions = {}): Promise<Forecast> {
    return this.#exclusive.use(async () => outputsOf(await this.#inUse([reservoir], p), options));
  }

  /**
   * The attractor of a trained network that runs free for `steps` steps after the first start, beside that of the system along the series;
   * in the series' own units.
   *
   * @throws ParameterError where the task is no forecast
   */
  attractor({ steps = 10_000, reservoir = 0, point: p = 0 } = {}, options: RunOptions = {}) {
    return this.#exclusive.use(async () => attractorOf(await this.#inUse([reservoir], p), steps, options));
  }

  /**
   * The largest `count` Lyapunov exponents, per unit of time, of a trained network that runs free for `steps` steps; in f64.
   *
   * @throws ParameterError where the task has inputs of its own, or patches
   */
  lyapunov({ count = 1, steps = 10_000, reservoir = 0, point: p = 0 } = {}): Promise<number[]> {
    return this.#exclusive.use(async () => exponentsOf(await this.#inUse([reservoir], p), count, steps));
  }

  async set(changes: Partial<ReservoirParameters>): Promise<void> {
    const [name] = Object.keys(changes);
    if (name) throw new ParameterError(name, `${name} is fixed when a reservoir begins; start another.`);
  }

  /** SHA-256 of "reservoir POINTS RESERVOIRS\n" and all readouts: equal on the same device, and near it on others. */
  digest(): Promise<string> {
    this.#exclusive.check();
    const head = new TextEncoder().encode(`reservoir ${this.replicas} ${this.steps}\n`);
    return digestOf(head, bytesOf(this.#readouts.flat(2)));
  }

  checkpoint(extra: CheckpointExtra = { header: {}, sections: {} }): Promise<Uint8Array> {
    this.#exclusive.check();
    const { parameters, batch } = this.points;
    const figures = this.#figures.map((points) => points.map(figuresTo));
    const header = { parameters, batch, seed: String(this.seed), figures };
    const sections = { readouts: bytesOf(this.#readouts.flat(2)) };
    return encodeCheckpoint(withExtra({ model: "reservoir", header, sections }, extra));
  }

  /** The first network's readout as a safetensors file: W_out [output, feature], after the features states, inputs, 1. */
  async safetensors(): Promise<Uint8Array> {
    const { parameters } = this.points;
    return networkFile(this.shape, this.task, await this.#topology(0), this.readout(), {
      model: "gibbs reservoir",
      parameters: JSON.stringify({ ...parameters, data: "", network: "" }),
      seed: String(this.seed),
    });
  }

  output(): Promise<Uint8Array> {
    return this.safetensors();
  }

  /** Forecasts of the first network, [start][step][output], or its readout where it does not run free. */
  async array(): Promise<{ data: Float64Array; shape: number[] }> {
    if (this.task.starts.length > 0) {
      const { predicted, shape } = await this.forecast();
      return { data: predicted, shape: [...shape] };
    }
    return { data: this.readout()[0], shape: [featureCount(this.shape), this.shape.outputs] };
  }

  /** The first forecast: time to the right; for each column a band with the truth above and what was predicted below. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    return stripsOf(await this.forecast(), this.task);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  dispose(): void {
    if (this.#exclusive.dispose()) this.#engine.dispose();
  }
}

function bytesOf(readouts: readonly Readout[]): Uint8Array {
  const bytes = new Uint8Array(readouts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const readout of readouts) {
    bytes.set(new Uint8Array(readout.buffer, readout.byteOffset, readout.byteLength), at);
    at += readout.byteLength;
  }
  return bytes;
}

function checkWorkgroup(device: Device, workgroup: number | undefined): void {
  if (workgroup === undefined || device.kind !== "gpu") return;
  const { maxComputeWorkgroupSizeX: x, maxComputeInvocationsPerWorkgroup: all } = device.limits;
  const most = Math.min(x, all);
  if (Number.isInteger(Math.log2(workgroup)) && workgroup >= 1 && workgroup <= most) return;
  throw new ParameterError("workgroup", `workgroup ${workgroup}: it must be a power of two up to ${most}.`);
}
