// What of the family's shader depends on the lattice at hand: its size, its edges, its directions.

import { type Geometry, siteCount, stridesOf } from "./geometry.ts";
import type { LatticeOptions } from "./lattice.ts";

/** Goes before the source of a model's shader. */
export function latticeWgsl({ geometry, rule, replicas, tables }: LatticeOptions): string {
  const { size, edges, directions } = geometry;
  const [width, height = 1] = size;
  const wraps = [edges[0], edges[1] ?? "free"].map((edge) => edge === "periodic");
  return `const SITES = ${siteCount(geometry)}u;
const REPLICAS = ${replicas}u;
const STATES = ${rule.states}u;
const NEIGHBOURS = ${2 * directions.length}u;
const SUMS = ${rule.sums.length}u;
const TABLE = ${tables.length / replicas}u;
const LAYER = vec2u(${width}u, ${height}u);
const WRAPS = vec2<bool>(${wraps.join(", ")});
const SYNCHRONOUS = ${rule.synchronous === true};

${nearWgsl(geometry)}

${parityWgsl(geometry)}
`;
}

/** Whether the sum of a site's coordinates is odd. */
function parityWgsl({ size }: Geometry): string {
  const strides = stridesOf(size);
  const sum = size.map((length, axis) => `(site / ${strides[axis]}u) % ${length}u`).join(" + ");
  return `fn parity(site: u32) -> u32 {
  return (${sum}) & 1u;
}`;
}

/** `near`: the states of a site's neighbours in the cells that begin at `base`. */
function nearWgsl({ size, edges, directions }: Geometry): string {
  const strides = stridesOf(size);
  const lines = size.flatMap((length, axis) => {
    const x = `x${axis}`;
    return [
      `  let ${x} = (site / ${strides[axis]}u) % ${length}u;`,
      // How far the one before and the one after are from here; subtraction wraps, and so does what it is added to.
      `  let minus${axis} = (select(${x} - 1u, ${length - 1}u, ${x} == 0u) - ${x}) * ${strides[axis]}u;`,
      `  let plus${axis} = (select(${x} + 1u, 0u, ${x} == ${length - 1}u) - ${x}) * ${strides[axis]}u;`,
    ];
  });
  const neighbour = (direction: readonly number[], sign: 1 | -1, i: number) => {
    const moves = direction.flatMap((step, axis) => {
      if (step === 0) return [];
      return [{ axis, way: step * sign > 0 ? "plus" : "minus", last: step * sign > 0 ? size[axis] - 1 : 0 }];
    });
    const at = `base + site${moves.map(({ axis, way }) => ` + ${way}${axis}`).join("")}`;
    const open = moves.filter(({ axis }) => edges[axis] === "free").map(({ axis, last }) => `x${axis} == ${last}u`);
    return `  states[${i}] = ${open.length > 0 ? `select(cells[${at}], STATES, ${open.join(" || ")})` : `cells[${at}]`};`;
  };
  const states = directions.flatMap((direction, i) => [
    neighbour(direction, -1, 2 * i),
    neighbour(direction, 1, 2 * i + 1),
  ]);
  return `fn near(base: u32, site: u32) -> array<u32, NEIGHBOURS> {
${lines.join("\n")}
  var states: array<u32, NEIGHBOURS>;
${states.join("\n")}
  return states;
}`;
}
