// Expressions as WGSL in f32, and as intervals of f32 while time passes. What a name stands for, what is constant, and which operations
// have a better form of their own is for a subclass to say.

import { expressionError } from "./error.ts";
import {
  COMPARISONS,
  call,
  type Expression,
  factorsOfProduct,
  namesIn,
  number,
  type Operation,
  TRUTHS,
} from "./expression.ts";
import { GROWING } from "./interval.ts";

/** A call of an operation or function. */
export type Call = Extract<Expression, { kind: "call" }>;

/** Characters of one expression: integer powers and bounds in time write their operands out more than once. */
const MOST_TEXT = 100_000;
/** Parentheses in each other: Tint reads 128, and others hardly more. */
const MOST_NESTED = 100;
/** Powers up to this are products. */
const MOST_FACTORS = 16;

/** @throws ParameterError where a shader would be too long to compile */
function bounded(text: string): string {
  if (text.length > MOST_TEXT) {
    throw expressionError(
      `a rate, condition or value takes over ${MOST_TEXT} characters of GPU code: powers of powers multiply them. Write it shorter, or take the reference (--device reference).`,
    );
  }
  return text;
}

/** @throws ParameterError where a shader nests too deeply to be read */
export function checkNesting(source: string): void {
  let depth = 0;
  for (const character of source) {
    if (character === "\n") depth = 0;
    if (character === "(" && ++depth > MOST_NESTED) {
      throw expressionError(
        `a rate, condition or value is nested over ${MOST_NESTED} deep, and GPUs do not read that. Write it shorter, or take the reference (--device reference).`,
      );
    }
    if (character === ")") depth--;
  }
}

const sum = (terms: readonly string[]) => `(${terms.join(" + ")})`;
const product = (factors: readonly string[]) => (factors.length === 1 ? factors[0] : `(${factors.join(" * ")})`);
const isSum = (expression: Expression): expression is Call =>
  expression.kind === "call" && (expression.operation === "+" || expression.operation === "-");

export abstract class ExpressionWriter {
  /** The name of the time. Its variable in WGSL is `now`, and the interval of it `span`, a vec2f. */
  protected abstract readonly time: string;

  /** Whether it follows from parameters alone that nothing changes. */
  protected abstract isConstant(expression: Expression): boolean;
  /** The f32 of a constant that the host computes. */
  protected abstract constant(expression: Expression): string;
  /** The f32 of a name that is neither a constant nor the time. */
  protected abstract named(name: string): string;

  /** The bool of a name that is one. */
  protected flag(_: string): string | undefined {
    return undefined;
  }

  /** An operation in a form of its own; undefined for the one below. */
  protected special(_: Call): string | undefined {
    return undefined;
  }

  /** Likewise a comparison, as a bool. */
  protected compared(_operation: Operation, _operands: readonly Expression[]): string | undefined {
    return undefined;
  }

  /** Whether the base of a power is never negative, where pow is undefined. */
  protected isNeverNegative(_base: Expression): boolean {
    return false;
  }

  /** An f32. Whatever depends on parameters alone becomes one constant. */
  real(expression: Expression): string {
    if (expression.kind === "number" || this.isConstant(expression)) return this.#constant(expression);
    if (expression.kind === "name") {
      const { name } = expression;
      if (name === this.time) return "now";
      return this.flag(name) ? `select(0.0, 1.0, ${this.flag(name)})` : this.named(name);
    }
    return bounded(this.special(expression) ?? this.#call(expression));
  }

  /** A bool. */
  truth(expression: Expression): string {
    const flag = expression.kind === "name" ? this.flag(expression.name) : undefined;
    if (flag) return flag;
    if (expression.kind === "call") {
      const { operation, operands } = expression;
      if (operation === "not") return `!(${this.truth(operands[0])})`;
      // Not && and ||, which are branches, of which a large network has thousands.
      if (operation === "and") return `(${operands.map((each) => `(${this.truth(each)})`).join(" & ")})`;
      if (operation === "or") return `(${operands.map((each) => `(${this.truth(each)})`).join(" | ")})`;
      if (COMPARISONS.includes(operation)) {
        return (
          this.compared(operation, operands) ?? `(${operands.map((each) => this.real(each)).join(` ${operation} `)})`
        );
      }
    }
    return `(${this.real(expression)} != 0.0)`;
  }

  #constant(expression: Expression): string {
    if (expression.kind === "number" && Number.isInteger(expression.value) && Math.abs(expression.value) < 2 ** 24) {
      return `${expression.value}.0`;
    }
    return this.constant(expression);
  }

  /** A long sum without a pair of parentheses for each of its terms: compilers read no more than some of them in each other. */
  #terms(operation: Operation, [first, ...others]: readonly Expression[]): string {
    const continues = isSum(first) && !this.isConstant(first) && this.special(first) === undefined;
    const begin = continues ? this.#terms(first.operation, first.operands) : this.real(first);
    return [begin, ...others.map((each) => this.real(each))].join(` ${operation} `);
  }

  #call({ operation, operands }: Call): string {
    const [first, second] = operands;
    switch (operation) {
      case "+":
      case "-":
        return `(${this.#terms(operation, operands)})`;
      case "*":
        return this.product(operands);
      case "/":
        return `(${this.real(first)} / ${this.real(second)})`;
      case "negate":
        return `(-${this.real(first)})`;
      case "^":
        return this.#power(first, second);
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
  protected product(operands: readonly Expression[]): string {
    const factors = operands.flatMap(factorsOfProduct);
    const constant = factors.filter((each) => this.isConstant(each));
    const others = factors.filter((each) => !constant.includes(each)).map((each) => this.real(each));
    return product(constant.length > 0 ? [this.#constant(call("*", ...constant)), ...others] : others);
  }

  /** A fraction of products, whose constants become one. */
  protected fraction(above: readonly Expression[], below: readonly Expression[]): string {
    const fixed = (all: readonly Expression[]) => all.filter((each) => this.isConstant(each));
    const moving = (all: readonly Expression[]) =>
      all.filter((each) => !this.isConstant(each)).map((each) => this.real(each));
    const constant = call("/", call("*", number(1), ...fixed(above)), call("*", number(1), ...fixed(below)));
    const numerator = product([this.#constant(constant), ...moving(above)]);
    return moving(below).reduce((a, b) => `(${a} / ${b})`, numerator);
  }

  #power(base: Expression, exponent: Expression): string {
    const n = wholeExponent(exponent);
    if (n === undefined) {
      // WGSL's pow is undefined for negative bases and costs accuracy; integers are products below.
      return `${this.isNeverNegative(base) ? "pow" : "power_of"}(${this.real(base)}, ${this.real(exponent)})`;
    }
    const factor = this.real(base);
    return n === 1 ? factor : `(${Array(n).fill(factor).join(" * ")})`;
  }

  /** The most that it becomes in the span of time. */
  upper(expression: Expression): string {
    return namesIn(expression).has(this.time) ? `${this.#interval(expression, false)}.y` : this.real(expression);
  }

  /** Least and most in the span of time, a vec2f, as narrow as can be: comparisons that the span decides are decided. */
  spread(expression: Expression): string {
    return this.#interval(expression, true);
  }

  /** A vec2f: least and most. See shaders/common/interval.wgsl. */
  #interval(expression: Expression, decided: boolean): string {
    return bounded(this.#bounds(expression, decided));
  }

  #bounds(expression: Expression, decided: boolean): string {
    if (!namesIn(expression).has(this.time)) return `vec2f(${this.real(expression)})`;
    if (expression.kind !== "call") return "span";
    const { operation, operands } = expression;
    const all = () => operands.map((each) => this.#interval(each, decided));
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
        return this.#powerInterval(operands[0], operands[1], decided);
      case "abs":
      case "sin":
      case "cos":
        return `interval_${operation}(${all()[0]})`;
      case "min":
      case "max":
        return all().reduce((a, b) => `${operation}(${a}, ${b})`);
      case "if": {
        const [, yes, no] = all();
        if (!namesIn(operands[0]).has(this.time)) return `select(${no}, ${yes}, ${this.truth(operands[0])})`;
        if (decided) return `interval_if(${all()[0]}, ${yes}, ${no})`;
        return `vec2f(min(${yes}.x, ${no}.x), max(${yes}.y, ${no}.y))`;
      }
      default:
        if (TRUTHS.includes(operation)) return decided ? decision(operation, all()) : "vec2f(0.0, 1.0)";
        if (!GROWING.includes(operation)) throw expressionError(`${operation} of the time is not supported in a rate.`);
        return `${operation === "ln" ? "log" : operation}(${all()[0]})`;
    }
  }

  #powerInterval(base: Expression, exponent: Expression, decided: boolean): string {
    const n = wholeExponent(exponent);
    const a = this.#interval(base, decided);
    if (n === undefined) return `interval_pow(${a}, ${this.#interval(exponent, decided)})`;
    const factors = n % 2 === 0 ? Array(n / 2).fill(`interval_square(${a})`) : Array(n).fill(a);
    return `(${factors.join(" * ")})`;
  }
}

/** (1, 1) where it is true in all of the span, (0, 0) where it is false. */
function decision(operation: Operation, operands: readonly string[]): string {
  const [a, b] = operands;
  switch (operation) {
    case "<":
      return `interval_less(${a}, ${b})`;
    case ">":
      return `interval_less(${b}, ${a})`;
    case "<=":
      return `interval_not(interval_less(${b}, ${a}))`;
    case ">=":
      return `interval_not(interval_less(${a}, ${b}))`;
    case "==":
      return `interval_equal(${a}, ${b})`;
    case "!=":
      return `interval_not(interval_equal(${a}, ${b}))`;
    case "not":
      return `interval_not(interval_truth(${a}))`;
    default: {
      const join = operation === "and" ? "min" : "max";
      return operands.map((each) => `interval_truth(${each})`).reduce((x, y) => `${join}(${x}, ${y})`);
    }
  }
}

/** An exponent whose power is a product. */
function wholeExponent(exponent: Expression): number | undefined {
  const n = exponent.kind === "number" ? exponent.value : Number.NaN;
  return Number.isInteger(n) && n >= 1 && n <= MOST_FACTORS ? n : undefined;
}
