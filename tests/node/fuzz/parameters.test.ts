// Parameters of every model: whatever is given, they are read or refused by name; and what they describe runs to finite numbers.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GibbsError, models, ParameterError, type Simulation } from "../../../src/index.ts";
import { changePoints, resolve } from "../../../src/models/parameters.ts";
import { device, reference } from "../../devices.ts";
import { affordable, anything, cases, ended, given, numbersIn, TIMEOUT, tricky } from "./arbitraries.ts";

/** Elementary updates of one case, about a second on the reference, and seconds where one is not known to be that cheap. */
const MOST_UPDATES = 1e6;
const MOST_SECONDS = 1;

describe.each(models)("$name", (model) => {
  const fields = Object.entries(model.parameters.shape as Record<string, Parameters<typeof given>[0]>);
  const some = fc.oneof(
    fc
      .subarray(fields, { maxLength: 5 })
      .chain((chosen) => fc.record(Object.fromEntries(chosen.map(([name, field]) => [name, given(field)])))),
    fc
      .tuple(fc.oneof(tricky, fc.string()), anything)
      .map(([name, value]) => Object.fromEntries([[name, value]]) as Record<string, unknown>),
  );

  it(
    "any values are read, or refused by the name of one of them",
    async () => {
      await fc.assert(
        fc.asyncProperty(some, async (values) => {
          const points = await ended(() => resolve(model.name, model.parameters, values));
          if (points instanceof GibbsError) {
            expect(points).toBeInstanceOf(ParameterError);
            expect(Object.keys(values)).toContain((points as ParameterError).parameter);
            expect(points.message.length).toBeLessThan(2000);
            return;
          }
          expect(Object.keys(values).filter((name) => !fields.some(([field]) => field === name))).toEqual([]);
          const again = resolve(model.name, model.parameters, points.parameters as object);
          expect(again.parameters).toEqual(points.parameters);
          await ended(() => changePoints(model.name, model.parameters, points as never, values));
        }),
        cases(300),
      );
    },
    TIMEOUT,
  );

  it(
    "a run ends in finite numbers, or in an error of ours",
    async () => {
      const options = fc.record({
        parameters: affordable(model),
        seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        steps: fc.integer({ min: 0, max: 5 }),
        onGpu: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(options, async ({ parameters, seed, steps, onGpu }) => {
          const outcome = await ended(async () => {
            const { parameters: resolved } = resolve(model.name, model.parameters, parameters);
            const most = model.steps?.(resolved) ?? steps;
            const { count, cost = 1 } = model.updates(resolved);
            if (!(count * cost * most < MOST_UPDATES)) return undefined;
            using simulation: Simulation = await model.create(onGpu ? device : reference, { ...parameters, seed });
            const series = simulation.series();
            const stop = new AbortController();
            const end = performance.now() + 1000 * MOST_SECONDS;
            const onProgress = () => void (performance.now() > end && stop.abort(new GibbsError("It was stopped.")));
            await simulation.run(most, { record: { series, every: 1 }, signal: stop.signal, onProgress });
            await simulation.conclude?.();
            const estimates = series.length > 0 || model.steps ? model.estimate(simulation, series, [0]) : {};
            return { estimates, result: simulation.result?.(), digest: await simulation.digest() };
          });
          if (outcome === undefined || outcome instanceof GibbsError) return;
          expect(outcome.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
          // Of a single measurement there is no error; what was asked for and is not known is null.
          const wrong = [...numbersIn(outcome)].filter(
            ([path, value]) => !Number.isFinite(value) && !/^\.estimates\.[^.]+\.(error|tau)/.test(path),
          );
          expect(wrong.slice(0, 5)).toEqual([]);
        }),
        cases(12),
      );
    },
    TIMEOUT,
  );
});
