// Typed arrays.

/** Arrays one after another, as one of the same kind. */
export function concat<A extends Uint8Array | Float64Array>(Kind: new (length: number) => A, parts: readonly A[]): A {
  const all = new Kind(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The bytes of an array, not copied. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);
