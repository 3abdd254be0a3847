// The rate equations dx/dt = Σ ν a(x) that an ensemble follows where counts are large, in f64: Dormand and Prince's method of
// order 5 with steps by its error estimate (1980, doi 10.1016/0771-050X(80)90013-3).

import { call, type Expression, evaluate, namesIn, number } from "../../../expression/expression.ts";
import type { Ensemble } from "../ensemble.ts";
import { clockOf } from "../network/clock.ts";
import { drawsNumbers } from "../network/draws.ts";
import { networkError } from "../network/errors.ts";
import { isDelayed, TIME } from "../network/network.ts";
import { Happenings } from "./happenings.ts";

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
 * Species, then variables, at the grid times: [time][species]. Undefined where an event waits for a state - counts that jump are no smooth curve -
 * and where the equations are too stiff for an explicit method.
 */
export function rateEquations(ensemble: Ensemble, point = 0): number[][] | undefined {
  const { network, points, times } = ensemble;
  const { initial, parameters, schedule } = points[point];
  const { species, variables, events } = network;
  const index = new Map([...species, ...variables].map((name, i) => [name, i]));
  // Nor are random numbers, and delays ask for the past.
  if (network.starts || drawsNumbers(network) || isDelayed(network)) return undefined;
  if (events.some(({ trigger }) => [...namesIn(trigger)].some((name) => index.has(name)))) return undefined;
  const rates = network.reactions.map(({ propensity }) => continuous(propensity));
  const moves = network.reactions.map(({ changes }) =>
    changes.flatMap((change, s): [number, number][] => (change === 0 ? [] : [[s, change]])),
  );
  let clocks = schedule.truths;
  const valueAt = (t: number, x: readonly number[]) => (name: string) => {
    if (name === TIME) return t;
    const clock = clockOf(name);
    if (clock >= 0) return (clocks >>> clock) & 1;
    return index.has(name) ? x[index.get(name)!] : parameters.get(name)!;
  };
  const slope = (t: number, x: readonly number[]) => {
    const own = rates.map((rate) => evaluate(rate, valueAt(t, x)));
    const result = x.map((_, i) => {
      const rate = i < species.length ? undefined : network.rates?.get(variables[i - species.length]);
      return rate ? evaluate(rate, valueAt(t, x)) : 0;
    });
    moves.forEach((changes, i) => {
      for (const [s, change] of changes) result[s] += change * own[i];
    });
    return result;
  };

  // Variables stand behind the species; nothing but events changes them.
  let x = [...initial, ...variables.map((name) => parameters.get(name)!)];
  // Errors are those of counts, or of quantities that are below 1 from the start.
  const unit = Math.min(1, initial.reduce((most, each) => Math.max(most, Math.abs(each)), 0) || 1);
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
        const least = s < species.length ? unit : Math.abs(step * k[0][s]) + 1e-300;
        const scale = TOLERANCE * (least + Math.max(Math.abs(each), Math.abs(next[s])));
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

  const happenings = new Happenings(events, ensemble.version1, {
    lookUp: (name) => valueAt(t, x)(name),
    set: (target, value) => {
      x[target] = value;
    },
    order: () => 0,
    drawn: () => [],
    failure: (what) => networkError(`rate equations: ${what}.`),
  });
  happenings.settle(0);
  const path: number[][] = [];
  let moment = 0;
  for (const end of times) {
    // As with counts: an event at a grid time has happened by then, one after it has not.
    for (;;) {
      const next = schedule.moments[moment];
      const isDue = next && (next.after ? next.time < end : next.time <= end);
      const at = Math.min(isDue ? next.time : Number.POSITIVE_INFINITY, happenings.next);
      if (!(at <= end)) break;
      if (!goTo(at)) return undefined;
      if (isDue && next.time <= at) {
        clocks = next.truths;
        moment++;
      }
      happenings.settle(t);
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
