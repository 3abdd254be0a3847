// The Ising model with every boundary and as a chain: measured averages against the enumeration of all states and against the
// chain's transfer matrix, and these two against each other. Seeds are fixed, and all states are integers.

import { describe, expect, it } from "vitest";
import { chain, enumerate, type IsingOptions, ising } from "../src/index.ts";
import { BOUNDARIES, type Boundaries } from "../src/models/ising/boundary.ts";
import { patternEnergy } from "../src/models/ising/start.ts";
import { device, reference } from "./devices.ts";

const NAMES = [
  "energy",
  "magnetization",
  "absMagnetization",
  "specificHeat",
  "binder",
  "staggered",
  "absStaggered",
] as const;

interface Case {
  size: [number, number];
  boundary: Boundaries;
  field: number;
  couplings: [number, number];
  algorithm?: "metropolis";
}

const cases: Case[] = [
  ...BOUNDARIES.map(
    (boundary): Case => ({ size: [4, 4], boundary: [boundary, boundary], field: 0.3, couplings: [1, 0.5] }),
  ),
  { size: [4, 4], boundary: ["free", "free"], field: 0, couplings: [1, 1], algorithm: "metropolis" },
  { size: [4, 3], boundary: ["free", "fixed-up-down"], field: 0, couplings: [1, 0.8] },
  { size: [6, 2], boundary: ["antiperiodic", "free"], field: 0.1, couplings: [-1, 0.7] },
  { size: [2, 5], boundary: ["free", "free"], field: -0.4, couplings: [1, -1] },
  { size: [12, 1], boundary: ["periodic", "periodic"], field: 0.2, couplings: [1, 1] },
  { size: [12, 1], boundary: ["free", "periodic"], field: 0.2, couplings: [-1, 1] },
  { size: [10, 1], boundary: ["fixed-up-down", "fixed-up"], field: 0, couplings: [1, 0.3] },
];

describe("averages against enumeration", () => {
  it.each(cases)("$size, $boundary, h = $field, J = $couplings", async (own) => {
    const options = { ...own, temperature: 2 };
    using lattice = await ising.create(device, { ...options, replicas: 256, seed: 8n });
    await lattice.run(60);
    const found = await lattice.sample(200, { every: 2 });
    const exact = enumerate(...own.size, options);
    for (const name of NAMES) {
      expect(Math.abs(found[name].value - exact[name]) / found[name].error, name).toBeLessThan(4);
    }
    const off = enumerate(...own.size, { ...options, temperature: 1.03 * options.temperature });
    expect(
      Math.abs(found.energy.value - off.energy) / found.energy.error,
      "negative control: 3 % hotter",
    ).toBeGreaterThan(4);
  });

  it("the negative control of a boundary: another one's exact energy fails", async () => {
    const options = { size: [4, 4] as [number, number], temperature: 2 };
    const free = { ...options, boundary: ["free", "free"] as Boundaries };
    using lattice = await ising.create(device, { ...free, replicas: 64 });
    await lattice.run(60);
    const { energy } = await lattice.sample(100, { every: 2 });
    const z = (of: typeof options) => Math.abs(energy.value - enumerate(4, 4, of).energy) / energy.error;
    expect(z(free)).toBeLessThan(4);
    expect(z(options)).toBeGreaterThan(20);
  });
});

describe("the chain's transfer matrix", () => {
  it.each(BOUNDARIES.flatMap((along) => BOUNDARIES.map((across) => ({ along, across }))))(
    "equals the enumeration, $along along and $across across",
    ({ along, across }) => {
      for (const [length, temperature, field, couplings] of [
        [8, 1.3, 0.4, [1, 0.6]],
        [2, 0.9, -0.2, [-0.7, 1]],
        [11, 2.5, 0, [1, 1]],
      ] as [number, number, number, [number, number]][]) {
        const options = { temperature, field, couplings, boundary: [along, across] as Boundaries };
        const [found, wanted] = [chain(length, options), enumerate(length, 1, options)];
        for (const name of ["energy", "magnetization", "specificHeat", "susceptibility"] as const)
          expect(found[name], `${name}, N = ${length}`).toBeCloseTo(wanted[name], 11);
      }
    },
  );

  it("is finite at the ends of the temperature, and right for long chains", () => {
    for (const temperature of [1e-300, 1e-6, 0.05, 1, 1e6, 1e300]) {
      for (const field of [0, -3, 1e6]) {
        const all = chain(2 ** 20, { temperature, field });
        for (const [name, value] of Object.entries(all)) expect(value, `${name}, T = ${temperature}`).not.toBeNaN();
      }
    }
    // N → ∞ without a field: e = -tanh(1/T), c = (1/T²) / cosh²(1/T).
    const { energy, specificHeat } = chain(2 ** 20, { temperature: 0.7 });
    expect(energy).toBeCloseTo(-Math.tanh(1 / 0.7), 12);
    expect(specificHeat).toBeCloseTo((1 / 0.7 / Math.cosh(1 / 0.7)) ** 2, 8);
  });

  it("keeps the digits of a small susceptibility: the closed form of an infinite chain", () => {
    for (const [length, temperature, field] of [
      [4096, 0.2, 1],
      [2 ** 20, 0.25, 1],
      [1024, 0.3, -1],
      [4096, 2, 0.5],
    ]) {
      const [k, h] = [1 / temperature, field / temperature];
      const [broken, s] = [Math.exp(-4 * k), Math.sinh(h) ** 2];
      const exact = (broken * Math.cosh(h)) / (s + broken) ** 1.5 / temperature;
      expect(chain(length, { temperature, field }).susceptibility / exact).toBeCloseTo(1, 7);
    }
  });

  it("is what long chains of every kind measure", { timeout: 120_000 }, async () => {
    for (const options of [
      { size: [512, 1], temperature: 1, field: 0.1 },
      { size: [512, 1], temperature: 0.8, boundary: ["free", "free"] },
      { size: [512, 1], temperature: 1.2, boundary: ["fixed-up-down", "periodic"], couplings: [-1, 1] },
    ] satisfies IsingOptions[]) {
      using lattice = await ising.create(device, { ...options, replicas: 64, seed: 4n });
      await lattice.run(300);
      const found = await lattice.sample(300, { every: 3 });
      const exact = ising.exact(lattice.parameters);
      for (const name of ["energy", "specificHeat"] as const) {
        const z = (found[name].value - exact[name]!.value) / found[name].error;
        expect(Math.abs(z), `${name} of ${JSON.stringify(options)}`).toBeLessThan(4);
      }
    }
  });
});

describe("the ordered start", () => {
  const starts: IsingOptions[] = [
    {},
    { field: -0.1 },
    { couplings: [-1, -1] },
    { couplings: [1, -1] },
    { couplings: [-1, 0.5], field: 0.2 },
    { couplings: [-1, -1], field: 5 },
    { couplings: [-1, -1], field: -5, boundary: ["free", "free"], size: [10, 7] },
    { boundary: ["fixed-down", "fixed-down"] },
    { couplings: [0.01, 1], boundary: ["fixed-down", "fixed-up"], size: [8, 1] },
    { couplings: [-1, -1], boundary: ["fixed-up", "periodic"] },
  ];

  it.each(starts)("has the lowest energy of all patterns: %o", async (own) => {
    const options: IsingOptions = { size: [10, 6], temperature: 0.01, ...own };
    using ordered = await ising.create(device, options);
    const [{ energy }] = await ordered.measure();
    const [width, height] = ordered.parameters.size;
    let least = Number.POSITIVE_INFINITY;
    for (const spin of [1, -1] as const) {
      for (const alongX of [1, -1] as const) {
        for (const alongY of [1, -1] as const) {
          const spins = Int8Array.from({ length: width * height }, (_, at) => {
            const [x, y] = [at % width, Math.floor(at / width)];
            return spin * alongX ** x * alongY ** y;
          });
          using given = await ising.create(reference, { ...options, spins });
          const [measured] = await given.measure();
          const total = patternEnergy(ordered.parameters, { spin, along: [alongX, alongY] });
          expect(total / (width * height)).toBeCloseTo(measured.energy, 12);
          least = Math.min(least, measured.energy);
        }
      }
    }
    expect(energy).toBe(least);
  });

  it("is each replica's own in a batch", async () => {
    using lattice = await ising.create(device, { size: [4, 4], field: [-0.1, 0.1] });
    expect((await lattice.measure()).map(({ magnetization }) => magnetization)).toEqual([-1, 1]);
  });
});

describe("what is refused", () => {
  const create = (options: object) => ising.create(reference, options as IsingOptions);
  it.each([
    [{ size: [8, 7] }, /size 8,7: the height must be even.*--boundary periodic,free/],
    [{ size: [7, 8] }, /size 7,8: the width must be even/],
    [{ size: [1, 8] }, /a chain is N,1/],
    [{ boundary: ["open", "free"] }, /boundary "open","free": it must be periodic, antiperiodic, free/],
  ])("%o", async (options, message) => {
    await expect(create(options)).rejects.toThrow(message);
  });

  it("spins that are neither up nor down, by their place", async () => {
    const spins = new Float64Array(2 * 4 * 6).fill(1);
    spins[24 + 6 + 2] = Number.NaN;
    await expect(create({ size: [6, 4], replicas: 2, spins })).rejects.toThrow(/spins \[1, 1, 2\].*NaN.*above 0/);
    spins[24 + 6 + 2] = 0;
    await expect(create({ size: [6, 4], replicas: 2, spins })).rejects.toThrow(/are 0: a spin is above 0/);
  });
});
