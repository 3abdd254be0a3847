// How large an expression can become while its names lie in intervals: bounds for rates that depend on time.

import { expressionError } from "./error.ts";
import { type Expression, evaluate, namesIn, type Operation, TRUTHS } from "./expression.ts";

export type Interval = readonly [least: number, most: number];

/** Functions that grow with their operand. */
export const GROWING: readonly string[] = ["exp", "ln", "sqrt", "floor", "ceil", "sinh", "tanh", "asin", "atan"];

/**
 * An interval that holds every value of the expression. Comparisons are taken to be undecided, as gibbs 0.1.0 took them; `decided` makes
 * them as narrow as can be.
 *
 * @throws ParameterError for what has no simple bound in time.
 */
export function range(expression: Expression, rangeOf: (name: string) => Interval, decided = false): Interval {
  if (expression.kind === "number") return [expression.value, expression.value];
  if (expression.kind === "name") return rangeOf(expression.name);
  const fixed = [...namesIn(expression)].every((name) => rangeOf(name)[0] === rangeOf(name)[1]);
  if (fixed) {
    const value = evaluate(expression, (name) => rangeOf(name)[0]);
    return [value, value];
  }
  const { operation, operands } = expression;
  const all = operands.map((operand) => range(operand, rangeOf, decided));
  const [a, b] = all;
  const corners = (value: (x: number, y: number) => number) =>
    hull([value(a[0], b[0]), value(a[0], b[1]), value(a[1], b[0]), value(a[1], b[1])]);
  switch (operation) {
    case "+":
      return all.reduce((x, y) => [x[0] + y[0], x[1] + y[1]]);
    case "-":
      return [a[0] - b[1], a[1] - b[0]];
    case "negate":
      return [-a[1], -a[0]];
    case "*":
      return all.reduce((x, y) => hull([x[0] * y[0], x[0] * y[1], x[1] * y[0], x[1] * y[1]]));
    case "/":
      return b[0] <= 0 && b[1] >= 0 ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : corners((x, y) => x / y);
    case "^":
      if (b[0] === b[1] && Number.isInteger(b[0]) && b[0] % 2 === 0) {
        const [least, most] = absolute(a);
        return hull([least ** b[0], most ** b[0]]);
      }
      return corners((x, y) => x ** y);
    case "abs":
      return absolute(a);
    case "sin":
      return wave(a, hull([Math.sin(a[0]), Math.sin(a[1])]), Math.PI / 2);
    case "cos":
      return wave(a, hull([Math.cos(a[0]), Math.cos(a[1])]), 0);
    case "min":
    case "max":
      return [Math[operation](...all.map(([least]) => least)), Math[operation](...all.map(([, most]) => most))];
    case "if": {
      if (a[0] === a[1]) return all[a[0] !== 0 ? 1 : 2];
      return hull([...all[1], ...all[2]]);
    }
    default:
      if (TRUTHS.includes(operation)) return decided ? decision(operation, all) : [0, 1];
      if (!GROWING.includes(operation)) throw expressionError(`${operation} of the time is not supported in a rate.`);
      return hull(
        a.map((end) => evaluate({ ...expression, operands: [{ kind: "number", value: end }] }, rangeOf as never)),
      );
  }
}

/** [1, 1] where it is true whatever the operands are in their intervals, [0, 0] where it is false. */
function decision(operation: Operation, operands: readonly Interval[]): Interval {
  const less = (a: Interval, b: Interval): Interval => [a[1] < b[0] ? 1 : 0, a[0] < b[1] ? 1 : 0];
  const not = ([least, most]: Interval): Interval => [1 - most, 1 - least];
  const truth = ([least, most]: Interval): Interval => [
    least > 0 || most < 0 ? 1 : 0,
    least === 0 && most === 0 ? 0 : 1,
  ];
  const equal = (a: Interval, b: Interval): Interval => [
    a[0] === a[1] && b[0] === b[1] && a[0] === b[0] ? 1 : 0,
    a[0] <= b[1] && b[0] <= a[1] ? 1 : 0,
  ];
  const [a, b] = operands;
  switch (operation) {
    case "<":
      return less(a, b);
    case ">":
      return less(b, a);
    case "<=":
      return not(less(b, a));
    case ">=":
      return not(less(a, b));
    case "==":
      return equal(a, b);
    case "!=":
      return not(equal(a, b));
    case "not":
      return not(truth(a));
    default: {
      const all = operands.map(truth);
      const join = operation === "and" ? Math.min : Math.max;
      return [join(...all.map(([least]) => least)), join(...all.map(([, most]) => most))];
    }
  }
}

const hull = (values: readonly number[]): Interval => [Math.min(...values), Math.max(...values)];

function absolute([least, most]: Interval): Interval {
  const ends = hull([Math.abs(least), Math.abs(most)]);
  return least <= 0 && most >= 0 ? [0, ends[1]] : ends;
}

/** A sine, with its crests at `crest` + 2 π k. */
function wave([from, to]: Interval, ends: Interval, crest: number): Interval {
  const meets = (at: number) => Math.floor((to - at) / (2 * Math.PI)) >= Math.ceil((from - at) / (2 * Math.PI));
  return [meets(crest + Math.PI) ? -1 : ends[0], meets(crest) ? 1 : ends[1]];
}
