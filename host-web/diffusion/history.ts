// What the page keeps of a run: some of the samples after each step, for the slider and paths, and what was measured there.

import { type DiffusionSimulation, type Level, largestEigenvalue } from "../../src/models/diffusion/index.ts";
import { Law } from "./law.ts";
import { type Measure, measure } from "./measures.ts";

/** Samples that are shown: points of a plane, or pictures. */
const PARTICLES = 2000;
const PICTURES = 256;
/** Bytes of all steps; when there are more, every other step is dropped. */
const MOST_BYTES = 2 ** 25;
/** Samples times numbers from which on only some steps are read back. */
const LARGE = 2 ** 22;

export interface Frame {
  step: number;
  /** [sample][number], as denoisers see them. */
  x: Float32Array;
}

export class SampleHistory {
  /** Numbers of a sample that are kept, and samples. */
  readonly numbers: number;
  readonly count: number;
  readonly law: Law;
  readonly frames: Frame[] = [];
  readonly measures: Measure[] = [];
  readonly #levels: readonly Level[];
  /** The largest variance of the data in any direction. */
  readonly #largest: number;
  #stride = 1;

  private constructor({ data, decoder, levels, points }: DiffusionSimulation, law: Law, largest: number) {
    const whole = (decoder ?? data.pixels) !== undefined;
    this.numbers = whole ? data.dimension : Math.min(2, data.dimension);
    this.count = Math.min(points.parameters.samples, whole ? PICTURES : PARTICLES);
    this.law = law;
    this.#levels = levels;
    this.#largest = largest;
  }

  static async of(simulation: DiffusionSimulation): Promise<SampleHistory> {
    const law = new Law(simulation.data);
    return new SampleHistory(simulation, law, await largestEigenvalue(law.covariance, simulation.data.dimension));
  }

  /** Notes the samples as they stand. */
  async note(simulation: DiffusionSimulation): Promise<void> {
    const { steps, length, data, points } = simulation;
    const { dimension: d } = data;
    const stride = points.parameters.samples * d > LARGE ? Math.ceil(length / 10) : this.#stride;
    if (steps % stride !== 0 && steps !== length) return;
    const all = await simulation.scaled();
    const x = new Float32Array(this.count * this.numbers);
    for (let s = 0; s < this.count; s++) {
      for (let i = 0; i < this.numbers; i++) x[s * this.numbers + i] = all[s * d + i];
    }
    this.frames.push({ step: steps, x });
    this.measures.push(measure(simulation, this.law, all));
    if (this.frames.length * x.byteLength <= MOST_BYTES) return;
    this.#stride *= 2;
    this.frames.splice(0, this.frames.length, ...this.frames.filter(({ step }) => step % this.#stride === 0));
  }

  /** The last kept at or before a step. */
  frame(step: number | undefined): Frame {
    return upTo(this.frames, step);
  }

  measure(step: number | undefined): Measure {
    return upTo(this.measures, step);
  }

  level(step: number): Level {
    return this.#levels[step];
  }

  /** The level at a step, or where no noise is left, the last that has any: scores and densities have none beyond. */
  noisy(step: number): Level {
    const level = this.#levels[step];
    if (level.noise > 0) return level;
    return this.#levels[step > 0 ? step - 1 : step + 1];
  }

  /** How many times wider than the data samples lie, 1 where they do not. */
  widening({ signal, noise }: Level): number {
    return Math.max(1, Math.sqrt(signal ** 2 + noise ** 2 / this.law.spread));
  }

  /** The first step at which the signal of the data's main direction is as strong as the noise (Biroli et al. 2024). */
  get speciation(): number | undefined {
    const step = this.#levels.findIndex(({ signal, noise }) => signal ** 2 * this.#largest >= noise ** 2);
    return step > 0 && step < this.#levels.length - 1 ? step : undefined;
  }
}

function upTo<T extends { step: number }>(all: readonly T[], step = Number.POSITIVE_INFINITY): T {
  for (let i = all.length - 1; i > 0; i--) if (all[i].step <= step) return all[i];
  return all[0];
}

const histories = new WeakMap<DiffusionSimulation, SampleHistory>();

/** Notes a run at its beginning and after each step. */
export async function note(simulation: DiffusionSimulation): Promise<void> {
  let own = histories.get(simulation);
  if (!own) {
    own = await SampleHistory.of(simulation);
    histories.set(simulation, own);
  }
  await own.note(simulation);
}

export const historyOf = (simulation: DiffusionSimulation): SampleHistory => histories.get(simulation)!;
