// The training of one denoiser on any device: train, watch the loss, checkpoint, and take the network.

import * as z from "zod";
import type { Device } from "../../device/device.ts";
import { CheckpointError, ParameterError } from "../../device/errors.ts";
import { Exclusive, type RunOptions } from "../../device/run.ts";
import { type Estimate, estimateReplicas } from "../../statistics/index.ts";
import { checkRun, checkWorkgroup } from "../calls.ts";
import { decodeCheckpoint, digestOf, encodeCheckpoint, extraOf, headerOf, withExtra } from "../checkpoint.ts";
import type { DataSet } from "../diffusion/data/data-set.ts";
import { unitNotes } from "../diffusion/data/unit.ts";
import { networkFile } from "../diffusion/network/file.ts";
import { firstParameters } from "../diffusion/network/init.ts";
import { type Network, offsetsOf } from "../diffusion/network/shape.ts";
import type { CheckpointExtra, Observable, Options, Recording, Simulation } from "../model.ts";
import { changePoints, type Points, resolve } from "../parameters.ts";
import { checkSeed } from "../seed.ts";
import { Series } from "../series.ts";
import { GpuTrainer } from "./gpu.ts";
import { type DiffusionTrainingParameters, diffusionTrainingParameters, VERSION_1 } from "./parameters.ts";
import { ReferenceTrainer } from "./reference-trainer.ts";
import { type From, type Setup, scheduleOf, setupOf } from "./setup.ts";
import { bytesOf, stateOf } from "./state.ts";
import type { Trainer, TrainerOptions, TrainerState } from "./trainer.ts";

const MODEL = "diffusion-training";
const MOST_STEPS = 2 ** 32 - 1;
/** Numbers of a point up to which its unit is told. */
const SHOWN = 64;
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
  /** A network to go on from, of the width and layers that are set. */
  network?: Network;
};

/** Losses since the last record, and of the last steps. */
interface Losses {
  sum: number;
  count: number;
  recent: number[];
}

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
  readonly #extended: number[];
  readonly #from: Made["from"];

  private constructor(device: Device, setup: Setup, trainer: Trainer, { steps, losses, extended, from }: Made) {
    this.device = device;
    this.#exclusive = new Exclusive("The training", device);
    this.seed = setup.options.seed;
    this.#setup = setup;
    this.#trainer = trainer;
    this.#points = { parameters: setup.parameters, batch: {} };
    this.#steps = steps;
    this.#losses = losses;
    this.#extended = extended;
    this.#from = from;
  }

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

  static async restore(
    device: Device,
    bytes: Uint8Array,
  ): Promise<DiffusionTrainingSimulation & { extra: CheckpointExtra }> {
    const checkpoint = await decodeCheckpoint(bytes);
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
    const simulation = await DiffusionTrainingSimulation.#begin(device, setup, () => state, made);
    return Object.assign(simulation, { extra: extraOf(checkpoint) });
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
    try {
      await trainer.write(state());
    } catch (error) {
      trainer.dispose();
      throw error;
    }
    return new DiffusionTrainingSimulation(device, setup, trainer, made);
  }

  /** Steps of training made so far. */
  get steps(): number {
    return this.#steps;
  }

  get points(): Points<DiffusionTrainingParameters> {
    return this.#points;
  }

  /** What is learned. */
  get data(): DataSet {
    return this.#setup.data;
  }

  /** What its trainer was told. */
  get options(): TrainerOptions {
    return this.#setup.options;
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
      checkRun(steps, { unit: "steps", made: this.#steps, most: MOST_STEPS }, record);
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
      this.#trainer.setSchedule(scheduleOf(this.#points.parameters));
    });
  }

  /**
   * Makes the training longer. Where its rate decays, it is that of the longer one from the next step on.
   *
   * @throws ParameterError for fewer steps than there were
   */
  extend(steps: number): void {
    this.#exclusive.check();
    const { parameters } = this.#points;
    if (steps < parameters.steps) {
      throw new ParameterError(
        "steps",
        `steps ${steps}: the training has ${parameters.steps}; it can be extended, not shortened.`,
      );
    }
    if (steps === parameters.steps) return;
    this.#points = resolve(MODEL, diffusionTrainingParameters, { ...parameters, steps });
    this.#trainer.setSchedule(scheduleOf(this.#points.parameters));
    if (this.#steps > 0) this.#extended.push(this.#steps);
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
      ...(data.unit ? { unit: data.unit } : {}),
      ...(data.classNames ? { classNames: data.classNames } : {}),
      ...(data.pixels ? { pixels: data.pixels } : {}),
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
    const { unit } = this.#setup.data;
    return {
      ...shape,
      ...{ parameters: offsetsOf(shape).count, points: points.length / shape.dimension, sigmaData: deviation },
      ...(unit && shape.dimension <= SHOWN ? { unit: { centre: [...unit.centre], scale: [...unit.scale] } } : {}),
    };
  }

  notes(): string[] {
    const { decay, steps } = this.#points.parameters;
    const { unit, pixels } = this.#setup.data;
    const units = unit ? unitNotes(unit, pixels !== undefined) : [];
    if (decay === "none") return units;
    const extended = this.#extended.map(
      (step) =>
        `The training was extended at step ${step}, where its learning rate rose to that of the longer one again.`,
    );
    if (this.#steps <= steps) return [...units, ...extended];
    return [
      ...units,
      ...extended,
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
      const more = {
        ...(this.#extended.length > 0 ? { extended: this.#extended } : {}),
        ...(this.#from ? { from: this.#from } : {}),
      };
      const sections = bytesOf(await this.#trainer.read());
      return encodeCheckpoint(withExtra({ model: MODEL, header: { ...header, ...more }, sections }, extra));
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
