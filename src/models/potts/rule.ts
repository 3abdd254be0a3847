// The Potts model's rule: H = -J Σ δ(s, s') over bonds; a site takes a state with n neighbours in it with the weight exp(J n / T), by the
// heat bath. Potts 1952, doi 10.1017/S0305004100027419; Wu 1982, doi 10.1103/RevModPhys.54.235.

import { portableExp } from "../../portable.ts";
import type { Rule } from "../lattice/rule.ts";

/** A weight of 1. Weights are rounded to integers, so that chances are off by less than q 2^-54. */
const ONE = 2n ** 54n;

/** What shaders/potts/rule.wgsl looks up: 1 where fewer neighbours are better, and the weights by differences to the best number. */
export function tableOf({ temperature, coupling }: { temperature: number; coupling: number }, neighbours: number) {
  const words = [coupling < 0 ? 1 : 0];
  for (let difference = 0; difference <= neighbours; difference++) {
    const share = portableExp((-Math.abs(coupling) * difference) / temperature);
    const weight = BigInt(Math.round(share * Number(ONE)));
    words.push(Number(weight & 0xffffffffn), Number(weight >> 32n));
  }
  return words;
}

export const pottsRule = (states: number): Rule => ({
  states,
  sums: [...Array.from({ length: states }, (_, state) => `state ${state}`), "alike"],
  shader: "potts/rule.wgsl",
  update(_, near, [low, high], table) {
    const counts = Array.from({ length: states }, (_, state) => near.filter((other) => other === state).length);
    const best = table[0] === 1 ? Math.min(...counts) : Math.max(...counts);
    const weights = counts.map((count) => {
      const at = 1 + 2 * Math.abs(count - best);
      return BigInt(table[at]) + 2n ** 32n * BigInt(table[at + 1]);
    });
    const total = weights.reduce((a, b) => a + b);
    let left = ((BigInt(low) + 2n ** 32n * BigInt(high)) * total) >> 64n;
    return weights.findIndex((weight) => {
      if (left < weight) return true;
      left -= weight;
      return false;
    });
  },
  tally(own, near, count) {
    count(own, 1);
    near.forEach((other, i) => {
      if (i % 2 === 1 && other === own) count(states, 1);
    });
  },
});
