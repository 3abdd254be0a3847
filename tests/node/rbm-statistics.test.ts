// The restricted Boltzmann machine's statistics at length: chains against Boltzmann's law, contrastive divergence against the exact
// gradient, learning against the entropy of its data.

import { describe, expect, it } from "vitest";
import { writeSafetensors } from "../../src/files/safetensors.ts";
import { chiSquareTest, exactGradient, mergeCells, rbm, visibleLaw } from "../../src/index.ts";
import { device } from "../devices.ts";

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
  /** Visible states of all chains, after `rounds` times 10 samplings. */
  async function sampled(rounds: number) {
    using machine = await rbm.create(device, {
      ...{ data: "bars", side: 2, hidden: 3, chains: 400, learningRate: 0, weights: weightsOf(4, 3), seed: 8n },
    });
    const counts = new Float64Array(16);
    await machine.run(50);
    for (let round = 0; round < rounds; round++) {
      await machine.run(10);
      const chains = await machine.chains();
      for (let at = 0; at < chains.length; at += 4) {
        counts[chains[at] + 2 * chains[at + 1] + 4 * chains[at + 2] + 8 * chains[at + 3]]++;
      }
    }
    return { counts, weights: await machine.weights() };
  }

  it("chains follow Boltzmann's law", async () => {
    const { counts, weights } = await sampled(40);
    const total = counts.reduce((a, b) => a + b);
    const test = (law: number[]) => {
      const cells = mergeCells(
        [...counts],
        law.map((share) => share * total),
      );
      return chiSquareTest(cells.observed, cells.expected).p;
    };
    expect(test(visibleLaw(weights).map(([, share]) => share))).toBeGreaterThan(1e-3);
    // Negative control: a bias that is 0.2 off.
    const off = {
      ...weights,
      visibleBiases: Float64Array.from(weights.visibleBiases, (b, i) => b + (i === 0 ? 0.2 : 0)),
    };
    expect(test(visibleLaw(off).map(([, share]) => share))).toBeLessThan(1e-6);
  });

  /** Mean changes of the weights over machines that differ by their seeds, in units of the gradient, with errors. */
  async function meanGradient(gibbs: number, own: number[]) {
    const [machines, chains, learningRate] = [30, 1000, 0.01];
    const sums = Array.from({ length: 12 }, () => [0, 0]);
    const weights = weightsOf(4, 3);
    let start: Awaited<ReturnType<Awaited<ReturnType<typeof rbm.create>>["weights"]>> | undefined;
    let images = new Uint8Array();
    for (let seed = 1n; seed <= machines; seed++) {
      using machine = await rbm.create(device, {
        ...{ own, visible: 4, hidden: 3, weights, chains, gibbs, learningRate, algorithm: "cd", seed },
      });
      start ??= await machine.weights();
      images = Uint8Array.from(machine.images);
      await machine.run(1);
      const after = await machine.weights();
      sums.forEach((sum, at) => {
        const gradient = (after.weights[at] - start!.weights[at]) / learningRate;
        sum[0] += gradient;
        sum[1] += gradient ** 2;
      });
    }
    const exact = exactGradient(start!, images);
    return sums.map(([sum, squares], at) => {
      const mean = sum / machines;
      const error = Math.sqrt((squares / machines - mean ** 2) / (machines - 1));
      return (mean - exact[at]) / error;
    });
  }

  it("the gradient of many samplings is the exact one; that of one is biased", async () => {
    const own = [1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1];
    const many = await meanGradient(20, own);
    for (const z of many) expect(Math.abs(z)).toBeLessThan(4.5);
    const one = await meanGradient(1, own);
    expect(Math.max(...one.map(Math.abs))).toBeGreaterThan(6); // CD-1 follows another direction
  });

  it("the likelihood of bars and stripes rises towards their entropy", async () => {
    const best = -Math.log(14); // 14 pictures, all alike
    for (const algorithm of ["cd", "pcd"] as const) {
      using machine = await rbm.create(device, {
        ...{ data: "bars", side: 3, hidden: 8, chains: 100, algorithm, gibbs: 1, learningRate: 0.3, seed: 4n },
      });
      const { logLikelihood: first } = await machine.measure();
      await machine.run(300);
      const { logLikelihood: middle } = await machine.measure();
      await machine.run(1200);
      await machine.set({ learningRate: 0.03 });
      await machine.run(300);
      const { logLikelihood: last } = await machine.measure();
      expect(first).toBeLessThan(-5);
      expect(middle).toBeGreaterThan(first);
      expect(last).toBeGreaterThan(middle);
      expect(last).toBeGreaterThan(best - 0.8);
      expect(last).toBeLessThan(best);
    }
  });

  it("the inverse Ising problem: couplings are found again from the states that they made", async () => {
    // Six units in a ring and one across, some pulling and some pushing.
    const n = 6;
    const W = new Float32Array(n * n);
    const couple = (i: number, j: number, value: number) => {
      W[i * n + j] = value;
      W[j * n + i] = value;
    };
    for (let i = 0; i < n; i++) couple(i, (i + 1) % n, i % 2 === 0 ? 1.5 : -1);
    couple(0, 3, 1);
    const b = Float32Array.of(-0.5, 0.25, 0, -0.25, 0.5, 0);
    const weights = writeSafetensors({
      W: { shape: [n, n], data: W },
      b: { shape: [n], data: b },
      c: { shape: [0], data: new Float32Array() },
    });
    using truth = await rbm.create(device, {
      ...{ own: new Uint8Array(n), visible: n, hidden: 0, chains: 1000, learningRate: 0, weights, seed: 2n },
    });
    await truth.run(50);
    const samples: number[] = [];
    for (let round = 0; round < 20; round++) {
      await truth.run(10);
      samples.push(...(await truth.chains()));
    }
    using learner = await rbm.create(device, {
      ...{ own: samples, visible: n, hidden: 0, chains: 1000, gibbs: 2, seed: 3n, learningRate: 0.5 },
    });
    await learner.run(300);
    for (const learningRate of [0.1, 0.02]) {
      await learner.set({ learningRate });
      await learner.run(500);
    }
    const found = await learner.weights();
    const far = (weights: ArrayLike<number>) =>
      Math.sqrt(Array.from(weights).reduce((sum, value, at) => sum + (value - W[at]) ** 2, 0) / (n * (n - 1)));
    expect(far(found.weights)).toBeLessThan(0.08); // 20,000 samples: about 2/√M each
    expect(far(new Float32Array(n * n))).toBeGreaterThan(0.5); // what it began with
    for (const slope of exactGradient(found, learner.images)) expect(Math.abs(slope)).toBeLessThan(0.01);
  });
});
