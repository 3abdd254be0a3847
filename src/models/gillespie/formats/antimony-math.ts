// Expressions as Antimony writes them: those of SBML's infix notation. Where its versions disagree - the sign before a power, and on and
// with "or" - parentheses are required.

import { ParameterError } from "../../../device/errors.ts";
import {
  call,
  type Expression,
  evaluate,
  hasDraws,
  nameOf,
  number,
  substitute,
} from "../../../expression/expression.ts";
import { type ForeignSyntax, parseExpression } from "../../../expression/parse.ts";
import { TIME } from "../network/network.ts";

/** A function of the file. */
export interface AntimonyFunction {
  parameters: string[];
  body: Expression;
}

const CONSTANTS: Record<string, Expression> = {
  time: nameOf(TIME),
  pi: number(Math.PI),
  exponentiale: number(Math.E),
  avogadro: number(6.02214179e23), // the value that SBML Level 3 fixes
  true: number(1),
  false: number(0),
  infinity: number(Number.POSITIVE_INFINITY),
  inf: number(Number.POSITIVE_INFINITY),
  notanumber: number(Number.NaN),
  nan: number(Number.NaN),
};

/** Functions of one operand with other names here. */
const RENAMED = { arcsin: "asin", arccos: "acos", arctan: "atan", ceiling: "ceil" } as const;
const isRenamed = (name: string): name is keyof typeof RENAMED => Object.hasOwn(RENAMED, name);

const unknown = (name: string, operands: readonly Expression[]): never => {
  throw new ParameterError("network", `there is no function ${name} of ${operands.length} operands`);
};

/**
 * @param functions those of the file
 * @param taken names that the file gives a meaning to, which constants then do not have
 * @throws ParameterError without the place
 */
export function parseAntimony(
  text: string,
  functions: ReadonlyMap<string, AntimonyFunction>,
  taken: (name: string) => boolean,
): Expression {
  const functionOf = (name: string, operands: Expression[]): Expression | undefined => {
    const own = functions.get(name);
    if (own) {
      if (own.parameters.length !== operands.length) return unknown(name, operands);
      return substitute(own.body, (parameter) => operands[own.parameters.indexOf(parameter)]);
    }
    const [a, b] = operands;
    if (isRenamed(name) && operands.length === 1) return call(RENAMED[name], a);
    switch (`${name}/${operands.length}`) {
      case "log/1":
      case "log10/1":
        return call("/", call("ln", a), call("ln", number(10)));
      case "log/2":
        return call("/", call("ln", b), call("ln", a));
      case "power/2":
        return call("^", a, b);
      case "sqr/1":
        return call("*", a, a);
      case "root/1":
        return call("sqrt", a);
      case "root/2":
        return call("^", b, call("/", number(1), a));
      case "factorial/1":
        return factorial(a);
    }
    switch (name) {
      case "piecewise":
        return piecewise(operands);
      case "and":
      case "or":
        return operands.length > 0 ? call(name, ...operands) : number(name === "and" ? 1 : 0);
      case "hill":
      case "mm":
        return unknown(name, operands);
    }
    return undefined;
  };
  const syntax: ForeignSyntax = { functionOf, strict: true };
  const expression = parseExpression(text, syntax);
  if (hasDraws(expression)) {
    throw new ParameterError("network", "random numbers are not read of Antimony; write the model as text");
  }
  return substitute(expression, (name) =>
    !taken(name) && Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined,
  );
}

/** piecewise(value, condition, …, otherwise) */
function piecewise(operands: readonly Expression[]): Expression {
  if (operands.length < 2) return unknown("piecewise", operands);
  const pairs = Math.floor(operands.length / 2);
  // Where no piece holds there is no value: a trajectory that asks for it stops, and says so.
  let rest = operands.length % 2 === 1 ? operands[operands.length - 1] : number(Number.NaN);
  for (let i = pairs - 1; i >= 0; i--) rest = call("if", operands[2 * i + 1], operands[2 * i], rest);
  return rest;
}

function factorial(n: Expression): Expression {
  const value = evaluate(n, () => Number.NaN);
  if (!(Number.isInteger(value) && value >= 0 && value <= 170)) {
    throw new ParameterError("network", "factorial is read of whole numbers from 0 to 170 alone");
  }
  return number(Array.from({ length: value }, (_, i) => i + 1).reduce((a, b) => a * b, 1));
}
