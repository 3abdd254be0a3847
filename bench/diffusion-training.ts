// Training of a denoiser: steps a second, from drawing a minibatch to Adam's. The reference stands beside, and on request C on the same cores,
// without the drawing.
//
// Counted per step of a minibatch of B samples and P parameters: 2 P B operations forward and 4 P B back, and of Adam some 15 P and 28 P bytes.
// 2-128-128-2, P = 25,346, B = 256: 3.9e7 operations, so 1.7e6 steps/s on an H200 (6.7e13 a second), which nothing comes near: a step is
// twelve dispatches one after the other, of some 5 µs each, 2e4 steps/s. 64-512-512-512-64 with ten classes, P = 690,000: 1.1e9 operations, 6e4
// steps/s; 35 % of it 2e4; and 20 MB, which stay in its L2.

import { GpuError } from "../src/device/errors.ts";
import type { GpuDevice } from "../src/device/gpu.ts";
import { conditionsOf } from "../src/models/diffusion/network/shape.ts";
import { GpuTrainer } from "../src/models/diffusion-training/gpu.ts";
import { ReferenceTrainer } from "../src/models/diffusion-training/reference-trainer.ts";
import type { Trainer, TrainerOptions } from "../src/models/diffusion-training/trainer.ts";
import { type Bench, type BenchOptions, type BenchRow, gpuOnly, summary } from "./bench.ts";
import { networkOf } from "./diffusion.ts";
import source from "./peers/diffusion.c?raw";

interface Case {
  name: string;
  shape: TrainerOptions["shape"];
  /** Steps of a repeat on a software adapter; a GPU makes a hundred times as many. */
  steps: number;
}

const BATCH = 256;
const CASES: Case[] = [
  { name: "2-128-128-2", shape: { dimension: 2, width: 128, layers: 2, classes: 0 }, steps: 100 },
  {
    name: "64-512-512-512-64, 10 classes",
    shape: { dimension: 64, width: 512, layers: 3, classes: 10 },
    steps: 4,
  },
];

export const diffusionTrainingBench: Bench = {
  model: "diffusion-training",
  async run(device, options) {
    gpuOnly(device);
    const rows: BenchRow[] = [];
    for (const each of options.quick ? CASES.slice(0, 1) : CASES) rows.push(...(await ofCase(device, each, options)));
    return rows;
  },
};

/** Points that are not all the same, without any meaning. */
function optionsOf(shape: TrainerOptions["shape"], batch: number): TrainerOptions {
  const count = 1000;
  const points = Float32Array.from({ length: count * shape.dimension }, (_, i) => ((i * 7919) % 2000) / 1000 - 1);
  return {
    ...{ shape, points, batch, seed: 1n, noiseMean: -0.5, noiseSd: 1.2, dropout: 0.1 },
    ...(shape.classes > 0 ? { labels: Uint8Array.from({ length: count }, (_, i) => i % shape.classes) } : {}),
    centre: new Float32Array(shape.dimension),
    deviation: 0.58,
    schedule: { learningRate: 1e-3, steps: 0, halfLife: 1000 },
  };
}

async function begin<T extends Trainer>(trainer: T, { shape }: TrainerOptions): Promise<T> {
  const { parameters } = networkOf(shape);
  const zeros = new Float32Array(parameters.length);
  await trainer.write({ parameters, means: zeros, variances: zeros, averages: parameters });
  return trainer;
}

async function rateOf(trainer: Trainer, steps: number, signal?: AbortSignal): Promise<number> {
  const start = performance.now();
  await trainer.advance({ from: 0, steps, onLosses: () => {}, ...(signal ? { signal } : {}) });
  return steps / ((performance.now() - start) / 1000);
}

async function ofCase(device: GpuDevice, { name, shape, steps }: Case, options: BenchOptions): Promise<BenchRow[]> {
  const { onRow, log, quick, peers, signal } = options;
  log(`checking: ${name}, the loss of 8 samples and its slopes against the reference`);
  await check(device, optionsOf(shape, 8), name);
  const rows: BenchRow[] = [];
  const report = (kernel: string, rates: readonly number[]) => {
    const size = [shape.dimension, shape.width, BATCH];
    const row = { model: "diffusion-training", kernel: `${name}${kernel}`, size, ...summary(rates), unit: "steps/s" };
    onRow(row);
    rows.push(row);
  };
  const full = optionsOf(shape, BATCH);
  const trainer = await begin(await GpuTrainer.create(device, full), full);
  try {
    const count = steps * (device.info.software ? 1 : 100);
    await rateOf(trainer, Math.min(count, 2));
    const rates: number[] = [];
    for (let repeat = 0; repeat < (quick ? 3 : 5); repeat++) rates.push(await rateOf(trainer, count, signal));
    report("", rates);
  } finally {
    trainer.dispose();
  }
  // A step of it is much the same for each sample.
  const few = optionsOf(shape, shape.width > 128 ? 4 : 64);
  const slow = await rateOf(await begin(new ReferenceTrainer(few), few), 1, signal);
  report(", reference", [(slow * few.batch) / BATCH]);
  if (!peers) return rows;
  const { compilePeer } = await import("./peers/c.ts");
  const peer = await compilePeer(source);
  if (peer) {
    const { dimension, width, layers } = shape;
    const words = [dimension, width, layers, BATCH, 3 * steps, peer.threads, conditionsOf(shape)];
    const rates: number[] = [];
    for (let repeat = 0; repeat < 3; repeat++) rates.push(Number((await peer.run("train", ...words))[0]));
    report(`, tiled C, ${peer.threads} threads`, rates);
    await peer[Symbol.asyncDispose]();
  } else log("no C compiler (cc) found: no peer is timed");
  return rows;
}

/** @throws GpuError where the loss or its slopes are not the reference's */
async function check(device: GpuDevice, options: TrainerOptions, name: string): Promise<void> {
  const trainer = await begin(await GpuTrainer.create(device, options), options);
  try {
    const own = await trainer.gradient(0);
    const expected = await (await begin(new ReferenceTrainer(options), options)).gradient(0);
    let [off, size] = [0, 0];
    for (let at = 0; at < own.gradient.length; at++) {
      off += (own.gradient[at] - expected.gradient[at]) ** 2;
      size += expected.gradient[at] ** 2;
    }
    if (!(Math.sqrt(off / size) < 1e-4 && Math.abs(own.loss / expected.loss - 1) < 1e-4)) {
      throw new GpuError(`bench diffusion-training: ${name}: slopes differ from the reference's; nothing was timed.`);
    }
  } finally {
    trainer.dispose();
  }
}
