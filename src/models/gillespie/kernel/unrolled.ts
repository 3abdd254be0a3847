// Small networks: counts x0, x1, ..., constants c0, ... and propensities a0, ... in registers, every reaction written out.

import { namesIn } from "../../../expression/expression.ts";
import { MARGIN, type Network, TIME } from "../network/network.ts";
import { FEW } from "../reference/leaping.ts";
import type { Emitter } from "./emitter.ts";
import type { Layout, Shape } from "./wgsl.ts";

const sum = (terms: readonly string[]) =>
  terms.length > 0 ? terms.reduce((total, term) => `(${total} + ${term})`) : "0.0";
const lines = <T>(list: readonly T[], line: (item: T, i: number) => string) =>
  list.map(line).filter(Boolean).join("\n");

/**
 * Choices are selections, not branches: with each four branches one after another SwiftShader takes ten times as long to compile, 9 s for 20
 * reactions and more memory than there is for 50.
 */
export const unrolled: Layout = {
  names: { species: (i) => `x${i}`, constant: (i) => `c${i}`, whole: (i) => `k${i}` },
  touched: "",
  write(network, emitter, shape) {
    const { leaping, version1 } = shape;
    const { species, reactions } = network;
    const rates = reactions.map(({ propensity }) => emitter.real(propensity));
    const all = reactions.map((_, i) => `a${i}`);
    const recorded = leaping?.continuous ? (x: string) => `u32(${x} + 0.5)` : (x: string) => `u32(${x})`;
    const source = () => `
// f32 sums of n terms are n rounding errors of 2^-24 off, the total is, too, and a few more come from r.
const CLEAR = f32(REACTIONS + 8u) * 0x1p-23;
${lines(species, (_, i) => `var<private> x${i}: Count;`)}
${lines(emitter.constants, ({ kept }, i) => (isReal(kept) ? `var<private> c${i}: f32;` : `var<private> k${i}: i32;`))}
${lines(all, (a) => `var<private> ${a}: f32;`)}

fn load_constants(row: u32) {
${lines(emitter.constants, ({ kept }, i) => {
  const word = `points[row + ${i}u]`;
  return isReal(kept) ? `  c${i} = bitcast<f32>(${word});` : `  k${i} = bitcast<i32>(${word});`;
})}
}
fn start_species(row: u32) {
${lines(species, (_, i) => `  x${i} = Count(points[row + CONSTANTS + ${i}u]);`)}
}
fn round_species(row: u32) {
${lines(species, (_, i) => `  x${i} += select(Count(0), Count(1), rounds_up(row, ${i}u));`)}
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

// The user's laws may turn negative; mass action cannot.
fn smallest_propensity() -> f32 { return ${all.reduce((least, a) => `min(${least}, ${a})`)}; }

${version1 ? chooseInVersion1(all) : choose(all)}

fn fire(reaction: u32) {
${fire(network)}
}

// Negative where a count is, or has grown past 2^31.
fn signs() -> i32 { return ${leaping?.continuous ? "0" : species.map((_, i) => `x${i}`).join(" | ")}; }
${leaping ? leaps(network, emitter, shape) : ""}`;
    return { source, tables: [], scratch: 0 };
  },
};

const isReal = (kept: string) => ["real", "clamped", "fraction"].includes(kept);

const TERMS = "array<f32, REACTIONS>";

/** Partial sums in f32; near to one of them integers. No more operations than it takes to look for r alone. */
function choose(all: readonly string[]): string {
  return `
// NEVER where rates are thinned and the number falls beyond all of them.
fn choose(word: u32, half: u32, whole: f32) -> u32 {
  let r = (f32(word) + 0.5) * 0x1p-32 * whole;
  var chosen = 0u;
  var before = 0.0;
  var near = 3.0e38;
${lines(all, (a, i) => `  before += ${a};\n  let d${i} = r - before;\n  chosen += select(0u, 1u, d${i} >= 0.0);\n  near = min(near, abs(d${i}));`)}
  if (near > CLEAR * whole) {
    return select(chosen, NEVER, chosen >= REACTIONS);
  }
  return choose_exactly(${TERMS}(${all.join(", ")}), vec2u(word, more_bits(half)), whole, THINNED);
}
${EXACTLY}`;
}

/** Of weights, as integers; their sum is the total, or they are thinned by a bound. */
const EXACTLY = `
fn choose_exactly(terms: ${TERMS}, words: vec2u, whole: f32, thinned: bool) -> u32 {
  var weights = terms;
  let top = exponent_of(whole);
  var sum = fixed(whole, top);
  if (!thinned) {
    sum = vec3u();
    for (var i = 0u; i < REACTIONS; i++) {
      sum = plus(sum, fixed(weights[i], top));
    }
  }
  let point = point_of(sum, words.x, words.y);
  var before = vec3u();
  for (var i = 0u; i < REACTIONS; i++) {
    before = plus(before, fixed(weights[i], top));
    if (above(before, point)) {
      return i;
    }
  }
  return NEVER;
}`;

/** As gibbs 0.1.0 chose: the last reaction that can happen and before which no more than r is. */
function chooseInVersion1(all: readonly string[]): string {
  return `
fn choose(word: u32, half: u32, whole: f32) -> u32 {
  let r = version1_share(word, half) * whole;
  if (THINNED && r >= ${sum(all)}) {
    return NEVER;
  }
  var chosen = 0u;
  var before = 0.0;
${lines(all, (a, i) => `  chosen = select(chosen, ${i}u, (${a} > 0.0) & (r >= before));\n  before += ${a};`)}
  return chosen;
}`;
}

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
function leaps({ species, reactions }: Network, emitter: Emitter, { leaping, version1 }: Shape): string {
  const continuous = leaping?.continuous ?? false;
  const timed = reactions.map(({ propensity }) => namesIn(propensity).has(TIME));
  const ahead = !version1 && timed.some(Boolean);
  const weight = (i: number) => (ahead ? `h${i}` : `a${i}`);
  const changing = (s: number) =>
    reactions.flatMap(({ changes }, i) => (changes[s] === 0 ? [] : [{ change: changes[s], i }]));
  const critical = lines(reactions, ({ changes }, i) => {
    const short = changes.flatMap((change, s) => (change < 0 ? [`(x${s} < ${-change * FEW})`] : []));
    const can = ahead && timed[i] ? "" : `(a${i} > 0.0) & `;
    const holds = continuous || short.length === 0 ? "false" : `${can}(${short.join(" | ")})`;
    return `  z${i} = ${holds};\n  critical_total += select(0.0, a${i}, z${i});\n  let b${i} = select(a${i}, 0.0, z${i});`;
  });
  const bounds = lines(species, (_, s) => {
    const terms = changing(s);
    if (terms.length === 0) return "";
    const mean = sum(terms.map(({ change, i }) => `${change}.0 * b${i}`));
    const variance = sum(terms.map(({ change, i }) => `${change ** 2}.0 * b${i}`));
    return `  longest = shorter(longest, ${mean}, ${variance}, f32(x${s}));`;
  });
  const moved = (s: number) => sum(changing(s).map(({ change, i }) => `Count(${change}) * n${i}`));
  const changed = lines(species, (_, s) => {
    if (changing(s).length === 0) return "";
    return continuous ? `  x${s} = max(x${s} + ${moved(s)}, 0.0);` : `  x${s} += ${moved(s)};`;
  });
  const spans = lines(reactions, ({ propensity }, i) =>
    timed[i]
      ? `  let s${i} = ${emitter.spread(propensity)};\n  h${i} = max(s${i}.y, 0.0) * ${MARGIN};\n  w${i} = (s${i}.y > 0.0) & (s${i}.y - s${i}.x > VARIES * s${i}.y);`
      : `  h${i} = a${i};`,
  );
  const all = reactions.map((_, i) => i);
  const varying = all.filter((i) => timed[i]);
  const lookAhead = `
${lines(all, (i) => `var<private> h${i}: f32;`)}
${lines(varying, (i) => `var<private> w${i}: bool;`)}

// The most that the rates are in the span: of all, and of those that change by more than a leap may overlook.
fn look_ahead() -> vec2f {
${spans}
  return vec2f(${sum(all.map((i) => `h${i}`))}, ${sum(varying.map((i) => `select(0.0, h${i}, w${i})`))});
}

// Rates that change much are followed one firing at a time, under the most that they are.
fn mark_varying() {
${lines(varying, (i) => `  z${i} = z${i} | w${i};`)}
  critical_total = ${sum(all.map((i) => `select(0.0, h${i}, z${i})`))};
}

// Whether a rate that is thinned lets its reaction happen now.
fn is_let(reaction: u32, chance: f32) -> bool {
  var rate = 0.0;
  var most = 0.0;
${lines(all, (i) => `  rate = select(rate, a${i}, reaction == ${i}u);\n  most = select(most, h${i}, reaction == ${i}u);`)}
  return chance * most < rate;
}
`;
  const none = `
fn look_ahead() -> vec2f { return vec2f(); }
fn mark_varying() {}
fn is_let(reaction: u32, chance: f32) -> bool { return true; }
`;
  return `
${lines(species, (_, i) => `var<private> kept${i}: Count;`)}
${lines(reactions, (_, i) => `var<private> z${i}: bool;`)}
var<private> critical_total: f32;
${ahead ? lookAhead : none}
// The longest leap of the reactions that are not critical.
fn leap_time() -> f32 {
  critical_total = 0.0;
  var longest = 1e30;
${critical}
${bounds}
  return longest;
}

fn take_leap(tau: f32, trial: u32) {
${lines(reactions, (_, i) => `  var n${i} = firings(select(a${i} * tau, 0.0, z${i}), ${i}u, trial);`)}
${continuous && !version1 ? limited(species.length, changing, reactions) : ""}
${changed}
}

fn keep_species() {\n${lines(species, (_, i) => `  kept${i} = x${i};`)}\n}
fn restore_species() {\n${lines(species, (_, i) => `  x${i} = kept${i};`)}\n}
${version1 ? criticalInVersion1(all) : critically(all, weight)}
`;
}

const critically = (all: readonly number[], weight: (i: number) => string) => `
fn choose_critical(words: vec2u) -> u32 {
  let weights = ${TERMS}(${all.map((i) => `select(0.0, ${weight(i)}, z${i})`).join(", ")});
  return choose_exactly(weights, words, critical_total, false);
}`;

const criticalInVersion1 = (all: readonly number[]) => `
fn choose_critical(words: vec2u) -> u32 {
  let r = (f32(words.x) + 0.5) * 0x1p-32 * critical_total;
  var chosen = 0u;
  var before = 0.0;
${lines(all, (i) => `  chosen = select(chosen, ${i}u, z${i} & (r >= before));\n  before += select(0.0, a${i}, z${i});`)}
  return chosen;
}`;

/**
 * Where more of a species would go than there is, whatever takes it takes less, so that no mass is made: (x + in) / out of it, again
 * while that leaves too little of another one, and at last no more than x.
 */
function limited(
  species: number,
  changing: (s: number) => { change: number; i: number }[],
  reactions: Network["reactions"],
): string {
  const own = Array.from({ length: species }, (_, s) => s).filter((s) => changing(s).length > 0);
  const nets = lines(own, (s) => {
    const terms = changing(s).map(({ change, i }) => `f32(${change}) * n${i}`);
    const out = terms.map((term) => `max(-(${term}), 0.0)`);
    return `    let m${s} = x${s} + ${sum(terms)};
    let o${s} = max(${sum(out)}, 1e-30);
    let l${s} = select(1.0, select(o${s} + m${s}, x${s}, round == 8u) / o${s}, m${s} < 0.0);`;
  });
  const scaled = lines(reactions, ({ changes }, i) => {
    const drains = changes.flatMap((change, s) =>
      change === 0 ? [] : [`select(1.0, l${s}, f32(${change}) * n${i} < 0.0)`],
    );
    return drains.length > 0 ? `    n${i} *= ${drains.reduce((a, b) => `min(${a}, ${b})`)};` : "";
  });
  return `  for (var round = 0u; round < 9u; round++) {
${nets}
    if (min(0.0, ${own.map((s) => `m${s}`).reduce((a, b) => `min(${a}, ${b})`)}) >= 0.0) {
      break;
    }
${scaled}
  }`;
}
