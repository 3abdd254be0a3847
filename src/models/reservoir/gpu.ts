// Echo-state networks on the GPU: many in one launch, driven by a series with exact sums of their features on the way, or running free
// from many starts.

import { concat } from "../../arrays.ts";
import { bufferLimit, storage, uniform, withBuffers } from "../../device/buffers.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import { structOf } from "../../device/layout.ts";
import type { RunOptions } from "../../device/run.ts";
import type { Dispatch, Submissions } from "../../device/submissions.ts";
import { seedWords } from "../../random/threefry.ts";
import { bundlesOf, type Grouped, linksOf } from "./bundles.ts";
import { bytesOfNetwork } from "./fits.ts";
import { BITS, type Layout, layoutOf, type Ranges, rangesOf, STEPS_KEPT, sumsOf, unitsOf, wholeSums } from "./gram.ts";
import { type Lanes, lanesWgsl, widthOf } from "./lanes.ts";
import {
  allUnits,
  type Engine,
  type Forecasts,
  featureCount,
  type Member,
  type Readout,
  type Shape,
  type Span,
  type Sums,
  type Table,
} from "./network.ts";
import { makeSteps, submissionsOf } from "./steps.ts";
import { PURPOSE } from "./topology.ts";

const RUN = structOf("reservoir/unit.wgsl", "run");
/** What the buffers of one call are. */
type Buffers = Record<string, GPUBuffer>;

/** Bytes of one call's features and sums at most: with more networks a dispatch of their sums would hold a software adapter for a second. */
const SOFTWARE = 2 ** 25;
const HARDWARE = 2 ** 30;
/** No features are kept. */
const NEVER = 0xffffffff;

export interface GpuNetworkOptions {
  /** Invocations in a workgroup, a power of two; changes the speed and, where outputs are summed, their last bits. */
  workgroup?: number;
  /** Networks side by side in a vector, for tests. */
  lanes?: Lanes;
  /** A dispatch a step also where states would fit into workgroup memory, for tests. */
  stepwise?: boolean;
  /** Receives the features of the last steps as whole numbers, [member][step, 128][row], for tests. */
  onKept?: (kept: Int32Array, steps: number) => void;
}

export class GpuNetworks implements Engine {
  readonly most: number;
  readonly #device: GpuDevice;
  readonly #shape: Shape;
  readonly #layout: Layout;
  readonly #options: GpuNetworkOptions;
  readonly #workgroup: number;
  readonly #title: string;
  /** Bytes of a buffer of many networks. */
  readonly #limit: number;

  constructor(device: GpuDevice, shape: Shape, options: GpuNetworkOptions = {}) {
    this.#device = device;
    this.#shape = shape;
    this.#options = options;
    this.#layout = layoutOf(shape);
    this.#workgroup = options.workgroup ?? (device.info.software ? 32 : Math.min(256, powerOfTwo(shape.units)));
    this.#title = `reservoir, ${allUnits(shape)} units`;
    this.#limit = Math.min(bufferLimit(device.limits), device.info.software ? SOFTWARE : HARDWARE);
    const { sums, features, links } = bytesOfNetwork(shape);
    this.most = Math.max(1, Math.floor(this.#limit / Math.max(sums, features, links)));
  }

  get #rowWords(): number {
    return 4 * this.#layout.groups;
  }

  /** How many networks a vector takes where so many share a topology; undefined where none fits into workgroup memory. */
  #lanes(count: number, partials: number): Lanes | undefined {
    if (this.#options.stepwise || this.#shape.patches > 1) return undefined;
    const bytes = ({ lanes, blocks }: Lanes) =>
      4 * lanes * blocks * (2 * allUnits(this.#shape) + 2 * this.#shape.inputs + partials);
    const fits = (lanes: Lanes) => bytes(lanes) <= this.#device.limits.maxComputeWorkgroupStorageSize;
    if (this.#options.lanes) return fits(this.#options.lanes) ? this.#options.lanes : undefined;
    // Two vectors read each link once for eight networks, but leave a GPU fewer workgroups.
    const wide = this.#device.info.software && count >= 8;
    const wanted: Lanes[] = [
      { lanes: 4, blocks: wide ? 2 : 1 },
      { lanes: 4, blocks: 1 },
      { lanes: 2, blocks: 1 },
      { lanes: 1, blocks: 1 },
    ];
    const enough = wanted.filter((lanes, i) => i === wanted.length - 1 || widthOf(lanes) < 2 * count);
    return enough.find(fits);
  }

  /** Features and targets summed over the span, exactly. */
  async train(members: readonly Member[], table: Table, span: Span, options: RunOptions = {}): Promise<Sums[]> {
    const units = unitsOf(this.#shape, rangesOf(this.#shape, table, span));
    const { words, flags } = await this.#sum(members, table, span, options);
    const length = 32 * this.#layout.tiles.length;
    return members.map((_, m) => {
      const own = words.subarray(m * length, (m + 1) * length);
      return sumsOf(this.#layout, units, own, span.steps, flags[m] !== 0);
    });
  }

  /** The same sums as whole numbers, [size][size] of each member, in units of `unitsOf` for the ranges of the span. */
  async wholeSums(members: readonly Member[], table: Table, span: Span, options: RunOptions = {}) {
    const { words } = await this.#sum(members, table, span, options);
    const length = 16 * this.#layout.tiles.length;
    const whole = new BigInt64Array(words.buffer, words.byteOffset, words.length / 2);
    return members.map((_, m) => wholeSums(this.#layout, whole.subarray(m * length, (m + 1) * length)));
  }

  async #sum(members: readonly Member[], table: Table, span: Span, options: RunOptions) {
    const { tiles, groups } = this.#layout;
    const kernel = await this.#device.kernel({
      shader: "reservoir/gram.wgsl",
      entryPoint: "gram",
      constants: { WORKGROUP: 64, SQUARED_UNITS: this.#shape.squares ? allUnits(this.#shape) : 0 },
    });
    return this.#withBuffers(
      () => ({ tiles: this.#storage("tiles", tiles), sums: this.#storage("sums", 32 * tiles.length * members.length) }),
      async (own) => {
        const flags = await this.#drive(members, table, span, options, (b, steps) => ({
          kernel,
          group: kernel.bind({ ...b, ...own }),
          groups: [Math.ceil(tiles.length / 64), members.length],
          step: { tiles: tiles.length, members: members.length, groups, steps },
        }));
        return { words: new Uint32Array(await this.#device.read(own.sums)), flags };
      },
    );
  }

  async predict(
    members: readonly Member[],
    readouts: readonly Readout[],
    table: Table,
    span: Span,
    options: RunOptions = {},
  ): Promise<Float64Array> {
    const { outputs, squares } = this.#shape;
    const features = featureCount(this.#shape);
    const together = Math.max(1, Math.floor(this.#limit / (4 * span.steps * outputs)));
    if (members.length > together) {
      const parts: Float64Array[] = [];
      for (let at = 0; at < members.length; at += together) {
        const end = at + together;
        parts.push(await this.predict(members.slice(at, end), readouts.slice(at, end), table, span, options));
      }
      return concat(Float64Array, parts);
    }
    const kernel = await this.#device.kernel({
      shader: "reservoir/readout.wgsl",
      entryPoint: "read_out",
      constants: { WORKGROUP: 64 },
    });
    const units = unitsOf(this.#shape, rangesOf(this.#shape, table, span));
    const weights = Float32Array.from(
      concat(Float64Array, readouts),
      (weight, at) => weight * units[Math.floor(at / outputs) % features],
    );
    return this.#withBuffers(
      () => ({
        readouts: this.#storage("readouts", weights),
        predictions: this.#storage("predictions", members.length * span.steps * outputs),
      }),
      async (own) => {
        await this.#drive(members, table, span, options, (b, steps, first) => ({
          kernel,
          group: kernel.bind({ ...b, ...own }),
          groups: [Math.ceil((steps * outputs) / 64), members.length],
          step: {
            ...{ members: members.length, steps, row: this.#rowWords, features, outputs, first, horizon: span.steps },
            squaredUnits: squares ? allUnits(this.#shape) : 0,
          },
        }));
        return Float64Array.from(new Float32Array(await this.#device.read(own.predictions)));
      },
    );
  }

  /** Drives networks along the series and keeps nothing: what the kernel alone does. */
  async drive(members: readonly Member[], table: Table, steps: number, options: RunOptions = {}): Promise<void> {
    await this.#drive(members, table, { first: 0, washout: steps, steps: 0 }, options);
  }

  /** Drives networks along the series; `use` is dispatched whenever 128 steps are kept, and at the end. Returns flags of divergence. */
  async #drive(
    members: readonly Member[],
    table: Table,
    span: Span,
    options: RunOptions,
    use?: (buffers: Buffers, steps: number, first: number) => Dispatch,
  ): Promise<Uint32Array> {
    const { first, washout, steps } = span;
    const ranges = rangesOf(this.#shape, table, span);
    const shared = largestShare(members);
    const lanes = this.#lanes(shared, 0);
    const grouped = bundlesOf(members, table, lanes ?? { lanes: shared >= 3 ? 4 : 1, blocks: 1 }, this.#shape, first);
    const kernels = await this.#driveKernels(lanes ?? grouped.lanes, lanes !== undefined);
    return this.#withSteps(
      () => ({
        ...this.#common(grouped, table, ranges, { driven: 0, horizon: 0 }),
        kept: this.#storage("features", use ? members.length * STEPS_KEPT * this.#rowWords : 1),
        flags: this.#storage("flags", members.length),
      }),
      async (b, submissions) => {
        const last = washout + steps;
        const pieces = function* (this: GpuNetworks, from: number, count: number): Generator<Dispatch> {
          for (let time = from; time < from + count; ) {
            const chunk = time < washout ? NEVER : washout + STEPS_KEPT * Math.floor((time - washout) / STEPS_KEPT);
            const end = Math.min(from + count, time < washout ? washout : Math.min(chunk + STEPS_KEPT, last));
            yield* this.#dispatches(kernels, b, grouped, time, end - time, chunk);
            time = end;
            if (chunk !== NEVER && (time === chunk + STEPS_KEPT || time === last)) {
              yield use!(b, time - chunk, chunk - washout);
            }
          }
        }.bind(this);
        const inspect =
          this.#options.onKept &&
          (async (time: number) => {
            const kept = new Int32Array(await this.#device.read(b.kept));
            this.#options.onKept!(kept, time - washout);
          });
        const each = lanes ? undefined : this.#shape.layers + 2;
        await makeSteps(this.#device, submissions, last, each, options, pieces, inspect);
        return new Uint32Array(await this.#device.read(b.flags));
      },
    );
  }

  async #driveKernels(lanes: Lanes, persistent: boolean): Promise<Kernel[]> {
    if (persistent) {
      return [await this.#kernel("drive", "drive", lanes, this.#workgroupMemory)];
    }
    return Promise.all(["advance", "next_signal"].map((entry) => this.#kernel("step_drive", entry, lanes)));
  }

  /** The dispatches of some steps: one where states stay in workgroup memory, else some for each. A forecast puts out what it reads next. */
  *#dispatches(
    kernels: readonly Kernel[],
    b: Buffers,
    grouped: Grouped,
    first: number,
    count: number,
    keep: number,
  ): Generator<Dispatch> {
    const { layers, units, outputs } = this.#shape;
    const [advance, signal, output] = kernels;
    const own = { kernel: advance, group: advance.bind(b) };
    const rows = grouped.bundles.length;
    if (!signal) {
      yield { ...own, groups: workgroupGrid(rows, this.#device.limits), step: { first, count, keep, layer: 0 } };
      return;
    }
    const start: Dispatch = { kernel: signal, group: signal.bind(b), groups: [1, rows] };
    const last: Dispatch = output ? { kernel: output, group: output.bind(b), groups: [outputs, rows] } : start;
    if (first === 0) yield { ...start, step: { first, count: 1, keep, layer: 1 } };
    for (let time = first; time < first + count; time++) {
      for (let layer = 0; layer < layers; layer++) {
        const groups = [Math.ceil(units / this.#workgroup), rows] as const;
        yield { ...own, groups, step: { first: time, count: 1, keep, layer } };
      }
      yield { ...last, step: { first: time, count: 1, keep, layer: 0 } };
    }
  }

  async forecast(
    members: readonly Member[],
    readouts: readonly Readout[],
    table: Table,
    { starts, driven, horizon }: Forecasts,
    options: RunOptions = {},
  ): Promise<Float64Array> {
    const { outputs, patches, inputs } = this.#shape;
    const systems = members.length / patches;
    const partials = Math.max(this.#workgroup, outputs);
    const lanes = this.#lanes(starts.length, partials);
    const used = lanes ?? { lanes: starts.length >= 3 ? 4 : 1, blocks: 1 };
    const grouped = bundlesOf(members, table, used, this.#shape, 0, starts);
    const slots = grouped.bundles.length * widthOf(used);
    const kernels = await this.#forecastKernels(used, lanes !== undefined, partials);
    const made = await this.#withSteps(
      () => {
        // No features are kept: any range of inputs and targets does.
        const ranges = { state: this.#shape.stateRange, input: 1, target: 1 };
        const common = this.#common(grouped, table, ranges, { driven, horizon }, lanes ? inputs : 0);
        return {
          ...common,
          readouts: this.#storage("readouts", Float32Array.from(concat(Float64Array, readouts))),
          predictions: this.#storage("predictions", slots * horizon * outputs),
          kept: this.#storage("features", 1),
          flags: this.#storage("flags", 1),
        };
      },
      async (b, submissions) => {
        const pieces = (from: number, count: number) => this.#dispatches(kernels, b, grouped, from, count, NEVER);
        const each = lanes ? undefined : this.#shape.layers + 2;
        await makeSteps(this.#device, submissions, driven + horizon - 1, each, options, pieces);
        return new Float32Array(await this.#device.read(b.predictions));
      },
    );
    // From the order of bundles to that of members, starts and, with patches, outputs of all.
    const all = new Float64Array(systems * starts.length * horizon * outputs * patches);
    const run = horizon * outputs;
    grouped.bundles.forEach(({ member, lane0, count }, bundle) => {
      const [system, patch] = [Math.floor(member / patches), member % patches];
      for (let k = 0; k < count; k++) {
        const slot = bundle * widthOf(used) + k;
        const base = (system * starts.length + lane0 + k) * horizon;
        for (let h = 0; h < horizon; h++) {
          for (let o = 0; o < outputs; o++) {
            all[((base + h) * patches + patch) * outputs + o] = made[slot * run + h * outputs + o];
          }
        }
      }
    });
    return all;
  }

  async #forecastKernels(lanes: Lanes, persistent: boolean, partials: number): Promise<Kernel[]> {
    const squares = { SQUARES: Number(this.#shape.squares) };
    if (persistent) {
      const own = { ...this.#workgroupMemory, ...squares, PARTIALS: partials };
      return [await this.#kernel("forecast", "forecast", lanes, own)];
    }
    return Promise.all([
      this.#kernel("step_drive", "advance", lanes),
      this.#kernel("step_drive", "next_signal", lanes),
      this.#kernel("step_forecast", "put_out", lanes, squares),
    ]);
  }

  get #workgroupMemory() {
    return { UNITS: allUnits(this.#shape), INPUTS: this.#shape.inputs };
  }

  #kernel(shader: string, entryPoint: string, lanes: Lanes, more: Record<string, number> = {}) {
    const { linear, noisy, degree, units } = this.#shape;
    return this.#device.kernel({
      shader: `reservoir/${shader}.wgsl`,
      generated: lanesWgsl(lanes),
      entryPoint,
      constants: {
        WORKGROUP: this.#workgroup,
        LINEAR: Number(linear),
        NOISY: Number(noisy),
        DENSE: Number(degree === units),
        PURPOSE: PURPOSE.noise,
        ...more,
      },
    });
  }

  /** What all kernels read. `signals`: inputs that persistent networks leave between submissions. */
  #common(
    grouped: Grouped,
    table: Table,
    ranges: Ranges,
    run: { driven: number; horizon: number },
    signals = 0,
  ): Buffers {
    const shape = this.#shape;
    const links = linksOf(grouped.topologies, shape);
    const { seed, units, layers, fan, degree, inputs, outputs, exogenous } = shape;
    const width = widthOf(grouped.lanes) * grouped.bundles.length;
    const all = allUnits(shape);
    const scale = (range: number) => 2 ** BITS / range;
    const values = {
      ...{ seed: seedWords(seed), units, allUnits: all, layers, fan, degree, inputs, outputs, ...run },
      ...{ columns: table.columns, width: table.columns + table.targets, row: this.#rowWords, exogenous },
      ...{ table: links.stride, fields: grouped.fields },
      ...{ stateScale: scale(ranges.state), inputScale: scale(ranges.input), targetScale: scale(ranges.target) },
    };
    return {
      run: uniform(this.#device, "reservoir run", RUN, values),
      bundles: this.#storage("bundles", grouped.words),
      settings: this.#storage("settings", grouped.settings),
      links: this.#storage("links", links.words),
      series: this.#storage("series", table.data),
      states: this.#storage("states", width * (2 * all + signals)),
      signals: this.#storage("signals", 2 * grouped.fields * table.columns * widthOf(grouped.lanes)),
    };
  }

  #storage(name: string, contents: number | Uint32Array | Float32Array): GPUBuffer {
    return storage(this.#device, `reservoir ${name}`, contents);
  }

  #withBuffers<T>(make: () => Buffers, use: (buffers: Buffers) => Promise<T>): Promise<T> {
    return withBuffers(this.#device, this.#title, make, use);
  }

  /** The same with uniforms of many steps, `steps`. */
  #withSteps<T>(make: () => Buffers, use: (buffers: Buffers, submissions: Submissions) => Promise<T>): Promise<T> {
    let submissions!: Submissions;
    const all = () => {
      submissions = submissionsOf(this.#device, this.#title);
      return { ...make(), step: submissions.steps };
    };
    return this.#withBuffers(all, (buffers) => use(buffers, submissions));
  }

  dispose(): void {}
}

/** Networks that share a topology and a patch, at most. */
function largestShare(members: readonly Member[]): number {
  const counts = new Map<string, number>();
  for (const { topology, patch } of members) {
    const key = `${topology.number} ${patch}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(...counts.values());
}

const powerOfTwo = (most: number) => 2 ** Math.max(5, Math.floor(Math.log2(most)));
