// Training against an independent oracle: the loss written in jax-js, its slopes by automatic differentiation, of the network as its file
// has it. It sees nothing of ours but the safetensors file and the noisy samples.

import { defaultDevice, init, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { beforeAll, expect, it } from "vitest";
import { readSafetensors } from "../../src/files/safetensors.ts";
import { GpuTrainer } from "../../src/models/diffusion-training/gpu.ts";
import { diffusionTrainingParameters } from "../../src/models/diffusion-training/parameters.ts";
import { ReferenceTraining } from "../../src/models/diffusion-training/reference.ts";
import { setupOf } from "../../src/models/diffusion-training/setup.ts";
import { ADAM, PURPOSE } from "../../src/models/diffusion-training/trainer.ts";
import { networkFile } from "../../src/network/file.ts";
import { firstParameters } from "../../src/network/init.ts";
import { lossAndGradient } from "../../src/network/reference.ts";
import { device } from "../devices.ts";

/** Of the largest slope of a tensor. jax-js computes in 32 bits; its sin, cos and exp are within some 1e-6. */
const TOLERANCE = 5e-5;

type Tensors = Record<string, np.Array>;

beforeAll(async () => {
  await init("wasm");
  defaultDevice("wasm");
});

/** |D(x₀ + σ n; σ) - x₀|² / c_out² of Karras et al. 2022, its mean over samples and dimensions; rows are samples. */
function lossOf(
  tensors: Tensors,
  { x0, noise, sigma, label }: Record<"x0" | "noise" | "sigma" | "label", np.Array>,
  layers: number,
  sigmaData: number,
) {
  const variance = sigma.ref.mul(sigma.ref).add(sigmaData ** 2);
  const skip = np.reciprocal(variance.ref).mul(sigmaData ** 2);
  const out = sigma.ref.mul(sigmaData).div(np.sqrt(variance.ref));
  const y = x0.ref.sub(tensors.centre.ref);
  const noisy = y.ref.add(noise.mul(sigma.ref));
  const frequencies = np.array(Array.from({ length: 16 }, (_, j) => 0.5 * 64 ** (j / 15)));
  const angles = np.log(sigma).mul(0.25).mul(frequencies);
  const time = np.concatenate([np.cos(angles.ref), np.sin(angles)], 1);
  let h = noisy.ref.div(np.sqrt(variance));
  for (let l = 0; l < layers; l++) {
    const z = np
      .matmul(h.ref, tensors[`layers.${l}.weight`].ref.transpose())
      .add(np.matmul(time.ref, tensors[`layers.${l}.time.weight`].ref.transpose()))
      .add(np.matmul(label.ref, tensors[`layers.${l}.class.weight`].ref.transpose()))
      .add(tensors[`layers.${l}.bias`].ref);
    h = l === 0 ? nn.silu(z) : h.ref.add(nn.silu(z));
  }
  const said = np.matmul(h, tensors["out.weight"].ref.transpose()).add(tensors["out.bias"].ref);
  const denoised = noisy.mul(skip).add(said.mul(out.ref));
  const error = denoised.sub(y).div(out);
  return np.mean(error.ref.mul(error));
}

it("slopes of the loss are those of automatic differentiation", async () => {
  const batch = 24;
  const { options, data } = await setupOf(
    diffusionTrainingParameters.parse({ width: 32, layers: 3, batch, points: 100, dropout: 0.3 }),
    5n,
  );
  const { shape, deviation, centre } = options;
  const parameters = firstParameters(shape, 5n).map((value, i) => value || 0.1 * Math.sin(3 * i));
  const training = new ReferenceTraining({ ...options, adam: ADAM, purpose: PURPOSE }, parameters);
  const samples = training.minibatch(3);
  const network = { shape, parameters, centre, deviation, data: data.name };
  const tensorsOf = (values: Float32Array) => readSafetensors(networkFile({ ...network, parameters: values }));

  const rows = (values: number[][]) => np.array(values);
  const inputs = {
    x0: rows(samples.map(({ point }) => [...point])),
    noise: rows(samples.map(({ noise }) => [...noise])),
    sigma: rows(samples.map(({ sigma }) => [sigma])),
    label: rows(samples.map(({ label }) => Array.from({ length: shape.classes + 1 }, (_, k) => (k === label ? 1 : 0)))),
  };
  const tensors = Object.fromEntries(
    Object.entries(tensorsOf(parameters)).map(([name, { shape, data }]) => [name, np.array(data).reshape([...shape])]),
  );
  const [loss, slopes] = valueAndGrad((trained: Tensors) => lossOf(trained, inputs, shape.layers, deviation))(tensors);

  const reference = lossAndGradient(network, samples);
  expect((await loss.data())[0]).toBeCloseTo(reference.loss, 5);
  const trainer = await GpuTrainer.create(device, options);
  await trainer.write({ parameters, means: parameters, variances: parameters, averages: parameters });
  const { gradient } = await trainer.gradient(3);
  trainer.dispose();
  const ours = [tensorsOf(Float32Array.from(reference.gradient)), tensorsOf(gradient as Float32Array)];
  for (const name of Object.keys(ours[0]).filter((name) => name !== "centre")) {
    const expected = await slopes[name].data();
    const largest = Math.max(...Array.from(expected, Math.abs));
    for (const own of ours) {
      const worst = own[name].data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
      expect([name, worst < TOLERANCE * largest]).toEqual([name, true]);
    }
  }
});
