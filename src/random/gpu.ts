// The generator on the GPU by itself, for known answers.

import { storage, withBuffers } from "../device/buffers.ts";
import type { GpuDevice } from "../device/gpu.ts";
import { structOf } from "../device/layout.ts";
import { submitPass } from "../device/submissions.ts";
import type { Words4 } from "./threefry.ts";

const INPUTS = structOf("random/threefry4x32.wgsl", "inputs");

/** Blocks of Threefry4x32 computed on the device, one for each counter and key; 12 or 20 rounds. */
export async function threefryOnGpu(
  device: GpuDevice,
  inputs: readonly { counter: Words4; key: Words4 }[],
  rounds: 12 | 20,
): Promise<Words4[]> {
  const kernel = await device.kernel({
    shader: "random/threefry4x32.wgsl",
    entryPoint: "generate",
    constants: { THREEFRY_ROUNDS: rounds },
  });
  const make = () => ({
    blocks: storage(device, "threefry blocks", 4 * inputs.length),
    inputs: storage(device, "threefry inputs", INPUTS.table(inputs.map(({ counter, key }) => ({ counter, key })))),
  });
  return withBuffers(device, "threefry", make, async (buffers) => {
    const group = kernel.bind(buffers);
    await submitPass(device, "threefry", [{ kernel, group, groups: [Math.ceil(inputs.length / 64), 1] }]);
    const result = new Uint32Array(await device.read(buffers.blocks));
    return inputs.map((_, i) => Array.from(result.subarray(4 * i, 4 * i + 4)) as unknown as Words4);
  });
}
