// The training of one denoiser on any device: train, watch the loss, checkpoint, and take the network.

import * as z from "zod";
import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import { networkFile } from "../../network/file.ts";
import { firstParameters } from "../../network/init.ts";
import { type Network, offsetsOf } from "../../network/shape.ts";
import { checkSeed } from "../../random/seed.ts";
import { type Estimate, estimateReplicas } from "../../statistics/index.ts";
import { Chain } from "../base/chain.ts";
import { filled, restored } from "../base/simulation.ts";
import { checkWorkgroup } from "../calls.ts";
import { type Checkpoint, headerOf } from "../checkpoint.ts";
import type { DataSet } from "../diffusion/data/data-set.ts";
import { unitNotes } from "../diffusion/data/unit.ts";
import type { Observable, Options } from "../model.ts";
import { type Points, resolve } from "../parameters.ts";
import { GpuTrainer } from "./gpu.ts";
import { keptLosses, Learning, type Losses } from "./losses.ts";
import { type DiffusionTrainingParameters, diffusionTrainingParameters, VERSION_1 } from "./parameters.ts";
import { ReferenceTrainer } from "./reference-trainer.ts";
import { type From, type Setup, scheduleOf, setupOf } from "./setup.ts";
import { bytesOf, stateOf } from "./state.ts";
import type { TrainerOptions, TrainerState } from "./trainer.ts";

const MODEL = "diffusion-training";
const KIND = { model: MODEL, title: "The training", schema: diffusionTrainingParameters, unit: "steps" };
/** Numbers per point up to which the unit is reported. */
const SHOWN = 64;

export const observables = {
  loss: {
    unit: "",
    description:
      "Mean squared error of the network's output over the last 100 steps, in units in which the best linear estimate has about 1",
  },
} satisfies Record<string, Observable>;

/**
 * What `diffusionTraining.create` takes: parameters, the seed, the workgroup, and a network to go on from.
 */
export type DiffusionTrainingOptions = Options<typeof diffusionTrainingParameters> & {
  /** Invocations of a workgroup, a power of two; changes the speed and nothing else. */
  workgroup?: number;
  /** A network to go on from, of the width and layers that are set. */
  network?: Network;
};

/** What has been made of a training so far, and where it began. */
interface Made {
  steps: number;
  losses: Losses;
  /** Steps at which it was extended. */
  extended: number[];
  from?: z.output<typeof keptFrom>;
}

const numbers = z.array(z.number());
const keptFrom = z.object({
  centre: numbers,
  deviation: z.number(),
  unit: z.object({ centre: numbers, scale: numbers }).optional(),
});

const fromOf = ({ centre, deviation, unit }: Network): z.output<typeof keptFrom> => ({
  ...{ centre: [...centre], deviation },
  ...(unit ? { unit: { centre: [...unit.centre], scale: [...unit.scale] } } : {}),
});

const networkOf = ({ centre, deviation, unit }: z.output<typeof keptFrom>): From => ({
  ...{ centre: Float32Array.from(centre), deviation },
  ...(unit ? { unit: { centre: Float64Array.from(unit.centre), scale: Float64Array.from(unit.scale) } } : {}),
});

/** A training of a denoiser. A step is one minibatch and one update by Adam. */
export class DiffusionTrainingSimulation extends Chain<DiffusionTrainingParameters, number, Learning> {
  readonly #setup: Setup;
  readonly #extended: number[];
  readonly #from: Made["from"];

  private constructor(device: Device, setup: Setup, learning: Learning, { steps, extended, from }: Made) {
    const { parameters, options } = setup;
    super(device, KIND, { points: { parameters, batch: {} }, seed: options.seed }, learning, steps);
    this.#setup = setup;
    this.#extended = extended;
    this.#from = from;
  }

  /** Makes a simulation at step 0; the same as `diffusionTraining.create`, which says what is thrown. */
  static async create(device: Device, options: DiffusionTrainingOptions = {}): Promise<DiffusionTrainingSimulation> {
    const { seed = 1n, workgroup, network, ...given } = options;
    checkWorkgroup(device, workgroup);
    const { parameters } = resolve(MODEL, diffusionTrainingParameters, {
      ...given,
      ...(network ? { width: network.shape.width, layers: network.shape.layers } : {}),
    });
    const setup = await setupOf(parameters, checkSeed(seed), network);
    // Only once the device can hold them: there may be very many.
    const state = () => {
      const first = network?.parameters ?? firstParameters(setup.options.shape, seed);
      const zeros = new Float32Array(first.length);
      return { parameters: first, means: zeros, variances: zeros, averages: first };
    };
    const made: Made = { steps: 0, losses: { sum: 0, count: 0, recent: [] }, extended: [] };
    if (network) made.from = fromOf(network);
    return DiffusionTrainingSimulation.#begin(device, setup, state, made, workgroup);
  }

  /** Continues a checkpoint; the same as `diffusionTraining.restore`. @throws CheckpointError */
  static restore(device: Device, bytes: Uint8Array) {
    return restored(bytes, (checkpoint) => DiffusionTrainingSimulation.#restore(device, checkpoint));
  }

  static async #restore(device: Device, checkpoint: Checkpoint): Promise<DiffusionTrainingSimulation> {
    const { parameters, seed, steps, losses, extended, from } = headerOf(checkpoint, MODEL, {
      ...{ losses: keptLosses, extended: z.array(z.number()).optional(), from: keptFrom.optional() },
    });
    // One of gibbs 0.1.0 knows nothing of scaling, which others leave out where it follows from the data.
    const unsaid = "labels" in parameters ? {} : VERSION_1;
    const points = resolve(MODEL, diffusionTrainingParameters, { ...unsaid, ...parameters });
    const setup = await setupOf(points.parameters, checkSeed(seed), from && networkOf(from));
    const state = stateOf(checkpoint.sections, offsetsOf(setup.options.shape).count);
    if (!state) {
      throw new CheckpointError(
        `The checkpoint holds parameters of another size than its network has, or that are not finite. Use the file that "${MODEL}" wrote.`,
      );
    }
    const made: Made = { steps, losses, extended: extended ?? [], ...(from ? { from } : {}) };
    return DiffusionTrainingSimulation.#begin(device, setup, () => state, made);
  }

  static async #begin(
    device: Device,
    setup: Setup,
    state: () => TrainerState,
    made: Made,
    workgroup?: number,
  ): Promise<DiffusionTrainingSimulation> {
    const trainer =
      device.kind === "reference"
        ? new ReferenceTrainer(setup.options)
        : await GpuTrainer.create(device, setup.options, workgroup);
    await filled(trainer, (own) => own.write(state()));
    const learning = new Learning(trainer, made.losses, setup.parameters.learningRate);
    return new DiffusionTrainingSimulation(device, setup, learning, made);
  }

  /** What is learned. */
  get data(): DataSet {
    return this.#setup.data;
  }

  /** The options of its trainer. */
  get options(): TrainerOptions {
    return this.#setup.options;
  }

  protected override get columns(): readonly string[] {
    return Object.keys(observables);
  }

  protected rows(losses: readonly number[]): number[][] {
    return [[...losses]];
  }

  protected override async changed({ parameters }: Points<DiffusionTrainingParameters>): Promise<void> {
    this.#follow(parameters);
  }

  #follow(parameters: DiffusionTrainingParameters): void {
    this.engine.learningRate = parameters.learningRate;
    this.engine.trainer.setSchedule(scheduleOf(parameters));
  }

  /**
   * Makes the training longer. Where its rate decays, it is that of the longer one from the next step on.
   *
   * @throws ParameterError for fewer steps than there were
   */
  extend(steps: number): void {
    this.exclusive.check();
    const { parameters } = this.points;
    if (steps < parameters.steps) {
      throw new ParameterError(
        "steps",
        `steps ${steps}: the training has ${parameters.steps}; it can be extended, not shortened.`,
      );
    }
    if (steps === parameters.steps) return;
    const points = resolve(MODEL, diffusionTrainingParameters, { ...parameters, steps });
    this.#follow(points.parameters);
    this.replacePoints(points);
    if (this.steps > 0) this.#extended.push(this.steps);
  }

  /** The mean loss of the last 100 steps; nothing before the first. */
  estimate(): Record<string, Estimate> {
    this.exclusive.check();
    const { recent } = this.engine.losses;
    return recent.length > 0 ? { loss: estimateReplicas([recent]) } : {};
  }

  /** The denoiser: the average of the parameters over the last steps. */
  network(): Promise<Network> {
    return this.exclusive.use(async () => this.#network());
  }

  async #network(): Promise<Network> {
    const { data, options } = this.#setup;
    const { averages } = await this.engine.trainer.read();
    return {
      ...{ shape: options.shape, parameters: Float32Array.from(averages), centre: options.centre },
      ...{ deviation: options.deviation, data: data.name },
      ...(data.unit ? { unit: data.unit } : {}),
      ...(data.classNames ? { classNames: data.classNames } : {}),
      ...(data.pixels ? { pixels: data.pixels } : {}),
      ...(data.decoder ? { decoder: data.decoder } : {}),
    };
  }

  /** The network as a safetensors file (src/network/file.ts), for --out. */
  async output(): Promise<Uint8Array> {
    return networkFile(await this.network(), { metadata: { steps: String(this.steps) } });
  }

  /** Sizes of the network and of its data, and σ_data. */
  result(): object {
    this.exclusive.check();
    const { shape, points, deviation } = this.#setup.options;
    const { unit } = this.#setup.data;
    return {
      ...shape,
      ...{ parameters: offsetsOf(shape).count, points: points.length / shape.dimension, sigmaData: deviation },
      ...(unit && shape.dimension <= SHOWN ? { unit: { centre: [...unit.centre], scale: [...unit.scale] } } : {}),
    };
  }

  /** Notes on units, on a training that was extended, and on steps without learning: a sentence each. */
  notes(): string[] {
    const { decay, steps } = this.points.parameters;
    const { unit, pixels } = this.#setup.data;
    const units = unit ? unitNotes(unit, pixels !== undefined) : [];
    if (decay === "none") return units;
    const extended = this.#extended.map(
      (step) =>
        `The training was extended at step ${step}, where its learning rate rose to that of the longer one again.`,
    );
    if (this.steps <= steps) return [...units, ...extended];
    return [
      ...units,
      ...extended,
      `The learning rate was 0 after step ${steps}: give a larger number of steps, or decay none, to learn for longer.`,
    ];
  }

  /** "diffusion-training DIMENSIONxWIDTHxLAYERSxCLASSES\n", the parameters, Adam's moments and the average. */
  protected async canonical(): Promise<[string, ...Uint8Array[]]> {
    const { dimension, width, layers, classes } = this.#setup.options.shape;
    const parts = Object.values(bytesOf(await this.engine.trainer.read()));
    return [`${MODEL} ${dimension}x${width}x${layers}x${classes}`, ...parts];
  }

  protected async saved() {
    const header = {
      losses: this.engine.losses,
      ...(this.#extended.length > 0 ? { extended: this.#extended } : {}),
      ...(this.#from ? { from: this.#from } : {}),
    };
    return { header, sections: bytesOf(await this.engine.trainer.read()) };
  }

  /** All parameters of the network, as src/network/shape.ts places them. */
  async array(): Promise<{ data: Float32Array; shape: number[] }> {
    const { parameters } = await this.network();
    return { data: parameters, shape: [parameters.length] };
  }

  /** The weights of the last layer, a row an input: grey is 0, three standard deviations are black or white. */
  async picture(): Promise<{ width: number; height: number; data: Uint8Array }> {
    const { shape, parameters } = await this.network();
    const { inputs, weights } = offsetsOf(shape).layers[shape.layers - 1];
    const values = parameters.subarray(weights, weights + inputs * shape.width);
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    const shade = (value: number) => Math.max(0, Math.min(255, 127.5 + (42.5 * value) / deviation));
    return { width: shape.width, height: inputs, data: Uint8Array.from(values, shade) };
  }
}
