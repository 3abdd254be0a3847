// Expressions as WGSL in f32.

import {
  COMPARISONS,
  call,
  type Expression,
  evaluate,
  factorsOf,
  type LawName,
  namesIn,
  number,
  type Operation,
  TRUTHS,
} from "../../../expression/expression.ts";
import { GROWING } from "../../../expression/interval.ts";
import { clockOf } from "../network/clock.ts";
import { type Draw, drawOf, isWhole, partsOf } from "../network/draws.ts";
import { networkError } from "../network/errors.ts";
import { MOST_COPIES, type Network, TIME } from "../network/network.ts";
import { constantIn, factorial, factorsOfProduct } from "./mass-action.ts";

/** How a shader names what a network has. */
export interface Names {
  species(i: number): string;
  /** An f32. */
  constant(i: number): string;
  /** An i32. */
  whole(i: number): string;
}

/**
 * What of a constant a shader keeps: an f32, or one no larger than f32 holds; or in 32 bits a count, an integer that stands for it in comparisons (rounded up, down,
 * or itself), or of a time the units and the fraction of one, or of a chance its two words, and of a Poisson number's mean the power of two that is no
 * less and its share of that.
 */
export type Kept =
  | ("real" | "clamped" | "count" | "ceil" | "floor" | "equal" | "units" | "fraction")
  | ("chance" | "chance low" | "power" | "mean" | "mean low");

export interface Constant {
  value: Expression;
  kept: Kept;
}

/** In which form an i32 is meant; any sum of such is right modulo 2^32. */
interface Whole {
  text: string;
  least: number;
  most: number;
}

/** Which integer stands for a constant on the right of each comparison of integers. */
const STANDS: Record<string, Kept> = {
  ">=": "ceil",
  "<": "ceil",
  ">": "floor",
  "<=": "floor",
  "==": "equal",
  "!=": "equal",
};
const MIRRORED: Record<string, Operation> = { ">=": "<=", "<": ">", ">": "<", "<=": ">=", "==": "==", "!=": "!=" };

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

export interface Dialect {
  /** Counts are real numbers. */
  continuous: boolean;
  /** Counts pass through f32, as in gibbs 0.1.0. */
  version1: boolean;
  /** Constants above and below fraction bars become one, where alone they are beyond what f32 holds. */
  folds: boolean;
}

export class Emitter {
  readonly constants: Constant[] = [];
  readonly #network: Network;
  readonly #slots = new Map<string, number>();
  readonly #names: Names;
  readonly #dialect: Dialect;
  readonly #isConstant: (expression: Expression) => boolean;
  /** Those that expressions may name now. */
  #draws: readonly Draw[] = [];

  constructor(network: Network, names: Names, dialect: Dialect) {
    this.#network = network;
    this.#names = names;
    this.#dialect = dialect;
    this.#isConstant = constantIn(network);
  }

  /** The place of a constant expression among the constants. */
  slot(value: Expression, kept: Kept = "real"): number {
    const key = kept + JSON.stringify(value);
    const slot = this.#slots.get(key) ?? this.constants.push({ value, kept }) - 1;
    this.#slots.set(key, slot);
    return slot;
  }

  /** An f32. Whatever depends on parameters alone becomes one constant. */
  real(expression: Expression): string {
    if (expression.kind === "number" || this.#isConstant(expression)) return this.#constant(expression);
    if (expression.kind === "name") {
      const { name } = expression;
      if (name === TIME) return "now";
      if (clockOf(name) >= 0) return `select(0.0, 1.0, ${this.truth(expression)})`;
      const draw = drawOf(name);
      if (draw >= 0) return this.#isWholeDraw(draw) ? `f32(${wholeDraw(draw)})` : `bitcast<f32>(drawn[${draw}])`;
      const variable = this.#network.variables.indexOf(name);
      return variable >= 0 ? `y${variable}` : `f32(${this.#names.species(this.#network.species.indexOf(name))})`;
    }
    const whole = ["+", "-"].includes(expression.operation) ? this.#whole(expression) : undefined;
    if (whole && !this.#dialect.version1 && isSigned(whole)) return `f32(${whole.text})`;
    return bounded(this.#call(expression));
  }

  /** A count as i32 that an event sets; negative where it is none, or so large that f32 has rounded it. */
  count(expression: Expression): string {
    if (!this.#dialect.version1) {
      if (this.#isConstant(expression)) return this.#names.whole(this.slot(expression, "count"));
      const whole = this.#whole(expression);
      // Above 2^31 it is negative, which is as wrong.
      if (whole && whole.least >= -(2 ** 31) && whole.most < 2 ** 32) return whole.text;
    }
    return `count_of(${this.real(expression)})`;
  }

  /** Whose draws expressions name from now on. */
  within(draws: readonly Draw[]): void {
    this.#draws = draws;
  }

  /** Statements that set what a draw of those is made of: see shaders/gillespie/draws.wgsl. */
  draw(draw: Draw): string {
    const { own, least, most } = partsOf(draw);
    const word = (value: Expression, kept: Kept) => `bitcast<u32>(${this.#names.whole(this.slot(value, kept))})`;
    const chance = (p: Expression) =>
      this.#isConstant(p) ? `vec2u(${word(p, "chance low")}, ${word(p, "chance")})` : `share_of(${this.real(p)})`;
    const bounds =
      least || most
        ? ` draw_is_bounded = true; draw_least = ${least ? this.real(least) : "-3.4e38"}; draw_most = ${most ? this.real(most) : "3.4e38"};`
        : "";
    return this.#operands(draw.law, own, word, chance) + bounds;
  }

  #operands(
    law: LawName,
    [a, b]: readonly Expression[],
    word: (value: Expression, kept: Kept) => string,
    chance: (p: Expression) => string,
  ): string {
    switch (law) {
      case "bernoulli":
        return `draw_trials = 1u; draw_share = ${chance(a)};`;
      case "binomial":
        return `draw_trials = trials_of(${this.count(a)}); draw_share = ${chance(b)};`;
      case "poisson": {
        if (!this.#isConstant(a)) return `set_mean(${this.real(a)});`;
        return `draw_power = ${word(a, "power")}; draw_share = vec2u(${word(a, "mean low")}, ${word(a, "mean")});`;
      }
      default:
        return `draw_a = ${this.real(a)};${b ? ` draw_b = ${this.real(b)};` : ""}`;
    }
  }

  /** Units, and a fraction of them, of a time span. */
  duration(expression: Expression): [units: string, fraction: string] {
    if (!this.#isConstant(expression)) return ["0u", `(${this.real(expression)} / run.unit)`];
    const units = this.#names.whole(this.slot(expression, "units"));
    return [`bitcast<u32>(${units})`, this.#names.constant(this.slot(expression, "fraction"))];
  }

  /** The most that it becomes in the span of time. */
  upper(expression: Expression): string {
    return namesIn(expression).has(TIME) ? `${this.#interval(expression)}.y` : this.real(expression);
  }

  /** Least and most in the span of time, a vec2f, as narrow as can be: comparisons that the span decides are decided. */
  spread(expression: Expression): string {
    return this.#interval(expression, true);
  }

  /** A vec2f: least and most. See shaders/common/interval.wgsl. */
  #interval(expression: Expression, decided = false): string {
    return bounded(this.#bounds(expression, decided));
  }

  #bounds(expression: Expression, decided: boolean): string {
    if (!namesIn(expression).has(TIME)) return `vec2f(${this.real(expression)})`;
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
        if (!namesIn(operands[0]).has(TIME)) return `select(${no}, ${yes}, ${this.truth(operands[0])})`;
        if (decided) return `interval_if(${all()[0]}, ${yes}, ${no})`;
        return `vec2f(min(${yes}.x, ${no}.x), max(${yes}.y, ${no}.y))`;
      }
      default:
        if (TRUTHS.includes(operation)) return decided ? this.#decision(operation, all()) : "vec2f(0.0, 1.0)";
        if (!GROWING.includes(operation)) throw networkError(`${operation} of the time is not supported in a rate.`);
        return `${operation === "ln" ? "log" : operation}(${all()[0]})`;
    }
  }

  #powerInterval(base: Expression, exponent: Expression, decided: boolean): string {
    const n = exponent.kind === "number" ? exponent.value : Number.NaN;
    const a = this.#interval(base, decided);
    if (!Number.isInteger(n) || n < 1 || n > MOST_COPIES)
      return `interval_pow(${a}, ${this.#interval(exponent, decided)})`;
    if (n % 2 === 0)
      return `(${Array(n / 2)
        .fill(`interval_square(${a})`)
        .join(" * ")})`;
    return `(${Array(n).fill(a).join(" * ")})`;
  }

  /** (1, 1) where it is true in all of the span, (0, 0) where it is false. */
  #decision(operation: Operation, operands: readonly string[]): string {
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

  truth(expression: Expression): string {
    const clock = expression.kind === "name" ? clockOf(expression.name) : -1;
    if (clock >= 0) return `((truths & ${(1 << clock) >>> 0}u) != 0u)`;
    if (expression.kind === "call") {
      const { operation, operands } = expression;
      if (operation === "not") return `!(${this.truth(operands[0])})`;
      // Not && and ||, which are branches; unrolled.ts tells what many of them cost.
      if (operation === "and") return `(${operands.map((each) => `(${this.truth(each)})`).join(" & ")})`;
      if (operation === "or") return `(${operands.map((each) => `(${this.truth(each)})`).join(" | ")})`;
      if (COMPARISONS.includes(operation)) {
        return (
          this.#compared(operation, operands) ?? `(${operands.map((each) => this.real(each)).join(` ${operation} `)})`
        );
      }
    }
    return `(${this.real(expression)} != 0.0)`;
  }

  /** A comparison of integers, exact at any size; undefined where it is none. */
  #compared(operation: Operation, [left, right]: readonly Expression[]): string | undefined {
    if (this.#dialect.continuous) return undefined;
    const [a, b] = [this.#whole(left), this.#whole(right)];
    if (this.#dialect.version1 && [left, right].some(({ kind }) => kind === "call")) return undefined;
    if (a && b) {
      if (isSigned(a) && isSigned(b)) return `(${a.text} ${operation} ${b.text})`;
      if (isUnsigned(a) && isUnsigned(b)) return `(u32(${a.text}) ${operation} u32(${b.text}))`;
    }
    if (this.#dialect.version1) return undefined;
    const stands = (whole: Whole | undefined, value: Expression, sign: string) =>
      whole && isSigned(whole) && this.#isConstant(value)
        ? `(${whole.text} ${sign} ${this.#names.whole(this.slot(value, STANDS[sign]))})`
        : undefined;
    return stands(a, right, operation) ?? stands(b, left, MIRRORED[operation]);
  }

  /** Sums of counts and integers. */
  #whole(expression: Expression): Whole | undefined {
    if (this.#dialect.continuous) return undefined;
    if (expression.kind !== "call" || namesIn(expression).size === 0) {
      const value = expression.kind === "name" ? Number.NaN : evaluate(expression, () => Number.NaN);
      if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) {
        return { text: value < 0 ? `(${value})` : `${value}`, least: value, most: value };
      }
      const draw = expression.kind === "name" ? drawOf(expression.name) : -1;
      if (draw >= 0 && this.#isWholeDraw(draw)) return { text: wholeDraw(draw), least: 0, most: 2 ** 31 - 1 };
      const at = expression.kind === "name" ? this.#network.species.indexOf(expression.name) : -1;
      return at >= 0 ? { text: this.#names.species(at), least: 0, most: 2 ** 31 - 1 } : undefined;
    }
    const { operation, operands } = expression;
    if (!["+", "-", "negate"].includes(operation)) return undefined;
    const parts = operands.map((operand) => this.#whole(operand));
    if (parts.some((part) => part === undefined)) return undefined;
    const all = parts as Whole[];
    if (operation === "negate") return { text: `(-${all[0].text})`, least: -all[0].most, most: -all[0].least };
    return all.reduce((a, b) =>
      operation === "+"
        ? { text: `(${a.text} + ${b.text})`, least: a.least + b.least, most: a.most + b.most }
        : { text: `(${a.text} - ${b.text})`, least: a.least - b.most, most: a.most - b.least },
    );
  }

  #isWholeDraw(draw: number): boolean {
    return isWhole(this.#draws[draw].law);
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
      case "/":
        return (
          this.#hill(first, second) ??
          (this.#dialect.folds ? this.#product(operands, true) : this.#quotient(first, second))
        );
      case "-":
        return `(${this.real(first)} - ${this.real(second)})`;
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

  #quotient(above: Expression, below: Expression): string {
    return `(${this.real(above)} / ${this.real(below)})`;
  }

  /** x^n / (K^n + x^n), as 1 / (1 + (K/x)^n) where the powers are beyond what f32 holds; undefined for all else, and for small powers. */
  #hill(above: Expression, below: Expression): string | undefined {
    if (this.#dialect.version1 || !isPower(above) || below.kind !== "call" || below.operation !== "+") return undefined;
    const [x, n] = above.operands;
    const same = JSON.stringify(above);
    const other = below.operands.find((each) => JSON.stringify(each) !== same);
    if (below.operands.length !== 2 || !other || !below.operands.some((each) => JSON.stringify(each) === same))
      return undefined;
    if (!isPower(other) || JSON.stringify(other.operands[1]) !== JSON.stringify(n)) return undefined;
    const [k] = other.operands;
    if (!this.#isConstant(k) || !this.#isConstant(n) || (n.kind === "number" && n.value < 5)) return undefined;
    const [own, power] = [this.real(x), this.real(above)];
    const sum = `(${this.#names.constant(this.slot(other, "clamped"))} + ${power})`;
    return `select(hill_of(${own}, ${this.real(k)}, ${this.real(n)}), ${power} / ${sum}, ${sum} < 1.0e38)`;
  }

  /** Constant factors become one; in a quotient those above and below the bar. */
  #product(operands: readonly Expression[], quotient = false): string {
    if (this.#dialect.folds) {
      const [above, below] = factorsOf(call(quotient ? "/" : "*", ...operands));
      const fixed = (all: readonly Expression[]) => all.filter((each) => this.#isConstant(each));
      const moving = (all: readonly Expression[]) =>
        all.filter((each) => !this.#isConstant(each)).map((each) => this.real(each));
      const constant = call("/", call("*", number(1), ...fixed(above)), call("*", number(1), ...fixed(below)));
      const product = [this.#constant(constant), ...moving(above)].reduce((a, b) => `(${a} * ${b})`);
      return moving(below).reduce((a, b) => `(${a} / ${b})`, product);
    }
    const factors = operands.flatMap(factorsOfProduct);
    const constant = factors.filter((each) => this.#isConstant(each));
    const others = factors.filter((each) => !constant.includes(each)).map((each) => this.real(each));
    const all = constant.length > 0 ? [this.#constant(call("*", ...constant)), ...others] : others;
    return all.reduce((product, factor) => `(${product} * ${factor})`);
  }

  #power(base: Expression, exponent: Expression): string {
    const n = exponent.kind === "number" ? exponent.value : Number.NaN;
    if (!Number.isInteger(n) || n < 1 || n > MOST_COPIES) {
      // WGSL's pow is undefined for negative bases and costs accuracy; integers are products above.
      const sure = this.#dialect.version1 || base.kind !== "call" || base.operation === "/" || base.operation === "*";
      return `${sure ? "pow" : "power_of"}(${this.real(base)}, ${this.real(exponent)})`;
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

const wholeDraw = (i: number) => `bitcast<i32>(drawn[${i}])`;

const isSigned = ({ least, most }: Whole) => least > -(2 ** 31) && most < 2 ** 31;
const isUnsigned = ({ least, most }: Whole) => least >= 0 && most < 2 ** 32;

const isPower = (each: Expression): each is Extract<Expression, { kind: "call" }> =>
  each.kind === "call" && each.operation === "^";
