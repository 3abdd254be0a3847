// Training on the GPU: a minibatch, the way forward and back through the network, and Adam, in a dozen dispatches a step. Sums have a fixed
// order, so the same device makes the same bits.

import type { GpuDevice } from "../../device/gpu.ts";
import { type Kernel, workgroupGrid } from "../../device/kernel.ts";
import type { RunOptions } from "../../device/run.ts";
import { type Dispatch, Pacer, Submissions } from "../../device/submissions.ts";
import { conditionsOf, FEATURES, offsetsOf } from "../../network/shape.ts";
import { BROADCAST, broadcasts, rowWgsl } from "../diffusion/denoisers/row-wgsl.ts";
import { allocate, checkSize, MOST_STEPS, TILE } from "./buffers.ts";
import {
  ADAM,
  type Gradient,
  PURPOSE,
  paceOf,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from "./trainer.ts";

/** File of each entry point, and the buffer that it reads in rows, if any. */
const KERNELS = {
  draw_samples: ["draw"],
  draw_conditions: ["draw"],
  forward: ["forward", "parameters"],
  residuals: ["output"],
  back_output: ["back", "parameters"],
  back: ["back", "parameters"],
  weight_gradient: ["gradient", "rows"],
  tally: ["tally"],
  update: ["update"],
} as const;

type Kernels = Record<keyof typeof KERNELS, Kernel>;

/** How the kernels are cut: invocations of a workgroup, those of the weights' slopes, and vectors of a row of weights of a layer. */
interface Cut {
  lanes: number;
  gradientLanes: number;
  vectors: number;
}

/** A software adapter gathers what lies side by side dearly, and so makes many units of each; a GPU has registers for few. */
function cutOf(device: GpuDevice, { shape: { width } }: TrainerOptions, workgroup: number): Cut {
  const lanes = Math.min(workgroup, device.limits.maxComputeInvocationsPerWorkgroup);
  const vectors = broadcasts(device, lanes) ? (width % (4 * BROADCAST) === 0 ? BROADCAST : 4) : 2;
  // None of a workgroup is idle where the units are few.
  const filled = 2 ** Math.ceil(Math.log2(Math.max(width / 4, BROADCAST)));
  return { lanes, gradientLanes: Math.min(lanes, filled), vectors };
}

type Part = Omit<Dispatch, "step">;

export class GpuTrainer implements Trainer {
  readonly #device: GpuDevice;
  readonly #options: TrainerOptions;
  #schedule: TrainerOptions["schedule"];
  readonly #buffers: ReturnType<typeof allocate>;
  readonly #parts: Part[];
  readonly #submissions: Submissions;
  readonly #pacer: Pacer;

  /**
   * @param workgroup invocations of a workgroup, a power of two; it changes the speed and nothing else
   * @throws ParameterError for what the device cannot hold, GpuError
   */
  static async create(device: GpuDevice, options: TrainerOptions, workgroup = 64): Promise<GpuTrainer> {
    checkSize(device.limits, options);
    const cut = cutOf(device, options, workgroup);
    const kernels = await compile(device, cut);
    return device.guard(title(options), () => new GpuTrainer(device, options, kernels, cut));
  }

  private constructor(device: GpuDevice, options: TrainerOptions, kernels: Kernels, cut: Cut) {
    this.#device = device;
    this.#options = options;
    this.#schedule = options.schedule;
    this.#buffers = allocate(device, options);
    this.#submissions = new Submissions(device, title(options), MOST_STEPS);
    this.#pacer = new Pacer(device);
    this.#parts = this.#plan(kernels, cut);
  }

  /** The dispatches of a step, in order. */
  #plan(kernels: Kernels, { lanes, gradientLanes, vectors }: Cut): Part[] {
    const { shape, batch } = this.#options;
    const { dimension, width, layers, classes } = shape;
    const { parts, ...buffers } = this.#buffers;
    const part = (name: keyof Kernels, groups: [number, number], layer = 0): Part => {
      const kernel = kernels[name];
      const group = kernel.bind({ ...buffers, part: parts[layer], step: this.#submissions.steps });
      return { kernel, group, groups };
    };
    const quads = Math.ceil(batch / 4 / lanes);
    const rows = width / 4 / vectors;
    const blocks = buffers.blocks.size / 16;
    const { count } = offsetsOf(shape);
    return [
      part("draw_samples", [quads, Math.ceil(dimension / 4)]),
      part("draw_conditions", [quads, FEATURES / 2 + (classes > 0 ? classes + 1 : 0) + 1]),
      ...parts.map((_, layer) => part("forward", [quads, rows], layer)),
      part("residuals", [quads, Math.ceil(dimension / 4)]),
      part("back_output", [quads, rows], layers - 1),
      ...Array.from({ length: layers - 1 }, (_, i) => part("back", [quads, width / TILE], layers - 1 - i)),
      part("weight_gradient", [Math.ceil(width / 4 / gradientLanes), blocks]),
      part("tally", [dimension, 1]),
      part("update", workgroupGrid(Math.ceil(count / 4 / lanes), this.#device.limits)),
    ];
  }

  setSchedule(schedule: TrainerOptions["schedule"]): void {
    this.#schedule = schedule;
  }

  async read(): Promise<TrainerState> {
    const { parameters, means, variances, averages } = this.#buffers;
    const { count } = offsetsOf(this.#options.shape);
    const floats = async (buffer: GPUBuffer) => new Float32Array(await this.#device.read(buffer, 0, 4 * count));
    return {
      parameters: await floats(parameters),
      means: await floats(means),
      variances: await floats(variances),
      averages: await floats(averages),
    };
  }

  async write(state: TrainerState): Promise<void> {
    for (const name of ["parameters", "means", "variances", "averages"] as const) {
      this.#device.write(this.#buffers[name], Float32Array.from(state[name]));
    }
  }

  async gradient(step: number): Promise<Gradient> {
    const { shape, batch } = this.#options;
    await this.#submit(step, 1, this.#parts.slice(0, -1));
    const { count } = offsetsOf(shape);
    const gradient = new Float32Array(await this.#device.read(this.#buffers.gradient, 0, 4 * count));
    const squares = new Float32Array(await this.#device.read(this.#buffers.squares));
    return { loss: squares.reduce((sum, value) => sum + value, 0) / (batch * shape.dimension), gradient };
  }

  /**
   * The minibatch of a step as the network sees it, [row][sample]: rows of u [dimension], c [condition], and what it should say [dimension];
   * for tests.
   */
  async minibatch(step: number): Promise<{ inputs: Float32Array; conditions: Float32Array; targets: Float32Array }> {
    const { shape, batch } = this.#options;
    await this.#submit(step, 1, this.#parts.slice(0, 2));
    const first = shape.dimension + conditionsOf(shape);
    const rows = async (from: number, to: number) =>
      new Float32Array(await this.#device.read(this.#buffers.rows, 4 * batch * from, 4 * batch * (to - from)));
    const targets = first + shape.layers * shape.width;
    return {
      inputs: await rows(0, shape.dimension),
      conditions: await rows(shape.dimension, first),
      targets: await rows(targets, targets + shape.dimension),
    };
  }

  async advance({
    from,
    steps,
    onLosses,
    ...options
  }: RunOptions & { from: number; steps: number; onLosses: (losses: ArrayLike<number>) => void }): Promise<void> {
    await this.#pacer.make(steps, options, {
      most: MOST_STEPS,
      submit: (done, count) => this.#submit(from + done, count, this.#parts),
      after: async (_, count) => {
        onLosses(new Float32Array(await this.#device.read(this.#buffers.losses, 0, 4 * count)));
      },
    });
  }

  #submit(from: number, count: number, parts: readonly Part[]): Promise<void> {
    const dispatches = Array.from({ length: count }, (_, i) => {
      const step = from + i;
      const { rate, renewal } = paceOf(this.#schedule, step);
      const correction = 1 / (1 - ADAM.secondMomentum ** (step + 1));
      const own = { step, slot: i, rate: rate / (1 - ADAM.momentum ** (step + 1)), correction, renewal };
      return parts.map((part) => ({ ...part, step: own }));
    });
    return this.#submissions.submit(dispatches.flat());
  }

  dispose(): void {
    for (const buffer of Object.values(this.#buffers).flat()) this.#device.free(buffer);
    this.#submissions.dispose();
  }
}

const title = ({ shape, batch }: TrainerOptions) =>
  `diffusion-training, ${shape.layers} layers of ${shape.width} units, minibatches of ${batch}`;

async function compile(device: GpuDevice, { lanes, gradientLanes, vectors }: Cut): Promise<Kernels> {
  const entries = Object.entries(KERNELS).map(async ([entryPoint, [file, rows]]) => {
    const workgroup = file === "gradient" ? gradientLanes : lanes;
    const broadcast = broadcasts(device, workgroup);
    const row = { broadcast, vectors: entryPoint === "forward" || entryPoint === "back_output" ? vectors : TILE };
    const kernel = await device.kernel({
      shader: `diffusion-training/${file}.wgsl`,
      ...(rows ? { generated: rowWgsl(row, [rows]) } : {}),
      entryPoint,
      constants: {
        ...(entryPoint === "tally" ? {} : { WORKGROUP: workgroup }),
        ...(file === "draw" ? { PURPOSE } : {}),
      },
    });
    return [entryPoint, kernel];
  });
  return Object.fromEntries(await Promise.all(entries)) as Kernels;
}
