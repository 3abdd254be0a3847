// Large networks: what shaders/gillespie/table.wgsl reads, and the laws that no table holds.

import { call, namesIn, number } from "../../../expression/expression.ts";
import { networkError } from "../network/errors.ts";
import { type Network, TIME } from "../network/network.ts";
import type { Emitter } from "./emitter.ts";
import { blocksOf, type Leaf, type Tree, treeOf } from "./tree.ts";
import type { Layout } from "./wgsl.ts";

const NEVER = 0xffffffff;
/** Words of a reaction and of a node: see the shader. */
const RECORD = 9;
const NODE = 2;
/** Bytes of private memory that WGSL promises, and some of it that other things take. */
const MOST_BYTES = 8192 - 512;

export const tables: Layout = {
  names: { species: (i) => `x[${i}]`, constant: (i) => `constant(${i}u)`, whole: (i) => `whole(${i}u)` },
  touched: "fresh = false;",
  write(network, emitter, { leaping, version1, points }) {
    const { species, reactions } = network;
    const tree = version1 ? blocksOf(network) : treeOf(network, points);
    const { leaves, nodes } = tree;
    // What fires is known by its place in the network, which ensemble.ts has ordered like this.
    if (leaves.some(({ reaction }, i) => reaction !== i)) throw new Error("The reactions are not in the tree's order.");
    const propensityOf = ({ reaction }: Leaf) => reactions[reaction].propensity;
    const timed = leaves.map((leaf) => namesIn(propensityOf(leaf)).has(TIME));
    const ahead = leaping !== undefined && !version1 && timed.some(Boolean);
    const arrays = 1 + (ahead ? 1 : 0) + (leaping?.continuous ? 1 : 0);
    const scratch = leaves.length * arrays + nodes.length;
    const bytes = 4 * (species.length * (leaping ? 2 : 1) + (leaping ? leaves.length / 32 : 0));
    if (bytes > MOST_BYTES) {
      throw networkError(
        `${species.length} species are more than a GPU can hold for one trajectory; leave out species that never change, or use the reference (--device reference).`,
      );
    }
    const stored = bytes + 4 * scratch > MOST_BYTES;
    const laws = leaves.map((leaf, i) =>
      leaf.action ? "" : `    case ${i}u: { return ${emitter.real(propensityOf(leaf))}; }\n`,
    );
    const spreads = leaves.map((leaf, i) =>
      ahead && timed[i] ? `    case ${i}u: { return ${emitter.spread(propensityOf(leaf))}; }\n` : "",
    );
    const source = () => `
const FAN = ${nodes.reduce((most, { count }) => Math.max(most, count), 1)}u;
const NODES = ${nodes.length}u;
const SCRATCH = ${scratch}u;
${stored ? STORED : PRIVATE}
fn law(reaction: u32) -> f32 {
  switch reaction {
${laws.join("")}    default: { return 0.0; }
  }
}
${
  leaping
    ? `
const LOOKS_AHEAD = ${ahead};
/// Where the most that rates are in the span of a leap, and the firings of a leap of real counts are kept.
const AHEAD = REACTIONS + NODES;
const FIRED = AHEAD + ${ahead ? "REACTIONS" : "0u"};

// Least and most of a rate in the span.
fn spread_of(reaction: u32) -> vec2f {
  switch reaction {
${spreads.join("")}    default: { return vec2f(rate_of(reaction)); }
  }
}
`
    : ""
}`;
    return { source, tables: wordsOf(network, emitter, tree), scratch: stored ? scratch : 0 };
  },
};

const PRIVATE = `
var<private> scratch: array<f32, SCRATCH>;
fn find_scratch() {}
fn cell(i: u32) -> f32 { return scratch[i]; }
fn set_cell(i: u32, value: f32) { scratch[i] = value; }
`;

/** Trajectories whose scratch is interleaved. */
export const BESIDE = 8;

/** Behind the states of all trajectories; of neighbours next to each other, as they are used together. */
const STORED = `
const BESIDE = ${BESIDE}u;
var<private> scratch: u32;
fn find_scratch() { scratch = STATE * run.slots + (slot / BESIDE) * BESIDE * SCRATCH + slot % BESIDE; }
fn cell(i: u32) -> f32 { return bitcast<f32>(state[scratch + BESIDE * i]); }
fn set_cell(i: u32, value: f32) { state[scratch + BESIDE * i] = bitcast<u32>(value); }
`;

/** Records of the reactions, of the nodes, and the lists that reactions point to. */
function wordsOf({ species, reactions }: Network, emitter: Emitter, { leaves, nodes, parents }: Tree): number[] {
  const places = new Map(species.map((name, i) => [name, i]));
  // Which leaves ask for each species, and which nodes.
  const readers = species.map((): number[] => []);
  leaves.forEach(({ reaction, action, reactants }, i) => {
    const asked = action
      ? reactants.map((each) => each.species)
      : [...namesIn(reactions[reaction].propensity)].flatMap((name) => places.get(name) ?? []);
    for (const each of new Set(asked)) readers[each].push(i);
  });
  const multiplied = species.map((): number[] => []);
  nodes.forEach(({ factor }, n) => {
    if (factor >= 0) multiplied[factor].push(n);
  });
  const heads: number[] = [];
  const lists: number[] = [];
  const start = RECORD * leaves.length + NODE * nodes.length;
  for (const { reaction, action, factor, reactants } of leaves) {
    const moved = reactions[reaction].changes.flatMap((change, s) => (change === 0 ? [] : [[s, change]]));
    const dependents = [...new Set(moved.flatMap(([s]) => readers[s]))].sort((a, b) => a - b);
    const dirty = new Set<number>();
    const climb = (from: number) => {
      for (let n = from; n >= 0 && !dirty.has(n); n = parents[leaves.length + n]) dirty.add(n);
    };
    for (const leaf of dependents) climb(parents[leaf]);
    for (const [s] of moved) for (const n of multiplied[s]) climb(n);
    const places: number[] = [start + lists.length];
    for (const words of [moved.flat(), dependents, [...dirty].sort((a, b) => a - b)]) {
      for (const word of words) lists.push(word >>> 0);
      places.push(start + lists.length);
    }
    heads.push(
      action ? emitter.slot(call("*", number(1), ...action.constants)) : NEVER,
      ...[0, 1, 2].map((k) => (reactants[k] ? reactants[k].species + reactants[k].copies * 2 ** 20 : 0)),
      factor + 1,
      ...places,
    );
  }
  return [...heads, ...nodes.flatMap(({ first, count, factor }) => [first, count + (factor + 1) * 2 ** 12]), ...lists];
}
