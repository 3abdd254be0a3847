// What follows a series of the user's own, for every model that forecasts one: numbered by its times, as a table and as a picture.

import { type Times, timeAt } from "../files/times.ts";

export interface Ahead {
  /** What `at` counts: "step", or the name of the series' times. */
  axis: string;
  /** [step]: times, or rows of the series counted on from 0. */
  at: (number | string)[];
  /** Of the columns. */
  names: string[];
  /** [step][column], in the series' own units. */
  values: Float64Array;
  /** The least and the largest of several forecasts, [step][column]. */
  least?: Float64Array;
  most?: Float64Array;
  /** Steps requested, where the forecast diverges after those that are reported. */
  asked?: number;
}

/** The steps that follow `length` rows. */
export function following(
  { names, times, length }: { names?: readonly string[]; times?: Times; length: number },
  columns: number,
  steps: number,
): Pick<Ahead, "axis" | "at" | "names"> {
  return {
    axis: times?.name || (times ? "time" : "step"),
    at: Array.from({ length: steps }, (_, i) => (times ? timeAt(times, length + i) : length + i)),
    names: Array.from({ length: columns }, (_, c) => names?.[c] || (columns === 1 ? "value" : `column ${c + 1}`)),
  };
}

/** What a reader must know of a forecast: that it ends early, or leaves what it was learned from. @param past all rows of the series, [row][column] */
export const aheadNotes = (ahead: Ahead, past: Float64Array) => [...lostNotes(ahead), ...rangeNote(ahead, past)];

const lostNotes = ({ asked, at }: Ahead): string[] =>
  asked === undefined
    ? []
    : [`after ${at.length} of ${asked} steps the forecast diverges, and ends there; use a larger --ridge.`];

/**
 * Where a forecast leaves what it was learned from: further from its range than that is wide.
 *
 * @param past all rows of the series, [row][column]
 */
export function rangeNote({ names, values, least: lows, most: highs }: Ahead, past: Float64Array): string[] {
  const d = names.length;
  const ranges = names.map((_, i) => {
    const own = past.filter((_, at) => at % d === i);
    const least = own.reduce((a, b) => Math.min(a, b));
    const most = own.reduce((a, b) => Math.max(a, b));
    // A constant column has no width; its size says what is far.
    return { least, most, span: most - least || Math.abs(most) };
  });
  const isFar = (value: number, i: number) => {
    const { least, most, span } = ranges[i % d];
    return value < least - span || value > most + span;
  };
  const show = (value: number) => Number(value.toPrecision(4));
  const noteOf = (all: Float64Array, what: string) => {
    const at = all.findIndex(isFar);
    if (at < 0) return [];
    const { least, most } = ranges[at % d];
    return [
      `from step ${Math.floor(at / d) + 1} on ${what} is far from all that it was learned from: ${names[at % d]} is ${show(all[at])}, and was between ${show(least)} and ${show(most)}.`,
    ];
  };
  const own = noteOf(values, "the forecast");
  if (own.length > 0) return own;
  return [lows, highs].flatMap((all) => (all ? noteOf(all, "the forecast of another network") : [])).slice(0, 1);
}

/** As a table: the time, then each column, and of several forecasts the least and the largest of each. */
export function aheadTable({ axis, at, names, values, least, most }: Ahead) {
  const several = least && most;
  return {
    head: [axis, ...names.flatMap((name) => (several ? [name, `${name} least`, `${name} most`] : [name]))],
    rows: at.map((time, step) => [
      time,
      ...names.flatMap((_, c) => {
        const i = step * names.length + c;
        return several ? [values[i], least[i], most[i]] : [values[i]];
      }),
    ]),
  };
}

/** As an array, [step][column]. */
export const aheadArray = ({ values, names }: Ahead) => ({
  data: values,
  shape: [values.length / names.length, names.length],
});

/** For the record of a run: [step][column]. */
export function aheadRecord({ axis, at, names, values, least, most }: Ahead) {
  const rows = (all: Float64Array) =>
    at.map((_, step) => Array.from(all.subarray(step * names.length, (step + 1) * names.length)));
  return { axis, at, names, values: rows(values), ...(least && most && { least: rows(least), most: rows(most) }) };
}

/** Pixels of each column's band, and of a picture's width at least. */
const BAND = 160;
const WIDTH = 800;
const [SERIES, FORECAST, FRAME, SPREAD] = [0, 80, 160, 216];

/**
 * The end of the series and its forecast as lines, a band for each column: the series black, behind a dotted line the forecast grey, and in
 * light grey where several forecasts lie.
 *
 * @param past the end of the series, [row][column]
 */
export function aheadPicture(
  { names, values, least, most }: Ahead,
  past: Float64Array,
): { width: number; height: number; data: Uint8Array } {
  const d = names.length;
  const [known, steps] = [past.length / d, values.length / d];
  const shown = Math.min(known, Math.max(steps, 100));
  const scale = Math.max(1, Math.ceil(WIDTH / (shown + steps)));
  const [width, height] = [scale * (shown + steps), BAND * d];
  const data = new Uint8Array(width * height).fill(255);
  const plot = (x: number, from: number, to: number, shade: number) => {
    for (let y = from; y <= to; y++) data[y * width + x] = Math.min(data[y * width + x], shade);
  };
  for (let c = 0; c < d; c++) {
    const top = c * BAND;
    const line = Float64Array.from({ length: shown + steps }, (_, i) =>
      i < shown ? past[(known - shown + i) * d + c] : values[(i - shown) * d + c],
    );
    const low = line.reduce((a, b) => Math.min(a, b));
    const high = line.reduce((a, b) => Math.max(a, b));
    const place = (value: number) => {
      const share = high > low ? (high - value) / (high - low) : 0.5;
      return top + 6 + (BAND - 13) * Math.max(0, Math.min(1, share));
    };
    for (let x = 0; x < width; x++) {
      const step = Math.min(line.length - 2, Math.floor(x / scale));
      const [from, to] = [x, x + 1].map((at) =>
        place(line[step] + (at / scale - step) * (line[step + 1] - line[step])),
      );
      const isAhead = x >= scale * shown;
      plot(x, Math.floor(Math.min(from, to)), Math.floor(Math.max(from, to) + 1), isAhead ? FORECAST : SERIES);
      if (!isAhead || !least || !most) continue;
      const i = (Math.floor(x / scale) - shown) * d + c;
      plot(x, Math.ceil(place(most[i])), Math.floor(place(least[i])), SPREAD);
    }
    for (let y = top; y < top + BAND; y += 4) plot(scale * shown, y, y, FRAME);
    if (c > 0) for (let x = 0; x < width; x++) plot(x, top, top, FRAME);
  }
  return { width, height, data };
}
