// What an ensemble remembers of its trajectories: exact integer sums, so that no number depends on the order in which they ran,
// and the memory does not grow with them.

import type { Ensemble } from "./ensemble.ts";

/** What one batch adds. */
export interface Batch {
  /** Trajectories of each point. */
  replicates: number;
  /** [point][time][pair]: Σ x as 2 words, Σ x y as 3, the largest x. */
  sums: Uint32Array;
  /** [time][species][bin], of a run without a scan. */
  histogram: Uint32Array;
  shift: number;
  /** [point][time]: trajectories whose first passage was in the interval that ends there. */
  passages: Uint32Array;
  /** [point][time][output] of outputs that are not linear in the species: Σ y and Σ y², of this batch and all before it. */
  outputs: Float64Array;
}

/** Beyond so many species only the variances are kept, not the covariances. */
const MOST_COVARIANCES = 16;
/** Bins of all histograms together, about, and the rows - times and species - beyond which none are kept. */
const HISTOGRAM_BINS = 2 ** 22;
const MOST_ROWS = 2 ** 18;

export const hasCovariances = (species: number) => species <= MOST_COVARIANCES;

/** Bins of one histogram, a power of two; 0 in a scan and for very many times. */
export function binsOf({ network, points, times }: Ensemble): number {
  const rows = times.length * network.species.length;
  if (points.length > 1 || rows > MOST_ROWS) return 0;
  return Math.max(64, Math.min(4096, 2 ** Math.floor(Math.log2(HISTOGRAM_BINS / rows))));
}

/** The narrowest bins, no narrower than 2^shift counts, that hold counts up to `largest`. */
export function shiftFor(largest: number, bins: number, shift: number): number {
  while (bins > 0 && Math.floor(largest / 2 ** shift) >= bins) shift++;
  return shift;
}

/** Pairs of species whose products are summed, (i, i) first. */
export function pairsOf(species: number): [number, number][] {
  const own = Array.from({ length: species }, (_, i): [number, number] => [i, i]);
  if (!hasCovariances(species)) return own;
  return [...own, ...own.flatMap(([i]) => own.slice(0, i).map(([k]): [number, number] => [k, i]))];
}

export class Tally {
  readonly pairs: readonly [number, number][];
  readonly bins: number;
  /** Trajectories of each point so far. */
  replicates = 0;
  /** A bin of a histogram holds 2^shift counts. It grows with the largest count, exactly. */
  shift = 0;
  readonly first: BigUint64Array;
  /** Low 64 bits of Σ x y, and the bits above. */
  readonly low: BigUint64Array;
  readonly high: Uint32Array;
  readonly histogram: Float64Array;
  readonly passages: Float64Array;
  readonly outputs: Float64Array;

  constructor(ensemble: Ensemble, nonlinear: number) {
    const { network, points, times } = ensemble;
    this.pairs = pairsOf(network.species.length);
    const cells = points.length * times.length;
    this.first = new BigUint64Array(cells * this.pairs.length);
    this.low = new BigUint64Array(cells * this.pairs.length);
    this.high = new Uint32Array(cells * this.pairs.length);
    this.bins = binsOf(ensemble);
    this.histogram = new Float64Array(times.length * network.species.length * this.bins);
    this.passages = new Float64Array(cells);
    this.outputs = new Float64Array(2 * cells * nonlinear);
  }

  add({ replicates, sums, histogram, shift, passages, outputs }: Batch): void {
    for (let i = 0, at = 0; i < this.first.length; i++, at += 6) {
      this.first[i] += BigInt(sums[at]) | (BigInt(sums[at + 1]) << 32n);
      const low = BigInt(sums[at + 2]) | (BigInt(sums[at + 3]) << 32n);
      this.low[i] += low;
      this.high[i] += sums[at + 4] + (this.low[i] < low ? 1 : 0);
    }
    this.coarsen(shift);
    const by = this.shift - shift;
    histogram.forEach((count, i) => {
      const bin = i % this.bins;
      this.histogram[i - bin + (bin >> by)] += count;
    });
    passages.forEach((count, i) => {
      this.passages[i] += count;
    });
    this.outputs.set(outputs);
    this.replicates += replicates;
  }

  /** Adds what other trajectories have shown. */
  merge(other: Tally): void {
    for (let i = 0; i < this.first.length; i++) {
      this.first[i] += other.first[i];
      this.low[i] += other.low[i];
      this.high[i] += other.high[i] + (this.low[i] < other.low[i] ? 1 : 0);
    }
    const shift = Math.max(this.shift, other.shift);
    for (const tally of [this, other]) tally.coarsen(shift);
    for (const name of ["histogram", "passages", "outputs"] as const) {
      for (let i = 0; i < this[name].length; i++) this[name][i] += other[name][i];
    }
    this.replicates += other.replicates;
  }

  /** Bins at least so wide; pairs of bins become one. */
  coarsen(shift: number): void {
    for (; this.shift < shift; this.shift++) {
      for (let row = 0; row < this.histogram.length; row += this.bins) {
        for (let bin = 0; bin < this.bins; bin++) {
          const pair = 2 * bin < this.bins ? this.histogram[row + 2 * bin] + this.histogram[row + 2 * bin + 1] : 0;
          this.histogram[row + bin] = pair;
        }
      }
    }
  }

  /** Mean of a species, exactly rounded once. */
  mean(cell: number, species: number): number {
    return this.replicates > 0
      ? ratio(this.first[cell * this.pairs.length + species], BigInt(this.replicates))
      : Number.NaN;
  }

  /** Unbiased covariance of the k-th pair. */
  covariance(cell: number, k: number): number {
    const [a, b] = this.pairs[k];
    const at = cell * this.pairs.length;
    const n = BigInt(this.replicates);
    if (n < 2n) return Number.NaN;
    const products = this.low[at + k] | (BigInt(this.high[at + k]) << 64n);
    return ratio(n * products - this.first[at + a] * this.first[at + b], n * (n - 1n));
  }

  /** Everything that is exact in integers, in bytes. */
  bytes(): Uint8Array[] {
    return [this.first, this.low, this.high, this.histogram, this.passages].map(
      (array) => new Uint8Array(array.buffer),
    );
  }
}

/** A quotient of integers as f64, without overflow on the way. */
function ratio(a: bigint, b: bigint): number {
  const whole = a / b;
  return Number(whole) + Number(a - whole * b) / Number(b);
}
