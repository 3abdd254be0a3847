// A network as WGSL. shaders/gillespie/direct.wgsl and leap.wgsl have the algorithms and call what is written here: species and
// propensities in registers with every reaction unrolled (unrolled.ts), or for large networks in arrays with tables (tables.ts).

import { checkNesting } from "../../../expression/wgsl.ts";
import type { Ensemble } from "../ensemble.ts";
import { isHybrid, isTimed, MARGIN, type Network } from "../network/network.ts";
import { ORDER } from "../reference/leaping.ts";
import { type Constant, Emitter, type Names } from "./emitter.ts";
import { eventCode } from "./event-code.ts";
import { ownWords } from "./own-words.ts";
import { tables } from "./tables.ts";
import { isLarge } from "./tree.ts";
import { unrolled } from "./unrolled.ts";

export interface Generated {
  /** The file of shaders/ that it goes with, and its entry point. */
  shader: string;
  entryPoint: string;
  source: string;
  /** What each constant of the shader is, of parameters alone: computed in f64 and rounded once. */
  constants: readonly Constant[];
  /** Moments of the schedule for which a point has room. */
  moments: number;
  /** Words of a trajectory's state for what waits: values of events, delayed reactions. */
  waiting: number;
  /** Words before the rows of the points. */
  tables: readonly number[];
  /** Words for each trajectory behind all states. */
  scratch: number;
}

export interface Leaping {
  /** Counts are real numbers: the chemical Langevin equation. */
  continuous: boolean;
  /** By which share of itself a propensity may change in a leap. */
  tolerance: number;
}

export interface Shape {
  leaping: Leaping | undefined;
  version1: boolean;
  points: Ensemble["points"];
}

export interface Written {
  source(): string;
  /** Words before the rows of the points. */
  tables: number[];
  /** Words for each trajectory behind all states. */
  scratch: number;
}

/** How a network's counts and reactions are kept: unrolled or in tables. */
export interface Layout {
  names: Names;
  /** Statement after counts were set from outside. */
  touched: string;
  /** Functions that direct.wgsl, and where `leaping` leap.wgsl, calls; their text is asked for when all constants are known. */
  write(network: Network, emitter: Emitter, shape: Shape): Written;
}

const FILES = { direct: "direct", leap: "leap", hybrid: "hybrid" } as const;
const TABLES = { direct: "table", leap: "table_leap", hybrid: "table_hybrid" } as const;

/** Variables as an array with the total propensity, as shaders/gillespie/hybrid.wgsl asks for them. */
function followed({ variables, rates }: Network, emitter: Emitter): string {
  const each = (line: (name: string, i: number) => string) => variables.map(line).join("");
  return `
const FOLLOWED = ${variables.length + 1}u;
alias Values = array<f32, FOLLOWED>;
fn variables_now() -> Values { return Values(${each((_, i) => `y${i}, `)}0.0); }
fn set_variables(values: Values) {\n${each((_, i) => `  y${i} = values[${i}];\n`)}}
fn slopes() -> Values {
  var result: Values;
${each((name, i) => {
  const rate = rates?.get(name);
  return rate ? `  result[${i}] = ${emitter.real(rate)};\n` : "";
})}  result[FOLLOWED - 1u] = propensities();
  return result;
}
`;
}

export function generate({ network, passage, leaping, version1, points, waiting }: Ensemble, folds = false): Generated {
  const { species, variables, reactions } = network;
  const large = isLarge(network);
  const layout: Layout = large ? tables : unrolled;
  const continuous = leaping?.continuous ?? false;
  const emitter = new Emitter(network, layout.names, { continuous, version1, folds });
  const body = layout.write(network, emitter, { leaping, version1, points });
  const hybrid = isHybrid(network);
  const bounds = isTimed(network) && !hybrid ? reactions.map(({ propensity }) => emitter.upper(propensity)) : ["0.0"];
  const passed = passage ? emitter.truth(passage) : "false";
  const events = eventCode(network, emitter, {
    ...{ species: layout.names.species, touched: layout.touched, continuous, version1 },
  });
  const own = ownWords(network, emitter, {
    ...{ events, species: layout.names.species, touched: layout.touched, continuous, waiting },
    rows: body.tables.length,
  });
  const table = [...body.tables, ...own.table];
  const follows = hybrid ? followed(network, emitter) : "";
  const moments = points.reduce((most, { schedule }) => Math.max(most, schedule.moments.length), 0);
  const rounds = points.some(({ initial }) => !initial.every(Number.isInteger));
  const { constants } = emitter;
  const each = (line: (i: number) => string) => variables.map((_, i) => `  ${line(i)}\n`).join("");
  const source = `${own.requires.map((path) => `// requires: ${path}\n`).join("")}// The network:
${reactions.map(({ name }, i) => `//   ${i}: ${remark(name)}`).join("\n")}
// Its species: ${remark(species.join(", "))}
alias Count = ${continuous ? "f32" : "i32"};
const SPECIES = ${species.length}u;
const REACTIONS = ${reactions.length}u;
const CONSTANTS = ${constants.length}u;
const ROWS = ${table.length}u;
const ROW = ${constants.length + species.length + variables.length + 1 + 3 * moments + (rounds ? species.length : 0)}u;
const ROUNDS = ${rounds};
const SHARES = STOPS + 1u + 3u * MOMENTS;
const STOPS = ${constants.length + species.length + variables.length}u;
const VARIABLES = ${variables.length}u;
const MOMENTS = ${moments}u;
const WAITING = ${own.words}u;
/// Words of a trajectory's state.
const STATE = SPECIES + STATE_WORDS + VARIABLES + WAITING + ${hybrid ? 2 : 0}u;
// Rates are others at another time: of thinned ones there is a bound, hybrids integrate them.
const USES_TIME = ${isTimed(network) || hybrid};
const HYBRID = ${hybrid};
const THINNED = ${isTimed(network) && !hybrid};
const CONTINUOUS = ${continuous};
const SHARE = ${(leaping?.tolerance ?? 0) / ORDER};
const VARIES = ${leaping?.tolerance ?? 0};
const VERSION1 = ${version1};
var<private> now: f32;
var<private> span: vec2f; // the interval of time for which a bound is wanted
${body.source()}
// No less than the sum of the propensities in all of the span.
fn bound() -> f32 { return (${bounds.join(" + ")}) * ${MARGIN}; }

fn passed() -> bool { return ${passed}; }

${variables.map((_, i) => `var<private> y${i}: f32;\n`).join("")}
fn start_variables(row: u32) {\n${each((i) => `y${i} = bitcast<f32>(points[row + CONSTANTS + SPECIES + ${i}u]);`)}}
fn load_variables(slot: u32) {\n${each((i) => `y${i} = bitcast<f32>(state[(SPECIES + STATE_WORDS + ${i}u) * run.slots + slot]);`)}}
fn store_variables(slot: u32) {\n${each((i) => `state[(SPECIES + STATE_WORDS + ${i}u) * run.slots + slot] = bitcast<u32>(y${i});`)}}
// After the snapshots of the species.
fn record_variables(grid: u32, slot: u32) {
${each((i) => `snapshots[((run.last_grid + 1u) * SPECIES + grid * VARIABLES + ${i}u) * run.slots + slot] = bitcast<u32>(y${i});`)}}
${events.source}${own.source}
${follows}
`;
  checkNesting(source);
  const kind = leaping ? "leap" : hybrid ? "hybrid" : "direct";
  return {
    shader: `gillespie/${(large ? TABLES : FILES)[kind]}.wgsl`,
    entryPoint: { direct: "advance", leap: "advance_leaping", hybrid: "advance_hybrid" }[kind],
    source,
    constants,
    moments,
    waiting: own.words + (hybrid ? 2 : 0),
    tables: table,
    scratch: body.scratch,
  };
}

/** A name fit for a comment: WGSL ends a line also at some characters beyond ASCII. */
const remark = (name: string) => name.replace(/[^\x20-\x7e]/g, "?");
