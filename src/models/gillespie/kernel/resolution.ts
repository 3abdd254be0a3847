// Whether an f32 clock resolves the times that rates depend on: late in a long run it moves in steps of 2^-24 of it, which may be a good
// part of a period.

import { type Expression, evaluate, namesIn } from "../../../expression/expression.ts";
import type { Ensemble } from "../ensemble.ts";
import { networkError } from "../network/errors.ts";
import { TIME } from "../network/network.ts";

const STEP = 2 ** -23;
/** Times at which rates are looked at, in the last eighth of the run. */
const LOOKS = 256;
/** Of what a rate is at most; more is refused. */
const MOST = 0.01;

/** @throws ParameterError where a rate changes by more than a hundredth, in the mean, within a step of the clock */
export function checkResolution({ network, points, times }: Ensemble): void {
  const end = times[times.length - 1];
  const rates: [string, Expression][] = [
    ...network.reactions.map(({ name, propensity }): [string, Expression] => [name, propensity]),
    ...[...(network.rates ?? [])].map(([name, rate]): [string, Expression] => [`${name}'`, rate]),
  ];
  for (const { parameters, initial } of points.slice(0, 16)) {
    const counts = new Map(network.species.map((name, i) => [name, Math.max(initial[i], 1)]));
    for (const [name, rate] of rates) {
      if (!namesIn(rate).has(TIME)) continue;
      const at = (time: number) =>
        evaluate(rate, (each) => (each === TIME ? time : (counts.get(each) ?? parameters.get(each) ?? Number.NaN)));
      const looks = Array.from({ length: LOOKS }, (_, i) => end * (1 - (i + 0.618) / (8 * LOOKS)));
      const largest = Math.max(...looks.map((time) => Math.abs(at(time))));
      const changes = looks.reduce((sum, time) => sum + Math.abs(at(time * (1 + STEP)) - at(time)), 0) / LOOKS;
      if (changes > MOST * largest) {
        throw networkError(
          `"${name}" changes in time so fast that a clock in f32 cannot follow it until ${end}; take a shorter run, or the reference (--device reference).`,
        );
      }
    }
  }
}
