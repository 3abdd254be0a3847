// Numbers that the host computes from parameters for every point of a sweep.

import { ParameterError } from "../../../device/errors.ts";
import { compile } from "../../../expression/compile.ts";
import type { Expression } from "../../../expression/expression.ts";
import type { Plan, Point } from "../plan.ts";
import { LARGEST, SMALLEST } from "../reference/range.ts";

/** Constants up to which a kernel holds them; compilers take a third of a second for each that it holds. */
const MOST_HELD = 32;

/** The struct Constants of a shader, whose text names its members as in c.k0. Many are read where they are used. */
export function withConstants(text: string, members: readonly string[]): string {
  const names = members.length > 0 ? members : ["k0"];
  const head = `const CONSTANTS = ${names.length}u;\n\n`;
  if (names.length <= MOST_HELD) {
    return `${head}struct Constants {
${names.map((name) => `  ${name}: vec2f,`).join("\n")}
}

fn constants_at(at: u32) -> Constants {
  return Constants(${names.map((_, i) => `points[at + ${i}u]`).join(", ")});
}

${text}`;
  }
  const places = new Map(names.map((name, i) => [name, i]));
  return `${head}struct Constants {
  at: u32,
}

fn constants_at(at: u32) -> Constants {
  return Constants(at);
}

${text.replace(/\bc\.([kl]\d+)\b/g, (_, name: string) => `points[c.at + ${places.get(name)}u]`)}`;
}

/** What f32 leaves of a number. */
export const rest = (x: number): number => x - Math.fround(x);

/**
 * [point][constant], of each the number and what f32 leaves of it; at least one.
 *
 * @param behind pairs that stand behind the constants
 * @throws ParameterError for a constant beyond f32
 */
export function constantTable(
  { points }: Pick<Plan, "points">,
  constants: readonly Expression[],
  behind: (point: Point) => readonly (readonly [number, number])[] = () => [],
): Float32Array {
  const count = Math.max(1, constants.length + behind(points[0]).length);
  const table = new Float32Array(2 * count * points.length);
  const names = [...points[0].parameters.keys()];
  const values = constants.map((constant) => compile(constant, (name) => names.indexOf(name)));
  points.forEach((point, place) => {
    for (const [j, pair] of behind(point).entries()) table.set(pair, 2 * (place * count + constants.length + j));
    const own = Float64Array.from(point.parameters.values());
    values.forEach((constant, i) => {
      const value = constant(own);
      if (!(Math.abs(value) <= LARGEST) || (value !== 0 && Math.abs(value) < SMALLEST)) {
        throw new ParameterError(
          "system",
          `a constant of the system is ${value}, beyond a GPU's numbers; change the parameters, or its units.`,
        );
      }
      table.set([value, rest(value)], 2 * (place * count + i));
    });
  });
  return table;
}
