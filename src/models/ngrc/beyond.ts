// What follows the user's series: learned from its last samples, forecast beyond its end, in its own units.

import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { type Ahead, following } from "../forecast.ts";
import type { Plan } from "./data.ts";
import { memoryOf } from "./features.ts";
import { ReferenceForecaster } from "./forecaster.ts";
import { GpuForecaster } from "./gpu.ts";
import type { NgrcParameters } from "./parameters.ts";
import { learnFrom, lostAt, type Segment } from "./segment.ts";

export interface Beyond extends Ahead {
  /** The samples that it was learned from, [time][column], in the series' own units. */
  past: Float64Array;
  segment: Segment;
}

/** @throws ParameterError where the end of the series cannot be learned, and where the forecast diverges at once */
export async function beyondOf(
  device: Device,
  plan: Plan,
  parameters: NgrcParameters,
  tick: () => Promise<void>,
): Promise<Beyond> {
  const { forecast: horizon } = parameters;
  if (horizon === 0 || !plan.ending) {
    throw new ParameterError("forecast", "forecast 0: give the steps to forecast beyond the end of a series.");
  }
  const { samples, length } = plan.ending();
  const past = samples.slice();
  const { dimension } = plan.features;
  const rows = `in rows ${length - plan.known + 1} to ${length}`;
  const segment = learnFrom(plan, parameters, samples, rows);
  const own = { ...plan, horizon };
  const forecaster = device.kind === "gpu" ? await GpuForecaster.create(device, own) : new ReferenceForecaster(own);
  try {
    const memory = memoryOf(plan.features);
    const history = Array.from({ length: memory }, (_, i) => {
      const at = (plan.known - memory + i) * dimension;
      return samples.subarray(at, at + dimension);
    });
    const made = await forecaster.run([segment], [{ history, segment: 0 }], tick);
    const lost = lostAt(own, segment, history, (step, i) => made[step * dimension + i]);
    const steps = lost < 0 ? horizon : lost;
    if (steps === 0) {
      throw new ParameterError(
        "forecast",
        `forecast ${horizon}: it diverges at once; raise --ridge, lower --order, or train longer.`,
      );
    }
    const { mean, sd } = segment;
    return {
      ...following({ ...plan, length }, dimension, steps),
      values: made.slice(0, steps * dimension).map((value, at) => value * sd[at % dimension] + mean[at % dimension]),
      ...(lost < 0 ? {} : { asked: horizon }),
      ...{ past, segment },
    };
  } finally {
    forecaster.dispose();
  }
}
