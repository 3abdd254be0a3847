// Tsitouras' method, whose trajectories choose their steps: its orders, its errors, what it promises, and what it refuses.

import { describe, expect, it } from "vitest";
import { type Device, type DynamicsOptions, dynamics, ParameterError } from "../src/index.ts";
import { trajectoryOf } from "../src/models/dynamics/reference/trajectory.ts";
import { BETWEEN, ERROR, PARTS, STAGES, tsitourasStep } from "../src/models/dynamics/reference/tsitouras.ts";
import { sameBits } from "./adaptive-bits.ts";
import { device, reference } from "./devices.ts";

const create = (options: DynamicsOptions, on: Device = device) => dynamics.create(on, { method: "tsit5", ...options });

async function result(options: DynamicsOptions, trajectories: number) {
  using ensemble = await create({ ...options, trajectories });
  await ensemble.run(trajectories);
  return ensemble.result();
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, x) => total + x, 0);
const ROTATION = "x' = v; v' = -x; x = 1; v = 0";
/** x(t) = sin(t), of a right side that depends on both. */
const DRIVEN = "x' = -10*(x - sin(t)) + cos(t); x = 0";
const LORENZ =
  "x' = 10*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z; x ~ normal(0, 8); y ~ normal(0, 8); z ~ normal(25, 8)";

describe("the method in f64", () => {
  const slope = ([x, v]: readonly number[], t: number) => [v, -Math.sin(x) + Math.cos(t)];
  const apart = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((x, i) => x - b[i]));
  /** Off after a step of h, in the state, in what the error says, and between; over several starts. */
  const ofStep = (h: number) =>
    [0, 1, 2, 3, 4, 5].reduce(
      (total, k) => {
        const start = [k - 2, Math.cos(2 * k)];
        let right: readonly number[] = start;
        let half = right;
        const fine = 64;
        for (let i = 0; i < fine; i++) {
          right = tsitourasStep(slope, right, k + (i * h) / fine, h / fine).x;
          if (i === fine / 2 - 1) half = right;
        }
        const { x, error, between } = tsitourasStep(slope, start, k, h);
        const own = [apart(x, right), Math.hypot(...error), apart(between(0.5), half)];
        return total.map((sum, i) => sum + own[i]);
      },
      [0, 0, 0],
    );
  it("has steps of order 5, an error of order 4, and an interpolant of order 4", () => {
    const [long, short] = [ofStep(0.1), ofStep(0.05)];
    const orders = long.map((off, i) => Math.log2(off / short[i]));
    expect(orders[0]).toBeGreaterThan(5.5);
    expect(orders[0]).toBeLessThan(6.5);
    for (const order of orders.slice(1)) expect(Math.abs(order - 5)).toBeLessThan(0.5);
  });
  it("meets the conditions of order: sums of weights, and moments of the parts of a step", () => {
    for (const [i, weights] of STAGES.entries()) expect(sum(weights)).toBeCloseTo(PARTS[i], 14);
    expect(sum(ERROR)).toBeCloseTo(0, 14);
    const last = STAGES[6];
    for (let power = 1; power <= 4; power++) {
      expect(sum(last.map((weight, i) => weight * PARTS[i] ** power))).toBeCloseTo(1 / (power + 1), 13);
    }
    for (const u of [0.3, 0.7, 1]) {
      const weights = BETWEEN.map(([a, b, c, d]) => u * (a + u * (b + u * (c + u * d))));
      for (let power = 0; power <= 3; power++) {
        const moment = sum(weights.map((weight, i) => weight * (power === 0 ? 1 : PARTS[i] ** power)));
        expect(moment).toBeCloseTo(u ** (power + 1) / (power + 1), 12);
      }
    }
  });
  it("closes the orbit of Arenstorf, which passes by the moon", async () => {
    // Hairer, Norsett and Wanner 1993, II.0: the period is 17.0652165601579625588917206249.
    const mu = 0.012277471;
    const system = `x' = u; y' = v; u' = x + 2*v - (1 - m)*(x + m)/a^3 - m*(x - 1 + m)/b^3; v' = y - 2*u - (1 - m)*y/a^3 - m*y/b^3
      m = ${mu}; a = sqrt((x + m)^2 + y^2); b = sqrt((x - 1 + m)^2 + y^2); x = 0.994; y = 0; u = 0; v = -2.00158510637908252240537862224`;
    using orbit = await create({ system, until: 17.06521656015796, points: 2, tolerance: 1e-7 }, reference);
    const adaptive = { ...orbit.plan.adaptive!, tolerance: 1e-12 };
    const { samples, tries } = trajectoryOf({ ...orbit.plan, adaptive }, 0, 0);
    expect(samples[4]).toBeCloseTo(0.994, 4);
    expect(samples[5]).toBeCloseTo(0, 4);
    // Steps of one length would need as many as the shortest asks for.
    expect(tries!.accepted).toBeLessThan(6000);
  });
});

describe("errors", () => {
  it("follow the tolerance, down to what f32 leaves", async () => {
    const off: number[] = [];
    for (const tolerance of [1e-3, 1e-4, 1e-5, 1e-6]) {
      using ensemble = await create({ system: ROTATION, until: 60, points: 2, tolerance });
      const { data } = await ensemble.samples(0, 1);
      off.push(Math.hypot(data[2] - Math.cos(60), data[3] + Math.sin(60)));
    }
    for (let i = 0; i < 3; i++) expect(off[i] / off[i + 1]).toBeGreaterThan(5);
    // 78 and 289 steps, each off by the tolerance at most.
    expect(off[0]).toBeLessThan(78e-3);
    expect(off[3]).toBeLessThan(1e-5);
  });
  it("are those of the tolerance at every measurement, which no step waits for", async () => {
    using dense = await create({ system: ROTATION, until: 20, points: 1001, trajectories: 1 });
    const { data } = await dense.samples(0, 1);
    let worst = 0;
    for (let i = 0; i <= 1000; i++) worst = Math.max(worst, Math.abs(data[2 * i] - Math.cos(i / 50)));
    expect(worst).toBeLessThan(1e-5);
    await dense.run(1);
    expect(dense.result().steps!.accepted).toBeLessThan(200);
  });
  it("are the tolerance's for stiffness that is mild, and for the time in right sides", async () => {
    const { mean } = await result({ system: DRIVEN, until: 10, points: 6 }, 1);
    for (const [i, [x]] of mean.entries()) expect(x).toBeCloseTo(Math.sin(2 * i), 4);
  });
  it("are those of the same steps in f64", async () => {
    const options = { system: `${LORENZ}; r := sqrt(x^2 + y^2)`, until: 1, points: 9, tolerance: 1e-6 } as const;
    using ensemble = await create(options);
    const { data } = await ensemble.samples(0, 16);
    const f64 = { ...ensemble.plan, adaptive: { ...ensemble.plan.adaptive!, tolerance: 1e-11 } };
    let [own, exact] = [0, 0];
    for (let i = 0; i < 16; i++) {
      const { samples } = trajectoryOf(ensemble.plan, 0, i);
      const { samples: right } = trajectoryOf(f64, 0, i);
      for (let row = 0; row < 9; row++) {
        for (let k = 0; k < 4; k++) {
          const found = data[(row * 16 + i) * 4 + k];
          own = Math.max(own, Math.abs(found - samples[4 * row + k]));
          exact = Math.max(exact, Math.abs(found - right[4 * row + k]));
        }
      }
    }
    expect(own).toBeLessThan(2e-3);
    expect(exact).toBeLessThan(2e-3);
    // The control: another system is not met.
    expect(Math.abs(data[(8 * 16 + 3) * 4] - trajectoryOf(f64, 0, 4).samples[32])).toBeGreaterThan(2e-2);
  });
  it("of variables of any size: units do not matter", async () => {
    const steps = [1, 1e-12, 1e12].map(async (unit) => {
      const own = await result({ system: `x' = v/${unit}; v' = -${unit}*x; x = 1; v = 0`, until: 10 }, 1);
      return own.steps!.accepted;
    });
    const [one, small, large] = await Promise.all(steps);
    expect([Math.abs(small - one) <= 2, Math.abs(large - one) <= 2]).toEqual([true, true]);
  });
  it.each<[string, string, number, (t: number) => number]>([
    ["the logistic equation from 1e-12", "x' = x*(1 - x); x = 1e-12", 40, (t) => 1 / (1 + (1e12 - 1) * Math.exp(-t))],
    ["Gompertz' from 1e-30", "x' = -x*ln(x); x = 1e-30", 5, (t) => Math.exp(Math.log(1e-30) * Math.exp(-t))],
    ["a decay from 1e6 to 1e-7", "x' = -x; x = 1e6", 30, (t) => 1e6 * Math.exp(-t)],
    ["what begins at 0 without a slope", "x' = y; y' = z; z' = 1; x = 0; y = 0; z = 0", 10, (t) => t ** 3 / 6],
  ])("are relative to what is small: %s", async (_, system, until, exact) => {
    using ensemble = await create({ system, until, points: 9, trajectories: 1 });
    const found = await ensemble.samples(0, 1);
    for (let row = 1; row <= 8; row++) {
      const [x] = found.data.subarray(row * found.shape[3]);
      expect(Math.abs(x / exact((until * row) / 8) - 1)).toBeLessThan(1e-5);
    }
  });
  it.each([
    ["a spring under a load", "x' = v; v' = 1 - x - v; x = 0; v = 0"],
    ["what cancels in a fast variable", "x' = 100*(y - x); y' = 3 - x - 2*y + sin(x - y); x = 0; y = 5"],
  ])("at rest are rounding, which makes no step short: %s", async (_, system) => {
    for (const tolerance of [1e-7, 1e-6, 1e-4]) {
      const { mean, steps, diverged } = await result({ system, until: 200, points: 2, tolerance }, 1);
      expect(mean[1][0]).toBeCloseTo(1, 5);
      expect(diverged).toEqual([]);
      expect(steps!.accepted + steps!.rejected).toBeLessThan(15_000);
    }
  });
  it("take short steps where they are needed alone: a relaxation oscillator", async () => {
    const system = "x' = y; y' = 30*(1 - x^2)*y - x; x = 2; y = 0";
    using ensemble = await create({ system, until: 60, points: 121, trajectories: 1 });
    const { data } = await ensemble.samples(0, 1);
    await ensemble.run(1);
    using fine = await dynamics.create(reference, { system, until: 60, points: 121, trajectories: 1, dt: 1e-3 });
    const { data: right } = await fine.samples(0, 1);
    let worst = 0;
    // At a jump a shift in time of 1e-4 is a difference of 0.05.
    for (let i = 0; i <= 120; i++) worst = Math.max(worst, Math.abs(data[2 * i] - right[2 * i]));
    expect(worst).toBeLessThan(2e-2);
    expect(ensemble.result().steps!.accepted).toBeLessThan(30_000);
  });
});

describe("the same bits", () => {
  // Every point begins where the others do and turns on the same circle, so all have one size.
  const system = "x' = k*v; v' = -k*x; k = 1; x = 3; v = 4";
  sameBits(
    { system: LORENZ, until: 10, points: 6, lyapunov: 2, method: "tsit5" },
    { system, until: 50, points: 3, set: "k=1|20|0.01", method: "tsit5" },
    "k=20",
  );
});

describe("figures", () => {
  it("Lorenz: exponents, their sum, and identities of the mean", async () => {
    const system = `${LORENZ}; xx := x^2 - x*y; xy := x*y - 8/3*z; wrong := x*y - z`;
    using ensemble = await create({ system, until: 40, points: 2, transient: 8, lyapunov: 3, trajectories: 600 });
    await ensemble.run(600);
    const { xx, xy, wrong, lyapunov1, lyapunov2, lyapunov3 } = ensemble.estimate();
    expect(Math.abs(xx.value / xx.error!)).toBeLessThan(4);
    expect(Math.abs(xy.value / xy.error!)).toBeLessThan(4);
    expect(Math.abs(wrong.value / wrong.error!)).toBeGreaterThan(4);
    // 0.906(2): long runs in f64; over a time T exponents of a trajectory are off by about 1/T.
    expect(Math.abs(lyapunov1.value - 0.906)).toBeLessThan(4 * Math.hypot(lyapunov1.error!, 0.002));
    expect(Math.abs(lyapunov2.value)).toBeLessThan(5e-3);
    expect(lyapunov1.value + lyapunov2.value + lyapunov3.value).toBeCloseTo(-41 / 3, 3);
  });
  it("a conservative flow keeps its energy as the tolerance says", async () => {
    const { mean, sd } = await result({ example: "henon-heiles", until: 100, points: 3, tolerance: 1e-7 }, 50);
    const energy = 4;
    expect(mean[2][energy] / mean[0][energy]).toBeCloseTo(1, 4);
    expect(sd[2][energy] / sd[0][energy]).toBeCloseTo(1, 3);
  });
});

describe("what diverges, and what is refused", () => {
  it("names trajectories that are infinite before the end, and goes on with the others", async () => {
    const system = "x' = x^2; x ~ uniform(-1, 1)";
    using ensemble = await create({ system, until: 2, points: 3, trajectories: 200, tolerance: 1e-5 });
    await ensemble.run(200);
    const { diverged, mean, stuck } = ensemble.result();
    const { data } = await ensemble.samples(0, 200);
    // x = x0 / (1 - x0 t) is infinite before t = 2 from every start above 1/2.
    expect(diverged).toEqual([...data.subarray(0, 200).keys()].filter((i) => data[i] > 0.5));
    expect(diverged.length).toBeGreaterThan(20);
    const left = [...data.subarray(0, 200)].filter((x) => x < 0.5).map((x) => x / (1 - 2 * x));
    expect(mean[2][0] / (sum(left) / left.length)).toBeCloseTo(1, 2);
    expect(ensemble.notes().join()).toMatch(/\d+ of 200 trajectories diverged/);
    expect(stuck).toBeLessThanOrEqual(diverged.length);
  });
  it("tells of trajectories that come to a singularity", async () => {
    // x = sqrt(1 - 2 w t) ends at t = 1 / (2 w), where it has no slope.
    const system = "x' = -w/x; x = 1; w ~ exponential(8)";
    using ensemble = await create({ system, until: 1, points: 2, trajectories: 200, tolerance: 1e-5 });
    await ensemble.run(200);
    const { diverged } = ensemble.result();
    const { data } = await ensemble.samples(0, 200);
    const w = (i: number) => data[2 * i + 1];
    expect(diverged).toEqual([...Array(200).keys()].filter((i) => w(i) > 0.5));
    for (let i = 0; i < 200; i++) if (w(i) < 0.49) expect(data[2 * (200 + i)]).toBeCloseTo(Math.sqrt(1 - 2 * w(i)), 3);
  });
  it.each<[DynamicsOptions, string, string]>([
    [{ example: "logistic" }, "method", "a map needs none"],
    [{ example: "mackey-glass" }, "method", "take rk4"],
    [{ example: "lorenz", tolerance: 1e-9 }, "tolerance", "at least 1e-7"],
    [{ example: "lorenz", tolerance: 1 }, "tolerance", "at most 0.1"],
    [{ example: "lorenz", method: "rk4", tolerance: 1e-5 }, "tolerance", "add method tsit5"],
    [{ system: "x' = -1e10*(x - cos(t)); x = 0", until: 1 }, "method", "the flow is stiff"],
    [{ system: "x' = -1/x; x = 1", until: 1 }, "method", "comes to a singularity"],
    [{ system: "x' = exp(50*x); x = 3", until: 1 }, "system", "beyond a GPU's numbers"],
  ])("%o", async (options, parameter, why) => {
    const error = await create(options).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ParameterError);
    expect([(error as ParameterError).parameter, String(error)]).toEqual([parameter, expect.stringContaining(why)]);
  });
  it("a longest step is kept to, which meets what is short", async () => {
    // A pulse of width 0.01 at t = 3, of unit area: steps of the time alone would pass by.
    const system = "x' = exp(-((t - 3)/0.01)^2)/(0.01*sqrt(pi)); x = 0";
    const { mean } = await result({ system, until: 10, points: 2 }, 1);
    expect(mean[1][0]).toBeCloseTo(1, 3);
    const { steps } = await result({ system: ROTATION, until: 10, points: 2, dt: 2 ** -7 }, 1);
    expect(steps!.accepted).toBeGreaterThanOrEqual(1280);
    expect(steps!.accepted).toBeLessThan(1290);
  });
});
