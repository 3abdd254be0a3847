// The Curie–Weiss model's parameters, declared once.

import * as z from "zod";
import { hopfieldParameters, MOST_NEURONS, memoryParameters } from "../hopfield/parameters.ts";
import { inFront } from "../parameters.ts";

const { field } = hopfieldParameters.shape;
const { dynamics, replicas, firstReplica } = memoryParameters;

export const curieWeissParameters = z.object({
  size: z
    .int({ error: "it must be a whole number" })
    .min(2, { error: "there must be at least 2 spins" })
    .max(MOST_NEURONS, { error: `there can be at most ${MOST_NEURONS} spins` })
    .default(1024)
    .describe("Spins N, ±1, each coupled to every other by 1/N")
    .meta({ choices: ["64", "256", "1024", "4096", "16384"], front: true }),
  temperature: z
    .number({ error: "the temperature must be a finite number" })
    .min(1e-100, { error: "the temperature must be above 0, and the smallest is 1e-100" })
    .max(100, { error: "the temperature must be at most 100" })
    .default(0.9)
    .describe("Temperature, with k_B = 1 and T_c = 1")
    .meta({ batch: true, live: true, slider: [0.1, 2, 0.01], front: true }),
  field: inFront(field),
  dynamics: dynamics
    .unwrap()
    .extract(["sequential", "random"], { error: "it must be sequential or random" })
    .default("sequential")
    .describe("sequential: one spin after another; random: N spins at random, with replacement"),
  start: z
    .enum(["ordered", "up", "down", "random"], { error: "it must be ordered, up, down or random" })
    .default("ordered")
    .describe("State at step 0; ordered: all spins along the field, up without one")
    .meta({ front: true }),
  replicas,
  firstReplica,
});

/** All parameters of the Curie–Weiss model with their values, as `points.parameters` holds them. */
export type CurieWeissParameters = z.output<typeof curieWeissParameters>;
