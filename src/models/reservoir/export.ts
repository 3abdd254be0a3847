// Networks and their forecasts for other programs and for the eye.

import { writeSafetensors } from "../../files/safetensors.ts";
import { featureCount, type Readout, type Shape } from "./network.ts";
import type { Task } from "./tasks/index.ts";
import type { Topology } from "./topology.ts";

export interface Forecast {
  shape: [starts: number, steps: number, outputs: number];
  predicted: Float64Array;
  truth: Float64Array;
}

/** Pixels of a picture's height, about. */
const PICTURE = 400;

/**
 * A network as a safetensors file: W_out [output, feature] over the features states, inputs, 1, or W_out.0, W_out.1, … of the patches;
 * W and W_in, b, and mean and sd of the columns. W has spectral radius 1, and W_in and b are not scaled.
 */
export function networkFile(
  shape: Shape,
  { mean, sd, table }: Task,
  topology: Topology,
  readouts: readonly Readout[],
  metadata: Record<string, string>,
): Uint8Array {
  const { outputs } = shape;
  const features = featureCount(shape);
  const tensors = readouts.map((readout, patch) => [
    shape.patches > 1 ? `W_out.${patch}` : "W_out",
    {
      shape: [outputs, features],
      data: Float32Array.from(
        { length: outputs * features },
        (_, i) => readout[(i % features) * outputs + Math.floor(i / features)],
      ),
    },
  ]);
  const all = shape.units * shape.layers;
  const { degree, fan } = shape;
  const matrix = (columns: number, sources: Uint32Array, weights: Float32Array, width: number) => {
    const data = new Float32Array(all * columns);
    for (let i = 0; i < all * width; i++) data[Math.floor(i / width) * columns + sources[i]] += weights[i];
    return { shape: [all, columns], data };
  };
  return writeSafetensors(
    {
      ...Object.fromEntries(tensors),
      W: matrix(all, topology.sources, topology.weights, degree),
      W_in: matrix(
        Math.max(shape.inputs, shape.layers > 1 ? all : 0),
        topology.inputSources,
        topology.inputWeights,
        fan,
      ),
      b: { shape: [all], data: topology.biases },
      mean: { shape: [table.columns + table.targets], data: Float32Array.from(mean) },
      sd: { shape: [table.columns + table.targets], data: Float32Array.from(sd) },
    },
    metadata,
  );
}

/** The first forecast as strips: time to the right; for each column a band of the truth above, and of what was predicted below. */
export function stripsOf({ shape, truth, predicted }: Forecast, task: Task) {
  const [, horizon, targets] = shape;
  const band = Math.max(1, Math.round(PICTURE / (2 * targets)));
  const height = 2 * targets * band;
  const data = new Uint8Array(horizon * height);
  const { mean, sd, table } = task;
  [truth, predicted].forEach((values, which) => {
    for (let t = 0; t < targets; t++) {
      for (let step = 0; step < horizon; step++) {
        const standard = (values[step * targets + t] - mean[table.columns + t]) / sd[table.columns + t];
        const shade = Math.max(0, Math.min(255, Math.round(127.5 + 51 * standard)));
        for (let y = 0; y < band; y++) data[((which * targets + t) * band + y) * horizon + step] = shade;
      }
    }
  });
  return { width: horizon, height, data };
}
