// From parameters to a sampling run: which denoiser, which noise levels, and whether they fit each other.

import { ParameterError } from "../../device/errors.ts";
import { base64Bytes } from "../../files/base64.ts";
import { readNetwork } from "../../network/file.ts";
import type { Unit } from "../../network/sample.ts";
import { type Decoder, inItsUnit, type Network } from "../../network/shape.ts";
import type { DataSet } from "./data/data-set.ts";
import { dataNames, dataSetOf, isOfUnitSize } from "./data/index.ts";
import type { Scaling } from "./data/unit.ts";
import { referenceOf } from "./denoisers/reference-of.ts";
import { shippedNetwork } from "./denoisers/shipped.ts";
import type { DiffusionParameters, SamplerName } from "./parameters.ts";
import { remainingOf } from "./remaining.ts";
import { programOf, type SamplerOptions, scheduleFor } from "./sampler-stages.ts";
import type { Denoiser, Sampling } from "./sampling.ts";
import { type Schedule, scheduleOf } from "./schedules.ts";
import { endNotes, sizeOf, startNotes } from "./start.ts";

export interface Prepared {
  sampling: Sampling;
  options: SamplerOptions;
  data: DataSet;
  decoder?: Decoder;
  /** Notes that a reader of the samples needs. */
  notes: string[];
  /** Numbers of a sample that are given, in the data's own units. */
  given?: (number | undefined)[];
  /** What a user calls the classes. */
  names?: readonly string[];
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

/** The schedule of noise levels that a sampler has if none is set. */
export const defaultSchedule = (sampler: SamplerName) => SCHEDULES[sampler];

/** Numbers of a sample, and of one that an invocation holds by itself. */
export const MOST_NUMBERS = 4096;
const HELD = 256;

/**
 * @param levels of the user's own, in place of a schedule
 * @param begun samples begin with what the user gives, in place of noise
 * @throws ParameterError naming what does not fit
 */
export async function prepare(
  parameters: DiffusionParameters,
  seed: bigint,
  levels?: Schedule,
  begun = false,
): Promise<Prepared> {
  const model = await modelOf(parameters);
  const { points, labels, row } = parameters;
  const scaling = unitFor(parameters, model);
  const data = await dataSetOf(parameters.data, { points, seed, labels, row, ...(scaling ? { scaling } : {}) });
  const denoiser = model ?? exactDenoiser(data);
  const network = denoiser.kind === "network" ? denoiser.network : undefined;
  const { dimension } = data;
  checkDimension(data, denoiser, network);
  const schedule = parameters.schedule ?? SCHEDULES[parameters.sampler];
  checkSchedule(parameters, schedule, denoiser);
  const plain = levels ?? scheduleOf({ ...parameters, schedule });
  checkSignal(parameters, plain, levels ? undefined : schedule, denoiser);
  const way = scheduleFor(parameters.sampler, plain);
  const isInverse = parameters.sampler === "ddim-inverse";
  const refuses = denoiser.kind !== "custom" && !levels;
  const notes =
    begun || isInverse
      ? []
      : startNotes(way, sizeOf(data, network), levels ? undefined : schedule, parameters, { refuses });
  // With the optimal variance of ddpm every step leaves the spread that it should.
  const isSpread = parameters.sampler === "ddpm" && parameters.variance === "exact";
  if (denoiser.kind === "mixture" && !isInverse && !isSpread) notes.push(...(await endNotes(way, data)));
  const { classes, names } = network
    ? { classes: network.shape.classes, names: network.classNames }
    : { classes: data.classes, names: data.classNames };
  const label = classOf(parameters, { classes, names }, denoiser);
  const remaining =
    parameters.sampler === "ddpm" && parameters.variance === "exact"
      ? remainingOf(referenceOf(denoiser, dimension)!, data)
      : undefined;
  const options: SamplerOptions = { ...parameters, ...(remaining ? { remaining } : {}) };
  const { samples, firstSample, guidance, clip, threshold } = parameters;
  if (firstSample + samples > 2 ** 32) {
    throw new ParameterError(
      "firstSample",
      `firstSample ${firstSample}: samples are numbered to 4294967295; take fewer.`,
    );
  }
  const given = knownOf(parameters.known, dimension);
  const known = given && scaledKnown(given, data.unit);
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
  return {
    ...{ sampling, options, data: named(data, network), notes },
    ...(decoder ? { decoder } : {}),
    ...(given ? { given } : {}),
    ...(names ? { names } : {}),
  };
}

/** What a network knows of its samples counts; labels of other classes are none of its. */
function named(data: DataSet, network: Network | undefined): DataSet {
  if (!network) return data;
  const { pixels, classNames } = network;
  const own = { ...data, ...(pixels ? { pixels } : {}) };
  if (classNames && data.classNames && `${classNames}` !== `${data.classNames}`) delete own.labels;
  return own;
}

/** The unit that samples are denoised in, or how it follows from the data. @throws ParameterError for one that the denoiser does not have */
function unitFor({ scaling, data }: DiffusionParameters, model: Denoiser | undefined): Scaling | Unit | undefined {
  const refuse = (what: string) => new ParameterError("scaling", `scaling ${scaling}: ${what}`);
  if (model?.kind === "custom") {
    if (scaling === undefined || scaling === "none") return "none";
    throw refuse("a model in WGSL denoises numbers as they are; leave scaling out, and scale within the model.");
  }
  if (model?.kind === "network") {
    const { unit } = model.network;
    if (unit && scaling !== undefined) {
      throw refuse("the network has the unit that it was trained in; leave scaling out.");
    }
    return unit ?? "none";
  }
  return scaling ?? (isOfUnitSize(data) ? "none" : undefined);
}

/** @throws ParameterError for noise levels so close, so small or so large that 32-bit floats do not hold a step between them */
function checkedProgram(way: Schedule, options: SamplerOptions, schedule: string) {
  const isHeld = (value: number) => Number.isFinite(Math.fround(value));
  const beyond = [{ noise: way.start }, ...way.levels].find((level) => !Object.values(level).every(isHeld));
  if (beyond) {
    throw new ParameterError(
      "schedule",
      `schedule ${schedule}: a level of noise ${beyond.noise} is beyond what 32-bit floats hold; take noise levels nearer 1 (betaStart, betaEnd, sigmaMin, sigmaMax, shift).`,
    );
  }
  const program = programOf(way, options);
  const wrong = program.stages.findIndex(({ a, h, g, c, e, s }) => ![a, h, g, c, e, s].every(isHeld));
  if (wrong < 0) return program;
  const step = program.starts.findIndex((first) => first > wrong);
  const [from, to] = [way.levels[step - 1], way.levels[step]];
  throw new ParameterError(
    "schedule",
    `schedule ${schedule}: step ${step} goes from signal ${from.signal} and noise ${from.noise} to ${to.signal} and ${to.noise}, which 32-bit floats do not hold; take noise levels further apart and nearer 1 (betaStart, betaEnd, sigmaMin, sigmaMax, shift), or another sampler.`,
  );
}

function exactDenoiser({ mixture, points, labels }: DataSet): Denoiser {
  return mixture ? { kind: "mixture", mixture } : { kind: "points", points, ...(labels ? { labels } : {}) };
}

/** A denoiser that does not follow from the data; undefined for the exact one. */
async function modelOf({ denoiser, prediction, data, scaling }: DiffusionParameters): Promise<Denoiser | undefined> {
  if (denoiser === "exact") return undefined;
  if (denoiser === "mlp") return { kind: "network", network: await shippedNetwork(shortName(data)) };
  const file = base64Bytes(denoiser);
  if (!file) {
    throw new ParameterError(
      "denoiser",
      `denoiser "${denoiser.slice(0, 40)}": it must be exact, mlp, or a file: .safetensors or .wgsl.`,
    );
  }
  const wgsl = wgslOf(file);
  if (wgsl !== undefined) return { kind: "custom", wgsl, prediction };
  const network = readNetwork(file);
  // One of gibbs 0.1.0 has none, and what it was trained on is of any size.
  const isScaled = network.unit !== undefined || (scaling !== "none" && !isOfUnitSize(network.data));
  return { kind: "network", network: isScaled ? inItsUnit(network) : network };
}

/** As a data set is called. */
const shortName = (data: string) =>
  (dataNames as readonly string[]).includes(data) ? data : data.includes("[") ? "mixture" : "points or drawings";

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
  if (sampler === "lcm" && !["linear", "scaled-linear", "cosine"].includes(schedule)) {
    throw new ParameterError(
      "schedule",
      `schedule ${schedule}: lcm needs the times of linear, scaled-linear or cosine.`,
    );
  }
  if (sampler === "ddpm" && variance === "exact" && (denoiser.kind === "network" || denoiser.kind === "custom")) {
    throw new ParameterError(
      "variance",
      "variance exact: only the exact denoiser knows the posterior variance of a sample; use small or large.",
    );
  }
  if (threshold > 0 && (denoiser.kind === "network" || denoiser.kind === "points")) {
    throw new ParameterError(
      "threshold",
      `threshold ${threshold}: dynamic thresholding is for mixtures and models in WGSL; here take ${clip > 0 ? "clip alone" : "clip"}.`,
    );
  }
}

/** @throws ParameterError for a sampler or a model that divides by a signal that is 0 at the start */
function checkSignal(
  { sampler, prediction, terminal }: DiffusionParameters,
  { levels }: Schedule,
  schedule: string | undefined,
  denoiser: Denoiser,
): void {
  if (levels.every(({ signal }) => signal > 0)) return;
  const name = schedule === undefined ? "levels" : terminal === "zero" && schedule !== "flow" ? "terminal" : "schedule";
  const what = { levels: "levels", terminal: "terminal zero", schedule: `schedule ${schedule}` }[name];
  if (!["flow-euler", "ddim", "ddpm", "dpmpp-2m", "dpmpp-2m-sde", "lcm"].includes(sampler)) {
    throw new ParameterError(
      name,
      `${what}: it begins without any signal, which ${sampler} divides by; take flow-euler, ddim, ddpm or dpmpp-2m.`,
    );
  }
  if (denoiser.kind === "custom" && (prediction === "epsilon" || prediction === "score")) {
    throw new ParameterError(
      "prediction",
      `prediction ${prediction}: with ${what} there is no signal at the start, where noise says nothing of the sample; take a model that puts out v_prediction, flow_prediction or sample.`,
    );
  }
}

/**
 * The class that is requested: a label that is an integer by itself, others by their place.
 *
 * @throws ParameterError for one that there is not, and for guidance without one
 */
function classOf(
  { label, guidance, data }: DiffusionParameters,
  { classes, names }: { classes: number; names: readonly string[] | undefined },
  denoiser: Denoiser,
): number {
  // Points of a file are a long text.
  const what = /^\d+x\d/.test(data) ? "the data" : data.length > 40 ? `${data.slice(0, 40)}…` : data;
  if (label !== -1 && (classes === 0 || denoiser.kind === "custom")) {
    throw new ParameterError("label", `label ${label}: the denoiser of ${what} knows no classes; leave it at -1.`);
  }
  const whole = names?.every((name) => /^\d+$/.test(name));
  const at = label >= 0 && whole ? names!.indexOf(String(label)) : label;
  if (classes > 0 && (at >= classes || (label >= 0 && at < 0))) {
    const all = names?.map((name, k) => (whole ? name : `${k} (${name})`));
    const known = all ? `${all.slice(0, 20).join(", ")}${all.length > 20 ? ", …" : ""}` : `0 to ${classes - 1}`;
    throw new ParameterError("label", `label ${label}: ${what} has the classes ${known}.`);
  }
  if (guidance > 0 && label === -1) {
    throw new ParameterError(
      "guidance",
      `guidance ${guidance}: it leads towards a class; set label, -2 for each in turn.`,
    );
  }
  return at;
}

/** Given numbers in the denoiser's units. @throws ParameterError for another value of a number that never changes */
function scaledKnown(given: readonly (number | undefined)[], unit: Unit | undefined): (number | undefined)[] {
  if (!unit) return [...given];
  return given.map((value, i) => {
    const [centre, scale] = [unit.centre[i], unit.scale[i]];
    if (value === undefined || scale > 0) return value === undefined ? undefined : (value - centre) / scale;
    if (value === centre) return 0;
    throw new ParameterError(
      "known",
      `known: number ${i + 1} is ${value}, but it is ${centre} in all of the data; write ? for it.`,
    );
  });
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
    throw new ParameterError("known", `known: "${part}" is not a number; write ? for one that is not given.`);
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
