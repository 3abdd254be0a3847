// Where the canvas looks: dragging, wheel, pinch and keys become a new camera. Plain arithmetic, so that it can be tested.

import type { Camera } from "../worker/protocol.ts";

export type { Camera };

/** No closer than a cell of 128 pixels, no farther than the lattice in a sixteenth of the canvas. */
const CLOSEST = 1 / 128;
const FARTHEST = 16;

/** The camera that shows all of `size` cells in the middle of a canvas. */
export function fitAll(size: readonly [number, number], canvas: readonly [number, number]): Camera {
  return inMiddle(size, canvas, Math.max(size[0] / canvas[0], size[1] / canvas[1]));
}

/** The camera with which `size` cells fill a canvas; what is too wide or too high for it is cut off on both sides. */
export function cover(size: readonly [number, number], canvas: readonly [number, number]): Camera {
  return inMiddle(size, canvas, Math.min(size[0] / canvas[0], size[1] / canvas[1]));
}

function inMiddle(size: readonly [number, number], canvas: readonly [number, number], scale: number): Camera {
  return { x: (size[0] - scale * canvas[0]) / 2, y: (size[1] - scale * canvas[1]) / 2, scale };
}

/** Zooms by `factor` (above 1: closer) so that the cell below pixel (px, py) stays there. */
export function zoom(
  camera: Camera,
  factor: number,
  [px, py]: readonly [number, number],
  size: readonly [number, number],
  canvas: readonly [number, number],
): Camera {
  const most = FARTHEST * fitAll(size, canvas).scale;
  const scale = Math.min(Math.max(camera.scale / factor, CLOSEST), most);
  return { x: camera.x + px * (camera.scale - scale), y: camera.y + py * (camera.scale - scale), scale };
}

/** Moves the picture by pixels; some of the lattice stays in sight. */
export function pan(
  camera: Camera,
  [dx, dy]: readonly [number, number],
  size: readonly [number, number],
  canvas: readonly [number, number],
): Camera {
  const keep = (at: number, cells: number, pixels: number) =>
    Math.min(Math.max(at, -0.9 * pixels * camera.scale), cells - 0.1 * pixels * camera.scale);
  return {
    x: keep(camera.x - dx * camera.scale, size[0], canvas[0]),
    y: keep(camera.y - dy * camera.scale, size[1], canvas[1]),
    scale: camera.scale,
  };
}

/** The cell below a pixel, or undefined outside of the lattice. */
export function cellAt(
  camera: Camera,
  [px, py]: readonly [number, number],
  size: readonly [number, number],
): [number, number] | undefined {
  const [x, y] = [Math.floor(camera.x + px * camera.scale), Math.floor(camera.y + py * camera.scale)];
  return x >= 0 && y >= 0 && x < size[0] && y < size[1] ? [x, y] : undefined;
}
