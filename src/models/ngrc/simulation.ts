// Forecasts of next-generation reservoirs on any device. The state is the scores of the forecasts made so far; one step is one more start.

import * as z from "zod";
import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { type RunOptions, reportProgress } from "../../device/run.ts";
import { checkSeed } from "../../random/seed.ts";
import { type Estimate, median } from "../../statistics/index.ts";
import { Ensemble, type Tick } from "../base/ensemble.ts";
import { restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, sectionOf } from "../checkpoint.ts";
import { aheadPicture, aheadRecord, aheadTable, lostNotes } from "../forecast.ts";
import type { Observable, Options } from "../model.ts";
import { type Points, resolve } from "../parameters.ts";
import { type Beyond, beyondOf, rangeNote } from "./beyond.ts";
import { type OwnSeries, type Plan, planOf } from "./data.ts";
import { columnNames, countMonomials, namesOf } from "./features.ts";
import { type Forecaster, ReferenceForecaster, type Start } from "./forecaster.ts";
import { GpuForecaster } from "./gpu.ts";
import { type NgrcParameters, ngrcParameters, VERSION_1 } from "./parameters.ts";
import { BOUND, type Forecasted, historyOf, judge, learn, lostAt, type Segment } from "./segment.ts";
import { weightsFile } from "./weights.ts";

export type NgrcOptions = Options<typeof ngrcParameters> & {
  /** A series of your own as numbers, in place of a system. */
  own?: OwnSeries;
  /** Invocations in a workgroup at most; changes the speed and nothing else. */
  workgroup?: number;
};

export const observables = {
  nrmse: {
    unit: "",
    description:
      "Median error of forecasts over one Lyapunov time, or over the whole forecast where no exponent is known, in standard deviations in training: the root mean square over columns",
  },
  validPredictionTime: {
    unit: "Lyapunov times",
    description: "Median time for which the error stays within the threshold",
  },
  trainingNrmse: { unit: "", description: "Median error of one-step forecasts on the training samples" },
} satisfies Record<string, Observable>;

export interface NgrcResult {
  starts: number;
  /** Monomials of a delay vector. */
  features: number;
  /** Samples of one forecast, and the time between two. */
  horizon: number;
  dt: number;
  lyapunov?: number;
  /** [start] */
  nrmse: number[];
  validPredictionTime: number[];
  /** Forecasts that were still valid at their end: their valid times are at least that. */
  censored: { forecasts: number; of: number; horizon: number };
  /** Forecasts that diverged. */
  diverged?: number;
  /** Of each column the median error, and mean and standard deviation of the first training segment. */
  columns?: { name: string; nrmse: number; mean: number; sd: number }[];
  /**
   * Of the first training segment, up to 100 monomials: x(t + dt) - x(t) as a sum of them, x scaled; [component][feature]. Of a forecast
   * beyond the end of a series the weights that made it.
   */
  names?: string[];
  weights?: number[][];
  /** What follows the series, [step][column], in its own units; `at` counts steps or tells times. */
  forecast?: { axis: string; at: (number | string)[]; names: string[]; values: number[][] };
}

/** One forecast with the true trajectory: [time][component]. */
export interface Shown {
  times: number[];
  truth: number[][];
  forecast: number[][];
}

const COLUMNS = ["nrmse", "validPredictionTime", "trainingNrmse"] as const;
/** Columns of their own have errors up to so many, and observables up to a few. */
const MOST_COLUMNS = 64;
const FEW_COLUMNS = 8;
/** Numbers that a run may keep of its starts for columns of their own. */
const MOST_SCORES = 2 ** 24;
/** Milliseconds of training after which the program has a turn. */
const TURN = 20;

const KIND = { model: "ngrc", title: "The NG-RC ensemble", schema: ngrcParameters };

export class NgrcSimulation extends Ensemble<NgrcParameters> {
  readonly plan: Plan;
  readonly #own: OwnSeries | undefined;
  readonly #forecaster: Forecaster;
  /** [start][heads] */
  #scores: number[] = [];
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
    const single = this.#single.map((name): [string, Observable] => [
      name,
      { unit: "", description: `Median error of column ${name.slice("nrmse ".length)} in its standard deviations` },
    ]);
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

  static async create(device: Device, given: NgrcOptions = {}): Promise<NgrcSimulation> {
    const { seed = 1n, own, workgroup, ...parameters } = given;
    checkWorkgroup(device, workgroup);
    const points = resolve("ngrc", ngrcParameters, parameters);
    const plan = planOf(points.parameters, checkSeed(seed), own);
    const forecaster =
      device.kind === "gpu" ? await GpuForecaster.create(device, plan, workgroup) : new ReferenceForecaster(plan);
    return new NgrcSimulation(device, points, seed, plan, forecaster, own);
  }

  static restore(device: Device, bytes: Uint8Array) {
    return restored(bytes, (checkpoint) => NgrcSimulation.#restore(device, checkpoint));
  }

  static async #restore(device: Device, checkpoint: Checkpoint): Promise<NgrcSimulation> {
    const { parameters, seed, shape } = headerOf(checkpoint, "ngrc", { shape: z.array(z.int().min(1)).optional() });
    const floats = (section: Uint8Array) => new Float64Array(section.slice().buffer);
    const count = shape?.reduce((product, length) => product * length, 1);
    const given = shape && count ? { own: { data: floats(sectionOf(checkpoint, "own", 8 * count)), shape } } : {};
    // Checkpoints of gibbs 0.1.0 do not say how errors are taken.
    const older = Object.hasOwn(parameters, "score") ? {} : VERSION_1;
    const own = await NgrcSimulation.create(device, { ...older, ...parameters, ...given, seed: checkSeed(seed) });
    const row = 8 * own.#heads.length;
    const { length = 0 } = checkpoint.sections.scores ?? {};
    const scores = sectionOf(checkpoint, "scores", row * Math.floor(length / row));
    own.#scores = Array.from(floats(scores));
    return own;
  }

  /** Forecasts made so far. */
  get steps(): number {
    return this.#scores.length / this.#heads.length;
  }

  /** Forecasts that there is room for. */
  get room(): number {
    return this.plan.segments * this.plan.forecasts;
  }

  protected get jobs() {
    const { room } = this;
    const why = `with ${this.steps} made there is room for ${room} in all; choose at most that`;
    return { name: "starts", unit: "starts", most: room, why };
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

  result(): NgrcResult {
    this.exclusive.check();
    const { features, horizon, dt, lyapunov } = this.plan;
    const { dimension } = features;
    const count = countMonomials(features.delays * dimension, features.order);
    const isAny = this.steps > 0 || this.#beyond !== undefined;
    const segment = isAny && (count <= 100 || this.#heads.length > COLUMNS.length) ? this.#shown() : undefined;
    const names = columnNames(this.plan);
    return {
      ...{ starts: this.steps, features: count, horizon, dt },
      ...(lyapunov === undefined ? {} : { lyapunov }),
      ...{ nrmse: this.#column(0), validPredictionTime: this.#column(1), censored: this.#censored() },
      ...(this.#heads.length > COLUMNS.length ? { diverged: this.#diverged() } : {}),
      ...(segment && this.#heads.length > COLUMNS.length + (dimension > 1 ? 1 : 0)
        ? {
            columns: names.map((name, i) => ({
              name,
              nrmse:
                this.steps > 0 ? median(this.#column(dimension > 1 ? COLUMNS.length + 1 + i : 0)).value : Number.NaN,
              ...{ mean: segment.mean[i], sd: segment.sd[i] },
            })),
          }
        : {}),
      ...(segment && count <= 100
        ? {
            names: namesOf(features, this.plan.names),
            weights: Array.from({ length: dimension }, (_, i) =>
              Array.from(segment.weights.subarray(i * count, (i + 1) * count)),
            ),
          }
        : {}),
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
    const { parameters } = this.points;
    const notes = [...this.plan.notes];
    if (this.room < parameters.starts) {
      notes.push(
        `${this.room} ${this.room === 1 ? "forecast" : "forecasts"}, not ${parameters.starts}: the series has room for ${this.plan.segments} ${this.plan.segments === 1 ? "segment" : "segments"} of ${this.plan.length} samples.`,
      );
    }
    const { forecasts, of, horizon } = this.#censored();
    if (forecasts > 0) {
      const value = Number(this.estimate().validPredictionTime.value.toPrecision(4));
      const bound = 2 * forecasts >= of ? `; the median is at least ${value} ${this.plan.unit}` : "";
      const remedy = this.plan.lyapunov !== undefined && parameters.horizon === 0 ? "--until" : "--horizon";
      notes.push(
        `${forecasts} of ${of} forecasts are valid to their end, after ${horizon} steps: their times count as that${bound}; give a larger ${remedy} to see more.`,
      );
    }
    const lost = this.#heads.length > COLUMNS.length ? this.#diverged() : 0;
    if (lost > 0) {
      notes.push(
        `${lost} of ${of} forecasts diverged beyond ${BOUND} times the largest training sample and kept their last value; raise --ridge, lower --order, or train longer.`,
      );
    }
    return [
      ...notes,
      ...this.#offsetNote(),
      ...(this.#beyond ? [...lostNotes(this.#beyond), ...rangeNote(this.#beyond)] : []),
    ];
  }

  /** Columns far from 0 that are taken as they are lose digits. */
  #offsetNote(): string[] {
    const { scaling, score } = this.points.parameters;
    if (scaling !== "none" || score !== "columns" || this.steps === 0) return [];
    const { samples, deviations } = learn(this.plan, this.points.parameters, 0);
    const d = deviations.length;
    const far = Array.from({ length: d }, (_, i) => i).find((i) => Math.abs(samples[i]) > 1000 * deviations[i]);
    if (far === undefined) return [];
    return [
      `column ${columnNames(this.plan)[far]} lies ${Math.round(Math.abs(samples[far]) / deviations[far])} standard deviations from 0, of which 32-bit numbers keep few digits; use --scaling standard.`,
    ];
  }

  /** All scores. */
  protected async canonical(): Promise<[string, Uint8Array]> {
    return [`ngrc ${this.steps}`, this.#bytes()];
  }

  protected async saved() {
    const own = this.#own;
    const given = own && { own: new Uint8Array(Float64Array.from(own.data).buffer) };
    return { header: own ? { shape: [...own.shape] } : {}, sections: { scores: this.#bytes(), ...given } };
  }

  /**
   * What follows the series, [step][column], where that is requested; else the scores of every start, [start][nrmse, validPredictionTime,
   * trainingNrmse, the step at which it diverged or -1, the error of each column].
   */
  async array(): Promise<{ data: Float64Array; shape: number[] }> {
    this.exclusive.check();
    if (this.points.parameters.forecast > 0) {
      const { values, names } = await this.beyond();
      return { data: values, shape: [values.length / names.length, names.length] };
    }
    return { data: Float64Array.from(this.#scores), shape: [this.steps, this.#heads.length] };
  }

  /** What follows the series, where that is requested; else the scores of every start. */
  table(): { head: string[]; rows: (string | number)[][] } {
    this.exclusive.check();
    if (this.#beyond) return aheadTable(this.#beyond);
    const rows = Array.from({ length: this.steps }, (_, start) => [
      start,
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
    const { truth, forecast } = await this.forecast(0);
    const { dimension } = this.plan.features;
    const { deviations, samples } = this.#learned(0);
    const high = Math.max(1, Math.round(PICTURE / 3 / dimension));
    const wide = Math.max(1, Math.round((2 * PICTURE) / truth.length));
    const [width, height] = [wide * truth.length, 3 * high * dimension];
    const data = new Uint8Array(width * height);
    const mean = Array.from({ length: dimension }, (_, i) => {
      const count = samples.length / dimension;
      let sum = 0;
      for (let time = 0; time < count; time++) sum += samples[time * dimension + i];
      return sum / count;
    });
    const shade = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
    truth.forEach((sample, step) => {
      for (let i = 0; i < dimension; i++) {
        const of = (x: number) => 128 + (48 * (x - mean[i])) / deviations[i];
        const error = (255 * Math.abs(forecast[step][i] - sample[i])) / (2 * deviations[i]);
        [of(sample[i]), of(forecast[step][i]), error].forEach((value, part) => {
          for (let y = 0; y < high; y++) {
            const at = ((part * dimension + i) * high + y) * width + step * wide;
            data.fill(shade(value), at, at + wide);
          }
        });
      }
    });
    return { width, height, data };
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

/** Pixels of a picture's height, about. */
const PICTURE = 400;
