// A network as one writes it in JavaScript, sample after sample in single precision: what kernels are measured against.

import { type Network, offsetsOf } from "../../src/network/shape.ts";

/** A network whose units all do something; what it says means nothing. */
export function networkOf(shape: Network["shape"]): Network {
  const { dimension } = shape;
  const { count, layers } = offsetsOf(shape);
  const parameters = new Float32Array(count);
  let state = 12_345;
  for (let at = 0; at < count; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const layer = layers.find(({ weights, conditions }) => at >= weights && at < conditions);
    parameters[at] = (state / 2 ** 31 - 1) * (layer ? 1.7 / Math.sqrt(layer.inputs) : 0.1);
  }
  return { shape, parameters, centre: new Float32Array(dimension).fill(0.1), deviation: 1, data: "none" };
}

/** So many steps of Euler's method down the noise levels. */
export function plainNetwork({ shape, parameters }: Network, samples: number, steps: number): void {
  const { dimension, width } = shape;
  const { layers, output, bias } = offsetsOf(shape);
  const conditionWeights = layers.map(({ conditions }) => parameters.subarray(conditions, conditions + width));
  let [below, above] = [new Float32Array(width), new Float32Array(width)];
  const sums = new Float32Array(width);
  const x = Float32Array.from({ length: dimension * samples }, (_, i) => ((i * 7919) % 2000) / 500 - 2);
  const u = new Float32Array(dimension);
  for (let step = 0; step < steps; step++) {
    const [noise, next] = [(steps - step) / steps, (steps - step - 1) / steps];
    const variance = noise ** 2 + 1;
    const out = noise / Math.sqrt(variance);
    for (let sample = 0; sample < samples; sample++) {
      const own = sample * dimension;
      for (let i = 0; i < dimension; i++) u[i] = x[own + i] / Math.sqrt(variance);
      layers.forEach(({ weights, inputs }, layer) => {
        sums.set(conditionWeights[layer]);
        const from = layer === 0 ? u : below;
        for (let i = 0; i < inputs; i++) {
          const h = from[i];
          for (let unit = 0, at = weights + i * width; unit < width; unit++, at++) sums[unit] += parameters[at] * h;
        }
        for (let unit = 0; unit < width; unit++) {
          const z = sums[unit];
          above[unit] = (layer === 0 ? 0 : below[unit]) + z / (1 + Math.exp(-z));
        }
        [below, above] = [above, below];
      });
      for (let i = 0; i < dimension; i++) {
        let f = parameters[bias + i];
        for (let unit = 0; unit < width; unit++) f += parameters[output + i * width + unit] * below[unit];
        const clean = x[own + i] / variance + out * f;
        x[own + i] = clean + (next / noise) * (x[own + i] - clean);
      }
    }
  }
}
