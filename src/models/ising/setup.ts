// What a lattice's run begins with: its shape, its probabilities and its engine; from parameters or from a checkpoint.

import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { checkSeed } from "../../random/seed.ts";
import { replicasOf } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, saying, sectionOf } from "../checkpoint.ts";
import { tooLargeForReference } from "../lattice/setup.ts";
import { type Points, resolve } from "../parameters.ts";
import { checkAxes, geometryOf, isPlane, perAxis, planeOf } from "./axes.ts";
import { effectiveBoundaries } from "./boundary.ts";
import { FamilyLattice } from "./family-lattice.ts";
import { GpuLattice } from "./gpu.ts";
import { fits, largestSquare } from "./kernels.ts";
import { CLASSES, type FlipThresholds, type Lattice, type LatticeOptions } from "./lattice.ts";
import { type Shape, stateBytes } from "./packing.ts";
import { flipThresholds, groupsOf, type IsingParameters, isingParameters, rounds, VERSION_1 } from "./parameters.ts";
import { ReferenceLattice } from "./reference-lattice.ts";
import { probabilitiesOf, upProbabilities } from "./rule.ts";

/** The reference holds a byte a spin and takes a microsecond for each: beyond this it is a mistake. */
const MOST_REFERENCE_SPINS = 2 ** 28;

/** Replicas of lattices of three and four sides, each of which has a table of up to 5,000 bytes. */
const MOST_BOXES = 2 ** 16;

export interface Setup {
  points: Points<IsingParameters>;
  options: LatticeOptions;
}

export function prepare(points: Points<IsingParameters>, seed: bigint, thresholds?: FlipThresholds): Setup {
  const { parameters, batch } = points;
  checkAxes(parameters);
  const replicas = replicasOf({ parameters, batch });
  if (!isPlane(parameters) && replicas > MOST_BOXES) {
    throw new ParameterError(
      "replicas",
      `replicas ${replicas}: lattices of three sides and more have at most ${MOST_BOXES}; take fewer.`,
    );
  }
  const { boundary, size } = planeOf(parameters);
  const options: LatticeOptions = {
    ...shapeOf(parameters, replicas),
    seed,
    firstReplica: parameters.firstReplica,
    boundaries: effectiveBoundaries(boundary, size),
    thresholds: thresholds ?? thresholdsOf(points, replicas),
    rounds: rounds(parameters),
  };
  const filled = { ...parameters, ...perAxis(parameters), replicas };
  return { points: { parameters: filled, batch }, options };
}

/** Rows of spins: of more than two sides all rows of all layers. */
export const shapeOf = ({ size: [width, ...sides] }: Pick<IsingParameters, "size">, replicas: number): Shape => ({
  width,
  height: sides.reduce((rows, side) => rows * side, 1),
  replicas,
});

/** Probabilities of a flip for two sides, and of up for more. */
export const thresholdsOf = (points: Points<IsingParameters>, replicas: number): FlipThresholds =>
  isPlane(points.parameters)
    ? flipThresholds(points, replicas)
    : upProbabilities(points, replicas, geometryOf(points.parameters));

export async function openLattice(device: Device, { points, options }: Setup, workgroup?: number): Promise<Lattice> {
  if (!isPlane(points.parameters)) {
    return FamilyLattice.create(device, options, geometryOf(points.parameters), workgroup);
  }
  const { width, height, replicas } = options;
  checkWorkgroup(device, workgroup);
  if (device.kind === "reference") {
    if (width * height * replicas <= MOST_REFERENCE_SPINS) return new ReferenceLattice(options);
    throw tooLargeForReference([width, height], replicas, MOST_REFERENCE_SPINS);
  }
  const { high, low } = options.thresholds;
  if (!fits(options, device.limits, (high.length + low.length) / replicas)) {
    const largest = largestSquare(device.limits, replicas);
    const copies = replicas > 1 ? ` × ${replicas} replicas` : "";
    const remedy =
      largest >= 2 ? `the largest square lattice that fits is ${largest},${largest}${copies}` : "take fewer replicas";
    throw new ParameterError(
      "size",
      `size ${width},${height}${copies}: this device (${device.info.description || device.info.vendor}) holds too little in one buffer; ${remedy}.`,
    );
  }
  const most = device.limits.maxComputeInvocationsPerWorkgroup;
  return GpuLattice.create(device, options, workgroup ?? Math.min(128, most));
}

export function readCheckpoint(checkpoint: Checkpoint) {
  const { parameters, batch, seed, steps } = headerOf(checkpoint, "ising", {});
  // Checkpoints of gibbs 0.1.0 do not name the bits of their probabilities.
  const unsaid = { probabilityBits: VERSION_1.probabilityBits };
  const points = resolve("ising", isingParameters, { ...saying(parameters, unsaid), ...batch });
  const replicas = Object.values(points.batch)[0]?.length ?? points.parameters.replicas;
  const { boundary, size, probabilityBits } = planeOf(points.parameters);
  const perReplica = isPlane(points.parameters)
    ? CLASSES * groupsOf(effectiveBoundaries(boundary, size))
    : probabilitiesOf(geometryOf(points.parameters));
  const bytes = 4 * perReplica * replicas;
  const words = (name: string, length: number) => new Uint32Array(sectionOf(checkpoint, name, length).slice().buffer);
  const setup = prepare(points, checkSeed(seed), {
    high: words("thresholds", bytes),
    low: probabilityBits === "64" ? words("thresholdsLow", bytes) : new Uint32Array(0),
  });
  const state = sectionOf(checkpoint, "state", stateBytes(setup.options));
  return { setup, steps, state };
}
