// Points of a data set as kernels read them.

/** Points of a chunk: many enough that putting chunks together is cheap. It belongs to the order of sums, so it is the same for all. */
export const CHUNK = 512;

/** From [point][dimension] to [dimension][point], padded with zeros. */
export function transposedPoints(points: Float32Array, dimension: number, padded: number): Float32Array {
  const all = new Float32Array(dimension * padded);
  for (let at = 0; at < points.length; at++) all[(at % dimension) * padded + Math.floor(at / dimension)] = points[at];
  return all;
}
