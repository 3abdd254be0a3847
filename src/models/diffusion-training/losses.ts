// A trainer as the engine of a chain: the losses of its steps are kept, and a measurement is their mean since the last.

import * as z from "zod";
import { ParameterError } from "../../device/errors.ts";
import type { AdvanceOptions } from "../advance.ts";
import type { ChainEngine } from "../base/chain.ts";
import type { Trainer } from "./trainer.ts";

/** Steps whose losses the observable is the mean of. */
const RECENT = 100;

/** Losses since the last measurement, and of the last steps; as a checkpoint keeps them. */
export const keptLosses = z.object({ sum: z.number(), count: z.int().min(0), recent: z.array(z.number()) });
export type Losses = z.output<typeof keptLosses>;

export class Learning implements ChainEngine<number> {
  readonly trainer: Trainer;
  readonly losses: Losses;
  /** For the message of a training that diverges. */
  learningRate: number;

  constructor(trainer: Trainer, losses: Losses, learningRate: number) {
    this.trainer = trainer;
    this.losses = losses;
    this.learningRate = learningRate;
  }

  /** @throws ParameterError where learning diverges */
  advance({ from, sweeps, every, origin, onSums, onSweeps, ...options }: AdvanceOptions<number>): Promise<void> {
    let step = from;
    const onLosses = (losses: ArrayLike<number>) => {
      for (let i = 0; i < losses.length; i++) {
        onSweeps(++step);
        this.#note(losses[i], step);
        if (every > 0 && step > origin && (step - origin) % every === 0) onSums?.([this.#mean()], step);
      }
    };
    return this.trainer.advance({ ...options, from, steps: sweeps, onLosses });
  }

  #note(loss: number, step: number): void {
    if (!Number.isFinite(loss)) {
      throw new ParameterError(
        "learningRate",
        `learningRate ${this.learningRate}: training diverged, the loss of step ${step} is ${loss}. Begin again with a lower rate.`,
      );
    }
    const { losses } = this;
    losses.recent = [...losses.recent.slice(1 - RECENT), loss];
    losses.sum += loss;
    losses.count++;
  }

  /** Of the steps since the last measurement. */
  #mean(): number {
    const { losses } = this;
    const mean = losses.sum / losses.count;
    [losses.sum, losses.count] = [0, 0];
    return mean;
  }

  dispose(): void {
    this.trainer.dispose();
  }
}
