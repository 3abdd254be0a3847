// The Curie–Weiss model in equilibrium against the exact sums, at length.

import { describe, expect, it } from "vitest";
import { type CurieWeissOptions, curieWeiss, curieWeissMeans } from "../../src/index.ts";
import { device } from "../devices.ts";

describe("equilibrium", () => {
  const size = 1000;
  const measured = async (options: CurieWeissOptions) => {
    using magnet = await curieWeiss.create(device, { size, replicas: 12, seed: 9n, ...options });
    await magnet.run(60);
    const series = await magnet.collect(150, { every: 2 });
    return magnet.estimate(series);
  };

  it.each<[CurieWeissOptions]>([
    [{ temperature: 0.5 }],
    [{ temperature: 0.8 }],
    [{ temperature: 0.95 }],
    [{ temperature: 1 }],
    [{ temperature: 1.5 }],
    [{ temperature: 0.9, field: 0.1 }],
    [{ temperature: 1.2, field: -0.05, dynamics: "random", start: "random" }],
  ])("%o: all observables of the exact sums", async (options) => {
    const found = await measured(options);
    const { temperature, field = 0 } = options as { temperature: number; field?: number };
    const exact = curieWeissMeans(size, temperature, field);
    for (const name of ["energy", "absMagnetization", "specificHeat", "susceptibility", "binder"] as const) {
      const { value, error } = found[name];
      expect(Math.abs(value - exact[name]) / error, name).toBeLessThan(5);
    }
    if (field !== 0) {
      expect(Math.abs(found.magnetization.value - exact.magnetization) / found.magnetization.error).toBeLessThan(5);
    }
  });

  it("negative control: a temperature 2 % off is noticed", async () => {
    const { energy } = await measured({ temperature: 0.8 });
    expect(Math.abs(energy.value - curieWeissMeans(size, 0.816, 0).energy) / energy.error).toBeGreaterThan(8);
  });
});
