// Expressions as MathML, as SBML Level 3 Version 2 has it.

import { ParameterError } from "../../../device/errors.ts";
import { type Expression, isLaw, type Operation } from "../../../expression/expression.ts";
import { escapeHtml } from "../../../files/html.ts";
import { TIME } from "../network/network.ts";
import { fallingProduct } from "./falling.ts";

const SAME: Partial<Record<Operation, string>> = {
  ...{ "+": "plus", "-": "minus", "*": "times", "/": "divide", "^": "power", negate: "minus" },
  ...{ exp: "exp", ln: "ln", sqrt: "root", abs: "abs", floor: "floor", ceil: "ceiling", sin: "sin", cos: "cos" },
  ...{ tan: "tan", sinh: "sinh", cosh: "cosh", tanh: "tanh", asin: "arcsin", acos: "arccos", atan: "arctan" },
  ...{ min: "min", max: "max", "<": "lt", "<=": "leq", ">": "gt", ">=": "geq", "==": "eq", "!=": "neq" },
  ...{ and: "and", or: "or", not: "not" },
};

const TIME_SYMBOL = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">time</csymbol>';

/**
 * The whole `math` element, on one line.
 *
 * @param idOf the id of a name in the document
 * @throws ParameterError for an operation that MathML has no element for
 */
export function mathml(expression: Expression, idOf: (name: string) => string): string {
  return `<math xmlns="http://www.w3.org/1998/Math/MathML">${element(expression, idOf)}</math>`;
}

function element(expression: Expression, idOf: (name: string) => string): string {
  if (expression.kind === "number") return constant(expression.value);
  if (expression.kind === "name") {
    return expression.name === TIME ? TIME_SYMBOL : `<ci>${escapeHtml(idOf(expression.name))}</ci>`;
  }
  if (expression.kind !== "call") {
    throw new ParameterError(
      "out",
      `out: an expression of the kind ${(expression as { kind: string }).kind} has no MathML.`,
    );
  }
  const { operation, operands } = expression;
  if (operation === "choose") return element(fallingProduct(operands), idOf);
  const parts = operands.map((operand) => element(operand, idOf));
  if (operation === "if") {
    const [condition, yes, no] = parts;
    return `<piecewise><piece>${yes}${condition}</piece><otherwise>${no}</otherwise></piecewise>`;
  }
  if (isLaw(operation) && operation !== "weibull") {
    const symbol = `<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/distrib/${operation}">${operation}</csymbol>`;
    return `<apply>${symbol}${parts.join("")}</apply>`;
  }
  const name = Object.hasOwn(SAME, operation) ? SAME[operation] : undefined;
  if (!name) throw new ParameterError("out", `out: ${operation} has no element of MathML in SBML.`);
  return `<apply><${name}/>${parts.join("")}</apply>`;
}

/** Numbers in the shortest form that reads back to the same f64. */
function constant(value: number): string {
  if (Number.isNaN(value)) return "<notanumber/>";
  if (Math.abs(value) === Number.POSITIVE_INFINITY) {
    return value > 0 ? "<infinity/>" : "<apply><minus/><infinity/></apply>";
  }
  const [mantissa, exponent] = String(value).split("e");
  if (exponent === undefined) return `<cn${Number.isInteger(value) ? ' type="integer"' : ""}>${mantissa}</cn>`;
  return `<cn type="e-notation">${mantissa}<sep/>${Number(exponent)}</cn>`;
}
