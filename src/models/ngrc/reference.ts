// The forecast in plain words and f64: the definition that the GPU's is held against.

export interface Forecast {
  /** Numbers of a sample. */
  dimension: number;
  /** Samples x(t), x(t - skip), x(t - 2 skip), … that the features are made of. */
  delays: number;
  skip: number;
  /** The largest degree of the monomials. */
  order: number;
  /** [component][feature]. Features by degree, and those of one degree as words are sorted. */
  weights: ArrayLike<number>;
  /** The newest (delays - 1) skip + 1 true samples, the newest last. */
  history: readonly ArrayLike<number>[];
  /** How far from 0 a component may go: a sample beyond is not taken, and the last one stays. */
  bounds: ArrayLike<number>;
}

/** The samples that follow, each made from those before it: x(t + 1) = x(t) + weights · features(t). */
export function forecast(start: Forecast, steps: number): number[][] {
  const { delays, skip, bounds } = start;
  const samples = start.history.map((sample) => Array.from(sample));
  const known = samples.length;
  while (samples.length < known + steps) {
    const now = samples[samples.length - 1];
    const variables = Array.from({ length: delays }, (_, delay) => samples[samples.length - 1 - delay * skip]).flat();
    const change = increments(start, variables);
    const next = now.map((x, i) => x + change[i]);
    samples.push(next.every((x, i) => Math.abs(x) < bounds[i]) ? next : now);
  }
  return samples.slice(known);
}

/** Σ over all monomials of weight times value, for each component. */
function increments({ dimension, order, weights }: Forecast, variables: readonly number[]): number[] {
  const sums = Array<number>(dimension).fill(0);
  const features = [1];
  for (let degree = 1; degree <= order; degree++) append(features, variables, degree, 0, 1);
  for (let i = 0; i < dimension; i++) {
    for (let m = 0; m < features.length; m++) sums[i] += weights[i * features.length + m] * features[m];
  }
  return sums;
}

/** The monomials of a degree in the variables from `first` on, times `factor`. */
function append(features: number[], variables: readonly number[], degree: number, first: number, factor: number): void {
  if (degree === 0) {
    features.push(factor);
    return;
  }
  for (let at = first; at < variables.length; at++) append(features, variables, degree - 1, at, factor * variables[at]);
}
