// Plots as SVG text, for a self-contained report: measured values with their errors on an exact curve, and a histogram of deviations
// against the normal density. Their colours are those of the page that holds them.

import { escapeHtml } from "../files/html.ts";
import type { Curve } from "../models/model.ts";

const [WIDTH, HEIGHT] = [420, 260];
const FRAME = { left: 58, right: 12, top: 10, bottom: 40 };

type Range = readonly [least: number, most: number];

/** Round numbers that divide a range into about `count` parts. */
export function ticks([least, most]: Range, count = 5): number[] {
  const rough = (most - least) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(least / step - 1e-9);
  return Array.from({ length: Math.floor(most / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** The range of values with some room around them; never empty. */
function rangeOf(values: readonly number[]): Range {
  const finite = values.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  if (finite.length === 0) return [0, 1];
  const room = most > least ? 0.04 * (most - least) : Math.max(1e-12, Math.abs(most)) / 2;
  return [least - room, most + room];
}

interface Axes {
  x: Range;
  y: Range;
  labels: { x: string; y: string };
  /** Text for readers who cannot see it. */
  title: string;
}

function framed({ x, y, labels, title }: Axes, draw: (px: (x: number) => string, py: (y: number) => string) => string) {
  const { left, right, top, bottom } = FRAME;
  const px = (value: number) => (left + ((value - x[0]) / (x[1] - x[0])) * (WIDTH - left - right)).toFixed(1);
  const py = (value: number) =>
    (HEIGHT - bottom - ((value - y[0]) / (y[1] - y[0])) * (HEIGHT - top - bottom)).toFixed(1);
  const text = (value: number) => String(Number(value.toPrecision(6)));
  const horizontal = ticks(x).map(
    (value) =>
      `<path class="grid" d="M${px(value)} ${top}V${HEIGHT - bottom}"/><text x="${px(value)}" y="${HEIGHT - bottom + 14}" text-anchor="middle">${text(value)}</text>`,
  );
  const vertical = ticks(y).map(
    (value) =>
      `<path class="grid" d="M${left} ${py(value)}H${WIDTH - right}"/><text x="${left - 5}" y="${py(value)}" dy="4" text-anchor="end">${text(value)}</text>`,
  );
  const named =
    `<text x="${(left + WIDTH - right) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(labels.x)}</text>` +
    `<text transform="translate(12 ${(HEIGHT - bottom + top) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(labels.y)}</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${horizontal.join("")}${vertical.join("")}${named}${draw(px, py)}</svg>`;
}

/** Measured values with bars of one standard error, on the exact curve. */
export function curvePlot({ x, y, exact, ...curve }: Curve, title: string): string {
  const measured = curve.measured.filter((point) => point.every(Number.isFinite)); // their check has failed
  const bars = measured.flatMap(([, value, error]) => [value - error, value + error]);
  const axes = {
    x: rangeOf([...exact, ...measured].map(([at]) => at)),
    y: rangeOf([...exact.map(([, value]) => value), ...bars]),
    labels: { x, y },
    title,
  };
  return framed(axes, (px, py) => {
    const line = exact.map(([at, value], i) => `${i === 0 ? "M" : "L"}${px(at)} ${py(value)}`).join("");
    const points = measured.map(
      ([at, value, error]) =>
        `<path class="error" d="M${px(at)} ${py(value - error)}V${py(value + error)}"/><circle cx="${px(at)}" cy="${py(value)}" r="3"/>`,
    );
    return `<path class="exact" d="${line}"/>${points.join("")}`;
  });
}

/** Beyond this deviations stand in the outermost bins. */
const FARTHEST = 5;
const BIN = 0.5;

/** How often deviations in standard errors occurred, against as many that are standard normal. */
export function deviationPlot(z: readonly number[], title: string): string {
  const bins = Array<number>((2 * FARTHEST) / BIN).fill(0);
  for (const value of z) {
    const bin = Math.floor((value + FARTHEST) / BIN);
    bins[Math.min(bins.length - 1, Math.max(0, bin))]++;
  }
  const density = (at: number) => (z.length * BIN * Math.exp(-(at ** 2) / 2)) / Math.sqrt(2 * Math.PI);
  const most = 1.08 * Math.max(density(0), ...bins);
  const labels = { x: "deviation in standard errors", y: "figures" };
  return framed({ x: [-FARTHEST, FARTHEST], y: [0, most], labels, title }, (px, py) => {
    const boxes = bins.map((count, i) => {
      const at = i * BIN - FARTHEST;
      return count === 0 ? "" : `<path class="bar" d="M${px(at)} ${py(0)}V${py(count)}H${px(at + BIN)}V${py(0)}Z"/>`;
    });
    const line = Array.from({ length: 101 }, (_, i) => (i / 50 - 1) * FARTHEST);
    const path = line.map((at, i) => `${i === 0 ? "M" : "L"}${px(at)} ${py(density(at))}`).join("");
    return `${boxes.join("")}<path class="exact" d="${path}"/>`;
  });
}
