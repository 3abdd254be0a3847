// The reference as an engine: sample after sample, step after step.

import { ParameterError } from "../../device/errors.ts";
import { advancePlainly, type StepOptions } from "../advance.ts";
import { referenceOf } from "./denoisers/reference-of.ts";
import { noiseOf, type Sample, stepOf } from "./reference.ts";
import type { ReferenceDenoiser } from "./reference-denoisers.ts";
import type { SamplerOptions } from "./sampler-stages.ts";
import { labelOf, type Numbers, PURPOSE, type Sampler, type SamplerState, type Sampling, USE } from "./sampling.ts";

export class ReferenceSampler implements Sampler {
  readonly #sampling: Sampling;
  readonly #options: SamplerOptions;
  readonly #denoiser: ReferenceDenoiser;
  #samples: Sample[];

  /** @throws ParameterError for a model in WGSL, which only a GPU runs */
  constructor(sampling: Sampling, options: SamplerOptions) {
    this.#sampling = sampling;
    this.#options = options;
    const denoiser = referenceOf(sampling.denoiser, sampling.dimension);
    if (!denoiser) {
      throw new ParameterError("denoiser", "denoiser: a model in WGSL runs on a GPU only; choose --device gpu.");
    }
    this.#denoiser = denoiser;
    const { samples, dimension } = sampling;
    this.#samples = Array.from({ length: samples }, () => ({ x: new Float64Array(dimension) }));
  }

  async start(): Promise<void> {
    const { program } = this.#sampling;
    this.#samples = this.#samples.map((_, i) => ({ x: this.#noise(i, 0, USE.steps).map((n) => program.start * n) }));
  }

  async read(): Promise<SamplerState> {
    const { samples, dimension } = this.#sampling;
    const transposed = (of: (sample: Sample) => Float64Array | undefined) => {
      const values = new Float64Array(samples * dimension);
      this.#samples.forEach((sample, s) => {
        of(sample)?.forEach((value, i) => {
          values[i * samples + s] = value;
        });
      });
      return values;
    };
    const previous = this.#samples.some(({ before }) => before)
      ? transposed(({ before }) => before)
      : new Float64Array();
    return { x: transposed(({ x }) => x), previous };
  }

  async write({ x, previous }: SamplerState): Promise<void> {
    const { samples, dimension } = this.#sampling;
    const of = (values: Numbers, s: number) =>
      Float64Array.from({ length: dimension }, (_, i) => values[i * samples + s]);
    this.#samples = this.#samples.map((_, s) => ({
      x: of(x, s),
      ...(previous.length > 0 ? { before: of(previous, s) } : {}),
    }));
  }

  advance({ from, sweeps, onSweeps, ...options }: StepOptions): Promise<void> {
    const { program, schedule, guidance, clip, threshold, known } = this.#sampling;
    const plain = { ...options, from, sweeps, onSweeps, every: 0, origin: 0 };
    const makeStep = (step: number) => {
      const own = { denoiser: this.#denoiser, sampler: this.#options, levels: schedule.levels, step };
      this.#samples = this.#samples.map((sample, i) =>
        stepOf(sample, {
          ...{ ...own, guidance, clip, threshold, known },
          label: labelOf(this.#sampling, this.#sampling.firstSample + i),
          noise: (part, given) => this.#noise(i, program.starts[step] + part + 1, given ? USE.given : USE.steps),
        }),
      );
    };
    return advancePlainly(plain, makeStep, async () => []);
  }

  #noise(i: number, draw: number, use: number): Float64Array {
    const { seed, firstSample, dimension } = this.#sampling;
    return noiseOf(seed, PURPOSE, { sample: firstSample + i, draw, use, dimension });
  }

  dispose(): void {}
}
