// Subgroups: invocations that run together, a lane each, and read each other's values without a barrier.

import type { GpuDevice } from "./gpu.ts";

/**
 * Goes before WGSL that uses subgroups. Where lanes read each other's values all of them run alike; Tint cannot see it, because the bounds of
 * loops come from buffers.
 */
export const SUBGROUPS = "enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n";

/** How few and how many lanes a subgroup of this device has; none where it cannot use them. */
export function subgroupSizes({ raw }: GpuDevice): { least: number; most: number } {
  if (!raw.features.has("subgroups")) return { least: 0, most: 0 };
  const { subgroupMinSize: least = 0, subgroupMaxSize: most = 0 } = raw.adapterInfo;
  return { least, most };
}
