// A user's spins or bits: arrays of NumPy's, and pictures.

import { FileError } from "../device/errors.ts";
import { isNpy, placeOf, readNpyValues } from "./npy.ts";
import { readCells } from "./threshold.ts";

export interface SpinFile {
  /** 1 and -1. */
  spins: Int8Array;
  /** Lengths along the axes, the slowest first; of a picture [height, width]. */
  shape: number[];
  isPicture: boolean;
}

/**
 * Spins of a .npy file, or of a PNG or JPEG picture (threshold.ts). An array of 1 and -1 is spins; one of 1 and 0, or of booleans, is bits
 * with 1 for up; of any number type.
 *
 * @param name of the file, for messages
 * @param cells as many as a picture is averaged onto; it is taken as it is where this is left out
 * @throws FileError that names the file, and the value that is neither and its place
 */
export async function readSpins(name: string, bytes: Uint8Array, cells?: number): Promise<SpinFile> {
  if (isNpy(bytes) || /\.npy$/i.test(name)) return fromArray(name, bytes);
  const { width, height, spins } = await readCells(name, bytes, cells);
  return { spins, shape: [height, width], isPicture: true };
}

function fromArray(name: string, bytes: Uint8Array): SpinFile {
  const { data, shape } = readNpyValues(bytes, name);
  if (data.length === 0) throw new FileError(`${name}: its shape is (${shape.join(", ")}): there is nothing in it.`);
  const refuse = (at: number, among = "") => {
    const remedy = "an array has 1 and -1, or 1 and 0, or booleans; map it first, as in numpy.where(a > 0, 1, -1)";
    throw new FileError(`${name}: value ${placeOf(at, shape)} is ${data[at]}${among}: ${remedy}.`);
  };
  const spins = new Int8Array(data.length);
  let [zero, isSigned] = [-1, false];
  for (let at = 0; at < data.length; at++) {
    const value = data[at];
    if (value === -1) isSigned = true;
    else if (value === 0) zero = zero < 0 ? at : zero;
    else if (value !== 1) refuse(at);
    spins[at] = value === 1 ? 1 : -1;
  }
  if (isSigned && zero >= 0) refuse(zero, " among values of -1");
  return { spins, shape, isPicture: false };
}
