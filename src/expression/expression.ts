// Arithmetic as a tree, and its value in f64. What a name stands for is for the model to say.

import { expressionError } from "./error.ts";

export type Expression =
  | { kind: "number"; value: number }
  | { kind: "name"; name: string }
  /** An operator or function of `operations` and what it applies to; a draw has a number of its own, so that its copies are one draw. */
  | { kind: "call"; operation: Operation; operands: readonly Expression[]; draw?: number };

type Reals = readonly number[];

const truth = (value: boolean) => (value ? 1 : 0);
const fold = (each: (a: number, b: number) => number) => (values: Reals) => values.reduce((a, b) => each(a, b));

/** A random number has no value of its own: draws.ts gives it one. */
const law = (least: number, most = least) => ({ operands: [least, most] as const, value: () => Number.NaN });

/**
 * Laws of random numbers, with fewest operands and most: two more than the parameters are the bounds of a truncated one. Parameters and names are those of
 * SBML's package distrib (Smith et al. 2020, doi 10.1515/jib-2020-0018).
 */
const laws = {
  normal: law(2, 4),
  uniform: law(2),
  bernoulli: law(1),
  binomial: law(2, 4),
  poisson: law(1, 3),
  exponential: law(1, 3),
  gamma: law(2, 4),
  lognormal: law(2, 4),
  laplace: law(1, 4),
  cauchy: law(1, 4),
  rayleigh: law(1, 3),
  chisquare: law(1, 3),
  weibull: law(2, 4),
} as const;

export type LawName = keyof typeof laws;

/** Everything that an expression may apply: fewest and most operands, and its value. Comparisons give 1 or 0. */
const operations = {
  ...laws,
  "+": { operands: [1, 64], value: fold((a, b) => a + b) },
  "-": { operands: [2, 2], value: ([a, b]: Reals) => a - b },
  "*": { operands: [1, 64], value: fold((a, b) => a * b) },
  "/": { operands: [2, 2], value: ([a, b]: Reals) => a / b },
  "^": { operands: [2, 2], value: ([a, b]: Reals) => a ** b },
  negate: { operands: [1, 1], value: ([a]: Reals) => -a },
  exp: { operands: [1, 1], value: ([a]: Reals) => Math.exp(a) },
  ln: { operands: [1, 1], value: ([a]: Reals) => Math.log(a) },
  sqrt: { operands: [1, 1], value: ([a]: Reals) => Math.sqrt(a) },
  abs: { operands: [1, 1], value: ([a]: Reals) => Math.abs(a) },
  floor: { operands: [1, 1], value: ([a]: Reals) => Math.floor(a) },
  ceil: { operands: [1, 1], value: ([a]: Reals) => Math.ceil(a) },
  sin: { operands: [1, 1], value: ([a]: Reals) => Math.sin(a) },
  cos: { operands: [1, 1], value: ([a]: Reals) => Math.cos(a) },
  tan: { operands: [1, 1], value: ([a]: Reals) => Math.tan(a) },
  sinh: { operands: [1, 1], value: ([a]: Reals) => Math.sinh(a) },
  cosh: { operands: [1, 1], value: ([a]: Reals) => Math.cosh(a) },
  tanh: { operands: [1, 1], value: ([a]: Reals) => Math.tanh(a) },
  asin: { operands: [1, 1], value: ([a]: Reals) => Math.asin(a) },
  acos: { operands: [1, 1], value: ([a]: Reals) => Math.acos(a) },
  atan: { operands: [1, 1], value: ([a]: Reals) => Math.atan(a) },
  min: { operands: [1, 64], value: fold(Math.min) },
  max: { operands: [1, 64], value: fold(Math.max) },
  "<": { operands: [2, 2], value: ([a, b]: Reals) => truth(a < b) },
  "<=": { operands: [2, 2], value: ([a, b]: Reals) => truth(a <= b) },
  ">": { operands: [2, 2], value: ([a, b]: Reals) => truth(a > b) },
  ">=": { operands: [2, 2], value: ([a, b]: Reals) => truth(a >= b) },
  "==": { operands: [2, 2], value: ([a, b]: Reals) => truth(a === b) },
  "!=": { operands: [2, 2], value: ([a, b]: Reals) => truth(a !== b) },
  and: { operands: [1, 64], value: (values: Reals) => truth(values.every((value) => value !== 0)) },
  or: { operands: [1, 64], value: (values: Reals) => truth(values.some((value) => value !== 0)) },
  not: { operands: [1, 1], value: ([a]: Reals) => truth(a === 0) },
  /** if(condition, then, else) */
  if: { operands: [3, 3], value: ([condition, yes, no]: Reals) => (condition !== 0 ? yes : no) },
  /** n (n-1) … (n-m+1) / m!: the ways to choose m of n. */
  choose: { operands: [2, 2], value: ([n, m]: Reals) => choose(n, m) },
} as const satisfies Record<string, { operands: readonly [number, number]; value: (values: Reals) => number }>;

export type Operation = keyof typeof operations;

/** Operations whose value is 1 or 0. */
export const COMPARISONS: readonly string[] = ["<", "<=", ">", ">=", "==", "!="];
export const TRUTHS: readonly string[] = [...COMPARISONS, "and", "or", "not"];

export const isOperation = (name: string): name is Operation => Object.hasOwn(operations, name);
export const isLaw = (name: string): name is LawName => Object.hasOwn(laws, name);

/** Fewest and most operands of a law. */
export const operandsOf = (name: LawName): readonly [number, number] => laws[name].operands;

/** Parameters of a law, without bounds. */
export const parametersOf = (name: LawName): number => {
  const [least, most] = laws[name].operands;
  return most > least ? most - 2 : least;
};

function choose(n: number, m: number): number {
  let ways = 1;
  for (let i = 0; i < m; i++) ways *= (n - i) / (i + 1);
  return n < m ? 0 : ways;
}

export const number = (value: number): Expression => ({ kind: "number", value });
export const nameOf = (name: string): Expression => ({ kind: "name", name });

/** Numbers, names and operations of an expression, each as often as it is written out, and how deep they stand in each other. */
const MOST_SIZE = 20_000;
const MOST_DEPTH = 1000;

const extents = new WeakMap<Expression, { size: number; depth: number }>();
const extentOf = (expression: Expression) => extents.get(expression) ?? { size: 1, depth: 1 };

/** @throws ParameterError where parts that hold the same part twice, again and again, have made it too large to walk through. */
function applied(operation: Operation, operands: readonly Expression[], draw?: number): Expression {
  const parts = operands.map(extentOf);
  const size = parts.reduce((total, part) => total + part.size, 1);
  const depth = parts.reduce((most, part) => Math.max(most, part.depth), 0) + 1;
  if (size > MOST_SIZE || depth > MOST_DEPTH) {
    throw expressionError(
      `an expression has ${size} numbers, names and operations, ${depth} in each other; ${MOST_SIZE} and ${MOST_DEPTH} are the most. Write it shorter.`,
    );
  }
  const expression: Expression = { kind: "call", operation, operands, ...(draw === undefined ? {} : { draw }) };
  extents.set(expression, { size, depth });
  return expression;
}

/** @throws ParameterError for a number of operands that the operation does not take, and for an expression that grows too large. */
export function call(operation: Operation, ...operands: Expression[]): Expression {
  const [least, most] = operations[operation].operands;
  if (operands.length < least || operands.length > most) {
    const wanted = least === most ? least : `${least} to ${most}`;
    throw expressionError(`${operation} takes ${wanted} operands, not ${operands.length}.`);
  }
  if (!isLaw(operation)) return applied(operation, operands);
  // Of a scale alone the location is 0.
  const own = operands.length === 1 && most === 4 ? [number(0), ...operands] : operands;
  const many = parametersOf(operation);
  if (own.length > many && own.length !== most) {
    throw expressionError(`${operation} takes ${many} operands, or ${most} with its bounds, not ${operands.length}.`);
  }
  return applied(operation, own, draws++);
}

/** Draws so far: each that is written has a number. */
let draws = 0;

/** The names that stand in an expression. */
export function namesIn(expression: Expression, found = new Set<string>()): Set<string> {
  if (expression.kind === "name") found.add(expression.name);
  if (expression.kind === "call") for (const operand of expression.operands) namesIn(operand, found);
  return found;
}

/** The expression with names replaced; those that `by` does not know stay. */
export function substitute(expression: Expression, by: (name: string) => Expression | undefined): Expression {
  if (expression.kind === "name") return by(expression.name) ?? expression;
  if (expression.kind === "number") return expression;
  return applied(
    expression.operation,
    expression.operands.map((operand) => substitute(operand, by)),
    expression.draw,
  );
}

/** Whether a random number is drawn in it. */
export function hasDraws(expression: Expression): boolean {
  return expression.kind === "call" && (expression.draw !== undefined || expression.operands.some(hasDraws));
}

/** A copy whose draws are others than those of the original. */
export function redrawn(expression: Expression): Expression {
  if (!hasDraws(expression) || expression.kind !== "call") return expression;
  return call(expression.operation, ...expression.operands.map(redrawn));
}

/** What an operation makes of its operands, in f64. */
export const operationOf = (operation: Operation): ((values: Reals) => number) => operations[operation].value;

/** The value in f64. */
export function evaluate(expression: Expression, lookUp: (name: string) => number): number {
  if (expression.kind === "number") return expression.value;
  if (expression.kind === "name") return lookUp(expression.name);
  return operations[expression.operation].value(expression.operands.map((operand) => evaluate(operand, lookUp)));
}

/** The factors of a product above and below its fraction bars. */
export function factorsOf(term: Expression): [Expression[], Expression[]] {
  if (term.kind !== "call" || (term.operation !== "*" && term.operation !== "/")) return [[term], []];
  const parts = term.operands.map(factorsOf);
  if (term.operation === "*") return [parts.flatMap(([above]) => above), parts.flatMap(([, below]) => below)];
  const [[above, below], [over, under]] = parts;
  return [
    [...above, ...under],
    [...below, ...over],
  ];
}

/** The factors of a product that is written out. */
export function factorsOfProduct(expression: Expression): Expression[] {
  return expression.kind === "call" && expression.operation === "*"
    ? expression.operands.flatMap(factorsOfProduct)
    : [expression];
}
