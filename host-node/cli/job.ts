// A simulation with its plan and what has been measured so far. It can be stopped at any time, kept as bytes, and continued
// on any device; the end is that of the uninterrupted run to the last bit.

import type { Device } from "../../src/device/device.ts";
import { CheckpointError, ParameterError } from "../../src/device/errors.ts";
import type { RunOptions } from "../../src/device/run.ts";
import type { Link } from "../../src/link.ts";
import { follow } from "../../src/links.ts";
import { type AnyModel, models } from "../../src/models/index.ts";
import type { Simulation } from "../../src/models/model.ts";
import { Series } from "../../src/models/series.ts";
import type { Values } from "./values.ts";

export interface Plan {
  /** Steps before the first measurement. */
  warmup: number;
  /** Steps after them. */
  steps: number;
  measureEvery: number;
}

/** What a checkpoint of the command line keeps beside the simulation. */
interface Kept {
  command: "run" | "scan";
  plan: Plan;
  /** Seconds that the simulation has run. */
  seconds: number;
  /** Replicas of each point of a scan. */
  copies: number;
}

/** Measurements beyond this would fill the memory; f64 values. */
const MOST_VALUES = 2 ** 28;

export class Job implements Disposable {
  readonly model: AnyModel;
  readonly simulation: Simulation;
  readonly series: Series;
  readonly #kept: Kept;

  private constructor(model: AnyModel, simulation: Simulation, series: Series, kept: Kept) {
    this.model = model;
    this.simulation = simulation;
    this.series = series;
    this.#kept = kept;
    this.#checkSeries();
  }

  static async create(
    model: AnyModel,
    device: Device,
    { parameters, seed, plan, command, copies = 1 }: Omit<Kept, "seconds" | "copies"> & JobOptions,
  ): Promise<Job> {
    const simulation: Simulation = await model.create(device, { ...parameters, seed });
    return new Job(model, simulation, simulation.series(), { command, plan, seconds: 0, copies });
  }

  /** The run of a link, standing at its step; `steps` more are still to make. */
  static async follow(device: Device, link: Link, plan: Plan, options: RunOptions): Promise<Job> {
    const start = performance.now();
    const simulation = await follow(device, link, options);
    const model: AnyModel = models.find(({ name }) => name === link.model)!;
    const seconds = (performance.now() - start) / 1000;
    return new Job(model, simulation, simulation.series(), { command: "run", plan, seconds, copies: 1 });
  }

  /** @throws CheckpointError where `bytes` hold no run of this command. */
  static async restore(model: AnyModel, device: Device, bytes: Uint8Array, command: Kept["command"]): Promise<Job> {
    const simulation = await model.restore(device, bytes);
    try {
      const { header, sections } = simulation.extra;
      const kept = header as Partial<Kept> | undefined;
      if (!kept?.plan || !kept.command || !sections.series) {
        throw new CheckpointError(
          "The checkpoint holds a state but no run: gibbs run and gibbs scan continue what they kept themselves.",
        );
      }
      if (kept.command !== command) {
        throw new CheckpointError(
          `The checkpoint holds a ${kept.command}: continue it by gibbs ${kept.command} --resume.`,
        );
      }
      const series = Series.fromBytes(sections.series, simulation.series().columns, simulation.replicas);
      return new Job(model, simulation, series, kept as Kept);
    } catch (error) {
      simulation[Symbol.dispose]();
      throw error;
    }
  }

  get plan(): Plan {
    return this.#kept.plan;
  }

  /** Makes the run longer. */
  extend(steps: number): void {
    this.#kept.plan = { ...this.plan, steps };
    this.#checkSeries();
  }

  get seconds(): number {
    return this.#kept.seconds;
  }

  get copies(): number {
    return this.#kept.copies;
  }

  /** Steps of the whole plan, and those still to make. */
  get total(): number {
    return this.plan.warmup + this.plan.steps;
  }

  get remaining(): number {
    return this.total - this.simulation.steps;
  }

  /** Elementary updates of one step of all replicas, and what they are called. */
  get updates(): { count: number; unit: string } {
    const { count, unit } = this.model.updates(this.simulation.points.parameters);
    return { count: count * this.simulation.replicas, unit };
  }

  /** Runs until the end of the plan, or until `pause` - asked between submissions, with the steps made in this call - returns true. */
  async advance(pause: (made: number) => boolean): Promise<void> {
    const { simulation, series } = this;
    const { warmup, measureEvery: every } = this.plan;
    const controller = new AbortController();
    const from = simulation.steps;
    while (this.remaining > 0 && !controller.signal.aborted) {
      const warming = simulation.steps < warmup;
      const before = simulation.steps;
      const record = warming ? undefined : { series, every, origin: warmup };
      const onProgress = ({ done }: { done: number }) => {
        if (pause(before + done - from)) controller.abort();
      };
      const start = performance.now();
      try {
        const options = { signal: controller.signal, onProgress };
        await simulation.run((warming ? warmup : this.total) - before, record ? { ...options, record } : options);
      } catch (error) {
        if (error !== controller.signal.reason) throw error;
      } finally {
        this.#kept.seconds += (performance.now() - start) / 1000;
      }
    }
  }

  /** A checkpoint: plan, series and simulation. */
  bytes(): Promise<Uint8Array> {
    return this.simulation.checkpoint({ header: { ...this.#kept }, sections: { series: this.series.toBytes() } });
  }

  [Symbol.dispose](): void {
    this.simulation[Symbol.dispose]();
  }

  #checkSeries(): void {
    const { steps, measureEvery } = this.plan;
    const values = Math.floor(steps / measureEvery) * this.series.columns.length * this.simulation.replicas;
    if (values <= MOST_VALUES) return;
    this[Symbol.dispose]();
    const least = Math.ceil((measureEvery * values) / MOST_VALUES);
    throw new ParameterError(
      "measureEvery",
      `measure-every ${measureEvery}: the time series would not fit the memory; take ${least} or more.`,
    );
  }
}

interface JobOptions {
  parameters: Values;
  seed: bigint;
  copies?: number;
}
