// The parameters of diffusion sampling, declared once: what is sampled, by which denoiser, along which noise levels.

import * as z from "zod";
import { integer, number } from "../parameters.ts";
import { scalings } from "./data/unit.ts";

export const samplerNames = [
  "ddpm",
  "ddim",
  "ddim-inverse",
  "euler",
  "euler-ancestral",
  "heun",
  "dpmpp-2m",
  "dpmpp-2m-sde",
  "langevin",
  "euler-maruyama",
  "flow-euler",
  "lcm",
] as const;
/** The name of a sampler of `diffusion`. */
export type SamplerName = (typeof samplerNames)[number];

const scheduleNames = ["linear", "scaled-linear", "cosine", "karras", "exponential", "vp", "ve", "flow"] as const;

/** As shaders/diffusion/custom.wgsl numbers them. */
export const predictions = ["sample", "epsilon", "v_prediction", "score", "flow_prediction"] as const;

/** What pages call samplers. */
const SAMPLERS: Partial<Record<SamplerName, string>> = {
  ddpm: "DDPM",
  ddim: "DDIM",
  "ddim-inverse": "DDIM, inverse",
  "dpmpp-2m": "DPM-Solver++ (2M)",
  "dpmpp-2m-sde": "DPM-Solver++ (2M, SDE)",
  "euler-maruyama": "Euler–Maruyama",
  "flow-euler": "Euler on flows",
  lcm: "Consistency model (LCM)",
};

const positive = () => z.number({ error: "it must be a finite number" }).gt(0, { error: "it must be above 0" });
const oneOf = <T extends readonly string[]>(names: T) =>
  z.enum(names as unknown as [T[number], ...T[number][]], { error: `it must be one of ${names.join(", ")}` });

/** What pages call the built-in distributions. */
export const distributionNames = { gmm8: "Eight Gaussians", moons: "Two moons", digits: "Handwritten digits" };

/** Parameters of a user's points that sampling and training share. */
export const labelsParameter = () =>
  z
    .string({ error: "it must be a text" })
    .default("")
    .describe(
      "Classes of your own points: a file of integers or words, one per point (.npy, or text with one per line)",
    )
    .meta({ file: "labels" });
export const scalingParameter = () =>
  oneOf(scalings)
    .optional()
    .describe(
      "Units in which data are denoised, from the file's mean and standard deviation: of each column by itself, of the whole, or none; by default whole for pictures, columns for other points and mixtures, and none for the built-in distributions, for drawings and for models in WGSL. Results are in the data's own units",
    )
    .meta({ page: false });
export const rowParameter = () =>
  integer(0, 4096)
    .default(0)
    .describe(
      "Pixels in a row of a picture, where each row of the table is a picture; 0: recognised by itself for square pictures of bytes or of numbers from 0 to 1 or -1 to 1",
    )
    .meta({ page: false });

export const diffusionParameters = z.object({
  data: z
    .string({ error: "it must be a text" })
    .default("gmm8")
    .describe(
      "What is sampled: a known distribution, handwritten digits, a file of points (CSV or .npy, one point per row) or of pictures (.npy of shape (pictures, height, width), with one channel or three before or after), or a mixture as text",
    )
    .meta({
      ...{ file: "points", choices: ["gmm8", "rings", "moons", "spiral", "digits"], front: true },
      names: distributionNames,
    }),
  labels: labelsParameter(),
  scaling: scalingParameter(),
  row: rowParameter(),
  denoiser: z
    .string({ error: "it must be a text" })
    .default("exact")
    .describe(
      "exact: the posterior mean of the distribution itself, or of the data's points; mlp: a built-in network trained on the data; or a file, .safetensors or .wgsl",
    )
    .meta({
      ...{ file: "bytes", choices: ["exact", "mlp"], front: true },
      names: { exact: "Exact score", mlp: "Built-in network (MLP)" },
    }),
  sampler: oneOf(samplerNames)
    .default("ddim")
    .describe("How samples move from one noise level to the next")
    .meta({ front: true, names: SAMPLERS }),
  schedule: oneOf(scheduleNames)
    .optional()
    .describe(
      "Noise levels; by default linear for ddpm, ddim and lcm, flow for flow-euler, vp for euler-maruyama, ve for langevin, else karras",
    )
    .meta({
      front: true,
      names: { vp: "Variance preserving (VP)", ve: "Variance exploding (VE)", flow: "Flow matching" },
    }),
  steps: integer(1, 100_000)
    .default(50)
    .describe("Steps from noise to data")
    .meta({ slider: [1, 250, 1], front: true }),
  samples: integer(1, 2 ** 27)
    .default(4096)
    .describe("Samples side by side")
    .meta({ slider: [256, 65_536, 256], front: true }),
  firstSample: integer(0, 2 ** 32 - 1)
    .default(0)
    .describe(
      "Number of the first sample: noise depends on a sample's number, so any part of a batch can be regenerated",
    )
    .meta({ page: false }),
  points: integer(2, 1e7)
    .default(2000)
    .describe("Points of the data set, where it is drawn from a distribution and the denoiser knows only the points")
    .meta({ slider: [2, 5000, 1] }),
  label: integer(-2, 1e6)
    .default(-1)
    .describe(
      "Class to sample: the label with that number, or where labels are words, their number in order; -1 for none, -2 for each class in turn",
    )
    .meta({ slider: [-2, 9, 1] }),
  guidance: number(0, 100)
    .default(0)
    .describe("Guidance w towards the class: D = (1 + w) D(x, class) - w D(x); guidance_scale of diffusers is 1 + w")
    .meta({ slider: [0, 5, 0.1] }),
  eta: number(0, 1)
    .default(0)
    .describe("Noise of ddim: 0 for none, 1 for as much as ddpm")
    .meta({ slider: [0, 1, 0.05], label: "Noise of DDIM η" }),
  variance: oneOf(["small", "large", "exact"] as const)
    .default("small")
    .describe(
      "Noise of ddpm: fixed_small or fixed_large of diffusers, or the optimal variance, which exact denoisers know",
    )
    .meta({ label: "Noise of DDPM" }),
  churn: number(0, 1000)
    .default(0)
    .describe("Noise added on the way by heun and euler: S_churn of Karras et al.")
    .meta({ page: false }),
  churnFrom: number(0, 1e9).default(0).describe("S_tmin: the least noise level that is churned").meta({ page: false }),
  churnTo: number(0, 1e9).default(1e9).describe("S_tmax: the largest").meta({ page: false }),
  churnNoise: number(0, 10).default(1).describe("S_noise: standard deviation of what is added").meta({ page: false }),
  snr: number(0, 10)
    .default(0.16)
    .describe("Size of the corrector's steps of langevin, as a signal-to-noise ratio")
    .meta({ page: false }),
  corrections: integer(0, 100).default(1).describe("Corrector steps of langevin after each step").meta({ page: false }),
  spacing: oneOf(["leading", "trailing", "linspace"] as const)
    .optional()
    .describe(
      "Which of the times of a discrete schedule are taken; by default leading, and of lcm those of originalSteps",
    )
    .meta({ label: "Spacing of times", names: { linspace: "Evenly spaced" } }),
  originalSteps: integer(1, 100_000)
    .default(50)
    .describe("Steps of the solver that a consistency model was distilled from: lcm takes its times among them")
    .meta({ page: false }),
  last: oneOf(["zero", "first"] as const)
    .optional()
    .describe(
      "Where a sample ends: at zero noise, or at the first level of the schedule; by default first for vp and ve, else zero",
    )
    .meta({ page: false }),
  trainSteps: integer(1, 100_000).default(1000).describe("Times of a discrete schedule").meta({ page: false }),
  betaStart: positive()
    .max(1, { error: "it must be at most 1" })
    .default(1e-4)
    .describe("First β of a discrete schedule")
    .meta({ page: false }),
  betaEnd: positive()
    .max(1, { error: "it must be at most 1" })
    .default(0.02)
    .describe("Last β of a discrete schedule")
    .meta({ page: false }),
  terminal: oneOf(["schedule", "zero"] as const)
    .default("schedule")
    .describe(
      "Signal at the last time of a discrete schedule: as it follows from the β, or rescaled to zero (rescale_betas_zero_snr of diffusers)",
    )
    .meta({ page: false }),
  sigmaMin: positive()
    .default(0.002)
    .describe(
      "Lowest noise level of karras, exponential and ve, in the denoiser's units: standard deviations of scaled data",
    )
    .meta({ page: false }),
  sigmaMax: positive().default(80).describe("Highest noise level of these").meta({ page: false }),
  rho: positive()
    .max(100, { error: "it must be at most 100" })
    .default(7)
    .describe("Exponent ρ of karras")
    .meta({ page: false }),
  shift: positive().default(1).describe("Shift of flow towards noise").meta({ page: false }),
  clip: number(0, 1e9)
    .default(0)
    .describe(
      "Bound of the denoised sample in each step, in the denoiser's units: standard deviations from the mean of scaled data; 0 for none (clip_sample_range of diffusers)",
    )
    .meta({ page: false }),
  threshold: number(0, 1)
    .default(0)
    .describe(
      "Dynamic thresholding: this quantile of the absolute denoised numbers of a sample, up to clip, becomes 1; 0 for none",
    )
    .meta({ page: false }),
  known: z
    .string({ error: "it must be a text" })
    .default("")
    .describe('Inpainting: the numbers of a sample that are given, the others as ?, as in "1.5,?"')
    .meta({ lines: 1, label: "Given numbers" }),
  resample: integer(1, 100)
    .default(1)
    .describe("Inpainting: how often each step is repeated, with noise added in between (RePaint)")
    .meta({ page: false }),
  interpolate: z
    .string({ error: "it must be a text" })
    .default("")
    .describe('Two sample numbers, as in "3,7": samples start on the arc between the noise of these two')
    .meta({ lines: 1, page: false }),
  probes: integer(0, 65_536)
    .default(0)
    .describe(
      "Noisy points at each of 16 times, from which speciation and collapse of the data are measured; 0: not measured",
    )
    .meta({ page: false }),
  prediction: oneOf(predictions)
    .default("sample")
    .describe("Output of your own denoiser in WGSL")
    .meta({ page: false }),
  rules: integer(1, 2)
    .default(2)
    .describe(
      "Rules by which noise levels are chosen: 1 as in gibbs 0.1.0, with lcm spaced like ddim, last left aside by vp and ve, and halves of trailing times rounded up; 2 as diffusers does",
    )
    .meta({ page: false }),
});

/** Defaults of links and checkpoints of version 1. */
export const VERSION_1 = { scaling: "none", rules: 1, spacing: "leading", last: "zero" } as const;

/** All parameters of a diffusion run with their values, as `points.parameters` holds them. */
export type DiffusionParameters = z.output<typeof diffusionParameters>;
export type Prediction = DiffusionParameters["prediction"];
