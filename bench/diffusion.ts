// Diffusion: sample-steps a second of exact denoisers and of trained networks, in batches as large as a device is for. On request compared with
// C, PyTorch and plain JavaScript. A step is one pass of all samples through the schedule.
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

import { GpuError } from "../src/device/errors.ts";
import { GpuSampler } from "../src/models/diffusion/gpu.ts";
import { type DiffusionParameters, diffusionParameters } from "../src/models/diffusion/parameters.ts";
import { ReferenceSampler } from "../src/models/diffusion/reference-sampler.ts";
import { type Prepared, prepare } from "../src/models/diffusion/sampling-setup.ts";
import type { Bench, Case, Counted, Place } from "./harness/case.ts";
import { javaScript, plainC, python, reference } from "./harness/contenders.ts";
import source from "./peers/diffusion.c?raw";
import torch from "./peers/diffusion.py?raw";
import { networkOf, plainNetwork } from "./peers/network.ts";
import sde from "./peers/sde.py?raw";

interface Kind {
  kernel: string;
  options: Partial<DiffusionParameters>;
  /** In place of the exact denoiser: units of a layer, layers, classes. */
  network?: readonly [width: number, layers: number, classes: number];
  /** The largest batches on a software adapter and on a GPU, and steps of the schedule. */
  samples: readonly [number, number];
  steps: number;
  counted: Counted;
}

const KINDS: Kind[] = [
  { kernel: "gmm8, exact, DDIM", options: {}, samples: [65_536, 1 << 22], steps: 50, counted: { float: 210 } },
  {
    kernel: "network 2-128-128-2, DDIM",
    ...{ options: {}, network: [128, 2, 0], samples: [16_384, 65_536], steps: 20, counted: { float: 33_800 } },
  },
  {
    kernel: "gmm8, exact, DDPM",
    options: { sampler: "ddpm" },
    ...{ samples: [65_536, 1 << 22], steps: 50, counted: { integer: 200, float: 310 } },
  },
  {
    kernel: "linear SDE in 3 dimensions, Euler-Maruyama",
    options: { data: "1 [0, 0, 0] 1", sampler: "euler-maruyama" },
    ...{ samples: [65_536, 1 << 22], steps: 64, counted: { integer: 200, float: 134 } },
  },
  {
    kernel: "network 64-512-512-512-64, classes in turn, DDIM",
    options: { data: "digits", points: 1000, label: -2 },
    ...{ network: [512, 3, 10], samples: [2048, 65_536], steps: 2, counted: { float: 1.18e6, bytes: 14_336 } },
  },
  {
    kernel: "10,000 digits, exact, DDIM",
    options: { data: "digits", points: 10_000 },
    ...{ samples: [512, 16_384], steps: 2, counted: { float: 3.2e6 } },
  },
];

export const bench: Bench = {
  async check({ device }) {
    for (const kind of KINDS) await check(device, await preparedOf(kind, { samples: 16, steps: 4 }), kind.kernel);
  },
  async cases(place) {
    const cases: Case[] = [];
    for (const kind of KINDS) {
      const most = kind.samples[place.software ? 0 : 1];
      for (const samples of [most / 16, most / 4, most]) cases.push(...(await ofKind(place, kind, samples)));
    }
    return [...cases, await slow(KINDS[0], 512), await slow(KINDS[1], 512)];
  },
};

const rowOf = ({ kernel, steps }: Kind, dimension: number, samples: number) => ({
  ...{
    kernel,
    size: [dimension, samples],
    n: samples,
    of: "samples",
    updates: samples * steps,
    unit: "sample-steps/s",
  },
});

async function ofKind({ device, software, programs }: Place, kind: Kind, samples: number): Promise<Case[]> {
  const { sampling } = await preparedOf(kind, { samples, steps: kind.steps });
  const { dimension, denoiser } = sampling;
  const row = rowOf(kind, dimension, samples);
  const own: Case = {
    ...{ ...row, counted: kind.counted },
    async create() {
      const engine = await GpuSampler.create(device, sampling);
      return { run: (passes) => passesOf(engine, kind.steps, passes), dispose: () => engine.dispose() };
    },
  };
  if (!programs || samples < kind.samples[software ? 0 : 1]) return [own];
  if (kind.options.sampler === "euler-maruyama")
    return [own, python(programs, row, sde, [dimension, samples, kind.steps])];
  if (denoiser.kind !== "network") return [own];
  const { width, layers } = denoiser.network.shape;
  const words = [dimension, width, layers, samples];
  const few = { ...rowOf({ ...kind, steps: 1 }, dimension, 16), comparedSize: row.size };
  return [
    own,
    ...["plain", "tiled"].map((way) =>
      plainC(programs, { ...row, kernel: `${row.kernel}, ${way}` }, source, (passes) => [
        ...[way, ...words, kind.steps * passes, programs.threads],
      ]),
    ),
    python(programs, row, torch, [...words, kind.steps]),
    javaScript(few, () => (passes) => plainNetwork(denoiser.network, 16, passes)),
  ];
}

async function slow(kind: Kind, samples: number): Promise<Case> {
  const few = { ...kind, steps: 4 };
  const { sampling, options } = await preparedOf(few, { samples, steps: few.steps });
  return reference(rowOf(few, sampling.dimension, samples), async () => {
    const engine = new ReferenceSampler(sampling, options);
    return { run: (passes) => passesOf(engine, few.steps, passes), dispose: () => engine.dispose() };
  });
}

/** Seconds of so many passes, the noise that they start from not counted. */
async function passesOf(engine: GpuSampler | ReferenceSampler, steps: number, passes: number): Promise<number> {
  let seconds = 0;
  for (let pass = 0; pass < passes; pass++) {
    await engine.start();
    const start = performance.now();
    await engine.advance({ from: 0, sweeps: steps, onSweeps() {} });
    seconds += (performance.now() - start) / 1000;
  }
  return seconds;
}

async function preparedOf({ options, network }: Kind, size: { samples: number; steps: number }): Promise<Prepared> {
  // Steps are timed, whatever they begin with: so few of them would be refused.
  const prepared = await prepare(diffusionParameters.parse({ ...options, label: -1, ...size }), 1n, undefined, true);
  if (!network) return prepared;
  const [width, layers, classes] = network;
  const { dimension } = prepared.sampling;
  const denoiser = { kind: "network", network: networkOf({ dimension, width, layers, classes }) } as const;
  return { ...prepared, sampling: { ...prepared.sampling, denoiser, label: options.label ?? -1, classes } };
}

/** @throws GpuError where samples are not those of the reference */
async function check(device: Place["device"], { sampling, options }: Prepared, kernel: string): Promise<void> {
  const steps = sampling.schedule.levels.length - 1;
  const ends: ArrayLike<number>[] = [];
  for (const sampler of [await GpuSampler.create(device, sampling), new ReferenceSampler(sampling, options)]) {
    await sampler.start();
    await sampler.advance({ from: 0, sweeps: steps, onSweeps() {} });
    ends.push((await sampler.read()).x);
    sampler.dispose();
  }
  const [own, expected] = ends.map((end) => Array.from(end));
  const size = Math.sqrt(expected.reduce((sum, value) => sum + value ** 2, 0) / expected.length);
  const worst = own.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at])), 0);
  if (!(worst < 1e-3 * size)) {
    throw new GpuError(
      `bench diffusion: ${kernel}: samples differ from the reference's by ${worst}; nothing was timed.`,
    );
  }
}
