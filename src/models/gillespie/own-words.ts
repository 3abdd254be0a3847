// What a network draws at its start, and reactions that complete later, as WGSL: what shaders/gillespie/draws.wgsl and delays.wgsl call.

import { STREAMS } from "../../random/streams.ts";
import { ASKERS, drawsNumbers, drawTable } from "./draws.ts";
import type { Emitter } from "./emitter.ts";
import type { EventCode } from "./event-code.ts";
import { isDelayed, type Network } from "./network.ts";

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
  const source = `
const DRAWS = ${draws};
const DELAYS = ${delays};
${draws ? drawCode(network, emitter, around, poisson) : "fn start_draws() -> bool { return true; }"}
${delays ? delayCode(network, emitter, around) : NO_DELAYS}`;
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
  const begin = starts.map(({ target, value, draws = [] }) => {
    const drawn = draws.length > 0 ? `begin_draws(${ASKERS.starts}u, ${target}u); ${emitter.draws(draws)}` : "";
    if (target >= species.length) {
      return `  { ${drawn} let v = ${emitter.real(value)}; if (is_wrong(v)) { return false; } y${target - species.length} = v; }`;
    }
    const count = continuous ? `floor(${emitter.real(value)} + 0.5)` : emitter.count(value);
    return `  { ${drawn} let v = ${count}; if (!(v >= 0${continuous ? ".0" : ""})) { return false; } ${named(target)} = v; ${touched} }`;
  });
  const clear = events.map((_, i) => `  state[value_word(OCCASIONS + ${i}u)] = 0u;`);
  return `
const DRAW_PURPOSE = ${STREAMS.gillespie.draws}u;
const DRAW_TABLE = ${rows}u;
const POISSON_TABLE = ${rows + bounds}u;
const POISSON_FIRST = ${first}u;
const POISSON_ROWS = ${many}u;
${code.draws ? "" : "const OCCASIONS = 0u;"}

// False where a start is no count, or no number.
fn start_draws() -> bool {
${code.draws ? clear.join("\n") : ""}
${begin.join("\n")}
  return !draw_failed;
}`;
}

function delayCode(network: Network, emitter: Emitter, { events, species, touched, waiting }: Around): string {
  const { reactions } = network;
  const waits = reactions.map(({ completion }, i) => {
    if (!completion) return "";
    const { id, after, draws = [] } = completion;
    const address = `begin_draws(${ASKERS.reactions + id}u, place.z); `;
    const drawn = draws.length > 0 ? address + emitter.draws(draws, (k) => `${2 * k}u + half`) : "";
    const [units, fraction] = emitter.duration(after);
    return `    case ${i}u: { ${drawn} delay_units = ${units}; delay_rest = ${fraction}; return ${id}u; }`;
  });
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
  switch reaction {
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

/** Reactions that complete at once. */
const NO_DELAYS = `
const wait_j = 0u;
const wait_f = 0.0;
fn clear_waiting() {}
fn load_waiting() {}
fn initiate(reaction: u32, half: u32) -> bool { return true; }
fn complete_due() -> bool { return true; }`;
