// What follows a series of one's own: learned from its last samples, forecast beyond its end, in its own units.

import type { Device } from "../../device/device.ts";
import { ParameterError } from "../../device/errors.ts";
import { timeAt } from "../../files/times.ts";
import type { Plan } from "./data.ts";
import { memoryOf } from "./features.ts";
import { ReferenceForecaster } from "./forecaster.ts";
import { GpuForecaster } from "./gpu.ts";
import type { NgrcParameters } from "./parameters.ts";
import { learnFrom, lostAt, type Segment } from "./segment.ts";

export interface Beyond {
  /** What `at` counts: "step", or the name of the series' times. */
  axis: string;
  /** [step]: times, or rows of the series counted on from 0. */
  at: (number | string)[];
  /** Of the columns. */
  names: string[];
  /** [step][column]. */
  values: Float64Array;
  /** The samples that it was learned from, [time][column], in the series' own units. */
  past: Float64Array;
  segment: Segment;
}

/** @throws ParameterError where the end of the series cannot be learned, and where the forecast leaves all bounds */
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
    if (lost >= 0) {
      throw new ParameterError(
        "forecast",
        `forecast ${horizon}: after ${lost} steps it leaves all bounds; take fewer, raise --ridge, lower --order, or train longer.`,
      );
    }
    const { mean, sd } = segment;
    const { times, names } = plan;
    return {
      axis: times?.name || (times ? "time" : "step"),
      at: Array.from({ length: horizon }, (_, i) => (times ? timeAt(times, length + i) : length + i)),
      names: Array.from({ length: dimension }, (_, i) => names?.[i] || (dimension === 1 ? "value" : `column ${i + 1}`)),
      values: made.map((value, at) => value * sd[at % dimension] + mean[at % dimension]),
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

/** As a table: the time, then each column. */
export function beyondTable({ axis, at, names, values }: Beyond) {
  const rows = at.map((time, step) => [time, ...values.subarray(step * names.length, (step + 1) * names.length)]);
  return { head: [axis, ...names], rows };
}

export function shownBeyond({ axis, at, names, values }: Beyond) {
  const rows = at.map((_, step) => Array.from(values.subarray(step * names.length, (step + 1) * names.length)));
  return { axis, at, names, values: rows };
}

/** Pixels of each column's band, and of a picture's width at least. */
const BAND = 160;
const WIDTH = 800;

/** The samples that were learned from and the forecast as lines, a band for each column: the series black, behind a line the forecast grey. */
export function beyondPicture({ names, values, past }: Beyond): { width: number; height: number; data: Uint8Array } {
  const d = names.length;
  const [known, ahead] = [past.length / d, values.length / d];
  const shown = Math.min(known, Math.max(ahead, 100));
  const scale = Math.max(1, Math.ceil(WIDTH / (shown + ahead)));
  const [width, height] = [scale * (shown + ahead), BAND * d];
  const data = new Uint8Array(width * height).fill(255);
  for (let c = 0; c < d; c++) {
    const line = [
      ...Array.from({ length: shown }, (_, i) => past[(known - shown + i) * d + c]),
      ...Array.from({ length: ahead }, (_, i) => values[i * d + c]),
    ];
    const low = line.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
    const high = line.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const place = (value: number) => c * BAND + 6 + (BAND - 13) * (high > low ? (high - value) / (high - low) : 0.5);
    for (let x = 0; x < width; x++) {
      const step = Math.min(line.length - 2, Math.floor(x / scale));
      const [from, to] = [x, x + 1].map((at) =>
        place(line[step] + (at / scale - step) * (line[step + 1] - line[step])),
      );
      const shade = x < scale * shown ? 0 : 96;
      const end = Math.min((c + 1) * BAND - 1, Math.max(from, to) + 1);
      for (let y = Math.max(c * BAND, Math.floor(Math.min(from, to))); y <= end; y++) data[y * width + x] = shade;
    }
    for (let y = c * BAND; y < (c + 1) * BAND; y += 4) data[y * width + scale * shown] = 160;
    if (c > 0) data.fill(160, c * BAND * width, (c * BAND + 1) * width);
  }
  return { width, height, data };
}
