// The Hopfield model's parameters, declared once, and the probabilities that follow from them. Dense memories share most of them.

import * as z from "zod";
import { MOST_DIGITS } from "../../data/digits.ts";
import { ParameterError } from "../../device/errors.ts";
import { portableExp } from "../../portable.ts";
import { inFront } from "../parameters.ts";
import { imageWidth } from "./image.ts";
import type { Pairwise } from "./network.ts";

export const MOST_NEURONS = 32_768;

/** Parameters of every associative memory. */
export const memoryParameters = {
  neurons: z
    .int({ error: "it must be a whole number" })
    .min(2, { error: "there must be at least 2 neurons" })
    .max(MOST_NEURONS, { error: `there can be at most ${MOST_NEURONS} neurons` })
    .default(1024)
    .describe("Neurons N, ±1, each coupled to every other")
    .meta({ choices: ["256", "784", "1024", "2048", "4096", "8192", "16384"], replaces: ["image", "row"] }),
  patterns: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "at least one pattern is stored" })
    .max(65_536, { error: "at most 65536 patterns are stored" })
    .default(50)
    .describe("Number P of stored patterns, by Hebb's rule J = (1/N) Σ ξ ξ in the Hopfield model; the load is α = P/N")
    .meta({ batch: true, slider: [1, 300, 1] }),
  dynamics: z
    .enum(["sequential", "random", "synchronous"], { error: "it must be sequential, random or synchronous" })
    .default("sequential")
    .describe(
      "sequential: one spin after another; random: N spins at random, with replacement; synchronous: all at once (Little), which may alternate between two states",
    ),
  start: z
    .enum(["pattern", "random", "given"], { error: "it must be pattern or random" })
    .default("pattern")
    .describe("State at step 0: a stored pattern with noise, or random spins; given: the spins passed to create")
    .meta({ choices: ["pattern", "random"], replaces: ["image"] }),
  cue: z
    .int({ error: "it must be a whole number" })
    .min(0, { error: "patterns count from 0" })
    .max(65_535, { error: "the last pattern's number is 65535" })
    .default(0)
    .describe("The pattern from which the state starts, and whose overlap is measured")
    .meta({ slider: [0, 100, 1], replaces: ["image"] }),
  noise: z
    .number({ error: "it must be a number" })
    .min(0, { error: "it must lie between 0 and 1" })
    .max(1, { error: "it must lie between 0 and 1" })
    .default(0)
    .describe("Probability that a spin of the cue is flipped")
    .meta({ slider: [0, 0.5, 0.01] }),
  covered: z
    .number({ error: "it must be a number" })
    .min(0, { error: "it must lie between 0 and 1" })
    .max(1, { error: "it must lie between 0 and 1" })
    .default(0)
    .describe("Share of the neurons, the last ones, that the cue does not cover; they start down")
    .meta({ slider: [0, 1, 0.01] }),
  digits: z
    .int({ error: "it must be a whole number" })
    .min(0, { error: "it must be 0 or more" })
    .max(MOST_DIGITS, { error: `there are ${MOST_DIGITS} digits` })
    .default(0)
    .describe(
      "Number of patterns, the first ones, that are handwritten digits (MNIST) on a square of neurons; with digits all replicas share their patterns",
    )
    .meta({ slider: [0, 100, 1] }),
  image: z
    .string()
    .regex(/^(\d+x\d+:[\w-]+)?$/, { error: "it must be WIDTHxHEIGHT:BITS, with the bits as base64url" })
    .default("")
    .describe(
      "A picture to start from (PNG, JPEG): taken as it is if it has as many pixels as there are neurons, otherwise its central square is scaled",
    )
    .meta({ file: "picture", label: "Cue from picture" }),
  source: z
    .enum(["random", "given"], { error: "it must be random or given" })
    .default("random")
    .describe("Where patterns come from; random: drawn at random, except digits; given: passed to create")
    .meta({ page: false, choices: ["random"] }),
  row: z
    .int({ error: "it must be a whole number" })
    .min(0, { error: "it must be 0 or more" })
    .max(MOST_NEURONS, { error: `it must be at most ${MOST_NEURONS}` })
    .default(0)
    .describe("Neurons in a row of pictures of the network; 0: as many as the cue's picture has, or else a square")
    .meta({ page: false }),
  bias: z
    .number({ error: "it must be a number" })
    .gt(-1, { error: "it must lie between -1 and 1" })
    .lt(1, { error: "it must lie between -1 and 1" })
    .default(0)
    .describe("Mean of the patterns' spins; if it is not 0, patterns are correlated")
    .meta({ page: false }),
  replicas: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "there must be at least one replica" })
    .max(65_536, { error: "there can be at most 65536 replicas" })
    .default(1)
    .describe("Networks that run side by side, each with its own patterns")
    .meta({ page: false }),
  firstReplica: z
    .int({ error: "it must be a whole number" })
    .min(0, { error: "replicas count from 0" })
    .max(2 ** 31, { error: "the last replica's number is 2147483648" })
    .default(0)
    .describe("Number of the first replica: a replica of a batch can be rerun alone, bit for bit")
    .meta({ page: false }),
};

const { neurons, patterns, dynamics, ...cues } = memoryParameters;

export const hopfieldParameters = z.object({
  neurons: inFront(neurons),
  patterns: inFront(patterns),
  temperature: z
    .number({ error: "the temperature must be a finite number" })
    .min(0, { error: "the temperature must be 0 or more" })
    .max(100, { error: "the temperature must be at most 100" })
    .default(0)
    .describe("Temperature, with k_B = 1: at 0 every spin aligns with its field, above 0 spins follow the heat bath")
    .meta({ batch: true, live: true, slider: [0, 1.5, 0.01], front: true }),
  field: z
    .number({ error: "the field must be a finite number" })
    .min(-100, { error: "the field must lie between -100 and 100" })
    .max(100, { error: "the field must lie between -100 and 100" })
    .default(0)
    .describe("External field on every spin, rounded to multiples of 1/N, on a lattice of 1/1024")
    .meta({ batch: true, live: true, slider: [-1, 1, 0.01] }),
  dynamics: z
    .enum([...dynamics.unwrap().options, "checkerboard"], {
      error: "it must be sequential, random, synchronous or checkerboard",
    })
    .default("sequential")
    .describe(
      `${dynamics.description}; checkerboard, on a lattice: first all spins on its even sites, x + y, then all on its odd ones`,
    ),
  couplings: z
    .enum(["all", "lattice"], { error: "it must be all or lattice" })
    .default("all")
    .describe(
      "all: every neuron with every other; lattice: the pixels of a square, periodic, each with its 4 neighbours, J = (1/4) Σ ξ ξ (one pattern: the model of Mattis)",
    )
    .meta({ names: { all: "All pairs", lattice: "Lattice of neighbours" } }),
  ...cues,
  noise: inFront(cues.noise),
  digits: inFront(cues.digits),
  weights: z
    .enum(["hebb", "clipped"], { error: "it must be hebb or clipped" })
    .default("hebb")
    .describe("hebb: J = (1/N) Σ ξ ξ; clipped: only its sign, times √P/N; on a lattice 4 replaces N")
    .meta({ names: { hebb: "Hebb’s rule", clipped: "Hebb’s rule, clipped to signs" } }),
  dilution: z
    .number({ error: "it must be a number" })
    .min(0, { error: "it must lie between 0 and 1" })
    .lt(1, { error: "it must be below 1: some couplings must stay" })
    .default(0)
    .describe(
      "Share of couplings that are cut, i to j independently of j to i; the others are multiplied by 1/(1 - dilution)",
    )
    .meta({ slider: [0, 0.99, 0.01] }),
});

/** All parameters of a Hopfield network with their values, as `points.parameters` holds them. */
export type HopfieldParameters = z.output<typeof hopfieldParameters>;

const memory = z.object({ ...memoryParameters, dynamics: hopfieldParameters.shape.dynamics });
/**
 * Parameters that Hopfield networks and dense memories have in common: patterns, cue, dynamics and replicas.
 */
export type MemoryParameters = z.output<typeof memory>;

/** Couplings that are not Hebb's sums over patterns, whose fields follow from overlaps: each one is computed by itself. */
export const isPairwise = ({ weights, dilution, couplings }: HopfieldParameters) =>
  weights === "clipped" || dilution > 0 || couplings === "lattice";

/** Neurons in a row of pictures. */
export const rowOf = ({ neurons, row, image }: Pick<MemoryParameters, "neurons" | "row" | "image">) =>
  row || imageWidth(image) || Math.ceil(Math.sqrt(neurons));

/** @throws ParameterError for rows that do not fill a picture, or that another parameter lays out otherwise */
export function checkRow({ neurons, row, image, digits }: MemoryParameters, couplings = "all"): void {
  if (row > 0 && neurons % row !== 0) {
    throw new ParameterError(
      "row",
      `row ${row}: it does not divide ${neurons} neurons; choose a divisor, or 0 for a square.`,
    );
  }
  const own = imageWidth(image);
  if (row > 0 && own > 0 && own !== row) {
    throw new ParameterError(
      "image",
      `image: its rows have ${own} pixels, but those of the network ${row} neurons (row, or the stored patterns); take a picture of that width.`,
    );
  }
  const square = digits > 0 ? "handwritten digits are" : couplings === "lattice" ? "couplings lattice are" : "";
  const width = row || own;
  if (square === "" || width === 0 || width * width === neurons) return;
  throw new ParameterError(
    row > 0 ? "row" : "image",
    `rows of ${width} neurons: ${square} on a square of neurons; take row 0 and a square picture, or do without.`,
  );
}

/** @throws ParameterError where the parameters, each allowed, do not go together */
export function checkLattice({ neurons, couplings, dynamics }: HopfieldParameters): void {
  if (couplings === "all") {
    if (dynamics !== "checkerboard") return;
    throw new ParameterError(
      "dynamics",
      "dynamics checkerboard: with couplings all, no two neurons can be updated at once; take couplings lattice, or dynamics sequential.",
    );
  }
  const side = Math.sqrt(neurons);
  if (side % 2 === 0) return;
  const near = Math.min(2 * Math.floor(Math.sqrt(MOST_NEURONS) / 2), Math.max(2, 2 * Math.round(side / 2)));
  throw new ParameterError(
    "neurons",
    `neurons ${neurons}: couplings lattice need a square with an even side, such as ${near ** 2} = ${near} × ${near}.`,
  );
}

/** Neighbours of a site. */
const DEGREE = 4;

/** Units of a lattice's couplings that a pattern counts: finer ones, because the field is a multiple of them as well. */
const STRENGTH = 256;

/** How couplings are computed one by one; undefined where fields follow from overlaps. */
export function pairwiseOf(parameters: HopfieldParameters): Pairwise | undefined {
  if (!isPairwise(parameters)) return undefined;
  const { neurons, weights, dilution, couplings } = parameters;
  const lattice = couplings === "lattice";
  return {
    clipped: weights === "clipped",
    kept: Math.min(2 ** 32 - 1, Math.round((1 - dilution) * 2 ** 32)),
    strength: lattice ? STRENGTH : 1,
    side: lattice ? Math.sqrt(neurons) : 0,
  };
}

/** The unit of which couplings are integer multiples: 1/N, on a lattice 1/1024; with other weights √P or 1/(1 - dilution) times that. */
export const couplingUnit = ({ neurons, patterns, weights, dilution, couplings }: HopfieldParameters) =>
  (weights === "clipped" ? Math.sqrt(patterns) : 1) /
  ((couplings === "lattice" ? DEGREE * STRENGTH : neurons) * (1 - dilution));

/** The external field in units of the couplings. */
export const fieldUnits = (parameters: HopfieldParameters) => Math.round(parameters.field / couplingUnit(parameters));

/**
 * The probability that a spin aligns with a field of H units, in units of 2^-32: 1 / (1 + e^(-2Hu/T)) for H = 0, 1, …, until it is certain.
 * Empty at temperature 0. (Glauber 1963, doi 10.1063/1.1703954.)
 */
export function alignProbabilities(parameters: HopfieldParameters): Uint32Array {
  const { neurons, patterns, temperature, weights, couplings } = parameters;
  if (temperature === 0) return new Uint32Array();
  const units = temperature / couplingUnit(parameters);
  const inputs = couplings === "lattice" ? DEGREE * STRENGTH : neurons;
  const largest = inputs * (weights === "clipped" ? 1 : patterns) + Math.abs(fieldUnits(parameters));
  const certain = Math.ceil((units * Math.log(2 ** 33)) / 2);
  return Uint32Array.from({ length: Math.min(largest, certain) + 1 }, (_, field) =>
    Math.min(2 ** 32 - 1, Math.round(2 ** 32 / (1 + portableExp((-2 * field) / units)))),
  );
}
