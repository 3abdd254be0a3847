// The parameters of dense memories, declared once, and the tables that follow from them.

import * as z from "zod";
import { portableExp } from "../../portable.ts";
import type { Interaction } from "../hopfield/network.ts";
import { memoryParameters } from "../hopfield/parameters.ts";
import { inFront } from "../parameters.ts";

const { neurons, patterns, ...cues } = memoryParameters;

export const denseMemoryParameters = z.object({
  neurons,
  patterns: inFront(patterns),
  interaction: z
    .enum(["polynomial", "rectified", "exponential"], { error: "it must be polynomial, rectified or exponential" })
    .default("polynomial")
    .describe(
      "How a pattern with overlap M = Σ ξ s attracts: F(M) = M^n; rectified, which is the same for M > 0 only; or e^(βM), the modern Hopfield network",
    )
    .meta({ front: true }),
  order: z
    .int({ error: "it must be a whole number" })
    .min(2, { error: "at least 2 spins interact" })
    .max(30, { error: "at most 30 spins interact" })
    .default(3)
    .describe("Order n of the interaction M^n; 2 is the Hopfield model")
    .meta({ slider: [2, 10, 1], front: true }),
  beta: z
    .number({ error: "it must be a number" })
    .gt(0, { error: "it must be above 0" })
    .max(20, { error: "it must be at most 20" })
    .default(0.2)
    .describe("β of e^(βM): the inverse temperature of the attention over patterns")
    .meta({ slider: [0.01, 1, 0.01], label: "Inverse temperature β", front: true }),
  ...cues,
  noise: inFront(cues.noise),
  covered: inFront(cues.covered),
});

/** All parameters of a dense memory with their values, as `points.parameters` holds them. */
export type DenseMemoryParameters = z.output<typeof denseMemoryParameters>;

/** Bits of sums over patterns at most, so that they are exact in a double. */
const BITS = 52;

/**
 * F and its differences as integers. Powers are exact where sums over patterns stay below 2^52, else multiples of a power of 2;
 * exponentials count from the largest overlap of the state, which changes no sign.
 */
export function interactionOf({ neurons, interaction, order, beta }: DenseMemoryParameters, most: number): Interaction {
  const room = BITS - Math.ceil(Math.log2(most));
  if (interaction === "exponential") {
    const weights = Float64Array.from({ length: 2 * neurons + 3 }, (_, k) =>
      Math.round(2 ** room * portableExp(-beta * k)),
    );
    return { forceTable: weights, energyTable: weights, relative: true };
  }
  const well = (overlap: number) =>
    interaction === "rectified" && overlap < 0 ? 0n : BigInt(overlap) ** BigInt(order);
  const overlaps = Array.from({ length: 2 * neurons + 1 }, (_, i) => i - neurons);
  const forces = overlaps.map((overlap) => well(overlap + 1) - well(overlap - 1));
  return { forceTable: integers(forces, room), energyTable: integers(overlaps.map(well), room), relative: false };
}

/** What the largest must be divided by, a power of 2. */
const shiftOf = (largest: bigint, room: number) => Math.max(0, largest.toString(2).length - room);

/** Overlaps M that are tabulated end at N, where F is largest. */
export const wellScale = ({ neurons, order }: DenseMemoryParameters, most: number) =>
  2 ** shiftOf(BigInt(neurons) ** BigInt(order), BITS - Math.ceil(Math.log2(most)));

function integers(values: readonly bigint[], room: number): Float64Array {
  const largest = values.reduce((most, value) => (value > most ? value : -value > most ? -value : most), 0n);
  const shift = BigInt(shiftOf(largest, room));
  // Towards zero, so that the sign of an overlap is only a sign.
  return Float64Array.from(values, (value) => Number(value / 2n ** shift));
}
