// The page of diffusion in the worker: samples on their way from noise to data, what drives them, and what Verify compares.

import { type DiffusionSimulation, diffusion } from "../../src/models/diffusion/index.ts";
import type { CanvasScene, SceneModule } from "../worker/scene.ts";
import { begin, SIZE, type Size, shown, words } from "../worker/sheet.ts";
import { drawPictures } from "./digits-view.ts";
import { drawAims, drawDensity, drawScore, hasDensity } from "./field-view.ts";
import { type Frame, historyOf, note, type SampleHistory } from "./history.ts";
import { Pair, type Side } from "./pair.ts";
import { type Area, drawData, drawParticles, drawPaths, inArea, planeOf } from "./plane.ts";
import { report } from "./report.ts";
import { scan } from "./scan.ts";
import { drawTime } from "./time-view.ts";
import { BOUND, someSteps } from "./verified.ts";

/** The texts above. */
const HEADER = 28;
/** Pictures of a sheet, and of those whose expectation is computed here. */
const PICTURES = 120;
const EXPECTED = 48;

type Context = OffscreenCanvasRenderingContext2D;

export const scene: SceneModule<DiffusionSimulation> = {
  model: diffusion,

  defaults: (device): Record<string, string> =>
    device.kind === "reference" ? { samples: "256" } : device.info.software ? { samples: "2048" } : {},

  options: { mode: "particles", colours: "cividis", block: 8, grid: false },
  size: () => SIZE,
  length: ({ length }) => length,
  note,
  views: viewsOf,
  complete,
  createCanvas: canvasScene,
  report,
  scan: (_, simulation) => scan(simulation),

  compare: {
    numbers: someSteps,
    within: { bound: BOUND, unit: "standard deviations" },
    allowed: 0,
    unit: "numbers of samples, a step on from noise and from two places on the way,",
    reason: "",
  },
};

function viewsOf(simulation: DiffusionSimulation): [string, string][] {
  const { data, decoder, points } = simulation;
  const time: [string, string] = ["time", "First number in time"];
  if (data.dimension === 1) return [time];
  const inverse = points.parameters.sampler === "ddim-inverse";
  const pair: [string, string][] = inverse ? [] : [["pair", "ODE and SDE from one noise"]];
  const expected: [string, string] = ["expected", "What each is expected to be"];
  if (decoder) {
    const components: [string, string] = ["components", "First two components"];
    return [["sheet", "Digits"], expected, ...pair, components, time];
  }
  if (data.pixels) return [["sheet", "Pictures"], expected, ...pair, time];
  const particles: [string, string] = ["particles", "Particles and paths"];
  if (data.dimension > 2) return [particles, ...pair, time];
  const density: [string, string][] = hasDensity(simulation) ? [["density", "Density at this noise"]] : [];
  return [particles, ["score", "Score"], ...density, expected, ...pair, time];
}

/** What fits no longer when the data or the denoiser change, and what guidance needs. */
function complete(values: Record<string, string>, { points }: DiffusionSimulation): Record<string, string> {
  const { label, guidance, denoiser } = points.parameters;
  const all = { ...values };
  if (values.data !== undefined) {
    if (points.parameters.labels !== "" && values.labels === undefined) all.labels = "";
    if (label !== -1) all.label = "-1";
    if (guidance > 0) all.guidance = "0";
    if (denoiser !== "exact" && denoiser !== "mlp") all.denoiser = "exact";
    const named = diffusion.parameters.shape.data.meta()?.choices as readonly string[];
    if (denoiser === "mlp" && !named.includes(values.data)) all.denoiser = "exact";
  } else if (Number(values.guidance) > 0 && label === -1) all.label = "-2";
  else if (values.label === "-1" && guidance > 0) all.guidance = "0";
  return all;
}

async function canvasScene(simulation: DiffusionSimulation, changed: () => void): Promise<CanvasScene> {
  const history = historyOf(simulation);
  const pair = new Pair(simulation, changed);
  const expected = expectedOf(simulation, history);
  return {
    draw(context, { mode, colours, time }, _, picture) {
      const [width, height] = begin(context, picture);
      const frame = history.frame(time);
      const area: Area = { at: [0, HEADER], size: [width, height - HEADER] };
      header(context, simulation, frame, width);
      if (mode === "time") return drawTime(context, [width, height], HEADER, simulation, history, frame, colours);
      if (mode === "pair") return drawPair(context, pair, area, frame, colours);
      const { data } = simulation;
      const of = simulation.decoder ?? data.pixels;
      if (of && mode !== "components") {
        const widening = history.widening(history.level(frame.step));
        const x = mode === "expected" ? expected(frame) : frame.x;
        if (!x) return unknown(context, area);
        const [most, own] = mode === "expected" ? [EXPECTED, 1] : [PICTURES, widening];
        const shown = { x, count: Math.min(most, history.count), widening: own, unit: data.unit };
        drawPictures(context, area, shown, of, colours);
        return;
      }
      const level = history.noisy(frame.step);
      const plane = planeOf(data, area, history.widening(level));
      inArea(context, plane, () => {
        if (mode === "density") drawDensity(context, plane, simulation, level, colours);
        if (mode === "density") return drawData(context, plane, data, { colour: "#10182b88" });
        drawData(context, plane, data, { signal: mode === "score" ? level.signal : 1 });
        drawParticles(context, plane, frame, history, colours);
        const known =
          mode === "score"
            ? drawScore(context, plane, simulation, level)
            : mode === "expected"
              ? drawAims(context, plane, simulation, history, frame, level)
              : true;
        if (!known) unknown(context, area);
        if (mode === "particles" || mode === "components") drawPaths(context, plane, history, frame);
      });
    },
    dispose: () => pair.dispose(),
  };
}

function header(context: Context, { length, levels, data }: DiffusionSimulation, { step }: Frame, width: number): void {
  const { signal, noise } = levels[step];
  words(context, `step ${step} of ${length}: signal ${shown(signal)}, noise ${shown(noise)}`, [12, 15]);
  if (width > 520) words(context, data.name, [width - 12, 15], { align: "right", size: 13, colour: "#9fb0c9" });
}

const unknown = (context: Context, { at, size }: Area) =>
  words(context, "Of a model in WGSL this is not known here.", [at[0] + size[0] / 2, at[1] + 20], { align: "center" });

/** What the denoiser makes of the first pictures of a frame. */
function expectedOf(
  simulation: DiffusionSimulation,
  history: SampleHistory,
): (frame: Frame) => ArrayLike<number> | undefined {
  let last: { step: number; x: ArrayLike<number> | undefined } | undefined;
  return ({ step, x }) => {
    if (last?.step !== step) {
      const some = x.subarray(0, EXPECTED * history.numbers);
      last = { step, x: simulation.denoised(some, history.noisy(step)) };
    }
    return last.x;
  };
}

/** Side by side, or one below the other where there is more room. */
function drawPair(context: Context, pair: Pair, { at, size }: Area, { step }: Frame, colours: string): void {
  const { sides } = pair;
  if (sides.length === 0) {
    words(context, pair.failed ?? "The two runs are at work…", [at[0] + 12, at[1] + 20]);
    return;
  }
  const [width, height] = size;
  const sideBySide = width > height;
  const part: Size = sideBySide ? [width / 2, height] : [width, height / 2];
  sides.forEach((side, i) => {
    const corner: Size = [at[0] + (sideBySide ? (i * width) / 2 : 0), at[1] + (sideBySide ? 0 : (i * height) / 2)];
    drawSide(context, side, { at: corner, size: part }, step, colours);
  });
}

function drawSide(
  context: Context,
  { title, simulation, history }: Side,
  area: Area,
  step: number,
  colours: string,
): void {
  const { data } = simulation;
  const of = simulation.decoder ?? data.pixels;
  const frame = history.frame(step);
  const level = history.level(frame.step);
  const inner: Area = {
    at: [area.at[0] + 4, area.at[1] + HEADER],
    size: [area.size[0] - 8, area.size[1] - HEADER - 4],
  };
  const [short] = title.split(":");
  words(context, area.size[0] > 300 ? title : short, [area.at[0] + 12, area.at[1] + 14], { size: 13 });
  if (of) {
    const count = Math.min(64, history.count);
    const shown = { x: frame.x, count, widening: history.widening(level), unit: data.unit };
    drawPictures(context, inner, shown, of, colours);
    return;
  }
  const plane = planeOf(data, inner, history.widening(level));
  inArea(context, plane, () => {
    drawData(context, plane, data);
    drawParticles(context, plane, frame, history, colours);
    drawPaths(context, plane, history, frame);
  });
}
