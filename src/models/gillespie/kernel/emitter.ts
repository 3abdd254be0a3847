// The expressions of a network as WGSL: counts are exact integers where they can be, and constants are computed on the host.

import {
  call,
  type Expression,
  evaluate,
  factorsOf,
  type LawName,
  namesIn,
  number,
  type Operation,
} from "../../../expression/expression.ts";
import { type Call, ExpressionWriter } from "../../../expression/wgsl.ts";
import { clockOf } from "../network/clock.ts";
import { type Draw, drawOf, isWhole, partsOf } from "../network/draws.ts";
import { networkError } from "../network/errors.ts";
import { type Network, TIME } from "../network/network.ts";
import { constantIn, factorial } from "./mass-action.ts";

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

export interface Dialect {
  /** Counts are real numbers. */
  continuous: boolean;
  /** Counts pass through f32, as in gibbs 0.1.0. */
  version1: boolean;
  /** Constants above and below fraction bars become one, where alone they are beyond what f32 holds. */
  folds: boolean;
}

export class Emitter extends ExpressionWriter {
  readonly constants: Constant[] = [];
  protected readonly time = TIME;
  readonly #network: Network;
  readonly #slots = new Map<string, number>();
  readonly #names: Names;
  readonly #dialect: Dialect;
  protected readonly isConstant: (expression: Expression) => boolean;
  /** Those that expressions may name now. */
  #draws: readonly Draw[] = [];

  constructor(network: Network, names: Names, dialect: Dialect) {
    super();
    this.#network = network;
    this.#names = names;
    this.#dialect = dialect;
    this.isConstant = constantIn(network);
  }

  /** The place of a constant expression among the constants. */
  slot(value: Expression, kept: Kept = "real"): number {
    const key = kept + JSON.stringify(value);
    const slot = this.#slots.get(key) ?? this.constants.push({ value, kept }) - 1;
    this.#slots.set(key, slot);
    return slot;
  }

  protected constant(expression: Expression): string {
    return this.#names.constant(this.slot(expression));
  }

  protected named(name: string): string {
    const draw = drawOf(name);
    if (draw >= 0) return this.#isWholeDraw(draw) ? `f32(${wholeDraw(draw)})` : `bitcast<f32>(drawn[${draw}])`;
    const variable = this.#network.variables.indexOf(name);
    return variable >= 0 ? `y${variable}` : `f32(${this.#names.species(this.#network.species.indexOf(name))})`;
  }

  /** Conditions on the time alone, which change at known times. */
  protected override flag(name: string): string | undefined {
    const clock = clockOf(name);
    return clock < 0 ? undefined : `((truths & ${(1 << clock) >>> 0}u) != 0u)`;
  }

  protected override special(expression: Call): string | undefined {
    const { operation, operands } = expression;
    const factors = () => factorsOf(call(operation, ...operands)); // which takes numbers together
    switch (operation) {
      case "+":
      case "-": {
        const whole = this.#whole(expression);
        return whole && !this.#dialect.version1 && isSigned(whole) ? `f32(${whole.text})` : undefined;
      }
      case "*":
        return this.#dialect.folds ? this.fraction(...factors()) : undefined;
      case "/":
        return this.#hill(operands[0], operands[1]) ?? (this.#dialect.folds ? this.fraction(...factors()) : undefined);
      case "choose":
        return this.#choose(operands[0], operands[1]);
      default:
        return undefined;
    }
  }

  /** Names are of counts and rates. */
  protected override isNeverNegative(base: Expression): boolean {
    return this.#dialect.version1 || base.kind !== "call" || base.operation === "/" || base.operation === "*";
  }

  /** A count as i32 that an event sets; negative where it is none, or so large that f32 has rounded it. */
  count(expression: Expression): string {
    if (!this.#dialect.version1) {
      if (this.isConstant(expression)) return this.#names.whole(this.slot(expression, "count"));
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
      this.isConstant(p) ? `vec2u(${word(p, "chance low")}, ${word(p, "chance")})` : `share_of(${this.real(p)})`;
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
        if (!this.isConstant(a)) return `set_mean(${this.real(a)});`;
        return `draw_power = ${word(a, "power")}; draw_share = vec2u(${word(a, "mean low")}, ${word(a, "mean")});`;
      }
      default:
        return `draw_a = ${this.real(a)};${b ? ` draw_b = ${this.real(b)};` : ""}`;
    }
  }

  /** Units, and a fraction of them, of a time span. */
  duration(expression: Expression): [units: string, fraction: string] {
    if (!this.isConstant(expression)) return ["0u", `(${this.real(expression)} / run.unit)`];
    const units = this.#names.whole(this.slot(expression, "units"));
    return [`bitcast<u32>(${units})`, this.#names.constant(this.slot(expression, "fraction"))];
  }

  /** A comparison of integers, exact at any size; undefined where it is none. */
  protected override compared(operation: Operation, [left, right]: readonly Expression[]): string | undefined {
    if (this.#dialect.continuous) return undefined;
    const [a, b] = [this.#whole(left), this.#whole(right)];
    if (this.#dialect.version1 && [left, right].some(({ kind }) => kind === "call")) return undefined;
    if (a && b) {
      if (isSigned(a) && isSigned(b)) return `(${a.text} ${operation} ${b.text})`;
      if (isUnsigned(a) && isUnsigned(b)) return `(u32(${a.text}) ${operation} u32(${b.text}))`;
    }
    if (this.#dialect.version1) return undefined;
    const stands = (whole: Whole | undefined, value: Expression, sign: string) =>
      whole && isSigned(whole) && this.isConstant(value)
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
    if (!this.isConstant(k) || !this.isConstant(n) || (n.kind === "number" && n.value < 5)) return undefined;
    const [own, power] = [this.real(x), this.real(above)];
    const sum = `(${this.#names.constant(this.slot(other, "clamped"))} + ${power})`;
    return `select(hill_of(${own}, ${this.real(k)}, ${this.real(n)}), ${power} / ${sum}, ${sum} < 1.0e38)`;
  }

  /** n (n-1) … / m!, with the differences in integers: f32 knows no 2^24 + 1. */
  #choose(from: Expression, count: Expression): string {
    if (from.kind !== "name" || count.kind !== "number")
      throw networkError("choose applies to a species and a number.");
    const x = this.#names.species(this.#network.species.indexOf(from.name));
    const falling = Array.from({ length: count.value }, (_, i) => `f32(max(${x}${i > 0 ? ` - ${i}` : ""}, 0))`).join(
      " * ",
    );
    return `(${falling} * ${this.real(call("/", number(1), number(factorial(count.value))))})`;
  }
}

const wholeDraw = (i: number) => `bitcast<i32>(drawn[${i}])`;

const isSigned = ({ least, most }: Whole) => least > -(2 ** 31) && most < 2 ** 31;
const isUnsigned = ({ least, most }: Whole) => least >= 0 && most < 2 ** 32;

const isPower = (each: Expression): each is Extract<Expression, { kind: "call" }> =>
  each.kind === "call" && each.operation === "^";
