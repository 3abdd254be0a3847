// The network of a denoiser: a multilayer perceptron of residual layers, each of which receives the noise level and the class.
//
//   h_1 = silu(W_1 u + V_1 c)         u: the sample less the data's centre, scaled to unit variance; c: the conditions
//   h_l = h_(l-1) + silu(W_l h_(l-1) + V_l c)
//   F   = W_o h_L + b
//
// and D(x) = centre + c_skip u' + c_out F, preconditioned after Karras, Aittala, Aila & Laine 2022 (arXiv 2206.00364, table 1).

import type { Level } from "./level.ts";
import type { Pixels, Unit } from "./sample.ts";

/** Sizes of a denoising network. */
export interface NetworkShape {
  /** Numbers of a sample. */
  dimension: number;
  /** Units of a layer: a multiple of 16. */
  width: number;
  /** Layers of units, one or more. */
  layers: number;
  /** Number of classes that it accepts; 0 if there are none. */
  classes: number;
}

/** A trained denoising network with the scales of its data. */
export interface Network {
  /** Sizes of the network. */
  shape: NetworkShape;
  /** As `offsetsOf` places them. */
  parameters: Float32Array;
  /** The data's mean, [dimension]. */
  centre: Float32Array;
  /** The data's standard deviation in one dimension, root mean square over dimensions: σ_data. */
  deviation: number;
  /** What it was trained on. */
  data: string;
  /** The unit of what it denoises; where it is left out, it denoises the data's own numbers. */
  unit?: Unit;
  /** Factor on the noise level before the network receives it; 1 if left out. */
  noiseFactor?: number;
  /** What a user calls the classes. */
  classNames?: string[];
  /** Where a sample's own numbers are a picture. */
  pixels?: Pixels;
  /** Where a picture follows from a sample's own numbers: pixel = mean + Σ sample_i components_i, 0 for paper and 1 for ink, row by row. */
  decoder?: Decoder;
}

/**
 * Makes pictures of side × side pixels from the numbers of samples: pixel = mean + Σ sample_i components_i.
 */
export interface Decoder {
  /** Pixels of a side. */
  side: number;
  /** [side²] */
  mean: Float32Array;
  /** [dimension][side²] */
  components: Float32Array;
}

/** Numbers that tell the noise level: cosines and sines of as many frequencies. */
export const FEATURES = 32;

/** Numbers of a condition: the level's, one of each class and of none, and a constant. */
export const conditionsOf = ({ classes }: NetworkShape): number => FEATURES + (classes > 0 ? classes + 1 : 0) + 1;

/** Where the parameters stand: W_l [input][unit], V_l [condition][unit] for each layer, then W_o [dimension][unit] and b [dimension]. */
export function offsetsOf(shape: NetworkShape): {
  layers: { weights: number; inputs: number; conditions: number }[];
  output: number;
  bias: number;
  count: number;
} {
  const { dimension, width, layers } = shape;
  let at = 0;
  const take = (count: number) => {
    at += count;
    return at - count;
  };
  const all = Array.from({ length: layers }, (_, layer) => {
    const inputs = layer === 0 ? dimension : width;
    return { inputs, weights: take(inputs * width), conditions: take(conditionsOf(shape) * width) };
  });
  return { layers: all, output: take(dimension * width), bias: take(dimension), count: at };
}

/** noise / signal, within the range that a network accepts. */
const [LEAST, MOST] = [1e-3, 1e3];

/**
 * The conditions of a network for a level and a class: [condition]. The level enters as τ = ¼ ln(noise / signal), at 16 frequencies from ½ to 32.
 *
 * @param label a class, or `classes` for none
 */
export function condition(
  { shape, noiseFactor: unit = 1 }: Pick<Network, "shape" | "noiseFactor">,
  level: Pick<Level, "signal" | "noise">,
  label = shape.classes,
): Float64Array {
  const { classes } = shape;
  const ratio = Math.min(MOST, Math.max(LEAST, (level.noise / level.signal) * unit));
  const tau = Math.log(ratio) / 4;
  const conditions = new Float64Array(conditionsOf(shape));
  for (let j = 0; j < FEATURES / 2; j++) {
    const frequency = 0.5 * 64 ** (j / (FEATURES / 2 - 1));
    conditions[j] = Math.cos(frequency * tau);
    conditions[FEATURES / 2 + j] = Math.sin(frequency * tau);
  }
  if (classes > 0) conditions[FEATURES + label] = 1;
  conditions[conditions.length - 1] = 1;
  return conditions;
}

/**
 * Factors of a level: u = (x - signal · centre) · input; D = centre + (x - signal · centre) · skip + F · output.
 */
export function scalesOf({ signal, noise }: Pick<Level, "signal" | "noise">, deviation: number) {
  const variance = noise ** 2 + (signal * deviation) ** 2;
  return {
    input: 1 / Math.sqrt(variance),
    skip: (signal * deviation ** 2) / variance,
    output: (noise * deviation) / Math.sqrt(variance),
  };
}

/**
 * A network that was trained on unscaled data, as it is of scaled ones: its own mean and σ_data are the unit. Others are as they are.
 */
export function inItsUnit(network: Network): Network & { unit: Unit } {
  const { unit, centre, deviation } = network;
  if (unit) return { ...network, unit };
  return {
    ...network,
    ...{ centre: new Float32Array(centre.length), deviation: 1, noiseFactor: deviation },
    unit: { centre: Float64Array.from(centre), scale: new Float64Array(centre.length).fill(deviation) },
  };
}
