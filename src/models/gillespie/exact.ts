// The chemical master equation itself, for networks of few states: dp/dt = A p over all states that can be reached, solved by
// uniformisation (Jensen 1953; Grassmann 1977): p(t) = Σ_k Poisson(q t; k) (1 + A/q)^k p(0), a sum of positive terms.

import { evaluate } from "./expression.ts";
import { TIME } from "./network.ts";
import type { Ensemble } from "./prepare.ts";

export interface Law {
  /** [time][species] */
  mean: number[][];
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
 * or rates that depend on time.
 */
export function masterEquation(
  ensemble: Ensemble,
  point = 0,
  { states: most = 40_000, operations = 2e9 }: Effort = {},
): Law | undefined {
  const { network, points, times } = ensemble;
  if (network.events.length > 0) return undefined;
  const { initial } = points[point];
  for (let box = 64; ; box *= 2) {
    // Counts up to so many more than at the start; if too much probability leaves, a larger box.
    const reached = explore(
      ensemble,
      point,
      initial.map((count) => 2 * count + box),
      most,
    );
    if (!reached) return undefined;
    const q = reached.exit.reduce((a, b) => Math.max(a, b), 0);
    if (q * times[times.length - 1] * (reached.to.length + reached.states.length) > operations) return undefined;
    const law = propagate(ensemble, reached, q);
    if (law.lost < TOLERANCE) return law;
    if (!reached.open) return undefined;
  }
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

function propagate({ network, times }: Ensemble, { states, from, to, rate, exit }: Reached, q: number): Law {
  let p = new Float64Array(states.length);
  p[0] = 1;
  const mean: number[][] = [];
  const sd: number[][] = [];
  const record = () => {
    const means = network.species.map((_, s) => states.reduce((sum, state, i) => sum + p[i] * state[s], 0));
    const squares = network.species.map((_, s) =>
      states.reduce((sum, state, i) => sum + p[i] * (state[s] - means[s]) ** 2, 0),
    );
    mean.push(means);
    sd.push(squares.map(Math.sqrt));
  };
  record();
  for (let g = 1; g < times.length; g++) {
    p = after(p, times[g] - times[g - 1]);
    record();
  }
  const final = network.species.map((_, s) => {
    const law = new Float64Array(states.reduce((largest, state) => Math.max(largest, state[s]), 0) + 1);
    states.forEach((state, i) => {
      law[state[s]] += p[i];
    });
    return law;
  });
  return { mean, sd, final, lost: 1 - p.reduce((a, b) => a + b, 0) };

  function after(start: Float64Array<ArrayBuffer>, interval: number): Float64Array<ArrayBuffer> {
    if (q === 0) return start;
    // Pieces of at most 100 expected jumps: e^-100 is far from the smallest number.
    const pieces = Math.ceil((q * interval) / 100);
    const expected = (q * interval) / pieces;
    let now = start;
    for (let piece = 0; piece < pieces; piece++) {
      let weight = Math.exp(-expected);
      let term = now;
      const next = now.map((each) => weight * each);
      // Past the most frequent number of jumps the weights fall faster and faster.
      for (let k = 1; k < expected || weight > 1e-18; k++) {
        const jumped = new Float64Array(now.length);
        for (let i = 0; i < term.length; i++) jumped[i] = term[i] * (1 - exit[i] / q);
        for (let i = 0; i < rate.length; i++) if (to[i] >= 0) jumped[to[i]] += (term[from[i]] * rate[i]) / q;
        term = jumped;
        weight *= expected / k;
        for (let i = 0; i < next.length; i++) next[i] += weight * term[i];
      }
      now = next;
    }
    return now;
  }
}
