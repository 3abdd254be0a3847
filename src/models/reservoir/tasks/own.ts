// A series of one's own.

import { ParameterError } from "../../../device/errors.ts";
import type { ReservoirParameters } from "../parameters.ts";
import { parseSeries } from "../series-text.ts";
import { dividedOf, given as filtered } from "./filter.ts";
import { STEPS } from "./forecast.ts";
import { standardised, type Task } from "./task.ts";

/**
 * Series of one's own: all columns are forecast, or the later ones follow from the first `given`. One series is divided in time; of
 * several, all but the last are learned from to their ends, and the last is tested.
 */
export function own(parameters: ReservoirParameters): Task {
  const { given, washout, train, test, starts, synchronisation, feedback } = parameters;
  const driven = synchronisation;
  const { data, shape } = parseSeries(parameters.data);
  const [series, time, features] = shape;
  if (given >= features) {
    throw new ParameterError(
      "given",
      `given ${given}: of ${features} columns at least one must be a target; take ${features - 1} at most.`,
    );
  }
  const single = series === 1;
  // A forecast needs the row after, outputs that are fed back the row before.
  const beside = given === 0 || feedback ? 1 : 0;
  const need = single ? washout + train + test + beside : washout + Math.max(1, given === 0 ? driven : 0) + 1 + beside;
  if (time < need) {
    const parts = single
      ? `a warm-up of ${washout}, ${train} to learn from and ${test} to test`
      : `a warm-up of ${washout} and what is learned`;
    throw new ParameterError(
      "data",
      `data: ${single ? "the series has" : "each series has"} ${time} steps, and ${parts} need ${need}; shorten one of them (--washout, --train, --test).`,
    );
  }
  const targets = features - given;
  const columns = given > 0 ? given + (feedback ? targets : 0) : features;
  const length = time - beside;
  const raw = new Float64Array(series * length * (columns + targets));
  for (let s = 0; s < series; s++) {
    for (let t = 0; t < length; t++) {
      const row = (place: number) => data.subarray((s * time + place) * features, (s * time + place + 1) * features);
      const values =
        given === 0
          ? [...row(t), ...row(t + 1)]
          : [
              ...row(t + beside).subarray(0, given),
              ...(feedback ? row(t).subarray(given) : []),
              ...row(t + beside).subarray(given),
            ];
      raw.set(values, (s * length + t) * (columns + targets));
    }
  }
  const first = single ? washout + train : (series - 1) * length;
  const made = standardised(raw, columns, targets, first, given);
  const rest = Math.min(synchronisation, length - 1);
  const divided = single
    ? dividedOf({ ...parameters, test: Math.min(test, length - first) })
    : {
        training: Array.from({ length: series - 1 }, (_, s) => ({
          first: s * length,
          washout,
          steps: length - washout,
        })),
        testing: { first, washout, steps: length - washout },
        ...{ starts: [first], driven: rest, horizon: length - rest },
      };
  if (given > 0) return filtered("filter", made, divided, feedback);
  const room = single ? divided.testing.steps : length;
  const most = Math.min(parameters.horizon || STEPS.horizon, room - driven);
  if (most < 1) {
    throw new ParameterError(
      "test",
      `test ${room}: forecasts follow the series for ${driven} steps first; take a longer test or --synchronisation below ${room}.`,
    );
  }
  const spacing = Math.floor((room - driven - most) / Math.max(1, starts - 1));
  return {
    ...made,
    ...divided,
    ...{ kind: "forecast", exogenous: 0, driven, horizon: most, lyapunovTime: 1, unit: "steps" },
    starts: Array.from({ length: spacing > 0 ? starts : 1 }, (_, i) => first + i * spacing),
  };
}
