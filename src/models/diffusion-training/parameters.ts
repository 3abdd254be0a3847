// The parameters of the training of a denoiser, declared once.

import * as z from "zod";
import { labelsParameter, rowParameter, scalingParameter } from "../diffusion/parameters.ts";
import { integer, number } from "../parameters.ts";

export const diffusionTrainingParameters = z.object({
  data: z
    .string({ error: "it is a text" })
    .default("gmm8")
    .describe(
      "What is learned: a law, handwritten digits by their principal components, a file of points (CSV or .npy, a point a row) or of pictures (.npy of shape (pictures, height, width), with one channel or three before or after), or a mixture as text",
    )
    .meta({ file: "points", choices: ["gmm8", "rings", "moons", "spiral", "digits"] }),
  labels: labelsParameter(),
  scaling: scalingParameter(),
  row: rowParameter(),
  points: integer(2, 1e7)
    .default(10_000)
    .describe("Points that are drawn of a law, or digits that are taken; of a file all are")
    .meta({ slider: [100, 10_000, 100] }),
  width: integer(16, 4096)
    .multipleOf(16, { error: "it is a multiple of 16" })
    .default(128)
    .describe("Units of a layer")
    .meta({ slider: [16, 512, 16] }),
  layers: integer(1, 16)
    .default(2)
    .describe("Layers of units")
    .meta({ slider: [1, 6, 1] }),
  batch: integer(4, 65_536)
    .multipleOf(4, { error: "it is a multiple of 4" })
    .default(256)
    .describe("Samples of a minibatch")
    .meta({ slider: [16, 1024, 16] }),
  learningRate: number(0, 1)
    .default(1e-3)
    .describe("Learning rate of Adam, after a warm-up of 100 steps")
    .meta({ live: true, slider: [0, 0.01, 0.0005] }),
  decay: z
    .enum(["cosine", "none"], { error: "it is cosine or none" })
    .default("cosine")
    .describe("How the learning rate falls: to 0 in the given steps, or not at all"),
  steps: integer(1, 1e8)
    .default(4000)
    .describe("Steps of training")
    .meta({ slider: [500, 20_000, 500] }),
  ema: number(0, 1e8)
    .default(200)
    .describe(
      "Half-life in steps of the moving average of the parameters, which is the network that comes out; 0: none",
    )
    .meta({ label: "Averaging half-life" }),
  noiseMean: number(-10, 10)
    .default(-0.5)
    .describe("Mean of ln(σ / σ_data) of the noise levels that are learned from")
    .meta({ page: false }),
  noiseSd: number(0, 5).default(1.2).describe("Its standard deviation").meta({ page: false }),
  dropout: number(0, 1)
    .default(0.5)
    .describe("Share of samples whose class is not told, where there are classes; guidance needs some")
    .meta({ page: false }),
});

export type DiffusionTrainingParameters = z.output<typeof diffusionTrainingParameters>;

/** What links and checkpoints of version 1 leave unsaid. */
export const VERSION_1 = { scaling: "none" } as const;
