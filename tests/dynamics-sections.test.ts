// Sections of flows: crossings of a surface, the first of them, the times between, and where they are.

import { describe, expect, it } from "vitest";
import { type Device, type DynamicsOptions, dynamics, ParameterError } from "../src/index.ts";
import { device, reference } from "./devices.ts";

const create = (options: DynamicsOptions, on: Device = device) => dynamics.create(on, options);
const ROTATION = "x' = v; v' = -x; x = 1; v = 0";
const LORENZ =
  "x' = 10*(y - x); y' = x*(28 - z) - y; z' = x*y - 8/3*z; x ~ normal(0, 8); y ~ normal(0, 8); z ~ normal(25, 8)";
/** How far from 1 the cosine is 0.9999. */
const ANGLE = Math.acos(0.9999);
const METHODS = ["rk4", "tsit5"] as const;

async function section(options: DynamicsOptions, trajectories = 1, on?: Device) {
  using ensemble = await create({ trajectories, ...options }, on);
  await ensemble.run(trajectories);
  return ensemble.result().section!;
}

describe.each(METHODS)("with %s", (method) => {
  it.each([
    ["x > 0 up", 1.5 * Math.PI, 2 * Math.PI],
    ["x > 0", 1.5 * Math.PI, 2 * Math.PI],
    ["x > 0 down", 0.5 * Math.PI, 2 * Math.PI],
    ["x < 0 up", 0.5 * Math.PI, 2 * Math.PI],
    ["x > 0 both", 0.5 * Math.PI, Math.PI],
    // A root of -sin t - 1/2 - cos² t + 2 cos t.
    ["v >= 0.5 + x^2 - 2*x up", 4.495546, 2 * Math.PI],
  ])("the rotation crosses %s when it should", async (text, first, between) => {
    const { crossings, firstPassage, returnTime } = await section({
      system: ROTATION,
      until: 60,
      method,
      section: text,
    });
    expect(firstPassage.value).toBeCloseTo(first, 4);
    expect(returnTime.value).toBeCloseTo(between, 4);
    expect(crossings.value).toBe(Math.floor((60 - firstPassage.value) / between) + 1);
  });

  it.each([
    ["x > 0.9999 up", 9, 2 * Math.PI - ANGLE, 2 * Math.PI],
    ["x > 0.9999 down", 10, ANGLE, 2 * Math.PI],
    ["x > 0.9999 both", 19, ANGLE, Math.PI],
    ["x < -0.9999 down", 10, Math.PI + ANGLE, 2 * Math.PI],
    ["x > 1.0001 both", 0, Number.NaN, Number.NaN],
  ])("sees %s, though the rotation comes back within a step", async (text, count, first, between) => {
    // It is beyond for a time of 0.028; steps are 0.1 and more.
    const options = { system: ROTATION, until: 60, method, section: text, ...(method === "rk4" ? { dt: 0.1 } : {}) };
    const { crossings, firstPassage, returnTime } = await section(options);
    expect(crossings.value).toBe(count);
    if (count === 0) return;
    expect(Math.abs(firstPassage.value - first)).toBeLessThan(2e-3);
    expect(Math.abs(returnTime.value - between)).toBeLessThan(text.endsWith("both") ? 0.02 : 1e-3);
  });

  it("says how many have not crossed by the end, for the mean is of the others", async () => {
    const late = {
      system: "x' = 1; x ~ uniform(0, 1)",
      until: 0.5,
      points: 2,
      method,
      section: "x > 1",
      trajectories: 200,
    };
    using ensemble = await create(late);
    await ensemble.run(200);
    const { trajectories } = ensemble.result().section!.firstPassage;
    expect(trajectories).toBeLessThan(140);
    expect(ensemble.notes().join()).toContain(`${200 - trajectories} of 200 trajectories do not cross`);
    using all = await create({ ...late, until: 2 });
    await all.run(200);
    expect(all.notes().join()).not.toContain("do not cross");
  });

  it("first passages have the law of their starts, and who never passes is not counted", async () => {
    // x = x0 e^(k t) with x0 = 1/2, k = +1 or -1, reaches 2 at ln 4 + the logarithm of what w adds.
    const system = "x' = if(w > 0.25, x, -x); x ~ uniform(0.5, 1); w ~ uniform(0, 1)";
    const many = 4000;
    const { crossings, firstPassage, returnTime } = await section({ system, until: 3, method, section: "x > 2" }, many);
    const share = Math.abs(crossings.value - 0.75) / Math.sqrt((0.75 * 0.25) / many);
    expect(share).toBeLessThan(4);
    expect(firstPassage.trajectories).toBe(Math.round(crossings.value * many));
    // The mean of ln(2 / x0) over x0 of (1/2, 1): 2 ln 2 + ... = ln 2 - 2 [x ln x - x] from 1/2 to 1.
    const antiderivative = (x: number) => x * Math.log(x) - x;
    const exact = Math.log(2) - 2 * (antiderivative(1) - antiderivative(0.5));
    expect(Math.abs(firstPassage.value - exact)).toBeLessThan(4 * firstPassage.error! + 1e-5);
    // The control: another surface is passed at another time.
    expect(Math.abs(firstPassage.value - (exact + Math.log(1.05)))).toBeGreaterThan(4 * firstPassage.error!);
    expect(returnTime.trajectories).toBe(0);
    expect(returnTime.value).toBeNaN();
  });

  it("what is kept lies on the surface, in order, and is no number where there is none", async () => {
    const options = { system: LORENZ, until: 12, transient: 2, method, section: "z > 27 down", crossings: 6 } as const;
    using ensemble = await create({ ...options, trajectories: 40 });
    const { data, shape } = await ensemble.crossings(0, 40);
    expect(shape).toEqual([6, 1, 40, 4]);
    let last = new Array(40).fill(2);
    for (let n = 0; n < 6; n++) {
      const times = Array.from({ length: 40 }, (_, i) => data[(n * 40 + i) * 4]);
      for (let i = 0; i < 40; i++) {
        const [x, y, z] = data.subarray((n * 40 + i) * 4 + 1, (n * 40 + i) * 4 + 4);
        expect(Math.abs(z - 27)).toBeLessThan(2e-5);
        expect(x * y - (8 / 3) * z).toBeLessThan(0.1); // on its way down
        expect(times[i]).toBeGreaterThan(last[i]);
      }
      last = times;
    }
    using none = await create({ ...options, section: "z > 1000", trajectories: 3 });
    expect([...(await none.crossings(0, 3)).data].every(Number.isNaN)).toBe(true);
    await none.run(3);
    const { crossings, firstPassage } = none.result().section!;
    expect([crossings.value, firstPassage.trajectories]).toEqual([0, 0]);
  });

  it("are those of the reference", async () => {
    const options = { system: LORENZ, until: 4, method, section: "x + 0*t > y both", crossings: 2, dt: 0.005 } as const;
    using own = await create(options);
    using other = await create(options, reference);
    const [found, right] = [await own.crossings(0, 20), await other.crossings(0, 20)];
    let compared = 0;
    for (const [i, value] of right.data.entries()) {
      if (Number.isNaN(value)) continue;
      compared++;
      expect(Math.abs(found.data[i] - value)).toBeLessThan(2e-3 * Math.max(1, Math.abs(value)));
    }
    expect(compared).toBeGreaterThan(40);
  });

  it("have the same bits alone, in a batch and a sweep, one by one, and from a checkpoint", async () => {
    const options = { system: LORENZ, until: 8, points: 3, method, section: "z > 27 down", crossings: 3 } as const;
    using all = await create({ ...options, trajectories: 30 });
    const { data } = await all.crossings(0, 30);
    using alone = await create({ ...options, workgroup: 1 });
    const one = (await alone.crossings(17, 1)).data;
    for (let n = 0; n < 3; n++) {
      expect([...data.subarray((n * 30 + 17) * 4, (n * 30 + 18) * 4)]).toEqual([...one.subarray(4 * n, 4 * n + 4)]);
    }
    await all.run(30);
    using begun = await create({ ...options, trajectories: 30 });
    await begun.run(11);
    using kept = await dynamics.restore(device, await begun.checkpoint());
    await kept.run(19);
    expect(await kept.digest()).toBe(await all.digest());
    expect(kept.result()).toEqual(all.result());
  });
});

describe("sections", () => {
  it("of one system by two methods agree within their errors", async () => {
    const found = METHODS.map((method) =>
      section({ system: LORENZ, until: 40, transient: 5, points: 2, method, section: "z > 27 down" }, 400),
    );
    const [a, b] = await Promise.all(found);
    for (const name of ["crossings", "firstPassage", "returnTime"] as const) {
      expect(Math.abs(a[name].value - b[name].value)).toBeLessThan(4 * Math.hypot(a[name].error!, b[name].error!));
    }
    // Tucker's section: returns of Lorenz' flow take 0.75 on the mean (long runs in f64).
    expect(a.returnTime.value).toBeCloseTo(0.75, 2);
  });

  it("know abbreviations, outputs, parameters, sweeps and the time", async () => {
    const system = "x' = k*v; v' = -k*x; x = 1; v = 0; k = 1; twice = 2*x; angle := atan(v/x)";
    for (const text of ["twice > 0", "x > 0*t", "x*k > 0", "twice + 0*angle > 0", "x > 0*pi"]) {
      const { firstPassage } = await section({ system, until: 20, section: text });
      expect(firstPassage.value).toBeCloseTo(1.5 * Math.PI, 3);
    }
    using swept = await create({ system, until: 20, section: "x > 0", set: "k=1|2", trajectories: 1 });
    await swept.run(1);
    const [one, two] = swept.result().points!.map((point) => point.section!.firstPassage.value);
    expect(one / two).toBeCloseTo(2, 4);
    expect(swept.estimate(1).returnTime.value).toBeCloseTo(Math.PI, 4);
  });

  it.each<[DynamicsOptions, string, string]>([
    [{ section: "z" }, "section", "comparison of two sides"],
    [{ section: "z > 27 sideways" }, "section", "sideways"],
    [{ section: "z > (27 up" }, "section", "missing"],
    [{ section: "q > 27" }, "section", "the system has no q"],
    [{ section: "s > 10" }, "section", "must contain a variable"],
    [{ section: "z == 27" }, "section", "comparison of two sides"],
    [{ section: "z > normal(27, 1)" }, "section", "drawn in the system alone"],
    [{ section: `z > ${"(".repeat(3000)}1${")".repeat(3000)}` }, "section", "section"],
    [{ crossings: 5 }, "crossings", "there is no section"],
    [{ example: "henon", section: "x > 0" }, "section", "a map has no sections"],
    [{ example: "mackey-glass", section: "x > 0" }, "section", "systems with delays"],
    [{ system: "crossings' = -crossings; crossings = 1", section: "crossings > 0.5" }, "section", "rename crossings"],
  ])("%o", async (options, parameter, why) => {
    const error = await create(options).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ParameterError);
    expect([(error as ParameterError).parameter, String(error)]).toEqual([parameter, expect.stringContaining(why)]);
  });
});
