// The map of a scan: over one parameter the mean in time, over two the mean at the end.

import type { GillespieSimulation } from "../../src/models/gillespie/index.ts";
import { type Axes, drawAxes, frameOf } from "../worker/axes.ts";
import { colourMap } from "../worker/colours.ts";
import type { CanvasScene } from "../worker/scene.ts";

export function sweepScene(simulation: GillespieSimulation, size: readonly [number, number]): CanvasScene {
  const { network, points, times } = simulation.ensemble;
  const { species } = network;
  const valuesOf = (name: string) => [...new Set(points.map(({ set }) => set[name]))].sort((a, b) => a - b);
  const swept = Object.keys(points[0].set).filter((name) => valuesOf(name).length > 1);
  // Of more than two the others stand at their first values.
  const [first, second] = swept;
  const xs = second ? valuesOf(first) : [...times];
  const ys = valuesOf(second ?? first);
  const pointAt = (i: number, k: number) =>
    points.findIndex(({ set }) =>
      swept.every(
        (name, s) => set[name] === (s === 0 && second ? xs[i] : s === (second ? 1 : 0) ? ys[k] : points[0].set[name]),
      ),
    );
  const places = xs.map((_, i) => ys.map((_, k) => pointAt(i, k)));
  let cells: { key: string; image: OffscreenCanvas; least: number; most: number } | undefined;

  const map = (at: number, colours: string) => {
    const key = `${simulation.steps} ${at} ${colours}`;
    if (cells?.key === key) return cells;
    const result = simulation.result().points!;
    const value = (i: number, k: number) => {
      const { mean } = result[places[i][k]];
      return mean[second ? mean.length - 1 : i][at];
    };
    const all = xs.map((_, i) => ys.map((_, k) => value(i, k)));
    const [least, most] = [Math.min(...all.flat()), Math.max(...all.flat())];
    const table = new Uint32Array(colourMap(colours).buffer);
    const data = new ImageData(xs.length, ys.length);
    const pixels = new Uint32Array(data.data.buffer);
    all.forEach((column, i) => {
      column.forEach((each, k) => {
        const share = most > least ? (each - least) / (most - least) : 0;
        pixels[(ys.length - 1 - k) * xs.length + i] = table[Math.round(255 * share)];
      });
    });
    const image = new OffscreenCanvas(xs.length, ys.length);
    image.getContext("2d")!.putImageData(data, 0, 0);
    cells = { key, image, least, most };
    return cells;
  };

  return {
    draw(context, { mode, colours }) {
      const at = Math.max(0, species.indexOf(mode));
      const edges = (values: readonly number[]) => {
        const half = (values[values.length - 1] - values[0]) / (2 * (values.length - 1));
        return { from: values[0] - half, to: values[values.length - 1] + half };
      };
      const axes: Axes = {
        size,
        x: { ...edges(xs), label: second ? first : "time" },
        y: { ...edges(ys), label: second ?? first },
      };
      const frame = frameOf(context, axes);
      if (simulation.steps > 0) {
        const { image, least, most } = map(at, colours);
        context.imageSmoothingEnabled = false;
        context.drawImage(image, frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
        const text = `mean of ${species[at]}${second ? ` at t = ${times[times.length - 1]}` : ""}: ${Number(least.toPrecision(3))} to ${Number(most.toPrecision(3))}`;
        context.font = "14px system-ui, sans-serif";
        const { width } = context.measureText(text);
        context.fillStyle = "#10182bcc";
        context.fillRect(frame.right - width - 24, frame.top + 8, width + 16, 24);
        context.fillStyle = "#f1f5f9";
        context.textAlign = "left";
        context.textBaseline = "middle";
        context.fillText(text, frame.right - width - 16, frame.top + 20);
      }
      drawAxes(context, frame, axes);
    },
  };
}
