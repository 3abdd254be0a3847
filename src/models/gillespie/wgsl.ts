// A network as WGSL: species, constants and propensities in registers, every reaction unrolled. shaders/gillespie/direct.wgsl
// has the algorithm and calls what is written here.

import { networkError } from "./errors.ts";
import { COMPARISONS, call, type Expression, namesIn, number, TRUTHS } from "./expression.ts";
import { GROWING } from "./interval.ts";
import { FEW, ORDER } from "./leaping.ts";
import { isTimed, MARGIN, type Network, TIME, triggerTime } from "./network.ts";

export interface Generated {
  source: string;
  /** What each constant of the shader is, of parameters alone: computed in f64 and rounded once. */
  constants: readonly Expression[];
}

export interface Leaping {
  /** Counts are real numbers: the chemical Langevin equation. */
  continuous: boolean;
  /** By which share of itself a propensity may change in a leap. */
  tolerance: number;
}

/** Powers up to this are products; the general one is for real exponents. */
const MOST_POWER = 16;

export function generate(network: Network, passage: Expression | undefined, leaping?: Leaping): Generated {
  const continuous = leaping?.continuous ?? false;
  const type = continuous ? "f32" : "i32";
  const emitter = new Emitter(network);
  const { species, reactions, events } = network;
  const each = <T>(list: readonly T[], line: (item: T, i: number) => string) => list.map(line).join("\n");
  const rates = reactions.map(({ propensity }) => emitter.real(propensity));
  const bounds = reactions.map(({ propensity }) => emitter.upper(propensity));
  const stateEvents = events.filter((event) => !triggerTime(event));
  const triggers = stateEvents.map(({ trigger }) => emitter.truth(trigger));
  const passed = passage ? emitter.truth(passage) : "false";
  const assignments = events.map(({ assignments }) =>
    assignments.map(({ species, value }) => ({ species, value: emitter.real(value) })),
  );
  const constants = emitter.constants;
  const bodies = {
    load_constants: each(constants, (_, i) => `  c${i} = bitcast<f32>(points[row + ${i}u]);`),
    load_species: each(species, (_, i) => `  x${i} = bitcast<${type}>(state[${i}u * run.slots + slot]);`),
    store_species: each(species, (_, i) => `  state[${i}u * run.slots + slot] = bitcast<u32>(x${i});`),
    start_species: each(species, (_, i) => `  x${i} = ${type}(points[row + ${constants.length + i}u]);`),
    record_species: each(
      species,
      (_, i) =>
        `  snapshots[(grid * ${species.length}u + ${i}u) * run.slots + slot] = ${continuous ? `u32(x${i} + 0.5)` : `u32(x${i})`};`,
    ),
  };
  const applied = each(assignments, (list, i) => {
    // All values before any is set. Halves round up: an assignment should give whole numbers.
    const values = each(list, ({ value }, k) => `      let v${k} = floor(${value} + 0.5);`);
    const valid = list.map((_, k) => `(v${k} >= 0.0 && v${k} < 2147483648.0)`).join(" && ") || "true";
    const set = each(list, ({ species }, k) => `      x${species} = ${type}(v${k});`);
    return `    case ${i}u: {\n${values}\n      if (!(${valid})) { return false; }\n${set}\n    }`;
  });
  const source = `// The network:
${each(reactions, ({ name }, i) => `//   ${i}: ${remark(name)}`)}
const SPECIES = ${species.length}u;
const ROW = ${constants.length + species.length + 2 * events.length}u;
const STOPS = ${constants.length + species.length}u;
const EVENTS = ${events.length}u;
const TIME_EVENTS = ${bits(events, (event) => triggerTime(event) !== undefined)}u;
const INITIALLY = ${bits(events, ({ initially }) => initially)}u;
const USES_TIME = ${isTimed(network)};
${each(species, (name, i) => `var<private> x${i}: ${type}; // ${remark(name)}`)}
${each(constants, (_, i) => `var<private> c${i}: f32;`)}
${each(reactions, (_, i) => `var<private> a${i}: f32;`)}
var<private> now: f32;
var<private> span: vec2f; // the interval of time for which a bound is wanted

fn load_constants(row: u32) {\n${bodies.load_constants}\n}
fn load_species(slot: u32) {\n${bodies.load_species}\n}
fn store_species(slot: u32) {\n${bodies.store_species}\n}
fn start_species(row: u32) {\n${bodies.start_species}\n}
fn record_species(grid: u32, slot: u32) {\n${bodies.record_species}\n}

fn propensities() -> f32 {
${each(rates, (rate, i) => `  a${i} = ${rate};`)}
  return ${sum(reactions.map((_, i) => `a${i}`))};
}

// No less than the sum of the propensities in all of the span.
fn bound() -> f32 {
  return ${sum(bounds)} * ${MARGIN};
}

// Laws of one's own may turn negative; mass action cannot.
fn smallest_propensity() -> f32 {
  return ${reactions.map((_, i) => `a${i}`).reduce((least, a) => `min(${least}, ${a})`)};
}

// The last reaction that can happen and before which no more than r is: never one of propensity zero.
fn choose_reaction(r: f32) -> u32 {
  var chosen = 0u;
  var before = 0.0;
${each(reactions, (_, i) => `  if (a${i} > 0.0 && r >= before) { chosen = ${i}u; }\n  before += a${i};`)}
  return chosen;
}

fn fire(reaction: u32) {
${fireBody(reactions, species.length, type)}
}

// Negative where a count is, or has grown past 2^31.
fn signs() -> i32 { return ${continuous ? "0" : species.map((_, i) => `x${i}`).join(" | ")}; }

fn passed() -> bool { return ${passed}; }

// The triggers that are true, one bit an event.
fn triggers() -> u32 {
  return ${stateEvents.length === 0 ? "0u" : stateEvents.map((event, i) => `select(0u, ${(1 << events.indexOf(event)) >>> 0}u, ${triggers[i]})`).join(" | ")};
}

// False where a value is no count.
fn apply_event(event: u32) -> bool {
  switch event {
${applied}
    default: {}
  }
  return true;
}

${leaping ? leapingSource(network, leaping) : ""}`;
  return { source, constants };
}

/** Neighbouring trajectories fire different reactions: a few changes are cheaper by selection than in the branches of a switch. */
const MOST_SELECTED = 24;

function fireBody(reactions: Network["reactions"], species: number, type: string): string {
  const total = reactions.reduce((sum, { changes }) => sum + changes.filter((change) => change !== 0).length, 0);
  if (total > MOST_SELECTED) {
    const cases = reactions.map(({ changes }, i) => {
      const moves = changes.map((change, s) => (change === 0 ? "" : ` x${s} += ${change};`)).join("");
      return `    case ${i}u: {${moves} }`;
    });
    return `  switch reaction {\n${cases.join("\n")}\n    default: {}\n  }`;
  }
  return Array.from({ length: species }, (_, s) => {
    const moves = reactions.flatMap(({ changes }, i) =>
      changes[s] === 0 ? [] : [`select(${type}(0), ${type}(${changes[s]}), reaction == ${i}u)`],
    );
    return moves.length > 0 ? `  x${s} += ${sum(moves)};` : "";
  }).join("\n");
}

/** What shaders/gillespie/leap.wgsl calls. */
function leapingSource({ species, reactions }: Network, { continuous, tolerance }: Leaping): string {
  const type = continuous ? "f32" : "i32";
  const lines = <T>(list: readonly T[], line: (item: T, i: number) => string) =>
    list.map(line).filter(Boolean).join("\n");
  const critical = lines(reactions, ({ changes }, i) => {
    const short = changes.flatMap((change, s) => (change < 0 ? [`x${s} < ${-change * FEW}`] : []));
    const holds = continuous || short.length === 0 ? "false" : `a${i} > 0.0 && (${short.join(" || ")})`;
    return `  z${i} = ${holds};\n  critical_total += select(0.0, a${i}, z${i});\n  let b${i} = select(a${i}, 0.0, z${i});`;
  });
  const bounds = lines(species, (_, s) => {
    const terms = reactions.flatMap(({ changes }, i) => (changes[s] === 0 ? [] : [{ change: changes[s], i }]));
    if (terms.length === 0) return "";
    const mean = sum(terms.map(({ change, i }) => `${change}.0 * b${i}`));
    const variance = sum(terms.map(({ change, i }) => `${change ** 2}.0 * b${i}`));
    return `  longest = shorter(longest, ${mean}, ${variance}, f32(x${s}));`;
  });
  const draws = lines(reactions, (_, i) =>
    continuous
      ? `  let n${i} = langevin(a${i} * tau, ${i}u, trial);`
      : `  let n${i} = select(0, poisson(select(a${i} * tau, 0.0, z${i}), ${i}u, trial), !z${i});`,
  );
  const changed = lines(species, (_, s) => {
    const terms = reactions.flatMap(({ changes }, i) => (changes[s] === 0 ? [] : [`${changes[s]} * n${i}`]));
    if (terms.length === 0) return "";
    return continuous ? `  x${s} = max(x${s} + ${sum(terms)}, 0.0);` : `  x${s} += ${sum(terms)};`;
  });
  return `
const CONTINUOUS = ${continuous};
${lines(species, (_, i) => `var<private> kept${i}: ${type};`)}
${lines(reactions, (_, i) => `var<private> z${i}: bool;`)}
var<private> critical_total: f32;

fn shorter(longest: f32, mean: f32, variance: f32, count: f32) -> f32 {
  let most = max(${tolerance / ORDER} * count, 1.0);
  if (variance <= 0.0) { return longest; }
  return min(longest, min(most / max(abs(mean), 1e-30), most * most / variance));
}

// The longest leap of the reactions that are not critical.
fn leap_time() -> f32 {
  critical_total = 0.0;
  var longest = 1e30;
${critical}
${bounds}
  return longest;
}

fn take_leap(tau: f32, trial: u32) {
${draws}
${changed}
}

fn keep_species() {\n${lines(species, (_, i) => `  kept${i} = x${i};`)}\n}
fn restore_species() {\n${lines(species, (_, i) => `  x${i} = kept${i};`)}\n}

fn choose_critical(r: f32) -> u32 {
  var chosen = 0u;
  var before = 0.0;
${lines(reactions, (_, i) => `  if (z${i} && r >= before) { chosen = ${i}u; }\n  before += select(0.0, a${i}, z${i});`)}
  return chosen;
}
`;
}

/** A name fit for a comment: WGSL ends a line also at some characters beyond ASCII. */
const remark = (name: string) => name.replace(/[^\x20-\x7e]/g, "?");

const sum = (terms: readonly string[]) => terms.reduce((total, term) => `(${total} + ${term})`);

const bits = <T>(list: readonly T[], holds: (item: T) => boolean) =>
  list.reduce((mask, item, i) => (holds(item) ? (mask | (1 << i)) >>> 0 : mask), 0);

class Emitter {
  readonly constants: Expression[] = [];
  readonly #network: Network;
  readonly #slots = new Map<string, number>();

  constructor(network: Network) {
    this.#network = network;
  }

  /** An f32. Whatever depends on parameters alone becomes one constant. */
  real(expression: Expression): string {
    if (expression.kind === "number" || this.#isConstant(expression)) return this.#constant(expression);
    if (expression.kind === "name") {
      if (expression.name === TIME) return "now";
      return `f32(x${this.#network.species.indexOf(expression.name)})`;
    }
    return this.#call(expression);
  }

  /** The most that it becomes in the span of time. */
  upper(expression: Expression): string {
    return namesIn(expression).has(TIME) ? `${this.#interval(expression)}.y` : this.real(expression);
  }

  /** A vec2f: least and most. See shaders/common/interval.wgsl. */
  #interval(expression: Expression): string {
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
    if (!Number.isInteger(n) || n < 1 || n > MOST_POWER) return `interval_pow(${a}, ${this.#interval(exponent)})`;
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
      if (operation === "and") return `(${operands.map((each) => this.truth(each)).join(" && ")})`;
      if (operation === "or") return `(${operands.map((each) => this.truth(each)).join(" || ")})`;
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
    return at >= 0 ? `x${at}` : undefined;
  }

  #isConstant(expression: Expression): boolean {
    return [...namesIn(expression)].every((name) => name !== TIME && !this.#network.species.includes(name));
  }

  #constant(expression: Expression): string {
    if (expression.kind === "number" && Number.isInteger(expression.value) && Math.abs(expression.value) < 2 ** 24) {
      return `${expression.value}.0`;
    }
    const key = JSON.stringify(expression);
    const slot = this.#slots.get(key) ?? this.constants.push(expression) - 1;
    this.#slots.set(key, slot);
    return `c${slot}`;
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
    const flat = operands.flatMap((each) => (each.kind === "call" && each.operation === "*" ? each.operands : [each]));
    const constant = flat.filter((each) => this.#isConstant(each));
    const others = flat.filter((each) => !constant.includes(each)).map((each) => this.real(each));
    const factors = constant.length > 0 ? [this.#constant(call("*", ...constant)), ...others] : others;
    return factors.reduce((product, factor) => `(${product} * ${factor})`);
  }

  #power(base: Expression, exponent: Expression): string {
    const n = exponent.kind === "number" ? exponent.value : Number.NaN;
    if (!Number.isInteger(n) || n < 1 || n > MOST_POWER) {
      // WGSL's pow is undefined for negative bases and costs accuracy; integers are products above.
      return `pow(${this.real(base)}, ${this.real(exponent)})`;
    }
    const factor = this.real(base);
    return n === 1 ? factor : `(${Array(n).fill(factor).join(" * ")})`;
  }

  /** n (n-1) … / m!, with the differences in integers: f32 knows no 2^24 + 1. */
  #choose(from: Expression, count: Expression): string {
    const at = from.kind === "name" ? this.#network.species.indexOf(from.name) : -1;
    const m = count.kind === "number" ? count.value : Number.NaN;
    if (at < 0 || !Number.isInteger(m) || m > MOST_POWER) {
      throw networkError(`a reaction takes more than ${MOST_POWER} copies of one species.`);
    }
    const falling = Array.from({ length: m }, (_, i) => `f32(max(x${at}${i > 0 ? ` - ${i}` : ""}, 0))`).join(" * ");
    let factorial = 1;
    for (let i = 2; i <= m; i++) factorial *= i;
    return `(${falling} * ${this.#constant(call("/", number(1), number(factorial)))})`;
  }
}
