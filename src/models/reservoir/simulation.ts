// Reservoirs on any device. One step makes a random network, trains it at every point of the sweep, and tests it; what is kept are its
// figures and its readouts. So a run can be stopped between networks, extended, and continued elsewhere.

import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import { between, Exclusive, type RunOptions } from "../../device/run.ts";
import { type Estimate, median, quantile } from "../../statistics/index.ts";
import { decodeCheckpoint, digestOf, encodeCheckpoint, extraOf, withExtra } from "../checkpoint.ts";
import type { CheckpointExtra, Observable, Options, Simulation } from "../model.ts";
import { type Points, point, resolve } from "../parameters.ts";
import { checkSeed } from "../seed.ts";
import { Series } from "../series.ts";
import { attractorStatistics } from "./attractor.ts";
import { type Forecast, networkFile, stripsOf } from "./export.ts";
import {
  FIGURES,
  type Figure,
  type Figures,
  figuresFrom,
  figuresTo,
  judgeDriven,
  judgeFree,
  noFigures,
  type Spread,
  testRow,
} from "./figures.ts";
import { checkFits } from "./fits.ts";
import { type GpuNetworkOptions, GpuNetworks } from "./gpu.ts";
import { inUnitsOf, type Loaded, loadNetwork, withFileSettings } from "./load.ts";
import { lyapunovSpectrum } from "./lyapunov.ts";
import { zeroOfLine } from "./metrics.ts";
import { allUnits, type Engine, featureCount, type Member, type Readout, type Shape, type Sums } from "./network.ts";
import { type ReservoirParameters, reservoirParameters } from "./parameters.ts";
import { kernelRank } from "./rank.ts";
import { ReferenceEngine } from "./reference-engine.ts";
import { fitReadout } from "./ridge.ts";
import { shapeOf } from "./shape.ts";
import { type Task, taskOf } from "./tasks/index.ts";
import { type Topology, topologyOf } from "./topology.ts";

export type ReservoirOptions = Options<typeof reservoirParameters> & GpuNetworkOptions;

export interface ReservoirResult {
  reservoirs: number;
  validPredictionTime?: Spread;
  nrmse?: Spread;
  memoryCapacity?: Spread;
  kernelRank?: Spread;
  criticalCoupling?: Spread;
  /** Of a memory task: the share of the input's variance that is remembered after 0, 1, … steps. */
  memoryFunction?: number[];
  /** Of coupled systems: the transverse Lyapunov exponent of the free-running reservoir at each coupling, per unit of time. */
  synchronisation?: { coupling: number; exponent: number }[];
  /** Ridges that had to be raised, and networks that diverged, if any. */
  raised: { point: number; reservoir: number; ridge: number }[];
  diverged: { point: number; reservoir: number }[];
}

/** What training leaves of one member. */
interface Trained {
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

/** Values of the reservoirs that are kept, for one another's comparison and the digest. */
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
  /** A network from a file. */
  readonly #loaded: Loaded | undefined;
  readonly #exclusive = new Exclusive("The reservoir");
  /** [reservoir][point]. */
  readonly #figures: Figures[][] = [];
  /** [reservoir][point][patch]. */
  readonly #readouts: Readout[][][] = [];

  private constructor(device: Device, points: Points<ReservoirParameters>, seed: bigint, options: GpuNetworkOptions) {
    this.device = device;
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
    this.observables = Object.fromEntries(
      this.#names.map((name) => [name, { unit: this.#unit(name), description: FIGURES[name] }]),
    );
    this.#engine =
      device.kind === "gpu" ? new GpuNetworks(device, this.shape, options) : new ReferenceEngine(this.shape);
  }

  static async create(device: Device, given: ReservoirOptions = {}): Promise<ReservoirSimulation> {
    const { seed = 1n, workgroup, lanes, stepwise, onKept, ...parameters } = given;
    const points = resolve("reservoir", reservoirParameters, withFileSettings(parameters));
    checkWorkgroup(device, workgroup);
    return new ReservoirSimulation(device, points, checkSeed(seed), { workgroup, lanes, stepwise, onKept });
  }

  static async restore(device: Device, bytes: Uint8Array): Promise<ReservoirSimulation & { extra: CheckpointExtra }> {
    const checkpoint = await decodeCheckpoint(bytes);
    const { model, header, sections } = checkpoint;
    if (model !== "reservoir") throw new CheckpointError(`The checkpoint is one of ${model}, not of reservoir.`);
    const { parameters, batch, seed, figures } = header as Record<string, never>;
    const options = { ...(parameters as object), ...(batch as object), seed: BigInt(seed) };
    const own = await ReservoirSimulation.create(device, options);
    const wrong = new CheckpointError("The checkpoint's readouts do not fit its parameters.");
    const values = new Float64Array(sections.readouts?.slice().buffer ?? new ArrayBuffer(0));
    const length = featureCount(own.shape) * own.shape.outputs;
    let at = 0;
    for (const kept of figures as (number | null | (number | null)[])[][][]) {
      if (kept.length !== own.replicas) throw wrong;
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
    if (at !== values.length) throw wrong;
    return Object.assign(own, { extra: extraOf(checkpoint) });
  }

  /** Random networks made so far. */
  get steps(): number {
    return this.#figures.length;
  }

  series(): Series {
    return new Series([], 1);
  }

  get #names(): Figure[] {
    const { kind, starts } = this.task;
    if (kind === "memory") return ["memoryCapacity", "kernelRank"];
    if (kind === "synchronisation") return ["criticalCoupling", "nrmse"];
    return kind === "forecast" && starts.length > 0
      ? ["validPredictionTime", "nrmse", "kernelRank"]
      : ["nrmse", "kernelRank"];
  }

  #unit(name: Figure): string {
    if (name === "validPredictionTime") return this.task.unit;
    if (name === "nrmse") return "standard deviations";
    return name === "memoryCapacity" ? "steps" : "";
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
        const count = Math.min(block, last - first);
        const topologies: Topology[] = [];
        for (let r = 0; r < count; r++) {
          await between({ done: first - from, total: steps }, options);
          topologies.push(await this.#topology(first + r));
        }
        const members = topologies.flatMap((topology) => this.#membersOf(topology));
        const within = {
          signal: options.signal,
          onProgress: () => options.onProgress?.({ done: this.steps - from, total: steps }),
        };
        const made = await this.#work(members, within);
        for (let r = 0; r < count; r++) {
          this.#figures.push(made.figures.slice(r * this.replicas, (r + 1) * this.replicas));
          this.#readouts.push(made.readouts.slice(r * this.replicas, (r + 1) * this.replicas));
        }
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
    const trained: Trained[] = [];
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
  async #trainAndTest(members: readonly Member[], first: number, options: RunOptions): Promise<Trained[]> {
    const { task, shape } = this;
    const inputs = allUnits(shape);
    const blind = shape.seesInputs ? ([0, 0] as const) : ([inputs, inputs + shape.inputs] as const);
    const wantsRank = this.#names.includes("kernelRank");
    const all: Trained[] = [];
    if (this.#loaded) {
      const { ridge } = this.points.parameters;
      all.push(
        ...this.#loaded.readouts.map((readout) => ({ readout, ridge, rank: Number.NaN, tested: new Float64Array() })),
      );
    }
    for (const [m, sums] of (this.#loaded ? [] : await this.#train(members, options)).entries()) {
      if (m % 8 === 0) await new Promise((resolve) => setTimeout(resolve)); // lets signals and the page have a turn
      options.signal?.throwIfAborted();
      const { ridge } = point(this.points, (first + m) % this.replicas);
      const nothing = { readout: new Float64Array(featureCount(shape) * shape.outputs), ridge: Number.NaN };
      const fit = sums.diverged ? nothing : fitReadout(sums, shape.outputs, ridge, blind);
      const rank = wantsRank && !sums.diverged ? kernelRank(sums, shape) : Number.NaN;
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

  /** A figure of every network so far, one number each. */
  #values(name: Figure, p: number): number[] {
    return this.#figures.map((points) => {
      const own = points[p];
      if (name === "nrmse") return own.nrmse;
      if (name === "kernelRank") return own.rank;
      if (name === "memoryCapacity") return own.memory.reduce((sum, share) => sum + share, 0);
      if (name === "criticalCoupling") return zeroOfLine(this.task.couplings!, own.exponents).zero;
      return own.valid.length > 0 ? quantile(own.valid, 0.5) / this.task.lyapunovTime : 0;
    });
  }

  /** The median over networks of each figure, with its error. */
  estimate(p = 0): Record<string, Estimate> {
    return Object.fromEntries(
      this.#names.map((name) => {
        const values = this.#values(name, p).filter((value) => !Number.isNaN(value));
        if (values.length === 0) return [name, { value: Number.NaN, error: Number.NaN, tau: 0.5, n: 0 }];
        const own = median(values);
        if (name !== "criticalCoupling") return [name, own];
        return [name, { ...own, error: Math.hypot(own.error, this.#couplingError(p)) }];
      }),
    );
  }

  /** The error of the critical coupling that all networks share, for their starts are the same. */
  #couplingError(p: number): number {
    const { exponents, exponentError } = this.#figures[0][p];
    return exponentError / Math.abs(zeroOfLine(this.task.couplings!, exponents).slope);
  }

  /** Medians with quartiles, and what else the task is about; of the first point. */
  result(): ReservoirResult {
    this.#exclusive.check();
    const spread = (name: Figure): Spread => {
      const values =
        name === "validPredictionTime"
          ? this.#figures.flatMap(([own]) => own.valid.map((steps) => steps / this.task.lyapunovTime))
          : this.#values(name, 0).filter((value) => !Number.isNaN(value));
      return {
        median: quantile(values, 0.5),
        quartiles: [quantile(values, 0.25), quantile(values, 0.75)],
        unit: this.#unit(name),
      };
    };
    const places = (wanted: (figures: Figures, p: number) => boolean) =>
      this.#figures.flatMap((points, reservoir) =>
        points.flatMap((figures, p) => (wanted(figures, p) ? [{ point: p, reservoir, ridge: figures.ridge }] : [])),
      );
    const means = (of: (figures: Figures) => number[]) => {
      const rows = this.#figures.map(([own]) => of(own)).filter((row) => row.length > 0);
      return (rows[0] ?? []).map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
    };
    const { kind, couplings } = this.task;
    return {
      reservoirs: this.steps,
      ...Object.fromEntries(this.steps > 0 ? this.#names.map((name) => [name, spread(name)]) : []),
      ...(kind === "memory" ? { memoryFunction: means(({ memory }) => memory) } : {}),
      ...(couplings
        ? {
            synchronisation: means(({ exponents }) => exponents).map((exponent, i) => ({
              coupling: couplings[i],
              exponent,
            })),
          }
        : {}),
      raised: places(({ ridge }, p) => ridge > point(this.points, p).ridge),
      diverged: places(({ ridge }) => Number.isNaN(ridge)).map(({ point: p, reservoir }) => ({ point: p, reservoir })),
    };
  }

  /** Networks that diverged and ridges that were raised. */
  notes(): string[] {
    const { raised, diverged } = this.result();
    const names = (list: readonly { point: number; reservoir: number }[]) => {
      const some = list
        .slice(0, 5)
        .map(({ point: p, reservoir }) => `${reservoir}${this.replicas > 1 ? ` at point ${p}` : ""}`);
      return `${list.length === 1 ? "reservoir" : "reservoirs"} ${some.join(", ")}${list.length > 5 ? ", …" : ""}`;
    };
    const largest = Math.max(...raised.map(({ ridge }) => ridge));
    return [
      ...(diverged.length > 0
        ? [
            `${names(diverged)} diverged: their states left all bounds, and they count for nothing; take a smaller spectral radius.`,
          ]
        : []),
      ...(raised.length > 0
        ? [
            `the ridge of ${names(raised)} was raised, up to ${largest}, for at the one asked for rounding left no solution.`,
          ]
        : []),
    ];
  }

  /** Readouts of network `reservoir` at a point, [patch], each [feature][output]. */
  readout(reservoir = 0, p = 0): Readout[] {
    this.#exclusive.check();
    const own = this.#readouts[reservoir]?.[p];
    if (!own) throw new ParameterError("reservoir", `reservoir ${reservoir}: ${this.steps} are trained so far.`);
    return own;
  }

  /**
   * Free-running forecasts of a trained network in the series' own units, [start][step][output], from the task's starts.
   *
   * @throws ParameterError where the task has none
   */
  forecast(reservoir = 0, p = 0, options: RunOptions = {}): Promise<Forecast> {
    return this.#exclusive.use(async () => {
      const { table, starts, driven, horizon, mean, sd } = this.task;
      if (starts.length === 0) {
        throw new ParameterError("task", `task ${this.points.parameters.task}: its reservoirs do not run free.`);
      }
      const members = this.#membersOf(await this.#topology(reservoir)).filter((_, i) => i % this.replicas === p);
      const made = await this.#engine.forecast(members, this.readout(reservoir, p), table, this.task, options);
      const { columns, targets, data } = table;
      const plain = (value: number, t: number) => value * sd[columns + t] + mean[columns + t];
      const truth = new Float64Array(made.length);
      starts.forEach((start, s) => {
        for (let step = 0; step < horizon; step++) {
          for (let t = 0; t < targets; t++) {
            const row = (start + driven - 1 + step) * (columns + targets);
            truth[(s * horizon + step) * targets + t] = plain(data[row + columns + t], t);
          }
        }
      });
      return {
        shape: [starts.length, horizon, targets],
        predicted: made.map((value, at) => plain(value, at % targets)),
        truth,
      };
    });
  }

  /**
   * The largest `count` Lyapunov exponents, per unit of time, of a trained network that runs free for `steps` steps; in f64.
   *
   * @throws ParameterError where the task has inputs of its own, or patches
   */
  async lyapunov({ count = 1, steps = 10_000, reservoir = 0, point: p = 0 } = {}): Promise<number[]> {
    const { task, shape } = this;
    if (task.exogenous > 0 || shape.patches > 1 || !task.flow) {
      throw new ParameterError(
        "task",
        `task ${this.points.parameters.task}: exponents are those of one reservoir that forecasts a system, without other inputs.`,
      );
    }
    const [readout] = this.readout(reservoir, p);
    const [member] = this.#membersOf(await this.#topology(reservoir)).filter((_, i) => i % this.replicas === p);
    const { data, columns, targets } = task.table;
    const driving = Array.from({ length: task.driven }, (_, step) => {
      const row = (task.starts[0] + step) * (columns + targets);
      return Array.from(data.subarray(row, row + columns));
    }).flat();
    const { linear, squares } = shape;
    return lyapunovSpectrum({ member, readout, linear, squares }, driving, steps, count).map(
      (exponent) => exponent / task.flow!.dt,
    );
  }

  /**
   * Forecasts of some trained networks from one of the task's starts in a single launch, [network][step][output], in the series' own
   * units; what is true is that of `forecast`.
   *
   * @throws ParameterError where the task has none
   */
  forecasts(networks: readonly number[], start = 0, p = 0, options: RunOptions = {}): Promise<Float64Array> {
    return this.#exclusive.use(async () => {
      const { table, starts, driven, horizon, mean, sd } = this.task;
      if (starts[start] === undefined) {
        throw new ParameterError("start", `start ${start}: there are ${starts.length}, counted from 0.`);
      }
      const members: Member[] = [];
      for (const network of networks) {
        const own = this.#membersOf(await this.#topology(network));
        members.push(...own.filter((_, i) => i % this.replicas === p));
      }
      const readouts = networks.flatMap((network) => this.readout(network, p));
      const from = { starts: [starts[start]], driven, horizon };
      const made = await this.#engine.forecast(members, readouts, table, from, options);
      const { columns, targets } = table;
      return made.map((value, at) => value * sd[columns + (at % targets)] + mean[columns + (at % targets)]);
    });
  }

  /** What a trained network puts out along the test, while the series drives it, beside the truth: [1][step][output]. */
  outputs(network = 0, p = 0, options: RunOptions = {}): Promise<Forecast> {
    return this.#exclusive.use(async () => {
      const { table, testing, mean, sd } = this.task;
      const { columns, targets, data } = table;
      const members = this.#membersOf(await this.#topology(network)).filter((_, i) => i % this.replicas === p);
      const made = await this.#engine.predict(members, this.readout(network, p), table, testing, options);
      const { steps } = testing;
      const { outputs } = this.shape;
      const predicted = new Float64Array(steps * targets);
      const truth = new Float64Array(steps * targets);
      for (let step = 0; step < steps; step++) {
        for (let t = 0; t < targets; t++) {
          const [patch, output] = [Math.floor(t / outputs), t % outputs];
          const plain = (value: number) => value * sd[columns + t] + mean[columns + t];
          predicted[step * targets + t] = plain(made[(patch * steps + step) * outputs + output]);
          truth[step * targets + t] = plain(data[(testRow(this.task) + step) * (columns + targets) + columns + t]);
        }
      }
      return { shape: [1, steps, targets], predicted, truth };
    });
  }

  /** Valid prediction times of every network so far, [network][start], in the task's unit. */
  validPredictionTimes(p = 0): number[][] {
    return this.#figures.map((points) => points[p].valid.map((steps) => steps / this.task.lyapunovTime));
  }

  /**
   * The attractor of a trained network that runs free for `steps` steps after the first start, beside that of the system along the series;
   * in the series' own units.
   *
   * @throws ParameterError where the task is no forecast
   */
  attractor({ steps = 10_000, reservoir = 0, point: p = 0 } = {}, options: RunOptions = {}) {
    return this.#exclusive.use(async () => {
      const { table, starts, driven, mean, sd, kind, flow } = this.task;
      if (kind !== "forecast") {
        throw new ParameterError(
          "task",
          `task ${this.points.parameters.task}: only what forecasts a system has an attractor.`,
        );
      }
      const { columns, targets, data } = table;
      const members = this.#membersOf(await this.#topology(reservoir)).filter((_, i) => i % this.replicas === p);
      const from = { starts: starts.slice(0, 1), driven, horizon: steps };
      const made = await this.#engine.forecast(members, this.readout(reservoir, p), table, from, options);
      const plain = (value: number, t: number) => value * sd[columns + t] + mean[columns + t];
      const rows = Float64Array.from({ length: table.rows * targets }, (_, at) =>
        plain(data[Math.floor(at / targets) * (columns + targets) + columns + (at % targets)], at % targets),
      );
      const dt = flow?.dt ?? 1;
      const truth = attractorStatistics(rows, targets, dt);
      const free = made.map((value, at) => plain(value, at % targets));
      return { truth, predicted: attractorStatistics(free, targets, dt, truth) };
    });
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
      ...{
        model: "gibbs reservoir",
        parameters: JSON.stringify({ ...parameters, data: "", network: "" }),
        seed: String(this.seed),
      },
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

  /** A table of the first forecast beside the truth, or of the memory, or of every network's figures. */
  table(): { head: string[]; rows: (string | number)[][] } {
    const names = this.#names;
    const head = ["point", "reservoir", ...names];
    const rows = this.#figures.flatMap((_, reservoir) =>
      Array.from({ length: this.replicas }, (_, p) => [
        p,
        reservoir,
        ...names.map((name) => this.#values(name, p)[reservoir]),
      ]),
    );
    return { head, rows };
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
