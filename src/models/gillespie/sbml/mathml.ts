// MathML as SBML uses it, to expressions. What SBML allows and an ensemble cannot do is refused by name.

import type { XmlElement } from "@rgrove/parse-xml";
import {
  call,
  type Expression,
  evaluate,
  isLaw,
  nameOf,
  number,
  type Operation,
  operandsOf,
  redrawn,
  substitute,
} from "../../../expression/expression.ts";
import { TIME } from "../network/network.ts";
import { elements, local } from "./xml.ts";

export interface Lambda {
  parameters: string[];
  body: Expression;
}

export interface MathContext {
  /** A function of the model's own. */
  functions: (name: string) => Lambda | undefined;
  /** How fast a quantity changes. */
  rateOf: (name: string, element: XmlElement) => Expression;
  /** Refuses an element: throws an error with its line. */
  refuse: (element: XmlElement, why: string) => never;
}

const SAME: Record<string, Operation> = {
  power: "^",
  exp: "exp",
  ln: "ln",
  abs: "abs",
  floor: "floor",
  ceiling: "ceil",
  sin: "sin",
  cos: "cos",
  tan: "tan",
  sinh: "sinh",
  cosh: "cosh",
  tanh: "tanh",
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  min: "min",
  max: "max",
  not: "not",
  divide: "/",
};

const RELATIONS: Record<string, Operation> = { lt: "<", leq: "<=", gt: ">", geq: ">=", eq: "==", neq: "!=" };

const CONSTANTS: Record<string, number> = {
  ...{ pi: Math.PI, exponentiale: Math.E, true: 1, false: 0 },
  ...{ infinity: Number.POSITIVE_INFINITY, notanumber: Number.NaN },
};

/** Functions that others make. */
const MADE: Record<string, (a: Expression, b: Expression) => Expression> = {
  sec: (a) => call("/", number(1), call("cos", a)),
  csc: (a) => call("/", number(1), call("sin", a)),
  cot: (a) => call("/", number(1), call("tan", a)),
  sech: (a) => call("/", number(1), call("cosh", a)),
  csch: (a) => call("/", number(1), call("sinh", a)),
  coth: (a) => call("/", number(1), call("tanh", a)),
  arcsec: (a) => call("acos", call("/", number(1), a)),
  arccsc: (a) => call("asin", call("/", number(1), a)),
  arccot: (a) => call("atan", call("/", number(1), a)),
  arcsinh: (a) => call("ln", call("+", a, call("sqrt", call("+", call("*", a, a), number(1))))),
  arccosh: (a) => call("ln", call("+", a, call("sqrt", call("-", call("*", a, a), number(1))))),
  arctanh: (a) => half(call("ln", call("/", call("+", number(1), a), call("-", number(1), a)))),
  arcsech: (a) => MADE.arccosh(call("/", number(1), a), a),
  arccsch: (a) => MADE.arcsinh(call("/", number(1), a), a),
  arccoth: (a) => half(call("ln", call("/", call("+", a, number(1)), call("-", a, number(1))))),
};
/** The same of two operands. */
const OF_TWO: typeof MADE = {
  implies: (a, b) => call("or", call("not", a), b),
  quotient: (a, b) => towardsZero(call("/", a, b)),
  rem: (a, b) => call("-", a, call("*", b, towardsZero(call("/", a, b)))),
};

const half = (a: Expression) => call("*", number(0.5), a);
const towardsZero = (a: Expression) => call("if", call("<", a, number(0)), call("ceil", a), call("floor", a));

const SYMBOL = "http://www.sbml.org/sbml/symbols/";
const DISTRIB = `${SYMBOL}distrib/`;

export function expressionOf(element: XmlElement, context: MathContext): Expression {
  const { refuse } = context;
  const name = local(element);
  const inside = elements(element);
  if (name === "math" || name === "semantics") return only(element, context);
  if (name === "ci") return nameOf(element.text.trim());
  if (name === "cn") return number(constant(element, context));
  if (name === "csymbol") {
    const url = element.attributes.definitionURL ?? "";
    if (url === `${SYMBOL}time`) return nameOf(TIME);
    if (url === `${SYMBOL}avogadro`) return number(6.02214179e23); // the value that SBML Level 3 fixes
    return refuse(element, `means ${url.replace(SYMBOL, "")}, which is not supported`);
  }
  if (Object.hasOwn(CONSTANTS, name)) return number(CONSTANTS[name]);
  if (name === "piecewise") return piecewise(inside, element, context);
  if (name === "apply") return apply(element, context);
  return refuse(element, "is not supported");
}

/** The expression that an element holds. */
function only(element: XmlElement, context: MathContext): Expression {
  const [inside] = elements(element);
  return inside ? expressionOf(inside, context) : context.refuse(element, "is empty");
}

function constant(element: XmlElement, { refuse }: MathContext): number {
  const parts = element.children.map((child) =>
    child.type === "text" ? (child as unknown as { text: string }).text.trim() : "",
  );
  const texts = parts.filter((text) => text !== "");
  const type = element.attributes.type ?? "real";
  const [a, b] = texts.map(Number);
  const value = type === "e-notation" ? Number(`${texts[0]}e${texts[1]}`) : type === "rational" ? a / b : a;
  if (!["real", "integer", "e-notation", "rational"].includes(type) || !Number.isFinite(value)) {
    return refuse(element, `"${element.text.trim()}" of type ${type} is no number`);
  }
  return value;
}

function piecewise(inside: readonly XmlElement[], element: XmlElement, context: MathContext): Expression {
  const otherwise = inside.find((part) => local(part) === "otherwise");
  const pieces = inside.filter((part) => local(part) === "piece");
  if (pieces.length === 0 && !otherwise) return context.refuse(element, "is empty");
  return pieces.reduceRight<Expression>(
    (rest, piece) => {
      const parts = elements(piece);
      if (parts.length !== 2) context.refuse(piece, "has not two parts, its value and when it holds");
      const [value, condition] = parts.map((each) => expressionOf(each, context));
      return call("if", condition, value, rest);
    },
    // Where no piece holds there is no value: a trajectory that asks for it stops, and says so.
    otherwise ? only(otherwise, context) : number(Number.NaN),
  );
}

function apply(element: XmlElement, context: MathContext): Expression {
  const { refuse, functions } = context;
  const [head, ...rest] = elements(element);
  if (!head) return refuse(element, "is empty");
  const name = local(head);
  const degree = rest.find((each) => ["degree", "logbase"].includes(local(each)));
  const operands = rest.filter((each) => each !== degree).map((each) => expressionOf(each, context));
  const qualifier = degree && only(degree, context);
  const take = (least: number, most = least) => {
    if (operands.length < least || operands.length > most) refuse(head, `does not take ${operands.length} operands`);
  };
  switch (name) {
    case "csymbol": {
      const url = head.attributes.definitionURL ?? "";
      if (url === `${SYMBOL}rateOf` && operands.length === 1 && operands[0].kind === "name") {
        return context.rateOf(operands[0].name, head);
      }
      const law = url.startsWith(DISTRIB) ? url.slice(DISTRIB.length) : "";
      if (isLaw(law)) {
        const [least, most] = operandsOf(law);
        take(least, most);
        return call(law, ...operands);
      }
      return refuse(head, `means ${url.replace(SYMBOL, "")}, which is not supported`);
    }
    case "factorial": {
      take(1);
      const [n] = operands;
      const value = evaluate(n, () => Number.NaN);
      if (!(Number.isInteger(value) && value >= 0 && value <= 170))
        return refuse(head, "is read of whole numbers from 0 to 170 alone");
      return number(Array.from({ length: value }, (_, i) => i + 1).reduce((a, b) => a * b, 1));
    }
    case "ci": {
      const own = functions(head.text.trim());
      if (!own) return refuse(head, `${head.text.trim()} is no function of the model`);
      take(own.parameters.length);
      // Each time that it is applied its draws are others; an operand that it names twice is drawn once.
      return substitute(redrawn(own.body), (parameter) => operands[own.parameters.indexOf(parameter)]);
    }
    case "plus":
      return operands.length === 0 ? number(0) : operands.reduce((a, b) => call("+", a, b));
    case "times":
      return operands.length === 0 ? number(1) : operands.reduce((a, b) => call("*", a, b));
    case "minus":
      take(1, 2);
      return operands.length === 1 ? call("negate", operands[0]) : call("-", operands[0], operands[1]);
    case "root":
      take(1);
      return qualifier ? call("^", operands[0], call("/", number(1), qualifier)) : call("sqrt", operands[0]);
    case "log":
      take(1);
      return call("/", call("ln", operands[0]), call("ln", qualifier ?? number(10)));
    case "and":
    case "or":
      return operands.length === 0 ? number(name === "and" ? 1 : 0) : call(name, ...operands);
    case "xor":
      return operands.reduce((a, b) => call("!=", call("!=", a, number(0)), call("!=", b, number(0))), number(0));
  }
  if (Object.hasOwn(RELATIONS, name)) {
    if (operands.length < 2) refuse(head, `does not take ${operands.length} operands`);
    const links = operands.slice(1).map((right, i) => call(RELATIONS[name], operands[i], right));
    return links.length === 1 ? links[0] : call("and", ...links);
  }
  if (Object.hasOwn(MADE, name)) {
    take(1);
    return MADE[name](operands[0], operands[0]);
  }
  if (Object.hasOwn(OF_TWO, name)) {
    take(2);
    return OF_TWO[name](operands[0], operands[1]);
  }
  if (!Object.hasOwn(SAME, name)) return refuse(head, "is not supported");
  take(
    ["power", "divide"].includes(name) ? 2 : 1,
    ["min", "max"].includes(name) ? 64 : ["power", "divide"].includes(name) ? 2 : 1,
  );
  return call(SAME[name], ...operands);
}
