// Flows with delays: exact solutions, the past, the bits of a trajectory in any company, and what is refused.

import { describe, expect, it } from "vitest";
import { type Device, type DynamicsOptions, dynamics } from "../src/index.ts";
import { device, reference } from "./devices.ts";

async function ensembleOf(options: DynamicsOptions, on: Device = device) {
  const { trajectories = 1 } = options;
  using ensemble = await dynamics.create(on, { ...options, trajectories });
  await ensemble.run(Number(trajectories));
  return { ...ensemble.result(), digest: await ensemble.digest(), notes: ensemble.notes() };
}

/** x' = -x(t - lag), x = 1 from t = 0 on, by the method of steps: a polynomial more for each lag; before t = 0 it was 1, or 0. */
function steps(t: number, lag: number, before: 0 | 1): number {
  let [sum, term] = [1, 1];
  for (let k = 1; t - (k - before) * lag > 0; k++) {
    term = (-1) ** k;
    for (let i = 1; i <= k; i++) term *= (t - (k - before) * lag) / i;
    sum += term;
  }
  return sum;
}

describe("x' = -x(t - lag)", () => {
  it.each([
    ["a whole number of steps", 1, 2e-6],
    ["longer than what is measured", 12, 2e-6],
    ["far longer", 1e7, 2e-6],
    // A step goes over the time at which x'' jumps.
    ["no whole number of steps", 1 / Math.SQRT2, 1e-4],
  ])("is the exact polynomial, lag %s", async (_, lag, bound) => {
    const system = `x' = -x(t - lag); x = 1; lag = ${lag}`;
    const { times, mean, stepError, notes } = await ensembleOf({ system, until: 8, points: 33 });
    for (const [row, t] of times.entries())
      expect(Math.abs(mean[row][0] - steps(t, lag, 1)), `t = ${t}`).toBeLessThan(bound);
    expect(stepError).toBeLessThan(bound);
    expect(notes).toEqual([]);
  });

  it("where it jumps at t = 0", async () => {
    const system = "before 0: x = 0; x' = -x(t - 1); x = 1";
    const { times, mean } = await ensembleOf({ system, until: 8, points: 33 });
    for (const [row, t] of times.entries())
      expect(Math.abs(mean[row][0] - steps(t, 1, 0)), `t = ${t}`).toBeLessThan(2e-6);
    // The control: another past is another solution.
    expect(Math.abs(steps(3, 1, 0) - steps(3, 1, 1))).toBeGreaterThan(0.1);
  });

  it("where it jumps, and the lag is no whole number of steps: the error is told", async () => {
    const lag = 1 / Math.SQRT2;
    const system = `before 0: x = 0; x' = -x(t - ${lag}); x = 1`;
    const { times, mean, dt, stepError } = await ensembleOf({ system, until: 8, points: 33 });
    const off = Math.max(...times.map((t, row) => Math.abs(mean[row][0] - steps(t, lag, 0))));
    expect(stepError!).toBeGreaterThan(off / 10);
    expect(off).toBeLessThan(dt!);
  });

  it("in a sweep of lags, each by its own", async () => {
    const { points, times } = await ensembleOf({
      system: "x' = -x(t - lag); x = 1; lag = 1",
      set: "lag=0.5:1.5:11",
      until: 6,
      points: 13,
    });
    expect(points).toHaveLength(11);
    for (const { set, mean } of points!) {
      for (const [row, t] of times.entries()) {
        expect(Math.abs(mean[row][0] - steps(t, set.lag, 1)), `lag ${set.lag}, t = ${t}`).toBeLessThan(1e-5);
      }
    }
  });

  it("converges with order 4", async () => {
    const errors: number[] = [];
    for (const dt of [1, 1 / 2, 1 / 4]) {
      const system =
        "before 0: x = sin(t); x' = -0.3*x(t - 4); y' = x(t - 4) - y/4; before 0: y = 0; z' = -x(t - 2)*y(t - 6); z = 0";
      const { mean } = await ensembleOf({ system, until: 32, points: 2, dt });
      const right = await ensembleOf({ system, until: 32, points: 2, dt: 1 / 32 });
      errors.push(Math.hypot(...mean[1].map((value, i) => value - right.mean[1][i])));
    }
    const orders = errors.slice(1).map((error, i) => Math.log2(errors[i] / error));
    for (const order of orders) expect(order).toBeGreaterThan(3.5);
    for (const order of orders) expect(order).toBeLessThan(5);
  });
});

describe("the past", () => {
  it("is an expression of the time, and the start where it ends", async () => {
    // x = sin t solves it, from its past on.
    const { times, mean } = await ensembleOf({
      system: "before 0: x = sin(t); x' = -x(t - pi/2)",
      until: 40,
      points: 41,
    });
    for (const [row, t] of times.entries()) expect(Math.abs(mean[row][0] - Math.sin(t))).toBeLessThan(5e-6);
  });

  it("has numbers that a trajectory draws", async () => {
    const system = "a ~ normal(0, 1); before 0: x = a*sin(t); x = 0; x' = -x(t - pi/2); ratio := x/a";
    const { mean, sd, variables } = await ensembleOf({ system, until: 10, points: 3, trajectories: 200 });
    const at = variables.indexOf("ratio");
    expect(mean[2][at]).toBeCloseTo(Math.sin(10), 5);
    expect(sd[2][at]).toBeLessThan(1e-5);
    expect(sd[2][0]).toBeGreaterThan(0.3); // trajectories differ
  });

  it("is the drawn start where nothing else is said", async () => {
    const system = "x' = -x(t - 1); x ~ normal(0, 1); start' = 0; start ~ normal(0, 1); y' = x(t - 5)";
    await expect(ensembleOf({ system })).rejects.toThrow("y has no start");
    const own = "x' = 0; x ~ normal(3, 1); y' = x(t - 5) - x; y = 0";
    const { mean, sd } = await ensembleOf({ system: own, until: 4, points: 2, trajectories: 100 });
    expect([mean[1][1], sd[1][1]]).toEqual([0, 0]);
  });

  it("is measured by an output, also before the first step", async () => {
    const { mean } = await ensembleOf({
      system: "x' = 1; before 0: x = t; x = 0; lagged := x(t - 0.75); other := x(t - 3.3)",
      ...{ until: 6, points: 25 },
    });
    for (const [row, [x, lagged, other]] of mean.entries()) {
      expect(x).toBeCloseTo(row / 4, 5);
      expect(lagged).toBeCloseTo(row / 4 - 0.75, 5);
      expect(other).toBeCloseTo(row / 4 - 3.3, 5);
    }
  });
});

describe("a trajectory with a past", () => {
  const SYSTEM =
    "x' = 0.2*x(t - tau)/(1 + x(t - tau)^10) - 0.1*x; tau = 17; x ~ uniform(0.5, 1.5); y' = x(t - 3) - y; y = 1; d := y(t - tau/2)";
  const RUN = { system: SYSTEM, until: 120, points: 13 };

  it("is that of the reference", async () => {
    const [own, right] = [device, reference].map((on) => ensembleOf({ ...RUN, trajectories: 8 }, on));
    const [a, b] = [await own, await right];
    for (const [row, numbers] of a.mean.entries()) {
      for (const [i, value] of numbers.entries()) expect(Math.abs(value - b.mean[row][i])).toBeLessThan(2e-4);
    }
  });

  it("has the same bits alone, in any workgroup, and in a sweep", async () => {
    const options = { ...RUN, seed: 7n };
    using ensemble = await dynamics.create(device, options);
    const { data, shape } = await ensemble.samples(0, 70);
    const numbers = (all: Float32Array, count: number, k: number) =>
      Array.from(
        { length: shape[0] * shape[3] },
        (_, i) => all[(Math.floor(i / shape[3]) * count + k) * shape[3] + (i % shape[3])],
      );
    const alone = await ensemble.samples(37, 1);
    expect(numbers(alone.data, 1, 0)).toEqual(numbers(data, 70, 37));
    using small = await dynamics.create(device, { ...options, workgroup: 16 });
    expect((await small.samples(0, 70)).data).toEqual(data);
    // The sweep's steps are those of 17 alone.
    using sweep = await dynamics.create(device, { ...options, dt: 0.1, set: "tau=17|16" });
    using single = await dynamics.create(device, { ...options, dt: 0.1, set: "tau=17" });
    const [many, one] = [(await sweep.samples(0, 5)).data, (await single.samples(0, 5)).data];
    const first = Array.from({ length: shape[0] }, (_, row) => [...many.subarray(row * 2 * 15, row * 2 * 15 + 15)]);
    expect(sweep.plan.measured.h).toBe(single.plan.measured.h);
    expect(first.flat()).toEqual([...one]);
  });

  it("goes on from a checkpoint", async () => {
    using whole = await dynamics.create(device, { ...RUN, trajectories: 200 });
    await whole.run(200);
    using half = await dynamics.create(device, { ...RUN, trajectories: 200 });
    await half.run(77);
    using again = await dynamics.restore(device, await half.checkpoint());
    await again.run(123);
    expect(await again.digest()).toBe(await whole.digest());
  });
});

describe("an ensemble", () => {
  it("has the same bits whatever the number of trajectories, odd as well", async () => {
    const options = { system: "x' = -2*x(t - 1)*exp(-x^2); x ~ normal(0, 1)", until: 2000, points: 2, dt: 1 / 16 };
    using ensemble = await dynamics.create(device, options);
    const most = 4098;
    const { data } = await ensemble.samples(0, most);
    for (const count of [most - 1, most - 3, 3]) {
      const other = await ensemble.samples(0, count);
      expect([...other.data.subarray(count)], `${count}`).toEqual([...data.subarray(most, most + count)]);
    }
  });

  it("says what steps are off by where only delayed values are fast, in few trajectories", async () => {
    const system = (fast: number) =>
      `u ~ uniform(0, 1); w ~ uniform(1, 2); before 0: x = sin(if(u > 0.99, ${fast}, 1)*w*t); x = 0; x' = -x; y' = x(t - 10); y = 0`;
    const run = { until: 10, points: 2, trajectories: 2000 };
    const [calm, fast] = [
      await ensembleOf({ system: system(1), ...run }),
      await ensembleOf({ system: system(40), ...run }),
    ];
    expect(calm.stepError).toBeLessThan(1e-6);
    expect(fast.dt).toBe(calm.dt); // the pilot has seen none of them
    expect(fast.stepError).toBeGreaterThan(1e-4);
    expect(fast.notes.join()).toContain("A step of");
  });
});

describe("Mackey and Glass", () => {
  // Means over time of long runs in f64, from dynamics of 8 × 2e5 units of time: see docs/models/dynamics.md.
  it.each([
    [17, 0.93017],
    [30, 0.8959],
  ])("tau = %d: the mean over time is %d", async (tau, right) => {
    // The integral of x over the last 1,500 units of time, and not x at some times.
    const system = `x' = 0.2*x(t - ${tau})/(1 + x(t - ${tau})^10) - 0.1*x; x ~ uniform(0.5, 1.5); s' = if(t > 500, x/1500, 0); s = 0`;
    const { mean, sd } = await ensembleOf({ system, until: 2000, points: 2, dt: 0.25, trajectories: 200 });
    const error = Math.hypot(sd[1][1] / Math.sqrt(200), 3e-4);
    expect(Math.abs(mean[1][1] - right) / error).toBeLessThan(4);
    // The control: the other delay's mean is far off.
    expect(Math.abs(mean[1][1] - (tau === 17 ? 0.8959 : 0.93017)) / error).toBeGreaterThan(10);
  });
});

describe("a transient", () => {
  it("is a whole number of steps of the same length, though it is written with few digits", async () => {
    // A third, to ten digits: it is 1e-10 off from a whole number of steps.
    const system = "x' = -x(t - 1); x = 1";
    using ensemble = await dynamics.create(device, {
      system,
      transient: 3.3333333333,
      until: 13.3333333333,
      points: 7,
    });
    const { transient, measured } = ensemble.plan;
    expect(transient.steps % 2).toBe(0);
    expect(Math.abs(transient.h / measured.h - 1)).toBeLessThan(1e-9);
    const { times, mean } = await ensembleOf({ system, transient: 3.3333333333, until: 13.3333333333, points: 7 });
    for (const [row, t] of times.entries()) expect(Math.abs(mean[row][0] - steps(t, 1, 1))).toBeLessThan(1e-4);
  });

  it("a variable may be called before", async () => {
    const { mean } = await ensembleOf({ system: "before' = -before; before = 1", until: 1, points: 2 });
    expect(mean[1][0]).toBeCloseTo(Math.exp(-1), 6);
  });
});

describe("what is refused", () => {
  it.each([
    ["x' = -x(1 - t); x = 1", "x(t - LAG)"],
    ["x' = r x(1 - x); x = 1; r = 1", "one too many"],
    ["x' = r*x(1 - x); x = 1; r = 1", "x(…) is no function"],
    ["x' = -x(t - y); x = 1; y' = 0; y = 1", "a lag follows from parameters alone"],
    ["x' = -x(t - t); x = 1", "x(t - LAG)"],
    ["x' = -x(t - 0); x = 1", "the lag is 0; it must be above 0"],
    ["x' = -x(t + 1); x = 1", "the lag is -1"],
    ["x' = -x(t - T); x = 1", "T has no value"],
    ["x' = -a(t - 1); x = 1; a = 3", "a is no variable"],
    ["x' = -e(t - 1); x = 1; e = x^2", "e is no variable"],
    ["x' = -w(t - 1); x = 1; w ~ normal(0, 1)", "w does not change"],
    ["x -> x(t - 1); x = 1", "a map has no lags"],
    ["before 0: x = x; x' = -x(t - 1); x = 1", "and not from what variables are"],
    ["before 0: y = 1; x' = -x(t - 1); x = 1", "y is no variable"],
    ["before 0: x = 1; x' = -x; x = 1", "nothing asks for the past of x"],
    ["before 0: x = 1; before 0: x = 2; x' = -x(t - 1)", "x has a past already"],
    ["before 1: x = 1; x' = -x(t - 1)", "before 0: x = cos(t)"],
    ["before 0: x = q; x' = -x(t - 1); x = 1", "q has no value"],
    ["x' = -x(t - 1); x = x(t - 1)", "a past changes"],
  ])("%s", async (system, why) => {
    await expect(ensembleOf({ system })).rejects.toThrow(why);
  });

  it.each([
    [{ dt: 2 }, "at most the shortest lag, 1"],
    [{ lyapunov: 1 }, "exponents of systems with delays"],
    [{ transient: Math.SQRT2, until: 10, points: 11 }, "a multiple of a step"],
    [{ set: "lag=1e30" }, "longer than 1073741824 steps"],
    [{ until: 1e9, set: "lag=1e-6" }, "dt"],
    [{ set: "lag=0:1:3" }, "the lag is 0"],
  ])("%o", async (options, why) => {
    await expect(ensembleOf({ system: "x' = -x(t - lag); x = 1; lag = 1", ...options })).rejects.toThrow(why);
  });
});
