// What of the units' shader depends on the system at hand: right sides, starts, and what is summed over units.

import { type Expression, nameOf, namesIn, substitute } from "../../../expression/expression.ts";
import { checkNesting } from "../../../expression/wgsl.ts";
import { lawNumber } from "../plan.ts";
import {
  elementOf,
  OTHER_NUMBER,
  OWN_NUMBER,
  ownName,
  quantitiesOf,
  type Start,
  type System,
  type WithUnits,
} from "../system.ts";
import { withConstants } from "./constants.ts";
import { featureName, type Split, splitOf } from "./split.ts";
import { Writer } from "./writer.ts";

export interface GeneratedUnits {
  source: string;
  /** What the host computes for every point. */
  constants: readonly Expression[];
  /** Variables that change; those that stay are behind them. */
  moving: number;
  /** Numbers that each unit adds to sums of right sides, and to those of measurements. */
  features: number;
  measured: number;
}

/** Values of the unit itself stand in x; of the one that is summed over in y, or where each unit is that one, in x. */
class UnitsWriter extends Writer {
  isOther = false;
  readonly #system: WithUnits;

  constructor(system: WithUnits) {
    super({ ...system, variables: [], delays: [] });
    this.#system = system;
  }

  /** What each unit adds to a sum. */
  feature(expression: Expression): string {
    this.isOther = true;
    const text = this.real(expression);
    this.isOther = false;
    return text;
  }

  /** With what f32 leaves of it where it is a constant. */
  start(expression: Expression): string {
    return this.isConstant(expression) ? this.place(expression) : `vec2f(${this.real(expression)}, 0.0)`;
  }

  protected override isConstant(expression: Expression): boolean {
    for (const name of namesIn(expression)) if (!this.#system.parameters.has(name)) return false;
    return true;
  }

  protected override named(name: string): string {
    if (name === OWN_NUMBER) return "f32(unit)";
    if (name === OTHER_NUMBER) return this.isOther ? "f32(unit)" : "f32(other)";
    const [, kind, place] = /^\$(sum|feature)(\d+)$/.exec(name) ?? [];
    if (kind) return kind === "sum" ? `sum${place}` : `feature(${place}u, slot)`;
    const { variable, isOther, shift } = elementOf(name)!;
    const v = this.#system.variables.findIndex((each) => each.name === variable);
    // Where each unit is the one that is summed over there is no other.
    const [values, unit] = isOther && !this.isOther ? ["y", "other"] : ["x", "unit"];
    if (shift === 0) return `${values}.v${v}`;
    const { count } = this.#system.units;
    return `shifted(${v}u, slot, ${unit}, ${((shift % count) + count) % count}u)`;
  }
}

/** @throws ParameterError where an expression is too long or too deep for a shader */
export function unitsWgsl(system: WithUnits): GeneratedUnits {
  const { kind, variables, outputs, units } = system;
  const moves = movingOf(system);
  const writer = new UnitsWriter(system);
  const rates = variables.slice(0, moves).map(({ rate }) => rate);
  const ofRates = splitOf(system, rates);
  const ofOutputs = splitOf(
    system,
    outputs.map(({ value }) => value),
  );
  const means = variables.length;
  const text = (many: number, lines: readonly string[]) =>
    `array<f32, ${Math.max(1, many)}>(${lines.join(",\n    ") || "0.0"})`;
  const head = "let now = t;";
  // In outputs features stand behind the sums of variables.
  const measured = ofOutputs.features.length + means;
  const source = `const MOVING = ${moves}u;
const VARIABLES = ${variables.length}u;
const QUANTITIES = ${quantitiesOf(system).length}u;
const UNITS = ${units.count}u;
const FEATURES = ${Math.max(1, ofRates.features.length)}u;
const MEASURED = ${measured}u;
const IS_MAP = ${kind === "map"};

/// Numbers of one unit.
struct Flat {
${variables.map((_, v) => `  v${v}: f32,`).join("\n")}
}

fn loaded(slot: u32, unit: u32) -> Flat {
  return Flat(${variables.map((_, v) => `value(${v}u, slot, unit)`).join(", ")});
}

fn rates_of(x: Flat, slot: u32, unit: u32, c: Constants, t: f32) -> array<f32, ${Math.max(1, moves)}> {
  ${head}
${loopsWgsl(ofRates, writer, system)}
  return ${text(
    moves,
    rates.map((rate) => writer.real(ofRates.open(rate))),
  )};
}

/// What a unit adds to the sums of right sides.
fn features_of(x: Flat, slot: u32, unit: u32, c: Constants, t: f32) -> array<f32, FEATURES> {
  ${head}
  return ${text(
    ofRates.features.length,
    ofRates.features.map((feature) => writer.feature(feature)),
  )};
}

/// What a unit adds to measurements: its variables, then what outputs sum.
fn measured_of(x: Flat, slot: u32, unit: u32, c: Constants, t: f32) -> array<f32, MEASURED> {
  ${head}
  return ${text(measured, [
    ...variables.map((_, v) => `x.v${v}`),
    ...ofOutputs.features.map((feature) => writer.feature(feature)),
  ])};
}

fn outputs_of(slot: u32, c: Constants, t: f32) -> array<f32, QUANTITIES> {
  ${head}
  return ${text(quantitiesOf(system).length, [
    ...variables.map((_, v) => `feature(${v}u, slot) / ${units.count}.0`),
    ...outputs.map(({ value }) => writer.real(behind(ofOutputs.open(value), means))),
  ])};
}

fn starts_of(c: Constants, slot: u32, unit: u32) -> array<vec2f, VARIABLES> {
  return array<vec2f, VARIABLES>(${variables.map(({ start }, v) => startText(start, v, writer)).join(",\n    ")});
}
`;
  const whole = withConstants(
    source,
    writer.constants.map((_, i) => `k${i}`),
  );
  checkNesting(whole);
  return {
    ...{ source: whole, constants: writer.constants, moving: moves },
    ...{ features: ofRates.features.length, measured },
  };
}

/** How many variables change. Those that stay are the last: the text puts them there, but for one whose right side is written as such. */
export function movingOf({ variables }: System): number {
  const stays = ({ name, rate }: System["variables"][number]) =>
    (rate.kind === "number" && rate.value === 0) || (rate.kind === "name" && rate.name === ownName(name));
  const first = variables.findIndex(stays);
  return first < 0 || !variables.slice(first).every(stays) ? variables.length : first;
}

/** Sums that are made for each unit anew, in parts: in a row the last of many terms would lose their digits. */
function loopsWgsl({ loops }: Split, writer: UnitsWriter, { units: { reach, count } }: WithUnits): string {
  const members = reach === undefined ? count : 2 * reach;
  const together = Math.ceil(Math.sqrt(members));
  const other =
    reach === undefined
      ? "let other = n;"
      : `// Neighbours on one side, then those on the other.
      let by = select(UNITS - 1u - n + ${reach}u, n + 1u, n < ${reach}u);
      let other = select(unit + by, unit + by - UNITS, unit + by >= UNITS);`;
  return loops
    .map(({ name, body, operation }) => {
      const sum = `sum${name.slice("$sum".length)}`;
      return `  var ${sum} = 0.0;
  for (var begin = 0u; begin < ${members}u; begin += ${together}u) {
    var part = 0.0;
    for (var n = begin; n < min(${members}u, begin + ${together}u); n++) {
      ${other}
      let y = loaded(slot, other);
      part += ${writer.real(body)};
    }
    ${sum} += part;
  }
${operation === "mean" ? `  ${sum} /= ${members}.0;\n` : ""}`;
    })
    .join("");
}

function startText({ law, isQuantile, operands }: Start, v: number, writer: UnitsWriter): string {
  const [first, second = "vec2f(0.0)"] = operands.map((operand) => writer.start(operand));
  return law ? `begun(${lawNumber(law)}u, ${isQuantile === true}, ${first}, ${second}, ${v}u, slot, unit)` : first;
}

/** Features so many places further. */
const behind = (expression: Expression, by: number): Expression =>
  substitute(expression, (name) => {
    const [, place] = /^\$feature(\d+)$/.exec(name) ?? [];
    return place === undefined ? undefined : nameOf(featureName(Number(place) + by));
  });
