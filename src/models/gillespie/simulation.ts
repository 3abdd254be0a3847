// An ensemble of trajectories on any device. Its state is what it remembers: exact sums over the trajectories made so far. One
// step is one more trajectory of every point, so a run can be extended, stopped between batches, and continued elsewhere.

import * as z from "zod";
import { BatchBudget } from "../../device/budget.ts";
import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import { checkSeed } from "../../random/seed.ts";
import type { Estimate } from "../../statistics/index.ts";
import { type Batches, continued, Ensemble as EnsembleSimulation, type Tick } from "../base/ensemble.ts";
import { restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, saying, sectionOf } from "../checkpoint.ts";
import type { FileContent, Observable, Options } from "../model.ts";
import { type Points, resolve } from "../parameters.ts";
import { type Ensemble, prepare } from "./ensemble.ts";
import { checkFile, fileOf } from "./ensemble-files.ts";
import { isNetworkFile, networkFile } from "./formats/network-file.ts";
import { GpuRunner } from "./kernel/gpu.ts";
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
import { type GillespieResult, histogramPicture, nonlinearOf, notesOf, Statistics } from "./statistics.ts";
import { Tally } from "./tally.ts";

/** What `gillespie.create` takes: parameters, the seed, and the workgroup. */
export type GillespieOptions = Options<typeof gillespieParameters> & {
  /** Invocations in a workgroup; changes the speed and nothing else. */
  workgroup?: number;
};

const KIND = { model: "gillespie", title: "The Gillespie ensemble", schema: gillespieParameters };

/**
 * An ensemble of trajectories of a reaction network. A step is one more trajectory at every point of the
 * scan.
 */
export class GillespieSimulation extends EnsembleSimulation<GillespieParameters> {
  /** What its trajectories are simulated from. */
  readonly ensemble: Ensemble;
  readonly #runner: Runner;
  /** Outputs that are not linear in the species. */
  readonly #nonlinear: number;
  readonly #tally: Tally;
  readonly #statistics: Statistics;
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
    this.#nonlinear = nonlinearOf(outputs);
    this.#tally = new Tally(ensemble, this.#nonlinear);
    this.#statistics = new Statistics(ensemble, outputs, this.#tally);
  }

  /** Makes a simulation at step 0; the same as `gillespie.create`, which says what is thrown. */
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

  /** Continues a checkpoint; the same as `gillespie.restore`. @throws CheckpointError */
  static restore(device: Device, bytes: Uint8Array) {
    return restored(bytes, (checkpoint) => GillespieSimulation.#restore(device, checkpoint));
  }

  static async #restore(device: Device, checkpoint: Checkpoint): Promise<GillespieSimulation> {
    const { parameters, seed, first } = headerOf(checkpoint, "gillespie", KEPT);
    const own = await GillespieSimulation.create(device, { ...saying(parameters, VERSION_1), seed: checkSeed(seed) });
    return continued(own, first, checkpoint);
  }

  /** Takes in the trajectories of a checkpoint with the same parameters. @throws CheckpointError */
  absorb(checkpoint: Checkpoint): void {
    const { replicates, shift } = headerOf(checkpoint, "gillespie", KEPT);
    const other = new Tally(this.ensemble, this.#nonlinear);
    for (const [name, array] of Object.entries(arraysOf(other))) {
      new Uint8Array(array.buffer).set(sectionOf(checkpoint, name, array.byteLength));
      const bad = array instanceof Float64Array ? array.findIndex((sum) => !Number.isFinite(sum)) : -1;
      if (bad >= 0) throw new CheckpointError(`The checkpoint's section "${name}" has ${array[bad]} at ${bad}.`);
    }
    other.replicates = replicates;
    other.shift = shift;
    this.#tally.merge(other);
  }

  /** Trajectories of each point made so far. */
  get steps(): number {
    return this.#tally.replicates;
  }

  /** What it observes: species and outputs at the end. */
  get observables(): Record<string, Observable> {
    const names = this.#statistics.names.map((name) => [
      name,
      { unit: "molecules", description: `${name} at the end` },
    ]);
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
    return this.#statistics.result(this.points.parameters.passage);
  }

  /** How often each count occurred: bins of `width` counts, [time][species][bin]. Undefined in a scan, and beyond 262,144 rows. */
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
      first: this.first,
      trajectories: this.steps,
      most: this.#runner.most,
      samples: (first, count) => this.exclusive.use(() => this.#runner.samples(first, count)),
      histogram: () => this.histogram(),
      passages: () => this.#tally.passages,
    });
  }

  /** Whether `output` can be made at the end of the run. @throws ParameterError for one that is too large */
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
    return [...notesOf(this.ensemble), ...this.#statistics.passageNote(this.points.parameters.passage)];
  }

  /** Values at the end. */
  estimate(point = 0): Record<string, Estimate> {
    this.exclusive.check();
    return this.#statistics.estimate(point);
  }

  /** The points of the scan, each with its values at the end. */
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
    const own = Object.entries(arraysOf(this.#tally)).map(([name, array]) => [
      name,
      new Uint8Array(array.slice().buffer),
    ]);
    return {
      header: { replicates, shift, ...this.numbering },
      sections: Object.fromEntries(own) as Record<string, Uint8Array>,
    };
  }

  /** Means, shape [point][time][species and outputs]. */
  async array(): Promise<{ data: Float64Array; shape: number[] }> {
    this.exclusive.check();
    const { points, times } = this.ensemble;
    const means = points.map((_, p) => this.#statistics.moments(p).mean);
    const shape = [times.length, this.#statistics.names.length];
    return { data: Float64Array.from(means.flat(2)), shape: points.length > 1 ? [points.length, ...shape] : shape };
  }

  /** The first species' histogram in time: time to the right, counts upwards, the most frequent of each time white. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    const histogram = this.histogram();
    if (!histogram)
      throw new ParameterError(
        "out",
        "out: a scan, or a run with very many times, has no picture; write .csv or .npy.",
      );
    return histogramPicture(this.ensemble, histogram);
  }

  /** A table for spreadsheets: time, then mean and sd of everything; in a scan preceded by the values that were set. */
  table(): { head: string[]; rows: (string | number)[][] } {
    this.exclusive.check();
    return this.#statistics.table();
  }

  protected free(): void {
    this.#runner.dispose();
  }
}

/** What a checkpoint's header has of a tally, and its sections. */
const KEPT = { replicates: z.int().min(0), shift: z.int().min(0).max(31) };
const arraysOf = ({ first, low, high, histogram, passages, outputs }: Tally) => ({
  ...{ first, low, high },
  ...{ histogram, passages, outputs },
});

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
