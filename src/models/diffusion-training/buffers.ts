// What training keeps on the GPU: what its buffers hold at the start, how large they are, and what a device cannot hold.

import { bufferLimit, storage, uniform } from "../../device/buffers.ts";
import { ParameterError } from "../../device/errors.ts";
import type { GpuDevice } from "../../device/gpu.ts";
import { type Struct, structOf, type Values } from "../../device/layout.ts";
import { conditionsOf, offsetsOf } from "../../network/shape.ts";
import { seedWords } from "../../random/threefry.ts";
import { ADAM, type TrainerOptions } from "./trainer.ts";

const RUN = structOf("diffusion-training/run.wgsl", "run");
const PART = structOf("diffusion-training/tile.wgsl", "part");
/** Steps of one submission: each has its own uniform and its own loss. */
export const MOST_STEPS = 1024;
/** Multiplications and additions of a step, which is one submission at least: a small GPU makes about 10^12 in a second. */
const MOST_WORK = 2 ** 38;
/** Units of a tile: width is a multiple of 16. */
export const TILE = 8;

/** The data as the network sees them without noise: (x₀ - centre) / σ_data. */
const scaled = ({ points, centre, deviation, shape }: TrainerOptions) =>
  points.map((value, at) => (value - centre[at % shape.dimension]) / deviation);

function runOf({ shape, seed, points, batch, dropout, noiseMean, noiseSd, deviation }: TrainerOptions): Values {
  const { dimension, classes, width, layers } = shape;
  return {
    ...{ seed: seedWords(seed), points: points.length / dimension, quads: batch / 4 },
    ...{ dimension, conditions: conditionsOf(shape), classes, width, layers },
    dropout: Math.min(2 ** 32 - 1, Math.round(dropout * 2 ** 32)),
    ...{ noiseMean, noiseSd, logDeviation: Math.log(deviation), share: 1 / (batch * dimension) },
    ...{ meanRenewal: 1 - ADAM.momentum, varianceRenewal: 1 - ADAM.secondMomentum, epsilon: ADAM.epsilon },
  };
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
  return { rows: 3 * dimension + conditions + layers * width, transposed: (layers + 1) * width };
};

export function allocate(device: GpuDevice, options: TrainerOptions) {
  const { shape, points, batch, labels } = options;
  const buffer = (name: string, bytes: number) => storage(device, `diffusion-training ${name}`, bytes / 4);
  const table = (name: string, data: ArrayBufferView) => storage(device, `diffusion-training ${name}`, data);
  const fixed = (name: string, struct: Struct, values: Values) =>
    uniform(device, `diffusion-training ${name}`, struct, values);
  const { dimension, width, layers } = shape;
  const { rows, transposed } = perSample(shape);
  const parameters = 16 * Math.ceil(offsetsOf(shape).count / 4);
  const units = 4 * batch * width;
  return {
    run: fixed("run", RUN, runOf(options)),
    parts: Array.from({ length: layers }, (_, layer) => fixed(`layer ${layer}`, PART, { layer })),
    points: table("points", scaled(options)),
    labels: labels ? table("labels", Uint32Array.from(labels)) : buffer("labels", (4 * points.length) / dimension),
    blocks: table("blocks", blocksOf(options)),
    rows: buffer("rows", 4 * batch * rows),
    transposed: buffer("units by samples", 4 * batch * transposed),
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
export function checkSize(limits: GPUSupportedLimits, { shape, points, batch }: TrainerOptions): void {
  const most = bufferLimit(limits);
  const { rows, transposed } = perSample(shape);
  const largest = Math.max(rows, transposed);
  const fits = 4 * Math.floor(most / (16 * largest));
  if (batch > fits) {
    throw new ParameterError(
      "batch",
      `batch ${batch}: with ${shape.layers} layers of ${shape.width} units this device holds minibatches of at most ${fits} samples. Take a smaller batch or width.`,
    );
  }
  const { count } = offsetsOf(shape);
  const able = 4 * Math.floor(MOST_WORK / (4 * 6 * count));
  if (batch > able) {
    throw new ParameterError(
      "batch",
      `batch ${batch}: a step of a network of ${count} parameters takes at most ${able} samples, because none may hold a GPU for long. Take a smaller batch or width.`,
    );
  }
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
