// Restricted Boltzmann machines: updates of all weights a second, minibatches of 100 digits, the reference beside them.
//
// Counted per update with V visible and H hidden units and B chains, PCD-1: two samplings of the hidden layer from data and chains and
// one more at the end add a row of H weights for each visible unit that is on (0.13 V of them), one of the visible layer a row of V for
// each hidden one: B (0.4 V H + 0.3 V H) additions; a random number, some 100 operations, for every 4 units; V H updates of 8 bytes.
// For 784 × 512 and B = 100 that is 3e7 additions and 2e8 bytes from the cache: some 10 µs on an H200, where the 11 dispatches take
// longer.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { rbm } from "../src/models/rbm/index.ts";
import { type Bench, type BenchOptions, type BenchRow, gpuOnly, summary } from "./bench.ts";

const HIDDEN = [128, 512];

export const rbmBench: Bench = {
  model: "rbm",
  async run(device, options) {
    gpuOnly(device);
    const rows: BenchRow[] = [];
    for (const hidden of options.quick ? HIDDEN.slice(0, 1) : HIDDEN)
      rows.push(...(await ofSize(device, hidden, options)));
    return rows;
  },
};

/** @throws GpuError where the machine is not the reference's */
async function ofSize(device: Device, hidden: number, { onRow, quick, signal }: BenchOptions): Promise<BenchRow[]> {
  const timed = async (on: Device, steps: number, seed: bigint, warm: number) => {
    using machine = await rbm.create(on, { images: 1000, hidden, chains: 100, seed });
    await machine.run(warm);
    const start = performance.now();
    await machine.run(steps);
    return { rate: steps / ((performance.now() - start) / 1000), digest: await machine.digest() };
  };
  const reference = await timed(new ReferenceDevice(device.info.host), 1, 1n, 0);
  if ((await timed(device, 1, 1n, 0)).digest !== reference.digest) {
    throw new GpuError("bench rbm: the machine differs from the reference's; nothing was timed.");
  }
  const steps = device.info.software ? 30 : 2000;
  const rates: number[] = [];
  for (let repeat = 0; repeat < (quick ? 3 : 5); repeat++) {
    signal?.throwIfAborted();
    rates.push((await timed(device, steps, BigInt(repeat), 5)).rate);
  }
  const row = (kernel: string, all: readonly number[]): BenchRow => ({
    model: "rbm",
    kernel: `PCD-1, 100 chains${kernel}`,
    size: [784, hidden],
    ...summary(all),
    unit: "updates/s",
  });
  const rows = [row("", rates), row(", reference", [reference.rate])];
  for (const each of rows) onRow(each);
  return rows;
}
