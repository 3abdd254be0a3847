// Quantities that follow from species: where they are linear, their moments follow from those of the species.

import { type Expression, evaluate, namesIn } from "./expression.ts";
import type { Network } from "./network.ts";

export interface Linear {
  constant: number;
  /** One a species. */
  coefficients: number[];
}

/** The expression as constant + Σ coefficient × species, or undefined where it is none. */
export function linear(
  expression: Expression,
  network: Network,
  parameters: ReadonlyMap<string, number>,
): Linear | undefined {
  const zero = () => network.species.map(() => 0);
  const visit = (each: Expression): Linear | undefined => {
    if (![...namesIn(each)].some((name) => !parameters.has(name))) {
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

const combine = (a: Linear, p: number, b: Linear, q: number): Linear => ({
  constant: p * a.constant + q * b.constant,
  coefficients: a.coefficients.map((value, i) => p * value + q * b.coefficients[i]),
});
