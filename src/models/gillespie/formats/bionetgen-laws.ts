// Rate laws of BioNetGen that saturate, and sums of species as its groups have them.

import { call, type Expression, number } from "../../../expression/expression.ts";
import { MOST_COPIES } from "../network/network.ts";

const product = (all: readonly Expression[]) => all.reduce((a, b) => call("*", a, b));

/**
 * The propensity of a law of the type Sat, Hill or MM.
 *
 * @param values of its parameters: rate and constant of half saturation, of Hill also the power
 * @param refuse throws an error with a reason
 */
export function saturated(
  law: string,
  values: readonly Expression[],
  reactants: readonly Expression[],
  refuse: (why: string) => never,
): Expression {
  const take = (count: number, least: number, most = least) => {
    if (values.length !== count) refuse(`${law} takes ${count} values, not ${values.length}`);
    if (reactants.length < least || reactants.length > most) {
      refuse(`${law} does not take ${reactants.length} reactants`);
    }
  };
  const [first, ...others] = reactants;
  const [rate, half, power] = values;
  if (law === "Sat") {
    take(2, 1, MOST_COPIES);
    return call("/", product([rate, first, ...others]), call("+", half, first));
  }
  if (law === "Hill") {
    take(3, 1, MOST_COPIES);
    const raised = call("^", first, power);
    return product([call("/", call("*", rate, raised), call("+", call("^", half, power), raised)), ...others]);
  }
  // The substrate that no enzyme holds, by the total quasi-steady state: S = (b + √(b² + 4 St Km))/2 with b = St - Et - Km.
  take(2, 2);
  const [enzyme] = others;
  const b = call("-", call("-", first, enzyme), half);
  const root = call("sqrt", call("+", call("*", b, b), product([number(4), first, half])));
  const free = call("*", number(0.5), call("+", b, root));
  return call("/", product([rate, enzyme, free]), call("+", half, free));
}

/** Operands of one sum. */
const WIDTH = 64;

/** As shallow as can be, for a group may count thousands of species. */
export function sum(terms: readonly Expression[]): Expression {
  if (terms.length === 1) return terms[0];
  if (terms.length <= WIDTH) return call("+", ...terms);
  const size = Math.ceil(terms.length / WIDTH);
  const parts = Array.from({ length: Math.ceil(terms.length / size) }, (_, i) => terms.slice(i * size, (i + 1) * size));
  return call("+", ...parts.map(sum));
}
