// The parameters of ensembles of a dynamical system, declared once: the system, the times, the method, the sweep.

import * as z from "zod";
import { ParameterError } from "../../device/errors.ts";
import { integer } from "../parameters.ts";
import { type ExampleName, examples } from "./examples.ts";
import { type System, systemError } from "./system.ts";
import { parseSystem } from "./text.ts";

const names = Object.keys(examples) as [ExampleName, ...ExampleName[]];

/** What pages call examples whose names as words are no good. */
const NAMES: Partial<Record<ExampleName, string>> = {
  rossler: "Rössler",
  "henon-heiles": "Hénon–Heiles",
  "double-scroll": "Double scroll (Chua)",
  "van-der-pol": "Van der Pol",
  "coupled-rossler": "Coupled Rössler systems",
  "mackey-glass": "Mackey–Glass",
  kuramoto: "Kuramoto's oscillators",
  "lorenz-96": "Lorenz 96",
  waves: "Waves on a ring",
  "coupled-maps": "Coupled logistic maps",
  logistic: "Logistic map",
  henon: "Hénon map",
  standard: "Standard map",
  doubling: "Doubling map",
};

export const dynamicsParameters = z.object({
  example: z
    .enum(["none", ...names], { error: `it must be one of ${names.join(", ")}` })
    .default("none")
    .describe("A system by name; lorenz if no system is given at all")
    .meta({
      ...{ replaces: ["system", "until", "transient", "dt", "method", "tolerance", "set"], front: true },
      names: NAMES,
    }),
  system: z
    .string({ error: "it must be a text" })
    .default("")
    .describe(
      'Right sides and values, as in "x\' = s*(y - x); y\' = x*(r - z) - y; z\' = x*y - b*z; s = 10; r = 28; b = 8/3; x ~ normal(0, 1); y = 1; z = 20" or "x -> r*x*(1 - x); r = 4; x ~ uniform(0, 1)"',
    )
    .meta({ lines: 7, file: "text", inline: true, replaces: ["example"], front: true }),
  until: z
    .number({ error: "it must be a finite number" })
    .gt(0, { error: "it must be above 0" })
    .max(1e9, { error: "it must be at most 1e9; take another unit of time" })
    .optional()
    .describe(
      "Time at which trajectories end, of a map a number of steps; by default the example's own, or 50 and 1000",
    )
    .meta({ front: true }),
  transient: z
    .number({ error: "it must be a finite number" })
    .min(0, { error: "it must be 0 or more" })
    .optional()
    .describe("Time before the first measurement; by default 0, and with exponents a tenth of until"),
  points: integer(2, 100_001)
    .optional()
    .describe("Number of times at which the ensemble is measured, from the transient to the end; by default 51"),
  dt: z
    .number({ error: "it must be a finite number" })
    .gt(0, { error: "it must be above 0" })
    .optional()
    .describe(
      "Longest step of a flow; by default chosen, for rk4 such that the error of a step is at most 1e-7 of each variable's size",
    )
    .meta({ label: "Time step dt" }),
  method: z
    .enum(["auto", "rk4", "tsit5", "rosenbrock23"], { error: "it must be auto, rk4, tsit5 or rosenbrock23" })
    .default("auto")
    .describe(
      "How flows are integrated. rk4, and auto: the Runge–Kutta method of order 4, in steps of one length; tsit5: the method of Tsitouras of order 5, in steps that each trajectory chooses by the tolerance; rosenbrock23: the method of Shampine and Reichelt of order 2, in such steps, for stiff flows",
    )
    .meta({
      names: {
        auto: "Automatic",
        rk4: "Runge–Kutta, steps of one length",
        tsit5: "Tsitouras, steps by tolerance",
        rosenbrock23: "Rosenbrock, steps by tolerance, for stiff flows",
      },
    }),
  tolerance: z
    .number({ error: "it must be a finite number" })
    .min(1e-7, { error: "it must be at least 1e-7, because states are numbers of 24 bits" })
    .max(0.1, { error: "it must be at most 0.1" })
    .optional()
    .describe(
      "Largest error of a step of tsit5 or rosenbrock23, in parts of the variable or of its change in that step; by default 1e-6, and 1e-4 for rosenbrock23, for which 1e-6 is the least, because right sides of stiff flows are rounded to 24 bits",
    ),
  section: z
    .string({ error: "it must be a text" })
    .default("")
    .describe(
      'Surface of a flow that trajectories cross, and in which direction, as in "z > 27 up", "x < 0 both"; measures crossings, the first, and the time between them',
    ),
  crossings: integer(1, 10_000)
    .optional()
    .describe(
      "Crossings of the section whose time and state are kept for each trajectory, for .section.npy; by default none",
    ),
  histograms: z
    .string({ error: "it must be a text" })
    .default("")
    .describe(
      'Variables and outputs whose values are counted at the measured times, each between two ends in a number of bins, as in "x = -20:20:200; z = 0:50:100"',
    ),
  quantiles: z
    .string({ error: "it must be a text" })
    .default("")
    .describe('Quantiles of what histograms count, by their probabilities, as in "0.05 0.5 0.95"'),
  trajectories: integer(1, 2 ** 32 - 1)
    .default(1000)
    .describe("Trajectories per point of the sweep")
    .meta({ page: false }),
  lyapunov: integer(0, 64)
    .default(0)
    .describe("Lyapunov exponents to measure, the largest first")
    .meta({ label: "Lyapunov exponents", front: true }),
  set: z
    .string({ error: "it must be a text" })
    .default("")
    .describe('Values of parameters and starts, and sweeps over them: "r=28", "r=2.5:4:400, x=0.1|0.2"')
    .meta({ lines: 1, sweep: true, label: "Values and sweeps", front: true }),
  precision: z
    .enum(["auto", "single"], { error: "it must be auto or single" })
    .default("auto")
    .describe("auto: states of maps have 48 bits; single: 24, in which chaotic maps fall into short cycles")
    .meta({ page: false }),
});

/** All parameters of a run of `dynamics` with their values, as `points.parameters` holds them. */
export type DynamicsParameters = z.output<typeof dynamicsParameters>;

/** The text of the system. @throws ParameterError where there are two */
export function textOf({ example, system }: DynamicsParameters): string {
  if (example !== "none" && system !== "") throw systemError("example and system are given; give one of them.");
  return system || examples[example === "none" ? "lorenz" : example].system;
}

/** The system that the parameters name. @throws ParameterError */
export const systemOf = (parameters: DynamicsParameters): System => parseSystem(textOf(parameters));

export function untilOf({ until, example, system }: DynamicsParameters, { kind }: System): number {
  const usual = system !== "" ? (kind === "map" ? 1000 : 50) : examples[example === "none" ? "lorenz" : example].until;
  const own = until ?? usual;
  if (!(own > 0)) throw new ParameterError("until", `until ${own}: it must be above 0.`);
  return own;
}
