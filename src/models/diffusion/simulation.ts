// A batch of samples on its way from noise to data, on any device. One step is a step of the sampler; the run ends at the data.

import { bytesOf } from "../../arrays.ts";
import type { Device } from "../../device/device.ts";
import { GibbsError, ParameterError } from "../../device/errors.ts";
import { base64url } from "../../files/base64.ts";
import { networkFile } from "../../network/file.ts";
import type { Level } from "../../network/level.ts";
import type { Decoder, Network } from "../../network/shape.ts";
import { checkSeed } from "../../random/seed.ts";
import type { Estimate } from "../../statistics/index.ts";
import { Chain } from "../base/chain.ts";
import { filled, restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { Observable, Options } from "../model.ts";
import { type Points, resolve } from "../parameters.ts";
import type { DataSet } from "./data/data-set.ts";
import { sizeText } from "./data/pixels.ts";
import { logJacobian, unitNotes, unscaled } from "./data/unit.ts";
import { referenceOf } from "./denoisers/reference-of.ts";
import { checkLevels, checkNoise, type Given, greatCircle, keptIn, stateIn } from "./given.ts";
import { GpuSampler } from "./gpu.ts";
import { logLikelihoodOf } from "./likelihood.ts";
import { agreement, observables } from "./observables.ts";
import { type DiffusionParameters, diffusionParameters } from "./parameters.ts";
import { densityPicture, sheetPicture } from "./pictures.ts";
import { ReferenceSampler } from "./reference-sampler.ts";
import { measureRegimes } from "./regimes.ts";
import { labelOf, type Numbers, type Sampler, type SamplerState } from "./sampling.ts";
import { endsOf, type Prepared, prepare } from "./sampling-setup.ts";
import type { Schedule } from "./schedules.ts";
import { type DiffusionResult, type Summary, summaryOf } from "./summary.ts";

/**
 * What `diffusion.create` takes: parameters, the seed, and arrays, levels, a network or WGSL of the user's
 * own.
 */
export type DiffusionOptions = Options<typeof diffusionParameters> & {
  /** What samples begin with, in place of noise of the seed: [sample][dimension], in the units in which samples are reported. */
  noise?: ArrayLike<number>;
  /**
   * The user's noise levels, from the first to where samples end, in place of a schedule, for data in its unit
   * (`scaling`); sets `steps`. */
  levels?: readonly Level[];
  /** A network, as training gives it, in place of `denoiser`. */
  network?: Network;
  /** A model in WGSL, in place of `denoiser`: `fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample`. */
  wgsl?: string;
  /** Invocations of a workgroup, a power of two; changes the speed and nothing else. */
  workgroup?: number;
};

/** Samples on their way from noise to data. All samples make a step together. */
export class DiffusionSimulation extends Chain<DiffusionParameters, never, Sampler> {
  /** What it observes; with `agreement` where samples have classes of the data. */
  readonly observables: Record<string, Observable>;
  /** What is sampled. */
  readonly data: DataSet;
  /** The noise levels on the way. */
  readonly levels: readonly Level[];
  readonly #prepared: Prepared;
  readonly #given: Given;
  /** What the samples said after so many steps, and they themselves. */
  #reported: { steps: number; summary: Summary; samples: Float32Array } | undefined;

  private constructor(
    device: Device,
    points: Points<DiffusionParameters>,
    prepared: Prepared,
    given: Given,
    sampler: Sampler,
    steps: number,
  ) {
    const { seed, schedule } = prepared.sampling;
    const kind = { model: "diffusion", title: "The diffusion", schema: diffusionParameters, unit: "steps" };
    const most = schedule.levels.length - 1;
    const why = (made: number) => `the way has ${most} steps, of which ${made} are made`;
    super(device, { ...kind, most, why }, { points, seed }, sampler, steps);
    this.data = prepared.data;
    this.levels = prepared.sampling.schedule.levels;
    this.#prepared = prepared;
    this.#given = given;
    const labelled = prepared.data.labels && !prepared.data.mixture && prepared.sampling.label !== -1;
    this.observables = { ...observables, ...(labelled ? agreement : {}) };
  }

  /** Makes a simulation at step 0; the same as `diffusion.create`, which says what is thrown. */
  static async create(device: Device, options: DiffusionOptions = {}): Promise<DiffusionSimulation> {
    const { seed = 1n, noise, levels, network, wgsl, workgroup, ...own } = options;
    checkWorkgroup(device, workgroup);
    const given: Given = {
      ...(levels ? { levels: checkLevels(levels) } : {}),
      ...(noise ? { begun: true as const } : {}),
    };
    const denoiser = network
      ? base64url(networkFile(network))
      : wgsl
        ? base64url(new TextEncoder().encode(wgsl))
        : undefined;
    const points = resolve("diffusion", diffusionParameters, {
      ...own,
      ...(denoiser ? { denoiser } : {}),
      ...(levels ? { steps: levels.length - 1 } : {}),
    });
    const simulation = await DiffusionSimulation.#open(device, points, checkSeed(seed), given, 0, workgroup);
    return filled(simulation, (own) => own.#start(noise));
  }

  static async #open(
    device: Device,
    points: Points<DiffusionParameters>,
    seed: bigint,
    given: Given,
    steps: number,
    workgroup?: number,
  ): Promise<DiffusionSimulation> {
    const { levels, begun = false } = given;
    const schedule: Schedule | undefined = levels && {
      levels,
      start: levels[0].signal === 1 ? levels[0].noise : 1,
    };
    const prepared = await prepare(points.parameters, seed, schedule, begun);
    const sampler =
      device.kind === "gpu"
        ? await GpuSampler.create(device, prepared.sampling, workgroup)
        : new ReferenceSampler(prepared.sampling, prepared.options);
    return new DiffusionSimulation(device, points, prepared, given, sampler, steps);
  }

  /** Noise; or what was given, data that are to be turned into noise, or the arc between the noise of two samples. */
  async #start(given: ArrayLike<number> | undefined): Promise<void> {
    const { parameters } = this.points;
    const { samples, dimension, firstSample } = this.#prepared.sampling;
    const ends = endsOf(parameters.interpolate);
    let x: Float32Array | undefined;
    if (given) x = checkNoise(given, samples, this.data);
    else if (parameters.sampler === "ddim-inverse") {
      const { points } = this.data;
      x = Float32Array.from(
        { length: samples * dimension },
        (_, at) => points[(firstSample * dimension + at) % points.length],
      );
    } else if (ends) x = await this.#arc(ends);
    if (x) await this.engine.write({ x: transposed(x, dimension), previous: new Float32Array(samples * dimension) });
    else await this.engine.start();
  }

  /** From one noise to another along a great circle: the ends are those samples' own. */
  async #arc(ends: readonly [number, number]): Promise<Float32Array> {
    const { samples, program } = this.#prepared.sampling;
    const { parameters } = this.points;
    const [a, b] = await Promise.all(
      ends.map(async (end) => {
        const alone = { ...parameters, interpolate: "", firstSample: end, samples: 1, seed: this.seed };
        const { levels } = this.#given;
        using one = await DiffusionSimulation.create(this.device, { ...alone, ...(levels ? { levels } : {}) });
        return Float64Array.from(await one.scaled(), (value) => value / program.start);
      }),
    );
    return greatCircle(a, b, samples, program.start);
  }

  /** Continues a checkpoint; the same as `diffusion.restore`. @throws CheckpointError */
  static restore(device: Device, bytes: Uint8Array) {
    return restored(bytes, (checkpoint) => DiffusionSimulation.#restore(device, checkpoint));
  }

  static async #restore(device: Device, checkpoint: Checkpoint): Promise<DiffusionSimulation> {
    const { points, seed, given, steps } = keptIn(checkpoint);
    const simulation = await DiffusionSimulation.#open(device, points, seed, given, steps);
    return filled(simulation, (own) => own.engine.write(stateIn(checkpoint, own.#prepared.sampling, steps)));
  }

  /** Steps from noise to data. */
  get length(): number {
    return this.levels.length - 1;
  }

  /** Where a picture follows from a sample's numbers. */
  get decoder(): Decoder | undefined {
    return this.#prepared.decoder;
  }

  /** Samples are reported at the end: there is no series. */
  protected rows(): number[][] {
    return [];
  }

  /** What a user calls the classes, where labels or the network say. */
  get classNames(): readonly string[] | undefined {
    return this.#prepared.names;
  }

  /** Samples as they stand, [sample][dimension], in the data's own units: 64-bit floats where `data.unit` is another. */
  async samples(): Promise<Float32Array | Float64Array> {
    return this.#own(await this.scaled());
  }

  /** In the data's own units; what is given stays as it is, rounded by none. */
  #own(x: Float32Array): Float32Array | Float64Array {
    const { unit, dimension: d } = this.data;
    if (!unit) return x;
    const own = unscaled(x, unit);
    if (this.levels[this.steps].noise > 0) return own;
    this.#prepared.given?.forEach((value, i) => {
      for (let at = i; value !== undefined && at < own.length; at += d) own[at] = value;
    });
    return own;
  }

  /** Samples as they stand, [sample][dimension], as denoisers see them: in `data.unit`. */
  scaled(): Promise<Float32Array> {
    return this.exclusive.use(() => this.#read());
  }

  /** @throws GibbsError where samples are no numbers any more */
  async #read(): Promise<Float32Array> {
    const { x } = await this.engine.read();
    const samples = transposed(x, this.#prepared.sampling.samples);
    const { dimension } = this.#prepared.sampling;
    const at = samples.findIndex((value) => !Number.isFinite(value));
    if (at < 0) return samples;
    throw new GibbsError(
      `diffusion: number ${at % dimension} of sample ${Math.floor(at / dimension)} is ${samples[at]} after ${this.steps} of ${this.length} steps; take noise levels of other sizes, more steps, or set clip. If the denoiser is your own, look for a division by 0 in it.`,
    );
  }

  async #summarise(samples: Float32Array): Promise<Summary> {
    const { sampling } = this.#prepared;
    const summary = summaryOf(samples, this.data, (s) => labelOf(sampling, sampling.firstSample + s));
    const { probes } = this.points.parameters;
    if (probes === 0) return summary;
    const regimes = await measureRegimes(this.device, this.data, { probes, times: REGIME_TIMES, seed: this.seed });
    return { ...summary, result: { ...summary.result, regimes } };
  }

  /** Makes what `estimate` and `result` tell. */
  async conclude(): Promise<void> {
    await this.summary();
  }

  /** What the samples say as they stand. */
  summary(): Promise<Summary> {
    return this.exclusive.use(async () => {
      if (this.#summary) return this.#summary;
      const samples = await this.#read();
      const summary = await this.#summarise(samples);
      this.#reported = { steps: this.steps, summary, samples };
      return summary;
    });
  }

  get #summary(): Summary | undefined {
    return this.#reported?.steps === this.steps ? this.#reported.summary : undefined;
  }

  /**
   * ln p of points [point][dimension] under the denoiser, in nats, by the probability-flow ODE in f64; the density is that of the data's own
   * units.
   *
   * @throws ParameterError for a model in WGSL, points that are none, and data with a number that never changes, which have no density
   */
  logLikelihood(points: ArrayLike<number>): number[] {
    this.exclusive.check();
    const { dimension, denoiser } = this.#prepared.sampling;
    const reference = referenceOf(denoiser, dimension);
    if (!reference) {
      throw new ParameterError("denoiser", "denoiser: of a model in WGSL the divergence is not known; take another.");
    }
    if (points.length === 0 || points.length % dimension !== 0) {
      throw new ParameterError("points", `points: ${points.length} numbers are no points of ${dimension} each.`);
    }
    const logLikelihood = logLikelihoodOf(reference, this.data);
    const { unit } = this.data;
    const jacobian = unit ? logJacobian(unit) : 0;
    return Array.from({ length: points.length / dimension }, (_, p) => {
      const own = Float64Array.from({ length: dimension }, (_, i) => {
        const value = points[p * dimension + i];
        return unit ? (value - unit.centre[i]) / unit.scale[i] : value;
      });
      return logLikelihood(own) + jacobian;
    });
  }

  /**
   * What the denoiser makes of points [point][dimension] at a noise level, in f64 and without clipping: [point][dimension]. Both are as
   * denoisers see them, in `data.unit`. A point has the class of the sample of its number, or none, and is guided as samples are.
   *
   * @returns undefined for a model in WGSL, which only the GPU knows
   */
  denoised(points: ArrayLike<number>, level: Level, { classless = false } = {}): Float64Array | undefined {
    this.exclusive.check();
    const { dimension: d, denoiser, guidance, firstSample } = this.#prepared.sampling;
    const reference = referenceOf(denoiser, d);
    if (!reference) return undefined;
    const all = new Float64Array(points.length);
    for (let p = 0; p < points.length / d; p++) {
      const x = Float64Array.from({ length: d }, (_, i) => points[p * d + i]);
      const label = classless ? undefined : labelOf(this.#prepared.sampling, firstSample + p);
      const own = reference.denoise(x, level, label);
      const plain = guidance > 0 && label !== undefined ? reference.denoise(x, level) : own;
      for (let i = 0; i < d; i++) all[p * d + i] = (1 + guidance) * own[i] - guidance * plain[i];
    }
    return all;
  }

  /** Of the summary, which `conclude` or `summary` makes; before it nothing is known. */
  estimate(): Record<string, Estimate> {
    this.exclusive.check();
    const unknown = { value: Number.NaN, error: Number.POSITIVE_INFINITY, tau: 0.5, n: 0 };
    return Object.fromEntries(
      Object.keys(this.observables).map((name) => [name, this.#summary?.[name as "mean"] ?? unknown]),
    );
  }

  /**
   * What the samples show, which `conclude` or `summary` makes; before it only the unit, where there is one.
   */
  result(): Partial<DiffusionResult> {
    this.exclusive.check();
    const { unit, dimension } = this.data;
    const unitPart = unit && dimension <= SHOWN ? { unit: { centre: [...unit.centre], scale: [...unit.scale] } } : {};
    return { ...this.#summary?.result, ...unitPart };
  }

  /** Notes on steps that are still to make, on settings, and on units: a sentence each. */
  notes(): string[] {
    const left = this.length - this.steps;
    const undone = left > 0 ? [`${left} of ${this.length} steps are still to make: samples are noisy.`] : [];
    const { pixels, unit } = this.data;
    return [
      ...undone,
      ...this.#prepared.notes,
      ...(unit ? unitNotes(unit, pixels !== undefined) : []),
      ...(pixels ? [`A sample is a picture of ${sizeText(pixels)}.`] : []),
    ];
  }

  /**
   * "diffusion SAMPLESxDIMENSION STEP\n" and the samples, [sample][dimension], as 32-bit floats in what denoisers see; where
   * data have a unit, of its centre and scale after them.
   */
  protected async canonical(): Promise<[string, ...Uint8Array[]]> {
    const { samples, dimension } = this.#prepared.sampling;
    const { unit } = this.data;
    const own = unit ? [bytesOf(unit.centre), bytesOf(unit.scale)] : [];
    return [`diffusion ${samples}x${dimension} ${this.steps}`, bytesOf(await this.#read()), ...own];
  }

  protected async saved() {
    const { x, previous }: SamplerState = await this.engine.read();
    return { header: { ...this.#given }, sections: { x: bytesOf(x), previous: bytesOf(previous) } };
  }

  /** Samples, shape [sample][dimension]; of pictures [sample][row][column], with a channel behind where there are colours. */
  async array(): Promise<{ data: Float32Array | Float64Array; shape: number[] }> {
    const { samples, dimension } = this.#prepared.sampling;
    const { pixels } = this.data;
    const sides = pixels ? [pixels.height, pixels.width, ...(pixels.channels === 3 ? [3] : [])] : [dimension];
    return { data: await this.samples(), shape: [samples, ...sides] };
  }

  /** Samples as a table, a row each, with the class that was requested; after `conclude`. */
  table(): { head: string[]; rows: Iterable<(string | number)[]> } {
    this.exclusive.check();
    const { sampling, names } = this.#prepared;
    const { dimension: d, label } = sampling;
    const own = this.#own(this.#reported?.samples ?? new Float32Array());
    const asks = label !== -1;
    const { names: columns } = this.data;
    const head = [...Array.from({ length: d }, (_, i) => columns?.[i] || `x${i + 1}`), ...(asks ? ["label"] : [])];
    return { head, rows: rows() };

    function* rows() {
      for (let s = 0; s < own.length / d; s++) {
        const row: (string | number)[] = Array.from(own.subarray(s * d, (s + 1) * d));
        const label = labelOf(sampling, sampling.firstSample + s);
        if (asks) row.push(names?.[label!] ?? label!);
        yield row;
      }
    }
  }

  /** Samples as a sheet where they are pictures, else their density over the first two numbers that change. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array; channels?: 1 | 3 }> {
    const of = this.decoder ?? this.data.pixels;
    return of ? sheetPicture(await this.samples(), of) : densityPicture(await this.scaled(), this.data);
  }
}

/** Numbers per point up to which the unit is reported. */
const SHOWN = 64;

/** From certain of a point to knowing nothing, in the units of data of unit variance. */
const REGIME_TIMES = Array.from({ length: 16 }, (_, i) => 0.5 + 0.2 * i);

/** From [a][b] to [b][a], the inner length given. */
function transposed(values: Numbers, inner: number): Float32Array {
  const outer = values.length / inner;
  const all = new Float32Array(values.length);
  for (let a = 0; a < outer; a++) for (let b = 0; b < inner; b++) all[b * outer + a] = values[a * inner + b];
  return all;
}
