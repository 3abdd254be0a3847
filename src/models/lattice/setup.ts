// What a lattice's run begins with: geometry, tables, states and engine.

import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { replicasOf } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Points, parametersOf } from "../parameters.ts";
import { bondCount, type Geometry, siteCount } from "./geometry.ts";
import { GpuLattice } from "./gpu.ts";
import type { LatticeKind, LatticeParameters } from "./kind.ts";
import type { LatticeEngine, LatticeOptions } from "./lattice.ts";
import { ReferenceLattice } from "./reference-lattice.ts";
import type { Rule } from "./rule.ts";

/** The reference takes some microseconds for a site: beyond this it is a mistake. */
const MOST_REFERENCE_SITES = 2 ** 22;

export interface LatticeGiven {
  /** The states at step 0, shape [replicas][site], the first axis running fastest; sets `start` to "given". */
  cells?: ArrayLike<number>;
  /** Invocations in a workgroup, a power of two up to the device's limit; changes the speed and nothing else. */
  workgroup?: number;
}

export interface Setup<P> {
  points: Points<P>;
  options: LatticeOptions;
}

export function tablesOf<P extends LatticeParameters>(
  kind: LatticeKind<P>,
  points: Points<P>,
  geometry: Geometry,
  replicas: number,
): Uint32Array {
  const isBatch = Object.keys(points.batch).length > 0;
  const first = kind.table(parametersOf(points, 0), geometry);
  const words = new Uint32Array(first.length * replicas);
  for (let replica = 0; replica < replicas; replica++) {
    const own = isBatch && replica > 0 ? kind.table(parametersOf(points, replica), geometry) : first;
    words.set(own, first.length * replica);
  }
  return words;
}

export function prepare<P extends LatticeParameters>(kind: LatticeKind<P>, given: Points<P>, seed: bigint): Setup<P> {
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

export function uniformCells<P extends LatticeParameters>(kind: LatticeKind<P>, { points, options }: Setup<P>) {
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

export function givenCells<P>({ options }: Setup<P>, cells: ArrayLike<number> | undefined): Uint8Array {
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
export function checkCells(cells: ArrayLike<number>, { states }: Rule, geometry: Geometry): void {
  for (let at = 0; at < cells.length; at++) {
    if (Number.isInteger(cells[at]) && cells[at] >= 0 && cells[at] < states) continue;
    const sites = siteCount(geometry);
    throw new ParameterError(
      "start",
      `cells: site ${at % sites} of replica ${Math.floor(at / sites)} is ${cells[at]}; a state is a whole number from 0 to ${states - 1}.`,
    );
  }
}

export function tooLargeForReference(size: readonly number[], replicas: number, most: number): ParameterError {
  const copies = replicas > 1 ? ` × ${replicas} replicas` : "";
  return new ParameterError(
    "size",
    `size ${size.join(",")}${copies}: the reference is meant for up to ${most} sites in all; use a GPU device.`,
  );
}

/** The lattice on its device. @throws ParameterError for what the device cannot hold */
export async function open(device: Device, options: LatticeOptions, workgroup?: number): Promise<LatticeEngine> {
  checkWorkgroup(device, workgroup);
  if (device.kind === "gpu") return GpuLattice.create(device, options, workgroup);
  const { geometry, replicas } = options;
  if (siteCount(geometry) * replicas <= MOST_REFERENCE_SITES) return new ReferenceLattice(options);
  throw tooLargeForReference(geometry.size, replicas, MOST_REFERENCE_SITES);
}
