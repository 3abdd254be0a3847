// Expressions as the text of networks has them, so that reading gives the same value, bit for bit.

import { ParameterError } from "../../../device/errors.ts";
import { COMPARISONS, type Expression, isLaw, type Operation } from "../../../expression/expression.ts";
import { TIME } from "../network/network.ts";
import { fallingProduct } from "./falling.ts";

/** How tightly infix operators bind, as the parser has it: from or to signs and powers. */
const BINDING: Partial<Record<Operation, number>> = {
  ...{ or: 1, and: 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3, "+": 4, "-": 4, "*": 5, "/": 5 },
  ...{ negate: 6, not: 6, "^": 7 },
};
const FUNCTIONS: readonly string[] = [
  ...["exp", "ln", "sqrt", "abs", "floor", "ceil", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan"],
  ...["min", "max", "if"],
];
const ATOM = 8;

/**
 * @param nameOf what a name is called in the text
 * @throws ParameterError for an operation that the text has no word for
 */
export function infix(expression: Expression, nameOf: (name: string) => string): string {
  return written(expression, nameOf).text;
}

interface Written {
  text: string;
  binding: number;
}

function written(expression: Expression, nameOf: (name: string) => string): Written {
  if (expression.kind === "number") return constant(expression.value);
  if (expression.kind === "name") {
    return { text: expression.name === TIME ? "t" : nameOf(expression.name), binding: ATOM };
  }
  if (expression.kind !== "call") {
    throw new ParameterError(
      "out",
      `out: text has no word for an expression of the kind ${(expression as { kind: string }).kind}.`,
    );
  }
  const { operation, operands } = expression;
  if (operation === "choose") return written(fallingProduct(operands), nameOf);
  const parts = operands.map((operand) => written(operand, nameOf));
  if (FUNCTIONS.includes(operation) || isLaw(operation)) {
    return { text: `${operation}(${parts.map(({ text }) => text).join(", ")})`, binding: ATOM };
  }
  const binding = BINDING[operation];
  if (binding === undefined) throw new ParameterError("out", `out: text has no word for ${operation}.`);
  const within = (part: Written, least: number) => (part.binding < least ? `(${part.text})` : part.text);
  if (operation === "negate") return { text: `-${within(parts[0], ATOM)}`, binding };
  if (operation === "not") return { text: `!${within(parts[0], ATOM)}`, binding };
  if (parts.length === 1) return parts[0]; // a sum or product of one
  // From the left: only what stands on the right needs parentheses where it binds as loosely.
  const [first, ...rest] = parts;
  const least = operation === "^" ? ATOM : COMPARISONS.includes(operation) ? binding + 1 : binding;
  const sign = ["*", "/", "^"].includes(operation) ? operation : ` ${operation} `;
  return {
    text: [within(first, least), ...rest.map((part) => within(part, operation === "^" ? ATOM : binding + 1))].join(
      sign,
    ),
    binding,
  };
}

/** The shortest form that reads back to the same f64. */
function constant(value: number): Written {
  if (Number.isNaN(value)) return { text: "0/0", binding: 5 };
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return { text: `${value < 0 ? "-1" : "1"}/0`, binding: 5 };
  const negative = value < 0 || Object.is(value, -0);
  return { text: Object.is(value, -0) ? "-0" : String(value), binding: negative ? 6 : ATOM };
}
