// A run in parts, each of which can be made elsewhere: random numbers are addressed by replica or job, so the parts together are the whole to the
// last bit. What is divided are replicas that run side by side, or independent jobs.

import { concat } from "../arrays.ts";
import type { Device } from "../device/device.ts";
import { CheckpointError, ParameterError } from "../device/errors.ts";
import { replicasOf } from "./base/simulation.ts";
import { type Checkpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { AnyModel, AnySimulation } from "./index.ts";
import { createWith, type Inputs } from "./inputs.ts";
import { type Points, resolve } from "./parameters.ts";

/** Numbers `first` … `first + count - 1`. */
export interface Range {
  first: number;
  count: number;
}

/** Several that share a cost: units of one simulation. */
export interface Work {
  units: number;
  /** Of one unit, in any measure that all share. */
  cost: number;
}

/**
 * What part `index` of `of` takes of each simulation: all units in one line, cut where the cost is a multiple of its `of`-th. Every unit is in
 * exactly one part, and a part's units of a simulation follow each other.
 *
 * @param index from 0
 */
export function divide(works: readonly Work[], index: number, of: number): Range[] {
  const whole = works.reduce((sum, { units, cost }) => sum + units * cost, 0);
  const [from, to] = [(whole * index) / of, (whole * (index + 1)) / of];
  let before = 0;
  return works.map(({ units, cost }) => {
    // A unit belongs to the part in which it begins.
    const at = (place: number) => Math.min(units, Math.max(0, Math.ceil((place - before) / cost)));
    const first = index === 0 ? 0 : at(from);
    const end = index === of - 1 ? units : at(to);
    before += units * cost;
    return { first, count: end - first };
  });
}

/**
 * Units of a simulation with these parameters that can be made apart from each other; 1 where none can.
 *
 * @throws ParameterError for parameters that are none of the model's
 */
export function unitsOf(model: AnyModel, parameters: object): number {
  const points = resolve(model.name, model.parameters, parameters);
  if (model.parts === "replicas") return replicaCount(points);
  return model.parts === "jobs" ? model.steps!(points.parameters) : 1;
}

interface Given {
  parameters: Readonly<Record<string, unknown>>;
  seed: bigint;
  inputs?: Inputs;
}

/**
 * A simulation at step 0 of some units of another. Of replicas it makes the same steps, of jobs one step for each of `count`.
 *
 * @throws ParameterError where the model cannot be divided, and what `create` throws
 */
export async function createPart(model: AnyModel, device: Device, given: Given, range: Range): Promise<AnySimulation> {
  const { parameters, inputs = {} } = given;
  const units = unitsOf(model, parameters);
  if (range.first === 0 && range.count === units) return createWith(model, device, given);
  checkDivided(model, parameters, inputs);
  if (model.parts === "replicas") {
    const points = resolve(model.name, model.parameters, parameters);
    return createWith(model, device, { ...given, parameters: replicasIn(points, range) });
  }
  if (model.parts === "jobs") {
    const simulation = await createWith(model, device, given);
    simulation.beginAt!(range.first);
    return simulation;
  }
  throw new ParameterError("shard", `${model.name} makes one simulation, which cannot be divided.`);
}

/** @throws ParameterError where units of a simulation share what depends on all of them */
export function checkDivided(model: AnyModel, parameters: object, inputs: Inputs): void {
  if (model.parts !== "replicas") return;
  const [file] = Object.values(inputs);
  const why = file
    ? `they begin with a file, ${file.name}`
    : model.undivided?.(resolve(model.name, model.parameters, parameters));
  if (why)
    throw new ParameterError("shard", `shard: these replicas are not divided, for ${why}; make the run as a whole.`);
}

/**
 * The simulation whose parts these checkpoints are, in the order of their units.
 *
 * @throws CheckpointError where they are not of one run
 */
export async function mergeParts(
  model: AnyModel,
  device: Device,
  parts: readonly Checkpoint[],
): Promise<AnySimulation> {
  if (parts.length === 1) return model.restore(device, await encodeCheckpoint(parts[0]));
  if (model.parts === "replicas") return model.restore(device, await encodeCheckpoint(joinReplicas(parts)));
  const [first, ...others] = parts;
  const simulation = await model.restore(device, await encodeCheckpoint(first));
  try {
    for (const other of others) simulation.absorb!(other);
    return simulation;
  } catch (error) {
    simulation[Symbol.dispose]();
    throw error;
  }
}

interface Replicated {
  replicas: number;
  firstReplica: number;
}

/** The parameters of some replicas of a simulation. */
function replicasIn<P extends object>(points: Points<P>, { first, count }: Range): Record<string, unknown> {
  const own = points as unknown as Points<Replicated>;
  const lists = Object.entries<number[] | undefined>(own.batch).map(([name, list]) => [
    name,
    list!.slice(first, first + count),
  ]);
  return {
    ...own.parameters,
    ...Object.fromEntries(lists),
    ...{ replicas: count, firstReplica: own.parameters.firstReplica + first },
  };
}

const replicaCount = (points: Points<object>) => replicasOf(points as unknown as Points<Replicated>);

/**
 * The checkpoint of all replicas from those of parts that follow each other: lists and sections are joined.
 *
 * @throws CheckpointError where they have not made the same steps, or differ in more than their replicas
 */
function joinReplicas(parts: readonly Checkpoint[]): Checkpoint {
  const [first] = parts;
  const header = { ...first.header, ...joinPoints(parts.map((part) => part.header as unknown as Points<Replicated>)) };
  for (const { header: own } of parts) {
    if (own.steps !== first.header.steps)
      throw new CheckpointError(`Parts have made ${first.header.steps} and ${own.steps} steps; finish them first.`);
  }
  const names = Object.keys(first.sections);
  const sections = names.map((name) => [
    name,
    concat<Uint8Array>(
      Uint8Array,
      parts.map((part) => part.sections[name] ?? missing(name)),
    ),
  ]);
  return { model: first.model, header, sections: Object.fromEntries(sections) };
}

function missing(name: string): never {
  throw new CheckpointError(`A part has no section "${name}", which others have.`);
}

function joinPoints(all: readonly Points<Replicated>[]): Points<Replicated> {
  const [first] = all;
  const names = Object.keys(first.batch) as (keyof Replicated)[];
  const lists = names.map((name) => [name, all.flatMap(({ batch }) => batch[name] ?? [])]);
  const replicas = all.reduce((sum, { parameters }) => sum + parameters.replicas, 0);
  // Lists say how many there are; parameters that differ have the first point's values.
  return { parameters: { ...first.parameters, replicas }, batch: Object.fromEntries(lists) };
}
