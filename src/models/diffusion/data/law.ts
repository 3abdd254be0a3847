// How points are drawn: every point from counters of its own, so that the first hundred of a thousand points are those of a hundred.

import { portableCos, portableLog, portableSin } from "../../../portable.ts";
import { STREAMS } from "../../../random/streams.ts";
import { streamKey, threefry4x32 } from "../../../random/threefry.ts";

export const PURPOSE = STREAMS.diffusion;

export const TURN = 2 * Math.PI;

/** A law of which independent points can be drawn. */
export interface Law {
  dimension: number;
  /** Writes a point at `at` and returns its class, 0 where there are none. */
  draw(random: Random, point: Float64Array): number;
}

/** The random numbers of one point. */
export interface Random {
  /** Four numbers above 0 and below 1, multiples of 2^-33. */
  uniform: readonly number[];
  /** Standard normal, within ±6.7; no more than the dimension of the law are made. */
  normal: Float64Array;
}

/** Points and classes, [point][dimension] and [point]; the same bits on every machine. */
export function drawPoints(law: Law, count: number, seed: bigint, purpose: number) {
  const { dimension } = law;
  const key = streamKey(seed, purpose, 0);
  const points = new Float32Array(count * dimension);
  const labels = new Uint8Array(count);
  const point = new Float64Array(dimension);
  const normal = new Float64Array(dimension);
  for (let i = 0; i < count; i++) {
    const uniform = uniforms(threefry4x32([i, 0, 0, 0], key));
    writeNormals(normal, (block) => threefry4x32([i, block + 1, 0, 0], key));
    labels[i] = law.draw({ uniform, normal }, point);
    points.set(point, i * dimension);
  }
  return { points, labels };
}

const uniforms = (words: readonly number[]) => words.map((word) => (word + 0.5) / 4294967296);

/** Standard normal numbers, four of a block (Box & Muller 1958, doi 10.1214/aoms/1177706645). */
export function writeNormals(normal: Float64Array, words: (block: number) => readonly number[]): void {
  for (let block = 0; 4 * block < normal.length; block++) {
    const u = uniforms(words(block));
    for (let j = 0; j < 4; j += 2) {
      const radius = Math.sqrt(-2 * portableLog(u[j]));
      const angle = TURN * u[j + 1];
      // Beyond the end nothing is written.
      normal[4 * block + j] = radius * portableCos(angle);
      normal[4 * block + j + 1] = radius * portableSin(angle);
    }
  }
}
