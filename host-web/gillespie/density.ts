// How often each count occurs at each time, as a picture, with some trajectories over it, the mean and the rate equations.

import type { GillespieResult, GillespieSimulation } from "../../src/models/gillespie/index.ts";
import { type Axes, drawAxes, drawLegend, frameOf } from "../worker/axes.ts";
import { colourMap } from "../worker/colours.ts";
import type { CanvasScene } from "../worker/scene.ts";

/** Rows of the density at most. */
const MOST_ROWS = 160;
/** Trajectories that are drawn. */
const PATHS = 20;

const PATH = "#ffffff73";
const MEAN = "#ff9d3b";
const RATES = "#ff4d6d";

export async function densityScene(
  simulation: GillespieSimulation,
  size: readonly [number, number],
  rates: number[][] | undefined,
): Promise<CanvasScene> {
  const { network, times } = simulation.ensemble;
  const { species } = network;
  const paths = await simulation.counts(0, PATHS);
  const end = times[times.length - 1];
  let moments: GillespieResult | undefined;
  let cells: { steps: number; view: string; image: OffscreenCanvas; top: number } | undefined;

  /** One pixel a (time, bin); the most frequent count of each time is the brightest. */
  const density = (at: number, colours: string) => {
    const view = `${at} ${colours}`;
    if (cells?.steps === simulation.steps && cells.view === view) return cells;
    const { bins, counts, width } = simulation.histogram() ?? { bins: 1, counts: new Float64Array(), width: 1 };
    const row = (t: number) => counts.subarray((t * species.length + at) * bins).subarray(0, bins);
    const columns = Array.from(times, (_, t) => row(t));
    const last = (column: Float64Array) => column.reduce((bin, count, at) => (count > 0 ? at : bin), 0);
    const used = columns.reduce((most, column) => Math.max(most, last(column)), 0) + 1;
    // Rows of a pixel or less would be noise: neighbouring bins stand together.
    const together = Math.ceil(used / MOST_ROWS);
    const rows = Math.ceil(used / together);
    const map = new Uint32Array(colourMap(colours).buffer);
    const image = new OffscreenCanvas(times.length, rows);
    const data = new ImageData(times.length, rows);
    const pixels = new Uint32Array(data.data.buffer);
    columns.forEach((column, t) => {
      const heights = Array.from({ length: rows }, (_, k) =>
        column.subarray(k * together, (k + 1) * together).reduce((a, b) => a + b, 0),
      );
      const most = Math.max(1, ...heights);
      heights.forEach((height, k) => {
        pixels[(rows - 1 - k) * times.length + t] = map[Math.round(255 * Math.sqrt(height / most))];
      });
    });
    image.getContext("2d")!.putImageData(data, 0, 0);
    cells = { steps: simulation.steps, view, image, top: rows * together * width };
    return cells;
  };

  return {
    draw(context, { mode, colours }) {
      const at = Math.max(0, species.indexOf(mode));
      const { image, top } = density(at, colours);
      const highest = (path: number[][]) => path.reduce((most, row) => Math.max(most, row[at]), 1);
      const most = Math.max(top, highest(rates ?? []), ...paths.map(highest));
      const axes: Axes = {
        size,
        x: { from: 0, to: end, label: "time" },
        y: { from: 0, to: 1.04 * most, label: species[at] },
      };
      const frame = frameOf(context, axes);
      context.save();
      context.beginPath();
      context.rect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
      context.clip();
      context.fillStyle = rgb(colourMap(colours));
      context.fillRect(frame.left, frame.top, frame.right, frame.bottom);
      if (simulation.steps > 0) {
        // A column stands about its time, a bin about its count.
        const half = (0.5 * end) / (times.length - 1);
        context.imageSmoothingEnabled = false;
        const [left, up] = [frame.x(-half), frame.y(top - 0.5)];
        context.drawImage(image, left, up, frame.x(end + half) - left, frame.y(-0.5) - up);
      }
      const line = (values: (t: number) => number, colour: string, width: number, dash: number[] = []) => {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.setLineDash(dash);
        context.beginPath();
        times.forEach((time, t) => {
          context.lineTo(frame.x(time), frame.y(values(t)));
        });
        context.stroke();
        context.setLineDash([]);
      };
      for (const path of paths) line((t) => path[t][at], PATH, 1);
      if (simulation.steps > 1) {
        if (moments?.trajectories !== simulation.steps) moments = simulation.result();
        const { mean, sd } = moments;
        line((t) => mean[t][at], MEAN, 2.5);
        for (const sign of [-1, 1]) line((t) => mean[t][at] + sign * sd[t][at], MEAN, 1.5, [4, 4]);
      }
      if (rates) line((t) => rates[t][at], RATES, 2.5, [9, 4]);
      context.restore();
      drawAxes(context, frame, axes);
      drawLegend(context, frame, [
        { text: `${PATHS} trajectories`, colour: PATH },
        { text: "mean ± sd", colour: MEAN },
        ...(rates ? [{ text: "rate equations", colour: RATES, dash: [9, 4] }] : []),
      ]);
    },
  };
}

const rgb = ([r, g, b]: Uint8Array) => `rgb(${r}, ${g}, ${b})`;
