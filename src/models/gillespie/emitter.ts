// Expressions as WGSL in f32.

import { networkError } from "./errors.ts";
import { COMPARISONS, call, type Expression, namesIn, number, TRUTHS } from "./expression.ts";
import { GROWING } from "./interval.ts";
import { MOST_COPIES, type Network, TIME } from "./network.ts";

/** How a shader names what a network has. */
export interface Names {
  species(i: number): string;
  constant(i: number): string;
}

export interface MassAction {
  constant: Expression;
  /** Species and copies that are chosen of it. */
  reactants: readonly { species: number; copies: number }[];
}

const sum = (terms: readonly string[]) => `(${terms.join(" + ")})`;

/** Characters of one expression: integer powers and bounds in time write their operands out more than once. */
const MOST_TEXT = 100_000;
/** Parentheses in each other: Tint reads 128, and others hardly more. */
const MOST_NESTED = 100;

/** @throws ParameterError where a shader would be too long to compile, or nests too deeply to be read */
function bounded(text: string): string {
  if (text.length > MOST_TEXT) {
    throw networkError(
      `a rate, condition or value takes over ${MOST_TEXT} characters of GPU code: powers of powers multiply them. Write it shorter, or take the reference (--device reference).`,
    );
  }
  return text;
}

/** @throws ParameterError likewise */
export function checkNesting(source: string): void {
  let depth = 0;
  for (const character of source) {
    if (character === "\n") depth = 0;
    if (character === "(" && ++depth > MOST_NESTED) {
      throw networkError(
        `a rate, condition or value is nested over ${MOST_NESTED} deep, and GPUs do not read that. Write it shorter, or take the reference (--device reference).`,
      );
    }
    if (character === ")") depth--;
  }
}

export class Emitter {
  readonly constants: Expression[] = [];
  readonly #network: Network;
  readonly #slots = new Map<string, number>();

  readonly #names: Names;

  constructor(network: Network, names: Names) {
    this.#network = network;
    this.#names = names;
  }

  /** The place of a constant expression among the constants. */
  slot(expression: Expression): number {
    const key = JSON.stringify(expression);
    const slot = this.#slots.get(key) ?? this.constants.push(expression) - 1;
    this.#slots.set(key, slot);
    return slot;
  }

  /** A constant times ways to choose up to three species; undefined for any other law. */
  massAction(expression: Expression): MassAction | undefined {
    const factors = flat(expression);
    const constants = factors.filter((each) => this.#isConstant(each));
    const reactants: { species: number; copies: number }[] = [];
    for (const factor of factors) {
      if (constants.includes(factor)) continue;
      const chosen = factor.kind === "call" && factor.operation === "choose" ? factor.operands : [factor, number(1)];
      const [name, copies] = chosen;
      if (name.kind !== "name" || name.name === TIME || copies.kind !== "number") return undefined;
      reactants.push({ species: this.#network.species.indexOf(name.name), copies: copies.value });
      constants.push(number(1 / factorial(copies.value)));
    }
    if (reactants.length > 3) return undefined;
    return { constant: call("*", number(1), ...constants), reactants };
  }

  /** An f32. Whatever depends on parameters alone becomes one constant. */
  real(expression: Expression): string {
    if (expression.kind === "number" || this.#isConstant(expression)) return this.#constant(expression);
    if (expression.kind === "name") {
      if (expression.name === TIME) return "now";
      return `f32(${this.#names.species(this.#network.species.indexOf(expression.name))})`;
    }
    return bounded(this.#call(expression));
  }

  /** The most that it becomes in the span of time. */
  upper(expression: Expression): string {
    return namesIn(expression).has(TIME) ? `${this.#interval(expression)}.y` : this.real(expression);
  }

  /** A vec2f: least and most. See shaders/common/interval.wgsl. */
  #interval(expression: Expression): string {
    return bounded(this.#bounds(expression));
  }

  #bounds(expression: Expression): string {
    if (!namesIn(expression).has(TIME)) return `vec2f(${this.real(expression)})`;
    if (expression.kind !== "call") return "span";
    const { operation, operands } = expression;
    const all = () => operands.map((each) => this.#interval(each));
    switch (operation) {
      case "+":
        return sum(all());
      case "-":
        return `interval_sub(${all()})`;
      case "negate":
        return `(-${all()[0]}.yx)`;
      case "*":
        return all().reduce((a, b) => `interval_mul(${a}, ${b})`);
      case "/":
        return `interval_div(${all()})`;
      case "^":
        return this.#powerInterval(operands[0], operands[1]);
      case "abs":
      case "sin":
      case "cos":
        return `interval_${operation}(${all()[0]})`;
      case "min":
      case "max":
        return all().reduce((a, b) => `${operation}(${a}, ${b})`);
      case "if": {
        const [, yes, no] = all();
        if (!namesIn(operands[0]).has(TIME)) return `select(${no}, ${yes}, ${this.truth(operands[0])})`;
        return `vec2f(min(${yes}.x, ${no}.x), max(${yes}.y, ${no}.y))`;
      }
      default:
        if (TRUTHS.includes(operation)) return "vec2f(0.0, 1.0)";
        if (!GROWING.includes(operation)) throw networkError(`${operation} of the time is not supported in a rate.`);
        return `${operation === "ln" ? "log" : operation}(${all()[0]})`;
    }
  }

  #powerInterval(base: Expression, exponent: Expression): string {
    const n = exponent.kind === "number" ? exponent.value : Number.NaN;
    const a = this.#interval(base);
    if (!Number.isInteger(n) || n < 1 || n > MOST_COPIES) return `interval_pow(${a}, ${this.#interval(exponent)})`;
    if (n % 2 === 0)
      return `(${Array(n / 2)
        .fill(`interval_square(${a})`)
        .join(" * ")})`;
    return `(${Array(n).fill(a).join(" * ")})`;
  }

  truth(expression: Expression): string {
    if (expression.kind === "call") {
      const { operation, operands } = expression;
      if (operation === "not") return `!(${this.truth(operands[0])})`;
      // Not && and ||, which are branches; unrolled.ts tells what many of them cost.
      if (operation === "and") return `(${operands.map((each) => `(${this.truth(each)})`).join(" & ")})`;
      if (operation === "or") return `(${operands.map((each) => `(${this.truth(each)})`).join(" | ")})`;
      if (COMPARISONS.includes(operation)) {
        const whole = operands.map((each) => this.#whole(each));
        const [a, b] = whole.every((each) => each !== undefined) ? whole : operands.map((each) => this.real(each));
        return `(${a} ${operation} ${b})`;
      }
    }
    return `(${this.real(expression)} != 0.0)`;
  }

  /** An i32 where the expression is a count or a whole number: compared exactly at any size. */
  #whole(expression: Expression): string | undefined {
    if (expression.kind === "number" && Number.isInteger(expression.value) && Math.abs(expression.value) < 2 ** 31) {
      return `${expression.value}`;
    }
    const at = expression.kind === "name" ? this.#network.species.indexOf(expression.name) : -1;
    return at >= 0 ? this.#names.species(at) : undefined;
  }

  #isConstant(expression: Expression): boolean {
    return [...namesIn(expression)].every((name) => name !== TIME && !this.#network.species.includes(name));
  }

  #constant(expression: Expression): string {
    if (expression.kind === "number" && Number.isInteger(expression.value) && Math.abs(expression.value) < 2 ** 24) {
      return `${expression.value}.0`;
    }
    return this.#names.constant(this.slot(expression));
  }

  #call({ operation, operands }: Extract<Expression, { kind: "call" }>): string {
    const [first, second] = operands;
    switch (operation) {
      case "+":
        return sum(operands.map((each) => this.real(each)));
      case "*":
        return this.#product(operands);
      case "-":
      case "/":
        return `(${this.real(first)} ${operation} ${this.real(second)})`;
      case "negate":
        return `(-${this.real(first)})`;
      case "^":
        return this.#power(first, second);
      case "choose":
        return this.#choose(first, second);
      case "min":
      case "max":
        return operands.map((each) => this.real(each)).reduce((a, b) => `${operation}(${a}, ${b})`);
      case "if":
        return `select(${this.real(operands[2])}, ${this.real(second)}, ${this.truth(first)})`;
      case "ln":
        return `log(${this.real(first)})`;
      default:
        if (TRUTHS.includes(operation)) return `select(0.0, 1.0, ${this.truth(call(operation, ...operands))})`;
        return `${operation}(${this.real(first)})`;
    }
  }

  /** Constant factors become one. */
  #product(operands: readonly Expression[]): string {
    const factors = operands.flatMap(flat);
    const constant = factors.filter((each) => this.#isConstant(each));
    const others = factors.filter((each) => !constant.includes(each)).map((each) => this.real(each));
    const all = constant.length > 0 ? [this.#constant(call("*", ...constant)), ...others] : others;
    return all.reduce((product, factor) => `(${product} * ${factor})`);
  }

  #power(base: Expression, exponent: Expression): string {
    const n = exponent.kind === "number" ? exponent.value : Number.NaN;
    if (!Number.isInteger(n) || n < 1 || n > MOST_COPIES) {
      // WGSL's pow is undefined for negative bases and costs accuracy; integers are products above.
      return `pow(${this.real(base)}, ${this.real(exponent)})`;
    }
    const factor = this.real(base);
    return n === 1 ? factor : `(${Array(n).fill(factor).join(" * ")})`;
  }

  /** n (n-1) … / m!, with the differences in integers: f32 knows no 2^24 + 1. */
  #choose(from: Expression, count: Expression): string {
    if (from.kind !== "name" || count.kind !== "number")
      throw networkError("choose applies to a species and a number.");
    const x = this.#names.species(this.#network.species.indexOf(from.name));
    const falling = Array.from({ length: count.value }, (_, i) => `f32(max(${x}${i > 0 ? ` - ${i}` : ""}, 0))`).join(
      " * ",
    );
    return `(${falling} * ${this.#constant(call("/", number(1), number(factorial(count.value))))})`;
  }
}

/** The factors of a product. */
function flat(expression: Expression): Expression[] {
  return expression.kind === "call" && expression.operation === "*" ? expression.operands.flatMap(flat) : [expression];
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
