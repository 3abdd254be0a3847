// Expressions of a system as WGSL: in f32, or as pairs of f32 that hold some 48 bits.

import { type Expression, namesIn, type Operation, TRUTHS } from "../../../expression/expression.ts";
import { type Call, ExpressionWriter } from "../../../expression/wgsl.ts";
import { type System, TIME } from "../system.ts";

/** Numbers of a tangent vector have names that no system has. */
export const tangentName = (i: number) => `$tangent${i}`;
/** So has the length of a step. */
export const STEP_NAME = "$step";

export class Writer extends ExpressionWriter {
  protected readonly time = TIME;
  /** Expressions of parameters alone, which the host computes: `k0`, `k1` … of the struct Constants. */
  readonly constants: Expression[] = [];
  readonly #places = new Map<string, number>();
  readonly #moving: ReadonlySet<string>;
  readonly #names: Map<string, string>;

  constructor({ variables, delays }: System) {
    super();
    this.#names = new Map([
      ...variables.flatMap(({ name }, i): [string, string][] => [
        [name, `x.v${i}`],
        [tangentName(i), `v.v${i}`],
      ]),
      ...delays.map(({ name }, j): [string, string] => [name, `d.v${j}`]),
      [STEP_NAME, "h"],
    ]);
    this.#moving = new Set([TIME, ...this.#names.keys()]);
  }

  protected override isConstant(expression: Expression): boolean {
    for (const name of namesIn(expression)) if (this.#moving.has(name)) return false;
    return true;
  }

  /** The place of an expression among the constants. */
  protected place(expression: Expression): string {
    const key = JSON.stringify(expression);
    const place = this.#places.get(key) ?? this.constants.push(expression) - 1;
    this.#places.set(key, place);
    return `c.k${place}`;
  }

  protected override constant(expression: Expression): string {
    return `${this.place(expression)}.x`;
  }

  protected override named(name: string): string {
    return this.#names.get(name)!;
  }

  /** WGSL's own functions may be far off (shaders/dynamics/functions.wgsl), and its min and max hide what is no number. */
  protected override special({ operation, operands }: Call): string | undefined {
    if (operation === "min" || operation === "max") {
      const own = operation === "min" ? "smaller_of" : "larger_of";
      return operands.map((each) => this.real(each)).reduce((a, b) => `${own}(${a}, ${b})`);
    }
    if (operation === "^") return this.#power(operands[0], operands[1]);
    const own = FUNCTIONS[operation];
    return own && `${own}(${this.real(operands[0])})`;
  }

  /** Compilers take long for what decides at run time between powers that are products and others. */
  #power(base: Expression, exponent: Expression): string | undefined {
    const n = numberIn(exponent);
    if (n === undefined) return `power_of(${this.real(base)}, ${this.real(exponent)})`;
    if (n === 0.5) return `sqrt(${this.real(base)})`;
    if (n === -0.5) return `(1.0 / sqrt(${this.real(base)}))`;
    if (!Number.isInteger(n)) return `real_power(${this.real(base)}, ${this.real(exponent)})`;
    if (n >= 1 && n <= 16) return undefined; // a product
    const power = `whole_power(${this.real(base)}, ${Math.abs(n)}u)`;
    return n < 0 ? `(1.0 / ${power})` : power;
  }
}

/** A number that is written out, with its sign. */
function numberIn(expression: Expression): number | undefined {
  if (expression.kind === "number") return expression.value;
  if (expression.kind !== "call" || expression.operation !== "negate") return undefined;
  const inside = numberIn(expression.operands[0]);
  return inside === undefined ? undefined : -inside;
}

const FUNCTIONS: Partial<Record<Operation, string>> = {
  sin: "sine",
  cos: "cosine",
  tan: "tangent_of",
  ln: "logarithm",
  exp: "exponential",
  asin: "arcsine",
  acos: "arccosine",
  atan: "arctangent",
  sinh: "hyperbolic_sine",
  cosh: "hyperbolic_cosine",
  tanh: "hyperbolic_tangent",
};

/** As pairs, a vec2f each: + - × ÷, roots, powers and what compares, by their own arithmetic; other functions with the digits of f32, and an integer power by products whatever it follows from. */
export class PairWriter extends Writer {
  readonly #names: Map<string, string>;

  constructor(system: System) {
    super(system);
    this.#names = new Map(system.variables.map(({ name }, i) => [name, `vec2f(x.high.v${i}, x.low.v${i})`]));
  }

  pair(expression: Expression): string {
    if (this.isConstant(expression)) return this.place(expression);
    if (expression.kind === "name") {
      return expression.name === TIME ? "now_t" : this.#names.get(expression.name)!;
    }
    if (expression.kind === "number") return this.place(expression);
    const { operation, operands } = expression;
    const all = () => operands.map((each) => this.pair(each));
    const folded = (name: string) => all().reduce((a, b) => `${name}(${a}, ${b})`);
    const [first, second, third] = operands;
    switch (operation) {
      case "+":
        return folded("pair_add");
      case "-":
        return folded("pair_sub");
      case "*":
        return folded("pair_mul");
      case "/":
        return folded("pair_div");
      case "min":
      case "max":
        return folded(`pair_${operation}`);
      case "negate":
        return `(-${this.pair(first)})`;
      case "abs":
      case "sqrt":
      case "floor":
        return `pair_${operation}(${this.pair(first)})`;
      case "ceil":
        return `(-pair_floor(-${this.pair(first)}))`;
      case "if":
        return `select(${this.pair(third)}, ${this.pair(second)}, ${this.holds(first)})`;
      case "^": {
        const n = second.kind === "number" ? second.value : Number.NaN;
        if (Number.isInteger(n) && n >= 0 && n <= 1024) return `pair_power(${this.pair(first)}, ${n}u)`;
        return `pair_raised(${this.pair(first)}, ${this.pair(second)})`;
      }
      case "sin":
        return `vec2f(turn(pair_phase(${this.pair(first)})).y, 0.0)`;
      case "cos":
        return `vec2f(turn(pair_phase(${this.pair(first)})).x, 0.0)`;
      default:
        if (FUNCTIONS[operation]) return `vec2f(${FUNCTIONS[operation]}(${this.pair(first)}.x), 0.0)`;
        if (TRUTHS.includes(operation)) return `vec2f(select(0.0, 1.0, ${this.holds(expression)}), 0.0)`;
        return `vec2f(${operation}(${this.pair(first)}.x), 0.0)`;
    }
  }

  /** A bool of pairs. */
  holds(expression: Expression): string {
    if (expression.kind !== "call") return `(${this.pair(expression)}.x != 0.0)`;
    const { operation, operands } = expression;
    const [a, b] = operands;
    switch (operation) {
      case "not":
        return `!(${this.holds(a)})`;
      case "and":
        return `(${operands.map((each) => this.holds(each)).join(" & ")})`;
      case "or":
        return `(${operands.map((each) => this.holds(each)).join(" | ")})`;
      case "<":
        return `pair_less(${this.pair(a)}, ${this.pair(b)})`;
      case ">":
        return `pair_less(${this.pair(b)}, ${this.pair(a)})`;
      case "<=":
        return `!pair_less(${this.pair(b)}, ${this.pair(a)})`;
      case ">=":
        return `!pair_less(${this.pair(a)}, ${this.pair(b)})`;
      case "==":
        return `all(${this.pair(a)} == ${this.pair(b)})`;
      case "!=":
        return `any(${this.pair(a)} != ${this.pair(b)})`;
      default:
        return `(${this.pair(expression)}.x != 0.0)`;
    }
  }
}
