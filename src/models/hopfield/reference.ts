// The Hopfield model in plain words (Hopfield 1982, doi 10.1073/pnas.79.8.2554): N spins ±1 with couplings J_ij = (1/N) Σ_μ ξ_i ξ_j
// between different spins, by Hebb's rule from P patterns ξ. Slow, and meant to be read; the kernels must equal it spin by spin.
//
// The field on a spin is h_i = Σ_j J_ij s_j + h. All is counted in units of 1/N, where it is whole.
//
// Dense memories (Krotov and Hopfield 2016, arXiv 1606.01164; Demircigil et al. 2017, doi 10.1007/s10955-017-1806-y) have the energy
// -Σ_μ F(M_μ) of the overlaps M = Σ ξ s with another F than the square: a spin takes the value that makes it lower.

import { streamKey, threefry4x32 } from "../../random/threefry.ts";

export interface PatternOptions {
  neurons: number;
  patterns: number;
  seed: bigint;
  replica: number;
  /** What the random numbers are for. */
  purpose: { patterns: number; start: number; sweep: number; dilution: number };
}

export interface ReferenceOptions extends PatternOptions {
  dynamics: "sequential" | "random" | "synchronous" | "checkerboard";
  /** F(M + 1) - F(M - 1) and F(M), at M + N, or if relative at the largest overlap + 1 - M. */
  interaction?: { forceTable: ArrayLike<number>; energyTable: ArrayLike<number>; relative: boolean };
  /** Couplings of another kind: only their signs, cut by chance, times their strength; between neighbours of a lattice with a side. */
  pairwise?: { clipped: boolean; kept: number; strength: number; side: number };
  /** External field in units of the couplings. */
  field: number;
  /** 2^32 times the chance to align with a field of 0, 1, 2, … units; empty at temperature 0; beyond its end alignment is certain. */
  probabilities: ArrayLike<number>;
}

export class ReferenceHopfield {
  /** ±1, one a neuron. */
  readonly spins: Int8Array;
  /** ±1, [pattern][neuron]. */
  readonly patterns: Int8Array[];
  readonly #options: ReferenceOptions;
  readonly #everyone: number[];

  constructor(options: ReferenceOptions, patterns: Int8Array[]) {
    this.#options = options;
    this.patterns = patterns;
    this.spins = new Int8Array(options.neurons).fill(1);
    this.#everyone = [...this.spins.keys()];
  }

  /** A pattern, each spin flipped where its random number is below `noise`; without a pattern random spins; the last are covered. */
  begin(pattern: number | undefined, noise: number, covered: number): void {
    const { seed, purpose, replica } = this.#options;
    const key = streamKey(seed, purpose.start, replica);
    for (let site = 0; site < this.spins.length; site++) {
      const random = threefry4x32([Math.floor(site / 4), 0, 0, 0], key)[site % 4];
      if (pattern === undefined) this.spins[site] = random >= 2 ** 31 ? 1 : -1;
      else this.spins[site] = this.patterns[pattern][site] * (random < noise ? -1 : 1);
      if (site >= covered) this.spins[site] = -1;
    }
  }

  /** One sweep: as many updates as there are neurons. `time` is the number of sweeps before it. */
  sweep(time: number): void {
    const { seed, purpose, replica, neurons, dynamics } = this.#options;
    const key = streamKey(seed, purpose.sweep, replica);
    const overlaps = this.overlaps();
    const before = Int8Array.from(this.spins);
    for (let update = 0; update < neurons; update++) {
      const draw = (what: number) => threefry4x32([Math.floor(update / 4), time, what, 0], key)[update % 4];
      let site = update;
      if (dynamics === "random") site = Math.floor((draw(1) * neurons) / 2 ** 32);
      if (dynamics === "checkerboard") site = this.#square(update);
      const spin = dynamics === "synchronous" ? before[site] : this.spins[site];
      const spins = dynamics === "synchronous" ? before : this.spins;
      const next = this.#aligned(this.#field(site, spins, overlaps), spin, draw(0));
      this.spins[site] = next;
      if (dynamics === "synchronous" || next === spin) continue;
      overlaps.forEach((_, pattern) => {
        overlaps[pattern] += this.patterns[pattern][site] * (next - spin);
      });
    }
  }

  /** Σ_i ξ_i s_i for each pattern. */
  overlaps(): number[] {
    return this.patterns.map((pattern) => pattern.reduce((sum, value, site) => sum + value * this.spins[site], 0));
  }

  /** Σ_μ F(M_μ), or of pairwise couplings Σ J s s. */
  energySum(): number {
    const { interaction } = this.#options;
    const overlaps = this.overlaps();
    if (this.#options.pairwise) {
      return this.spins.reduce((total, spin, i) => {
        return total + spin * this.#inputs(i).reduce((sum, j) => sum + this.#coupling(i, j) * this.spins[j], 0);
      }, 0);
    }
    if (!interaction) return overlaps.reduce((sum, overlap) => sum + overlap * overlap, 0);
    const place = this.#places(overlaps);
    return overlaps.reduce((sum, overlap) => sum + interaction.energyTable[place(overlap)], 0);
  }

  /** Where the tables have the value for an overlap. */
  #places(overlaps: readonly number[]): (overlap: number) => number {
    const { interaction, neurons } = this.#options;
    if (!interaction?.relative) return (overlap) => overlap + neurons;
    const largest = Math.max(...overlaps);
    return (overlap) => largest + 1 - overlap;
  }

  /** N h_i: every pattern exerts a force by its overlap; a spin exerts none on itself. */
  #field(site: number, spins: Int8Array, overlaps: readonly number[]): number {
    const { interaction, pairwise } = this.#options;
    const spin = spins[site];
    if (pairwise) {
      return this.#inputs(site).reduce((sum, j) => sum + this.#coupling(site, j) * spins[j], this.#options.field);
    }
    if (interaction) {
      const place = this.#places(overlaps);
      return overlaps.reduce((sum, overlap, pattern) => {
        const value = this.patterns[pattern][site];
        return sum + value * interaction.forceTable[place(overlap - value * spin)];
      }, 0);
    }
    const pulled = overlaps.reduce((sum, overlap, pattern) => sum + this.patterns[pattern][site] * overlap, 0);
    return pulled - this.patterns.length * spin + this.#options.field;
  }

  /** The neurons that one is coupled to: all; on a lattice those at its left, its right, above and below, the one at an edge from the other. */
  #inputs(site: number): number[] {
    const { side } = this.#options.pairwise!;
    if (side === 0) return this.#everyone;
    const [x, y] = [site % side, Math.floor(site / side)];
    const at = (dx: number, dy: number) => ((y + dy + side) % side) * side + ((x + dx + side) % side);
    return [at(-1, 0), at(1, 0), at(0, -1), at(0, 1)];
  }

  /** The site of a checkerboard's update: first those where x + y is even, row by row, then the others. */
  #square(update: number): number {
    const { side } = this.#options.pairwise!;
    const half = this.spins.length / 2;
    const [colour, place] = [Math.floor(update / half), update % half];
    const y = Math.floor(place / (side / 2));
    return y * side + 2 * (place % (side / 2)) + ((y + colour) % 2);
  }

  /** What j does to i: Hebb's sum over patterns, or its sign, if it was not cut. */
  #coupling(i: number, j: number): number {
    const { seed, purpose, replica } = this.#options;
    const { kept, clipped, strength } = this.#options.pairwise!;
    if (i === j) return 0;
    if (kept < 2 ** 32 - 1) {
      const random = threefry4x32([i, Math.floor(j / 4), 0, 0], streamKey(seed, purpose.dilution, replica))[j % 4];
      if (random >= kept) return 0;
    }
    const sum = this.patterns.reduce((total, pattern) => total + pattern[i] * pattern[j], 0);
    return strength * (clipped ? Math.sign(sum) : sum);
  }

  #aligned(field: number, spin: number, random: number): number {
    const { probabilities } = this.#options;
    if (probabilities.length === 0 && field === 0) return spin;
    const direction = field >= 0 ? 1 : -1;
    const size = Math.abs(field);
    return size >= probabilities.length || random < probabilities[size] ? direction : -direction;
  }
}

/**
 * Random patterns: the bits of a block of random numbers are those of 128 patterns at one site. With a bias each is +1 where
 * its own number is below `chance`.
 */
export function randomPatterns(
  { seed, purpose, replica, neurons, patterns }: PatternOptions,
  chance: number,
): Int8Array[] {
  const key = streamKey(seed, purpose.patterns, replica);
  return Array.from({ length: patterns }, (_, pattern) =>
    Int8Array.from({ length: neurons }, (_, site) => {
      const word = Math.floor((pattern % 128) / 32);
      const up =
        chance === 2 ** 31
          ? (threefry4x32([site, Math.floor(pattern / 128), 0, 0], key)[word] >>> (pattern % 32)) & 1
          : threefry4x32([site, Math.floor(pattern / 4), 1, 0], key)[pattern % 4] < chance;
      return up ? 1 : -1;
    }),
  );
}
