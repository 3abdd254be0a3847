// The page of next-generation reservoirs in the worker: the last forecast against the truth, and how errors grow.

import { type NgrcSimulation, ngrc } from "../../src/models/ngrc/index.ts";
import { type Axes, drawAxes, drawLegend, frameOf } from "../worker/axes.ts";
import { pictureScene } from "../worker/picture-scene.ts";
import type { SceneModule } from "../worker/scene.ts";
import { SIZE } from "../worker/sheet.ts";

/** Components that are drawn, one below the other. */
const SHOWN = 3;
const TRUTH = "#4f8fd9";
const FORECAST = "#ff9d3b";
/** Forecasts after which a run that plays comes to rest. */
const REST = 200;
/** Beyond this a forecast has left the truth, whatever it is. */
const LIMIT = 1e3;

type Made = Awaited<ReturnType<NgrcSimulation["forecast"]>>;

export const scene: SceneModule<NgrcSimulation> = {
  ...pictureScene(ngrc),
  defaults: () => ({ starts: "10000" }),
  options: { mode: "time", colours: "ink", block: 8, grid: false },
  rest: REST,
  full: ({ most }) =>
    `All ${most} forecasts that the series has room for are made; shorter forecasts or less training make room for more.`,

  async createCanvas(simulation) {
    let kept: { start: number; made: Made } | undefined;
    return {
      async prepare() {
        const start = Math.max(0, simulation.steps - 1);
        if (kept?.start !== start) kept = { start, made: await simulation.forecast(start) };
      },
      draw(context) {
        context.fillStyle = "#10182b";
        context.fillRect(0, 0, ...SIZE);
        if (kept) drawForecast(context, kept.made, kept.start);
      },
    };
  },

  plots(simulation) {
    const { validPredictionTime } = simulation.result();
    const sorted = [...validPredictionTime].sort((a, b) => a - b);
    const share = sorted.map((_, i) => 1 - i / sorted.length);
    const curves = [{ name: "forecasts", x: sorted, y: share }];
    return sorted.length > 1
      ? [{ key: "valid", title: "Share of forecasts still valid", x: simulation.plan.unit, curves }]
      : [];
  },

  compare: {
    // One step: what is chaotic makes any rounding grow. In units of how far the truth ranges, whatever its own are.
    async numbers(simulation) {
      const { forecast, truth } = await simulation.forecast(0);
      return forecast[0].map((value, i) => {
        const own = truth.map((row) => row[i]);
        return (value - own[0]) / (Math.max(...own) - Math.min(...own) || 1);
      });
    },
    within: { bound: 1e-3, unit: "of the truth's range" },
    allowed: 0,
    unit: "numbers of the first step of a forecast",
    reason: "A very large weight makes the rounding of 32-bit numbers visible.",
  },
};

/** The first components in time, truth and forecast. */
function drawForecast(
  context: OffscreenCanvasRenderingContext2D,
  { times, truth, forecast }: Made,
  start: number,
): void {
  const count = Math.min(SHOWN, truth[0].length);
  const height = SIZE[1] / count;
  for (let i = 0; i < count; i++) {
    const column = (rows: number[][]) => rows.map((row) => row[i]);
    const own = column(truth);
    const [least, most] = [Math.min(...own), Math.max(...own)];
    const room = 0.15 * (most - least || 1);
    const axes: Axes = {
      size: [SIZE[0], height],
      x: { from: 0, to: times[times.length - 1], label: i === count - 1 ? "time" : "" },
      y: { from: least - room, to: most + room, label: `x${i + 1}` },
    };
    context.save();
    context.translate(0, i * height);
    const frame = frameOf(context, axes);
    const line = (values: number[], colour: string) => {
      context.strokeStyle = colour;
      context.lineWidth = 1.6;
      context.beginPath();
      values.forEach((value, step) => {
        if (!(Math.abs(value) < LIMIT * (Math.abs(most) + Math.abs(least) + 1))) return;
        const y = Math.max(frame.top, Math.min(frame.bottom, frame.y(value)));
        context.lineTo(frame.x(times[step]), y);
      });
      context.stroke();
    };
    line(own, TRUTH);
    line(column(forecast), FORECAST);
    drawAxes(context, frame, axes);
    if (i === 0) {
      drawLegend(context, frame, [
        { text: "truth", colour: TRUTH },
        { text: `forecast ${start + 1}`, colour: FORECAST },
      ]);
    }
    context.restore();
  }
}
