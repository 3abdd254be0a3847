// The sheet that a view is drawn on. It fills the canvas whatever its shape, so that texts are as large on a phone as on a desk; the
// camera moves and enlarges it like any other picture.

import { fitAll } from "../shell/camera.ts";
import type { Picture } from "./scene.ts";

export type Context = OffscreenCanvasRenderingContext2D;
export type Size = readonly [width: number, height: number];

/** What the page takes for the picture's size; only its ratio to the camera counts. */
export const SIZE: [number, number] = [640, 400];

export const PAPER = "#10182b";
export const INK = "#f1f5f9";
export const TRUTH = "#7fb2ff";
export const FORECAST = "#ff9d3b";
export const MARK = "#ff6b86";
const FONT = "system-ui, sans-serif";

/** Below the sheet the page shows its timing. */
const FOOT = 26;

/** On large canvases letters grow a little. */
const SIDE = 700;

/** The sheet's size in its own units, and where a point of it lies on the canvas: x times `scale` plus `left`. */
function sheetOf({ width, height, ratio, camera }: Picture) {
  const fitted = fitAll(SIZE, [width, height]);
  const zoom = fitted.scale / camera.scale;
  const unit = ratio * Math.max(1, Math.sqrt(width * height) / ratio / SIDE);
  return {
    size: [width / unit, height / unit] as Size,
    scale: zoom * unit,
    left: (fitted.x - camera.x) / camera.scale,
    top: (fitted.y - camera.y) / camera.scale,
  };
}

/** An empty sheet, ready to be drawn on in its own units; returns the size that views have. */
export function begin(context: Context, picture: Picture): Size {
  const { size, scale, left, top } = sheetOf(picture);
  context.setTransform(scale, 0, 0, scale, left, top);
  context.fillStyle = PAPER;
  context.fillRect(0, 0, ...size);
  return [size[0], size[1] - FOOT];
}

/** Samples of strokes with their texts in a row that ends at the right, or in more where it is too long. */
export function legend(
  context: Context,
  [right, top]: Size,
  entries: readonly { text: string; colour: string; dash?: number[] }[],
): void {
  let [x, y] = [right, top];
  for (const { text, colour, dash } of [...entries].reverse()) {
    context.font = `13px ${FONT}`;
    const { width } = context.measureText(text);
    if (x - width - 26 < 8 && x < right) [x, y] = [right, y + 18];
    words(context, text, [x, y], { size: 13, align: "right" });
    x -= width + 6;
    const sample = [
      [x - 20, y],
      [x, y],
    ] as const;
    curve(context, sample, { colour, width: 2.5, dash });
    x -= 34;
  }
}

/** The place on the sheet of a pixel of the canvas. */
export function placeOf([px, py]: readonly [number, number], picture: Picture): [number, number] {
  const { scale, left, top } = sheetOf(picture);
  return [(px - left) / scale, (py - top) / scale];
}

export function words(
  context: Context,
  text: string,
  [x, y]: Size,
  { size = 14, colour = INK, align = "left" }: { size?: number; colour?: string; align?: CanvasTextAlign } = {},
): void {
  context.font = `${size}px ${FONT}`;
  context.fillStyle = colour;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillText(text, x, y);
}

/** A line through points, from NaN on interrupted. */
export function curve(
  context: Context,
  points: Iterable<readonly [number, number]>,
  { colour, width = 1.5, dash = [] }: { colour: string; width?: number; dash?: number[] },
): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.beginPath();
  let down = false;
  for (const [x, y] of points) {
    const seen = Number.isFinite(x) && Number.isFinite(y);
    if (seen && down) context.lineTo(x, y);
    else if (seen) context.moveTo(x, y);
    down = seen;
  }
  context.stroke();
  context.setLineDash([]);
}

export function dot(context: Context, [x, y]: Size, radius: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Draws within a rectangle only. */
export function within(context: Context, [left, top, right, bottom]: readonly number[], draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  draw();
  context.restore();
}

/** Numbers for people. */
export const shown = (value: number, digits = 3) => String(Number(value.toPrecision(digits)));
