// What a run says: its observables, its result, and what its reader must know.

import type { Observable } from "../model.ts";
import type { Plan } from "./data.ts";
import { columnNames, namesOf } from "./features.ts";
import type { NgrcParameters } from "./parameters.ts";
import { BOUND, learn, type Segment } from "./segment.ts";

export const observables = {
  nrmse: {
    unit: "",
    label: "NRMSE",
    description:
      "Median error of forecasts over one Lyapunov time, or over the whole forecast where no exponent is known, in standard deviations in training: the root mean square over columns",
  },
  validPredictionTime: {
    unit: "Lyapunov times",
    description: "Median time for which the error stays within the threshold",
  },
  trainingNrmse: {
    unit: "",
    label: "Training NRMSE",
    description: "Median error of one-step forecasts on the training samples",
  },
} satisfies Record<string, Observable>;

/** What the forecasts of a run show. */
export interface NgrcResult {
  /** Forecasts made. */
  starts: number;
  /** Monomials of a delay vector. */
  features: number;
  /** Samples of one forecast, and the time between two. */
  horizon: number;
  /** Time between two samples. */
  dt: number;
  /** The largest Lyapunov exponent per unit of time, where it is known. */
  lyapunov?: number;
  /** [start] */
  nrmse: number[];
  /** [start], in Lyapunov times, or in steps where no exponent is known. */
  validPredictionTime: number[];
  /** Forecasts that were still valid at their end: their valid times are at least that. */
  censored: { forecasts: number; of: number; horizon: number };
  /** Forecasts that diverged. */
  diverged?: number;
  /** Of each column the median error, and mean and standard deviation of the first training segment. */
  columns?: { name: string; nrmse: number; mean: number; sd: number }[];
  /**
   * Of the first training segment, up to 100 monomials: x(t + dt) - x(t) as a sum of them, x scaled; [component][feature]. Of a forecast
   * beyond the end of a series the weights that made it.
   */
  names?: string[];
  /** [component][feature]. */
  weights?: number[][];
  /** What follows the series, [step][column], in its own units; `at` counts steps or tells times. */
  forecast?: { axis: string; at: (number | string)[]; names: string[]; values: number[][] };
}

/** Weights of a regression with at most so many monomials are shown. */
export const FEW_WEIGHTS = 100;

/** What is known of each column, where its median error is `errorOf`. */
export const columnsOf = (plan: Plan, { mean, sd }: Segment, errorOf: (column: number) => number) =>
  columnNames(plan).map((name, i) => ({ name, nrmse: errorOf(i), mean: mean[i], sd: sd[i] }));

/** The monomials, `count` of them, and their weights. */
export const weightsOf = ({ features, names }: Plan, { weights }: Segment, count: number) => ({
  names: namesOf(features, names),
  weights: Array.from({ length: features.dimension }, (_, i) =>
    Array.from(weights.subarray(i * count, (i + 1) * count)),
  ),
});

/** One forecast with the true trajectory: [time][component]. */
export interface Shown {
  times: number[];
  truth: number[][];
  forecast: number[][];
}

export const COLUMNS = ["nrmse", "validPredictionTime", "trainingNrmse"] as const;
/** What was cut, and forecasts that end before they fail, with the median of their valid times. */
export function runNotes(
  plan: Plan,
  { starts, horizon: asked }: NgrcParameters,
  { forecasts, of, horizon }: NgrcResult["censored"],
  median: number,
): string[] {
  const notes = [...plan.notes];
  const { segments, length, unit, lyapunov } = plan;
  const room = segments * plan.forecasts;
  if (room < starts) {
    notes.push(
      `${room} ${room === 1 ? "forecast" : "forecasts"}, not ${starts}: the series has room for ${segments} ${segments === 1 ? "segment" : "segments"} of ${length} samples.`,
    );
  }
  if (forecasts > 0) {
    const bound = 2 * forecasts >= of ? `; the median is at least ${Number(median.toPrecision(4))} ${unit}` : "";
    const remedy = lyapunov !== undefined && asked === 0 ? "--until" : "--horizon";
    notes.push(
      `${forecasts} of ${of} forecasts ${forecasts === 1 ? "is" : "are"} valid to their end, after ${horizon} steps: their times count as that${bound}; give a larger ${remedy} to see more.`,
    );
  }
  return notes;
}

export const lostNote = (lost: number, of: number): string[] =>
  lost === 0
    ? []
    : [
        `${lost} of ${of} forecasts diverged beyond ${BOUND} times the largest training sample and kept their last value; raise --ridge, lower --order, or train longer.`,
      ];

/** Columns far from 0 that are taken as they are lose digits. */
export function offsetNote(plan: Plan, parameters: NgrcParameters): string[] {
  if (parameters.scaling !== "none") return [];
  const { samples, deviations } = learn(plan, parameters, 0);
  const far = Array.from(deviations.keys()).find((i) => Math.abs(samples[i]) > 1000 * deviations[i]);
  if (far === undefined) return [];
  return [
    `column ${columnNames(plan)[far]} lies ${Math.round(Math.abs(samples[far]) / deviations[far])} standard deviations from 0, of which 32-bit numbers keep few digits; use --scaling standard.`,
  ];
}
