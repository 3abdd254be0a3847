// Forecasts of all reservoirs from one start, with their median and the truth; below, how long they are valid.

import { columnOf, panel, range } from "../worker/panel.ts";
import type { Picture } from "../worker/scene.ts";
import { begin, type Context, curve, FORECAST, INK, legend, MARK, shown, TRUTH, words } from "../worker/sheet.ts";
import type { Forecasts } from "./forecasts.ts";

/** Lines that are drawn: more would be one colour. */
const LINES = 1000;
const BARS = 30;
const HEADER = 28;

export function drawFan(context: Context, picture: Picture, forecasts: Forecasts, unit: string, cache: FanLayer): void {
  const [width, height] = begin(context, picture);
  const { truth, columns, horizon, kept } = forecasts;
  const fan = { size: [width, 0.64 * (height - HEADER)] as const, at: [0, HEADER] as const };
  const x = { from: 0, to: forecasts.time(horizon), label: "" };
  const y = { ...range(columnOf(truth, columns, 0), 0.15), label: columns > 1 ? "x₁" : "x" };
  const half = kept.length > 1 ? forecasts.median("first") : undefined;
  words(context, kept.length === 1 ? "1 reservoir" : `${kept.length} reservoirs`, [14, 16]);
  legend(
    context,
    [width - 14, 16],
    [
      { text: "truth", colour: TRUTH },
      { text: "forecasts", colour: FORECAST },
      { text: "median", colour: INK, dash: [5, 3] },
    ],
  );
  panel(context, { ...fan, x, y }, (frame) => {
    const line = (values: Iterable<number>) =>
      Array.from(values, (value, step) => [frame.x(forecasts.time(step + 1)), frame.y(value)] as const);
    context.drawImage(
      cache.draw(forecasts, fan.size, picture, (layer, values, colour) =>
        curve(layer, line(values), { colour, width: 1 }),
      ),
      ...([0, 0, ...fan.size] as const),
    );
    curve(context, line(columnOf(truth, columns, 0)), { colour: TRUTH, width: 2 });
    if (half) curve(context, line(half), { colour: INK, width: 1.5, dash: [5, 3] });
  });
  drawHistogram(context, forecasts, unit, [width, height], HEADER + fan.size[1]);
}

function drawHistogram(
  context: Context,
  forecasts: Forecasts,
  unit: string,
  [width, height]: readonly [number, number],
  top: number,
): void {
  const { kept, horizon } = forecasts;
  const end = forecasts.time(horizon);
  const counts = new Float64Array(BARS);
  for (const { valid } of kept) counts[Math.min(BARS - 1, Math.floor((BARS * valid) / horizon))]++;
  const axes = {
    at: [0, top] as const,
    size: [width, height - top] as const,
    x: { from: 0, to: end, label: unit },
    y: { from: 0, to: 1.1 * Math.max(1, ...counts), label: "forecasts" },
  };
  const middle = kept.length > 0 ? forecasts.time(kept[forecasts.typical].valid) : 0;
  panel(context, axes, (frame) => {
    context.fillStyle = FORECAST;
    counts.forEach((count, bar) => {
      const [left, right] = [frame.x((bar * end) / BARS), frame.x(((bar + 1) * end) / BARS)];
      context.fillRect(left + 0.5, frame.y(count), right - left - 1, frame.bottom - frame.y(count));
    });
    if (kept.length === 0) return;
    curve(
      context,
      [
        [frame.x(middle), frame.top],
        [frame.x(middle), frame.bottom],
      ],
      { colour: MARK, width: 2, dash: [6, 4] },
    );
  });
  words(context, `valid prediction times, median ${shown(middle)}`, [14, top - 4], { colour: MARK });
}

/** The translucent lines on a sheet of their own, to which new ones are added. */
export class FanLayer {
  #canvas: OffscreenCanvas | undefined;
  #key = "";
  #drawn = 0;

  draw(
    forecasts: Forecasts,
    [width, height]: readonly [number, number],
    picture: Picture,
    line: (layer: Context, values: Float32Array, colour: string) => void,
  ): OffscreenCanvas {
    const scale = 2 * picture.ratio;
    const { kept } = forecasts;
    // One of a thousand must be seen, and a hundred must not be one colour: fewer lines are drawn again, and stronger.
    const strength = Math.min(0.7, Math.max(0.04, 8 / Math.max(1, 2 ** Math.ceil(Math.log2(kept.length + 1)))));
    const key = `${width} ${height} ${scale} ${strength}`;
    if (!this.#canvas || this.#key !== key || this.#drawn > kept.length) {
      this.#canvas = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale));
      this.#key = key;
      this.#drawn = 0;
    }
    const layer = this.#canvas.getContext("2d")!;
    layer.setTransform(scale, 0, 0, scale, 0, 0);
    const alpha = Math.round(255 * strength)
      .toString(16)
      .padStart(2, "0");
    for (; this.#drawn < Math.min(LINES, kept.length); this.#drawn++) {
      line(layer, kept[this.#drawn].first, `${FORECAST}${alpha}`);
    }
    return this.#canvas;
  }
}
