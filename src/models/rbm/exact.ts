// What is known of a machine with given weights, in f64: by formulas, and by sums over all states of its smaller layer. Without hidden
// units the visible ones are coupled to each other.

/** Weights and biases as plain numbers. */
export interface Weights {
  visible: number;
  hidden: number;
  /** [visible][hidden]; without hidden units [visible][visible]. */
  weights: ArrayLike<number>;
  visibleBiases: ArrayLike<number>;
  hiddenBiases: ArrayLike<number>;
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));
/** ln(1 + e^x), for large x too. */
const softplus = (x: number) => (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** c_j + Σ_i v_i W_ij for all j. */
function activations({ visible, hidden, weights, hiddenBiases }: Weights, v: ArrayLike<number>): Float64Array {
  const sums = Float64Array.from(hiddenBiases);
  for (let i = 0; i < visible; i++) {
    if (v[i] === 0) continue;
    for (let j = 0; j < hidden; j++) sums[j] += v[i] * weights[i * hidden + j];
  }
  return sums;
}

/** Σ_j W_ij v_j between visible units. */
function pull({ visible, weights }: Weights, v: ArrayLike<number>, i: number): number {
  let sum = 0;
  for (let j = 0; j < visible; j++) sum += v[j] * weights[i * visible + j];
  return sum;
}

/** F(v) = -Σ b v - Σ_j ln(1 + e^(x_j)), so that P(v) = e^(-F(v))/Z; without hidden units the energy. */
export function freeEnergy(machine: Weights, v: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < machine.visible; i++) sum -= machine.visibleBiases[i] * v[i];
  if (machine.hidden === 0)
    return sum - Array.from(v).reduce((total, vi, i) => total + (vi * pull(machine, v, i)) / 2, 0);
  return activations(machine, v).reduce((total, x) => total - softplus(x), sum);
}

/** The machine with its layers exchanged: the same law, seen from the other side. */
function exchanged({ visible, hidden, weights, visibleBiases, hiddenBiases }: Weights): Weights {
  return {
    visible: hidden,
    hidden: visible,
    weights: Float64Array.from({ length: visible * hidden }, (_, at) => {
      const [j, i] = [Math.floor(at / visible), at % visible];
      return weights[i * hidden + j];
    }),
    visibleBiases: hiddenBiases,
    hiddenBiases: visibleBiases,
  };
}

/** ln Z by all 2^n states of the smaller layer. */
export function logPartition(machine: Weights): number {
  const small = machine.hidden === 0 || machine.visible <= machine.hidden ? machine : exchanged(machine);
  const n = small.visible;
  let [most, sum] = [Number.NEGATIVE_INFINITY, 0];
  for (let state = 0; state < 2 ** n; state++) {
    const minus = -freeEnergy(
      small,
      Array.from({ length: n }, (_, i) => (state >> i) & 1),
    );
    if (minus > most) [sum, most] = [sum * Math.exp(most - minus) + 1, minus];
    else sum += Math.exp(minus - most);
  }
  return most + Math.log(sum);
}

/** Mean log-likelihood of images, 0 and 1, [image][visible], in nats an image. */
export function logLikelihood(machine: Weights, images: Uint8Array): number {
  const count = images.length / machine.visible;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum -= freeEnergy(machine, images.subarray(k * machine.visible, (k + 1) * machine.visible));
  }
  return sum / count - logPartition(machine);
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
 * visible layer. Shape [visible][hidden].
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

/** All visible states, the bits of 0, 1, …, with their probabilities. */
export function visibleLaw(machine: Weights): [v: number[], share: number][] {
  const { visible } = machine;
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

/** ln P of one pixel given all others, times the pixels, a mean over images: which pixel goes with its image is fixed. */
export function pseudoLikelihood(machine: Weights, images: Uint8Array): number {
  const { visible } = machine;
  const count = images.length / visible;
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const v = images.slice(k * visible, (k + 1) * visible);
    const before = freeEnergy(machine, v);
    const pixel = (k * 7919) % visible;
    v[pixel] = 1 - v[pixel];
    sum -= softplus(before - freeEnergy(machine, v));
  }
  return (visible * sum) / count;
}
