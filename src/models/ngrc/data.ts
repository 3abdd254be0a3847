// Where the segments come from: a system's trajectories, or a series of one's own. A segment is what is trained on and the forecasts'
// truth behind it.

import { ParameterError } from "../../device/errors.ts";
import { readSeries } from "../../files/series.ts";
import { type Flow, flowOf } from "../reservoir/systems/index.ts";
import { countMonomials, type Features, memoryOf } from "./features.ts";
import { constantsOf, MOST_FEATURES, type NgrcParameters } from "./parameters.ts";

/** A series as it is given: [time], [time][features] or [series][time][features]. */
export interface OwnSeries {
  data: ArrayLike<number>;
  shape: readonly number[];
}

/** What a run needs beside its parameters. */
export interface Plan {
  features: Features;
  /** Time between samples, and the largest Lyapunov exponent. */
  dt: number;
  lyapunov: number;
  /** Samples of one forecast, and of one Lyapunov time. */
  horizon: number;
  lyapunovSamples: number;
  /** Samples of a segment: past and training, then the truth of its forecasts. */
  known: number;
  length: number;
  /** Segments that there are. */
  segments: number;
  /** A segment's samples, [time][dimension]. */
  segment(number: number): Float64Array;
}

/** @throws ParameterError naming what does not fit; FileError for a series that cannot be read */
export function planOf(own: NgrcParameters, seed: bigint, given?: OwnSeries): Plan {
  const series = given ?? (own.series === "" ? undefined : readSeries("series", new TextEncoder().encode(own.series)));
  const flow = series ? undefined : systemOf(own);
  const dt = flow?.dt ?? own.dt ?? 1;
  const lyapunov = own.lyapunov ?? flow?.lyapunov?.value;
  if (lyapunov === undefined) {
    throw new ParameterError(
      "lyapunov",
      `lyapunov: it is not known for ${flow ? `${flow.name} with these constants` : "a series of your own"}; give the largest Lyapunov exponent, by whose time forecasts are measured.`,
    );
  }
  const dimension = flow?.dimension ?? (series!.shape.length > 1 ? series!.shape[series!.shape.length - 1] : 1);
  const features: Features = { dimension, delays: own.delays, skip: own.skip, order: own.order };
  const count = countMonomials(own.delays * dimension, own.order);
  if (count > MOST_FEATURES) {
    throw new ParameterError(
      "order",
      `order ${own.order}: ${own.delays} × ${dimension} numbers have ${count} monomials; at most ${MOST_FEATURES}, so lower order or delays.`,
    );
  }
  const horizon = Math.max(1, Math.ceil(own.until / (lyapunov * dt)));
  const known = memoryOf(features) + own.training;
  const length = known + own.forecasts * horizon;
  if (!(length * dimension < 2 ** 27)) {
    throw new ParameterError("forecasts", `forecasts ${own.forecasts}: a segment has ${length} samples; take fewer.`);
  }
  const lyapunovSamples = Math.max(1, Math.round(1 / (lyapunov * dt)));
  const plan = { features, dt, lyapunov, horizon, lyapunovSamples, known, length };
  if (flow) {
    const segment = (number: number) => flow.trajectory({ steps: length, seed, trajectory: number });
    return { ...plan, segments: 2 ** 32, segment };
  }
  return { ...plan, ...piecesOf(series!, dimension, length) };
}

function systemOf({ system, set, dt }: NgrcParameters): Flow {
  const constants = constantsOf(set);
  if ("dt" in constants) throw new ParameterError("set", "set dt: time between samples is a parameter, dt.");
  const step = dt ?? (system === "lorenz" ? 0.025 : undefined); // that of Gauthier et al.
  return flowOf(system, step === undefined ? constants : { ...constants, dt: step });
}

/** Pieces of a series, one after another without overlap; a piece lies in one of several series. */
function piecesOf({ data, shape }: OwnSeries, dimension: number, length: number) {
  const [time, count] = shape.length === 3 ? [shape[1], shape[0]] : [shape[0], 1];
  if (shape.length < 1 || shape.length > 3 || data.length !== count * time * dimension) {
    throw new ParameterError(
      "series",
      `series: ${data.length} values of shape (${shape.join(", ")}); a series is [time], [time, features] or [series, time, features].`,
    );
  }
  const wrong = Array.prototype.findIndex.call(data, (value: number) => !Number.isFinite(value));
  if (wrong >= 0) throw new ParameterError("series", `series: value ${wrong} is ${data[wrong]}; fill gaps first.`);
  const each = Math.floor(time / length);
  if (each === 0) {
    throw new ParameterError(
      "series",
      `series: it has ${time} samples, but training and forecasts need ${length}; lower training, forecasts or until.`,
    );
  }
  const segment = (number: number) => {
    const start = (Math.floor(number / each) * time + (number % each) * length) * dimension;
    return Float64Array.from({ length: length * dimension }, (_, i) => data[start + i]);
  };
  return { segments: each * count, segment };
}
