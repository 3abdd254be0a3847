// The parameters of a Gillespie ensemble, declared once: the network from one of three sources, the times, the scan.

import * as z from "zod";
import { ParameterError } from "../../device/errors.ts";
import { MOST_WAITING } from "./ensemble.ts";
import { detectFormat, readModel } from "./formats/detect.ts";
import { networkError } from "./network/errors.ts";
import { type ExampleName, examples } from "./network/examples.ts";
import type { Network } from "./network/network.ts";

const names = Object.keys(examples) as [ExampleName, ...ExampleName[]];

/** What pages call examples whose names as words are no good. */
const NAMES: Partial<Record<ExampleName, string>> = {
  "birth-death": "Birth and death",
  sir: "Epidemic (SIR)",
  telegraph: "Telegraph model of a gene",
  schloegl: "Schlögl",
  "michaelis-menten": "Michaelis–Menten",
  "lotka-volterra": "Lotka–Volterra",
  "linear-birth-death": "Birth and death, linear",
};

export const gillespieParameters = z.object({
  example: z
    .enum(["none", ...names], { error: `it must be one of ${names.join(", ")}` })
    .default("none")
    .describe("A network by name; birth-death if no network is given at all")
    .meta({
      ...{ replaces: ["network", "sbml", "until", "set", "passage"], front: true },
      names: NAMES,
    }),
  network: z
    .string({ error: "it must be a text" })
    .default("")
    .describe('Reactions and values, as in "S + I -> 2 I @ beta; I -> 0 @ 1; beta = 0.002; S = 999; I = 1"')
    .meta({ lines: 7, file: "text", inline: true, replaces: ["example", "sbml"], front: true }),
  sbml: z
    .string({ error: "it must be a text" })
    .default("")
    .describe("A model in SBML Level 2 or 3, BioNetGen's .net, or Antimony, as text; on the command line its file")
    .meta({ label: "Model file", file: "text", replaces: ["example", "network", "set", "passage"] }),
  units: z
    .enum(["declared", "none"], { error: "it must be declared or none" })
    .default("declared")
    .describe(
      "declared: amounts that an SBML file declares in mole are counted in molecules; none: its numbers are counts",
    )
    .meta({ page: false }),
  dimers: z
    .enum(["written", "counted"], { error: "it must be written or counted" })
    .default("written")
    .describe("counted: SBML laws k X^n of reactions of n X count the ways to choose them, k X (X - 1) …")
    .meta({ page: false }),
  round: z
    .enum(["none", "nearest", "down", "random"], { error: "it must be none, nearest, down or random" })
    .default("none")
    .describe(
      "Initial counts that are not integers: none refuses them, nearest and down round them, random rounds by chance in each trajectory; unless none, reactions of fractional stoichiometry fire less often and change more",
    )
    .meta({ page: false }),
  reversible: z
    .enum(["declared", "laws"], { error: "it must be declared or laws" })
    .default("declared")
    .describe(
      "declared: laws f - g run both ways where an SBML file calls the reaction reversible; laws: wherever g belongs to the products",
    )
    .meta({ page: false }),
  until: z
    .number({ error: "it must be a finite number" })
    .gt(0, { error: "it must be above 0" })
    .max(1e30, { error: "it must be at most 1e30" })
    .optional()
    .describe("Time at which trajectories end; by default the example's own, or 50")
    .meta({ front: true }),
  points: z
    .int({ error: "it must be a whole number" })
    .min(2, { error: "there must be at least 2 times, 0 and the end" })
    .max(100_001, { error: "there can be at most 100001 times" })
    .default(51)
    .describe("Number of times at which the ensemble is measured, from 0 to the end"),
  trajectories: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "there must be at least one trajectory" })
    .max(2 ** 32 - 1, { error: "there can be at most 4294967295 trajectories of one point" })
    .default(10_000)
    .describe("Trajectories per point of the scan")
    .meta({ page: false }),
  set: z
    .string({ error: "it must be a text" })
    .default("")
    .describe('Values of the network\'s parameters and counts, and scans over them: "k=0.5", "k=0.1:1:10, X=10|100"')
    .meta({ lines: 1, sweep: true, label: "Values and scans", front: true }),
  passage: z
    .string({ error: "it must be a text" })
    .default("")
    .describe('A condition whose first-passage time is measured, as in "X >= 30" or "I == 0"')
    .meta({ lines: 1, label: "First passage" }),
  maxEvents: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "it must be at least 1" })
    .max(2 ** 32, { error: "it must be at most 4294967296" })
    .default(1e9)
    .describe("Most reactions of one trajectory: a network that grows without bound is stopped, and the run says so")
    .meta({ page: false }),
  waiting: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "it must be at least 1" })
    .max(2 ** 20, { error: "it must be at most 1048576" })
    .default(MOST_WAITING)
    .describe("Most delayed reactions pending at once in a trajectory: with more the run stops and says so")
    .meta({ page: false }),
  method: z
    .enum(["direct", "tau", "cle"], { error: "it must be direct, tau or cle" })
    .default("direct")
    .describe("direct: every reaction, exactly; tau: tau-leaping; cle: the chemical Langevin equation, approximate")
    .meta({ names: { direct: "Direct, exact", tau: "Tau leaping", cle: "Chemical Langevin" }, front: true }),
  tolerance: z
    .number({ error: "it must be a number" })
    .min(1e-4, { error: "it must be at least 0.0001" })
    .max(0.5, { error: "it must be at most 0.5" })
    .default(0.03)
    .describe("Relative change of a propensity allowed in one leap; for tau and cle only"),
  rules: z
    .enum(["2", "1"], { error: "it must be 2 or 1" })
    .default("2")
    .describe(
      "2; or 1, the rules by which gibbs 0.1.0 chose reactions, made leaps and executed events, which are wrong in some cases; 1 is for its links",
    )
    .meta({ page: false }),
});

/** Defaults of links and checkpoints of version 1, those of gibbs 0.1.0. */
export const VERSION_1 = { rules: "1" } as const;

/** All parameters of a run of `gillespie` with their values, as `points.parameters` holds them. */
export type GillespieParameters = z.output<typeof gillespieParameters>;

/** The network that the parameters name. @throws ParameterError */
export function networkOf(parameters: GillespieParameters): Network {
  const { example, network, sbml, units, round, reversible, rules, dimers } = parameters;
  const version1 = rules === "1";
  const given = [example !== "none" && "example", network !== "" && "network", sbml !== "" && "sbml"].filter(Boolean);
  if (given.length > 1) throw networkError(`${given.join(" and ")} are given; give one of them.`);
  try {
    const text = sbml || network || examples[example === "none" ? "birth-death" : example].network;
    const asCounts = version1 || units === "none";
    const [scales, splits] = [round !== "none", reversible === "laws"];
    return readModel(text, { version1, asCounts, countsCopies: dimers === "counted", scales, splits });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // the stack is used up
    const what = sbml !== "" ? "sbml" : "network";
    throw new ParameterError(what, `${what}: it is nested too deeply to be read; write the expressions in parts.`);
  }
}

/** The language that the network is written in, or the example's name. */
export function formatOf({ example, network, sbml }: GillespieParameters): string {
  const text = sbml || network;
  return text === "" ? `the example ${example === "none" ? "birth-death" : example}` : detectFormat(text);
}

export function untilOf({ until, example, network, sbml }: GillespieParameters): number {
  if (until !== undefined) return until;
  if (network !== "" || sbml !== "") return 50;
  return examples[example === "none" ? "birth-death" : example].until;
}

export const leapingOf = ({ method, tolerance }: GillespieParameters) =>
  method === "direct" ? undefined : { continuous: method === "cle", tolerance };
