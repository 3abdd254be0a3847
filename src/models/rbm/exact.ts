// What is known of a machine with given weights, in f64: by formulas, and by sums over all states of its smaller layer. Without hidden
// units the visible ones are coupled to each other.

import { ParameterError } from "../../device/errors.ts";
import { logPartition } from "./partition.ts";
import { activations, exchanged, logistic, pull, softplus, type Weights } from "./weights.ts";

export type { Weights } from "./weights.ts";

/** F(v) = -Σ b v - Σ_j ln(1 + e^(x_j)), so that P(v) = e^(-F(v))/Z; without hidden units the energy. */
export function freeEnergy(machine: Weights, v: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < machine.visible; i++) sum -= machine.visibleBiases[i] * v[i];
  if (machine.hidden === 0)
    return sum - Array.from(v).reduce((total, vi, i) => total + (vi * pull(machine, v, i)) / 2, 0);
  return activations(machine, v).reduce((total, x) => total - softplus(x), sum);
}

/**
 * Mean log-likelihood of images, 0 and 1, [image][visible], in nats an image.
 *
 * @param logZ By default the exact one. @throws ParameterError where there is none, see `logPartition`.
 */
export function logLikelihood(machine: Weights, images: Uint8Array, logZ = logPartition(machine)): number {
  const count = images.length / machine.visible;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum -= freeEnergy(machine, images.subarray(k * machine.visible, (k + 1) * machine.visible));
  }
  return sum / count - logZ;
}

/** ⟨v_i h_j⟩ with v by the law of `visibleStates`: [visible][hidden]. */
function correlations(machine: Weights, states: Iterable<[v: ArrayLike<number>, share: number]>): Float64Array {
  const { visible, hidden } = machine;
  const columns = hidden || visible;
  const means = new Float64Array(visible * columns);
  for (const [v, share] of states) {
    const on = hidden > 0 ? activations(machine, v).map(logistic) : v;
    for (let i = 0; i < visible; i++) {
      for (let j = 0; j < columns; j++) if (hidden > 0 || i !== j) means[i * columns + j] += share * v[i] * on[j];
    }
  }
  return means;
}

/**
 * The gradient of the mean log-likelihood with respect to the weights, ⟨v h⟩ or ⟨v v⟩ of the data less that of the model, by all states of the
 * visible layer. Shape [visible][hidden]. @throws ParameterError as `visibleLaw`.
 */
export function exactGradient(machine: Weights, images: Uint8Array): Float64Array {
  const { visible } = machine;
  const count = images.length / visible;
  const data = correlations(
    machine,
    Array.from({ length: count }, (_, k) => [images.subarray(k * visible, (k + 1) * visible), 1 / count]),
  );
  const model = correlations(machine, visibleLaw(machine));
  return data.map((value, at) => value - model[at]);
}

/** Visible units whose states are listed one by one. */
const MOST_LISTED = 16;

/**
 * All visible states, the bits of 0, 1, …, with their probabilities.
 *
 * @throws ParameterError for more than 16 visible units, or as `logPartition`.
 */
export function visibleLaw(machine: Weights): [v: number[], share: number][] {
  const { visible } = machine;
  if (visible > MOST_LISTED)
    throw new ParameterError(
      "visible",
      `visible ${visible}: a list of 2^${visible} states is too long; it ends at ${MOST_LISTED} units. Take samples: chains at learning rate 0.`,
    );
  const z = logPartition(machine);
  return Array.from({ length: 2 ** visible }, (_, state) => {
    const v = Array.from({ length: visible }, (_, i) => (state >> i) & 1);
    return [v, Math.exp(-freeEnergy(machine, v) - z)];
  });
}

/** An image after one way to the hidden layer and back, by chances; without hidden units each pixel given the others: [visible]. */
export function reconstruction(machine: Weights, v: ArrayLike<number>): Float64Array {
  if (machine.hidden === 0) {
    return Float64Array.from(v, (_, i) => logistic(machine.visibleBiases[i] + pull(machine, v, i)));
  }
  const hidden = activations(machine, v).map(logistic);
  return activations(exchanged(machine), hidden).map(logistic);
}

/** Mean squared error a pixel of reconstructions. */
export function reconstructionError(machine: Weights, images: Uint8Array): number {
  const { visible } = machine;
  const back = machine.hidden === 0 ? machine : exchanged(machine);
  let sum = 0;
  for (let at = 0; at < images.length; at += visible) {
    const v = images.subarray(at, at + visible);
    const again =
      machine.hidden === 0
        ? reconstruction(machine, v)
        : activations(back, activations(machine, v).map(logistic)).map(logistic);
    for (let i = 0; i < visible; i++) sum += (again[i] - v[i]) ** 2;
  }
  return sum / images.length;
}

/** Pairs of a pixel and an image up to which all are taken; else about so many. */
const PAIRS = 8192;

/**
 * Σ_i ln P(v_i | all other pixels), a mean over images. Of many images each pixel is taken in some of them, every pixel in as
 * many and every image as often but for one; which is fixed.
 */
export function pseudoLikelihood(machine: Weights, images: Uint8Array): number {
  const { visible, hidden, weights, visibleBiases } = machine;
  const count = images.length / visible;
  // Images a pixel.
  const each = Math.min(count, Math.ceil(PAIRS / visible));
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const v = images.subarray(k * visible, (k + 1) * visible);
    const x = hidden > 0 ? activations(machine, v) : undefined;
    const free = x?.map(softplus);
    // Pair n is pixel n / each in image n mod count.
    for (let n = k; n < each * visible; n += count) {
      const pixel = Math.floor(n / each);
      const flip = 1 - 2 * v[pixel];
      // What the flip adds to -F.
      let gain = flip * visibleBiases[pixel];
      if (!x || !free) gain += flip * pull(machine, v, pixel);
      else for (let j = 0; j < hidden; j++) gain += softplus(x[j] + flip * weights[pixel * hidden + j]) - free[j];
      sum -= softplus(gain);
    }
  }
  return sum / each;
}
