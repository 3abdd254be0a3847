// Hopfield throughput in neuron updates a second, recall at temperature 0 from a cue with a tenth of its spins wrong; on request beside
// plain C on the same cores.
//
// Counted per update of N neurons with P patterns: two shifts, a mask and an addition for each pattern; 3 operations for the partial sum
// of each of 64 lanes; 142 for a block of random numbers: 4 P + 350. P/8 bytes of patterns come from memory; the overlaps, as many again
// for each update, from the cache. At 64 integer operations a clock an H200 (132 × 1.98 GHz, 4.8e12 bytes/s) ends at 1.7e13 / (4 P + 350) updates/s,
// 8.6e9 for P = 400 and 2.0e9 for P = 2000, far before its memory (3.8e13 / P). N counts only by what the caches hold. Flips, a few per hundred
// updates, add 3 P each.
//
// On a lattice, whatever P: 142 for random numbers and some 60 for neighbours, spins and the choice; 16 bytes of couplings. An H200
// ends at 8e10 updates/s.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { type HopfieldOptions, hopfield } from "../src/models/hopfield/index.ts";
import { type Bench, type BenchOptions, type BenchRow, gpuOnly, summary } from "./bench.ts";
import source from "./peers/hopfield.c?raw";

/** N at fixed P, and P at fixed N. */
const SIZES: { neurons: number; patterns: number }[] = [
  { neurons: 1024, patterns: 100 },
  { neurons: 4096, patterns: 100 },
  { neurons: 4096, patterns: 400 },
  { neurons: 16_384, patterns: 400 },
  { neurons: 16_384, patterns: 2000 },
];

/** Neurons times patterns that the reference can be waited for. */
const MOST_REFERENCE = 2 ** 21;

const counted = (patterns: number) => ({ operations: 4 * patterns + 350, bytes: patterns / 8 });

const SWEEPS = 8;

export const hopfieldBench: Bench = {
  model: "hopfield",
  async run(device, options) {
    gpuOnly(device);
    await check(device, options);
    const rows: BenchRow[] = [];
    for (const size of options.quick ? SIZES.slice(0, 2) : SIZES) rows.push(...(await ofSize(device, size, options)));
    rows.push(await lattice(device, options));
    rows.push(await capacityMap(device, options));
    return rows;
  },
};

/** Checkerboard updates of 128 × 128 neurons that hear their neighbours, by the heat bath at T = 0.5. */
async function lattice(device: Device, { onRow, quick, signal }: BenchOptions): Promise<BenchRow> {
  const neurons = 16_384;
  const replicas = device.info.software ? 4 : 528;
  const rates: number[] = [];
  for (let repeat = 0; repeat < (quick ? 3 : 5); repeat++) {
    signal?.throwIfAborted();
    using network = await hopfield.create(device, {
      ...{ neurons, patterns: 10, couplings: "lattice", dynamics: "checkerboard", temperature: 0.5 },
      ...{ replicas, seed: BigInt(repeat) },
    });
    await network.run(1);
    const sweeps = 8 * SWEEPS;
    const start = performance.now();
    await network.run(sweeps);
    rates.push((neurons * replicas * sweeps) / ((performance.now() - start) / 1000));
  }
  const row: BenchRow = {
    model: "hopfield",
    kernel: "lattice, checkerboard, heat bath",
    size: [neurons],
    ...summary(rates),
    unit: "updates/s",
    counted: { operations: 200, bytes: 16 },
  };
  onRow(row);
  return row;
}

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
  log("checking: hopfield, 300 neurons and a lattice of 324 against the reference");
  const cases: HopfieldOptions[] = [
    { neurons: 300, patterns: 50, noise: 0.2 },
    { neurons: 324, patterns: 10, couplings: "lattice", dynamics: "checkerboard", temperature: 0.5 },
  ];
  for (const options of cases) {
    using network = await hopfield.create(device, options);
    using reference = await hopfield.create(new ReferenceDevice(device.info.host), options);
    for (const each of [network, reference]) await each.run(SWEEPS);
    if ((await network.digest()) !== (await reference.digest())) {
      throw new GpuError("bench hopfield: the state differs from the reference; nothing was timed.");
    }
  }
}

/** One sweep of one network by the reference. */
async function referenceRate(device: Device, { neurons, patterns }: (typeof SIZES)[number]): Promise<number> {
  using network = await hopfield.create(new ReferenceDevice(device.info.host), { neurons, patterns, noise: 0.1 });
  const start = performance.now();
  await network.run(1);
  return neurons / ((performance.now() - start) / 1000);
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
    const row: BenchRow = {
      model: "hopfield",
      kernel: `P = ${patterns}, ${kernel}`,
      size: [neurons],
      ...summary(all),
      unit: "updates/s",
      ...(all === rates && { counted: counted(patterns) }),
    };
    onRow(row);
    rows.push(row);
  };
  report("recall", rates);
  if (neurons * patterns <= MOST_REFERENCE) {
    report("reference", [await referenceRate(device, { neurons, patterns })]);
  }
  if (peer) {
    report(`plain C, ${peer.threads} threads`, peerRates);
    await peer[Symbol.asyncDispose]();
  }
  return rows;
}
