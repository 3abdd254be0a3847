// The reference as a lattice of the Ising API: it runs where the GPU would, one replica after the other.

import { type AdvanceOptions, advancePlainly } from "../advance.ts";
import type { Stroke } from "../model.ts";
import { CLASSES, type Lattice, type LatticeOptions, PURPOSE, type Sums } from "./lattice.ts";
import { packSpins, unpackSpins } from "./packing.ts";
import { ReferenceIsing } from "./reference.ts";

export class ReferenceLattice implements Lattice {
  readonly #options: LatticeOptions;
  #replicas: ReferenceIsing[];

  constructor(options: LatticeOptions) {
    this.#options = options;
    this.#replicas = this.#make(options.thresholds);
  }

  #make(thresholds: Uint32Array): ReferenceIsing[] {
    return Array.from({ length: this.#options.replicas }, (_, i) => {
      const own = thresholds.subarray(CLASSES * i, CLASSES * (i + 1));
      const replica = this.#options.firstReplica + i;
      return new ReferenceIsing({ ...this.#options, thresholds: own, replica, purpose: PURPOSE });
    });
  }

  async setThresholds(thresholds: Uint32Array): Promise<void> {
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
    return this.#replicas.map((replica) => replica.sums());
  }

  advance(options: AdvanceOptions<Sums>): Promise<void> {
    const sweep = (time: number) => {
      for (const replica of this.#replicas) replica.sweep(time);
    };
    return advancePlainly(options, sweep, () => this.sums());
  }

  dispose(): void {}
}
