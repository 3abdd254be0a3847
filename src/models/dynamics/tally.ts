// What an ensemble remembers of its trajectories: exact sums of each measured number and of its square, from a centre that belongs to
// trajectory 0, so that no figure depends on the order in which they ran.

import * as z from "zod";
import { CheckpointError } from "../../device/errors.ts";
import { LARGEST } from "./reference/range.ts";

/** Bins of shaders/dynamics/tally.wgsl: a number of 64 bits for every 16 powers of two. */
const SUM_BINS = 16;
const SQUARE_BINS = 32;
export const WORDS = 1 + 2 * (SUM_BINS + SQUARE_BINS);
/** Of what sums and squares are multiples: 2^-150 and 2^-277, a number in bin 0 shifted by none. */
const SUM_UNIT = 150;
const SQUARE_UNIT = 277;

/** Trajectories of every point together, for each row and point. */
export interface Batch {
  /** Trajectories of each point. */
  count: number;
  /** How many numbers there were, and sums of them and of their squares from the centres, in units of 2^-150 and 2^-277. */
  cells: readonly Cell[];
  /** How far from converged the worst step of a flow was; see Pilot. */
  worst: number;
  /** Of a method that chooses its steps. */
  tries?: Tries;
  /** Numbers of trajectories that came to no number, [point, trajectory]. */
  diverged: readonly (readonly [point: number, trajectory: number])[];
  /** [time][point][cell of all histograms]: how many trajectories have a value there. */
  histograms?: ArrayLike<number>;
}

/** Steps of trajectories that choose them. */
export interface Tries {
  accepted: number;
  rejected: number;
  /** Trajectories whose steps became too short or too many, though their slopes are numbers. */
  stuck: number;
}

export interface Cell {
  numbers: number;
  sum: bigint;
  square: bigint;
}

/** A cell from the words that the kernel left at `at`. */
export function cellOf(words: Uint32Array, at: number): Cell {
  const total = (first: number, bins: number) => {
    let sum = 0n;
    for (let bin = bins - 1; bin >= 0; bin--) {
      const place = at + 1 + 2 * (first + bin);
      sum <<= 16n;
      if (words[place] !== 0 || words[place + 1] !== 0) {
        sum += (BigInt(words[place + 1] | 0) << 32n) + BigInt(words[place]);
      }
    }
    return sum;
  };
  return { numbers: words[at], sum: total(0, SUM_BINS), square: total(SUM_BINS, SQUARE_BINS) };
}

/** The cell of one number, for the reference: exact in f64 as far as f32 goes. */
export function cellOfNumber(x: number, centre: number): Cell {
  const rounded = Math.fround(x);
  if (!Number.isFinite(rounded)) return { numbers: 0, sum: 0n, square: 0n };
  const distance = Math.fround(rounded - centre);
  return { numbers: 1, sum: scaled(distance, SUM_UNIT), square: scaled(distance * distance, SQUARE_UNIT) };
}

const view = new DataView(new ArrayBuffer(8));

/** The integer nearest below x 2^power. */
function scaled(x: number, power: number): bigint {
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  if (exponent === 0) return 0n;
  const mantissa = (bits & 0xfffffffffffffn) | 0x10000000000000n;
  const shift = exponent - 1075 + power;
  const size = shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift);
  return x < 0 ? -size : size;
}

/** x 2^-power. */
function unscaled(x: bigint, power: number): number {
  const digits = (x < 0n ? -x : x).toString(2).length;
  const drop = Math.max(0, digits - 60);
  return Number(x >> BigInt(drop)) * 2 ** (drop - power);
}

/** Numbers of diverged trajectories that are kept; of more it is known how many. */
const MOST_NAMED = 1000;

export class Tally {
  /** Trajectories of each point so far. */
  count = 0;
  /** How far from converged the worst step so far was. */
  worst = 0;
  /** [row][point] */
  readonly centres: Float32Array;
  readonly numbers: Float64Array;
  readonly sums: bigint[];
  readonly squares: bigint[];
  readonly diverged: (readonly [point: number, trajectory: number])[] = [];
  /** Of a method that chooses its steps. */
  tries: Tries | undefined;
  /** [time][point][cell of all histograms] */
  readonly histograms: Float64Array;

  constructor(cells: number, histogramCells = 0) {
    this.histograms = new Float64Array(histogramCells);
    this.centres = new Float32Array(cells);
    this.numbers = new Float64Array(cells);
    this.sums = Array(cells).fill(0n);
    this.squares = Array(cells).fill(0n);
  }

  add({ count, cells, worst, diverged, tries, histograms = [] }: Batch): void {
    this.#addTries(tries);
    for (let i = 0; i < histograms.length; i++) this.histograms[i] += histograms[i];
    // JSON has no infinity.
    this.worst = Math.max(this.worst, Number.isFinite(worst) ? worst : LARGEST);
    for (const [i, { numbers, sum, square }] of cells.entries()) {
      this.numbers[i] += numbers;
      this.sums[i] += sum;
      this.squares[i] += square;
    }
    // By trajectory first, for whatever the batches are they follow each other in that.
    const inOrder = [...diverged].sort(([p, a], [q, b]) => a - b || p - q);
    for (const one of inOrder) if (this.diverged.length < MOST_NAMED) this.diverged.push(one);
    this.count += count;
  }

  #addTries(more: Tries | undefined): void {
    if (!more) return;
    const { accepted, rejected, stuck } = this.tries ?? { accepted: 0, rejected: 0, stuck: 0 };
    this.tries = {
      accepted: accepted + more.accepted,
      rejected: rejected + more.rejected,
      stuck: stuck + more.stuck,
    };
  }

  /** Adds what other trajectories have shown. @throws CheckpointError where their sums have other centres */
  merge(other: Tally): void {
    if (other.count === 0) return;
    if (this.count === 0) this.centres.set(other.centres);
    const differs = this.centres.findIndex((centre, i) => centre !== other.centres[i]);
    if (differs >= 0) {
      throw new CheckpointError(
        `Sums of two parts have different centres, ${this.centres[differs]} and ${other.centres[differs]}: they are of devices that round differently. Make all parts on devices of one kind.`,
      );
    }
    for (let i = 0; i < this.sums.length; i++) {
      this.numbers[i] += other.numbers[i];
      this.sums[i] += other.sums[i];
      this.squares[i] += other.squares[i];
    }
    for (const [i, many] of other.histograms.entries()) this.histograms[i] += many;
    for (const one of other.diverged) if (this.diverged.length < MOST_NAMED) this.diverged.push(one);
    this.worst = Math.max(this.worst, other.worst);
    this.#addTries(other.tries);
    this.count += other.count;
  }

  /** Mean and standard deviation of a cell over the trajectories that have a number there; NaN where none has. */
  moments(cell: number): { n: number; mean: number; sd: number } {
    const n = this.numbers[cell];
    if (n === 0) return { n, mean: Number.NaN, sd: Number.NaN };
    const [sum, square] = [this.sums[cell], this.squares[cell]];
    // n Σ d² - (Σ d)² in integers of 2^-300: nothing is lost in the difference.
    const spread = BigInt(n) * (square << BigInt(2 * SUM_UNIT - SQUARE_UNIT)) - sum * sum;
    const variance = n > 1 ? unscaled(spread > 0n ? spread : 0n, 2 * SUM_UNIT) / n / (n - 1) : Number.NaN;
    return { n, mean: this.centres[cell] + unscaled(sum, SUM_UNIT) / n, sd: Math.sqrt(variance) };
  }

  /** All of it, for digests and checkpoints. */
  saved(): { header: Kept; sections: { centres: Uint8Array; numbers: Uint8Array; histograms?: Uint8Array } } {
    const text = (all: readonly bigint[]) => all.map((one) => one.toString(16));
    return {
      header: {
        count: this.count,
        worst: this.worst,
        sums: text(this.sums),
        squares: text(this.squares),
        diverged: this.diverged.map(([point, trajectory]) => [point, trajectory]),
        ...(this.tries ? { tries: this.tries } : {}),
      },
      sections: {
        centres: new Uint8Array(this.centres.slice().buffer),
        numbers: new Uint8Array(this.numbers.slice().buffer),
        ...(this.histograms.length > 0 ? { histograms: new Uint8Array(this.histograms.slice().buffer) } : {}),
      },
    };
  }

  /** @throws CheckpointError for what is none of this tally */
  restore(
    { count, worst, sums, squares, diverged, tries }: Kept,
    { centres, numbers, histograms }: Record<"centres" | "numbers" | "histograms", Uint8Array>,
  ): void {
    this.histograms.set(new Float64Array(histograms.slice().buffer));
    this.centres.set(new Float32Array(centres.slice().buffer));
    this.numbers.set(new Float64Array(numbers.slice().buffer));
    for (const [own, kept] of [
      [this.sums, sums],
      [this.squares, squares],
    ] as const) {
      if (kept.length !== own.length) {
        throw new CheckpointError(`The checkpoint has ${kept.length} sums; its parameters ask for ${own.length}.`);
      }
      for (const [i, text] of kept.entries()) own[i] = fromHex(text);
    }
    const bad = this.numbers.findIndex((n) => !(Number.isInteger(n) && n >= 0 && n <= count));
    if (bad >= 0) {
      throw new CheckpointError(`The checkpoint counts ${this.numbers[bad]} numbers of ${count} trajectories.`);
    }
    if (!this.histograms.every((many) => Number.isInteger(many) && many >= 0)) {
      throw new CheckpointError("The checkpoint's histograms are no counts.");
    }
    if (!this.centres.every(Number.isFinite)) throw new CheckpointError("The checkpoint's centres are no numbers.");
    this.diverged.push(...diverged);
    this.worst = worst;
    this.tries = tries;
    this.count = count;
  }
}

/** What a checkpoint's header has of a tally; sums are hexadecimal. */
export const keptTally = {
  count: z.int().min(0),
  worst: z.number().min(0),
  sums: z.array(z.string()),
  squares: z.array(z.string()),
  diverged: z.array(z.tuple([z.int().min(0), z.int().min(0)])).max(MOST_NAMED),
  tries: z.object({ accepted: z.int().min(0), rejected: z.int().min(0), stuck: z.int().min(0) }).optional(),
};
const kept = z.object(keptTally);
export type Kept = z.output<typeof kept>;

function fromHex(text: string): bigint {
  const [, sign, digits] = /^(-?)([0-9a-f]{1,200})$/.exec(text) ?? [];
  if (digits === undefined) throw new CheckpointError(`The checkpoint's sum "${text.slice(0, 20)}" is no number.`);
  return sign ? -BigInt(`0x${digits}`) : BigInt(`0x${digits}`);
}
