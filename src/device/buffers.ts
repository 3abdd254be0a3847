// Buffers with their contents, and buffers for a while.

import type { GpuDevice } from "./gpu.ts";
import type { Struct, Values } from "./layout.ts";

/** Makes buffers, uses them, and frees them whatever happens. @throws OutOfMemoryError, GpuError */
export async function withBuffers<B extends Readonly<Record<string, GPUBuffer>> | readonly GPUBuffer[], T>(
  device: GpuDevice,
  title: string,
  make: () => B,
  use: (buffers: B) => Promise<T>,
): Promise<T> {
  const buffers = await device.guard(title, make);
  try {
    return await use(buffers);
  } finally {
    for (const buffer of Object.values(buffers)) device.free(buffer);
  }
}

/** A uniform of a struct, with values where they are given, for `withBuffers`. */
export function uniform(device: GpuDevice, label: string, struct: Struct, values?: Values): GPUBuffer {
  const { UNIFORM, COPY_DST } = GPUBufferUsage;
  const buffer = device.buffer(label, 16 * Math.ceil(struct.size / 16), UNIFORM | COPY_DST);
  if (values) device.write(buffer, struct.write(values));
  return buffer;
}

/** Storage of so many words or of these data, one word at least, that can be written, read back and cleared. */
export function storage(device: GpuDevice, label: string, contents: number | ArrayBufferView): GPUBuffer {
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const bytes = typeof contents === "number" ? 4 * contents : contents.byteLength;
  const buffer = device.buffer(label, Math.max(4, bytes), STORAGE | COPY_DST | COPY_SRC);
  if (typeof contents !== "number") device.write(buffer, contents);
  return buffer;
}

/** The bytes that one buffer of the device may have. */
export const bufferLimit = ({ maxBufferSize, maxStorageBufferBindingSize }: GPUSupportedLimits) =>
  Math.min(maxBufferSize, maxStorageBufferBindingSize);
