// Forecasts of next-generation reservoirs on any device. The state is the scores of the forecasts made so far; one step is one more start.

import * as z from "zod";
import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { type RunOptions, reportProgress } from "../../device/run.ts";
import { checkSeed } from "../../random/seed.ts";
import { type Estimate, median } from "../../statistics/index.ts";
import { continued, Ensemble, type Tick } from "../base/ensemble.ts";
import { restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, sectionOf } from "../checkpoint.ts";
import { aheadArray, aheadNotes, aheadPicture, aheadRecord, aheadTable } from "../forecast.ts";
import type { Observable, Options } from "../model.ts";
import { type Points, resolve } from "../parameters.ts";
import { type Beyond, beyondOf } from "./beyond.ts";
import { type OwnSeries, type Plan, planOf } from "./data.ts";
import { columnNames, countMonomials } from "./features.ts";
import { type Forecaster, ReferenceForecaster, type Start } from "./forecaster.ts";
import { GpuForecaster } from "./gpu.ts";
import { type NgrcParameters, ngrcParameters, VERSION_1 } from "./parameters.ts";
import { forecastPicture } from "./pictures.ts";
import {
  COLUMNS,
  columnsOf,
  FEW_WEIGHTS,
  lostNote,
  type NgrcResult,
  observables,
  offsetNote,
  runNotes,
  type Shown,
  weightsOf,
} from "./result.ts";
import { type Forecasted, historyOf, judge, learn, lostAt, type Segment } from "./segment.ts";
import { weightsFile } from "./weights.ts";

/** What `ngrc.create` takes: parameters, the seed, the workgroup, and the user's series. */
export type NgrcOptions = Options<typeof ngrcParameters> & {
  /** A series of your own as numbers, in place of a system. */
  own?: OwnSeries;
  /** Invocations in a workgroup at most; changes the speed and nothing else. */
  workgroup?: number;
};

/** Columns of their own have errors up to so many, and observables up to a few. */
const MOST_COLUMNS = 64;
const FEW_COLUMNS = 8;
/** Numbers that a run may keep of its starts for columns of their own. */
const MOST_SCORES = 2 ** 24;
/** Milliseconds of training after which the program has a turn. */
const TURN = 20;

const KEPT = { shape: z.array(z.int().min(1)).optional() };
const floats = (section: Uint8Array) => new Float64Array(section.slice().buffer);
const KIND = { model: "ngrc", title: "The NG-RC ensemble", schema: ngrcParameters };

/** An ensemble of forecasts. A step is one more forecast, from a start of its own. */
export class NgrcSimulation extends Ensemble<NgrcParameters> {
  /** What it learns from and forecasts: features, segments, and times. */
  readonly plan: Plan;
  readonly #own: OwnSeries | undefined;
  readonly #forecaster: Forecaster;
  /** [start][heads] */
  readonly #scores: number[] = [];
  /** What is known of each start. */
  readonly #heads: string[];
  #beyond: Beyond | undefined;
  /** The segment that was learned last: a batch may end within its forecasts. */
  #last: { number: number; segment: Segment } | undefined;

  private constructor(
    device: Device,
    points: Points<NgrcParameters>,
    seed: bigint,
    plan: Plan,
    forecaster: Forecaster,
    own?: OwnSeries,
  ) {
    super(device, KIND, { points, seed });
    this.plan = plan;
    this.#forecaster = forecaster;
    this.#own = own;
    const { dimension } = plan.features;
    const single =
      dimension > 1 && dimension <= MOST_COLUMNS && dimension * points.parameters.starts <= MOST_SCORES
        ? columnNames(plan).map((name) => `nrmse ${name}`)
        : [];
    this.#heads = points.parameters.score === "columns" ? [...COLUMNS, "diverged", ...single] : [...COLUMNS];
  }

  /** What it observes: of a few columns the error of each, too; valid times in steps where no exponent is known. */
  get observables(): Record<string, Observable> {
    const { validPredictionTime } = observables;
    const single = this.#single.map((name): [string, Observable] => {
      const column = name.slice("nrmse ".length);
      const description = `Median error of column ${column} in its standard deviations`;
      return [name, { unit: "", label: `NRMSE ${column}`, description }];
    });
    return {
      ...observables,
      validPredictionTime: { ...validPredictionTime, unit: this.plan.unit },
      ...Object.fromEntries(single),
    };
  }

  get #single(): string[] {
    const single = this.#heads.slice(COLUMNS.length + 1);
    return single.length <= FEW_COLUMNS ? single : [];
  }

  /** Makes a simulation at step 0; the same as `ngrc.create`, which says what is thrown. */
  static async create(device: Device, given: NgrcOptions = {}): Promise<NgrcSimulation> {
    const { seed = 1n, own, workgroup, ...parameters } = given;
    checkWorkgroup(device, workgroup);
    const points = resolve("ngrc", ngrcParameters, parameters);
    const plan = planOf(points.parameters, checkSeed(seed), own);
    const forecaster =
      device.kind === "gpu" ? await GpuForecaster.create(device, plan, workgroup) : new ReferenceForecaster(plan);
    return new NgrcSimulation(device, points, seed, plan, forecaster, own);
  }

  /** Continues a checkpoint; the same as `ngrc.restore`. @throws CheckpointError */
  static restore(device: Device, bytes: Uint8Array) {
    return restored(bytes, (checkpoint) => NgrcSimulation.#restore(device, checkpoint));
  }

  static async #restore(device: Device, checkpoint: Checkpoint): Promise<NgrcSimulation> {
    const { parameters, seed, first, shape } = headerOf(checkpoint, "ngrc", KEPT);
    const count = shape?.reduce((product, length) => product * length, 1);
    const given = shape && count ? { own: { data: floats(sectionOf(checkpoint, "own", 8 * count)), shape } } : {};
    // Checkpoints of gibbs 0.1.0 do not say how errors are taken.
    const older = Object.hasOwn(parameters, "score") ? {} : VERSION_1;
    const own = await NgrcSimulation.create(device, { ...older, ...parameters, ...given, seed: checkSeed(seed) });
    return continued(own, first, checkpoint);
  }

  /** Takes in the forecasts of a checkpoint with the same parameters. @throws CheckpointError */
  absorb(checkpoint: Checkpoint): void {
    headerOf(checkpoint, "ngrc", KEPT);
    const row = 8 * this.#heads.length;
    const { length = 0 } = checkpoint.sections.scores ?? {};
    const scores = sectionOf(checkpoint, "scores", row * Math.floor(length / row));
    for (const score of floats(scores)) this.#scores.push(score);
  }

  /** Forecasts made so far. */
  get steps(): number {
    return this.#scores.length / this.#heads.length;
  }

  protected get jobs() {
    const most = this.plan.segments * this.plan.forecasts;
    const why = `with ${this.steps} made there is room for ${most} in all; choose at most that`;
    return { name: "starts", unit: "starts", most, why };
  }

  /** Forecasts up to the end of a segment's, as many as the forecaster takes. */
  protected async batch(first: number, remaining: number, tick: Tick): Promise<void> {
    const { forecasts } = this.plan;
    const whole = this.#forecaster.mostSegments * forecasts - (first % forecasts);
    const count = Math.min(remaining, this.#forecaster.most, whole);
    const segments: Segment[] = [];
    const starts: (Start & { which: number })[] = [];
    let turn = performance.now();
    for (let start = first; start < first + count; start++) {
      const [number, which] = [Math.floor(start / forecasts), start % forecasts];
      if (start === first || which === 0) {
        await tick();
        if (performance.now() - turn > TURN) {
          await new Promise((resolve) => setTimeout(resolve)); // lets signals and the page have a turn
          turn = performance.now();
        }
        segments.push(this.#learned(number));
      }
      const segment = segments.length - 1;
      starts.push({ history: historyOf(this.plan, segments[segment], which), segment, which });
    }
    const made = await this.#forecaster.run(segments, starts, tick);
    const { dimension } = this.plan.features;
    starts.forEach(({ segment: s, which, history }, slot) => {
      const value: Forecasted = (step, i) => made[(step * dimension + i) * count + slot];
      const segment = segments[s];
      const { nrmse, validPredictionTime, columns } = judge(this.plan, segment, which, this.points.parameters, value);
      this.#scores.push(nrmse, validPredictionTime, segment.nrmse);
      if (this.#heads.length === COLUMNS.length) return;
      this.#scores.push(lostAt(this.plan, segment, history, value));
      if (this.#heads.length > COLUMNS.length + 1) this.#scores.push(...columns);
    });
  }

  #learned(number: number): Segment {
    if (this.#last?.number !== number) {
      this.#last = { number, segment: learn(this.plan, this.points.parameters, number) };
    }
    return this.#last.segment;
  }

  /** One forecast again, with the true trajectory, scaled as the parameters say. */
  forecast(start: number): Promise<Shown> {
    return this.exclusive.use(async () => {
      const { features, horizon, known, dt, segments, forecasts } = this.plan;
      if (!Number.isSafeInteger(start) || start < 0 || start >= segments * forecasts) {
        throw new ParameterError("start", `start ${start}: give a whole number from 0 to ${segments * forecasts - 1}.`);
      }
      const which = start % forecasts;
      const segment = this.#learned(Math.floor(start / forecasts));
      const one = { history: historyOf(this.plan, segment, which), segment: 0 };
      const made = await this.#forecaster.run([segment], [one], async () => {});
      const { dimension } = features;
      const rows = (values: Float64Array, first: number) =>
        Array.from({ length: horizon }, (_, step) =>
          Array.from(values.subarray((first + step) * dimension, (first + step + 1) * dimension)),
        );
      return {
        times: Array.from({ length: horizon }, (_, step) => (step + 1) * dt),
        truth: rows(segment.samples, known + which * horizon),
        forecast: rows(made, 0),
      };
    });
  }

  /** Medians over the forecasts made so far, with their errors. */
  estimate(): Record<keyof typeof observables, Estimate> & Record<string, Estimate> {
    this.exclusive.check();
    const { forecasts } = this.plan;
    const of = (name: string) => median(this.#column(this.#heads.indexOf(name)), forecasts);
    const [nrmse, validPredictionTime, trainingNrmse] = COLUMNS.map(of);
    const single = Object.fromEntries(this.#single.map((name) => [name, of(name)]));
    return { nrmse, validPredictionTime, trainingNrmse, ...single };
  }

  /** Makes the forecast beyond the end of the series, where one is requested. */
  async conclude({ result } = { result: true }): Promise<void> {
    this.exclusive.check();
    if (result && this.points.parameters.forecast > 0) await this.beyond();
  }

  /**
   * What follows the user's series, in its own units, as its last training samples have it.
   *
   * @throws ParameterError where no `forecast` is asked for, where these samples cannot be learned, and where it diverges at once
   */
  async beyond(options: RunOptions = {}): Promise<Beyond> {
    this.exclusive.check();
    this.#beyond ??= await this.exclusive.use(() => {
      return beyondOf(this.device, this.plan, this.points.parameters, () =>
        reportProgress({ done: 0, total: 1 }, options),
      );
    });
    return this.#beyond;
  }

  /**
   * Figures of every forecast, weights of the regression where they are few, and the forecast beyond the end.
   */
  result(): NgrcResult {
    this.exclusive.check();
    const { features, horizon, dt, lyapunov } = this.plan;
    const { dimension } = features;
    const count = countMonomials(features.delays * dimension, features.order);
    const isAny = this.steps > 0 || this.#beyond !== undefined;
    const segment = isAny && (count <= FEW_WEIGHTS || this.#heads.length > COLUMNS.length) ? this.#shown() : undefined;
    const hasColumns = this.#heads.length > COLUMNS.length + (dimension > 1 ? 1 : 0);
    const errorOf = (i: number) =>
      this.steps > 0 ? median(this.#column(dimension > 1 ? COLUMNS.length + 1 + i : 0)).value : Number.NaN;
    return {
      ...{ starts: this.steps, features: count, horizon, dt },
      ...(lyapunov === undefined ? {} : { lyapunov }),
      ...{ nrmse: this.#column(0), validPredictionTime: this.#column(1), censored: this.#censored() },
      ...(this.#heads.length > COLUMNS.length ? { diverged: this.#diverged() } : {}),
      ...(segment && hasColumns ? { columns: columnsOf(this.plan, segment, errorOf) } : {}),
      ...(segment && count <= FEW_WEIGHTS ? weightsOf(this.plan, segment, count) : {}),
      ...(this.#beyond ? { forecast: aheadRecord(this.#beyond) } : {}),
    };
  }

  /** The training segment whose weights are shown: that of the forecast beyond the end, else the first. */
  #shown(): Segment {
    return this.#beyond?.segment ?? learn(this.plan, this.points.parameters, 0);
  }

  #censored(): NgrcResult["censored"] {
    const { horizon, worth } = this.plan;
    const valid = this.#column(1).filter((time) => time >= horizon * worth);
    return { forecasts: valid.length, of: this.steps, horizon };
  }

  #diverged(): number {
    return this.#column(COLUMNS.length).filter((step) => step >= 0).length;
  }

  /** What a reader must know: what was cut, forecasts that end before they fail, and those that diverged. */
  notes(): string[] {
    this.exclusive.check();
    const { plan, steps } = this;
    const { parameters } = this.points;
    const censored = this.#censored();
    const median = censored.forecasts > 0 ? this.estimate().validPredictionTime.value : 0;
    return [
      ...runNotes(plan, parameters, censored, median),
      ...(this.#heads.length > COLUMNS.length ? lostNote(this.#diverged(), steps) : []),
      ...(parameters.score === "columns" && steps > 0 ? offsetNote(plan, parameters) : []),
      ...(this.#beyond ? aheadNotes(this.#beyond, this.#beyond.past) : []),
    ];
  }

  /** All scores. */
  protected async canonical(): Promise<[string, Uint8Array]> {
    return [`ngrc ${this.steps}`, this.#bytes()];
  }

  protected async saved() {
    const own = this.#own;
    const given = own && { own: new Uint8Array(Float64Array.from(own.data).buffer) };
    return {
      header: { ...(own ? { shape: [...own.shape] } : {}), ...this.numbering },
      sections: { scores: this.#bytes(), ...given },
    };
  }

  /**
   * What follows the series, [step][column], where that is requested; else the scores of every start, [start][nrmse, validPredictionTime,
   * trainingNrmse, the step at which it diverged or -1, the error of each column].
   */
  async array(): Promise<{ data: Float64Array; shape: number[] }> {
    this.exclusive.check();
    if (this.points.parameters.forecast > 0) return aheadArray(await this.beyond());
    return { data: Float64Array.from(this.#scores), shape: [this.steps, this.#heads.length] };
  }

  /** What follows the series, where that is requested; else the scores of every start. */
  table(): { head: string[]; rows: (string | number)[][] } {
    this.exclusive.check();
    if (this.#beyond) return aheadTable(this.#beyond);
    const rows = Array.from({ length: this.steps }, (_, start) => [
      this.first + start,
      ...this.#heads.map((_, i) => this.#at(start, i)),
    ]);
    return { head: ["start", ...this.#heads], rows };
  }

  /**
   * Weights of a training segment: that of the forecast beyond the end of a series, else the first.
   *
   * @param ending .weights.csv, .weights.npy or .safetensors
   */
  async output(ending: string): Promise<Uint8Array> {
    this.exclusive.check();
    return weightsFile(ending, this.plan, this.#shown(), this.points.parameters);
  }

  /** The end of the series and what follows it, where that is requested; else the first forecast: time to the right; components of the truth, below them those forecast, below them the error. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    if (this.points.parameters.forecast > 0) {
      const made = await this.beyond();
      return aheadPicture(made, made.past);
    }
    return forecastPicture(await this.forecast(0), this.#learned(0));
  }

  protected free(): void {
    this.#forecaster.dispose();
  }

  #at(start: number, column: number): number {
    return this.#scores[start * this.#heads.length + column];
  }

  #column(column: number): number[] {
    return Array.from({ length: this.steps }, (_, start) => this.#at(start, column));
  }

  #bytes(): Uint8Array {
    return new Uint8Array(Float64Array.from(this.#scores).buffer);
  }
}
