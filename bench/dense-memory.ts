// Dense memories: neuron updates a second, recall from a cue with a tenth of its spins wrong.
//
// Counted per update with P patterns: for each a bit, two selections and an addition of 64 bits, some 12 operations, and an eighth of the
// reads of its overlap, its row and two entries of a table, which stay in the cache; and an eighth of a reduction over the workgroup. At
// 64 integer operations a clock an H200 (132 × 1.98 GHz) ends near 1.7e13 / (12 P) updates/s, 1.4e9 for P = 1000. Each flip costs the
// fields of its block of eight again.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { type DenseMemoryOptions, denseMemory } from "../src/models/dense-memory/index.ts";
import { type Bench, type BenchOptions, type BenchRow, gpuOnly, summary } from "./bench.ts";

const KINDS: (DenseMemoryOptions & { neurons: number })[] = [
  { neurons: 256, patterns: 1000, order: 3 },
  { neurons: 784, patterns: 4000, interaction: "exponential" },
];

const SWEEPS = 4;

export const denseMemoryBench: Bench = {
  model: "dense-memory",
  async run(device, options) {
    gpuOnly(device);
    const rows: BenchRow[] = [];
    for (const kind of options.quick ? KINDS.slice(0, 1) : KINDS) rows.push(...(await ofKind(device, kind, options)));
    return rows;
  },
};

/** @throws GpuError where the kernel's state is not the reference's */
async function ofKind(device: Device, kind: (typeof KINDS)[number], { onRow, quick, signal }: BenchOptions) {
  const { neurons, patterns, interaction = "polynomial" } = kind;
  const rateOf = async (on: Device, replicas: number, seed: bigint, sweeps: number) => {
    using network = await denseMemory.create(on, { ...kind, replicas, noise: 0.1, seed });
    const start = performance.now();
    await network.run(sweeps);
    return {
      rate: (neurons * replicas * sweeps) / ((performance.now() - start) / 1000),
      digest: await network.digest(),
    };
  };
  // One sweep of one network: the check, and the reference's rate.
  const reference = await rateOf(new ReferenceDevice(device.info.host), 1, 1n, 1);
  if ((await rateOf(device, 1, 1n, 1)).digest !== reference.digest) {
    throw new GpuError("bench dense-memory: the state differs from the reference; nothing was timed.");
  }
  const replicas = device.info.software ? 4 : 528;
  await rateOf(device, replicas, 1n, 1);
  const rates: number[] = [];
  for (let repeat = 0; repeat < (quick ? 3 : 5); repeat++) {
    signal?.throwIfAborted();
    rates.push((await rateOf(device, replicas, BigInt(repeat), SWEEPS)).rate);
  }
  const row = (kernel: string, all: readonly number[]): BenchRow => ({
    model: "dense-memory",
    kernel: `${interaction}, P = ${patterns}${kernel}`,
    size: [neurons],
    ...summary(all),
    unit: "updates/s",
  });
  const rows = [row("", rates), row(", reference", [reference.rate])];
  for (const each of rows) onRow(each);
  return rows;
}
