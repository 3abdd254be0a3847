// The parameters of the training of a denoiser, declared once.

import * as z from "zod";
import { distributionNames, labelsParameter, rowParameter, scalingParameter } from "../diffusion/parameters.ts";
import { integer, number } from "../parameters.ts";

export const diffusionTrainingParameters = z.object({
  data: z
    .string({ error: "it must be a text" })
    .default("gmm8")
    .describe(
      "What is learned: a distribution, handwritten digits by their principal components, a file of points (CSV or .npy, one point per row) or of pictures (.npy of shape (pictures, height, width), with one channel or three before or after), or a mixture as text",
    )
    .meta({
      ...{ file: "points", choices: ["gmm8", "rings", "moons", "spiral", "digits"], front: true },
      names: distributionNames,
    }),
  labels: labelsParameter(),
  scaling: scalingParameter(),
  row: rowParameter(),
  points: integer(2, 1e7)
    .default(10_000)
    .describe("Points drawn from a distribution, or digits taken; all points of a file are used")
    .meta({ slider: [100, 10_000, 100], front: true }),
  width: integer(16, 4096)
    .multipleOf(16, { error: "it must be a multiple of 16" })
    .default(128)
    .describe("Units of a layer")
    .meta({ slider: [16, 512, 16], label: "Units of a layer", front: true }),
  layers: integer(1, 16)
    .default(2)
    .describe("Hidden layers")
    .meta({ slider: [1, 6, 1], front: true }),
  batch: integer(4, 65_536)
    .multipleOf(4, { error: "it must be a multiple of 4" })
    .default(256)
    .describe("Samples per minibatch")
    .meta({ slider: [16, 1024, 16] }),
  learningRate: number(0, 1)
    .default(1e-3)
    .describe("Learning rate of Adam, after a warm-up of 100 steps")
    .meta({ live: true, slider: [0, 0.01, 0.0005], front: true }),
  decay: z
    .enum(["cosine", "none"], { error: "it must be cosine or none" })
    .default("cosine")
    .describe("How the learning rate decays: to 0 over the given steps, or not at all"),
  steps: integer(1, 1e8)
    .default(4000)
    .describe("Steps of training")
    .meta({ slider: [500, 20_000, 500], front: true }),
  ema: number(0, 1e8)
    .default(200)
    .describe(
      "Half-life, in steps, of the moving average of the parameters, which is the resulting network; 0: no averaging",
    )
    .meta({ label: "Averaging half-life" }),
  noiseMean: number(-10, 10)
    .default(-0.5)
    .describe("Mean of ln(σ / σ_data) of the noise levels in training")
    .meta({ page: false }),
  noiseSd: number(0, 5)
    .default(1.2)
    .describe("Standard deviation of ln(σ / σ_data) of the noise levels in training")
    .meta({ page: false }),
  dropout: number(0, 1)
    .default(0.5)
    .describe("Share of samples whose class is withheld, where there are classes; guidance needs some")
    .meta({ page: false }),
});

/** All parameters of a training with their values, as `points.parameters` holds them. */
export type DiffusionTrainingParameters = z.output<typeof diffusionTrainingParameters>;

/** Defaults of links and checkpoints of version 1. */
export const VERSION_1 = { scaling: "none" } as const;
