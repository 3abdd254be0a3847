// Who makes the trajectories of an ensemble, a batch at a time: the GPU (gpu.ts), or here the reference.

import type { Ensemble } from "./ensemble.ts";
import { type Output, observer } from "./outputs.ts";
import { simulateExactly } from "./reference/hybrid.ts";
import { simulateLeaping } from "./reference/leaping.ts";
import type { Which } from "./reference/trajectory.ts";
import { type Batch, binsOf, pairsOf, shiftFor } from "./tally.ts";

export interface BatchOptions {
  /** Bins of the histogram hold at least 2^shift counts. */
  shift: number;
  /** Σ y and Σ y² of outputs over the trajectories before: see Batch. */
  outputs: Float64Array;
  /** Is asked now and then; it throws to stop. */
  tick: () => Promise<void>;
}

/** Counts and variables at the grid times: [trajectory of point 0, …][time][species or variable]. */
export interface Samples {
  counts: number[][][];
  values: number[][][];
}

export interface Runner {
  /** Trajectories of each point in a batch at most. */
  readonly most: number;
  /** Trajectories `first` … `first + replicates - 1` of every point, summed. */
  batch(first: number, replicates: number, options: BatchOptions): Promise<Batch>;
  /** Their counts at the grid times: [trajectory of point 0, …][time][species]. */
  counts(first: number, replicates: number): Promise<number[][][]>;
  /** The same with the variables at these times. */
  samples(first: number, replicates: number): Promise<Samples>;
  dispose(): void;
}

export class ReferenceRunner implements Runner {
  /** Trajectories after which it looks whether it should stop. */
  readonly most = 16;
  readonly #ensemble: Ensemble;
  readonly #outputs: readonly Output[];

  constructor(ensemble: Ensemble, outputs: readonly Output[]) {
    this.#ensemble = ensemble;
    this.#outputs = outputs;
  }

  async batch(
    first: number,
    replicates: number,
    { shift: least, outputs: before, tick }: BatchOptions,
  ): Promise<Batch> {
    await tick();
    const { network, points, times } = this.#ensemble;
    const pairs = pairsOf(network.species.length);
    const sums = new Uint32Array(6 * points.length * times.length * pairs.length);
    const passages = new Uint32Array(points.length * times.length);
    const { sums: outputs, observe } = observer(this.#ensemble, this.#outputs, before);
    const paths = points.map((_, point) => Array.from({ length: replicates }, (_, i) => this.#one(point, first + i)));
    paths.forEach((own, point) => {
      for (const { passage } of own) if (passage !== undefined) passages[point * times.length + passage]++;
      times.forEach((_, t) => {
        const states = own.map(({ counts }) => counts[t]);
        for (const { counts, values } of own) observe(point, t, [...counts[t], ...values[t]]);
        pairs.forEach(([a, b], k) => {
          const words = sumsOf(states.map((state) => [state[a], state[b]]));
          sums.set(words, 6 * ((point * times.length + t) * pairs.length + k));
        });
      });
    });

    const bins = binsOf(this.#ensemble);
    const all = bins > 0 ? paths[0].map(({ counts }) => counts.flat()) : [];
    const largest = all.reduce((most, row) => row.reduce((a, b) => Math.max(a, b), most), 0);
    const shift = shiftFor(largest, bins, least);
    const histogram = new Uint32Array(bins * times.length * network.species.length);
    for (const rows of all) {
      rows.forEach((count, row) => {
        histogram[row * bins + Math.floor(count / 2 ** shift)]++;
      });
    }
    return { replicates, sums, histogram, shift: bins > 0 ? shift : least, passages, outputs };
  }

  async samples(first: number, replicates: number): Promise<Samples> {
    const paths = this.#ensemble.points.flatMap((_, point) =>
      Array.from({ length: replicates }, (_, i) => this.#one(point, first + i)),
    );
    return { counts: paths.map(({ counts }) => counts), values: paths.map(({ values }) => values) };
  }

  async counts(first: number, replicates: number): Promise<number[][][]> {
    return this.#ensemble.points.flatMap((_, point) =>
      Array.from({ length: replicates }, (_, i) => this.#one(point, first + i).counts),
    );
  }

  dispose(): void {}

  #one(point: number, replicate: number) {
    const which: Which = { point, replicate };
    const { leaping } = this.#ensemble;
    return leaping ? simulateLeaping(this.#ensemble, which, leaping) : simulateExactly(this.#ensemble, which);
  }
}

/** Σ x in two words, Σ x y in three, the largest x. */
function sumsOf(pairs: readonly (readonly [number, number])[]): number[] {
  const first = pairs.reduce((sum, [x]) => sum + BigInt(x), 0n);
  const second = pairs.reduce((sum, [x, y]) => sum + BigInt(x) * BigInt(y), 0n);
  const word = (value: bigint, at: bigint) => Number((value >> (32n * at)) & 0xffffffffn);
  const largest = pairs.reduce((most, [x]) => Math.max(most, x), 0);
  return [word(first, 0n), word(first, 1n), word(second, 0n), word(second, 1n), word(second, 2n), largest];
}
