// One restricted Boltzmann machine on any device: train, sample, measure, checkpoint, weights in and out.

import * as z from "zod";
import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import { writeSafetensors } from "../../files/safetensors.ts";
import { portableExp } from "../../portable.ts";
import { checkSeed } from "../../random/seed.ts";
import { streamKey, threefry4x32 } from "../../random/threefry.ts";
import { Chain, type ChainKind } from "../base/chain.ts";
import { filled, restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf, sectionOf } from "../checkpoint.ts";
import type { Observable, Options } from "../model.ts";
import { type Points, resolve } from "../parameters.ts";
import { annealedPartition } from "./annealing.ts";
import { imagesOf } from "./data.ts";
import { logLikelihood, pseudoLikelihood, reconstructionError, type Weights } from "./exact.ts";
import { GpuMachine } from "./gpu.ts";
import { type Machine, type MachineOptions, type MachineState, PURPOSE, partners } from "./machine.ts";
import { LARGEST_WEIGHT, MOST_UNITS, type RbmParameters, rateOf, rbmParameters, WEIGHT_UNIT } from "./parameters.ts";
import { isEnumerable, logPartition } from "./partition.ts";
import { ReferenceMachine } from "./reference-machine.ts";
import { checkedWeights, wholeOf } from "./weights.ts";

const KIND: ChainKind = { model: "rbm", title: "The machine", schema: rbmParameters, unit: "steps" };
/** Images by which a machine is measured. */
const MEASURED = 100;
/** Runs of annealing that must carry an estimate. */
const FEW_RUNS = 4;
/** Units of the smaller layer up to which the likelihood is summed exactly in a run. */
const ENUMERATED = 10;

export const observables = {
  reconstruction: { unit: "", description: "Mean squared error per pixel of images sent to the hidden layer and back" },
  pseudoLikelihood: {
    unit: "nats",
    description:
      "Pseudo-log-likelihood per image: Σ ln P(pixel | all others), estimated from 8192 pixels of images or from all",
  },
  activity: { unit: "", description: "Share of pixels that are on in the model's chains" },
  weight: { unit: "", description: "Root mean square of the weights" },
} satisfies Record<string, Observable>;

/** Only where the smaller layer has at most 10 units. */
export const likelihood = {
  logLikelihood: {
    unit: "nats",
    description: "Exact log-likelihood per image, summed over all states of the smaller layer",
  },
} satisfies Record<string, Observable>;

/** What a run ends with: ln Z and the log-likelihood an image in nats, with standard errors, 0 where they are exact. */
export interface RbmResult {
  logPartition: { value: number; error: number; method: string };
  logLikelihood: { value: number; error: number };
}

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

export class RbmSimulation extends Chain<RbmParameters, MachineState, Machine> {
  readonly visible: number;
  /** 0 and 1, [image][visible]. */
  readonly images: Uint8Array;
  /** What this machine observes: small ones their likelihood, too. */
  readonly observables: Record<string, Observable>;
  #result: (RbmResult & { steps: number; effective: number }) | undefined;

  private constructor(device: Device, { points, options }: Setup, machine: Machine, steps: number) {
    super(device, KIND, { points, seed: options.seed }, machine, steps);
    this.visible = options.visible;
    this.images = options.images;
    const small = Math.min(options.visible, partners(options)) <= ENUMERATED;
    this.observables = { ...(small ? likelihood : {}), ...observables };
  }

  static async create(device: Device, given: RbmOptions = {}): Promise<RbmSimulation> {
    const { seed = 1n, own, visible, weights, workgroup, ...parameters } = given;
    const points = resolve("rbm", rbmParameters, own ? { ...parameters, data: "given" } : parameters);
    const setup = await prepare(points, checkSeed(seed), own, visible);
    const state = weights ? withWeights(setup.options, weights) : firstState(setup.options);
    return RbmSimulation.#begin(device, setup, state, 0, workgroup);
  }

  static restore(device: Device, bytes: Uint8Array) {
    return restored(bytes, (checkpoint) => RbmSimulation.#restore(device, checkpoint));
  }

  static async #restore(device: Device, checkpoint: Checkpoint): Promise<RbmSimulation> {
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
    return RbmSimulation.#begin(device, setup, state, own.steps);
  }

  static async #begin(device: Device, setup: Setup, state: MachineState, steps: number, workgroup?: number) {
    const machine = await filled(await openMachine(device, setup.options, workgroup), (own) => own.write(state));
    return new RbmSimulation(device, setup, machine, steps);
  }

  /** Visible units in a row of pictures. */
  get row(): number {
    return this.points.parameters.row || Math.ceil(Math.sqrt(this.visible));
  }

  protected override get columns(): readonly string[] {
    return Object.keys(this.observables);
  }

  protected rows(states: readonly MachineState[]): number[][] {
    return states.map((state) => Object.values(this.#measureOf(state)));
  }

  /** From the next step on; at a rate of 0 the chains go on as samples. */
  protected override async changed({ parameters }: Points<RbmParameters>): Promise<void> {
    this.engine.setRate(rateOf(parameters));
  }

  /** All observables now. */
  measure(): Promise<Record<string, number>> {
    return this.exclusive.use(async () => this.#measureOf(await this.engine.read()));
  }

  #measureOf(state: MachineState): Record<string, number> {
    const machine = this.#weightsOf(state);
    const some = spread(this.images, this.visible);
    const squares = Float64Array.from(machine.weights).reduce((sum, weight) => sum + weight * weight, 0);
    const values: Record<string, number> = {
      reconstruction: reconstructionError(machine, some),
      pseudoLikelihood: pseudoLikelihood(machine, some),
      activity: state.chains.reduce((sum, bit) => sum + bit, 0) / state.chains.length,
      weight: Math.sqrt(squares / machine.weights.length),
    };
    if ("logLikelihood" in this.observables) values.logLikelihood = logLikelihood(machine, this.images);
    return Object.fromEntries(Object.keys(this.observables).map((name) => [name, values[name]]));
  }

  /**
   * Makes `result`: the partition function of the machine as it is now, and the likelihood of its data; exact where the smaller
   * layer can be enumerated, else by annealed importance sampling, which takes a few seconds.
   */
  conclude({ result } = { result: true }): Promise<void> {
    return this.exclusive.use(async () => {
      if (!result || this.#result?.steps === this.steps) return;
      const machine = this.#weightsOf(await this.engine.read());
      const exact = isEnumerable(machine);
      const { value, error, effective, ...effort } = exact
        ? { value: logPartition(machine), error: 0, effective: Number.POSITIVE_INFINITY, runs: 0, temperatures: 0 }
        : annealedPartition(machine, { means: meansOf(this.images, this.visible), seed: this.seed });
      const method = exact
        ? "exact: all states of the smaller layer"
        : `annealed importance sampling, ${effort.runs} runs of ${effort.temperatures} temperatures: low rather than high`;
      const likelihood = logLikelihood(machine, this.images, value);
      this.#result = {
        steps: this.steps,
        effective,
        logPartition: { value, error, method },
        logLikelihood: { value: likelihood, error },
      };
    });
  }

  /** What `conclude` made, if no step was made since. */
  result(): Partial<RbmResult> {
    this.exclusive.check();
    if (this.#result?.steps !== this.steps) return {};
    const { logPartition, logLikelihood } = this.#result;
    return { logPartition, logLikelihood };
  }

  notes(): string[] {
    if (this.#result?.steps !== this.steps) return [];
    const { logPartition, logLikelihood, effective } = this.#result;
    const shown = ({ value, error }: { value: number; error: number }) =>
      `${value.toFixed(3)}${error > 0 ? ` ± ${error.toPrecision(2)}` : ""}`;
    const unsure = effective < FEW_RUNS ? "; few runs carry it, so that its error is a guess" : "";
    return [
      `at the end ln Z = ${shown(logPartition)} (${logPartition.method}${unsure}); log-likelihood ${shown(logLikelihood)} nats an image.`,
    ];
  }

  #weightsOf({ weights, visibleBiases, hiddenBiases }: MachineState): Weights {
    const plain = (values: Int32Array) => Float64Array.from(values, (value) => value * WEIGHT_UNIT);
    return {
      visible: this.visible,
      hidden: hiddenBiases.length,
      weights: plain(weights),
      visibleBiases: plain(visibleBiases),
      hiddenBiases: plain(hiddenBiases),
    };
  }

  /** Weights [visible][hidden] and biases as they are now. */
  weights(): Promise<Weights> {
    return this.exclusive.use(async () => this.#weightsOf(await this.engine.read()));
  }

  /** Visible units of the model's chains, 0 and 1, shape [chain][visible]. */
  chains(): Promise<Uint8Array> {
    return this.exclusive.use(async () => (await this.engine.read()).chains);
  }

  /** The weights as a safetensors file: W [visible, hidden], b [visible], c [hidden], 32-bit floats, which hold them exactly. */
  async safetensors(): Promise<Uint8Array> {
    const { visible, hidden, weights, visibleBiases, hiddenBiases } = await this.weights();
    return writeSafetensors(
      {
        W: { shape: [visible, hidden || visible], data: Float32Array.from(weights) },
        b: { shape: [visible], data: Float32Array.from(visibleBiases) },
        c: { shape: [hidden], data: Float32Array.from(hiddenBiases) },
      },
      { model: "gibbs rbm", steps: String(this.steps) },
    );
  }

  /** The weights, for --out. */
  output(): Promise<Uint8Array> {
    return this.safetensors();
  }

  /** "rbm VISIBLExHIDDENxCHAINS\n", weights and biases as 32-bit integers, and the chains' visible units. */
  protected async canonical(): Promise<[string, ...Uint8Array[]]> {
    const state = await this.engine.read();
    const { hidden, chains } = this.points.parameters;
    return [`rbm ${this.visible}x${hidden}x${chains}`, bytesOf(state), state.chains];
  }

  protected async saved() {
    const state = await this.engine.read();
    const own: Record<string, Uint8Array> = this.points.parameters.data === "given" ? { images: this.images } : {};
    return { header: { visible: this.visible }, sections: { weights: bytesOf(state), chains: state.chains, ...own } };
  }

  /** Weights, shape [visible][hidden], or without hidden units [visible][visible]. */
  async array(): Promise<{ data: Float32Array; shape: number[] }> {
    const { visible, hidden, weights } = await this.weights();
    return { data: Float32Array.from(weights), shape: [visible, hidden || visible] };
  }

  /** The model's chains as a sheet of pictures, on is 255. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    return sheetOf(await this.chains(), this.visible, this.row);
  }
}

/** Pictures of 0 and 1 side by side, `row` pixels a row, a grey line between them. */
function sheetOf(
  pictures: Uint8Array,
  pixels: number,
  row: number,
): { width: number; height: number; data: Uint8Array } {
  const rows = Math.ceil(pixels / row);
  const count = pictures.length / pixels;
  const columns = Math.ceil(Math.sqrt(count));
  const [width, height] = [columns * (row + 1) + 1, Math.ceil(count / columns) * (rows + 1) + 1];
  const data = new Uint8Array(width * height).fill(96);
  for (let at = 0; at < pictures.length; at++) {
    const [picture, pixel] = [Math.floor(at / pixels), at % pixels];
    const x = (picture % columns) * (row + 1) + 1 + (pixel % row);
    const y = Math.floor(picture / columns) * (rows + 1) + 1 + Math.floor(pixel / row);
    data[y * width + x] = pictures[at] ? 255 : 0;
  }
  return { width, height, data };
}

interface Setup {
  points: Points<RbmParameters>;
  options: MachineOptions;
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

/** Up to `MEASURED` images, evenly from all of them. */
function spread(images: Uint8Array, visible: number): Uint8Array {
  const count = images.length / visible;
  if (count <= MEASURED) return images;
  const some = new Uint8Array(MEASURED * visible);
  for (let k = 0; k < MEASURED; k++) {
    const from = Math.floor((k * count) / MEASURED);
    some.set(images.subarray(from * visible, (from + 1) * visible), k * visible);
  }
  return some;
}

/** Shares of images in which each unit is on, as if one more were on and one off. */
function meansOf(images: Uint8Array, visible: number): Float64Array {
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
function bytesOf({ weights, visibleBiases, hiddenBiases }: MachineState): Uint8Array {
  const all = [...[weights, visibleBiases, hiddenBiases].flatMap((part) => [...part])];
  const bytes = new Uint8Array(4 * all.length);
  const view = new DataView(bytes.buffer);
  all.forEach((value, i) => {
    view.setInt32(4 * i, value, true);
  });
  return bytes;
}

async function openMachine(device: Device, options: MachineOptions, workgroup?: number): Promise<Machine> {
  checkWorkgroup(device, workgroup, 32);
  if (device.kind === "reference") return new ReferenceMachine(options);
  const { maxComputeInvocationsPerWorkgroup: most } = device.limits;
  return GpuMachine.create(device, options, workgroup ?? Math.min(device.info.software ? 32 : 128, most));
}
