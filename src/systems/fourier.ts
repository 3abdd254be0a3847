// Discrete Fourier transforms of a power of two, in f64, the same bits on every JavaScript engine.

/**
 * Cosines and sines of 2πk/n for k = 0 … n - 1, n a power of two from 4: from the quarter circle by halving angles. The direction between
 * two neighbours is their sum over its length, 2 cos(δ/2); so no Math.cos, whose last digits ECMAScript leaves open.
 */
export function circle(n: number): { cos: Float64Array; sin: Float64Array } {
  let cos = Float64Array.of(1, 0, -1, 0);
  let sin = Float64Array.of(0, 1, 0, -1);
  let half = Math.sqrt(0.5); // cos(δ/2), δ between neighbours
  for (let size = 4; size < n; size *= 2) {
    const finer = (values: Float64Array) =>
      Float64Array.from({ length: 2 * size }, (_, k) =>
        k % 2 === 0 ? values[k / 2] : (values[(k - 1) / 2] + values[((k + 1) / 2) % size]) / (2 * half),
      );
    [cos, sin] = [finer(cos), finer(sin)];
    half = Math.sqrt((1 + half) / 2);
  }
  return { cos, sin };
}

/** Transforms in place: Cooley and Tukey 1965 (doi 10.1090/S0025-5718-1965-0178586-1), radix 2, decimation in time. */
export class Fourier {
  readonly #n: number;
  readonly #circle: ReturnType<typeof circle>;
  readonly #reversed: Uint32Array;

  /** @param n a power of two from 4 */
  constructor(n: number) {
    this.#n = n;
    this.#circle = circle(n);
    this.#reversed = new Uint32Array(n);
    for (let i = 1; i < n; i++) this.#reversed[i] = (this.#reversed[i >> 1] >> 1) | (i % 2 === 1 ? n / 2 : 0);
  }

  /** Σ_j x_j e^(-2πijk/n). */
  forward(re: Float64Array, im: Float64Array): void {
    this.#transform(re, im, -1);
  }

  /** (1/n) Σ_k x_k e^(2πijk/n). */
  inverse(re: Float64Array, im: Float64Array): void {
    this.#transform(re, im, 1);
    for (let i = 0; i < this.#n; i++) {
      re[i] /= this.#n;
      im[i] /= this.#n;
    }
  }

  #transform(re: Float64Array, im: Float64Array, sign: 1 | -1): void {
    const n = this.#n;
    const { cos, sin } = this.#circle;
    for (let i = 0; i < n; i++) {
      const j = this.#reversed[i];
      if (i < j) {
        [re[i], re[j]] = [re[j], re[i]];
        [im[i], im[j]] = [im[j], im[i]];
      }
    }
    for (let half = 1; half < n; half *= 2) {
      const stride = n / (2 * half);
      for (let first = 0; first < n; first += 2 * half) {
        for (let k = 0; k < half; k++) {
          const [a, b] = [first + k, first + k + half];
          const [c, s] = [cos[k * stride], sign * sin[k * stride]];
          const x = re[b] * c - im[b] * s;
          const y = re[b] * s + im[b] * c;
          re[b] = re[a] - x;
          im[b] = im[a] - y;
          re[a] += x;
          im[a] += y;
        }
      }
    }
  }
}
