// What drives samples at a noise level: the score as arrows, the density whose logarithm it climbs, and where each sample is bound.

import type { DiffusionSimulation, Level } from "../../src/models/diffusion/index.ts";
import { colourMap } from "../worker/colours.ts";
import { type Context, curve, MARK } from "../worker/sheet.ts";
import type { Frame, SampleHistory } from "./history.ts";
import type { Plane } from "./plane.ts";

/** Units of the sheet between two arrows, at least, and arrows along a side, at most. */
const APART = 26;
const ALONG = 26;
/** Pixels of a density along the longer side, and natural logarithms that its colours span. */
const CELLS = 110;
const SPAN = 6;
/** Of components times pixels, what is affordable. */
const AFFORDABLE = 1.5e7;
/** Samples whose aims are drawn. */
const AIMS = 300;

/** Arrows along noise · score, the noise in a sample turned round; longer ones are cut. */
export function drawScore(context: Context, plane: Plane, simulation: DiffusionSimulation, level: Level): boolean {
  const { size, at } = plane.area;
  const apart = Math.max(APART, Math.max(...size) / ALONG);
  const counts = size.map((side) => Math.max(1, Math.floor(side / apart)));
  const places: [number, number][] = [];
  for (let row = 0; row < counts[1]; row++) {
    for (let column = 0; column < counts[0]; column++) {
      places.push([at[0] + ((column + 0.5) * size[0]) / counts[0], at[1] + ((row + 0.5) * size[1]) / counts[1]]);
    }
  }
  const points = Float64Array.from(places.flatMap((place) => plane.back(place)));
  const { label } = simulation.points.parameters;
  const denoised = simulation.denoised(points, level, { classless: label === -2 });
  if (!denoised) return false;
  places.forEach(([x, y], p) => {
    const [dx, dy] = [0, 1].map((i) => (level.signal * denoised[2 * p + i] - points[2 * p + i]) / level.noise);
    const strength = Math.hypot(dx, dy);
    const length = (0.9 * apart * strength) / (1 + strength);
    arrow(context, [x, y], [(length * dx) / strength, (-length * dy) / strength]);
  });
  return true;
}

function arrow(context: Context, [x, y]: readonly number[], [dx, dy]: readonly number[]): void {
  const length = Math.hypot(dx, dy);
  if (!(length > 1)) return;
  const [ux, uy] = [dx / length, dy / length];
  const [ex, ey] = [x + dx / 2, y + dy / 2];
  const head = Math.min(5, 0.4 * length);
  curve(
    context,
    [
      [x - dx / 2, y - dy / 2],
      [ex, ey],
    ],
    { colour: MARK, width: 1.5 },
  );
  const wing = (side: number) => [ex - head * (ux - side * 0.6 * uy), ey - head * (uy + side * 0.6 * ux)] as const;
  curve(context, [wing(1), [ex, ey], wing(-1)], { colour: MARK, width: 1.5 });
}

/** A Gaussian of the plane at a level: its logarithm is `height - ½ (a dx² + 2 b dx dy + c dy²)`. */
interface Bump {
  x: number;
  y: number;
  a: number;
  b: number;
  c: number;
  height: number;
}

/** The law at a level, where it is a mixture, or that of the exact denoiser's points. */
function bumpsOf({ data }: DiffusionSimulation, { signal, noise }: Level): Bump[] {
  const { mixture, points, dimension: d } = data;
  if (mixture) {
    return mixture.components.map(({ weight, mean, covariance }) => {
      const [xx, xy, yy] = [covariance[0], covariance[1], covariance[d + 1]].map((value) => signal ** 2 * value);
      const [sx, sy] = [xx + noise ** 2, yy + noise ** 2];
      const determinant = sx * sy - xy ** 2;
      const height = Math.log(weight) - 0.5 * Math.log(determinant);
      return {
        ...{ x: signal * mean[0], y: signal * mean[1], height },
        ...{ a: sy / determinant, b: -xy / determinant, c: sx / determinant },
      };
    });
  }
  const sharp = 1 / noise ** 2;
  return Array.from({ length: points.length / d }, (_, p) => ({
    ...{ x: signal * points[p * d], y: signal * points[p * d + 1], a: sharp, b: 0, c: sharp, height: 0 },
  }));
}

/** Whether the law that the denoiser has is known here. */
export const hasDensity = ({ data, points }: DiffusionSimulation): boolean =>
  data.dimension === 2 && (data.mixture !== undefined || points.parameters.denoiser === "exact");

/** ln p, light where it is high. */
export function drawDensity(
  context: Context,
  plane: Plane,
  simulation: DiffusionSimulation,
  level: Level,
  colours: string,
): void {
  const bumps = bumpsOf(simulation, level);
  const { size, at } = plane.area;
  const most = Math.min(CELLS, Math.sqrt(AFFORDABLE / bumps.length));
  const cell = Math.max(...size) / most;
  const [columns, rows] = size.map((side) => Math.max(1, Math.round(side / cell)));
  const values = new Float64Array(columns * rows);
  let top = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = plane.back([at[0] + ((column + 0.5) * size[0]) / columns, at[1] + ((row + 0.5) * size[1]) / rows]);
      const value = logSum(bumps, x, y);
      values[row * columns + column] = value;
      if (value > top) top = value;
    }
  }
  const image = new OffscreenCanvas(columns, rows);
  const data = new ImageData(columns, rows);
  const pixels = new Uint32Array(data.data.buffer);
  const map = new Uint32Array(colourMap(colours).buffer);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = map[Math.round(255 * Math.max(0, 1 - (top - values[i]) / SPAN))];
  }
  image.getContext("2d")!.putImageData(data, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(image, ...at, ...size);
}

/** ln Σ exp over bumps, with the largest taken out. */
function logSum(bumps: readonly Bump[], x: number, y: number): number {
  let [most, sum] = [Number.NEGATIVE_INFINITY, 0];
  for (const bump of bumps) {
    const [dx, dy] = [x - bump.x, y - bump.y];
    const term = bump.height - 0.5 * (bump.a * dx * dx + 2 * bump.b * dx * dy + bump.c * dy * dy);
    if (term > most) {
      sum = sum * Math.exp(most - term) + 1;
      most = term;
    } else if (term > most - 40) sum += Math.exp(term - most);
  }
  return most + Math.log(sum);
}

/** From each sample to what it is expected to be without its noise. */
export function drawAims(
  context: Context,
  plane: Plane,
  simulation: DiffusionSimulation,
  history: SampleHistory,
  { x }: Frame,
  level: Level,
): boolean {
  const count = Math.min(AIMS, history.count);
  const denoised = simulation.denoised(x.subarray(0, 2 * count), level);
  if (!denoised) return false;
  for (let s = 0; s < count; s++) {
    const [from, to] = [x, denoised].map((all) => [plane.x(all[2 * s]), plane.y(all[2 * s + 1])] as const);
    curve(context, [from, to], { colour: `${MARK}55`, width: 1 });
    context.fillStyle = MARK;
    context.fillRect(to[0] - 1.5, to[1] - 1.5, 3, 3);
  }
  return true;
}
