// The parameters of a restricted Boltzmann machine, declared once.

import * as z from "zod";
import { MOST_DIGITS } from "../../data/digits.ts";

/** Sums over a layer, of weights up to 8 in units of 2^-18, fit 32 bits. */
export const MOST_UNITS = 1000;

export const rbmParameters = z.object({
  data: z
    .enum(["digits", "bars", "given"], { error: "it must be digits or bars" })
    .default("digits")
    .describe(
      "What is learned: handwritten digits (MNIST, 28 × 28), or bars and stripes; given: the data passed to create",
    )
    .meta({
      ...{ choices: ["digits", "bars"], replaces: ["row"], front: true },
      names: { digits: "Handwritten digits", bars: "Bars and stripes" },
    }),
  images: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "at least one image is learned" })
    .max(MOST_DIGITS, { error: `there are ${MOST_DIGITS} digits` })
    .default(MOST_DIGITS)
    .describe("Number of digits to learn")
    .meta({ slider: [10, MOST_DIGITS, 10] }),
  side: z
    .int({ error: "it must be a whole number" })
    .min(2, { error: "the side must be at least 2" })
    .max(10, { error: "the side must be at most 10" })
    .default(4)
    .describe("Side of the squares of bars and stripes")
    .meta({ slider: [2, 10, 1], replaces: ["row"] }),
  row: z
    .int({ error: "it must be a whole number" })
    .min(0, { error: "it must be 0 or more" })
    .max(MOST_UNITS, { error: `it must be at most ${MOST_UNITS}` })
    .default(0)
    .describe("Visible units in a row of pictures; 0: a square")
    .meta({ page: false }),
  hidden: z
    .int({ error: "it must be a whole number" })
    .min(0, { error: "there must be 0 hidden units or more" })
    .max(MOST_UNITS, { error: `there can be at most ${MOST_UNITS} hidden units` })
    .default(128)
    .describe(
      "Hidden units; with 0 the visible units are coupled to each other: the fully visible machine, or inverse Ising problem",
    )
    .meta({ slider: [0, 256, 4], label: "Hidden units", front: true }),
  algorithm: z
    .enum(["cd", "pcd"], { error: "it must be cd or pcd" })
    .default("pcd")
    .describe(
      "cd: contrastive divergence, where the model's chains start from the data in each step; pcd: persistent chains, which continue from step to step",
    )
    .meta({ names: { cd: "Contrastive divergence", pcd: "Persistent chains (PCD)" }, front: true }),
  gibbs: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "there must be at least one" })
    .max(100, { error: "there can be at most 100" })
    .default(1)
    .describe("Gibbs steps k of the model's chains per update, as in CD-k")
    .meta({ label: "Gibbs steps k", slider: [1, 20, 1], front: true }),
  chains: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "there must be at least one" })
    .max(1024, { error: "there can be at most 1024" })
    .default(100)
    .describe("Images per minibatch, and chains of the model")
    .meta({ slider: [10, 400, 10], front: true }),
  learningRate: z
    .number({ error: "it must be a number" })
    .min(0, { error: "it must lie between 0 and 1" })
    .max(1, { error: "it must lie between 0 and 1" })
    .default(0.05)
    .describe("Learning rate; at 0 the chains sample a machine with fixed weights")
    .meta({ live: true, slider: [0, 0.3, 0.005], front: true }),
});

/** All parameters of a Boltzmann machine with their values, as `points.parameters` holds them. */
export type RbmParameters = z.output<typeof rbmParameters>;

/** Weights and biases are integer multiples of this. */
export const WEIGHT_UNIT = 2 ** -18;
/** They stay within ± this. */
export const LARGEST_WEIGHT = 8;

/** By what one count changes a weight, in units of 2^-26. */
export const rateOf = ({ learningRate, chains }: RbmParameters) => Math.round((learningRate * 2 ** 26) / chains);
