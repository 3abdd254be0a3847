// The parameters of next-generation reservoirs, declared once: what is learned, from which features, and how far it is forecast.

import * as z from "zod";
import { ParameterError } from "../../device/errors.ts";
import { type FlowName, type FlowOptions, flowNames, flowTitles } from "../../systems/index.ts";

/** Rows of the Gram matrix at most. */
export const MOST_FEATURES = 2000;

/** Steps of a forecast where nothing says how long one is. */
export const HORIZON = 200;

export const ngrcParameters = z.object({
  system: z
    .enum(flowNames as [FlowName, ...FlowName[]], { error: `it must be one of ${flowNames.join(", ")}` })
    .default("lorenz")
    .describe("What is learned: a map or a flow")
    .meta({ names: flowTitles, front: true }),
  set: z
    .string({ error: "it must be a text" })
    .default("")
    .describe('Constants of the system, as in "rho = 35, substeps = 8" or "length = 22, grid = 32"')
    .meta({ lines: 1 }),
  series: z
    .string({ error: "it must be a text" })
    .default("")
    .describe("A time series of your own in place of a system: a CSV or .npy file; in a program also CSV as text")
    .meta({ file: "series", label: "Series file", replaces: ["system", "set"], front: true }),
  dt: z
    .number({ error: "it must be a finite number" })
    .gt(0, { error: "it must be above 0" })
    .optional()
    .describe("Time between samples; by default 0.025 for lorenz, else the system's own, and 1 for a series")
    .meta({ label: "Time step dt" }),
  lyapunov: z
    .number({ error: "it must be a finite number" })
    .gt(0, { error: "it must be above 0" })
    .optional()
    .describe(
      "Largest Lyapunov exponent, per unit of time; by default the system's where it is known, and without one times are in steps",
    )
    .meta({ label: "Lyapunov exponent" }),
  delays: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "there must be at least one" })
    .max(100, { error: "there can be at most 100" })
    .default(2)
    .describe("Samples k in the features, including the newest; with 1 there is no memory")
    .meta({ slider: [1, 4, 1], front: true }),
  skip: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "it must be at least 1" })
    .max(10_000, { error: "it must be at most 10000" })
    .default(1)
    .describe("Steps s between these samples")
    .meta({ slider: [1, 10, 1] }),
  order: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "it must be at least 1" })
    .max(4, { error: "it must be at most 4" })
    .default(2)
    .describe("Largest degree of the monomials: 1 is linear, 2 quadratic")
    .meta({ slider: [1, 4, 1], front: true }),
  training: z
    .int({ error: "it must be a whole number" })
    .min(2, { error: "there must be at least 2" })
    .max(1e6, { error: "there can be at most 1000000" })
    .default(400)
    .describe("Samples of a training segment")
    .meta({ slider: [100, 2000, 50], front: true }),
  ridge: z
    .number({ error: "it must be a finite number" })
    .min(0, { error: "it must be 0 or more" })
    .default(1e-4)
    .describe("Ridge parameter for scaled features, added to their sums of squares over the training samples")
    .meta({ front: true }),
  scaling: z
    .enum(["none", "standard"], { error: "it must be none or standard" })
    .default("standard")
    .describe("standard: each column minus its mean, divided by its standard deviation in training; none: unchanged"),
  score: z
    .enum(["columns", "together"], { error: "it must be columns or together" })
    .default("columns")
    .describe(
      "columns: the error of each column in units of its own standard deviation in training, overall their root mean square; together: in units of the standard deviation of all numbers of a segment, as in gibbs 0.1.0",
    )
    .meta({ page: false }),
  forecasts: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "there must be at least one" })
    .max(1e5, { error: "there can be at most 100000" })
    .default(1)
    .describe("Starts that share a training segment, one after another behind it; for a series at most as many as fit")
    .meta({ page: false }),
  starts: z
    .int({ error: "it must be a whole number" })
    .min(1, { error: "there must be at least one" })
    .max(1e7, { error: "there can be at most 10000000" })
    .default(100)
    .describe("Forecasts in total; for a series at most as many as fit")
    .meta({ page: false }),
  until: z
    .number({ error: "it must be a number" })
    .gt(0, { error: "it must be above 0" })
    .max(1000, { error: "it must be at most 1000" })
    .default(10)
    .describe("Length of a forecast, where an exponent is known and no horizon is given")
    .meta({ unit: "Lyapunov times", slider: [2, 20, 1] }),
  horizon: z
    .int({ error: "it must be a whole number" })
    .min(0, { error: "it must be at least 0" })
    .max(1e6, { error: "it must be at most 1000000" })
    .default(0)
    .describe(
      `Steps of a forecast; 0: as until says, or ${HORIZON} where no exponent is known; for a series at most as many as fit`,
    )
    .meta({ page: false }),
  forecast: z
    .int({ error: "it must be a whole number" })
    .min(0, { error: "it must be at least 0" })
    .max(1e6, { error: "it must be at most 1000000" })
    .default(0)
    .describe(
      "Steps to forecast beyond the end of a series, learned from its last training samples; --out writes them as .csv, .npy or .png",
    )
    .meta({ page: false }),
  threshold: z
    .number({ error: "it must be a number" })
    .gt(0, { error: "it must be above 0" })
    .max(10, { error: "it must be at most 10" })
    .default(0.5)
    .describe("Error, in standard deviations, beyond which a forecast is no longer valid")
    .meta({ slider: [0.1, 1, 0.05] }),
});

/** What links and checkpoints of gibbs 0.1.0 mean where they do not say it. */
export const VERSION_1 = { scaling: "none", score: "together", ridge: 0.1 } as const;

/** All parameters of a run of `ngrc` with their values, as `points.parameters` holds them. */
export type NgrcParameters = z.output<typeof ngrcParameters>;

/** The constants that `set` names. @throws ParameterError */
export function constantsOf(set: string): FlowOptions {
  const parts = set.split(/[,;\n]/).filter((part) => part.trim() !== "");
  return Object.fromEntries(
    parts.map((part) => {
      const [name, text, ...more] = part.split("=").map((each) => each.trim());
      const value = text ? Number(text) : Number.NaN;
      if (!Number.isFinite(value) || more.length > 0) {
        throw new ParameterError("set", `set "${part.trim()}": write NAME = NUMBER, as in "rho = 35".`);
      }
      return [name, value];
    }),
  );
}
