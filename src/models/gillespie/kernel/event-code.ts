// A network's events as WGSL: what shaders/gillespie/events.wgsl calls.

import { namesIn } from "../../../expression/expression.ts";
import type { Draw } from "../network/draws.ts";
import type { Assignment, Network, NetworkEvent } from "../network/network.ts";
import { DrawCode } from "./draw-code.ts";
import type { Emitter } from "./emitter.ts";

/** Delayed events that wait at once, at most. */
export const MOST_DELAYED = 16;

export interface EventCode {
  source: string;
  /** Words of a trajectory's state for values that wait. */
  words: number;
  /** What events draw; how often each has is kept behind the values. */
  numbers: DrawCode;
}

/** `touched` is a statement after counts were set; `species` names one. */
export function eventCode(
  network: Network,
  emitter: Emitter,
  {
    species,
    touched,
    continuous,
    version1,
  }: {
    species: (i: number) => string;
    touched: string;
    continuous: boolean;
    version1: boolean;
  },
): EventCode {
  const { events } = network;
  const changing = new Set([...network.species, ...network.variables]);
  const isReal = (target: number) => continuous || target >= network.species.length;
  /** As it waits, and as it is set. */
  const codeOf = ({ target, value, scale }: Assignment) => {
    if (scale || target >= network.species.length) return emitter.real(value);
    return continuous ? `floor(${emitter.real(value)} + 0.5)` : emitter.count(value);
  };
  const setOf = ({ target, scale }: Assignment, waiting: string) => {
    if (!scale) return waiting;
    const real = `(${waiting} * ${emitter.real(scale)})`;
    if (target >= network.species.length) return real;
    return continuous ? `floor(${real} + 0.5)` : `count_of(${real})`;
  };
  let offset = 0;
  const places = events.map(({ atTrigger, assignments }) => {
    const count = atTrigger ? assignments.length : 0;
    offset += count;
    return { from: offset - count, count };
  });
  const most = places.reduce((a, { count }) => Math.max(a, count), 0);
  const queue = events.some(({ delay }) => delay) ? MOST_DELAYED : 0;

  const numbers = new DrawCode(emitter);
  const cases = (line: (event: NetworkEvent, i: number) => string) =>
    events
      .map(line)
      .map((text, i) => (text === "" ? "" : `    case ${i}u: { ${text} }\n`))
      .join("");
  const drawsOf = (kind: (event: NetworkEvent) => readonly Draw[] | undefined) =>
    numbers.events(events.map((event) => kind(event) ?? []));
  const atTrigger = drawsOf((event) => (event.atTrigger ? event.draws : []));
  const atExecution = drawsOf((event) => (event.atTrigger ? [] : event.draws));
  const ofDelays = drawsOf(({ delayDraws }) => delayDraws);
  const computed = cases(({ atTrigger, assignments, draws = [] }, i) => {
    if (!atTrigger) return "";
    emitter.within(draws);
    return assignments
      .map((each, k) => `state[value_word(${places[i].from + k}u)] = bitcast<u32>(${codeOf(each)});`)
      .join(" ");
  });
  const applied = cases(({ atTrigger, assignments, draws = [] }, i) => {
    emitter.within(draws);
    const values = assignments.map((each, k) => {
      const type = each.scale || isReal(each.target) ? "f32" : "i32";
      const kept = `bitcast<${type}>(state[value_word(${places[i].from + k}u)])`;
      return `let v${k} = ${setOf(each, atTrigger ? kept : codeOf(each))};`;
    });
    const valid = assignments.map(({ target }, k) => {
      if (target >= network.species.length) return `!is_wrong(v${k})`;
      return continuous ? `(v${k} >= 0.0) & (v${k} < 2147483648.0)` : `(v${k} >= 0)`;
    });
    const set = assignments.map(({ target }, k) => {
      if (target >= network.species.length) return `y${target - network.species.length} = v${k};`;
      return `${species(target)} = v${k};`;
    });
    return [...values, `if (!(${valid.join(" & ") || "true"})) { return false; }`, ...set, touched].join(" ");
  });
  const priorities = cases(({ priority }) => (priority ? `return ${emitter.real(priority)};` : ""));
  const delays = cases(({ delay, delayDraws = [] }) => {
    if (!delay) return "";
    emitter.within(delayDraws);
    const [units, fraction] = emitter.duration(delay);
    return `delay_units = ${units}; delay_rest = ${fraction};`;
  });
  const slots = cases((_, i) => (places[i].count > 0 ? `return vec2u(${places[i].from}u, ${places[i].count}u);` : ""));
  const triggers = events.map(({ trigger }, i) => `select(0u, ${(1 << i) >>> 0}u, ${emitter.truth(trigger)})`);
  const reads = events.some(({ trigger }) => [...namesIn(trigger)].some((name) => changing.has(name)));
  const choose = (name: string, type: string, body: string, otherwise: string, before = "") =>
    `fn ${name}(event: u32) -> ${type} {\n${before}  switch event {\n${body}    default: {}\n  }\n  return ${otherwise};\n}`;
  const source = `
const EVENTS = ${events.length}u;
const INITIALLY = ${bits(events, ({ initially }) => initially)};
const PERSISTENT = ${bits(events, ({ persistent }) => persistent)};
const AT_TRIGGER = ${bits(events, ({ atTrigger }) => atTrigger)};
const DELAYED = ${bits(events, ({ delay }) => delay !== undefined)};
const TRIGGERS_READ_STATE = ${reads};
const PRIORITIES = ${events.some(({ priority }) => priority)};
const LISTED = ${version1};
const VALUES = ${offset}u;
const MOST_VALUES = ${most}u;
const QUEUE = ${queue}u;
${numbers.any ? `const OCCASIONS = ${offset + queue * (3 + most)}u;` : ""}

// The triggers that are true.
fn triggers() -> u32 { return ${triggers.join(" | ") || "0u"}; }

// Where an event's values wait, and how many they are.
${choose("values_of", "vec2u", slots, "vec2u()")}

fn compute_values(event: u32) {\n${atTrigger}  switch event {\n${computed}    default: {}\n  }\n}

// False where a value is no count, or no number.
${choose("apply_event", "bool", applied, "true", atExecution)}

${choose("priority_of", "f32", priorities, "-3.4e38")}

var<private> delay_units: u32;
var<private> delay_rest: f32;
fn find_delay(event: u32) {\n  delay_units = 0u;\n  delay_rest = 0.0;\n${ofDelays}  switch event {\n${delays}    default: {}\n  }\n}

fn count_of(value: f32) -> i32 {
  let count = floor(value + 0.5);
  return select(-1, i32(count), count >= 0.0 && count < ${version1 ? "2147483648.0" : "16777216.0"});
}
`;
  return { source, words: offset + queue * (3 + most) + (numbers.any ? events.length : 0), numbers };
}

const bits = <T>(list: readonly T[], holds: (item: T) => boolean) =>
  `${list.reduce((mask, item, i) => (holds(item) ? (mask | (1 << i)) >>> 0 : mask), 0)}u`;
