// The table and plots of the page: figures against exact values, how errors grow, the return map of maxima, and how often values occur.

import { deviationOf } from "../../src/models/deviation.ts";
import { observableLabel } from "../../src/models/labels.ts";
import { powerSpectrum, type ReservoirSimulation, reservoir, returnMap } from "../../src/models/reservoir/index.ts";
import { columnOf } from "../worker/panel.ts";
import type { Curve, PlotData, Row, WorkerUpdate } from "../worker/protocol.ts";
import { type Forecasts, forecastsOf } from "./forecasts.ts";

const BINS = 40;
/** Points of the return map, and rows of the truth that are looked at. */
const POINTS = 1500;
const ROWS = 20_000;
/** Forecasts whose spectra are averaged. */
const SPECTRA = 50;
/** Beyond these a logarithmic axis would be mostly empty; a forecast that runs away stays at the upper end. */
const [LEAST_ERROR, MOST_ERROR] = [1e-6, 10];

export async function report(
  simulation: ReservoirSimulation,
): Promise<Pick<WorkerUpdate, "table" | "equilibrium" | "plots">> {
  if (simulation.steps === 0) return { table: [], equilibrium: "", plots: [] };
  const forecasts = forecastsOf(simulation);
  await forecasts?.update();
  if (simulation.task.beyond) await simulation.beyond(); // notes say where it ends
  return {
    table: tableOf(simulation),
    equilibrium: simulation.notes().join(" "),
    plots: [
      ...(simulation.task.beyond ? [await ahead(simulation)] : []),
      ...(forecasts ? plotsOf(simulation, forecasts) : []),
    ],
  };
}

/** What a figure's name is on the page. */
function tableOf(simulation: ReservoirSimulation): Row[] {
  const { parameters } = simulation.points;
  const known: Record<string, { value: number; source: string } | undefined> = reservoir.exact(parameters);
  return Object.entries(simulation.estimate()).map(([name, estimate]) => {
    const { value, error } = estimate;
    const { unit, description } = simulation.observables[name];
    const label = observableLabel(name, simulation.observables[name], reservoir);
    const exact = known[name];
    const row: Row = { name, label, description, unit, exact };
    if (!Number.isFinite(value)) return row;
    if (!Number.isFinite(error)) return { ...row, value };
    return { ...row, value, error, ...(exact && deviationOf(estimate, exact)) };
  });
}

/** What follows the series, the first columns of it. */
async function ahead(simulation: ReservoirSimulation): Promise<PlotData> {
  const { at, names, values, axis } = await simulation.beyond();
  const first = simulation.task.length!;
  const isNumber = at.every((time) => typeof time === "number");
  const x = at.map((time, i) => (isNumber ? Number(time) : first + i));
  const curves = names.slice(0, 4).map((name, c) => ({ name, x, y: [...columnOf(values, names.length, c)] }));
  return { key: "beyond", title: "Forecast beyond the end", x: isNumber ? axis : "row of the series", curves };
}

function plotsOf(simulation: ReservoirSimulation, forecasts: Forecasts): PlotData[] {
  const { task } = simulation;
  if (!forecasts.shown) return [];
  const plots = [errors(simulation, forecasts)];
  if (task.flow?.name === "lorenz") plots.push(maxima(simulation, forecasts));
  plots.push(histogram(simulation, forecasts));
  const frequencies = spectrum(simulation, forecasts);
  if (frequencies) plots.push(frequencies);
  return plots;
}

/** At which frequencies the first column moves; undefined where forecasts are too short to tell. */
function spectrum({ task }: ReservoirSimulation, forecasts: Forecasts): PlotData | undefined {
  const { columns, targets, data } = task.table;
  const dt = task.flow?.dt ?? 1;
  const rows = data.subarray(0, ROWS * (columns + targets));
  const own = Float64Array.from(columnOf(rows, columns + targets, columns), (value) => value * task.sd[columns]);
  const truth = powerSpectrum(own, dt);
  const made = forecasts.kept
    .slice(0, SPECTRA)
    .map(({ first }) => first)
    .filter((first) => first.every(Number.isFinite))
    .map((first) => powerSpectrum(Float64Array.from(first), dt).power);
  if (truth.power.length === 0 || made.length === 0 || made[0].length === 0) return undefined;
  const most = Math.max(...truth.power);
  // Above the last frequency with power that can be seen there is nothing but rounding.
  const end = truth.power.reduce((last, power, k) => (power > 1e-8 * most ? k + 1 : last), 0);
  const shown = (of: (k: number) => number) => Array.from({ length: end }, (_, k) => Math.max(1e-9 * most, of(k)));
  const x = truth.frequency.slice(0, end);
  const curves = [
    { name: "truth", x, y: shown((k) => truth.power[k]) },
    { name: "forecasts", x, y: shown((k) => made.reduce((sum, power) => sum + power[k], 0) / made.length) },
  ];
  return { key: "spectrum", title: "Power spectrum of the first column", x: "frequency", curves, log: true };
}

/** Errors of forecasts in time, with the threshold and, where it is known, the growth by the Lyapunov exponent. */
function errors(simulation: ReservoirSimulation, forecasts: Forecasts): PlotData {
  const { horizon, kept } = forecasts;
  const { threshold } = simulation.points.parameters;
  const { unit } = simulation.task;
  const x = Array.from({ length: horizon }, (_, step) => forecasts.time(step + 1));
  const shown = (values: Float32Array) =>
    Array.from(values, (value) => (value <= MOST_ERROR ? Math.max(LEAST_ERROR, value) : MOST_ERROR));
  const half = forecasts.median("error");
  const curves: Curve[] = [{ name: "forecast shown", x, y: shown(forecasts.shown!.kept.error) }];
  if (kept.length > 1) curves.push({ name: `median of ${kept.length}`, x, y: shown(half) });
  curves.push({ name: "threshold", x: [x[0], x[horizon - 1]], y: [threshold, threshold] });
  if (unit === "Lyapunov times" && kept.length > 0) {
    // Through the median at a Lyapunov time: from there on only growth counts.
    const from = Math.min(horizon - 1, Math.round(simulation.task.lyapunovTime));
    const to = Math.min(
      horizon - 1,
      Math.round(Math.log(threshold / half[from]) * simulation.task.lyapunovTime) + from,
    );
    if (to > from) {
      const growth = [from, to].map((step) => half[from] * Math.exp(forecasts.time(step - from)));
      curves.push({ name: "growth e^t", x: [x[from], x[to]], y: growth });
    }
  }
  return { key: "errors", title: "Error of forecasts, sd", x: unit, curves, log: true };
}

/** Lorenz's own return map: the cusp that successive maxima of z lie on. */
function maxima({ task }: ReservoirSimulation, forecasts: Forecasts): PlotData {
  const { columns, targets, data } = task.table;
  const width = columns + targets;
  const rows = data.subarray(0, ROWS * width);
  const plain = (value: number) => value * task.sd[width - 1] + task.mean[width - 1];
  const truth = returnMap(rows, width, width - 1).map(([a, b]): [number, number] => [plain(a), plain(b)]);
  const points = (name: string, pairs: readonly [number, number][]): Curve => {
    const some = pairs.slice(0, POINTS).sort(([a], [b]) => a - b);
    // A place may hold one point only.
    const apart = some.filter(([a], i) => i === 0 || a > some[i - 1][0]);
    return { name, x: apart.map(([a]) => a), y: apart.map(([, b]) => b), errors: apart.map(() => 0) };
  };
  const [least, most] = [Math.min(...truth.map(([a]) => a)), Math.max(...truth.map(([a]) => a))];
  const inside = forecasts.maxima.filter((pair) => pair.every((z) => z > least - 5 && z < most + 5));
  const curves = [points("truth", truth), points("forecasts", inside)];
  return { key: "maxima", title: "Successive maxima of the last column", x: "maximum", curves };
}

function histogram({ task }: ReservoirSimulation, forecasts: Forecasts): PlotData {
  const { columns, targets, data } = task.table;
  const truth = Array.from(
    columnOf(data, columns + targets, columns),
    (value) => value * task.sd[columns] + task.mean[columns],
  );
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of truth) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const share = (values: Iterable<number>) => {
    const counts = new Float64Array(BINS);
    let all = 0;
    for (const value of values) {
      all++;
      const bin = Math.floor((BINS * (value - least)) / (most - least));
      if (bin >= 0 && bin < BINS) counts[bin]++;
    }
    return Array.from(counts, (count) => count / Math.max(1, all));
  };
  const x = Array.from({ length: BINS }, (_, bin) => least + ((bin + 0.5) * (most - least)) / BINS);
  const made = function* () {
    for (const { first } of forecasts.kept) yield* first;
  };
  const curves = [
    { name: "truth", x, y: share(truth) },
    { name: "forecasts", x, y: share(made()) },
  ];
  return { key: "histogram", title: "How often values of the first column occur", x: "value", curves };
}
