// Independent jobs whose results add up: trajectories, networks, forecasts. One step is one more job at every point; they are made in
// batches, and a run can be stopped between two, extended, and continued elsewhere.

import type { BatchBudget } from "../../device/budget.ts";
import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { type RunOptions, reportProgress } from "../../device/run.ts";
import { checkRun, type Steps } from "../calls.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { Recording } from "../model.ts";
import { BaseSimulation, type Begun, filled, type Kind } from "./simulation.ts";

/** What a batch asks between its parts: progress, and whether it is to stop. */
export type Tick = () => Promise<void>;

export interface Batches {
  budget: BatchBudget;
  most: number;
}

/** A simulation of independent jobs whose results add up. A step is one more job at every point. */
export abstract class Ensemble<P extends object> extends BaseSimulation<P> {
  #first = 0;

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

  /** Number of the first job: 0, and in a part of a run what others make before it. */
  get first(): number {
    return this.#first;
  }

  /**
   * Makes it a part of a run, whose jobs have numbers from `first` on.
   *
   * @throws ParameterError for what is no number of a job, and once jobs are made
   */
  beginAt(first: number): void {
    checkRun(first, { ...this.jobs, name: "first", made: 0 });
    if (this.steps > 0)
      throw new ParameterError("first", `first ${first}: ${this.steps} ${this.jobs.unit} are made already.`);
    this.#first = first;
  }

  /** What a checkpoint says of the numbers of its jobs. */
  protected get numbering(): { first?: number } {
    return this.#first > 0 ? { first: this.#first } : {};
  }

  /**
   * Takes in the jobs of a checkpoint with the same parameters: its own, or of the part that follows.
   *
   * @throws CheckpointError for what no run of these parameters has written
   */
  abstract absorb(checkpoint: Checkpoint): void;

  /** Makes `count` jobs at most from number `first` on, one at least, and adds their results. */
  protected abstract batch(first: number, count: number, tick: Tick, options: RunOptions): Promise<void>;

  /**
   * Makes `steps` more jobs at every point.
   *
   * @throws the signal's reason when aborted (jobs of the batch under way are forgotten), ParameterError, DeviceLostError, GpuError
   */
  run(steps: number, { record, ...options }: RunOptions & { record?: Recording } = {}): Promise<void> {
    return this.exclusive.use(async () => {
      checkRun(steps, { ...this.jobs, made: this.#first + this.steps }, record);
      const from = this.steps;
      const last = from + steps;
      const tick = async () => {
        await reportProgress({ done: this.steps - from, total: steps }, options);
        this.exclusive.check();
      };
      while (this.steps < last) {
        const made = this.steps;
        const { batches } = this;
        const count = batches ? batches.budget.next(last - made, batches.most) : last - made;
        const began = performance.now();
        await this.batch(this.#first + made, count, tick, options);
        batches?.budget.record(this.steps - made, performance.now() - began);
      }
      await tick();
    });
  }

  /** What happens within a batch counts as progress of none of its jobs. */
  protected within(tick: Tick, { signal }: RunOptions): RunOptions {
    return { ...(signal ? { signal } : {}), onProgress: tick };
  }
}

/** A simulation at step 0 as the one of a checkpoint with its parameters; it is disposed if that fails. */
export const continued = <P extends object, E extends Ensemble<P>>(own: E, first: number, checkpoint: Checkpoint) =>
  filled(own, () => {
    own.beginAt(first);
    own.absorb(checkpoint);
  });
