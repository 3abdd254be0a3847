// Derivatives of expressions, symbolically: Jacobians of dynamical systems, and what moves along tangents.

import { expressionError } from "./error.ts";
import { call, type Expression, nameOf, number } from "./expression.ts";

const ZERO = number(0);
const ONE = number(1);

const isNumber = (expression: Expression, value: number) => expression.kind === "number" && expression.value === value;

// Sums and products without their zeros and ones, so that a derivative is not far longer than what it is of.

/** a + b + … */
function sum(...terms: Expression[]): Expression {
  const left = terms.filter((term) => !isNumber(term, 0));
  if (left.length === 0) return ZERO;
  return left.length === 1 ? left[0] : call("+", ...left);
}

/** a b … */
function product(...factors: Expression[]): Expression {
  if (factors.some((factor) => isNumber(factor, 0))) return ZERO;
  const left = factors.filter((factor) => !isNumber(factor, 1));
  if (left.length === 0) return ONE;
  return left.length === 1 ? left[0] : call("*", ...left);
}

function difference(a: Expression, b: Expression): Expression {
  if (isNumber(b, 0)) return a;
  return isNumber(a, 0) ? call("negate", b) : call("-", a, b);
}

function fraction(above: Expression, below: Expression): Expression {
  if (isNumber(above, 0)) return ZERO;
  return isNumber(below, 1) ? above : call("/", above, below);
}

function power(base: Expression, exponent: number): Expression {
  if (exponent === 0) return ONE;
  return exponent === 1 ? base : call("^", base, number(exponent));
}

/**
 * The derivative with respect to a name. Where a function has a corner or a jump it is that of one side: of |x| at 0 that of x > 0, of floor 0.
 *
 * @throws ParameterError for what has no derivative: random numbers and binomial coefficients
 */
export function derivative(of: Expression, by: string): Expression {
  if (of.kind === "number") return ZERO;
  if (of.kind === "name") return of.name === by ? ONE : ZERO;
  const { operation, operands } = of;
  const parts = operands.map((operand) => derivative(operand, by));
  if (operation !== "if" && parts.every((part) => isNumber(part, 0))) return ZERO;
  const [a, b] = operands;
  const [da, db] = parts;
  switch (operation) {
    case "+":
      return sum(...parts);
    case "-":
      return difference(da, db);
    case "negate":
      return call("negate", da);
    case "*":
      return sum(...parts.map((part, i) => product(...operands.map((factor, k) => (k === i ? part : factor)))));
    case "/":
      return isNumber(db, 0) ? fraction(da, b) : fraction(difference(product(da, b), product(a, db)), power(b, 2));
    case "^":
      if (b.kind === "number") return product(b, power(a, b.value - 1), da);
      if (isNumber(db, 0)) return product(b, call("^", a, call("-", b, ONE)), da);
      return product(of, sum(product(db, call("ln", a)), fraction(product(b, da), a)));
    case "if":
      return parts.slice(1).every((part) => isNumber(part, 0)) ? ZERO : call("if", a, parts[1], parts[2]);
    case "min":
    case "max": {
      // Of the operand that it is, the first where several are.
      const [first, ...rest] = operands;
      return rest.reduce<[Expression, Expression]>(
        ([least, change], other, i) => {
          const holds = call(operation === "min" ? "<=" : ">=", least, other);
          return [call(operation, least, other), call("if", holds, change, parts[i + 1])];
        },
        [first, da],
      )[1];
    }
    case "exp":
      return product(of, da);
    case "ln":
      return fraction(da, a);
    case "sqrt":
      return fraction(da, product(number(2), of));
    case "abs":
      return product(call("if", call("<", a, ZERO), number(-1), ONE), da);
    case "sin":
      return product(call("cos", a), da);
    case "cos":
      return call("negate", product(call("sin", a), da));
    case "tan":
      return product(call("+", ONE, power(of, 2)), da);
    case "sinh":
      return product(call("cosh", a), da);
    case "cosh":
      return product(call("sinh", a), da);
    case "tanh":
      return product(call("-", ONE, power(of, 2)), da);
    case "asin":
      return fraction(da, call("sqrt", call("-", ONE, power(a, 2))));
    case "acos":
      return call("negate", fraction(da, call("sqrt", call("-", ONE, power(a, 2)))));
    case "atan":
      return fraction(da, call("+", ONE, power(a, 2)));
    case "floor":
    case "ceil":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "==":
    case "!=":
    case "and":
    case "or":
    case "not":
      return ZERO;
    default:
      throw expressionError(`${operation}(…) has no derivative that is known here.`);
  }
}

/** Σ_k ∂f/∂x_k v_k: how f changes along a tangent, whose numbers have the names of `tangent`. */
export function alongTangent(f: Expression, variables: readonly string[], tangent: (i: number) => string): Expression {
  return sum(...variables.map((name, k) => product(derivative(f, name), nameOf(tangent(k)))));
}
