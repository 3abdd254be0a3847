// NumPy's file format: version 1.0 is written, so that `numpy.load(file)` gives the array; 1.0 to 3.0 are read, what `numpy.save` wrote.
// Layout: numpy.org/doc/stable/reference/generated/numpy.lib.format.html

import { FileError } from "../device/errors.ts";

/** An array as NumPy's files hold it. */
export interface NpyArray {
  /** Elements in C order, the last axis running fastest. */
  data: Int8Array | Uint8Array | Int32Array | Uint32Array | Float32Array | Float64Array;
  /** Lengths along the axes, the slowest first (C order). */
  shape: readonly number[];
}

const MAGIC = "\x93NUMPY\x01\x00";
/** The format wants the data to begin at a multiple of this. */
const ALIGNMENT = 64;

/** The bytes of a .npy file. */
export function npy({ data, shape }: NpyArray): Uint8Array {
  const count = shape.reduce((product, length) => product * length, 1);
  if (count !== data.length)
    throw new RangeError(`an array of shape ${shape.join("×")} has ${count} values, not ${data.length}`);
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${typeOf(data)}', 'fortran_order': False, 'shape': (${axes}), }`;
  const start = Math.ceil((MAGIC.length + 2 + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const length = start - MAGIC.length - 2;

  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set(latin1(MAGIC));
  new DataView(bytes.buffer).setUint16(MAGIC.length, length, true);
  bytes.set(latin1(`${header.padEnd(length - 1)}\n`), MAGIC.length + 2);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Kind and bytes of an element, with the byte order of this machine, which NumPy undoes where it has another. */
function typeOf(data: NpyArray["data"]): string {
  const kind =
    data instanceof Float32Array || data instanceof Float64Array ? "f" : /^U/.test(data.constructor.name) ? "u" : "i";
  const order = data.BYTES_PER_ELEMENT === 1 ? "|" : LITTLE_ENDIAN ? "<" : ">";
  return `${order}${kind}${data.BYTES_PER_ELEMENT}`;
}

/** How each type of element is read, by its kind and bytes. */
const READERS: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  b1: (view, at) => view.getUint8(at),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
};

/** Whether bytes begin as a .npy file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length >= 6 && latin1(MAGIC.slice(0, 6)).every((byte, i) => bytes[i] === byte);
}

/** Values of a file: f64, or those of a byte each as they are. */
export interface NpyValues {
  data: Float64Array | Int8Array | Uint8Array;
  shape: number[];
  /** They are NumPy's booleans: 0 and 1. */
  booleans: boolean;
}

/**
 * The values of a .npy file as f64, the last axis fastest however they are stored.
 *
 * @param name of the file, for messages
 * @throws FileError for a file that is damaged, of another version, or of what are no real numbers
 */
export function readNpy(bytes: Uint8Array, name = "the file"): { data: Float64Array; shape: number[] } {
  const { data, shape, booleans } = readNpyValues(bytes, name);
  if (booleans) throw new FileError(`${name}: ${kindOf("|b1")}; save array.astype("f8").`);
  return { data: data instanceof Float64Array ? data : Float64Array.from(data), shape };
}

/** The same without a copy of what takes a byte each, booleans among it. @throws FileError */
export function readNpyValues(bytes: Uint8Array, name = "the file"): NpyValues {
  const refuse = (why: string): never => {
    throw new FileError(`${name}: ${why}`);
  };
  if (!(bytes instanceof Uint8Array)) refuse("its bytes must be a Uint8Array, as fs.readFile gives them.");
  if (!isNpy(bytes)) refuse("it does not begin as a .npy file; write one with numpy.save.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6];
  if (version < 1 || version > 3) refuse(`it is of version ${version} of the .npy format; versions 1 to 3 are read.`);
  const begin = version === 1 ? 10 : 12;
  if (bytes.length < begin) refuse("it is cut off within its header.");
  const start = begin + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < start) refuse("it is cut off within its header.");
  const header = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(begin, start));

  const descr = /'descr':\s*(?:'([^']*)'|(\[))/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const axes = /'shape':\s*\(([\dL,\s]*)\)/.exec(header)?.[1];
  if (!descr || !order || axes === undefined) return refuse(`its header is no .npy header: ${header.trim()}`);
  const shape = (axes.match(/\d+/g) ?? []).map(Number);
  const type = descr[1] ?? "structured";
  const read = Object.hasOwn(READERS, type.slice(1)) ? READERS[type.slice(1)] : undefined;
  if (!read || !/^[<>|=]/.test(type)) return refuse(`${kindOf(type)}; save array.astype("f8").`);

  const width = Number(type[2]);
  const count = shape.reduce((product, length) => product * length, 1);
  const have = bytes.length - start;
  if (have !== count * width) {
    const why = have < count * width ? "it is cut off" : "save each array to a file of its own";
    refuse(`its shape (${shape.join(", ")}) of ${type} needs ${count * width} bytes, but ${have} follow: ${why}.`);
  }
  const little = type[0] === "<" || (type[0] !== ">" && LITTLE_ENDIAN);
  const stored = width === 1 ? ofBytes(bytes.subarray(start), type) : new Float64Array(count);
  if (width > 1) for (let i = 0; i < count; i++) stored[i] = read(view, start + i * width, little);
  const lost = type.endsWith("i8") ? stored.findIndex((value) => Math.abs(value) > Number.MAX_SAFE_INTEGER) : -1;
  if (lost >= 0) refuse(`value ${lost} is ${stored[lost]}, beyond 2⁵³, where f64 does not hold every whole number.`);
  return { data: order === "True" ? fromFortran(stored, shape) : stored, shape, booleans: type.endsWith("b1") };
}

const ofBytes = (bytes: Uint8Array, type: string) =>
  type.endsWith("i1") ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;

/** Where an element stands: its index along each axis, as NumPy writes it. */
export function placeOf(at: number, shape: readonly number[]): string {
  let rest = at;
  const index = shape.map((_, axis) => {
    const stride = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
    const i = Math.floor(rest / stride);
    rest %= stride;
    return i;
  });
  return `[${index.join(", ")}]`;
}

/** Values with the first axis fastest, rewritten with the last one fastest. */
function fromFortran(stored: NpyValues["data"], shape: readonly number[]): NpyValues["data"] {
  const data = stored.slice();
  const index = shape.map(() => 0);
  for (const value of stored) {
    data[index.reduce((at, i, axis) => at * shape[axis] + i, 0)] = value;
    for (let axis = 0; axis < shape.length && ++index[axis] === shape[axis]; axis++) index[axis] = 0;
  }
  return data;
}

function kindOf(type: string): string {
  if (type === "structured") return "it holds records of several fields";
  const kinds: Record<string, string> = {
    O: "Python objects",
    c: "complex numbers",
    U: "text",
    S: "text",
    b: "booleans",
  };
  return `it holds ${kinds[type[1]] ?? "values"} of type ${type}, and not one of f4, f8, i1, i2, i4, i8, u1, u2, u4`;
}
