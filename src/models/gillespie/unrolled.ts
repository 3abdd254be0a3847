// Small networks: counts x0, x1, ..., constants c0, ... and propensities a0, ... in registers, every reaction written out.

import { FEW } from "./leaping.ts";
import type { Network } from "./network.ts";
import type { Layout, Leaping } from "./wgsl.ts";

const sum = (terms: readonly string[]) => terms.reduce((total, term) => `(${total} + ${term})`);
const lines = <T>(list: readonly T[], line: (item: T, i: number) => string) =>
  list.map(line).filter(Boolean).join("\n");

/**
 * Choices are selections, not branches: with each four branches one after another SwiftShader takes ten times as long to compile, 9 s for 20
 * reactions and more memory than there is for 50.
 */
export const unrolled: Layout = {
  names: { species: (i) => `x${i}`, constant: (i) => `c${i}` },
  touched: "",
  write(network, emitter, leaping) {
    const { species, reactions } = network;
    const rates = reactions.map(({ propensity }) => emitter.real(propensity));
    const all = reactions.map((_, i) => `a${i}`);
    const recorded = leaping?.continuous ? (x: string) => `u32(${x} + 0.5)` : (x: string) => `u32(${x})`;
    const source = () => `
${lines(species, (_, i) => `var<private> x${i}: Count;`)}
${lines(emitter.constants, (_, i) => `var<private> c${i}: f32;`)}
${lines(all, (a) => `var<private> ${a}: f32;`)}

fn load_constants(row: u32) {
${lines(emitter.constants, (_, i) => `  c${i} = bitcast<f32>(points[row + ${i}u]);`)}
}
fn start_species(row: u32) {
${lines(species, (_, i) => `  x${i} = Count(points[row + CONSTANTS + ${i}u]);`)}
}
fn load_species(slot: u32) {
${lines(species, (_, i) => `  x${i} = bitcast<Count>(state[${i}u * run.slots + slot]);`)}
}
fn store_species(slot: u32) {
${lines(species, (_, i) => `  state[${i}u * run.slots + slot] = bitcast<u32>(x${i});`)}
}
fn record_species(grid: u32, slot: u32) {
${lines(species, (_, i) => `  snapshots[(grid * SPECIES + ${i}u) * run.slots + slot] = ${recorded(`x${i}`)};`)}
}

fn propensities() -> f32 {
${lines(rates, (rate, i) => `  a${i} = ${rate};`)}
  return ${sum(all)};
}

// Laws of one's own may turn negative; mass action cannot.
fn smallest_propensity() -> f32 { return ${all.reduce((least, a) => `min(${least}, ${a})`)}; }

// The last reaction that can happen and before which no more than r is: never one of propensity zero.
fn choose_reaction(r: f32) -> u32 {
  var chosen = 0u;
  var before = 0.0;
${lines(all, (a, i) => `  chosen = select(chosen, ${i}u, (${a} > 0.0) & (r >= before));\n  before += ${a};`)}
  return chosen;
}

fn fire(reaction: u32) {
${fire(network)}
}

// Negative where a count is, or has grown past 2^31.
fn signs() -> i32 { return ${leaping?.continuous ? "0" : species.map((_, i) => `x${i}`).join(" | ")}; }
${leaping ? leaps(network, leaping) : ""}`;
    return { source, tables: [] };
  },
};

/** Neighbouring trajectories fire different reactions: a few changes are cheaper by selection than in the branches of a switch. */
const MOST_SELECTED = 24;

function fire({ species, reactions }: Network): string {
  const total = reactions.reduce((sum, { changes }) => sum + changes.filter((change) => change !== 0).length, 0);
  if (total > MOST_SELECTED) {
    const cases = reactions.map(({ changes }, i) => {
      const moves = changes.map((change, s) => (change === 0 ? "" : ` x${s} += ${change};`)).join("");
      return `    case ${i}u: {${moves} }`;
    });
    return `  switch reaction {\n${cases.join("\n")}\n    default: {}\n  }`;
  }
  return lines(species, (_, s) => {
    const moves = reactions.flatMap(({ changes }, i) =>
      changes[s] === 0 ? [] : [`select(Count(0), Count(${changes[s]}), reaction == ${i}u)`],
    );
    return moves.length > 0 ? `  x${s} += ${sum(moves)};` : "";
  });
}

/** What shaders/gillespie/leap.wgsl calls. */
function leaps({ species, reactions }: Network, { continuous }: Leaping): string {
  const changing = (s: number) =>
    reactions.flatMap(({ changes }, i) => (changes[s] === 0 ? [] : [{ change: changes[s], i }]));
  const critical = lines(reactions, ({ changes }, i) => {
    const short = changes.flatMap((change, s) => (change < 0 ? [`(x${s} < ${-change * FEW})`] : []));
    const holds = continuous || short.length === 0 ? "false" : `(a${i} > 0.0) & (${short.join(" | ")})`;
    return `  z${i} = ${holds};\n  critical_total += select(0.0, a${i}, z${i});\n  let b${i} = select(a${i}, 0.0, z${i});`;
  });
  const bounds = lines(species, (_, s) => {
    const terms = changing(s);
    if (terms.length === 0) return "";
    const mean = sum(terms.map(({ change, i }) => `${change}.0 * b${i}`));
    const variance = sum(terms.map(({ change, i }) => `${change ** 2}.0 * b${i}`));
    return `  longest = shorter(longest, ${mean}, ${variance}, f32(x${s}));`;
  });
  const changed = lines(species, (_, s) => {
    const terms = changing(s).map(({ change, i }) => `Count(${change}) * n${i}`);
    if (terms.length === 0) return "";
    return continuous ? `  x${s} = max(x${s} + ${sum(terms)}, 0.0);` : `  x${s} += ${sum(terms)};`;
  });
  return `
${lines(species, (_, i) => `var<private> kept${i}: Count;`)}
${lines(reactions, (_, i) => `var<private> z${i}: bool;`)}
var<private> critical_total: f32;

// The longest leap of the reactions that are not critical.
fn leap_time() -> f32 {
  critical_total = 0.0;
  var longest = 1e30;
${critical}
${bounds}
  return longest;
}

fn take_leap(tau: f32, trial: u32) {
${lines(reactions, (_, i) => `  let n${i} = firings(select(a${i} * tau, 0.0, z${i}), ${i}u, trial);`)}
${changed}
}

fn keep_species() {\n${lines(species, (_, i) => `  kept${i} = x${i};`)}\n}
fn restore_species() {\n${lines(species, (_, i) => `  x${i} = kept${i};`)}\n}

fn choose_critical(r: f32) -> u32 {
  var chosen = 0u;
  var before = 0.0;
${lines(reactions, (_, i) => `  chosen = select(chosen, ${i}u, z${i} & (r >= before));\n  before += select(0.0, a${i}, z${i});`)}
  return chosen;
}
`;
}
