// The lattice's kernels, and what of them depends on its shape and its thresholds.

import { bufferLimit } from "../../device/buffers.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import type { Kernel } from "../../device/kernel.ts";
import { BOUNDARIES } from "./boundary.ts";
import { ALWAYS, CLASSES, type FlipThresholds, type LatticeOptions } from "./lattice.ts";
import { planeWords, type Shape, tiles } from "./packing.ts";

/** Four sums of 64 bits. */
export const SUM_WORDS = 8;
export const TILES_PER_THREAD = 8;

/** One entry point of shaders/ising for this lattice. */
function kernelOf(
  device: GpuDevice,
  entry: { shader: string; entryPoint: string },
  constants: Record<string, number>,
): Promise<Kernel> {
  return device.kernel({ ...entry, constants });
}

const SWEEP = { shader: "ising/sweep.wgsl", entryPoint: "half_sweep" };
const MEASURE = { shader: "ising/measure.wgsl", entryPoint: "measure" };
/** What fills a plane, or changes it once. */
const ONCE = {
  paint: { shader: "ising/paint.wgsl", entryPoint: "paint" },
  start: { shader: "ising/start.wgsl", entryPoint: "random_start" },
};

export const sweepKernel = (device: GpuDevice, options: LatticeOptions, workgroup: number, own: FlipThresholds) =>
  kernelOf(device, SWEEP, {
    ...geometry(options, workgroup),
    THREEFRY_ROUNDS: options.rounds,
    ...specialization(options, own),
  });

export const measureKernel = (device: GpuDevice, options: LatticeOptions, workgroup: number) =>
  kernelOf(device, MEASURE, { ...geometry(options, workgroup), WORKGROUP: measuringGroup(options, workgroup) });

export const onceKernel = (device: GpuDevice, options: LatticeOptions, workgroup: number, name: keyof typeof ONCE) =>
  kernelOf(device, ONCE[name], {
    ...geometry(options, workgroup),
    ...(name === "start" ? { THREEFRY_ROUNDS: options.rounds } : {}),
  });

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

/** Invocations of a measuring workgroup, which serves one replica: no more than a small lattice has work for. */
export function measuringGroup(shape: Shape, workgroup: number): number {
  const wanted = Math.ceil(tiles(shape).count / TILES_PER_THREAD);
  return Math.min(workgroup, 2 ** Math.ceil(Math.log2(wanted)));
}

function geometry(options: LatticeOptions, workgroup: number): Record<string, number> {
  return { ...shapeConstants(options), REPLICAS: options.replicas, WORKGROUP: workgroup };
}

/** The overrides of shaders/ising/shape.wgsl. */
export function shapeConstants({ width, height, boundaries }: Pick<LatticeOptions, "width" | "height" | "boundaries">) {
  const [BOUNDARY_X, BOUNDARY_Y] = boundaries.map((boundary) => BOUNDARIES.indexOf(boundary));
  return { COLUMNS: width / 2, ROWS: height, BOUNDARY_X, BOUNDARY_Y };
}

/** The thresholds as the kernel has them: for each replica the high words and, if any has bits there, the low words. */
export function table({ replicas }: Shape, { high, low }: FlipThresholds): Uint32Array {
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
