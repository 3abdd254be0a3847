// The Ising model's parameters, declared once, and the flip probabilities that follow from them.

import * as z from "zod";
import { portableExp } from "../../portable.ts";
import { type Points, point } from "../parameters.ts";
import { ALWAYS, CLASSES } from "./lattice.ts";

const side = z
  .int({ error: "a lattice has a whole number of sites" })
  .min(2, { error: "the smallest side is 2" })
  .max(2 ** 20, { error: "the largest side is 1048576" })
  .multipleOf(2, {
    error:
      "sides must be even: spins are updated in the two colours of a checkerboard, which close on a torus only then",
  });

const strength = (text: string) =>
  z
    .number({ error: `${text} must be a finite number` })
    .min(-1e6, { error: `${text} must lie between -1e6 and 1e6` })
    .max(1e6, { error: `${text} must lie between -1e6 and 1e6` });

export const isingParameters = z.object({
  size: z
    .tuple([side, side], { error: "give width and height, as in 64,64" })
    .default([256, 256])
    .describe("Width and height of the periodic lattice, both even")
    .meta({
      unit: "sites",
      choices: ["64,64", "128,128", "256,256", "512,512", "1024,1024", "2048,2048", "4096,4096", "8192,8192"].concat([
        "16384,16384",
        "32768,32768",
        "65536,65536",
      ]),
    }),
  temperature: z
    .number({ error: "the temperature must be a finite number" })
    .gt(0, { error: "the temperature must be above 0" })
    .default(2)
    .describe("Temperature, with k_B = 1; the critical one is 2.269185 for couplings 1,1")
    .meta({ unit: "J", batch: true, live: true, slider: [0.1, 5, 0.001] }),
  field: strength("the field")
    .default(0)
    .describe("External field h: energy -h for each spin up, +h for each spin down")
    .meta({ unit: "J", batch: true, live: true, slider: [-1, 1, 0.001] }),
  couplings: z
    .tuple([strength("a coupling"), strength("a coupling")], { error: "give Jx and Jy, as in 1,1" })
    .default([1, 1])
    .describe("Couplings Jx,Jy along x and y; positive favours equal neighbours")
    .meta({ unit: "J", live: true, slider: [-2, 2, 0.01], parts: ["Jx", "Jy"] }),
  algorithm: z
    .enum(["metropolis", "heat-bath"], { error: "it is metropolis or heat-bath" })
    .default("metropolis")
    .describe("Single-spin dynamics; heat-bath also mixes where every flip is free (tiny or very hot lattices)")
    .meta({ live: true }),
  start: z
    .enum(["up", "down", "random", "given"], { error: "it is up, down or random" })
    .default("up")
    .describe("State at step 0; given: the spins passed to create")
    .meta({ choices: ["random", "up", "down"] }),
  replicas: z
    .int({ error: "it is a whole number" })
    .min(1, { error: "there is at least one replica" })
    .max(2 ** 24, { error: "there are at most 16777216 replicas" })
    .default(1)
    .describe("Independent copies that run side by side in one dispatch")
    .meta({ page: false }),
  firstReplica: z
    .int({ error: "it is a whole number" })
    .min(0, { error: "replicas count from 0" })
    .max(2 ** 31, { error: "the last replica's number is 2147483648" })
    .default(0)
    .describe("Number of the first replica: with it a single one of a batch runs alone, bit for bit")
    .meta({ page: false }),
  generator: z
    .enum(["threefry20", "threefry12"], { error: "it is threefry20 or threefry12" })
    .default("threefry20")
    .describe("Random numbers: Threefry4x32 of 20 rounds, or of 12, which is faster with less margin")
    .meta({}),
});

export type IsingParameters = z.output<typeof isingParameters>;

export const rounds = ({ generator }: IsingParameters) => (generator === "threefry12" ? 12 : 20);

/**
 * The probability that an offered flip is made, for a spin (+1 or -1) with so many aligned neighbours, 0 ... 2 of the two
 * horizontal and of the two vertical ones.
 *
 * Metropolis et al. 1953, doi 10.1063/1.1699114: min(1, exp(-ΔE/T)). Heat bath (Glauber 1963, doi 10.1063/1.1703954):
 * 1 / (1 + exp(ΔE/T)). Both keep the Boltzmann distribution when one colour of the checkerboard is updated at a time.
 */
export function flipProbability(
  { temperature, field, couplings: [jx, jy], algorithm }: IsingParameters,
  spin: number,
  alignedX: number,
  alignedY: number,
): number {
  const cost = 2 * (jx * (2 * alignedX - 2) + jy * (2 * alignedY - 2) + field * spin);
  if (algorithm === "metropolis") return cost <= 0 ? 1 : portableExp(-cost / temperature);
  return 1 / (1 + portableExp(cost / temperature));
}

/** The flip thresholds of every replica, in units of 2^-32, rounded to nearest; certainty is ALWAYS. */
export function flipThresholds(points: Points<IsingParameters>, replicas: number): Uint32Array {
  const thresholds = new Uint32Array(CLASSES * replicas);
  const alike = Object.keys(points.batch).length === 0;
  for (let replica = 0; replica < replicas; replica++) {
    if (alike && replica > 0) {
      thresholds.copyWithin(CLASSES * replica, 0, CLASSES);
      continue;
    }
    const own = point(points, replica);
    for (let i = 0; i < CLASSES; i++) {
      const probability = flipProbability(own, i < 9 ? -1 : 1, Math.floor((i % 9) / 3), i % 3);
      thresholds[CLASSES * replica + i] = Math.min(Math.round(probability * 2 ** 32), ALWAYS);
    }
  }
  return thresholds;
}
