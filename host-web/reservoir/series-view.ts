// Truth and forecast in time, a panel a column, with the time until which the forecast is valid; of many columns, which are places along
// a line, strips of space and time.

import { colourMap } from "../worker/colours.ts";
import { columnOf, panel, range, rows } from "../worker/panel.ts";
import type { Picture } from "../worker/scene.ts";
import { begin, type Context, curve, FORECAST, INK, legend, MARK, shown, TRUTH, words } from "../worker/sheet.ts";
import type { Forecasts } from "./forecasts.ts";

/** Panels below one another, and columns from which on they are places. */
const PANELS = 3;
export const PLACES = 8;
const HEADER = 48;

export interface SeriesOptions {
  unit: string;
  threshold: number;
  count: number;
}

/** What both kinds say above. */
function header(context: Context, forecasts: Forecasts, { unit, threshold, count }: SeriesOptions): void {
  const typical = forecasts.shown;
  if (!typical) {
    words(context, "No reservoir is trained yet.", [14, 16]);
    return;
  }
  const { kept, reservoir } = typical;
  const all = kept.valid >= forecasts.horizon ? "to the end: " : "";
  const time = `valid ${all}${shown(forecasts.time(kept.valid))} ${unit}`;
  words(context, `${time} (error up to ${threshold} sd)`, [14, 16], { colour: MARK });
  words(context, `reservoir ${reservoir + 1} of ${count}, the median`, [14, 36], { size: 12 });
}

export function drawSeries(context: Context, picture: Picture, forecasts: Forecasts, options: SeriesOptions): void {
  const [width, height] = begin(context, picture);
  header(context, forecasts, options);
  const { truth, columns, horizon, shown: typical } = forecasts;
  const count = Math.min(PANELS, columns);
  const { each, apart } = rows(height - HEADER, count);
  legend(
    context,
    [width - 14, 36],
    [
      { text: "truth", colour: TRUTH },
      { text: "forecast", colour: FORECAST },
    ],
  );
  const until = typical ? forecasts.time(typical.kept.valid) : Number.NaN;
  for (let column = 0; column < count; column++) {
    const last = column === count - 1;
    const axes = {
      at: [0, HEADER + column * apart] as const,
      size: [width, each] as const,
      x: { from: 0, to: forecasts.time(horizon), label: last ? options.unit : "" },
      y: { ...range(columnOf(truth, columns, column), 0.12), label: columns > 1 ? `x${"₁₂₃"[column]}` : "x" },
    };
    panel(context, axes, (frame) => {
      const line = (values: ArrayLike<number>) =>
        Array.from(
          columnOf(values, columns, column),
          (value, step) => [frame.x(forecasts.time(step + 1)), frame.y(value)] as const,
        );
      curve(context, line(truth), { colour: TRUTH, width: 2.2 });
      if (typical) curve(context, line(typical.values), { colour: FORECAST, width: 1.6 });
      mark(context, frame.x(until), [frame.top, frame.bottom]);
    });
  }
}

function mark(context: Context, x: number, [top, bottom]: readonly [number, number]): void {
  curve(
    context,
    [
      [x, top],
      [x, bottom],
    ],
    { colour: MARK, width: 2, dash: [6, 4] },
  );
}

/** Truth, forecast and their difference: time to the right, places upwards. */
export function drawStrips(
  context: Context,
  picture: Picture,
  forecasts: Forecasts,
  options: SeriesOptions,
  sd: ArrayLike<number>,
): void {
  const [width, height] = begin(context, picture);
  header(context, forecasts, options);
  const { truth, columns, horizon, shown: typical } = forecasts;
  const { each, apart } = rows(height - HEADER, 3);
  const until = typical ? forecasts.time(typical.kept.valid) : Number.NaN;
  const mean = Array.from({ length: columns }, (_, c) => {
    let sum = 0;
    for (const value of columnOf(truth, columns, c)) sum += value;
    return sum / horizon;
  });
  const standard = (values: ArrayLike<number>, i: number) => (values[i] - mean[i % columns]) / sd[i % columns];
  const strips: [string, ((i: number) => number) | undefined][] = [
    ["truth", (i) => standard(truth, i)],
    ["forecast", typical && ((i) => standard(typical.values, i))],
    ["difference", typical && ((i) => (typical.values[i] - truth[i]) / sd[i % columns])],
  ];
  strips.forEach(([label, value], row) => {
    const axes = {
      at: [0, HEADER + row * apart] as const,
      size: [width, each] as const,
      x: { from: 0, to: forecasts.time(horizon), label: row === 2 ? options.unit : "" },
      y: { from: 0, to: columns, label: "column" },
    };
    panel(context, axes, (frame) => {
      if (value) {
        const image = strip(value, horizon, columns);
        context.imageSmoothingEnabled = false;
        context.drawImage(image, frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
      }
      mark(context, frame.x(until), [frame.top, frame.bottom]);
      const text = row === 0 ? `${label}: brown above, blue below` : label;
      context.font = "13px system-ui, sans-serif";
      context.fillStyle = "#10182bcc";
      context.fillRect(frame.left + 6, frame.top + 5, context.measureText(text).width + 12, 20);
      words(context, text, [frame.left + 12, frame.top + 15], { size: 13, colour: INK });
    });
  });
}

/** A pixel a (step, column), from -2.5 to 2.5. */
function strip(value: (i: number) => number, horizon: number, columns: number): OffscreenCanvas {
  const map = new Uint32Array(colourMap("diverging").buffer);
  const image = new OffscreenCanvas(horizon, columns);
  const data = new ImageData(horizon, columns);
  const pixels = new Uint32Array(data.data.buffer);
  for (let step = 0; step < horizon; step++) {
    for (let column = 0; column < columns; column++) {
      const shade = Math.round(127.5 * (1 + value(step * columns + column) / 2.5));
      pixels[(columns - 1 - column) * horizon + step] = map[Math.min(255, Math.max(0, shade || 0))];
    }
  }
  image.getContext("2d")!.putImageData(data, 0, 0);
  return image;
}
