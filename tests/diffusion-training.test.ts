// Training of denoisers: slopes against differences of the loss and against the reference, restarts bit for bit, a loss that falls towards what
// the exact denoiser leaves, and networks as files.

import { describe, expect, it } from "vitest";
import { fromBfloat, fromHalf, toHalf } from "../src/files/half.ts";
import {
  readSafetensors,
  SafetensorsError,
  safetensorsMetadata,
  type Tensor,
  writeSafetensors,
} from "../src/files/safetensors.ts";
import { ParameterError } from "../src/index.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../src/models/checkpoint.ts";
import { GpuTrainer } from "../src/models/diffusion-training/gpu.ts";
import {
  type DiffusionTrainingOptions,
  diffusionTraining,
  validateDiffusionTraining,
} from "../src/models/diffusion-training/index.ts";
import { diffusionTrainingParameters } from "../src/models/diffusion-training/parameters.ts";
import { ReferenceTraining } from "../src/models/diffusion-training/reference.ts";
import { trainingErrors } from "../src/models/diffusion-training/rounding.ts";
import { setupOf } from "../src/models/diffusion-training/setup.ts";
import { ADAM, PURPOSE, paceOf, type TrainerOptions } from "../src/models/diffusion-training/trainer.ts";
import { networkFile, readNetwork } from "../src/network/file.ts";
import { firstParameters } from "../src/network/init.ts";
import { denoise, denoiseAlong, divergence, forward, lossAndGradient } from "../src/network/reference.ts";
import { type Network, offsetsOf, scalesOf } from "../src/network/shape.ts";
import { device, reference } from "./devices.ts";

/** Parameters none of which is 0. */
const parametersOf = (shape: Network["shape"], seed = 3n) =>
  firstParameters(shape, seed).map((value, i) => value || 0.1 * Math.sin(i + 1));

function networkOf(dimension: number, width: number, layers: number, classes: number): Network {
  const shape = { dimension, width, layers, classes };
  const centre = Float32Array.from({ length: dimension }, (_, d) => 0.3 * d - 0.2);
  return { shape, parameters: parametersOf(shape), centre, deviation: 0.7, data: "sines" };
}

/** Points and classes of no law. */
function optionsOf(dimension: number, width: number, layers: number, classes: number, batch: number): TrainerOptions {
  const points = Float32Array.from({ length: 50 * dimension }, (_, i) => Math.sin(i * i) + 0.1 * (i % dimension));
  const { shape, centre, deviation } = networkOf(dimension, width, layers, classes);
  const labels = classes > 0 ? { labels: Uint8Array.from({ length: 50 }, (_, i) => i % classes) } : {};
  return {
    ...{ shape, seed: 2n ** 40n + 7n, points, ...labels, centre, deviation, batch },
    ...{ noiseMean: -0.5, noiseSd: 1.2, dropout: 0.2, schedule: { learningRate: 0.01, steps: 0, halfLife: 5 } },
  };
}

const trainingOf = (options: TrainerOptions, parameters: ArrayLike<number> = []) =>
  new ReferenceTraining({ ...options, adam: ADAM, purpose: PURPOSE }, parameters);

describe("the reference", () => {
  it("of one unit is what one writes down", () => {
    const shape = { dimension: 1, width: 1, layers: 2, classes: 0 };
    const { layers, output, bias, count } = offsetsOf(shape);
    const parameters = new Float64Array(count);
    const conditions = new Float64Array(33).fill(0);
    [conditions[3], conditions[32]] = [2, 1];
    const [first, second] = layers;
    [parameters[first.weights], parameters[first.conditions + 3], parameters[first.conditions + 32]] = [2, 0.25, -0.5];
    [parameters[second.weights], parameters[output], parameters[bias]] = [3, 5, -1];
    const silu = (z: number) => z / (1 + Math.exp(-z));
    const h = silu(2 * 0.75 + 0.25 * 2 - 0.5);
    const { output: said } = forward({ shape, parameters }, Float64Array.of(0.75), conditions);
    expect(said[0]).toBeCloseTo(5 * (h + silu(3 * h)) - 1, 14);
  });

  it("has the slopes of its loss", () => {
    const options = optionsOf(3, 16, 3, 2, 8);
    const training = trainingOf(options, parametersOf(options.shape));
    const samples = training.minibatch(4);
    const { gradient } = training.gradient(4);
    const lossAt = (at: number, by: number) => {
      const parameters = training.parameters.map((value, i) => value + (i === at ? by : 0));
      return lossAndGradient({ ...options, parameters }, samples).loss;
    };
    // Every 23rd parameter is some of every kind.
    for (let at = 0; at < gradient.length; at += 23) {
      const difference = (lossAt(at, 1e-4) - lossAt(at, -1e-4)) / 2e-4;
      expect(Math.abs(gradient[at] - difference)).toBeLessThan(1e-6 * Math.max(1, Math.abs(difference)));
    }
  });

  it("changes along directions as its differences do, and its divergence is their sum", () => {
    const network = networkOf(3, 16, 2, 2);
    const level = { signal: 0.8, noise: 0.6 };
    const x = [0.4, -1.1, 0.9];
    const along = (direction: number[]) => {
      const moved = (by: number) =>
        denoise(
          network,
          x.map((value, d) => value + by * direction[d]),
          level,
          1,
        );
      const [ahead, behind] = [moved(1e-4), moved(-1e-4)];
      return ahead.map((value, d) => (value - behind[d]) / 2e-4);
    };
    for (const direction of [
      [1, 0, 0],
      [0.3, -2, 1.5],
    ]) {
      const change = denoiseAlong(network, x, level, direction, 1);
      along(direction).forEach((value, d) => {
        expect(change[d]).toBeCloseTo(value, 7);
      });
    }
    const trace = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ].reduce((sum, axis, d) => sum + along(axis)[d], 0);
    expect(divergence(network, x, level, 1)).toBeCloseTo(trace, 7);
  });
});

describe("a step on the GPU", () => {
  it.each([
    [2, 16, 1, 0, 4],
    [1, 32, 2, 3, 20],
    [6, 48, 3, 2, 68],
  ])(
    "%d numbers, %d units, %d layers, %d classes, %d samples: within the rounding of the reference",
    async (...shape) => {
      const options = optionsOf(...(shape as [number, number, number, number, number]));
      const errors = await trainingErrors(device, options, parametersOf(options.shape), 5);
      expect(errors.minibatch).toBeLessThan(1);
      expect(errors.gradient).toBeLessThan(1);
      expect(errors.sharpness).toBeGreaterThan(100); // slopes stand far above what rounding can do
    },
  );

  it("is Adam's, and the average follows", async () => {
    const options = optionsOf(3, 32, 2, 2, 24);
    const parameters = parametersOf(options.shape);
    const trainer = await GpuTrainer.create(device, options);
    const first = parameters.map((_, i) => 0.01 * Math.sin(i));
    const second = parameters.map((_, i) => 1e-4 * (1 + Math.cos(i)));
    await trainer.write({ parameters, means: first, variances: second, averages: first });
    const { gradient, loss } = await trainer.gradient(300);
    const losses: number[] = [];
    await trainer.advance({ from: 300, steps: 1, onLosses: (some) => losses.push(...Array.from(some)) });
    const state = await trainer.read();
    trainer.dispose();
    expect(losses).toHaveLength(1);
    expect(losses[0]).toBeCloseTo(loss, 5);
    const { renewal } = paceOf(options.schedule, 300);
    for (let i = 0; i < parameters.length; i++) {
      const mean = 0.9 * first[i] + 0.1 * gradient[i];
      const variance = 0.999 * second[i] + 0.001 * gradient[i] ** 2;
      const move = mean / (1 - 0.9 ** 301) / (Math.sqrt(variance / (1 - 0.999 ** 301)) + 1e-8);
      const value = parameters[i] - 0.01 * move;
      expect(Math.abs(state.means[i] - mean)).toBeLessThan(1e-7);
      expect(Math.abs(state.variances[i] - variance)).toBeLessThan(1e-9);
      expect(Math.abs(state.parameters[i] - value)).toBeLessThan(1e-6);
      expect(Math.abs(state.averages[i] - (first[i] + renewal * (value - first[i])))).toBeLessThan(1e-6);
    }
  });

  it("learning rates rise for 100 steps and fall by a cosine; averages begin at once", () => {
    const schedule = { learningRate: 2, steps: 1000, halfLife: 100 };
    const rates = [0, 49, 500, 750, 1000, 2000].map((step) => paceOf(schedule, step).rate);
    const cosine = (step: number) => 1 + Math.cos((Math.PI * step) / 1000);
    const expected = [0.01 * cosine(0), 0.5 * cosine(49), 1, cosine(750), 0, 0];
    rates.forEach((rate, i) => {
      expect(rate).toBeCloseTo(expected[i], 12);
    });
    expect(paceOf({ ...schedule, steps: 0 }, 5000).rate).toBe(2);
    expect(paceOf(schedule, 0).renewal).toBeCloseTo(0.9, 12);
    expect((1 - paceOf(schedule, 1e6).renewal) ** 100).toBeCloseTo(0.5, 12);
    expect(paceOf({ ...schedule, halfLife: 0 }, 7).renewal).toBe(1);
  });
});

const SMALL: DiffusionTrainingOptions = { data: "gmm8", points: 200, width: 32, batch: 36, steps: 60, seed: 9n };

describe("runs", () => {
  it("are the same bits whatever the workgroups, the length of submissions and the restarts", async () => {
    const digestOf = async (steps: number[], workgroup?: number) => {
      using training = await diffusionTraining.create(device, { ...SMALL, ...(workgroup ? { workgroup } : {}) });
      for (const count of steps) await training.run(count);
      return await training.digest();
    };
    const digest = await digestOf([40]);
    expect(await digestOf([40], 8)).toBe(digest);
    expect(await digestOf([40], 32)).toBe(digest);
    expect(await digestOf([1, 1, 1, 7, 30])).toBe(digest);
    using other = await diffusionTraining.create(device, { ...SMALL, seed: 8n });
    await other.run(40);
    expect(await other.digest()).not.toBe(digest);
  });

  it.each(["gpu", "reference"])("go on from a checkpoint as if nothing had been: %s", async (kind) => {
    const on = kind === "gpu" ? device : reference;
    const options = kind === "gpu" ? SMALL : { ...SMALL, width: 16, batch: 8 };
    using whole = await diffusionTraining.create(on, options);
    const series = whole.series();
    await whole.run(24, { record: { series, every: 8 } });
    using part = await diffusionTraining.create(on, options);
    const parts = part.series();
    await part.run(13, { record: { series: parts, every: 8 } });
    const saved = await part.checkpoint({ header: { a: 1 }, sections: {} });
    using again = await diffusionTraining.restore(on, saved);
    expect(again.extra.header).toEqual({ a: 1 });
    await again.run(11, { record: { series: parts, every: 8 } });
    expect(await again.digest()).toBe(await whole.digest());
    expect(parts.steps).toEqual([8, 16, 24]);
    expect([...parts.column("loss")]).toEqual([...series.column("loss")]);
    expect(again.estimate()).toEqual(whole.estimate());
  });

  it("of both devices agree for some steps, and continue each other's checkpoints", async () => {
    using a = await diffusionTraining.create(device, SMALL);
    await a.run(6);
    using b = await diffusionTraining.restore(reference, await a.checkpoint());
    using c = await diffusionTraining.restore(device, await b.checkpoint());
    for (const training of [a, b, c]) await training.run(4);
    const [one, two, three] = await Promise.all([a, b, c].map((training) => training.network()));
    const worst = (x: Network, y: Network) =>
      x.parameters.reduce((most, value, i) => Math.max(most, Math.abs(value - y.parameters[i])), 0);
    expect(worst(one, three)).toBe(0);
    // Where a slope is nearly 0, Adam divides rounding by it: a step of 1e-4 is then of either sign at worst.
    expect(worst(one, two)).toBeLessThan(1e-4);
  });

  it("stop in a valid state, and record the mean of losses", async () => {
    using plain = await diffusionTraining.create(device, SMALL);
    const each = plain.series();
    await plain.run(40, { record: { series: each, every: 1 } });
    using training = await diffusionTraining.create(device, SMALL);
    const means = training.series();
    const stop = new AbortController();
    const run = training.run(40, {
      ...{ record: { series: means, every: 5 }, signal: stop.signal },
      onProgress: ({ done }) => (done > 2 ? stop.abort() : undefined),
    });
    await expect(run).rejects.toThrow(/abort/i);
    expect(training.steps).toBeGreaterThan(2);
    await training.run(40 - training.steps, { record: { series: means, every: 5 } });
    expect(await training.digest()).toBe(await plain.digest());
    const losses = [...each.column("loss")];
    means.steps.forEach((step, i) => {
      const mean = losses.slice(step - 5, step).reduce((sum, loss) => sum + loss, 0) / 5;
      expect(means.column("loss")[i]).toBeCloseTo(mean, 12);
    });
    expect(means.length).toBe(8);
  });

  it("take a new rate, and say where they diverge", async () => {
    using training = await diffusionTraining.create(device, { ...SMALL, ema: 0 });
    await training.run(3);
    await training.set({ learningRate: 0 });
    const before = await training.network();
    await training.run(2);
    expect((await training.network()).parameters).toEqual(before.parameters);
    await expect(training.set({ batch: 8 })).rejects.toThrow(/batch is fixed/);

    const { model, header, sections } = await decodeCheckpoint(await training.checkpoint());
    new DataView(sections.parameters.buffer, sections.parameters.byteOffset).setFloat32(0, 1e38, true);
    using wild = await diffusionTraining.restore(device, await encodeCheckpoint({ model, header, sections }));
    await expect(wild.run(9)).rejects.toThrow(/learningRate 0: training diverged, the loss of step 6 is /);
  });
});

describe("learning", () => {
  it("of eight Gaussians: from 1, the loss of the best linear guess, towards that of the exact denoiser", async () => {
    const steps = 300;
    const dropout = 0.1;
    const options: DiffusionTrainingOptions = { width: 64, steps, learningRate: 3e-3, ema: 30, points: 5000, dropout };
    using training = await diffusionTraining.create(device, options);
    const first = await training.network();
    await training.run(steps);
    const trained = await training.network();

    const { options: told, data } = await setupOf(diffusionTrainingParameters.parse({ batch: 1000, dropout }), 99n);
    const samples = trainingOf(told).minibatch(0);
    const lossOf = (guess: (x: Float64Array, sigma: number, label: number) => Float64Array) => {
      const errors = samples.map(({ point, noise, sigma, label }) => {
        const guessed = guess(
          point.map((value, d) => value + sigma * noise[d]),
          sigma,
          label,
        );
        const { output } = scalesOf({ signal: 1, noise: sigma }, told.deviation);
        return guessed.reduce((sum, value, d) => sum + (value - point[d]) ** 2, 0) / (2 * output ** 2);
      });
      return errors.reduce((sum, error) => sum + error, 0) / errors.length;
    };
    const by = (network: Network) =>
      lossOf((x, sigma, label) => denoise(network, x, { signal: 1, noise: sigma }, label));
    // Of equal, round Gaussians: each one's own mean, by its share in x.
    const { components } = data.mixture!;
    const [[variance]] = components.map(({ covariance }) => covariance);
    const exact = lossOf((x, sigma, label) => {
      const total = variance + sigma ** 2;
      const shares = components.map(({ mean }, k) =>
        label < components.length && label !== k
          ? 0
          : Math.exp(-((x[0] - mean[0]) ** 2 + (x[1] - mean[1]) ** 2) / (2 * total)),
      );
      const all = shares.reduce((sum, share) => sum + share, 0);
      return x.map((value, d) =>
        components.reduce(
          (sum, { mean }, k) => sum + (shares[k] / all) * (mean[d] + (variance / total) * (value - mean[d])),
          0,
        ),
      );
    });
    expect(Math.abs(by(first) - 1)).toBeLessThan(0.1); // 1000 samples: a standard error of 0.03
    expect(by(trained)).toBeGreaterThan(exact);
    expect(by(trained)).toBeLessThan(0.5);
    expect(exact).toBeGreaterThan(0.15);
    expect(training.estimate().loss.value).toBeLessThan(0.5);
  });

  it("of points of one's own, of one number, and of digits' components", async () => {
    using line = await diffusionTraining.create(device, { ...SMALL, data: "1x4x1:AAAAAAAAgD8AAABAAABAQA" });
    await line.run(20);
    expect((await line.network()).shape).toEqual({ dimension: 1, width: 32, layers: 2, classes: 0 });
    // In units of their own the points are of size 1 about 0; the network says which these are.
    expect(await line.network()).toMatchObject({
      ...{ centre: Float32Array.of(0), deviation: 1 },
      unit: { centre: Float64Array.of(1.5), scale: Float64Array.of(Math.sqrt(1.25)) },
    });
    using raw = await diffusionTraining.create(device, {
      ...{ ...SMALL, scaling: "none", data: "1x4x1:AAAAAAAAgD8AAABAAABAQA" },
    });
    expect((await raw.network()).centre[0]).toBe(1.5);
    expect((await raw.network()).deviation).toBeCloseTo(Math.sqrt(1.25), 12);
    using digits = await diffusionTraining.create(device, { ...SMALL, data: "digits" });
    await digits.run(2);
    const network = readNetwork(await digits.output());
    expect(network).toEqual(await digits.network());
    expect(network.shape).toEqual({ dimension: 64, width: 32, layers: 2, classes: 10 });
    expect(network.decoder?.side).toBe(28);
  });

  it("validates itself", async () => {
    const failed: string[] = [];
    for await (const { name, pass } of validateDiffusionTraining(device, { quick: true })) if (!pass) failed.push(name);
    expect(failed).toEqual([]);
  });
});

describe("what cannot be is refused", () => {
  it.each<[DiffusionTrainingOptions, RegExp]>([
    [{ width: 100 }, /width 100: it must be a multiple of 16/],
    [{ batch: 30 }, /batch 30: it must be a multiple of 4/],
    [{ layers: 0 }, /layers 0: it must be at least 1/],
    [{ learningRate: Number.NaN }, /learningRate NaN/],
    [{ dropout: 1.5 }, /dropout 1.5: it must be at most 1/],
    [{ decay: "linear" as "none" }, /cosine or none/],
    [{ data: "gmm9" }, /gmm9/],
    [{ data: "1x3x1:AACAPwAAgD8AAIA_" }, /all the same/],
    [{ steps: 0.5 }, /whole number/],
    [{ width: 4096, layers: 2, batch: 3072, points: 10 }, /batch 3072: .* at most \d+ samples/],
    [
      { width: 4096, layers: 16, batch: 65_536, points: 10 },
      /batch 65536: .* holds minibatches of at most \d+ samples/,
    ],
  ])("%o", async (options, message) => {
    await expect(diffusionTraining.create(device, options)).rejects.toThrow(message);
    await expect(diffusionTraining.create(device, options)).rejects.toThrow(ParameterError);
  });
});

describe("networks as files", () => {
  const network: Network = {
    ...networkOf(4, 32, 3, 2),
    decoder: { side: 3, mean: new Float32Array(9).fill(0.5), components: new Float32Array(36).map((_, i) => i / 7) },
  };

  it("come back as they were, and to 11 bits from 16", () => {
    expect(readNetwork(networkFile(network))).toEqual(network);
    const half = readNetwork(networkFile(network, { half: true }));
    expect(networkFile(network, { half: true }).length).toBeLessThan(0.6 * networkFile(network).length);
    network.parameters.forEach((value, i) => {
      expect(Math.abs(half.parameters[i] - value)).toBeLessThanOrEqual(2 ** -11 * Math.abs(value) + 2 ** -25);
    });
    expect({ ...half, parameters: 0, decoder: 0 }).toEqual({ ...network, parameters: 0, decoder: 0 });
  });

  it("have tensors as PyTorch has them", () => {
    const file = networkFile(network, { metadata: { steps: "7" } });
    const tensors = readSafetensors(file);
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({
      ...{ "layers.0.weight": [32, 4], "layers.1.weight": [32, 32], "layers.2.time.weight": [32, 32] },
      ...{ "layers.1.bias": [32], "layers.0.class.weight": [32, 3], "out.weight": [4, 32], "out.bias": [4] },
      ...{ centre: [4], "decoder.mean": [9], "decoder.components": [4, 9] },
    });
    expect(Object.keys(shapes)).toHaveLength(17);
    const text = { model: "gibbs diffusion-training", sigma_data: "0.7", data: "sines", classes: "2", steps: "7" };
    expect(safetensorsMetadata(file)).toEqual(text);
    // What a reader of PyTorch would compute: its linear layers are weight · x + bias.
    const x = Float64Array.of(0.3, -0.8, 0.1, 1.2);
    const conditions = Float64Array.from({ length: 36 }, (_, k) => (k === 35 ? 1 : Math.cos(k)));
    const linear = (name: string, input: ArrayLike<number>) =>
      Array.from({ length: shapes[name][0] }, (_, row) => {
        const { data } = tensors[name];
        return Array.from(input).reduce((sum, value, i) => sum + value * data[row * input.length + i], 0);
      });
    let h: number[] = [];
    for (let l = 0; l < 3; l++) {
      const parts = [
        linear(`layers.${l}.weight`, l === 0 ? x : h),
        linear(`layers.${l}.time.weight`, conditions.subarray(0, 32)),
        linear(`layers.${l}.class.weight`, conditions.subarray(32, 35)),
        [...tensors[`layers.${l}.bias`].data],
      ];
      const z = parts[0].map((_, unit) => parts.reduce((sum, part) => sum + part[unit], 0));
      h = z.map((value, unit) => (l === 0 ? 0 : h[unit]) + value / (1 + Math.exp(-value)));
    }
    const said = linear("out.weight", h).map((value, d) => value + tensors["out.bias"].data[d]);
    forward(network, x, conditions).output.forEach((value, d) => {
      expect(value).toBeCloseTo(said[d], 10);
    });
  });

  /** The network's file with some tensors or texts changed; undefined takes one away. */
  const changed = (
    tensors: Record<string, Tensor | undefined>,
    texts: Record<string, string | undefined> = {},
    from = network,
  ) => {
    const file = networkFile(from);
    const present = <T>(all: Record<string, T | undefined>) =>
      Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, T>;
    return writeSafetensors(
      present({ ...readSafetensors(file), ...tensors }),
      present({ ...safetensorsMetadata(file), ...texts }),
    );
  };
  const numbers = (shape: number[], last = 1): Tensor => {
    const data = new Float32Array(shape.reduce((count, side) => count * side, 1)).fill(1);
    data[data.length - 1] = last;
    return { shape, data };
  };

  it.each<[string, Uint8Array, RegExp]>([
    [
      "without a tensor",
      changed({ "layers.1.time.weight": undefined }),
      /layers\.1\.time\.weight is missing; .* 32 × 32/,
    ],
    ["without a layer", changed({ "layers.1.weight": undefined }), /layers\.1\.weight is missing; .* 32 × 32/],
    ["without any", writeSafetensors({}), /centre is missing/],
    ["without layers", writeSafetensors({ centre: numbers([3]) }), /layers\.0\.weight is missing; .* width × inputs/],
    ["of another architecture", changed({ "norm.weight": numbers([32]) }), /norm\.weight is none of this network's/],
    ["of a wrong shape", changed({ "out.weight": numbers([32, 4]) }), /out\.weight is 32 × 4; .* it is 4 × 32/],
    ["of a wrong rank", changed({ "layers.0.weight": numbers([32]) }), /layers\.0\.weight is 32; .* width × inputs/],
    ["of a wrong width", changed({ "layers.0.weight": numbers([24, 4]) }), /24 rows, .* multiple of 16\. Train .* 32/],
    ["with NaN", changed({ "layers.2.bias": numbers([32], Number.NaN) }), /value 31 .* layers\.2\.bias is NaN/],
    ["with infinity", changed({ centre: numbers([4], Number.POSITIVE_INFINITY) }), /value 3 .* centre is Infinity/],
    ["without σ", changed({}, { sigma_data: undefined }), /"sigma_data" is missing; .* Add it/],
    ["with σ below 0", changed({}, { sigma_data: "-1" }), /"sigma_data" is "-1"/],
    ["with σ no number", changed({}, { sigma_data: "half" }), /"sigma_data" is "half"/],
    ["with other classes", changed({}, { classes: "9" }), /"classes" says 9, and .* has 2/],
    ["with half a decoder", changed({ "decoder.mean": undefined }), /decoder\.mean is missing/],
    ["with no square picture", changed({ "decoder.mean": numbers([8]) }), /decoder\.mean has 8 values; .* square/],
    ["cut off", networkFile(network).subarray(0, -9), /cut off/],
    ["of text", new TextEncoder().encode("name,value\n1,2\n"), /header has \d+ bytes.*no safetensors file/],
  ])("%s are refused by name", (_, file, message) => {
    expect(() => readNetwork(file)).toThrow(message);
    expect(() => readNetwork(file)).toThrow(ParameterError);
  });

  it("every 16-bit float comes back, and others go to the nearest, ties to even", () => {
    for (let bits = 0; bits < 2 ** 16; bits++) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) expect(fromHalf(toHalf(value))).toBeNaN();
      else if (toHalf(value) !== bits) expect([bits, toHalf(value)]).toEqual([bits, bits]);
    }
    // IEEE 754: 1, the least and the largest normal, the least of all, and 1/3 as it is known.
    expect([0x3c00, 0x0400, 0x7bff, 0x0001, 0x3555, 0xc000].map(fromHalf)).toEqual([
      ...[1, 2 ** -14, 65504, 2 ** -24, 0.333251953125, -2],
    ]);
    const ties = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -25, 3 * 2 ** -25, 65519, 65520, 1 - 2 ** -13, -(2 ** -26)];
    expect(ties.map((value) => fromHalf(toHalf(value)))).toEqual([
      ...[1, 1 + 2 ** -9, 0, 2 ** -23, 65504, Number.POSITIVE_INFINITY, 1, -0],
    ]);
    expect([0x3f80, 0xc040, 0x7f80].map(fromBfloat)).toEqual([1, -3, Number.POSITIVE_INFINITY]);
  });

  it("16 bits are read of either kind, and a value that they cannot hold is refused", () => {
    const json = new TextEncoder().encode(JSON.stringify({ x: { dtype: "BF16", shape: [2], data_offsets: [0, 4] } }));
    const file = new Uint8Array(8 + json.length + 4);
    const view = new DataView(file.buffer);
    view.setBigUint64(0, BigInt(json.length), true);
    file.set(json, 8);
    view.setUint16(8 + json.length, 0x4049, true);
    view.setUint16(10 + json.length, 0xbf00, true);
    expect([...readSafetensors(file).x.data]).toEqual([3.140625, -0.5]);
    const large = { x: { ...numbers([2], -7e4), dtype: "F16" as const } };
    expect(() => writeSafetensors(large)).toThrow(/"x" has the value -70000; 16 bits hold up to 65504/);
    expect(() => writeSafetensors(large)).toThrow(SafetensorsError);
  });
});
