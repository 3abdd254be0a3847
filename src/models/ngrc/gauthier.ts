// The Lorenz data of Gauthier, Bollt, Griffith and Barbosa (2021, doi 10.1038/s41467-021-25801-2), made as they made theirs: by SciPy's
// RK23 with its loose default tolerances. That matters: the errors of that method are what keeps their weights small. On samples that are
// exact, their ridge of 2.5e-6 gives one-step errors that are smaller, and forecasts that leave the attractor at once. (Santos and Bollt
// 2025, arXiv:2505.00846, on how ill-conditioned these features are.)

import type { OwnSeries } from "./data.ts";
import { VERSION_1 } from "./parameters.ts";

const RELATIVE = 1e-3;
const ABSOLUTE = 1e-6;
const START = [17.67715816276679, 12.931379185960404, 43.91404334248268];
const DT = 0.025;
/**
 * Of their program (github.com/quantinfo/ng-rc-paper-code) over 20 training segments: the median error over one Lyapunov time, with the error of
 * such a median; and the training error of its first segment. (That segment's own forecast, 7.3e-4, hangs on how the ill-conditioned
 * equations are solved: its pseudo-inverse gives twice the error of Cholesky's method.)
 */
export const KNOWN = { nrmse: 2.29e-3, error: 0.57e-3, training: 1.03e-4 };
/** Their constants. */
export const SETTING = {
  ...VERSION_1, // samples as they are, and errors of all three numbers together
  ...{ dt: DT, lyapunov: 0.9056, delays: 2, skip: 1, order: 2, training: 400, ridge: 2.5e-6, until: 1 },
} as const;

const lorenz = ([x, y, z]: number[]) => [10 * (y - x), x * (28 - z) - y, x * y - (8 / 3) * z];
const plus = (y: number[], ...terms: [h: number, k: number[]][]) =>
  y.map((x, i) => terms.reduce((sum, [h, k]) => sum + h * k[i], x));
const norm = (x: number[], y: number[], other = y) => {
  const shares = x.map((e, i) => e / (ABSOLUTE + RELATIVE * Math.max(Math.abs(y[i]), Math.abs(other[i]))));
  return Math.sqrt(shares.reduce((sum, e) => sum + e * e, 0) / x.length);
};
/** By Newton's method from 1: for Math.cbrt's last digits are open, and the trajectory is chaotic. */
const cubeRoot = (x: number) => {
  let root = 1;
  for (let i = 0; i < 60; i++) root = (2 * root + x / (root * root)) / 3;
  return root;
};

/**
 * Samples at 0, dt, 2 dt, …: [time][3]. Bogacki and Shampine 1989 (doi 10.1016/0893-9659(89)90079-7), order 3 with an error estimate of
 * order 2 and SciPy's control of steps; between them the cubic through both ends with their slopes.
 */
export function looseLorenz(samples: number): number[][] {
  let [y, f] = [START, lorenz(START)];
  const guess = (0.01 * norm(y, y)) / norm(f, y);
  const slope = norm(plus(lorenz(plus(y, [guess, f])), [-1, f]), y) / guess;
  let h = Math.min(100 * guess, cubeRoot(0.01 / Math.max(norm(f, y), slope)));
  const out = [y];
  for (let t = 0; out.length < samples; ) {
    for (let rejected = false; ; rejected = true) {
      const k2 = lorenz(plus(y, [h / 2, f]));
      const k3 = lorenz(plus(y, [(3 * h) / 4, k2]));
      const next = plus(y, [(2 * h) / 9, f], [h / 3, k2], [(4 * h) / 9, k3]);
      const slopes = lorenz(next);
      const error = norm(plus([0, 0, 0], [(5 * h) / 72, f], [-h / 12, k2], [-h / 9, k3], [h / 8, slopes]), y, next);
      const factor = 0.9 / cubeRoot(error);
      if (error >= 1) {
        h *= Math.max(0.2, factor);
        continue;
      }
      for (; out.length < samples && out.length * DT <= t + h; ) {
        const s = (out.length * DT - t) / h;
        const [a, b, c] = [s * s * (3 - 2 * s), h * s * (1 - s) * (1 - s), h * s * s * (s - 1)];
        out.push(y.map((x, i) => x + a * (next[i] - x) + b * f[i] + c * slopes[i]));
      }
      [t, y, f] = [t + h, next, slopes];
      h *= Math.min(rejected ? 1 : 10, factor);
      break;
    }
  }
  return out;
}

/** Their training segments, one after another, and what follows each: segment i begins its training at sample 200 + 400 i. */
export function gauthierSeries(segments: number): OwnSeries {
  const { training } = SETTING;
  const after = Math.ceil(1 / (SETTING.lyapunov * DT));
  const length = training + 2 + after;
  const path = looseLorenz(200 + training * segments + after);
  const data = Array.from({ length: segments }, (_, i) => {
    const first = 200 + training * i - 2;
    return path.slice(first, first + length);
  });
  return { data: data.flat(2), shape: [segments, length, 3] };
}
