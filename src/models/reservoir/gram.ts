// Exact sums of products of features, as the GPU leaves them: tiles of 4 × 4, each sum two words.

import type { Shape, Span, Sums, Table } from "./network.ts";
import { allUnits, featureCount } from "./network.ts";

/** Bits of a feature's integer, without its sign. */
export const BITS = 23;
/** Steps whose products are added in 32 bits. */
export const STEPS_KEPT = 128;

export interface Layout {
  /** Features and targets. */
  size: number;
  /** Groups of four. */
  groups: number;
  /** Pairs of groups, the first not above the second, as halves of a word. */
  tiles: Uint32Array;
}

export function layoutOf(shape: Shape): Layout {
  const size = featureCount(shape) + shape.outputs;
  const groups = Math.ceil(size / 4);
  const tiles: number[] = [];
  for (let a = 0; a < groups; a++) for (let b = a; b < groups; b++) tiles.push(a | (b << 16));
  return { size, groups, tiles: Uint32Array.from(tiles) };
}

/** The sums of one member, [size][size], as integers: `words` are its tiles. */
export function wholeSums({ size, tiles }: Layout, words: BigInt64Array): BigInt64Array {
  const matrix = new BigInt64Array(size * size);
  tiles.forEach((tile, t) => {
    for (let p = 0; p < 16; p++) {
      const i = 4 * (tile & 0xffff) + (p >> 2);
      const j = 4 * (tile >>> 16) + (p & 3);
      if (i >= size || j >= size) continue;
      matrix[i * size + j] = words[16 * t + p];
      matrix[j * size + i] = words[16 * t + p];
    }
  });
  return matrix;
}

/** Largest values that features and targets may have: powers of two. */
export interface Ranges {
  state: number;
  input: number;
  target: number;
}

/** Ranges of features along the rows of a span whose features are kept; what stands in other rows has no part in them. */
export function rangesOf({ stateRange }: Shape, table: Table, { first, washout, steps }: Span): Ranges {
  const { data, columns, targets } = table;
  const width = columns + targets;
  const largest = { input: 0, target: 0 };
  for (let at = (first + washout) * width; at < (first + washout + steps) * width; at++) {
    const kind = at % width < columns ? "input" : "target";
    largest[kind] = Math.max(largest[kind], Math.abs(data[at]));
  }
  return { state: stateRange, input: powerOfTwo(largest.input), target: powerOfTwo(largest.target) };
}

/** The least power of two above a number; of none below a billionth, for scales are 32-bit floats. */
const powerOfTwo = (value: number) => 2 ** (Math.floor(Math.log2(Math.max(value, 1e-9))) + 1);

/** What one integer of each feature and target is worth. */
export function unitsOf(shape: Shape, ranges: Ranges): Float64Array {
  const { squares, inputs, outputs } = shape;
  const all = allUnits(shape);
  const state = (unit: number) => (squares && unit % 2 === 1 ? ranges.state ** 2 : ranges.state);
  const most = [
    ...Array.from({ length: all }, (_, unit) => state(unit)),
    ...Array<number>(inputs).fill(ranges.input),
    1,
    ...Array<number>(outputs).fill(ranges.target),
  ];
  return Float64Array.from(most, (range) => range * 2 ** -BITS);
}

/** The same in the features' own units. The words are signed and 64 bits long: rounding them to f64 is all that is lost. */
export function sumsOf(
  { size, tiles }: Layout,
  units: Float64Array,
  words: Uint32Array,
  steps: number,
  diverged: boolean,
): Sums {
  const matrix = new Float64Array(size * size);
  tiles.forEach((tile, t) => {
    for (let p = 0; p < 16; p++) {
      const i = 4 * (tile & 0xffff) + (p >> 2);
      const j = 4 * (tile >>> 16) + (p & 3);
      if (i >= size || j >= size) continue;
      const at = 2 * (16 * t + p);
      const sum = ((words[at + 1] | 0) * 2 ** 32 + words[at]) * units[i] * units[j];
      matrix[i * size + j] = sum;
      matrix[j * size + i] = sum;
    }
  });
  return { matrix, size, steps, diverged };
}
