// What a model of the lattice family hands over: a rule by which a site is updated, once in WGSL for the GPU and once in TypeScript, written
// independently, for the reference; and what is counted of a state.

/** 64 random bits: the low word and the high word. */
export type Bits = readonly [low: number, high: number];

/** What `chanceOf` makes of certainty. */
const CERTAIN = 2 ** 32 - 1;

/**
 * A probability for a table in two words, the high one first, in units of 2^-64; the largest of both stands for certainty.
 * `below` of shaders/lattice/lattice.wgsl and `isBelow` compare random bits with it.
 */
export function chanceOf(probability: number): [high: number, low: number] {
  const scaled = probability * 2 ** 32;
  const high = Math.floor(scaled);
  if (!(high >= 0)) return [0, 0];
  return high >= 2 ** 32 ? [CERTAIN, CERTAIN] : [high, Math.floor((scaled - high) * 2 ** 32)];
}

/** True with the probability that stands in the table from `at` on. */
export function isBelow([low, high]: Bits, table: Uint32Array, at: number): boolean {
  const [first, second] = [table[at], table[at + 1]];
  if (first === undefined || second === undefined) {
    throw new RangeError(`a rule looks up word ${at + 1} of a table of ${table.length}`);
  }
  if (first === CERTAIN && second === CERTAIN) return true;
  return BigInt(high) * 2n ** 32n + BigInt(low) < BigInt(first) * 2n ** 32n + BigInt(second);
}

export interface Rule {
  /** States of a site, 0 to so many less one; 256 at most. */
  states: number;
  /** What is counted of a state, by name: the sums over all sites are integers from 0 to below 2^32. */
  sums: readonly string[];
  /**
   * The file below shaders/ that has the rule. It requires lattice/lattice.wgsl and has the two functions
   *   fn update(own: u32, near: array<u32, NEIGHBOURS>, random: vec2u, table: u32) -> u32
   *   fn tally(own: u32, near: array<u32, NEIGHBOURS>, parity: u32)
   * where `near` has the states of the neighbours, for each direction that at minus it and that at plus it, and STATES where there is none;
   * `table` is where the replica's table begins in `tables`; `below(random, at)` is true with the probability whose two words stand at `at`
   * (`chanceOf`); `parity` is 0 or 1, as the sum of the coordinates is even or odd; and `tally`
   * calls `count(sum, amount)`.
   */
  shader: string;
  update(own: number, near: readonly number[], random: Bits, table: Uint32Array): number;
  tally(own: number, near: readonly number[], count: (sum: number, amount: number) => void, parity: number): void;
  /**
   * All sites at once, from the state before, as in a cellular automaton; otherwise one colour after another, so that no two neighbours
   * are updated together: two colours where all periodic sides are even, more where one is odd.
   */
  synchronous?: boolean;
}
