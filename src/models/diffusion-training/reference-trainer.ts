// The reference as a trainer of the API: it runs where the GPU would.

import { type RunOptions, reportProgress } from "../../device/run.ts";
import { offsetsOf } from "../../network/shape.ts";
import { ReferenceTraining } from "./reference.ts";
import {
  ADAM,
  type Gradient,
  PURPOSE,
  paceOf,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from "./trainer.ts";

export class ReferenceTrainer implements Trainer {
  readonly #training: ReferenceTraining;
  #schedule: TrainerOptions["schedule"];

  constructor(options: TrainerOptions) {
    const parameters = new Float64Array(offsetsOf(options.shape).count);
    this.#training = new ReferenceTraining({ ...options, adam: ADAM, purpose: PURPOSE }, parameters);
    this.#schedule = options.schedule;
  }

  async read(): Promise<TrainerState> {
    const { parameters, means, variances, averages } = this.#training;
    return {
      parameters: parameters.slice(),
      means: means.slice(),
      variances: variances.slice(),
      averages: averages.slice(),
    };
  }

  async write({ parameters, means, variances, averages }: TrainerState): Promise<void> {
    this.#training.parameters = Float64Array.from(parameters);
    this.#training.means = Float64Array.from(means);
    this.#training.variances = Float64Array.from(variances);
    this.#training.averages = Float64Array.from(averages);
  }

  setSchedule(schedule: TrainerOptions["schedule"]): void {
    this.#schedule = schedule;
  }

  async gradient(step: number): Promise<Gradient> {
    return this.#training.gradient(step);
  }

  async advance({
    from,
    steps,
    onLosses,
    ...options
  }: RunOptions & { from: number; steps: number; onLosses: (losses: ArrayLike<number>) => void }): Promise<void> {
    for (let done = 0; done < steps; done++) {
      await reportProgress({ done, total: steps }, options);
      onLosses([this.#training.step(from + done, paceOf(this.#schedule, from + done))]);
      await new Promise((resolve) => setTimeout(resolve)); // lets signals and the page have a turn
    }
    await reportProgress({ done: steps, total: steps }, options);
  }

  dispose(): void {}
}
