// Echo-state networks as they are defined (Jaeger 2001; Lukosevicius & Jaeger 2009, doi 10.1016/j.cosrev.2009.03.005), in f64 and plain
// words. A unit mixes its last state with what it receives now,
//
//   r(t) = (1 - a) r(t-1) + a f(rho W r(t-1) + sigma W_in u(t) + beta b) + noise,      f = tanh, or f(x) = x
//
// from the units of its layer, from the inputs or - in higher layers - from the layer below at the same step, and from a bias. An output
// is a sum over all states, the inputs and 1, with weights that are learned.

import { streamKey, threefry4x32 } from "../../random/threefry.ts";
import type { Member } from "./network.ts";

/** What a `ReferenceNetwork` needs beyond the settings of its member. */
export interface ReferenceOptions {
  /** Units are linear, in place of tanh. */
  linear: boolean;
  /** A readout sees every second state squared. */
  squares: boolean;
  /** The seed and the purpose of the noise's random numbers. */
  seed: bigint;
  /** The purpose of the noise's random numbers. */
  purpose: number;
}

/**
 * An echo-state network in plain TypeScript and f64, as it is defined (Jaeger 2001; Lukoševičius and Jaeger
 * 2009, doi 10.1016/j.cosrev.2009.03.005). All states are 0 at first.
 */
export class ReferenceNetwork {
  readonly #member: Member;
  readonly #options: ReferenceOptions;
  readonly #states: Float64Array;
  #time = 0;

  constructor(member: Member, options: ReferenceOptions) {
    this.#member = member;
    this.#options = options;
    this.#states = new Float64Array(member.topology.units * member.topology.layers);
  }

  /** States now, [unit]. */
  get states(): Float64Array {
    return this.#states;
  }

  /** One step with these inputs. */
  step(inputs: ArrayLike<number>): void {
    const { topology, spectralRadius, inputScaling, leakRate, bias, noise } = this.#member;
    const { units, layers, degree, fan } = topology;
    const before = this.#states.slice();
    for (let layer = 0; layer < layers; layer++) {
      const offered = layer === 0 ? inputs : this.#states;
      for (let unit = layer * units; unit < (layer + 1) * units; unit++) {
        let recurrent = 0;
        for (let k = unit * degree; k < (unit + 1) * degree; k++) {
          recurrent += topology.weights[k] * before[topology.sources[k]];
        }
        let driven = 0;
        for (let k = unit * fan; k < (unit + 1) * fan; k++) {
          driven += topology.inputWeights[k] * offered[topology.inputSources[k]];
        }
        const total = spectralRadius * recurrent + inputScaling * driven + bias * topology.biases[unit];
        const activation = this.#options.linear ? total : Math.tanh(total);
        this.#states[unit] = (1 - leakRate) * before[unit] + leakRate * activation;
        if (noise > 0) this.#states[unit] += noise * this.#noise(unit);
      }
    }
    this.#time++;
  }

  /** What a readout sees: states, inputs, 1. */
  features(inputs: ArrayLike<number>): Float64Array {
    const all = this.#states.length;
    const features = new Float64Array(all + inputs.length + 1);
    for (let unit = 0; unit < all; unit++) {
      const squared = this.#options.squares && unit % 2 === 1;
      features[unit] = squared ? this.#states[unit] ** 2 : this.#states[unit];
    }
    for (let i = 0; i < inputs.length; i++) features[all + i] = inputs[i];
    features[all + inputs.length] = 1;
    return features;
  }

  /** Uniform on [-1, 1). */
  #noise(unit: number): number {
    const { seed, purpose } = this.#options;
    const key = streamKey(seed, purpose, this.#member.topology.number);
    return ((threefry4x32([unit >> 2, this.#time, 0, 0], key)[unit & 3] | 0) >> 8) * 2 ** -23;
  }
}

/** Sums over features with the weights of a readout, [feature][output]. */
export function outputsOf(features: Float64Array, readout: Float64Array): Float64Array {
  const outputs = new Float64Array(readout.length / features.length);
  features.forEach((value, f) => {
    for (let o = 0; o < outputs.length; o++) outputs[o] += readout[f * outputs.length + o] * value;
  });
  return outputs;
}

/** Adds the products of these values with each other to sums, [value][value]. */
export function addProducts(sums: Float64Array, values: Float64Array): void {
  const { length } = values;
  for (let i = 0; i < length; i++) for (let j = 0; j < length; j++) sums[i * length + j] += values[i] * values[j];
}
