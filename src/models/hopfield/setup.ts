// What a memory's run begins with: patterns, replicas and states, checked; from options or from a checkpoint.

import { digits } from "../../data/digits.ts";
import { bufferLimit } from "../../device/buffers.ts";
import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { checkSeed } from "../../random/seed.ts";
import { replicasOf } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, sectionOf } from "../checkpoint.ts";
import { type Points, parametersOf, resolve } from "../parameters.ts";
import { bufferBytes, GpuNetwork } from "./gpu.ts";
import { imageSpins } from "./image.ts";
import type { MemoryModel } from "./memory.ts";
import { bitsOf, type Network, type NetworkOptions, PURPOSE, spinsOf, stateBytes } from "./network.ts";
import { randomPatterns } from "./reference.ts";
import { ReferenceNetwork } from "./reference-network.ts";

/** What is given in addition to the parameters. */
export interface MemoryOptions {
  /** The user's patterns, ±1, shape [pattern][neuron]: all replicas share them. They say `neurons` × `patterns`. */
  stored?: ArrayLike<number>;
  /** The state at step 0, ±1, shape [replicas][neurons]; sets `start` to "given". */
  spins?: ArrayLike<number>;
  /** Invocations in a workgroup, 32 to the device's limit in powers of two; changes the speed and nothing else. */
  workgroup?: number;
}

export interface Setup<P> {
  points: Points<P>;
  options: NetworkOptions;
}

/** What is simulated, and what puts a network at its start. @throws ParameterError */
export async function setupOf<P extends object>(
  kind: MemoryModel<P>,
  { seed = 1n, stored, spins, workgroup: _, ...parameters }: MemoryOptions & { seed?: bigint },
): Promise<{ setup: Setup<P>; begin: (network: Network) => Promise<void> }> {
  const points = resolve(kind.name, kind.schema, {
    ...parameters,
    ...(stored ? { source: "given" } : {}),
    ...(spins ? { start: "given" } : {}),
  }) as Points<P>;
  const { neurons, image, start, cue, noise, covered } = kind.memory(points.parameters);
  const setup = prepare(kind, points, checkSeed(seed), stored);
  if (!stored) setup.options.patterns = await withDigits(kind, setup);
  const cued = image === "" ? undefined : repeated(imageSpins(image, neurons), setup);
  const begin = async (network: Network) => {
    if (start === "given") return network.write(givenState(setup, spins));
    if (cued) return network.write(givenState(setup, cued));
    if (kind.uniform?.(points.parameters)) return network.write(givenState(setup, uniformSpins(kind, setup)));
    const chance = Math.min(2 ** 32 - 1, Math.round(noise * 2 ** 32));
    return network.begin(start === "pattern" ? cue : undefined, chance, neurons - Math.round(covered * neurons));
  };
  return { setup, begin };
}

/** The side of the square that pictures need. @throws ParameterError */
function sideOf(neurons: number): number {
  const side = Math.round(Math.sqrt(neurons));
  if (side * side === neurons) return side;
  throw new ParameterError(
    "neurons",
    `neurons ${neurons}: pictures need a square number of neurons, such as ${Math.max(28, side) ** 2}.`,
  );
}

/** The most patterns of any replica. */
export const mostOf = <P extends object>(kind: MemoryModel<P>, { parameters, batch }: Points<P>) =>
  Math.max(...((batch as { patterns?: number[] }).patterns ?? [kind.memory(parameters).patterns]));

/** Why replicas of a network cannot be made apart: what they share depends on all of them. */
export function undivided<P extends object>(kind: MemoryModel<P>, points: Points<P>): string | undefined {
  const { digits: wanted, cue } = kind.memory(points.parameters);
  const most = mostOf(kind, points);
  if (wanted > 0 && wanted < most) return "patterns that are no digits are those of the first replica";
  const counts = (points.batch as { patterns?: number[] }).patterns ?? [];
  if (counts.some((count) => count !== most) && (kind.interaction || cue > 0))
    return "what they have in common depends on the least or the largest number of patterns";
  return undefined;
}

/** The patterns, if some are digits: those after them are the random ones of the first replica. */
async function withDigits<P extends object>(
  kind: MemoryModel<P>,
  { points, options }: Setup<P>,
): Promise<Int8Array | undefined> {
  const { neurons, digits: wanted, firstReplica } = kind.memory(points.parameters);
  const count = mostOf(kind, points);
  if (kind.stored) return kind.stored(points.parameters);
  const drawn = Math.min(wanted, count);
  if (drawn === 0) return undefined;
  const pictures = await digits(drawn, sideOf(neurons));
  if (drawn === count) return pictures;
  const all = new Int8Array(count * neurons);
  const own = { neurons, patterns: count, seed: options.seed, replica: firstReplica, purpose: PURPOSE };
  randomPatterns(own, options.bias).forEach((pattern, p) => {
    all.set(pattern, p * neurons);
  });
  all.set(pictures);
  return all;
}

function prepare<P extends object>(
  kind: MemoryModel<P>,
  given: Points<P>,
  seed: bigint,
  stored?: ArrayLike<number>,
): Setup<P> {
  kind.check?.(given.parameters);
  const parameters = kind.memory(given.parameters);
  if (parameters.source === "given" && !stored) {
    throw new ParameterError(
      "source",
      "source given: no patterns were given; pass `stored` (on the command line --stored FILE), or take random.",
    );
  }
  const batch = given.batch as Record<string, number[]>;
  const replicas = replicasOf({ parameters, batch });
  const points = { parameters: { ...given.parameters, replicas }, batch } as Points<P>;
  const { neurons, dynamics, cue, firstReplica, bias, start } = parameters;
  const own = replicaOptions(kind, points, replicas);
  const fewest = own.reduce((least, { patterns }) => Math.min(least, patterns), Number.POSITIVE_INFINITY);
  if (cue >= fewest && start !== "random") {
    throw new ParameterError("cue", `cue ${cue}: with ${fewest} patterns it must be at most ${fewest - 1}.`);
  }
  const options: NetworkOptions = {
    neurons,
    dynamics,
    cue: Math.min(cue, fewest - 1),
    seed,
    firstReplica,
    replicas: own,
    patterns: stored && givenPatterns(stored, parameters.neurons, mostOf(kind, points)),
    bias: Math.round(((1 + bias) / 2) * 2 ** 32),
    interaction: kind.interaction?.(given.parameters, mostOf(kind, points)),
    pairwise: kind.pairwise?.(given.parameters),
  };
  return { points, options };
}

export function replicaOptions<P extends object>(kind: MemoryModel<P>, points: Points<P>, replicas: number) {
  return Array.from({ length: replicas }, (_, replica) => {
    const own = parametersOf(points, replica);
    return {
      patterns: kind.memory(own).patterns,
      ...(kind.replica?.(own) ?? { field: 0, probabilities: new Uint32Array() }),
    };
  });
}

function givenPatterns(stored: ArrayLike<number>, neurons: number, patterns: number): Int8Array {
  if (stored.length !== neurons * patterns) {
    throw new ParameterError(
      "stored",
      `stored: ${stored.length} values were given, but ${patterns} patterns of ${neurons} neurons have ${patterns * neurons}.`,
    );
  }
  const at = Array.from(stored).findIndex((value) => value !== 1 && value !== -1);
  if (at >= 0) {
    throw new ParameterError(
      "stored",
      `stored: neuron ${at % neurons} of pattern ${Math.floor(at / neurons)} is ${stored[at]}; every value is 1 or -1.`,
    );
  }
  return Int8Array.from(stored);
}

/** The same for all replicas. */
const repeated = (spins: Int8Array, { options: { replicas } }: { options: NetworkOptions }) =>
  Int8Array.from({ length: spins.length * replicas.length }, (_, i) => spins[i % spins.length]);

/** Every spin of a replica is what the model says of its point. */
function uniformSpins<P extends object>(
  { uniform }: MemoryModel<P>,
  { points, options: { neurons, replicas } }: Setup<P>,
) {
  const each = replicas.map((_, replica) => uniform!(parametersOf(points, replica))!);
  return Int8Array.from({ length: neurons * replicas.length }, (_, i) => each[Math.floor(i / neurons)]);
}

function givenState(
  { options: { neurons, replicas } }: { options: NetworkOptions },
  spins: ArrayLike<number> | undefined,
): Uint8Array {
  const count = neurons * replicas.length;
  if (spins?.length !== count) {
    const given = spins ? `${spins.length} spins were given` : "no spins were given";
    throw new ParameterError("start", `start given: ${count} spins are needed (replicas × neurons), but ${given}.`);
  }
  for (let at = 0; at < count; at++) {
    if (spins[at] > 0 || spins[at] < 0) continue;
    throw new ParameterError(
      "start",
      `spins [${Math.floor(at / neurons)}, ${at % neurons}] (replica, neuron) are ${spins[at]}: a spin is above 0 (up) or below 0 (down); map other values to ±1 first.`,
    );
  }
  const state = new Uint8Array(stateBytes(neurons) * replicas.length);
  for (let i = 0; i < replicas.length; i++) {
    state.set(bitsOf(Array.from({ length: neurons }, (_, site) => spins[i * neurons + site])), i * stateBytes(neurons));
  }
  return state;
}

export async function openNetwork(device: Device, options: NetworkOptions, workgroup?: number): Promise<Network> {
  checkWorkgroup(device, workgroup, 32);
  if (device.kind === "reference") return new ReferenceNetwork(options);
  const limit = bufferLimit(device.limits);
  for (const [name, bytes] of Object.entries(bufferBytes(options))) {
    if (bytes <= limit) continue;
    throw new ParameterError(
      "neurons",
      `neurons ${options.neurons}: the ${name} of ${options.replicas.length} replicas take ${bytes} bytes, and this device holds ${limit} in one buffer; take fewer replicas, patterns or neurons.`,
    );
  }
  return GpuNetwork.create(device, options, workgroup);
}

export function readCheckpoint<P extends object>(kind: MemoryModel<P>, checkpoint: Checkpoint) {
  const { parameters, batch, seed, steps } = headerOf(checkpoint, kind.name, {});
  const { sections } = checkpoint;
  // Checkpoints of gibbs 0.1.0 do not say whose patterns they hold.
  const isOwn = Object.hasOwn(kind.schema.shape, "source") && sections.stored && parameters.digits === 0;
  const points = resolve(kind.name, kind.schema, {
    ...(isOwn ? { source: "given" } : {}),
    ...parameters,
    ...batch,
  }) as unknown as Points<P>;
  const { neurons } = kind.memory(points.parameters);
  const stored = sections.stored && spinsOf(sections.stored, neurons * mostOf(kind, points));
  const setup = prepare(kind, points, checkSeed(seed), stored);
  const state = sectionOf(checkpoint, "state", stateBytes(neurons) * setup.options.replicas.length);
  return { setup, steps, state };
}
