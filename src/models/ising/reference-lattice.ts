// The reference as a lattice of the Ising API: it runs where the GPU would, one replica after the other.

import { type AdvanceOptions, advancePlainly } from "../advance.ts";
import type { Stroke } from "../model.ts";
import { type Boundary, fixedSpins } from "./boundary.ts";
import {
  ALWAYS,
  CLASSES,
  type FlipThresholds,
  type Lattice,
  type LatticeOptions,
  PURPOSE,
  type Sums,
} from "./lattice.ts";
import { packSpins, unpackSpins } from "./packing.ts";
import { type Beyond, ReferenceIsing, type Surroundings, type Threshold } from "./reference.ts";

export class ReferenceLattice implements Lattice {
  readonly #options: LatticeOptions;
  #replicas: ReferenceIsing[];

  constructor(options: LatticeOptions) {
    this.#options = options;
    this.#replicas = this.#make(options.thresholds);
  }

  #make(thresholds: FlipThresholds): ReferenceIsing[] {
    const { replicas, firstReplica, boundaries } = this.#options;
    const [x, y] = boundaries.map(beyondOf);
    return Array.from({ length: replicas }, (_, i) => {
      const threshold = lookUp(thresholds, (thresholds.high.length / replicas) * i);
      const replica = firstReplica + i;
      return new ReferenceIsing({ ...this.#options, threshold, replica, beyond: [x, y], purpose: PURPOSE });
    });
  }

  async setThresholds(thresholds: FlipThresholds): Promise<void> {
    const old = this.#replicas;
    this.#replicas = this.#make(thresholds);
    this.#replicas.forEach((replica, i) => {
      replica.spins.set(old[i].spins);
    });
  }

  async paint(stroke: Stroke): Promise<void> {
    this.#replicas[0].paint(stroke);
  }

  async randomize(): Promise<void> {
    for (const replica of this.#replicas) replica.randomize();
  }

  async write(state: Uint8Array): Promise<void> {
    const { width, height } = this.#options;
    const spins = unpackSpins(state, this.#options);
    this.#replicas.forEach((replica, i) => {
      replica.spins.set(spins.subarray(i * width * height, (i + 1) * width * height));
    });
  }

  async read(): Promise<Uint8Array> {
    const { width, height, replicas } = this.#options;
    const spins = new Int8Array(replicas * width * height);
    this.#replicas.forEach((replica, i) => {
      spins.set(replica.spins, i * width * height);
    });
    return packSpins(spins, this.#options);
  }

  async sums(): Promise<Sums[]> {
    return this.#replicas.map((replica) => {
      const { up, unequalX, unequalY, upEven } = replica.sums();
      return { up, unequal: [unequalX, unequalY], upEven };
    });
  }

  advance(options: AdvanceOptions<Sums>): Promise<void> {
    const sweep = (time: number) => {
      for (const replica of this.#replicas) replica.sweep(time);
    };
    return advancePlainly(options, sweep, () => this.sums());
  }

  dispose(): void {}
}

function beyondOf(boundary: Boundary): Beyond {
  const fixed = fixedSpins(boundary);
  if (fixed) return { kind: "fixed", before: fixed[0], after: fixed[1] };
  return boundary === "free" ? { kind: "free" } : { kind: "closed", sign: boundary === "periodic" ? 1 : -1 };
}

/** One replica's thresholds, which begin at `start` of the tables of all. */
function lookUp({ high, low }: FlipThresholds, start: number) {
  const words = Array.from({ length: Math.min(4 * CLASSES, high.length - start) }, (_, i): Threshold => {
    const [top, rest] = [high[start + i], low[start + i] ?? 0];
    return top === ALWAYS ? "certain" : (BigInt(top) << 32n) | BigInt(rest);
  });
  return (spin: number, { alignedX, neighboursX, alignedY, neighboursY }: Surroundings): Threshold => {
    const group = (neighboursX === 1 ? 1 : 0) + (neighboursY === 1 ? 2 : 0);
    // Two neighbours that are missing cancel as two that differ do.
    const y = neighboursY === 0 ? 1 : alignedY;
    return words[CLASSES * group + (spin > 0 ? 9 : 0) + 3 * alignedX + y];
  };
}
