// A trained network from a safetensors file, as `export.ts` writes it: W, W_in, b, W_out, mean and sd, with its settings.

import { ParameterError } from "../../device/errors.ts";
import { base64Bytes } from "../../files/base64.ts";
import { readSafetensors, SafetensorsError, safetensorsMetadata, type Tensor } from "../../files/safetensors.ts";
import { ofPatch } from "./export.ts";
import type { Readout, Sums } from "./network.ts";
import { NETWORK_SETTINGS, type ReservoirParameters } from "./parameters.ts";
import type { Known, Task } from "./tasks/index.ts";
import type { Topology } from "./topology.ts";

export interface Loaded {
  topology: Topology;
  /** [patch]. */
  readouts: Readout[];
  /** [patch], of what it learned from; none in files of gibbs 0.1.0. */
  sums: Sums[];
}

function bytesOf(text: string): Uint8Array {
  const bytes = base64Bytes(text);
  if (bytes) return bytes;
  throw new ParameterError("network", "network: it must be a safetensors file as base64url.");
}

/** What reading gives; what is wrong with the file is wrong with the parameter. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw new ParameterError("network", `network: ${error.message}`);
  }
}

/** A network's file, read once. */
export interface NetworkFile extends Known {
  scales: NonNullable<Known["scales"]>;
  tensors: Record<string, Tensor>;
  /** Its settings, and what it was trained on. */
  settings: Record<string, unknown>;
  washout?: number;
  columns?: string[];
  step?: { unit: string; step: number };
}

/** The file that a parameter holds; undefined where it holds none. @throws ParameterError for one that is no network */
export function openNetwork(network: unknown): NetworkFile | undefined {
  if (typeof network !== "string" || network === "") return undefined;
  const bytes = bytesOf(network);
  const { parameters, columns, step, classes } = reading(() => safetensorsMetadata(bytes));
  const parsed = <T>(text: string): T => {
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new ParameterError("network", "network: the file says nothing of its settings; give one that gibbs wrote.");
    }
  };
  const settings = parsed<Record<string, unknown>>(parameters);
  const tensors = reading(() => readSafetensors(bytes));
  const [mean, sd] = ["mean", "sd"].map((name) => {
    const tensor = tensors[name];
    if (!tensor) throw new ParameterError("network", `network: the tensor ${name} is missing.`);
    const values = tensor.exact ?? Float64Array.from(tensor.data);
    if (values.every((value) => Number.isFinite(value) && (name === "mean" || value > 0))) return values;
    throw new ParameterError(
      "network",
      `network: the tensor ${name} has values that are not ${name === "mean" ? "finite" : "above 0"}.`,
    );
  });
  return {
    ...{ tensors, settings, scales: { mean, sd } },
    ...(typeof settings.washout === "number" && { washout: settings.washout }),
    ...(columns && { columns: parsed<string[]>(columns) }),
    ...(step && { step: parsed<{ unit: string; step: number }>(step) }),
    ...(classes && { classes: parsed<string[]>(classes) }),
  };
}

/**
 * Whether a series is what the network was trained on: columns in the same order, at the same times.
 *
 * @throws ParameterError for other columns or in another order, and for another time between rows
 */
function checkSeries({ columns: own, step: then }: NetworkFile, { names, times }: Task): void {
  if (own && names && own.join() !== names.join()) {
    const remedy = own.every((name) => names.includes(name))
      ? `choose them so: --columns ${own.join(",")}`
      : "name them alike in the file's first line, or leave that line out";
    throw new ParameterError(
      "data",
      `data: its columns are ${names.join(", ")}, and the network was trained on ${own.join(", ")}; ${remedy}.`,
    );
  }
  if (!then || !times) return;
  if (then.unit === times.unit && Math.abs(then.step / times.step - 1) < 1e-6) return;
  const show = ({ unit, step: own }: { unit: string; step: number }) =>
    unit === "number" ? `${own}` : `${own} ${unit}`;
  throw new ParameterError(
    "data",
    `data: its rows are ${show(times)} apart, and the network was trained on steps of ${show(then)}; give a series with the same steps.`,
  );
}

/**
 * What was requested, with the settings of the network's file where it says nothing of them.
 *
 * @throws ParameterError where both say different things
 */
export function withFileSettings(
  given: Record<string, unknown>,
  file: NetworkFile | undefined,
): Record<string, unknown> {
  if (!file) return given;
  const own = file.settings;
  if (given.reservoirs !== undefined && given.reservoirs !== 1) {
    throw new ParameterError("reservoirs", `reservoirs ${given.reservoirs}: a network from a file is one.`);
  }
  const hasSeries = typeof given.data === "string" && given.data !== "";
  const settings: Record<string, unknown> = {
    reservoirs: 1,
    ...((!hasSeries || own.task === "classification") && { task: own.task }),
  };
  for (const name of NETWORK_SETTINGS) {
    settings[name] = own[name];
    if (name === "ridge" && given.continue === true) continue; // what is learned again may be with another
    if (given[name] !== undefined && given[name] !== own[name]) {
      throw new ParameterError(
        name,
        `${name} ${given[name]}: the network of the file has ${own[name]}; leave it out, or train another.`,
      );
    }
  }
  return { ...settings, ...given };
}

/** @throws ParameterError where tensors are missing or of another shape than the settings say */
export function loadNetwork(
  file: NetworkFile,
  parameters: ReservoirParameters,
  task: Task,
  seed: bigint,
  outputs: number,
): Loaded {
  const { units, layers, patches } = parameters;
  const { tensors } = file;
  const all = units * layers;
  const tensor = (name: string, ...shape: (number | undefined)[]): Tensor => {
    const found = tensors[name];
    if (!found) throw new ParameterError("network", `network: the tensor ${name} is missing.`);
    if (found.shape.length !== shape.length || shape.some((n, i) => n !== undefined && n !== found.shape[i])) {
      const wanted = shape.map((n) => n ?? "any").join(" × ");
      throw new ParameterError("network", `network: the tensor ${name} is ${found.shape.join(" × ")}, not ${wanted}.`);
    }
    const bad = found.data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new ParameterError("network", `network: value ${bad} of the tensor ${name} is ${found.data[bad]}.`);
    return found;
  };
  checkSeries(file, task);
  const inputs = patches > 1 ? outputs + 2 * parameters.overlap : task.table.columns;
  const recurrent = linksOf(tensor("W", all, all), units);
  const driven = linksOf(tensor("W_in", all, Math.max(inputs, layers > 1 ? all : 0)));
  const features = all + inputs + 1;
  const readouts = Array.from({ length: patches }, (_, patch) => {
    const { data } = tensor(ofPatch("W_out", patch, parameters), outputs, features);
    return Float64Array.from(
      { length: data.length },
      (_, i) => data[(i % outputs) * features + Math.floor(i / outputs)],
    );
  });
  const topology: Topology = {
    ...{ units, layers, kind: parameters.topology, inputs, seed, number: 0 },
    ...{ degree: recurrent.count, sources: recurrent.sources, weights: recurrent.weights },
    ...{ fan: driven.count, inputSources: driven.sources, inputWeights: driven.weights },
    biases: tensor("b", all).data,
  };
  const size = features + outputs;
  const learned = "gram" in tensors || "gram.0" in tensors;
  const sums = Array.from({ length: learned ? patches : 0 }, (_, patch): Sums => {
    const { data, exact } = tensor(ofPatch("gram", patch, parameters), (size * (size + 1)) / 2);
    return { matrix: squareOf(exact ?? data, size), size, steps: 0, diverged: false };
  });
  return { topology, readouts, sums };
}

function squareOf(triangle: ArrayLike<number>, size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  let at = 0;
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++, at++) {
      matrix[i * size + j] = triangle[at];
      matrix[j * size + i] = triangle[at];
    }
  }
  return matrix;
}

/** The entries of a matrix that are not 0, as many for every row; with all of `units` of them in order, for dense kernels count so. */
function linksOf({ shape: [rows, columns], data }: Tensor, units = 0) {
  const own = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => column).filter((column) => data[row * columns + column] !== 0),
  );
  const count = own.reduce((most, links) => Math.max(most, links.length), 1);
  const sources = new Uint32Array(rows * count);
  const weights = new Float32Array(rows * count);
  own.forEach((links, row) => {
    const base = units > 0 ? row - (row % units) : 0;
    const dense = count === units;
    for (let k = 0; k < count; k++) {
      const source = dense ? base + k : (links[k] ?? base);
      sources[row * count + k] = source;
      weights[row * count + k] = dense || k < links.length ? data[row * columns + source] : 0;
    }
  });
  return { count, sources, weights };
}

/** @throws ParameterError for a network that cannot be trained on */
export function checkContinue({ continue: goesOn, task }: ReservoirParameters, loaded: Loaded | undefined): void {
  if (!goesOn) return;
  if (!loaded)
    throw new ParameterError("continue", "continue: there is no network to train on; name its file by network.");
  if (task !== "data" && task !== "classification") {
    throw new ParameterError(
      "continue",
      `continue: a network is trained on with a series of your own, not with ${task}.`,
    );
  }
  if (loaded.sums.length > 0) return;
  throw new ParameterError(
    "continue",
    "continue: the network's file holds no sums of what it learned; it was written by gibbs 0.1.0 or another program. Train it again.",
  );
}
