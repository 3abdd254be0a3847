// The Potts model's parameters, declared once.

import * as z from "zod";
import { EDGES } from "../lattice/geometry.ts";
import { integer, number } from "../parameters.ts";

/** Bonds and sites are counted in words. */
const MOST_SITES = 2 ** 30;

const side = integer(1, 2 ** 24);

export const pottsParameters = z.object({
  states: integer(2, 256)
    .default(3)
    .describe("States q of a site; q = 2 is the Ising model at twice this temperature")
    .meta({ choices: ["2", "3", "4", "5", "10"], front: true }),
  size: z
    .tuple([side, side], side)
    .refine((size) => size.length <= 4, { error: "a lattice has at most 4 sides" })
    .refine((size) => size.reduce((count, length) => count * length, 1) <= MOST_SITES, {
      error: `a lattice has at most ${MOST_SITES} sites`,
    })
    .default([128, 128])
    .describe("Sites along each of 2 to 4 axes; a side of 1 has no bonds, so that 64,1 is a chain")
    .meta({ unit: "sites", choices: ["64,64", "128,128", "256,256", "512,512", "32,32,32"], front: true }),
  temperature: number(1e-3, 1e6)
    .min(1e-3, { error: "it must be at least 0.001" })
    .default(1)
    .describe("Temperature T, with k_B = 1; on the square lattice T_c = 1 / ln(1 + √q)")
    .meta({ unit: "J", batch: true, live: true, slider: [0.1, 2, 0.001], front: true }),
  coupling: number(-1, 1)
    .default(1)
    .describe(
      "Coupling J: the energy of two neighbours in the same state is -J; negative values favour different states",
    )
    .meta({ live: true, slider: [-1, 1, 0.1] }),
  edges: z
    .enum(EDGES, { error: "it must be periodic or free" })
    .default("periodic")
    .describe("Boundary conditions; on a periodic side of two sites there are two bonds between them"),
  start: z
    .enum(["ordered", "random", "given"], { error: "it must be ordered or random" })
    .default("random")
    .describe("State at step 0; ordered: all sites in state 0; given: the states passed to create")
    .meta({ choices: ["random", "ordered"], front: true }),
  replicas: integer(1, 65_536)
    .default(1)
    .describe("Copies that run side by side, each with its own random numbers")
    .meta({ page: false }),
  firstReplica: integer(0, 2 ** 32 - 1)
    .default(0)
    .describe("The random stream of the first replica")
    .meta({ page: false }),
});

/** All parameters of the Potts model with their values, as `points.parameters` holds them. */
export type PottsParameters = z.output<typeof pottsParameters>;

/** T_c of the square lattice without edges (Potts 1952, by duality). @param states 2 or more */
export const pottsCriticalTemperature = (states: number): number => 1 / Math.log(1 + Math.sqrt(states));
