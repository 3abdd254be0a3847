// Forecasts of next-generation reservoirs on any device. The state is the scores of the forecasts made so far; one step is one more start.

import * as z from "zod";
import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { between, Exclusive, type RunOptions } from "../../device/run.ts";
import { type Estimate, median } from "../../statistics/index.ts";
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
import { type Points, resolve } from "../parameters.ts";
import { checkSeed } from "../seed.ts";
import { Series } from "../series.ts";
import { type OwnSeries, type Plan, planOf } from "./data.ts";
import { countMonomials, namesOf } from "./features.ts";
import { type Forecaster, ReferenceForecaster, type Start } from "./forecaster.ts";
import { GpuForecaster } from "./gpu.ts";
import { type NgrcParameters, ngrcParameters } from "./parameters.ts";
import { historyOf, judge, learn, type Segment } from "./segment.ts";

export type NgrcOptions = Options<typeof ngrcParameters> & {
  /** A series of your own as numbers, in place of a system. */
  own?: OwnSeries;
  /** Invocations in a workgroup at most; changes the speed and nothing else. */
  workgroup?: number;
};

export const observables = {
  nrmse: {
    unit: "",
    description: "Median error of forecasts over one Lyapunov time, in standard deviations of all numbers together",
  },
  validPredictionTime: {
    unit: "Lyapunov times",
    description: "Median time for which the error stays within the threshold",
  },
  trainingNrmse: { unit: "", description: "Median error of one step on the training samples" },
} satisfies Record<string, Observable>;

export interface NgrcResult {
  starts: number;
  /** Monomials of a delay vector. */
  features: number;
  /** Samples of one forecast, and the time between two. */
  horizon: number;
  dt: number;
  lyapunov: number;
  /** [start] */
  nrmse: number[];
  validPredictionTime: number[];
  /** Of the first training segment, up to 100 monomials: x(t + dt) - x(t) as a sum of them; [component][feature]. */
  names?: string[];
  weights?: number[][];
}

/** One forecast beside the truth: [time][component]. */
export interface Shown {
  times: number[];
  truth: number[][];
  forecast: number[][];
}

const COLUMNS = ["nrmse", "validPredictionTime", "trainingNrmse"] as const;
/** Milliseconds of training after which the program has a turn. */
const TURN = 20;

export class NgrcSimulation implements Simulation<NgrcParameters> {
  readonly model = "ngrc";
  readonly device: Device;
  readonly seed: bigint;
  readonly replicas = 1;
  readonly points: Points<NgrcParameters>;
  readonly plan: Plan;
  readonly #own: OwnSeries | undefined;
  readonly #forecaster: Forecaster;
  readonly #exclusive: Exclusive;
  /** [start][COLUMNS] */
  #scores: number[] = [];
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
    this.device = device;
    this.#exclusive = new Exclusive("The NG-RC ensemble", device);
    this.points = points;
    this.seed = seed;
    this.plan = plan;
    this.#forecaster = forecaster;
    this.#own = own;
  }

  static async create(device: Device, given: NgrcOptions = {}): Promise<NgrcSimulation> {
    const { seed = 1n, own, workgroup, ...parameters } = given;
    const points = resolve("ngrc", ngrcParameters, parameters);
    const plan = planOf(points.parameters, checkSeed(seed), own);
    const forecaster =
      device.kind === "gpu" ? await GpuForecaster.create(device, plan, workgroup) : new ReferenceForecaster(plan);
    return new NgrcSimulation(device, points, seed, plan, forecaster, own);
  }

  static async restore(device: Device, bytes: Uint8Array): Promise<NgrcSimulation & { extra: CheckpointExtra }> {
    const checkpoint = await decodeCheckpoint(bytes);
    const { parameters, seed, shape } = headerOf(checkpoint, "ngrc", { shape: z.array(z.int().min(1)).optional() });
    const floats = (section: Uint8Array) => new Float64Array(section.slice().buffer);
    const count = shape?.reduce((product, length) => product * length, 1);
    const given = shape && count ? { own: { data: floats(sectionOf(checkpoint, "own", 8 * count)), shape } } : {};
    const row = 8 * COLUMNS.length;
    const { length = 0 } = checkpoint.sections.scores ?? {};
    const scores = sectionOf(checkpoint, "scores", row * Math.floor(length / row));
    const own = await NgrcSimulation.create(device, { ...parameters, ...given, seed: checkSeed(seed) });
    own.#scores = Array.from(floats(scores));
    return Object.assign(own, { extra: extraOf(checkpoint) });
  }

  /** Forecasts made so far. */
  get steps(): number {
    return this.#scores.length / COLUMNS.length;
  }

  series(): Series {
    return new Series([], 1);
  }

  /**
   * Makes `steps` more forecasts.
   *
   * @throws ParameterError where a segment cannot be learned, and where a series of one's own has no more of them; the signal's reason
   *   when aborted: then the forecasts of the batch under way are forgotten
   */
  run(steps: number, options: RunOptions = {}): Promise<void> {
    return this.#exclusive.use(async () => {
      const { forecasts } = this.points.parameters;
      const from = this.steps;
      const room = this.plan.segments * forecasts;
      if (!Number.isSafeInteger(steps) || steps < 0 || from + steps > room) {
        throw new ParameterError("starts", `starts ${from + steps}: there is room for ${room}; choose at most that.`);
      }
      const tick = async () => {
        await between({ done: this.steps - from, total: steps }, options);
        this.#exclusive.check();
      };
      while (this.steps < from + steps) await this.#batch(from + steps - this.steps, tick);
      await tick();
    });
  }

  async #batch(remaining: number, tick: () => Promise<void>): Promise<void> {
    const { forecasts, threshold } = this.points.parameters;
    const first = this.steps;
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
    starts.forEach(({ segment, which }, slot) => {
      const { nrmse, validPredictionTime } = judge(this.plan, segments[segment], which, threshold, (step, i) => {
        return made[(step * dimension + i) * count + slot];
      });
      this.#scores.push(nrmse, validPredictionTime, segments[segment].nrmse);
    });
  }

  #learned(number: number): Segment {
    if (this.#last?.number !== number) {
      this.#last = { number, segment: learn(this.plan, this.points.parameters, number) };
    }
    return this.#last.segment;
  }

  /** An ensemble of forecasts has no parameter that changes while it runs. */
  async set(changes: Partial<NgrcParameters>): Promise<void> {
    const [name] = Object.keys(changes);
    if (name) throw new ParameterError(name, `${name} is fixed when forecasts begin; start others.`);
  }

  /** One forecast again, beside the truth, scaled as the parameters say. */
  forecast(start: number): Promise<Shown> {
    return this.#exclusive.use(async () => {
      const { forecasts } = this.points.parameters;
      const { features, horizon, known, dt, segments } = this.plan;
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

  estimate(): Record<keyof typeof observables, Estimate> {
    this.#exclusive.check();
    const { forecasts } = this.points.parameters;
    const [nrmse, validPredictionTime, trainingNrmse] = COLUMNS.map((_, i) => median(this.#column(i), forecasts));
    return { nrmse, validPredictionTime, trainingNrmse };
  }

  result(): NgrcResult {
    this.#exclusive.check();
    const { features, horizon, dt, lyapunov } = this.plan;
    const { dimension, delays, order } = features;
    const count = countMonomials(delays * dimension, order);
    const few = count <= 100 && this.steps > 0;
    const { weights } = few ? learn(this.plan, this.points.parameters, 0) : {};
    return {
      ...{ starts: this.steps, features: count, horizon, dt, lyapunov },
      nrmse: this.#column(0),
      validPredictionTime: this.#column(1),
      ...(weights
        ? {
            names: namesOf(features),
            weights: Array.from({ length: dimension }, (_, i) =>
              Array.from(weights.subarray(i * count, (i + 1) * count)),
            ),
          }
        : {}),
    };
  }

  /** SHA-256 of all scores. */
  async digest(): Promise<string> {
    this.#exclusive.check();
    return digestOf(new TextEncoder().encode(`ngrc ${this.steps}\n`), this.#bytes());
  }

  checkpoint(extra: CheckpointExtra = { header: {}, sections: {} }): Promise<Uint8Array> {
    this.#exclusive.check();
    const header = {
      ...{ parameters: this.points.parameters, seed: String(this.seed) },
      ...(this.#own ? { shape: [...this.#own.shape] } : {}),
    };
    const sections: Record<string, Uint8Array> = { scores: this.#bytes() };
    if (this.#own) sections.own = new Uint8Array(Float64Array.from(this.#own.data).buffer);
    return encodeCheckpoint(withExtra({ model: "ngrc", header, sections }, extra));
  }

  /** Scores, shape [start][nrmse, validPredictionTime, trainingNrmse]. */
  async array(): Promise<{ data: Float64Array; shape: number[] }> {
    this.#exclusive.check();
    return { data: Float64Array.from(this.#scores), shape: [this.steps, COLUMNS.length] };
  }

  /** The scores of every start. */
  table(): { head: string[]; rows: (string | number)[][] } {
    this.#exclusive.check();
    const rows = Array.from({ length: this.steps }, (_, start) => [
      start,
      ...COLUMNS.map((_, i) => this.#at(start, i)),
    ]);
    return { head: ["start", ...COLUMNS], rows };
  }

  /** The first forecast: time to the right; components of the truth, below them those forecast, below them the error. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
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

  [Symbol.dispose](): void {
    this.dispose();
  }

  dispose(): void {
    if (this.#exclusive.dispose()) this.#forecaster.dispose();
  }

  #at(start: number, column: number): number {
    return this.#scores[start * COLUMNS.length + column];
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
