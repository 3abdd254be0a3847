// Ising throughput in flips a second: the packed kernel against a plain one with the same generator, and on request against C and PyTorch.
//
// Counted for the packed kernel at T_c, Metropolis, Threefry-20, per 128 spins (one thread): 5 blocks of random words for all
// and 1.1 for the pooled rest of a warp of 32, each about 142 integer operations with fused rotates; classes, planes and
// pooling about 340 more: 9.4 operations a flip. Bytes: 16 own, 16 of the other colour that no other thread has brought into a cache, and
// 16 written per 128 spins, 0.375 a flip. So integer units bind, not memory: an H200 (132 × 64 × 1.98 GHz) ends at about 1,800 flips/ns.
// Threefry-12 leaves 86 operations of a block: 6.8 a flip. By the heat bath every number of aligned neighbours has a threshold of its own:
// for each of 8 bits some 51 operations in place of 12 choose the class's bit for 128 spins, 11.8 a flip; in a field spins up and down
// differ, some 114 operations, 15.8. At free edges classes count the neighbours along each axis by themselves: 110 operations, 15.5.
// The plain kernel: a block for 4 spins and 20 operations each, 56 a flip; 8 bytes of both colours read and written back by the cache line.

import { ReferenceDevice } from "../src/device/device.ts";
import { GpuError } from "../src/device/errors.ts";
import { criticalTemperature, type IsingOptions, ising } from "../src/models/ising/index.ts";
import { portableExp } from "../src/portable.ts";
import { type Bench, type Case, type Counted, type Place, sameDigest } from "./harness/case.ts";
import { plainC, python, reference, simulated } from "./harness/contenders.ts";
import source from "./peers/ising.c?raw";
import masks from "./peers/ising.py?raw";
import { type Acceptance, PlainIsing, plainReference } from "./peers/ising.ts";
import cupy from "./peers/ising-cupy.py?raw";

const TEMPERATURE = criticalTemperature();
const ACCEPTANCE: Acceptance = [4, 8].map((cost) => Math.round(2 ** 32 * portableExp(-cost / TEMPERATURE))) as never;
const SIDES = { software: [1024, 2048, 4096], gpu: [1024, 4096, 16_384, 65_536] };

/** "packed" is Metropolis, as the plain kernel and all the peers are. */
const METROPOLIS = { algorithm: "metropolis" } as const;
const KERNELS: { kernel: string; more: IsingOptions; counted: Counted }[] = [
  { kernel: "packed", more: METROPOLIS, counted: { integer: 9.4, bytes: 0.375 } },
  {
    kernel: "packed-threefry12",
    more: { ...METROPOLIS, generator: "threefry12" },
    counted: { integer: 6.8, bytes: 0.375 },
  },
  { kernel: "packed-heat-bath", more: {}, counted: { integer: 11.8, bytes: 0.375 } },
  { kernel: "packed-field", more: { ...METROPOLIS, field: 0.01 }, counted: { integer: 15.8, bytes: 0.375 } },
  { kernel: "packed-free", more: { boundary: ["free", "free"] }, counted: { integer: 15.5, bytes: 0.375 } },
];

export const bench: Bench = {
  async check({ device }) {
    for (const { kernel, more } of KERNELS) {
      const options: IsingOptions = { size: [256, 64], temperature: TEMPERATURE, ...more };
      await sameDigest(`ising: ${kernel}`, device, 10, (on) => ising.create(on, options));
    }
    using plain = await PlainIsing.create(device, [64, 16], ACCEPTANCE);
    await plain.run(10);
    const [found, wanted] = [await plain.spins(), plainReference([64, 16], ACCEPTANCE, 10)];
    if (found.some((spin, i) => spin !== wanted[i])) {
      throw new GpuError("bench ising: the plain kernel differs from its reference loop; nothing was timed.");
    }
  },
  cases: (place) => [
    ...SIDES[place.software ? "software" : "gpu"].flatMap((side) => ofSide(place, side)),
    reference({ ...rowOf(256), kernel: "packed" }, () =>
      simulated(
        ising.create(new ReferenceDevice(place.device.info.host), {
          ...METROPOLIS,
          size: [256, 256],
          temperature: TEMPERATURE,
        }),
      ),
    ),
  ],
};

function rowOf(side: number) {
  const sites = side * side;
  return { size: [side, side], n: sites, of: "sites", updates: sites, unit: "flips/s" };
}

function ofSide({ device, programs }: Place, side: number): Case[] {
  const row = rowOf(side);
  const cases: Case[] = KERNELS.map(({ kernel, more, counted }) => ({
    ...{ ...row, kernel, counted },
    create: () => simulated(ising.create(device, { size: [side, side], temperature: TEMPERATURE, ...more })),
  }));
  if (4 * row.n <= device.limits.maxStorageBufferBindingSize) {
    cases.push({ ...row, kernel: "plain", counted: { integer: 56, bytes: 16 }, create: () => plain(device, side) });
  }
  if (!programs) return cases;
  const roll = [TEMPERATURE, side];
  return [
    ...cases,
    plainC(programs, { ...row, kernel: "one byte a spin" }, source, (sweeps) => [side, sweeps, programs.threads]),
    python(programs, { ...row, kernel: "masks and rolls" }, masks, roll),
    python(programs, { ...row, kernel: "kernel, one byte a spin" }, cupy, roll),
  ];
}

async function plain(device: Place["device"], side: number) {
  const lattice = await PlainIsing.create(device, [side, side], ACCEPTANCE);
  return {
    async run(sweeps: number) {
      const start = performance.now();
      await lattice.run(sweeps);
      lattice.expectedPerSweep = (performance.now() - start) / sweeps;
    },
    dispose: () => lattice[Symbol.dispose](),
  };
}
