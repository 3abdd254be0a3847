// The page of Gillespie ensembles in the worker: density of the trajectories with some of them, the rate equations and the mean;
// histogram against the master equation; or a map of a scan.

import { deviationOf } from "../../src/models/deviation.ts";
import {
  type GillespieSimulation,
  gillespie,
  type Law,
  networks,
  rateEquations,
} from "../../src/models/gillespie/index.ts";
import { chiSquareTest, mergeCells } from "../../src/statistics/index.ts";
import type { Curve, PlotData, Row, ViewOptions } from "../worker/protocol.ts";
import type { SceneModule } from "../worker/scene.ts";
import { densityScene } from "./density.ts";
import { sweepScene } from "./sweep.ts";

/** Units of the picture; the canvas scales them. */
const SIZE: [number, number] = [640, 400];
/** Trajectories that Verify makes once more. */
const COMPARED = 64;
/** The exact laws of runs, as far as they are known. */
const laws = new WeakMap<GillespieSimulation, Law | "none">();

/** The rate equations of runs, solved once. */
const solved = new WeakMap<GillespieSimulation, number[][] | undefined>();

/** Solves the master equation in a worker of its own; `changed` when it is there. */
function findLaw(simulation: GillespieSimulation, changed: () => void): () => void {
  const worker = new Worker(new URL("./law.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Law | undefined>) => {
    laws.set(simulation, data ?? "none");
    worker.terminate();
    changed();
  };
  worker.postMessage(simulation.ensemble);
  return () => worker.terminate();
}

export const scene: SceneModule<GillespieSimulation> = {
  model: gillespie,

  defaults: () => ({ example: "schloegl", points: "201" }),

  options: { mode: "X", colours: "cividis", block: 8, grid: false },

  size: () => SIZE,

  views: ({ ensemble }) => ensemble.network.species.map((name) => [name, name]),

  /** An example's own text stands in the field, ready to be changed. */
  values({ points: { parameters }, ensemble }) {
    const { network, sbml } = parameters;
    const example = parameters.example === "none" && network === "" && sbml === "" ? "birth-death" : parameters.example;
    const text = example === "none" ? network : networks[example].network.replaceAll(/;\s*|\n\s*/g, "\n");
    return { example, network: text, until: String(ensemble.times.at(-1)) };
  },

  async createCanvas(simulation, changed) {
    if (simulation.ensemble.points.length > 1) return sweepScene(simulation, SIZE);
    const dispose = findLaw(simulation, changed);
    const rates = rateEquations(simulation.ensemble);
    solved.set(simulation, rates);
    return { ...(await densityScene(simulation, SIZE, rates)), dispose };
  },

  async report(simulation, options) {
    if (simulation.steps === 0) return { table: [], equilibrium: "No trajectories yet.", plots: [] };
    if (simulation.ensemble.points.length > 1) return sweepReport(simulation);
    const found = laws.get(simulation);
    const law = found === "none" ? undefined : found;
    const { text, plots } = distribution(simulation, options, law);
    const why = found === "none" ? NO_LAW : "The master equation is being solved.";
    return {
      table: tableOf(simulation, law),
      equilibrium: law ? text : why,
      plots: [...plots, ...inTime(simulation, options, law)],
    };
  },

  compare: {
    groups: COMPARED,
    allowed: 0.02,
    unit: "trajectories",
    reason: "f32 and f64 part where a random number falls within 1e-7 of a boundary.",
    async numbers(simulation) {
      // Of the first point only, in a scan.
      return (await simulation.counts(0, COMPARED)).slice(0, COMPARED).flat(2);
    },
  },
};

function tableOf(simulation: GillespieSimulation, law: Law | undefined): Row[] {
  const { species } = simulation.ensemble.network;
  const end = simulation.ensemble.times.at(-1);
  return Object.entries(simulation.estimate()).map(([name, estimate]) => {
    const { value, error } = estimate;
    const at = species.indexOf(name);
    const description = `${name} at t = ${end}, mean`;
    const row: Row = { name, label: name, description, unit: "molecules", value, error };
    if (!law || at < 0) return row;
    const exact = { value: law.mean.at(-1)![at], source: "master equation, by uniformisation" };
    return { ...row, exact, ...deviationOf(estimate, exact) };
  });
}

const NO_LAW = "No exact distribution: the master equation has too many states, or there are events or rates in time.";

/** Which species is looked at. */
const speciesOf = ({ ensemble: { network } }: GillespieSimulation, { mode }: ViewOptions) =>
  Math.max(0, network.species.indexOf(mode));

/** How often each count occurs at the end, against the exact distribution, with the band of statistical error. */
function distribution(simulation: GillespieSimulation, options: ViewOptions, law: Law | undefined) {
  const { network, times } = simulation.ensemble;
  const at = speciesOf(simulation, options);
  const name = network.species[at];
  const histogram = simulation.histogram();
  const end = times[times.length - 1];
  if (!histogram) return { text: "", plots: [] };
  const { bins, counts, width } = histogram;
  const row = counts.subarray(((times.length - 1) * network.species.length + at) * bins).subarray(0, bins);
  const total = simulation.steps;
  const seen = Array.from(row, (count, bin) => ({ n: (bin + 0.5) * width - 0.5, count })).filter(
    ({ count }) => count > 0,
  );
  const title = `${name} at t = ${end}`;
  const measured: Curve = {
    name: width === 1 ? "share of trajectories" : `share of trajectories, bins of ${width}`,
    x: seen.map(({ n }) => n),
    y: seen.map(({ count }) => count / total),
    errors: seen.map(({ count }) => Math.sqrt(count) / total),
  };
  if (!law || width > 1) {
    return { text: "", plots: [{ key: "histogram", title, x: name, curves: [measured] }] };
  }
  const exact = law.final[at];
  const shown = Array.from(exact, (p, n) => ({ p, n })).filter(({ p }) => p * total > 0.1 || p > 1e-4);
  const curve: Curve = { name: "master equation", x: shown.map(({ n }) => n), y: shown.map(({ p }) => p) };
  const expected = Array.from(exact, (p) => p * total);
  const plots: PlotData[] = [{ key: "histogram", title, x: name, curves: [measured, curve] }];
  const tested = shown.filter(({ p }) => p * total >= 5);
  plots.push({
    key: "residuals",
    title: "Residuals in standard deviations",
    x: name,
    curves: [
      {
        name: "(measured − exact) / σ",
        x: tested.map(({ n }) => n),
        y: tested.map(({ n, p }) => (row[n] - p * total) / Math.sqrt(p * (1 - p) * total)),
        errors: tested.map(() => 1),
      },
    ],
  });
  const cells = mergeCells(Array.from(row), expected);
  if (cells.observed.length < 2) return { text: "Too few trajectories for a test yet.", plots };
  const { statistic, dof, p } = chiSquareTest(cells.observed, cells.expected);
  return {
    text: `${title} against the master equation: χ² = ${statistic.toFixed(1)} of ${dof}, p = ${p.toPrecision(2)}.`,
    plots,
  };
}

/** Points of a curve with bars: more would touch. */
const BARS = 25;

function inTime(simulation: GillespieSimulation, options: ViewOptions, law: Law | undefined): PlotData[] {
  const { ensemble } = simulation;
  const { mean, sd, species, passage } = simulation.result();
  const at = speciesOf(simulation, options);
  const times = [...ensemble.times];
  const stride = Math.max(1, Math.floor(times.length / BARS));
  const some = times.map((_, t) => t).filter((t) => t % stride === 0);
  const curves: Curve[] = [
    {
      name: "mean ± sd",
      x: some.map((t) => times[t]),
      y: some.map((t) => mean[t][at]),
      errors: some.map((t) => sd[t][at]),
    },
  ];
  if (law) curves.push({ name: "master equation", x: times, y: law.mean.map((row) => row[at]) });
  const rates = solved.get(simulation);
  if (rates) curves.push({ name: "rate equations", x: times, y: rates.map((row) => row[at]) });
  const plots: PlotData[] = [{ key: "mean", title: `${species[at]} in time`, x: "time", curves }];
  if (passage) {
    plots.push({
      key: "passage",
      title: `Share that has passed ${passage.condition}`,
      x: "time",
      curves: [{ name: "share", x: times, y: passage.probability }],
    });
  }
  return plots;
}

function sweepReport(simulation: GillespieSimulation) {
  const points = simulation.sweep()!;
  const names = Object.keys(points[0].parameters).filter(
    (name) => new Set(points.map(({ parameters }) => parameters[name])).size > 1,
  );
  const [first] = names;
  const text = `A scan of ${points.length} points over ${names.join(" and ")}; each has ${simulation.steps} trajectories.`;
  if (names.length !== 1) return { table: [], equilibrium: text, plots: [] };
  const x = points.map(({ parameters }) => parameters[first]);
  const curves = Object.keys(points[0].observables).map((name) => ({
    name,
    x,
    y: points.map(({ observables }) => observables[name].value),
    errors: points.map(({ observables }) => observables[name].error),
  }));
  const end = simulation.ensemble.times.at(-1);
  const plots = curves.slice(0, 4).map((curve) => ({
    key: `sweep ${curve.name}`,
    title: `${curve.name} at t = ${end} against ${first}`,
    x: first,
    curves: [curve],
  }));
  return { table: [], equilibrium: text, plots };
}
