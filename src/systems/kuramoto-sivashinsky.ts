// A partial differential equation that is chaotic in space and time.

import { ParameterError } from "../device/errors.ts";
import { portableExp } from "../portable.ts";
import { type Flow, flow, type Known, type Motion } from "./flow.ts";
import { circle, Fourier } from "./fourier.ts";
import type { Sampling } from "./ordinary.ts";

/** By the growth of small differences over 20,000 and 4,000 units of time, 64 and 128 points, dt 0.25. */
const EXPONENTS = new Map<number, Known>([
  [22, { value: 0.0476, source: "gibbs, two trajectories: 0.0476 ± 0.0014" }],
  [60, { value: 0.0859, source: "gibbs, two trajectories: 0.0859 ± 0.0021" }],
]);

/**
 * u_t = -u u_x - u_xx - u_xxxx on a ring of `length`, at `grid` points (Kuramoto and Tsuzuki 1976, doi 10.1143/PTP.55.356; Sivashinsky
 * 1977, doi 10.1016/0094-5765(77)90096-0). Spectral in space without dealiasing, fourth-order exponential time differencing (ETDRK4) with
 * steps dt / substeps after Kassam and Trefethen 2005, doi 10.1137/S1064827502410633. Its order is 4 where
 * steps are shorter than the decay of the shortest wave, and about 3 in the usual ones of 0.25. The mean of u is conserved; drawn starts have
 * mean 0, and lie around the start of that paper, cos(2πx/L)(1 + sin(2πx/L)).
 */
export function kuramotoSivashinsky({
  dt,
  substeps,
  length,
  grid,
}: Sampling & { length: number; grid: number }): Flow<"kuramoto-sivashinsky"> {
  if (!(Number.isInteger(grid) && grid >= 8 && grid <= 2 ** 16 && (grid & (grid - 1)) === 0)) {
    throw new ParameterError(
      "grid",
      `kuramotoSivashinsky: grid ${grid}: the points must be a power of two from 8 to 65536.`,
    );
  }
  const { cos, sin } = circle(grid);
  const scheme = new Scheme(grid, length, dt / substeps);
  return flow({
    ...{ name: "kuramoto-sivashinsky", dimension: grid, dt },
    ...{ centre: Array.from(cos, (c, i) => c * (1 + sin[i])), spread: 0.5, transient: Math.ceil(200 / dt) },
    drawn: withoutMean,
    lyapunov: EXPONENTS.get(length),
    unbounded: { parameter: "dt", remedy: "lower dt, raise substeps, or take more grid points" },
    begin: (start) => scheme.begin(start, substeps),
  });
}

function withoutMean(u: number[]): number[] {
  const mean = u.reduce((sum, x) => sum + x, 0) / u.length;
  return u.map((x) => x - mean);
}

/** The coefficients of ETDRK4 for one step h, and its stages. */
class Scheme {
  readonly #n: number;
  readonly #fourier: Fourier;
  /** -q/2: the nonlinear term is -(u²)_x / 2. */
  readonly #slope: Float64Array;
  readonly #factors: Coefficients;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  constructor(n: number, length: number, h: number) {
    this.#n = n;
    this.#fourier = new Fourier(n);
    const q = Float64Array.from({ length: n }, (_, k) => (2 * Math.PI * (k <= n / 2 ? k : k - n)) / length);
    // The wave of period two points has no slope at them.
    this.#slope = q.map((wave, k) => (k === n / 2 ? 0 : -wave / 2));
    this.#factors = coefficients(
      q.map((wave) => wave * wave - wave * wave * wave * wave),
      h,
    );
    [this.#re, this.#im] = [new Float64Array(n), new Float64Array(n)];
  }

  begin(start: readonly number[], substeps: number): Motion {
    const n = this.#n;
    const state = Float64Array.from(start);
    const field = new Spectrum(n);
    field.re.set(state);
    this.#fourier.forward(field.re, field.im);
    const stages = Array.from({ length: 7 }, () => new Spectrum(n));
    return {
      state,
      advance: () => {
        for (let i = 0; i < substeps; i++) this.#step(field, stages);
        this.#re.set(field.re);
        this.#im.set(field.im);
        this.#fourier.inverse(this.#re, this.#im);
        state.set(this.#re);
      },
    };
  }

  /** The formulas (26)–(29) of the paper, with its names. */
  #step(v: Spectrum, [nv, a, na, b, nb, c, nc]: Spectrum[]): void {
    const { e, e2, q, f1, f2, f3 } = this.#factors;
    this.#nonlinear(v, nv);
    combine(a, (part, k) => e2[k] * v[part][k] + q[k] * nv[part][k]);
    this.#nonlinear(a, na);
    combine(b, (part, k) => e2[k] * v[part][k] + q[k] * na[part][k]);
    this.#nonlinear(b, nb);
    combine(c, (part, k) => e2[k] * a[part][k] + q[k] * (2 * nb[part][k] - nv[part][k]));
    this.#nonlinear(c, nc);
    combine(
      v,
      (part, k) =>
        e[k] * v[part][k] + nv[part][k] * f1[k] + 2 * (na[part][k] + nb[part][k]) * f2[k] + nc[part][k] * f3[k],
    );
  }

  /** The transform of -(u²)_x / 2. */
  #nonlinear(v: Spectrum, out: Spectrum): void {
    const [re, im] = [this.#re, this.#im];
    re.set(v.re);
    im.set(v.im);
    this.#fourier.inverse(re, im);
    for (let i = 0; i < this.#n; i++) {
      re[i] *= re[i];
      im[i] = 0;
    }
    this.#fourier.forward(re, im);
    for (let k = 0; k < this.#n; k++) {
      out.re[k] = -this.#slope[k] * im[k];
      out.im[k] = this.#slope[k] * re[k];
    }
  }
}

class Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
  constructor(n: number) {
    this.re = new Float64Array(n);
    this.im = new Float64Array(n);
  }
}

function combine(out: Spectrum, value: (part: "re" | "im", k: number) => number): void {
  for (let k = 0; k < out.re.length; k++) {
    out.re[k] = value("re", k);
    out.im[k] = value("im", k);
  }
}

type Coefficients = Record<"e" | "e2" | "q" | "f1" | "f2" | "f3", Float64Array>;
/** Points of the contour in the upper half plane; those below are their mirror images. */
const POINTS = 32;

/** For each linear rate: means over a circle of radius 1 around h·rate, for the formulas themselves cancel near 0. */
function coefficients(rates: Float64Array, h: number): Coefficients {
  const { cos, sin } = circle(4 * POINTS);
  const rows = Array.from(rates, (rate) => {
    const sums = [0, 0, 0, 0];
    for (let j = 0; j < POINTS; j++) {
      const z: Complex = [h * rate + cos[2 * j + 1], sin[2 * j + 1]];
      const z2 = times(z, z);
      const z3 = times(z2, z);
      const whole = exp(z);
      const poly = (a: number, b: number, c: number): Complex => [a + b * z[0] + c * z2[0], b * z[1] + c * z2[1]];
      const half = exp([z[0] / 2, z[1] / 2]);
      const f = (free: Complex, grown: Complex) => {
        const product = times(whole, grown);
        return over([free[0] + product[0], free[1] + product[1]], z3);
      };
      sums[0] += over([half[0] - 1, half[1]], z);
      sums[1] += f(poly(-4, -1, 0), poly(4, -3, 1));
      sums[2] += f(poly(2, 1, 0), poly(-2, 1, 0));
      sums[3] += f(poly(-4, -3, -1), poly(4, -1, 0));
    }
    return [portableExp(h * rate), portableExp((h * rate) / 2), ...sums.map((sum) => (h * sum) / POINTS)];
  });
  const column = (i: number) => Float64Array.from(rows, (row) => row[i]);
  const [e, e2, q, f1, f2, f3] = [0, 1, 2, 3, 4, 5].map(column);
  return { e, e2, q, f1, f2, f3 };
}

type Complex = readonly [re: number, im: number];
const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];
/** The real part of a quotient. */
const over = ([a, b]: Complex, [c, d]: Complex) => (a * c + b * d) / (c * c + d * d);

/** e^z for |Im z| ≤ 1: the series of e^(i Im z) has then reached rounding after 20 terms. */
function exp([re, im]: Complex): Complex {
  let sum: Complex = [1, 0];
  for (let n = 20; n > 0; n--) sum = [1 - (im / n) * sum[1], (im / n) * sum[0]];
  const scale = portableExp(re);
  return [scale * sum[0], scale * sum[1]];
}
