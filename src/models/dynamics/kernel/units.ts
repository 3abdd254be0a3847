// Trajectories of systems with units on the GPU: dispatches over all units of all trajectories, and before them those that sum over units.

import { bufferLimit, storage, uniform } from "../../../device/buffers.ts";
import { ParameterError } from "../../../device/errors.ts";
import type { GpuDevice } from "../../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../../device/kernel.ts";
import { structOf } from "../../../device/layout.ts";
import { type Dispatch, Pacer, Submissions } from "../../../device/submissions.ts";
import { STREAMS } from "../../../random/streams.ts";
import { seedWords } from "../../../random/threefry.ts";
import type { Phase } from "../plan.ts";
import { LARGEST } from "../reference/range.ts";
import type { UnitsPlan } from "../reference/units.ts";
import { inSystem, quantitiesOf } from "../system.ts";
import { constantTable, rest } from "./constants.ts";
import { type GeneratedUnits, movingOf, unitsWgsl } from "./units-wgsl.ts";

const RUN = structOf("dynamics/units.wgsl", "run");
const LENGTHS = structOf("dynamics/units.wgsl", "lengths");

/** Units side by side, and bytes of them. */
const HARDWARE = { slots: 1 << 22, bytes: 1 << 30 };
const SOFTWARE = { slots: 1 << 18, bytes: 1 << 27 };
/** Numbers that an invocation adds up: partial sums are so many times fewer than what they add. */
const ADDED = 64;
/** Sections of what moves, and where states within steps are: see units.wgsl. */
const SECTIONS = 6;
const [HIGH, WITHIN] = [0, 4];
/** Steps of a submission at most. */
const MOST_STEPS = 64;

type Kernels = Record<"start" | "gather" | "gather_measured" | "collect" | "advance" | "report", Kernel>;
type Groups = Record<keyof Kernels, GPUBindGroup>;
type Task = Parameters<Submissions["submit"]>[0][number]["step"];

/** How many partial sums there are after each addition, down to one. */
function levelsOf(units: number): number[] {
  const levels: number[] = [];
  for (let many = units; levels.length === 0 || many > 1; ) {
    many = Math.ceil(many / ADDED);
    levels.push(many);
  }
  return levels;
}

/** Numbers of partial sums for each trajectory. */
const partialWords = (units: number, features: number) =>
  Math.max(1, features) * levelsOf(units).reduce((sum, many) => sum + many, 0);

export class UnitTrajectories {
  readonly most: number;
  readonly samples: GPUBuffer;
  readonly #device: GpuDevice;
  readonly #plan: UnitsPlan;
  readonly #generated: GeneratedUnits;
  readonly #kernels: Kernels;
  readonly #workgroup: number;
  readonly #levels: number[];
  readonly #submissions: Submissions;
  readonly #buffers: Record<"run" | "lengths" | "points" | "state" | "partial" | "record" | "sizes", GPUBuffer>;
  readonly #groups: Groups;
  readonly #pacer: Pacer;

  /** @throws ParameterError where one trajectory of each point does not fit, OutOfMemoryError, GpuError */
  static async create(device: GpuDevice, plan: UnitsPlan, rows: number, workgroup = 64): Promise<UnitTrajectories> {
    const generated = inSystem(() => unitsWgsl(plan.system));
    const own = (entryPoint: string) =>
      device.kernel({
        ...{ shader: "dynamics/units.wgsl", generated: generated.source, entryPoint },
        constants: { WORKGROUP: workgroup },
      });
    const names = ["start", "gather", "gather_measured", "collect", "advance", "report"] as const;
    const made = await Promise.all(names.map(own));
    const kernels = Object.fromEntries(names.map((name, i) => [name, made[i]])) as Kernels;
    const most = mostOf(device, plan, generated, rows);
    const title = `dynamics, ${plan.points.length * most} trajectories of ${plan.system.units.count} units`;
    return device.guard(
      title,
      () => new UnitTrajectories(device, plan, { generated, kernels }, { rows, workgroup, most }),
    );
  }

  private constructor(
    device: GpuDevice,
    plan: UnitsPlan,
    { generated, kernels }: { generated: GeneratedUnits; kernels: Kernels },
    { rows, workgroup, most }: { rows: number; workgroup: number; most: number },
  ) {
    this.#device = device;
    this.#plan = plan;
    this.#generated = generated;
    this.#kernels = kernels;
    this.#workgroup = workgroup;
    this.#levels = levelsOf(plan.system.units.count);
    this.#pacer = new Pacer(device);
    this.most = most;
    const slots = most * plan.points.length;
    const words = wordsOf(plan, generated);
    const own = (name: string, contents: number | Float32Array | Uint32Array) =>
      storage(device, `dynamics ${name}`, contents);
    const sizes = plan.sizes.map((size) => (size > 1 / LARGEST ? 1 / size : 1));
    this.#buffers = {
      run: uniform(device, "dynamics run", RUN),
      lengths: uniform(device, "dynamics phase", LENGTHS),
      points: own("points", constantTable(plan, generated.constants)),
      state: own("state", words.state * slots),
      partial: own("partial sums", words.partial * slots),
      record: own("record", 2 * slots),
      sizes: own("sizes", Float32Array.from(plan.points.flatMap(() => sizes))),
    };
    this.samples = own("samples", rows * slots);
    this.#submissions = new Submissions(device, "dynamics units", MOST_STEPS * 4 * (1 + this.#levels.length) + 16);
    const all = { ...this.#buffers, samples: this.samples, step: this.#submissions.steps };
    this.#groups = Object.fromEntries(
      Object.entries(kernels).map(([name, kernel]) => [name, kernel.bind(all)]),
    ) as Groups;
  }

  async simulate(first: number, count: number, tick: () => Promise<void>, seen?: (row: number) => Promise<void>) {
    const { points, transient, measured, perRow, seed, system } = this.#plan;
    const device = this.#device;
    const slots = count * points.length;
    const words = { seed: seedWords(seed), purpose: STREAMS.dynamics.starts };
    device.write(this.#buffers.run, RUN.write({ ...words, first, count, slots, zero: 0 }));
    device.write(this.#buffers.record, new Uint32Array(2 * slots));
    let source = HIGH;
    await this.#submit([this.#dispatch("start", slots * system.units.count, { source })]);
    const phases = [
      { phase: transient, row: 0 },
      { phase: measured, row: perRow },
    ];
    for (const { phase, row } of phases) {
      device.write(this.#buffers.lengths, LENGTHS.write(lengthsOf(phase)));
      if (row > 0) await this.#measure(0, { made: 0, source }, slots, seen);
      for (let done = 0; done < phase.steps; ) {
        const until = row > 0 ? Math.min(phase.steps, done + row) : phase.steps;
        const begin = done;
        await this.#pacer.make(
          until - done,
          { onProgress: tick },
          {
            most: MOST_STEPS,
            submit: (made, steps) => {
              const all: Dispatch[] = [];
              for (let n = 0; n < steps; n++) {
                all.push(...this.#step(begin + made + n, source, slots));
                if (system.kind === "map") source = source === HIGH ? WITHIN : HIGH;
              }
              return this.#submissions.submit(all);
            },
          },
        );
        done = until;
        if (row > 0) await this.#measure(done / row, { made: done, source }, slots, seen);
      }
    }
  }

  /** The dispatches of one step. */
  #step(made: number, source: number, slots: number): Dispatch[] {
    const { system } = this.#plan;
    const isMap = system.kind === "map";
    const stages = isMap
      ? [{ from: source, to: source === HIGH ? WITHIN : HIGH }]
      : [
          { from: HIGH, to: WITHIN },
          { from: WITHIN, to: WITHIN + 1 },
          { from: WITHIN + 1, to: WITHIN },
          { from: WITHIN, to: HIGH },
        ];
    return stages.flatMap(({ from, to }, stage) => {
      const own = { made, stage, source: from, targetSection: to };
      const { sums, begin } = this.#sums("gather", this.#generated.features, own, slots);
      return [...sums, this.#dispatch("advance", slots * system.units.count, { ...own, begin })];
    });
  }

  /** Sums over units, and where they end up. */
  #sums(name: "gather" | "gather_measured", features: number, own: object, slots: number) {
    const sums: Dispatch[] = [];
    let [begin, many, end] = [0, 0, 0];
    if (features === 0) return { sums, begin };
    for (const [i, fewer] of this.#levels.entries()) {
      const task = { ...own, begin, many, end, fewer, features };
      sums.push(
        i === 0 ? this.#dispatch(name, slots * fewer, task) : this.#dispatch("collect", features * slots * fewer, task),
      );
      [begin, many, end] = [end, fewer, end + features * slots * fewer];
    }
    return { sums, begin };
  }

  async #measure(
    row: number,
    own: { made: number; source: number },
    slots: number,
    seen: ((row: number) => Promise<void>) | undefined,
  ): Promise<void> {
    const { sums, begin } = this.#sums("gather_measured", this.#generated.measured, { ...own, row }, slots);
    await this.#submit([...sums, this.#dispatch("report", slots, { ...own, row, begin })]);
    await seen?.(row);
  }

  #dispatch(name: keyof Kernels, invocations: number, task: object): Dispatch {
    const kernel = this.#kernels[name];
    const groups = workgroupGrid(Math.ceil(invocations / this.#workgroup), this.#device.limits);
    const step: Task = { ...NOTHING, ...task };
    return { kernel, group: this.#groups[name], groups, ...(kernel.step ? { step } : {}) };
  }

  #submit(dispatches: readonly Dispatch[]): Promise<unknown> {
    return this.#device.waitForGpu(this.#submissions.submit(dispatches));
  }

  /** How far from converged the worst step was of trajectories that did not diverge. */
  async worst(slots: number): Promise<number> {
    const words = new Uint32Array(await this.#device.read(this.#buffers.record, 0, 8 * slots));
    const off = new Float32Array(words.buffer, 4 * slots, slots);
    let most = 0;
    for (let slot = 0; slot < slots; slot++) if (words[slot] < NO_NUMBER) most = Math.max(most, off[slot]);
    return most;
  }

  dispose(): void {
    this.#submissions.dispose();
    for (const buffer of [...Object.values(this.#buffers), this.samples]) this.#device.free(buffer);
  }
}

/** Sizes from which on a number is none. */
const NO_NUMBER = 0x7f800000;
const NOTHING = {
  ...{ made: 0, stage: 0, source: 0, targetSection: 0, begin: 0, many: 0, end: 0, fewer: 1, features: 0, row: 0 },
};

const lengthsOf = ({ origin, h }: Phase) => ({
  ...{ origin, h, half: h / 2, sixth: Math.fround(h / 6), sixthRest: rest(h / 6) },
});

/** Words of one trajectory. */
function wordsOf({ system }: UnitsPlan, { features, measured }: Pick<GeneratedUnits, "features" | "measured">) {
  const { count } = system.units;
  const moving = movingOf(system);
  return {
    state: (SECTIONS * moving + system.variables.length - moving) * count,
    partial: Math.max(partialWords(count, features), partialWords(count, measured)),
  };
}

/** Trajectories of each point in a batch. @throws ParameterError */
function mostOf(device: GpuDevice, plan: UnitsPlan, generated: GeneratedUnits, rows: number): number {
  const { state, partial } = wordsOf(plan, generated);
  const limit = bufferLimit(device.limits);
  const bound = device.info.software ? SOFTWARE : HARDWARE;
  const points = plan.points.length;
  const fit = Math.floor(limit / (4 * Math.max(state, partial, rows)));
  if (points > fit) {
    const { count } = plan.system.units;
    const megabytes = Math.ceil((4 * Math.max(state, partial, rows) * points) / 1e6);
    throw new ParameterError(
      points > 1 ? "set" : "system",
      `${points > 1 ? `set: ${points} points of ` : "system: "}${count} units and ${plan.times.length} times take ${megabytes} MB in one buffer; the device has ${Math.floor(limit / 1e6)} MB. Take fewer units${points > 1 ? ", points" : ""} or times.`,
    );
  }
  const slots = Math.min(
    Math.floor(bound.slots / plan.system.units.count),
    ...[fit, Math.floor(bound.bytes / (4 * (state + partial + rows + quantitiesOf(plan.system).length)))],
  );
  return Math.max(1, Math.floor(slots / points));
}
