// Ising throughput in flips a second: the packed kernel beside a plain one with the same generator, and on request plain C.
//
// Counted for the packed kernel at T_c, Metropolis, Threefry-20, per 128 spins (one thread): 5 blocks of random words for all
// and 1.1 for the pooled rest of a warp of 32, each about 142 integer operations with fused rotates; classes, planes and
// pooling about 340 more: 9.4 operations a flip. Bytes: 16 own + 48 near + 16 written per 128 spins, 0.6 a flip, of which
// caches serve most. So integer units bind, not memory: an H200 (132 × 64 × 1.98 GHz) ends at about 1,800 flips/ns.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError, ParameterError } from "../src/device/errors.ts";
import type { GpuDevice } from "../src/device/gpu.ts";
import { criticalTemperature, type IsingOptions, ising } from "../src/models/ising/index.ts";
import { portableExp } from "../src/portable.ts";
import { type Bench, type BenchOptions, type BenchRow, summary } from "./bench.ts";
import source from "./peers/ising.c?raw";
import { type Acceptance, PlainIsing, plainReference } from "./plain-ising.ts";

const TEMPERATURE = criticalTemperature();
const ACCEPTANCE: Acceptance = [4, 8].map((cost) => Math.round(2 ** 32 * portableExp(-cost / TEMPERATURE))) as never;

/** Seconds that one repeat takes. */
const REPEAT = 0.7;

export const isingBench: Bench = {
  model: "ising",
  async run(device, options) {
    if (device.kind !== "gpu") {
      throw new ParameterError(
        "device",
        "device reference: it is the yardstick of truth, not of speed; choose a GPU device.",
      );
    }
    options.log("checking: packed kernels against the reference, the plain kernel against its loop");
    await check(device);
    const rows: BenchRow[] = [];
    for (const size of sizes(device, options.quick)) rows.push(...(await atSize(device, size, options)));
    return rows;
  },
};

function sizes(device: GpuDevice, quick: boolean): number[] {
  if (device.info.software) return quick ? [1024] : [512, 2048, 4096];
  return quick ? [4096] : [1024, 4096, 16384, 32768];
}

async function check(device: GpuDevice): Promise<void> {
  const reference = new ReferenceDevice(device.info.host);
  for (const more of [{}, { generator: "threefry12" }, { algorithm: "heat-bath" }, { field: 0.1 }] as IsingOptions[]) {
    const options: IsingOptions = { size: [256, 64], temperature: TEMPERATURE, ...more };
    using a = await ising.create(device, options);
    using b = await ising.create(reference, options);
    for (const lattice of [a, b]) await lattice.run(10);
    if ((await a.digest()) !== (await b.digest())) {
      throw new GpuError(
        `bench ising: the packed kernel differs from the reference (${JSON.stringify(more)}); nothing was timed.`,
      );
    }
  }
  using plain = await PlainIsing.create(device, [64, 16], ACCEPTANCE);
  await plain.run(10);
  const [found, wanted] = [await plain.spins(), plainReference([64, 16], ACCEPTANCE, 10)];
  if (found.some((spin, i) => spin !== wanted[i])) {
    throw new GpuError("bench ising: the plain kernel differs from its reference loop; nothing was timed.");
  }
}

interface Contender {
  kernel: string;
  /** Makes so many sweeps and returns the seconds they took. */
  time(sweeps: number): Promise<number>;
  [Symbol.dispose](): void;
}

async function packed(device: Device, size: number, kernel: string, more: IsingOptions): Promise<Contender> {
  const lattice = await ising.create(device, { size: [size, size], temperature: TEMPERATURE, ...more });
  return {
    kernel,
    time: (sweeps) => seconds(() => lattice.run(sweeps)),
    [Symbol.dispose]: () => lattice.dispose(),
  };
}

async function plain(device: GpuDevice, size: number): Promise<Contender> {
  const lattice = await PlainIsing.create(device, [size, size], ACCEPTANCE);
  return {
    kernel: "plain",
    time: async (sweeps) => {
      const taken = await seconds(() => lattice.run(sweeps));
      lattice.expectedPerSweep = (1000 * taken) / sweeps;
      return taken;
    },
    [Symbol.dispose]: () => lattice[Symbol.dispose](),
  };
}

async function plainC(size: number): Promise<Contender | undefined> {
  const { compilePeer } = await import("./peers/c.ts");
  const peer = await compilePeer(source);
  return (
    peer && {
      kernel: `C, ${peer.threads} threads`,
      time: async (sweeps) => (size * size * sweeps) / Number((await peer.run(size, sweeps, peer.threads))[0]),
      [Symbol.dispose]: () => void peer[Symbol.asyncDispose](),
    }
  );
}

/** All contenders in turn, again and again, so that a busy moment of the machine meets them alike. */
async function atSize(
  device: GpuDevice,
  size: number,
  { quick, peers, onRow, log, signal }: BenchOptions,
): Promise<BenchRow[]> {
  const contenders = [
    await packed(device, size, "packed", {}),
    await packed(device, size, "packed-threefry12", { generator: "threefry12" }),
    await packed(device, size, "packed-heat-bath", { algorithm: "heat-bath" }),
    await packed(device, size, "packed-field", { field: 0.01 }),
  ];
  if (4 * size * size <= device.limits.maxStorageBufferBindingSize) contenders.push(await plain(device, size));
  if (peers) {
    const c = await plainC(size);
    if (c) contenders.push(c);
    else log("no C compiler (cc) found: no peer is timed");
  }
  try {
    const sweeps: number[] = [];
    for (const contender of contenders) {
      await contender.time(4); // compiles, and finds the length of a submission
      const trial = Math.max(4, Math.round((4 * 0.2) / (await contender.time(4))));
      sweeps.push(Math.max(4, Math.round((trial * REPEAT) / (await contender.time(trial)))));
    }
    const rates: number[][] = contenders.map(() => []);
    for (let repeat = 0; repeat < (quick ? 3 : 7); repeat++) {
      for (const [i, contender] of contenders.entries()) {
        signal?.throwIfAborted();
        rates[i].push((size * size * sweeps[i]) / (await contender.time(sweeps[i])));
      }
    }
    return contenders.map(({ kernel }, i) => {
      const row = { model: "ising", kernel, size: [size, size], ...summary(rates[i]), unit: "flips/s" };
      onRow(row);
      return row;
    });
  } finally {
    for (const contender of contenders) contender[Symbol.dispose]();
  }
}

async function seconds(action: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}
