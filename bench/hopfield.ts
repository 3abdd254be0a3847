// Hopfield throughput in neuron updates a second, recall at temperature 0 from a cue with a tenth of its spins wrong; on request beside
// plain C on the same cores. A step is a recall of 8 sweeps.
//
// Counted per update of N neurons with P patterns: two shifts, a mask and an addition for each pattern; 3 operations for the partial sum
// of each of 64 lanes; 142 for a block of random numbers: 4 P + 350. P/8 bytes of patterns come from memory; the overlaps, as many again
// for each update, from the cache. At 64 integer operations a clock an H200 (132 × 1.98 GHz, 4.8e12 bytes/s) ends at 1.7e13 / (4 P + 350) updates/s,
// 8.6e9 for P = 400 and 2.0e9 for P = 2000, far before its memory (3.8e13 / P). N counts only by what the caches hold. Flips, a few per hundred
// updates, add 3 P each.
//
// On a lattice, whatever P: 142 for random numbers and some 60 for neighbours, spins and the choice; 16 bytes of couplings. An H200
// ends at 8e10 updates/s. A point of the capacity map with N neurons and P patterns is 20 sweeps, N updates each, and P from 1 to N / 5.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { type HopfieldOptions, hopfield } from "../src/models/hopfield/index.ts";
import { type Bench, type Case, type Place, plainC, reference, simulated } from "./harness/case.ts";
import source from "./peers/hopfield.c?raw";

const SWEEPS = 8;
const SIZES = [1024, 4096, 16_384];
/** N at fixed P, and N at fixed load P/N. */
const LADDERS = [
  { kernel: "P = 100, recall", patterns: () => 100 },
  { kernel: "P = N/10, recall", patterns: (neurons: number) => Math.round(neurons / 10) },
];
const counted = (patterns: number) => ({ integer: 4 * patterns + 350, bytes: patterns / 8 });
const replicasOf = ({ software }: Place) => (software ? 4 : 528); // a workgroup each: as many as fill the device

export const bench: Bench = {
  async check({ device }) {
    const cases: HopfieldOptions[] = [
      { neurons: 300, patterns: 50, noise: 0.2 },
      { neurons: 324, patterns: 10, couplings: "lattice", dynamics: "checkerboard", temperature: 0.5 },
    ];
    for (const options of cases) {
      using network = await hopfield.create(device, options);
      using other = await hopfield.create(new ReferenceDevice(device.info.host), options);
      for (const each of [network, other]) await each.run(SWEEPS);
      if ((await network.digest()) !== (await other.digest())) {
        throw new GpuError("bench hopfield: the state differs from the reference; nothing was timed.");
      }
    }
  },
  cases: (place) => [
    ...LADDERS.flatMap(({ kernel, patterns }) => SIZES.flatMap((n) => recall(place, kernel, n, patterns(n)))),
    slow(place),
    ...[32, 64, 128].map((side) => lattice(place, side * side)),
    capacityMap(place),
  ],
};

function recall(place: Place, kernel: string, neurons: number, patterns: number): Case[] {
  const { device, programs } = place;
  const replicas = replicasOf(place);
  const size = { size: [neurons, patterns], n: neurons, of: "neurons", unit: "updates/s" };
  const own: Case = {
    ...{ ...size, kernel, updates: neurons * replicas * SWEEPS, counted: counted(patterns) },
    create: async () => ({
      run: (count) => recalls(device, { neurons, patterns, replicas }, count),
      dispose: () => {},
    }),
  };
  if (!programs) return [own];
  const row = { ...size, kernel, updates: neurons * programs.threads * SWEEPS };
  const words = (count: number) => [neurons, patterns, count * SWEEPS, programs.threads];
  return [own, plainC(programs, row, source, words)];
}

/** Seconds of so many recalls, each from a new cue, the patterns not counted. */
async function recalls(device: Device, options: HopfieldOptions, count: number): Promise<number> {
  let seconds = 0;
  for (let seed = 0; seed < count; seed++) {
    using network = await hopfield.create(device, { ...options, noise: 0.1, seed: BigInt(seed) });
    const start = performance.now();
    await network.run(SWEEPS);
    seconds += (performance.now() - start) / 1000;
  }
  return seconds;
}

function slow({ device }: Place): Case {
  const [neurons, patterns] = [512, 51];
  const size = { size: [neurons, patterns], n: neurons, of: "neurons", unit: "updates/s" };
  const host = new ReferenceDevice(device.info.host);
  const run = (count: number) => recalls(host, { neurons, patterns }, count);
  const row = { ...size, kernel: "P = N/10, recall", updates: neurons * SWEEPS };
  return reference(row, async () => ({ run, dispose: () => {} }));
}

/** Checkerboard updates of neurons that hear their neighbours, by the heat bath at T = 0.5. */
function lattice(place: Place, neurons: number): Case {
  const replicas = replicasOf(place);
  return {
    ...{ kernel: "lattice, checkerboard, heat bath", size: [neurons], n: neurons, of: "neurons" },
    ...{ updates: neurons * replicas, unit: "updates/s", counted: { integer: 200, bytes: 16 } },
    create: () =>
      simulated(
        hopfield.create(place.device, {
          ...{ neurons, patterns: 10, couplings: "lattice", dynamics: "checkerboard", temperature: 0.5, replicas },
        }),
      ),
  };
}

/** Loads and temperatures in one batch, patterns and all: how many points a second. */
function capacityMap({ device, software }: Place): Case {
  const neurons = software ? 500 : 4000;
  const points = Array.from({ length: 320 }, (_, i) => ({
    patterns: Math.max(1, Math.round(0.01 * ((i % 20) + 0.5) * neurons)),
    temperature: (i - (i % 20)) / 320,
  }));
  const updates = 20 * neurons;
  const mean = points.reduce((sum, { patterns }) => sum + patterns, 0) / points.length;
  return {
    ...{ kernel: "capacity map of 20 loads × 16 temperatures, 20 sweeps", size: [neurons], n: neurons, of: "neurons" },
    ...{ updates: points.length, unit: "points/s", counted: { integer: updates * counted(mean).integer } },
    create: async () => ({
      async run(count) {
        for (let seed = 0; seed < count; seed++) {
          using batch = await hopfield.create(device, {
            ...{ neurons, seed: BigInt(seed), patterns: points.map(({ patterns }) => patterns) },
            temperature: points.map(({ temperature }) => temperature),
          });
          await batch.run(20);
          await batch.measure();
        }
      },
      dispose: () => {},
    }),
  };
}
