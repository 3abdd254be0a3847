// The capacity map: networks at many loads and temperatures in one launch, each from its own pattern, against the line where the theory
// loses the retrieval state.

import {
  criticalLoad,
  type HopfieldSimulation,
  hopfield,
  retrievalTemperature,
} from "../../src/models/hopfield/index.ts";
import { type Axes, drawAxes, drawLegend, frameOf } from "../worker/axes.ts";
import { colourMap } from "../worker/colours.ts";
import type { CanvasScene } from "../worker/scene.ts";

const LOADS = 20;
const TEMPERATURES = 16;
const [LARGEST_LOAD, HIGHEST] = [0.2, 1];
const SWEEPS = 20;
const LINE = "#ff4d6d";

export function mapScene(simulation: HopfieldSimulation, size: [number, number], changed: () => void): CanvasScene {
  const { device } = simulation;
  const neurons = device.kind === "reference" ? 60 : device.info.software ? 200 : 2000;
  let overlaps: number[] | undefined;
  let line: [number, number][] | undefined;

  const make = async () => {
    const points = Array.from({ length: LOADS * TEMPERATURES }, (_, i) => ({
      load: (LARGEST_LOAD * ((i % LOADS) + 0.5)) / LOADS,
      temperature: (HIGHEST * Math.floor(i / LOADS)) / TEMPERATURES,
    }));
    using batch = await hopfield.create(device, {
      neurons,
      patterns: points.map(({ load }) => Math.max(1, Math.round(load * neurons))),
      temperature: points.map(({ temperature }) => temperature),
      seed: simulation.seed,
    });
    await batch.run(SWEEPS);
    overlaps = (await batch.measure()).map(({ overlap }) => Math.max(0, overlap));
    line = Array.from({ length: 30 }, (_, i) => {
      const load = criticalLoad * (0.001 + 0.999 * Math.sin((Math.PI * i) / 58) ** 2); // dense at both ends
      return [load, retrievalTemperature(load)];
    });
    changed();
  };
  void make();

  return {
    draw(context, { colours }) {
      const axes: Axes = {
        size,
        x: { from: 0, to: LARGEST_LOAD, label: "load α = P/N" },
        y: { from: 0, to: HIGHEST, label: "temperature T" },
      };
      const frame = frameOf(context, axes);
      if (overlaps) {
        const map = new Uint32Array(colourMap(colours === "ink" ? "cividis" : colours).buffer);
        const data = new ImageData(LOADS, TEMPERATURES);
        const pixels = new Uint32Array(data.data.buffer);
        overlaps.forEach((overlap, i) => {
          const [x, y] = [i % LOADS, TEMPERATURES - 1 - Math.floor(i / LOADS)];
          pixels[y * LOADS + x] = map[Math.round(255 * overlap)];
        });
        const image = new OffscreenCanvas(LOADS, TEMPERATURES);
        image.getContext("2d")!.putImageData(data, 0, 0);
        context.imageSmoothingEnabled = false;
        context.drawImage(image, frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
      }
      if (line) {
        context.strokeStyle = LINE;
        context.lineWidth = 3;
        context.beginPath();
        for (const [load, temperature] of line) context.lineTo(frame.x(load), frame.y(temperature));
        context.stroke();
      }
      drawAxes(context, frame, axes);
      const what = overlaps ? `overlap after ${SWEEPS} sweeps, N = ${neurons}` : "320 networks are at work…";
      drawLegend(context, frame, [
        { text: what, colour: "#fee838" },
        { text: "end of retrieval, N → ∞ (AGS)", colour: LINE },
      ]);
    },
  };
}
