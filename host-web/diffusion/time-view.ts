// The first number of some samples against the step: how bundles of ways part, and when.

import type { DataSet, DiffusionSimulation } from "../../src/models/diffusion/index.ts";
import { boxOf } from "../../src/models/diffusion/internal.ts";
import { panel } from "../worker/panel.ts";
import { type Context, curve, INK, MARK, type Size, words } from "../worker/sheet.ts";
import type { Frame, SampleHistory } from "./history.ts";
import { paletteOf, shadesOf } from "./plane.ts";

const WAYS = 160;
const BINS = 48;
/** At the right for the data's histogram. */
const MARGIN = 74;

export function drawTime(
  context: Context,
  [width, height]: Size,
  top: number,
  simulation: DiffusionSimulation,
  history: SampleHistory,
  shown: Frame,
  colours: string,
): void {
  const { data, length, levels } = simulation;
  const [[from, to]] = boxOf(data);
  const [low, high] = [Math.min(from, -3.2), Math.max(to, 3.2)];
  const { centre, scale } = unitOf(data);
  const own = (value: number) => centre + scale * value;
  const wide = levels.some((level) => history.widening(level) > 1.5);
  const axes = {
    at: [0, top] as const,
    size: [width - MARGIN, height - top] as const,
    x: { from: 0, to: length, label: "step" },
    y: { from: own(low), to: own(high), label: wide ? "first number / its spread" : "first number" },
  };
  const n = history.numbers;
  const shades = shadesOf(history);
  const palette = paletteOf(colours);
  let [upper, lower] = [0, 0];
  panel(context, axes, (frame) => {
    [upper, lower] = [frame.top, frame.bottom];
    const frames = history.frames.filter(({ step }) => step <= shown.step);
    for (let s = 0; s < Math.min(WAYS, history.count); s++) {
      const points = frames.map(
        ({ step, x }) => [frame.x(step), frame.y(own(x[s * n] / history.widening(history.level(step))))] as const,
      );
      curve(context, points, { colour: palette[shades[s]], width: 1 });
    }
    const upright = (step: number, colour: string, dash: number[]) =>
      curve(
        context,
        [
          [frame.x(step), frame.top],
          [frame.x(step), frame.bottom],
        ],
        { colour, width: 1.5, dash },
      );
    upright(shown.step, INK, []);
    const { speciation } = history;
    if (speciation === undefined) return;
    upright(speciation, MARK, [6, 4]);
    const right = frame.x(speciation) > (frame.left + frame.right) / 2;
    const at = [frame.x(speciation) + (right ? -8 : 8), frame.top + 14] as const;
    words(context, "signal² Λ = noise²", at, { size: 13, colour: MARK, align: right ? "right" : "left" });
  });
  histogram(context, simulation, { left: width - MARGIN, top: top + upper, bottom: top + lower, low, high });
}

/** Of the first number. */
function unitOf({ unit }: DataSet): { centre: number; scale: number } {
  return unit && unit.scale[0] > 0 ? { centre: unit.centre[0], scale: unit.scale[0] } : { centre: 0, scale: 1 };
}

/** Of the data's first number, on its side. */
function histogram(
  context: Context,
  { data: { points, dimension: d } }: DiffusionSimulation,
  { left, top, bottom, low, high }: { left: number; top: number; bottom: number; low: number; high: number },
): void {
  const counts = new Float64Array(BINS);
  for (let at = 0; at < points.length; at += d) {
    const bin = Math.floor((BINS * (points[at] - low)) / (high - low));
    if (bin >= 0 && bin < BINS) counts[bin]++;
  }
  const most = Math.max(1, ...counts);
  const step = (bottom - top) / BINS;
  context.fillStyle = "#9fb0c9aa";
  counts.forEach((count, bin) => {
    context.fillRect(left, bottom - (bin + 1) * step, ((MARGIN - 14) * count) / most, step - 1);
  });
  words(context, "data", [left + 4, top + 10], { size: 12 });
}
