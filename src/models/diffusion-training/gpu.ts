// Training on the GPU: a minibatch, the way forward and back through the network, and Adam, in a dozen dispatches a step. Sums have a fixed
// order, so the same device makes the same bits.

import { Budget } from "../../device/budget.ts";
import { ParameterError } from "../../device/errors.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { grid, type Kernel } from "../../device/kernel.ts";
import { between, type RunOptions } from "../../device/run.ts";
import { conditionsOf, FEATURES, offsetsOf } from "../diffusion/network/shape.ts";
import {
  ADAM,
  type Gradient,
  PURPOSE,
  paceOf,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from "./trainer.ts";

/** Steps of one submission: each has its own uniform and its own loss. */
const MOST_STEPS = 1024;
/** Units of a tile: width is a multiple of 16. */
const TILE = 8;

const KERNELS = {
  draw_samples: ["draw", "rrw"],
  draw_conditions: ["draw", "rrw"],
  forward: ["forward", "pwrww"],
  residuals: ["output", "rw"],
  back_output: ["back", "pwrrrww"],
  back: ["back", "pwrrrww"],
  weight_gradient: ["gradient", "rrrw"],
  tally: ["tally", "rww"],
  update: ["update", "rrwwwww"],
} as const;

type Kernels = Record<keyof typeof KERNELS, Kernel>;

interface Part {
  kernel: Kernel;
  group: GPUBindGroup;
  groups: [number, number];
}

export class GpuTrainer implements Trainer {
  readonly #device: GpuDevice;
  readonly #options: TrainerOptions;
  readonly #schedule: TrainerOptions["schedule"];
  readonly #buffers: ReturnType<typeof allocate>;
  readonly #stride: number;
  readonly #parts: Part[];
  readonly #budget = new Budget();

  /**
   * @param workgroup invocations of a workgroup, a power of two; it changes the speed and nothing else
   * @throws ParameterError for what the device cannot hold, GpuError
   */
  static async create(device: GpuDevice, options: TrainerOptions, workgroup = 64): Promise<GpuTrainer> {
    checkSize(device.limits, options);
    const lanes = Math.min(workgroup, device.limits.maxComputeInvocationsPerWorkgroup);
    const kernels = await compile(device, lanes);
    return device.guard(title(options), () => new GpuTrainer(device, options, kernels, lanes));
  }

  private constructor(device: GpuDevice, options: TrainerOptions, kernels: Kernels, lanes: number) {
    this.#device = device;
    this.#options = options;
    this.#schedule = { ...options.schedule };
    this.#stride = Math.max(32, device.limits.minUniformBufferOffsetAlignment);
    const blocks = blocksOf(options);
    this.#buffers = allocate(device, options, blocks.length / 4, this.#stride);
    const { run, points, labels, blocks: table, layers } = this.#buffers;
    device.write(run, runOf(options));
    device.write(points, scaled(options));
    if (options.labels) device.write(labels, Uint32Array.from(options.labels));
    device.write(table, blocks);
    for (const [layer, buffer] of layers.entries()) device.write(buffer, new Uint32Array([layer, 0, 0, 0]));
    this.#parts = this.#plan(kernels, lanes, blocks.length / 4);
  }

  /** The dispatches of a step, in order. */
  #plan(kernels: Kernels, lanes: number, blocks: number): Part[] {
    const { shape, batch } = this.#options;
    const { dimension, width, layers, classes } = shape;
    const b = this.#buffers;
    const part = (name: keyof Kernels, groups: [number, number], ...buffers: GPUBuffer[]): Part => {
      const kernel = kernels[name];
      return { kernel, group: kernel.bind(b.run, { buffer: b.steps, size: 20 }, ...buffers), groups };
    };
    const quads = Math.ceil(batch / 4 / lanes);
    const last = layers - 1;
    const forward = b.layers.map((layer) =>
      part("forward", [quads, width / TILE], layer, b.turned, b.parameters, b.rows, b.slopes),
    );
    const back = (name: "back" | "back_output", layer: number) => {
      const buffers = [b.layers[layer], b.turned, b.parameters, b.rows, b.slopes, b.above, b.deltas];
      return part(name, [quads, width / TILE], ...buffers);
    };
    const { count } = offsetsOf(shape);
    return [
      part("draw_samples", [quads, Math.ceil(dimension / 4)], b.points, b.labels, b.rows),
      part("draw_conditions", [quads, FEATURES / 2 + (classes > 0 ? classes + 1 : 0) + 1], b.points, b.labels, b.rows),
      ...forward,
      part("residuals", [quads, Math.ceil(dimension / 4)], b.parameters, b.rows),
      back("back_output", last),
      ...Array.from({ length: last }, (_, i) => back("back", last - i)),
      part("weight_gradient", [Math.ceil(width / 4 / lanes), blocks], b.blocks, b.rows, b.turned, b.gradient),
      part("tally", [dimension, 1], b.rows, b.gradient, b.squares),
      part(
        "update",
        grid(Math.ceil(count / 4 / lanes), this.#device.limits),
        ...[b.gradient, b.squares, b.parameters, b.means, b.variances, b.averages, b.losses],
      ),
    ];
  }

  setRate(learningRate: number): void {
    this.#schedule.learningRate = learningRate;
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
    for (let done = 0; done < steps; ) {
      await between({ done, total: steps }, options);
      const count = this.#budget.next(steps - done, MOST_STEPS);
      const start = performance.now();
      const accepted = this.#submit(from + done, count, this.#parts);
      const overslept = await this.#device.settle(accepted, this.#budget.expected(count));
      this.#budget.record(count, (performance.now() - start) * (overslept ? 0.5 : 1));
      done += count;
      onLosses(new Float32Array(await this.#device.read(this.#buffers.losses, 0, 4 * count)));
    }
    await between({ done: steps, total: steps }, options);
  }

  #submit(from: number, count: number, parts: readonly Part[]): Promise<void> {
    const view = new DataView(new ArrayBuffer(count * this.#stride));
    for (let i = 0; i < count; i++) {
      const step = from + i;
      const { rate, renewal } = paceOf(this.#schedule, step);
      const at = i * this.#stride;
      view.setUint32(at, step, true);
      view.setUint32(at + 4, i, true);
      view.setFloat32(at + 8, rate / (1 - ADAM.momentum ** (step + 1)), true);
      view.setFloat32(at + 12, 1 / (1 - ADAM.secondMomentum ** (step + 1)), true);
      view.setFloat32(at + 16, renewal, true);
    }
    this.#device.write(this.#buffers.steps, view);
    return this.#device.submit(title(this.#options), (encoder) => {
      const pass = encoder.beginComputePass({ timestampWrites: this.#device.timer?.writes("steps") });
      for (let i = 0; i < count; i++) {
        for (const { kernel, group, groups } of parts) {
          pass.setPipeline(kernel.pipeline);
          pass.setBindGroup(0, group, [i * this.#stride]);
          pass.dispatchWorkgroups(...groups);
        }
      }
      pass.end();
    });
  }

  dispose(): void {
    for (const buffer of Object.values(this.#buffers).flat()) this.#device.free(buffer);
  }
}

const title = ({ shape, batch }: TrainerOptions) =>
  `diffusion-training, ${shape.layers} layers of ${shape.width} units, minibatches of ${batch}`;

/** The data as the network sees them without noise: (x₀ - centre) / σ_data. */
const scaled = ({ points, centre, deviation, shape }: TrainerOptions) =>
  points.map((value, at) => (value - centre[at % shape.dimension]) / deviation);

function runOf(options: TrainerOptions): DataView {
  const { shape, seed, points, batch, dropout } = options;
  const { dimension, classes, width, layers } = shape;
  const view = new DataView(new ArrayBuffer(80));
  const words = [
    ...[Number(seed & 0xffffffffn), Number(seed >> 32n), points.length / dimension, batch / 4],
    ...[dimension, conditionsOf(shape), classes, width, layers],
    Math.min(2 ** 32 - 1, Math.round(dropout * 2 ** 32)),
  ];
  words.forEach((word, i) => {
    view.setUint32(4 * i, word, true);
  });
  const floats = [
    ...[options.noiseMean, options.noiseSd, Math.log(options.deviation), 1 / (batch * dimension)],
    ...[ADAM.momentum, ADAM.secondMomentum, ADAM.epsilon],
  ];
  floats.forEach((value, i) => {
    view.setFloat32(4 * (words.length + i), value, true);
  });
  return view;
}

/** The table of gradient.wgsl: weights side by side of a layer that see units, then those that see conditions; and the output's. */
function blocksOf({ shape }: TrainerOptions): Uint32Array {
  const { dimension, width, layers } = shape;
  const conditions = conditionsOf(shape);
  const rowsOf = (layer: number) => dimension + conditions + layer * width;
  const blocks: number[] = [];
  let parameter = 0;
  const add = (count: number, row: number, matrix: number) => {
    for (let i = 0; i < count; i += TILE) blocks.push(parameter + i, Math.min(TILE, count - i), row + i, matrix);
    parameter += count;
  };
  for (let layer = 0; layer < layers; layer++) {
    if (layer === 0) add(dimension, 0, 0);
    else add(width, rowsOf(layer - 1), layer);
    add(conditions, dimension, layer);
  }
  add(dimension, rowsOf(layers) + dimension, layers); // sums of residuals times the last layer's units
  return new Uint32Array(blocks);
}

/** Numbers of the buffers that grow with the minibatch, for one sample of it. */
const perSample = ({ dimension, width, layers, ...shape }: TrainerOptions["shape"]) => {
  const conditions = conditionsOf({ dimension, width, layers, ...shape });
  return { rows: 3 * dimension + conditions + layers * width, turned: (layers + 1) * width };
};

function allocate(device: GpuDevice, { shape, points, batch }: TrainerOptions, blocks: number, stride: number) {
  const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const buffer = (name: string, bytes: number, usage = STORAGE | COPY_DST | COPY_SRC) =>
    device.buffer(`diffusion-training ${name}`, bytes, usage);
  const { dimension, width, layers } = shape;
  const { rows, turned } = perSample(shape);
  const parameters = 16 * Math.ceil(offsetsOf(shape).count / 4);
  const units = 4 * batch * width;
  return {
    run: buffer("run", 80, UNIFORM | COPY_DST),
    steps: buffer("steps", MOST_STEPS * stride, UNIFORM | COPY_DST),
    layers: Array.from({ length: layers }, (_, i) => buffer(`layer ${i}`, 16, UNIFORM | COPY_DST)),
    points: buffer("points", 4 * points.length),
    labels: buffer("labels", (4 * points.length) / dimension),
    blocks: buffer("blocks", 16 * blocks),
    rows: buffer("rows", 4 * batch * rows),
    turned: buffer("units by samples", 4 * batch * turned),
    slopes: buffer("slopes of units", layers * units),
    above: buffer("slopes in units", units),
    deltas: buffer("slopes in sums", layers * units),
    gradient: buffer("gradient", parameters),
    squares: buffer("squares", 4 * dimension),
    parameters: buffer("parameters", parameters),
    means: buffer("first moments", parameters),
    variances: buffer("second moments", parameters),
    averages: buffer("average", parameters),
    losses: buffer("losses", 4 * MOST_STEPS),
  };
}

/** @throws ParameterError with what would fit */
function checkSize(limits: GPUSupportedLimits, { shape, points, batch }: TrainerOptions): void {
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const { rows, turned } = perSample(shape);
  const largest = Math.max(rows, turned);
  const fits = 4 * Math.floor(most / (16 * largest));
  if (batch > fits) {
    throw new ParameterError(
      "batch",
      `batch ${batch}: with ${shape.layers} layers of ${shape.width} units this device holds minibatches of at most ${fits} samples. Take a smaller batch or width.`,
    );
  }
  const { count } = offsetsOf(shape);
  if (4 * count > most) {
    throw new ParameterError(
      "width",
      `width ${shape.width}: the network has ${count} parameters, and this device holds at most ${Math.floor(most / 4)}. Take a smaller width or fewer layers.`,
    );
  }
  if (4 * points.length > most) {
    const held = Math.floor(most / (4 * shape.dimension));
    throw new ParameterError(
      "points",
      `points: ${points.length / shape.dimension} points of ${shape.dimension} numbers are given, and this device holds at most ${held}.`,
    );
  }
}

async function compile(device: GpuDevice, lanes: number): Promise<Kernels> {
  const kinds = { p: "uniform", r: "read-only-storage", w: "storage" } as const;
  const entries = Object.entries(KERNELS).map(async ([entryPoint, [file, bindings]]) => {
    const kernel = await device.kernel({
      shader: `diffusion-training/${file}.wgsl`,
      entryPoint,
      bindings: ["uniform", "step", ...[...bindings].map((kind) => kinds[kind as keyof typeof kinds])],
      constants: {
        ...(entryPoint === "tally" ? {} : { WORKGROUP: lanes }),
        ...(file === "draw" ? { PURPOSE } : {}),
      },
    });
    return [entryPoint, kernel];
  });
  return Object.fromEntries(await Promise.all(entries)) as Kernels;
}
