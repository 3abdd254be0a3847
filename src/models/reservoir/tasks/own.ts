// The user's series: forecast from itself, or outputs that follow from given inputs.

import { ParameterError } from "../../../device/errors.ts";
import { type OwnSeries, parseSeries } from "../../../files/series-text.ts";
import type { Span, Table } from "../network.ts";
import type { ReservoirParameters } from "../parameters.ts";
import { given as filtered } from "./filter.ts";
import { STEPS } from "./forecast.ts";
import { checkRange, type Scales, standardised } from "./standardised.ts";
import type { Task } from "./task.ts";

/** Rows without which no part of a series would have two. */
const FEWEST = 9;

/** The series that a task needs. @throws ParameterError where none is given */
export function ownSeries({ data }: Pick<ReservoirParameters, "data">): OwnSeries {
  if (data !== "") return parseSeries(data);
  throw new ParameterError("data", "data: no series is given; give a CSV or .npy file with --data, or another --task.");
}

/**
 * The user's series: all columns are forecast, or the later ones follow from the first `given`. One series is divided in time; of
 * several, all but the last are learned from to their ends, and the last is tested.
 *
 * @param scales those of a network from a file, which the series is then seen in
 */
export function own(parameters: ReservoirParameters, scales?: Scales): Task {
  const { given, washout, train, validation, feedback, forecast } = parameters;
  const series = ownSeries(parameters);
  const { lengths, shape } = series;
  const [, , features] = shape;
  if (given >= features) {
    throw new ParameterError(
      "given",
      `given ${given}: of ${features} columns at least one must be a target; take ${features - 1} at most.`,
    );
  }
  if (forecast > 0 && given > 0) {
    throw new ParameterError(
      "forecast",
      `forecast ${forecast}: beyond the end of the series its ${given} input columns are not known; take given 0, or forecast 0.`,
    );
  }
  const single = lengths.length === 1;
  if (!single && validation > 0) {
    throw new ParameterError(
      "validation",
      `validation ${validation}: of several series all but the last are learned from, and the last is tested; take validation 0.`,
    );
  }
  const laid = tableOf(series, given, feedback);
  const last = laid.starts[laid.starts.length - 1];
  const first = single ? washout + train + validation : last;
  checkLengths(parameters, lengths, laid.usable);
  const learned = [single ? ([0, washout + train] as const) : ([0, last] as const)];
  const made = standardised(laid.raw, { ...laid, exogenous: given, names: series.names }, learned, scales);
  const test = single ? Math.min(parameters.test, laid.usable[0] - first) : laid.usable[lengths.length - 1] - washout;
  const training = lengths.slice(0, single ? 1 : -1).map((_, s) => {
    return { first: laid.starts[s], washout, steps: single ? train : laid.usable[s] - washout };
  });
  const common = {
    ...made,
    ...{ names: series.names, times: series.times, length: lengths[lengths.length - 1] },
    training: training.filter(({ steps }) => steps > 0),
    // The state may remember for longer than a warm-up: all rows before lead to where the network stands.
    testing: single ? { first: 0, washout: first, steps: test } : { first, washout, steps: test },
  };
  const compared = washout + train;
  const validating = validation > 0 ? { first: 0, washout: compared, steps: validation } : undefined;
  const ahead = given === 0 ? 1 : 0;
  for (const span of common.training) checkRange(made.table, span, "are learned from", ahead);
  for (const span of validating ? [validating] : []) checkRange(made.table, span, "are validated", ahead);
  checkRange(made.table, common.testing, "are tested", ahead);
  const room = single ? test : laid.usable[lengths.length - 1];
  if (given > 0) {
    // Outputs that are fed back run along the whole test; a series of several has nothing before it.
    const driven = Math.min(single ? first : room - 1, parameters.synchronisation);
    const runs = single
      ? { starts: [first - driven], driven, horizon: test }
      : { starts: [first], driven, horizon: room - driven };
    return {
      ...common,
      ...filtered("filter", made, { ...common, ...runs }, feedback),
      ...(validating && { validating: { ...validating, starts: [] } }),
    };
  }
  const beyond = { starts: [last], driven: lengths[lengths.length - 1], horizon: forecast };
  if (forecast > 0)
    checkRange(made.table, { first: last, washout: beyond.driven, steps: 0 }, "lead to the forecast", ahead);
  const { driven, horizon, starts, notes } = forecastsOf(parameters, room, first, single);
  if (forecast > 0 && parameters.reservoirs > 1 && !validating) {
    notes.push(
      `the first of ${parameters.reservoirs} networks is kept and forecasts; with --validation the best on rows set aside is chosen.`,
    );
  }
  return {
    ...common,
    ...{ kind: "forecast", exogenous: 0, driven, horizon, starts, lyapunovTime: 1, unit: "steps" },
    notes: [...notes, ...stillNotes(made.table, common.testing, series.names)],
    ...(validating && {
      validating: { ...validating, starts: validationStarts(parameters, { driven, horizon }, compared) },
    }),
    ...(forecast > 0 && { beyond }),
  };
}

/** Rows of inputs and targets, those of the series after each other; `usable` of each have both. */
function tableOf({ data, lengths, shape: [, , features] }: OwnSeries, given: number, feedback: boolean) {
  const targets = features - given;
  const columns = given > 0 ? given + (feedback ? targets : 0) : features;
  // Outputs that are fed back need the row before; the last row of a forecast has no target, and drives what follows the series.
  const skipped = given > 0 && feedback ? 1 : 0;
  const width = columns + targets;
  const rows = lengths.reduce((sum, length) => sum + length - skipped, 0);
  const raw = new Float64Array(rows * width);
  const starts: number[] = [];
  let [from, at] = [0, 0];
  for (const length of lengths) {
    starts.push(at);
    const row = (place: number) => data.subarray((from + place) * features, (from + place + 1) * features);
    for (let t = skipped; t < length; t++, at++) {
      const inputs = given === 0 ? row(t) : row(t).subarray(0, given);
      raw.set(inputs, at * width);
      if (skipped > 0) raw.set(row(t - 1).subarray(given), at * width + given);
      raw.set(given === 0 ? row(Math.min(t + 1, length - 1)) : row(t).subarray(given), at * width + columns);
    }
    from += length;
  }
  const usable = lengths.map((length) => length - (given === 0 || feedback ? 1 : 0));
  return { raw, columns, targets, starts, usable };
}

/** @throws ParameterError for series that are too short for what is asked of them */
function checkLengths(parameters: ReservoirParameters, lengths: readonly number[], usable: readonly number[]): void {
  const { washout, train, validation, test, given, synchronisation, network } = parameters;
  if (lengths.length > 1) {
    const need = washout + Math.max(1, given === 0 ? synchronisation : 0) + 1;
    const short = usable.findIndex((length) => length < need);
    if (short < 0) return;
    throw new ParameterError(
      "data",
      `data: series ${short + 1} has ${lengths[short]} steps, and a warm-up of ${washout} and what is learned need ${need + lengths[short] - usable[short]}; leave it out, or lower --washout or --synchronisation.`,
    );
  }
  if (train === 0 && network === "") {
    throw new ParameterError("train", "train 0: only a network from a file learns nothing; take a number above 0.");
  }
  const need = washout + train + validation + test;
  if (usable[0] >= need && usable[0] >= FEWEST) return;
  if (usable[0] >= need) {
    throw new ParameterError(
      "data",
      `data: ${lengths[0]} rows are too few for parts of them; give ${FEWEST + 1} or more.`,
    );
  }
  const parts = [
    `a warm-up of ${washout}`,
    ...(train > 0 ? [`${train} to learn from`] : []),
    ...(validation > 0 ? [`${validation} to compare by`] : []),
  ];
  const unusable = lengths[0] - usable[0];
  throw new ParameterError(
    "data",
    `data: the series has ${lengths[0]} steps, and ${parts.join(", ")} and ${test} to test need ${need + unusable}; shorten one of them (--washout, --train, --validation, --test), or leave them out.`,
  );
}

/** Forecasts along the test, and what was cut of them. */
function forecastsOf(parameters: ReservoirParameters, room: number, first: number, single: boolean) {
  const { starts, synchronisation: driven, horizon: asked } = parameters;
  // The rows before the test are known, too; before the last of several series there is nothing.
  const before = single ? Math.min(first, driven) : 0;
  const left = room - (driven - before);
  if (left < 1) {
    throw new ParameterError(
      "test",
      `test ${room}: forecasts follow the series for ${driven} steps first; take a longer test or --synchronisation below ${room + (single ? first : 0)}.`,
    );
  }
  // Where none is asked for, half the room, so that there is some for other starts.
  const horizon = asked > 0 ? Math.min(asked, left) : Math.min(STEPS.horizon, starts > 1 ? Math.ceil(left / 2) : left);
  const count = Math.min(starts, left - horizon + 1);
  const spacing = Math.floor((left - horizon) / Math.max(1, count - 1));
  const notes: string[] = [];
  if (asked > horizon) {
    notes.push(`forecasts are ${horizon} steps long, not ${asked}: the ${room} steps of the test hold no more.`);
  }
  if (count < starts) {
    notes.push(
      `${count} ${count === 1 ? "forecast" : "forecasts"} of ${starts} requested: the ${room} steps of the test have room for no more of ${horizon} steps; choose a smaller --horizon or a longer --test.`,
    );
  }
  return { driven, horizon, notes, starts: Array.from({ length: count }, (_, i) => first - before + i * spacing) };
}

/** Columns that do not move along the test: their errors have no scale, and the others alone are judged. */
function stillNotes(
  { data, columns, targets }: Table,
  { first, washout, steps }: Span,
  names?: readonly string[],
): string[] {
  const width = columns + targets;
  const value = (row: number, t: number) => data[(first + washout + row) * width + columns + t];
  const still = Array.from({ length: targets }, (_, t) => t).filter((t) =>
    Array.from({ length: steps }, (_, row) => row).every((row) => value(row, t) === value(0, t)),
  );
  return still.map(
    (t) =>
      `column ${names?.[t] ? `"${names[t]}"` : t + 1} does not change along the ${steps} rows of the test; it is left out of the errors one step ahead.`,
  );
}

/** Forecasts along the rows that are set aside: they start in them, or before, as far as the series is known. */
function validationStarts(
  { validation, starts }: ReservoirParameters,
  { driven, horizon }: { driven: number; horizon: number },
  first: number,
): number[] {
  const left = validation - horizon - Math.max(0, driven - first);
  if (left < 0) return []; // a forecast would leave the rows that are set aside
  const count = Math.min(starts, left + 1);
  const spacing = Math.floor(left / Math.max(1, count - 1));
  const from = Math.max(0, first - driven);
  return Array.from({ length: count }, (_, i) => from + i * spacing);
}
