// Mean and standard deviation of a column, of any size and offset.

/**
 * Mean and standard deviation (over all, not one less) of every `stride`-th value from `first` on, `count` of them. They are taken from the
 * first value, in units of the largest distance from it: neither an offset nor a unit costs digits, and a column that never changes has
 * exactly itself as mean and 0 as deviation.
 */
export function columnMoments(
  values: ArrayLike<number>,
  { first, stride, count }: { first: number; stride: number; count: number },
): { mean: number; deviation: number } {
  const origin = values[first];
  let largest = 0;
  for (let k = 0; k < count; k++) largest = Math.max(largest, Math.abs(values[first + k * stride] - origin));
  if (largest === 0) return { mean: origin, deviation: 0 };
  let middle = 0;
  for (let k = 0; k < count; k++) middle += (values[first + k * stride] - origin) / largest;
  middle /= count;
  let squares = 0;
  for (let k = 0; k < count; k++) squares += ((values[first + k * stride] - origin) / largest - middle) ** 2;
  return { mean: origin + middle * largest, deviation: Math.sqrt(squares / count) * largest };
}
