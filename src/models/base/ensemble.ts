// Independent jobs whose results add up: trajectories, networks, forecasts. One step is one more job at every point; they are made in
// batches, and a run can be stopped between two, extended, and continued elsewhere.

import type { BatchBudget } from "../../device/budget.ts";
import type { Device } from "../../device/device.ts";
import { type RunOptions, reportProgress } from "../../device/run.ts";
import { checkRun, type Steps } from "../calls.ts";
import type { Recording } from "../model.ts";
import { BaseSimulation, type Begun, type Kind } from "./simulation.ts";

/** What a batch asks between its parts: progress, and whether it is to stop. */
export type Tick = () => Promise<void>;

export interface Batches {
  budget: BatchBudget;
  most: number;
}

/** A simulation of independent jobs whose results add up. A step is one more job at every point. */
export abstract class Ensemble<P extends object> extends BaseSimulation<P> {
  protected constructor(device: Device, kind: Kind, begun: Begun<P>) {
    super(device, kind, begun);
  }

  /** How jobs are called, and how many there may be. */
  protected abstract get jobs(): Omit<Steps, "made">;

  /** Steps that there is room for in all. */
  get most(): number {
    return this.jobs.most;
  }

  /** How many jobs a batch takes, where it does not say so itself. */
  protected get batches(): Batches | undefined {
    return undefined;
  }

  /** Makes `count` jobs at most from number `first` on, one at least, and adds their results. */
  protected abstract batch(first: number, count: number, tick: Tick, options: RunOptions): Promise<void>;

  /**
   * Makes `steps` more jobs at every point.
   *
   * @throws the signal's reason when aborted (jobs of the batch under way are forgotten), ParameterError, DeviceLostError, GpuError
   */
  run(steps: number, { record, ...options }: RunOptions & { record?: Recording } = {}): Promise<void> {
    return this.exclusive.use(async () => {
      checkRun(steps, { ...this.jobs, made: this.steps }, record);
      const from = this.steps;
      const last = from + steps;
      const tick = async () => {
        await reportProgress({ done: this.steps - from, total: steps }, options);
        this.exclusive.check();
      };
      while (this.steps < last) {
        const first = this.steps;
        const { batches } = this;
        const count = batches ? batches.budget.next(last - first, batches.most) : last - first;
        const began = performance.now();
        await this.batch(first, count, tick, options);
        batches?.budget.record(this.steps - first, performance.now() - began);
      }
      await tick();
    });
  }

  /** What happens within a batch counts as progress of none of its jobs. */
  protected within(tick: Tick, { signal }: RunOptions): RunOptions {
    return { ...(signal ? { signal } : {}), onProgress: tick };
  }
}
