// The Ising model of any dimension as a rule of the lattice family: a site forgets its spin and takes a new one by the heat bath (Glauber 1963,
// doi 10.1063/1.1703954), up with the probability 1 / (1 + exp(-2 (Σ J s + h) / T)) among its neighbours s.

import { portableExp } from "../../portable.ts";
import type { Geometry } from "../lattice/geometry.ts";
import { isBelow, type Rule } from "../lattice/rule.ts";
import { type Points, parametersOf } from "../parameters.ts";
import { couplingsOf } from "./axes.ts";
import { ALWAYS, type FlipThresholds } from "./lattice.ts";
import { type IsingParameters, split } from "./parameters.ts";

/** Axes along which sites have neighbours. */
const axesOf = ({ directions }: Geometry) => directions.map((direction) => direction.indexOf(1));

/** Probabilities of a replica. */
export const probabilitiesOf = (geometry: Geometry): number => 5 ** axesOf(geometry).length;

/** 1 less a probability in two words of 32 bits; certainty is the largest of both. */
function complement([high, low]: [number, number]): [number, number] {
  return low > 0 ? [ALWAYS - high, 2 ** 32 - low] : high > 0 ? [2 ** 32 - high, 0] : [ALWAYS, ALWAYS];
}

/**
 * The probability of up for every sum -2 to 2 of the two neighbours along each axis, the last axis fastest, in units of 2^-64, rounded to
 * nearest; certainty is the largest of both words. [replica][5^axes]
 */
export function upProbabilities(points: Points<IsingParameters>, replicas: number, geometry: Geometry): FlipThresholds {
  const axes = axesOf(geometry);
  const rows = probabilitiesOf(geometry);
  const [high, low] = [new Uint32Array(rows * replicas), new Uint32Array(rows * replicas)];
  const alike = Object.keys(points.batch).length === 0;
  for (let replica = 0; replica < replicas; replica++) {
    if (alike && replica > 0) {
      for (const words of [high, low]) words.copyWithin(rows * replica, 0, rows);
      continue;
    }
    const own = parametersOf(points, replica);
    const couplings = couplingsOf(own);
    for (let row = 0; row < rows; row++) {
      const pull = axes.reduce((sum, axis, i) => {
        const pair = (Math.floor(row / 5 ** (axes.length - 1 - i)) % 5) - 2;
        return sum + couplings[axis] * pair;
      }, own.field);
      // The smaller one of up and down has all its digits.
      const smaller = split(2 ** 32 / (1 + portableExp((2 * Math.abs(pull)) / own.temperature)));
      const at = rows * replica + row;
      [high[at], low[at]] = pull > 0 ? complement(smaller) : smaller;
    }
  }
  return { high, low };
}

/** What shaders/ising/rule.wgsl looks up: two words for each probability. */
export function tablesOf({ high, low }: FlipThresholds): Uint32Array {
  const words = new Uint32Array(2 * high.length);
  high.forEach((word, i) => {
    words[2 * i] = word;
    words[2 * i + 1] = low[i];
  });
  return words;
}

export const isingRule = (axes: number): Rule => ({
  states: 2,
  sums: ["up", "up at even sites", ...Array.from({ length: axes }, (_, i) => `unequal ${i}`)],
  shader: "ising/rule.wgsl",
  update(_, near, random, table) {
    const spins = near.map((state) => (state === 2 ? 0 : 2 * state - 1));
    const row = Array.from({ length: axes }, (_, i) => spins[2 * i] + spins[2 * i + 1] + 2).reduce(
      (at, sum) => 5 * at + sum,
      0,
    );
    return isBelow(random, table, 2 * row) ? 1 : 0;
  },
  tally(own, near, count, parity) {
    if (own === 1) count(0, 1);
    if (own === 1 && parity === 0) count(1, 1);
    for (let axis = 0; axis < axes; axis++) if (near[2 * axis + 1] === 1 - own) count(2 + axis, 1);
  },
});
