// Next-generation reservoirs: the features and their regression, steps against the reference to rounding, forecasts against those of
// Gauthier et al., a map that is learned exactly.

import { describe, expect, it } from "vitest";
import {
  CheckpointError,
  FileError,
  flowOf,
  type GpuDevice,
  type NgrcOptions,
  ngrc,
  ParameterError,
  type ReferenceDevice,
} from "../src/index.ts";
import { cholesky, solve } from "../src/models/cholesky.ts";
import { countMonomials, monomials, namesOf } from "../src/models/ngrc/features.ts";
import { gauthierSeries, KNOWN, looseLorenz, SETTING } from "../src/models/ngrc/gauthier.ts";
import { VERSION_1 } from "../src/models/ngrc/parameters.ts";
import { forecast } from "../src/models/ngrc/reference.ts";
import { roundingErrors } from "../src/models/ngrc/rounding.ts";
import { train } from "../src/models/ngrc/training.ts";
import { device, reference } from "./devices.ts";

const scores = async (on: GpuDevice | ReferenceDevice, options: NgrcOptions, steps: number) => {
  using simulation = await ngrc.create(on, options);
  await simulation.run(steps);
  return { ...simulation.estimate(), result: simulation.result(), digest: await simulation.digest() };
};

describe("features and weights", () => {
  it("monomials stand by degree, then as words are sorted", () => {
    expect(monomials(2, 3)).toEqual([
      ...[[], [0], [1], [0, 0], [0, 1], [1, 1]],
      ...[
        [0, 0, 0],
        [0, 0, 1],
        [0, 1, 1],
        [1, 1, 1],
      ],
    ]);
    for (const [variables, order] of [
      [6, 2],
      [3, 4],
      [10, 1],
      [1, 3],
    ]) {
      const all = monomials(variables, order);
      expect(all.length).toBe(countMonomials(variables, order));
      expect(new Set(all.map((factors) => factors.join())).size).toBe(all.length);
    }
    const names = namesOf({ dimension: 2, delays: 2, skip: 3, order: 2 });
    expect(names).toEqual("1,x1,x2,x1',x2',x1²,x1 x2,x1 x1',x1 x2',x2²,x2 x1',x2 x2',x1'²,x1' x2',x2'²".split(","));
  });

  it("Cholesky's method solves", () => {
    const [n, root] = [4, [2, 0, 0, 0, 1, 3, 0, 0, -1, 0.5, 1, 0, 0.2, -0.3, 0.1, 0.5]];
    const matrix = Float64Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return Array.from({ length: n }, (_, k) => root[i * n + k] * root[j * n + k]).reduce((a, b) => a + b);
    });
    const values = [1, -2, 3, 4].map((_, i, x) => x.reduce((sum, v, j) => sum + matrix[i * n + j] * v, 0));
    expect(cholesky(matrix, n)).toBe(-1);
    const x = Float64Array.from(values);
    solve(matrix, n, x);
    [1, -2, 3, 4].forEach((v, i) => {
      expect(x[i]).toBeCloseTo(v, 12);
    });
    expect(cholesky(Float64Array.of(1, 0, 1, 1), 2)).toBe(1);
  });

  it("the weights are where the regularised error is least", () => {
    const features = { dimension: 3, delays: 2, skip: 2, order: 1 };
    const series = flowOf("lorenz").trajectory({ steps: 60, seed: 1n });
    const [count, ridge] = [50, 3];
    const { weights, nrmse } = train(features, series, { count, ridge, deviation: 1 });
    const at = (time: number, i: number) => series[3 * time + i];
    const loss = (w: Float64Array) => {
      let sum = 0;
      for (let time = 2; time < 2 + count; time++) {
        const phi = [1, at(time, 0), at(time, 1), at(time, 2), at(time - 2, 0), at(time - 2, 1), at(time - 2, 2)];
        for (let i = 0; i < 3; i++) {
          const made = phi.reduce((total, f, m) => total + w[7 * i + m] * f, 0);
          sum += (at(time + 1, i) - at(time, i) - made) ** 2;
        }
      }
      return { error: sum, whole: sum + ridge * w.reduce((total, x) => total + x * x, 0) };
    };
    const least = loss(weights);
    expect(nrmse).toBeCloseTo(Math.sqrt(least.error / (3 * count)), 12);
    for (let m = 0; m < weights.length; m++) {
      const slope = [1e-3, -1e-3].map((by) => loss(weights.map((w, j) => (j === m ? w + by : w))).whole - least.whole);
      expect(slope[0]).toBeGreaterThan(0);
      expect(slope[1]).toBeGreaterThan(0);
      expect(Math.abs(slope[0] - slope[1])).toBeLessThan(1e-6 * (slope[0] + slope[1]) + 1e-9);
    }
  });

  it("a forecast beyond its bounds stays where it was", () => {
    const start = { dimension: 1, delays: 1, skip: 1, order: 1, weights: [0, 1], history: [[1]], bounds: [20] };
    expect(forecast(start, 6)).toEqual([[2], [4], [8], [16], [16], [16]]);
  });
});

describe("GPU and reference", () => {
  it.each<NgrcOptions>([
    { until: 2, starts: 2 },
    { delays: 1, order: 4, until: 2, starts: 2, training: 1000 },
    { delays: 3, skip: 2, scaling: "standard", ridge: 1e-4, until: 2, starts: 5, forecasts: 3 },
    { system: "lorenz96", set: "sites = 5", lyapunov: 1, training: 500, until: 2, starts: 2, ridge: 1 },
    { system: "logistic", delays: 1, training: 50, ridge: 1e-9, until: 20, starts: 2 },
  ])("%o: no step is further from the reference's than f32 explains", async (options) => {
    const worst = await roundingErrors(device, options);
    expect(worst).toBeGreaterThan(0); // and it is f32
    expect(worst).toBeLessThan(1);
  });

  it("scores agree as far as rounding errors have not grown", async () => {
    const options = { forecasts: 5, until: 1.2, starts: 12 };
    const [left, right] = [await scores(device, options, 12), await scores(reference, options, 12)];
    left.result.nrmse.forEach((value, i) => {
      expect(Math.abs(value / right.result.nrmse[i] - 1)).toBeLessThan(0.02);
    });
    expect(left.trainingNrmse).toEqual(right.trainingNrmse);
    expect(left.result.weights).toEqual(right.result.weights);
  });

  it("nothing depends on workgroups, batches, or where a run was cut", async () => {
    const options = { forecasts: 3, until: 2, seed: 9n };
    const { digest } = await scores(device, options, 10);
    for (const workgroup of [8]) {
      using first = await ngrc.create(device, { ...options, workgroup });
      await first.run(4);
      using again = await ngrc.restore(device, await first.checkpoint({ header: { a: 1 }, sections: {} }));
      expect(again.extra.header).toEqual({ a: 1 });
      await again.run(6);
      expect(await again.digest()).toBe(digest);
    }
    expect((await scores(device, { ...options, seed: 8n }, 10)).digest).not.toBe(digest);
  });

  it("the reference gives one digest in every host", async () => {
    const { digest } = await scores(reference, { until: 2, seed: 5n }, 3);
    expect(digest).toBe("sha256:bc4145576c2ffc9f08c377715f17d3e460d71b3feb16146f2d4c9fb90004e8a1");
    // And that of gibbs 0.1.0, by what its links and checkpoints mean.
    const older = await scores(reference, { ...VERSION_1, until: 2, seed: 5n }, 3);
    expect(older.digest).toBe("sha256:e40bb5335ad8ae0197a934583b02577272786110a3cbef3efea13b9b90646117");
  });

  it("a run that is aborted keeps what it has", async () => {
    using simulation = await ngrc.create(reference, { until: 1 });
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => done >= 4 && controller.abort();
    await expect(
      simulation.run(20, { signal: controller.signal, onProgress: (p) => void onProgress(p) }),
    ).rejects.toThrow();
    const { steps } = simulation;
    expect(steps).toBeGreaterThanOrEqual(4);
    expect(steps).toBeLessThan(20);
    await simulation.run(20 - steps);
    expect(await simulation.digest()).toBe((await scores(reference, { until: 1 }, 20)).digest);
  });
});

describe("what is known", () => {
  it("Gauthier's errors, of data made as theirs", async () => {
    const { nrmse, trainingNrmse } = await scores(device, { ...SETTING, own: gauthierSeries(20) }, 20);
    expect(nrmse.error).toBeLessThan(0.5 * nrmse.value);
    expect(Math.abs(nrmse.value - KNOWN.nrmse) / Math.hypot(nrmse.error, KNOWN.error)).toBeLessThan(4);
    expect(Math.abs(trainingNrmse.value / KNOWN.training - 1)).toBeLessThan(0.2);
  });

  it("of exact samples their ridge learns better and forecasts nothing; a larger one forecasts, and memory helps", async () => {
    const options = { ...VERSION_1, until: 6, forecasts: 2, starts: 40 };
    const loose = await scores(device, { ...options, ridge: SETTING.ridge }, 40);
    const good = await scores(device, options, 40);
    const none = await scores(device, { ...options, delays: 1 }, 40);
    const three = await scores(device, { ...options, delays: 3, ridge: 0.02 }, 40);
    expect(loose.trainingNrmse.value).toBeLessThan(good.trainingNrmse.value);
    expect(loose.nrmse.value).toBeGreaterThan(1);
    expect(good.nrmse.value).toBeLessThan(0.01);
    expect(good.validPredictionTime.value - 4 * good.validPredictionTime.error).toBeGreaterThan(
      none.validPredictionTime.value,
    );
    expect(three.validPredictionTime.value).toBeGreaterThan(good.validPredictionTime.value);
    expect(none.nrmse.value).toBeGreaterThan(0.05);
  });

  it("Hénon's map is of second degree, and so it is found", async () => {
    const options = { system: "henon", delays: 1, training: 100, ridge: 1e-12, until: 20, scaling: "none" } as const;
    const { validPredictionTime, result } = await scores(device, options, 20);
    const exact = [1, -1, 1, -1.4, 0, 0, 0, 0.3, -1, 0, 0, 0];
    expect(result.names).toEqual(["1", "x1", "x2", "x1²", "x1 x2", "x2²"]);
    result.weights!.flat().forEach((weight, i) => {
      expect(Math.abs(weight - exact[i])).toBeLessThan(1e-9);
    });
    expect(validPredictionTime.value).toBeGreaterThan(12);
    expect((await scores(device, { ...options, order: 1 }, 20)).validPredictionTime.value).toBeLessThan(4);
  });

  it("Gauthier's trajectory is SciPy's", () => {
    // solve_ivp(lorenz, (0, 16), START, t_eval=0.025 * arange(641), method="RK23").y at t = 5
    const scipy = [-3.4648295, -5.3154408, 15.8136535];
    looseLorenz(201)[200].forEach((x, i) => {
      expect(x).toBeCloseTo(scipy[i], 4);
    });
  });

  it("the device is right by the model's own checks", async () => {
    for (const on of [device, reference]) {
      const checks = [];
      for await (const check of ngrc.validate(on, { quick: true })) checks.push(check);
      expect(checks.filter(({ pass }) => !pass)).toEqual([]);
      expect(new Set(checks.map(({ oracle }) => oracle)).size).toBe(on.kind === "gpu" ? 3 : 2);
    }
  });
});

describe("a series of one's own", () => {
  const path = flowOf("lorenz", { dt: 0.025 }).trajectory({ steps: 1200, seed: 2n });
  const rows = Array.from({ length: 1200 }, (_, t) => Array.from(path.subarray(3 * t, 3 * t + 3)));
  const short = { lyapunov: 0.9056, dt: 0.025, until: 1 };

  it("as text, as numbers, as several series", async () => {
    const own = { data: path, shape: [1200, 3] };
    const given = await scores(reference, { ...short, own }, 2);
    const text = await scores(reference, { ...short, series: `x,y,z\n${rows.join("\n")}` }, 2);
    expect(text.digest).toBe(given.digest);
    const two = await scores(reference, { ...short, own: { data: path, shape: [2, 600, 3] } }, 2);
    expect(two.result.nrmse[0]).toBe(given.result.nrmse[0]);
    expect(two.result.nrmse[1]).not.toBe(given.result.nrmse[1]);
    expect(given.nrmse.value).toBeLessThan(0.1);
  });

  it("goes on from a checkpoint with it", async () => {
    const own = { data: path, shape: [1200, 3] };
    using first = await ngrc.create(reference, { ...short, own });
    await first.run(1);
    using again = await ngrc.restore(reference, await first.checkpoint());
    await again.run(1);
    expect(await again.digest()).toBe((await scores(reference, { ...short, own }, 2)).digest);
    await expect(again.run(1)).rejects.toThrow(/starts 1: with 2 made there is room for 2 in all/);
  });

  it("a large mean is no trouble once it is taken off", async () => {
    const own = { data: path.map((x) => 1e5 + x), shape: [1200, 3] };
    const { nrmse } = await scores(device, { ...short, own, scaling: "standard", ridge: 1e-3 }, 2);
    expect(nrmse.value).toBeLessThan(0.1);
  });
});

describe("what comes out", () => {
  it("table, array, picture and one forecast with the truth", async () => {
    using simulation = await ngrc.create(device, { until: 2 });
    await simulation.run(3);
    const { head, rows } = simulation.table();
    const { data, shape } = await simulation.array();
    const errors = ["nrmse x1", "nrmse x2", "nrmse x3"];
    expect(head).toEqual(["start", "nrmse", "validPredictionTime", "trainingNrmse", "diverged", ...errors]);
    expect(shape).toEqual([3, 7]);
    expect(rows.flatMap((row) => row.slice(1))).toEqual([...data]);
    const { truth, forecast: made, times } = await simulation.forecast(1);
    expect(times.length).toBe(simulation.plan.horizon);
    expect(Math.abs(made[0][0] - truth[0][0])).toBeLessThan(0.01);
    const picture = await simulation.picture();
    expect(picture.data.length).toBe(picture.width * picture.height);
    expect(new Set(picture.data).size).toBeGreaterThan(50);
    await expect(simulation.forecast(-1)).rejects.toThrow(/start -1/);
    await expect(simulation.set({ ridge: 1 })).rejects.toThrow(/ridge is fixed/);
  });

  it.each<[NgrcOptions, RegExp]>([
    [{ order: 5 }, /order 5: it must be at most 4/],
    [{ system: "lorentz" as "lorenz" }, /it must be one of logistic/],
    [{ set: "rho" }, /set "rho": write NAME = NUMBER/],
    [{ set: "dt = 1" }, /set dt: time between samples is a parameter/],
    [{ set: "coupling = 1" }, /lorenz: it has no coupling/],
    [{ system: "henon", dt: 2 }, /henon: it has no dt/],
    [{ system: "lorenz96", order: 4 }, /order 4: 2 × 40 numbers have 1929501 monomials; at most 2000/],
    [{ delays: 30, order: 1, ridge: 0, until: 1 }, /ridge 0: to rounding, feature \d+ of 91 follows from the others/],
    [{ own: { data: [1, 2, 3], shape: [2, 2] }, lyapunov: 1 }, /3 values of shape \(2, 2\)/],
    [{ own: { data: [1, Number.NaN], shape: [2] }, lyapunov: 1 }, /value 1 is NaN/],
    [{ own: { data: new Float64Array(500), shape: [500] } }, /column 1 is 0 in rows 1 to 402, which are learned from/],
    [
      { own: { data: [1, 2], shape: [2] } },
      /it has 2 samples, but 400 to learn from, 2 before them and one .* need 403/,
    ],
    [{ forecast: 5 }, /forecast 5: it continues beyond the end of your own series/],
  ])("%o is refused", async (options, message) => {
    const attempt = async () => {
      using simulation = await ngrc.create(device, options);
      await simulation.run(1);
    };
    await expect(attempt()).rejects.toThrow(message);
    await expect(attempt()).rejects.toThrow(ParameterError);
  });

  it("unreadable series and foreign checkpoints are refused by what they are", async () => {
    await expect(ngrc.create(reference, { series: "1\n2,3", lyapunov: 1 })).rejects.toThrow(FileError);
    await expect(ngrc.restore(reference, new Uint8Array(100))).rejects.toThrow(CheckpointError);
  });
});
