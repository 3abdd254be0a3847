// An ensemble of trajectories on any device. Its state is what it remembers: exact sums over the trajectories made so far. One
// step is one more trajectory of every point, so a run can be extended, stopped between batches, and continued elsewhere.

import * as z from "zod";
import { BatchBudget } from "../../device/budget.ts";
import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import { checkSeed } from "../../random/seed.ts";
import type { Estimate } from "../../statistics/index.ts";
import { type Batches, Ensemble as EnsembleSimulation, type Tick } from "../base/ensemble.ts";
import { filled, restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, sectionOf } from "../checkpoint.ts";
import type { FileContent, Observable, Options } from "../model.ts";
import { type Points, resolve } from "../parameters.ts";
import { type Ensemble, prepare } from "./ensemble.ts";
import { checkFile, fileOf } from "./ensemble-files.ts";
import { isNetworkFile, networkFile } from "./formats/network-file.ts";
import { GpuRunner } from "./kernel/gpu.ts";
import { initialCounts, NOBODY } from "./network/network.ts";
import { type Output, outputsOf } from "./outputs.ts";
import {
  type GillespieParameters,
  gillespieParameters,
  leapingOf,
  networkOf,
  untilOf,
  VERSION_1,
} from "./parameters.ts";
import { masterEquation } from "./reference/exact.ts";
import { simulateExactly } from "./reference/hybrid.ts";
import { ReferenceRunner, type Runner } from "./runner.ts";
import { Tally } from "./tally.ts";

export type GillespieOptions = Options<typeof gillespieParameters> & {
  /** Invocations in a workgroup; changes the speed and nothing else. */
  workgroup?: number;
};

/** What an ensemble shows of one point: outer index time, inner index as `species`. */
export interface Moments {
  mean: number[][];
  sd: number[][];
}

export interface GillespieResult extends Moments {
  times: number[];
  /** Species, then outputs. */
  species: string[];
  trajectories: number;
  /** [time][i][j] over the species, at most 16 of them. */
  covariance?: number[][][];
  /** Share of trajectories whose condition held by each time. */
  passage?: { condition: string; probability: number[] };
  /** The points of a sweep; mean and sd above are those of the first. */
  points?: ({ set: Record<string, number>; passage?: { probability: number[] } } & Moments)[];
}

const KIND = { model: "gillespie", title: "The Gillespie ensemble", schema: gillespieParameters };

export class GillespieSimulation extends EnsembleSimulation<GillespieParameters> {
  readonly ensemble: Ensemble;
  readonly #runner: Runner;
  readonly #outputs: readonly Output[];
  readonly #tally: Tally;
  readonly #batches: Batches;

  private constructor(
    device: Device,
    points: Points<GillespieParameters>,
    ensemble: Ensemble,
    outputs: readonly Output[],
    runner: Runner,
  ) {
    super(device, KIND, { points, seed: ensemble.seed, replicas: ensemble.points.length });
    this.ensemble = ensemble;
    this.#runner = runner;
    const budget = new BatchBudget(runner.most, Math.ceil(runner.most / 16), device.info.software);
    this.#batches = { budget, most: runner.most };
    this.#outputs = outputs;
    this.#tally = new Tally(ensemble, this.#nonlinear);
  }

  static async create(device: Device, given: GillespieOptions = {}): Promise<GillespieSimulation> {
    const { seed = 1n, workgroup, ...parameters } = given;
    checkWorkgroup(device, workgroup);
    const points = resolve("gillespie", gillespieParameters, parameters);
    const own = points.parameters;
    const ensemble = prepare(networkOf(own), {
      until: untilOf(own),
      points: own.points,
      set: own.set,
      passage: own.passage,
      maxEvents: own.maxEvents,
      waiting: own.waiting,
      leaping: leapingOf(own),
      version1: own.rules === VERSION_1.rules,
      rounding: own.round,
      seed: checkSeed(seed),
    });
    const outputs = outputsOf(ensemble);
    const runner =
      device.kind === "gpu"
        ? await GpuRunner.create(device, ensemble, outputs, workgroup)
        : new ReferenceRunner(ensemble, outputs);
    return new GillespieSimulation(device, points, ensemble, outputs, runner);
  }

  static restore(device: Device, bytes: Uint8Array) {
    return restored(bytes, (checkpoint) => GillespieSimulation.#restore(device, checkpoint));
  }

  static async #restore(device: Device, checkpoint: Checkpoint): Promise<GillespieSimulation> {
    const { parameters, seed, replicates, shift } = headerOf(checkpoint, "gillespie", {
      replicates: z.int().min(0),
      shift: z.int().min(0).max(31),
    });
    const own = await GillespieSimulation.create(device, { ...VERSION_1, ...parameters, seed: checkSeed(seed) });
    return filled(own, () => {
      for (const [name, array] of Object.entries(own.#arrays())) {
        new Uint8Array(array.buffer).set(sectionOf(checkpoint, name, array.byteLength));
        const bad = array instanceof Float64Array ? array.findIndex((sum) => !Number.isFinite(sum)) : -1;
        if (bad >= 0) throw new CheckpointError(`The checkpoint's section "${name}" has ${array[bad]} at ${bad}.`);
      }
      own.#tally.replicates = replicates;
      own.#tally.shift = shift;
    });
  }

  /** Trajectories of each point made so far. */
  get steps(): number {
    return this.#tally.replicates;
  }

  get observables(): Record<string, Observable> {
    const names = this.#names.map((name) => [name, { unit: "molecules", description: `${name} at the end` }]);
    return Object.fromEntries(names);
  }

  protected get jobs() {
    return { name: "trajectories", unit: "trajectories", most: 2 ** 32 - 1 };
  }

  protected override get batches(): Batches {
    return this.#batches;
  }

  /** @throws ParameterError where a trajectory meets a negative propensity or count */
  protected async batch(first: number, count: number, tick: Tick): Promise<void> {
    const { shift, outputs } = this.#tally;
    this.#tally.add(await this.#runner.batch(first, count, { shift, outputs, tick }));
  }

  /** Mean, standard deviation, covariances and passages at the grid times. */
  result(): GillespieResult {
    this.exclusive.check();
    const { ensemble } = this;
    const first = this.#moments(0);
    const passage = ensemble.passage && { condition: this.points.parameters.passage, probability: this.#passage(0) };
    const covariance = this.#covariance(0);
    const many = ensemble.points.length > 1;
    return {
      times: [...ensemble.times],
      species: this.#names,
      trajectories: this.steps,
      ...first,
      ...(covariance ? { covariance } : {}),
      ...(passage ? { passage } : {}),
      ...(many
        ? {
            points: ensemble.points.map(({ set }, p) => ({
              set: { ...set },
              ...this.#moments(p),
              ...(passage ? { passage: { probability: this.#passage(p) } } : {}),
            })),
          }
        : {}),
    };
  }

  /** How often each count occurred: bins of `width` counts, [time][species][bin]. Undefined in a sweep, and beyond 262,144 rows. */
  histogram(): { width: number; bins: number; counts: Float64Array } | undefined {
    this.exclusive.check();
    if (this.#tally.bins === 0) return undefined;
    return { width: 2 ** this.#tally.shift, bins: this.#tally.bins, counts: this.#tally.histogram.slice() };
  }

  /** Counts at the grid times of trajectories `first` …: [trajectory of point 0, …][time][species]. They are not tallied. */
  counts(first: number, count: number): Promise<number[][][]> {
    return this.exclusive.use(() => this.#runner.counts(first, count));
  }

  /** A file of FILES, or the network as .txt or .xml. @throws ParameterError for one that is too large */
  async output(ending: string): Promise<FileContent> {
    this.exclusive.check();
    if (isNetworkFile(ending)) return networkFile(ending, this.points.parameters);
    return fileOf(ending, {
      ensemble: this.ensemble,
      trajectories: this.steps,
      most: this.#runner.most,
      samples: (first, count) => this.exclusive.use(() => this.#runner.samples(first, count)),
      histogram: () => this.histogram(),
      passages: () => this.#tally.passages,
    });
  }

  checkOutput(ending: string): void {
    if (isNetworkFile(ending)) networkFile(ending, this.points.parameters);
    else checkFile(ending, this.ensemble, Math.max(this.steps, this.points.parameters.trajectories));
  }

  /** One trajectory again, in full, by the reference: its times and the counts from each on. */
  replay(replicate: number, point = 0): { times: number[]; counts: number[][] } {
    if (this.ensemble.leaping) {
      throw new ParameterError("method", "method: only trajectories of the direct method can be replayed in full.");
    }
    const times: number[] = [];
    const counts: number[][] = [];
    simulateExactly(
      this.ensemble,
      { point, replicate },
      {
        onChange: (time, state) => {
          times.push(time);
          counts.push([...state]);
        },
      },
    );
    return { times, counts };
  }

  /** How the network was read, and starts that were rounded. */
  notes(): string[] {
    const { network, points } = this.ensemble;
    const { parameters, set, initial } = points[0];
    const exact = initialCounts(network, parameters, new Map(Object.entries(set)), "real");
    const moved = network.species.flatMap((name, i) =>
      exact[i] === initial[i] ? [] : [`${name} ${exact[i]} to ${initial[i]}`],
    );
    const random = network.species.filter((_, i) => !Number.isInteger(initial[i]));
    const list = (all: readonly string[]) =>
      `${all.slice(0, 3).join(", ")}${all.length > 3 ? ` and ${all.length - 3} more` : ""}`;
    return [
      ...(network.notes ?? []),
      ...(moved.length > 0 ? [`starts were rounded to whole numbers: ${list(moved)}`] : []),
      ...(random.length > 0
        ? [`starts between two whole numbers are one or the other by chance: ${list(random)}`]
        : []),
    ];
  }

  /** Values at the end. */
  estimate(point = 0): Record<string, Estimate> {
    this.exclusive.check();
    const { mean, sd } = this.#moments(point);
    const last = mean.length - 1;
    const n = this.steps;
    const values = this.#names.map((name, i) => [
      name,
      { value: mean[last][i], error: sd[last][i] / Math.sqrt(n), tau: 0.5, n },
    ]);
    return Object.fromEntries(values);
  }

  /** The points of the sweep, each with its values at the end. */
  sweep(): { parameters: Record<string, number>; observables: Record<string, Estimate> }[] | undefined {
    this.exclusive.check();
    if (Object.keys(this.ensemble.points[0].set).length === 0) return undefined;
    return this.ensemble.points.map(({ set }, point) => ({
      parameters: { ...set },
      observables: this.estimate(point),
    }));
  }

  /** All integer sums, and the number of trajectories. */
  protected async canonical(): Promise<[string, ...Uint8Array[]]> {
    const { network, points, times } = this.ensemble;
    return [
      `gillespie ${points.length}x${times.length}x${network.species.length} ${this.steps}`,
      ...this.#tally.bytes(),
    ];
  }

  protected async saved() {
    const { replicates, shift } = this.#tally;
    const own = Object.entries(this.#arrays()).map(([name, array]) => [name, new Uint8Array(array.slice().buffer)]);
    return { header: { replicates, shift }, sections: Object.fromEntries(own) as Record<string, Uint8Array> };
  }

  /** Means, shape [point][time][species and outputs]. */
  async array(): Promise<{ data: Float64Array; shape: number[] }> {
    this.exclusive.check();
    const { points, times } = this.ensemble;
    const means = points.map((_, p) => this.#moments(p).mean);
    const shape = [times.length, this.#names.length];
    return { data: Float64Array.from(means.flat(2)), shape: points.length > 1 ? [points.length, ...shape] : shape };
  }

  /** The first species' histogram in time: time to the right, counts upwards, the most frequent of each time white. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    const histogram = this.histogram();
    if (!histogram)
      throw new ParameterError("out", "out: a sweep, or one of very many times, has no picture; write .csv or .npy.");
    const { bins, counts } = histogram;
    const stride = this.ensemble.network.species.length * bins;
    const { length } = this.ensemble.times;
    const columns = Array.from({ length }, (_, t) => counts.subarray(t * stride, t * stride + bins));
    const height = columns.reduce((most, column) => Math.max(most, lastOf(column) + 1), 1);
    // Cells are blocks of pixels, so that few times or few counts are no sliver.
    const [wide, high] = [length, height].map((cells) => Math.max(1, Math.round(PICTURE / cells)));
    const width = wide * length;
    const data = new Uint8Array(width * high * height);
    columns.forEach((column, t) => {
      const largest = column.reduce((a, b) => Math.max(a, b), 1);
      for (let bin = 0; bin < height; bin++) {
        const shade = Math.round(255 * Math.sqrt(column[bin] / largest));
        for (let y = 0; y < high; y++)
          data.fill(
            shade,
            ((height - 1 - bin) * high + y) * width + t * wide,
            ((height - 1 - bin) * high + y) * width + (t + 1) * wide,
          );
      }
    });
    return { width, height: high * height, data };
  }

  /** A table for spreadsheets: time, then mean and sd of everything; in a sweep the values set before them. */
  table(): { head: string[]; rows: (string | number)[][] } {
    this.exclusive.check();
    const { points, times } = this.ensemble;
    const swept = Object.keys(points[0].set);
    const head = [...swept, "time", ...this.#names.flatMap((name) => [`${name}_mean`, `${name}_sd`])];
    const rows = points.flatMap(({ set }, p) => {
      const { mean, sd } = this.#moments(p);
      return Array.from(times, (time, t) => [
        ...swept.map((name) => set[name]),
        time,
        ...mean[t].flatMap((value, i) => [value, sd[t][i]]),
      ]);
    });
    return { head, rows };
  }

  protected free(): void {
    this.#runner.dispose();
  }

  get #names(): string[] {
    return [...this.#seen.map((i) => this.ensemble.network.species[i]), ...this.#outputs.map(({ name }) => name)];
  }

  /** Species that are shown. */
  get #seen(): number[] {
    return this.ensemble.network.species.flatMap((name, i) => (name === NOBODY ? [] : [i]));
  }

  /** Outputs that are summed one trajectory after another. */
  get #nonlinear(): number {
    return this.#outputs.filter(({ place }) => place >= 0).length;
  }

  #arrays() {
    const { first, low, high, histogram, passages, outputs } = this.#tally;
    return { first, low, high, histogram, passages, outputs };
  }

  #moments(point: number): Moments {
    const { network, times } = this.ensemble;
    const tally = this.#tally;
    const n = this.steps;
    const nonlinear = this.#nonlinear;
    const species = network.species.map((_, i) => i);
    const mean: number[][] = [];
    const sd: number[][] = [];
    for (let t = 0; t < times.length; t++) {
      const cell = point * times.length + t;
      const counts = species.map((i) => tally.mean(cell, i));
      const means = this.#seen.map((i) => counts[i]);
      const deviations = this.#seen.map((i) => Math.sqrt(tally.covariance(cell, i)));
      for (const output of this.#outputs) {
        const own = output.linear[point];
        if (own && output.place < 0) {
          means.push(own.coefficients.reduce((sum, c, i) => sum + c * counts[i], own.constant));
          deviations.push(Math.sqrt(Math.max(0, this.#variance(cell, own.coefficients))));
        } else {
          const at = 2 * (cell * nonlinear + output.place);
          const [sum, squares] = [tally.outputs[at], tally.outputs[at + 1]];
          means.push(sum / n);
          deviations.push(Math.sqrt(Math.max(0, (squares - (sum * sum) / n) / (n - 1))));
        }
      }
      mean.push(means);
      sd.push(deviations);
    }
    return { mean, sd };
  }

  #variance(cell: number, coefficients: readonly number[]): number {
    return this.#tally.pairs.reduce((sum, [a, b], k) => {
      const weight = coefficients[a] * coefficients[b] * (a === b ? 1 : 2);
      return weight === 0 ? sum : sum + weight * this.#tally.covariance(cell, k);
    }, 0);
  }

  #covariance(point: number): number[][][] | undefined {
    const { network, times } = this.ensemble;
    const species = network.species.length;
    if (this.#tally.pairs.length < (species * (species + 1)) / 2 || this.#seen.length < species) return undefined;
    return Array.from(times, (_, t) => {
      const matrix = network.species.map(() => Array<number>(species).fill(0));
      this.#tally.pairs.forEach(([a, b], k) => {
        matrix[a][b] = this.#tally.covariance(point * times.length + t, k);
        matrix[b][a] = matrix[a][b];
      });
      return matrix;
    });
  }

  #passage(point: number): number[] {
    const { length } = this.ensemble.times;
    let passed = 0;
    return Array.from({ length }, (_, t) => {
      passed += this.#tally.passages[point * length + t];
      return passed / this.steps;
    });
  }
}

/** What is known exactly at the end, where the network has few states. */
export function exactGillespie(parameters: GillespieParameters) {
  const ensemble = prepare(networkOf(parameters), {
    until: untilOf(parameters),
    points: 2,
    set: parameters.set,
    rounding: parameters.round,
    passage: "",
    seed: 0n,
  });
  const law =
    ensemble.points.length === 1 ? masterEquation(ensemble, 0, { operations: 3e8, states: 20_000 }) : undefined;
  if (!law) return {};
  const source = "master equation by uniformisation";
  return Object.fromEntries(ensemble.network.species.map((name, i) => [name, { value: law.mean[1][i], source }]));
}

/** Pixels of a picture's side, about. */
const PICTURE = 800;

/** The last bin that is not empty, or -1. */
const lastOf = (column: Float64Array) => column.reduce((last, count, bin) => (count > 0 ? bin : last), -1);
