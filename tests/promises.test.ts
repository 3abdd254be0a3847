// What every model promises alike, on its two examples: the same bits again, an exact restart, runs that stop in a valid state,
// a lost device that costs no more than the work since the last checkpoint, and memory that comes back.

import { afterEach, describe, expect, it } from "vitest";
import { openDevice } from "#open-device";
import { DeviceLostError, DisposedError, ParameterError } from "../src/device/errors.ts";
import type { Device } from "../src/index.ts";
import { decodeCheckpoint } from "../src/models/checkpoint.ts";
import { type AnyModel, type AnySimulation, models } from "../src/models/index.ts";
import type { Example } from "../src/models/model.ts";
import { resolve } from "../src/models/parameters.ts";
import { createPart, divide, mergeParts, type Range, unitsOf } from "../src/models/parts.ts";
import { ReservoirSimulation } from "../src/models/reservoir/index.ts";
import { Series } from "../src/models/series.ts";
import { stepsOf } from "../src/validation/promises.ts";
import { device, reference } from "./devices.ts";

/** What a promise rejects with; undefined if it does not. */
const rejection = (promise: Promise<unknown>): Promise<Error | undefined> =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  );

const create = (model: AnyModel, on: Device, { parameters }: Example, seed = 9n): Promise<AnySimulation> =>
  model.create(on, { ...parameters, seed });

/** All that a simulation tells once it stands where it should. */
async function told(model: AnyModel, simulation: AnySimulation, series = simulation.series()) {
  await simulation.conclude?.();
  return {
    steps: simulation.steps,
    digest: await simulation.digest(),
    estimates: simulation.sweep?.() ?? model.estimate(simulation, series, [0]),
    result: simulation.result?.(),
    table: simulation.table?.(),
    array: await simulation.array(),
    picture: await simulation.picture(),
  };
}

/** The example in one go, or so many steps of it. */
async function whole(model: AnyModel, example: Example, { seed = 9n, steps = -1 } = {}) {
  using simulation = await create(model, device, example, seed);
  const series = simulation.series();
  let most = 0;
  const onProgress = () => {
    most = Math.max(most, device.memory.bytes);
  };
  const count = steps < 0 ? stepsOf(model, example, simulation) : steps;
  await simulation.run(count, { record: { series, every: 1 }, onProgress });
  expect(most).toBeGreaterThan(0);
  return await told(model, simulation, series);
}

/** The example, or where its replicas share what depends on all of them one with a single number of patterns. */
function divisible(model: AnyModel, example: Example): Example {
  if (!model.undivided?.(resolve(model.name, model.parameters, example.parameters))) return example;
  const { patterns, ...others } = example.parameters as Record<string, unknown> & { patterns: number[] };
  return {
    ...example,
    parameters: { ...others, patterns: Math.max(...patterns), replicas: patterns.length, digits: 0 },
  };
}

/** What a part lists by numbers, such as samples of trajectories, and what it forecasts are the whole's of these numbers. */
async function expectOwnRows(model: AnyModel, part: AnySimulation, whole: AnySimulation, { first, count }: Range) {
  for (const name of ["trajectory", "start", "reservoir"]) {
    const isListed = name === "trajectory" && model.outputs?.includes(".samples.csv");
    const [own, all] = await Promise.all(
      [part, whole].map(async (each) => (isListed ? await each.output!(".samples.csv") : each.table!())),
    );
    const { head, rows } = own as ReturnType<NonNullable<AnySimulation["table"]>>;
    const at = head.indexOf(name);
    if (at < 0) continue;
    const expected = [...(all as typeof own as { rows: Iterable<number[]> }).rows].filter(
      (row) => row[at] >= first && row[at] < first + count,
    );
    expect([...rows]).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  }
  if (!(part instanceof ReservoirSimulation)) return;
  const forecasts = await Promise.all([part.forecast(0), (whole as ReservoirSimulation).forecast(first)]);
  expect(forecasts[0]).toEqual(forecasts[1]);
}

/** Every call of a simulation that gives a number, or would make one. */
function numbersOf(model: AnyModel, simulation: AnySimulation): Record<string, () => unknown> {
  const outputs = (model.outputs ?? []).map((extension): [string, () => unknown] => [
    `output ${extension}`,
    () => simulation.output!(extension),
  ]);
  // What a series says is in the hands of whoever recorded it.
  if (simulation.series().columns.length === 0)
    outputs.push(["estimate", () => model.estimate(simulation, simulation.series())]);
  const named = ["digest", "checkpoint", "array", "picture", "conclude", "result", "sweep", "table"] as const;
  const calls = named.filter((name) => simulation[name]).map((name) => [name, () => simulation[name]!()]);
  return { run: () => simulation.run(1), ...Object.fromEntries([...calls, ...outputs]) };
}

async function expectNoNumber(model: AnyModel, simulation: AnySimulation, kind: new (message: string) => Error) {
  for (const [name, call] of Object.entries(numbersOf(model, simulation))) {
    expect(await rejection((async () => call())()), name).toBeInstanceOf(kind);
  }
}

/** Stops at the first submission that has made steps; where they come in batches, at the fourth. */
function stopAt(stop: () => void, submissions = 4) {
  let seen = 0;
  return ({ done }: { done: number }) => {
    if (done > 0 || ++seen === submissions) stop();
  };
}

/** Of the many simulations above none leaves anything behind. */
afterEach(() => expect(device.memory).toEqual({ buffers: 0, bytes: 0 }));

describe.each(models.map((model) => [model.name, model] as const))("%s", (_, model) => {
  const { short, long } = model.examples;
  let made: ReturnType<typeof whole> | undefined;
  const uninterrupted = () => {
    made ??= whole(model, short);
    return made;
  };

  it("gives the same bits and estimates again, in pieces, each kept and restored", async () => {
    const expected = await uninterrupted();
    let simulation = await create(model, device, short);
    const series = simulation.series();
    const total = stepsOf(model, short, simulation);
    for (const until of [0, 1, Math.ceil((3 * total) / 7), total]) {
      await simulation.run(until - simulation.steps, { record: { series, every: 1 } });
      const extra = { header: { until }, sections: { own: new Uint8Array([1, 2, until % 256]) } };
      const kept = await simulation.checkpoint(extra);
      simulation[Symbol.dispose]();
      const restored = await model.restore(device, kept);
      expect(restored.extra).toEqual(extra);
      simulation = restored;
    }
    expect(await told(model, simulation, series)).toEqual(expected);
    simulation[Symbol.dispose]();
  });

  it("refuses steps, records, changes and workgroups that are none, and nothing has changed", async () => {
    for (const on of [device, reference]) {
      using simulation = await create(model, on, short);
      await simulation.run(1);
      const digest = await simulation.digest();
      const series = simulation.series();
      const refused: [string, () => Promise<unknown>, RegExp][] = [
        ...[-1, 0.5, Number.NaN].map((steps): [string, () => Promise<unknown>, RegExp] => [
          `run ${steps}`,
          () => simulation.run(steps),
          new RegExp(`^[a-z]+ ${steps}: it must be a whole number of [a-z]+, 0 or more`),
        ]),
        ...[0, -1, 1.5].map((every): [string, () => Promise<unknown>, RegExp] => [
          `every ${every}`,
          () => simulation.run(1, { record: { series, every } }),
          new RegExp(`^every ${every}: it must be a whole number of [a-z]+, 1 or more`),
        ]),
        ["set", () => simulation.set({ nonsense: 1 } as object), /has no parameter "nonsense"; it has/],
        ...[0, -8, 3, 2 ** 20].map((workgroup): [string, () => Promise<unknown>, RegExp] => [
          `workgroup ${workgroup}`,
          () => model.create(on, { ...short.parameters, workgroup } as object),
          new RegExp(`^workgroup ${workgroup}: it must be a power of two from \\d+ to \\d+`),
        ]),
      ];
      const strokes = [
        { x: 0, y: 0, radius: Number.NaN, value: 1 },
        { x: 0, y: 0, radius: -1, value: 1 },
        { x: 1e6, y: 1e6, radius: 0, value: 1 },
        { x: 0, y: 0, radius: 0, value: Number.NaN },
      ];
      for (const stroke of simulation.paint ? strokes : []) {
        refused.push([`paint ${JSON.stringify(stroke)}`, () => simulation.paint!(stroke), /: /]);
      }
      for (const [name, call, message] of refused) {
        const error = await rejection(call());
        expect(error, name).toBeInstanceOf(ParameterError);
        expect(error!.message, name).toMatch(message);
      }
      expect(simulation.steps).toBe(1);
      expect(await simulation.digest()).toBe(digest);
    }
  });

  it.skipIf(!model.parts)("is the same in parts, made in any order and merged", async () => {
    const example = divisible(model, short);
    const expected = await whole(model, example);
    const given = { parameters: example.parameters as Record<string, unknown>, seed: 9n };
    const units = unitsOf(model, given.parameters);
    expect(units).toBeGreaterThan(1);
    using one = await create(model, device, example);
    const total = stepsOf(model, example, one);
    if (model.parts === "jobs") await one.run(total);
    for (const of of [2, 3, 7]) {
      const ranges = Array.from({ length: of }, (_, i) => divide([{ units, cost: 1 }], i, of)[0]);
      expect(ranges.reduce((sum, { count }) => sum + count, 0)).toBe(units);
      const made = ranges.filter(({ count }) => count > 0).reverse(); // the last first
      const parts = [];
      for (const range of made) {
        using part = await createPart(model, device, given, range);
        const series = part.series();
        await part.run(model.parts === "jobs" ? range.count : total, { record: { series, every: 1 } });
        if (model.parts === "jobs") await expectOwnRows(model, part, one, range);
        parts.unshift({ checkpoint: await decodeCheckpoint(await part.checkpoint()), series });
      }
      const checkpoints = parts.map(({ checkpoint }) => checkpoint);
      using merged = await mergeParts(model, device, checkpoints);
      const series = Series.sideBySide(parts.map((part) => part.series));
      expect(await told(model, merged, series), `${of} parts`).toEqual(expected);
      if (made.length < 2) continue;
      // A part twice in place of another is not the same.
      using doubled = await mergeParts(
        model,
        device,
        checkpoints.map(() => checkpoints[0]),
      );
      expect(await doubled.digest(), `${of} parts, one of them twice`).not.toBe(expected.digest);
    }
  });

  it("differs by another seed", async () => {
    const { digest } = await whole(model, short, { seed: 10n });
    expect(digest).not.toBe((await uninterrupted()).digest);
  });

  it("restarts exactly on the reference, and devices take each other's checkpoints", async () => {
    using one = await create(model, reference, short);
    using there = await create(model, device, short);
    for (const simulation of [one, there]) await simulation.run(1);
    // Whole numbers are the same everywhere, and so stay through any change of devices; floats are rounded.
    const same = (await one.digest()) === (await there.digest());
    const kept = await one.checkpoint();
    using again = await model.restore(reference, kept);
    using moved = await model.restore(device, kept);
    using back = await model.restore(reference, await there.checkpoint());
    for (const simulation of [one, again, moved, back]) {
      await simulation.run(1);
      expect(simulation.steps).toBe(2);
    }
    const digest = await one.digest();
    expect(await again.digest()).toBe(digest);
    for (const simulation of [moved, back]) expect((await simulation.digest()) === digest).toBe(same);
  });

  it("is stopped by a signal in a valid state, which goes on and can be kept", async () => {
    const { digest } = await uninterrupted();
    using simulation = await create(model, device, short);
    const total = stepsOf(model, short, simulation);
    const controller = new AbortController();
    const reason = new Error("enough");
    const onProgress = stopAt(() => controller.abort(reason));
    expect(await rejection(simulation.run(total, { signal: controller.signal, onProgress }))).toBe(reason);
    expect(simulation.steps).toBeLessThan(total);
    using continued = await model.restore(device, await simulation.checkpoint());
    expect(continued.steps).toBe(simulation.steps);
    for (const one of [simulation, continued]) {
      await one.run(total - one.steps);
      expect(await one.digest()).toBe(digest);
    }
  });

  it("loses no more with its device than the work since the last checkpoint", async () => {
    const lost = await openDevice();
    const simulation = await create(model, lost, long);
    const total = stepsOf(model, long, simulation);
    const some = Math.ceil(total / 200);
    await simulation.run(some);
    const kept = await simulation.checkpoint();
    let reports = 0;
    void lost.lost.then(() => reports++);
    const error = await rejection(simulation.run(total - some, { onProgress: stopAt(() => lost.raw.destroy()) }));
    expect(error).toBeInstanceOf(DeviceLostError);
    expect(await lost.lost).toBe(error);
    await expectNoNumber(model, simulation, DeviceLostError);
    expect(await rejection(model.restore(lost, kept))).toBe(error);
    expect(reports).toBe(1);
    simulation[Symbol.dispose]();
    expect(lost.memory).toEqual({ buffers: 0, bytes: 0 });
    lost.dispose();

    using continued = await model.restore(device, kept);
    await continued.run(some);
    expect(await continued.digest()).toBe((await whole(model, long, { steps: 2 * some })).digest);
  });

  it("is of no use after dispose, which may come twice and in the middle of a run", async () => {
    for (const on of [device, reference]) {
      const simulation = await create(model, on, short);
      await simulation.run(1);
      simulation[Symbol.dispose]();
      simulation[Symbol.dispose]();
      await expectNoNumber(model, simulation, DisposedError);
    }
    const simulation = await create(model, device, long);
    const run = simulation.run(stepsOf(model, long, simulation), {
      onProgress: stopAt(() => simulation[Symbol.dispose]()),
    });
    expect(await rejection(run)).toBeInstanceOf(DisposedError);
    await device.raw.queue.onSubmittedWorkDone();
    expect(() => device.check()).not.toThrow();
  });
});
