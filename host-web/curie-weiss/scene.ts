// The page of the Curie–Weiss model in the worker: the spins, and how often each magnetization was seen, against the exact distribution.

import type { Device } from "../../src/device/device.ts";
import {
  type CurieWeissSimulation,
  curieWeiss,
  curieWeissMeans,
  magnetizationLaw,
  simulatedField,
  weissMagnetization,
} from "../../src/models/curie-weiss/index.ts";
import { drawSpins, text } from "../hopfield/memory.ts";
import { type Axes, drawAxes, drawLegend, frameOf } from "../worker/axes.ts";
import type { Curve, ScanResult } from "../worker/protocol.ts";
import type { SceneModule } from "../worker/scene.ts";

const SIZE: [number, number] = [640, 400];
/** Bars of the histogram at most. */
const BARS = 101;
const SEEN = "#4f8fd9";
const LAW = "#ff9d3b";

export const scene: SceneModule<CurieWeissSimulation> = {
  model: curieWeiss,
  defaults: () => ({ size: "256", temperature: "0.95" }),
  options: { mode: "law", colours: "ink", block: 8, grid: false },
  size: () => SIZE,

  async createCanvas(simulation) {
    const { size } = simulation.points.parameters;
    let seen: { key: string; step: number; counts: Float64Array } | undefined;
    return {
      async draw(context, { colours }, marked) {
        const spins = await simulation.spins();
        const { temperature } = simulation.points.parameters;
        const field = simulatedField(simulation.points.parameters);
        const m = spins.subarray(0, size).reduce((sum, spin) => sum + spin, 0) / size;
        // Where temperature or field change, counting begins again.
        const key = `${temperature} ${field}`;
        if (seen?.key !== key || simulation.steps < seen.step) {
          seen = { key, step: -1, counts: new Float64Array(Math.min(BARS, size + 1)) };
        }
        if (simulation.steps !== seen.step) {
          seen.counts[barOf((size * (1 + m)) / 2, size)]++;
          seen.step = simulation.steps;
        }
        const axes: Axes = {
          size: SIZE,
          x: { from: -1, to: 1, label: "magnetization m" },
          y: { from: 0, to: 1.25, label: "share, of the largest" },
        };
        // The spins take the left third, the law the rest.
        context.fillStyle = "#10182b";
        context.fillRect(0, 0, ...SIZE);
        context.save();
        context.translate(214, 0);
        const frame = frameOf(context, { ...axes, size: [SIZE[0] - 214, SIZE[1]] });
        drawHistogram(context, frame, seen.counts, SEEN);
        drawLaw(context, frame, magnetizationLaw(size, temperature, field), size);
        context.strokeStyle = "#f1f5f9";
        context.lineWidth = 2;
        context.beginPath();
        context.moveTo(frame.x(m), frame.top);
        context.lineTo(frame.x(m), frame.bottom);
        context.stroke();
        drawAxes(context, frame, { ...axes, size: [SIZE[0] - 214, SIZE[1]] });
        drawLegend(context, frame, [
          { text: "seen", colour: SEEN },
          { text: `exact, N = ${size}`, colour: LAW },
          { text: "now", colour: "#f1f5f9" },
        ]);
        context.restore();
        drawSpins(context, spins.subarray(0, size), [12, 56, 190], colours, { marked });
        text(context, `${size} spins`, [12, 30], 16);
        text(context, `m = ${m.toFixed(3)}`, [12, 276], 16);
        text(context, `Weiss, N → ∞:`, [12, 318], 14);
        text(context, `${field === 0 ? "± " : ""}${weissMagnetization(temperature, field).toFixed(3)}`, [12, 340], 14);
      },
    };
  },

  scan,
};

const barOf = (up: number, size: number) => {
  const bars = Math.min(BARS, size + 1);
  return Math.min(bars - 1, Math.floor((up * bars) / (size + 1)));
};

type Frame = ReturnType<typeof frameOf>;

function drawHistogram(
  context: OffscreenCanvasRenderingContext2D,
  frame: Frame,
  counts: Float64Array,
  colour: string,
): void {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const width = (frame.right - frame.left) / counts.length;
  context.fillStyle = colour;
  counts.forEach((count, i) => {
    const top = frame.y((0.95 * count) / Math.max(1, most));
    context.fillRect(frame.left + i * width, top, Math.max(1, width - 0.5), frame.bottom - top);
  });
}

/** The law in the bars of the histogram. */
function drawLaw(context: OffscreenCanvasRenderingContext2D, frame: Frame, law: Float64Array, size: number): void {
  const sums = new Float64Array(Math.min(BARS, size + 1));
  const held = new Float64Array(sums.length);
  law.forEach((share, up) => {
    sums[barOf(up, size)] += share;
    held[barOf(up, size)]++;
  });
  // Bars may hold one magnetization more than their neighbours.
  const shares = sums.map((sum, i) => sum / Math.max(1, held[i]));
  const most = shares.reduce((a, b) => Math.max(a, b), 0);
  context.strokeStyle = LAW;
  context.lineWidth = 2.5;
  context.beginPath();
  shares.forEach((share, i) => {
    const x = frame.left + ((i + 0.5) * (frame.right - frame.left)) / shares.length;
    context.lineTo(x, frame.y((0.95 * share) / most));
  });
  context.stroke();
}

const SCAN_SWEEPS = 2000;

/** Magnets of 256 spins at 28 temperatures as one batch, against the exact sums and the limit of many spins. */
async function scan(device: Device, { points }: CurieWeissSimulation): Promise<ScanResult> {
  const size = device.kind === "reference" ? 64 : 256;
  const field = simulatedField({ ...points.parameters, size });
  const sweeps = device.kind === "reference" ? 200 : SCAN_SWEEPS;
  const temperature = Array.from({ length: 28 }, (_, i) => Number((0.3 + 0.05 * i).toFixed(2)));
  using batch = await curieWeiss.create(device, { size, temperature, field });
  await batch.run(sweeps / 5);
  const series = await batch.collect(sweeps / 10, { every: 10 });
  const measured = temperature.map((_, i) => curieWeiss.estimate(batch, series, [i]));
  const fine = Array.from({ length: 150 }, (_, i) => 0.3 + (1.35 * i) / 149);
  const plot = (name: "absMagnetization" | "energy" | "susceptibility", title: string, unit: string) => {
    const curves: Curve[] = [
      {
        name: `measured, N = ${size}`,
        x: temperature,
        y: measured.map((row) => row[name].value),
        errors: measured.map((row) => row[name].error),
      },
      { name: `exact, N = ${size}`, x: fine, y: fine.map((t) => curieWeissMeans(size, t, field)[name]) },
    ];
    if (name === "absMagnetization") {
      curves.push({ name: "N → ∞", x: fine, y: fine.map((t) => Math.abs(weissMagnetization(t, field))) });
    }
    return { title, unit, curves };
  };
  return {
    x: "temperature",
    plots: [
      plot("absMagnetization", "|m| against T", "1/spin"),
      plot("energy", "e against T", "J/spin"),
      plot("susceptibility", "χ against T", "1/J/spin"),
    ],
  };
}
