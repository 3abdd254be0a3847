// The Potts model: site updates a second at the critical temperature of the square lattice, and on a cube.
//
// Counted per update for q states and Z neighbours: half a block of random numbers, 71 operations; the place and its neighbours 8 Z / 2 + 6; the
// numbers of neighbours in each state, which are counted three times, 3 · 2 q Z; weights and their sums 2 · 9 q; the share of the total 50. With
// q = 3 and Z = 4 that is 270. Bytes: the list of sites 4, the site 8, and each neighbour once from a cache line of the other colour, 4 and 4.

import { ReferenceDevice } from "../src/device/device.ts";
import { type PottsOptions, potts, pottsCriticalTemperature } from "../src/models/potts/index.ts";
import { type Bench, type Case, type Place, sameDigest } from "./harness/case.ts";
import { reference, simulated } from "./harness/contenders.ts";

const SIDES = { software: [128, 256, 512], gpu: [512, 2048, 8192] };
const CUBES = { software: 48, gpu: 256 };

const operations = (states: number, neighbours: number) =>
  71 + 4 * neighbours + 6 + 6 * states * neighbours + 18 * states + 50;

export const bench: Bench = {
  async check({ device }) {
    for (const size of [[64, 32], [8, 6, 4] as unknown as [number, number]]) {
      await sameDigest("potts", device, 4, (on) => potts.create(on, { size: size as [number, number] }));
    }
  },
  cases: (place) => {
    const kind = place.software ? "software" : "gpu";
    return [
      ...SIDES[kind].map((side) => caseOf(place, 3, [side, side])),
      caseOf(place, 10, [SIDES[kind][1], SIDES[kind][1]]),
      caseOf(place, 2, [CUBES[kind], CUBES[kind], CUBES[kind]]),
      slow(place),
    ];
  },
};

function rowOf(states: number, size: [number, number, ...number[]]) {
  const n = size.reduce((product, side) => product * side, 1);
  const kernel = `heat bath, q = ${states}, ${size.length} dimensions`;
  return { kernel, size, n, of: "sites", updates: n, unit: "updates/s" };
}

const optionsOf = (states: number, size: [number, number, ...number[]]): PottsOptions => ({
  ...{ states, size, start: "random" },
  temperature: size.length === 2 ? pottsCriticalTemperature(states) : 2.2558,
});

function caseOf({ device }: Place, states: number, size: [number, number, ...number[]]): Case {
  return {
    ...rowOf(states, size),
    counted: { integer: operations(states, 2 * size.length), bytes: 20 },
    create: () => simulated(potts.create(device, optionsOf(states, size))),
  };
}

function slow({ device }: Place): Case {
  const size: [number, number] = [128, 128];
  return reference(rowOf(3, size), () =>
    simulated(potts.create(new ReferenceDevice(device.info.host), optionsOf(3, size))),
  );
}
