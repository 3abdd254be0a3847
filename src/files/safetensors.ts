// The safetensors format (Hugging Face, github.com/huggingface/safetensors): 8 bytes with the length of a JSON header, the header with
// type, shape and place of each tensor, then their bytes, all little-endian.

import { GibbsError } from "../device/errors.ts";
import { fromBfloat, fromHalf, toHalf } from "./half.ts";

/** A file is not a safetensors file that gibbs can read; the message says what is wrong with it. */
export class SafetensorsError extends GibbsError {
  override name = "SafetensorsError";
}

export interface Tensor {
  shape: readonly number[];
  data: Float32Array;
  /** The same in full, of 64-bit floats. */
  exact?: Float64Array;
}

/** What is written: in 64 bits an array of such, others in 32, or in 16 where `dtype` says so. */
export interface WrittenTensor {
  shape: readonly number[];
  data: Float32Array | Float64Array;
  dtype?: "F32" | "F16";
}

/** The types that are read: their bytes, and the value at a byte. */
const TYPES: Record<string, { size: number; value: (view: DataView, at: number) => number }> = {
  F64: { size: 8, value: (view, at) => view.getFloat64(at, true) },
  F32: { size: 4, value: (view, at) => view.getFloat32(at, true) },
  F16: { size: 2, value: (view, at) => fromHalf(view.getUint16(at, true)) },
  BF16: { size: 2, value: (view, at) => fromBfloat(view.getUint16(at, true)) },
};

/**
 * The bytes of a file with these tensors, and texts about them.
 *
 * @throws SafetensorsError for a value that is finite, and not in 16 bits
 */
export function writeSafetensors(
  tensors: Record<string, WrittenTensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const { shape, data } = tensor;
    const dtype = typeOf(tensor);
    const length = data.length * TYPES[dtype].size;
    end += length;
    return [name, { dtype, shape, data_offsets: [end - length, end] }] as const;
  });
  const header = {
    ...(Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {}),
    ...Object.fromEntries(entries),
  };
  // Spaces fill the header to a multiple of 8, so that tensors are aligned.
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = 8 * Math.ceil(json.length / 8);
  const file = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(length), true);
  file.set(json, 8);
  let at = 8 + length;
  for (const [name, tensor] of Object.entries(tensors)) {
    const dtype = typeOf(tensor);
    for (const value of tensor.data) {
      if (dtype === "F16" && Number.isFinite(value) && Math.abs(value) >= 65520) {
        throw new SafetensorsError(`The tensor "${name}" has the value ${value}; 16 bits hold up to 65504. Write F32.`);
      }
      if (dtype === "F16") view.setUint16(at, toHalf(value), true);
      else if (dtype === "F64") view.setFloat64(at, value, true);
      else view.setFloat32(at, value, true);
      at += TYPES[dtype].size;
    }
  }
  return file;
}

const typeOf = ({ data, dtype }: WrittenTensor) => dtype ?? (data instanceof Float64Array ? "F64" : "F32");

/** The texts about a file's tensors. @throws SafetensorsError naming what is wrong with it */
export function safetensorsMetadata(file: Uint8Array): Record<string, string> {
  const { __metadata__: metadata } = headerOf(file);
  const entries = typeof metadata === "object" && metadata !== null ? Object.entries(metadata) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** The tensors of a file; floats of 64, 32 and 16 bits. @throws SafetensorsError naming what is wrong with it */
export function readSafetensors(file: Uint8Array): Record<string, Tensor> {
  const header = headerOf(file);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const tensors: [string, Tensor][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = (entry ?? {}) as { dtype: string; shape: number[]; data_offsets: number[] };
    if (!Object.hasOwn(TYPES, dtype)) {
      throw new SafetensorsError(
        `The tensor "${name}" is of type ${dtype}; ${Object.keys(TYPES).join(", ")} are read. Convert it.`,
      );
    }
    const { size, value } = TYPES[dtype];
    if (
      offsets?.length !== 2 ||
      ![shape, offsets].every((list) => Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0))
    ) {
      throw new SafetensorsError(`The tensor "${name}" has no proper shape and offsets.`);
    }
    const count = shape.reduce((product, side) => product * side, 1);
    const [begin, end] = offsets.map((offset) => 8 + length + offset);
    if (end - begin !== count * size) {
      throw new SafetensorsError(
        `The tensor "${name}" of shape ${shape.join(" × ")} needs ${count * size} bytes, and the header gives it ${end - begin}.`,
      );
    }
    if (end > file.length) {
      throw new SafetensorsError(
        `The tensor "${name}" ends at byte ${end}, but the file at ${file.length}: it is cut off.`,
      );
    }
    const at = (_: unknown, i: number) => value(view, begin + size * i);
    const exact = dtype === "F64" ? Float64Array.from({ length: count }, at) : undefined;
    const data = exact ? Float32Array.from(exact) : Float32Array.from({ length: count }, at);
    tensors.push([name, { shape, data, ...(exact && { exact }) }]);
  }
  return Object.fromEntries(tensors);
}

function headerOf(file: Uint8Array): Record<string, unknown> {
  if (!(file instanceof Uint8Array)) throw new SafetensorsError("The file's bytes must be a Uint8Array.");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 8)
    throw new SafetensorsError(`The file has ${file.length} bytes: a safetensors file has at least 8.`);
  const length = Number(view.getBigUint64(0, true));
  if (length > file.length - 8) {
    throw new SafetensorsError(
      `The file says that its header has ${length} bytes, but only ${file.length - 8} follow: it is cut off, or no safetensors file.`,
    );
  }
  return parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
}

function parse(text: string): Record<string, unknown> {
  try {
    const header = JSON.parse(text) as unknown;
    if (typeof header === "object" && header !== null && !Array.isArray(header))
      return header as Record<string, unknown>;
  } catch {
    // reported below
  }
  throw new SafetensorsError("The file's header is no JSON object: it is damaged, or no safetensors file.");
}
