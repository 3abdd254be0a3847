// What is measured of trajectories on the GPU, whatever made them: sums over them, what histograms count, and who diverged.

import { storage, uniform } from "../../../device/buffers.ts";
import type { GpuDevice } from "../../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../../device/kernel.ts";
import { structOf } from "../../../device/layout.ts";
import { dispatchOnce } from "../../../device/submissions.ts";
import type { Plan } from "../plan.ts";
import { talliedRows } from "../runner.ts";
import { quantitiesOf } from "../system.ts";
import { type Batch, type Cell, cellOf, WORDS } from "../tally.ts";
import { Counter } from "./histograms.ts";

const SHAPE = structOf("dynamics/tally.wgsl", "shape");

/** Rows and points that are summed in one dispatch. */
const CELLS = 1 << 14;

/** Buffers of samples are [row][point][trajectory]; those of talliedRows come first. */
export class Measures {
  readonly #device: GpuDevice;
  readonly #plan: Plan;
  readonly #kernels: Record<"centre" | "tally", Kernel>;
  readonly #buffers: Record<"shape" | "centres" | "sums", GPUBuffer>;
  /** Where there are histograms. */
  #counter: Counter | undefined;

  /** @throws OutOfMemoryError, GpuError */
  static async create(device: GpuDevice, plan: Plan): Promise<Measures> {
    const own = (entryPoint: string) =>
      device.kernel({ shader: "dynamics/tally.wgsl", entryPoint, constants: { WORKGROUP: 64 } });
    const [centre, tally] = await Promise.all([own("centre"), own("tally")]);
    const measures = await device.guard("dynamics, sums", () => new Measures(device, plan, { centre, tally }));
    if (plan.histograms.length === 0) return measures;
    try {
      measures.#counter = await Counter.create(device, plan);
    } catch (error) {
      measures.dispose();
      throw error;
    }
    return measures;
  }

  private constructor(device: GpuDevice, plan: Plan, kernels: Record<"centre" | "tally", Kernel>) {
    this.#device = device;
    this.#plan = plan;
    this.#kernels = kernels;
    const cells = talliedRows(plan) * plan.points.length;
    this.#buffers = {
      shape: uniform(device, "dynamics shape", SHAPE),
      centres: storage(device, "dynamics centres", cells),
      sums: storage(device, "dynamics sums", WORDS * Math.min(CELLS, cells)),
    };
  }

  /** @param centres of the tally; trajectory 0 fills them */
  async of(
    samples: GPUBuffer,
    first: number,
    count: number,
    centres: Float32Array,
  ): Promise<Pick<Batch, "cells" | "diverged" | "histograms">> {
    if (first === 0) centres.set(await this.#centresOf(samples, count));
    this.#device.write(this.#buffers.centres, centres);
    const cells = await this.#sumsOf(samples, count);
    const diverged = await this.#divergedOf(samples, first, count, cells);
    return { cells, diverged, histograms: (await this.#counter?.count(samples, count)) ?? [] };
  }

  /** What trajectory 0 has in each row and point. */
  async #centresOf(samples: GPUBuffer, count: number): Promise<Float32Array> {
    const device = this.#device;
    const points = this.#plan.points.length;
    const groups = talliedRows(this.#plan) * points;
    device.write(this.#buffers.shape, SHAPE.write({ count, slots: count * points, points, first: 0, groups }));
    const kernel = this.#kernels.centre;
    const group = kernel.bind({ ...this.#buffers, samples });
    const size = workgroupGrid(Math.ceil(groups / 64), device.limits);
    await dispatchOnce(device, "dynamics, centres", [{ kernel, group, groups: size }]);
    return new Float32Array(await device.read(this.#buffers.centres, 0, 4 * groups));
  }

  /** Sums over the trajectories of each point, row by row. */
  async #sumsOf(samples: GPUBuffer, count: number): Promise<Cell[]> {
    const device = this.#device;
    const points = this.#plan.points.length;
    const cells = talliedRows(this.#plan) * points;
    const kernel = this.#kernels.tally;
    const group = kernel.bind({ ...this.#buffers, samples });
    const all: Cell[] = [];
    for (let first = 0; first < cells; first += CELLS) {
      const own = Math.min(CELLS, cells - first);
      device.write(this.#buffers.shape, SHAPE.write({ count, slots: count * points, points, first, groups: own }));
      await dispatchOnce(device, "dynamics, sums", [{ kernel, group, groups: workgroupGrid(own, device.limits) }]);
      const found = new Uint32Array(await device.read(this.#buffers.sums, 0, 4 * WORDS * own));
      for (let i = 0; i < own; i++) all.push(cellOf(found, i * WORDS));
    }
    return all;
  }

  /** Trajectories without a number at the last time. */
  async #divergedOf(
    samples: GPUBuffer,
    first: number,
    count: number,
    cells: readonly Cell[],
  ): Promise<Batch["diverged"]> {
    const { system, points, times } = this.#plan;
    const row = (times.length - 1) * quantitiesOf(system).length;
    const own = cells.slice(row * points.length, (row + 1) * points.length);
    if (own.every(({ numbers }) => numbers === count)) return [];
    const slots = count * points.length;
    const last = new Float32Array(await this.#device.read(samples, 4 * row * slots, 4 * slots));
    return Array.from(last.keys())
      .filter((slot) => !Number.isFinite(last[slot]))
      .map((slot) => [Math.floor(slot / count), first + (slot % count)]);
  }

  dispose(): void {
    this.#counter?.dispose();
    for (const buffer of Object.values(this.#buffers)) this.#device.free(buffer);
  }
}
