// Floats of 16 bits as numbers: binary16 of IEEE 754 (F16), and the upper half of binary32 (BF16).

const word = new DataView(new ArrayBuffer(4));

/** The number that 16 bits of binary16 are. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The bits of the nearest binary16, ties to even; infinity from 65520 on. */
export function toHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // The exponent of the nearest double is exact; below the normal numbers steps are 2^-24.
  word.setFloat32(0, size);
  const exponent = Math.max(-14, ((word.getUint32(0) >> 23) & 255) - 127);
  const steps = even(size * 2 ** (10 - exponent));
  // A carry of the fraction counts the exponent up, which is right.
  return sign | (steps + ((exponent + 14) << 10));
}

/** The nearest integer, ties to even. */
function even(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** The number that 16 bits of bfloat16 are. */
export function fromBfloat(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}
