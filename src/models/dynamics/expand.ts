// A system with units as one without: a variable for each unit, and sums written out. For a few units, which stand for all.

import { call, type Expression, nameOf, number, substitute } from "../../expression/expression.ts";
import { probit } from "../../random/probit.ts";
import { elementOf, OTHER_NUMBER, OWN_NUMBER, type Start, type Sum, type System, type WithUnits } from "./system.ts";

/** Operands of a sum that is written out. */
const MOST_OPERANDS = 64;

const unitName = (variable: string, unit: number): string => `${variable}#${unit}`;

/**
 * The same system with these units alone, each a neighbour of the next. Sums over all stand for as many as there were; quantiles are spread evenly.
 *
 * @param units numbers of units, rising
 */
export function expanded({ units: all, ...system }: WithUnits, units: readonly number[]): System {
  const count = units.length;
  const near = (unit: number) => ((unit % count) + count) % count;
  const ofUnit = (expression: Expression, unit: number, other = 0): Expression =>
    substitute(expression, (name) => {
      if (name === OWN_NUMBER) return number(units[unit]);
      if (name === OTHER_NUMBER) return number(units[other]);
      const sum = all.sums.find((each) => each.name === name);
      if (sum) return summed(sum, unit);
      const element = elementOf(name);
      if (!element) return undefined;
      const { variable, isOther, shift } = element;
      return nameOf(unitName(variable, near((isOther ? other : unit) + shift)));
    });
  const summed = ({ operation, body, isShared }: Sum, unit: number): Expression => {
    const { reach } = all;
    const isRing = !isShared && reach !== undefined;
    const isWhole = isRing && 2 * reach < count;
    const others = isWhole
      ? Array.from({ length: reach }, (_, i) => [near(unit - i - 1), near(unit + i + 1)]).flat()
      : Array.from({ length: count }, (_, i) => i);
    const total = added(others.map((other) => ofUnit(body, unit, other)));
    const members = isRing ? 2 * reach : all.count;
    return call("*", total, number((operation === "mean" ? 1 : members) / others.length));
  };
  return {
    ...system,
    variables: system.variables.flatMap(({ name, rate, start }) =>
      Array.from({ length: count }, (_, unit) => ({
        name: unitName(name, unit),
        rate: ofUnit(rate, unit),
        start: startOfUnit(start, (operand) => ofUnit(operand, unit), (unit + 0.5) / count),
      })),
    ),
    outputs: system.outputs.map(({ name, value }) => ({ name, value: ofUnit(value, 0) })),
  };
}

function startOfUnit(
  { law, isQuantile, operands }: Start,
  of: (operand: Expression) => Expression,
  share: number,
): Start {
  const own = operands.map(of);
  if (!law || !isQuantile) return { ...(law ? { law } : {}), operands: own };
  const [a, b] = own;
  const spread = (value: number) => call("+", a, call("*", b, number(value)));
  switch (law) {
    case "normal":
      return { operands: [spread(probit(share))] };
    case "cauchy":
      return { operands: [spread(Math.tan(Math.PI * (share - 0.5)))] };
    case "uniform":
      return { operands: [call("+", a, call("*", call("-", b, a), number(share)))] };
    default:
      return { operands: [call("/", number(-Math.log(share)), a)] };
  }
}

/** A sum of any length, in parts that an operation takes. */
function added(terms: readonly Expression[]): Expression {
  if (terms.length <= MOST_OPERANDS) return call("+", ...terms);
  const parts = Array.from({ length: Math.ceil(terms.length / MOST_OPERANDS) }, (_, i) =>
    added(terms.slice(i * MOST_OPERANDS, (i + 1) * MOST_OPERANDS)),
  );
  return added(parts);
}
