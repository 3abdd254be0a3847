// What of the ensemble's shader depends on the system at hand: its right sides, its tangents, what is measured, and the arithmetic of states.

import { alongTangent, derivative } from "../../../expression/derivative.ts";
import { call, type Expression, nameOf } from "../../../expression/expression.ts";
import { roundedSize } from "../../../expression/rounding.ts";
import { checkNesting } from "../../../expression/wgsl.ts";
import type { Section } from "../section.ts";
import { changing, quantitiesOf, type System, TIME } from "../system.ts";
import { withConstants } from "./constants.ts";
import { PairWriter, STEP_NAME, tangentName, Writer } from "./writer.ts";

export interface Generated {
  /** Goes before the source of a method's shader. */
  source: string;
  /** What the host computes for every point. */
  constants: readonly Expression[];
}

/** Numbers of a node of the ring: states, slopes, and slopes from before where a past may end elsewhere than the start. */
export const keptNumbers = (system: System): number =>
  delayedVariables(system).length * (system.variables.some(({ past, start }) => past && !start.fromPast) ? 3 : 2);

export interface Shape {
  /** Lyapunov exponents. */
  exponents: number;
  /** States of maps have 48 bits. */
  pairs: boolean;
  /** Trajectories of one invocation. */
  together: number;
  /** Nodes of the ring that delays look back to: a power of two. */
  ring: number;
  /** Words in which a trajectory keeps how it chooses its steps; 0 for steps of one length. */
  control: number;
  /** The method needs derivatives of right sides. */
  stiff: boolean;
  section: Section | undefined;
}

/** Places of the variables that something asks the past of. */
const delayedVariables = ({ delays }: System): number[] => [...new Set(delays.map(({ variable }) => variable))];

/** @throws ParameterError where an expression is too long or too deep for a shader */
export function systemWgsl(
  system: System,
  { exponents, pairs, together, ring, control, stiff, section }: Shape,
): Generated {
  const { kind, variables, delays, outputs } = system;
  const writer = pairs ? new PairWriter(system) : new Writer(system);
  const n = variables.length;
  const flat = (text: (i: number) => string) => `Flat(${variables.map((_, i) => text(i)).join(", ")})`;
  const names = variables.map(({ name }) => name);
  const rates = variables.map(({ rate }) => rate);
  const tangents = exponents > 0 ? rates.map((rate) => alongTangent(rate, names, tangentName)) : [];
  const now = "let now = t;\n  ";
  // What is measured is the state of a step that begins; its own node is not in the ring yet.
  const asked = delays.length > 0 ? "\n  remember(x, 0u, slot, step);\n  let d = delayed(x, c, slot, step, 0.0);" : "";
  // The uniform is called `now`, too; within these functions it is the time.
  const parts = [
    kind === "flow"
      ? `fn rates(x: Flat, ${delays.length > 0 ? "d: Delayed, " : ""}c: Constants, t: f32) -> Flat {
  ${now}return Flat(${rates.map((rate) => writer.real(rate)).join(",\n    ")});
}`
      : nextWgsl(system, writer),
    exponents > 0
      ? `fn tangent(x: Flat, v: Flat, c: Constants, t: f32) -> Flat {
  ${now}return Flat(${tangents.map((rate) => writer.real(rate)).join(",\n    ")});
}`
      : `fn tangent(x: Flat, v: Flat, c: Constants, t: f32) -> Flat {
  return v;
}`,
    `/// A measurement: variables, and outputs of them.
fn measure(row: u32, slot: u32, ${pairs ? "x" : "state"}: State, c: Constants, time: vec2f, size: u32, step: u32) {
  ${pairs ? "let now_t = time;" : `let x = state.high;${asked}\n  let now = time.x;`}
  let fails = size >= NO_NUMBER;
  let at = row * QUANTITIES * run.slots + slot;
${[
  ...names.map((_, i) => (pairs ? `x.high.v${i}` : `x.v${i}`)),
  ...outputs.map(({ value }) => measuredText(writer, value)),
]
  .map((text, i) => `  samples[at + ${i}u * run.slots] = no_number(${text}, fails);`)
  .join("\n")}
}`,
  ];
  parts.push(`/// Above 0 where the condition of the section holds.
fn surface(x: Flat, c: Constants, t: f32) -> f32 {
  ${now}return ${section ? writer.real(section.value) : "1.0"};
}

/// By how much it changes over a step of length h whose slope at x is v / h.
fn approach(x: Flat, v: Flat, c: Constants, t: f32, h: f32) -> f32 {
  ${now}return ${section ? writer.real(changeOf(section, names)) : "0.0"};
}`);
  if (delays.length > 0) parts.unshift(delayedWgsl(system, writer));
  if (control > 0) parts.push(errorWgsl(system, writer));
  if (stiff) parts.push(jacobianWgsl(system, writer));
  // Lags come behind the constants.
  const constants = [...writer.constants.map((_, i) => `k${i}`), ...delays.map((_, j) => `l${j}`)];
  const source = `const VARIABLES = ${n}u;
const QUANTITIES = ${quantitiesOf(system).length}u;
const EXPONENTS = ${exponents}u;
const TOGETHER = ${together}u;
const DELAYED = ${delayedVariables(system).length}u;
const KEPT = ${keptNumbers(system)}u;
const RING = ${ring}u;
const CONTROL_WORDS = ${control}u;
/// Whether there is a section, how many crossings are kept, and which are meant.
const SECTION = ${section !== undefined};
const CROSSINGS = ${section?.kept ?? 0}u;
const DIRECTION = ${section?.direction ?? 0};
const WHOLE_TIME = ${kind === "map"};

/// Numbers of one state.
struct Flat {
${variables.map((_, i) => `  v${i}: f32,`).join("\n")}
}

fn loaded(at: u32, slot: u32) -> Flat {
  return ${flat((i) => `state[(at + ${i}u) * run.slots + slot]`)};
}

fn stored(at: u32, slot: u32, x: Flat) {
${variables.map((_, i) => `  state[(at + ${i}u) * run.slots + slot] = x.v${i};`).join("\n")}
}

/// x + h k
fn stepped(x: Flat, h: f32, k: Flat) -> Flat {
  return ${flat((i) => `x.v${i} + h * k.v${i}`)};
}

/// Between x and y by what their slopes are over the step (Hermite), at a part of it.
fn between_ends(part: f32, x: Flat, y: Flat, k: Flat, next: Flat) -> Flat {
  return ${flat((i) => `cubic(part, x.v${i}, y.v${i}, k.v${i}, next.v${i})`)};
}

/// A crossing that is kept: when, and where.
fn keep_crossing(at: u32, x: Flat, t: f32) {
  samples[at] = t;
${variables.map((_, i) => `  samples[at + ${i + 1}u * run.slots] = x.v${i};`).join("\n")}
}

fn times(a: f32, x: Flat) -> Flat {
  return ${flat((i) => `a * x.v${i}`)};
}

/// In the variables' own sizes.
fn dot_of(a: Flat, b: Flat, inverse: Flat) -> f32 {
  return ${variables.map((_, i) => `(a.v${i} * inverse.v${i}) * (b.v${i} * inverse.v${i})`).join(" + ")};
}

fn size_in(a: Flat, inverse: Flat) -> f32 {
  return ${variables.map((_, i) => `abs(a.v${i} * inverse.v${i})`).reduce((a, b) => `larger_of(${a}, ${b})`)};
}

/// The sum of stages that the method of Runge and Kutta takes a sixth of.
fn weighted(a: Flat, b: Flat, c: Flat, d: Flat) -> Flat {
  return ${flat((i) => `a.v${i} + 2.0 * (b.v${i} + c.v${i}) + d.v${i}`)};
}

/// x and a sum of slopes times a number that weight and rest add up to.
fn increased(x: State, sum: Flat, weight: f32, rest: f32) -> State {
${variables.map((_, i) => `  let y${i} = added(x.high.v${i}, x.low.v${i}, sum.v${i}, weight, rest);`).join("\n")}
  return State(${flat((i) => `y${i}.x`)}, ${flat((i) => `y${i}.y`)});
}

/// The largest difference of two numbers, by their sizes.
fn apart_by(a: Flat, b: Flat, inverse: Flat) -> f32 {
  return ${variables.map((_, i) => `abs(a.v${i} - b.v${i}) * inverse.v${i}`).reduce((a, b) => `max(${a}, ${b})`)};
}

fn inverse_sizes(at: u32) -> Flat {
  return ${flat((i) => `starts[at + ${i}u].inverse`)};
}

/// The largest size of a number.
fn largest(x: Flat) -> u32 {
  return ${variables.map((_, i) => `size_of(x.v${i})`).reduce((a, b) => `max(${a}, ${b})`)};
}

fn fresh(j: u32, inverse: Flat) -> Flat {
  return ${flat((i) => `generic(${i}u, j) / inverse.v${i}`)};
}

${parts.join("\n\n")}
`;
  checkNesting(source);
  return { source: withConstants(source, constants), constants: writer.constants };
}

/** How much the value of a section changes over a step, along a slope times its length. */
const changeOf = ({ value }: Section, names: readonly string[]): Expression => {
  const inTime = derivative(value, TIME);
  const along = alongTangent(value, names, tangentName);
  return inTime.kind === "number" && inTime.value === 0
    ? along
    : call("+", along, call("*", nameOf(STEP_NAME), inTime));
};

/** The f32 of an output. */
const measuredText = (writer: Writer, value: Expression) =>
  writer instanceof PairWriter ? `${writer.pair(value)}.x` : writer.real(value);

/** The next state of a map: as pairs, or in f32. */
function nextWgsl({ variables }: System, writer: Writer): string {
  const head = "fn next_of(state: State, c: Constants, time: vec2f) -> State {";
  if (writer instanceof PairWriter) {
    const lines = variables.map(({ rate }, i) => `  let y${i} = ${writer.pair(rate)};`);
    const flat = (part: string) => `Flat(${variables.map((_, i) => `y${i}.${part}`).join(", ")})`;
    return `fn next_of(x: State, c: Constants, now_t: vec2f) -> State {
${lines.join("\n")}
  return State(${flat("x")}, ${flat("y")});
}`;
  }
  return `${head}
  let x = state.high;
  let now = time.x;
  return State(Flat(${variables.map(({ rate }) => writer.real(rate)).join(",\n    ")}), state.low);
}`;
}

/** What the error of a step is in parts of each variable. */
const errorWgsl = ({ variables }: System, writer: Writer): string => `/// How much is rounded in the right sides.
fn rounded(x: Flat, c: Constants, t: f32) -> Flat {
  let now = t;
  return Flat(${variables.map(({ rate }) => writer.real(roundedSize(rate))).join(",\n    ")});
}

/// The largest error of a step from x to y, in parts of what is allowed; its first slope would change x by \`change\`, and \`noise\` is rounded.
fn error_in(e: Flat, x: Flat, y: Flat, change: Flat, noise: Flat, inverse: Flat) -> f32 {
  return ${variables
    .map((_, i) => `error_of(e.v${i}, x.v${i}, y.v${i}, change.v${i}, noise.v${i}, inverse.v${i})`)
    .reduce((a, b) => `larger_of(${a}, ${b})`)};
}`;

/** Derivatives of right sides, and the rows of a matrix of those variables that change. */
function jacobianWgsl(system: System, writer: Writer): string {
  const { variables } = system;
  const moving = changing(system);
  const zero = "0.0";
  const slopes = moving.map((i) =>
    moving.map((j) => writer.real(derivative(variables[i].rate, variables[j].name))).join(", "),
  );
  const place = (i: number) => moving.indexOf(i);
  const flat = (text: (i: number) => string) =>
    `Flat(${variables.map((_, i) => (place(i) < 0 ? zero : text(i))).join(", ")})`;
  return `const MOVING = ${moving.length}u;

fn row_of(x: Flat) -> array<f32, MOVING> {
  return array<f32, MOVING>(${moving.map((i) => `x.v${i}`).join(", ")});
}

fn flat_of(row: array<f32, MOVING>) -> Flat {
  return ${flat((i) => `row[${place(i)}u]`)};
}

fn jacobian(x: Flat, c: Constants, t: f32) -> array<array<f32, MOVING>, MOVING> {
  let now = t;
  return array<array<f32, MOVING>, MOVING>(
${slopes.map((row) => `    array<f32, MOVING>(${row}),`).join("\n")}
  );
}

/// Derivatives of right sides with respect to the time; what is no number counts as 0, as in the matrix.
fn in_time(x: Flat, c: Constants, t: f32) -> Flat {
  let now = t;
  return ${flat((i) => `number_or_zero(${writer.real(derivative(variables[i].rate, TIME))})`)};
}

fn capped(noise: Flat, inverse: Flat) -> Flat {
  return ${flat((i) => `within_tolerance(noise.v${i}, inverse.v${i})`)};
}`;
}

/** What is delayed, of each variable's own past, and what a trajectory keeps for it. */
function delayedWgsl(system: System, writer: Writer): string {
  const { variables, delays } = system;
  const kept = delayedVariables(system);
  const functions = delays.map(({ variable }, j) => {
    const number = kept.indexOf(variable);
    const { past } = variables[variable];
    // Without a past it is the start, the first node, which the ring still has where anything asks for it.
    const before = past
      ? `let time = (f32(at.node) + at.part) * now.h;
    let now = time;
    return ${writer.real(past)};`
      : `return ring[${number}u * run.slots + slot];`;
    return `fn delayed_${j}(x: Flat, c: Constants, slot: u32, step: u32, part: f32) -> f32 {
  let at = between(c.l${j}, step, part);
  if (at.node < 0) {
    ${before}
  }
  return kept(${number}u, at, slot);
}`;
  });
  return `struct Delayed {
${delays.map((_, j) => `  v${j}: f32,`).join("\n")}
}

/// Into the ring, states (from 0) or slopes (from DELAYED).
fn remember(x: Flat, from_number: u32, slot: u32, step: u32) {
${kept.map((variable, i) => `  ring[ring_at(i32(step), from_number + ${i}u, slot)] = x.v${variable};`).join("\n")}
}

${functions.join("\n\n")}

fn delayed(x: Flat, c: Constants, slot: u32, step: u32, part: f32) -> Delayed {
  return Delayed(${delays.map((_, j) => `delayed_${j}(x, c, slot, step, part)`).join(", ")});
}`;
}
