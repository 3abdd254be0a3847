// Samples in the plane of their first two numbers: the data below, particles, and the ways that some of them came.

import type { DataSet } from "../../src/models/diffusion/index.ts";
import { boxOf } from "../../src/models/diffusion/internal.ts";
import { colourMap } from "../worker/colours.ts";
import { type Context, curve, INK, type Size, within } from "../worker/sheet.ts";
import type { Frame, SampleHistory } from "./history.ts";

/** Of the data, and paths that are drawn. */
const POINTS = 2000;
const PATHS = 24;
/** Colours that particles come in. */
const SHADES = 16;
/** Points up to which each is a thing of its own. */
const FEW = 200;

/** A rectangle of the sheet. */
export interface Area {
  at: Size;
  size: Size;
}

/** From values to the sheet and back. */
export interface Plane {
  area: Area;
  x(value: number): number;
  y(value: number): number;
  back(at: Size): [number, number];
  /** Units of the sheet to one of the values. */
  scale: number;
}

/** The data's square in the middle of an area, `widening` times as wide. */
export function planeOf(data: DataSet, area: Area, widening: number): Plane {
  const box = boxOf(data);
  const [cx, cy] = box.map(([least, most]) => (least + most) / 2);
  const [width, height] = area.size;
  const [left, top] = area.at;
  const scale = Math.min(width, height) / (box[0][1] - box[0][0]) / widening;
  return {
    area,
    scale,
    x: (value) => left + width / 2 + scale * (value - cx),
    y: (value) => top + height / 2 - scale * (value - cy),
    back: ([x, y]) => [cx + (x - left - width / 2) / scale, cy - (y - top - height / 2) / scale],
  };
}

export function inArea(context: Context, { area }: Plane, draw: () => void): void {
  const [left, top] = area.at;
  within(context, [left, top, left + area.size[0], top + area.size[1]], draw);
}

/** The data's points, at `signal` of their places. */
export function drawData(
  context: Context,
  plane: Plane,
  { points, dimension: d }: DataSet,
  { signal = 1, colour = "#9fb0c966" } = {},
): void {
  const count = Math.min(POINTS, points.length / d);
  const few = points.length / d <= FEW;
  for (let p = 0; p < count; p++) {
    const [x, y] = [plane.x(signal * points[p * d]), plane.y(signal * points[p * d + 1])];
    if (few) {
      context.strokeStyle = colour;
      context.lineWidth = 1.2;
      context.beginPath();
      context.arc(x, y, 5, 0, 2 * Math.PI);
      context.stroke();
    } else {
      context.fillStyle = colour;
      context.fillRect(x - 1, y - 1, 2, 2);
    }
  }
}

/** Each has the colour of the place that it began at, from left to right. */
export function drawParticles(
  context: Context,
  plane: Plane,
  { x }: Frame,
  history: SampleHistory,
  colours: string,
  size = radiusOf(plane, history.count),
): void {
  const n = history.numbers;
  const shades = shadesOf(history);
  const palette = paletteOf(colours);
  for (let shade = 0; shade < SHADES; shade++) {
    context.fillStyle = palette[shade];
    for (let s = 0; s < history.count; s++) {
      if (shades[s] !== shade) continue;
      context.fillRect(plane.x(x[s * n]) - size, plane.y(x[s * n + 1]) - size, 2 * size, 2 * size);
    }
  }
}

const radiusOf = ({ area }: Plane, count: number) =>
  Math.min(3, Math.max(1, 0.0021 * Math.min(...area.size) * Math.sqrt(2000 / count)));

/** From the beginning to a frame. */
export function drawPaths(
  context: Context,
  plane: Plane,
  history: SampleHistory,
  { step }: Frame,
  count = PATHS,
): void {
  const n = history.numbers;
  const frames = history.frames.filter((frame) => frame.step <= step);
  for (let s = 0; s < Math.min(count, history.count); s++) {
    const points = frames.map(({ x }) => [plane.x(x[s * n]), plane.y(x[s * n + 1])] as const);
    curve(context, points, { colour: "#f1f5f966", width: 1 });
    const [x, y] = points[points.length - 1];
    context.fillStyle = INK;
    context.beginPath();
    context.arc(x, y, 3, 0, 2 * Math.PI);
    context.fill();
  }
}

const found = new WeakMap<SampleHistory, Uint8Array>();

/** A shade for each particle: by rank of its first number at the beginning. */
export function shadesOf(history: SampleHistory): Uint8Array {
  let shades = found.get(history);
  if (shades) return shades;
  const [{ x }] = history.frames;
  const order = Array.from({ length: history.count }, (_, s) => s).sort(
    (a, b) => x[a * history.numbers] - x[b * history.numbers],
  );
  shades = new Uint8Array(history.count);
  for (const [rank, s] of order.entries()) shades[s] = Math.floor((SHADES * rank) / history.count);
  found.set(history, shades);
  return shades;
}

/** Light enough for the dark sheet. */
export function paletteOf(colours: string): string[] {
  const map = colourMap(colours);
  const [from, to] = colours === "diverging" ? [40, 235] : [90, 255];
  return Array.from({ length: SHADES }, (_, shade) => {
    const at = 4 * Math.round(from + ((to - from) * shade) / (SHADES - 1));
    return `rgb(${map[at]} ${map[at + 1]} ${map[at + 2]} / 0.85)`;
  });
}
