// What follows a series of one's own, as trained networks have it.

import { ParameterError } from "../../device/errors.ts";
import type { RunOptions } from "../../device/run.ts";
import { timeAt } from "../../files/times.ts";
import type { Task } from "./tasks/index.ts";
import { freeRuns, type InUse } from "./use.ts";

export interface Beyond {
  /** What `at` counts: "step", or the name of the series' times. */
  axis: string;
  /** [step]. */
  at: (number | string)[];
  /** Of the columns. */
  names: string[];
  /** [step][column], of the best network, in the series' own units. */
  values: Float64Array;
  /** The least and the largest over all networks, [step][column]. */
  least: Float64Array;
  most: Float64Array;
  networks: number;
  /** Steps asked for, where after those that are told the best network leaves all bounds. */
  asked?: number;
}

/**
 * The steps that follow the series, of several networks.
 *
 * @param best the place of the network whose values are told
 * @throws ParameterError where they leave all bounds at once
 */
export async function beyondOf(network: InUse, best: number, options: RunOptions): Promise<Beyond> {
  const { task, members, shape } = network;
  const { beyond, table, times, length } = task;
  const all = await freeRuns(network, beyond!, options);
  const size = beyond!.horizon * table.targets;
  const networks = members.length / shape.patches;
  const made = all.subarray(best * size, (best + 1) * size);
  const lost = made.findIndex((value) => !Number.isFinite(value));
  const steps = lost < 0 ? beyond!.horizon : Math.floor(lost / table.targets);
  if (steps === 0) {
    throw new ParameterError(
      "forecast",
      `forecast ${beyond!.horizon}: the network leaves all bounds at once; train another with a larger --ridge.`,
    );
  }
  const values = made.slice(0, steps * table.targets);
  const over = (choose: (...all: number[]) => number) =>
    Float64Array.from(values, (value, i) =>
      choose(value, ...Array.from({ length: networks }, (_, n) => all[n * size + i]).filter(Number.isFinite)),
    );
  return {
    axis: times?.name || (times ? "time" : "step"),
    at: Array.from({ length: steps }, (_, i) => (times ? timeAt(times, length! + i) : length! + i)),
    names: namesOf(task),
    ...{ values, least: over(Math.min), most: over(Math.max), networks },
    ...(lost < 0 ? {} : { asked: beyond!.horizon }),
  };
}

const namesOf = ({ names, table }: Task) =>
  Array.from({ length: table.targets }, (_, t) => names?.[t] || (table.targets === 1 ? "value" : `column ${t + 1}`));

/** As a table: the time, each column, and with several networks the least and the largest of each. */
export function beyondTable({ axis, at, names, values, least, most, networks }: Beyond) {
  const several = networks > 1;
  const width = names.length;
  return {
    head: [axis, ...names.flatMap((name) => (several ? [name, `${name} least`, `${name} most`] : [name]))],
    rows: at.map((time, step) => [
      time,
      ...names.flatMap((_, c) => {
        const i = step * width + c;
        return several ? [values[i], least[i], most[i]] : [values[i]];
      }),
    ]),
  };
}

/** Pixels of each column's band, and of a picture's width at least. */
const BAND = 160;
const WIDTH = 800;

/**
 * The end of the series and its forecast as lines: a band for each column, the series black, behind a line the forecast, and in light
 * grey where all networks lie.
 */
export function beyondPicture({ names, values, least, most }: Beyond, { table, mean, sd, beyond, length }: Task) {
  const width = names.length;
  const steps = values.length / width;
  const shown = Math.min(length!, Math.max(steps, 100));
  const scale = Math.max(1, Math.ceil(WIDTH / (shown + steps)));
  const picture = { width: scale * (shown + steps), height: BAND * width, data: new Uint8Array() };
  picture.data = new Uint8Array(picture.width * picture.height).fill(255);
  const end = beyond!.starts[0] + beyond!.driven; // the row after the last one
  const known = (step: number, c: number) =>
    table.data[(end - shown + step) * (table.columns + table.targets) + c] * sd[c] + mean[c];
  const plot = (x: number, y: number, shade: number) => {
    const at = Math.round(y) * picture.width + x;
    picture.data[at] = Math.min(picture.data[at], shade);
  };
  for (let c = 0; c < width; c++) {
    const of = (series: Float64Array, step: number) => series[step * width + c];
    const past = Array.from({ length: shown }, (_, step) => known(step, c));
    const ahead = Array.from({ length: steps }, (_, step) => of(values, step));
    const low = Math.min(...past, ...ahead);
    const high = Math.max(...past, ...ahead);
    const place = (value: number) => {
      const share = high > low ? (value - low) / (high - low) : 0.5;
      return c * BAND + 6 + (BAND - 13) * (1 - Math.max(0, Math.min(1, share)));
    };
    const line = [...past, ...ahead].map(place);
    for (let x = 0; x < picture.width; x++) {
      const at = x / scale;
      const step = Math.min(line.length - 1, Math.floor(at));
      const next = Math.min(line.length - 1, step + 1);
      const from = line[step] + (at - step) * (line[next] - line[step]);
      const to = line[step] + Math.min(1, at - step + 1 / scale) * (line[next] - line[step]);
      for (let y = Math.min(from, to); y <= Math.max(from, to) + 0.5; y++) plot(x, y, step < shown ? 0 : 64);
      if (step < shown) continue;
      const [top, bottom] = [place(of(most, step - shown)), place(of(least, step - shown))];
      for (let y = Math.ceil(top); y <= bottom; y++) plot(x, y, 216);
    }
    for (let y = 0; y < BAND; y += 4) plot(scale * shown, c * BAND + y, 160);
    for (let x = 0; x < picture.width; x++) if (c > 0) plot(x, c * BAND, 160);
  }
  return picture;
}
