// A dataset as Zarr, version 2, which every reader knows: the files of a folder, by name. xarray's names of dimensions, consolidated metadata.
// https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html

import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { Dataset, Numbers, Variable } from "./dataset.ts";

const compressed = promisify(deflate);

/** Bytes of a chunk before it is compressed, about. */
const CHUNK_BYTES = 2 ** 25;
const LEVEL = 1;

/** What a folder of Zarr has, and others have not. */
export const ZARR_MARK = ".zgroup";

/** Contents by path within the folder. */
export async function zarr({ dimensions, variables, attributes }: Dataset): Promise<Map<string, Uint8Array>> {
  const metadata: Record<string, unknown> = { [ZARR_MARK]: { zarr_format: 2 }, ".zattrs": attributes };
  const files = new Map<string, Uint8Array>();
  for (const variable of variables) {
    const { name, dimensions: names, attributes: its } = variable;
    const shape = names.map((dimension) => dimensions.get(dimension)!);
    const { chunks, blocks } = divided(variable, shape);
    metadata[`${name}/.zarray`] = {
      ...{ zarr_format: 2, shape, chunks, dtype: typeOf(variable.data), compressor: { id: "zlib", level: LEVEL } },
      ...{ fill_value: null, order: "C", filters: null },
    };
    metadata[`${name}/.zattrs`] = { _ARRAY_DIMENSIONS: names, ...its };
    for (const [i, block] of blocks.entries()) {
      const bytes = new Uint8Array(block.buffer, block.byteOffset, block.byteLength);
      files.set(`${name}/${[i, ...names.slice(1).map(() => 0)].join(".")}`, await compressed(bytes, { level: LEVEL }));
    }
  }
  const json = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value, (_, item) => (item instanceof Int32Array ? [...item] : item), 1));
  for (const [path, value] of Object.entries(metadata)) files.set(path, json(value));
  files.set(".zmetadata", json({ zarr_consolidated_format: 1, metadata }));
  return files;
}

/** Chunks along the first dimension; the last one is filled up, as the format wants it. */
function divided({ data }: Variable, shape: readonly number[]): { chunks: number[]; blocks: Numbers[] } {
  if (shape.length === 0) return { chunks: [], blocks: [data] };
  const [length, ...others] = shape;
  const width = others.reduce((product, n) => product * n, 1);
  const rows = Math.max(1, Math.min(length, Math.floor(CHUNK_BYTES / (width * data.BYTES_PER_ELEMENT))));
  const blocks: Numbers[] = [];
  for (let first = 0; first < length; first += rows) {
    const block = data.subarray(first * width, (first + rows) * width) as Numbers;
    if (block.length === rows * width) {
      blocks.push(block);
      continue;
    }
    const full = new (data.constructor as new (length: number) => Numbers)(rows * width);
    full.set(block);
    blocks.push(full);
  }
  return { chunks: [rows, ...others], blocks };
}

function typeOf(data: Numbers): string {
  const kind =
    data instanceof Float64Array || data instanceof Float32Array ? "f" : /^Int/.test(data.constructor.name) ? "i" : "u";
  return `${data.BYTES_PER_ELEMENT === 1 ? "|" : "<"}${kind}${data.BYTES_PER_ELEMENT}`;
}
