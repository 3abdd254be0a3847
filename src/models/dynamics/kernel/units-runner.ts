// Batches of trajectories of systems with units on the GPU.

import type { GpuDevice } from "../../../device/gpu.ts";
import type { UnitsPlan } from "../reference/units.ts";
import { type Runner, rowsOf } from "../runner.ts";
import type { Batch } from "../tally.ts";
import { Measures } from "./measures.ts";
import { UnitTrajectories } from "./units.ts";

export class UnitsRunner implements Runner {
  readonly #device: GpuDevice;
  readonly #plan: UnitsPlan;
  readonly #trajectories: UnitTrajectories;
  readonly #measures: Measures;

  /** @throws ParameterError where one trajectory of each point does not fit, OutOfMemoryError, GpuError */
  static async create(device: GpuDevice, plan: UnitsPlan, workgroup?: number): Promise<UnitsRunner> {
    const trajectories = await UnitTrajectories.create(device, plan, rowsOf(plan), workgroup);
    try {
      return new UnitsRunner(device, plan, trajectories, await Measures.create(device, plan));
    } catch (error) {
      trajectories.dispose();
      throw error;
    }
  }

  private constructor(device: GpuDevice, plan: UnitsPlan, trajectories: UnitTrajectories, measures: Measures) {
    this.#device = device;
    this.#plan = plan;
    this.#trajectories = trajectories;
    this.#measures = measures;
  }

  get most(): number {
    return this.#trajectories.most;
  }

  async batch(first: number, count: number, centres: Float32Array, tick: () => Promise<void>): Promise<Batch> {
    await this.#trajectories.simulate(first, count, tick);
    const measured = await this.#measures.of(this.#trajectories.samples, first, count, centres);
    return { count, worst: await this.#trajectories.worst(count * this.#plan.points.length), ...measured };
  }

  async samples(first: number, count: number, tick: () => Promise<void>): Promise<Float32Array> {
    await this.#trajectories.simulate(first, count, tick);
    const bytes = 4 * rowsOf(this.#plan) * count * this.#plan.points.length;
    return new Float32Array(await this.#device.read(this.#trajectories.samples, 0, bytes));
  }

  dispose(): void {
    this.#trajectories.dispose();
    this.#measures.dispose();
  }
}
