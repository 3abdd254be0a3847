// The Ising model in plain words: the definition that the kernels must equal, spin by spin. Slow, and meant to be read.
//
// One spin at a time, checkerboard order: first all sites with x + y even, then all with x + y odd. A spin flips if its
// random number, uniform on 0 ... 2^64 - 1, is below the threshold 2^64 P(flip) of its surroundings.

import { streamKey, threefry4x32, type Words4 } from "../../random/threefry.ts";

export interface ReferenceOptions {
  width: number;
  height: number;
  /** Which replica of the seed this is; it selects the random numbers. */
  replica: number;
  seed: bigint;
  rounds: number;
  /** 2^64 P(flip) for a spin (+1 or -1) in its surroundings, or "certain". */
  threshold: (spin: number, surroundings: Surroundings) => Threshold;
  /** The spin before the first and after the last site of an axis: fixed, the one at the other end (with a sign), or none. */
  beyond: readonly [x: Beyond, y: Beyond];
  /** What the random numbers are for, at the start and in a sweep. */
  purpose: { start: number; sweep: number };
}

export type Threshold = bigint | "certain";

/** Aligned neighbours among those that a site has along each axis. */
export interface Surroundings {
  alignedX: number;
  neighboursX: number;
  alignedY: number;
  neighboursY: number;
}

/** What stands beyond the edges of an axis. */
export type Beyond =
  | { kind: "closed"; sign: 1 | -1 }
  | { kind: "free" }
  | { kind: "fixed"; before: 1 | -1; after: 1 | -1 };

/** One lattice. `spins[y * width + x]` is +1 or -1. */
export class ReferenceIsing {
  readonly spins: Int8Array;
  readonly #options: ReferenceOptions;

  constructor(options: ReferenceOptions) {
    this.#options = options;
    this.spins = new Int8Array(options.width * options.height).fill(1);
  }

  /** Every spin up or down with probability 1/2: bit (column mod 32) of word (y mod 4) of its tile's block. */
  randomize(): void {
    const { seed, purpose, replica, rounds } = this.#options;
    const key = streamKey(seed, purpose.start, replica);
    for (const colour of [0, 1]) {
      for (const { number, sites } of this.#tiles(colour)) {
        const block = threefry4x32([number, 0, 0, colour], key, rounds);
        for (const site of sites) this.spins[site.at] = (block[site.row] >>> site.column) & 1 ? 1 : -1;
      }
    }
  }

  /** One sweep: every spin is offered one flip. `time` is the number of sweeps before it. */
  sweep(time: number): void {
    const { seed, purpose, replica, rounds } = this.#options;
    const key = streamKey(seed, purpose.sweep, replica);
    for (const colour of [0, 1]) {
      for (const { number, sites } of this.#tiles(colour)) {
        const block = (draw: number) => threefry4x32([number, time, draw, colour], key, rounds);
        const offers = sites.map((site) => ({ ...site, threshold: this.#threshold(site.at) }));
        for (const at of accepted(offers, block)) this.spins[at] = -this.spins[at] as 1 | -1;
      }
    }
  }

  /** Every spin within `radius` of (x, y), counted around closed axes, becomes +1 or -1. */
  paint({ x, y, radius, value }: { x: number; y: number; radius: number; value: number }): void {
    const { width, height, beyond } = this.#options;
    const place = (at: number, size: number, { kind }: Beyond) =>
      kind === "closed" ? ((at % size) + size) % size : at >= 0 && at < size ? at : undefined;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        const [column, row] = [place(x + dx, width, beyond[0]), place(y + dy, height, beyond[1])];
        if (dx * dx + dy * dy > radius * radius || column === undefined || row === undefined) continue;
        this.spins[row * width + column] = value;
      }
    }
  }

  /** The integer sums behind the observables: spins up, all and at even sites, and bonds (each once) that are not satisfied. */
  sums(): { up: number; unequalX: number; unequalY: number; upEven: number } {
    const { width } = this.#options;
    const sums = { up: 0, unequalX: 0, unequalY: 0, upEven: 0 };
    for (let at = 0; at < this.spins.length; at++) {
      const [x, y] = [at % width, Math.floor(at / width)];
      const spin = this.spins[at];
      if (spin > 0) sums.up++;
      if (spin > 0 && (x + y) % 2 === 0) sums.upEven++;
      if (this.#neighbour(x + 1, y) === -spin) sums.unequalX++;
      if (this.#neighbour(x, y + 1) === -spin) sums.unequalY++;
      // A bond with a fixed spin before the first site belongs to no other site.
      if (x === 0 && this.#options.beyond[0].kind === "fixed" && this.#neighbour(-1, y) === -spin) sums.unequalX++;
      if (y === 0 && this.#options.beyond[1].kind === "fixed" && this.#neighbour(x, -1) === -spin) sums.unequalY++;
    }
    return sums;
  }

  /** The spin at (x, y) as its neighbour sees it, also just beyond an edge; 0 where there is none. */
  #neighbour(x: number, y: number): number {
    const { width, height, beyond } = this.#options;
    const outside = x < 0 || x >= width ? beyond[0] : y < 0 || y >= height ? beyond[1] : undefined;
    if (outside?.kind === "free") return 0;
    if (outside?.kind === "fixed") return x < 0 || y < 0 ? outside.before : outside.after;
    return (outside?.sign ?? 1) * this.spins[((y + height) % height) * width + ((x + width) % width)];
  }

  #threshold(at: number): Threshold {
    const { width, threshold } = this.#options;
    const [x, y, spin] = [at % width, Math.floor(at / width), this.spins[at]];
    const count = (neighbours: number[], value: number) => neighbours.filter((other) => other === value).length;
    const alongX = [this.#neighbour(x - 1, y), this.#neighbour(x + 1, y)];
    const alongY = [this.#neighbour(x, y - 1), this.#neighbour(x, y + 1)];
    return threshold(spin, {
      alignedX: count(alongX, spin),
      neighboursX: 2 - count(alongX, 0),
      alignedY: count(alongY, spin),
      neighboursY: 2 - count(alongY, 0),
    });
  }

  /** The sites of one colour in tiles of 4 rows × 32 columns (64 in x), which share blocks of random numbers. */
  *#tiles(colour: number): Generator<{ number: number; sites: Site[] }> {
    const { width, height } = this.#options;
    let number = 0;
    for (let y0 = 0; y0 < height; y0 += 4) {
      for (let x0 = 0; x0 < width; x0 += 64) {
        const sites: Site[] = [];
        for (let y = y0; y < Math.min(y0 + 4, height); y++) {
          for (let x = x0 + ((x0 + y + colour) % 2); x < Math.min(x0 + 64, width); x += 2) {
            sites.push({ at: y * width + x, row: y - y0, column: Math.floor((x - x0) / 2) });
          }
        }
        yield { number: number++, sites };
      }
    }
  }
}

interface Site {
  at: number;
  row: number;
  column: number;
}

/** The last bits of a spin that block b leaves undecided stand in block TIES + b. */
const TIES = 2 ** 31;

/**
 * Which spins of a tile flip. A spin's random number is revealed from its top bit on, and only while it equals the
 * threshold; the first bit that differs decides.
 *
 * Blocks 0-3 hold bits 63 ... 60 of every spin. Block 4 holds bits 59 ... 56 of one spin in each column, the topmost that
 * is still undecided. Each word of the blocks 5, 6, … holds the next 32 bits of one spin: a block goes to the first four
 * columns that have an undecided spin, and there to the topmost. If those bits equal the threshold's, the same word of
 * another block holds the rest.
 */
function accepted(offers: (Site & { threshold: Threshold })[], block: (draw: number) => Words4): number[] {
  const flips: number[] = [];
  let undecided: (Site & { threshold: bigint; revealed: number })[] = [];
  for (const { threshold, ...site } of offers) {
    if (threshold === "certain") flips.push(site.at);
    else undecided.push({ ...site, threshold, revealed: 0 });
  }

  /** True if the next bits of the random number equal the threshold's; else they have decided. */
  const reveal = (offer: (typeof undecided)[number], bits: number, count: number) => {
    offer.revealed += count;
    const wanted = Number(BigInt.asUintN(count, offer.threshold >> BigInt(64 - offer.revealed)));
    if (bits < wanted) flips.push(offer.at);
    return bits === wanted;
  };
  const bitOf = (word: number, { column }: Site) => (word >>> column) & 1;
  for (let draw = 0; draw < 4; draw++) {
    const words = block(draw);
    undecided = undecided.filter((offer) => reveal(offer, bitOf(words[offer.row], offer), 1));
  }

  const topmost = () => undecided.filter((a) => !undecided.some((b) => b.column === a.column && b.row < a.row));
  if (undecided.length > 0) {
    const sharing = topmost();
    const words = block(4);
    const settled = sharing.filter((offer) => !words.every((word) => reveal(offer, bitOf(word, offer), 1)));
    undecided = undecided.filter((offer) => !settled.includes(offer));
  }

  for (let draw = 5; undecided.length > 0; draw++) {
    const words = block(draw);
    const next = topmost().sort((a, b) => a.column - b.column);
    next.slice(0, 4).forEach((offer, i) => {
      if (reveal(offer, words[i], 32)) {
        const rest = 64 - offer.revealed;
        // The rest of the threshold, followed by zeros, against 32 more bits.
        const wanted = Number(BigInt.asUintN(rest, offer.threshold) << BigInt(32 - rest));
        if (block(TIES + draw)[i] < wanted) flips.push(offer.at);
      }
      undecided = undecided.filter((other) => other !== offer);
    });
  }
  return flips;
}
