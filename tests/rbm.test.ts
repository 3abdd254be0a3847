// The restricted Boltzmann machine: states equal to the reference, samples and gradients against sums over all states, learning against
// the entropy of its data, weights in and out.

import { describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../src/files/safetensors.ts";
import {
  annealedPartition,
  barsAndStripes,
  exactGradient,
  freeEnergy,
  type GpuDevice,
  isEnumerable,
  logLikelihood,
  logPartition,
  ParameterError,
  pseudoLikelihood,
  type RbmOptions,
  type RbmResult,
  type ReferenceDevice,
  rbm,
  SafetensorsError,
  visibleLaw,
  type Weights,
} from "../src/index.ts";
import { device, reference, skipSlow } from "./devices.ts";

const stateAfter = async (on: GpuDevice | ReferenceDevice, steps: number, options: RbmOptions) => {
  using machine = await rbm.create(on, options);
  await machine.run(steps);
  return { digest: await machine.digest(), measured: await machine.measure() };
};

describe("states are the reference's, bit for bit", () => {
  const cases: RbmOptions[] = [
    { data: "bars", side: 3, hidden: 5, chains: 10, learningRate: 0.3 },
    { data: "bars", side: 6, hidden: 33, chains: 33, algorithm: "cd", seed: 2n ** 50n },
    { data: "bars", side: 4, hidden: 70, chains: 64, gibbs: 3, algorithm: "cd", learningRate: 1 },
    { data: "bars", side: 7, hidden: 32, chains: 5, gibbs: 2, learningRate: 0.01 },
    { images: 20, hidden: 12, chains: 7, algorithm: "cd" },
    { data: "bars", side: 6, hidden: 0, chains: 40, gibbs: 2, learningRate: 0.4 },
    { data: "bars", side: 3, hidden: 0, chains: 33, algorithm: "cd", seed: 6n },
  ];
  it.each(cases)("%o", async (options) => {
    expect(await stateAfter(device, 4, options)).toEqual(await stateAfter(reference, 4, options));
  });

  it("whatever the size of workgroups, after a checkpoint, on either device", async () => {
    const { digest } = await stateAfter(device, 6, cases[1]);
    for (const workgroup of [32, 64, 128]) {
      using first = await rbm.create(device, { ...cases[1], workgroup });
      await first.run(2);
      const saved = await first.checkpoint({ header: { a: 1 }, sections: {} });
      for (const on of [device, reference]) {
        using again = await rbm.restore(on, saved);
        expect(again.extra.header).toEqual({ a: 1 });
        await again.run(4);
        expect(await again.digest()).toBe(digest);
      }
    }
    expect((await stateAfter(device, 6, { ...cases[1], seed: 1n })).digest).not.toBe(digest);
  });

  it("gives one fixed digest in every host", async () => {
    const { digest } = await stateAfter(device, 10, { data: "bars", hidden: 20, chains: 50, seed: 42n });
    expect(digest).toBe("sha256:9418f6453c4ac7dae111b95a8a446e4489e8a711122852f9f1c6553c494fab87");
  });

  it("measures on the way what stands there, and follows a changed rate", async () => {
    for (const on of [device, reference]) {
      using a = await rbm.create(on, cases[0]);
      using b = await rbm.create(on, cases[0]);
      const series = a.series();
      await a.run(3, { record: { series, every: 1 } });
      for (let i = 0; i < 3; i++) {
        await b.run(1);
        for (const [name, value] of Object.entries(await b.measure())) expect(series.column(name, 0)[i]).toBe(value);
      }
      await a.set({ learningRate: 0 });
      const before = await a.weights();
      await a.run(3);
      expect(await a.weights()).toEqual(before);
    }
  });
});

/** A machine with weights that matter, as a file. */
function weightsOf(visible: number, hidden: number): Uint8Array {
  const some = (count: number, phase: number) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(3 * i + phase));
  return writeSafetensors({
    W: { shape: [visible, hidden], data: some(visible * hidden, 1) },
    b: { shape: [visible], data: some(visible, 2) },
    c: { shape: [hidden], data: some(hidden, 3) },
  });
}

describe("physics", () => {
  it("free energy, partition function and likelihood are sums over states", async () => {
    using machine = await rbm.create(reference, {
      ...{ own: [1, 0, 1, 1, 0, 0], visible: 3, hidden: 4, weights: weightsOf(3, 4) },
    });
    const w = await machine.weights();
    const energy = (v: number[], h: number[]) =>
      -v.reduce(
        (sum, vi, i) => sum + vi * (w.visibleBiases[i] + h.reduce((s, hj, j) => s + hj * w.weights[i * 4 + j], 0)),
        0,
      ) - h.reduce((sum, hj, j) => sum + hj * w.hiddenBiases[j], 0);
    const bits = (n: number, length: number) => Array.from({ length }, (_, i) => (n >> i) & 1);
    let z = 0;
    for (let v = 0; v < 8; v++) {
      let sum = 0;
      for (let h = 0; h < 16; h++) sum += Math.exp(-energy(bits(v, 3), bits(h, 4)));
      expect(freeEnergy(w, bits(v, 3))).toBeCloseTo(-Math.log(sum), 12);
      z += sum;
    }
    expect(logPartition(w)).toBeCloseTo(Math.log(z), 12);
    const both = (freeEnergy(w, [1, 0, 1]) + freeEnergy(w, [1, 0, 0])) / 2;
    expect(logLikelihood(w, machine.images)).toBeCloseTo(-both - Math.log(z), 12);
    expect(visibleLaw(w).reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it("the exact gradient is the likelihood's slope", async () => {
    using machine = await rbm.create(reference, {
      ...{ own: [1, 0, 1, 1, 0, 1, 1, 1], visible: 4, hidden: 3, weights: weightsOf(4, 3) },
    });
    const w = await machine.weights();
    const gradient = exactGradient(w, machine.images);
    for (let at = 0; at < 12; at++) {
      const moved = (by: number) => ({
        ...w,
        weights: Float64Array.from(w.weights, (value, i) => value + (i === at ? by : 0)),
      });
      const slope = (logLikelihood(moved(1e-5), machine.images) - logLikelihood(moved(-1e-5), machine.images)) / 2e-5;
      expect(gradient[at]).toBeCloseTo(slope, 8);
    }
  });

  it("the likelihood of bars and stripes rises", async () => {
    using machine = await rbm.create(device, {
      ...{ data: "bars", side: 3, hidden: 6, chains: 32, learningRate: 1, seed: 4n },
    });
    const { logLikelihood: first } = await machine.measure();
    await machine.run(300);
    const { logLikelihood: last } = await machine.measure();
    expect(last).toBeGreaterThan(first + 0.5);
    expect(last).toBeLessThan(-Math.log(14)); // the entropy of 14 pictures, all alike
  });

  it("bars and stripes are all there, once", () => {
    const images = barsAndStripes(3);
    const seen = new Set(Array.from({ length: 14 }, (_, k) => images.subarray(9 * k, 9 * k + 9).join("")));
    expect(images.length).toBe(14 * 9);
    expect(seen.size).toBe(14);
    expect(seen).toContain("101101101");
  });

  it("digits: the machine reconstructs them, and its samples have as much ink", async ({ skip }) => {
    skipSlow(skip);
    using machine = await rbm.create(device, { images: 300, hidden: 16, chains: 32, learningRate: 0.05 });
    const before = await machine.measure();
    await machine.run(300);
    const after = await machine.measure();
    expect(after.reconstruction).toBeLessThan(0.85 * before.reconstruction);
    expect(after.pseudoLikelihood).toBeGreaterThan(before.pseudoLikelihood);
    const ink = machine.images.reduce((sum, bit) => sum + bit, 0) / machine.images.length;
    expect(Math.abs(after.activity - ink)).toBeLessThan(0.05);
  });
});

describe("figures of machines of any size", () => {
  /** Weights as plain numbers, ± `strength`. */
  const machineOf = (visible: number, hidden: number, strength: number): Weights => {
    const some = (count: number, phase: number) =>
      Float64Array.from({ length: count }, (_, i) => Math.sin(3 * i + phase));
    const columns = hidden || visible;
    return {
      ...{ visible, hidden, visibleBiases: some(visible, 2), hiddenBiases: some(hidden, 3) },
      weights: Float64Array.from({ length: visible * columns }, (_, at) => {
        const [i, j] = [Math.floor(at / columns), at % columns];
        if (hidden > 0) return strength * Math.sin(3 * at + 1);
        return i === j ? 0 : strength * Math.sin(7 * (i + j) + 5 * i * j);
      }),
    };
  };

  it("ln Z is the same from either layer, and as summed with visible couplings", () => {
    const [a, b] = [machineOf(6, 11, 1.5), machineOf(7, 0, 1.2)];
    const transposed: Weights = {
      ...{ visible: 11, hidden: 6, visibleBiases: a.hiddenBiases, hiddenBiases: a.visibleBiases },
      weights: Float64Array.from({ length: 66 }, (_, at) => a.weights[(at % 6) * 11 + Math.floor(at / 6)]),
    };
    const direct = (machine: Weights) => {
      let z = 0;
      for (let state = 0; state < 2 ** machine.visible; state++) {
        z += Math.exp(
          -freeEnergy(
            machine,
            Array.from({ length: machine.visible }, (_, i) => (state >> i) & 1),
          ),
        );
      }
      return Math.log(z);
    };
    for (const machine of [a, transposed, b]) expect(logPartition(machine)).toBeCloseTo(direct(machine), 11);
    const far = machineOf(3, 2, 400); // e^400 and more would overflow a sum of plain weights
    expect(logPartition(far)).toBeGreaterThan(400);
    expect(Number.isFinite(logPartition(far))).toBe(true);
  });

  it("sums that would not end are refused, and say what to take", () => {
    for (const [visible, hidden] of [
      [784, 128],
      [784, 0],
      [36, 40],
      [784, 18],
    ]) {
      const machine = machineOf(visible, hidden, 0.1);
      expect(isEnumerable(machine)).toBe(false);
      expect(() => logPartition(machine)).toThrow(ParameterError);
      expect(() => logPartition(machine)).toThrow(/2\^27 .* annealedPartition/);
      expect(() => logLikelihood(machine, new Uint8Array(visible))).toThrow(/annealedPartition/);
    }
    expect(isEnumerable(machineOf(784, 17, 0.1))).toBe(true);
    expect(() => visibleLaw(machineOf(20, 3, 1))).toThrow(/visible 20: .* ends at 16 units/);
    expect(() => exactGradient(machineOf(20, 3, 1), new Uint8Array(20))).toThrow(/16 units/);
  });

  it.each([
    [16, 12, 1],
    [20, 12, 2],
    [12, 0, 1],
    [10, 12, 0],
  ])(
    "annealing estimates ln Z of %d visible and %d hidden units, strength %d, with its error",
    (visible, hidden, strength) => {
      const machine = machineOf(visible, hidden, strength);
      const exact = logPartition(machine);
      for (const seed of [1n, 2n, 3n]) {
        for (const means of [undefined, new Float64Array(visible).fill(0.3)]) {
          const { value, error, effective } = annealedPartition(machine, { seed, means, runs: 32, temperatures: 400 });
          if (strength === 0 && !means) {
            expect(value).toBeCloseTo(exact, 10); // hidden units by themselves are summed at each step
            continue;
          }
          expect(Math.abs(value - exact) / error).toBeLessThan(4);
          expect(error).toBeLessThan(0.2);
          expect(effective).toBeGreaterThan(8);
          // Negative control: a machine whose hidden units are a little more willing.
          const off = { ...machine, hiddenBiases: Float64Array.from(machine.hiddenBiases, (c) => c + 0.5) };
          if (hidden > 0) expect(Math.abs(value - logPartition(off)) / error).toBeGreaterThan(4);
        }
      }
      const again = () => annealedPartition(machine, { seed: 9n, runs: 4, temperatures: 20 });
      expect(again()).toEqual(again());
    },
  );

  it("annealing refuses what it cannot tell an error of", () => {
    const machine = machineOf(4, 3, 1);
    expect(() => annealedPartition(machine, { runs: 1 })).toThrow(/runs 1: an error needs at least 2/);
    expect(() => annealedPartition(machine, { temperatures: 0 })).toThrow(/temperatures 0/);
    expect(() => annealedPartition(machine, { means: [0.5, 0.5, 0.5, 1] })).toThrow(/means: 4 numbers between 0 and 1/);
  });

  it("a run ends with ln Z and the likelihood, and says how it got them", async () => {
    using small = await rbm.create(device, { data: "bars", side: 3, hidden: 6, chains: 20 });
    await small.run(20);
    expect([small.result(), small.notes()]).toEqual([{}, []]);
    await small.conclude();
    const { logPartition: z, logLikelihood: likelihood } = small.result() as RbmResult;
    expect(z).toEqual({
      value: logPartition(await small.weights()),
      error: 0,
      method: "exact: all states of the smaller layer",
    });
    expect(likelihood.value).toBe((await small.measure()).logLikelihood);
    expect(small.notes()[0]).toMatch(/^at the end ln Z = .*exact: all states .* nats an image\.$/);
    using large = await rbm.create(device, { data: "bars", side: 6, hidden: 40, chains: 20 });
    await large.run(20);
    await large.conclude({ result: false }); // a scan, which has no place for it
    expect(large.result()).toEqual({});
    await large.conclude();
    const found = large.result() as RbmResult;
    expect(found.logPartition.method).toMatch(/^annealed importance sampling, 32 runs of \d+ temperatures/);
    expect(found.logPartition.error).toBeGreaterThan(0);
    expect(found.logLikelihood.error).toBe(found.logPartition.error);
    expect(large.notes()[0]).toContain("±");
  });

  /** By its definition, every pixel of every image. */
  const pseudo = (machine: Weights, images: Uint8Array) => {
    const { visible } = machine;
    let sum = 0;
    for (let at = 0; at < images.length; at++) {
      const v = images.slice(at - (at % visible), at - (at % visible) + visible);
      const before = Math.exp(-freeEnergy(machine, v));
      v[at % visible] = 1 - v[at % visible];
      sum += Math.log(before / (before + Math.exp(-freeEnergy(machine, v))));
    }
    return (visible * sum) / images.length;
  };

  it("the pseudo-likelihood of few images is that of all their pixels", () => {
    for (const [visible, hidden] of [
      [9, 5],
      [6, 0],
      [30, 4],
    ]) {
      const machine = machineOf(visible, hidden, 0.8);
      for (const count of [1, 2, 3, 17]) {
        const images = Uint8Array.from({ length: count * visible }, (_, i) => (Math.sin(i * i) > 0 ? 1 : 0));
        expect(pseudoLikelihood(machine, images)).toBeCloseTo(pseudo(machine, images), 10);
      }
    }
    // Free units: the pseudo-likelihood is the likelihood.
    const free = machineOf(12, 3, 0);
    expect(pseudoLikelihood(free, Uint8Array.of(1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0))).toBeCloseTo(
      logLikelihood(free, Uint8Array.of(1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0)),
      11,
    );
  });

  it("the pseudo-likelihood of many images is near that of all pixels, which one pixel an image is not", async () => {
    using machine = await rbm.create(reference, { images: 100, hidden: 8, chains: 10 });
    const w = await machine.weights();
    const parts = Array.from({ length: 10 }, (_, k) =>
      pseudoLikelihood(w, machine.images.subarray(7840 * k, 7840 * (k + 1))),
    );
    const whole = parts.reduce((a, b) => a + b) / 10; // ten images at a time are taken whole
    expect(Math.abs(pseudoLikelihood(w, machine.images) / whole - 1)).toBeLessThan(0.05);
    // A single image's own lies far from it: images differ.
    const [first] = [pseudoLikelihood(w, machine.images.subarray(0, 784))];
    expect(first).toBeCloseTo(pseudo(w, machine.images.subarray(0, 784)), 6);
    expect(Math.abs(first / whole - 1)).toBeGreaterThan(0.05);
  });
});

describe("weights in and out", () => {
  it("a safetensors file holds them exactly", async () => {
    const options: RbmOptions = { data: "bars", side: 3, hidden: 6, chains: 20 };
    using trained = await rbm.create(device, options);
    await trained.run(20);
    const file = await trained.safetensors();
    using again = await rbm.create(device, { ...options, weights: file });
    expect(await again.weights()).toEqual(await trained.weights());
    const tensors = readSafetensors(file);
    expect(Object.keys(tensors)).toEqual(["W", "b", "c"]);
    expect(tensors.W.shape).toEqual([9, 6]);
    const header = new TextDecoder().decode(
      file.subarray(8, 8 + Number(new DataView(file.buffer).getBigUint64(0, true))),
    );
    expect(JSON.parse(header).W).toEqual({ dtype: "F32", shape: [9, 6], data_offsets: [0, 216] });
  });

  it("damaged files are refused in words", () => {
    const file = weightsOf(4, 3);
    expect(() => readSafetensors(file.subarray(0, 5))).toThrow(/has 5 bytes/);
    expect(() => readSafetensors(file.subarray(0, 40))).toThrow(/header has \d+ bytes, but only 32 follow/);
    expect(() => readSafetensors(file.subarray(0, file.length - 4))).toThrow(/"c" ends at byte .* cut off/);
    const broken = Uint8Array.from(file);
    broken[8] = 0x21;
    expect(() => readSafetensors(broken)).toThrow(/no JSON object/);
    expect(() => readSafetensors(broken)).toThrow(SafetensorsError);
    const text = (header: object) => {
      const json = new TextEncoder().encode(JSON.stringify(header));
      const bytes = new Uint8Array(8 + json.length);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
      bytes.set(json, 8);
      return bytes;
    };
    expect(() => readSafetensors(text({ W: { dtype: "I64", shape: [1], data_offsets: [0, 2] } }))).toThrow(/type I64/);
    expect(() => readSafetensors(text({ W: { dtype: "F32", shape: [2], data_offsets: [0, 4] } }))).toThrow(
      /needs 8 bytes/,
    );
    expect(() => readSafetensors(text({ W: { dtype: "F32", shape: [-2], data_offsets: [0, 4] } }))).toThrow(
      /no proper shape/,
    );
  });

  it.each<[RbmOptions, RegExp]>([
    [{ data: "bars", side: 2, hidden: 4, weights: weightsOf(4, 3) }, /tensor W is 4 × 3; .* need 4 × 4/],
    [{ data: "bars", side: 2, hidden: 3, weights: writeSafetensors({}) }, /tensor W is missing/],
    [
      {
        ...{ data: "bars", side: 2, hidden: 1 },
        weights: writeSafetensors({ W: { shape: [4, 1], data: Float32Array.of(0, 9, 0, 0) } }),
      },
      /value 1 of W is 9; all lie within ±8/,
    ],
    [{ own: [0, 1, 2, 1], visible: 2 }, /unit 0 of image 1 is 2; every value is 0 or 1/],
    [{ own: [0, 1, 1], visible: 2 }, /3 values do not make .* whole images of 2 units/],
    [{ own: [0, 1] }, /visible undefined/],
    [{ data: "given" }, /no images were given/],
    [{ hidden: -1 }, /0 hidden units or more/],
    [
      { data: "bars", side: 2, hidden: 0, weights: weightsOf(4, 4) },
      /symmetric with nothing on its diagonal; look at row 0, column 0/,
    ],
    [{ hidden: 2000 }, /at most 1000 hidden units/],
    [{ images: 5000 }, /there are 4000 digits/],
    [{ learningRate: 2 }, /between 0 and 1/],
    [{ gibbs: 0 }, /gibbs 0: there must be at least one/],
    [{ algorithm: "sgd" as "cd" }, /cd or pcd/],
  ])("%o is refused", async (options, message) => {
    await expect(rbm.create(device, options)).rejects.toThrow(message);
    await expect(rbm.create(device, options)).rejects.toThrow(ParameterError);
  });
});
