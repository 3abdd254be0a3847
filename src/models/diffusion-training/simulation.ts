// The training of one denoiser on any device: train, watch the loss, checkpoint, and take the network.

import * as z from "zod";
import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import { Exclusive, type RunOptions } from "../../device/run.ts";
import { type Estimate, estimateReplicas } from "../../statistics/index.ts";
import { decodeCheckpoint, digestOf, encodeCheckpoint, extraOf, headerOf, withExtra } from "../checkpoint.ts";
import { networkFile } from "../diffusion/network/file.ts";
import { firstParameters } from "../diffusion/network/init.ts";
import { type Network, offsetsOf } from "../diffusion/network/shape.ts";
import type { CheckpointExtra, Observable, Options, Recording, Simulation } from "../model.ts";
import { changePoints, type Points, resolve } from "../parameters.ts";
import { checkSeed } from "../seed.ts";
import { Series } from "../series.ts";
import { GpuTrainer } from "./gpu.ts";
import { type DiffusionTrainingParameters, diffusionTrainingParameters } from "./parameters.ts";
import { ReferenceTrainer } from "./reference-trainer.ts";
import { type Setup, setupOf } from "./setup.ts";
import { bytesOf, stateOf } from "./state.ts";
import type { Trainer, TrainerState } from "./trainer.ts";

const MODEL = "diffusion-training";
const MOST_STEPS = 2 ** 32 - 1;
/** Steps whose losses the observable is the mean of. */
const RECENT = 100;

export const observables = {
  loss: {
    unit: "",
    description:
      "Mean squared error of what the network says, in units in which the best linear guess has about 1; of the last 100 steps",
  },
} satisfies Record<string, Observable>;

export type DiffusionTrainingOptions = Options<typeof diffusionTrainingParameters> & {
  /** Invocations of a workgroup, a power of two; changes the speed and nothing else. */
  workgroup?: number;
};

/** Losses since the last record, and of the last steps. */
interface Losses {
  sum: number;
  count: number;
  recent: number[];
}

const keptLosses = z.object({ sum: z.number(), count: z.int().min(0), recent: z.array(z.number()) });

export class DiffusionTrainingSimulation implements Simulation<DiffusionTrainingParameters> {
  readonly model = MODEL;
  readonly device: Device;
  readonly replicas = 1;
  readonly seed: bigint;
  readonly #setup: Setup;
  readonly #trainer: Trainer;
  readonly #exclusive: Exclusive;
  #points: Points<DiffusionTrainingParameters>;
  #steps: number;
  #losses: Losses;

  private constructor(device: Device, setup: Setup, trainer: Trainer, steps: number, losses: Losses) {
    this.device = device;
    this.#exclusive = new Exclusive("The training", device);
    this.seed = setup.options.seed;
    this.#setup = setup;
    this.#trainer = trainer;
    this.#points = { parameters: setup.parameters, batch: {} };
    this.#steps = steps;
    this.#losses = losses;
  }

  static async create(device: Device, options: DiffusionTrainingOptions = {}): Promise<DiffusionTrainingSimulation> {
    const { seed = 1n, workgroup, ...given } = options;
    const { parameters } = resolve(MODEL, diffusionTrainingParameters, given);
    const setup = await setupOf(parameters, checkSeed(seed));
    // Only once the device can hold them: there may be very many.
    const state = () => {
      const first = firstParameters(setup.options.shape, seed);
      const zeros = new Float32Array(first.length);
      return { parameters: first, means: zeros, variances: zeros, averages: first };
    };
    const losses = { sum: 0, count: 0, recent: [] };
    return DiffusionTrainingSimulation.#begin(device, setup, state, 0, losses, workgroup);
  }

  static async restore(
    device: Device,
    bytes: Uint8Array,
  ): Promise<DiffusionTrainingSimulation & { extra: CheckpointExtra }> {
    const checkpoint = await decodeCheckpoint(bytes);
    const { parameters, seed, steps, losses } = headerOf(checkpoint, MODEL, { losses: keptLosses });
    const points = resolve(MODEL, diffusionTrainingParameters, parameters);
    const setup = await setupOf(points.parameters, checkSeed(seed));
    const state = stateOf(checkpoint.sections, offsetsOf(setup.options.shape).count);
    if (!state) {
      throw new CheckpointError(
        `The checkpoint holds parameters of another size than its network has, or that are not finite. Use the file that "${MODEL}" wrote.`,
      );
    }
    const simulation = await DiffusionTrainingSimulation.#begin(device, setup, () => state, steps, losses);
    return Object.assign(simulation, { extra: extraOf(checkpoint) });
  }

  static async #begin(
    device: Device,
    setup: Setup,
    state: () => TrainerState,
    steps: number,
    losses: Losses,
    workgroup?: number,
  ): Promise<DiffusionTrainingSimulation> {
    const trainer =
      device.kind === "reference"
        ? new ReferenceTrainer(setup.options)
        : await GpuTrainer.create(device, setup.options, workgroup);
    try {
      await trainer.write(state());
    } catch (error) {
      trainer.dispose();
      throw error;
    }
    return new DiffusionTrainingSimulation(device, setup, trainer, steps, losses);
  }

  /** Steps of training made so far. */
  get steps(): number {
    return this.#steps;
  }

  get points(): Points<DiffusionTrainingParameters> {
    return this.#points;
  }

  series(): Series {
    return new Series(Object.keys(observables), 1);
  }

  /**
   * Makes `steps` steps of training, each a minibatch, in many short submissions. What is recorded is the mean loss since the last record.
   *
   * @throws the signal's reason when aborted (the state stays valid), ParameterError where learning diverges, DeviceLostError, GpuError,
   *   DisposedError.
   */
  run(steps: number, { record, ...options }: RunOptions & { record?: Recording } = {}): Promise<void> {
    return this.#exclusive.use(async () => {
      if (!Number.isSafeInteger(steps) || steps < 0 || this.#steps + steps > MOST_STEPS) {
        throw new ParameterError("steps", `steps ${steps}: it must be a whole number, at most ${MOST_STEPS} in all.`);
      }
      if (record && !(Number.isSafeInteger(record.every) && record.every >= 1)) {
        throw new ParameterError("every", `every ${record.every}: it must be a whole number of steps, 1 or more.`);
      }
      const onLosses = (losses: ArrayLike<number>) => {
        for (let i = 0; i < losses.length; i++) this.#note(losses[i], record);
      };
      await this.#trainer.advance({ ...options, from: this.#steps, steps, onLosses });
    });
  }

  #note(loss: number, record: Recording | undefined): void {
    this.#steps++;
    if (!Number.isFinite(loss)) {
      const { learningRate } = this.#points.parameters;
      throw new ParameterError(
        "learningRate",
        `learningRate ${learningRate}: training diverged, the loss of step ${this.#steps} is ${loss}. Begin again with a lower rate.`,
      );
    }
    const losses = this.#losses;
    losses.recent = [...losses.recent.slice(1 - RECENT), loss];
    losses.sum += loss;
    losses.count++;
    if (!record) return;
    const since = this.#steps - (record.origin ?? 0);
    if (since <= 0 || since % record.every !== 0) return;
    record.series.append(this.#steps, [[losses.sum / losses.count]]);
    losses.sum = 0;
    losses.count = 0;
  }

  /** Changes the learning rate from the next step on. @throws ParameterError */
  set(changes: Partial<DiffusionTrainingParameters>): Promise<void> {
    return this.#exclusive.use(async () => {
      this.#points = changePoints(MODEL, diffusionTrainingParameters, this.#points, changes);
      this.#trainer.setRate(this.#points.parameters.learningRate);
    });
  }

  /** The mean loss of the last 100 steps; nothing before the first. */
  estimate(): Record<string, Estimate> {
    this.#exclusive.check();
    const { recent } = this.#losses;
    return recent.length > 0 ? { loss: estimateReplicas([recent]) } : {};
  }

  /** The denoiser: the average of the parameters over the last steps. */
  network(): Promise<Network> {
    return this.#exclusive.use(async () => this.#network());
  }

  async #network(): Promise<Network> {
    const { data, options } = this.#setup;
    const { averages } = await this.#trainer.read();
    return {
      ...{ shape: options.shape, parameters: Float32Array.from(averages), centre: options.centre },
      ...{ deviation: options.deviation, data: data.name },
      ...(data.decoder ? { decoder: data.decoder } : {}),
    };
  }

  /** The network as a safetensors file (src/models/diffusion/network/file.ts), for --out. */
  async output(): Promise<Uint8Array> {
    return networkFile(await this.network(), { metadata: { steps: String(this.#steps) } });
  }

  result(): object {
    this.#exclusive.check();
    const { shape, points, deviation } = this.#setup.options;
    return {
      ...shape,
      ...{ parameters: offsetsOf(shape).count, points: points.length / shape.dimension, sigmaData: deviation },
    };
  }

  notes(): string[] {
    const { decay, steps } = this.#points.parameters;
    if (decay === "none" || this.#steps <= steps) return [];
    return [
      `The learning rate was 0 after step ${steps}: give a larger number of steps, or decay none, to learn for longer.`,
    ];
  }

  /** SHA-256 of "diffusion-training DIMENSIONxWIDTHxLAYERSxCLASSES\n", the parameters, Adam's moments and the average. */
  digest(): Promise<string> {
    return this.#exclusive.use(async () => {
      const { dimension, width, layers, classes } = this.#setup.options.shape;
      const head = new TextEncoder().encode(`${MODEL} ${dimension}x${width}x${layers}x${classes}\n`);
      return digestOf(head, ...Object.values(bytesOf(await this.#trainer.read())));
    });
  }

  checkpoint(extra: CheckpointExtra = { header: {}, sections: {} }): Promise<Uint8Array> {
    return this.#exclusive.use(async () => {
      const { parameters } = this.#points;
      const header = { parameters, seed: String(this.seed), steps: this.#steps, losses: this.#losses };
      const sections = bytesOf(await this.#trainer.read());
      return encodeCheckpoint(withExtra({ model: MODEL, header, sections }, extra));
    });
  }

  /** All parameters of the network, as src/models/diffusion/network/shape.ts places them. */
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

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Frees the trainer; any later use throws DisposedError. */
  dispose(): void {
    if (this.#exclusive.dispose()) this.#trainer.dispose();
  }
}
