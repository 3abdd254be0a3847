// Expressions as functions in f64, for loops that evaluate them a million times. Without `new Function`, which a page's security policy forbids.

import { type Expression, type Operation, operationOf } from "./expression.ts";

/** Values by the places that `compile` was told. */
export type Compiled = (values: Float64Array) => number;

/** @param placeOf where the value of a name stands */
export function compile(expression: Expression, placeOf: (name: string) => number): Compiled {
  if (expression.kind === "number") {
    const { value } = expression;
    return () => value;
  }
  if (expression.kind === "name") {
    const place = placeOf(expression.name);
    return (values) => values[place];
  }
  const { operation, operands } = expression;
  const parts = operands.map((operand) => compile(operand, placeOf));
  const [a, b, c] = parts;
  const pair = PAIRS[operation];
  if (pair && parts.length > 1) return parts.slice(1).reduce((left, right) => pair(left, right), a);
  switch (operation) {
    case "^":
      return power(a, b, operands[1]);
    case "negate":
      return (values) => -a(values);
    case "if":
      return (values) => (a(values) !== 0 ? b(values) : c(values));
    default: {
      const whole = operationOf(operation);
      if (parts.length !== 1) return (values) => whole(parts.map((part) => part(values)));
      const single = SINGLE[operation];
      return single ? (values) => single(a(values)) : (values) => whole([a(values)]);
    }
  }
}

/** Operations of two operands, and chains of them from the left. */
const PAIRS: Partial<Record<Operation, (a: Compiled, b: Compiled) => Compiled>> = {
  "+": (a, b) => (values) => a(values) + b(values),
  "-": (a, b) => (values) => a(values) - b(values),
  "*": (a, b) => (values) => a(values) * b(values),
  "/": (a, b) => (values) => a(values) / b(values),
  min: (a, b) => (values) => Math.min(a(values), b(values)),
  max: (a, b) => (values) => Math.max(a(values), b(values)),
};

const SINGLE: Partial<Record<Operation, (x: number) => number>> = {
  exp: Math.exp,
  ln: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  atan: Math.atan,
};

function power(base: Compiled, exponent: Compiled, written: Expression): Compiled {
  if (written.kind === "number" && written.value === 2) {
    return (values) => {
      const x = base(values);
      return x * x;
    };
  }
  return (values) => base(values) ** exponent(values);
}
