// The rate equations dx/dt = Σ ν a(x) that an ensemble follows where counts are large, in f64: Dormand and Prince's method of
// order 5 with steps by its error estimate (1980, doi 10.1016/0771-050X(80)90013-3).

import { call, type Expression, evaluate, number } from "./expression.ts";
import { TIME, triggerTime } from "./network.ts";
import type { Ensemble } from "./prepare.ts";

const TOLERANCE = 1e-6;
const MOST_STEPS = 50_000;

/** Stages: their times, what each takes of those before it, and the weights of the solution and of its error. */
const NODES = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const STAGES = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
const FIFTH = [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0];
const FOURTH = [5179 / 57600, 0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40];

/**
 * Species at the grid times, [time][species]. Undefined where an event waits for a state - counts that jump are no smooth curve -
 * and where the equations are too stiff for an explicit method.
 */
export function rateEquations({ network, points, times }: Ensemble, point = 0): number[][] | undefined {
  const { initial, parameters, stops } = points[point];
  if (network.events.some((event) => !triggerTime(event))) return undefined;
  const index = new Map(network.species.map((name, i) => [name, i]));
  const rates = network.reactions.map(({ propensity }) => continuous(propensity));
  const moves = network.reactions.map(({ changes }) =>
    changes.flatMap((change, s): [number, number][] => (change === 0 ? [] : [[s, change]])),
  );
  const valueAt = (t: number, x: readonly number[]) => (name: string) =>
    name === TIME ? t : index.has(name) ? x[index.get(name)!] : parameters.get(name)!;
  const slope = (t: number, x: readonly number[]) => {
    const own = rates.map((rate) => evaluate(rate, valueAt(t, x)));
    const result = x.map(() => 0);
    moves.forEach((changes, i) => {
      for (const [s, change] of changes) result[s] += change * own[i];
    });
    return result;
  };

  let x = [...initial];
  let t = 0;
  let steps = 0;
  let h = times[1] / 100;
  const goTo = (end: number): boolean => {
    while (t < end) {
      if (++steps > MOST_STEPS || !(h > 1e-14 * end)) return false;
      const step = Math.min(h, end - t);
      const k: number[][] = [];
      for (const [stage, weights] of STAGES.entries()) {
        k.push(
          slope(
            t + NODES[stage] * step,
            x.map((each, s) => each + step * dot(weights, k, s)),
          ),
        );
      }
      const next = x.map((each, s) => each + step * dot(FIFTH, k, s));
      const error = x.reduce((most, each, s) => {
        const scale = TOLERANCE * (1 + Math.max(Math.abs(each), Math.abs(next[s])));
        return Math.max(most, Math.abs(step * (dot(FIFTH, k, s) - dot(FOURTH, k, s))) / scale);
      }, 0);
      if (error <= 1) {
        t = step < h ? end : t + step;
        x = next;
      }
      if (step === h || error > 1) h = step * Math.min(5, Math.max(0.2, 0.9 * Math.max(error, 1e-10) ** -0.2));
    }
    return x.every(Number.isFinite);
  };

  const due = stops
    .flatMap((stop, event) => (stop ? [{ ...stop, event }] : []))
    .sort((a, b) => a.time - b.time || a.event - b.event);
  const path: number[][] = [];
  for (const end of times) {
    // As with counts: an event at a grid time has happened by then, one after it has not.
    while (due.length > 0 && (due[0].after ? due[0].time < end : due[0].time <= end)) {
      const { event, time } = due.shift()!;
      if (!goTo(time)) return undefined;
      const { assignments } = network.events[event];
      const values = assignments.map(({ value }) => evaluate(value, valueAt(t, x)));
      assignments.forEach(({ species }, i) => {
        x[species] = values[i];
      });
    }
    if (!goTo(end)) return undefined;
    path.push([...x]);
  }
  return path;
}

const dot = (weights: readonly number[], k: readonly number[][], s: number) =>
  weights.reduce((sum, weight, i) => sum + weight * (k[i]?.[s] ?? 0), 0);

/** Ways to choose m of x, for large x: x^m / m!. */
function continuous(expression: Expression): Expression {
  if (expression.kind !== "call") return expression;
  const operands = expression.operands.map(continuous);
  if (expression.operation !== "choose") return { ...expression, operands };
  const [x, m] = operands;
  let factorial = 1;
  for (let i = 2; m.kind === "number" && i <= m.value; i++) factorial *= i;
  return call("/", call("^", x, m), number(factorial));
}
