// Sums over all units that are the same few sums for every unit: sin(b - a) = cos(a) sin(b) - sin(a) cos(b), with a of the unit and b of the other,
// takes two, and so a step takes N operations, not N². Differences are split where that loses no digits that f32 has: not within powers and
// products, whose parts are far larger than what is left of them.

import { call, type Expression, nameOf, namesIn, number, substitute } from "../../../expression/expression.ts";
import { elementOf, OTHER_NUMBER, OWN_NUMBER, type Units, type WithUnits } from "../system.ts";

/** Products of what is of the unit and what is of the other one. */
type Terms = readonly { own: Expression; other: Expression }[];

/** Products of a sum at most: a long sum is quicker unit by unit. */
const MOST_TERMS = 16;

const isOther = (name: string) => name === OTHER_NUMBER || elementOf(name)?.isOther === true;
const isOwn = (name: string) => name === OWN_NUMBER || elementOf(name)?.isOther === false || name.startsWith("$");
const knows = (expression: Expression, which: (name: string) => boolean) => [...namesIn(expression)].some(which);

/** An expression as a sum of products; undefined where it is none. */
function termsOf(expression: Expression): Terms | undefined {
  if (!knows(expression, isOther)) return [{ own: expression, other: number(1) }];
  if (!knows(expression, isOwn)) return [{ own: number(1), other: expression }];
  if (expression.kind !== "call") return undefined;
  const { operation, operands } = expression;
  const [a, b] = operands;
  switch (operation) {
    case "+":
    case "-": {
      const parts = operands.map((operand, i) =>
        operation === "-" && i > 0 ? negated(termsOf(operand)) : termsOf(operand),
      );
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    case "negate":
      return negated(termsOf(a));
    case "*": {
      // One factor may have both; two would have parts larger than their product.
      const mixed = operands.filter((operand) => knows(operand, isOther) && knows(operand, isOwn));
      if (mixed.length > 1) return undefined;
      const rest = operands.filter((operand) => !mixed.includes(operand));
      const own = product(rest.filter((factor) => !knows(factor, isOther)));
      const other = product(rest.filter((factor) => knows(factor, isOther)));
      const terms = mixed.length === 0 ? [{ own: number(1), other: number(1) }] : termsOf(mixed[0]);
      return terms?.map((term) => ({ own: product([own, term.own]), other: product([other, term.other]) }));
    }
    case "/": {
      if (knows(b, isOther) && knows(b, isOwn)) return undefined;
      const isOfOther = knows(b, isOther);
      return termsOf(a)?.map(({ own, other }) =>
        isOfOther ? { own, other: call("/", other, b) } : { own: call("/", own, b), other },
      );
    }
    case "sin":
    case "cos": {
      const parts = partsOf(a);
      if (!parts) return undefined;
      const [u, v] = parts;
      const [sine, cosine] = (["sin", "cos"] as const).map((name) => ({ own: call(name, u), other: call(name, v) }));
      return operation === "sin"
        ? [
            { own: sine.own, other: cosine.other },
            { own: cosine.own, other: sine.other },
          ]
        : [
            { own: cosine.own, other: cosine.other },
            { own: call("negate", sine.own), other: sine.other },
          ];
    }
    default:
      return undefined;
  }
}

const negated = (terms: Terms | undefined): Terms | undefined =>
  terms?.map(({ own, other }) => ({ own: call("negate", own), other }));

function product(factors: readonly Expression[]): Expression {
  const own = factors.filter((factor) => factor.kind !== "number" || factor.value !== 1);
  return own.length === 0 ? number(1) : own.length === 1 ? own[0] : call("*", ...own);
}

/** What adds up to an expression: a part of the unit, and a part of the other one. */
function partsOf(expression: Expression): [Expression, Expression] | undefined {
  if (!knows(expression, isOther)) return [expression, number(0)];
  if (!knows(expression, isOwn)) return [number(0), expression];
  if (expression.kind !== "call") return undefined;
  const { operation, operands } = expression;
  const both = (make: (parts: Expression[]) => Expression): [Expression, Expression] | undefined => {
    const parts = operands.map(partsOf);
    if (!parts.every((part) => part !== undefined)) return undefined;
    return [make(parts.map(([u]) => u)), make(parts.map(([, v]) => v))];
  };
  if (operation === "+") return both((parts) => call("+", ...parts));
  if (operation === "-") return both(([u, v]) => call("-", u, v));
  if (operation === "negate") return both(([u]) => call("negate", u));
  if (operation === "*") {
    const mixed = operands.filter((operand) => knows(operand, isOther) || knows(operand, isOwn));
    if (mixed.length !== 1) return undefined;
    const rest = operands.filter((operand) => operand !== mixed[0]);
    return partsOf(mixed[0])?.map((part) => product([...rest, part])) as [Expression, Expression] | undefined;
  }
  if (operation === "/" && !knows(operands[1], isOther) && !knows(operands[1], isOwn)) {
    return partsOf(operands[0])?.map((part) => call("/", part, operands[1])) as [Expression, Expression];
  }
  return undefined;
}

export interface Split {
  /** What is summed over all units, of each unit alone. */
  features: readonly Expression[];
  /** In the places of sums: expressions of their features' sums, `featureName`. */
  open(expression: Expression): Expression;
  /** Sums that are made for each unit anew, over all others or its neighbours. */
  loops: Units["sums"];
}

export const featureName = (i: number): string => `$feature${i}`;

/** @param of expressions whose sums are wanted */
export function splitOf({ units }: WithUnits, of: readonly Expression[]): Split {
  const wanted = new Set(of.flatMap((expression) => [...namesIn(expression)]));
  const features: Expression[] = [];
  const places = new Map<string, number>();
  const placeOf = (feature: Expression) => {
    const key = JSON.stringify(feature);
    const place = places.get(key) ?? features.push(feature) - 1;
    places.set(key, place);
    return nameOf(featureName(place));
  };
  const opened = new Map<string, Expression>();
  const loops = units.sums.filter(({ name, operation, body, isShared }) => {
    if (!wanted.has(name)) return false;
    const terms = isShared || units.reach === undefined ? termsOf(body) : undefined;
    if (!terms || terms.length > MOST_TERMS) return true;
    const parts = terms.map(({ own, other }) =>
      // The same for all units, it is as many times itself.
      other.kind === "number" ? product([own, number(other.value * units.count)]) : product([own, placeOf(other)]),
    );
    const total = call("+", ...parts);
    opened.set(name, operation === "mean" ? call("/", total, number(units.count)) : total);
    return false;
  });
  return { features, loops, open: (expression) => substitute(expression, (name) => opened.get(name)) };
}

/** Sums that take N operations for each of N units, as they are written. */
export const slowSums = (system: WithUnits): string[] =>
  system.units.reach === undefined
    ? splitOf(
        system,
        system.variables.map(({ rate }) => rate),
      ).loops.map(({ text }) => text)
    : [];
