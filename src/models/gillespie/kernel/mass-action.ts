// Laws that tables hold: a constant times ways to choose some species.

import { type Expression, factorsOfProduct, namesIn, number } from "../../../expression/expression.ts";
import { clockOf } from "../network/clock.ts";
import { drawOf } from "../network/draws.ts";
import { type Network, TIME } from "../network/network.ts";

export interface MassAction {
  /** Factors of the constant. */
  constants: readonly Expression[];
  /** Species and copies that are chosen of it. */
  reactants: readonly Reactant[];
}

export interface Reactant {
  species: number;
  copies: number;
}

/** Reactants that a table has room for. */
const MOST_REACTANTS = 3;

/** Whether an expression is of parameters alone that nothing changes. */
export function constantIn({ species, variables }: Network): (expression: Expression) => boolean {
  const changing = new Set([TIME, ...species, ...variables]);
  return (expression) =>
    [...namesIn(expression)].every((name) => clockOf(name) < 0 && drawOf(name) < 0 && !changing.has(name));
}

/** Reads laws of a network; undefined is what it makes of all that is no mass action. */
export function massActionsOf(network: Network): (propensity: Expression) => MassAction | undefined {
  const isConstant = constantIn(network);
  const places = new Map(network.species.map((name, i) => [name, i]));
  return (propensity) => {
    const constants: Expression[] = [];
    const reactants: Reactant[] = [];
    for (const factor of factorsOfProduct(propensity)) {
      if (isConstant(factor)) {
        constants.push(factor);
        continue;
      }
      const chosen = factor.kind === "call" && factor.operation === "choose" ? factor.operands : [factor, number(1)];
      const [name, copies] = chosen;
      const species = name.kind === "name" ? places.get(name.name) : undefined;
      if (species === undefined || copies.kind !== "number") return undefined;
      reactants.push({ species, copies: copies.value });
      constants.push(number(1 / factorial(copies.value)));
    }
    return reactants.length > MOST_REACTANTS ? undefined : { constants, reactants };
  };
}

export function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
