// Numbers that the host computes from parameters for every point of a sweep.

import { ParameterError } from "../../../device/errors.ts";
import { compile } from "../../../expression/compile.ts";
import type { Expression } from "../../../expression/expression.ts";
import type { Plan, Point } from "../plan.ts";
import { LARGEST, SMALLEST } from "../reference/range.ts";

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
