// A dataset as HDF5, as NetCDF 4 uses it: dimension scales, units, attributes. xarray, h5py, ncdump, MATLAB and Julia read it.

import { FileError } from "../../src/device/errors.ts";
import type { Dataset } from "./dataset.ts";

/** What HDF5's library, which has 32-bit addresses here, may hold. */
const MOST_BYTES = 2 ** 30;

/** The bytes of a .h5 file. @throws FileError for more than 1 GiB */
export async function hdf5({ dimensions, variables, attributes }: Dataset): Promise<Uint8Array> {
  const bytes = variables.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > MOST_BYTES) {
    const size = `${(bytes / 2 ** 30).toFixed(1)} GiB`;
    throw new FileError(`.h5: the result has ${size}, and 1 GiB fits; write .zarr or .npy.`);
  }
  const { default: h5wasm } = await import("h5wasm"); // 4 MB of WebAssembly, where they are needed
  const module = await h5wasm.ready;
  module.activate_throwing_error_handler(); // or failures are numbers that nobody reads
  const { FS } = module;
  const name = `gibbs-${process.pid}-${count++}.h5`; // in the library's own memory
  const file = new h5wasm.File(name, "w");
  try {
    const text = (value: string | number | Int32Array) => {
      if (typeof value !== "number") return value;
      return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? Int32Array.of(value) : Float64Array.of(value);
    };
    const shapeOf = (names: readonly string[]) => names.map((dimension) => dimensions.get(dimension)!);
    for (const [key, value] of Object.entries(attributes)) {
      if (isLong(value)) file.create_dataset({ name: `${key}_text`, data: [value], shape: [] });
      else file.create_attribute(key, text(value), []);
    }
    for (const { name: own, dimensions: names, data, attributes: its } of variables) {
      const shape = shapeOf(names);
      const dataset = file.create_dataset({ name: own, data, shape });
      for (const [key, value] of Object.entries(its)) {
        if (isLong(value))
          throw new FileError(`.h5: ${own} has more names than HDF5 keeps in an attribute; write .zarr.`);
        dataset.create_attribute(key, text(value), value instanceof Int32Array ? [value.length] : []);
      }
      if (dimensions.has(own)) dataset.make_scale(own);
    }
    for (const { name: own, dimensions: names } of variables) {
      if (dimensions.has(own)) continue;
      const dataset = file.get(own) as InstanceType<typeof h5wasm.Dataset>;
      for (const [i, dimension] of names.entries()) dataset.attach_scale(i, `/${dimension}`);
    }
    file.flush();
    if (file.close() < 0) throw new FileError(".h5: HDF5 could not close its file; write .zarr or .npy.");
    return FS!.readFile(name);
  } finally {
    FS!.unlink(name);
  }
}

let count = 0;

/** HDF5 keeps attributes of up to 64 KiB. */
const isLong = (value: unknown): value is string => typeof value === "string" && Buffer.byteLength(value) > 60_000;
