// The Curie–Weiss model: spin updates a second by the heat bath at T = 0.8, the reference beside them.
//
// It is the Hopfield kernel with one pattern, so nearly all of an update is its random number (some 25 operations of 100 for four) and,
// where a spin flips, the wait for the next choice: 32 sites are offered at once and flips are made one after another.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { curieWeiss } from "../src/models/curie-weiss/index.ts";
import { type Bench, type BenchOptions, type BenchRow, gpuOnly, summary } from "./bench.ts";

const SIZES = [1024, 16_384];
const SWEEPS = 8;

export const curieWeissBench: Bench = {
  model: "curie-weiss",
  async run(device, options) {
    gpuOnly(device);
    const rows: BenchRow[] = [];
    for (const size of options.quick ? SIZES.slice(0, 1) : SIZES) rows.push(...(await ofSize(device, size, options)));
    return rows;
  },
};

/** @throws GpuError where the kernel's state is not the reference's */
async function ofSize(device: Device, size: number, { onRow, quick, signal }: BenchOptions): Promise<BenchRow[]> {
  const timed = async (on: Device, replicas: number, sweeps: number, seed: bigint) => {
    using magnet = await curieWeiss.create(on, { size, temperature: 0.8, replicas, seed });
    const start = performance.now();
    await magnet.run(sweeps);
    return { rate: (size * replicas * sweeps) / ((performance.now() - start) / 1000), digest: await magnet.digest() };
  };
  const reference = await timed(new ReferenceDevice(device.info.host), 1, 1, 1n);
  if ((await timed(device, 1, 1, 1n)).digest !== reference.digest) {
    throw new GpuError("bench curie-weiss: the state differs from the reference; nothing was timed.");
  }
  const replicas = device.info.software ? 4 : 528;
  await timed(device, replicas, 1, 1n);
  const rates: number[] = [];
  for (let repeat = 0; repeat < (quick ? 3 : 5); repeat++) {
    signal?.throwIfAborted();
    rates.push((await timed(device, replicas, SWEEPS, BigInt(repeat))).rate);
  }
  const row = (kernel: string, all: readonly number[]): BenchRow => ({
    model: "curie-weiss",
    kernel,
    size: [size],
    ...summary(all),
    unit: "updates/s",
  });
  const rows = [row(`heat bath, ${replicas} replicas`, rates), row("reference", [reference.rate])];
  for (const each of rows) onRow(each);
  return rows;
}
