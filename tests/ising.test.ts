// The Ising model's promises of exactness: equal digests on every device and host, exact restart, no dependence on
// workgroup size, batch, dispatch or delay, and the records that reproduce a run.

import { describe, expect, it } from "vitest";
import {
  type GpuDevice,
  type IsingOptions,
  type IsingSimulation,
  ising,
  type ReferenceDevice,
  type RunOptions,
} from "../src/index.ts";
import { device, reference } from "./devices.ts";

const digestAfter = async (
  on: GpuDevice | ReferenceDevice,
  options: IsingOptions,
  sweeps: number,
  run: RunOptions = {},
): Promise<string> => {
  using lattice = await ising.create(on, options);
  await lattice.run(sweeps, run);
  return await lattice.digest();
};

const SIZES: [number, number][] = [
  [2, 2],
  [6, 10],
  [66, 34],
  [130, 2],
  [2, 130],
  [64, 64],
];
const SEEDS = [1n, 0xffffffffn, 2n ** 63n + 5n];
const combinations = SIZES.flatMap((size) =>
  SEEDS.flatMap((seed) => (["metropolis", "heat-bath"] as const).map((algorithm) => ({ size, seed, algorithm }))),
);

describe("the GPU equals the reference", () => {
  it("in 36 combinations of size, seed and algorithm", () => expect(combinations).toHaveLength(36));

  it.each(combinations)("$size, seed $seed, $algorithm", async (options) => {
    const full: IsingOptions = { ...options, temperature: 2.3, start: "random" };
    const digest = await digestAfter(device, full, 12);
    expect(digest).toBe(await digestAfter(reference, full, 12));
    // Not vacuous: the lattice has moved (four spins may return by chance).
    if (options.size[0] > 2) expect(digest).not.toBe(await digestAfter(reference, full, 0));
  });

  it.each([
    { name: "in a field", options: { field: 0.37 } },
    { name: "in a negative field, heat bath", options: { field: -1.5, algorithm: "heat-bath" } },
    { name: "with unequal couplings", options: { couplings: [1, 0.4] } },
    { name: "as an antiferromagnet", options: { couplings: [-1, -1] } },
    { name: "with couplings of both signs in a field", options: { couplings: [0.8, -1.2], field: 0.5 } },
    { name: "without couplings", options: { couplings: [0, 0], field: 0.5 } },
    { name: "near zero temperature", options: { temperature: 0.01 } },
    { name: "very hot", options: { temperature: 1e6, algorithm: "heat-bath" } },
    { name: "from all down", options: { start: "down" } },
    { name: "with Threefry of 12 rounds", options: { generator: "threefry12" } },
    { name: "with three temperatures in a batch", options: { temperature: [1.5, 2.3, 4] } },
    { name: "with free edges", options: { boundary: ["free", "free"], couplings: [1, -0.6], field: 0.2 } },
    { name: "with free edges along x", options: { boundary: ["free", "antiperiodic"] } },
    {
      name: "with free edges along y, Metropolis",
      options: { boundary: ["periodic", "free"], algorithm: "metropolis" },
    },
    { name: "with fixed edges", options: { boundary: ["fixed-up", "fixed-down"] } },
    { name: "with an interface", options: { boundary: ["antiperiodic", "fixed-up-down"], size: [70, 13] } },
    { name: "with free edges and an odd height", options: { boundary: ["free", "free"], size: [64, 7] } },
    { name: "as a chain", options: { size: [200, 1], field: 0.1 } },
    { name: "as an open chain", options: { size: [128, 1], boundary: ["free", "periodic"], temperature: [0.5, 1] } },
    { name: "as a chain between fixed spins", options: { size: [66, 1], boundary: ["fixed-up-down", "fixed-up"] } },
    { name: "with probabilities of 32 bits", options: { probabilityBits: "32", field: 0.37 } },
    { name: "with three fields in a batch, heat bath", options: { field: [-1, 0, 1], algorithm: "heat-bath" } },
  ] as { name: string; options: IsingOptions }[])("$name", async ({ options }) => {
    const full: IsingOptions = { size: [70, 14], temperature: 2.2, start: "random", seed: 9n, ...options };
    expect(await digestAfter(device, full, 12)).toBe(await digestAfter(reference, full, 12));
  });

  it("and both equal the digests that every host and adapter must give", async () => {
    const plain: IsingOptions = { size: [64, 64], temperature: 2.269, seed: 42n };
    const field: IsingOptions = { size: [66, 34], temperature: 2, field: 0.1, start: "random", seed: 7n };
    const version1 = { probabilityBits: "32" } as const;
    expect(await digestAfter(device, { ...plain, algorithm: "metropolis", ...version1 }, 50)).toBe(GOLDEN.metropolis);
    expect(await digestAfter(device, { ...field, ...version1 }, 50)).toBe(GOLDEN.heatBath);
    expect(await digestAfter(device, plain, 50)).toBe(GOLDEN.defaults);
    const edges: IsingOptions = { ...field, boundary: ["free", "fixed-up-down"] };
    expect(await digestAfter(device, edges, 50)).toBe(GOLDEN.edges);
  });
});

/** The last two are those of gibbs 0.1.0. */
const GOLDEN = {
  defaults: "sha256:3267a31cc290e67d95296c9e7a00a3516e8d5da40616ee33ae9c2a1196f74983",
  edges: "sha256:93dde3da0232f8f85b98974bd38629fd35278399ba565da7b23ea9e3f908178a",
  metropolis: "sha256:90e68878fd239b24fdc95787187e97aee8229d10b919c908cda88502a9b1336f",
  heatBath: "sha256:a9baeebfce776bb6469427883ca5568301fc4f2704e56d1762d571efb2093d4d",
};

describe("how the work is cut changes nothing", () => {
  const options: IsingOptions = { size: [130, 66], temperature: 2.269, seed: 3n, start: "random" };

  it("workgroups of 1 to 256", async () => {
    const expected = await digestAfter(reference, options, 10);
    for (const workgroup of [1, 2, 16, 32, 64, 128, 256]) {
      expect(await digestAfter(device, { ...options, workgroup }, 10), `workgroup ${workgroup}`).toBe(expected);
    }
  });

  it("repeated, and with other workgroups of measurements", async () => {
    const energies = new Set<number>();
    for (const workgroup of [1, 8, 64, 128]) {
      using lattice = await ising.create(device, { ...options, workgroup });
      await lattice.run(5);
      energies.add((await lattice.measure())[0].energy);
    }
    using lattice = await ising.create(reference, options);
    await lattice.run(5);
    expect([...energies]).toEqual([(await lattice.measure())[0].energy]);
  });

  it("one dispatch or many, with measurements between and with delays", async () => {
    const expected = await digestAfter(device, options, 60);
    using lattice = await ising.create(device, options);
    for (const sweeps of [1, 0, 7, 2]) await lattice.run(sweeps);
    await lattice.sample(10, { every: 5, onProgress: () => new Promise((resolve) => setTimeout(resolve, 5)) });
    expect(lattice.steps).toBe(60);
    expect(await lattice.digest()).toBe(expected);
  });

  it("one replica alone or in a batch of 32", async () => {
    const batch: IsingOptions = { ...options, size: [34, 10] };
    using many = await ising.create(device, { ...batch, replicas: 32 });
    await many.run(20);
    const digests = new Set<string>();
    for (const replica of [0, 1, 17, 31]) {
      const alone = await digestAfter(device, { ...batch, firstReplica: replica }, 20);
      expect(await many.digest(replica)).toBe(alone);
      digests.add(alone);
    }
    expect(digests.size).toBe(4);
  });
});

describe("restart is exact", () => {
  const options: IsingOptions = {
    size: [66, 34],
    temperature: 2.1,
    field: 0.05,
    seed: 11n,
    start: "random",
    replicas: 2,
  };

  it("n + m sweeps equal n, checkpoint, m; across devices, both ways", async () => {
    const expected = await digestAfter(device, options, 25);
    for (const [first, second] of [
      [device, device],
      [device, reference],
      [reference, device],
    ]) {
      using begun = await ising.create(first, options);
      await begun.run(10);
      using continued = await ising.restore(second, await begun.checkpoint());
      expect(continued.steps).toBe(10);
      await continued.run(15);
      expect(await continued.digest()).toBe(expected);
    }
  });

  it("keeps parameters, seed, batch and what the caller adds", async () => {
    using begun = await ising.create(device, { ...options, replicas: 1, temperature: [2, 3] });
    const saved = await begun.checkpoint({ header: { plan: 7 }, sections: { series: new Uint8Array([1, 2, 3]) } });
    using continued = await ising.restore(reference, saved);
    expect(continued.points).toEqual(begun.points);
    expect(continued.seed).toBe(11n);
    expect(continued.extra.header).toEqual({ plan: 7 });
    expect(Array.from(continued.extra.sections.series)).toEqual([1, 2, 3]);
  });

  it("a state given as spins comes back as it was", async () => {
    const spins = Int8Array.from({ length: 2 * 34 * 66 }, (_, i) => ((i * 7919) % 13 < 6 ? 1 : -1));
    for (const on of [device, reference]) {
      using lattice = await ising.create(on, { ...options, start: "given", spins });
      expect(await lattice.spins()).toEqual(spins);
    }
  });
});

describe("measurements", () => {
  it("equal sums over bonds computed from the spins themselves", async () => {
    for (const size of [
      [2, 2],
      [6, 10],
      [66, 34],
      [130, 2],
      [128, 64],
    ] as [number, number][]) {
      const options: IsingOptions = {
        size,
        temperature: 3,
        couplings: [1, -0.6],
        field: 0.25,
        start: "random",
        seed: 5n,
      };
      for (const on of [device, reference]) {
        using lattice = await ising.create(on, options);
        await lattice.run(3);
        const { energy, magnetization } = (await lattice.measure())[0];
        const exact = energyOf(await lattice.spins(), size, [1, -0.6], 0.25);
        expect(energy).toBeCloseTo(exact.energy, 12);
        expect(magnetization).toBeCloseTo(exact.magnetization, 12);
      }
    }
  });

  it("are taken every so many sweeps from the origin, through interruptions", async () => {
    using lattice = await ising.create(device, { size: [16, 16], temperature: 2 });
    const series = lattice.series();
    await lattice.run(10);
    for (const steps of [4, 1, 9]) await lattice.run(steps, { record: { series, every: 3, origin: 10 } });
    expect(series.steps).toEqual([13, 16, 19, 22]);
    using again = await ising.create(device, { size: [16, 16], temperature: 2 });
    await again.run(10);
    const whole = await again.collect(4, { every: 3 });
    expect(Array.from(series.column("energy"))).toEqual(Array.from(whole.column("energy")));
  });

  it("of replicas that differ are not averaged by mistake", async () => {
    using lattice = await ising.create(device, { size: [16, 16], temperature: [1, 4] });
    await expect(lattice.sample(4)).rejects.toThrow(/differ in temperature/);
    const [cold, hot] = await lattice.sampleEach(4);
    expect(cold.energy.value).toBeLessThan(hot.energy.value);
  });
});

function energyOf(spins: Int8Array, [width, height]: [number, number], [jx, jy]: [number, number], field: number) {
  let [energy, sum] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const spin = spins[y * width + x];
      const right = spins[y * width + ((x + 1) % width)];
      const below = spins[((y + 1) % height) * width + x];
      energy -= jx * spin * right + jy * spin * below + field * spin;
      sum += spin;
    }
  }
  return { energy: energy / (width * height), magnetization: sum / (width * height) };
}

describe("the record of a run is enough to run it again", () => {
  it("points and seed give the same digest", async () => {
    using first = await ising.create(device, {
      size: 32,
      temperature: [2, 2.5],
      seed: 123n,
    } as unknown as IsingOptions);
    await first.run(20);
    const record = JSON.parse(JSON.stringify({ ...first.points.parameters, ...first.points.batch, replicas: 1 }));
    using second: IsingSimulation = await ising.create(reference, { ...record, seed: first.seed });
    await second.run(20);
    expect(await second.digest()).toBe(await first.digest());
  });
});
