// What a sampling run is, resolved: the seam between the API of diffusion and its two engines.

import type { Network } from "../../network/shape.ts";
import { STREAMS } from "../../random/streams.ts";
import type { StepOptions } from "../advance.ts";
import type { Mixture } from "./data/data-set.ts";
import type { Prediction } from "./parameters.ts";
import type { Program } from "./sampler-stages.ts";
import type { Schedule } from "./schedules.ts";

export const PURPOSE = STREAMS.diffusion.sampling;

/** Apart from each other within the purpose: of sampling, of what is given, and of noisy data by which a law is measured. */
export const USE = { steps: 0, given: 1, remaining: 2, regimes: 3 } as const;

export type Denoiser =
  | { kind: "mixture"; mixture: Mixture }
  /** Points of a data set, [point][dimension], and their classes, of which there may be none. */
  | { kind: "points"; points: Float32Array; labels?: Uint8Array }
  | { kind: "network"; network: Network }
  /** `fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample` in WGSL, Sample an array of f32. */
  | { kind: "custom"; wgsl: string; prediction: Prediction };

export interface Sampling {
  dimension: number;
  samples: number;
  firstSample: number;
  seed: bigint;
  schedule: Schedule;
  program: Program;
  denoiser: Denoiser;
  /** -1 for none, -2 for each class in turn. */
  label: number;
  classes: number;
  guidance: number;
  clip: number;
  threshold: number;
  /** Numbers of a sample that are given. */
  known?: (number | undefined)[];
}

/** All that changes, [dimension][sample]: samples, and what the denoiser made of them a step before, where the sampler uses it. */
export interface SamplerState {
  x: Numbers;
  previous: Numbers;
}

/** The reference counts in f64, and a restart of it is exact like any other. */
export type Numbers = Float32Array | Float64Array;

export interface Sampler {
  /** Fills in noise as samples begin with. */
  start(): Promise<void>;
  read(): Promise<SamplerState>;
  write(state: SamplerState): Promise<void>;
  advance(options: StepOptions): Promise<void>;
  dispose(): void;
}

/** Whether a program uses what the denoiser made a step before. */
export const remembers = ({ stages }: Program): boolean => stages.some(({ keepsDenoised }) => keepsDenoised);

/** The class of a sample: a number, or undefined for none. */
export function labelOf({ label, classes }: Pick<Sampling, "label" | "classes">, sample: number): number | undefined {
  if (label === -2) return sample % Math.max(1, classes);
  return label < 0 ? undefined : label;
}
