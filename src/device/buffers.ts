// Buffers with their contents, and buffers for a while.

import type { GpuDevice } from "./gpu.ts";

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

/** A uniform of these contents, for `withBuffers`. */
export function uniform(device: GpuDevice, label: string, data: Uint32Array | Int32Array): GPUBuffer {
  const { UNIFORM, COPY_DST } = GPUBufferUsage;
  const buffer = device.buffer(label, 16 * Math.ceil(data.byteLength / 16), UNIFORM | COPY_DST);
  device.write(buffer, data);
  return buffer;
}

/** Storage for so many words, one at least, that can be written, read back and cleared. */
export function storage(device: GpuDevice, label: string, words: number): GPUBuffer {
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
  return device.buffer(label, 4 * Math.max(1, words), STORAGE | COPY_DST | COPY_SRC);
}

/** The bytes that one buffer of the device may have. */
export const bufferLimit = ({ maxBufferSize, maxStorageBufferBindingSize }: GPUSupportedLimits) =>
  Math.min(maxBufferSize, maxStorageBufferBindingSize);
