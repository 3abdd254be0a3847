// The Ising model in plain words: the definition that the kernels must equal, spin by spin. Slow, and meant to be read.
//
// One spin at a time, checkerboard order: first all sites with x + y even, then all with x + y odd. A spin flips if its
// random number, uniform on 0 ... 2^32 - 1, is below the threshold 2^32 P(flip) of its surroundings.

import { streamKey, threefry4x32, type Words4 } from "../../random/threefry.ts";

export interface ReferenceOptions {
  width: number;
  height: number;
  /** Which replica of the seed this is; it selects the random numbers. */
  replica: number;
  seed: bigint;
  rounds: number;
  /** Flip thresholds [spin down, up][aligned horizontal neighbours 0-2][aligned vertical neighbours 0-2]. */
  thresholds: ArrayLike<number>;
  /** What the random numbers are for, at the start and in a sweep. */
  purpose: { start: number; sweep: number };
}

/** A threshold that stands for certainty. */
const CERTAIN = 0xffffffff;

/** One periodic lattice. `spins[y * width + x]` is +1 or -1. */
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

  /** Every spin within `radius` of (x, y), counted around the torus, becomes +1 or -1. */
  paint({ x, y, radius, value }: { x: number; y: number; radius: number; value: number }): void {
    const { width, height } = this.#options;
    const around = (i: number, n: number) => ((i % n) + n) % n;
    for (let dy = -radius; dy <= radius; dy++) {
      for (let dx = -radius; dx <= radius; dx++) {
        if (dx * dx + dy * dy > radius * radius) continue;
        this.spins[around(y + dy, height) * width + around(x + dx, width)] = value;
      }
    }
  }

  /** The integer sums behind the observables: spins up, and bonds (each once) whose two spins differ. */
  sums(): { up: number; unequalX: number; unequalY: number } {
    let [up, unequalX, unequalY] = [0, 0, 0];
    for (let at = 0; at < this.spins.length; at++) {
      const { right, below } = this.#neighbours(at);
      if (this.spins[at] > 0) up++;
      if (this.spins[at] !== this.spins[right]) unequalX++;
      if (this.spins[at] !== this.spins[below]) unequalY++;
    }
    return { up, unequalX, unequalY };
  }

  #neighbours(at: number) {
    const { width, height } = this.#options;
    const [x, y] = [at % width, Math.floor(at / width)];
    return {
      left: y * width + ((x + width - 1) % width),
      right: y * width + ((x + 1) % width),
      above: ((y + height - 1) % height) * width + x,
      below: ((y + 1) % height) * width + x,
    };
  }

  #threshold(at: number): number {
    const { left, right, above, below } = this.#neighbours(at);
    const aligned = (other: number) => (this.spins[other] === this.spins[at] ? 1 : 0);
    const up = this.spins[at] > 0 ? 1 : 0;
    return this.#options.thresholds[9 * up + 3 * (aligned(left) + aligned(right)) + aligned(above) + aligned(below)];
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

/**
 * Which spins of a tile flip. A spin's random number is revealed from its top bit on, and only while it equals the
 * threshold; the first bit that differs decides.
 *
 * Blocks 0-3 hold bits 31 ... 28 of every spin. Block 4 holds bits 27 ... 24 of one spin in each column, the topmost that
 * is still undecided. Each word of the blocks 5, 6, … holds all remaining bits of one spin: a block goes to the first
 * four columns that have an undecided spin, and there to the topmost.
 */
function accepted(offers: (Site & { threshold: number })[], block: (draw: number) => Words4): number[] {
  const flips = offers.filter(({ threshold }) => threshold === CERTAIN).map(({ at }) => at);
  let undecided = offers.filter(({ threshold }) => threshold !== CERTAIN).map((offer) => ({ ...offer, revealed: 0 }));

  const reveal = (offer: (typeof undecided)[number], bit: number) => {
    offer.revealed++;
    const wanted = (offer.threshold >>> (32 - offer.revealed)) & 1;
    if (bit < wanted) flips.push(offer.at);
    return bit === wanted;
  };
  for (let draw = 0; draw < 4; draw++) {
    const words = block(draw);
    undecided = undecided.filter((offer) => reveal(offer, (words[offer.row] >>> offer.column) & 1));
  }

  const topmost = () => undecided.filter((a) => !undecided.some((b) => b.column === a.column && b.row < a.row));
  if (undecided.length > 0) {
    const sharing = topmost();
    const words = block(4);
    const settled = sharing.filter((offer) => !words.every((word) => reveal(offer, (word >>> offer.column) & 1)));
    undecided = undecided.filter((offer) => !settled.includes(offer));
  }

  for (let draw = 5; undecided.length > 0; draw++) {
    const words = block(draw);
    const next = topmost().sort((a, b) => a.column - b.column);
    next.slice(0, 4).forEach((offer, i) => {
      const rest = (offer.threshold << offer.revealed) >>> 0;
      if (words[i] < rest) flips.push(offer.at);
      undecided = undecided.filter((other) => other !== offer);
    });
  }
  return flips;
}
