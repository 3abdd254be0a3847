// Diffusion: sample-steps a second of exact denoisers and of trained networks, in batches as large as a device is for. The reference stands
// beside, and on request plain JavaScript and C on the same cores.
//
// Counted per sample-step, a multiplication and an addition as two operations:
//   network 2-128-128-2: 2 (2·128 + 128² + 128·2) = 33,800 operations and 256 exponentials; 16 bytes of the sample in each submission, so none.
//     An H200 (6.7e13 operations a second) would end at 2.0e9; 35 % of that, which WGSL without tensor cores may reach, is 7e8.
//   network 64-512-512-512-64: 1.18e6 operations and 1,536 exponentials; 14 KB of activations that go through memory once, and 139 KB that
//     workgroups of 16 units read of caches. It would end at 5.7e7 for its operations, 35 % of that is 2e7, and at 3e8 for its memory (4.8e12).
//   points, n of d numbers: 5 n d operations (a difference is one, a square and its sum two, a weighted mean two), n exponentials. Digits: 3.2e6.
//   mixture of K components in d dimensions, isotropic: some K (8 d + 10) operations and 2 K exponentials; with noise Threefry's 20 rounds, some
//     200 integer operations for four normal numbers, and some 100 to make them normal. gmm8: 210, and with noise 510, so 6e10 by instructions.
// C keeps eight units of sixteen samples in registers (tiled), or makes a unit at a time (plain).

import type { Device } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import type { GpuDevice } from "../src/device/gpu.ts";
import { GpuSampler } from "../src/models/diffusion/gpu.ts";
import type { Network } from "../src/models/diffusion/network/shape.ts";
import { offsetsOf } from "../src/models/diffusion/network/shape.ts";
import { type DiffusionParameters, diffusionParameters } from "../src/models/diffusion/parameters.ts";
import { type Prepared, prepare } from "../src/models/diffusion/prepare.ts";
import { ReferenceSampler } from "../src/models/diffusion/reference-sampler.ts";
import { type Bench, type BenchOptions, type BenchRow, gpuOnly, summary } from "./bench.ts";
import source from "./peers/diffusion.c?raw";
import { plainNetwork } from "./plain-network.ts";

interface Case {
  name: string;
  options: Partial<DiffusionParameters>;
  /** In place of the exact denoiser: units of a layer, layers, classes. */
  network?: readonly [width: number, layers: number, classes: number];
  /** Samples on a software adapter and on a GPU, and steps of a repeat. */
  samples: readonly [number, number];
  steps: number;
}

const CASES: Case[] = [
  { name: "gmm8, exact, DDIM", options: {}, samples: [65_536, 1 << 22], steps: 50 },
  { name: "network 2-128-128-2, DDIM", options: {}, network: [128, 2, 0], samples: [65_536, 65_536], steps: 50 },
  { name: "gmm8, exact, DDPM", options: { sampler: "ddpm" }, samples: [65_536, 1 << 22], steps: 50 },
  {
    name: "linear SDE in 3 dimensions, Euler-Maruyama",
    options: { data: "1 [0, 0, 0] 1", sampler: "euler-maruyama" },
    ...{ samples: [65_536, 1 << 22], steps: 256 },
  },
  {
    name: "network 64-512-512-512-64, classes in turn, DDIM",
    options: { data: "digits", points: 1000, label: -2 },
    ...{ network: [512, 3, 10], samples: [2048, 65_536], steps: 2 },
  },
  {
    name: "10,000 digits, exact, DDIM",
    options: { data: "digits", points: 10_000 },
    ...{ samples: [1024, 16_384], steps: 2 },
  },
];

export const diffusionBench: Bench = {
  model: "diffusion",
  async run(device, options) {
    gpuOnly(device);
    const rows: BenchRow[] = [];
    for (const each of options.quick ? CASES.slice(0, 2) : CASES) rows.push(...(await ofCase(device, each, options)));
    return rows;
  },
};

async function ofCase(device: GpuDevice, each: Case, options: BenchOptions): Promise<BenchRow[]> {
  const { name, steps } = each;
  const { onRow, log, quick, peers, signal } = options;
  const samples = each.samples[device.info.software ? 0 : 1];
  log(`checking: ${name}, 4 steps of 16 samples against the reference`);
  await check(device, await preparedOf(each, { samples: 16, steps: 4 }), name);
  const rows: BenchRow[] = [];
  const { sampling, options: sampler } = await preparedOf(each, { samples, steps });
  const report = (kernel: string, rates: readonly number[]) => {
    const size = [sampling.dimension, samples];
    const row = { model: "diffusion", kernel: `${name}${kernel}`, size, ...summary(rates), unit: "sample-steps/s" };
    onRow(row);
    rows.push(row);
  };
  const engine = await GpuSampler.create(device, sampling);
  try {
    await engine.start();
    await engine.advance(0, Math.min(steps, 2), async () => {});
    const rates: number[] = [];
    for (let repeat = 0; repeat < (quick ? 3 : 5); repeat++) {
      await engine.start();
      const start = performance.now();
      await engine.advance(0, steps, async () => signal?.throwIfAborted());
      rates.push((samples * steps) / ((performance.now() - start) / 1000));
    }
    report("", rates);
  } finally {
    engine.dispose();
  }
  const few = Math.max(2, Math.min(512, Math.round(2e4 / sampling.dimension ** 2)));
  const slow = new ReferenceSampler({ ...sampling, samples: few }, sampler);
  await slow.start();
  const start = performance.now();
  await slow.advance(0, Math.min(steps, 4), async () => signal?.throwIfAborted());
  report(", reference", [(few * Math.min(steps, 4)) / ((performance.now() - start) / 1000)]);
  if (peers && sampling.denoiser.kind === "network") await besides(each, sampling.denoiser.network, options, report);
  return rows;
}

async function besides(
  { samples, steps }: Case,
  network: Network,
  { log }: BenchOptions,
  report: (kernel: string, rates: readonly number[]) => void,
): Promise<void> {
  const { dimension, width, layers } = network.shape;
  report(", plain JavaScript", [plainNetwork(network, width > 128 ? 16 : 1024, 4)]);
  const { compilePeer } = await import("./peers/c.ts");
  const peer = await compilePeer(source);
  if (!peer) return log("no C compiler (cc) found: no peer is timed");
  for (const way of ["plain", "tiled"]) {
    const rates: number[] = [];
    for (let repeat = 0; repeat < 3; repeat++) {
      rates.push(Number((await peer.run(way, dimension, width, layers, samples[0], steps, peer.threads))[0]));
    }
    report(`, ${way} C, ${peer.threads} threads`, rates);
  }
  await peer[Symbol.asyncDispose]();
}

async function preparedOf({ options, network }: Case, size: { samples: number; steps: number }): Promise<Prepared> {
  const prepared = await prepare(diffusionParameters.parse({ ...options, label: -1, ...size }), 1n);
  if (!network) return prepared;
  const [width, layers, classes] = network;
  const { dimension } = prepared.sampling;
  const denoiser = { kind: "network", network: networkOf({ dimension, width, layers, classes }) } as const;
  return { ...prepared, sampling: { ...prepared.sampling, denoiser, label: options.label ?? -1, classes } };
}

/** A network whose units all do something; what it says means nothing. */
export function networkOf(shape: Network["shape"]): Network {
  const { dimension } = shape;
  const { count, layers } = offsetsOf(shape);
  const parameters = new Float32Array(count);
  let state = 12_345;
  for (let at = 0; at < count; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const layer = layers.find(({ weights, conditions }) => at >= weights && at < conditions);
    parameters[at] = (state / 2 ** 31 - 1) * (layer ? 1.7 / Math.sqrt(layer.inputs) : 0.1);
  }
  return { shape, parameters, centre: new Float32Array(dimension).fill(0.1), deviation: 1, data: "none" };
}

/** @throws GpuError where samples are not those of the reference */
async function check(device: Device & GpuDevice, { sampling, options }: Prepared, name: string): Promise<void> {
  const steps = sampling.schedule.levels.length - 1;
  const ends: Float32Array[] = [];
  for (const sampler of [await GpuSampler.create(device, sampling), new ReferenceSampler(sampling, options)]) {
    await sampler.start();
    await sampler.advance(0, steps, async () => {});
    ends.push((await sampler.read()).x);
    sampler.dispose();
  }
  const [own, expected] = ends;
  const size = Math.sqrt(expected.reduce((sum, value) => sum + value ** 2, 0) / expected.length);
  const worst = own.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at])), 0);
  if (!(worst < 1e-3 * size)) {
    throw new GpuError(`bench diffusion: ${name}: samples differ from the reference's by ${worst}; nothing was timed.`);
  }
}
