// The kernels of a network: which of the sweeps a device gets for these dynamics, and what else is compiled with it.

import type { GpuDevice } from "../../device/gpu.ts";
import type { Kernel, KernelDescription } from "../../device/kernel.ts";
import { SUBGROUPS, subgroupSizes } from "../../device/subgroups.ts";
import { mostPatterns, type NetworkOptions } from "./network.ts";

/** Lanes of a sweep in order: 33 sums of each fit 16 KiB. */
const MOST_LANES = 64;
/** Of a dense memory's: 10 sums of 8 bytes each fit as well. */
const MOST_DENSE = 128;
/** Of a lattice's: 32 bytes each, in addition to 8 KiB of spins. */
const MOST_LATTICE = 128;

/** Lanes of the sweeps without a barrier: sweep_few.wgsl has a replica each, sweep_subgroup.wgsl four sites. */
const LANES = 8;
/** Patterns that sweep_few.wgsl has room for. */
const MOST_FEW = 4;

export type Kernels = Record<"patterns" | "rows" | "start" | "overlaps" | "sweep" | "measure", Kernel> & {
  energy: Kernel | undefined;
  bonds: Kernel | undefined;
  /** Invocations in a workgroup of all but the sweep, and replicas in one of the sweep. */
  workgroup: number;
  replicas: number;
};

/** Whether this device sweeps in order by subgroups of eight. */
export function sweepsBySubgroup(device: GpuDevice): boolean {
  const { least, most } = subgroupSizes(device);
  return device.info.software && least === LANES && most === LANES;
}

/** The kernel of these dynamics: of workgroups of this size where it is `asked` for, else the fastest on this device. */
function sweepOf(
  device: GpuDevice,
  options: NetworkOptions,
  workgroup: number,
  asked: boolean,
): KernelDescription & { replicas: number } {
  const { dynamics, interaction, pairwise } = options;
  const [SYNCHRONOUS, RANDOM, CHECKERBOARD] = (["synchronous", "random", "checkerboard"] as const).map((each) =>
    Number(dynamics === each),
  );
  const described = (name: string, constants: Record<string, number>) => ({
    ...{ shader: `hopfield/${name}.wgsl`, entryPoint: name, constants, replicas: 1 },
  });
  // What each lane keeps must fit the memory of a workgroup.
  const within = (most: number) => ({ WORKGROUP: Math.min(workgroup, most) });
  if (pairwise?.side) {
    return described("sweep_lattice", { ...within(MOST_LATTICE), SYNCHRONOUS, RANDOM, CHECKERBOARD });
  }
  if (pairwise) return described("sweep_pairs", { WORKGROUP: workgroup, SYNCHRONOUS, RANDOM });
  if (interaction) return described("sweep_dense", { ...within(MOST_DENSE), SYNCHRONOUS, RANDOM });
  if (RANDOM) return described("sweep_random", { WORKGROUP: workgroup });
  // On a GPU lanes that share the work wait little for each other; a software adapter waits for barriers.
  if (device.info.software && !asked && !SYNCHRONOUS) {
    const few = mostPatterns(options) <= MOST_FEW;
    if (few) return { ...described("sweep_few", { WORKGROUP: LANES }), replicas: LANES };
    if (sweepsBySubgroup(device)) {
      return { ...described("sweep_subgroup", { WORKGROUP: LANES }), generated: SUBGROUPS };
    }
  }
  return described("sweep", { ...within(MOST_LANES), SYNCHRONOUS });
}

/** `asked`: invocations in a workgroup, a power of two from 32. */
export async function compile(device: GpuDevice, options: NetworkOptions, asked?: number): Promise<Kernels> {
  const { interaction, pairwise } = options;
  const usual = Math.min(device.info.software ? 32 : 256, device.limits.maxComputeInvocationsPerWorkgroup);
  const workgroup = asked ?? usual;
  const constants = { WORKGROUP: workgroup };
  const lattice = pairwise !== undefined && pairwise.side > 0;
  const { replicas, ...described } = sweepOf(device, options, workgroup, asked !== undefined);
  const kernel = (name: string, entryPoint = name, more = {}) =>
    device.kernel({ shader: `hopfield/${name}.wgsl`, entryPoint, constants: { ...constants, ...more } });
  const [patterns, rows, start, overlaps, sweep, measure, energy, bonds] = await Promise.all([
    kernel("patterns", "make_patterns"),
    kernel("rows", "make_rows"),
    kernel("start"),
    kernel("overlaps", "sum_overlaps"),
    device.kernel(described),
    kernel("measure", "measure", { SUM: pairwise ? 2 : interaction ? 1 : 0 }),
    pairwise && kernel(lattice ? "lattice_energy" : "pair_energy"),
    lattice ? kernel("bonds", "make_bonds") : undefined,
  ]);
  return { patterns, rows, start, overlaps, sweep, measure, energy, bonds, workgroup, replicas };
}
