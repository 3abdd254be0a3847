// One pattern on a lattice (Mattis) is the Ising model with coupling 1/4: energy against Kaufman's exact values, in every order of updates
// that has Boltzmann's equilibrium.

import { expect, it } from "vitest";
import { type HopfieldOptions, hopfield, kaufman } from "../../src/index.ts";
import { estimateReplicas } from "../../src/statistics/index.ts";
import { device } from "../devices.ts";

const [side, replicas] = [16, 24];
const energies = async (dynamics: HopfieldOptions["dynamics"], temperatures: readonly number[], samples: number) => {
  using network = await hopfield.create(device, {
    ...{ neurons: side ** 2, patterns: 1, couplings: "lattice", dynamics, seed: 9n },
    temperature: temperatures.flatMap((each) => Array<number>(replicas).fill(each)),
  });
  await network.run(300);
  const series = await network.collect(samples, { every: 4 });
  return temperatures.map((_, i) =>
    estimateReplicas(Array.from({ length: replicas }, (_, r) => series.column("energy", i * replicas + r))),
  );
};
const temperatures = [0.5, 0.58, 0.75];
const exact = (temperature: number) => kaufman(side, side, { temperature, couplings: [0.25, 0.25] }).energy;

it.each(["checkerboard", "sequential", "random"] as const)(
  "%s: energy against Kaufman's exact values",
  async (dynamics) => {
    const found = await energies(dynamics, temperatures, 150);
    found.forEach(({ value, error }, i) => {
      expect(Math.abs(value - exact(temperatures[i])) / error).toBeLessThan(4);
    });
  },
);

it("negative controls: 2 % off in temperature; all at once, which has another equilibrium", async () => {
  const off = await energies(
    "checkerboard",
    temperatures.map((each) => 1.02 * each),
    150,
  );
  const little = await energies("synchronous", temperatures, 50);
  for (const found of [off, little]) {
    found.forEach(({ value, error }, i) => {
      expect(Math.abs(value - exact(temperatures[i])) / error).toBeGreaterThan(4);
    });
  }
});
