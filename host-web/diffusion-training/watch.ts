// Samples of the network as it is, taken every second or so from the same noise, with their distance from the data; and the loss so far.

import { type DiffusionSimulation, diffusion, slicedWasserstein } from "../../src/models/diffusion/index.ts";
import type { DiffusionTrainingSimulation } from "../../src/models/diffusion-training/index.ts";

/** Samples of the plane, and pictures. */
const SAMPLES = 2000;
const PICTURES = 64;
const SOFTWARE_SAMPLES = 1000;
/** Milliseconds from one set of samples to the next, at least, and how many times what it takes. */
const EVERY = 900;
const SHARE = 4;
const DIRECTIONS = 16;
const FRESH = [20_261_131n, 20_261_132n];

export interface Shown {
  step: number;
  /** [sample][dimension], as denoisers see them. */
  x: Float32Array;
  distance?: number;
}

export class Watch {
  readonly losses: { step: number; loss: number }[] = [];
  readonly distances: { step: number; distance: number }[] = [];
  shown: Shown | undefined;
  /** The distance of two sets of points of the law itself. */
  chance: number | undefined;
  /** Why there are no samples. */
  failed: string | undefined;
  #due = 0;
  #compiled = false;

  /** The loss as it stands. */
  note(simulation: DiffusionTrainingSimulation): void {
    const { steps } = simulation;
    const loss = simulation.estimate().loss?.value;
    if (loss === undefined || (this.losses.at(-1)?.step ?? 0) >= steps) return;
    this.losses.push({ step: steps, loss });
  }

  /** Takes samples where the last are of an earlier step and time has passed; else says in how many milliseconds it will have. */
  async update(simulation: DiffusionTrainingSimulation): Promise<number | undefined> {
    const { steps } = simulation;
    if (this.failed !== undefined || this.shown?.step === steps) return undefined;
    const start = performance.now();
    if (start < this.#due) return this.#due - start;
    try {
      await this.#sample(simulation);
    } catch (error) {
      // A network that diverges has no samples; the run says so itself.
      this.failed = (error as Error).message;
    }
    // The first time kernels are compiled, which takes longer than all else.
    const taken = this.#compiled ? performance.now() - start : 0;
    this.#compiled = true;
    this.#due = performance.now() + Math.max(EVERY, SHARE * taken);
    return undefined;
  }

  async #sample(simulation: DiffusionTrainingSimulation): Promise<void> {
    const { device, seed, steps } = simulation;
    const { data, points, labels, row } = simulation.points.parameters;
    const network = await simulation.network();
    const slow = device.kind === "reference" || device.info.software;
    const pictures = (network.decoder ?? network.pixels) !== undefined;
    const samples = pictures ? PICTURES : device.kind === "reference" ? 100 : slow ? SOFTWARE_SAMPLES : SAMPLES;
    using run: DiffusionSimulation = await diffusion.create(device, {
      ...{ network, data, points, labels, row, seed, samples, sampler: "heun", steps: slow ? 10 : 16 },
      // As wide as the data need, and no wider.
      ...{ sigmaMin: 0.004 * network.deviation, sigmaMax: 40 * network.deviation },
      ...(pictures && network.shape.classes > 0 ? { label: -2 } : {}),
    });
    await run.run(run.length);
    const x = await run.scaled();
    const { dimension: d, draw, points: own, unit } = run.data;
    const measured = { projections: DIRECTIONS, scale: unit?.scale };
    this.shown = { step: steps, x };
    if (!x.every(Number.isFinite)) return;
    const law = draw ? draw(samples, FRESH[0]) : own.subarray(0, Math.max(samples, 1000) * d);
    const distance = slicedWasserstein(x, law, d, measured);
    if (draw) this.chance ??= slicedWasserstein(draw(samples, FRESH[1]), law, d, measured);
    this.shown.distance = distance;
    this.distances.push({ step: steps, distance });
  }
}

const watches = new WeakMap<DiffusionTrainingSimulation, Watch>();

export function watchOf(simulation: DiffusionTrainingSimulation): Watch {
  let own = watches.get(simulation);
  if (!own) {
    own = new Watch();
    watches.set(simulation, own);
  }
  return own;
}
