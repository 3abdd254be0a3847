// The page of echo-state networks in the worker: which views a task has, what a dropped series needs, and what Verify compares.

import type { Device } from "../../src/device/device.ts";
import { type Forecast, parseSeries, type ReservoirSimulation, reservoir } from "../../src/models/reservoir/index.ts";
import type { Beyond } from "../../src/models/reservoir/internal.ts";
import type { CanvasScene, SceneModule } from "../worker/scene.ts";
import { SIZE } from "../worker/sheet.ts";
import { drawAttractor, lagOf, spaceOf } from "./attractor.ts";
import { drawBeyond } from "./beyond-view.ts";
import { drawClasses } from "./classes-view.ts";
import { drawFan, FanLayer } from "./fan-view.ts";
import { forecastsOf, MOST } from "./forecasts.ts";
import { MapView } from "./map-view.ts";
import { drawMemory, drawOutputs, drawSynchronisation } from "./outputs-view.ts";
import { report } from "./report.ts";
import { drawReturnMap } from "./return-view.ts";
import { drawSeries, drawStrips, PLACES } from "./series-view.ts";
import { BOUND, oneStep } from "./verified.ts";

const isSlow = (device: Device) => device.kind === "reference" || device.info.software;

export const scene: SceneModule<ReservoirSimulation> = {
  model: reservoir,

  defaults: (device, phone): Record<string, string> => {
    if (isSlow(device)) return { units: "100", train: "2000", test: "500", starts: "4" };
    return phone ? { units: "200" } : {};
  },

  options: { mode: "attractor", colours: "ink", block: 8, grid: false },
  size: () => SIZE,
  rest: ({ points: { parameters } }) => (parameters.network === "" ? MOST : 1), // a file holds one

  views: viewsOf,

  // A user with a series wants to know how it continues.
  complete(values, { points: { parameters } }) {
    if (values.data === undefined || values.data === "" || parameters.given > 0) return values;
    const { lengths, labels } = parseSeries(values.data);
    if (labels) return values;
    const forecast = parameters.forecast || Math.max(1, Math.min(500, Math.floor(lengths[lengths.length - 1] / 10)));
    return { ...values, forecast: String(forecast) };
  },

  createCanvas: canvasScene,
  report,

  compare: {
    numbers: oneStep,
    within: { bound: BOUND, unit: "standard deviations" },
    allowed: 0,
    unit: "predictions one step ahead",
    reason: "A reservoir that is chaotic by itself, with ρ well above 1 and weak inputs, amplifies any rounding error.",
  },
};

function viewsOf({ task }: ReservoirSimulation): [string, string][] {
  const map: [string, string] = ["map", "Map over ρ and σ"];
  const { kind, table, flow } = task;
  if (kind === "memory") return [["memory", "Memory of each delay"], map];
  if (kind === "synchronisation") return [["synchronisation", "Coupling and synchronisation"], map];
  if (kind === "filter") return [["series", "Output and truth"], map];
  if (kind === "classes") return [["classes", "Predicted classes"]];
  const plane = (flow && flow.dt === 1 && flow.name !== "mackey-glass") || table.targets === 2;
  const strips = table.targets >= PLACES;
  const whole: [string, string] = plane
    ? ["return", table.targets === 1 ? "Return map" : "In the plane"]
    : ["attractor", "In space"];
  // Three of many places say little.
  return [
    ...(task.beyond ? [["beyond", "Beyond the end"] as [string, string]] : []),
    ...(strips ? [] : [whole]),
    ["series", strips ? "Space and time" : "In time"],
    ["fan", "All reservoirs"],
    map,
  ];
}

async function canvasScene(simulation: ReservoirSimulation, changed: () => void): Promise<CanvasScene> {
  const { task, points } = simulation;
  const { columns, targets } = task.table;
  const forecasts = forecastsOf(simulation);
  const map = new MapView(simulation, changed);
  const layer = new FanLayer();
  const lag = forecasts && targets < 3 ? lagOf(forecasts.truth, targets) : 1;
  let outputs: Forecast | undefined;
  let learned: Float64Array | undefined;
  let beyond: Beyond | undefined;
  /** What is learned from, in its own units. */
  const series = () => {
    const { data, rows } = task.table;
    learned ??= Float64Array.from({ length: rows * columns }, (_, i) => {
      const column = i % columns;
      return data[Math.floor(i / columns) * (columns + targets) + column] * task.sd[column] + task.mean[column];
    });
    return learned;
  };

  return {
    async draw(context, options, _, picture) {
      const { unit } = task;
      const shown = { unit, threshold: points.parameters.threshold, count: simulation.steps };
      if (options.mode === "map") return map.draw(context, picture, options);
      if (options.mode === "classes") return drawClasses(context, picture, simulation);
      if (options.mode === "beyond") {
        if (simulation.steps > 0) beyond = await simulation.beyond();
        return drawBeyond(context, picture, task, beyond);
      }
      if (options.mode === "memory") return drawMemory(context, picture, simulation);
      if (options.mode === "synchronisation") return drawSynchronisation(context, picture, simulation);
      if (!forecasts) {
        if (simulation.steps > 0) outputs ??= await alongTest(simulation);
        return drawOutputs(context, picture, outputs, simulation.steps > 0 ? simulation.estimate().nrmse.value : 0);
      }
      await forecasts.update();
      if (options.mode === "series" && targets >= PLACES) {
        return drawStrips(context, picture, forecasts, shown, task.sd.subarray(columns));
      }
      if (options.mode === "series") return drawSeries(context, picture, forecasts, shown);
      if (options.mode === "return") return drawReturnMap(context, picture, forecasts, series(), unit);
      if (options.mode === "fan") return drawFan(context, picture, forecasts, unit, layer);
      return drawAttractor(context, picture, forecasts, spaceOf(targets, lag), simulation.steps, unit);
    },
    pick: (at, picture) => (picture.options.mode === "map" ? map.pick(at, picture) : undefined),
  };
}

/** Outputs that are fed back are tested in a run of their own. */
const alongTest = (simulation: ReservoirSimulation) =>
  simulation.task.starts.length > 0 ? simulation.forecast() : simulation.outputs();
