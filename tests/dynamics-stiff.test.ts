// The method of Shampine and Reichelt for stiff flows: its orders, known problems against published numbers, what it promises, and what it refuses.

import { describe, expect, it } from "vitest";
import { type Device, type DynamicsOptions, dynamics, ParameterError } from "../src/index.ts";
import { rosenbrockStep, type Stiff } from "../src/models/dynamics/reference/rosenbrock.ts";
import { trajectoryOf } from "../src/models/dynamics/reference/trajectory.ts";
import { sameBits } from "./adaptive-bits.ts";
import { device, reference } from "./devices.ts";

const create = (options: DynamicsOptions, on: Device = device) =>
  dynamics.create(on, { method: "rosenbrock23", ...options });

async function result(options: DynamicsOptions, trajectories = 1) {
  using ensemble = await create({ trajectories, ...options });
  await ensemble.run(trajectories);
  return ensemble.result();
}

/** Robertson 1966. Exponents of rates are 9 orders of magnitude apart. */
const ROBERTSON =
  "a' = -0.04*a + 1e4*b*c; b' = 0.04*a - 1e4*b*c - 3e7*b^2; c' = 3e7*b^2; a = 1; b = 0; c = 0; total := a + b + c";
const VAN_DER_POL = "x' = y; y' = 1000*(1 - x^2)*y - x; x = 2; y = 0";
/** Schäfer's eight reactions of the growth of tissue: HIRES of the Test Set for IVP Solvers (Mazzia and Magherini 2008). */
const HIRES = `a' = -1.71*a + 0.43*b + 8.32*c + 0.0007; b' = 1.71*a - 8.75*b; c' = -10.03*c + 0.43*d + 0.035*e
  d' = 8.32*b + 1.71*c - 1.12*d; e' = -1.745*e + 0.43*f + 0.43*g; f' = -280*f*h + 0.69*d + 1.71*e - 0.43*f + 0.69*g
  g' = 280*f*h - 1.81*g; h' = -280*f*h + 1.81*g; a = 1; b = 0; c = 0; d = 0; e = 0; f = 0; g = 0; h = 0.0057`;
/** Fast to the mean of both, and slowly away. */
const EXCHANGE = "a' = 1e4*(b - a) - a; b' = 1e4*(a - b) - b; a ~ normal(2, 0.3); b ~ normal(1, 0.4)";

describe("the method in f64", () => {
  const flow: Stiff = {
    at: ([x, v], t) => [v + x * x * Math.sin(t), -Math.sin(x) + Math.cos(t) - x * v],
    jacobian: ([x, v], t) => [
      [2 * x * Math.sin(t), 1],
      [-Math.cos(x) - v, -x],
    ],
    inTime: ([x], t) => [x * x * Math.cos(t), -Math.sin(t)],
  };
  const apart = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((x, i) => x - b[i]));
  /** Off after a step of h, in the state, in what the error says, and between; over several starts. */
  const ofStep = (h: number, own = flow) =>
    [0, 1, 2, 3].reduce(
      (total, k) => {
        const start = [0.3 * k - 0.5, Math.cos(2 * k)];
        let right: readonly number[] = start;
        let half = right;
        const fine = 256;
        for (let i = 0; i < fine; i++) {
          right = rosenbrockStep(flow, right, k + (i * h) / fine, h / fine).x;
          if (i === fine / 2 - 1) half = right;
        }
        const { x, error, between } = rosenbrockStep(own, start, k, h);
        const off = [apart(x, right), Math.hypot(...error), apart(between(0.5), half)];
        return total.map((sum, i) => sum + off[i]);
      },
      [0, 0, 0],
    );
  it("has steps of order 2, an error of third order, and an interpolant of order 2", () => {
    const [long, short] = [ofStep(0.02), ofStep(0.01)];
    for (const [i, off] of long.entries()) expect(Math.abs(Math.log2(off / short[i]) - 3)).toBeLessThan(0.2);
  });
  it("has its order with any matrix, as what it leaves out where a slope is infinite", () => {
    const rough: Stiff = {
      ...flow,
      jacobian: () => Array(2).fill([0.7, Number.POSITIVE_INFINITY]),
      inTime: () => [9, -9],
    };
    const [long, short] = [ofStep(0.02, rough), ofStep(0.01, rough)];
    expect(Math.abs(Math.log2(long[0] / short[0]) - 3)).toBeLessThan(0.3);
  });
  it("says of an error what it is", () => {
    // Of x' = x^2, whose error is of third order: that of the estimate is at most a few times as large, or as small.
    const square: Stiff = { at: ([x]) => [x * x], jacobian: ([x]) => [[2 * x]], inTime: () => [0] };
    const { x, error } = rosenbrockStep(square, [1], 0, 0.01);
    const off = Math.abs(x[0] - 1 / 0.99);
    expect(Math.abs(error[0]) / off).toBeGreaterThan(0.3);
    expect(Math.abs(error[0]) / off).toBeLessThan(3);
  });
  it("forgets what is infinitely fast in a step, and solves no singular equation", () => {
    const decay = (rate: number): Stiff => ({ at: ([x]) => [-rate * x], jacobian: () => [[-rate]], inTime: () => [0] });
    expect(Math.abs(rosenbrockStep(decay(1e8), [1], 0, 1).x[0])).toBeLessThan(1e-7);
    // 1 - h d J is 0, up to rounding.
    const [x] = rosenbrockStep(decay(-1), [1], 0, 2 + Math.SQRT2).x;
    expect(Math.abs(x) < 1e6).toBe(false);
  });
});

describe("errors", () => {
  it("are of order 2 in steps of one length, and in between", async () => {
    const system = "x' = v; v' = -sin(x); x = 1; v = 0";
    using fine = await dynamics.create(reference, { system, until: 4, points: 17, dt: 0.005 });
    const { data: exact } = await fine.samples(0, 1);
    const off: number[] = [];
    for (const dt of [1 / 10, 1 / 20, 1 / 40]) {
      using ensemble = await create({ system, until: 4, points: 17, dt, tolerance: 0.1 });
      const { data } = await ensemble.samples(0, 1);
      off.push(Math.max(...data.map((x, i) => Math.abs(x - exact[i]))));
    }
    for (let i = 0; i < 2; i++) expect(Math.abs(Math.log2(off[i] / off[i + 1]) - 2)).toBeLessThan(0.25);
  });
  it("follow the tolerance: x' = -1000 (x - cos t) against its closed form", async () => {
    const system = "x' = -1000*(x - cos(t)); x = 0";
    const exact = (t: number) => (1e6 * Math.cos(t) + 1e3 * Math.sin(t) - 1e6 * Math.exp(-1000 * t)) / (1e6 + 1);
    for (const tolerance of [1e-3, 1e-4, 1e-5]) {
      using ensemble = await create({ system, until: 10, points: 101, tolerance, trajectories: 1 });
      const { data } = await ensemble.samples(0, 1);
      const off = data.map((x, row) => Math.abs(x - exact(row / 10)));
      expect(Math.max(...off)).toBeLessThan(tolerance);
      await ensemble.run(1);
      // No step is longer than a thousandth where the time is in a right side; an explicit method takes 3,000 at least.
      expect(ensemble.result().steps!.accepted).toBeLessThan(tolerance > 5e-5 ? 1200 : 2500);
    }
  });
  it("of Robertson's reactions are those of published numbers, at times of all sizes", async () => {
    // Hairer and Wanner 1996, IV.10, and own runs by Radau's method in f64 at a tolerance of 1e-10.
    const right: [number, number, number, number][] = [
      [0.4, 0.985172113861, 3.386395378974e-5, 0.014794022185],
      [40, 0.715827068719, 9.185534764453e-6, 0.284163745746],
      [1e4, 0.107300428538, 4.800166972572e-7, 0.892699091454],
    ];
    for (const [until, ...exact] of right) {
      for (const tolerance of [1e-3, 1e-4, 1e-5]) {
        const { mean, steps, diverged } = await result({ system: ROBERTSON, until, points: 2, tolerance });
        for (const [i, value] of exact.entries()) {
          expect(Math.abs(mean[1][i] / value - 1)).toBeLessThan(0.3 * tolerance + 5e-6);
        }
        expect(Math.abs(mean[1][3] - 1)).toBeLessThan(1e-6);
        expect(diverged).toEqual([]);
        expect(steps!.accepted + steps!.rejected).toBeLessThan({ 0.001: 320, 0.0001: 700, 0.00001: 1800 }[tolerance]!);
      }
    }
  });
  it("of eight variables are those of published numbers: HIRES", async () => {
    const { mean, steps } = await result({ system: HIRES, until: 321.8122, points: 2 });
    const exact = [
      ...[0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4, 0.1175651343283149e-2],
      ...[0.2386356198831331e-2, 0.6238968252742796e-2, 0.2849998395185769e-2, 0.2850001604814231e-2],
    ];
    for (const [i, value] of exact.entries()) expect(Math.abs(mean[1][i] / value - 1)).toBeLessThan(1e-4);
    expect(steps!.accepted).toBeLessThan(1200);
  });
  it("of van der Pol's oscillator: its period follows the tolerance", async () => {
    // By Radau's method in f64 at tolerances of 1e-8 and 1e-10.
    const period = 1614.4011258;
    const off: number[] = [];
    for (const tolerance of [1e-3, 1e-4, 1e-5]) {
      const { section, steps } = await result({
        ...{ system: VAN_DER_POL, until: 3500, points: 2, tolerance },
        section: "x > 0",
      });
      off.push(Math.abs(section!.returnTime.value / period - 1));
      expect(steps!.accepted).toBeLessThan(10_000);
    }
    expect(off[0]).toBeLessThan(1e-3);
    expect(off[2]).toBeLessThan(6e-5);
    for (let i = 0; i < 2; i++) expect(off[i] / off[i + 1]).toBeGreaterThan(3);
  });
  it("are those of the same steps in f64", async () => {
    const system = `${ROBERTSON}; k ~ uniform(0.5, 2)`.replace("c' = 3e7*b^2", "c' = 3e7*b^2 + 0*k");
    using ensemble = await create({ system, until: 40, points: 9, tolerance: 1e-3 });
    const { data } = await ensemble.samples(0, 4);
    const { samples } = trajectoryOf(ensemble.plan, 0, 0);
    for (let row = 0; row < 9; row++) {
      for (let i = 0; i < 3; i++) {
        expect(Math.abs(data[row * 4 * 5 + i] - samples[row * 5 + i])).toBeLessThanOrEqual(
          1e-4 * Math.abs(samples[row * 5 + i]),
        );
      }
    }
    // The control: at another time it is another number.
    expect(Math.abs(data[8 * 4 * 5] - samples[7 * 5])).toBeGreaterThan(1e-3);
  });
  it("of variables of any size: units do not matter", async () => {
    const steps = [1, 1e-12, 1e12].map(async (unit) => {
      const system = `x' = 1e4*(y/${unit} - x); y' = -y + ${unit}*0.5*x; x = 0; y = ${unit}`;
      return (await result({ system, until: 10 })).steps!.accepted;
    });
    const [one, small, large] = await Promise.all(steps);
    expect([Math.abs(small - one) <= 2, Math.abs(large - one) <= 2]).toEqual([true, true]);
  });
  it.each<[string, string, number, (t: number) => number]>([
    ["the logistic equation from 1e-12", "x' = x*(1 - x); x = 1e-12", 40, (t) => 1 / (1 + (1e12 - 1) * Math.exp(-t))],
    ["a decay from 1e6 to 1e-7", "x' = -x; x = 1e6", 30, (t) => 1e6 * Math.exp(-t)],
    ["what begins at 0 without a slope", "x' = y; y' = z; z' = 1; x = 0; y = 0; z = 0", 10, (t) => t ** 3 / 6],
  ])("are relative to what is small: %s", async (_, system, until, exact) => {
    using ensemble = await create({ system, until, points: 9, tolerance: 1e-5 });
    const { data, shape } = await ensemble.samples(0, 1);
    for (let row = 1; row <= 8; row++) {
      expect(Math.abs(data[row * shape[3]] / exact((until * row) / 8) - 1)).toBeLessThan(4e-3);
    }
  });
  it.each([
    ["a stiff spring under a load", "x' = v; v' = 1e4*(1 - x - v); x = 0; v = 0"],
    ["what cancels in a fast variable", "x' = 1e6*(y - x); y' = 3 - x - 2*y + sin(x - y); x = 0; y = 5"],
  ])("at rest are rounding, which makes no step short: %s", async (_, system) => {
    for (const tolerance of [1e-6, 1e-5, 1e-4]) {
      const { mean, steps, diverged } = await result({ system, until: 200, points: 2, tolerance });
      expect(mean[1][0]).toBeCloseTo(1, 5);
      expect(diverged).toEqual([]);
      expect(steps!.accepted + steps!.rejected).toBeLessThan(1500);
    }
  });
});

describe("ensembles", () => {
  it("have the mean and the variance of their law", async () => {
    const many = 4000;
    const { mean, sd } = await result({ system: EXCHANGE, until: 1, points: 3, tolerance: 1e-4 }, many);
    for (const [row, t] of [
      [1, 0.5],
      [2, 1],
    ]) {
      const spread = Math.hypot(0.3, 0.4) / 2;
      for (let i = 0; i < 2; i++) {
        expect(Math.abs(mean[row][i] * Math.exp(t) - 1.5)).toBeLessThan((4 * spread) / Math.sqrt(many) + 1e-3);
        expect(Math.abs((sd[row][i] * Math.exp(t)) / spread - 1)).toBeLessThan(4 / Math.sqrt(2 * many) + 1e-3);
      }
    }
    // The control: without the exchange they have their own.
    expect(Math.abs(sd[0][0] / sd[0][1] - 0.75)).toBeLessThan(0.05);
  });
});

describe("the same bits", () => {
  // Every point goes from 1 to the same place, so all have one size.
  const system = "x' = k*(y - x); y' = -y; k = 1e4; x = 1; y = 1";
  sameBits(
    {
      ...{ system: `${VAN_DER_POL.replace("x = 2", "x ~ uniform(1.5, 2)")}; r := x*y`, until: 2000, points: 6 },
      ...{ tolerance: 1e-3, section: "x > 0 both", crossings: 2, method: "rosenbrock23" },
    },
    { system, until: 3, points: 3, set: "k=1e4|1e6|1e2", method: "rosenbrock23" },
    "k=1e6",
  );
});

describe("what cannot go on, and what is refused", () => {
  it("a matrix that is singular makes a step that is rejected", async () => {
    // At rest where it is unstable: the first step is 1, and 1 - d (2 + sqrt 2) is 0 in f32 for one of these numbers, or more.
    let rejections = 0;
    for (const rate of ["3.4142135", "3.4142136", "2 + sqrt(2)"]) {
      const { mean, steps, diverged } = await result({ system: `x' = (${rate})*(x - 1); x = 1`, until: 20, points: 2 });
      expect([mean[1][0], diverged]).toEqual([1, []]);
      rejections += steps!.rejected;
      expect(steps!.accepted).toBeGreaterThanOrEqual(20);
    }
    expect(rejections).toBeGreaterThan(0);
  });
  it("a slope that is infinite is left out of the matrix", async () => {
    // x = (1 - t/2)^2 is 0 at t = 2, where sqrt x has no slope; y is (t/2)^2.
    const { mean } = await result({
      system: "x' = -sqrt(abs(x)); x = 1; y' = sqrt(abs(y)) + 0*x; y = 1e-6",
      until: 1.9,
    });
    expect(Math.abs(mean[50][0] - (1 - 0.95) ** 2)).toBeLessThan(1e-3);
    const started = await result({ system: "x' = 1 - sqrt(x); x = 0", until: 1, points: 2 });
    // 2 (-s - ln(1 - s)) = t with s = sqrt x.
    const s = Math.sqrt(started.mean[1][0]);
    expect(2 * (-s - Math.log(1 - s))).toBeCloseTo(1, 3);
  });
  it("names trajectories that are infinite before the end, and goes on with the others", async () => {
    using ensemble = await create({ system: "x' = x^2; x ~ uniform(-1, 1)", until: 2, points: 3, trajectories: 100 });
    await ensemble.run(100);
    const { data } = await ensemble.samples(0, 100);
    expect(ensemble.result().diverged).toEqual([...data.subarray(0, 100).keys()].filter((i) => data[i] > 0.5));
  });
  const many = (n: number) => Array.from({ length: n }, (_, i) => `x${i}' = -1e3*x${i}; x${i} = 1`).join("; ");
  it("numbers that are drawn once and kept are no unknowns", async () => {
    const { mean } = await result({ system: `${many(8)}; w ~ uniform(1, 2)`, until: 1e-3, points: 2 }, 2);
    expect(mean[1][7]).toBeCloseTo(Math.exp(-1), 3);
    expect(mean[1][8]).toBe(mean[0][8]);
  });
  it.each<[DynamicsOptions, string, string]>([
    [{ example: "logistic" }, "method", "a map needs none"],
    [{ example: "mackey-glass" }, "method", "take rk4"],
    [{ example: "lorenz", lyapunov: 1 }, "method", "second derivatives"],
    [{ example: "lorenz", tolerance: 1e-7 }, "tolerance", "at least 0.000001"],
    [{ system: many(9), until: 1 }, "method", "at most 8 variables that change, and the system has 9"],
    [{ system: "x' = -1/x; x = 1", until: 1 }, "method", "comes to a singularity"],
    [{ system: ROBERTSON, until: 1e6, method: "tsit5" }, "method", "Take method rosenbrock23"],
    [{ system: `${many(9)}; z' = -1e10*z; z = 1`, until: 1, method: "tsit5" }, "method", "Shorten until"],
    [
      { system: "x' = -1e12*(x - y); y' = -y; x = 1; y = 1", until: 1, method: "rk4" },
      "dt",
      "Take method rosenbrock23",
    ],
    [{ example: "lorenz", method: "rk4", tolerance: 1e-5 }, "tolerance", "only tsit5 and rosenbrock23"],
  ])("%o", async (options, parameter, why) => {
    const error = await create(options).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ParameterError);
    expect([(error as ParameterError).parameter, String(error)]).toEqual([parameter, expect.stringContaining(why)]);
  });
  it("the control: what others are refused for it makes in few steps", async () => {
    const { mean, steps } = await result({ system: "x' = -1e10*(x - y); y' = -y; x = 0; y = 1", until: 1, points: 2 });
    expect(mean[1][0]).toBeCloseTo(Math.exp(-1), 3);
    expect(steps!.accepted).toBeLessThan(120);
  });
});
