// Hopfield networks whose couplings are those of a lattice: states equal to the reference bit for bit, energy without temperature, and what
// is known of one pattern.

import { describe, expect, it } from "vitest";
import {
  type GpuDevice,
  type HopfieldOptions,
  hopfield,
  kaufman,
  ParameterError,
  type ReferenceDevice,
} from "../src/index.ts";
import { device, reference } from "./devices.ts";

const digestAfter = async (on: GpuDevice | ReferenceDevice, sweeps: number, options: HopfieldOptions) => {
  using network = await hopfield.create(on, { ...options, couplings: "lattice" });
  await network.run(sweeps);
  return { digest: await network.digest(), sums: await network.measure() };
};

describe("states are the reference's, bit for bit", () => {
  const cases = (["sequential", "random", "synchronous", "checkerboard"] as const).flatMap(
    (dynamics): HopfieldOptions[] => [
      { dynamics, neurons: 324, patterns: 1, temperature: 0.5 },
      { dynamics, neurons: 100, patterns: [3, 40], temperature: [0, 0.8], field: 0.1, noise: 0.3 },
      { dynamics, neurons: 4, patterns: 3, temperature: 0.8, replicas: 5, seed: 2n ** 63n + 5n },
      { dynamics, neurons: 36, patterns: 6, weights: "clipped", dilution: 0.3, temperature: 0.4, start: "random" },
    ],
  );
  it.each(cases)("%o", async (options) => {
    expect(await digestAfter(device, 6, options)).toEqual(await digestAfter(reference, 6, options));
  });

  const options: HopfieldOptions = { neurons: 400, patterns: 40, temperature: 0.5, dynamics: "checkerboard" };
  it("and not of the size of workgroups, nor of the other replicas", async () => {
    const { digest } = await digestAfter(device, 5, options);
    for (const workgroup of [32, 128])
      expect((await digestAfter(device, 5, { ...options, workgroup })).digest).toBe(digest);
    using batch = await hopfield.create(device, { ...options, couplings: "lattice", patterns: [10, 40, 90] });
    await batch.run(5);
    expect(await batch.digest(1)).toBe((await digestAfter(device, 5, { ...options, firstReplica: 1 })).digest);
    using again = await hopfield.restore(reference, await batch.checkpoint());
    for (const each of [batch, again]) await each.run(2);
    expect(await again.digest()).toBe(await batch.digest());
  });

  it("gives one fixed digest in every host", async () => {
    const { digest } = await digestAfter(device, 10, { ...options, seed: 42n });
    expect(digest).toBe("sha256:fada7cab51666d23ae36fb39445f91f8eb1dc6333d91f9c48da75c7ad499efd6");
  });
});

it.each(["sequential", "random", "checkerboard"] as const)(
  "without temperature energy never rises: %s",
  async (dynamics) => {
    const [side, patterns] = [20, 7];
    const options: HopfieldOptions = { neurons: side ** 2, patterns, start: "random", couplings: "lattice", seed: 5n };
    using network = await hopfield.create(device, { ...options, dynamics });
    const stored = await network.patterns(patterns);
    /** -4 N E: over each pair once, from the patterns themselves. */
    const bonds = async () => {
      const spins = await network.spins();
      let sum = 0;
      spins.forEach((spin, i) => {
        const [x, y] = [i % side, Math.floor(i / side)];
        for (const j of [y * side + ((x + 1) % side), ((y + 1) % side) * side + x]) {
          for (let p = 0; p < spins.length * patterns; p += spins.length)
            sum += stored[p + i] * stored[p + j] * spin * spins[j];
        }
      });
      return sum;
    };
    let [before, rest] = [await bonds(), 0];
    for (let sweep = 0; sweep < 30; sweep++) {
      await network.run(1);
      const now = await bonds();
      expect(now).toBeGreaterThanOrEqual(before); // minus the energy, in whole numbers
      expect((await network.measure())[0].energy).toBe(-now / (4 * side ** 2));
      rest = now === before ? rest + 1 : 0;
      before = now;
    }
    expect(rest).toBeGreaterThan(5);
  },
);

it("without temperature all at once energy may rise, and so it may with couplings that were cut one way", async () => {
  for (const more of [{ dynamics: "synchronous" }, { dynamics: "checkerboard", dilution: 0.4 }] as const) {
    using network = await hopfield.create(device, {
      ...{ neurons: 400, patterns: 7, start: "random", couplings: "lattice", seed: 5n },
      ...more,
    });
    const series = (await network.collect(30)).column("energy", 0);
    expect(series.some((energy, i) => i > 0 && energy > series[i - 1])).toBe(true);
  }
});

it("one pattern is the Ising model with coupling 1/4 (Mattis): exact energy, and in order the overlap", () => {
  const values = (options: HopfieldOptions) =>
    hopfield.exact(hopfield.parameters.parse({ neurons: 4096, couplings: "lattice", patterns: 1, ...options }));
  expect(values({ temperature: 0.5 }).energy).toEqual({
    value: kaufman(64, 64, { temperature: 2 }).energy / 4,
    source: "Kaufman 1949",
  });
  expect(values({ temperature: 0.5 }).largest?.value).toBeCloseTo(0.9113193, 6); // Yang's at T = 2
  expect(values({ temperature: 0.6 }).largest).toBeUndefined();
  for (const other of [
    { temperature: 0 },
    { patterns: 2 },
    { field: 1 },
    { dilution: 0.1 },
    { dynamics: "synchronous" },
  ] as const) {
    expect(values({ temperature: 0.5, ...other })).toEqual({});
  }
});

it.each<[HopfieldOptions, string, RegExp]>([
  [{ dynamics: "checkerboard" }, "dynamics", /checkerboard: with couplings all, .* take couplings lattice/],
  [{ couplings: "lattice", neurons: 1000 }, "neurons", /neurons 1000: .*even side, such as 1024 = 32 × 32/],
  [{ couplings: "lattice", neurons: 25 }, "neurons", /neurons 25: .*even side/],
  [{ couplings: "lattice", neurons: 32_768 }, "neurons", /such as 32400 = 180 × 180/],
  [
    { dynamics: "chequered" as never },
    "dynamics",
    /dynamics "chequered": it must be sequential, random, synchronous or checkerboard/,
  ],
  [{ couplings: "cubic" as never }, "couplings", /couplings "cubic": it must be all or lattice/],
])("%o is refused", async (options, parameter, message) => {
  for (const on of [device, reference]) {
    const refused = hopfield.create(on, options);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(ParameterError);
    await expect(refused).rejects.toMatchObject({ parameter });
  }
});
