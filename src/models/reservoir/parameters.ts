// The parameters of echo-state networks, declared once; their names are those of ReservoirPy.

import * as z from "zod";
import { flowNames, flowTitles } from "../../systems/index.ts";

/** The systems that are forecast, and what else can be learned. */
const TASKS = [...flowNames, "narma10", "memory", "data", "classification"] as const;

const integer = (least: number, most: number, what: string) =>
  z
    .int({ error: "it must be a whole number" })
    .min(least, { error: `there must be at least ${least} ${what}` })
    .max(most, { error: `there can be at most ${most} ${what}` });
const share = z
  .number({ error: "it must be a number" })
  .gt(0, { error: "it must be above 0 and at most 1" })
  .max(1, { error: "it must be above 0 and at most 1" });
const size = (most: number) =>
  z
    .number({ error: "it must be a finite number" })
    .min(0, { error: `it must lie between 0 and ${most}` })
    .max(most, { error: `it must lie between 0 and ${most}` });

const MOST_UNITS = 8192;

/** What belongs to a network, and not to what it is tested on. */
export const NETWORK_SETTINGS = [
  ...["units", "layers", "topology", "connectivity", "spectralRadius", "inputScaling", "inputConnectivity", "leakRate"],
  ...["bias", "activation", "squares", "inputToReadout", "feedback", "patches", "overlap", "ridge"],
] as const;

/** How a user's series is divided. */
const PARTS = ["washout", "train", "validation", "test", "synchronisation", "horizon"];

export const reservoirParameters = z.object({
  task: z
    .enum(TASKS, { error: `it must be one of ${TASKS.join(", ")}` })
    .default("lorenz")
    .describe(
      "What is learned: to forecast a system, narma10, to recall inputs (memory), your own series (data), or the classes of its sequences (classification); with a series the default is data",
    )
    .meta({
      ...{ replaces: ["data", "network", "forecast", "validation", "continue"], front: true },
      names: { ...flowTitles, narma10: "NARMA10", memory: "Memory capacity", data: "Your own series" },
    }),
  data: z
    .string({ error: "it must be a series as text" })
    .default("")
    .describe("Your own series, a CSV or .npy file of shape time × features, or series × time × features")
    .meta({
      ...{ file: "series", label: "Series file", front: true },
      replaces: ["task", ...PARTS],
    }),
  network: z
    .string({ error: "it must be a file as text" })
    .default("")
    .describe(
      "A trained network, a safetensors file that --out wrote: it brings its settings, is tested on the whole series after the warm-up, and forecasts it",
    )
    .meta({ file: "bytes", label: "Trained network", replaces: [...NETWORK_SETTINGS, ...PARTS] }),
  continue: z
    .boolean({ error: "it must be true or false" })
    .default(false)
    .describe("Continue training the network of the file: the series' training part is added to what it learned before")
    .meta({ page: false }),
  forecast: integer(0, 1e6, "steps")
    .default(0)
    .describe("Steps to forecast beyond the end of your own series; --out writes them as .csv, .npy or .png")
    .meta({ slider: [0, 1000, 50], label: "Forecast beyond the end" }),
  given: integer(0, 4096, "columns")
    .default(0)
    .describe(
      "Number of columns of your own series, the first ones, that are inputs; the others are targets; 0: all are forecast",
    )
    .meta({ label: "Input columns", page: false }),
  length: size(1000)
    .default(22)
    .describe("Length L of the Kuramoto–Sivashinsky system; the grid has 64 points, 128 from L = 44 on, and so on")
    .meta({ page: false }),
  units: integer(1, MOST_UNITS, "units")
    .default(300)
    .describe("Units N of a reservoir, or of each layer")
    .meta({ slider: [50, 1000, 50], front: true }),
  layers: integer(1, 16, "layers")
    .default(1)
    .describe("Reservoirs in a stack, each driven by the states of the one below; the readout reads all of them")
    .meta({ slider: [1, 4, 1], page: false }),
  topology: z
    .enum(["random", "ring"], { error: "it must be random or ring" })
    .default("random")
    .describe("random: links to random units, weights uniform on [-1, 1); ring: each unit follows the one before")
    .meta({ page: false }),
  connectivity: share
    .default(0.1)
    .describe("Share of the units that a unit is linked to; 1 is a dense network")
    .meta({ slider: [0.02, 1, 0.02] }),
  spectralRadius: size(10)
    .default(0.9)
    .describe("Spectral radius ρ of the recurrent weights; 0 is a network without memory, for comparison")
    .meta({ batch: true, slider: [0, 1.6, 0.02], label: "Spectral radius ρ", front: true }),
  inputScaling: size(1000)
    .default(0.3)
    .describe("Scaling σ of the input weights, for inputs of mean 0 and variance 1")
    .meta({ batch: true, slider: [0.02, 2, 0.02], label: "Input scaling σ", front: true }),
  inputConnectivity: share
    .default(1)
    .describe("Share of the inputs, or of the layer below, that a unit is linked to")
    .meta({ page: false }),
  leakRate: share
    .default(1)
    .describe("Leak rate a: the share of its state that a unit renews in each step")
    .meta({ batch: true, slider: [0.05, 1, 0.05], label: "Leak rate a", front: true }),
  bias: size(100)
    .default(0.5)
    .describe("Scaling of the biases, which are uniform on [-1, 1)")
    .meta({ batch: true, slider: [0, 1, 0.05] }),
  noise: size(1)
    .default(0)
    .describe("Noise on states in training, uniform within ± this")
    .meta({ batch: true, page: false }),
  activation: z
    .enum(["tanh", "linear"], { error: "it must be tanh or linear" })
    .default("tanh")
    .describe("Activation function of a unit")
    .meta({ page: false, names: { tanh: "Hyperbolic tangent" } }),
  ridge: z
    .number({ error: "it must be a number" })
    .gt(0, { error: "it must be above 0: without it the readout is not determined" })
    .max(1e6, { error: "it must be at most 1000000" })
    .default(1e-8)
    .describe("Ridge λ of the readout's regression, added to the sums of squares of all training steps")
    .meta({ batch: true, choices: ["1e-2", "1e-4", "1e-6", "1e-8", "1e-10"] }),
  squares: z
    .boolean({ error: "it must be true or false" })
    .default(false)
    .describe("The readout reads the square of every second state (Lu et al. 2017)")
    .meta({ page: false }),
  inputToReadout: z
    .boolean({ error: "it must be true or false" })
    .default(true)
    .describe("The readout also reads the inputs, not only the states")
    .meta({ page: false }),
  feedback: z
    .boolean({ error: "it must be true or false" })
    .default(false)
    .describe(
      "Outputs are also fed back as inputs where the task has its own inputs; in training the true outputs are fed back",
    )
    .meta({ page: false }),
  patches: integer(1, 256, "patches")
    .default(1)
    .describe("Reservoirs side by side on a ring of columns, each for its own part of them (Pathak et al. 2018)")
    .meta({ page: false }),
  overlap: integer(0, 1024, "columns")
    .default(8)
    .describe("Columns of its neighbours, on either side, that a patch also reads")
    .meta({ page: false }),
  delays: integer(1, 4096, "delays")
    .default(100)
    .describe("Delays of the memory task: outputs repeat the input of 0, 1, 2, … steps ago")
    .meta({ page: false }),
  washout: integer(0, 1e6, "steps")
    .default(500)
    .describe("Warm-up: steps at the beginning of the series that are not learned from")
    .meta({ page: false }),
  train: integer(0, 1e7, "steps")
    .default(5000)
    .describe("Training steps; by default 60 % of your own series, and none for a network from a file")
    .meta({ slider: [500, 20_000, 500], label: "Training steps" }),
  validation: integer(0, 1e7, "steps")
    .default(0)
    .describe(
      "Validation steps of your own series after the training steps: networks are compared on them, and the best is kept and forecasts",
    )
    .meta({ page: false }),
  test: integer(1, 1e7, "steps").default(2000).describe("Steps after them that are tested").meta({ page: false }),
  starts: integer(1, 4096, "starts")
    .default(20)
    .describe("Forecasts of each reservoir, from starts along the test series")
    .meta({ slider: [1, 40, 1] }),
  synchronisation: integer(1, 1e5, "steps")
    .default(200)
    .describe("Steps of the true series before a forecast begins")
    .meta({ page: false }),
  horizon: integer(0, 1e6, "steps")
    .default(0)
    .describe("Steps of a forecast; 0: 15 Lyapunov times, or 500 steps where none is known")
    .meta({ page: false }),
  threshold: z
    .number({ error: "it must be a number" })
    .gt(0, { error: "it must be above 0" })
    .max(10, { error: "it must be at most 10" })
    .default(0.5)
    .describe("Error, in standard deviations of the series, above which a forecast is no longer valid")
    .meta({ page: false }),
  reservoirs: integer(1, 1e6, "reservoirs")
    .default(4)
    .describe("Random networks, each trained and tested at every point of a scan; figures are medians over them")
    .meta({ page: false }),
});

/** All parameters of echo-state networks with their values, as `points.parameters` holds them. */
export type ReservoirParameters = z.output<typeof reservoirParameters>;

/** Links of a unit. */
export const degreeOf = ({ topology, connectivity, units }: ReservoirParameters) =>
  topology === "ring" ? 1 : Math.max(1, Math.round(connectivity * units));
