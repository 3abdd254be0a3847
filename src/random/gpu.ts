// The generator on the GPU by itself, for known answers.

import type { GpuDevice } from "../device/gpu.ts";
import type { Words4 } from "./threefry.ts";

/** Blocks of Threefry4x32 computed on the device, one for each counter and key; 12 or 20 rounds. */
export async function threefryOnGpu(
  device: GpuDevice,
  inputs: readonly { counter: Words4; key: Words4 }[],
  rounds: 12 | 20,
): Promise<Words4[]> {
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const kernel = await device.kernel({
    shader: "random/threefry4x32.wgsl",
    entryPoint: "generate",
    bindings: ["storage", "read-only-storage"],
    constants: { THREEFRY_ROUNDS: rounds },
  });
  const words = new Uint32Array(inputs.flatMap(({ counter, key }) => [...counter, ...key]));
  const [blocks, given] = await device.guard("threefry", () => [
    device.buffer("threefry blocks", 16 * inputs.length, STORAGE | COPY_SRC),
    device.buffer("threefry inputs", words.byteLength, STORAGE | COPY_DST),
  ]);
  try {
    device.write(given, words);
    const accepted = device.submit("threefry", (encoder) => {
      const pass = encoder.beginComputePass();
      pass.setPipeline(kernel.pipeline);
      pass.setBindGroup(0, kernel.bind(blocks, given));
      pass.dispatchWorkgroups(Math.ceil(inputs.length / 64));
      pass.end();
    });
    await accepted;
    const result = new Uint32Array(await device.read(blocks));
    return inputs.map((_, i) => Array.from(result.subarray(4 * i, 4 * i + 4)) as unknown as Words4);
  } finally {
    device.free(blocks);
    device.free(given);
  }
}
