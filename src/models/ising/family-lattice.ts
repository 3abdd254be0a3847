// A lattice of three or four sides as a lattice of the Ising API: one of the family, whose sites are bytes and whose states are canonical bits.

import type { Device } from "../../device/device.ts";
import type { AdvanceOptions } from "../advance.ts";
import type { Geometry } from "../lattice/geometry.ts";
import type { LatticeEngine } from "../lattice/lattice.ts";
import { open } from "../lattice/setup.ts";
import type { Stroke } from "../model.ts";
import { type FlipThresholds, type Lattice, type LatticeOptions, PURPOSE, type Sums } from "./lattice.ts";
import { packSpins, unpackSpins } from "./packing.ts";
import { isingRule, tablesOf } from "./rule.ts";

export class FamilyLattice implements Lattice {
  readonly #options: LatticeOptions;
  readonly #geometry: Geometry;
  readonly #engine: LatticeEngine;

  /** @throws ParameterError for what the device cannot hold, OutOfMemoryError, GpuError, DeviceLostError */
  static async create(device: Device, options: LatticeOptions, geometry: Geometry, workgroup?: number) {
    const { replicas, firstReplica, seed, thresholds } = options;
    const family = {
      ...{ model: "ising", geometry, rule: isingRule(geometry.directions.length), replicas, firstReplica, seed },
      streams: { start: PURPOSE.familyStart, update: PURPOSE.familySweep },
      tables: tablesOf(thresholds),
    };
    return new FamilyLattice(options, geometry, await open(device, family, workgroup));
  }

  private constructor(options: LatticeOptions, geometry: Geometry, engine: LatticeEngine) {
    this.#options = options;
    this.#geometry = geometry;
    this.#engine = engine;
  }

  randomize(): Promise<void> {
    return this.#engine.randomize();
  }

  write(state: Uint8Array): Promise<void> {
    return this.#engine.write(Uint8Array.from(unpackSpins(state, this.#options), (spin) => (spin > 0 ? 1 : 0)));
  }

  async read(): Promise<Uint8Array> {
    return packSpins(await this.#engine.read(), this.#options);
  }

  setThresholds(thresholds: FlipThresholds): Promise<void> {
    return this.#engine.setTables(tablesOf(thresholds));
  }

  paint(stroke: Stroke): Promise<void> {
    return this.#engine.paint({ ...stroke, value: stroke.value > 0 ? 1 : 0 });
  }

  async sums(): Promise<Sums[]> {
    return (await this.#engine.sums()).map((sums) => this.#named(sums));
  }

  advance(options: AdvanceOptions<Sums>): Promise<void> {
    const { onSums, ...others } = options;
    return this.#engine.advance({
      ...others,
      ...(onSums && {
        onSums: (sums, step) =>
          onSums(
            sums.map((each) => this.#named(each)),
            step,
          ),
      }),
    });
  }

  dispose(): void {
    this.#engine.dispose();
  }

  /** Sides of one site have no bonds, and the rule no sum for them. */
  #named([up, upEven, ...unequal]: Uint32Array): Sums {
    const { size, directions } = this.#geometry;
    const along = (axis: number) => directions.findIndex((direction) => direction[axis] !== 0);
    return { up, upEven, unequal: size.map((_, axis) => unequal[along(axis)] ?? 0) };
  }
}
