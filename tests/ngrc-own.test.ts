// Next-generation reservoirs of a user's own series: in any unit, by column, beyond its end, and what is cut, censored, constant or lost.

import { describe, expect, it } from "vitest";
import { readNpy } from "../src/files/npy.ts";
import { readSafetensors, safetensorsMetadata } from "../src/files/safetensors.ts";
import { readSeries } from "../src/files/series.ts";
import { seriesText } from "../src/files/series-text.ts";
import {
  flowOf,
  formatLink,
  type GpuDevice,
  type NgrcOptions,
  ngrc,
  parseLink,
  type ReferenceDevice,
} from "../src/index.ts";
import { VERSION_1 } from "../src/models/ngrc/parameters.ts";
import { device, reference } from "./devices.ts";

const ROWS = 3000;
const henon = flowOf("henon").trajectory({ steps: ROWS, seed: 3n });
/** What the cases of users give: eight starts of three Lyapunov times. */
const CASE = { lyapunov: 0.419, training: 300, until: 3, starts: 8, delays: 1 } as const;

const own = (data: ArrayLike<number>, features = 2) => ({ data, shape: [data.length / features, features] });
const withColumn = (value: (row: number) => number) =>
  Float64Array.from({ length: 3 * ROWS }, (_, i) =>
    i % 3 < 2 ? henon[2 * Math.floor(i / 3) + (i % 3)] : value(Math.floor(i / 3)),
  );

async function made(on: GpuDevice | ReferenceDevice, options: NgrcOptions, steps = options.starts ?? 1) {
  using simulation = await ngrc.create(on, options);
  await simulation.run(Math.min(Number(steps), simulation.most));
  await simulation.conclude();
  return {
    ...{ estimate: simulation.estimate(), result: simulation.result(), notes: simulation.notes() },
    ...{ digest: await simulation.digest(), observables: simulation.observables, table: simulation.table() },
  };
}

describe("units", () => {
  it.each([
    ["a thousandth", 1e-3, 0],
    ["a large offset", 1, 1e5],
    ["both", 1e-3, 1e5],
    ["beyond the range of f32", 1e39, 0],
    ["below it", 1e-42, 0],
    ["the other way up", -1, 0],
  ])("%s gives the same scores", async (_, unit, offset) => {
    for (const on of [device, reference]) {
      const plain = await made(on, { ...CASE, ridge: 0.1, own: own(henon) });
      const other = await made(on, { ...CASE, ridge: 0.1, own: own(henon.map((x) => unit * x + offset)) });
      for (const name of ["nrmse", "validPredictionTime", "trainingNrmse", "nrmse x1", "nrmse x2"]) {
        expect(Math.abs(other.estimate[name].value / plain.estimate[name].value - 1)).toBeLessThan(0.02);
      }
    }
  });

  it("of a column each, and the scores are not theirs", async () => {
    const plain = await made(device, { ...CASE, own: own(henon) });
    const mixed = await made(device, { ...CASE, own: own(henon.map((x, i) => (i % 2 === 0 ? 1e6 * x : 1e-6 * x))) });
    expect(mixed.estimate.nrmse.value / plain.estimate.nrmse.value).toBeCloseTo(1, 1);
    const [x, y] = mixed.result.columns!;
    expect(x.sd / y.sd).toBeGreaterThan(1e12);
    for (const { nrmse } of [x, y]) expect(nrmse).toBeLessThan(1e-4);
    const [[, nrmse, , , , first, second]] = mixed.table.rows as number[][];
    expect(nrmse).toBeCloseTo(Math.sqrt((first ** 2 + second ** 2) / 2), 12);
  });

  it("negative control: samples as they are do depend on them, which a note says of an offset", async () => {
    const plain = await made(device, { ...CASE, scaling: "none", ridge: 0.1, own: own(henon) });
    const small = await made(device, { ...CASE, scaling: "none", ridge: 0.1, own: own(henon.map((x) => 1e-3 * x)) });
    expect(small.estimate.nrmse.value / plain.estimate.nrmse.value).toBeGreaterThan(100);
    const far = await made(device, {
      ...CASE,
      scaling: "none",
      order: 1,
      ridge: 1,
      own: own(henon.map((x) => x + 1e5)),
    });
    expect(far.notes.join()).toMatch(/column x1 lies \d+ standard deviations from 0, .* use --scaling standard/);
  });
});

describe("rows", () => {
  it("what comes behind those of a segment changes nothing of it", async () => {
    const spoiled = henon.slice();
    spoiled.fill(1e9, 2 * 309);
    const options = { ...CASE, starts: 1 };
    const [plain, other] = [own(henon), own(spoiled)].map((series) => made(reference, { ...options, own: series }));
    expect((await other).digest).toBe((await plain).digest);
  });

  it("a truth that is spoiled changes the score of that step, and no weight", async () => {
    const spoiled = henon.slice();
    spoiled[2 * 308] += 5;
    const options = { ...CASE, starts: 1 };
    const [plain, other] = await Promise.all(
      [henon, spoiled].map((data) => made(reference, { ...options, own: own(data) })),
    );
    expect(other.result.weights).toEqual(plain.result.weights);
    expect(other.result.columns![1]).toEqual(plain.result.columns![1]);
  });
});

describe("constant columns", () => {
  it.each([5, 0, 0.1, 1e6, -1 / 3])("%d is refused by name, with the remedy", async (value) => {
    const series = {
      ...own(
        withColumn(() => value),
        3,
      ),
      names: ["x", "y", "c"],
    };
    await expect(made(reference, { ...CASE, own: series })).rejects.toThrow(
      /^series: column 3 \(c\) is \S+ in rows 1 to 301, which are learned from; leave it out, as by --columns/,
    );
  });

  it("so is one that changes later, and one that is constant but for rounding", async () => {
    const step = withColumn((row) => (row < 2500 ? 0 : 1));
    await expect(made(reference, { ...CASE, own: own(step, 3) })).rejects.toThrow(/column 3 is 0 in rows 1 to 301/);
    const noise = withColumn((row) => 0.1 + (row % 2) * 2 ** -56);
    await expect(made(reference, { ...CASE, own: own(noise, 3) })).rejects.toThrow(/column 3 is 0\.1 in rows/);
  });

  it("one that moves a little is learned", async () => {
    const slight = withColumn((row) => 1e6 + 1e-3 * henon[2 * ((row + 7) % ROWS)]);
    const { estimate } = await made(device, { ...CASE, own: own(slight, 3) });
    expect(estimate["nrmse x1"].value).toBeLessThan(1e-3);
  });
});

describe("without an exponent", () => {
  it("times are in steps, and forecasts as long as fit", async () => {
    const { notes, result, observables } = await made(device, { training: 300, delays: 1, own: own(henon) }, 3);
    expect(observables.validPredictionTime.unit).toBe("steps");
    expect(result.horizon).toBe(200);
    expect(result.lyapunov).toBeUndefined();
    expect(result.validPredictionTime.every((steps) => Number.isInteger(steps) && steps > 10)).toBe(true);
    expect(notes[0]).toMatch(/no Lyapunov exponent is known, so times are in steps; forecasts are 200 steps long/);
    const idle = await made(device, { training: 300, delays: 1, until: 3, own: own(henon) }, 1);
    expect(idle.notes[0]).toMatch(/--until 3 is in Lyapunov times, and idle/);
    const short = await made(device, { training: 300, delays: 1, own: own(henon.slice(0, 800)) }, 1);
    expect(short.result.horizon).toBe(99);
  });

  it("a horizon is cut to what fits, and so are forecasts and starts; each is said", async () => {
    const { notes, result } = await made(reference, { ...CASE, horizon: 5000, own: own(henon) }, 1);
    expect(result.horizon).toBe(2699);
    expect(notes[0]).toMatch(/forecasts are 2699 steps long, not 5000: of 3000 samples no more follow the 301/);
    const many = await made(reference, { ...CASE, forecasts: 500, starts: 1000, own: own(henon) }, 1);
    expect(many.notes[0]).toMatch(/337 forecasts a segment, not 500: 2699 samples hold no more of 8 steps/);
    expect(many.notes[1]).toMatch(/337 forecasts, not 1000: the series has room for 1 segment of 2997 samples/);
  });

  it("steps of a run are those that fit", () => {
    const series = seriesText(own(henon));
    const { steps, parameters } = ngrc;
    expect(steps(parameters.parse({ ...CASE, series, starts: 100 }))).toBe(9);
    expect(steps(parameters.parse({ ...CASE, series }))).toBe(8);
  });
});

describe("censored and lost", () => {
  it("forecasts that are valid to their end are counted, and the median says so", async () => {
    const { result, notes } = await made(device, { ...CASE, own: own(henon) });
    expect(result.censored).toEqual({ forecasts: 8, of: 8, horizon: 8 });
    expect(notes.join()).toMatch(
      /8 of 8 forecasts are valid to their end, after 8 steps: .* the median is at least 3\.352 Lyap/,
    );
    const longer = await made(device, { ...CASE, until: 30, own: own(henon) });
    expect(longer.result.censored.forecasts).toBe(0);
    expect(longer.notes.join()).not.toMatch(/valid to their end/);
  });

  it("forecasts that diverge are told, on every device", async () => {
    // A cubic of a few samples of noise: it has nothing to learn, and runs away.
    const noise = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i * 1.7) * 3);
    const options = { delays: 3, order: 4, ridge: 1e-9, training: 60, horizon: 100, own: own(noise, 1) };
    for (const on of [device, reference]) {
      const { result, notes, table } = await made(on, options, 2);
      expect(result.diverged).toBe(2);
      expect(notes.join()).toMatch(/2 of 2 forecasts diverged beyond 1024 times .* raise --ridge/);
      expect(table.rows.every(([, nrmse, , , lost]) => Number.isFinite(nrmse) && Number(lost) >= 0)).toBe(true);
      const growth = own(
        Float64Array.from({ length: 300 }, (_, i) => 1.05 ** i),
        1,
      );
      const grows = { delays: 1, order: 1, training: 60, horizon: 10, own: growth } as const;
      const { result: cut, notes: said, table: told } = await made(on, { ...grows, forecast: 400 }, 1);
      expect(said.join()).toMatch(/after 1\d\d of 400 steps the forecast diverges, and ends there/);
      expect(told.rows.length).toBe(cut.forecast!.values.length);
      expect(told.rows.length).toBeLessThan(200);
      expect(told.rows.flat().every((value) => Number.isFinite(value))).toBe(true);
      const near = await made(on, { ...grows, forecast: 60 }, 1);
      expect(near.notes.join()).toMatch(
        /from step 1\d on the forecast is far from all that it was learned from: value is/,
      );
    }
  });

  it("a fixed point is no loss", async () => {
    const decay = Float64Array.from({ length: 900 }, (_, i) => 2 + 0.8 ** i);
    const { result, notes } = await made(
      device,
      { delays: 1, order: 1, training: 30, horizon: 200, own: own(decay, 1) },
      1,
    );
    expect(result.diverged).toBe(0);
    expect(notes.join()).not.toMatch(/diverged/);
  });
});

describe("beyond the end", () => {
  const known = 2000;
  const times = { name: "date", unit: "month" as const, first: 12 * 1749, step: 1 };
  const series = { ...own(henon.map((x) => 1e4 + 100 * x).slice(0, 2 * known)), names: ["x", "y"], times };

  it("what follows is what truly follows, in the series' own units and times", async () => {
    const { result, table } = await made(device, { ...CASE, ridge: 1e-8, forecast: 8, own: series });
    const { axis, at, names, values } = result.forecast!;
    expect({ axis, names, first: at[0], last: at[7] }).toEqual({
      ...{ axis: "date", names: ["x", "y"], first: "1915-09", last: "1916-04" },
    });
    values.forEach((row, step) => {
      row.forEach((value, i) => {
        expect(Math.abs(value - (1e4 + 100 * henon[2 * (known + step) + i]))).toBeLessThan(0.1);
      });
    });
    expect(table.head).toEqual(["date", "x", "y"]);
    expect(table.rows[0]).toEqual(["1915-09", ...values[0]]);
  });

  it("without times steps are counted on; several sequences end with the last", async () => {
    const { names: _, times: __, ...plain } = series;
    const { result } = await made(reference, { ...CASE, forecast: 3, own: plain });
    expect(result.forecast).toMatchObject({ axis: "step", at: [2000, 2001, 2002], names: ["column 1", "column 2"] });
    const parts = { data: plain.data, shape: [known, 2], lengths: [500, 900, 600] };
    const last = await made(reference, { ...CASE, forecast: 3, own: parts });
    expect(last.result.forecast!.at).toEqual([600, 601, 602]);
    expect(last.result.forecast!.values).toEqual(result.forecast!.values);
    const short = { data: plain.data, shape: [known, 2], lengths: [1800, 200] };
    await expect(made(reference, { ...CASE, forecast: 3, own: short })).rejects.toThrow(
      /forecast: the last sequence has 200 samples, and training needs 301/,
    );
  });

  it("is array, picture and table of the run", async () => {
    using simulation = await ngrc.create(device, { ...CASE, forecast: 40, own: series });
    await simulation.run(1);
    const { data, shape } = await simulation.array();
    expect(shape).toEqual([40, 2]);
    expect(Array.from(data)).toEqual(simulation.result().forecast!.values.flat());
    const picture = await simulation.picture();
    expect(picture.data.length).toBe(picture.width * picture.height);
    expect([0, 80, 255].every((shade) => picture.data.includes(shade))).toBe(true);
  });
});

describe("weights", () => {
  it("as CSV, .npy and safetensors: with names and scales they make the next step", async () => {
    const series = { ...own(henon.map((x) => 5 + 2 * x)), names: ["x", "y"] };
    using simulation = await ngrc.create(reference, { ...CASE, ridge: 1e-10, own: series });
    await simulation.run(1);
    const rows = new TextDecoder()
      .decode(await simulation.output(".weights.csv"))
      .trimEnd()
      .split("\n");
    const table = Object.fromEntries(rows.map((row) => [row.split(",")[0], row.split(",").slice(1)]));
    expect(rows.map((row) => row.split(",")[0])).toEqual(["monomial", "mean", "sd", "1", "x", "y", "x²", "x y", "y²"]);
    const of = (name: string, i: number) => Number(table[name][i]);
    const [x, y] = [0, 1].map((i) => (series.data[i] - of("mean", i)) / of("sd", i));
    const values: Record<string, number> = { 1: 1, x, y, "x²": x * x, "x y": x * y, "y²": y * y };
    const next = x + Object.entries(values).reduce((sum, [name, value]) => sum + value * of(name, 0), 0);
    expect(of("mean", 0) + of("sd", 0) * next).toBeCloseTo(series.data[2], 6);

    const { data, shape } = readNpy(await simulation.output(".weights.npy"));
    expect(shape).toEqual([2, 6]);
    expect(Array.from(data)).toEqual(simulation.result().weights!.flat());
    const bytes = await simulation.output(".safetensors");
    for (const i of [0, 1]) expect(readSafetensors(bytes).mean.exact![i]).toBe(of("mean", i));
    expect(JSON.parse(safetensorsMetadata(bytes).monomials)).toEqual(["1", "x", "y", "x²", "x y", "y²"]);
  });
});

describe("texts, links and checkpoints", () => {
  const rows = Array.from({ length: 700 }, (_, i) => `${henon[2 * i]},${henon[2 * i + 1]}`);

  it("a file, its text and its numbers are one series", async () => {
    const options = { ...CASE, starts: 1 };
    const csv = `x,y\n${rows.join("\n")}`;
    const file = seriesText(readSeries("a.csv", new TextEncoder().encode(csv)));
    const [numbers, text, packed] = await Promise.all(
      [{ own: own(henon.slice(0, 1400)) }, { series: csv }, { series: file }].map((series) =>
        made(reference, { ...options, ...series }),
      ),
    );
    expect(text.digest).toBe(numbers.digest);
    expect(packed.digest).toBe(numbers.digest);
    expect(packed.result.names).toEqual(["1", "x", "y", "x²", "x y", "y²"]);
  });

  it("a link of gibbs 0.1.0 means what it meant: text with an index, too", () => {
    const text = ["a,b", ...rows.slice(0, 20)].join("\n");
    const old = parseLink(`ngrc#v=1&seed=4&series=${encodeURIComponent(text)}&lyapunov=1`);
    expect(old.parameters).toMatchObject(VERSION_1);
    expect(parseLink(formatLink(old), "ngrc").parameters).toMatchObject(VERSION_1);
    expect(parseLink("ngrc#v=2&seed=4").parameters).toEqual({});
    expect(parseLink("ngrc#v=1&ridge=3").parameters).toMatchObject({ ...VERSION_1, ridge: 3 });
  });

  it("what was read as data in 0.1.0 is data in its runs", async () => {
    const text = ["i,x,y", ...rows.map((row, i) => `${i},${row}`)].join("\n");
    const options = { lyapunov: 0.419, training: 300, until: 3, delays: 1, starts: 1, series: text };
    const old = await made(reference, { ...options, ...VERSION_1 });
    expect(old.result.weights!.length).toBe(3);
    const now = await made(reference, options);
    expect(now.result.weights!.length).toBe(2);
    expect(now.notes[0]).toMatch(/column 1 \(i\) numbers the rows/);
  });

  it("a checkpoint goes on, one with a forecast as well", async () => {
    const options = { ...CASE, forecast: 4, series: seriesText({ ...own(henon), names: ["x", "y"] }) };
    const whole = await made(device, options);
    using first = await ngrc.create(device, options);
    await first.run(3);
    using again = await ngrc.restore(device, await first.checkpoint());
    await again.run(5);
    await again.conclude();
    expect(await again.digest()).toBe(whole.digest);
    expect(again.result()).toEqual(whole.result);
  });
});
