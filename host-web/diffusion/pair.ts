// From the same noise along the probability flow (ddim, η = 0) and with fresh noise (η = 1): two runs in addition to the page's own.

import { type DiffusionSimulation, defaultSchedule, diffusion } from "../../src/models/diffusion/index.ts";
import { historyOf, note, type SampleHistory } from "./history.ts";

const SAMPLES = 1500;

export interface Side {
  title: string;
  simulation: DiffusionSimulation;
  history: SampleHistory;
}

export class Pair {
  readonly #of: DiffusionSimulation;
  readonly #changed: () => void;
  #sides: Side[] = [];
  #begun = false;
  #gone = false;
  /** Why there is none. */
  failed: string | undefined;

  /** @param changed it is further than before */
  constructor(of: DiffusionSimulation, changed: () => void) {
    this.#of = of;
    this.#changed = changed;
  }

  /** Both, as far as they are; made when first asked for. */
  get sides(): readonly Side[] {
    if (!this.#begun) {
      this.#begun = true;
      void this.#make().catch((error: Error) => {
        this.failed = error.message;
        this.#changed();
      });
    }
    return this.#sides;
  }

  async #make(): Promise<void> {
    const { device, points, seed } = this.#of;
    const { parameters } = points;
    const { sampler, samples } = parameters;
    const schedule = parameters.schedule ?? defaultSchedule(sampler);
    const most = (this.#of.decoder ?? this.#of.data.pixels) ? 64 : SAMPLES;
    const same = { ...parameters, schedule, seed, sampler: "ddim" as const, samples: Math.min(most, samples) };
    const sides: Side[] = [];
    for (const [title, eta] of [
      ["ODE, η = 0: the probability flow", 0],
      ["SDE, η = 1: fresh noise at each step", 1],
    ] as const) {
      const simulation = await diffusion.create(device, { ...same, eta });
      await note(simulation);
      sides.push({ title, simulation, history: historyOf(simulation) });
      if (this.#gone) return this.#free(sides);
    }
    this.#sides = sides;
    while (!this.#gone && sides[0].simulation.steps < sides[0].simulation.length) {
      for (const { simulation } of sides) {
        await simulation.run(1);
        await note(simulation);
      }
      this.#changed();
    }
    if (this.#gone) this.#free(sides);
  }

  #free(sides: readonly Side[]): void {
    for (const { simulation } of sides) simulation.dispose();
  }

  dispose(): void {
    this.#gone = true;
    // Those at work are freed when their step is made.
    if (this.#sides.length > 0 && this.#sides[1].simulation.steps === this.#sides[1].simulation.length) {
      this.#free(this.#sides);
    }
  }
}
