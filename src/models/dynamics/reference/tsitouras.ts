// A step by the method of Tsitouras of order 5, with an error estimate of order 4 and an interpolant of order 4 (2011, doi
// 10.1016/j.camwa.2011.06.002), in f64, written as in its paper.

import type { AdaptiveMethod } from "./adaptive.ts";
import { dot, type Motion, plus, type Vector } from "./motion.ts";

/** Weights of slopes in the stages; the last are those of the step. */
export const STAGES: readonly Vector[] = [
  [],
  [0.161],
  [-0.008480655492356989, 0.335480655492357],
  [2.8971530571054935, -6.359448489975075, 4.3622954328695815],
  [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
  [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383],
  [0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774],
];
export const PARTS: Vector = [0, 0.161, 0.327, 0.9, 0.9800255409045097, 1, 1];
/** The difference from weights of order 4. */
export const ERROR: Vector = [
  -0.001780011052225777,
  -0.0008164344596567469,
  0.007880878010261995,
  -0.1447110071732629,
  0.5823571654525552,
  -0.45808210592918697,
  1 / 66,
];
/** Weights at a part u of the step: coefficients of u, u^2, u^3 and u^4. */
export const BETWEEN: readonly Vector[] = [
  [1, -2.763706197274826, 2.9132554618219126, -1.0530884977290216],
  [0, 0.1317, -0.2234, 0.1017],
  [0, 3.9302962368947516, -5.941033872131505, 2.490627285651253],
  [0, -12.411077166933676, 30.33818863028232, -16.548102889244902],
  [0, 37.50931341651104, -88.1789048947664, 47.37952196281928],
  [0, -27.896526289197286, 65.09189467479366, -34.87065786149661],
  [0, 1.5, -4, 2.5],
];

type Slope = (x: Vector, t: number) => Vector;
const combined = (x: Vector, h: number, weights: Vector, slopes: readonly Vector[]): Vector =>
  weights.reduce((sum, weight, i) => plus(sum, h * weight, slopes[i]), x);

/** A step, its error, and the states between its ends. */
export function tsitourasStep(slope: Slope, x: Vector, t: number, h: number) {
  const slopes: Vector[] = [];
  let at = x;
  for (const [i, weights] of STAGES.entries()) {
    at = combined(x, h, weights, slopes);
    slopes.push(slope(at, t + PARTS[i] * h));
  }
  const none = x.map(() => 0);
  return {
    x: at,
    error: combined(none, h, ERROR, slopes),
    /** By the first slope alone. */
    change: plus(none, h, slopes[0]),
    between: (u: number) =>
      combined(
        x,
        h,
        BETWEEN.map(([a, b, c, d]) => u * (a + u * (b + u * (c + u * d)))),
        slopes,
      ),
  };
}

/** The state and its tangents as one vector: v' = J(x) v. */
function slopeOf({ at, jacobian }: Motion, n: number): Slope {
  return (all, t) => {
    const x = all.slice(0, n);
    const own = at(x, t, true);
    if (all.length === n) return own;
    const rows = jacobian(x, t);
    const turned: number[] = [];
    for (let from = n; from < all.length; from += n)
      turned.push(...rows.map((row) => dot(row, all.slice(from, from + n))));
    return [...own, ...turned];
  };
}

export const tsitouras: AdaptiveMethod = {
  ofError: 0.14,
  ofLast: 0.08,
  nothing: 1e-30,
  step(motion, x, frame, t, h) {
    return tsitourasStep(slopeOf(motion, x.length), [...x, ...frame.flat()], t, h);
  },
};
