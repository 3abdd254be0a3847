// The physics is right: measured energy and specific heat agree with exact values, with errors from the data, and there is
// a negative control. Seeds are fixed and the states exact, so every host and adapter computes the very same figures.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDevice } from "#open-device";
import { enumerate, type GpuDevice, type IsingOptions, ising } from "../src/index.ts";
import table from "./data/ising_exact.csv?raw";

const CRITICAL = 2.269185314213022;
const LARGEST = __GIBBS_TEST_LONG__ ? 128 : 64;
const TEMPERATURES = [1.8, 2, 2.2, CRITICAL, 2.4, 2.6, 3];

/** Kaufman's values in 14 digits, computed apart from this project's own. */
const exact = new Map(
  table
    .trim()
    .split("\n")
    .filter((line) => /^\d/.test(line))
    .map((line) => {
      const [size, temperature, energy, specificHeat] = line.split(",").map(Number);
      return [`${size} ${temperature}`, { energy, specificHeat }] as const;
    }),
);

let device: GpuDevice;
let fast: boolean;
beforeAll(async () => {
  device = await openDevice();
  // SwiftShader takes ten times as long: there the small lattices stand for all.
  fast = device.adapterKind !== "swiftshader";
});
afterAll(() => device.dispose());

interface Plan {
  size: number;
  temperatures: number[];
  /** The temperatures that the lattice really runs at, if not those. */
  actual?: number[];
  algorithm: "metropolis" | "heat-bath";
  replicas: number;
  warmup: number;
  samples: number;
  every: number;
}

/** z of energy and specific heat at each temperature; all replicas of all temperatures are one batch. */
async function deviations({ size, temperatures, actual, algorithm, replicas, warmup, samples, every }: Plan) {
  const temperature = (actual ?? temperatures).flatMap((t) => Array<number>(replicas).fill(t));
  const seed = BigInt(1000 * size + temperatures.length);
  using lattice = await ising.create(device, { size: [size, size], temperature, algorithm, seed });
  await lattice.run(warmup);
  const series = await lattice.collect(samples, { every });
  return temperatures.flatMap((t, i) => {
    const own = Array.from({ length: replicas }, (_, r) => i * replicas + r);
    const found = lattice.estimate(series, own);
    const wanted = exact.get(`${size} ${t}`)!;
    return (["energy", "specificHeat"] as const).map((name) => ({
      where: `${name}, L = ${size}, T = ${t}, ${algorithm}`,
      z: (found[name].value - wanted[name]) / found[name].error,
    }));
  });
}

// Relaxation at T_c takes L^2.17 sweeps, and twice as many with the heat bath. There are many replicas, because the error of a
// specific heat is itself uncertain, and correlated with its value, until a series holds a thousand independent values.
const plans: Plan[] = (["metropolis", "heat-bath"] as const).flatMap((algorithm) => {
  const slow = algorithm === "heat-bath" ? 2 : 1;
  const off = TEMPERATURES.filter((t) => t !== CRITICAL);
  return [
    { size: 16, temperatures: TEMPERATURES, algorithm, replicas: 32, warmup: 500 * slow, samples: 500, every: 2 },
    { size: 32, temperatures: TEMPERATURES, algorithm, replicas: 32, warmup: 1500 * slow, samples: 500, every: 4 },
    { size: 64, temperatures: TEMPERATURES, algorithm, replicas: 16, warmup: 5000 * slow, samples: 500, every: 10 },
    { size: 128, temperatures: off, algorithm, replicas: 8, warmup: 3000 * slow, samples: 400, every: 10 },
    { size: 128, temperatures: [CRITICAL], algorithm, replicas: 16, warmup: 15_000 * slow, samples: 400, every: 40 },
  ];
});
const all: { where: string; z: number }[] = [];

describe("energy and specific heat against Kaufman's exact values", () => {
  it.for(plans)("$algorithm, L = $size, T = $temperatures", async (plan, { skip }) => {
    skip(!fast && plan.size > 16, "SwiftShader is too slow for it");
    skip(plan.size > LARGEST, "GIBBS_TEST_LONG=1 is for it");
    const found = await deviations(plan);
    for (const { where, z } of found) expect(Math.abs(z), where).toBeLessThan(4);
    all.push(...found);
  });

  it("with honest errors: the z have a spread near 1", () => {
    const made = plans.filter(({ size }) => size <= (fast ? LARGEST : 16));
    expect(all.length).toBe(2 * made.flatMap(({ temperatures }) => temperatures).length);
    const rms = Math.sqrt(all.reduce((sum, { z }) => sum + z * z, 0) / all.length);
    // The spread of n honest z is 1 ± 1 / √(2n); energy and specific heat of one run count as one.
    const tolerance = 4 / Math.sqrt(all.length);
    console.log(`${all.length} z scores, root mean square ${rms.toFixed(3)}`);
    expect(rms).toBeGreaterThan(1 - tolerance);
    expect(rms).toBeLessThan(1 + tolerance);
  });

  it("negative control: a temperature 2 % off fails", async () => {
    const found = await deviations({ ...plans[1], actual: TEMPERATURES.map((t) => 1.02 * t) });
    const energies = found.filter(({ where }) => where.startsWith("energy"));
    for (const { where, z } of energies) expect(Math.abs(z), where).toBeGreaterThan(4);
  });

  it("L = 256 at T_c, where half of the work is in the shared and pooled bits", async ({ skip }) => {
    skip(!fast || !__GIBBS_TEST_LONG__, "SwiftShader is too slow for it; GIBBS_TEST_LONG=1");
    const plan: Plan = { ...plans[4], size: 256, replicas: 8, warmup: 40_000, samples: 500, every: 40 };
    for (const { where, z } of await deviations(plan)) expect(Math.abs(z), where).toBeLessThan(4);
  });
});

describe("a 4×4 lattice against enumeration of its 65,536 states", () => {
  const cases: (Partial<IsingOptions> & { field: number; couplings: [number, number] })[] = [
    { field: 0, couplings: [1, 1] },
    { field: 0.3, couplings: [1, 1] },
    { field: -0.5, couplings: [1, 0.4] },
    { field: 0, couplings: [1, 0.4] },
    { field: 0.2, couplings: [-1, 0.7] },
  ];
  const both = cases.flatMap((c) => (["metropolis", "heat-bath"] as const).map((algorithm) => ({ ...c, algorithm })));

  it.each(both)("h = $field, J = $couplings, $algorithm", async ({ field, couplings, algorithm }) => {
    const temperature = 2.2;
    const options = { size: [4, 4] as [number, number], field, couplings, algorithm, temperature };
    using lattice = await ising.create(device, { ...options, replicas: 256, seed: 8n });
    await lattice.run(50);
    const found = await lattice.sample(200, { every: 2 });
    const wanted = enumerate(4, 4, options);
    const susceptibility = field === 0 ? wanted.absSusceptibility : wanted.susceptibility;
    for (const [name, value] of Object.entries({ ...wanted, susceptibility })) {
      const estimate = found[name as keyof typeof found];
      if (estimate) expect(Math.abs(estimate.value - value) / estimate.error, name).toBeLessThan(4);
    }
    const off = enumerate(4, 4, { ...options, temperature: 1.02 * temperature });
    const { value, error } = found.energy;
    expect(Math.abs(value - off.energy) / error, "negative control: 2 % hotter").toBeGreaterThan(4);
  });
});
