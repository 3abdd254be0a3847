// A state that moves on: steps, a series that is measured on the way, and parameters that may change in the middle.

import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import type { RunOptions } from "../../device/run.ts";
import type { AdvanceOptions } from "../advance.ts";
import { checkRun } from "../calls.ts";
import type { Recording } from "../model.ts";
import type { Series } from "../series.ts";
import { BaseSimulation, type Begun, type Kind } from "./simulation.ts";

/** What moves the state of a chain on: on the GPU, or as the reference. `Sums` is what a measurement reads of one replica. */
export interface ChainEngine<Sums> {
  advance(options: AdvanceOptions<Sums>): Promise<void>;
  dispose(): void;
}

export interface ChainKind extends Kind {
  /** What steps are called. */
  unit: string;
  /** Steps in all; the number of a step is one word of the counter of its random numbers. */
  most?: number;
  /** Why there are no more than that, with so many made, for the end of a message. */
  why?(made: number): string;
}

const MOST_STEPS = 2 ** 32 - 1;

/** A simulation whose state moves on in steps, and which is measured on the way. */
export abstract class Chain<P extends object, Sums, E extends ChainEngine<Sums>> extends BaseSimulation<P> {
  /** What moves the state on: on the GPU, or as the reference. */
  protected readonly engine: E;
  readonly #kind: ChainKind;
  #steps: number;

  protected constructor(device: Device, kind: ChainKind, begun: Begun<P>, engine: E, steps: number) {
    super(device, kind, begun);
    this.#kind = kind;
    this.engine = engine;
    this.#steps = steps;
  }

  /** Steps made so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Steps that there is room for in all. */
  get most(): number {
    return this.#kind.most ?? MOST_STEPS;
  }

  /** A measurement: values of all columns from the sums of each replica. */
  protected abstract rows(sums: readonly Sums[]): number[][];

  /**
   * Makes `steps` steps in many short submissions.
   *
   * @throws the signal's reason when aborted (the state stays valid), ParameterError, DeviceLostError, GpuError, DisposedError
   */
  run(steps: number, { record, ...options }: RunOptions & { record?: Recording } = {}): Promise<void> {
    return this.exclusive.use(async () => {
      const { unit, why } = this.#kind;
      checkRun(steps, { unit, made: this.#steps, most: this.most, ...(why ? { why: why(this.#steps) } : {}) }, record);
      await this.engine.advance({
        ...options,
        from: this.#steps,
        sweeps: steps,
        every: record?.every ?? 0,
        origin: record?.origin ?? 0,
        onSums: (sums, step) => record?.series.append(step, this.rows(sums)),
        onSweeps: (step) => {
          this.#steps = step;
        },
      });
    });
  }

  /** Runs `count` × `every` steps and returns the series measured on the way. */
  async collect(count: number, { every = 1, ...options }: RunOptions & { every?: number } = {}): Promise<Series> {
    const series = this.series();
    await this.run(count * every, { ...options, record: { series, every, origin: this.#steps } });
    return series;
  }

  /** All replicas, to be averaged. @throws ParameterError where they differ in a parameter */
  protected all(): number[] {
    const [differs] = Object.keys(this.points.batch);
    if (differs === undefined) return [...Array(this.replicas).keys()];
    throw new ParameterError(differs, `The replicas differ in ${differs}: name those to average.`);
  }

  /** Frees what the engine holds on its device. */
  protected free(): void {
    this.engine.dispose();
  }
}
