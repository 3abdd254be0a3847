// The tree of partial sums by which a large network chooses its reactions. Leaves are reactions; a node is the sum of a few children, so
// that one firing touches a path to the root (Blue, Beichl & Sullivan 1995, doi 10.1103/PhysRevE.51.R867). Reactions of mass action that
// have a reactant in common stand below one node, which alone is multiplied by its count: a count that many reactions ask for changes one
// node and not all of them (partial propensities: Ramaswamy, Gonzalez-Segredo & Sbalzarini 2009, doi 10.1063/1.3154624).

import { type Expression, evaluate, namesIn } from "../../../expression/expression.ts";
import type { Network } from "../network/network.ts";
import { type MassAction, massActionsOf, type Reactant } from "./mass-action.ts";

/** What is known of the points of a run. */
type Points = readonly { parameters: ReadonlyMap<string, number> }[];

export interface Leaf {
  /** Its place in the network. */
  reaction: number;
  /** Undefined for a law of its own. */
  action: MassAction | undefined;
  /** The species whose count multiplies a node above it, and not the leaf; or -1. */
  factor: number;
  /** Those that multiply the leaf. */
  reactants: readonly Reactant[];
}

export interface Node {
  /** Its children, one behind the other: leaves, or counted behind all leaves nodes. */
  first: number;
  count: number;
  /** The species whose count multiplies their sum, or -1. */
  factor: number;
}

export interface Tree {
  /** In an order of their own. */
  leaves: readonly Leaf[];
  /** Children before parents; the last one is the root. */
  nodes: readonly Node[];
  /** The node above each leaf and node; -1 above the root. */
  parents: readonly number[];
}

/** Species and reactions that fit registers, about: measured, beyond them tables are faster. */
const MOST_UNROLLED = 64;

export const isLarge = ({ species, reactions }: Network) => Math.max(species.length, reactions.length) > MOST_UNROLLED;

/** Children of a node at most: measured, 2 to 16 differ little. */
const FAN = 8;
/** A factor for fewer reactions saves nothing. */
const FEWEST = 2;

type Branch = { leaves: readonly Leaf[]; factor: number } | { branches: readonly Branch[]; factor: number };

/** Reactions by what they have in common, then by the other reactant: what changes together stands together. */
export function treeOf(network: Network, points: Points): Tree {
  const leaves = leavesOf(network, points);
  const plain = leaves.filter(({ factor }) => factor < 0);
  const common = new Map<number, Leaf[]>();
  for (const leaf of leaves) {
    const alike = common.get(leaf.factor);
    if (alike) alike.push(leaf);
    else if (leaf.factor >= 0) common.set(leaf.factor, [leaf]);
  }
  const roots: Branch[] = pieces(bySecond(plain, network)).map((own) => ({ leaves: own, factor: -1 }));
  for (const [factor, own] of [...common].sort(([a], [b]) => a - b)) {
    roots.push(above(bySecond(own, network), factor));
  }
  return numbered(joined(roots, -1));
}

/** Blocks of √n reactions in the network's order below the root, as gibbs 0.1.0 had them. */
export function blocksOf(network: Network): Tree {
  const actionOf = massActionsOf(network);
  const leaves = network.reactions.map(({ propensity }, reaction): Leaf => {
    const action = actionOf(propensity);
    return { reaction, action, factor: -1, reactants: action?.reactants ?? [] };
  });
  const blocks = pieces(leaves, Math.ceil(Math.sqrt(leaves.length)));
  return numbered({ branches: blocks.map((own) => ({ leaves: own, factor: -1 })), factor: -1 });
}

function leavesOf(network: Network, points: Points): Leaf[] {
  const actionOf = massActionsOf(network);
  const actions = network.reactions.map(({ propensity }) => actionOf(propensity));
  const isPositive = signsOf(points);
  const linear = actions.map((action) => {
    const once = (action?.reactants ?? []).filter(({ copies }) => copies === 1).map(({ species }) => species);
    return action && isPositive(action) ? [...new Set(once)] : [];
  });
  const readers = network.species.map(() => 0);
  for (const species of linear) for (const each of species) readers[each]++;
  return actions.map((action, reaction) => {
    const most = linear[reaction].reduce((best, each) => (best < 0 || readers[each] > readers[best] ? each : best), -1);
    const factor = most >= 0 && readers[most] >= FEWEST ? most : -1;
    const reactants = [...(action?.reactants ?? [])];
    if (factor >= 0)
      reactants.splice(
        reactants.findIndex(({ species, copies }) => species === factor && copies === 1),
        1,
      );
    return { reaction, action, factor, reactants };
  });
}

/** Whether a constant is 0 or more at all points: else a node might hide a propensity below 0. */
function signsOf(points: Points): (action: MassAction) => boolean {
  return ({ constants }) =>
    points.every(({ parameters }) => {
      const own = (each: Expression) => evaluate(each, (name) => parameters.get(name) ?? Number.NaN);
      return constants.reduce((product, each) => product * own(each), 1) >= 0;
    });
}

/** By the species that their leaves ask for first. */
function bySecond(leaves: readonly Leaf[], { species, reactions }: Network): Leaf[] {
  const places = new Map(species.map((name, i) => [name, i]));
  const keyOf = ({ action, reactants, reaction }: Leaf) => {
    const asked = action
      ? reactants.map((each) => each.species)
      : [...namesIn(reactions[reaction].propensity)].map((name) => places.get(name) ?? -1);
    return asked.filter((at) => at >= 0).reduce((least, at) => (least < 0 ? at : Math.min(least, at)), -1);
  };
  return leaves
    .map((leaf) => ({ leaf, key: keyOf(leaf) }))
    .sort((a, b) => a.key - b.key || a.leaf.reaction - b.leaf.reaction)
    .map(({ leaf }) => leaf);
}

function pieces<T>(list: readonly T[], size = FAN): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** One branch above leaves. */
function above(leaves: readonly Leaf[], factor: number): Branch {
  if (leaves.length <= FAN) return { leaves, factor };
  return joined(
    pieces(leaves).map((own) => ({ leaves: own, factor: -1 })),
    factor,
  );
}

function joined(branches: readonly Branch[], factor: number): Branch {
  let own = branches;
  while (own.length > FAN)
    own = pieces(own).map((some) => (some.length === 1 ? some[0] : { branches: some, factor: -1 }));
  return { branches: own, factor };
}

/** Siblings get numbers one behind the other, in the order of the leaves below them. */
function numbered(root: Branch): Tree {
  const leaves: Leaf[] = [];
  const starts = new Map<Branch, number>();
  const visit = (branch: Branch) => {
    if ("leaves" in branch) {
      starts.set(branch, leaves.length);
      leaves.push(...branch.leaves);
    } else branch.branches.forEach(visit);
  };
  visit(root);
  // From the root on, siblings from last to first: backwards it is children before parents, siblings in order.
  const all: Branch[] = [root];
  for (const branch of all) if ("branches" in branch) all.push(...[...branch.branches].reverse());
  all.reverse();
  const numbers = new Map(all.map((branch, n) => [branch, leaves.length + n]));
  const parents = Array.from({ length: leaves.length + all.length }, () => -1);
  const nodes = all.map((branch, n): Node => {
    const [first, count] =
      "leaves" in branch
        ? [starts.get(branch)!, branch.leaves.length]
        : [numbers.get(branch.branches[0])!, branch.branches.length];
    for (let child = first; child < first + count; child++) parents[child] = leaves.length + n;
    return { first, count, factor: branch.factor };
  });
  return { leaves, nodes, parents: parents.map((parent) => (parent < 0 ? parent : parent - leaves.length)) };
}
