// A network as WGSL. shaders/gillespie/direct.wgsl and leap.wgsl have the algorithms and call what is written here: species and
// propensities in registers with every reaction unrolled (unrolled.ts), or for large networks in arrays with tables (tables.ts).

import { checkNesting, Emitter, type Names } from "./emitter.ts";
import type { Expression } from "./expression.ts";
import { ORDER } from "./leaping.ts";
import { isTimed, MARGIN, type Network, triggerTime } from "./network.ts";
import { tables } from "./tables.ts";
import { unrolled } from "./unrolled.ts";

export interface Generated {
  /** The file of shaders/ that it goes with, and its entry point. */
  shader: string;
  entryPoint: string;
  source: string;
  /** What each constant of the shader is, of parameters alone: computed in f64 and rounded once. */
  constants: readonly Expression[];
  /** Words before the rows of the points. */
  tables: readonly number[];
}

export interface Leaping {
  /** Counts are real numbers: the chemical Langevin equation. */
  continuous: boolean;
  /** By which share of itself a propensity may change in a leap. */
  tolerance: number;
}

/** How a network's counts and reactions are kept: unrolled or in tables. */
export interface Layout {
  names: Names;
  /** Statement after counts were set from outside. */
  touched: string;
  /** Functions that direct.wgsl, and where `leaping` leap.wgsl, calls; their text is asked for when all constants are known. */
  write(network: Network, emitter: Emitter, leaping: Leaping | undefined): { source(): string; tables: number[] };
}

/** Species and reactions that fit registers, about: measured, beyond them tables are faster. */
const MOST_UNROLLED = 64;

export function generate(network: Network, passage: Expression | undefined, leaping?: Leaping): Generated {
  const { species, reactions, events } = network;
  const large = Math.max(species.length, reactions.length) > MOST_UNROLLED;
  const layout: Layout = large ? tables : unrolled;
  const emitter = new Emitter(network, layout.names);
  const continuous = leaping?.continuous ?? false;
  const type = continuous ? "f32" : "i32";
  const body = layout.write(network, emitter, leaping);
  const bounds = isTimed(network) ? reactions.map(({ propensity }) => emitter.upper(propensity)) : ["0.0"];
  const stateEvents = events.filter((event) => !triggerTime(event));
  const triggers = stateEvents.map((event) => {
    const bit = (1 << events.indexOf(event)) >>> 0;
    return `select(0u, ${bit}u, ${emitter.truth(event.trigger)})`;
  });
  const passed = passage ? emitter.truth(passage) : "false";
  const applied = events.map(({ assignments }, i) => {
    // All values before any is set. Halves round up: an assignment should give whole numbers.
    const values = assignments.map(({ value }, k) => `let v${k} = floor(${emitter.real(value)} + 0.5);`);
    const valid = assignments.map((_, k) => `(v${k} >= 0.0) & (v${k} < 2147483648.0)`).join(" & ") || "true";
    const set = assignments.map(({ species: s }, k) => `${layout.names.species(s)} = ${type}(v${k});`);
    return [`    case ${i}u: {`, ...values, `if (!(${valid})) { return false; }`, ...set, layout.touched, "}"].join(
      " ",
    );
  });
  const { constants } = emitter;
  const source = `// The network:
${reactions.map(({ name }, i) => `//   ${i}: ${remark(name)}`).join("\n")}
// Its species: ${remark(species.join(", "))}
alias Count = ${type};
const SPECIES = ${species.length}u;
const REACTIONS = ${reactions.length}u;
const CONSTANTS = ${constants.length}u;
const ROWS = ${body.tables.length}u;
const ROW = ${constants.length + species.length + 2 * events.length}u;
const STOPS = ${constants.length + species.length}u;
const EVENTS = ${events.length}u;
const TIME_EVENTS = ${bits(events, (event) => triggerTime(event) !== undefined)}u;
const INITIALLY = ${bits(events, ({ initially }) => initially)}u;
const USES_TIME = ${isTimed(network)};
const CONTINUOUS = ${continuous};
const SHARE = ${(leaping?.tolerance ?? 0) / ORDER};
var<private> now: f32;
var<private> span: vec2f; // the interval of time for which a bound is wanted
${body.source()}
// No less than the sum of the propensities in all of the span.
fn bound() -> f32 { return (${bounds.join(" + ")}) * ${MARGIN}; }

fn passed() -> bool { return ${passed}; }

// The triggers that are true, one bit an event.
fn triggers() -> u32 { return ${triggers.join(" | ") || "0u"}; }

// False where a value is no count.
fn apply_event(event: u32) -> bool {
  switch event {
${applied.join("\n")}
    default: {}
  }
  return true;
}
`;
  checkNesting(source);
  const file = leaping ? "leap" : "direct";
  return {
    shader: `gillespie/${large ? (leaping ? "table_leap" : "table") : file}.wgsl`,
    entryPoint: leaping ? "advance_leaping" : "advance",
    source,
    constants,
    tables: body.tables,
  };
}

/** A name fit for a comment: WGSL ends a line also at some characters beyond ASCII. */
const remark = (name: string) => name.replace(/[^\x20-\x7e]/g, "?");

const bits = <T>(list: readonly T[], holds: (item: T) => boolean) =>
  list.reduce((mask, item, i) => (holds(item) ? (mask | (1 << i)) >>> 0 : mask), 0);
