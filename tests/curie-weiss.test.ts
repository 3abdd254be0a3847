// The Curie–Weiss model: the exact sums against tables and enumeration, states against the reference, statistics against the sums.

import { describe, expect, it } from "vitest";
import {
  type CurieWeissOptions,
  curieWeiss,
  curieWeissMeans,
  magnetizationLaw,
  ParameterError,
  weissMagnetization,
} from "../src/index.ts";
import table from "./data/curie-weiss.csv?raw";
import { device, reference } from "./devices.ts";

describe("exact sums", () => {
  const rows = table
    .trim()
    .split("\n")
    .slice(2)
    .map((line) => line.split(",") as [string, string, string, string]);

  it.each(rows)("%s of %s spins at T = %s", (quantity, size, temperature, value) => {
    const t = Number(temperature);
    if (quantity === "weiss") {
      expect(weissMagnetization(t)).toBeCloseTo(Number(value), 12);
      return;
    }
    const means = curieWeissMeans(Number(size), t, 0);
    const found = { abs: means.absMagnetization, square: means.square, binder: means.binder }[quantity];
    expect(found).toBeCloseTo(Number(value), 9);
  });

  it.each([
    [7, 0.6, 0],
    [10, 1.3, 0.2],
    [10, 0.9, -0.4],
  ])("are those over all states of %d spins, T = %d, h = %d", (size, temperature, field) => {
    let [total, abs, energies, squares] = [0, 0, 0, 0];
    for (let state = 0; state < 2 ** size; state++) {
      let up = 0;
      for (let i = 0; i < size; i++) up += (state >> i) & 1;
      const m = 2 * up - size;
      const energy = -(m * m) / (2 * size) - field * m;
      const weight = Math.exp(-energy / temperature);
      total += weight;
      abs += (weight * Math.abs(m)) / size;
      energies += weight * energy;
      squares += weight * energy * energy;
    }
    const means = curieWeissMeans(size, temperature, field);
    expect(means.absMagnetization).toBeCloseTo(abs / total, 12);
    expect(means.energy).toBeCloseTo(energies / total / size, 12);
    const variance = squares / total - (energies / total) ** 2;
    expect(means.specificHeat).toBeCloseTo(variance / size / temperature ** 2, 10);
    expect(magnetizationLaw(size, temperature, field).reduce((a, b) => a + b)).toBeCloseTo(1, 13);
  });

  it("come near to Weiss's equation for many spins, in a field too", () => {
    for (const [temperature, field] of [
      [0.7, 0.1],
      [1.2, 0.3],
      [0.5, 0.01],
      [2, 0.05],
    ]) {
      const weiss = weissMagnetization(temperature, field);
      expect(weiss).toBeCloseTo(Math.tanh((weiss + field) / temperature), 12);
      expect(curieWeissMeans(20_000, temperature, field).magnetization).toBeCloseTo(weiss, 3);
      expect(weissMagnetization(temperature, -field)).toBe(-weiss);
    }
  });
});

describe("what is known exactly", () => {
  const known = (options: object) => curieWeiss.exact(curieWeiss.parameters.parse(options));

  it("is of the field that is simulated, a multiple of 1/N", async () => {
    for (const [size, field, simulated] of [
      [1024, 1e-4, 0],
      [1024, -4e-4, 0],
      [1024, 6e-4, 1 / 1024],
      [100, 0.054, 0.05],
    ] as const) {
      const means = curieWeissMeans(size, 1.2, simulated);
      const exact = known({ size, temperature: 1.2, field });
      for (const name of ["energy", "susceptibility", "magnetization"] as const)
        expect(exact[name]!.value).toBe(means[name]);
      using magnet = await curieWeiss.create(device, { size, temperature: 1.2, field, replicas: 4, seed: 3n });
      const told = magnet.notes().join();
      expect(told).toContain(`field ${field} is simulated as ${simulated}: fields are multiples of`);
      await magnet.run(20);
      const series = await magnet.collect(300);
      // Without the field that was asked for, fluctuations are those of |m|, measured and exact alike.
      for (const found of [magnet.estimate(series), curieWeiss.estimate(magnet, series)]) {
        const { value, error } = found.susceptibility;
        expect(Math.abs(value - means.susceptibility) / error, `${size}, ${field}`).toBeLessThan(4);
        if (simulated === 0) {
          const around = curieWeissMeans(size, 1.2, 1e-30).susceptibility; // that of m around its mean 0
          expect(Math.abs(value - around) / error).toBeGreaterThan(8); // negative control
        }
      }
    }
    using plain = await curieWeiss.create(device, { size: 1024, field: 0.05 });
    expect(plain.notes()).toEqual([]);
  });

  it("has no mean over phases that no run crosses between", () => {
    const names = (options: object) => Object.keys(known(options)).sort().join(" ");
    const even = "absMagnetization binder energy specificHeat susceptibility";
    const all = "absMagnetization binder energy magnetization specificHeat susceptibility";
    expect(names({ size: 1000, temperature: 0.5 })).toBe(even);
    expect(names({ size: 1000, temperature: 1.1 })).toBe(all);
    expect(names({ size: 10, temperature: 0.9 })).toBe(all); // turns over in some sweeps
    expect(names({ size: 1000, temperature: 0.5, field: 0.1 })).toBe(all); // the other phase has no weight
    expect(names({ size: 1000, temperature: 0.5, field: 0.001 })).toBe("");
    expect(names({ size: 1000, temperature: 1.5, field: 0.001 })).toBe(all);
    expect(names({ size: 1000, temperature: 0.5, field: -0.1 })).toBe(all);
  });

  it("is finite at every size, temperature and field", () => {
    for (const size of [2, 3, 64, 1000, 32768]) {
      for (const temperature of [5e-324, 1e-300, 1e-100, 1e-9, 0.01, 0.5, 1, 3, 100]) {
        for (const field of [0, 1e-300, 1e-5, 0.01, 1, 100, -100]) {
          const all = temperature < 1e-100 ? {} : known({ size, temperature, field }); // no run is colder
          for (const [name, { value }] of Object.entries(all) as [string, { value: number }][]) {
            expect(Number.isFinite(value), `${name}, N = ${size}, T = ${temperature}, h = ${field}`).toBe(true);
          }
          const { energy } = curieWeissMeans(size, temperature, field);
          expect(energy).toBeGreaterThanOrEqual(-0.5 - Math.abs(field));
          if (temperature < 1e-5 && size > 2) expect(energy).toBeCloseTo(-0.5 - Math.abs(field), 12);
          expect(Math.abs(weissMagnetization(temperature, field))).toBeLessThanOrEqual(1);
        }
      }
    }
  });
});

describe("states are the reference's, bit for bit", () => {
  it.each<CurieWeissOptions>([
    { size: 64, temperature: 0.8 },
    { size: 100, temperature: [0.5, 1, 3], field: 0.1, start: "random" },
    { size: 37, temperature: 1, dynamics: "random", seed: 2n ** 40n },
    { size: 50, temperature: 0.02, start: "random", field: -0.3 },
  ])("%o", async (options) => {
    const digests = [];
    for (const [on, more] of [
      [device, {}],
      [device, { workgroup: 32 }],
      [reference, {}],
    ] as const) {
      using magnet = await curieWeiss.create(on, { ...options, ...more });
      await magnet.run(4);
      using again = await curieWeiss.restore(on, await magnet.checkpoint());
      await again.run(4);
      digests.push(await again.digest());
    }
    expect(new Set(digests).size).toBe(1);
  });

  it("a replica alone is that of a batch", async () => {
    using batch = await curieWeiss.create(device, { size: 70, temperature: [0.6, 0.9, 1.2] });
    using alone = await curieWeiss.create(device, { size: 70, temperature: 0.9, firstReplica: 1 });
    for (const each of [batch, alone]) await each.run(6);
    expect(await batch.digest(1)).toBe(await alone.digest());
  });
});

describe("equilibrium", () => {
  const size = 200;
  const measured = async (options: CurieWeissOptions) => {
    using magnet = await curieWeiss.create(device, { size, replicas: 8, seed: 9n, ...options });
    await magnet.run(50);
    const series = await magnet.collect(150);
    return magnet.estimate(series);
  };

  it.each<[CurieWeissOptions]>([
    [{ temperature: 0.5 }],
    [{ temperature: 1.5 }],
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

  it("a cold magnet in a field begins along it, each replica of a batch by itself", async () => {
    const { magnetization } = await measured({ temperature: 0.7, field: -0.1, size: 1000 });
    const exact = curieWeissMeans(1000, 0.7, -0.1).magnetization;
    expect(Math.abs(magnetization.value - exact) / magnetization.error).toBeLessThan(4);
    const against = await measured({ temperature: 0.7, field: -0.1, size: 1000, start: "up" });
    expect(Math.abs(against.magnetization.value - exact) / against.magnetization.error).toBeGreaterThan(10);
    using batch = await curieWeiss.create(device, { size: 40, field: [-0.1, 0, 0.1] });
    const spins = Int8Array.from((await batch.array()).data);
    expect([0, 1, 2].map((replica) => spins[40 * replica])).toEqual([-1, 1, 1]);
    expect(new Set(spins.subarray(0, 40)).size).toBe(1);
  });

  it("negative control: a temperature 5 % off is noticed", async () => {
    const { energy } = await measured({ temperature: 0.8 });
    expect(Math.abs(energy.value - curieWeissMeans(size, 0.84, 0).energy) / energy.error).toBeGreaterThan(4);
  });

  it.each<[CurieWeissOptions, RegExp]>([
    [{ size: 1 }, /size 1: there must be at least 2 spins/],
    [{ size: 10 ** 6 }, /at most 32768 spins/],
    [{ temperature: 0 }, /temperature 0: the temperature must be above 0/],
    [{ temperature: 1e-200 }, /temperature 1e-200: the temperature must be above 0, and the smallest is 1e-100/],
    [{ dynamics: "synchronous" as "random" }, /sequential or random/],
    [{ start: "sideways" as "up" }, /ordered, up, down or random/],
  ])("%o is refused", async (options, message) => {
    await expect(curieWeiss.create(device, options)).rejects.toThrow(message);
    await expect(curieWeiss.create(device, options)).rejects.toThrow(ParameterError);
  });
});
