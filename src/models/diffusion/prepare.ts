// From parameters to a sampling run: which denoiser, which noise levels, and whether they fit each other.

import { ParameterError } from "../../device/errors.ts";
import { base64Bytes } from "../../files/base64.ts";
import type { DataSet } from "./data/data-set.ts";
import { dataSetOf } from "./data/index.ts";
import { referenceOf } from "./denoisers/reference-of.ts";
import { shippedNetwork } from "./denoisers/shipped.ts";
import { readNetwork } from "./network/file.ts";
import type { Decoder, Network } from "./network/shape.ts";
import type { DiffusionParameters, SamplerName } from "./parameters.ts";
import { programOf, type SamplerOptions, wayOf } from "./program.ts";
import { remainingOf } from "./remaining.ts";
import type { Denoiser, Sampling } from "./sampling.ts";
import { type Schedule, scheduleOf } from "./schedules.ts";

export interface Prepared {
  sampling: Sampling;
  options: SamplerOptions;
  data: DataSet;
  decoder?: Decoder;
}

const SCHEDULES: Record<SamplerName, NonNullable<DiffusionParameters["schedule"]>> = {
  ddpm: "linear",
  ddim: "linear",
  "ddim-inverse": "linear",
  lcm: "linear",
  "flow-euler": "flow",
  "euler-maruyama": "vp",
  langevin: "ve",
  euler: "karras",
  "euler-ancestral": "karras",
  heun: "karras",
  "dpmpp-2m": "karras",
  "dpmpp-2m-sde": "karras",
};

export const defaultSchedule = (sampler: SamplerName) => SCHEDULES[sampler];

/** Numbers of a sample, and of one that an invocation holds by itself. */
const MOST_NUMBERS = 4096;
const HELD = 256;

/** @throws ParameterError naming what does not fit */
export async function prepare(parameters: DiffusionParameters, seed: bigint, levels?: Schedule): Promise<Prepared> {
  const data = await dataSetOf(parameters.data, { points: parameters.points, seed });
  const denoiser = await denoiserOf(parameters, data);
  const network = denoiser.kind === "network" ? denoiser.network : undefined;
  const { dimension } = data;
  checkDimension(data, denoiser, network);
  const schedule = parameters.schedule ?? SCHEDULES[parameters.sampler];
  checkSchedule(parameters, schedule, denoiser);
  const way = wayOf(parameters.sampler, levels ?? scheduleOf({ ...parameters, schedule }));
  const classes = network ? network.shape.classes : data.classes;
  checkClasses(parameters, classes, denoiser);
  const remaining =
    parameters.sampler === "ddpm" && parameters.variance === "exact"
      ? remainingOf(referenceOf(denoiser, dimension)!, data)
      : undefined;
  const options: SamplerOptions = { ...parameters, ...(remaining ? { remaining } : {}) };
  const { samples, firstSample, label, guidance, clip, threshold } = parameters;
  if (firstSample + samples > 2 ** 32) {
    throw new ParameterError(
      "firstSample",
      `firstSample ${firstSample}: samples are numbered to 4294967295; take fewer.`,
    );
  }
  const known = knownOf(parameters.known, dimension);
  if (parameters.resample > 1 && !known) {
    throw new ParameterError(
      "resample",
      `resample ${parameters.resample}: steps are repeated for inpainting; set known.`,
    );
  }
  const sampling: Sampling = {
    ...{ dimension, samples, firstSample, seed, denoiser, label, classes, guidance, clip, threshold },
    ...{ schedule: way, program: checkedProgram(way, options, schedule) },
    ...(known ? { known } : {}),
  };
  const decoder = network?.decoder ?? data.decoder;
  return { sampling, options, data, ...(decoder ? { decoder } : {}) };
}

/** @throws ParameterError for noise levels so close, so small or so large that 32-bit floats do not hold a step between them */
function checkedProgram(way: Schedule, options: SamplerOptions, schedule: string) {
  const program = programOf(way, options);
  const wrong = program.stages.findIndex(({ a, h, g, c, e, s }) =>
    [a, h, g, c, e, s].some((value) => !Number.isFinite(Math.fround(value))),
  );
  if (wrong < 0) return program;
  const step = program.starts.findIndex((first) => first > wrong);
  const [from, to] = [way.levels[step - 1], way.levels[step]];
  throw new ParameterError(
    "schedule",
    `schedule ${schedule}: step ${step} goes from signal ${from.signal} and noise ${from.noise} to ${to.signal} and ${to.noise}, which 32-bit floats do not hold; take noise levels further apart and nearer 1 (betaStart, betaEnd, sigmaMin, sigmaMax, shift), or another sampler.`,
  );
}

async function denoiserOf({ denoiser, prediction }: DiffusionParameters, data: DataSet): Promise<Denoiser> {
  if (denoiser === "exact") {
    if (data.mixture) return { kind: "mixture", mixture: data.mixture };
    return { kind: "points", points: data.points, ...(data.labels ? { labels: data.labels } : {}) };
  }
  if (denoiser === "mlp") return { kind: "network", network: await shippedNetwork(data.name) };
  const file = base64Bytes(denoiser);
  if (!file) {
    throw new ParameterError(
      "denoiser",
      `denoiser "${denoiser.slice(0, 40)}": it is exact, mlp, or a file: .safetensors or .wgsl.`,
    );
  }
  const wgsl = wgslOf(file);
  if (wgsl !== undefined) return { kind: "custom", wgsl, prediction };
  return { kind: "network", network: readNetwork(file) };
}

/** A file that is text with a function in it, or undefined. */
function wgslOf(file: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(file);
    return /\bfn\s+model\s*\(/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function checkDimension({ name, dimension }: DataSet, { kind }: Denoiser, network: Network | undefined): void {
  if (network && network.shape.dimension !== dimension) {
    throw new ParameterError(
      "denoiser",
      `denoiser: the network is of ${network.shape.dimension} numbers (trained on ${network.data}), but ${name} has ${dimension}; set data to what it was trained on.`,
    );
  }
  const most = kind === "mixture" || kind === "custom" ? HELD : MOST_NUMBERS;
  if (dimension > most) {
    throw new ParameterError(
      "data",
      `data: a point has ${dimension} numbers; with this denoiser there are at most ${most}.`,
    );
  }
}

function checkSchedule(
  { sampler, variance, threshold, clip }: DiffusionParameters,
  schedule: NonNullable<DiffusionParameters["schedule"]>,
  denoiser: Denoiser,
): void {
  if (schedule === "flow" && !["flow-euler", "ddim", "ddpm", "dpmpp-2m", "dpmpp-2m-sde"].includes(sampler)) {
    throw new ParameterError(
      "schedule",
      `schedule flow: it begins without any signal, which ${sampler} divides by; take flow-euler, ddim, ddpm or dpmpp-2m.`,
    );
  }
  if (sampler === "lcm" && !["linear", "scaled-linear", "cosine"].includes(schedule)) {
    throw new ParameterError(
      "schedule",
      `schedule ${schedule}: lcm needs the times of linear, scaled-linear or cosine.`,
    );
  }
  if (sampler === "ddpm" && variance === "exact" && (denoiser.kind === "network" || denoiser.kind === "custom")) {
    throw new ParameterError(
      "variance",
      "variance exact: only denoiser exact knows how much is left to know of a sample; take small or large.",
    );
  }
  if (threshold > 0 && (denoiser.kind === "network" || denoiser.kind === "points")) {
    throw new ParameterError(
      "threshold",
      `threshold ${threshold}: dynamic thresholding is for mixtures and models in WGSL; here take ${clip > 0 ? "clip alone" : "clip"}.`,
    );
  }
}

function checkClasses({ label, guidance, data }: DiffusionParameters, classes: number, denoiser: Denoiser): void {
  const what = data.length > 40 ? `${data.slice(0, 40)}…` : data;
  if (label !== -1 && (classes === 0 || denoiser.kind === "custom")) {
    throw new ParameterError("label", `label ${label}: the denoiser of ${what} knows no classes; leave it at -1.`);
  }
  if (label >= classes && classes > 0) {
    throw new ParameterError("label", `label ${label}: ${what} has the classes 0 to ${classes - 1}.`);
  }
  if (guidance > 0 && label === -1) {
    throw new ParameterError(
      "guidance",
      `guidance ${guidance}: it leads towards a class; set label, -2 for each in turn.`,
    );
  }
}

function knownOf(text: string, dimension: number): (number | undefined)[] | undefined {
  if (text.trim() === "") return undefined;
  const parts = text.split(",").map((part) => part.trim());
  if (parts.length !== dimension) {
    throw new ParameterError(
      "known",
      `known "${text.slice(0, 40)}": it has ${parts.length} numbers, but a sample ${dimension}; write ? for those that are not given.`,
    );
  }
  return parts.map((part) => {
    if (part === "?") return undefined;
    const value = part === "" ? Number.NaN : Number(part);
    if (Number.isFinite(value)) return value;
    throw new ParameterError("known", `known: "${part}" is no number; write ? for one that is not given.`);
  });
}

/** Two sample numbers. */
export function endsOf(text: string): [number, number] | undefined {
  if (text.trim() === "") return undefined;
  const [, from, to] = /^\s*(\d{1,10})\s*,\s*(\d{1,10})\s*$/.exec(text) ?? [];
  const ends = [Number(from), Number(to)];
  if (from === undefined || ends.some((end) => end >= 2 ** 32)) {
    throw new ParameterError("interpolate", `interpolate "${text.slice(0, 40)}": give two sample numbers, as in 3,7.`);
  }
  return ends as [number, number];
}
