// Networks and their forecasts for other programs and for the eye.

import { writeSafetensors } from "../../files/safetensors.ts";
import { featureCount, type Readout, type Shape, type Sums } from "./network.ts";
import type { Task } from "./tasks/index.ts";
import type { Topology } from "./topology.ts";

/** What a network put out, with the true values, [start][step][output], in the series' own units. */
export interface Forecast {
  /** Lengths of the axes of both arrays. */
  shape: [starts: number, steps: number, outputs: number];
  /** Outputs of the network, [start][step][output]. */
  predicted: Float64Array;
  /** True values, [start][step][output]. */
  truth: Float64Array;
}

/** Pixels of a picture's height, about. */
const PICTURE = 400;

/** The name of a tensor of a patch. */
export const ofPatch = (name: string, patch: number, { patches }: Pick<Shape, "patches">) =>
  patches > 1 ? `${name}.${patch}` : name;

/**
 * A network as a safetensors file: W_out [output, feature] over the features states, inputs, 1, or W_out.0, W_out.1, … of the patches;
 * W and W_in, b, and mean and sd of the columns. W has spectral radius 1, and W_in and b are not scaled. With `sums`, those of what it
 * learned from, another run can train it on: gram holds the upper triangle of their matrix, row after row, in 64 bits.
 */
export function networkFile(
  shape: Shape,
  { mean, sd, table, names, times, classes }: Task,
  topology: Topology,
  readouts: readonly Readout[],
  sums: readonly Sums[],
  metadata: Record<string, string>,
): Uint8Array {
  const { outputs } = shape;
  const features = featureCount(shape);
  const tensors = readouts.map((readout, patch) => [
    ofPatch("W_out", patch, shape),
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
      ...Object.fromEntries(sums.map((own, patch) => [ofPatch("gram", patch, shape), triangleOf(own)])),
      W: matrix(all, topology.sources, topology.weights, degree),
      W_in: matrix(
        Math.max(shape.inputs, shape.layers > 1 ? all : 0),
        topology.inputSources,
        topology.inputWeights,
        fan,
      ),
      b: { shape: [all], data: topology.biases },
      // In 64 bits: of 20,000,000 ± 1 no 32 would leave anything.
      mean: { shape: [table.columns + table.targets], data: mean },
      sd: { shape: [table.columns + table.targets], data: sd },
    },
    {
      ...metadata,
      ...(names && { columns: JSON.stringify(names) }),
      ...(times && { step: JSON.stringify({ unit: times.unit, step: times.step }) }),
      ...(classes && { classes: JSON.stringify(classes.names) }),
    },
  );
}

function triangleOf({ matrix, size }: Sums) {
  const data = new Float64Array((size * (size + 1)) / 2);
  let at = 0;
  for (let i = 0; i < size; i++) for (let j = i; j < size; j++) data[at++] = matrix[i * size + j];
  return { shape: [data.length], data };
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

/** Outputs along the test of the user's series, each column with the true one. */
export function outputsTable(
  { shape: [, steps, targets], predicted, truth }: Forecast,
  { names, exogenous, testing }: Task,
) {
  const nameOf = (t: number) => names?.[exogenous + t] || `output ${t + 1}`;
  const columns = Array.from({ length: targets }, (_, t) => t);
  return {
    head: ["step", ...columns.flatMap((t) => [nameOf(t), `${nameOf(t)} true`])],
    rows: Array.from({ length: steps }, (_, step) => [
      testing.first + testing.washout + step,
      ...columns.flatMap((t) => [predicted[step * targets + t], truth[step * targets + t]]),
    ]),
  };
}
