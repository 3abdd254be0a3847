// A model of the lattice family: its rule and its words in, its simulations out.

import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { checkSeed } from "../../random/seed.ts";
import type { Estimate } from "../../statistics/index.ts";
import { Chain } from "../base/chain.ts";
import { filled, partOf, replicasOf, restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { headerOf, sectionOf } from "../checkpoint.ts";
import type { Stroke } from "../model.ts";
import { type Points, parametersOf, resolve, type Schema } from "../parameters.ts";
import type { Series } from "../series.ts";
import { checkStroke } from "../stroke.ts";
import { bondCount, type Edge, type Geometry, siteCount } from "./geometry.ts";
import { GpuLattice } from "./gpu.ts";
import type { LatticeEngine, LatticeOptions } from "./lattice.ts";
import { ReferenceLattice } from "./reference-lattice.ts";
import type { Rule } from "./rule.ts";

/** The reference takes some microseconds for a site: beyond this it is a mistake. */
const MOST_REFERENCE_SITES = 2 ** 22;

/** What every lattice model's parameters have. */
export interface LatticeParameters {
  size: readonly number[];
  start: string;
  replicas: number;
  firstReplica: number;
}

/** What makes one lattice model different from another. */
export interface LatticeKind<P extends LatticeParameters> {
  name: string;
  schema: Schema;
  /** Where sites and bonds are. */
  geometry(parameters: P): Geometry;
  rule(parameters: P): Rule;
  /** What the rule looks up at one point. */
  table(own: P, geometry: Geometry): number[];
  /** Purposes of its random numbers (src/random/streams.ts). */
  streams: { start: number; update: number };
  /** What is measured, one value a column. */
  columns: readonly string[];
  /** Its values from what was counted. */
  row(sums: Uint32Array, own: P, geometry: Geometry): number[];
  estimate(series: Series, replicas: number[], own: P): Record<string, Estimate>;
  /** The state of every site at step 0, where the parameters say that; undefined for a random one. */
  uniform(own: P): number | undefined;
  /** Red, green and blue of a state. */
  colour(state: number, own: P): readonly [number, number, number];
}

export interface LatticeGiven {
  /** The states at step 0, shape [replicas][site], the first axis running fastest; sets `start` to "given". */
  cells?: ArrayLike<number>;
  /** Invocations in a workgroup, a power of two up to the device's limit; changes the speed and nothing else. */
  workgroup?: number;
}

interface Setup<P> {
  points: Points<P>;
  options: LatticeOptions;
}

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

function tablesOf<P extends LatticeParameters>(
  kind: LatticeKind<P>,
  points: Points<P>,
  geometry: Geometry,
  replicas: number,
): Uint32Array {
  return Uint32Array.from(
    Array.from({ length: replicas }, (_, replica) => kind.table(parametersOf(points, replica), geometry)).flat(),
  );
}

function prepare<P extends LatticeParameters>(kind: LatticeKind<P>, given: Points<P>, seed: bigint): Setup<P> {
  const replicas = replicasOf(given);
  const points = { parameters: { ...given.parameters, replicas }, batch: given.batch };
  const { parameters } = points;
  const geometry = kind.geometry(parameters);
  if (geometry.directions.length === 0) {
    const size = geometry.size.join(",");
    throw new ParameterError("size", `size ${size}: no site has a neighbour; take a side of 2 or more.`);
  }
  if (bondCount(geometry) >= 2 ** 32) {
    throw new ParameterError(
      "size",
      `size ${geometry.size.join(",")}: it has ${bondCount(geometry)} bonds, and fewer than 4294967296 can be counted; take a smaller one.`,
    );
  }
  const options: LatticeOptions = {
    ...{ model: kind.name, geometry, rule: kind.rule(parameters), replicas, seed, streams: kind.streams },
    firstReplica: parameters.firstReplica,
    tables: tablesOf(kind, points, geometry, replicas),
  };
  return { points, options };
}

function uniformCells<P extends LatticeParameters>(kind: LatticeKind<P>, { points, options }: Setup<P>) {
  const { geometry, replicas } = options;
  const sites = siteCount(geometry);
  const states = Array.from({ length: replicas }, (_, replica) => kind.uniform(parametersOf(points, replica)));
  if (states.includes(undefined)) return undefined;
  const cells = new Uint8Array(replicas * sites);
  states.forEach((state, replica) => {
    cells.fill(state!, replica * sites, (replica + 1) * sites);
  });
  return cells;
}

function givenCells<P>({ options }: Setup<P>, cells: ArrayLike<number> | undefined): Uint8Array {
  const { geometry, rule, replicas } = options;
  const count = replicas * siteCount(geometry);
  if (cells?.length !== count) {
    const given = cells ? `${cells.length} were given` : "none were given";
    throw new ParameterError("start", `start given: ${count} states are needed (replicas × sites), but ${given}.`);
  }
  checkCells(cells, rule, geometry);
  return Uint8Array.from(cells);
}

/** @throws ParameterError for what is no state */
function checkCells(cells: ArrayLike<number>, { states }: Rule, geometry: Geometry): void {
  for (let at = 0; at < cells.length; at++) {
    if (Number.isInteger(cells[at]) && cells[at] >= 0 && cells[at] < states) continue;
    const sites = siteCount(geometry);
    throw new ParameterError(
      "start",
      `cells: site ${at % sites} of replica ${Math.floor(at / sites)} is ${cells[at]}; a state is a whole number from 0 to ${states - 1}.`,
    );
  }
}

async function open(device: Device, options: LatticeOptions, workgroup?: number): Promise<LatticeEngine> {
  checkWorkgroup(device, workgroup);
  if (device.kind === "gpu") return GpuLattice.create(device, options, workgroup);
  const { geometry, replicas } = options;
  if (siteCount(geometry) * replicas <= MOST_REFERENCE_SITES) return new ReferenceLattice(options);
  throw new ParameterError(
    "size",
    `size ${geometry.size.join(",")}: the reference is meant for up to ${MOST_REFERENCE_SITES} sites; use a GPU device.`,
  );
}

/** The same edge along every axis. */
export const edgesOf = (size: readonly number[], edge: Edge): Edge[] => size.map(() => edge);
