// The family's lattices as they are defined: one site after another, from the rule's own words.

import { streamKey, threefry4x32 } from "../../random/threefry.ts";
import { type AdvanceOptions, advancePlainly } from "../advance.ts";
import type { Stroke } from "../model.ts";
import { colouringOf, neighboursOf, parityOf, siteCount } from "./geometry.ts";
import type { LatticeEngine, LatticeOptions } from "./lattice.ts";
import type { Bits } from "./rule.ts";

export class ReferenceLattice implements LatticeEngine {
  readonly #options: LatticeOptions;
  readonly #sites: number;
  /** The sites of each colour. */
  readonly #colours: readonly Uint32Array[];
  #tables: Uint32Array;
  /** [replica] */
  #cells: Uint8Array[];

  constructor(options: LatticeOptions) {
    const { geometry, rule, replicas } = options;
    this.#options = options;
    this.#sites = siteCount(geometry);
    if (rule.synchronous) this.#colours = [Uint32Array.from({ length: this.#sites }, (_, site) => site)];
    else {
      const { order, starts } = colouringOf(geometry);
      this.#colours = starts.slice(1).map((end, colour) => order.slice(starts[colour], end));
    }
    this.#tables = options.tables;
    this.#cells = Array.from({ length: replicas }, () => new Uint8Array(this.#sites));
  }

  async randomize(): Promise<void> {
    const { seed, streams, firstReplica, rule } = this.#options;
    this.#cells.forEach((cells, replica) => {
      const key = streamKey(seed, streams.start, firstReplica + replica);
      for (let site = 0; site < this.#sites; site++) {
        const word = threefry4x32([Math.floor(site / 4), 0, 0, 0], key)[site % 4];
        cells[site] = Math.floor((word * rule.states) / 2 ** 32);
      }
    });
  }

  async write(state: Uint8Array): Promise<void> {
    this.#cells = this.#cells.map((_, replica) => state.slice(replica * this.#sites, (replica + 1) * this.#sites));
  }

  async read(): Promise<Uint8Array> {
    const state = new Uint8Array(this.#cells.length * this.#sites);
    this.#cells.forEach((cells, replica) => {
      state.set(cells, replica * this.#sites);
    });
    return state;
  }

  async setTables(tables: Uint32Array): Promise<void> {
    this.#tables = tables;
  }

  async paint({ x, y, radius, value }: Stroke): Promise<void> {
    const { size, edges } = this.#options.geometry;
    const [width, height = 1] = size;
    const apart = (a: number, b: number, axis: number) => {
      const straight = Math.abs(a - b);
      return (edges[axis] ?? "free") === "periodic" ? Math.min(straight, size[axis] - straight) : straight;
    };
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        if (apart(column, x, 0) ** 2 + apart(row, y, 1) ** 2 <= radius ** 2)
          this.#cells[0][row * width + column] = value;
      }
    }
  }

  async sums(): Promise<Uint32Array[]> {
    const { rule, geometry } = this.#options;
    return this.#cells.map((cells) => {
      const sums = new Uint32Array(rule.sums.length);
      for (let site = 0; site < this.#sites; site++) {
        const count = (sum: number, amount: number) => {
          if (!(sum in sums)) throw new RangeError(`a rule counts sum ${sum}; it has ${sums.length}`);
          sums[sum] += amount;
        };
        rule.tally(cells[site], this.#near(cells, site), count, parityOf(geometry, site));
      }
      return sums;
    });
  }

  advance(options: AdvanceOptions<Uint32Array>): Promise<void> {
    return advancePlainly(
      options,
      (sweep) => {
        for (let replica = 0; replica < this.#cells.length; replica++) this.#sweep(replica, sweep);
      },
      () => this.sums(),
    );
  }

  #sweep(replica: number, sweep: number): void {
    const { rule, seed, streams, firstReplica } = this.#options;
    const key = streamKey(seed, streams.update, firstReplica + replica);
    const words = this.#tables.length / this.#cells.length;
    const table = this.#tables.subarray(replica * words, (replica + 1) * words);
    this.#colours.forEach((sites, colour) => {
      const cells = this.#cells[replica];
      const next = rule.synchronous ? cells.slice() : cells;
      sites.forEach((site, at) => {
        const block = threefry4x32([Math.floor(at / 2), sweep, 0, colour], key);
        const random: Bits = at % 2 === 0 ? [block[0], block[1]] : [block[2], block[3]];
        const state = rule.update(cells[site], this.#near(cells, site), random, table);
        if (!(state >= 0 && state < rule.states))
          throw new RangeError(`a rule of ${rule.states} states gives state ${state}`);
        next[site] = state;
      });
      this.#cells[replica] = next;
    });
  }

  /** The states of the neighbours; `states`, which none has, where there is none. */
  #near(cells: Uint8Array, site: number): number[] {
    const { geometry, rule } = this.#options;
    return neighboursOf(geometry, site).map((other) => (other < 0 ? rule.states : cells[other]));
  }

  dispose(): void {}
}
