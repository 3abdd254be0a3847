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

/** Where a forecast leaves what it was learned from: further from its range than that is wide. */
export function rangeNote({ names, values, past }: Beyond): string[] {
  const d = names.length;
  const ranges = names.map((_, i) => {
    const own = past.filter((_, at) => at % d === i);
    const least = own.reduce((a, b) => Math.min(a, b));
    const most = own.reduce((a, b) => Math.max(a, b));
    return { least, most, span: most - least };
  });
  const at = values.findIndex((value, i) => {
    const { least, most, span } = ranges[i % d];
    return value < least - span || value > most + span;
  });
  if (at < 0) return [];
  const { least, most } = ranges[at % d];
  const show = (value: number) => Number(value.toPrecision(4));
  return [
    `from step ${Math.floor(at / d) + 1} on the forecast is far from all that it was learned from: ${names[at % d]} is ${show(values[at])}, and was between ${show(least)} and ${show(most)}.`,
  ];
}
