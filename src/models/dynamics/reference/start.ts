// Where a trajectory starts, in f64.

import { normals } from "../../../random/normal.ts";
import { STREAMS } from "../../../random/streams.ts";
import { streamKey, threefry4x32, type Words4 } from "../../../random/threefry.ts";
import type { Plan } from "../plan.ts";
import type { Law } from "../system.ts";

/** The numbers of a trajectory before its first step; those of one number are the same at every point of a sweep. */
export function startOf({ points, seed }: Pick<Plan, "points" | "seed">, point: number, trajectory: number): number[] {
  const key = streamKey(seed, STREAMS.dynamics.starts, 0);
  return points[point].starts.map(({ law, numbers }, i) =>
    law ? drawnBy(law, numbers, threefry4x32([trajectory, i, 0, 0], key)) : numbers[0],
  );
}

/** A number that random words draw from a law. */
export function drawnBy(law: Law, [a, b]: readonly number[], words: Words4): number {
  switch (law) {
    case "normal":
      return a + b * normals(words)[0];
    case "uniform": // 48 bits
      return a + (b - a) * (words[0] / 2 ** 32 + ((words[1] >>> 16) + 0.5) / 2 ** 48);
    case "cauchy":
      return a + b * Math.tan((Math.PI * (words[0] - (words[0] % 2) - 2 ** 31)) / 2 ** 32);
    default:
      return -Math.log((words[0] + 0.5) / 2 ** 32) / a;
  }
}
