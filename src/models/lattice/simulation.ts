// A model of the lattice family: its rule and its words in, its simulations out.

import type { Device } from "../../device/device.ts";
import { checkSeed } from "../../random/seed.ts";
import type { Estimate } from "../../statistics/index.ts";
import { Chain } from "../base/chain.ts";
import { filled, partOf, restored } from "../base/simulation.ts";
import { headerOf, sectionOf } from "../checkpoint.ts";
import type { Stroke } from "../model.ts";
import { type Points, parametersOf, resolve } from "../parameters.ts";
import type { Series } from "../series.ts";
import { checkStroke } from "../stroke.ts";
import { type Geometry, siteCount } from "./geometry.ts";
import type { LatticeKind, LatticeParameters } from "./kind.ts";
import type { LatticeEngine } from "./lattice.ts";
import type { Rule } from "./rule.ts";
import {
  checkCells,
  givenCells,
  type LatticeGiven,
  open,
  prepare,
  type Setup,
  tablesOf,
  uniformCells,
} from "./setup.ts";

/**
 * A simulation of a lattice whose sites have a few states, such as the Potts model. A step is a sweep over
 * all sites.
 */
export class LatticeSimulation<P extends LatticeParameters> extends Chain<P, Uint32Array, LatticeEngine> {
  readonly geometry: Geometry;
  readonly #kind: LatticeKind<P>;
  readonly #rule: Rule;

  private constructor(device: Device, kind: LatticeKind<P>, setup: Setup<P>, engine: LatticeEngine, steps: number) {
    const { points, options } = setup;
    const own = { model: kind.name, title: "The lattice", schema: kind.schema, unit: "sweeps" };
    super(device, own, { points, seed: options.seed, replicas: options.replicas }, engine, steps);
    this.#kind = kind;
    this.#rule = options.rule;
    this.geometry = options.geometry;
  }

  /** @throws ParameterError for a value out of range, what the device cannot hold, and cells that are none */
  static async create<P extends LatticeParameters>(
    device: Device,
    kind: LatticeKind<P>,
    given: LatticeGiven & { seed?: bigint },
  ): Promise<LatticeSimulation<P>> {
    const { seed = 1n, cells, workgroup, ...parameters } = given;
    const all = cells ? { ...parameters, start: "given" } : parameters;
    const setup = prepare(kind, resolve(kind.name, kind.schema, all) as Points<P>, checkSeed(seed));
    const { points } = setup;
    const state = points.parameters.start === "given" ? givenCells(setup, cells) : uniformCells(kind, setup);
    const engine = await filled(await open(device, setup.options, workgroup), (own) =>
      state ? own.write(state) : own.randomize(),
    );
    return new LatticeSimulation(device, kind, setup, engine, 0);
  }

  /** Continues a checkpoint. @throws CheckpointError */
  static restore<P extends LatticeParameters>(device: Device, kind: LatticeKind<P>, bytes: Uint8Array) {
    return restored(bytes, async (checkpoint) => {
      const { parameters, batch, seed, steps } = headerOf(checkpoint, kind.name, {});
      const points = resolve(kind.name, kind.schema, { ...parameters, ...batch }) as unknown as Points<P>;
      const setup = prepare(kind, points, checkSeed(seed));
      const { geometry, rule, replicas } = setup.options;
      const cells = sectionOf(checkpoint, "cells", replicas * siteCount(geometry));
      checkCells(cells, rule, geometry);
      const engine = await filled(await open(device, setup.options), (own) => own.write(cells));
      return new LatticeSimulation(device, kind, setup, engine, steps);
    });
  }

  protected override get columns(): readonly string[] {
    return this.#kind.columns;
  }

  protected rows(sums: readonly Uint32Array[]): number[][] {
    return sums.map((each, replica) => this.#kind.row(each, parametersOf(this.points, replica), this.geometry));
  }

  protected override changed(points: Points<P>): Promise<void> {
    return this.engine.setTables(tablesOf(this.#kind, points, this.geometry, this.replicas));
  }

  /** Observables of replicas that share their parameters: value, standard error, τ_int in measurements. */
  estimate(series: Series, replicas?: number[]): Record<string, Estimate> {
    const all = replicas ?? this.all();
    return this.#kind.estimate(series, all, parametersOf(this.points, all[0]));
  }

  /** What a series has columns of, for each replica, now. */
  measure(): Promise<Record<string, number>[]> {
    return this.exclusive.use(async () =>
      this.rows(await this.engine.sums()).map((row) =>
        Object.fromEntries(row.map((value, i) => [this.#kind.columns[i], value])),
      ),
    );
  }

  /** Sets a disc in the first layer of the first replica to a state, across periodic edges. @throws ParameterError */
  paint(stroke: Stroke): Promise<void> {
    return this.exclusive.use(async () => {
      const [width, height = 1] = this.geometry.size;
      checkStroke(stroke, { width, height }, this.#rule.states);
      await this.engine.paint(stroke);
    });
  }

  /** The states, a byte each, [replica][site], the first axis running fastest. */
  cells(): Promise<Uint8Array> {
    return this.exclusive.use(() => this.engine.read());
  }

  /** "MODEL REPLICASxLAST…xFIRST\n" and the states, of all replicas or of one as if it were alone. */
  protected async canonical(replica?: number): Promise<[string, Uint8Array]> {
    const [count, state] = partOf(await this.engine.read(), this.replicas, replica);
    return [`${this.model} ${[count, ...[...this.geometry.size].reverse()].join("x")}`, state];
  }

  protected async saved() {
    return { sections: { cells: await this.engine.read() } };
  }

  /** States, the last axis first: [replica][…][y][x]. */
  async array(): Promise<{ data: Int8Array | Float32Array; shape: number[] }> {
    const cells = await this.cells();
    const shape = [...(this.replicas > 1 ? [this.replicas] : []), ...[...this.geometry.size].reverse()];
    return { data: this.#rule.states <= 128 ? Int8Array.from(cells) : Float32Array.from(cells), shape };
  }

  /** The first layer of the first replica. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array; channels: 3 }> {
    const [width, height = 1] = this.geometry.size;
    const cells = await this.cells();
    const { parameters } = this.points;
    const colours = Array.from({ length: this.#rule.states }, (_, state) => this.#kind.colour(state, parameters));
    const data = new Uint8Array(3 * width * height);
    for (let site = 0; site < width * height; site++) data.set(colours[cells[site]], 3 * site);
    return { width, height, data, channels: 3 };
  }
}
