// Hopfield throughput in neuron updates a second, recall at temperature 0 from a cue with a tenth of its spins wrong; on request compared with
// plain C on the same cores. A step is a recall of 8 sweeps.
//
// Counted per update of N neurons with P patterns by W lanes, 64 or on software 32: two shifts, a mask and an addition for each pattern; 3
// operations for the partial sum of each lane; 142 for a block of random numbers and 20 for the choice: 4 P + 3 W + 162. P/8 bytes of patterns
// come from memory; the overlaps, as many again for each update, from the cache. Workgroup memory: 4 W bytes of partial sums are written, and
// 8 W read. At 64 integer operations a clock an H200 (132 × 1.98 GHz, 4.8e12 bytes/s) ends at 1.7e13 / (4 P + 354) updates/s, 8.6e9 for P = 400
// and 2.0e9 for P = 2000, far before its memory (3.8e13 / P) and its workgroup memory (3.3e13 / 768 bytes). N counts only by what the caches
// hold. Flips, a few per hundred updates, add 3 P each.
//
// Where a software adapter has subgroups of eight lanes, each lane has four neurons: per pattern a test, a choice and an addition, and for 32
// pairs of them 8 broadcasts and 4 shifts; a quarter of a block of random numbers, 36, and some 24 for the choice: 3.4 P + 60.
//
// On a lattice, whatever P: 142 for random numbers and some 60 for neighbours, spins and the choice; 16 bytes of couplings. An H200
// ends at 8e10 updates/s. A point of the capacity map with N neurons and P patterns is 20 sweeps, N updates each, and P from 1 to N / 5.

import { type Device, ReferenceDevice } from "../src/device/device.ts";
import type { GpuDevice } from "../src/device/gpu.ts";
import { type HopfieldOptions, hopfield } from "../src/models/hopfield/index.ts";
import { sweepsBySubgroup } from "../src/models/hopfield/kernels.ts";
import { type Bench, type Case, type Counted, type Place, sameDigest, workgroupsOf } from "./harness/case.ts";
import { anew, plainC, reference, simulated } from "./harness/contenders.ts";
import source from "./peers/hopfield.c?raw";

const SWEEPS = 8;
const SIZES = [1024, 4096, 16_384];
/** N at fixed P, and N at fixed load P/N. */
const LADDERS = [
  { kernel: "P = 100, recall", patterns: () => 100 },
  { kernel: "P = N/10, recall", patterns: (neurons: number) => Math.round(neurons / 10) },
];

/** Of neurons in their order. */
export function countedOf(device: GpuDevice, patterns: number): Counted {
  if (sweepsBySubgroup(device)) return { integer: 3.4 * patterns + 60, bytes: patterns / 8 };
  const lanes = device.info.software ? 32 : 64;
  return { integer: 4 * patterns + 3 * lanes + 162, bytes: patterns / 8, workgroup: 12 * lanes };
}

export const bench: Bench = {
  async check({ device, quick }) {
    const cases: HopfieldOptions[] = [
      { neurons: 300, patterns: 50, noise: 0.2 },
      { neurons: 324, patterns: 10, couplings: "lattice", dynamics: "checkerboard", temperature: 0.5 },
      { neurons: 200, patterns: [1, 13, 40], temperature: [0, 0.3, 0.9] }, // a batch, as the capacity map is
    ];
    for (const options of quick ? cases.slice(0, 1) : cases)
      await sameDigest("hopfield", device, SWEEPS, (on) => hopfield.create(on, options));
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
  const replicas = workgroupsOf(place);
  const size = { size: [neurons, patterns], n: neurons, of: "neurons", unit: "updates/s" };
  const own: Case = {
    ...{ ...size, kernel, updates: neurons * replicas * SWEEPS, counted: countedOf(device, patterns) },
    create: async () => recalls(device, { neurons, patterns, replicas }),
  };
  if (!programs) return [own];
  const row = { ...size, kernel, updates: neurons * programs.threads * SWEEPS };
  const words = (count: number) => [neurons, patterns, count * SWEEPS, programs.threads];
  return [own, plainC(programs, row, source, words)];
}

/** Each from a new cue, the patterns not counted. */
const recalls = (device: Device, options: HopfieldOptions) =>
  anew(SWEEPS, (seed) => hopfield.create(device, { ...options, noise: 0.1, seed }));

function slow({ device }: Place): Case {
  const [neurons, patterns] = [512, 51];
  const size = { size: [neurons, patterns], n: neurons, of: "neurons", unit: "updates/s" };
  const host = new ReferenceDevice(device.info.host);
  const row = { ...size, kernel: "P = N/10, recall", updates: neurons * SWEEPS };
  return reference(row, async () => recalls(host, { neurons, patterns }));
}

/** Checkerboard updates of neurons that hear their neighbours, by the heat bath at T = 0.5. */
function lattice(place: Place, neurons: number): Case {
  const replicas = workgroupsOf(place);
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
    ...{
      updates: points.length,
      unit: "points/s",
      counted: { integer: updates * countedOf(device, mean).integer! },
    },
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
