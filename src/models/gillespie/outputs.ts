// Quantities that follow from species: where they are linear, their moments follow from those of the species.

import { type Expression, evaluate, namesIn } from "../../expression/expression.ts";
import type { Ensemble } from "./ensemble.ts";
import { networkError } from "./network/errors.ts";
import type { Network } from "./network/network.ts";
import { hasCovariances } from "./tally.ts";

export interface Linear {
  constant: number;
  /** One a species. */
  coefficients: number[];
}

/** The expression as constant + Σ coefficient × species, or undefined where it is none. */
function linear(expression: Expression, network: Network, parameters: ReadonlyMap<string, number>): Linear | undefined {
  const zero = () => network.species.map(() => 0);
  const visit = (each: Expression): Linear | undefined => {
    if (![...namesIn(each)].some((name) => !parameters.has(name) || network.variables.includes(name))) {
      return { constant: evaluate(each, (name) => parameters.get(name)!), coefficients: zero() };
    }
    if (each.kind === "name") {
      const at = network.species.indexOf(each.name);
      return at < 0 ? undefined : { constant: 0, coefficients: zero().map((_, i) => (i === at ? 1 : 0)) };
    }
    if (each.kind !== "call") return undefined;
    const parts = each.operands.map(visit);
    if (parts.some((part) => part === undefined)) return undefined;
    const all = parts as Linear[];
    const fixed = all.map(({ coefficients }) => coefficients.every((value) => value === 0));
    switch (each.operation) {
      case "+":
        return all.reduce((a, b) => combine(a, 1, b, 1));
      case "-":
        return combine(all[0], 1, all[1], -1);
      case "negate":
        return combine(all[0], -1, all[0], 0);
      case "/":
        return fixed[1] ? combine(all[0], 1 / all[1].constant, all[0], 0) : undefined;
      case "*": {
        // At most one factor may vary.
        const varying = all.filter((_, i) => !fixed[i]);
        if (varying.length > 1) return undefined;
        const factor = all.reduce((product, { constant }, i) => (fixed[i] ? product * constant : product), 1);
        return combine(varying[0], factor, varying[0], 0);
      }
      default:
        return undefined;
    }
  };
  return visit(expression);
}

export interface Output {
  name: string;
  value: Expression;
  /** For each point; undefined where it is not linear. */
  linear: (Linear | undefined)[];
  /** Its place among those that are summed one trajectory after another, or -1. */
  place: number;
}

/** How each output of the network is found: from the moments of the species where that is possible. @throws ParameterError for one that is not finite */
export function outputsOf({ network, points }: Ensemble): Output[] {
  let place = 0;
  return network.outputs.map(({ name, value }) => {
    const forms = points.map(({ parameters }) => linear(value, network, parameters));
    for (const form of forms) {
      for (const each of form ? [form.constant, ...form.coefficients] : []) checkOutput(name, each);
    }
    // Of a sum of species the variance needs their covariances.
    const known = (form: Linear | undefined) =>
      form && (hasCovariances(network.species.length) || form.coefficients.filter((c) => c !== 0).length < 2);
    return { name, value, linear: forms, place: forms.every(known) ? -1 : place++ };
  });
}

/**
 * Adds Σ y and Σ y² of the others, [point][time][output], for the counts and variables of one trajectory at one time; to the sums of all trajectories
 * before, one after another, so that the last bits do not tell how they were divided into batches.
 */
export function observer({ network, points, times }: Ensemble, outputs: readonly Output[], before: Float64Array) {
  const own = outputs.filter(({ place }) => place >= 0);
  const index = new Map([...network.species, ...network.variables].map((name, i) => [name, i]));
  const sums = before.slice();
  const observe = (point: number, t: number, state: readonly number[]) => {
    for (const { name, value, place } of own) {
      const y = evaluate(value, (name) => {
        const at = index.get(name);
        return at !== undefined ? state[at] : (points[point].parameters.get(name) ?? times[t]);
      });
      checkOutput(name, y);
      const at = 2 * ((point * times.length + t) * own.length + place);
      sums[at] += y;
      sums[at + 1] += y * y;
    }
  };
  return { sums, observe };
}

/** A mean with such a value in it would be none. @throws ParameterError */
function checkOutput(name: string, value: number): void {
  if (Number.isFinite(value * value)) return;
  throw networkError(
    `the output ${name} becomes ${value}; it must be finite, and its square, too. Look for a division by 0, a root or a logarithm, and guard it as in if(X > 0, 1/X, 0).`,
  );
}

const combine = (a: Linear, p: number, b: Linear, q: number): Linear => ({
  constant: p * a.constant + q * b.constant,
  coefficients: a.coefficients.map((value, i) => p * value + q * b.coefficients[i]),
});
