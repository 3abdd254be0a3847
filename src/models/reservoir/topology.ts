// Random networks: who is linked to whom, by which weight, drawn by address from the seed; and the spectral radius by which weights are
// scaled.

import { ParameterError } from "../../device/errors.ts";
import { STREAMS } from "../../random/streams.ts";
import { streamKey, threefry4x32, type Words4 } from "../../random/threefry.ts";

export const PURPOSE = STREAMS.reservoir;

export interface TopologyOptions {
  /** Units of a layer. */
  units: number;
  /** Layers of units, 1 or more. */
  layers: number;
  /** random: links from units drawn at random; ring: from the unit before. */
  kind: "random" | "ring";
  /** Links of a unit from its own layer. */
  degree: number;
  /** Inputs of the network. */
  inputs: number;
  /** Links of a unit of the first layer from inputs, and of a higher one from the layer below. */
  fan: number;
  /** 64 bits; random numbers are addressed by it. */
  seed: bigint;
}

/** One random network. W has spectral radius 1 in each layer; all weights are 32-bit floats. */
export interface Topology extends TopologyOptions {
  /** Which of the random networks of a seed it is, from 0. */
  number: number;
  /** Where links come from, [unit][link]: units of the own layer, counted from the first unit of all. */
  sources: Uint32Array;
  /** [unit][link]. */
  weights: Float32Array;
  /** [unit][link]: inputs, or for higher layers units of the layer below. */
  inputSources: Uint32Array;
  /** [unit][link]. */
  inputWeights: Float32Array;
  /** Uniform on [-1, 1), [unit]. */
  biases: Float32Array;
}

/** Random numbers uniform on [-1, 1), 24 bits each, and integers, by their place. */
function drawer(seed: bigint, purpose: number, number: number) {
  const key = streamKey(seed, purpose, number);
  let block: Words4 = [0, 0, 0, 0];
  let [row, at] = [-1, -1];
  const word = (place: number, index: number) => {
    if (place !== row || index >> 2 !== at) {
      [row, at] = [place, index >> 2];
      block = threefry4x32([at, place, 0, 0], key);
    }
    return block[index & 3];
  };
  return {
    uniform: (place: number, index: number) => ((word(place, index) | 0) >> 8) * 2 ** -23,
    below: (most: number, place: number, index: number) => Math.floor((word(place, index) / 2 ** 32) * most),
  };
}

/**
 * Network `number` of a seed. Random: each unit has `degree` links from different units of its layer, weights uniform on [-1, 1) and then
 * scaled to spectral radius 1. Ring: each unit is linked to the one before it by weight 1, and the input to the first unit alone
 * (Rodan & Tino 2011, doi 10.1109/TNN.2010.2089641).
 *
 * @throws ParameterError where no weight is left to scale: W is nilpotent.
 */
export async function topologyOf(options: TopologyOptions, number: number): Promise<Topology> {
  const { units, layers, kind, degree, inputs, fan, seed } = options;
  const all = units * layers;
  const topology: Topology = {
    ...options,
    number,
    sources: new Uint32Array(all * degree),
    weights: new Float32Array(all * degree),
    inputSources: new Uint32Array(all * fan),
    inputWeights: new Float32Array(all * fan),
    biases: new Float32Array(all),
  };
  const { sources, weights, inputSources, inputWeights, biases } = topology;
  const links = drawer(seed, PURPOSE.links, number);
  const weight = drawer(seed, PURPOSE.weights, number);
  const input = drawer(seed, PURPOSE.inputs, number);
  const bias = drawer(seed, PURPOSE.biases, number);
  for (let unit = 0; unit < all; unit++) {
    const base = unit - (unit % units);
    biases[unit] = bias.uniform(unit, 0);
    if (kind === "ring") {
      sources[unit] = base + (((unit % units) + units - 1) % units);
      weights[unit] = 1;
      inputWeights[unit] = unit % units === 0 ? 1 : 0;
      continue;
    }
    choose(degree, units, (draw) => links.below(units, unit, draw)).forEach((source, k) => {
      sources[unit * degree + k] = base + source;
      weights[unit * degree + k] = weight.uniform(unit, k);
    });
    const [offered, first] = base === 0 ? [inputs, 0] : [units, base - units];
    choose(Math.min(fan, offered), offered, (draw) => links.below(offered, all + unit, draw)).forEach((source, k) => {
      inputSources[unit * fan + k] = first + source;
      inputWeights[unit * fan + k] = input.uniform(unit, k);
    });
  }
  if (kind === "random") {
    for (let layer = 0; layer < layers; layer++) await normalise(topology, layer);
  }
  return topology;
}

/** `count` different numbers below `most`, all of them in order or as they are drawn. */
function choose(count: number, most: number, draw: (n: number) => number): number[] {
  if (count >= most) return Array.from({ length: most }, (_, i) => i);
  // Beyond a half it is quicker to choose who is left out.
  const few = count <= most / 2;
  const chosen = new Set<number>();
  for (let n = 0; chosen.size < (few ? count : most - count); n++) chosen.add(draw(n));
  if (few) return [...chosen].sort((a, b) => a - b);
  return Array.from({ length: most }, (_, i) => i).filter((i) => !chosen.has(i));
}

async function normalise(topology: Topology, layer: number): Promise<void> {
  const { units, degree, sources, weights } = topology;
  const base = layer * units;
  const times = (x: Float64Array) => {
    const y = new Float64Array(units);
    for (let i = 0; i < units; i++) {
      let sum = 0;
      for (let k = (base + i) * degree; k < (base + i + 1) * degree; k++) sum += weights[k] * x[sources[k] - base];
      y[i] = sum;
    }
    return y;
  };
  const radius = await spectralRadius(times, units);
  if (!(radius > 1e-6)) {
    throw new ParameterError(
      "connectivity",
      `connectivity: network ${topology.number} of ${units} units has spectral radius 0, which cannot be scaled; take more units or a higher connectivity.`,
    );
  }
  for (let k = base * degree; k < (base + units) * degree; k++) weights[k] /= radius;
}

/** Vectors of one Krylov space, and how often it is rebuilt. */
const KRYLOV = 60;
const RESTARTS = 30;

/**
 * The largest modulus of the eigenvalues of a real matrix, given by its product with a vector: Arnoldi's method, restarted with the
 * dominant Ritz vector (Saad 2011, Numerical Methods for Large Eigenvalue Problems, section 6.2), to 10 digits where it converges. Only
 * + - × / and square roots, so the same on every machine.
 */
export async function spectralRadius(times: (x: Float64Array) => Float64Array, units: number): Promise<number> {
  const { EigenvalueDecomposition, Matrix } = await import("ml-matrix");
  const size = Math.min(units, KRYLOV);
  let start = Float64Array.from({ length: units }, (_, i) => 1 + ((i * 7) % 11) / 11);
  let radius = 0;
  for (let restart = 0; restart < RESTARTS; restart++) {
    const basis: Float64Array[] = [scaled(start, 1 / norm(start))];
    const h = Matrix.zeros(size, size);
    let [last, used] = [0, size];
    for (let j = 0; j < size; j++) {
      const next = times(basis[j]);
      // Twice, for orthogonality to rounding.
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i <= j; i++) {
          const along = dot(basis[i], next);
          h.set(i, j, h.get(i, j) + along);
          for (let k = 0; k < units; k++) next[k] -= along * basis[i][k];
        }
      }
      last = norm(next);
      if (last < 1e-12) {
        used = j + 1; // the space is invariant: its eigenvalues are exact
        break;
      }
      if (j + 1 < size) {
        h.set(j + 1, j, last);
        basis.push(scaled(next, 1 / last));
      }
    }
    const values = new EigenvalueDecomposition(h.subMatrix(0, used - 1, 0, used - 1), { assumeSymmetric: false });
    const moduli = values.realEigenvalues.map((re, i) => Math.sqrt(re * re + values.imaginaryEigenvalues[i] ** 2));
    const largest = moduli.reduce((best, modulus, i) => (modulus > moduli[best] ? i : best), 0);
    radius = moduli[largest];
    const ritz = values.eigenvectorMatrix.getColumn(largest);
    const residual = (last * Math.abs(ritz[used - 1])) / Math.sqrt(ritz.reduce((sum, c) => sum + c * c, 0));
    if (last < 1e-12 || residual < 1e-10 * radius || used === units) break;
    start = new Float64Array(units);
    for (let j = 0; j < used; j++) for (let k = 0; k < units; k++) start[k] += ritz[j] * basis[j][k];
  }
  return radius;
}

const dot = (a: Float64Array, b: Float64Array) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};
const norm = (a: Float64Array) => Math.sqrt(dot(a, a));
const scaled = (a: Float64Array, by: number) => a.map((value) => value * by);
