// The Potts model and the lattice family under it: geometry, the GPU against the reference, and exact results.

import { describe, expect, it } from "vitest";
import { kaufman, potts, pottsCriticalTemperature, pottsOfTwo, pottsTorus } from "../src/index.ts";
import {
  bondCount,
  colouringOf,
  edgesOf,
  type Geometry,
  nearest,
  neighboursOf,
} from "../src/models/lattice/geometry.ts";
import { GpuLattice } from "../src/models/lattice/gpu.ts";
import type { LatticeOptions } from "../src/models/lattice/lattice.ts";
import { ReferenceLattice } from "../src/models/lattice/reference-lattice.ts";
import { chanceOf, isBelow } from "../src/models/lattice/rule.ts";
import { pottsRule, tableOf } from "../src/models/potts/rule.ts";
import { chiSquareTest, mergeCells, zScore } from "../src/statistics/index.ts";
import { device, reference } from "./devices.ts";

const torus = (...size: number[]) => nearest(size, edgesOf(size, "periodic"));

/** Energy and specific heat by all states of a small lattice, bond by bond. */
function enumerated(states: number, geometry: Geometry, temperature: number, coupling: number) {
  const sites = geometry.size.reduce((a, b) => a * b, 1);
  const bonds = Array.from({ length: sites }, (_, site) =>
    neighboursOf(geometry, site).flatMap((other, i) => (i % 2 === 1 && other >= 0 ? [[site, other]] : [])),
  ).flat();
  let [z, e, square] = [0, 0, 0];
  for (let code = 0; code < states ** sites; code++) {
    const state = (site: number) => Math.floor(code / states ** site) % states;
    const energy = -coupling * bonds.filter(([a, b]) => state(a) === state(b)).length;
    const weight = Math.exp(-energy / temperature);
    z += weight;
    e += weight * energy;
    square += weight * energy * energy;
  }
  const mean = e / z;
  return { energy: mean / sites, specificHeat: (square / z - mean * mean) / temperature ** 2 / sites };
}

describe("geometry", () => {
  it.each([
    [torus(6, 4), 2],
    [torus(5, 5), 4],
    [torus(4, 6, 2), 2],
    [torus(3, 4, 5, 2), 4],
    [torus(7, 1), 3],
    [nearest([5, 3], ["free", "free"]), 2],
    [
      {
        size: [6, 6],
        edges: ["periodic", "periodic"],
        directions: [
          [1, 0],
          [0, 1],
          [1, 1],
          [1, -1],
        ],
      } as Geometry,
      9,
    ],
  ])("%o has colours without neighbours of their own, at most %i", (geometry, most) => {
    const { order, starts } = colouringOf(geometry);
    expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
    expect(starts.length - 1).toBeLessThanOrEqual(most);
    const colours = new Map<number, number>();
    for (let colour = 0; colour < starts.length - 1; colour++) {
      for (const site of order.slice(starts[colour], starts[colour + 1])) colours.set(site, colour);
    }
    for (const [site, colour] of colours) {
      for (const other of neighboursOf(geometry, site)) if (other >= 0) expect(colours.get(other)).not.toBe(colour);
    }
  });

  it("counts bonds: two between the sites of a periodic side of two, none along a side of one", () => {
    expect(bondCount(torus(2, 2))).toBe(8);
    expect(bondCount(torus(4, 3, 5))).toBe(180);
    expect(bondCount(torus(7, 1))).toBe(7);
    expect(bondCount(nearest([4, 3], ["free", "periodic"]))).toBe(3 * 3 + 4 * 3);
    expect(neighboursOf(torus(2, 2), 0)).toEqual([1, 1, 2, 2]);
  });
});

describe("what is known exactly", () => {
  it.each([
    [3, [3, 3], 0.9, 1],
    [2, [2, 2, 3], 2.1, 1],
    [4, [5, 1], 0.6, 1],
    [3, [2, 4], 0.7, -1],
    [2, [2, 2, 2, 1], 1.5, 0.5],
    [3, [4, 1, 2], 1.1, 1],
  ] as const)("q = %i, %o at T = %f, J = %f is the sum over all states", (states, size, temperature, coupling) => {
    const all = enumerated(states, torus(...size), temperature, coupling);
    const matrix = pottsTorus(states, size, { temperature, coupling });
    expect(matrix.energy).toBeCloseTo(all.energy, 10);
    expect(matrix.specificHeat).toBeCloseTo(all.specificHeat, 9);
  });

  it("two states are the Ising model at twice the temperature", () => {
    const matrix = pottsTorus(2, [6, 10], { temperature: 1.2 });
    const ising = pottsOfTwo([6, 10], { temperature: 1.2, coupling: 1 });
    expect(ising.energy).toBeCloseTo(matrix.energy, 10);
    expect(ising.specificHeat).toBeCloseTo(matrix.specificHeat, 9);
    expect(2 * ising.energy + 2).toBeCloseTo(kaufman(6, 10, { temperature: 2.4 }).energy, 12);
  });

  it("long lattices stay within doubles", () => {
    const long = pottsTorus(3, [3, 100_000], { temperature: 0.2 });
    expect(Math.abs(long.energy + 2)).toBeLessThan(1e-2);
    expect(Number.isFinite(long.specificHeat)).toBe(true);
  });
});

describe("on the GPU", () => {
  it.each([
    { states: 3, size: [12, 8], temperature: 1 },
    { states: 2, size: [6, 4, 8], temperature: 2.2, start: "ordered" },
    { states: 256, size: [10, 7], temperature: 0.4, seed: 2n ** 64n - 1n },
    { states: 4, size: [5, 4, 3, 2], temperature: 1.2, edges: "free", replicas: 3 },
    { states: 3, size: [9, 9], temperature: 0.3, coupling: -1 },
    { states: 10, size: [31, 1], temperature: 0.7 },
    { states: 3, size: [40, 30], temperature: [0.001, 1, 1e6] },
  ] as const)("every state is the reference's: %o", async (options) => {
    using a = await potts.create(device, { ...options, size: [...options.size] } as never);
    using b = await potts.create(reference, { ...options, size: [...options.size] } as never);
    expect(await a.cells()).toEqual(await b.cells());
    for (const simulation of [a, b]) await simulation.run(7);
    expect(await a.cells()).toEqual(await b.cells());
    expect(await a.measure()).toEqual(await b.measure());
    const [x, y] = [Math.min(1, options.size[0] - 1), 0];
    for (const simulation of [a, b]) await simulation.paint({ x, y, radius: 3, value: 1 });
    expect(await a.digest()).toBe(await b.digest());
  });

  it("updates all sites at once where a rule says so", async () => {
    const size = [13, 9];
    const geometry = torus(...size);
    const rule = { ...pottsRule(3), synchronous: true };
    const options: LatticeOptions = {
      ...{ model: "synchronous", geometry, rule, replicas: 2, firstReplica: 5, seed: 4n },
      ...{ streams: { start: 0x7f00, update: 0x7f01 } },
      tables: Uint32Array.from([1, 2].flatMap((temperature) => tableOf({ temperature, coupling: 1 }, 4))),
    };
    const gpu = await GpuLattice.create(device, options);
    const plain = new ReferenceLattice(options);
    const seen: Uint32Array[][][] = [[], []];
    for (const [i, each] of [gpu, plain].entries()) {
      await each.randomize();
      const onSums = (sums: Uint32Array[]) => seen[i].push(sums);
      await each.advance({ from: 0, sweeps: 5, every: 1, origin: 0, onSums, onSweeps() {} });
    }
    expect(await gpu.read()).toEqual(await plain.read());
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toHaveLength(5);
    gpu.dispose();
  });

  it("visits all states of a small torus as often as they weigh", async () => {
    const [states, temperature] = [3, 0.8];
    using lattice = await potts.create(device, { states, size: [3, 2], temperature, replicas: 4096, seed: 5n });
    await lattice.run(60);
    const cells = await lattice.cells();
    const counts = new Map<number, number>();
    for (let r = 0; r < 4096; r++) {
      const code = cells.subarray(6 * r, 6 * r + 6).reduce((sum, state, site) => sum + state * states ** site, 0);
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
    // χ² over energies, which here have few values.
    const geometry = torus(3, 2);
    const energyOf = (code: number) => {
      let alike = 0;
      for (let site = 0; site < 6; site++) {
        neighboursOf(geometry, site).forEach((other, i) => {
          const [a, b] = [site, other].map((place) => Math.floor(code / states ** place) % states);
          if (i % 2 === 1 && a === b) alike++;
        });
      }
      return alike;
    };
    const expectedAt = (temperature: number) => {
      const weights = new Map<number, number>();
      let z = 0;
      for (let code = 0; code < 729; code++) {
        const weight = Math.exp(energyOf(code) / temperature);
        z += weight;
        weights.set(energyOf(code), (weights.get(energyOf(code)) ?? 0) + weight);
      }
      return energies.map((energy) => (4096 * (weights.get(energy) ?? 0)) / z);
    };
    const energies = [...new Set(Array.from({ length: 729 }, (_, code) => energyOf(code)))].sort((a, b) => a - b);
    const observed = energies.map(() => 0);
    for (const [code, count] of counts) observed[energies.indexOf(energyOf(code))] += count;
    const pOf = (expected: number[]) => {
      const merged = mergeCells(observed, expected);
      return chiSquareTest(merged.observed, merged.expected).p;
    };
    expect(pOf(expectedAt(temperature))).toBeGreaterThan(1e-4);
    // Negative control: a temperature that is 10 % off.
    expect(pOf(expectedAt(1.1 * temperature))).toBeLessThan(1e-6);
  });
});

describe("in equilibrium", () => {
  it.each([
    { states: 3, size: [4, 6] as [number, number], temperature: 0.95, coupling: 1 },
    { states: 3, size: [3, 4] as [number, number], temperature: 0.5, coupling: -1 },
    { states: 2, size: [2, 2, 4] as [number, number, number], temperature: 2, coupling: 1 },
  ])("energies and specific heats are the transfer matrix's: %o", async (options) => {
    using lattice = await potts.create(device, { ...options, replicas: 64, seed: 11n });
    await lattice.run(100);
    const found = lattice.estimate(await lattice.collect(200, { every: 2 }));
    const exact = pottsTorus(options.states, options.size, options);
    for (const name of ["energy", "specificHeat"] as const) {
      expect(Math.abs(zScore(found[name], exact[name])!)).toBeLessThan(4);
    }
    // Negative control: another temperature by a tenth is seen.
    const other = pottsTorus(options.states, options.size, { ...options, temperature: 1.1 * options.temperature });
    expect(Math.abs(zScore(found.energy, other.energy)!)).toBeGreaterThan(6);
  });

  it("the square lattice orders below T_c = 1 / ln(1 + √q) and not above", async () => {
    for (const states of [2, 3, 4]) {
      const critical = pottsCriticalTemperature(states);
      const temperature = [0.85 * critical, 1.25 * critical];
      using lattice = await potts.create(device, { states, size: [64, 64], temperature, start: "ordered", seed: 3n });
      await lattice.run(300);
      const series = await lattice.collect(100, { every: 2 });
      const [cold, hot] = [0, 1].map((replica) => potts.estimate(lattice, series, [replica]));
      expect(cold.order.value).toBeGreaterThan(0.75);
      expect(hot.order.value).toBeLessThan(0.25);
    }
  });

  it("Binder ratios of cubes of two states cross at K_c = 0.221654626", async ({ skip }) => {
    skip(device.adapterKind === "swiftshader" && !__GIBBS_TEST_LONG__, "SwiftShader takes long; GIBBS_TEST_LONG=1");
    // As Ising at twice the temperature: a tenth below and above T_c the larger cube is nearer to order and to disorder.
    const critical = 1 / 0.221654626 / 2;
    const ratio = async (side: number, temperature: number) => {
      using cube = await potts.create(device, {
        ...{ states: 2, size: [side, side, side], temperature, replicas: 32, seed: 8n },
      } as never);
      await cube.run(side * 30);
      return cube.estimate(await cube.collect(100, { every: 4 })).binderRatio;
    };
    for (const [factor, sign] of [
      [0.97, 1],
      [1.03, -1],
    ] as const) {
      const [small, large] = [await ratio(4, factor * critical), await ratio(8, factor * critical)];
      const z = (sign * (large.value - small.value)) / Math.hypot(large.error, small.error);
      expect(z).toBeGreaterThan(4);
    }
    const [small, large] = [await ratio(4, critical), await ratio(8, critical)];
    // They meet there within corrections to scaling, 0.6235 for large cubes (Blöte et al. 1995, doi 10.1088/0305-4470/28/22/007).
    expect(Math.abs(large.value - small.value)).toBeLessThan(0.05 + 4 * Math.hypot(large.error, small.error));
  });
});

describe("bad input", () => {
  it.each([
    [{ states: 1 }, /states 1/],
    [{ size: [2, 2, 2, 2, 2] }, /at most 4 sides/],
    [{ size: [2 ** 16, 2 ** 16] }, /at most 1073741824 sites/],
    [{ size: [2 ** 10, 2 ** 10, 2 ** 5, 2 ** 5] }, /4294967296 bonds, and fewer/],
    [{ temperature: 0 }, /at least 0.001/],
    [{ cells: [0, 1, 2, 3], size: [2, 2], states: 3 }, /site 3 of replica 0 is 3/],
    [{ cells: [0, 1], size: [2, 2] }, /4 states are needed/],
    [{ start: "given" }, /none were given/],
    [{ edges: "open" }, /periodic or free/],
    [{ size: [1, 1] }, /no site has a neighbour/],
  ])("%o is refused", async (options, message) => {
    await expect(potts.create(reference, options as never)).rejects.toThrow(message);
  });

  it("paints states and nothing else", async () => {
    using lattice = await potts.create(reference, { size: [8, 8], states: 3 });
    await expect(lattice.paint({ x: 1, y: 1, radius: 1, value: 3 })).rejects.toThrow(/0 to 2/);
    await lattice.paint({ x: 7, y: 7, radius: 1, value: 2 });
    const cells = await lattice.cells();
    expect([cells[63], cells[56], cells[7], cells[62], cells[55]]).toEqual([2, 2, 2, 2, 2]);
  });
});

describe("chances in the tables of rules", () => {
  const most = 2 ** 32 - 1;

  it("are two words, and certainty is the largest of both", () => {
    expect(chanceOf(0)).toEqual([0, 0]);
    expect(chanceOf(0.5)).toEqual([2 ** 31, 0]);
    expect(chanceOf(2 ** -40)).toEqual([0, 2 ** 24]);
    expect(chanceOf(1)).toEqual([most, most]);
    expect(chanceOf(1 - 2 ** -53)).toEqual([most, 2 ** 32 - 2 ** 11]);
  });

  it("are compared with 64 random bits, the high word first", () => {
    const table = (probability: number) => Uint32Array.from([7, ...chanceOf(probability)]);
    expect(isBelow([most, most], table(1), 1)).toBe(true);
    expect(isBelow([0, 0], table(0), 1)).toBe(false);
    expect(isBelow([most, 2 ** 31 - 1], table(0.5), 1)).toBe(true);
    expect(isBelow([0, 2 ** 31], table(0.5), 1)).toBe(false);
    expect(() => isBelow([0, 0], table(0.5), 2)).toThrow(/looks up word 3 of a table of 3/);
  });
});
