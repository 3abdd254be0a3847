// The table and plots of the page: what samples say after the step that is shown, against the exact distribution at that noise, and the whole way.

import { deviationOf } from "../../src/models/deviation.ts";
import { type DiffusionSimulation, diffusion } from "../../src/models/diffusion/index.ts";
import type { Curve, PlotData, Row, ViewOptions, WorkerUpdate } from "../worker/protocol.ts";
import { historyOf, type SampleHistory } from "./history.ts";
import type { Value } from "./measures.ts";

/** From more noise than this on axes are logarithmic. */
const WIDE = 5;

export async function report(
  simulation: DiffusionSimulation,
  { time }: ViewOptions,
): Promise<Pick<WorkerUpdate, "table" | "equilibrium" | "plots">> {
  const history = historyOf(simulation);
  const ended = simulation.steps === simulation.length && (time === undefined || time >= simulation.steps);
  const table = [...rowsOf(simulation, history, time, ended), ...(ended ? await rowsOfEnd(simulation) : [])];
  return {
    table,
    equilibrium: remark(simulation, table, ended),
    plots: await plotsOf(simulation, history, time, ended),
  };
}

/** What the page calls the rows of its table. */
const LABELS = {
  mean: "Mean",
  variance: "Variance",
  "sliced W₁": "Sliced W₁",
  "within modes": "Variance within modes",
  choices: "Choices left",
  agreement: diffusion.observables.agreement.label,
  "χ² of modes": "χ² of modes",
};

function row(name: keyof typeof LABELS, description: string, own: Value | undefined, exact?: Row["exact"]): Row {
  // What is 0 for its symmetry comes with the rounding of its sum.
  const known = exact && { ...exact, value: Math.abs(exact.value) < 1e-12 ? 0 : exact.value };
  const error = own && Number.isFinite(own.error) ? own.error : undefined;
  return {
    ...{ name, label: LABELS[name], description, unit: "", exact: known },
    ...(own ? { value: own.value } : {}),
    ...(error !== undefined ? { error } : {}),
    // Samples are independent, and very many.
    ...(own && known && !isRounding(own.value, known.value)
      ? deviationOf({ ...own, n: Number.POSITIVE_INFINITY, tau: 0.5 }, known)
      : {}),
  };
}

/** Where every sample has the same value, its error is that of 32-bit floats. */
const isRounding = (value: number, exact: number) => Math.abs(value - exact) <= 1e-6 * Math.abs(exact);

function rowsOf(
  simulation: DiffusionSimulation,
  history: SampleHistory,
  time: number | undefined,
  ended: boolean,
): Row[] {
  const measure = history.measure(time);
  const level = history.level(measure.step);
  const { law } = history;
  const { label, known, denoiser } = simulation.points.parameters;
  // Else samples are of a part of the law, or of a law of which only points are known.
  const whole = label === -1 && known === "" && (simulation.data.mixture !== undefined || denoiser === "exact");
  const at = `the law at signal ${level.signal.toPrecision(3)}, noise ${level.noise.toPrecision(3)}`;
  const due = (value: number) => (whole ? { value, source: at } : undefined);
  const given = ended ? diffusion.exact(simulation.points.parameters) : {};
  const rows = [
    row("mean", "Mean of all numbers", measure.mean, given.mean ?? due(law.mean(level))),
    row("variance", "Mean variance of a number", measure.variance, given.variance ?? due(law.variance(level))),
  ];
  const distance = history.measures
    .filter(({ step, distance }) => step <= measure.step && distance !== undefined)
    .at(-1);
  if (distance?.distance !== undefined) {
    const { chance } = law;
    const source = "two sets of points of the distribution itself, which differ this much by chance";
    const description = "Sliced Wasserstein distance from the law of the data, in units of the data";
    const own = { value: distance.distance, error: Number.POSITIVE_INFINITY };
    rows.push(row("sliced W₁", description, own, chance === undefined ? undefined : { value: chance, source }));
  }
  if (measure.within && whole) {
    const exact = { value: law.within(level), source: `a mode of ${at}` };
    rows.push(row("within modes", "Mean variance about the nearest mode", measure.within, exact));
  }
  if (distance?.choices !== undefined) {
    const own = { value: distance.choices, error: Number.POSITIVE_INFINITY };
    rows.push(row("choices", `${chosen(simulation)} that a sample may still come from, 1 / ⟨Σ w²⟩`, own));
  }
  return rows;
}

/** What only whole samples have. */
async function rowsOfEnd(simulation: DiffusionSimulation): Promise<Row[]> {
  const { agreement, result } = await simulation.summary();
  const rows: Row[] = [];
  if (agreement) {
    rows.push(row("agreement", "Share of samples whose nearest data point has the requested class", agreement));
  }
  const counts = result.modeCounts;
  if (counts && simulation.points.parameters.label === -1) {
    const all = counts.reduce((sum, count) => sum + count, 0);
    const due = simulation.data.mixture!.components.map(({ weight }) => all * weight);
    const value = counts.reduce((sum, count, k) => sum + (count - due[k]) ** 2 / due[k], 0);
    const degrees = counts.length - 1;
    const exact = { value: degrees, source: `mean of χ² with ${degrees} degrees of freedom` };
    // Its standard deviation is that of χ² where chance alone is at work.
    rows.push({
      ...row("χ² of modes", "How far the numbers of samples nearest to each mode are from their shares", {
        value,
        error: Number.POSITIVE_INFINITY,
      }),
      exact,
      z: (value - degrees) / Math.sqrt(2 * degrees),
    });
  }
  return rows;
}

function remark(simulation: DiffusionSimulation, table: readonly Row[], ended: boolean): string {
  if (!ended) return simulation.notes().join(" ");
  const far = table.find(({ z }) => z !== undefined && Math.abs(z) > 4);
  const notes = simulation.notes();
  if (!far) return notes.join(" ");
  return `${[...notes, ""].join(" ")}${far.label} is farther from the law than chance explains: an error of finite steps or of the denoiser. More steps, or a sampler of higher order, show which.`;
}

async function plotsOf(
  simulation: DiffusionSimulation,
  history: SampleHistory,
  time: number | undefined,
  ended: boolean,
): Promise<PlotData[]> {
  const { levels, steps } = simulation;
  const { measures, law } = history;
  const wide = levels.some(({ noise }) => noise > WIDE);
  const all = levels.map((_, step) => step);
  const now = Math.min(time ?? steps, steps);
  const shown = (y: number): Curve => ({ name: "shown", x: [now], y: [y], errors: [0] });
  const plots: PlotData[] = [
    {
      key: "variance",
      title: "Variance of a number along the way",
      x: "step",
      curves: [
        { name: "samples", x: measures.map(({ step }) => step), y: measures.map(({ variance }) => variance.value) },
        { name: "law with this noise", x: all, y: levels.map((level) => law.variance(level)) },
      ],
      log: wide,
    },
  ];
  const measured = measures.filter(({ distance }) => distance !== undefined);
  const { chance } = law;
  if (measured.length > 0) {
    const far = { name: "samples", x: measured.map(({ step }) => step), y: measured.map(({ distance }) => distance!) };
    const least = { name: "the law itself", x: [0, simulation.length], y: [chance ?? 0, chance ?? 0] };
    plots.push({
      ...{ key: "distance", title: "Distance from the law, sliced W₁", x: "step", log: true },
      curves: chance === undefined ? [far] : [far, least],
    });
  }
  const open = measures.filter(({ choices }) => choices !== undefined);
  if (open.length > 0) {
    const x = open.map(({ step }) => step);
    const own = { name: chosen(simulation), x, y: open.map(({ choices }) => choices!) };
    plots.push({ key: "choices", title: "What a sample may still become", x: "step", curves: [own], log: true });
  }
  const noisy = all.filter((step) => levels[step].noise > 0);
  const noise = { name: "noise", x: noisy, y: noisy.map((step) => levels[step].noise) };
  const signal = { name: "signal", x: all, y: levels.map((level) => level.signal) };
  plots.push({
    ...{ key: "noise", title: "Noise level", x: "step", log: wide },
    curves: [
      noise,
      ...(wide ? [] : [signal]),
      shown(levels[now].noise > 0 ? levels[now].noise : wide ? noise.y.at(-1)! : 0),
    ],
  });
  const counts = ended ? (await simulation.summary()).result.modeCounts : undefined;
  if (counts) plots.push(modes(simulation, counts));
  return plots;
}

const chosen = ({ data }: DiffusionSimulation) => (data.mixture ? "modes" : "points of the data");

function modes({ data }: DiffusionSimulation, counts: readonly number[]): PlotData {
  const x = counts.map((_, k) => k);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const due = data.mixture!.components.map(({ weight }) => all * weight);
  const curves = [
    { name: "samples", x, y: [...counts], errors: counts.map(Math.sqrt) },
    { name: "shares of the law", x, y: due },
  ];
  return { key: "modes", title: "Samples nearest to each mode", x: "mode", curves };
}
