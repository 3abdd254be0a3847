// Large networks: what shaders/gillespie/table.wgsl reads, and the laws that no table holds.

import { networkError } from "../network/errors.ts";
import { namesIn } from "../network/expression.ts";
import { TIME } from "../network/network.ts";
import type { Layout } from "./wgsl.ts";

const NEVER = 0xffffffff;
/** Words of a reaction: see the shader. */
const RECORD = 8;
/** Bytes of private memory that WGSL promises. */
const MOST_BYTES = 8192;

export const tables: Layout = {
  names: { species: (i) => `x[${i}]`, constant: (i) => `constant(${i}u)`, whole: (i) => `whole(${i}u)` },
  touched: "fresh = false;",
  write({ species, reactions }, emitter, { leaping, version1 }) {
    const block = Math.ceil(Math.sqrt(reactions.length));
    const blocks = Math.ceil(reactions.length / block);
    const timed = reactions.map(({ propensity }) => namesIn(propensity).has(TIME));
    const ahead = leaping && !version1 && timed.some(Boolean);
    const arrays = 1 + (ahead ? 1 : 0) + (leaping?.continuous ? 1 : 0);
    const bytes = 4 * (reactions.length * arrays + blocks + species.length * (leaping ? 4 : 1)) + 512;
    if (bytes > MOST_BYTES) {
      throw networkError(
        `${reactions.length} reactions of ${species.length} species are more than a GPU holds for one trajectory; leave out what never changes, or take the reference (--device reference).`,
      );
    }
    const laws: string[] = [];
    const heads: number[][] = [];
    const lists: number[] = [];
    const start = RECORD * reactions.length;
    const append = (...words: number[]) => {
      const from = start + lists.length;
      lists.push(...words.map((word) => word >>> 0));
      return [from, start + lists.length];
    };
    // Which reactions ask for each species.
    const readers = species.map((name) =>
      reactions.flatMap(({ propensity }, i) => (namesIn(propensity).has(name) ? [i] : [])),
    );
    reactions.forEach(({ propensity, changes }, i) => {
      const action = emitter.massAction(propensity);
      const reactants = action?.reactants.map(({ species: s, copies }) => s + copies * 2 ** 20) ?? [];
      if (!action) laws.push(`    case ${i}u: { return ${emitter.real(propensity)}; }`);
      const moved = changes.flatMap((change, s) => (change === 0 ? [] : [[s, change]]));
      const dependents = [...new Set(moved.flatMap(([s]) => readers[s]))].sort((a, b) => a - b);
      heads.push([
        action ? emitter.slot(action.constant) : NEVER,
        ...[0, 1, 2].map((k) => reactants[k] ?? 0),
        ...append(...moved.flat()),
        ...append(...dependents),
      ]);
    });
    const source = () => `
const ADDED = ${Math.max(block, blocks)}u;
const BLOCK = ${block}u;
const BLOCKS = ${blocks}u;

fn law(reaction: u32) -> f32 {
  switch reaction {
${laws.join("\n")}
    default: { return 0.0; }
  }
}
${leaping ? leaps() : ""}`;
    const spreads = ahead
      ? reactions.map(({ propensity }, i) =>
          timed[i] ? `    case ${i}u: { return ${emitter.spread(propensity)}; }\n` : "",
        )
      : [];
    const leaps = () => `
const LOOKS_AHEAD = ${ahead};

// Least and most of a rate in the span.
fn spread_of(reaction: u32) -> vec2f {
  switch reaction {
${spreads.join("")}    default: { return vec2f(a[reaction]); }
  }
}
`;
    return { source, tables: [...heads.flat(), ...lists] };
  },
};
