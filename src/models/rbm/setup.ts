// What a machine begins with: its data, checked, and its state; from options or from a checkpoint.

import * as z from "zod";
import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import { portableExp } from "../../portable.ts";
import { checkSeed } from "../../random/seed.ts";
import { streamKey, threefry4x32 } from "../../random/threefry.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, sectionOf } from "../checkpoint.ts";
import type { Options } from "../model.ts";
import { type Points, resolve } from "../parameters.ts";
import { imagesOf } from "./data.ts";
import { GpuMachine } from "./gpu.ts";
import { type Machine, type MachineOptions, type MachineState, PURPOSE } from "./machine.ts";
import { LARGEST_WEIGHT, MOST_UNITS, type RbmParameters, rateOf, rbmParameters } from "./parameters.ts";
import { ReferenceMachine } from "./reference-machine.ts";
import { checkedWeights, wholeOf } from "./weights.ts";

/** What `rbm.create` takes: parameters, the seed, the workgroup, and the user's images or weights. */
export type RbmOptions = Options<typeof rbmParameters> & {
  /** The user's images, 0 and 1 or booleans, shape [image][visible]; sets `data` to "given". `visible` says how long each is. */
  own?: ArrayLike<number | boolean>;
  /** Visible units, for the user's images. */
  visible?: number;
  /** Weights to begin with: a safetensors file with W [visible, hidden], b [visible] and c [hidden]. */
  weights?: Uint8Array;
  /** Invocations in a workgroup, 32 to the device's limit in powers of two; changes the speed and nothing else. */
  workgroup?: number;
};

export interface Setup {
  points: Points<RbmParameters>;
  options: MachineOptions;
}

/** A machine and its state at step 0. @throws ParameterError, SafetensorsError */
export async function setupOf(given: RbmOptions): Promise<{ setup: Setup; state: MachineState }> {
  const { seed = 1n, own, visible, weights, workgroup: _, ...parameters } = given;
  const points = resolve("rbm", rbmParameters, own ? { ...parameters, data: "given" } : parameters);
  const setup = await prepare(points, checkSeed(seed), own, visible);
  const state = weights ? withWeights(setup.options, weights) : firstState(setup.options);
  return { setup, state };
}

/** The same of a checkpoint, with the steps made. @throws CheckpointError, ParameterError */
export async function readCheckpoint(checkpoint: Checkpoint) {
  const own = headerOf(checkpoint, "rbm", { visible: z.int().min(1) });
  const points = resolve("rbm", rbmParameters, own.parameters);
  const setup = await prepare(points, checkSeed(own.seed), checkpoint.sections.images, own.visible);
  const { visible, hidden, chains } = setup.options;
  const counts = [visible * (hidden || visible), visible, hidden];
  const weights = sectionOf(checkpoint, "weights", 4 * counts.reduce((a, b) => a + b));
  const units = sectionOf(checkpoint, "chains", chains * visible);
  const odd = units.findIndex((unit) => unit > 1);
  if (odd >= 0)
    throw new CheckpointError(`The checkpoint's section "chains" has ${units[odd]} at ${odd}; units are 0 or 1.`);
  const view = new DataView(weights.buffer, weights.byteOffset);
  const ints = (first: number, count: number) =>
    Int32Array.from({ length: count }, (_, i) => view.getInt32(4 * (first + i), true));
  const state: MachineState = {
    weights: ints(0, counts[0]),
    visibleBiases: ints(counts[0], visible),
    hiddenBiases: ints(counts[0] + visible, hidden),
    chains: units,
  };
  return { setup, state, steps: own.steps };
}

async function prepare(
  points: Points<RbmParameters>,
  seed: bigint,
  own?: ArrayLike<number | boolean>,
  visible?: number,
): Promise<Setup> {
  const { parameters } = points;
  const images = parameters.data === "given" ? ownImages(own, visible) : (await imagesOf(parameters)).images;
  const units =
    parameters.data === "given"
      ? visible!
      : parameters.data === "bars"
        ? parameters.side ** 2
        : images.length / parameters.images;
  if (parameters.row > 0 && units % parameters.row !== 0) {
    throw new ParameterError(
      "row",
      `row ${parameters.row}: it does not divide ${units} visible units; choose a divisor, or 0 for a square.`,
    );
  }
  const options: MachineOptions = {
    visible: units,
    hidden: parameters.hidden,
    chains: parameters.chains,
    fromData: parameters.algorithm === "cd",
    gibbs: parameters.gibbs,
    seed,
    images,
    rate: rateOf(parameters),
  };
  return { points, options };
}

function ownImages(own: ArrayLike<number | boolean> | undefined, visible: number | undefined): Uint8Array {
  if (!own || own.length === 0) {
    throw new ParameterError(
      "data",
      "data given: no images were given; pass `own` and `visible`, or take digits or bars.",
    );
  }
  if (visible === undefined || !Number.isInteger(visible) || visible < 1 || visible > MOST_UNITS) {
    throw new ParameterError("visible", `visible ${visible}: it must be the length of each image, 1 to ${MOST_UNITS}.`);
  }
  if (own.length % visible !== 0 || own.length / visible > 65_536) {
    throw new ParameterError(
      "own",
      `own: ${own.length} values do not make 1 to 65536 whole images of ${visible} units each.`,
    );
  }
  const at = Array.from(own).findIndex((value) => value !== 0 && value !== 1 && typeof value !== "boolean");
  if (at >= 0) {
    throw new ParameterError(
      "own",
      `own: unit ${at % visible} of image ${Math.floor(at / visible)} is ${own[at]}; every value is 0 or 1. Make grey values black and white first, as in images.map((x) => (x > 0.5 ? 1 : 0)).`,
    );
  }
  return Uint8Array.from(own, Number);
}

/** Shares of images in which each unit is on, as if one more were on and one off. */
export function meansOf(images: Uint8Array, visible: number): Float64Array {
  const on = new Float64Array(visible);
  images.forEach((bit, at) => {
    on[at % visible] += bit;
  });
  return on.map((times) => (times + 1) / (images.length / visible + 2));
}

/** Weights at random within ±0.02, visible biases by the mean of the data, chains at random. */
function firstState({ visible, hidden, chains, images, seed }: MachineOptions): MachineState {
  const key = streamKey(seed, PURPOSE.weights, 0);
  const amplitude = wholeOf(0.02);
  return {
    // Couplings between visible units begin at 0, for they are symmetric.
    weights: Int32Array.from({ length: visible * (hidden || visible) }, (_, at) => {
      if (hidden === 0) return 0;
      const [i, j] = [Math.floor(at / hidden), at % hidden];
      const random = threefry4x32([i, Math.floor(j / 4), 0, 0], key)[j % 4];
      return Math.floor((random * (2 * amplitude + 1)) / 2 ** 32) - amplitude;
    }),
    visibleBiases: Int32Array.from(meansOf(images, visible), (mean) => wholeOf(logit(mean))),
    hiddenBiases: new Int32Array(hidden),
    chains: randomChains(seed, chains, visible),
  };
}

function randomChains(seed: bigint, chains: number, visible: number): Uint8Array {
  const key = streamKey(seed, PURPOSE.chains, 0);
  return Uint8Array.from({ length: chains * visible }, (_, at) => {
    const [chain, i] = [Math.floor(at / visible), at % visible];
    return (threefry4x32([Math.floor(i / 128), chain, 0, 0], key)[Math.floor(i / 32) % 4] >>> (i % 32)) & 1;
  });
}

/** ln(p / (1 - p)) by halving: the same bits on every machine, which Math.log does not promise. */
function logit(p: number): number {
  let [low, high] = [-LARGEST_WEIGHT, LARGEST_WEIGHT];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (1 / (1 + portableExp(-middle)) < p) low = middle;
    else high = middle;
  }
  return low;
}

/** @throws ParameterError, SafetensorsError */
const withWeights = (options: MachineOptions, file: Uint8Array): MachineState => ({
  ...checkedWeights(file, options),
  chains: randomChains(options.seed, options.chains, options.visible),
});

/** Weights and biases as little-endian integers. */
export function bytesOf({ weights, visibleBiases, hiddenBiases }: MachineState): Uint8Array {
  const all = [...[weights, visibleBiases, hiddenBiases].flatMap((part) => [...part])];
  const bytes = new Uint8Array(4 * all.length);
  const view = new DataView(bytes.buffer);
  all.forEach((value, i) => {
    view.setInt32(4 * i, value, true);
  });
  return bytes;
}

export async function openMachine(device: Device, options: MachineOptions, workgroup?: number): Promise<Machine> {
  checkWorkgroup(device, workgroup, 32);
  if (device.kind === "reference") return new ReferenceMachine(options);
  const { maxComputeInvocationsPerWorkgroup: most } = device.limits;
  return GpuMachine.create(device, options, workgroup ?? Math.min(device.info.software ? 32 : 128, most));
}
