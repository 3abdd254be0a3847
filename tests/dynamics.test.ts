// Dynamical systems from text: the language, the arithmetic, the methods, and figures that are known.

import { beforeEach, describe, expect, it } from "vitest";
import { derivative } from "../src/expression/derivative.ts";
import { evaluate } from "../src/expression/expression.ts";
import { parseExpression } from "../src/expression/parse.ts";
import {
  type Device,
  type DynamicsOptions,
  DynamicsSimulation,
  dynamics,
  ParameterError,
  systemTexts,
} from "../src/index.ts";
import { decodeCheckpoint } from "../src/models/checkpoint.ts";
import { trajectoryOf } from "../src/models/dynamics/reference/trajectory.ts";
import { cellOfNumber, Tally } from "../src/models/dynamics/tally.ts";
import { parseSystem } from "../src/models/dynamics/text.ts";
import { device, reference, skipSlow } from "./devices.ts";
import { numbersOf } from "./trajectories.ts";

const create = (options: DynamicsOptions, on: Device = device) => dynamics.create(on, options);

async function result(options: DynamicsOptions, trajectories: number, on?: Device) {
  using ensemble = await create({ ...options, trajectories }, on);
  await ensemble.run(trajectories);
  return ensemble.result();
}

const lorenz96 = (sites: number, force: number) =>
  Array.from({ length: sites }, (_, i) => {
    const at = (shift: number) => `x${(i + shift + sites) % sites}`;
    return `x${i}' = (${at(1)} - ${at(-2)})*${at(-1)} - x${i} + ${force}; x${i} ~ normal(${force / 4}, 1)`;
  }).join("; ");

describe("the language", () => {
  it.each([
    ["x = 1", "changes nothing"],
    ["x' = -x", 'x has no start; add "x = VALUE"'],
    ["x' = -x; x -> 2*x; x = 1", "not both"],
    ["x' = -k*x; x = 1", "k has no value"],
    ["x' = -x; x' = x; x = 1", "has a right side already"],
    ["x' = -x; x = 1; x = 2", "has a value already"],
    ["x' = -x; x = t", "t changes"],
    ["x' = -x; x = y; y ~ normal(0, 1)", "y changes"],
    ["x' = -x; x ~ gamma(1, 2)", "gamma is no law of a start"],
    ["x' = -x; x ~ normal(0)", "normal"],
    ["x' = -x; x ~ 3", "behind ~ stands a law"],
    ["x' = -x + normal(0, 1); x = 1", "drawn at the start alone"],
    ["x' = a; a = b + x; b = a; x = 1", "follows from itself"],
    ["x' = -a; a = b; b = a; x = 1", "follows from itself"],
    ["x' = choose(x, 2); x = 1", "there is no function choose"],
    ["A -> B @ 1", "looks like a reaction"],
    ["t' = 1; t = 0", "t is the time"],
    ["pi = 3; x' = pi; x = 0", "pi is a number already"],
    ["x[i]' = -x[i]; x = 1", "no units"],
    ["when x > 1: x = 0; x' = 1; x = 0", "no events"],
    ["x'{0.8} = -x; x = 1", "derivatives are whole"],
    ["before 0: x = 1", "the system changes nothing"],
    ["x' = -x; x = 1/0", "x is Infinity at the start"],
    ["x' = -x; x = 1e39", "other units"],
    ["x' = -x; x ~ uniform(1, 0)", "below its least"],
    ["x' = -x; x ~ exponential(0)", "must be above 0"],
    ["x' = (-x; x = 1", '")" is missing'],
    ["x' = -x; x = 1; r := r + 1", "follows from itself"],
    [`x' = ${"(".repeat(300)}x${")".repeat(300)}; x = 1`, "nested too deeply"],
  ])("%s", async (system, why) => {
    const error = await create({ system }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ParameterError);
    expect([(error as ParameterError).parameter, String(error)]).toEqual(["system", expect.stringContaining(why)]);
  });

  it.each<[DynamicsOptions, string, string]>([
    [{ example: "lorenz", system: "x' = 1; x = 0" }, "system", "give one of them"],
    [{ example: "lorenz", transient: 60 }, "transient", "less than until, 50"],
    [{ example: "lorenz", lyapunov: 4 }, "lyapunov", "3 exponents"],
    [{ example: "lorenz", dt: 1e-9, until: 1e3 }, "dt", "4294967295 are the most"],
    [{ example: "lorenz", set: "q=1" }, "set", "no such parameter or start; it has s, r, b, x, y, z"],
    [{ example: "logistic", until: 10.5 }, "until", "a whole one"],
    [{ example: "logistic", until: 10, points: 4 }, "points", "take 3"],
    [{ example: "logistic", dt: 0.1 }, "dt", "a step of a map is 1"],
    [{ system: "x' = -1e10*(x - cos(t)); x = 0", until: 1 }, "dt", "stiff"],
  ])("%o", async (options, parameter, why) => {
    const error = await create(options).catch((error: unknown) => error);
    expect([(error as ParameterError).parameter, String(error)]).toEqual([parameter, expect.stringContaining(why)]);
  });

  it("takes every named system, and a parameter set replaces a start that is drawn", async () => {
    for (const { system } of Object.values(systemTexts))
      expect(parseSystem(system).variables.length).toBeGreaterThan(0);
    using ensemble = await create({ example: "logistic", set: "x=0.25", until: 1, points: 2 });
    expect([...(await ensemble.samples(0, 2)).data]).toEqual([0.25, 0.25, 0.75, 0.75]);
  });

  it("orders parameters by what they follow from, and measures what a trajectory draws once", async () => {
    const system = "a = 2*b; b = 3; x' = a + w - 6; x = 0; w ~ uniform(0, 1); twice := 2*w";
    const { variables, mean, sd } = await result({ system, until: 2, points: 2 }, 4000);
    expect(variables).toEqual(["x", "w", "twice"]);
    const [x, w, twice] = mean[1];
    expect(x).toBeCloseTo(2 * w, 5);
    expect(twice).toBeCloseTo(2 * w, 5);
    expect(Math.abs(w - 0.5) / (Math.sqrt(1 / 12) / Math.sqrt(4000))).toBeLessThan(4);
    expect(sd[1][1]).toBeCloseTo(Math.sqrt(1 / 12), 1);
  });
});

describe("derivatives", () => {
  const point = { x: 0.7, y: -0.4, a: 1.3 };
  it.each([
    "x^3*y - a/x + 2",
    "exp(-x^2)*sin(3*y) + cos(x*y)",
    "ln(2 + x)^0.5/(1 + y^2)",
    "(1 + x^2)^(y + a)",
    "if(x > y, tanh(x), sinh(y)) + max(x, y, x*y) + min(x, a)",
    "abs(y)*sqrt(1 + x) + tan(x) + cosh(x)",
    "asin(x/2) + acos(y) + atan(x - y)",
    "floor(x) - (x - y)*(-x)",
    "x*y*x*y*x",
  ])("%s", (text) => {
    const f = parseExpression(text);
    for (const name of ["x", "y"] as const) {
      const at = (shift: number) => evaluate(f, (each) => point[each as "x"] + (each === name ? shift : 0));
      const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
      const found = evaluate(derivative(f, name), (each) => point[each as "x"]);
      expect(Math.abs(found - slope)).toBeLessThan(1e-7 * Math.max(1, Math.abs(slope)));
    }
  });
});

describe("the same bits", () => {
  const options = { example: "coupled-rossler", until: 20, points: 5, lyapunov: 2 } as const;
  const few = { ...options, trajectories: 40 };

  it("of a trajectory alone, in a batch, in a sweep, and in workgroups of any size", async () => {
    using all = await create(few);
    const batch = await all.samples(0, 37);
    for (const trajectory of [0, 17, 36]) {
      using alone = await create({ ...few, workgroup: 1 });
      expect(numbersOf(await alone.samples(trajectory, 1), 0)).toEqual(numbersOf(batch, trajectory));
    }
    using swept = await create({ ...few, set: "g=0.1|0.035|0.2", dt: all.plan.measured.h });
    expect(numbersOf(await swept.samples(17, 1), 0, 1)).toEqual(numbersOf(batch, 17));
  });

  it("of all figures, whether trajectories are made in one go or one by one", async () => {
    using one = await create(few);
    using many = await create({ ...few, workgroup: 32 });
    await one.run(40);
    for (const steps of [1, 5, 13, 21]) await many.run(steps);
    expect(await many.digest()).toBe(await one.digest());
    expect(many.result()).toEqual(one.result());
  });
});

describe("sums", () => {
  const numbers = [1e-30, -3.5, 1e20, 7, -1e20, 2 ** -140, 0.1, 0, 3e38, -3e38, 1e-12];

  it("are exact for numbers of any size, in any order, and survive squares beyond f32", async () => {
    const tally = new Tally(1);
    const cells = numbers.map((x) => cellOfNumber(x, 0));
    for (const order of [cells, [...cells].reverse()]) {
      for (const cell of order) tally.add({ count: 1, cells: [cell], worst: 0, diverged: [] });
    }
    const { n, mean } = tally.moments(0);
    expect([n, mean * n]).toEqual([22, expect.closeTo(2 * (-3.5 + 7 + Math.fround(0.1)), 6)]);
  });

  it("of the GPU are those, for starts of sizes from 1e-18 to 1e18 and of both signs", async () => {
    const system = "x' = 0; y' = 0; z' = 0; x ~ cauchy(3, 1e-18); y ~ normal(1e18, 1e12); z ~ cauchy(0, 1e9)";
    using ensemble = await create({ system, until: 1, points: 2, dt: 1 });
    await ensemble.run(3000);
    const { data } = await ensemble.samples(0, 3000);
    const { mean, sd } = ensemble.result();
    for (let i = 0; i < 3; i++) {
      const tally = new Tally(1);
      tally.centres[0] = data[i];
      for (let k = 0; k < 3000; k++) {
        tally.add({ count: 1, cells: [cellOfNumber(data[k * 3 + i], tally.centres[0])], worst: 0, diverged: [] });
      }
      const right = tally.moments(0);
      expect(mean[0][i] / right.mean).toBeCloseTo(1, 12);
      if (right.sd > 0) expect(sd[0][i] / right.sd).toBeCloseTo(1, 6);
    }
  });

  it("keep a small spread around a large mean", async () => {
    const { mean, sd } = await result({ system: "x' = 0; x ~ normal(1000, 0.01)", until: 1, points: 2 }, 20_000);
    expect(mean[1][0]).toBeCloseTo(1000, 3);
    expect(sd[1][0]).toBeCloseTo(0.01, 3);
  });

  it("leave out trajectories that diverge, and name them", async () => {
    const system = "x' = x^2; x ~ uniform(-1, 1)";
    using ensemble = await create({ system, until: 2, points: 3, dt: 0.001, trajectories: 200 });
    await ensemble.run(200);
    const { diverged, mean } = ensemble.result();
    const { data } = await ensemble.samples(0, 200);
    // x = x0 / (1 - x0 t) is infinite before t = 2 from every start above 1/2.
    const expected = [...data.subarray(0, 200).keys()].filter((i) => data[i] > 0.5);
    expect(diverged).toEqual(expected);
    const left = [...data.subarray(0, 200)].filter((x) => x < 0.5).map((x) => x / (1 - 2 * x));
    const right = left.reduce((sum, x) => sum + x, 0) / left.length;
    expect(mean[2][0] / right).toBeCloseTo(1, 2);
    expect(ensemble.notes().join()).toMatch(/\d+ of 200 trajectories diverged \(the first: \d+\)/);
  });

  it("have a number at the first time, and every time that was asked for", async () => {
    const { times, mean } = await result({ system: "x' = 1; x = 5", until: 15, points: 16, dt: 4 }, 2);
    expect(times).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(mean.map(([x]) => x)).toEqual(times.map((t) => 5 + t));
    const short = await result({ system: "x' = -100*x; x = 1", until: 0.01, points: 2, dt: 0.1 }, 2);
    expect(short.times).toEqual([0, 0.01]);
  });
});

describe("methods", () => {
  beforeEach(({ skip }) => skipSlow(skip));
  it("Runge and Kutta's has order 4", async () => {
    const off: number[] = [];
    for (const dt of [0.25, 0.125]) {
      using ensemble = await create({ system: "x' = v; v' = -sin(x) + cos(t); x = 1; v = 0", until: 4, points: 2, dt });
      using fine = await create(
        { system: "x' = v; v' = -sin(x) + cos(t); x = 1; v = 0", until: 4, points: 2, dt: 0.001 },
        reference,
      );
      off.push(Math.abs((await ensemble.samples(0, 1)).data[2] - (await fine.samples(0, 1)).data[2]));
    }
    expect(Math.log2(off[0] / off[1])).toBeGreaterThan(3.5);
    expect(Math.log2(off[0] / off[1])).toBeLessThan(4.7);
  });

  it("the clock does not stand still: 1e6 steps of 0.01 are 1e4", async () => {
    const { mean } = await result({ system: "x' = 1; x = 0", until: 1e4, points: 2, dt: 0.01 }, 1);
    expect(mean[1][0]).toBeCloseTo(1e4, 2);
  });

  it("a step that is too long is told of, and the one that is chosen is not", async () => {
    using long = await create({ example: "lorenz", dt: 0.1, until: 5 });
    expect(long.notes().join()).toMatch(/A step of 0\.1 is off by up to/);
    using own = await create({ example: "lorenz", until: 5 });
    expect(own.notes()).toEqual([]);
    expect(own.plan.pilot!.error).toBeLessThan(1e-7);
  });

  it("variables of any size and start get the same step: units do not matter", async () => {
    const steps = [1, 1e-12, 1e12].map(async (unit) => {
      const system = `x' = v/${unit}; v' = -${unit}*x; x = 1; v = 0`;
      using ensemble = await create({ system, until: 10 });
      return ensemble.plan.measured.h;
    });
    const [one, small, large] = await Promise.all(steps);
    expect([small / one, large / one]).toEqual([expect.closeTo(1, 6), expect.closeTo(1, 6)]);
  });

  it("maps keep 48 bits, where 24 lose a doubling map in as many steps", async () => {
    const spread = async (precision: "auto" | "single") =>
      (await result({ example: "doubling", until: 30, points: 2, precision }, 500)).sd[1][0];
    expect(await spread("auto")).toBeCloseTo(Math.sqrt(1 / 12), 1);
    expect(await spread("single")).toBeLessThan(0.05);
  });
});

describe("functions have the digits of f32", () => {
  beforeEach(({ skip }) => skipSlow(skip));
  it.each([
    ["exp(x)", -80, 80],
    ["ln(x)", 1e-20, 3],
    ["ln(1 + x)", 0, 1e6],
    ["sin(x)", -7, 7],
    ["cos(x)", -7, 7],
    ["tan(x)", -1.5, 1.5],
    ["asin(x)", -1, 1],
    ["acos(x)", -1, 1],
    ["atan(x)", -30, 30],
    ["sinh(x)", -1e-3, 1e-3],
    ["sinh(x)", -80, 80],
    ["cosh(x)", -80, 80],
    ["tanh(x)", -1e-3, 1e-3],
    ["tanh(x)", -9, 9],
    ["x^2.5", 0, 100],
    ["x^(-0.5) + x^0.5", 0.1, 100],
    ["x^n - x^(-m)", -3, -0.5],
    ["x^17/1e6", -3, 3],
  ])("%s from %f to %f", async (text, from, to) => {
    const system = `x' = 0; x ~ uniform(${from}, ${to}); n = 3; m = 2; f := ${text}`;
    using ensemble = await create({ system, until: 1, points: 2, dt: 1 });
    const { data } = await ensemble.samples(0, 500);
    const f = parseExpression(text);
    let worst = 0;
    for (let i = 0; i < 500; i++) {
      const x = data[2 * i];
      const at = (value: number) => evaluate(f, (name) => ({ x: value, n: 3, m: 2 })[name]!);
      // What a digit of x makes of it belongs to the argument.
      const allowed =
        Math.abs(at(x * (1 + 2e-7)) - at(x)) + 4e-7 * Math.abs(at(x)) + (/sin\(|cos\(|tan\(/.test(text) ? 1e-7 : 0);
      worst = Math.max(worst, Math.abs(data[2 * i + 1] - at(x)) / Math.max(allowed, 1e-38));
    }
    expect(worst).toBeLessThan(1.5);
  });

  it("and of 48 bits an integer power does, wherever the exponent comes from", async () => {
    const exponents = await Promise.all(
      ["x^2", "x^p", "1/x^(-p)"].map(async (square) => {
        const system = `x -> 1 - 2*${square}; p = 2; x ~ uniform(-1, 1)`;
        return (await result({ system, until: 2000, points: 2, lyapunov: 1 }, 200)).exponents![0];
      }),
    );
    for (const { value, error } of exponents) expect(Math.abs(value - Math.LN2) / error).toBeLessThan(4);
  });
});

describe("what would be a wrong number", () => {
  beforeEach(({ skip }) => skipSlow(skip));
  const noteOf = async (options: DynamicsOptions, trajectories = 20) => {
    using ensemble = await create(options);
    await ensemble.run(trajectories);
    return { notes: ensemble.notes().join(" "), ...ensemble.result() };
  };
  const rotation = "x' = v; v' = -x; x = 1; v = 0";

  it("a variable of another size changes no step of the others", async () => {
    const [alone, other, constant] = await Promise.all(
      ["", "; N' = -0.1*N; N = 1e9", "; K' = 0; K ~ normal(1e9, 1)"].map((more) =>
        result({ system: rotation + more, until: 50, points: 2 }, 2),
      ),
    );
    for (const { dt, mean } of [other, constant]) {
      expect(dt! / alone.dt!).toBeCloseTo(1, 2);
      expect(mean[1][0]).toBeCloseTo(Math.cos(50), 4);
    }
  });

  it("the error of a step is that of the whole, and is told where it is large, alone or added up", async () => {
    const { stepError, notes } = await noteOf({ system: rotation, until: 50, dt: 0.2 });
    expect(stepError! / (0.2 ** 5 / 120)).toBeCloseTo(1, 1);
    expect(notes).toBe("");
    expect((await noteOf({ system: rotation, until: 2000, dt: 0.4, points: 2 })).notes).toMatch(
      /Errors of steps may add up/,
    );
    const long = await result({ system: rotation, until: 3000, points: 2 }, 2);
    expect(Math.hypot(long.mean[1][0] - Math.cos(3000), long.mean[1][1] + Math.sin(3000))).toBeLessThan(3e-3);
  });

  it("a pulse in time is met, and a jump", async () => {
    const pulse = "th' = A*exp(-((t - 50)/0.5)^2); A = sqrt(pi)/0.5; th = 0.001";
    expect((await result({ system: pulse, until: 100, points: 2 }, 2)).mean[1][0]).toBeCloseTo(Math.PI + 0.001, 4);
    const jump = "x' = if(t > 20.3 and t < 21.3, 1, 0); x = 0; y' = -y/1000; y = 1";
    expect((await result({ system: jump, until: 50, points: 6 }, 2)).mean[5][0]).toBeCloseTo(1, 2);
  });

  it("a kick that the pilot does not come to is told of", async () => {
    const late = "x' = v; v' = -x + 200*exp(-((t - 900)/0.01)^2); x = 1; v ~ normal(0, 0.001)";
    expect((await noteOf({ system: late, until: 1000, points: 2, dt: 0.1 })).notes).toMatch(
      /A step of 0\.1 is off by up to/,
    );
  });

  it("a corner of a sweep that is faster than the rest has the step", async () => {
    const system = "x' = v; v' = -k/m*x; x = 1; v = 0; k = 1; m = 1";
    const { points } = await result({ system, set: "m=0.1:1:4, k=1:1000:4", until: 5, points: 2 }, 1);
    for (const { set, mean } of points!) {
      expect(mean[1][0]).toBeCloseTo(Math.cos(5 * Math.sqrt(set.k / set.m)), 2);
    }
  });

  it.each([
    ["x' = u; u' = -g*x/r^3; r = sqrt(x^2); g = 1.327e20; x = 1e13; u = 0", "beyond a GPU's numbers"],
    ["y' = ln(1 + exp(b)); b' = 1; y = 0; b = 0", "beyond a GPU's numbers"],
    ["x' = 1e42*y^2; y' = 0; x = 1; y = 1e-21", "beyond a GPU's numbers"],
    ["x' = x; x = 1e-50", "need other units"],
    ["time' = 1; time = 0", "give it another name"],
    ["__proto__' = 1; __proto__ = 1", "give it another name"],
  ])("%s is refused", async (system, why) => {
    await expect(create({ system, until: 200 })).rejects.toThrow(why);
  });

  it("a sum of 150 terms is read, and parentheses too deep for a GPU are refused as those of the system", async () => {
    const terms = Array.from({ length: 150 }, (_, k) => (k % 3 === 0 ? `- ${k % 7}*x*1e-3` : `+ ${k % 7}*y*1e-3`)).join(
      " ",
    );
    const system = `x' = 0.5*y ${terms}; y' = -x; x = 1; y = 0`;
    const [own, exact] = await Promise.all([
      result({ system, until: 2, points: 2 }, 1),
      result({ system, until: 2, points: 2 }, 1, reference),
    ]);
    expect(own.mean[1][0]).toBeCloseTo(exact.mean[1][0], 5);
    const deep = `x' = ${"(1 - y/".repeat(110)}2${")".repeat(110)} - x; y' = 0; x = 1; y = 3`;
    await expect(create({ system: deep })).rejects.toMatchObject({ parameter: "system" });
  });

  it("a square that underflows where nothing is lost is none", async () => {
    const system = "x' = -x + y^2; y' = 0; x = 1; y = 1e-21; z := sqrt(x^2 + y^2)";
    const { mean } = await result({ system, until: 3, points: 2 }, 1);
    expect(mean[1][0]).toBeCloseTo(Math.exp(-3), 6);
    expect(mean[1][2]).toBeCloseTo(Math.exp(-3), 6);
  });

  it("a start that is set beyond the numbers is refused in words", async () => {
    await expect(create({ system: rotation, set: "x=1e39" })).rejects.toThrow(/x is 1e\+39; numbers beyond/);
  });

  it("a step that blows up is not the system's fault alone", async () => {
    expect((await noteOf({ system: "x' = -100*x; x = 1", until: 10, dt: 0.1 })).notes).toMatch(
      /A step of 0\.1 is off.*diverged/,
    );
  });

  it("min and max hide no number that is none, and outputs without one are counted", async () => {
    const { diverged } = await result(
      { system: "x -> x + 1; x = 0; y -> max(0, ln(x - 5)); y = 0", until: 5, points: 2 },
      2,
    );
    expect(diverged).toEqual([0, 1]);
    const half = await noteOf({ system: "x' = 0; x ~ normal(0, 1); r := ln(x)", until: 1, points: 2, dt: 1 }, 1000);
    expect(half.notes).toMatch(/r is no number in \d+ of 1000 trajectories/);
    expect(half.diverged).toEqual([]);
  });

  it("outputs of maps have 48 bits, and so has their time", async () => {
    const { mean } = await result(
      { system: "x -> x + 1; x = 2^40; d := x - 2^40; c := t - 2*floor(t/2)", until: 1001, points: 2 },
      2,
    );
    expect(mean[1].slice(1)).toEqual([1001, 1]);
    const late = await result({ system: "x -> t - 2*floor(t/2); x = 0", until: 2 ** 25, points: 2 }, 1);
    expect(late.mean[1][0]).toBe(1);
  });

  it.each<[string, DynamicsOptions, (number | null)[]]>([
    ["a superstable orbit", { system: "x -> r*x*(1 - x); r = 1 + sqrt(5); x = 0.5", lyapunov: 1 }, [null]],
    [
      "a map that cannot be reversed",
      { system: "x -> 3.9*x*(1 - x); y -> x; x ~ uniform(0, 1); y = 0", lyapunov: 2 },
      [0.495833, null],
    ],
    [
      "what shrinks by 1e-10 a step",
      {
        system: "x -> 2*x - floor(2*x); y -> 1e-10*y + x; x ~ uniform(0, 1); y = 0",
        until: 40,
        points: 2,
        lyapunov: 2,
      },
      [Math.LN2, null],
    ],
    [
      "factors of 1e25",
      { system: "x -> 1e25*x - floor(1e25*x); x ~ uniform(0, 1)", until: 40, points: 2, lyapunov: 1 },
      [Math.log(1e25)],
    ],
    [
      "factors of 1e-30",
      { system: "x -> 1e-30*x + 1; x ~ uniform(0, 1)", until: 40, points: 2, lyapunov: 1 },
      [Math.log(1e-30)],
    ],
  ])("exponents of %s", async (_, options, known) => {
    const { exponents, notes } = await noteOf(options, 100);
    for (const [j, value] of known.entries()) {
      if (value === null) expect(exponents![j].value).toBeNaN();
      else expect(Math.abs(exponents![j].value - value)).toBeLessThan(2e-3 * Math.max(1, Math.abs(value)));
    }
    expect(/have no exponent/.test(notes)).toBe(known.includes(null));
  });

  it("a part of a map's right side beyond the numbers is refused, and units of its variables change no exponent", async () => {
    await expect(create({ system: "x -> 1e25*x/(1 + x^3); x = 1e13" })).rejects.toThrow(/beyond a GPU's numbers/);
    const unit = "x -> 1 - 1.4*x^2 + y/1e7; y -> 0.3e7*x; x ~ uniform(-0.1, 0.1); y ~ uniform(-1e6, 1e6)";
    const { exponents, notes } = await noteOf({ system: unit, lyapunov: 2 }, 200);
    expect(notes).toBe("");
    expect(Math.abs(exponents![0].value - 0.419269) / Math.hypot(exponents![0].error, 6e-5)).toBeLessThan(4);
    expect(exponents![0].value + exponents![1].value).toBeCloseTo(Math.log(0.3), 5);
  });

  it("a step whose slopes are no number is told of, and a checkpoint holds it", async () => {
    using blown = await create({ system: "x' = -1e30*x^3; x ~ uniform(0, 1e-3)", until: 1, points: 2, dt: 0.5 });
    await blown.run(20);
    using again = await dynamics.restore(device, await blown.checkpoint());
    expect(again.notes()).toEqual(blown.notes());
    expect(blown.notes().join()).toMatch(/A step of 0\.5 is off by up to 1 /);
  });

  it("exponents of variables of very different sizes vanish where they should", async () => {
    const { exponents } = await result(
      { system: "x' = v; v' = -1e12*x; x = 1; v = 0", until: 1e-3, points: 2, lyapunov: 2 },
      20,
    );
    for (const { value } of exponents!) expect(Math.abs(value)).toBeLessThan(300);
    expect(Math.abs(exponents![0].value + exponents![1].value)).toBeLessThan(1);
  });
});

/** Figures with errors and sources: exact, or of long runs in f64. */
const EXPONENTS: [string, DynamicsOptions, (number | undefined)[], number][] = [
  ["logistic map, r = 4: ln 2", { example: "logistic", lyapunov: 1 }, [Math.LN2], 0],
  ["period 2 at r = 3.2: ln|4 + 2r - r^2|/2", { example: "logistic", set: "r=3.2", lyapunov: 1 }, [-0.91629073], 1e-5],
  ["period 4 at r = 3.5", { example: "logistic", set: "r=3.5", lyapunov: 1 }, [-0.87250735], 1e-5],
  ["r = 3.6", { example: "logistic", set: "r=3.6", lyapunov: 1 }, [0.183394], 3e-5],
  ["r = 3.7", { example: "logistic", set: "r=3.7", lyapunov: 1 }, [0.354996], 5e-5],
  ["r = 3.8", { example: "logistic", set: "r=3.8", lyapunov: 1 }, [0.432145], 5e-5],
  ["r = 3.9", { example: "logistic", set: "r=3.9", lyapunov: 1 }, [0.495833], 6e-5],
  ["r = 3.99", { example: "logistic", set: "r=3.99", lyapunov: 1 }, [0.639755], 4e-5],
  [
    "r = 3.83, within the window of period 3",
    { example: "logistic", set: "r=3.83", until: 4000, lyapunov: 1 },
    [-0.36967],
    2e-4,
  ],
  ["Hénon", { example: "henon", lyapunov: 2 }, [0.419269, Math.log(0.3) - 0.419269], 6e-5],
  ["Lorenz", { example: "lorenz", until: 200, trajectories: 200, lyapunov: 3 }, [0.9062, 0, -14.5726], 0.002],
  ["Rössler", { example: "rossler", until: 4000, trajectories: 100, lyapunov: 3 }, [0.0722, 0, -5.3939], 0.0012],
  [
    "Ueda's oscillator",
    { example: "duffing", until: 600, trajectories: 300, lyapunov: 3 },
    [0.10328, 0, -0.15328],
    5e-4,
  ],
  ["standard map, K = 5", { example: "standard", set: "K=5", lyapunov: 1 }, [0.97443], 4e-4],
  ["standard map, K = 10", { example: "standard", set: "K=10", lyapunov: 2 }, [1.61965, -1.61965], 2e-4],
  ["standard map, K = 20", { example: "standard", set: "K=20", lyapunov: 1 }, [2.30542], 2e-4],
  ["2x mod 1: ln 2", { example: "doubling", until: 25, points: 2, lyapunov: 1 }, [Math.LN2], 1e-6],
];

describe("Lyapunov exponents within four errors of figures in f64", () => {
  beforeEach(({ skip }) => skipSlow(skip));
  it.each(EXPONENTS)("%s", async (_, options, known, error) => {
    const { exponents } = await result(options, Number(options.trajectories ?? 400));
    for (const [j, value] of known.entries()) {
      const found = exponents![j];
      const spread = Math.hypot(found.error, error, 2e-6);
      expect(Math.abs(found.value - value!) / spread).toBeLessThan(4);
    }
  });

  it("sum to the mean divergence, whatever their number of steps", async () => {
    const sums = [
      [{ example: "lorenz", lyapunov: 3 } as const, -41 / 3, 1e-3],
      [{ example: "duffing", lyapunov: 3, until: 200 } as const, -0.05, 1e-4],
      [{ example: "henon", lyapunov: 2 } as const, Math.log(0.3), 1e-5],
      [{ example: "henon-heiles", lyapunov: 4 } as const, 0, 1e-4],
    ] as const;
    for (const [options, value, within] of sums) {
      const { exponents } = await result(options, 50);
      const sum = exponents!.reduce((total, one) => total + one.value, 0);
      expect(Math.abs(sum - value)).toBeLessThan(within);
    }
  });

  it("of some are the first of all", async () => {
    const [one, all] = [
      await result({ example: "lorenz", lyapunov: 1 }, 64),
      await result({ example: "lorenz", lyapunov: 3 }, 64),
    ];
    expect(one.exponents![0]).toEqual(all.exponents![0]);
  });

  it("of 40 sites of Lorenz 96", async () => {
    const options = { system: lorenz96(40, 8), until: 100, transient: 20, points: 2, lyapunov: 1, dt: 0.0125 };
    const [{ value, error }] = (await result(options, 64)).exponents!;
    expect(Math.abs(value - 1.6888) / Math.hypot(error, 0.0013)).toBeLessThan(4);
  });

  it("transverse to two coupled logistic maps vanish at a coupling of (1 - 1/2)/2", async () => {
    const system =
      "d -> (1 - 2*e)*4*(1 - 2*x)*d; x -> 4*x*(1 - x); x ~ uniform(0, 1); d = 0; e = 0.25; f := ln(abs((1 - 2*e)*4*(1 - 2*x)))";
    const { mean, sd } = await result({ system, until: 20, points: 2 }, 20_000);
    expect(Math.abs(mean[1][2]) / (sd[1][2] / Math.sqrt(20_000))).toBeLessThan(4);
  });
});

describe("identities of stationary ensembles, by their own errors", () => {
  beforeEach(({ skip }) => skipSlow(skip));
  const stationary = async (system: string, until: number, options: DynamicsOptions = {}) => {
    const { mean, sd, variables, trajectories } = await result({ system, until, points: 2, ...options }, 20_000);
    return (name: string) => {
      const i = variables.indexOf(name);
      return mean[1][i] / (sd[1][i] / Math.sqrt(trajectories));
    };
  };
  const lorenz = (b = "b") =>
    `x' = s*(y - x); y' = x*(r - z) - y; z' = x*y - b*z; s = 10; r = 28; b = 8/3; x ~ normal(0, 8); y ~ normal(0, 8); z ~ normal(25, 8); one := x^2 - x*y; two := x*y - ${b}*z; three := y^2 + b*z^2 - r*x*y`;

  it("Lorenz: <xx> = <xy> = b <z>, <yy> + b <zz> = r <xy>, <x> = 0; and a wrong coefficient fails", async () => {
    const z = await stationary(lorenz(), 20, { dt: 0.01 });
    for (const name of ["one", "two", "three", "x"]) expect(Math.abs(z(name))).toBeLessThan(4);
    const wrong = await stationary(lorenz("3.3"), 20, { dt: 0.01 });
    expect(Math.abs(wrong("two"))).toBeGreaterThan(4);
  });

  it("Lorenz 96: <xx> = F <x>", async () => {
    const z = await stationary(`${lorenz96(12, 8)}; one := x3^2 - 8*x3`, 15, { dt: 0.0125 });
    expect(Math.abs(z("one"))).toBeLessThan(4);
  });

  it("logistic map at r = 4: mean 1/2, variance 1/8", async () => {
    const { mean, sd } = await result({ example: "logistic", until: 50, points: 2 }, 20_000);
    expect(Math.abs(mean[1][0] - 0.5) / Math.sqrt(1 / 8 / 20_000)).toBeLessThan(4);
    expect(Math.abs(sd[1][0] ** 2 - 1 / 8)).toBeLessThan((4 * Math.sqrt(1 / 8 ** 2 / 2)) / Math.sqrt(20_000));
  });

  it("standard map: diffusion of p at K = 10 over 200 steps", async () => {
    const system =
      "p -> p + K*sin(x); x -> x + p + K*sin(x) - 2*pi*floor((x + p + K*sin(x))/(2*pi)); K = 10; p = 0; x ~ uniform(0, 2*pi); D := p^2/400";
    const { mean, sd } = await result({ system, until: 200, points: 2 }, 20_000);
    expect(Math.abs(mean[1][2] - 16.272) / Math.hypot(sd[1][2] / Math.sqrt(20_000), 0.051)).toBeLessThan(4);
  });
});

describe("period doubling", () => {
  beforeEach(({ skip }) => skipSlow(skip));
  // Where period 2^k loses its stability the exponent comes back to 0, between two superstable points.
  it("finds r_1 to r_5, and Feigenbaum's delta, to a per cent", async () => {
    const exact = [3, 3.449489742783178, 3.544090359551923, 3.564407266095433, 3.568759419543826];
    const found: number[] = [];
    const superstable = [
      2, 3.23606797749979, 3.498561699327702, 3.554640862768825, 3.566667379856269, 3.56924353163711,
    ];
    for (let k = 0; k < exact.length; k++) {
      const [from, to] = [superstable[k], superstable[k + 1]];
      const set = `r=${from + (to - from) / 50}:${to - (to - from) / 50}:97`;
      const { points } = await result(
        { example: "logistic", set, until: 20_000, transient: 10_000, points: 2, lyapunov: 1 },
        2,
      );
      const values = points!.map(({ set: { r }, exponents }) => ({ r, value: exponents![0].value }));
      found.push(values.reduce((best, one) => (one.value > best.value ? one : best)).r);
    }
    for (const [k, r] of found.entries()) {
      // A grid of 97 values between two superstable points.
      expect(Math.abs(r - exact[k])).toBeLessThan((superstable[k + 1] - superstable[k]) / 80);
    }
    const gaps = found.slice(1).map((r, k) => r - found[k]);
    expect(Math.abs(gaps[2] / gaps[3] / 4.6692 - 1)).toBeLessThan(0.01);
  });
});

describe("energy", () => {
  beforeEach(({ skip }) => skipSlow(skip));
  it.each([
    ["henon-heiles", 1e-5],
    ["double-pendulum", 2e-5],
  ] as const)("%s keeps it", async (example, within) => {
    using ensemble = await create({ example, until: 30, points: 2 });
    const { data, shape } = await ensemble.samples(0, 50);
    const [, , count, quantities] = shape;
    for (let i = 0; i < count; i++) {
      const [first, last] = [0, 1].map((row) => data[(row * count + i) * quantities + quantities - 1]);
      expect(Math.abs(last - first)).toBeLessThan(within * Math.max(1, Math.abs(first)));
    }
  });
});

describe("files and pictures", () => {
  it("samples are those of the trajectories, and a table has moments and what a sweep sets", async () => {
    using ensemble = await create({ example: "henon", until: 10, points: 3, set: "a=1.2|1.4", trajectories: 5 });
    await ensemble.run(5);
    const { data, shape } = (await ensemble.output(".samples.npy")) as { data: Float32Array; shape: number[] };
    expect(shape).toEqual([3, 2, 5, 2]);
    const { samples } = trajectoryOf(ensemble.plan, 1, 3);
    expect(data[((2 * 2 + 1) * 5 + 3) * 2]).toBeCloseTo(samples[4], 4);
    const { head, rows } = ensemble.table();
    const [[, , , error, sd]] = [...rows] as number[][];
    expect(error).toBeCloseTo(sd / Math.sqrt(5), 12);
    expect(head).toEqual(["a", "time", "x", "x_error", "x_sd", "y", "y_error", "y_sd"]);
    expect([...rows].length).toBe(6);
    expect((await ensemble.picture()).width).toBe(256);
    using large = await create({ example: "henon", trajectories: 1e9 });
    expect(() => large.checkOutput(".samples.npy")).toThrow(/take fewer trajectories/);
  });
});

it("lists what diverged in the same order in any batch, and in parts", async () => {
  const system = "x -> a + x^2; a = 0.2; x ~ uniform(0, 1.5)"; // some trajectories of some points leave
  const given = { system, set: "a=0.1|0.2|0.3", until: 60, points: 2, trajectories: 40 };
  using whole = await create(given);
  await whole.run(40);
  const { diverged } = whole.result();
  expect(new Set(diverged.map((one) => (one as readonly number[])[0])).size).toBe(3);
  expect(diverged.length).toBeGreaterThan(20);
  using pieces = await create(given);
  for (const steps of [1, 12, 27]) await pieces.run(steps);
  expect(await pieces.digest()).toBe(await whole.digest());
  using first = await create(given);
  using second = await create(given);
  await first.run(13);
  second.beginAt(13);
  await second.run(27);
  first.absorb(await decodeCheckpoint(await second.checkpoint()));
  expect(await first.digest()).toBe(await whole.digest());
  expect(first.result()).toEqual(whole.result());
});

it("is a simulation of its class, and refuses a workgroup that the device has not", async () => {
  using ensemble = await create({ example: "henon" });
  expect(ensemble).toBeInstanceOf(DynamicsSimulation);
  await expect(create({ example: "henon", workgroup: 3 })).rejects.toThrow(/power of two/);
});
