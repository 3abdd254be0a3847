// The weights of a machine as plain numbers in f64, and what its layers make of each other.

/** Weights and biases as plain numbers. */
export interface Weights {
  visible: number;
  hidden: number;
  /** [visible][hidden]; without hidden units [visible][visible]. */
  weights: ArrayLike<number>;
  visibleBiases: ArrayLike<number>;
  hiddenBiases: ArrayLike<number>;
}

export const logistic = (x: number) => 1 / (1 + Math.exp(-x));
/** ln(1 + e^x), for large x too. */
export const softplus = (x: number) => (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** c_j + Σ_i v_i W_ij for all j. */
export function activations({ visible, hidden, weights, hiddenBiases }: Weights, v: ArrayLike<number>): Float64Array {
  const sums = Float64Array.from(hiddenBiases);
  for (let i = 0; i < visible; i++) {
    if (v[i] === 0) continue;
    for (let j = 0; j < hidden; j++) sums[j] += v[i] * weights[i * hidden + j];
  }
  return sums;
}

/** Σ_j W_ij v_j between visible units. */
export function pull({ visible, weights }: Weights, v: ArrayLike<number>, i: number): number {
  let sum = 0;
  for (let j = 0; j < visible; j++) sum += v[j] * weights[i * visible + j];
  return sum;
}

/** The machine with its layers exchanged: the same law, seen from the other side. */
export function exchanged({ visible, hidden, weights, visibleBiases, hiddenBiases }: Weights): Weights {
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
