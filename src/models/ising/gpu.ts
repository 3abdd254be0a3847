// The lattice on the GPU: two bit planes, one dispatch a half-sweep, sums reduced there and read back once a submission.

import { Budget } from "../../device/budget.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { grid, type Kernel } from "../../device/kernel.ts";
import { between } from "../../device/run.ts";
import { type AdvanceOptions, measurements } from "../advance.ts";
import type { Stroke } from "../model.ts";
import { BOUNDARIES } from "./boundary.ts";
import {
  ALWAYS,
  CLASSES,
  type FlipThresholds,
  type Lattice,
  type LatticeOptions,
  PURPOSE,
  type Sums,
} from "./lattice.ts";
import { fromPlanes, planeWords, type Shape, tiles, toPlanes } from "./packing.ts";

/** Half-sweeps and measurements that one submission can hold: each needs its own step uniform. */
const STEPS = 2048;
/** Bytes of measurements that one submission may leave to be read back. */
const SUMS_BYTES = 1 << 22;
/** Four sums of 64 bits. */
const SUM_WORDS = 8;
const TILES_PER_THREAD = 8;

export class GpuLattice implements Lattice {
  readonly #device: GpuDevice;
  readonly #options: LatticeOptions;
  readonly #workgroup: number;
  readonly #planes: [GPUBuffer, GPUBuffer];
  readonly #thresholds: GPUBuffer;
  readonly #run: GPUBuffer;
  readonly #steps: GPUBuffer;
  readonly #stride: number;
  readonly #sums: GPUBuffer;
  readonly #slots: number;
  #sweep: { kernel: Kernel; groups: [GPUBindGroup, GPUBindGroup] };
  readonly #measure: { kernel: Kernel; group: GPUBindGroup };
  readonly #budget = new Budget();

  /** @throws OutOfMemoryError, GpuError, DeviceLostError. Sizes beyond the device's limits are the caller's to refuse. */
  static create(device: GpuDevice, options: LatticeOptions, workgroup = 128): Promise<GpuLattice> {
    return GpuLattice.#compile(device, options, workgroup).then(({ sweep, measure }) =>
      device.guard(title(options), () => new GpuLattice(device, options, workgroup, sweep, measure)),
    );
  }

  static #compileSweep(device: GpuDevice, options: LatticeOptions, workgroup: number, thresholds: FlipThresholds) {
    const constants = { ...geometry(options, workgroup), THREEFRY_ROUNDS: options.rounds };
    return device.kernel({
      shader: "ising/sweep.wgsl",
      entryPoint: "half_sweep",
      bindings: ["storage", "read-only-storage", "read-only-storage", "uniform", "step"],
      constants: { ...constants, ...specialization(options, thresholds) },
    });
  }

  static async #compile(device: GpuDevice, options: LatticeOptions, workgroup: number) {
    const constants = { ...geometry(options, workgroup) };
    const [sweep, measure] = await Promise.all([
      GpuLattice.#compileSweep(device, options, workgroup, options.thresholds),
      device.kernel({
        shader: "ising/measure.wgsl",
        entryPoint: "measure",
        bindings: ["storage", "read-only-storage", "storage", "step"],
        constants: { ...constants, WORKGROUP: measuringGroup(options, workgroup) },
      }),
    ]);
    return { sweep, measure };
  }

  private constructor(device: GpuDevice, options: LatticeOptions, workgroup: number, sweep: Kernel, measure: Kernel) {
    this.#device = device;
    this.#options = options;
    this.#workgroup = workgroup;
    const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
    const plane = (colour: number) =>
      device.buffer(`ising plane ${colour}`, 4 * planeWords(options), STORAGE | COPY_DST | COPY_SRC);
    this.#planes = [plane(0), plane(1)];
    const { high, low } = options.thresholds;
    this.#thresholds = device.buffer("ising thresholds", high.byteLength + low.byteLength, STORAGE | COPY_DST);
    device.write(this.#thresholds, table(options, options.thresholds));
    this.#run = device.buffer("ising run", 32, UNIFORM | COPY_DST);

    this.#stride = Math.max(16, device.limits.minUniformBufferOffsetAlignment);
    this.#steps = device.buffer("ising steps", STEPS * this.#stride, UNIFORM | COPY_DST);
    const steps = new Uint32Array((STEPS * this.#stride) / 4);
    for (let i = 0; i < STEPS; i++) steps.set([i >> 1, i & 1], (i * this.#stride) / 4);
    device.write(this.#steps, steps);

    const slotBytes = 4 * SUM_WORDS * options.replicas;
    this.#slots = Math.max(1, Math.min(STEPS / 2, Math.floor(SUMS_BYTES / slotBytes)));
    this.#sums = device.buffer("ising sums", this.#slots * slotBytes, STORAGE | COPY_SRC | COPY_DST);

    const [even, odd] = this.#planes;
    this.#sweep = this.#bind(sweep);
    this.#measure = { kernel: measure, group: measure.bind(even, odd, this.#sums, { buffer: this.#steps, size: 4 }) };
  }

  #bind(kernel: Kernel): { kernel: Kernel; groups: [GPUBindGroup, GPUBindGroup] } {
    const [even, odd] = this.#planes;
    const step = { buffer: this.#steps, size: 8 };
    const bind = (own: GPUBuffer, other: GPUBuffer) => kernel.bind(own, other, this.#thresholds, this.#run, step);
    return { kernel, groups: [bind(even, odd), bind(odd, even)] };
  }

  /** The colour planes as shaders/ising/lattice.wgsl describes them. */
  get planes(): readonly [GPUBuffer, GPUBuffer] {
    return this.#planes;
  }

  async setThresholds(thresholds: FlipThresholds): Promise<void> {
    const kernel = await GpuLattice.#compileSweep(this.#device, this.#options, this.#workgroup, thresholds);
    this.#device.write(this.#thresholds, table(this.#options, thresholds));
    this.#sweep = this.#bind(kernel);
  }

  async paint({ x, y, radius, value }: Stroke): Promise<void> {
    const device = this.#device;
    const kernel = await device.kernel({
      shader: "ising/paint.wgsl",
      entryPoint: "paint",
      bindings: ["storage", "read-only-storage", "uniform"],
      constants: geometry(this.#options, this.#workgroup),
    });
    const uniforms = [0, 1].map(() =>
      device.buffer("ising stroke", 32, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST),
    );
    try {
      const groups = uniforms.map((uniform, colour) => {
        device.write(uniform, new Int32Array([x, y, radius, value > 0 ? 1 : 0, colour]));
        return kernel.bind(this.#planes[colour], this.#planes[1 - colour], uniform);
      });
      const accepted = device.submit(title(this.#options), (encoder) => {
        const pass = encoder.beginComputePass();
        pass.setPipeline(kernel.pipeline);
        for (const group of groups) {
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(...this.#threads(tiles(this.#options).count));
        }
        pass.end();
      });
      await device.settle(accepted);
    } finally {
      for (const uniform of uniforms) device.free(uniform);
    }
  }

  async randomize(): Promise<void> {
    const { replicas, seed, firstReplica, rounds } = this.#options;
    const kernel = await this.#device.kernel({
      shader: "ising/start.wgsl",
      entryPoint: "random_start",
      bindings: ["storage", "read-only-storage", "uniform"],
      constants: { ...geometry(this.#options, this.#workgroup), THREEFRY_ROUNDS: rounds },
    });
    const device = this.#device;
    const uniforms = [0, 1].map(() =>
      device.buffer("ising start", 32, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST),
    );
    try {
      const groups = uniforms.map((uniform, colour) => {
        device.write(uniform, new Uint32Array([...words(seed), PURPOSE.start, firstReplica, colour]));
        return kernel.bind(this.#planes[colour], this.#planes[1 - colour], uniform);
      });
      const accepted = device.submit(title(this.#options), (encoder) => {
        const pass = encoder.beginComputePass();
        pass.setPipeline(kernel.pipeline);
        for (const group of groups) {
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(...this.#threads(tiles(this.#options).count * replicas));
        }
        pass.end();
      });
      await device.settle(accepted);
    } finally {
      for (const uniform of uniforms) device.free(uniform);
    }
  }

  async write(state: Uint8Array): Promise<void> {
    toPlanes(state, this.#options).forEach((plane, colour) => {
      this.#device.write(this.#planes[colour], plane);
    });
    await this.#device.settle(Promise.resolve());
  }

  async read(): Promise<Uint8Array> {
    const [even, odd] = [await this.#device.read(this.#planes[0]), await this.#device.read(this.#planes[1])];
    return fromPlanes([new Uint32Array(even), new Uint32Array(odd)], this.#options);
  }

  async sums(): Promise<Sums[]> {
    const accepted = this.#device.submit(title(this.#options), (encoder) => {
      encoder.clearBuffer(this.#sums);
      const pass = encoder.beginComputePass();
      this.#encodeMeasure(pass, 0);
      pass.end();
    });
    await accepted;
    return (await this.#readSums(1))[0];
  }

  async advance({ from, sweeps, every, origin, onSums, onSweeps, ...options }: AdvanceOptions<Sums>): Promise<void> {
    const most = every > 0 ? Math.min(STEPS / 2, this.#slots * every) : STEPS / 2;
    for (let done = 0; done < sweeps; ) {
      await between({ done, total: sweeps }, options);
      const count = this.#budget.next(sweeps - done, most);
      const measured = measurements(from + done, count, every, origin);
      const start = performance.now();
      const accepted = this.#submit(from + done, count, measured);
      const overslept = await this.#device.settle(accepted, this.#budget.expected(count));
      this.#budget.record(count, (performance.now() - start) * (overslept ? 0.5 : 1));
      const rows = measured.length > 0 ? await this.#readSums(measured.length) : [];
      done += count;
      onSweeps(from + done);
      rows.forEach((sums, i) => {
        onSums?.(sums, measured[i]);
      });
    }
    await between({ done: sweeps, total: sweeps }, options);
  }

  dispose(): void {
    for (const buffer of [...this.#planes, this.#thresholds, this.#run, this.#steps, this.#sums]) {
      this.#device.free(buffer);
    }
  }

  #submit(from: number, count: number, measured: readonly number[]): Promise<void> {
    const { seed, firstReplica, replicas } = this.#options;
    this.#device.write(this.#run, new Uint32Array([...words(seed), PURPOSE.sweep, firstReplica, from]));
    const dispatch = this.#threads(tiles(this.#options).count * replicas);
    return this.#device.submit(title(this.#options), (encoder) => {
      if (measured.length > 0) encoder.clearBuffer(this.#sums);
      const pass = encoder.beginComputePass({ timestampWrites: this.#device.timer?.writes("steps") });
      pass.setPipeline(this.#sweep.kernel.pipeline);
      let slot = 0;
      for (let i = 0; i < count; i++) {
        for (const colour of [0, 1]) {
          pass.setBindGroup(0, this.#sweep.groups[colour], [(2 * i + colour) * this.#stride]);
          pass.dispatchWorkgroups(...dispatch);
        }
        if (measured[slot] === from + i + 1) {
          this.#encodeMeasure(pass, slot++);
          pass.setPipeline(this.#sweep.kernel.pipeline);
        }
      }
      pass.end();
    });
  }

  #encodeMeasure(pass: GPUComputePassEncoder, slot: number): void {
    const tilesPerGroup = measuringGroup(this.#options, this.#workgroup) * TILES_PER_THREAD;
    const groups = Math.ceil(tiles(this.#options).count / tilesPerGroup) * this.#options.replicas;
    pass.setPipeline(this.#measure.kernel.pipeline);
    pass.setBindGroup(0, this.#measure.group, [2 * slot * this.#stride]);
    pass.dispatchWorkgroups(...grid(groups, this.#device.limits));
  }

  async #readSums(count: number): Promise<Sums[][]> {
    const { replicas } = this.#options;
    const data = new Uint32Array(await this.#device.read(this.#sums, 0, 4 * SUM_WORDS * replicas * count));
    const wide = (at: number) => data[at] + 2 ** 32 * data[at + 1];
    return Array.from({ length: count }, (_, slot) =>
      Array.from({ length: replicas }, (_, replica) => {
        const at = (slot * replicas + replica) * SUM_WORDS;
        return { up: wide(at), unequalX: wide(at + 2), unequalY: wide(at + 4), upEven: wide(at + 6) };
      }),
    );
  }

  #threads(count: number): [number, number] {
    return grid(Math.ceil(count / this.#workgroup), this.#device.limits);
  }
}

/** The widest square lattice (a multiple of 64) of which so many replicas fit the device; 0 if no lattice does. */
export function largestSquare(limits: GPUSupportedLimits, replicas: number): number {
  const side = 64 * Math.floor(Math.sqrt((8 * 2 * bufferLimit(limits)) / replicas) / 64);
  return fits({ width: side, height: side, replicas }, limits) ? side : 0;
}

/** True if every buffer of the lattice fits the device: the planes, the thresholds (so many words a replica) and one measurement. */
export function fits(shape: Shape, limits: GPUSupportedLimits, tableWords = 2 * CLASSES): boolean {
  const words = Math.max(planeWords(shape), tableWords * shape.replicas, SUM_WORDS * shape.replicas);
  return 4 * words <= bufferLimit(limits);
}

const bufferLimit = (limits: GPUSupportedLimits) => Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);

/** Invocations of a measuring workgroup, which serves one replica: no more than a small lattice has work for. */
function measuringGroup(shape: Shape, workgroup: number): number {
  const wanted = Math.ceil(tiles(shape).count / TILES_PER_THREAD);
  return Math.min(workgroup, 2 ** Math.ceil(Math.log2(wanted)));
}

const title = ({ width, height, replicas }: Shape) =>
  `ising ${width}×${height}${replicas > 1 ? ` × ${replicas} replicas` : ""}`;

const words = (seed: bigint) => [Number(seed & 0xffffffffn), Number((seed >> 32n) & 0xffffffffn)];

function geometry(options: LatticeOptions, workgroup: number): Record<string, number> {
  return { ...shapeConstants(options), REPLICAS: options.replicas, WORKGROUP: workgroup };
}

/** The overrides of shaders/ising/shape.wgsl. */
export function shapeConstants({ width, height, boundaries }: Pick<LatticeOptions, "width" | "height" | "boundaries">) {
  const [BOUNDARY_X, BOUNDARY_Y] = boundaries.map((boundary) => BOUNDARIES.indexOf(boundary));
  return { COLUMNS: width / 2, ROWS: height, BOUNDARY_X, BOUNDARY_Y };
}

/** The thresholds as the kernel has them: for each replica the high words and, if any has bits there, the low words. */
function table({ replicas }: Shape, { high, low }: FlipThresholds): Uint32Array {
  if (!isWide(low)) return high;
  const count = high.length / replicas;
  const words = new Uint32Array(2 * high.length);
  for (let replica = 0; replica < replicas; replica++) {
    words.set(high.subarray(replica * count, (replica + 1) * count), 2 * replica * count);
    words.set(low.subarray(replica * count, (replica + 1) * count), (2 * replica + 1) * count);
  }
  return words;
}

const isWide = (low: Uint32Array) => low.some((word) => word !== 0);

/** The cheapest form of the sweep kernel that is right for the thresholds of every replica. */
function specialization({ boundaries }: LatticeOptions, { high, low }: FlipThresholds): Record<string, number> {
  const open = boundaries.includes("free");
  let fast = !open;
  let spinDependent = false;
  let isotropic = !open;
  const same = (a: number, b: number) => high[a] === high[b] && low[a] === low[b];
  for (let at = 0; at < high.length; at += CLASSES) {
    for (let i = 0; i < 9; i++) {
      const [x, y] = [Math.floor(i / 3), i % 3];
      if (!same(at + i, at + 9 + i)) spinDependent = true;
      if (x + y <= 2 ? high[at + i] !== ALWAYS : high[at + i] === ALWAYS) fast = false;
    }
    // Classes of one number of aligned neighbours: one (0,1 and 1,0), two (1,1; 0,2 and 2,0), three (1,2 and 2,1).
    for (const of of [at, at + 9]) {
      const pairs = [
        [1, 3],
        [4, 2],
        [4, 6],
        [5, 7],
      ];
      if (!pairs.every(([a, b]) => same(of + a, of + b))) isotropic = false;
    }
  }
  const forms = {
    FAST: fast && isotropic && !spinDependent,
    ISOTROPIC: isotropic,
    SPIN_DEPENDENT: spinDependent,
    WIDE: isWide(low),
    OPEN: open,
  };
  return Object.fromEntries(Object.entries(forms).map(([name, is]) => [name, Number(is)]));
}
