// The chemical master equation itself, for networks of few states: dp/dt = A p over all states that can be reached, solved by
// uniformisation (Jensen 1953; Grassmann 1977): p(t) = Σ_k Poisson(q t; k) (1 + A/q)^k p(0), a sum of positive terms.

import { evaluate } from "../../../expression/expression.ts";
import type { Ensemble } from "../ensemble.ts";
import { isDelayed, isHybrid, TIME } from "../network/network.ts";

/** Solution of the chemical master equation at the grid times. */
export interface Law {
  /** [time][species] */
  mean: number[][];
  /** Standard deviation, [time][species]. */
  sd: number[][];
  /** [species][count] at the last time. */
  final: Float64Array[];
  /** Probability that left the states considered: an upper bound of the error of each probability. */
  lost: number;
}

export interface Effort {
  /** States at most. */
  states?: number;
  /** Operations at most. */
  operations?: number;
}

/** Less may leave the box of states. */
const TOLERANCE = 1e-9;

/**
 * The law of one point of an ensemble at all grid times; undefined where there are too many states, too much to compute, events,
 * delays, drawn starts, or rates that depend on time.
 */
export function masterEquation(
  ensemble: Ensemble,
  point = 0,
  { states: most = 40_000, operations = 2e9 }: Effort = {},
): Law | undefined {
  const { network, points, times } = ensemble;
  if (network.events.length > 0 || network.starts || isHybrid(network) || isDelayed(network)) return undefined;
  if (!points[point].initial.every(Number.isInteger)) return undefined;
  const { initial } = points[point];
  // Counts up to so many more than at the start. Where too much probability leaves this box in an interval, a larger one is taken.
  let box = 96;
  const enclosed = () =>
    explore(
      ensemble,
      point,
      initial.map((count) => 2 * count + box),
      most,
    );
  let reached = enclosed();
  if (!reached) return undefined;
  let p = new Float64Array(reached.states.length);
  p[0] = 1;
  const moments = [momentsOf(reached.states, p)];
  let left = operations;
  for (let g = 1; g < times.length; g++) {
    for (;;) {
      const interval = times[g] - times[g - 1];
      left -= effort(reached, interval);
      if (left < 0) return undefined;
      const next = after(reached, p, interval);
      if (total(p) - total(next) < TOLERANCE / times.length) {
        p = next;
        break;
      }
      if (!reached.open) return undefined;
      box = Math.ceil(1.5 * box);
      const larger = enclosed();
      if (!larger) return undefined;
      const known = new Map(larger.states.map((state, i) => [state.join(), i]));
      const moved = new Float64Array(larger.states.length);
      reached.states.forEach((state, i) => {
        moved[known.get(state.join())!] = p[i];
      });
      [reached, p] = [larger, moved];
    }
    moments.push(momentsOf(reached.states, p));
  }
  const { states } = reached;
  const final = network.species.map((_, s) => {
    const law = new Float64Array(states.reduce((largest, state) => Math.max(largest, state[s]), 0) + 1);
    states.forEach((state, i) => {
      law[state[s]] += p[i];
    });
    return law;
  });
  return { mean: moments.map(({ mean }) => mean), sd: moments.map(({ sd }) => sd), final, lost: 1 - total(p) };
}

const total = (p: Float64Array) => p.reduce((a, b) => a + b, 0);

function momentsOf(states: readonly number[][], p: Float64Array) {
  const mean = states[0].map((_, s) => states.reduce((sum, state, i) => sum + p[i] * state[s], 0));
  const sd = mean.map((each, s) => Math.sqrt(states.reduce((sum, state, i) => sum + p[i] * (state[s] - each) ** 2, 0)));
  return { mean, sd };
}

interface Reached {
  states: number[][];
  /** Transitions state → state at a rate; to -1 out of the box. */
  from: number[];
  to: number[];
  rate: number[];
  exit: number[];
  /** True if the box cuts something off. */
  open: boolean;
}

function explore(
  { network, points }: Ensemble,
  point: number,
  box: readonly number[],
  most: number,
): Reached | undefined {
  const { initial, parameters } = points[point];
  const known = new Map([[initial.join(), 0]]);
  const reached: Reached = { states: [[...initial]], from: [], to: [], rate: [], exit: [], open: false };
  const species = new Map(network.species.map((name, i) => [name, i]));
  for (let at = 0; at < reached.states.length; at++) {
    const state = reached.states[at];
    let exit = 0;
    for (const { propensity, changes } of network.reactions) {
      let timed = false;
      const rate = evaluate(propensity, (name) => {
        if (name === TIME) timed = true;
        const own = species.get(name);
        return own === undefined ? (parameters.get(name) ?? Number.NaN) : state[own];
      });
      if (timed) return undefined;
      if (!(rate > 0)) continue;
      const next = state.map((count, i) => count + changes[i]);
      if (next.some((count) => count < 0)) return undefined;
      const inside = next.every((count, i) => count <= box[i]);
      let to = -1;
      if (inside) {
        const key = next.join();
        to = known.get(key) ?? -1;
        if (to < 0) {
          to = reached.states.push(next) - 1;
          if (to >= most) return undefined;
          known.set(key, to);
        }
      } else reached.open = true;
      exit += rate;
      reached.from.push(at);
      reached.to.push(to);
      reached.rate.push(rate);
    }
    reached.exit.push(exit);
  }
  return reached;
}

const fastest = ({ exit }: Reached) => exit.reduce((a, b) => Math.max(a, b), 0);

const effort = (reached: Reached, interval: number) =>
  fastest(reached) * interval * (reached.to.length + reached.states.length);

/** The law after an interval: jumps of a Poisson process that is faster than any state is left. */
function after(reached: Reached, start: Float64Array<ArrayBuffer>, interval: number): Float64Array<ArrayBuffer> {
  const q = fastest(reached);
  if (q === 0) return start;
  const { states } = reached;
  const from = Int32Array.from(reached.from);
  // One place more takes what leaves the box.
  const to = Int32Array.from(reached.to, (state) => (state < 0 ? states.length : state));
  const chance = Float64Array.from(reached.rate, (rate) => rate / q);
  const stay = Float64Array.from(reached.exit, (rate) => 1 - rate / q);
  // Pieces of at most 100 expected jumps: e^-100 is far from the smallest number.
  const pieces = Math.ceil((q * interval) / 100);
  const expected = (q * interval) / pieces;
  let now = start;
  for (let piece = 0; piece < pieces; piece++) {
    let weight = Math.exp(-expected);
    let term = new Float64Array(states.length + 1);
    let jumped = new Float64Array(states.length + 1);
    term.set(now);
    const next = now.map((each) => weight * each);
    // Past the most frequent number of jumps the weights fall faster and faster.
    for (let k = 1; k < expected || weight > 1e-18; k++) {
      for (let i = 0; i < stay.length; i++) jumped[i] = term[i] * stay[i];
      for (let i = 0; i < chance.length; i++) jumped[to[i]] += term[from[i]] * chance[i];
      [term, jumped] = [jumped, term];
      weight *= expected / k;
      for (let i = 0; i < next.length; i++) next[i] += weight * term[i];
    }
    now = next;
  }
  return now;
}
