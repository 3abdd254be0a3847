// Who makes the forecasts, many starts at once: the GPU (gpu.ts), or here the reference.

import type { Plan } from "./data.ts";
import { forecast } from "./reference.ts";
import { BOUND, type Segment } from "./segment.ts";

/** A start: the samples before it, and whose weights it uses. */
export interface Start {
  history: readonly Float64Array[];
  /** Place in the batch's segments. */
  segment: number;
}

export interface Forecaster {
  /** Starts of a batch at most. */
  readonly most: number;
  /** Training segments of a batch at most. */
  readonly mostSegments: number;
  /**
   * What follows the starts, [step][component][start], `horizon` steps. `tick` is asked now and then; it throws to stop.
   *
   * @throws ParameterError for weights that the device's numbers do not hold
   */
  run(segments: readonly Segment[], starts: readonly Start[], tick: () => Promise<void>): Promise<Float64Array>;
  dispose(): void;
}

export class ReferenceForecaster implements Forecaster {
  readonly most = 16;
  readonly mostSegments = 4;
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  async run(segments: readonly Segment[], starts: readonly Start[], tick: () => Promise<void>): Promise<Float64Array> {
    const { features, horizon } = this.#plan;
    const { dimension } = features;
    const out = new Float64Array(horizon * dimension * starts.length);
    for (const [slot, { history, segment }] of starts.entries()) {
      await tick();
      const { weights, scales } = segments[segment];
      const bounds = scales.map((scale) => BOUND * scale);
      const samples = forecast({ ...features, weights, history, bounds }, horizon);
      samples.forEach((sample, step) => {
        sample.forEach((x, i) => {
          out[(step * dimension + i) * starts.length + slot] = x;
        });
      });
    }
    return out;
  }

  dispose(): void {}
}
