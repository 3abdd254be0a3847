// Single trajectories out of what an ensemble's `samples` gives.

/** All numbers of one trajectory at one point of a sweep, [time][variable or output]. */
export function numbersOf(
  { data, shape }: { data: Float32Array; shape: number[] },
  trajectory: number,
  point = 0,
): number[] {
  const [times, points, count, quantities] = shape;
  return Array.from({ length: times }, (_, row) => {
    const at = ((row * points + point) * count + trajectory) * quantities;
    return [...data.subarray(at, at + quantities)];
  }).flat();
}
