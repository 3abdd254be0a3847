// What a network draws at its start, and reactions that complete later, as WGSL: what shaders/gillespie/draws.wgsl and delays.wgsl call.

import { STREAMS } from "../../../random/streams.ts";
import { ASKERS, drawsNumbers, drawTable } from "../network/draws.ts";
import { isDelayed, type Network } from "../network/network.ts";
import type { Emitter } from "./emitter.ts";
import type { EventCode } from "./event-code.ts";

interface Around {
  /** Its events, whose words come first. */
  events: EventCode;
  species: (i: number) => string;
  /** Statement after counts were set. */
  touched: string;
  continuous: boolean;
  /** Delayed reactions that may wait. */
  waiting: number;
  /** Words of the points' table before what is added here. */
  rows: number;
}

export interface OwnWords {
  /** Shader files that it needs. */
  requires: string[];
  source: string;
  /** Words of a trajectory's state for what waits. */
  words: number;
  /** Words for the points' table. */
  table: number[];
}

export function ownWords(network: Network, emitter: Emitter, around: Around): OwnWords {
  const draws = drawsNumbers(network) || network.starts !== undefined;
  const delays = isDelayed(network);
  const { words: table, ...poisson } = draws ? drawTable() : { words: [], bounds: 0, first: 0, rows: 0 };
  const parts = [
    draws ? drawCode(network, emitter, around, poisson) : "fn start_draws() -> bool { return true; }",
    delays ? delayCode(network, emitter, around) : NO_DELAYS,
    draws ? around.events.numbers.source() : "",
    draws ? ONE_BY_ONE : BOTH,
  ];
  const source = `
const DRAWS = ${draws};
const DELAYS = ${delays};
${parts.join("\n")}`;
  return {
    requires: [...(draws ? ["gillespie/draws.wgsl"] : []), ...(delays ? ["gillespie/delays.wgsl"] : [])],
    source,
    words: around.events.words + (delays ? 1 + 3 * around.waiting : 0),
    table,
  };
}

function drawCode(
  { species, starts = [], events }: Network,
  emitter: Emitter,
  { events: code, species: named, touched, continuous, rows }: Around,
  { bounds, first, rows: many }: { bounds: number; first: number; rows: number },
): string {
  const begin = starts.map(({ target, value, draws = [] }, i) => {
    const [from, to] = code.numbers.add(draws);
    const real = target >= species.length || continuous;
    const found = real ? emitter.real(value) : emitter.count(value);
    const valid = target >= species.length ? "is_wrong(v)" : `!(v >= 0${continuous ? ".0" : ""})`;
    const set = target >= species.length ? `y${target - species.length}` : named(target);
    return {
      drawn: draws.length > 0 ? `    case ${i}u: { asked = vec3u(${target}u, ${from}u, ${to}u); }\n` : "",
      set: `    case ${i}u: { let v = ${continuous && target < species.length ? `floor(${found} + 0.5)` : found}; if (${valid}) { return false; } ${set} = v; ${touched} }\n`,
    };
  });
  const clear = events.map((_, i) => `  state[value_word(OCCASIONS + ${i}u)] = 0u;\n`).join("");
  const loop = `  for (var i = 0u; i < ${starts.length}u; i++) {
    var asked = vec3u();
    switch i {
${begin.map(({ drawn }) => drawn).join("")}    default: {}
    }
    if (asked.z > asked.y) {
      begin_draws(${ASKERS.starts}u, asked.x);
      draw_numbers(asked.y, asked.z, 0u, 1u);
    }
    switch i {
${begin.map(({ set }) => set).join("")}    default: {}
    }
  }
`;
  return `
const DRAW_PURPOSE = ${STREAMS.gillespie.draws}u;
const DRAW_TABLE = ${rows}u;
const POISSON_TABLE = ${rows + bounds}u;
const POISSON_FIRST = ${first}u;
const POISSON_ROWS = ${many}u;
${code.words > 0 && code.source.includes("const OCCASIONS") ? "" : "const OCCASIONS = 0u;"}

// False where a start is no count, or no number.
fn start_draws() -> bool {
${code.source.includes("const OCCASIONS") ? clear : ""}${starts.length > 0 ? loop : ""}  return !draw_failed;
}`;
}

function delayCode(network: Network, emitter: Emitter, { events, species, touched, waiting }: Around): string {
  const { reactions } = network;
  const asks: string[] = [];
  const waits = reactions.map(({ completion }, i) => {
    if (!completion) return "";
    const { id, after, draws = [] } = completion;
    const [from, to] = events.numbers.add(draws);
    if (to > from) asks.push(`    case ${i}u: { own = vec3u(${ASKERS.reactions + id}u, ${from}u, ${to}u); }`);
    const [units, fraction] = emitter.duration(after);
    return `    case ${i}u: { delay_units = ${units}; delay_rest = ${fraction}; return ${id}u; }`;
  });
  const drawing = `  var own = vec3u();
  switch reaction {
${asks.join("\n")}
    default: {}
  }
  if (own.z > own.y) {
    begin_draws(own.x, place.z);
    draw_numbers(own.y, own.z, half, 2u);
  }
`;
  const ends = reactions.map(({ completion }) => {
    if (!completion) return "";
    const moved = completion.changes.flatMap((change, s) => (change === 0 ? [] : [[s, change]]));
    const moves = moved.map(([s, change]) => `${species(s)} += ${change};`).join(" ");
    const valid = moved.map(([s]) => `(${species(s)} >= 0)`).join(" & ") || "true";
    return `    case ${completion.id}u: { ${moves} ${touched} return ${valid}; }`;
  });
  const cases = (all: readonly string[]) => all.filter(Boolean).join("\n");
  return `
const MOST_WAITING = ${waiting}u;
const WAITING_LIST = ${events.words}u;

// How long a reaction takes, and which completion it has.
fn find_wait(reaction: u32, half: u32) -> u32 {
${asks.length > 0 ? drawing : ""}  switch reaction {
${cases(waits)}
    default: {}
  }
  return NEVER;
}

// False where a count leaves its range.
fn complete(completion: u32) -> bool {
  switch completion {
${cases(ends)}
    default: {}
  }
  return true;
}`;
}

/** The two reactions of a random block. Where events draw the code is long, and stands there once. */
const BOTH = `
fn next_two(words: vec4u) {
  order_kind = KIND_ORDER + 1u;
  next_reaction(words.xy, 1u);
  order_kind = KIND_ORDER + 2u;
  next_reaction(words.zw, 2u);
}`;
const ONE_BY_ONE = `
fn next_two(words: vec4u) {
  for (var half = 1u; half <= rounds(2u); half++) {
    order_kind = KIND_ORDER + half;
    next_reaction(select(words.zw, words.xy, half == 1u), half);
  }
}`;

/** Reactions that complete at once. */
const NO_DELAYS = `
const wait_j = 0u;
const wait_f = 0.0;
fn clear_waiting() {}
fn load_waiting() {}
fn initiate(reaction: u32, half: u32) -> bool { return true; }
fn complete_due() -> bool { return true; }`;
