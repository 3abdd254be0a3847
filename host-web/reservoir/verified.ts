// What Verify compares: outputs of the first reservoir one step ahead, in standard deviations. Its readout is that of a badly conditioned
// regression, so its weights differ between devices where what they put out does not; and forecasts part as chaos has it.

import { type ReservoirSimulation, reservoir } from "../../src/models/reservoir/index.ts";

/**
 * States are f32: a readout of some hundred weights, which the ridge keeps from growing without end, makes of their rounding this much at
 * most in what we have tried.
 */
export const BOUND = 2e-4;
/** Numbers that are compared, and operations that the reference makes in some seconds. */
const NUMBERS = 2000;
const AFFORDABLE = 2e9;

export async function oneStep(simulation: ReservoirSimulation): Promise<Float64Array> {
  const { device, seed, points, task } = simulation;
  const { parameters } = points;
  const { targets, columns } = task.table;
  const test = Math.max(1, Math.min(parameters.test, Math.floor(NUMBERS / targets)));
  const affordable = Math.floor(AFFORDABLE / costOf(simulation));
  const whole = parameters.train <= affordable;
  const standard = ({ predicted }: { predicted: Float64Array }) =>
    predicted
      .subarray(0, test * targets)
      .map((value, i) => (value - task.mean[columns + (i % targets)]) / task.sd[columns + (i % targets)]);
  // The reservoir that is on the page, as far as it is there.
  if (whole && simulation.steps > 0) return standard(await simulation.outputs());
  using own = await reservoir.create(device, { ...parameters, train: Math.min(parameters.train, affordable), seed });
  await own.run(1);
  return standard(await own.outputs());
}

/** Operations of a training step: states, and products of features. */
function costOf({ shape }: ReservoirSimulation): number {
  const { units, layers, degree, fan, patches, inputs } = shape;
  const features = units * layers + inputs + 1;
  return patches * (units * layers * (degree + fan) + features ** 2 / 2);
}
