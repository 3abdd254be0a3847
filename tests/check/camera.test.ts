// The camera's arithmetic: what is below the pointer stays there, and the lattice never leaves the canvas.

import { describe, expect, it } from "vitest";
import { cellAt, cover, fitAll, pan, zoom } from "../../host-web/shell/camera.ts";

const size = [512, 256] as const;
const canvas = [800, 600] as const;

describe("camera", () => {
  it("shows all of the lattice in the middle", () => {
    const camera = fitAll(size, canvas);
    expect(camera.scale).toBeCloseTo(512 / 800, 12);
    expect(cellAt(camera, [0, 300], size)).toEqual([0, 128]);
    expect(cellAt(camera, [799.99, 300], size)).toEqual([511, 128]);
    expect(cellAt(camera, [400, 10], size)).toBeUndefined();
  });

  it.each([
    [800, 600],
    [300, 900],
    [900, 300],
  ])("fills a canvas of %d x %d with the middle of the lattice", (...canvas) => {
    const { x, y, scale } = cover(size, canvas);
    expect(Math.min(x, y)).toBeCloseTo(0, 12);
    expect(x).toBeGreaterThanOrEqual(0);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(2 * x + canvas[0] * scale).toBeCloseTo(size[0], 9);
    expect(2 * y + canvas[1] * scale).toBeCloseTo(size[1], 9);
  });

  it.each([1.5, 0.7, 8, 1e9, 1e-9])("zoom by %d keeps the cell below the pointer", (factor) => {
    const before = fitAll(size, canvas);
    const at = [613, 222] as const;
    const place = ({ x, y, scale }: typeof before) => [x + at[0] * scale, y + at[1] * scale];
    const after = zoom(before, factor, at, size, canvas);
    expect(place(after)[0]).toBeCloseTo(place(before)[0], 9);
    expect(place(after)[1]).toBeCloseTo(place(before)[1], 9);
    expect(after.scale).toBeGreaterThanOrEqual(1 / 128);
    expect(after.scale).toBeLessThanOrEqual(16 * before.scale);
  });

  it("pan moves by pixels, and stops before the lattice is out of sight", () => {
    const start = zoom(fitAll(size, canvas), 4, [400, 300], size, canvas);
    const moved = pan(start, [10, -20], size, canvas);
    expect(moved.x).toBeCloseTo(start.x - 10 * start.scale, 12);
    expect(moved.y).toBeCloseTo(start.y + 20 * start.scale, 12);
    for (const way of [1e6, -1e6]) {
      const { x, y, scale } = pan(start, [way, way], size, canvas);
      expect(x).toBeLessThan(size[0]);
      expect(y).toBeLessThan(size[1]);
      expect(x + canvas[0] * scale).toBeGreaterThan(0);
      expect(y + canvas[1] * scale).toBeGreaterThan(0);
    }
  });
});
