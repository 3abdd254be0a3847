// From parameters to a trainer's input: the data by name, their mean and spread, and the shape of the network.

import { ParameterError } from "../../device/errors.ts";
import type { Network, NetworkShape } from "../../network/shape.ts";
import type { DataSet } from "../diffusion/data/data-set.ts";
import { dataSetOf } from "../diffusion/data/index.ts";
import { MOST_NUMBERS } from "../diffusion/sampling-setup.ts";
import type { DiffusionTrainingParameters } from "./parameters.ts";
import type { TrainerOptions } from "./trainer.ts";

export interface Setup {
  parameters: DiffusionTrainingParameters;
  data: DataSet;
  options: TrainerOptions;
}

/** From what training continues: a network, or what a checkpoint keeps of it. */
export type From = Pick<Network, "centre" | "deviation" | "unit"> & Partial<Pick<Network, "shape" | "classNames">>;

/**
 * @param from a network from which training continues: its unit is that of the data
 * @throws ParameterError for data that are none, of more numbers than can be sampled, or others than the network's
 */
export async function setupOf(parameters: DiffusionTrainingParameters, seed: bigint, from?: From): Promise<Setup> {
  const { labels: named, row, scaling, points: count } = parameters;
  const unit = from?.unit;
  if (unit && scaling !== undefined) {
    throw new ParameterError(
      "scaling",
      `scaling ${scaling}: the network has the unit that it was trained in; leave scaling out.`,
    );
  }
  const asked = unit ?? (from ? "none" : scaling);
  const data = await dataSetOf(parameters.data, {
    ...{ points: count, seed, labels: named, row },
    ...(asked ? { scaling: asked } : {}),
  });
  const { dimension, points, labels, classes } = data;
  if (dimension > MOST_NUMBERS) {
    throw new ParameterError(
      "data",
      `data: a point has ${dimension} numbers; what is learned and sampled has at most ${MOST_NUMBERS}.`,
    );
  }
  const { width, layers, batch, noiseMean, noiseSd, dropout } = parameters;
  const shape = { dimension, width, layers, classes };
  if (from) checkNetwork(from, shape, data);
  const options: TrainerOptions = {
    ...{ shape, seed, points, batch, noiseMean, noiseSd, dropout },
    ...(labels ? { labels } : {}),
    ...(from ? { centre: from.centre, deviation: from.deviation } : spreadOf(data)),
    schedule: scheduleOf(parameters),
  };
  return { parameters, data, options };
}

/** @throws ParameterError for a network of other data */
function checkNetwork(from: From, shape: NetworkShape, { classNames }: DataSet): void {
  for (const name of ["dimension", "classes"] as const) {
    if (!from.shape || from.shape[name] === shape[name]) continue;
    const what = { dimension: "numbers", classes: "classes" }[name];
    throw new ParameterError(
      "network",
      `network: it is of ${from.shape[name]} ${what}, and the data are of ${shape[name]}; give data as those that it was trained on.`,
    );
  }
  if (classNames && from.classNames && `${classNames}` !== `${from.classNames}`) {
    throw new ParameterError(
      "labels",
      `labels: the network was trained on ${from.classNames.slice(0, 10).join(", ")}, and these are ${classNames.slice(0, 10).join(", ")}; give labels as those.`,
    );
  }
}

/** Mean and σ_data; in a unit of their own, data have size 1 about 0. */
function spreadOf(data: DataSet): Pick<TrainerOptions, "centre" | "deviation"> {
  const { dimension, points, unit } = data;
  if (unit) return { centre: new Float32Array(dimension), deviation: 1 };
  const centre = centreOf(data);
  const squares = points.reduce((sum, value, at) => sum + (value - centre[at % dimension]) ** 2, 0);
  return { centre, deviation: Math.sqrt(squares / points.length) };
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
