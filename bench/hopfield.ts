// Hopfield throughput in neuron updates a second, recall at temperature 0 from a cue with a tenth of its spins wrong; on request beside
// plain C on the same cores.
//
// Counted per update of N neurons with P patterns: P/32 words of its column, 4 bytes each, and for each pattern a shift, a mask, a
// selection, a negation and an addition, some 5 P integer operations; the overlaps stay in the cache. At 64 integer operations a clock
// an H200 (132 × 1.98 GHz) ends near 1.7e13 / (5 P) updates/s, 8e9 for P = 400. Flips, a few per hundred updates, add 3 P.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { type HopfieldOptions, hopfield } from "../src/models/hopfield/index.ts";
import { type Bench, type BenchOptions, type BenchRow, gpuOnly, summary } from "./bench.ts";
import source from "./peers/hopfield.c?raw";

const SIZES: { neurons: number; patterns: number }[] = [
  { neurons: 1024, patterns: 100 },
  { neurons: 4096, patterns: 400 },
  { neurons: 16_384, patterns: 2000 },
];

const SWEEPS = 8;

export const hopfieldBench: Bench = {
  model: "hopfield",
  async run(device, options) {
    gpuOnly(device);
    await check(device, options);
    const rows: BenchRow[] = [];
    for (const size of options.quick ? SIZES.slice(0, 2) : SIZES) rows.push(...(await ofSize(device, size, options)));
    rows.push(await capacityMap(device, options));
    return rows;
  },
};

/** Loads and temperatures in one batch, patterns and all: how many points a second. */
async function capacityMap(device: Device, { onRow, signal }: BenchOptions): Promise<BenchRow> {
  const neurons = device.info.software ? 500 : 4000;
  const points = Array.from({ length: 320 }, (_, i) => ({
    load: 0.01 * ((i % 20) + 0.5),
    temperature: (i - (i % 20)) / 320,
  }));
  const rates: number[] = [];
  for (let repeat = 0; repeat < 3; repeat++) {
    signal?.throwIfAborted();
    const start = performance.now();
    using batch = await hopfield.create(device, {
      neurons,
      patterns: points.map(({ load }) => Math.max(1, Math.round(load * neurons))),
      temperature: points.map(({ temperature }) => temperature),
      seed: BigInt(repeat),
    });
    await batch.run(20);
    await batch.measure();
    rates.push(points.length / ((performance.now() - start) / 1000));
  }
  const row: BenchRow = {
    model: "hopfield",
    kernel: "capacity map of 20 loads × 16 temperatures, 20 sweeps",
    size: [neurons],
    ...summary(rates),
    unit: "points/s",
  };
  onRow(row);
  return row;
}

/** @throws GpuError where the kernel's state is not the reference's */
async function check(device: Device, { log }: BenchOptions): Promise<void> {
  log("checking: hopfield, 300 neurons against the reference");
  const options: HopfieldOptions = { neurons: 300, patterns: 50, noise: 0.2 };
  using network = await hopfield.create(device, options);
  using reference = await hopfield.create(new ReferenceDevice(device.info.host), options);
  for (const each of [network, reference]) await each.run(SWEEPS);
  if ((await network.digest()) !== (await reference.digest())) {
    throw new GpuError("bench hopfield: the state differs from the reference; nothing was timed.");
  }
}

async function ofSize(
  device: Device,
  { neurons, patterns }: (typeof SIZES)[number],
  { onRow, log, quick, peers, signal }: BenchOptions,
): Promise<BenchRow[]> {
  // A workgroup a replica: as many as fill the device.
  const replicas = device.info.software ? 4 : 528;
  const { compilePeer } = await import("./peers/c.ts");
  const peer = peers ? await compilePeer(source) : undefined;
  if (peers && !peer) log("no C compiler (cc) found: no peer is timed");
  const rates: number[] = [];
  const peerRates: number[] = [];
  for (let repeat = 0; repeat < (quick ? 3 : 5); repeat++) {
    signal?.throwIfAborted();
    using network = await hopfield.create(device, { neurons, patterns, replicas, noise: 0.1, seed: BigInt(repeat) });
    if (repeat === 0) await network.run(1);
    const start = performance.now();
    await network.run(SWEEPS);
    rates.push((neurons * replicas * SWEEPS) / ((performance.now() - start) / 1000));
    if (peer) peerRates.push(Number((await peer.run(neurons, patterns, SWEEPS, peer.threads))[0]));
  }
  const rows: BenchRow[] = [];
  const report = (kernel: string, all: readonly number[]) => {
    const row = {
      model: "hopfield",
      kernel: `P = ${patterns}, ${kernel}`,
      size: [neurons],
      ...summary(all),
      unit: "updates/s",
    };
    onRow(row);
    rows.push(row);
  };
  report("recall", rates);
  if (peer) {
    report(`plain C, ${peer.threads} threads`, peerRates);
    await peer[Symbol.asyncDispose]();
  }
  return rows;
}
