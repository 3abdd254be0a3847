// A step by the method of Shampine and Reichelt for stiff flows (1997, doi 10.1137/S1064827594276424), in f64, written as in its paper: a Rosenbrock
// formula of order 2, with an error estimate of third order and an interpolant of order 2.

import type { AdaptiveMethod } from "./adaptive.ts";
import { type Motion, plus, type Vector } from "./motion.ts";

const D = 1 / (2 + Math.SQRT2);
const E32 = 6 + Math.SQRT2;

/** Right sides with their derivatives; a matrix that is not quite theirs costs no order. */
export type Stiff = Pick<Motion, "at" | "jacobian" | "inTime">;

/** A step, its error, and the states between its ends. What solves no equation is no number. */
export function rosenbrockStep({ at, jacobian, inTime }: Stiff, x: Vector, t: number, h: number) {
  const slope = (y: Vector, time: number) => at(y, time, true);
  const w = jacobian(x, t).map((row, i) => row.map((value, j) => (i === j ? 1 : 0) - h * D * finite(value)));
  const driven = inTime(x, t).map((value) => h * D * finite(value));
  const f0 = slope(x, t);
  const k1 = solution(w, plus(f0, 1, driven));
  const f1 = slope(plus(x, h / 2, k1), t + h / 2);
  const k2 = plus(solution(w, plus(f1, -1, k1)), 1, k1);
  const y = plus(x, h, k2);
  const f2 = slope(y, t + h);
  const right = f2.map((value, i) => value - E32 * (k2[i] - f1[i]) - 2 * (k1[i] - f0[i]) + driven[i]);
  const k3 = solution(w, right);
  return {
    x: y,
    error: k1.map((value, i) => (h / 6) * (value - 2 * k2[i] + k3[i])),
    /** By the first slope alone. */
    change: k1.map((value) => h * value),
    between: (s: number) => {
      const first = plus(x, (h * s * (1 - s)) / (1 - 2 * D), k1);
      return plus(first, (h * s * (s - 2 * D)) / (1 - 2 * D), k2);
    },
  };
}

/** An infinite slope, as of sqrt(x) at 0, is left out of the matrix. */
const finite = (value: number) => (Number.isFinite(Math.fround(value)) ? value : 0);

/** Of a x = b, by Gauss, with the row first that has the largest number. */
function solution(a: readonly Vector[], b: Vector): Vector {
  const rows = a.map((row, i) => [...row, b[i]]);
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    const size = (i: number) => Math.abs(rows[i][k]);
    let most = k;
    for (let i = k + 1; i < n; i++) if (size(i) > size(most)) most = i;
    [rows[k], rows[most]] = [rows[most], rows[k]];
    for (let i = k + 1; i < n; i++) rows[i] = [...plus(rows[i], -rows[i][k] / rows[k][k], rows[k])];
  }
  const x = Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    const rest = x.reduce((sum, value, j) => (j > i ? sum - rows[i][j] * value : sum), rows[i][n]);
    x[i] = rest / rows[i][i];
  }
  return x;
}

export const rosenbrock: AdaptiveMethod = {
  ofError: 0.7 / 3,
  ofLast: 0.4 / 3,
  nothing: 1e-15,
  // There are no tangents: they would need second derivatives of the right sides.
  step: (motion, x, _, t, h) => rosenbrockStep(motion, x, t, h),
};
