// The denoiser's network in plain f64: what it says of a sample, its slopes in the parameters, and how it changes along a direction,
// from which its divergence follows. Independent of the kernels of shaders/diffusion-training and shaders/diffusion.

import type { Level } from "./level.ts";
import { condition, type Network, offsetsOf, scalesOf } from "./shape.ts";

/** A network in any precision. */
export type AnyNetwork = Pick<Network, "shape" | "deviation" | "noiseFactor"> & {
  parameters: ArrayLike<number>;
  centre: ArrayLike<number>;
};

type Scale = Pick<Level, "signal" | "noise">;

/** What the network computed on the way, as the way back needs it. */
export interface Trace {
  /** What it saw: u [dimension] and c [condition]. */
  inputs: Float64Array;
  conditions: Float64Array;
  /** h of each layer, [layer][unit], and the slopes of silu there. */
  units: Float64Array[];
  slopes: Float64Array[];
  /** F, [dimension]. */
  output: Float64Array;
}

/** F(u, c). */
export function forward(
  { shape, parameters }: Pick<AnyNetwork, "shape" | "parameters">,
  inputs: Float64Array,
  conditions: Float64Array,
): Trace {
  const { width, dimension } = shape;
  const offsets = offsetsOf(shape);
  const units: Float64Array[] = [];
  const slopes: Float64Array[] = [];
  for (const [layer, { weights, conditions: conditionOffset }] of offsets.layers.entries()) {
    const below = layer === 0 ? inputs : units[layer - 1];
    const slope = new Float64Array(width);
    const h = Float64Array.from({ length: width }, (_, unit) => {
      let z = 0;
      for (let i = 0; i < below.length; i++) z += below[i] * parameters[weights + i * width + unit];
      for (let k = 0; k < conditions.length; k++) z += conditions[k] * parameters[conditionOffset + k * width + unit];
      const sigmoid = 1 / (1 + Math.exp(-z));
      slope[unit] = sigmoid * (1 + z * (1 - sigmoid));
      return (layer === 0 ? 0 : below[unit]) + z * sigmoid;
    });
    units.push(h);
    slopes.push(slope);
  }
  const last = units[units.length - 1];
  const output = Float64Array.from({ length: dimension }, (_, d) =>
    last.reduce(
      (sum, h, unit) => sum + h * parameters[offsets.output + d * width + unit],
      parameters[offsets.bias + d],
    ),
  );
  return { inputs, conditions, units, slopes, output };
}

/** Adds to `gradient` the slopes in all parameters of a quantity whose slopes in F are `slope`, [dimension]. */
function backward(
  { shape, parameters }: Pick<AnyNetwork, "shape" | "parameters">,
  { inputs, conditions, units, slopes }: Trace,
  slope: ArrayLike<number>,
  gradient: Float64Array,
): void {
  const { width, dimension, layers } = shape;
  const offsets = offsetsOf(shape);
  const above = new Float64Array(width);
  for (let d = 0; d < dimension; d++) {
    gradient[offsets.bias + d] += slope[d];
    for (let unit = 0; unit < width; unit++) {
      gradient[offsets.output + d * width + unit] += slope[d] * units[layers - 1][unit];
      above[unit] += slope[d] * parameters[offsets.output + d * width + unit];
    }
  }
  for (let layer = layers - 1; layer >= 0; layer--) {
    const { weights, conditions: conditionOffset } = offsets.layers[layer];
    const below = layer === 0 ? inputs : units[layer - 1];
    const delta = above.map((value, unit) => value * slopes[layer][unit]);
    for (let k = 0; k < conditions.length; k++) {
      for (let unit = 0; unit < width; unit++)
        gradient[conditionOffset + k * width + unit] += conditions[k] * delta[unit];
    }
    for (let i = 0; i < below.length; i++) {
      let sum = 0;
      for (let unit = 0; unit < width; unit++) {
        gradient[weights + i * width + unit] += below[i] * delta[unit];
        sum += parameters[weights + i * width + unit] * delta[unit];
      }
      if (layer > 0) above[i] += sum;
    }
  }
}

/** How F changes where u changes along a direction, [dimension]. */
function forwardAlong(
  { shape, parameters }: Pick<AnyNetwork, "shape" | "parameters">,
  { slopes }: Trace,
  direction: ArrayLike<number>,
): Float64Array {
  const { width, dimension } = shape;
  const offsets = offsetsOf(shape);
  let change = Float64Array.from(direction);
  for (const [layer, { weights }] of offsets.layers.entries()) {
    const below = change;
    change = Float64Array.from({ length: width }, (_, unit) => {
      const z = below.reduce((sum, value, i) => sum + value * parameters[weights + i * width + unit], 0);
      return (layer === 0 ? 0 : below[unit]) + slopes[layer][unit] * z;
    });
  }
  return Float64Array.from({ length: dimension }, (_, d) =>
    change.reduce((sum, value, unit) => sum + value * parameters[offsets.output + d * width + unit], 0),
  );
}

/** What the network sees of a sample x [dimension] and its level. */
function seen(network: AnyNetwork, x: ArrayLike<number>, level: Scale, label: number): Trace {
  const { input } = scalesOf(level, network.deviation);
  const { centre, shape } = network;
  const u = Float64Array.from({ length: shape.dimension }, (_, d) => (x[d] - level.signal * centre[d]) * input);
  return forward(network, u, condition(network, level, label));
}

/**
 * D(x) = E[x₀ | x] as the network has it, [dimension].
 *
 * @param label a class, or `classes` for none
 */
export function denoise(
  network: AnyNetwork,
  x: ArrayLike<number>,
  level: Scale,
  label = network.shape.classes,
): Float64Array {
  const { skip, output } = scalesOf(level, network.deviation);
  const { centre } = network;
  return seen(network, x, level, label).output.map(
    (value, d) => centre[d] + (x[d] - level.signal * centre[d]) * skip + value * output,
  );
}

/** The Jacobian of D times a direction, [dimension]. */
export function denoiseAlong(
  network: AnyNetwork,
  x: ArrayLike<number>,
  level: Scale,
  direction: ArrayLike<number>,
  label = network.shape.classes,
): Float64Array {
  const { input, skip, output } = scalesOf(level, network.deviation);
  const along = forwardAlong(network, seen(network, x, level, label), direction);
  return along.map((value, d) => direction[d] * skip + value * input * output);
}

/** Σ_d ∂D_d / ∂x_d, exactly: one direction a dimension. */
export function divergence(
  network: AnyNetwork,
  x: ArrayLike<number>,
  level: Scale,
  label = network.shape.classes,
): number {
  const { input, skip, output } = scalesOf(level, network.deviation);
  const { dimension } = network.shape;
  const trace = seen(network, x, level, label);
  let sum = dimension * skip;
  for (let d = 0; d < dimension; d++) {
    const direction = new Float64Array(dimension);
    direction[d] = 1;
    sum += input * output * forwardAlong(network, trace, direction)[d];
  }
  return sum;
}

/** A noisy sample to learn from: x = x₀ + σ n. */
export interface NoisySample {
  /** x₀ and n, [dimension]. */
  point: Float64Array;
  noise: Float64Array;
  sigma: number;
  /** A class, or `classes` for none. */
  label: number;
}

/**
 * The loss of Karras et al. 2022 (arXiv 2206.00364, eq. 2 with the weight of table 1): |D(x₀ + σ n; σ) - x₀|² / c_out², the mean over samples and
 * dimensions, and its slopes in all parameters.
 */
export function lossAndGradient(
  network: AnyNetwork,
  samples: readonly NoisySample[],
): { loss: number; gradient: Float64Array } {
  const { shape, centre, deviation } = network;
  const gradient = new Float64Array(offsetsOf(shape).count);
  let loss = 0;
  for (const { point, noise, sigma, label } of samples) {
    const level = { signal: 1, noise: sigma };
    const { skip, output } = scalesOf(level, deviation);
    const x = point.map((value, d) => value + sigma * noise[d]);
    const trace = seen(network, x, level, label);
    const share = 1 / (samples.length * shape.dimension);
    const error = trace.output.map(
      (value, d) => (centre[d] + (x[d] - centre[d]) * skip + value * output - point[d]) / output,
    );
    loss += share * error.reduce((sum, value) => sum + value * value, 0);
    const slope = error.map((value) => 2 * share * value);
    backward(network, trace, slope, gradient);
  }
  return { loss, gradient };
}
