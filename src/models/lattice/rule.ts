// What a model of the lattice family hands over: a rule by which a site is updated, once in WGSL for the GPU and once in TypeScript, written
// independently, for the reference; and what is counted of a state.

/** 64 random bits: the low word and the high word. */
export type Bits = readonly [low: number, high: number];

export interface Rule {
  /** States of a site, 0 to so many less one; 256 at most. */
  states: number;
  /** What is counted, by name: integers below 2^32. */
  sums: readonly string[];
  /**
   * The file below shaders/ that has the rule. It requires lattice/lattice.wgsl and has the two functions
   *   fn update(own: u32, near: array<u32, NEIGHBOURS>, random: vec2u, table: u32) -> u32
   *   fn tally(own: u32, near: array<u32, NEIGHBOURS>, parity: u32)
   * where `near` has the states of the neighbours, for each direction that at minus it and that at plus it, and STATES where there is none;
   * `table` is where the replica's table begins in `tables`; `parity` is 0 or 1, as the sum of the coordinates is even or odd; and `tally`
   * calls `count(sum, amount)`.
   */
  shader: string;
  update(own: number, near: readonly number[], random: Bits, table: Uint32Array): number;
  tally(own: number, near: readonly number[], count: (sum: number, amount: number) => void, parity: number): void;
  /** All sites at once, from the state before; otherwise one colour after another. */
  synchronous?: boolean;
}
