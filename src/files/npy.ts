// NumPy's file format, version 1.0: `numpy.load(file)` gives the array. Layout: numpy.org/doc/stable/reference/generated/
// numpy.lib.format.html

export interface NpyArray {
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
