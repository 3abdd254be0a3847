// Tau-leaping and the chemical Langevin equation in plain f64, to be read; sources in shaders/gillespie/leap.wgsl. It shares the
// rules for the step with the kernel, and none of its random numbers: the two agree in their laws.

import { streamKey, threefry4x32 } from "../../random/threefry.ts";
import { evaluate } from "./expression.ts";
import { networkError, PURPOSE, TIME } from "./network.ts";
import type { Ensemble } from "./prepare.ts";
import type { Trajectory } from "./reference.ts";

/** Firings that leave a reactant short make a reaction critical, and as few make a leap not worth its price. */
export const FEW = 10;
/** A species may change by this share of itself, divided by what the order of its reactions may multiply it by. */
export const ORDER = 3;

/**
 * One trajectory of approximate dynamics. Counts at the grid are whole; of the Langevin equation they are rounded.
 *
 * @throws ParameterError for events and for passages, which only the GPU knows with these methods
 */
export function simulateLeaping(
  ensemble: Ensemble,
  { point, replicate }: { point: number; replicate: number },
  { continuous, tolerance }: { continuous: boolean; tolerance: number },
): Trajectory {
  const { network, times } = ensemble;
  if (network.events.length > 0 || ensemble.passage) {
    throw networkError(
      "the reference leaps over networks without events and passages; take the method direct, or a GPU.",
    );
  }
  const { parameters, initial } = ensemble.points[point];
  const random = uniformsOf(ensemble.seed, point, replicate);
  let state = [...initial];
  let time = 0;
  const index = new Map(network.species.map((name, i) => [name, i]));
  const lookUp = (name: string) => {
    const at = index.get(name);
    return name === TIME ? time : at === undefined ? parameters.get(name)! : state[at];
  };
  const counts = [[...initial]];
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

  for (let g = 1; g < times.length; ) {
    const propensities = network.reactions.map(({ propensity }) => evaluate(propensity, lookUp));
    const total = sum(propensities);
    let tau = times[g] - time;
    let lands = true;
    let single: number | undefined;

    const critical = network.reactions.map(
      ({ changes }, i) =>
        !continuous && propensities[i] > 0 && changes.some((change, s) => change < 0 && state[s] < -change * FEW),
    );
    const free = propensities.map((value, i) => (critical[i] ? 0 : value));
    if (total > 0) {
      let step = Number.POSITIVE_INFINITY;
      state.forEach((count, s) => {
        const mean = sum(network.reactions.map(({ changes }, i) => changes[s] * free[i]));
        const variance = sum(network.reactions.map(({ changes }, i) => changes[s] ** 2 * free[i]));
        const most = Math.max((tolerance * count) / ORDER, 1);
        if (variance > 0) step = Math.min(step, most / Math.abs(mean), most ** 2 / variance);
      });
      if (!continuous && step * total < FEW && tau * total > 0.1) {
        // One reaction, exactly.
        free.fill(0);
        const waiting = -Math.log(random()) / total;
        if (waiting < tau) single = pick(propensities, random() * total);
        [tau, lands] = [Math.min(tau, waiting), waiting >= tau];
      } else {
        if (step < tau) [tau, lands] = [step, false];
        const rare = propensities.map((value, i) => (critical[i] ? value : 0));
        const waiting = sum(rare) > 0 ? -Math.log(random()) / sum(rare) : Number.POSITIVE_INFINITY;
        if (waiting < tau) {
          [tau, lands] = [waiting, false];
          single = pick(rare, random() * sum(rare));
        }
      }
    }

    let next = state;
    for (let trial = 0; trial < 16; trial++) {
      const firings = free.map((rate) => (continuous ? langevin(rate * tau, random) : poisson(rate * tau, random)));
      next = state.map((count, s) => count + sum(network.reactions.map(({ changes }, i) => changes[s] * firings[i])));
      if (continuous) next = next.map((count) => Math.max(count, 0));
      if (next.every((count) => count >= 0)) break;
      [tau, lands, single, next] = [tau / 2, false, undefined, state];
    }
    state = single === undefined ? next : next.map((count, s) => count + network.reactions[single!].changes[s]);
    time = lands ? times[g] : time + tau;
    if (lands) {
      counts.push(state.map((count) => Math.floor(count + 0.5)));
      g++;
    }
  }
  return { counts, passage: undefined, firings: Number.NaN };
}

function pick(weights: readonly number[], r: number): number {
  let below = 0;
  const at = weights.findIndex((weight) => {
    below += weight;
    return r < below;
  });
  return at >= 0 ? at : weights.findIndex((weight) => weight > 0);
}

const langevin = (mean: number, random: () => number) =>
  mean > 0 ? mean + Math.sqrt(mean) * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()) : 0;

/** As many unit exponentials as fit into `mean`. */
function poisson(mean: number, random: () => number): number {
  let count = -1;
  let left = mean;
  do {
    left += Math.log(random());
    count++;
  } while (left > 0);
  return count;
}

/** Numbers in (0, 1), in the order in which they are asked for. */
function uniformsOf(seed: bigint, point: number, replicate: number): () => number {
  const key = streamKey(seed, PURPOSE + 1, 0);
  let at = 0;
  return () => {
    const block = threefry4x32([replicate, point, Math.floor(at / 4), 0], key);
    return (block[at++ % 4] + 0.5) / 2 ** 32;
  };
}
