// The Ising model of three and four sides: against enumeration, the Potts model of two states, and the reference bit for bit.

import { describe, expect, it } from "vitest";
import { type IsingOptions, ising, potts } from "../src/index.ts";
import { geometryOf } from "../src/models/ising/axes.ts";
import { enumerate, enumerateGeometry } from "../src/models/ising/exact.ts";
import { isingParameters } from "../src/models/ising/parameters.ts";
import { upProbabilities } from "../src/models/ising/rule.ts";
import { torusExactly } from "../src/models/lattice/transfer-matrix.ts";
import { resolve } from "../src/models/parameters.ts";
import { pottsTorus } from "../src/models/potts/index.ts";
import { device, reference } from "./devices.ts";

const cases: IsingOptions[] = [
  { size: [6, 4, 8], temperature: 3.7, field: 0.1, start: "random", seed: 3n },
  { size: [4, 6, 3], temperature: 3, couplings: [1, -0.5, 0.3], boundary: ["periodic", "periodic", "free"], seed: 4n },
  { size: [4, 2, 4, 2], temperature: [5, 6.5], replicas: 2, start: "random", seed: 5n },
  { size: [10, 1, 6], temperature: 1e-3, couplings: [-1, -1, -1], seed: 6n },
  { size: [8, 4, 4], temperature: 4.5, firstReplica: 7, boundary: ["free", "free", "free"], start: "down", seed: 7n },
];

describe("lattices of three and four sides", () => {
  it.each(cases)("are those of the reference: %o", async (options) => {
    using a = await ising.create(device, options);
    using b = await ising.create(reference, options);
    for (const lattice of [a, b]) {
      await lattice.run(7);
      await lattice.paint({ x: 3, y: 0, radius: 1, value: -1 });
      await lattice.set({ field: -0.2 });
      await lattice.run(5);
    }
    expect(await a.spins()).toEqual(await b.spins());
    expect(await a.measure()).toEqual(await b.measure());
    expect(await a.digest()).toBe(await b.digest());
  });

  it("measure what their spins say", async () => {
    const options: IsingOptions = { size: [4, 6, 4], couplings: [1, -0.5, 0.25], field: 0.3, temperature: 4, seed: 8n };
    using lattice = await ising.create(device, options);
    await lattice.run(9);
    const spins = await lattice.spins();
    const at = (x: number, y: number, z: number) => spins[((z % 4) * 6 + (y % 6)) * 4 + (x % 4)];
    let [energy, m, staggered] = [0, 0, 0];
    for (let z = 0; z < 4; z++) {
      for (let y = 0; y < 6; y++) {
        for (let x = 0; x < 4; x++) {
          const spin = at(x, y, z);
          energy -= spin * (at(x + 1, y, z) - 0.5 * at(x, y + 1, z) + 0.25 * at(x, y, z + 1) + 0.3);
          m += spin;
          staggered += (-1) ** (x + y + z) * spin;
        }
      }
    }
    const [found] = await lattice.measure();
    expect(found.energy).toBeCloseTo(energy / 96, 12);
    expect(found.magnetization).toBeCloseTo(m / 96, 12);
    expect(found.staggered).toBeCloseTo(staggered / 96, 12);
  });

  const tiny: (IsingOptions & { name: string })[] = [
    { name: "2×2×2 in a field", size: [2, 2, 2], temperature: 5, field: 0.5 },
    { name: "2×2×4 of three couplings", size: [2, 2, 4], temperature: 4, couplings: [1, 0.5, -0.7] },
    {
      name: "4×2×2 with free edges",
      size: [4, 2, 2],
      temperature: 3.5,
      boundary: ["free", "periodic", "free"],
      field: -0.2,
    },
    { name: "2×2×2×2", size: [2, 2, 2, 2], temperature: 9 },
  ];

  it.each(tiny)("are distributed as Boltzmann has it: $name", async ({ name: _, ...options }) => {
    using lattice = await ising.create(device, { ...options, replicas: 64, start: "random", seed: 9n });
    await lattice.run(40);
    const found = await lattice.sample(400, { every: 2 });
    const { temperature, field = 0, couplings = [1, 1], size, boundary } = { ...lattice.parameters };
    const given = { temperature, field, couplings: size.map((_, i) => couplings[i] ?? 1) };
    const exact = enumerateGeometry(geometryOf({ size, boundary }), given);
    const names = ["energy", "magnetization", "absMagnetization", "specificHeat", "binder", "staggered"] as const;
    const z = names.map((name) => (found[name].value - exact[name]) / found[name].error);
    expect(Math.max(...z.map(Math.abs)), z.join(" ")).toBeLessThan(4);
    const wrong = enumerateGeometry(geometryOf({ size, boundary }), { ...given, temperature: 1.05 * temperature });
    expect(Math.abs(found.energy.value - wrong.energy) / found.energy.error, "negative control").toBeGreaterThan(5);
  });

  it("are the Potts model of two states at half the temperature", async () => {
    const temperature = 4.6;
    using spins = await ising.create(device, { size: [2, 2, 12], temperature, replicas: 32, start: "random" });
    using states = await potts.create(device, {
      states: 2,
      size: [2, 2, 12],
      temperature: temperature / 2,
      replicas: 32,
    });
    await spins.run(60);
    await states.run(60);
    const [a, b] = [await spins.sample(300, { every: 2 }), states.estimate(await states.collect(300, { every: 2 }))];
    // E = -J Σ s s' = -2 J Σ δ + J bonds, and a site has three bonds.
    const shifted = 2 * b.energy.value + 3;
    expect(Math.abs(a.energy.value - shifted) / Math.hypot(a.energy.error, 2 * b.energy.error)).toBeLessThan(4);
    const exact = 2 * pottsTorus(2, [2, 2, 12], { temperature: temperature / 2 }).energy + 3;
    expect(Math.abs(a.energy.value - exact) / a.energy.error).toBeLessThan(4);
  });

  it("go on bit for bit from a checkpoint, and a replica alone is that of a batch", async () => {
    const options: IsingOptions = { size: [4, 4, 4], temperature: [3, 4, 5], start: "random", seed: 10n };
    using whole = await ising.create(device, options);
    await whole.run(11);
    using restored = await ising.restore(device, await whole.checkpoint());
    await whole.run(6);
    await restored.run(6);
    expect(await restored.digest()).toBe(await whole.digest());
    using alone = await ising.create(device, { ...options, temperature: 4, firstReplica: 1 });
    await alone.run(17);
    expect(await alone.digest()).toBe(await whole.digest(1));
  });

  it("begin ordered in the state of the lowest energy", async () => {
    for (const couplings of [
      [1, 1, 1],
      [-1, -1, -1],
      [1, -1, 0.5],
      [-1, 1, -1],
    ] as [number, number, number][]) {
      using lattice = await ising.create(device, { size: [4, 6, 4], couplings });
      const [{ energy }] = await lattice.measure();
      expect(energy).toBeCloseTo(-couplings.reduce((sum, j) => sum + Math.abs(j), 0), 12);
    }
  });

  it("show their first layer, and are told by their sides", async () => {
    using lattice = await ising.create(device, { size: [4, 6, 2], start: "random", replicas: 2 });
    const { width, height, data } = await lattice.picture();
    const spins = await lattice.spins();
    expect([width, height]).toEqual([4, 6]);
    expect([...data]).toEqual([...spins.subarray(0, 24)].map((spin) => (spin > 0 ? 255 : 0)));
    expect((await lattice.array()).shape).toEqual([2, 2, 6, 4]);
  });

  it("know what enumeration knows, in two dimensions alike", () => {
    const plane = { temperature: 2.5, field: 0.3, couplings: [1, 0.5] as [number, number] };
    const a = enumerateGeometry(geometryOf({ size: [4, 3], boundary: ["periodic", "free"] }), plane);
    const b = enumerate(4, 3, { ...plane, boundary: ["periodic", "free"] });
    for (const name of Object.keys(b) as (keyof typeof b)[]) expect(a[name]).toBeCloseTo(b[name], 10);
    const own = { temperature: 7, field: 0, couplings: [1, 1] as [number, number] };
    const known = ising.exact({ ...own, size: [2, 2, 2] } as never) as Record<string, { value: number }>;
    expect(known.energy.value).toBeCloseTo(2 * pottsTorus(2, [2, 2, 2], { temperature: 3.5 }).energy + 3, 10);
    const slender = ising.exact({ ...own, temperature: 4.6, size: [2, 12, 2] } as never) as typeof known;
    expect(slender.energy.value).toBeCloseTo(2 * pottsTorus(2, [2, 2, 12], { temperature: 2.3 }).energy + 3, 10);
    const uneven = { temperature: 4, field: 0, couplings: [1, 0.5, -0.7], size: [2, 2, 4] };
    const all = enumerateGeometry(geometryOf({ size: [2, 2, 4], boundary: ["periodic", "periodic"] }), uneven);
    const bond = (axis: number, a: number, b: number) => (a === b ? 1 : -1) * uneven.couplings[axis];
    const matrices = torusExactly({ states: 2, size: uneven.size, bond }, uneven.temperature);
    expect(matrices.energy).toBeCloseTo(all.energy, 10);
    expect(matrices.specificHeat).toBeCloseTo(all.specificHeat, 10);
    expect(Object.keys(ising.exact({ ...own, size: [8, 8, 8] } as never) as object)).toEqual([]);
  });

  it("take up and down with 64 bits each, however rare", () => {
    const geometry = geometryOf({ size: [4, 4, 4], boundary: ["periodic", "periodic"] });
    const points = resolve("ising", isingParameters, { size: [4, 4, 4], temperature: 0.3 });
    const { high, low } = upProbabilities(points, 2, geometry);
    const up = (row: number, replica = 0) =>
      (BigInt(high[125 * replica + row]) << 32n) + BigInt(low[125 * replica + row]);
    const [all, none] = [2n ** 64n, 2n ** 64n - 1n];
    for (let row = 0; row < 125; row++) {
      // Sums of the other sign; certainty is the largest of 64 bits.
      expect([all, none]).toContain(up(row) + up(124 - row));
      expect(up(row, 1)).toBe(up(row));
    }
    // Down among six and among five neighbours up, which 32 bits do not hold.
    const down = (row: number) => Number(all - up(row)) / 2 ** 64;
    expect(down(124) / Math.exp(-12 / 0.3)).toBeCloseTo(1, 1);
    expect(down(122) / Math.exp(-8 / 0.3)).toBeCloseTo(1, 6);
  });

  it.each([
    [{ size: [4, 4, 1], couplings: [1, 1, -1], temperature: 1 }, "magnetization"],
    [
      { size: [2, 3, 2], couplings: [1, -1, 1], boundary: ["periodic", "free", "periodic"], temperature: 0.5 },
      "magnetization",
    ],
    [{ size: [2, 3, 2], couplings: [-1, 1, -1], boundary: ["free", "free", "free"], temperature: 0.4 }, "staggered"],
    [{ size: [4, 3], couplings: [1, -1], boundary: ["periodic", "free"], temperature: 0.4 }, "magnetization"],
    [{ size: [4, 3], couplings: [-1, 1], boundary: ["periodic", "free"], temperature: 0.4 }, "staggered"],
  ] as [IsingOptions, string][])("know no 0 of what stays in one of two states: %o", async (options, name) => {
    const { parameters } = resolve("ising", isingParameters, options);
    expect(Object.keys(ising.exact(parameters)!)).toContain("energy");
    expect(Object.keys(ising.exact(parameters)!)).not.toContain(name);
    expect(Object.keys(ising.exact({ ...parameters, temperature: 50 })!)).toContain(name); // where it turns over
  });

  it("take the field that chooses a phase by what it acts on: a third of stripes of odd width", () => {
    const stripes = {
      size: [2, 3, 2],
      couplings: [1, -1, 1],
      boundary: ["periodic", "free", "periodic"],
      temperature: 0.5,
    };
    const known = (field: number) => {
      const { parameters } = resolve("ising", isingParameters, { ...stripes, field });
      return Object.keys(ising.exact(parameters)!);
    };
    expect(known(0.5)).not.toContain("magnetization"); // e^-8 is against it, which a run does not see
    expect(known(1.5)).toContain("magnetization");
  });

  it("count a coupling along a side of one site as nothing", () => {
    const { parameters } = resolve("ising", isingParameters, { size: [2, 1, 1], temperature: 5, field: 0.1 });
    const without = { ...parameters, couplings: [1, 0, 0] as [number, number, number] };
    expect(ising.exact(parameters)).toEqual(ising.exact(without));
    expect(Object.keys(ising.exact(parameters)!)).toContain("magnetization");
  });

  it("have a coupling for each side after a change of one for all", async () => {
    using lattice = await ising.create(device, { size: [4, 4, 4] });
    await lattice.set({ couplings: [0.5, 0.5] });
    expect(lattice.parameters.couplings).toEqual([0.5, 0.5, 0.5]);
  });

  it("paint a disc, however long a side is", async () => {
    for (const model of [ising, potts]) {
      const [a, b] = await Promise.all([device, reference].map((on) => model.create(on, { size: [131072, 2, 2] })));
      for (const lattice of [a, b]) await lattice.paint({ x: 0, y: 0, radius: 3, value: model === ising ? -1 : 1 });
      expect(await a.digest()).toBe(await b.digest());
      for (const lattice of [a, b]) lattice.dispose();
    }
  });

  it("say how many replicas there is room for, or how many sites the reference takes", async () => {
    const many = Math.floor(device.limits.maxStorageBufferBindingSize / 5000) + 1;
    await expect(ising.create(device, { size: [2, 2, 2, 2], replicas: many })).rejects.toThrow(
      many > 65536
        ? /at most 65536/
        : /^replicas \d+: this device .* holds the tables of \d+ replicas in one buffer; take fewer replicas/,
    );
    await expect(ising.create(device, { size: [2, 2, 2], replicas: 65537 })).rejects.toThrow(
      "replicas 65537: lattices of three sides and more have at most 65536; take fewer.",
    );
    await expect(ising.create(reference, { size: [8, 4, 4], replicas: 60_000 })).rejects.toThrow(
      "size 8,4,4 × 60000 replicas: the reference is meant for up to 4194304 sites in all",
    );
  });

  it.each([
    [{ size: [8, 8, 7] }, /size 8,8,7: the side along z must be even.*--boundary periodic,periodic,free/],
    [{ size: [8, 8, 8], algorithm: "metropolis" }, /algorithm metropolis: .*heat-bath alone/],
    [{ size: [8, 8, 8], couplings: [1, 0.5] }, /couplings 1,0.5: the lattice has 3 sides/],
    [{ size: [8, 8], couplings: [1, 1, 1] }, /couplings 1,1,1: the lattice has 2 sides/],
    [
      { size: [8, 8, 8], boundary: ["antiperiodic", "periodic", "periodic"] },
      /boundary antiperiodic: .*periodic or free/,
    ],
    [{ size: [8, 8, 8], probabilityBits: "32" }, /probability-bits 32: .*64 alone/],
    [{ size: [2, 2, 2, 2, 2] }, /at most 4 sides/],
    [{ size: [65536, 65536, 4] }, /at most 1073741824 sites/],
  ] as [IsingOptions, RegExp][])("refuse %o", async (options, message) => {
    await expect(ising.create(device, options)).rejects.toThrow(message);
  });

  it("refuse a live change to what they have not", async () => {
    using lattice = await ising.create(device, { size: [4, 4, 4] });
    await expect(lattice.set({ algorithm: "metropolis" })).rejects.toThrow(/heat-bath alone/);
    await lattice.run(2);
    expect(lattice.parameters.algorithm).toBe("heat-bath");
  });
});
