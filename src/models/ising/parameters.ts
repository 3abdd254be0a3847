// The Ising model's parameters, declared once, and the flip probabilities that follow from them.

import * as z from "zod";
import { portableExp } from "../../portable.ts";
import { type Points, parametersOf } from "../parameters.ts";
import { planeOf } from "./axes.ts";
import { BOUNDARIES, type Boundaries, effectiveBoundaries } from "./boundary.ts";
import { ALWAYS, CLASSES, type FlipThresholds } from "./lattice.ts";

const LARGEST_SIDE = { error: "the largest side is 1048576" };
const WHOLE = { error: "a lattice has a whole number of sites" };
const width = z
  .int(WHOLE)
  .min(2, { error: "the smallest width is 2; a chain is N,1" })
  .max(2 ** 20, LARGEST_SIDE)
  .multipleOf(2, {
    error: "the width must be even: spins are updated in the two colours of a checkerboard, 32 of one colour a word",
  });
const height = z
  .int(WHOLE)
  .min(1, { error: "the smallest height is 1, a chain" })
  .max(2 ** 20, LARGEST_SIDE);
const side = z
  .int(WHOLE)
  .min(1, { error: "the smallest side is 1, which has no bonds" })
  .max(2 ** 20, LARGEST_SIDE);
const boundary = z.enum(BOUNDARIES, {
  error: `it must be ${BOUNDARIES.slice(0, -1).join(", ")} or ${BOUNDARIES.at(-1)}`,
});

const strength = (text: string) =>
  z
    .number({ error: `${text} must be a finite number` })
    .min(-1e6, { error: `${text} must lie between -1e6 and 1e6` })
    .max(1e6, { error: `${text} must lie between -1e6 and 1e6` });

export const isingParameters = z.object({
  size: z
    .tuple([width, height], side, { error: "give width and height, as in 64,64" })
    .refine((size) => size.length <= 4, { error: "a lattice has at most 4 sides" })
    .default([256, 256])
    .describe(
      "Sites along each of 2 to 4 axes: width, height, …. The width is even; other sides are even, 1 for none (64,1 is a chain), or odd with open edges",
    )
    .meta({
      ...{ unit: "sites", front: true },
      choices: ["64,64", "128,128", "256,256", "512,512", "1024,1024", "2048,2048", "4096,4096", "8192,8192"].concat([
        "16384,16384",
        "32768,32768",
        "65536,65536",
      ]),
    }),
  temperature: z
    .number({ error: "the temperature must be a finite number" })
    .min(1e-100, { error: "the temperature must be above 0, and the smallest is 1e-100" })
    .default(2)
    .describe("Temperature, with k_B = 1; the critical temperature is 2.269185 for couplings 1,1")
    .meta({ unit: "J", batch: true, live: true, slider: [0.1, 5, 0.001], front: true }),
  field: strength("the field")
    .default(0)
    .describe("External field h: energy -h per spin up, +h per spin down")
    .meta({ unit: "J", batch: true, live: true, slider: [-1, 1, 0.001], front: true }),
  couplings: z
    .tuple([strength("a coupling"), strength("a coupling")], strength("a coupling"), {
      error: "give Jx and Jy, as in 1,1",
    })
    .default([1, 1])
    .describe("Couplings Jx,Jy,… along each axis, or one for all; positive couplings favour equal neighbours")
    .meta({ unit: "J", live: true, slider: [-2, 2, 0.01], parts: ["Jx", "Jy"] }),
  boundary: z
    .tuple([boundary, boundary], boundary, {
      error: "give what lies beyond the edges along x and along y, as in free,periodic",
    })
    .default(["periodic", "periodic"])
    .describe(
      "What lies beyond the edges along each axis, or one for all; fixed-up-down: up before the first site, down after the last; three sides and more are periodic or free",
    )
    .meta({
      choices: ["periodic", "free", "fixed-up", "fixed-down", "antiperiodic"]
        .map((both) => `${both},${both}`)
        .concat([
          "periodic,free",
          "free,periodic",
          "antiperiodic,periodic",
          "fixed-up-down,periodic",
          "fixed-up-down,free",
        ]),
      names: {
        "periodic,free": "Periodic in x, free in y",
        "free,periodic": "Free in x, periodic in y",
        "antiperiodic,periodic": "Antiperiodic in x, periodic in y",
        "fixed-up-down,periodic": "Fixed up and down in x, periodic in y",
        "fixed-up-down,free": "Fixed up and down in x, free in y",
        "fixed-up-down": "Fixed up and down",
      },
    }),
  algorithm: z
    .enum(["heat-bath", "metropolis"], { error: "it must be heat-bath or metropolis" })
    .default("heat-bath")
    .describe("Single-spin dynamics; metropolis relaxes faster, but in checkerboard order it is not ergodic")
    .meta({ live: true, front: true }),
  start: z
    .enum(["ordered", "up", "down", "random", "given"], { error: "it must be ordered, up, down or random" })
    .default("ordered")
    .describe(
      "State at step 0; ordered: the uniform, striped or checkerboard state of the lowest energy; given: the spins passed to create",
    )
    .meta({ choices: ["random", "ordered", "up", "down"], front: true }),
  replicas: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "there must be at least one replica" })
    .max(2 ** 24, { error: "there can be at most 16777216 replicas" })
    .default(1)
    .describe("Independent copies that run in one dispatch")
    .meta({ page: false }),
  firstReplica: z
    .int({ error: "it must be a whole number" })
    .min(0, { error: "replicas count from 0" })
    .max(2 ** 31, { error: "the last replica's number is 2147483648" })
    .default(0)
    .describe("Number of the first replica: a replica of a batch can be rerun alone, bit for bit")
    .meta({ page: false }),
  generator: z
    .enum(["threefry20", "threefry12"], { error: "it must be threefry20 or threefry12" })
    .default("threefry20")
    .describe("Random numbers: Threefry4x32 with 20 rounds, or with 12, which is faster but has less safety margin")
    .meta({ names: { threefry20: "Threefry, 20 rounds", threefry12: "Threefry, 12 rounds" } }),
  probabilityBits: z
    .enum(["64", "32"], { error: "it must be 64 or 32" })
    .default("64")
    .describe("Bits of a flip probability: 64, or 32 as in gibbs 0.1.0, which are too few below T = 0.4 J")
    .meta({ page: false }),
});

/** Defaults of links of version 1, those of gibbs 0.1.0. */
export const VERSION_1 = { algorithm: "metropolis", start: "up", probabilityBits: "32" } as const;

/** All parameters of the Ising model with their values, as `points.parameters` holds them. */
export type IsingParameters = z.output<typeof isingParameters>;

export const rounds = ({ generator }: IsingParameters) => (generator === "threefry12" ? 12 : 20);

/** What surrounds a spin: aligned neighbours of the two along each axis, and whether one of them lies beyond a free edge. */
interface Surroundings {
  alignedX: number;
  alignedY: number;
  openX: boolean;
  openY: boolean;
}

/**
 * The probability that a proposed flip is accepted, for a spin (+1 or -1) in its surroundings.
 *
 * Heat bath (Glauber 1963, doi 10.1063/1.1703954): 1 / (1 + exp(ΔE/T)). Metropolis et al. 1953, doi 10.1063/1.1699114:
 * min(1, exp(-ΔE/T)). Both keep the Boltzmann distribution when one colour of the checkerboard is updated at a time, but only
 * the heat bath reaches every state from every other.
 */
function flipProbability(
  { temperature, field, couplings: [jx, jy], algorithm }: IsingParameters,
  spin: number,
  { alignedX, alignedY, openX, openY }: Surroundings,
): number {
  // A neighbour adds +1 if it is aligned and -1 if not; one that is missing counts as not aligned and adds 0.
  const sumX = 2 * alignedX - (openX ? 1 : 2);
  const sumY = 2 * alignedY - (openY ? 1 : 2);
  const cost = 2 * (jx * sumX + jy * sumY + field * spin);
  if (algorithm === "metropolis") return cost <= 0 ? 1 : portableExp(-cost / temperature);
  return 1 / (1 + portableExp(cost / temperature));
}

/** Groups of thresholds: sites at free edges have their own. */
export const groupsOf = (boundary: Boundaries) => (boundary.every((b) => b !== "free") ? 1 : 4);

/** The flip thresholds of every replica, in units of 2^-64 (or 2^-32), rounded to nearest; certainty is ALWAYS. */
export function flipThresholds(points: Points<IsingParameters>, replicas: number): FlipThresholds {
  const { size, boundary, probabilityBits } = planeOf(points.parameters);
  const count = CLASSES * groupsOf(effectiveBoundaries(boundary, size));
  const high = new Uint32Array(count * replicas);
  const low = new Uint32Array(probabilityBits === "64" ? count * replicas : 0);
  const alike = Object.keys(points.batch).length === 0;
  for (let replica = 0; replica < replicas; replica++) {
    if (alike && replica > 0) {
      for (const words of [high, low]) words.copyWithin(count * replica, 0, count);
      continue;
    }
    const own = parametersOf(points, replica);
    for (let i = 0; i < count; i++) {
      const [group, spin, x, y] = [Math.floor(i / 18), Math.floor((i % 18) / 9), Math.floor((i % 9) / 3), i % 3];
      const surroundings = { alignedX: x, alignedY: y, openX: (group & 1) !== 0, openY: (group & 2) !== 0 };
      const scaled = flipProbability(own, 2 * spin - 1, surroundings) * 2 ** 32;
      const at = count * replica + i;
      if (probabilityBits === "32") high[at] = Math.min(Math.round(scaled), ALWAYS);
      else [high[at], low[at]] = scaled >= ALWAYS ? [ALWAYS, 0] : split(scaled);
    }
  }
  return { high, low };
}

/** A flip probability that rounding to 32 bits changes by more than 1 %; undefined if there is none, or with 64 bits. */
export function coarsestProbability(own: IsingParameters): number | undefined {
  if (own.probabilityBits === "64") return undefined;
  for (let i = 0; i < CLASSES; i++) {
    const surroundings = { alignedX: Math.floor((i % 9) / 3), alignedY: i % 3, openX: false, openY: false };
    const probability = flipProbability(own, i < 9 ? -1 : 1, surroundings);
    const scaled = probability * 2 ** 32;
    if (scaled > 0 && Math.abs(Math.round(scaled) / scaled - 1) > 0.01) return probability;
  }
  return undefined;
}

/** A number below 2^32 as an integer and its fraction in units of 2^-32, rounded to nearest. */
export function split(scaled: number): [number, number] {
  const high = Math.floor(scaled);
  const low = Math.round((scaled - high) * 2 ** 32);
  return low === 2 ** 32 ? [high + 1, 0] : [high, low];
}
