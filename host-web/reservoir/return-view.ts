// Maps in the plane: of one column the next value against this one, of two columns the second against the first.

import type { Picture } from "../worker/scene.ts";
import type { Forecasts } from "./forecasts.ts";
import { panel, range } from "./panel.ts";
import { begin, type Context, FORECAST, legend, shown, TRUTH, words } from "./sheet.ts";

export function drawReturnMap(context: Context, picture: Picture, forecasts: Forecasts, unit: string): void {
  const [width, height] = begin(context, picture);
  const { truth, columns, shown: typical } = forecasts;
  const pairs = (values: ArrayLike<number>): [number, number][] =>
    columns === 1
      ? Array.from({ length: values.length - 1 }, (_, t) => [values[t], values[t + 1]])
      : Array.from({ length: values.length / 2 }, (_, t) => [values[2 * t], values[2 * t + 1]]);
  const known = pairs(truth);
  const axes = {
    at: [0, 48] as const,
    size: [width, height - 48] as const,
    x: { ...range(known.map(([x]) => x)), label: columns === 1 ? "x(t)" : "x₁" },
    y: { ...range(known.map(([, y]) => y)), label: columns === 1 ? "x(t + 1)" : "x₂" },
  };
  panel(context, axes, (frame) => {
    context.fillStyle = TRUTH;
    for (const [x, y] of known) context.fillRect(frame.x(x) - 2.5, frame.y(y) - 2.5, 5, 5);
    context.fillStyle = FORECAST;
    for (const [x, y] of typical ? pairs(typical.values) : []) {
      context.fillRect(frame.x(x) - 1.25, frame.y(y) - 1.25, 2.5, 2.5);
    }
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
