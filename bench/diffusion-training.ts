// Training of a denoiser: steps a second, from drawing a minibatch to Adam's. On request compared with C on the same cores, without the drawing.
//
// Counted per step of a minibatch of B samples and P parameters: 2 P B operations forward and 4 P B back, and of Adam some 15 P and 28 P bytes.
// 2-128-128-2, P = 25,346, B = 256: 3.9e7 operations, so 1.7e6 steps/s on an H200 (6.7e13 a second), which nothing comes near: a step is
// twelve dispatches one after the other, of some 5 µs each, 2e4 steps/s. 64-512-512-512-64 with ten classes, P = 690,000: 1.1e9 operations, 6e4
// steps/s; 35 % of it 2e4; and 20 MB, which stay in its L2.

import { GpuError } from "../src/device/errors.ts";
import { GpuTrainer } from "../src/models/diffusion-training/gpu.ts";
import { ReferenceTrainer } from "../src/models/diffusion-training/reference-trainer.ts";
import type { Trainer, TrainerOptions } from "../src/models/diffusion-training/trainer.ts";
import { conditionsOf, type NetworkShape, offsetsOf } from "../src/network/shape.ts";
import type { Bench, Case, Place } from "./harness/case.ts";
import { plainC, reference } from "./harness/contenders.ts";
import source from "./peers/diffusion.c?raw";
import { networkOf } from "./peers/network.ts";

const BATCH = 256;
const LADDERS: { kernel: string; shapes: NetworkShape[] }[] = [
  {
    kernel: "2-W-W-2",
    shapes: [64, 128, 256].map((width) => ({ dimension: 2, width, layers: 2, classes: 0 })),
  },
  {
    kernel: "64-W-W-W-64, 10 classes",
    shapes: [128, 256, 512].map((width) => ({ dimension: 64, width, layers: 3, classes: 10 })),
  },
];

export const bench: Bench = {
  async check({ device }) {
    for (const { kernel, shapes } of LADDERS) await check(device, optionsOf(shapes[0], 8), kernel);
  },
  cases: (place) => [
    ...LADDERS.flatMap(({ kernel, shapes }) => shapes.flatMap((shape) => ofShape(place, kernel, shape))),
    slow(LADDERS[0].shapes[0]),
  ],
};

/** Points that are not all the same, without any meaning. */
function optionsOf(shape: NetworkShape, batch: number): TrainerOptions {
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

const contender = (trainer: Trainer) => ({
  run: (steps: number) => trainer.advance({ from: 0, steps, onLosses: () => {} }),
  dispose: () => trainer.dispose(),
});

const rowOf = (kernel: string, shape: NetworkShape, batch = BATCH) => ({
  ...{ kernel, size: [shape.dimension, shape.width, batch], n: offsetsOf(shape).count, of: "parameters" },
  ...{ updates: 1, unit: "steps/s" },
});

function ofShape({ device, programs }: Place, kernel: string, shape: NetworkShape): Case[] {
  const row = rowOf(kernel, shape);
  const options = optionsOf(shape, BATCH);
  const own: Case = {
    ...{ ...row, counted: { float: (6 * BATCH + 15) * row.n, bytes: 28 * row.n } },
    create: async () => contender(await begin(await GpuTrainer.create(device, options), options)),
  };
  if (!programs) return [own];
  const { dimension, width, layers } = shape;
  const words = (steps: number) => [
    "train",
    dimension,
    width,
    layers,
    BATCH,
    steps,
    programs.threads,
    conditionsOf(shape),
  ];
  return [own, plainC(programs, { ...row, kernel: `${kernel}, tiled` }, source, words)];
}

/** A smaller minibatch, for a sample of it costs much the same. */
function slow(shape: NetworkShape): Case {
  const options = optionsOf(shape, 16);
  return reference(rowOf("2-W-W-2", shape, options.batch), async () =>
    contender(await begin(new ReferenceTrainer(options), options)),
  );
}

/** @throws GpuError where the loss or its slopes are not the reference's */
async function check(device: Place["device"], options: TrainerOptions, kernel: string): Promise<void> {
  const trainer = await begin(await GpuTrainer.create(device, options), options);
  const other = await begin(new ReferenceTrainer(options), options);
  try {
    const own = await trainer.gradient(0);
    const expected = await other.gradient(0);
    let [off, size] = [0, 0];
    for (let at = 0; at < own.gradient.length; at++) {
      off += (own.gradient[at] - expected.gradient[at]) ** 2;
      size += expected.gradient[at] ** 2;
    }
    if (!(Math.sqrt(off / size) < 1e-4 && Math.abs(own.loss / expected.loss - 1) < 1e-4)) {
      throw new GpuError(`bench diffusion-training: ${kernel}: slopes differ from the reference's; nothing was timed.`);
    }
    await checkStep(trainer, other, kernel);
  } finally {
    trainer.dispose();
  }
}

/** Adam's step, from a second moment so large that a slope's rounding does not turn it. @throws GpuError where it is not the reference's */
async function checkStep(trainer: Trainer, other: Trainer, kernel: string): Promise<void> {
  const start = await other.read();
  const variances = start.variances.map(() => 1e-6);
  const ends: ArrayLike<number>[] = [];
  for (const each of [trainer, other]) {
    await each.write({ ...start, variances });
    await each.advance({ from: 100, steps: 1, onLosses: () => {} });
    ends.push((await each.read()).parameters);
  }
  let [off, moved] = [0, 0];
  for (let at = 0; at < variances.length; at++) {
    off += (ends[0][at] - ends[1][at]) ** 2;
    moved += (ends[1][at] - start.parameters[at]) ** 2;
  }
  if (!(Math.sqrt(off / moved) < 1e-3)) {
    throw new GpuError(`bench diffusion-training: ${kernel}: a step differs from the reference's; nothing was timed.`);
  }
}
