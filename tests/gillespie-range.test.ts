// Rates whose parts are beyond what f32 holds, though the rate is not; and powers of what may be negative.

import { expect, it } from "vitest";
import { gillespie } from "../src/index.ts";
import { device, reference } from "./devices.ts";

const still = "X -> X @ 0";
const N = 6.02214076e23;

it.each<[string, number]>([
  [`0 -> Y @ 10*hill(X, 10000, 10); ${still}; X = 12000`, 10 / (1 + (10 / 12) ** 10)],
  [`0 -> Y @ 10*hill(X, K, n); ${still}; X = 12000; K = 10000; n = 10`, 10 / (1 + (10 / 12) ** 10)],
  [`0 -> Y @ 10*hill(X, 1000, 12); ${still}; X = 2000`, 10 / (1 + 0.5 ** 12)],
  [`0 -> Y @ 10*hill(X, 1000, 12); ${still}; X = 0`, 0],
  [`0 -> Y @ 10*hill(X, 20, 6); ${still}; X = 25`, 10 / (1 + 0.8 ** 6)],
  [`0 -> Y @ (X - 5)^n; ${still}; X = 2; n = 2`, 9],
  [`0 -> Y @ 1 - (X - 5)^n; ${still}; X = 3; n = 3`, 9],
  [`0 -> Y @ k*(X/c)*(X/c)*c*${N}/1e21; ${still}; X = 100; k = 5e-19; c = ${N}`, 0.5 * 1e4 * 1e-39],
  [`0 -> Y @ ${N}*${N}*X*X/k; ${still}; X = 100; k = 1.2e51`, (N * N * 1e4) / 1.2e51],
])("%s", async (network, rate) => {
  for (const on of [device, reference]) {
    const n = on === device ? 2000 : 300;
    using ensemble = await gillespie.create(on, { network, until: 1, points: 2, seed: 61n });
    await ensemble.run(n);
    const { mean, species } = ensemble.result();
    const found = mean[1][species.indexOf("Y")];
    expect(Math.abs(found - rate)).toBeLessThanOrEqual(4 * Math.sqrt(rate / n) + 1e-30);
    if (rate > 1) expect(Math.abs(found - 1.2 * rate)).toBeGreaterThan(4 * Math.sqrt(rate / 2000)); // negative control
  }
});

it("a power that has no value stops its trajectory", async () => {
  for (const on of [device, reference]) {
    const made = gillespie.create(on, { network: `0 -> Y @ (X - 5)^n; ${still}; X = 2; n = 2.5` });
    await expect(made.then((ensemble) => ensemble.run(4))).rejects.toThrow(/the propensity of 0 -> Y is NaN/);
  }
});
