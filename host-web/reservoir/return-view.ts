// Maps in the plane: of one column the next value against this one, of two columns the second against the first.

import { panel, range } from "../worker/panel.ts";
import type { Picture } from "../worker/scene.ts";
import { begin, type Context, dot, FORECAST, legend, shown, TRUTH, words } from "../worker/sheet.ts";
import type { Forecasts } from "./forecasts.ts";

/** Steps of the series that are drawn behind. */
const ROWS = 3000;

/** @param series what is learned from, [step][column] */
export function drawReturnMap(
  context: Context,
  picture: Picture,
  forecasts: Forecasts,
  series: Float64Array,
  unit: string,
): void {
  const [width, height] = begin(context, picture);
  const { truth, columns, shown: typical } = forecasts;
  const pairs = (values: ArrayLike<number>): [number, number][] =>
    columns === 1
      ? Array.from({ length: values.length - 1 }, (_, t) => [values[t], values[t + 1]])
      : Array.from({ length: values.length / 2 }, (_, t) => [values[2 * t], values[2 * t + 1]]);
  const known = pairs(truth);
  const all = pairs(series.subarray(0, ROWS * columns));
  const axes = {
    at: [0, 48] as const,
    size: [width, height - 48] as const,
    x: { ...range(all.map(([x]) => x)), label: columns === 1 ? "x(t)" : "x₁" },
    y: { ...range(all.map(([, y]) => y)), label: columns === 1 ? "x(t + 1)" : "x₂" },
  };
  panel(context, axes, (frame) => {
    for (const [x, y] of all) dot(context, [frame.x(x), frame.y(y)], 1, `${TRUTH}99`);
    for (const [x, y] of known) dot(context, [frame.x(x), frame.y(y)], 4, TRUTH);
    for (const [x, y] of typical ? pairs(typical.values) : []) dot(context, [frame.x(x), frame.y(y)], 2.2, FORECAST);
  });
  const text = typical
    ? `${truth.length / columns} steps of a forecast, valid for ${shown(forecasts.time(typical.kept.valid))} ${unit}`
    : "No reservoir is trained yet.";
  words(context, text, [14, 16], { size: 13 });
  legend(
    context,
    [width - 14, 38],
    [
      { text: "truth", colour: TRUTH },
      { text: "forecast", colour: FORECAST },
    ],
  );
}
