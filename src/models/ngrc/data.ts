// Where the segments come from: a system's trajectories, or the user's series. A segment is what is trained on and the forecasts'
// truth behind it.

import { ParameterError } from "../../device/errors.ts";
import type { Times } from "../../files/times.ts";
import { type Flow, flowOf } from "../../systems/index.ts";
import { countMonomials, type Features, memoryOf } from "./features.ts";
import { type OwnSeries, piecesOf, type Sequences, sequencesOf } from "./own.ts";
import { constantsOf, HORIZON, MOST_FEATURES, type NgrcParameters, ngrcParameters } from "./parameters.ts";

export type { OwnSeries } from "./own.ts";

/** What a run needs in addition to its parameters. */
export interface Plan {
  features: Features;
  /** Time between samples, and the largest Lyapunov exponent where one is known. */
  dt: number;
  lyapunov?: number;
  /** Samples of one forecast, and those of them over which its error is taken. */
  horizon: number;
  scored: number;
  /** What a sample more is worth in valid time, and in which unit. */
  worth: number;
  unit: "Lyapunov times" | "steps";
  /** Samples of a segment: past and training, then the truth of its forecasts. */
  known: number;
  length: number;
  /** Forecasts behind a segment, and segments that there are. */
  forecasts: number;
  segments: number;
  /** Names of the numbers of a sample, where they have some. */
  names?: readonly string[];
  times?: Times;
  /** What was cut, and what reading said: a sentence each. */
  notes: string[];
  /** A segment's samples, [time][dimension]. */
  segment(number: number): Float64Array;
  /** Which rows of a series they are, for messages. */
  rows(number: number): string;
  /** Of the user's series: its last `known` samples, and how many it has. @throws ParameterError */
  ending?(): { samples: Float64Array; length: number };
}

/** @throws ParameterError naming what does not fit; FileError for a series that cannot be read */
export function planOf(own: NgrcParameters, seed: bigint, given?: OwnSeries): Plan {
  const series = sequencesOf(own, given);
  const flow = series ? undefined : systemOf(own);
  const dt = flow?.dt ?? own.dt ?? 1;
  const lyapunov = own.lyapunov ?? flow?.lyapunov?.value;
  const dimension = flow?.dimension ?? series!.features;
  const features: Features = { dimension, delays: own.delays, skip: own.skip, order: own.order };
  const count = countMonomials(own.delays * dimension, own.order);
  if (count > MOST_FEATURES) {
    throw new ParameterError(
      "order",
      `order ${own.order}: ${own.delays} × ${dimension} numbers have ${count} monomials; at most ${MOST_FEATURES}, so lower order or delays.`,
    );
  }
  if (own.forecast > 0 && !series) {
    throw new ParameterError(
      "forecast",
      `forecast ${own.forecast}: it continues beyond the end of your own series; give a series, or forecast 0.`,
    );
  }
  const known = memoryOf(features) + own.training;
  const asked = own.horizon || (lyapunov ? Math.max(1, Math.ceil(own.until / (lyapunov * dt))) : undefined);
  const fitting = series
    ? cut(own, series, known, asked)
    : {
        horizon: asked ?? HORIZON,
        forecasts: own.forecasts,
        notes: asked === undefined ? [timeless(HORIZON, own)] : [],
      };
  const { horizon, forecasts } = fitting;
  const length = known + forecasts * horizon;
  if (!(length * dimension < 2 ** 27)) {
    throw new ParameterError("forecasts", `forecasts ${own.forecasts}: a segment has ${length} samples; take fewer.`);
  }
  const plan = {
    ...{ features, dt, horizon, known, length, forecasts },
    ...(lyapunov === undefined
      ? { scored: horizon, worth: 1, unit: "steps" as const }
      : {
          ...{ lyapunov, scored: Math.max(1, Math.round(1 / (lyapunov * dt))), worth: dt * lyapunov },
          unit: "Lyapunov times" as const,
        }),
  };
  if (flow) {
    const segment = (number: number) => flow.trajectory({ steps: length, seed, trajectory: number });
    return { ...plan, notes: fitting.notes, segments: 2 ** 32, segment, rows: (number) => `of segment ${number}` };
  }
  const { names, times, notes } = series!;
  const allNotes = [...notes, ...fitting.notes, ...stepNote(own, times)];
  return { ...plan, ...(names && { names }), ...(times && { times }), ...piecesOf(series!, known, length, allNotes) };
}

/** How times are reported where no exponent is known. */
function timeless(horizon: number, { until }: NgrcParameters): string {
  const idle =
    until === ngrcParameters.shape.until.parse(undefined) ? "" : ` (--until ${until} is in Lyapunov times, and idle)`;
  return `no Lyapunov exponent is known, so times are in steps; forecasts are ${horizon} steps long${idle || " (--horizon)"}, and errors are over all of them.`;
}

/** How long forecasts are, and how many follow a segment, so that they fit the longest sequence. @throws ParameterError */
function cut(own: NgrcParameters, { lengths }: Sequences, known: number, asked: number | undefined) {
  const { training, forecasts: wanted } = own;
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const room = longest - known;
  if (room < 1) {
    const past = known - training;
    throw new ParameterError(
      "series",
      `series: it has ${longest} samples, but ${training} to learn from, ${past} before them and one to forecast need ${known + 1}; lower training, delays or skip.`,
    );
  }
  const horizon = Math.min(asked ?? Math.max(1, Math.min(HORIZON, Math.floor(room / wanted))), room);
  const forecasts = Math.min(wanted, Math.floor(room / horizon));
  const notes: string[] = [];
  if (asked !== undefined && horizon < asked) {
    notes.push(
      `forecasts are ${horizon} steps long, not ${asked}: of ${longest} samples no more follow the ${known} that are learned from.`,
    );
  }
  if (asked === undefined) notes.push(timeless(horizon, own));
  if (forecasts < wanted) {
    notes.push(
      `${forecasts} ${forecasts === 1 ? "forecast" : "forecasts"} a segment, not ${wanted}: ${room} samples hold no more of ${horizon} steps.`,
    );
  }
  return { horizon, forecasts, notes };
}

/** Times of a file that have another step than the one by which the exponent is meant. */
function stepNote({ dt, lyapunov }: NgrcParameters, times: Times | undefined): string[] {
  if (times?.unit !== "number" || times.step === (dt ?? 1) || lyapunov === undefined || dt !== undefined) return [];
  return [
    `the series' times have a step of ${times.step}, and the Lyapunov exponent is taken per step; give --dt ${times.step} if it is per unit of these times.`,
  ];
}

function systemOf({ system, set, dt }: NgrcParameters): Flow {
  const constants = constantsOf(set);
  if ("dt" in constants) throw new ParameterError("set", "set dt: time between samples is a parameter, dt.");
  const step = dt ?? (system === "lorenz" ? 0.025 : undefined); // that of Gauthier et al.
  return flowOf(system, step === undefined ? constants : { ...constants, dt: step });
}
