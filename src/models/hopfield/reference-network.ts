// The reference as a network of the Hopfield API: it runs where the GPU would, one replica after the other.

import { type AdvanceOptions, advancePlainly } from "../advance.ts";
import {
  bitsOf,
  type Network,
  type NetworkOptions,
  PURPOSE,
  type ReplicaOptions,
  type Sums,
  spinsOf,
  stateBytes,
} from "./network.ts";
import { ReferenceHopfield, randomPatterns } from "./reference.ts";

export class ReferenceNetwork implements Network {
  readonly #options: NetworkOptions;
  #replicas: ReferenceHopfield[];

  constructor(options: NetworkOptions) {
    this.#options = options;
    const { neurons, patterns, bias } = options;
    const given = (count: number) =>
      Array.from({ length: count }, (_, i) => patterns!.subarray(i * neurons, (i + 1) * neurons));
    this.#replicas = options.replicas.map((own, i) => {
      const all = this.#optionsOf(own, i);
      return new ReferenceHopfield(all, patterns ? given(own.patterns) : randomPatterns(all, bias));
    });
  }

  #optionsOf(own: ReplicaOptions, i: number) {
    const { neurons, dynamics, seed, firstReplica, interaction, pairwise } = this.#options;
    return { ...own, neurons, dynamics, interaction, pairwise, seed, replica: firstReplica + i, purpose: PURPOSE };
  }

  async begin(pattern: number | undefined, noise: number, covered: number): Promise<void> {
    for (const replica of this.#replicas) replica.begin(pattern, noise, covered);
  }

  async write(state: Uint8Array): Promise<void> {
    const { neurons } = this.#options;
    const bytes = stateBytes(neurons);
    this.#replicas.forEach((replica, i) => {
      replica.spins.set(spinsOf(state.subarray(i * bytes), neurons));
    });
  }

  async read(): Promise<Uint8Array> {
    const bytes = stateBytes(this.#options.neurons);
    const state = new Uint8Array(this.#replicas.length * bytes);
    this.#replicas.forEach(({ spins }, i) => {
      state.set(bitsOf(spins), i * bytes);
    });
    return state;
  }

  async setReplicas(replicas: readonly ReplicaOptions[]): Promise<void> {
    this.#replicas = replicas.map((own, i) => {
      const { spins, patterns } = this.#replicas[i];
      const next = new ReferenceHopfield(this.#optionsOf(own, i), patterns);
      next.spins.set(spins);
      return next;
    });
  }

  async sums(): Promise<Sums[]> {
    return this.#replicas.map((replica) => {
      const overlaps = replica.overlaps();
      const largest = overlaps.reduce((most, overlap) => Math.max(most, Math.abs(overlap)), 0);
      return {
        energySum: BigInt(replica.energySum()),
        top: Math.max(...overlaps),
        up: replica.spins.reduce((sum, spin) => sum + (spin > 0 ? 1 : 0), 0),
        cue: overlaps[this.#options.cue],
        largest,
        pattern: overlaps.findIndex((overlap) => Math.abs(overlap) === largest),
      };
    });
  }

  async overlaps(): Promise<Int32Array> {
    return Int32Array.from(this.#replicas[0].overlaps());
  }

  async patterns(count: number): Promise<Int8Array> {
    return Int8Array.from(this.#replicas[0].patterns.slice(0, count).flatMap((pattern) => [...pattern]));
  }

  advance(options: AdvanceOptions<Sums>): Promise<void> {
    const sweep = (time: number) => {
      for (const replica of this.#replicas) replica.sweep(time);
    };
    return advancePlainly(options, sweep, () => this.sums());
  }

  dispose(): void {}
}
