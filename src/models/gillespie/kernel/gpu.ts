// Batches of trajectories on the GPU: started together, continued in short dispatches over those that are not done, and reduced
// there to integer sums.

import { Budget } from "../../../device/budget.ts";
import { bufferLimit, storage, uniform, withBuffers } from "../../../device/buffers.ts";
import { ParameterError } from "../../../device/errors.ts";
import type { GpuDevice } from "../../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../../device/kernel.ts";
import { type Struct, structOf, type Values } from "../../../device/layout.ts";
import { submitPass } from "../../../device/submissions.ts";
import { seedWords } from "../../../random/threefry.ts";
import type { Ensemble } from "../ensemble.ts";
import { eventLimit, networkError } from "../network/errors.ts";
import { PURPOSE } from "../network/network.ts";
import { type Output, observer } from "../outputs.ts";
import { simulateExactly } from "../reference/hybrid.ts";
import type { BatchOptions, Runner, Samples } from "../runner.ts";
import { type Batch, binsOf, pairsOf, shiftFor } from "../tally.ts";
import { MOST_DELAYED } from "./event-code.ts";
import { fitting, pointTable } from "./point-table.ts";
import { checkResolution } from "./resolution.ts";
import { BESIDE } from "./tables.ts";

const RUN = structOf("gillespie/direct.wgsl", "run");
const REDUCED = structOf("gillespie/reduce.wgsl", "shape");
const HISTOGRAM = structOf("gillespie/histogram.wgsl", "shape");
/** Words of a trajectory's state other than its species and events: time (2), draws, grid, armed events, passage, status, moment, next delayed event (2). */
const STATE_WORDS = 10;
/** Random blocks of one dispatch at most. */
const MOST_BLOCKS = 1 << 16;
/** A grid interval is so many units at most, so that times between grid points are fine and the last one fits a word. */
const MOST_UNITS = 1024;

/** Trajectories side by side, and bytes of their snapshots: enough to fill the device, and not so many that nothing is seen. */
const HARDWARE = { slots: 1 << 20, bytes: 1 << 30 };
const SOFTWARE = { slots: 1 << 14, bytes: 1 << 26 };

interface Shape {
  /** Trajectories of each point. */
  replicates: number;
  /** All of them. */
  slots: number;
}

type Kernels = Record<"start" | "advance" | "reduce" | "histogram", Kernel>;

interface Plan {
  kernels: Kernels;
  workgroup: number;
  /** Trajectories of one point in a batch at most. */
  most: number;
  /** Units of time of a grid interval. */
  units: number;
  /** Words of the table of points, of a trajectory's state, and of its scratch space. */
  sizes: Record<"table" | "state" | "scratch", number>;
}

export class GpuRunner implements Runner {
  readonly #device: GpuDevice;
  readonly #ensemble: Ensemble;
  readonly #outputs: readonly Output[];
  readonly #plan: Plan;
  readonly #buffers: Record<"state" | "snapshots" | "points" | "a" | "b" | "counters" | "run" | "pairs", GPUBuffer>;
  readonly #budget = new Budget();
  /** Trajectories of one point in a batch at most. */
  readonly most: number;

  /** @throws ParameterError where the points of a scan do not fit side by side. */
  static async create(
    device: GpuDevice,
    ensemble: Ensemble,
    outputs: readonly Output[],
    workgroup = 64,
  ): Promise<GpuRunner> {
    const { network, points, times } = ensemble;
    if (!ensemble.version1) checkResolution(ensemble);
    const generated = fitting(ensemble);
    const direct = (entryPoint: string) =>
      device.kernel({
        shader: generated.shader,
        generated: generated.source,
        entryPoint,
        constants: { WORKGROUP: workgroup },
      });
    const [start, advance, reduce, histogram] = await Promise.all([
      direct("start"),
      direct(generated.entryPoint),
      device.kernel({
        shader: "gillespie/reduce.wgsl",
        entryPoint: "reduce",
        constants: { WORKGROUP: 64 },
      }),
      device.kernel({
        shader: "gillespie/histogram.wgsl",
        entryPoint: "count",
        constants: { WORKGROUP: 64 },
      }),
    ]);

    const species = network.species.length;
    const variables = network.variables.length;
    const words = species + STATE_WORDS + variables + generated.waiting;
    const bytes = 4 * Math.max(times.length * (species + variables), words + generated.scratch);
    const bound = device.info.software ? SOFTWARE : HARDWARE;
    const limit = bufferLimit(device.limits);
    const slots = Math.max(1, Math.min(bound.slots, Math.floor(Math.min(bound.bytes, limit) / bytes)));
    // A wide sweep may take more than a batch should, but not more than the device has.
    const most = Math.max(1, Math.floor(slots / points.length));
    if (most * points.length * bytes > limit || 24 * points.length * times.length * pairsOf(species).length > limit) {
      const fit = Math.floor(limit / Math.max(bytes, 24 * times.length * pairsOf(species).length));
      throw new ParameterError(
        "set",
        `set: ${points.length} points of ${times.length} times do not fit the device; ${fit} points do.`,
      );
    }
    const units = 2 ** Math.floor(Math.log2(Math.min(MOST_UNITS, 2 ** 31 / times.length)));
    const table = pointTable(ensemble, generated, units);
    return device.guard(`gillespie, ${species} species`, () => {
      const kernels = { start, advance, reduce, histogram };
      const sizes = { table: table.length, state: words, scratch: generated.scratch };
      const own = new GpuRunner(device, ensemble, outputs, { kernels, workgroup, most, units, sizes });
      device.write(own.#buffers.points, table);
      device.write(own.#buffers.pairs, new Uint32Array(pairsOf(species).flat()));
      return own;
    });
  }

  private constructor(device: GpuDevice, ensemble: Ensemble, outputs: readonly Output[], plan: Plan) {
    this.#device = device;
    this.#ensemble = ensemble;
    this.#outputs = outputs;
    this.#plan = plan;
    this.most = plan.most;
    const { table, state, scratch } = plan.sizes;
    const slots = plan.most * ensemble.points.length;
    const species = ensemble.network.species.length;
    const kept = species + ensemble.network.variables.length;
    const words = (name: string, count: number) => storage(device, `gillespie ${name}`, count);
    this.#buffers = {
      state: words("state", slots * state + Math.ceil(slots / BESIDE) * BESIDE * scratch),
      snapshots: words("snapshots", slots * kept * ensemble.times.length),
      points: words("points", table),
      a: words("active", slots),
      b: words("active", slots),
      counters: words("counters", 4),
      run: uniform(device, "gillespie run", RUN),
      pairs: words("pairs", 2 * pairsOf(species).length),
    };
  }

  async batch(
    first: number,
    replicates: number,
    { shift: least, outputs: before, tick }: BatchOptions,
  ): Promise<Batch> {
    const { points, times, passage } = this.#ensemble;
    const shape = await this.#simulate(first, replicates, tick);
    const sums = await this.#sums(shape);
    let largest = 0;
    for (let i = 5; i < sums.length; i += 6) largest = Math.max(largest, sums[i]);
    const bins = binsOf(this.#ensemble);
    const shift = shiftFor(largest, bins, least);
    const histogram = bins > 0 ? await this.#histogram(shape, bins, shift) : new Uint32Array();
    const passages = new Uint32Array(points.length * times.length);
    if (passage) {
      (await this.#passages(shape)).forEach((g, slot) => {
        if (g < times.length) passages[Math.floor(slot / replicates) * times.length + g]++;
      });
    }
    const { sums: outputs, observe } = observer(this.#ensemble, this.#outputs, before);
    if (outputs.length > 0) {
      const values = await this.#values(shape);
      (await this.#counts(shape)).forEach((path, slot) => {
        path.forEach((counts, t) => {
          observe(Math.floor(slot / replicates), t, [...counts, ...values[slot][t]]);
        });
      });
    }
    return { replicates, sums, histogram, shift, passages, outputs };
  }

  async counts(first: number, replicates: number): Promise<number[][][]> {
    if (replicates > this.most) {
      throw new ParameterError("count", `count ${replicates}: at most ${this.most} at once.`);
    }
    return this.#counts(await this.#simulate(first, replicates, async () => {}));
  }

  async samples(first: number, replicates: number): Promise<Samples> {
    const shape = await this.#simulate(first, replicates, async () => {});
    return { counts: await this.#counts(shape), values: await this.#values(shape) };
  }

  /** Simulates trajectories `first` … `first + replicates - 1` of every point. `tick` is asked between dispatches. */
  async #simulate(first: number, replicates: number, tick: () => Promise<void>): Promise<Shape> {
    const { a, b, counters, run } = this.#buffers;
    const { seed, times } = this.#ensemble;
    const slots = replicates * this.#ensemble.points.length;
    const lists = [a, b];
    const writeRun = (activeCount: number, blocks: number) =>
      this.#device.write(
        run,
        RUN.write({
          ...{ seed: seedWords(seed), purpose: PURPOSE, slots, replicates, firstReplicate: first },
          ...{
            activeCount,
            blocks,
            lastGrid: times.length - 1,
            gridUnits: this.#plan.units,
            unit: times[1] / this.#plan.units,
          },
          mostDraws: Math.ceil(this.#ensemble.maxEvents / 2),
        }),
      );
    const { start, advance } = this.#plan.kernels;
    const groups = lists.map((activeIn, i) => advance.bind({ ...this.#buffers, activeIn, activeOut: lists[1 - i] }));
    const startGroup = start.bind({ ...this.#buffers, activeIn: b, activeOut: a });
    writeRun(0, 0);
    let accepted = this.#submit(start, startGroup, slots);
    await this.#device.waitForGpu(accepted);
    let failed = 0;
    let limited = 0;
    let turn = 0;
    for (let active = slots; active > 0 && failed === 0; turn ^= 1) {
      await tick();
      const blocks = this.#budget.next(MOST_BLOCKS, MOST_BLOCKS);
      writeRun(active, blocks);
      this.#device.write(counters, new Uint32Array(4));
      const began = performance.now();
      accepted = this.#submit(advance, groups[turn], active);
      await this.#device.waitForGpu(accepted, this.#budget.expected(blocks));
      this.#budget.record(blocks, performance.now() - began);
      const [left, wrong, stopped] = new Uint32Array(await this.#device.read(counters, 0, 12));
      active = left;
      failed = wrong;
      limited += stopped;
    }
    if (failed > 0) throw this.#explain(~failed >>> 0, first, replicates);
    if (limited > 0) throw eventLimit(limited, slots, this.#ensemble.maxEvents);
    return { replicates, slots };
  }

  /** The GPU says which trajectory went wrong; the reference, which makes it again, says how. */
  #explain(slot: number, first: number, replicates: number): Error {
    const replicate = first + (slot % replicates);
    try {
      simulateExactly(this.#ensemble, { point: Math.floor(slot / replicates), replicate });
    } catch (error) {
      return error as Error;
    }
    return networkError(
      `trajectory ${replicate}: a propensity or a count left the range of the GPU's numbers, an event set a count of over 2^24 by arithmetic that f32 rounds, a draw found no number, or more than ${MOST_DELAYED} delayed events or ${this.#ensemble.waiting} delayed reactions wait; take --device reference.`,
    );
  }

  /** [point][time][pair], six words each: see Batch. */
  async #sums({ replicates, slots }: Shape): Promise<Uint32Array> {
    const { network, points, times } = this.#ensemble;
    const species = network.species.length;
    const pairs = pairsOf(species).length;
    const items = points.length * times.length * pairs;
    const shape = { slots, replicates, species, gridPoints: times.length, pairs, items };
    return this.#counted(6 * items, this.#plan.kernels.reduce, REDUCED, shape, { items, workgroup: 1 });
  }

  async #histogram({ slots }: Shape, bins: number, shift: number): Promise<Uint32Array> {
    const rows = this.#ensemble.times.length * this.#ensemble.network.species.length;
    const shape = { slots, rows, bins, shift };
    return this.#counted(rows * bins, this.#plan.kernels.histogram, HISTOGRAM, shape, {
      items: slots * rows,
      workgroup: 64,
    });
  }

  /** Counts at the grid times: [slot][time][species]. */
  async #counts({ slots }: Shape): Promise<number[][][]> {
    const { network, times } = this.#ensemble;
    const species = network.species.length;
    const data = new Uint32Array(
      await this.#device.read(this.#buffers.snapshots, 0, 4 * slots * times.length * species),
    );
    return Array.from({ length: slots }, (_, slot) =>
      Array.from(times, (_, t) => network.species.map((_, s) => data[(t * species + s) * slots + slot])),
    );
  }

  /** Variables at the grid times: [slot][time][variable]. */
  async #values({ slots }: Shape): Promise<number[][][]> {
    const { network, times } = this.#ensemble;
    const own = network.variables;
    const from = 4 * slots * times.length * network.species.length;
    const data =
      own.length > 0
        ? new Float32Array(
            await this.#device.read(this.#buffers.snapshots, from, 4 * slots * times.length * own.length),
          )
        : new Float32Array();
    return Array.from({ length: slots }, (_, slot) =>
      Array.from(times, (_, t) => own.map((_, v) => data[(t * own.length + v) * slots + slot])),
    );
  }

  /** For each trajectory the index of the grid time by which the condition had held, or 0xffffffff. */
  async #passages({ slots }: Shape): Promise<Uint32Array> {
    const at = 4 * slots * (this.#ensemble.network.species.length + 5);
    return new Uint32Array(await this.#device.read(this.#buffers.state, at, 4 * slots));
  }

  dispose(): void {
    for (const buffer of Object.values(this.#buffers)) this.#device.free(buffer);
  }

  /** What a kernel counts of a batch, in `words` words. */
  #counted(
    words: number,
    kernel: Kernel,
    struct: Struct,
    values: Values,
    { items, workgroup }: { items: number; workgroup: number },
  ): Promise<Uint32Array> {
    const device = this.#device;
    const make = () => ({
      counts: storage(device, "gillespie statistics", words),
      shape: uniform(device, "gillespie shape", struct, values),
    });
    return withBuffers(device, "gillespie statistics", make, async ({ counts, shape }) => {
      const group = kernel.bind({ ...this.#buffers, sums: counts, histogram: counts, shape });
      await this.#submit(kernel, group, items, workgroup);
      return new Uint32Array(await device.read(counts));
    });
  }

  #submit(kernel: Kernel, group: GPUBindGroup, count: number, workgroup = this.#plan.workgroup): Promise<void> {
    const groups = workgroupGrid(Math.ceil(count / workgroup), this.#device.limits);
    return submitPass(this.#device, "gillespie", [{ kernel, group, groups }], "steps");
  }
}
