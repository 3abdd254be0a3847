// Histograms counted on the GPU, from what a batch of trajectories has left there.

import { storage, uniform } from "../../../device/buffers.ts";
import type { GpuDevice } from "../../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../../device/kernel.ts";
import { structOf } from "../../../device/layout.ts";
import { dispatchOnce } from "../../../device/submissions.ts";
import { cellsIn, type Histogram, histogramCells } from "../histograms.ts";
import type { Plan } from "../plan.ts";
import { quantitiesOf } from "../system.ts";

const SHAPE = structOf("dynamics/histograms.wgsl", "shape");
const HISTOGRAMS = structOf("dynamics/histograms.wgsl", "histograms");
const WORKGROUP = 64;

/** Values that are counted in one dispatch, and cells that they are counted in; at least those of one time. */
const VALUES = 1 << 24;
const CELLS = 1 << 20;

type Buffers = Record<"shape" | "histograms" | "edges" | "counts", GPUBuffer>;

export class Counter {
  readonly #device: GpuDevice;
  readonly #plan: Plan;
  readonly #kernel: Kernel;
  readonly #buffers: Buffers;

  /** @throws OutOfMemoryError, GpuError */
  static async create(device: GpuDevice, plan: Plan): Promise<Counter> {
    const kernel = await device.kernel({
      shader: "dynamics/histograms.wgsl",
      entryPoint: "count",
      constants: { WORKGROUP },
    });
    return device.guard(`dynamics, ${histogramCells(plan)} cells of histograms`, () => {
      const own = (name: string, contents: number | Uint32Array) => storage(device, `dynamics ${name}`, contents);
      return new Counter(device, plan, kernel, {
        shape: uniform(device, "dynamics counts' shape", SHAPE),
        histograms: own("histograms", tableOf(plan.histograms)),
        edges: own("edges", edgesOf(plan.histograms)),
        counts: own("counts", Math.min(histogramCells(plan), Math.max(CELLS, cellsOfTime(plan)))),
      });
    });
  }

  private constructor(device: GpuDevice, plan: Plan, kernel: Kernel, buffers: Buffers) {
    this.#device = device;
    this.#plan = plan;
    this.#kernel = kernel;
    this.#buffers = buffers;
  }

  /** [time][point][cell] of so many trajectories of each point, whose values are [time][quantity][slot]. */
  async count(samples: GPUBuffer, count: number): Promise<Uint32Array> {
    const device = this.#device;
    const { system, points, times, histograms } = this.#plan;
    const all = new Uint32Array(histogramCells(this.#plan));
    const slots = count * points.length;
    const shape = {
      ...{ count, slots, points: points.length, quantities: quantitiesOf(system).length },
      ...{ histograms: histograms.length, cells: cellsIn(histograms) },
    };
    const cells = cellsOfTime(this.#plan);
    const kernel = this.#kernel;
    const group = kernel.bind({ ...this.#buffers, samples });
    const most = Math.max(1, Math.floor(Math.min(VALUES / (slots * histograms.length), CELLS / cells)));
    for (let first = 0; first < times.length; first += most) {
      const rows = Math.min(most, times.length - first);
      device.write(this.#buffers.shape, SHAPE.write({ ...shape, first, rows }));
      device.write(this.#buffers.counts, new Uint32Array(rows * cells));
      const groups = workgroupGrid(Math.ceil((rows * histograms.length * slots) / WORKGROUP), device.limits);
      await dispatchOnce(device, "dynamics, histograms", [{ kernel, group, groups }]);
      all.set(new Uint32Array(await device.read(this.#buffers.counts, 0, 4 * rows * cells)), first * cells);
    }
    return all;
  }

  dispose(): void {
    for (const buffer of Object.values(this.#buffers)) this.#device.free(buffer);
  }
}

const cellsOfTime = ({ points, histograms }: Plan) => points.length * cellsIn(histograms);

/** Of each histogram what is counted, and where its edges and cells begin. */
function tableOf(histograms: readonly Histogram[]): Uint32Array {
  let [first, cell] = [0, 0];
  return HISTOGRAMS.table(
    histograms.map(({ quantity, edges }) => {
      const row = { quantity, edges: first, cells: cell, bins: edges.length - 1 };
      first += edges.length;
      cell += edges.length + 1;
      return row;
    }),
  );
}

/** Edges as integers of the same order, as the shader has them. */
const edgesOf = (histograms: readonly Histogram[]) =>
  Uint32Array.from(
    histograms.flatMap(({ edges }) =>
      Array.from(new Uint32Array(edges.slice().buffer), (bits) => (bits < 2 ** 31 ? 2 ** 31 + bits : 2 ** 32 - bits)),
    ),
  );
