// From a simulation's parameters and its task to what all its networks share.

import { ParameterError } from "../../device/errors.ts";
import type { Points } from "../parameters.ts";
import type { Shape } from "./network.ts";
import { degreeOf, type ReservoirParameters } from "./parameters.ts";
import type { Task } from "./tasks/index.ts";

/** @throws ParameterError where patches do not divide the columns */
export function shapeOf({ parameters, batch }: Points<ReservoirParameters>, task: Task, seed: bigint): Shape {
  const { units, layers, patches, overlap, activation, squares, inputConnectivity, topology } = parameters;
  const { table, exogenous } = task;
  const linear = activation === "linear";
  let [inputs, outputs] = [table.columns, table.targets];
  if (patches > 1) {
    if (exogenous > 0 || outputs % patches !== 0) {
      const divisors = Array.from({ length: outputs }, (_, i) => i + 1).filter((n) => outputs % n === 0);
      throw new ParameterError(
        "patches",
        exogenous > 0
          ? `patches ${patches}: only forecasts of a system's columns divide into patches; take patches 1.`
          : `patches ${patches}: they must divide the ${outputs} columns; take ${divisors.join(", ")}.`,
      );
    }
    outputs /= patches;
    inputs = outputs + 2 * overlap;
    if (inputs > table.columns) {
      throw new ParameterError(
        "overlap",
        `overlap ${overlap}: a patch of ${outputs} columns would see more than all ${table.columns}; take ${Math.floor((table.columns - outputs) / 2)} or less.`,
      );
    }
  }
  const noisy = (batch.noise ?? [parameters.noise]).some((noise) => noise > 0);
  const fan = topology === "ring" ? 1 : Math.max(1, Math.round(inputConnectivity * inputs));
  const below = layers > 1 ? Math.max(fan, Math.round(inputConnectivity * Math.min(units, degreeOf(parameters)))) : fan;
  return {
    ...{
      units,
      layers,
      linear,
      squares,
      seesInputs: parameters.inputToReadout,
      noisy,
      inputs,
      outputs,
      exogenous,
      patches,
      seed,
    },
    degree: degreeOf(parameters),
    fan: below,
    // States of tanh units stay within 1, and within 2 with noise; linear ones are followed up to 64.
    stateRange: linear ? 64 : noisy ? 2 : 1,
  };
}
