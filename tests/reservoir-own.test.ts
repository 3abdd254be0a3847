// Series of one's own: in any unit and at any offset, divided in time, forecast beyond their end, and put into classes.

import { describe, expect, it } from "vitest";
import {
  bytesText,
  ParameterError,
  type ReservoirOptions,
  type ReservoirSimulation,
  reservoir,
  seriesText,
} from "../src/index.ts";
import { parseLink } from "../src/links.ts";
import { rangeNote } from "../src/models/forecast.ts";
import { persistenceOf } from "../src/models/reservoir/baseline.ts";
import { withParts } from "../src/models/reservoir/tasks/parts.ts";
import { device } from "./devices.ts";

/** Two waves, which a linear recurrence continues for ever. */
const waves = (rows: number, { offset = 0, unit = 1 } = {}) =>
  Float64Array.from({ length: rows }, (_, i) => unit * (0.5 * Math.sin(0.7 * i) + 0.3 * Math.sin(0.31 * i) + offset));

const series = (data: ArrayLike<number>, features = 1) =>
  seriesText({ data, shape: [data.length / features, features] });

const WAVES = {
  ...{ task: "data", units: 60, ridge: 1e-6, reservoirs: 1, inputScaling: 0.3, washout: 100, train: 900, test: 400 },
  ...{ synchronisation: 100, starts: 4, horizon: 100 },
} as const satisfies ReservoirOptions;

async function trained(options: ReservoirOptions): Promise<ReservoirSimulation> {
  const simulation = await reservoir.create(device, options);
  await simulation.run(options.reservoirs ? Number(options.reservoirs) : 1);
  return simulation;
}

describe("a series in any unit", () => {
  it("is learned as well at any offset, and in its own units", async () => {
    using at0 = await trained({ ...WAVES, data: series(waves(1500)) });
    const nrmse = at0.estimate().nrmse.value;
    expect(nrmse).toBeLessThan(0.002);
    for (const [offset, unit] of [
      [1e5, 1],
      [5e6, 1],
      [2e7, 1],
      [1e8, 1],
      [-3, 1e-40],
      [0, 1e200],
    ]) {
      using other = await trained({ ...WAVES, data: series(waves(1500, { offset, unit })) });
      expect(Math.abs(other.estimate().nrmse.value / nrmse - 1)).toBeLessThan(0.02);
      const { predicted } = await other.forecast();
      const { predicted: plain } = await at0.forecast();
      predicted.forEach((value, i) => {
        expect(Math.abs(value / unit - offset - plain[i])).toBeLessThan(0.01);
      });
    }
  });

  it("gives the very same readouts where the unit is a power of two", async () => {
    const digests = [];
    for (const unit of [1, 2 ** -140, 2 ** 300]) {
      using simulation = await trained({ ...WAVES, data: series(waves(1500, { unit })) });
      digests.push(await simulation.digest());
    }
    expect(new Set(digests).size).toBe(1);
  });
});

describe("rows that are not used", () => {
  const spoiled = (data: Float64Array, from: number, to = data.length) =>
    data.map((value, row) => (row >= from && row < to ? 1e6 * Math.cos(row) : value));

  it("change nothing: neither those behind the test, nor the test what is learned", async () => {
    const data = waves(2000);
    const run = async (values: Float64Array) => {
      using simulation = await trained({ ...WAVES, validation: 150, data: series(values) });
      const { predicted } = await simulation.forecast();
      return { digest: await simulation.digest(), estimate: simulation.estimate(), predicted: Array.from(predicted) };
    };
    const plain = await run(data);
    expect(await run(spoiled(data, 1551))).toEqual(plain);
    expect((await run(spoiled(data, 1151))).digest).toBe(plain.digest); // the test
    expect((await run(spoiled(data, 1001, 1150))).digest).toBe(plain.digest); // the rows set aside
    expect((await run(spoiled(data, 700, 701))).digest).not.toBe(plain.digest); // the control: what is learned from
  });

  it("a test far from what was learned from is put out as the reference does", async () => {
    // Three times as large as anything learned: a range of the training rows would cut it off.
    const data = waves(1500).map((value, row) => (row > 1100 ? 3 * value : value));
    using simulation = await trained({ ...WAVES, ridge: 1e-2, data: series(data) });
    const { predicted, truth } = await simulation.outputs();
    const tail = Array.from(predicted.slice(200), (value, i) => Math.abs(value - truth[200 + i]));
    expect(Math.max(...tail)).toBeLessThan(1.5);
  });

  it("are refused where 32 bits do not hold them, and not where nothing uses them", async () => {
    const data = waves(2000);
    data[1200] = 1e200;
    await expect(reservoir.create(device, { ...WAVES, data: series(data) })).rejects.toThrow(
      /step 1200, in the rows that are tested/,
    );
    data[1200] = waves(2000)[1200];
    data[1900] = 1e200;
    using simulation = await trained({ ...WAVES, data: series(data) });
    expect(simulation.estimate().nrmse.value).toBeLessThan(0.002);
  });
});

describe("a series that is divided", () => {
  const parts = (given: object, rows = 4001, learns = true) => {
    const all = withParts({ data: series(waves(rows)), ...given }, { learns }) as Record<string, unknown>;
    const { washout, train, validation, test } = all;
    return [washout, train, validation, test];
  };

  it("is divided by its length where nothing is said, and as it is said", () => {
    expect(parts({})).toEqual([400, 2400, 400, 800]);
    expect(parts({}, 20_001)).toEqual([500, 13_500, 2000, 4000]);
    expect(parts({ train: 2500, test: 700 })).toEqual([500, 2500, undefined, 700]);
    expect(parts({ train: 3000 })).toEqual([333, 3000, undefined, 667]);
    expect(parts({ washout: 100, train: 200, validation: 300, test: 400 })).toEqual([100, 200, 300, 400]);
    expect(parts({ validation: 1000 })).toEqual([333, 2001, 1000, 666]);
    expect(parts({}, 901, false)).toEqual([500, 0, 0, 400]);
    for (const rows of [12, 37, 100, 1234]) {
      const sum = parts({}, rows).reduce((total: number, part) => total + (part as number), 0);
      expect(sum).toBe(rows - 1);
    }
  });

  it("keeps the network that is best along the rows set aside, whatever the test says", async () => {
    const henon: number[] = [];
    for (let i = 0, x = 0.1, y = 0.1; i < 1200; i++) {
      henon.push(x, y);
      [x, y] = [1 - 1.4 * x * x + y, 0.3 * x];
    }
    const options = {
      ...{
        task: "data" as const,
        units: 20,
        ridge: 1e-6,
        reservoirs: 5,
        washout: 50,
        train: 500,
        validation: 300,
        test: 300,
      },
      ...{ synchronisation: 30, starts: 8, horizon: 30, spectralRadius: 0.3 },
    } as const;
    using simulation = await trained({ ...options, data: series(henon, 2) });
    const { head, rows } = simulation.table();
    const column = (name: string) => rows.map((row) => Number(row[head.indexOf(name)]));
    const [times, errors] = [column("validationTime"), column("validationNrmse")];
    const longest = Math.max(...times);
    const best = errors.indexOf(Math.min(...errors.filter((_, i) => times[i] === longest)));
    expect(simulation.best).toBe(best);
    expect(new Set(errors).size).toBe(5);
    using reversed = await trained({
      ...options,
      data: series(
        henon.map((x, i) => (i > 1750 ? -x : x)),
        2,
      ),
    });
    expect(reversed.best).toBe(best);
  });

  it("is compared with persistence", async () => {
    const data = waves(1500);
    using simulation = await trained({ ...WAVES, data: series(data) });
    const { persistenceNrmse, persistenceTime } = simulation.estimate();
    const test = Array.from({ length: 400 }, (_, i) => [data[1000 + i], data[1001 + i]]);
    const mean = test.reduce((sum, [, next]) => sum + next, 0) / 400;
    const error = test.reduce((sum, [now, next]) => sum + (next - now) ** 2, 0);
    const variance = test.reduce((sum, [, next]) => sum + (next - mean) ** 2, 0);
    expect(persistenceNrmse.value).toBeCloseTo(Math.sqrt(error / variance), 5);
    expect(persistenceNrmse.error).toBe(0);
    expect(persistenceTime.value).toBeLessThan(3);
    expect(persistenceOf({ ...simulation.task, starts: [simulation.task.starts[0]] }, 1e9).valid).toEqual([100]);
  });

  it("says what was cut, and which forecasts end before they fail", async () => {
    using simulation = await trained({ ...WAVES, data: series(waves(1500)), starts: 500, horizon: 290 });
    expect(simulation.task.starts.length).toBe(111);
    const notes = simulation.notes().join("\n");
    expect(notes).toMatch(/111 forecasts of 500 requested/);
    expect(notes).toMatch(
      /111 of 111 forecasts are valid to their end, after 290 steps: .*; the median is a lower bound/,
    );
    expect(simulation.result().censored).toEqual({ forecasts: 111, of: 111, horizon: 290 });
    using cut = await trained({ ...WAVES, data: series(waves(1500)), horizon: 1000 });
    expect(cut.notes().join()).toMatch(/forecasts are 400 steps long, not 1000/);
    using plain = await trained({ ...WAVES, data: series(waves(1500)), threshold: 1e-4 });
    expect(plain.notes()).toEqual([]);
  });
});

describe("a short series with noise", () => {
  // Months of a season with noise, from a generator of its own.
  let word = 12345;
  const noise = () => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    return word / 2 ** 32 - 0.5;
  };
  const months = Array.from({ length: 300 }, (_, i) => 100 + 20 * Math.sin((2 * Math.PI * i) / 12) + 40 * noise());
  const learned = async (more: object) => {
    using simulation = await trained({ data: series(months), reservoirs: 4, forecast: 24, ...more });
    return simulation.notes().join("\n");
  };

  it("is forecast no better than by persistence, which is said", async () =>
    expect(await learned({ units: 300, ridge: 1e-10 })).toMatch(/no better than repeating the last value \(nrmse \d/));

  it("a forecast beyond its range is told of, of the best network or of another", () => {
    const ahead = { axis: "step", at: [4, 5], names: ["x"], values: Float64Array.of(2, 5) };
    const past = Float64Array.of(0, 1, 3, 2);
    expect(rangeNote(ahead, past)).toEqual([]); // 3 beyond the range of 0 to 3 is 6
    expect(rangeNote({ ...ahead, values: Float64Array.of(5.000001, 5) }, Float64Array.of(5, 5, 5))).toEqual([]);
    const off = { ...ahead, least: Float64Array.of(1, -4), most: Float64Array.of(2, 6) };
    expect(rangeNote(off, past).join()).toMatch(
      /from step 2 on the forecast of another network .* x is -4, .* between 0 and 3/,
    );
    expect(rangeNote({ ...off, values: Float64Array.of(7, 2) }, past).join()).toMatch(
      /from step 1 on the forecast is far/,
    );
  });

  it("negative control: a network with a ridge is better, and nothing is said", async () => {
    const notes = await learned({ units: 50, ridge: 1 });
    expect(notes).not.toMatch(/no better than|far from all/);
  });
});

describe("a link of version 1", () => {
  it("divides a series as 0.1.0 did, where it says nothing of that", async () => {
    const data = series(waves(8000).map(Math.fround));
    const link = (version: number) =>
      parseLink(`reservoir#v=${version}&seed=1&task=data&units=10&data=${encodeURIComponent(data)}`).parameters;
    expect(link(1)).toMatchObject({ washout: 500, train: 5000, test: 2000, synchronisation: 200 });
    expect(link(2).train).toBeUndefined();
    using old = await reservoir.create(device, link(1) as ReservoirOptions);
    expect(old.task.training).toEqual([{ first: 0, washout: 500, steps: 5000 }]);
    using now = await reservoir.create(device, link(2) as ReservoirOptions);
    expect(now.task.training).toEqual([{ first: 0, washout: 500, steps: 5101 }]);
  });
});

describe("beyond the end of a series", () => {
  it("no network forecasts, nor is kept, where every one diverged", async () => {
    const options = { ...WAVES, data: series(waves(1500)), activation: "linear", spectralRadius: 3 } as const;
    using simulation = await trained({ ...options, forecast: 5 });
    expect(simulation.result().diverged.length).toBe(1);
    await expect(simulation.conclude()).rejects.toThrow(/spectralRadius 3: every network diverged/);
    await expect(simulation.safetensors()).rejects.toThrow(ParameterError);
  });

  it("a forecast is of the networks that there are", async () => {
    using simulation = await reservoir.create(device, {
      ...WAVES,
      data: series(waves(1500)),
      forecast: 5,
      reservoirs: 3,
    });
    await simulation.run(1);
    await simulation.conclude();
    expect(simulation.table().head).toEqual(["step", "value"]);
    await simulation.run(2);
    expect(simulation.table().head[0]).toBe("point"); // figures, until it is concluded again
    await simulation.conclude();
    expect(simulation.table().head).toEqual(["step", "value", "value least", "value most"]);
    expect(simulation.result().forecast!.values.length).toBe(5);
  });

  it("a forecast goes on in its units and times, after the last row", async () => {
    const [offset, unit] = [1e6, 7];
    const all = waves(1700, { offset, unit });
    const times = { name: "year", unit: "number", first: 1749, step: 0.25 } as const;
    const text = seriesText({ data: all.slice(0, 1500), shape: [1500, 1], names: ["height"], times });
    using simulation = await trained({ ...WAVES, data: text, forecast: 200, reservoirs: 3 });
    const { axis, at, names, values, least, most } = await simulation.beyond();
    expect([axis, names, at[0], at[199]]).toEqual(["year", ["height"], 1749 + 1500 / 4, 1749 + 1699 / 4]);
    const error = values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - all[1500 + i])), 0);
    expect(error / unit).toBeLessThan(0.05);
    // The control: a row too early or too late is far off.
    expect(Math.abs(values[0] - all[1499]) / unit).toBeGreaterThan(0.05);
    expect(values.every((value, i) => least![i] <= value && value <= most![i])).toBe(true);
    expect(least!.some((value, i) => value < most![i])).toBe(true);
    await simulation.conclude();
    const { head, rows } = simulation.table();
    expect(head).toEqual(["year", "height", "height least", "height most"]);
    expect(rows.length).toBe(200);
    expect(await simulation.array()).toEqual({ data: values, shape: [200, 1] });
    const picture = await simulation.picture();
    expect(picture.data.length).toBe(picture.width * picture.height);
    expect(new Set(picture.data).size).toBeGreaterThan(3);
  });

  it("a network from a file goes on with the series it learned, and with others, without a training part", async () => {
    const all = waves(2200, { offset: 2e7 });
    using first = await trained({ ...WAVES, data: series(all.slice(0, 1500)), forecast: 50 });
    const network = bytesText(await first.safetensors());
    using again = await trained({ network, data: series(all.slice(0, 1500)), forecast: 50 });
    expect(again.points.parameters).toMatchObject({ task: "data", train: 0, washout: 100, units: 60 });
    const [one, other] = [(await first.beyond()).values, (await again.beyond()).values];
    one.forEach((value, i) => {
      expect(Math.abs(other[i] - value)).toBeLessThan(1e-3);
    });
    // A month later, with new rows alone.
    using later = await trained({ network, data: series(all.slice(1900, 2100)), forecast: 50 });
    const { values, at, axis } = await later.beyond();
    expect([axis, at[0]]).toEqual(["step", 200]);
    values.forEach((value, i) => {
      expect(Math.abs(value - all[2100 + i])).toBeLessThan(0.05);
    });
    // It forecasts a series that does not move, too, which nothing could be learned from.
    using still = await trained({ network, data: series(new Float64Array(400).fill(2e7)), forecast: 5 }).catch(
      (error) => {
        throw error;
      },
    );
    expect((await still.beyond()).values.every(Number.isFinite)).toBe(true);
  });

  it("ends where it diverges, and a note says so", async () => {
    // A linear network that has learned growth from noise.
    const grows = Float64Array.from({ length: 400 }, (_, i) => 1.02 ** i * (1 + 0.001 * Math.sin(i * i)));
    const options = { units: 20, activation: "linear", ridge: 1e-8, reservoirs: 1, leakRate: 1, bias: 0 } as const;
    using simulation = await trained({ ...options, data: series(grows), forecast: 20_000 });
    await simulation.conclude();
    const { values, at, asked } = await simulation.beyond();
    expect(asked).toBe(20_000);
    expect(at.length).toBeLessThan(20_000);
    expect(values.length).toBe(at.length);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(simulation.notes().join()).toMatch(/after \d+ of 20000 steps the forecast diverges/);
  });

  it("however slowly a network forgets, it stands where the whole series leads it", async () => {
    const all = waves(1500);
    const slow = { ...WAVES, leakRate: 0.02, washout: 100, train: 1300, test: 90, horizon: 10, starts: 2, ridge: 1e-8 };
    using first = await trained({ ...slow, data: series(all), forecast: 20 });
    expect(first.estimate().nrmse.value).toBeLessThan(0.1); // 0.7 where too few rows led it there
    const network = bytesText(await first.safetensors());
    using again = await trained({ network, data: series(all), forecast: 20 });
    const [one, other] = [(await first.beyond()).values, (await again.beyond()).values];
    one.forEach((value, i) => {
      expect(Math.abs(other[i] - value)).toBeLessThan(1e-6);
    });
    const next = waves(1520).slice(1500);
    expect(Math.max(...one.slice(0, 5).map((value, i) => Math.abs(value - next[i])))).toBeLessThan(0.1);
    // Fewer rows than its warm-up do not lead it there.
    await expect(reservoir.create(device, { network, data: series(all.slice(0, 60)), forecast: 5 })).rejects.toThrow(
      /60 steps, and a warm-up of 100 .*--washout/,
    );
  });

  it("a network that is trained on has the sums of both", async () => {
    // Twice the same series with the ridge λ has the readout of once with λ/2.
    const data = series(waves(1500));
    using once = await trained({ ...WAVES, data, ridge: 1e-4 });
    const network = bytesText(await once.safetensors());
    using twice = await trained({ network, data, continue: true, washout: 100, train: 900, test: 400 });
    using half = await trained({ ...WAVES, data, ridge: 0.5e-4 });
    const [a, b, c] = [twice, half, once].map((simulation) => simulation.readout()[0]);
    const apart = (x: Float64Array, y: Float64Array) =>
      Math.sqrt(
        x.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0) / y.reduce((sum, value) => sum + value * value, 0),
      );
    expect(apart(a, b)).toBeLessThan(1e-6);
    expect(apart(a, c)).toBeGreaterThan(1e-3);
    // And once more, from the file of the second.
    using thrice = await trained({
      network: bytesText(await twice.safetensors()),
      data,
      continue: true,
      washout: 100,
      train: 900,
      test: 400,
    });
    using third = await trained({ ...WAVES, data, ridge: 1e-4 / 3 });
    expect(apart(thrice.readout()[0], third.readout()[0])).toBeLessThan(1e-6);
  });

  it.each<[string, ReservoirOptions, RegExp]>([
    ["of a system", { forecast: 5 }, /forecast 5: it goes beyond the end of a series of your own/],
    [
      "of given inputs",
      { ...WAVES, data: series(waves(3000), 2), given: 1, forecast: 5 },
      /its 1 input columns are not known/,
    ],
    ["without a network", { ...WAVES, data: series(waves(1500)), continue: true }, /there is no network to train on/],
    ["that learned nothing", { ...WAVES, data: series(waves(1500)), train: 0 }, /train 0: only a network from a file/],
  ])("nothing is made %s", async (_, options, message) => {
    await expect(reservoir.create(device, options)).rejects.toThrow(message);
    await expect(reservoir.create(device, options)).rejects.toThrow(ParameterError);
  });

  it("a network refuses columns in another order, and other times", async () => {
    const both = Float64Array.from({ length: 3000 }, (_, i) => (i % 2 === 0 ? waves(1500)[i / 2] : Math.cos(0.2 * i)));
    const times = { name: "t", unit: "month", first: 0, step: 1 } as const;
    const text = (names: string[], step = 1) =>
      seriesText({ data: both, shape: [1500, 2], names, times: { ...times, step } });
    using simulation = await trained({ ...WAVES, data: text(["x", "y"]) });
    const network = bytesText(await simulation.safetensors());
    await expect(reservoir.create(device, { network, data: text(["y", "x"]) })).rejects.toThrow(/--columns x,y/);
    await expect(reservoir.create(device, { network, data: text(["x", "y"], 3) })).rejects.toThrow(/3 month apart/);
    using same = await reservoir.create(device, { network, data: text(["x", "y"]) });
    expect(same.task.names).toEqual(["x", "y"]);
  });
});

describe("outputs that follow from given inputs", () => {
  it("are written along the test, in their own units, with the true ones", async () => {
    const rows = Array.from({ length: 900 }, (_, i) => [Math.sin(0.7 * i), 1e6 + 50 * Math.sin(0.7 * i - 1.4) ** 2]);
    const data = seriesText({ data: rows.flat(), shape: [900, 2], names: ["u", "y"] });
    using simulation = await trained({ ...WAVES, data, given: 1, train: 600, test: 150 });
    await simulation.conclude();
    const { head, rows: made } = simulation.table();
    expect(head).toEqual(["step", "y", "y true"]);
    expect(made.length).toBe(150);
    made.forEach(([step, value, truth], i) => {
      expect([step, truth]).toEqual([700 + i, expect.closeTo(rows[700 + i][1], 4)]);
      expect(Math.abs(Number(value) - rows[700 + i][1])).toBeLessThan(1);
    });
    const { data: array, shape } = await simulation.array();
    expect(shape).toEqual([150, 1]);
    expect(array[3]).toBe(made[3][1]);
    expect((await simulation.picture()).width).toBe(150);
  });
});

describe("classes of sequences", () => {
  /** Waves of two pitches with phases and lengths of their own. */
  const sequences = (order: (s: number) => number) => {
    const all = Array.from({ length: 40 }, (_, s) => {
      const fast = order(s) % 2;
      const length = 30 + ((7 * s) % 20);
      return {
        label: fast ? "fast" : "slow",
        rows: Array.from({ length }, (_, i) => Math.sin((fast ? 0.9 : 0.6) * i + s) + 0.1 * Math.sin(13 * i * (s + 1))),
      };
    });
    return seriesText({
      data: all.flatMap(({ rows }) => rows),
      shape: [all.reduce((sum, { rows }) => sum + rows.length, 0), 1],
      lengths: all.map(({ rows }) => rows.length),
      labels: all.map(({ label }) => label),
    });
  };
  const options = { units: 60, ridge: 1e-2, reservoirs: 1, leakRate: 0.5 } as const;

  it("are found, however the sequences are ordered; without a relation they are not", async () => {
    for (const order of [(s: number) => s, (s: number) => Number(s < 20)]) {
      using simulation = await trained({ ...options, data: sequences(order) });
      expect(simulation.points.parameters.task).toBe("classification");
      expect(simulation.task.classes!.spans.length).toBe(10);
      expect(simulation.estimate().accuracy.value).toBe(1);
      expect(simulation.estimate().majorityAccuracy.value).toBe(0.5);
      expect(simulation.result().confusion).toEqual({
        classes: ["fast", "slow"],
        counts: [
          [5, 0],
          [0, 5],
        ],
      });
    }
    const shuffled = sequences((s) => s).replace(
      /;l=[^:]*/,
      `;l=${Array.from({ length: 40 }, (_, s) => (s % 4 < 2 ? "a" : "b"))}`,
    );
    using chance = await trained({ ...options, data: shuffled });
    expect(chance.estimate().accuracy.value).toBeLessThan(0.9);
  });

  it("are those of a network from a file, also of sequences without a class", async () => {
    using simulation = await trained({ ...options, data: sequences((s) => s) });
    const network = bytesText(await simulation.safetensors());
    const unknown = sequences((s) => s + 1).replace(/;l=[^:]*/, "");
    using other = await trained({ network, data: unknown });
    expect(other.table().head).toEqual(["sequence", "class", "found"]);
    expect(other.table().rows.map(([, , found]) => found)).toEqual(
      Array.from({ length: 40 }, (_, s) => ((s + 1) % 2 ? "fast" : "slow")),
    );
    expect(Object.keys(other.estimate())).toEqual([]);
    using restored = await reservoir.restore(device, await simulation.checkpoint());
    expect(restored.result()).toEqual(simulation.result());
  });

  it.each<[string, ReservoirOptions, RegExp]>([
    ["without classes", { task: "classification", data: series(waves(100)) }, /no classes are known/],
    ["of one class", { data: sequences(() => 1) }, /all sequences are of the class "fast"/],
    ["of one sequence", { data: sequences((s) => Number(s === 3)) }, /one sequence is of the class "fast"/],
    [
      "shorter than the warm-up",
      { data: sequences((s) => s), washout: 40 },
      /washout 40: sequence 1 has 30 steps; take 29 or less/,
    ],
  ])("are refused %s", async (_, over, message) => {
    await expect(reservoir.create(device, { ...options, ...over })).rejects.toThrow(message);
  });
});

describe("sequences of unequal length", () => {
  it("are each learned from rest, and the last is tested", async () => {
    const lengths = [700, 450, 600];
    const data = lengths.flatMap((length, s) => Array.from(waves(length + 100 * s).slice(100 * s)));
    const text = seriesText({ data, shape: [1750, 1], lengths });
    using simulation = await trained({ task: "data", data: text, units: 60, ridge: 1e-6, reservoirs: 1, washout: 100 });
    expect(simulation.task.training).toEqual([
      { first: 0, washout: 100, steps: 599 },
      { first: 700, washout: 100, steps: 349 },
    ]);
    expect(simulation.task.testing).toEqual({ first: 1150, washout: 100, steps: 499 });
    expect(simulation.estimate().nrmse.value).toBeLessThan(0.005);
  });
});
