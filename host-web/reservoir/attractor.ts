// Truth and forecast in space: the first three columns, or one column against itself at two earlier times. Seen in perspective, turned
// by the page.

import { mat4, vec4 } from "wgpu-matrix";
import { fitAll } from "../shell/camera.ts";
import type { Orbit } from "../worker/protocol.ts";
import type { Picture } from "../worker/scene.ts";
import { begin, type Context, curve, dot, FORECAST, INK, SIZE, shown, TRUTH, words } from "../worker/sheet.ts";
import type { Forecasts } from "./forecasts.ts";

/** Field of view in radians, and the distance from which a cube of side 2 fills it. */
const ANGLE = 0.7;
const DISTANCE = 5.4;

/** The texts above. */
const HEADER = 50;

type Point = [number, number, number];
/** From values to the sheet. */
type Projection = (point: Point) => [number, number];

export interface Space {
  names: [string, string, string];
  /** Point at a step of [step][column]. */
  at(values: ArrayLike<number>, step: number): Point;
  /** The first step that has one. */
  first: number;
}

/** What stands on the three axes. */
export function spaceOf(columns: number, lag: number): Space {
  if (columns >= 3) {
    return {
      names: ["x₁", "x₂", "x₃"],
      at: (values, step) => [0, 1, 2].map((c) => values[step * columns + c]) as Point,
      first: 0,
    };
  }
  return {
    names: ["x(t)", `x(t − ${lag})`, `x(t − ${2 * lag})`],
    at: (values, step) => [0, 1, 2].map((k) => values[(step - k * lag) * columns]) as Point,
    first: 2 * lag,
  };
}

/** Steps after which a column has forgotten itself: its autocorrelation falls below 1/e. */
export function lagOf(values: ArrayLike<number>, columns: number): number {
  const column = Array.from({ length: Math.floor(values.length / columns) }, (_, step) => values[step * columns]);
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const correlation = (lag: number) => {
    let sum = 0;
    for (let t = lag; t < column.length; t++) sum += (column[t] - mean) * (column[t - lag] - mean);
    return sum / (column.length - lag);
  };
  const variance = correlation(0);
  const most = Math.floor(column.length / 10);
  for (let lag = 1; lag < most; lag++) if (correlation(lag) < variance / Math.E) return lag;
  return Math.max(1, most);
}

export function drawAttractor(
  context: Context,
  picture: Picture,
  forecasts: Forecasts,
  space: Space,
  count: number,
  unit: string,
): void {
  // The camera of the plane has no say here.
  const [width, height] = begin(context, { ...picture, camera: fitAll(SIZE, [picture.width, picture.height]) });
  const { truth, shown: typical, horizon } = forecasts;
  const steps = Array.from({ length: Math.max(0, horizon - space.first) }, (_, i) => space.first + i);
  const points = steps.map((step) => space.at(truth, step));
  const box = [0, 1, 2].map((axis) => {
    const own = points.map((point) => point[axis]);
    return [Math.min(...own), Math.max(...own)];
  });
  const project = projection(picture.orbit, [width, height - HEADER], box);
  drawBox(context, project, box, space.names);
  curve(context, points.map(project), { colour: TRUTH, width: 1.3 });
  if (!typical) {
    words(context, "No reservoir is trained yet.", [16, 24]);
    return;
  }
  // Beyond the box there is nothing to compare with.
  const inside = (point: Point) =>
    point.every((value, axis) => {
      const [least, most] = box[axis];
      return Math.abs(value - (least + most) / 2) <= most - least;
    });
  const { values, kept, reservoir } = typical;
  const made = steps.map((step) => space.at(values, step));
  const until = Math.max(0, kept.valid - space.first);
  const seen = (point: Point): [number, number] => (inside(point) ? project(point) : [Number.NaN, Number.NaN]);
  curve(context, made.slice(until).map(seen), { colour: `${FORECAST}99`, width: 1 });
  curve(context, made.slice(0, until + 1).map(seen), { colour: FORECAST, width: 2.6 });
  dot(context, project(points[0]), 5, INK);
  if (points[until]) {
    for (const [all, colour] of [
      [points, TRUTH],
      [made, FORECAST],
    ] as const) {
      const place = seen(all[until]);
      if (Number.isFinite(place[0])) dot(context, place, 5, colour);
    }
  }
  const time = `${shown(forecasts.time(kept.valid))} ${unit}`;
  words(context, "truth", [16, 22], { colour: TRUTH });
  words(context, `forecast: thick while valid, ${time}`, [16, 42], { colour: FORECAST });
  words(context, `reservoir ${reservoir + 1} of ${count}, the median; both from the white dot`, [16, 62], { size: 12 });
}

function projection(
  { yaw, pitch, zoom }: Orbit,
  [width, height]: readonly [number, number],
  box: number[][],
): Projection {
  const far = DISTANCE / zoom;
  const eye = [far * Math.cos(pitch) * Math.cos(yaw), far * Math.cos(pitch) * Math.sin(yaw), far * Math.sin(pitch)];
  const view = mat4.lookAt(eye, [0, 0, 0], [0, 0, 1]);
  // The narrower side holds the cube.
  const angle = width >= height ? ANGLE : 2 * Math.atan(Math.tan(ANGLE / 2) * (height / width));
  const seen = mat4.multiply(mat4.perspective(angle, width / height, 0.01, 100), view);
  return (point) => {
    const cube = point.map((value, axis) => (2 * (value - box[axis][0])) / (box[axis][1] - box[axis][0]) - 1);
    const [x, y, , w] = vec4.transformMat4([...cube, 1], seen);
    if (w <= 0.01) return [Number.NaN, Number.NaN]; // behind the eye
    return [(width / 2) * (1 + x / w), HEADER + (height / 2) * (1 - y / w)];
  };
}

/** Edges of the cube that holds the truth, with the range of each axis at its ends. */
function drawBox(context: Context, project: Projection, box: number[][], names: readonly string[]): void {
  const corner = (bits: number): Point => [0, 1, 2].map((axis) => box[axis][(bits >> axis) & 1]) as Point;
  for (let bits = 0; bits < 8; bits++) {
    for (let axis = 0; axis < 3; axis++) {
      if ((bits >> axis) & 1) continue;
      const edge = [corner(bits), corner(bits | (1 << axis))].map(project);
      curve(context, edge, { colour: bits === 0 ? "#f1f5f9aa" : "#f1f5f933", width: bits === 0 ? 1.5 : 1 });
    }
  }
  names.forEach((name, axis) => {
    const [from, to] = [project(corner(0)), project(corner(1 << axis))];
    // Beyond the end of the edge.
    const reach = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
    const out = (by: number): [number, number] => [
      to[0] + (by * (to[0] - from[0])) / reach,
      to[1] + (by * (to[1] - from[1])) / reach,
    ];
    if (Number.isFinite(reach)) words(context, name, out(16), { align: "center", size: 15 });
  });
}
