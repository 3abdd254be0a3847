// The exact denoiser of a data set on the GPU.

import { bufferLimit } from "../../../device/buffers.ts";
import { ParameterError } from "../../../device/errors.ts";
import type { GpuDevice } from "../../../device/gpu.ts";
import { CHUNK, transposedPoints } from "./chunks.ts";
import type { Compiled, Part, Setting } from "./gpu-denoiser.ts";
import { BROADCAST, broadcasts, rowWgsl } from "./row-wgsl.ts";

/** Bytes of the sums of a dispatch's samples. */
const MOST = 2 ** 27;

/** @throws ParameterError where the points do not fit the device */
export async function gpuPoints(setting: Setting, points: Float32Array, labels?: Uint8Array): Promise<Compiled> {
  const { device, sampling, stride, workgroup } = setting;
  const { dimension } = sampling;
  const count = points.length / dimension;
  const chunks = Math.ceil(count / CHUNK);
  checkFit(device, 4 * CHUNK * chunks * dimension, count);
  const passes = sampling.guidance > 0 ? 2 : 1;
  // Vectors of a row belong to the order of sums, so they follow from the device alone.
  const taken = { broadcast: broadcasts(device, workgroup), vectors: device.info.software ? BROADCAST : 4 };
  const compile = (entryPoint: "attend" | "merge") =>
    device.kernel({
      shader: "diffusion/points.wgsl",
      generated: rowWgsl(taken, ["points"]),
      entryPoint,
      constants: { WORKGROUP: workgroup, DIMENSIONS: dimension, POINTS: count, CHUNK, CHUNKS: chunks },
    });
  const [attend, merge] = [await compile("attend"), await compile("merge")];
  const row = 16 * chunks * (dimension + 2);
  const limit = Math.min(MOST, device.limits.maxStorageBufferBindingSize);
  const tile = Math.min(stride / 4, Math.max(1, Math.floor(limit / row)));
  const data = transposedPoints(points, dimension, CHUNK * chunks);
  return ({ table, room, buffers }) => {
    const classOf = Int32Array.from({ length: CHUNK * chunks }, (_, i) => labels?.[i] ?? -1);
    const own = { points: table("points", data), labels: table("labels", classOf), sums: room("sums", row * tile) };
    const denoised = Array.from({ length: passes }, (_, pass) => room(`denoised ${pass}`, 4 * dimension * stride));
    const groups = [attend, merge].map((kernel) =>
      denoised.map((denoised) => kernel.bind({ ...buffers, ...own, denoised })),
    );
    const parts: Part[] = [];
    for (let first = 0; first < stride / 4; first += tile) {
      const quads = Math.min(tile, stride / 4 - first);
      const lines = Math.ceil(quads / workgroup);
      const step = { firstQuad: first, quads };
      parts.push({ kernel: attend, group: (pass) => groups[0][pass], groups: [lines, chunks], step });
      parts.push({ kernel: merge, group: (pass) => groups[1][pass], groups: [lines, dimension], step });
    }
    return { kind: "separate", denoised: denoised[0], unguided: denoised[passes - 1], parts, passes };
  };
}

function checkFit(device: GpuDevice, bytes: number, count: number): void {
  const limit = bufferLimit(device.limits);
  if (bytes <= limit) return;
  throw new ParameterError(
    "data",
    `data: ${count} points do not fit a buffer of this device; ${Math.floor((count * limit) / bytes)} do.`,
  );
}
