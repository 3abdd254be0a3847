// The two sides of a reaction, which a network does not keep: of mass action they follow from the law, of any other from the changes.

import { call, type Expression, namesIn } from "../../../expression/expression.ts";
import type { Network, Reaction } from "../network/network.ts";

export interface Scheme {
  /** Copies by species, in their order. */
  reactants: [species: string, copies: number][];
  products: [species: string, copies: number][];
  /** The rate constant of mass action; else undefined. */
  constant?: Expression | undefined;
}

export function schemeOf({ propensity, changes }: Reaction, { species }: Network): Scheme {
  const action = massAction(propensity, species);
  const taken = species.map((name) => action?.reactants.get(name) ?? 0);
  const left = taken.map((copies, i) => copies + changes[i]);
  const sides = (copies: readonly number[]) =>
    species.flatMap((name, i): [string, number][] => (copies[i] > 0 ? [[name, copies[i]]] : []));
  if (action && left.every((copies) => copies >= 0)) {
    return { reactants: sides(taken), products: sides(left), constant: action.constant };
  }
  return { reactants: sides(changes.map((change) => -change)), products: sides(changes) };
}

/** A constant times ways to choose, as the text makes it of a scheme. */
function massAction(law: Expression, species: readonly string[]) {
  const isConstant = (part: Expression) => ![...namesIn(part)].some((name) => species.includes(name));
  if (isConstant(law)) return { constant: law, reactants: new Map<string, number>() };
  const factors = fromLeft(law);
  const first = factors.findIndex((factor) => !isConstant(factor));
  if (first < 1) return undefined;
  const reactants = new Map<string, number>();
  for (const way of factors.slice(first)) {
    const [of, copies] =
      way.kind === "call" && way.operation === "choose" && way.operands[1].kind === "number"
        ? [way.operands[0], way.operands[1].value]
        : [way, 1];
    if (of.kind !== "name" || !species.includes(of.name) || reactants.has(of.name)) return undefined;
    reactants.set(of.name, copies);
  }
  return { constant: factors.slice(0, first).reduce((a, b) => call("*", a, b)), reactants };
}

/** Factors in the order in which they are multiplied, from the left, so that the product keeps its last bits. */
function fromLeft(law: Expression): Expression[] {
  if (law.kind !== "call" || law.operation !== "*") return [law];
  const [first, ...rest] = law.operands;
  return [...fromLeft(first), ...rest];
}
