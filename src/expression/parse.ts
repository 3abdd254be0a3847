// The language of expressions, and how others differ from it.

import { expressionError } from "./error.ts";
import { call, type Expression, isOperation, nameOf, number, type Operation } from "./expression.ts";

/** How deep texts may nest: reading takes some calls for each parenthesis or sign. */
const MOST_NESTED = 200;
const TOKEN = /\s*((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[\p{L}_][\p{L}\p{N}_]*|<=|>=|==|!=|&&|\|\||[-+*/^(),<>![\]])/uy;

/** Operators by how tightly they bind, loosest first. */
const LEVELS: readonly Record<string, Operation>[] = [
  { "||": "or", or: "or" },
  { "&&": "and", and: "and" },
  { "<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!=" },
  { "+": "+", "-": "-" },
  { "*": "*", "/": "/" },
];

const ALIASES: Record<string, Operation> = { log: "ln", pow: "^" };
/** Functions that are short for others. */
const SHORT = ["hill", "mm"];
/** Operations with a name that no function call may use. */
const NO_FUNCTIONS = ["negate", "and", "or", "not", "choose"];

/** How another language differs from this one. */
export interface ForeignSyntax {
  /** What a function of that name means there; undefined where it is one of these here. @throws ParameterError */
  functionOf: (name: string, operands: Expression[]) => Expression | undefined;
  /** What a name with an index means, as in x[i + 1]; without it there are none. @throws ParameterError */
  elementOf?: (name: string, index: Expression) => Expression;
  /** Its programs disagree on -a^b, a^b^c, !a + b and on "and" mixed with "or", so these need parentheses. */
  strict: boolean;
}

/**
 * Reads an expression: numbers, names, + - * / ^, comparisons, and, or, not, and the functions exp, ln, sqrt, abs, floor, ceil,
 * sin, cos, tan, sinh, cosh, tanh, asin, acos, atan, min, max, if(condition, then, else), hill(x, K, n) = x^n / (K^n + x^n), mm(x, V, K) = V x / (K + x),
 * and the laws of random numbers.
 *
 * @throws ParameterError that shows the place.
 */
export function parseExpression(text: string, syntax?: ForeignSyntax): Expression {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    const isMeant = match && (syntax?.elementOf || !/[[\]]/u.test(match[1]));
    if (!isMeant) throw wrong(text, `"${text.slice(from).trim()[0]}" has no meaning here`);
    tokens.push(match[1]);
  }
  let at = 0;
  const fail = (wanted: string): never => {
    throw wrong(text, `${wanted} is missing ${at < tokens.length ? `before "${tokens[at]}"` : "at the end"}`);
  };
  const expect = (token: string) => (tokens[at] === token ? at++ : fail(`"${token}"`));
  let nested = 0;
  const deeper = (read: () => Expression): Expression => {
    if (++nested > MOST_NESTED) {
      throw expressionError(
        `network: it is nested too deeply to be read, over ${MOST_NESTED} parentheses and signs in each other; write it shorter.`,
      );
    }
    const inside = read();
    nested--;
    return inside;
  };

  /** What stands in parentheses of its own. */
  const enclosed = new Set<Expression>();
  const isBare = (part: Expression, ...operations: Operation[]) =>
    syntax?.strict && part.kind === "call" && operations.includes(part.operation) && !enclosed.has(part);
  const ambiguous = (what: string): never => {
    throw wrong(text, `programs disagree on what ${what} means; write parentheses`);
  };

  const level = (depth: number): Expression => {
    if (depth === LEVELS.length) return signed();
    let left = level(depth + 1);
    while (at < tokens.length && Object.hasOwn(LEVELS[depth], tokens[at])) {
      const operation = LEVELS[depth][tokens[at++]];
      const right = level(depth + 1);
      for (const part of [left, right]) {
        if (operation === "or" && isBare(part, "and")) ambiguous('"and" mixed with "or"');
        if ("+-*/".includes(operation) && isBare(part, "not")) ambiguous("a negation within arithmetic");
      }
      left = call(operation, left, right);
    }
    return left;
  };
  const signed = (): Expression => deeper(signs);
  const signs = (): Expression => {
    if (tokens[at] === "-") {
      at++;
      const inside = signed();
      if (isBare(inside, "^")) ambiguous("a sign before a power");
      return call("negate", inside);
    }
    if (tokens[at] === "+") {
      at++;
      return signed();
    }
    if (tokens[at] === "!" || tokens[at] === "not") {
      at++;
      return call("not", signed());
    }
    const base = atom();
    if (tokens[at] !== "^") return base;
    at++;
    const exponent = signed();
    if (isBare(exponent, "^")) ambiguous("a power of a power");
    return call("^", base, exponent);
  };
  const atom = (): Expression => {
    const token = tokens[at++];
    if (token === "(") {
      const inside = deeper(() => level(0));
      expect(")");
      enclosed.add(inside);
      return inside;
    }
    if (token !== undefined && /^[\d.]/.test(token)) return number(Number(token));
    if (token === undefined || !/^[\p{L}_]/u.test(token)) {
      at--;
      return fail("a number or a name");
    }
    if (tokens[at] === "[") {
      at++;
      const index = level(0);
      expect("]");
      return syntax!.elementOf!(token, index);
    }
    if (tokens[at] !== "(") return nameOf(token);
    at++;
    const operands: Expression[] = [];
    if (tokens[at] !== ")") {
      operands.push(level(0));
      while (tokens[at] === ",") {
        at++;
        operands.push(level(0));
      }
    }
    expect(")");
    return syntax?.functionOf(token, operands) ?? functionOf(token, operands, text);
  };

  const expression = level(0);
  if (at < tokens.length) throw wrong(text, `"${tokens[at]}" is one too many`);
  return expression;
}

/** Whether it is the name of a function that is none of `operations`. */
export const isFunction = (name: string): boolean => Object.hasOwn(ALIASES, name) || SHORT.includes(name);

function functionOf(name: string, operands: Expression[], text: string): Expression {
  if (name === "hill" && operands.length === 3) {
    const [x, k, n] = operands;
    return call("/", call("^", x, n), call("+", call("^", k, n), call("^", x, n)));
  }
  if (name === "mm" && operands.length === 3) {
    const [x, v, k] = operands;
    return call("/", call("*", v, x), call("+", k, x));
  }
  const operation = ALIASES[name] ?? name;
  if (!isOperation(operation) || NO_FUNCTIONS.includes(name)) {
    throw wrong(text, `there is no function ${name} of ${operands.length} operands`);
  }
  return call(operation, ...operands);
}

const wrong = (text: string, why: string) => expressionError(`"${text.trim()}": ${why}.`);
