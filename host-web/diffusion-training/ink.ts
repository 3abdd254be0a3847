// The sheet that a law is drawn on: ink in 64 × 64 cells, painted by the brush; of points it shows where they lie.

import { type DataSet, drawingText } from "../../src/models/diffusion/index.ts";
import { boxOf, DRAWING, parseDrawing } from "../../src/models/diffusion/internal.ts";
import type { Stroke } from "../worker/protocol.ts";

/** Cells along a side. */
export const SIDE = 64;

/** Of the plane, what the sheet shows: [least, most] of both numbers. */
export type Box = [number, number][];

export class Ink {
  /** [row][column] from the top, 0 … 255 */
  readonly cells: Uint8Array;
  readonly box: Box;
  /** Where the stroke was last. */
  #last: readonly [number, number] | undefined;
  #painted = false;
  /** The cells as they were before the stroke. */
  #before: Uint8Array | undefined;

  /** @param text the parameter `data` */
  constructor(text: string, data: DataSet) {
    const drawing = DRAWING.test(text);
    this.box = drawing ? [0, 1].map(() => [-2, 2]) : boxOf(data);
    this.cells = drawing ? cellsOf(text) : histogram(data, this.box);
  }

  /** A disc of ink, and the way to it from the one before. */
  paint({ x, y, radius, value }: Stroke): void {
    if (!this.#painted) this.#before = this.cells.slice();
    const [fromX, fromY] = this.#last ?? [x, y];
    const pieces = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY)));
    for (let i = 1; i <= pieces; i++) {
      this.#disc(fromX + ((x - fromX) * i) / pieces, fromY + ((y - fromY) * i) / pieces, radius, value);
    }
    this.#last = [x, y];
    this.#painted = true;
  }

  /** The stroke was none. */
  undo(): void {
    if (this.#painted) this.cells.set(this.#before!);
    this.#last = undefined;
    this.#painted = false;
  }

  #disc(x: number, y: number, radius: number, value: number): void {
    const reach = Math.min(radius, 2 * SIDE);
    for (let row = Math.max(0, Math.ceil(y - reach)); row <= Math.min(SIDE - 1, y + reach); row++) {
      for (let column = Math.max(0, Math.ceil(x - reach)); column <= Math.min(SIDE - 1, x + reach); column++) {
        if ((column - x) ** 2 + (row - y) ** 2 <= reach ** 2 + 0.5) this.cells[row * SIDE + column] = value;
      }
    }
  }

  get isEmpty(): boolean {
    return this.cells.every((ink) => ink === 0);
  }

  /** The drawing, after a stroke that has left any ink. */
  finish(): string | undefined {
    this.#last = undefined;
    const painted = this.#painted;
    this.#painted = false;
    return painted && !this.isEmpty ? drawingText(this.cells, SIDE) : undefined;
  }
}

/** Of a drawing of any size. */
function cellsOf(text: string): Uint8Array {
  const { ink, width, height } = parseDrawing(text);
  const most = Math.max(width, height);
  const [left, top] = [(most - width) / 2, (most - height) / 2];
  return Uint8Array.from({ length: SIDE * SIDE }, (_, cell) => {
    const column = Math.floor((((cell % SIDE) + 0.5) * most) / SIDE - left);
    const row = Math.floor(((Math.floor(cell / SIDE) + 0.5) * most) / SIDE - top);
    if (column < 0 || column >= width || row < 0 || row >= height) return 0;
    return ink[row * width + column];
  });
}

function histogram({ points, dimension: d }: DataSet, box: Box): Uint8Array {
  const counts = new Float64Array(SIDE * SIDE);
  for (let at = 0; at < points.length; at += d) {
    const column = Math.floor((SIDE * (points[at] - box[0][0])) / (box[0][1] - box[0][0]));
    const row = SIDE - 1 - Math.floor((SIDE * (points[at + Math.min(1, d - 1)] - box[1][0])) / (box[1][1] - box[1][0]));
    if (column >= 0 && column < SIDE && row >= 0 && row < SIDE) counts[row * SIDE + column]++;
  }
  const most = Math.max(1, ...counts);
  return Uint8Array.from(counts, (count) => Math.round((255 * count) / most));
}
