// An ensemble of trajectories of a dynamical system on any device. One step is one more trajectory of every point, so a run can be extended,
// stopped between batches, and continued elsewhere.

import { BatchBudget } from "../../device/budget.ts";
import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { checkSeed } from "../../random/seed.ts";
import type { Estimate } from "../../statistics/index.ts";
import { type Batches, continued, Ensemble, type Tick } from "../base/ensemble.ts";
import { restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, sectionOf } from "../checkpoint.ts";
import type { FileContent, Observable, Options } from "../model.ts";
import { type Points, resolve } from "../parameters.ts";
import { checkCounts, histogramArray, histogramTable, quantileName, quantileTable } from "./counts.ts";
import { histogramCells } from "./histograms.ts";
import { GpuRunner } from "./kernel/gpu.ts";
import { UnitsRunner } from "./kernel/units-runner.ts";
import { type DynamicsParameters, dynamicsParameters } from "./parameters.ts";
import { densityPicture } from "./picture.ts";
import { type Plan, planOf } from "./plan.ts";
import { hasUnits } from "./reference/units.ts";
import { type DynamicsResult, exponentName, Statistics } from "./result.ts";
import { ReferenceRunner, type Runner, talliedRows } from "./runner.ts";
import { SECTION_NUMBERS } from "./section.ts";
import { keptTally, Tally } from "./tally.ts";

/** What `dynamics.create` takes: parameters, the seed, and the workgroup. */
export type DynamicsOptions = Options<typeof dynamicsParameters> & {
  /** Invocations in a workgroup; changes the speed and nothing else. */
  workgroup?: number;
};

/** Files of its own: of single trajectories, and of histograms. */
export const FILES = [".samples.npy", ".section.npy", ".histograms.csv", ".histograms.npy", ".quantiles.csv"] as const;

/** What a section adds to the observables. */
const CROSSING_NUMBERS: Record<(typeof SECTION_NUMBERS)[number], Observable> = {
  crossings: { unit: "", description: "Crossings of the section by a trajectory" },
  firstPassage: { unit: "time", label: "First passage", description: "Time of the first crossing, where there is one" },
  returnTime: { unit: "time", label: "Return time", description: "Mean time from one crossing to the next" },
};

const KIND = { model: "dynamics", title: "The ensemble", schema: dynamicsParameters };
/** Trajectories that a picture is made of. */
const PICTURED = 256;
/** Numbers of a file at most. */
const MOST_NUMBERS = 2 ** 28;

/**
 * An ensemble of trajectories of a map or a flow. A step is one more trajectory at every point of the sweep.
 */
export class DynamicsSimulation extends Ensemble<DynamicsParameters> {
  /** The system with the values of every point, times and steps. */
  readonly plan: Plan;
  readonly #runner: Runner;
  readonly #tally: Tally;
  readonly #statistics: Statistics;
  readonly #batches: Batches;

  private constructor(device: Device, points: Points<DynamicsParameters>, plan: Plan, runner: Runner) {
    super(device, KIND, { points, seed: plan.seed, replicas: plan.points.length });
    this.plan = plan;
    this.#runner = runner;
    const budget = new BatchBudget(runner.most, Math.ceil(runner.most / 16), device.info.software);
    this.#batches = { budget, most: runner.most };
    this.#tally = new Tally(talliedRows(plan) * plan.points.length, histogramCells(plan));
    this.#statistics = new Statistics(plan, this.#tally);
  }

  /** Makes a simulation at step 0; the same as `dynamics.create`, which says what is thrown. */
  static async create(device: Device, given: DynamicsOptions = {}): Promise<DynamicsSimulation> {
    const { seed = 1n, workgroup, ...parameters } = given;
    checkWorkgroup(device, workgroup);
    const points = resolve("dynamics", dynamicsParameters, parameters);
    const plan = planOf(points.parameters, checkSeed(seed));
    const runner =
      device.kind !== "gpu"
        ? new ReferenceRunner(plan)
        : hasUnits(plan)
          ? await UnitsRunner.create(device, plan, workgroup)
          : await GpuRunner.create(device, plan, workgroup);
    return new DynamicsSimulation(device, points, plan, runner);
  }

  /** Continues a checkpoint; the same as `dynamics.restore`. @throws CheckpointError */
  static restore(device: Device, bytes: Uint8Array) {
    return restored(bytes, (checkpoint) => DynamicsSimulation.#restore(device, checkpoint));
  }

  static async #restore(device: Device, checkpoint: Checkpoint): Promise<DynamicsSimulation> {
    const { parameters, seed, first } = headerOf(checkpoint, "dynamics", keptTally);
    const own = await DynamicsSimulation.create(device, { ...parameters, seed: checkSeed(seed) });
    return continued(own, first, checkpoint);
  }

  /** Takes in the trajectories of a checkpoint with the same parameters. @throws CheckpointError */
  absorb(checkpoint: Checkpoint): void {
    const cells = talliedRows(this.plan) * this.plan.points.length;
    const counts = histogramCells(this.plan);
    const other = new Tally(cells, counts);
    const kept = headerOf(checkpoint, "dynamics", keptTally);
    other.restore(kept, {
      centres: sectionOf(checkpoint, "centres", 4 * cells),
      numbers: sectionOf(checkpoint, "numbers", 8 * cells),
      histograms: counts > 0 ? sectionOf(checkpoint, "histograms", 8 * counts) : new Uint8Array(),
    });
    checkCounts(this.plan, other);
    this.#tally.merge(other);
  }

  /** Trajectories of each point made so far. */
  get steps(): number {
    return this.#tally.count;
  }

  /** What it observes: variables and outputs at the end, Lyapunov exponents, crossings of a section, and quantiles at the end. */
  get observables(): Record<string, Observable> {
    const names = this.#statistics.names.map((name) => [name, { unit: "", description: `${name} at the end` }]);
    const exponents = Array.from({ length: this.plan.exponents }, (_, j) => [
      exponentName(j),
      {
        unit: this.plan.system.kind === "map" ? "1/step" : "1/time",
        label: `Lyapunov exponent ${j + 1}`,
        description: `Lyapunov exponent ${j + 1}`,
      },
    ]);
    const crossings = this.plan.section ? SECTION_NUMBERS.map((name) => [name, CROSSING_NUMBERS[name]]) : [];
    const quantiles = this.plan.histograms.flatMap(({ name }) =>
      this.plan.quantiles.map((probability) => [
        quantileName(name, probability),
        { unit: "", description: `Quantile ${probability} of ${name} at the end` },
      ]),
    );
    return Object.fromEntries([...names, ...exponents, ...crossings, ...quantiles]);
  }

  /** What is measured: variables, then outputs. */
  get quantities(): readonly string[] {
    return this.#statistics.names;
  }

  protected get jobs() {
    return { name: "trajectories", unit: "trajectories", most: 2 ** 32 - 1 };
  }

  protected override get batches(): Batches {
    return this.#batches;
  }

  protected async batch(first: number, count: number, tick: Tick): Promise<void> {
    const { centres } = this.#tally;
    // Trajectory 0 is the centre of all sums, also of those in which it has no part.
    if (first > 0 && this.steps === 0) await this.#runner.batch(0, 1, centres, tick);
    this.#tally.add(await this.#runner.batch(first, count, centres, tick));
  }

  /** Mean and standard deviation at the measured times, exponents, and what diverged. */
  result(): DynamicsResult {
    this.exclusive.check();
    return this.#statistics.result();
  }

  /** Measured numbers of trajectories `first` …, [time][point][trajectory][variable or output]. They are not tallied. */
  async samples(first: number, count: number): Promise<{ data: Float32Array; shape: number[] }> {
    return this.#single(first, count, 0, [this.plan.times.length, this.#statistics.names.length]);
  }

  /**
   * What is kept of crossings of the section by trajectories `first` …, [crossing][point][trajectory][time and variables]. What there is not is no
   * number.
   */
  async crossings(first: number, count: number): Promise<{ data: Float32Array; shape: number[] }> {
    const { section, system } = this.plan;
    return this.#single(first, count, talliedRows(this.plan), [section?.kept ?? 0, 1 + system.variables.length]);
  }

  /** So many rows of so many numbers of single trajectories, of which `begin` is the first, [row][point][trajectory][number]. */
  async #single(first: number, count: number, begin: number, [rows, width]: [number, number]) {
    const points = this.plan.points.length;
    const data = new Float32Array(rows * width * points * count);
    for (let done = 0; done < count; ) {
      const own = Math.min(this.#runner.most, count - done);
      const found = await this.exclusive.use(() => this.#runner.samples(first + done, own, async () => {}));
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < width; i++) {
          for (let point = 0; point < points; point++) {
            const from = ((begin + row * width + i) * points + point) * own;
            const to = (row * points + point) * count + done;
            for (let k = 0; k < own; k++) data[(to + k) * width + i] = found[from + k];
          }
        }
      }
      done += own;
    }
    return { data, shape: [rows, points, count, width] };
  }

  /**
   * Single trajectories, [time][point][trajectory][variable or output], their crossings of the section, or what histograms count.
   *
   * @throws ParameterError for one that is too large
   */
  async output(ending: string): Promise<FileContent> {
    this.checkOutput(ending);
    if (ending === ".histograms.csv") return histogramTable(this.plan, this.#tally);
    if (ending === ".quantiles.csv") return quantileTable(this.plan, this.#tally);
    if (ending === ".histograms.npy") return histogramArray(this.plan, this.#tally);
    return ending === ".section.npy" ? this.crossings(this.first, this.steps) : this.samples(this.first, this.steps);
  }

  /**
   * Whether `output` can be made at the end of the run.
   *
   * @throws ParameterError for more numbers than a file holds
   */
  checkOutput(ending: string): void {
    this.exclusive.check();
    const { times, points, section, system, histograms, quantiles } = this.plan;
    if (ending.startsWith(".histograms") && histograms.length === 0) {
      throw new ParameterError("out", `out ${ending}: nothing is counted; add histograms, as in "x = -20:20:200".`);
    }
    if (ending.startsWith(".quantiles") && quantiles.length === 0) {
      throw new ParameterError("out", `out ${ending}: there are none; add quantiles, as in "0.05 0.5 0.95".`);
    }
    // Their size was looked at when the simulation was made.
    if (/^\.(histograms|quantiles)/.test(ending)) return;
    const count = Math.max(this.steps, this.points.parameters.trajectories);
    if (ending === ".section.npy" && !section?.kept) {
      throw new ParameterError("out", `out ${ending}: no crossings are kept; add section and crossings.`);
    }
    const each =
      ending === ".section.npy"
        ? section!.kept * (1 + system.variables.length)
        : times.length * this.#statistics.names.length;
    const numbers = each * points.length * count;
    if (numbers > MOST_NUMBERS) {
      throw new ParameterError(
        "out",
        `out ${ending}: ${numbers} numbers are more than a file holds, ${MOST_NUMBERS}; take fewer trajectories or times.`,
      );
    }
  }

  /** Notes that a reader of the results needs, such as exponents that are not known: a sentence each. */
  notes(): string[] {
    return this.#statistics.notes();
  }

  /** Values at the end, and exponents. */
  estimate(point = 0): Record<string, Estimate> {
    this.exclusive.check();
    return this.#statistics.estimate(point);
  }

  /** The points of the sweep, each with its values at the end. */
  sweep(): { parameters: Record<string, number>; observables: Record<string, Estimate> }[] | undefined {
    this.exclusive.check();
    const { points } = this.plan;
    if (Object.keys(points[0].set).length === 0) return undefined;
    return points.map(({ set }, point) => ({ parameters: { ...set }, observables: this.estimate(point) }));
  }

  /** All exact sums, and the number of trajectories. */
  protected async canonical(): Promise<[string, ...Uint8Array[]]> {
    const { header, sections } = this.#tally.saved();
    const text = new TextEncoder().encode(JSON.stringify(header));
    return [
      `dynamics ${this.steps}`,
      sections.centres,
      sections.numbers,
      ...(sections.histograms ? [sections.histograms] : []),
      text,
    ];
  }

  protected async saved() {
    const { header, sections } = this.#tally.saved();
    return { header: { ...header, ...this.numbering }, sections };
  }

  /** Means, shape [point][time][variables and outputs]. */
  async array(): Promise<{ data: Float64Array; shape: number[] }> {
    this.exclusive.check();
    const { points, times } = this.plan;
    const means = points.map((_, p) => this.#statistics.moments(p).mean);
    const shape = [times.length, this.#statistics.names.length];
    return { data: Float64Array.from(means.flat(2)), shape: points.length > 1 ? [points.length, ...shape] : shape };
  }

  /** The first variable of up to 256 trajectories against time, or in a sweep of all times against its points. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    const count = Math.max(1, Math.min(PICTURED, this.steps, this.#runner.most));
    const samples = await this.exclusive.use(() => this.#runner.samples(this.first, count, async () => {}));
    return densityPicture(this.plan, samples, count);
  }

  /** A table for spreadsheets: time, then mean and sd of everything; in a sweep preceded by the values that were set. */
  table(): { head: string[]; rows: (string | number)[][] } {
    this.exclusive.check();
    return this.#statistics.table();
  }

  protected free(): void {
    this.#runner.dispose();
  }
}
