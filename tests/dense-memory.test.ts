// Dense memories: states equal to the reference bit for bit; order 2 is the Hopfield model; storage against Krotov and Hopfield; the
// exponential interaction is attention.

import { describe, expect, it } from "vitest";
import {
  type DenseMemoryOptions,
  denseMemory,
  type GpuDevice,
  hopfield,
  oneStepError,
  ParameterError,
  type ReferenceDevice,
  softmaxRetrieval,
} from "../src/index.ts";
import { device, reference } from "./devices.ts";

const stateAfter = async (on: GpuDevice | ReferenceDevice, sweeps: number, options: DenseMemoryOptions) => {
  using network = await denseMemory.create(on, options);
  await network.run(sweeps);
  return { digest: await network.digest(), sums: await network.measure(), overlaps: await network.overlaps() };
};

describe("states are the reference's, bit for bit", () => {
  const cases = (["sequential", "random", "synchronous"] as const).flatMap((dynamics): DenseMemoryOptions[] => [
    { dynamics, neurons: 60, patterns: 150, noise: 0.2 },
    { dynamics, neurons: 45, patterns: [1, 33, 100], order: 5, start: "random", seed: 9n },
    { dynamics, neurons: 64, patterns: 90, interaction: "rectified", order: 4, covered: 0.4 },
    { dynamics, neurons: 70, patterns: 200, interaction: "exponential", beta: 0.3, start: "random", seed: 4n },
    { dynamics, neurons: 40, patterns: 20, order: 30, noise: 0.3, replicas: 3 },
  ]);
  it.each(cases)("%o", async (options) => {
    expect(await stateAfter(device, 3, options)).toEqual(await stateAfter(reference, 3, options));
  });

  it("whatever the size of workgroups, alone or with others, after a checkpoint", async () => {
    const options: DenseMemoryOptions = { neurons: 60, patterns: 150, start: "random" };
    const { digest } = await stateAfter(device, 3, { ...options, firstReplica: 1 });
    for (const workgroup of [32, 64, 128]) {
      using batch = await denseMemory.create(device, { ...options, replicas: 3, workgroup });
      await batch.run(1);
      using again = await denseMemory.restore(device, await batch.checkpoint());
      await again.run(2);
      expect(await again.digest(1)).toBe(digest);
      expect(await again.digest(0)).not.toBe(digest);
    }
  });

  it("gives one fixed digest in every host", async () => {
    const { digest } = await stateAfter(device, 3, { neurons: 100, patterns: 300, start: "random", seed: 42n });
    expect(digest).toBe("sha256:00590827ac4e5436b31ee83955bccb9a1e402cbe6ba861bfe965acbb96efa714");
  });
});

describe("physics", () => {
  it("two spins that interact are the Hopfield model", async () => {
    const options = { neurons: 150, patterns: 30, start: "random", seed: 5n } as const;
    for (const dynamics of ["sequential", "random", "synchronous"] as const) {
      using dense = await denseMemory.create(device, { ...options, dynamics, order: 2 });
      using classic = await hopfield.create(device, { ...options, dynamics });
      for (const network of [dense, classic]) await network.run(4);
      expect(await dense.spins()).toEqual(await classic.spins());
      const [{ energy }] = await dense.measure();
      const [{ energy: hebb }] = await classic.measure();
      expect(energy).toBeCloseTo(2 * hebb - 30 / 150, 12); // Hebb's has a half and no diagonal
    }
  });

  it.each([
    [3, 200, 4000],
    [4, 100, 20_000],
  ])("order %d: %d neurons hold %d patterns with the errors of the theory", async (order, neurons, patterns) => {
    const replicas = 24;
    using network = await denseMemory.create(device, {
      ...{ neurons, patterns, order, replicas, dynamics: "synchronous", seed: 3n },
    });
    await network.run(1);
    const wrong = (await network.measure()).map(({ overlap }) => (1 - overlap) / 2);
    const mean = wrong.reduce((a, b) => a + b, 0) / replicas;
    const error = Math.sqrt(wrong.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (replicas * (replicas - 1)));
    const theory = oneStepError(neurons, patterns, order);
    expect(theory).toBeCloseTo(0.0339, 4);
    expect(Math.abs(mean - theory) / error).toBeLessThan(4);
    // Negative control: half as many patterns have another error.
    expect(Math.abs(mean - oneStepError(neurons, patterns / 2, order)) / error).toBeGreaterThan(4);
  });

  it("the Hopfield model has forgotten what a dense memory still recalls", async () => {
    const options = { neurons: 200, patterns: 400, noise: 0.1, replicas: 4 } as const;
    for (const [network, least, most] of [
      [await hopfield.create(device, options), -1, 0.6],
      [await denseMemory.create(device, options), 0.97, 1],
      [await denseMemory.create(device, { ...options, interaction: "exponential" }), 1, 1],
    ] as const) {
      await network.run(10);
      const found = await network.measure();
      const overlap = found.reduce((sum, each) => sum + each.overlap, 0) / found.length;
      expect(overlap).toBeGreaterThanOrEqual(least);
      expect(overlap).toBeLessThanOrEqual(most);
      network.dispose();
    }
  });

  it("energy never rises, one update after another", async () => {
    for (const interaction of ["polynomial", "rectified", "exponential"] as const) {
      for (const dynamics of ["sequential", "random"] as const) {
        using network = await denseMemory.create(device, {
          ...{ neurons: 100, patterns: 200, interaction, dynamics, start: "random", seed: 8n },
        });
        let [{ energy: before }] = await network.measure();
        const first = before;
        for (let sweep = 0; sweep < 8; sweep++) {
          await network.run(1);
          const [{ energy }] = await network.measure();
          // Sums of powers are whole numbers; of exponentials they are rounded to 2^-44 of the largest.
          expect(energy).toBeLessThanOrEqual(before + (interaction === "exponential" ? 1e-9 : 0));
          before = energy;
        }
        expect(before).toBeLessThan(first);
      }
    }
  });

  it("energy is what it says, from spins and patterns", async () => {
    const options = { neurons: 50, patterns: 60, noise: 0.3 } as const;
    const energies = {
      polynomial: (overlaps: number[]) => -overlaps.reduce((sum, m) => sum + (m / 50) ** 3, 0),
      rectified: (overlaps: number[]) => -overlaps.reduce((sum, m) => sum + Math.max(0, m / 50) ** 3, 0),
      exponential: (overlaps: number[]) =>
        -Math.log(overlaps.reduce((sum, m) => sum + Math.exp(0.2 * m), 0)) / (0.2 * 50),
    };
    for (const interaction of ["polynomial", "rectified", "exponential"] as const) {
      using network = await denseMemory.create(device, { ...options, interaction });
      const [{ energy }] = await network.measure();
      expect(energy).toBeCloseTo(energies[interaction]([...(await network.overlaps())]), 9);
    }
  });
});

describe("the exponential interaction is attention", () => {
  const neurons = 120;
  const patterns = 80;

  /** One step of all spins, against the softmax of the same state. */
  async function oneStep(beta: number, noise: number) {
    using network = await denseMemory.create(device, {
      ...{ neurons, patterns, interaction: "exponential", beta, noise, dynamics: "synchronous", seed: 6n },
    });
    const query = await network.spins();
    const flat = await network.patterns(patterns);
    const stored = Array.from({ length: patterns }, (_, p) => flat.subarray(p * neurons, (p + 1) * neurons));
    await network.run(1);
    return { next: await network.spins(), retrieved: softmaxRetrieval(stored, query, beta) };
  }

  it.each([
    [0.05, 0.4],
    [0.3, 0.3],
    [1, 0.45],
  ])("β = %d: signs are the softmax's, but where its two sides differ by less than e^(2β)", async (beta, noise) => {
    const { next, retrieved } = await oneStep(beta, noise);
    for (let i = 0; i < neurons; i++) {
      const balance = Math.log((1 + retrieved[i]) / (1 - retrieved[i])); // of the patterns that are up to those down
      if (Math.abs(balance) > 2 * beta + 1e-9) expect(next[i]).toBe(Math.sign(retrieved[i]));
    }
  });

  it("one pattern stands out: both give it back in one step", async () => {
    const { next, retrieved } = await oneStep(1, 0.2);
    for (let i = 0; i < neurons; i++) expect(Math.abs(retrieved[i] - next[i])).toBeLessThan(1e-6);
  });
});

describe("pictures", () => {
  it("covered digits are recalled", async () => {
    using network = await denseMemory.create(device, {
      ...{ neurons: 784, patterns: 60, digits: 60, interaction: "exponential", cue: 7, covered: 0.5 },
    });
    const [before] = await network.measure();
    expect(before.overlap).toBeLessThan(0.97);
    await network.run(3);
    const [{ overlap }] = await network.measure();
    expect(overlap).toBe(1);
  });

  it.each<[DenseMemoryOptions, RegExp]>([
    [{ patterns: 0 }, /patterns 0: at least one/],
    [{ order: 1 }, /order 1: at least 2/],
    [{ beta: 0 }, /beta 0: it must be above 0/],
    [{ interaction: "cubic" as "polynomial" }, /polynomial, rectified or exponential/],
    [{ neurons: 100, digits: 1 }, /at least 28 × 28 = 784/],
    [{ neurons: 1000, digits: 1 }, /neurons 1000: pictures need a square/],
    [{ digits: 4001, neurons: 784 }, /there are 4000 digits/],
    [
      { neurons: 100, image: "5x5:AAAA" },
      /image of 5 × 5 pixels: 100 neurons need a picture of as many pixels; take neurons 25, or/,
    ],
    [{ neurons: 100, image: "10x10:AAAA" }, /bits are 3 bytes.*have 13/],
    [{ neurons: 100, image: "a cat" }, /WIDTHxHEIGHT/],
  ])("%o is refused", async (options, message) => {
    await expect(denseMemory.create(device, options)).rejects.toThrow(message);
    await expect(denseMemory.create(device, options)).rejects.toThrow(ParameterError);
  });
});
