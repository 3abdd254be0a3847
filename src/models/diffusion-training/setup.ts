// From parameters to what a trainer is told: the data by name, their mean and spread, and the shape of the network.

import type { DataSet } from "../diffusion/data/data-set.ts";
import { dataSetOf } from "../diffusion/data/index.ts";
import type { DiffusionTrainingParameters } from "./parameters.ts";
import type { TrainerOptions } from "./trainer.ts";

export interface Setup {
  parameters: DiffusionTrainingParameters;
  data: DataSet;
  options: TrainerOptions;
}

/** @throws ParameterError for data that are none */
export async function setupOf(parameters: DiffusionTrainingParameters, seed: bigint): Promise<Setup> {
  const data = await dataSetOf(parameters.data, { points: parameters.points, seed });
  const { dimension, points, labels, classes } = data;
  const { width, layers, batch, noiseMean, noiseSd, dropout } = parameters;
  const centre = centreOf(data);
  const squares = points.reduce((sum, value, at) => sum + (value - centre[at % dimension]) ** 2, 0);
  const options: TrainerOptions = {
    shape: { dimension, width, layers, classes },
    ...{ seed, points, centre, batch, noiseMean, noiseSd, dropout },
    ...(labels ? { labels } : {}),
    deviation: Math.sqrt(squares / points.length),
    schedule: scheduleOf(parameters),
  };
  return { parameters, data, options };
}

export const scheduleOf = ({ learningRate, decay, steps, ema }: DiffusionTrainingParameters) => ({
  learningRate,
  steps: decay === "cosine" ? steps : 0,
  halfLife: ema,
});

function centreOf({ points, dimension }: DataSet): Float32Array {
  const sums = new Float64Array(dimension);
  points.forEach((value, at) => {
    sums[at % dimension] += value;
  });
  return Float32Array.from(sums, (sum) => (sum * dimension) / points.length);
}
