// A trained network from a safetensors file, as `export.ts` writes it: W, W_in, b, W_out, mean and sd, with its settings.

import { ParameterError } from "../../device/errors.ts";
import { base64Bytes } from "../../files/base64.ts";
import { readSafetensors, SafetensorsError, safetensorsMetadata, type Tensor } from "../../files/safetensors.ts";
import type { Readout } from "./network.ts";
import type { ReservoirParameters } from "./parameters.ts";
import type { Task } from "./tasks/index.ts";
import type { Topology } from "./topology.ts";

export interface Loaded {
  topology: Topology;
  /** [patch]. */
  readouts: Readout[];
  mean: Float32Array;
  sd: Float32Array;
}

/** Settings that belong to a network, and not to what it is tested on. */
const SETTINGS = [
  ...["units", "layers", "topology", "connectivity", "spectralRadius", "inputScaling", "inputConnectivity", "leakRate"],
  ...["bias", "activation", "squares", "inputToReadout", "feedback", "patches", "overlap", "ridge"],
] as const;

function bytesOf(text: string): Uint8Array {
  const bytes = base64Bytes(text);
  if (bytes) return bytes;
  throw new ParameterError("network", "network: it is a safetensors file as base64url.");
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

/**
 * What was asked for, with the settings of the network's file where it says nothing of them.
 *
 * @throws ParameterError where both say different things, and for a file that is none
 */
export function withFileSettings(given: Record<string, unknown>): Record<string, unknown> {
  if (typeof given.network !== "string" || given.network === "") return given;
  const text = given.network;
  const metadata = reading(() => safetensorsMetadata(bytesOf(text)));
  let own: Record<string, unknown>;
  try {
    own = JSON.parse(metadata.parameters);
  } catch {
    throw new ParameterError("network", "network: the file says nothing of its settings; give one that gibbs wrote.");
  }
  if (given.reservoirs !== undefined && given.reservoirs !== 1) {
    throw new ParameterError("reservoirs", `reservoirs ${given.reservoirs}: a network from a file is one.`);
  }
  const settings: Record<string, unknown> = { reservoirs: 1 };
  for (const name of SETTINGS) {
    settings[name] = own[name];
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
export function loadNetwork(parameters: ReservoirParameters, task: Task, seed: bigint, outputs: number): Loaded {
  const { units, layers, patches } = parameters;
  const tensors = reading(() => readSafetensors(bytesOf(parameters.network)));
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
  const width = task.table.columns + task.table.targets;
  const inputs = patches > 1 ? outputs + 2 * parameters.overlap : task.table.columns;
  const recurrent = linksOf(tensor("W", all, all), units);
  const driven = linksOf(tensor("W_in", all, Math.max(inputs, layers > 1 ? all : 0)));
  const features = all + inputs + 1;
  const readouts = Array.from({ length: patches }, (_, patch) => {
    const { data } = tensor(patches > 1 ? `W_out.${patch}` : "W_out", outputs, features);
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
  return { topology, readouts, mean: tensor("mean", width).data, sd: tensor("sd", width).data };
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

/** A task in the units in which a network was trained. */
export function inUnitsOf(task: Task, { mean, sd }: Pick<Loaded, "mean" | "sd">): Task {
  const { data, columns, targets } = task.table;
  const largest = { input: 0, target: 0 };
  const rescaled = data.map((value, at) => {
    const c = at % (columns + targets);
    const scaled = (value * task.sd[c] + task.mean[c] - mean[c]) / sd[c];
    const kind = c < columns ? "input" : "target";
    largest[kind] = Math.max(largest[kind], Math.abs(scaled));
    return scaled;
  });
  const own = { mean: Float64Array.from(mean), sd: Float64Array.from(sd) };
  return { ...task, ...own, largest, table: { ...task.table, data: rescaled } };
}
