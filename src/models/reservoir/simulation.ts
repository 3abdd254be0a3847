// Reservoirs on any device. One step makes a random network, trains it at every point of the scan, and tests it; what is kept are its
// figures and its readouts. So a run can be stopped between networks, extended, and continued elsewhere.

import { concat } from "../../arrays.ts";
import { BatchBudget } from "../../device/budget.ts";
import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import type { RunOptions } from "../../device/run.ts";
import { checkSeed } from "../../random/seed.ts";
import type { Estimate } from "../../statistics/index.ts";
import { type Batches, continued, Ensemble, type Tick } from "../base/ensemble.ts";
import { restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, sectionOf } from "../checkpoint.ts";
import { aheadArray, aheadNotes, aheadPicture, aheadRecord, aheadTable } from "../forecast.ts";
import type { Observable, Options } from "../model.ts";
import { type Points, parametersOf, resolve } from "../parameters.ts";
import { type Baseline, persistenceOf } from "./baseline.ts";
import { type Beyond, beyondOf, leadOf, pastOf } from "./beyond.ts";
import { type Forecast, networkFile, outputsTable, stripsOf } from "./export.ts";
import { bestOf, type Figures, figuresFrom, figuresTo, keptFigures } from "./figures.ts";
import { checkFits } from "./fits.ts";
import { type GpuNetworkOptions, GpuNetworks } from "./gpu.ts";
import { attractorOf, exponentsOf, forecastOf, freeRuns, outputsOf, type TrainedNetworks } from "./inference.ts";
import { checkContinue, type Loaded, loadNetwork, type NetworkFile, openNetwork, withFileSettings } from "./load.ts";
import { type Engine, featureCount, type Member, type Readout, type Shape } from "./network.ts";
import { type ReservoirParameters, reservoirParameters } from "./parameters.ts";
import { hasRank } from "./rank.ts";
import { ReferenceEngine } from "./reference-engine.ts";
import {
  classTable,
  estimateOf,
  notesOf,
  observablesOf,
  type ReservoirResult,
  type Run,
  resultOf,
  tableOf,
} from "./result.ts";
import { shapeOf } from "./shape.ts";
import { type Task, taskOf } from "./tasks/index.ts";
import { withParts } from "./tasks/parts.ts";
import { type Topology, topologyOf } from "./topology.ts";
import { sumsAlong, type Training, trainAndJudge } from "./trainer.ts";

/**
 * What `reservoir.create` takes: parameters, of which some may be lists, the seed, and settings of the GPU.
 */
export type ReservoirOptions = Options<typeof reservoirParameters> & GpuNetworkOptions;

/** Networks that fill a CPU. */
const FEW = 8;

const KEPT = { figures: keptFigures };
const KIND = { model: "reservoir", title: "The reservoir", schema: reservoirParameters };

/**
 * An ensemble of echo-state networks. A step is one more random network, trained and tested at every point of
 * the scan.
 */
export class ReservoirSimulation extends Ensemble<ReservoirParameters> {
  /** The task with its data. */
  readonly task: Task;
  /** Sizes that all its networks share. */
  readonly shape: Shape;
  /** What it observes, which depends on the task. */
  readonly observables: Record<string, Observable>;
  readonly #engine: Engine;
  readonly #batches: Batches;
  /** A network from a file. */
  readonly #loaded: Loaded | undefined;
  /** [reservoir][point]. */
  readonly #figures: Figures[][] = [];
  /** [reservoir][point][patch]. */
  readonly #readouts: Readout[][][] = [];
  readonly #baseline: Baseline | undefined;
  /** What follows the series, or outputs along the test where these are what it is about; of the networks made so far. */
  #beyond: Beyond | undefined;
  #alongTest: Forecast | undefined;

  private constructor(
    device: Device,
    points: Points<ReservoirParameters>,
    seed: bigint,
    file: NetworkFile | undefined,
    options: GpuNetworkOptions,
  ) {
    const lists = Object.values<number[] | undefined>(points.batch);
    super(device, KIND, { points, seed, replicas: lists[0]?.length ?? 1 });
    const { parameters } = points;
    this.task = taskOf(parameters, seed, file);
    const outputs = this.task.table.targets / parameters.patches;
    this.#loaded = file && loadNetwork(file, parameters, this.task, seed, outputs);
    checkContinue(parameters, this.#loaded);
    if (this.#loaded && lists.length > 0) {
      const [name] = Object.keys(points.batch);
      throw new ParameterError(name, `${name}: a network from a file is tested as it is, not in a scan.`);
    }
    const shape = shapeOf(points, this.task, seed);
    const { degree, fan } = this.#loaded?.topology ?? shape;
    this.shape = { ...shape, degree, fan };
    if (device.kind === "gpu") checkFits(device.limits, this.shape, this.task);
    this.observables = observablesOf(this.task);
    this.#baseline = this.task.length === undefined ? undefined : persistenceOf(this.task, parameters.threshold);
    this.#engine =
      device.kind === "gpu" ? new GpuNetworks(device, this.shape, options) : new ReferenceEngine(this.shape);
    const networks = Math.floor(this.#engine.most / (shape.patches * this.replicas));
    this.#batches = { budget: new BatchBudget(networks, FEW, device.info.software), most: Math.max(1, networks) };
  }

  /** Makes a simulation at step 0; the same as `reservoir.create`, which says what is thrown. */
  static async create(device: Device, given: ReservoirOptions = {}): Promise<ReservoirSimulation> {
    const { seed = 1n, workgroup, lanes, stepwise, onKept, ...parameters } = given;
    const file = openNetwork(parameters.network);
    const learns = !file || parameters.continue === true;
    const set = withParts(withFileSettings(parameters, file), { learns, washout: file?.washout });
    const points = resolve("reservoir", reservoirParameters, set);
    checkWorkgroup(device, workgroup);
    return new ReservoirSimulation(device, points, checkSeed(seed), file, { workgroup, lanes, stepwise, onKept });
  }

  /** Continues a checkpoint; the same as `reservoir.restore`. @throws CheckpointError */
  static restore(device: Device, bytes: Uint8Array) {
    return restored(bytes, (checkpoint) => ReservoirSimulation.#restore(device, checkpoint));
  }

  static async #restore(device: Device, checkpoint: Checkpoint): Promise<ReservoirSimulation> {
    const { parameters, batch, seed, first } = headerOf(checkpoint, "reservoir", KEPT);
    const own = await ReservoirSimulation.create(device, { ...parameters, ...batch, seed: checkSeed(seed) });
    return continued(own, first, checkpoint);
  }

  /** Takes in the networks of a checkpoint with the same parameters. @throws CheckpointError */
  absorb(checkpoint: Checkpoint): void {
    const { figures } = headerOf(checkpoint, "reservoir", KEPT);
    const length = featureCount(this.shape) * this.shape.outputs;
    const networks = figures.length * this.replicas * this.shape.patches;
    const section = sectionOf(checkpoint, "readouts", 8 * networks * length);
    const values = new Float64Array(section.slice().buffer);
    let at = 0;
    for (const kept of figures) {
      if (kept.length !== this.replicas) {
        throw new CheckpointError("The checkpoint's figures are of another number of points than its parameters.");
      }
      this.#figures.push(kept.map(figuresFrom));
      this.#readouts.push(
        kept.map(() =>
          Array.from({ length: this.shape.patches }, () => {
            at += length;
            return values.slice(at - length, at);
          }),
        ),
      );
    }
  }

  /** Random networks made so far. */
  get steps(): number {
    return this.#figures.length;
  }

  protected override get batches(): Batches {
    return this.#batches;
  }

  protected get jobs() {
    const most = this.#loaded ? 1 : 2 ** 31 - 1;
    const why = this.#loaded && `with ${this.steps} made, a network from a file is one`;
    return { name: "reservoirs", unit: "reservoirs", most, ...(why ? { why } : {}) };
  }

  /** Makes random networks, trains them at every point, and tests them. */
  protected async batch(first: number, count: number, tick: Tick, options: RunOptions): Promise<void> {
    const topologies: Topology[] = [];
    for (let r = 0; r < count; r++) {
      await tick();
      topologies.push(await this.#topology(first + r));
    }
    const members = topologies.flatMap((topology) => this.#membersOf(topology));
    const made = await trainAndJudge(this.#training, members, this.within(tick, options));
    [this.#beyond, this.#alongTest] = [undefined, undefined];
    for (let r = 0; r < count; r++) {
      this.#figures.push(made.figures.slice(r * this.replicas, (r + 1) * this.replicas));
      this.#readouts.push(made.readouts.slice(r * this.replicas, (r + 1) * this.replicas));
    }
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
      const { spectralRadius, inputScaling, leakRate, bias, noise } = parametersOf(this.points, p);
      return { topology, spectralRadius, inputScaling, leakRate, bias, noise, patch };
    });
  }

  get #training(): Training {
    const wantsRank = "kernelRank" in this.observables && hasRank(this.shape);
    const { task, shape, points, replicas } = this;
    return { engine: this.#engine, task, shape, points, replicas, loaded: this.#loaded, wantsRank };
  }

  get #run(): Run {
    this.exclusive.check();
    return {
      first: this.first,
      figures: this.#figures,
      points: this.points,
      task: this.task,
      baseline: this.#baseline,
    };
  }

  /** The network that is written to files, and forecasts: the best along the rows set aside, else the first. */
  get best(): number {
    return bestOf(
      this.#figures.map(([own]) => own),
      this.task,
    );
  }

  /** Outputs that follow from given inputs of the user's series, and are not fed back. */
  get #putsOut(): boolean {
    const { kind, length, starts } = this.task;
    return kind === "filter" && length !== undefined && starts.length === 0;
  }

  /** Makes the forecast beyond the end of the series, where one is requested, or the outputs along its test. */
  async conclude({ result } = { result: true }): Promise<void> {
    this.exclusive.check();
    if (!result || this.steps === 0) return;
    if (this.task.beyond) await this.beyond();
    if (this.#putsOut) this.#alongTest = await this.outputs(this.best);
  }

  /**
   * What follows the user's series, in its own units: of the best network, and where all lie.
   *
   * @throws ParameterError where no `forecast` is asked for, where every network diverged, and where it diverges at once
   */
  async beyond(options: RunOptions = {}): Promise<Beyond> {
    this.exclusive.check();
    if (!this.task.beyond)
      throw new ParameterError("forecast", "forecast 0: give the steps to forecast beyond the end.");
    this.#beyond ??= await this.exclusive.use(async () => {
      this.#checkSound();
      const sound = [...this.#figures.keys()].filter((network) => !Number.isNaN(this.#figures[network][0].ridge));
      return beyondOf(await this.#inUse(sound, 0), sound.indexOf(this.best), options);
    });
    return this.#beyond;
  }

  /** @throws ParameterError where every network diverged: none is the best */
  #checkSound(): void {
    if (this.steps === 0 || !Number.isNaN(this.#figures[this.best][0].ridge)) return;
    throw new ParameterError(
      "spectralRadius",
      `spectralRadius ${this.points.parameters.spectralRadius}: every network diverged, so there is none to keep or to forecast with; take a smaller one.`,
    );
  }

  /** The median over networks of each figure at a point, with its error. */
  estimate(p = 0): Record<string, Estimate> {
    return estimateOf(this.#run, p);
  }

  /** Medians with quartiles, and what else the task is about; of the first point. */
  result(): ReservoirResult {
    return { ...resultOf(this.#run), ...(this.#beyond && { forecast: aheadRecord(this.#beyond) }) };
  }

  /** What a reader must know: what was cut, networks that diverged, forecasts that end before they fail. */
  notes(): string[] {
    const lost = this.#beyond ? aheadNotes(this.#beyond, pastOf(this.task)) : [];
    return [...(this.task.notes ?? []), ...lost, ...notesOf(this.result())];
  }

  /** What follows the series where that is requested; of given inputs the outputs along the test; of classes each tested sequence; else every network's figures, of every point. */
  table(): { head: string[]; rows: (string | number)[][] } {
    if (this.#beyond) return aheadTable(this.#beyond);
    if (this.#alongTest) return outputsTable(this.#alongTest, this.task);
    return this.task.kind === "classes" && this.steps > 0 ? classTable(this.#run, this.best) : tableOf(this.#run);
  }

  /** Readouts of network `reservoir` at a point, [patch], each [feature][output]. */
  readout(reservoir = 0, p = 0): Readout[] {
    this.exclusive.check();
    const own = this.#readouts[reservoir]?.[p];
    if (!own) throw new ParameterError("reservoir", `reservoir ${reservoir}: ${this.steps} are trained so far.`);
    return own;
  }

  /** Trained networks at a point, to be used. */
  async #inUse(networks: readonly number[], p: number): Promise<TrainedNetworks> {
    const readouts = networks.flatMap((network) => this.readout(network, p));
    const members: Member[] = [];
    for (const network of networks) {
      members.push(
        ...this.#membersOf(await this.#topology(this.first + network)).filter((_, i) => i % this.replicas === p),
      );
    }
    return { engine: this.#engine, task: this.task, shape: this.shape, members, readouts };
  }

  /**
   * Forecasts of a trained network that runs free from the task's starts, with the true values, in the series' own units.
   *
   * @throws ParameterError where the task has none
   */
  forecast(reservoir = 0, p = 0, options: RunOptions = {}): Promise<Forecast> {
    return this.exclusive.use(async () => forecastOf(await this.#inUse([reservoir], p), options));
  }

  /**
   * Forecasts of some trained networks from one of the task's starts in a single launch, [network][step][output], in the series' own
   * units; what is true is that of `forecast`.
   *
   * @throws ParameterError where the task has none
   */
  forecasts(networks: readonly number[], start = 0, p = 0, options: RunOptions = {}): Promise<Float64Array> {
    return this.exclusive.use(async () => {
      const { starts, driven, horizon } = this.task;
      return freeRuns(await this.#inUse(networks, p), { starts: [starts[start]], driven, horizon }, options);
    });
  }

  /** What a trained network puts out along the test, while the series drives it, with the true values: [1][step][output]. */
  outputs(reservoir = 0, p = 0, options: RunOptions = {}): Promise<Forecast> {
    return this.exclusive.use(async () => outputsOf(await this.#inUse([reservoir], p), options));
  }

  /**
   * The attractor of a trained network that runs free for `steps` steps after the first start, and that of the system along the series;
   * in the series' own units.
   *
   * @throws ParameterError where the task is no forecast
   */
  attractor({ steps = 10_000, reservoir = 0, point: p = 0 } = {}, options: RunOptions = {}) {
    return this.exclusive.use(async () => attractorOf(await this.#inUse([reservoir], p), steps, options));
  }

  /**
   * The largest `count` Lyapunov exponents, per unit of time, of a trained network that runs free for `steps` steps; in f64.
   *
   * @throws ParameterError where the task has inputs of its own, or patches
   */
  lyapunov({ count = 1, steps = 10_000, reservoir = 0, point: p = 0 } = {}): Promise<number[]> {
    return this.exclusive.use(async () => exponentsOf(await this.#inUse([reservoir], p), count, steps));
  }

  /** "reservoir POINTS RESERVOIRS\n" and all readouts: equal on the same device, and near it on others. */
  protected async canonical(): Promise<[string, Uint8Array]> {
    return [`reservoir ${this.replicas} ${this.steps}`, bytesOf(this.#readouts.flat(2))];
  }

  protected async saved() {
    const figures = this.#figures.map((points) => points.map(figuresTo));
    return { header: { figures, ...this.numbering }, sections: { readouts: bytesOf(this.#readouts.flat(2)) } };
  }

  /** The best network as a safetensors file: W_out [output, feature], after the features states, inputs, 1, and all else of `networkFile`. */
  async safetensors(): Promise<Uint8Array> {
    const { parameters } = this.points;
    const { best } = this;
    this.#checkSound();
    const topology = await this.#topology(this.first + best);
    const members = this.#membersOf(topology).filter((_, i) => i % this.replicas === 0);
    const learned = this.#loaded && !parameters.continue;
    const sums = learned ? this.#loaded!.sums : await this.exclusive.use(() => sumsAlong(this.#training, members, {}));
    return networkFile(this.shape, this.task, topology, this.readout(best), sums, {
      model: "gibbs reservoir",
      parameters: JSON.stringify({ ...parameters, data: "", network: "" }),
      seed: String(this.seed),
    });
  }

  /** The best network as a safetensors file, for --out. */
  output(): Promise<Uint8Array> {
    return this.safetensors();
  }

  /**
   * What follows the series, [step][column], where that is requested; else forecasts of the first network, [start][step][output], or its
   * readout where it does not run free.
   */
  async array(): Promise<{ data: Float64Array; shape: number[] }> {
    if (this.task.beyond) return aheadArray(await this.beyond());
    if (this.#putsOut) {
      const { predicted, shape } = await this.outputs(this.best);
      return { data: predicted, shape: shape.slice(1) };
    }
    if (this.task.starts.length > 0) {
      const { predicted, shape } = await this.forecast();
      return { data: predicted, shape: [...shape] };
    }
    return { data: this.readout()[0], shape: [featureCount(this.shape), this.shape.outputs] };
  }

  /** The end of the series and what follows it, where that is requested; else the first forecast: time to the right; for each column a band with the truth above and what was predicted below. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    if (this.task.beyond) return aheadPicture(await this.beyond(), leadOf(this.task));
    if (this.#putsOut) return stripsOf(await this.outputs(this.best), this.task);
    return stripsOf(await this.forecast(), this.task);
  }

  protected free(): void {
    this.#engine.dispose();
  }
}

const bytesOf = (readouts: readonly Readout[]) => new Uint8Array(concat(Float64Array, readouts).buffer);
