// Systems whose variables have a value for each of many units: sums over them, neighbours along a ring, and laws of many oscillators.

import { describe, expect, it } from "vitest";
import { type Device, type DynamicsOptions, dynamics, ParameterError } from "../src/index.ts";
import { slowSums } from "../src/models/dynamics/kernel/split.ts";
import { parseSystem } from "../src/models/dynamics/text.ts";
import { device, reference } from "./devices.ts";

const create = (options: DynamicsOptions, on: Device = device) => dynamics.create(on, options);

async function resultOf(options: DynamicsOptions, trajectories = 1, on?: Device) {
  using ensemble = await create({ trajectories, ...options }, on);
  await ensemble.run(trajectories);
  return ensemble.result();
}

/** The last mean of an output, and its error. */
async function ends(options: DynamicsOptions, trajectories = 1) {
  const { mean, sd, variables } = await resultOf(options, trajectories);
  return (name: string) => {
    const i = variables.indexOf(name);
    return { value: mean.at(-1)![i], error: sd.at(-1)![i] / Math.sqrt(trajectories) };
  };
}

const ORDER = "r := sqrt(mean(i, cos(theta[i]))^2 + mean(i, sin(theta[i]))^2)";
const kuramoto = (units: number, frequencies: string, coupling: number, pull = "sin(theta[j] - theta[i])") =>
  `units i = ${units}; theta[i]' = w[i] + K*mean(j, ${pull}); K = ${coupling}; w[i] ~ ${frequencies}; theta[i] ~ uniform(0, 2*pi); ${ORDER}`;
const LORENZ_96 = "units i = 40; x[i]' = (x[i+1] - x[i-2])*x[i-1] - x[i] + 8; x[i] ~ normal(8, 1)";
/** Sums that split, that do not, and that are over neighbours; abbreviations of other units; the number of a unit; the time. */
const RING =
  "units i = n on ring(3); n = 70; d[i] = x[i] - 3; e = mean(j, d[j]^2); x[i]' = mean(j, d[j] - d[i]) + 0.1*sum(j, (x[j] - x[i])^3*cos(j - i)) - e*d[i+2]/4 + 0.1*sin(t); x[i] = sin(2*pi*i/n) + 3; m := mean(i, x[i]); e2 := e; z := sum(k, k*x[k]); b := mean(k, (d[k+1] - d[k-2])*d[k])";
const MAP =
  "units i = 50 on ring(1); f[i] = 1 - 1.9*x[i]^2; x[i] -> (1 - e)*f[i] + e*mean(j, f[j]) + w[i]; e = 0.3; x[i] ~ uniform(-1, 1); w[i] = 0.001*i; s := mean(i, f[i])";
const PAIRS =
  "units i = 30; x[i]' = sum(j, w[j]*(x[j] - x[i])/(1 + (x[j] - x[i])^2))/30 - 0.5*mean(j, x[j])*x[i] + cos(mean(j, x[j]^2)); w[i] ~ exponential(2); x[i] ~ normal(0, 1)";

describe("units on the device are those of the reference", () => {
  it.each([
    ["oscillators coupled to all", kuramoto(100, "cauchy(0, 0.5)", 2), 4],
    ["a chain of neighbours", LORENZ_96, 2],
    ["sums over a ring", RING, 3],
    ["a map", MAP, 6],
    ["sums that split in part", PAIRS, 4],
  ])("%s", async (_, system, until) => {
    const options = { system, until, points: 3 };
    const [own, expected] = await Promise.all([resultOf(options, 3), resultOf(options, 3, reference)]);
    for (const [row, means] of expected.mean.entries()) {
      for (const [i, value] of means.entries()) {
        expect(Math.abs(own.mean[row][i] - value)).toBeLessThan(3e-5 * Math.max(1, Math.abs(value)));
        expect(Math.abs(own.sd[row][i] - expected.sd[row][i])).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
      }
    }
    expect(own.stepError ?? 0).toBeCloseTo(expected.stepError ?? 0, 6);
  });

  it("have the same bits alone, in any batch and workgroup, in a sweep, and from a checkpoint", async () => {
    const options = { system: kuramoto(90, "normal(0, 1)", 2), until: 3, points: 4 };
    using all = await create({ ...options, trajectories: 13 });
    const { data } = await all.samples(0, 13);
    using alone = await create({ ...options, trajectories: 13, workgroup: 1 });
    const one = (await alone.samples(7, 1)).data;
    for (let row = 0; row < 4; row++) {
      expect([...data.subarray((row * 13 + 7) * 3, (row * 13 + 8) * 3)]).toEqual([
        ...one.subarray(3 * row, 3 * row + 3),
      ]);
    }
    // Steps of one length: those of a sweep are chosen for all of it.
    const { dt } = all.result();
    using swept = await create({ ...options, trajectories: 13, set: "K=2|0.5", dt });
    const both = (await swept.samples(0, 13)).data;
    using first = await create({ ...options, trajectories: 13, dt });
    const [same] = [(await first.samples(0, 13)).data];
    expect([...both.subarray(3 * 26 * 3, 3 * 26 * 3 + 39)]).toEqual([...same.subarray(3 * 39, 4 * 39)]);
    await all.run(13);
    using begun = await create({ ...options, trajectories: 13 });
    await begun.run(5);
    using kept = await dynamics.restore(device, await begun.checkpoint());
    await kept.run(8);
    expect(await kept.digest()).toBe(await all.digest());
  });
});

describe("sums", () => {
  it("that split are those that are made for each unit", async () => {
    const whole = "2*sin((theta[j] - theta[i])/2)*cos((theta[j] - theta[i])/2)";
    const [quick, slow] = [
      kuramoto(200, "quantiles(normal(0, 1))", 2),
      kuramoto(200, "quantiles(normal(0, 1))", 2, whole),
    ];
    const slowIn = (text: string) => slowSums(parseSystem(text) as Parameters<typeof slowSums>[0]);
    expect([slowIn(quick), slowIn(slow)]).toEqual([[], [expect.stringContaining("cos(")]]);
    const options = { until: 5, points: 2, dt: 0.02 };
    const [a, b] = await Promise.all([quick, slow].map((system) => ends({ ...options, system })));
    expect(a("r").value).toBeCloseTo(b("r").value, 5);
  });

  it("keep the digits of differences: of sums of squares nothing would be left", async () => {
    const system =
      "units i = 64; x[i]' = 0; x[i] = 1000 + 0.01*i; s[i]' = mean(j, (x[j] - x[i])^2); s[i] = 0; m := mean(i, s[i])";
    // Twice the variance of 0 … 63 hundredths; states of f32 have 6e-5 of a difference.
    const exact = (2 * (64 ** 2 - 1)) / 12 / 1e4;
    expect((await ends({ system, until: 1, points: 2 }))("m").value).toBeCloseTo(exact, 4);
  });

  it.each([1, 2, 63, 64, 65, 4097, 300_001])("over %i units are exact, and so are quantiles of laws", async (n) => {
    const system = `units i = ${n}; u[i] ~ quantiles(uniform(-1, 3)); x[i]' = 0; x[i] = 1; g[i] ~ quantiles(normal(2, 3)); c[i] ~ quantiles(cauchy(0, 1)); e[i] ~ quantiles(exponential(2)); k[i] = i
      m := mean(i, u[i]); all := sum(i, x[i]); g2 := mean(i, (g[i] - 2)^2); last := sum(i, if(k[i] > ${n - 1.5}, 1, 0)); far := mean(i, if(abs(c[i]) > 1, 1, 0)); e1 := mean(i, if(e[i] > ln(2)/2, 1, 0))`;
    const at = await ends({ system, until: 1, points: 2 });
    const share = (wanted: (u: number) => boolean) =>
      Array.from({ length: n }, (_, i) => (i + 0.5) / n).filter(wanted).length / n;
    expect(at("m").value).toBeCloseTo(1, 5);
    expect(at("all").value).toBe(n);
    expect(at("last").value).toBe(1);
    // Quantiles on the very limit may fall on either side.
    expect(Math.abs(at("far").value - share((u) => u < 1 / 4 || u > 3 / 4))).toBeLessThan(2.5 / n);
    expect(Math.abs(at("e1").value - share((u) => u < 1 / 2))).toBeLessThan(1.5 / n);
    if (n > 4000) expect(at("g2").value).toBeCloseTo(9 * (1 - 1.07 / n), 1);
    if (n === 300_001) expect(at("g2").value).toBeCloseTo(9, 3);
  });
});

describe("exact laws", () => {
  it("of Ott and Antonsen: coherence grows as in the limit, and not with another coupling", async () => {
    // A wrapped Cauchy law of width ln 10 has r = 0.1 (dynamics_exact.csv: gamma = 1, K = 4).
    const system = (K: number) =>
      `units i = 4096; theta[i]' = w[i] + K*mean(j, sin(theta[j] - theta[i])); K = ${K}; w[i] ~ cauchy(0, 1); theta[i] ~ cauchy(0, ln(10)); c := mean(i, cos(theta[i]))`;
    const options = { until: 2, points: 3, dt: 0.05, seed: 5n };
    const exact = [0.1, 0.255965876139, 0.513331560047];
    const { mean, sd } = await resultOf({ ...options, system: system(4) }, 60);
    for (const [row, value] of exact.entries()) {
      // Phases drift as much as r does, which takes 1/N off the mean of cosines.
      expect(Math.abs(mean[row][2] - value)).toBeLessThan((4 * sd[row][2]) / Math.sqrt(60) + 20 / 4096);
    }
    const other = await resultOf({ ...options, system: system(4.4) }, 60);
    expect(Math.abs(other.mean[2][2] - exact[2])).toBeGreaterThan((4 * sd[2][2]) / Math.sqrt(60) + 20 / 4096);
  });

  it.each([
    ["Lorentzian, K = 2, 400 units (long runs in f64)", 400, "quantiles(cauchy(0, 0.5))", 2, 0.70741, 5e-4],
    ["Gaussian, K = 2 (1 = K ∫ cos² g(K r sin))", 2000, "quantiles(normal(0, 1))", 2, 0.71517395668, 2e-3],
    ["Gaussian, K = 4, 500 units", 500, "quantiles(normal(0, 1))", 4, 0.96424661741, 5e-4],
  ])("of coupled oscillators: r of %s", async (_, n, frequencies, coupling, exact, bound) => {
    const options = { system: kuramoto(n, frequencies, coupling), until: 120, transient: 60, points: 61, dt: 0.05 };
    const { mean } = await resultOf(options, 6);
    const r = mean.reduce((sum, row) => sum + row[2], 0) / mean.length;
    expect(Math.abs(r - exact)).toBeLessThan(bound);
  });

  it("without coupling r is that of random walks", async () => {
    const r = (await ends({ system: kuramoto(1000, "normal(0, 1)", 0), until: 1, points: 2 }, 400))("r");
    expect(Math.abs(r.value - 0.0280249560819896)).toBeLessThan(4 * r.error);
  });

  it("of Lorenz 96: <x²> = F <x>, and not with another F", async () => {
    const system = `${LORENZ_96}; good := mean(i, x[i]^2) - 8*mean(i, x[i]); bad := mean(i, x[i]^2) - 9*mean(i, x[i])`;
    // Of a trajectory the mean over time has a derivative's difference: d/dt of the sum of squares.
    const { mean, sd } = await resultOf({ system, until: 10, points: 41, transient: 5, dt: 0.01 }, 200);
    const last = mean.length - 1;
    const errors = sd[last].map((each) => each / Math.sqrt(200));
    expect(Math.abs(mean[last][1])).toBeLessThan(4 * errors[1]);
    expect(Math.abs(mean[last][2])).toBeGreaterThan(4 * errors[2]);
  });

  it.each([
    [
      "heat: decay of the grid",
      "u[i]' = D*(u[i+1] - 2*u[i] + u[i-1])",
      "",
      (q: number) => Math.exp(-0.3 * 4 * Math.sin(q / 2) ** 2 * 20),
    ],
    [
      "waves: dispersion of the grid",
      "u[i]' = v[i]; v[i]' = D*(u[i+1] - 2*u[i] + u[i-1])",
      "v[i] = 0",
      (q: number) => Math.cos(2 * Math.sqrt(0.3) * Math.sin(q / 2) * 20),
    ],
    [
      "transport: upwind differences",
      "u[i]' = -D*(u[i] - u[i-1])",
      "",
      (q: number) => Math.exp(-0.3 * (1 - Math.cos(q)) * 20) * Math.cos(0.3 * Math.sin(q) * 20),
    ],
  ])("of %s", async (_, text, rest, exact) => {
    const system = `units i = 96; D = 0.3; q = 2*pi*5/96; ${text}; u[i] = cos(q*i); ${rest}; a := 2*mean(i, u[i]*cos(q*i))`;
    expect((await ends({ system, until: 20, points: 2 }))("a").value).toBeCloseTo(exact((2 * Math.PI * 5) / 96), 5);
  });

  it("of waves: their energy stays, with neighbours in its sum", async () => {
    const { mean, variables } = await resultOf({ example: "waves", until: 100, points: 11 });
    const at = variables.indexOf("energy");
    for (const row of mean) expect(row[at]).toBeCloseTo(mean[0][at], 6);
    expect(mean[0][at]).toBeGreaterThan(1e-4);
  });

  it("a sum of many terms that is made for each unit anew keeps its digits", async () => {
    // In a row 20,001 terms of 1.1 are off by 2e-4.
    const system = "units i = 20001; x[i] -> mean(j, (x[j] - x[i])^2 + 1.1); x[i] = 0.1";
    const { mean } = await resultOf({ system, until: 1, points: 2 });
    expect(Math.abs(mean[1][0] / 1.1 - 1)).toBeLessThan(3e-6);
    const near = await resultOf({ system: system.replace("20001", "20001 on ring(1000)"), until: 1, points: 2 });
    expect(Math.abs(near.mean[1][0] / 1.1 - 1)).toBeLessThan(3e-6);
  });

  it("of a pulse of one unit, whose steps are as short as it needs", async () => {
    const system =
      "units i = 1000; u[i]' = v[i]; v[i]' = 100*(u[i+1] - 2*u[i] + u[i-1]); u[i] = i == 337; v[i] = 0; energy := sum(i, v[i]^2 + 100*(u[i+1] - u[i])^2)";
    const { mean, stepError } = await resultOf({ system, until: 5, points: 2 });
    expect(mean[1][2] / mean[0][2]).toBeCloseTo(1, 4);
    expect(stepError).toBeLessThan(1e-5);
  });

  it("a unit that is driven where no other is moves what the choice of steps did not see, and a note says so", async () => {
    const of = async (unit: number) => {
      const system = `units i = 1000; x[i]' = (i == ${unit})*p[i] - x[i]; p[i]' = 0; p[i] = 1; x[i] = 0`;
      using ensemble = await create({ system, until: 5, points: 2, trajectories: 1 });
      await ensemble.run(1);
      return ensemble.notes().join();
    };
    expect(await of(338)).toMatch(/x stayed 0 in the few units that chose the length of steps/);
    expect(await of(0)).not.toMatch(/stayed 0/);
  });

  it("of a narrow pulse, whose numbers underflow far from its middle: they are 0 there", async () => {
    const system = "units i = 256; x[i] -> x[i-1]; x[i] = exp(-((i - 128)/4)^2); zeros := sum(i, x[i] == 0)";
    const { mean, variables } = await resultOf({ system, until: 200, points: 3 });
    const pulse = Array.from({ length: 256 }, (_, i) => Math.exp(-(((i - 128) / 4) ** 2)));
    const zeros = pulse.filter((value) => value < 1.1754943e-38).length;
    for (const row of mean) {
      expect(row[variables.indexOf("x")]).toBeCloseTo(pulse.reduce((a, b) => a + b) / 256, 7);
      expect(row[variables.indexOf("zeros")]).toBe(zeros);
    }
  });

  it("of a ring that is turned: after as many steps as units each has its number again", async () => {
    const system = "units i = 37; x[i] -> x[i+1]; x[i] = i; s := sum(i, abs(x[i] - i))";
    const { mean } = await resultOf({ system, until: 37, points: 38 });
    expect(mean.map((row) => row[1] === 0)).toEqual(Array.from({ length: 38 }, (_, t) => t % 37 === 0));
  });
});

describe("texts with units", () => {
  const X = "x[i]' = -x[i]; x[i] = 1";
  it.each<[DynamicsOptions | string, string]>([
    ["x[i]' = -x[i]; x[i] = 1", "there are no units"],
    ["x' = sum(j, x); x = 1", "is over units"],
    [`units i = 0; ${X}`, "there are 0 units"],
    [`units i = 2.5; ${X}`, "a whole one"],
    [`units i = 1e9; ${X}`, "a whole one"],
    [`units i = n; ${X}`, "n has no value"],
    [`units i = n; n = 2*x[i]; ${X}`, "the statement is of no unit"],
    [`units i = n; n = m; m = mean(j, x[j]); ${X}`, "changes"],
    [`units i = 4; units j = 4; ${X}`, "one statement of units"],
    [`units i; ${X}`, "units are written as in"],
    [`units i = 4 on torus; ${X}`, "coupled on"],
    [`units i = 4 on ring(2); ${X}`, "from 1 to 1"],
    [`units i = 2 on ring(1); ${X}`, "at least 3 units"],
    [`units i = 4; ${X}; y' = 1; y = 0`, "every variable has the index"],
    [`units i = 4; ${X}; y ~ normal(0, 1)`, "every variable has the index"],
    [`units i = 4; ${X}; x = 3`, "with an index in one statement and without"],
    ["units i = 4; x[j]' = 1; x[i] = 1", "write [i]"],
    ["units i = 4; x[i]' = x[k]; x[i] = 1", "nothing says what k is"],
    ["units i = 4; x[i]' = x[2*i]; x[i] = 1", "an index is i"],
    ["units i = 4; x[i]' = x[i + 0.5]; x[i] = 1", "an index is i"],
    ["units i = 4; x[i]' = x; x[i] = 1", "x has an index: x[i]"],
    ["units i = 4; x[i]' = y[i]; x[i] = 1", "y[i] has no value"],
    ["units i = 4; x[i]' = sum(j, y[j]); x[i] = 1", "has no value"],
    ["units i = 4; x[i]' = sum(i, x[i]); x[i] = 1", "take another letter"],
    ["units i = 4; x[i]' = sum(j); x[i] = 1", "a letter, and what is added"],
    ["units i = 4; x[i]' = sum(j, sum(k, x[k])); x[i] = 1", "a sum within a sum"],
    ["units i = 4; x[i]' = x(t - 1); x[i] = 1", "no delays"],
    [`units i = 4; ${X}; z := x[i]`, "the statement is of no unit"],
    [`units i = 4; ${X}; z[i] := x[i]`, "an output is one number"],
    [`units i = 4; ${X}; i = 3`, "is the number of a unit"],
    ["units i = 4; x[i]' = 1", "x[i] has no start"],
    ["units i = 4; x[i]' = 1; x[i] ~ normal(0, i - 2)", "standard deviation"],
    ["units i = 4; x[i]' = 1; x[i] = 1/(i - 2)", "must be a finite number"],
    ["units i = 4; x[i]' = 1; x[i] = 1e-40*i", "x[1] is 1e-40; numbers below 1.2e-38 need other units"],
    ["x' = -x; x ~ quantiles(normal(0, 1))", "quantiles are those of units"],
    [{ system: LORENZ_96, lyapunov: 2 }, "lyapunov 2: exponents of systems with units"],
    [{ system: LORENZ_96, section: "x > 0" }, "no sections"],
    [{ system: LORENZ_96, method: "tsit5" }, "method tsit5"],
    [{ system: LORENZ_96, method: "rosenbrock23" }, "method rosenbrock23"],
    [{ system: kuramoto(4, "normal(0, 1)", 1), set: "theta = 1" }, "theta"],
    [{ system: `units i = n; n = 5; ${X}`, set: "n = 5|6" }, "number of units follows from it"],
    [
      {
        system: `units i = 16777216; ${X}; ${Array.from({ length: 20 }, (_, k) => `y${k}[i]' = x[i]; y${k}[i] = 0`).join("; ")}`,
      },
      "MB",
    ],
  ])("are refused: %o", async (given, why) => {
    const options = typeof given === "string" ? { system: given } : given;
    const error = await create(options).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ParameterError);
    expect(String(error)).toContain(why);
  });

  it("tell of sums that take the square of their number", async () => {
    using many = await create({
      system: kuramoto(1000, "normal(0, 1)", 1, "tanh(theta[j] - theta[i])"),
      until: 0.1,
      dt: 0.1,
    });
    expect(many.notes().join()).toContain("tanh(theta[j] - theta[i])");
    using split = await create({ system: kuramoto(1000, "normal(0, 1)", 1), until: 0.1, dt: 0.1 });
    expect(split.notes()).toEqual([]);
  });

  it("name a trajectory whose units diverge, and leave it out of the others' sums", async () => {
    const system =
      "units i = 20; x[i]' = x[i]^2*if(w[i] > 0.98, 1, 0); w[i] ~ uniform(0, 1); x[i] = 1; m := mean(i, x[i])";
    const { diverged, mean } = await resultOf({ system, until: 3, points: 4, dt: 0.01 }, 30);
    expect(diverged.length).toBeGreaterThan(2);
    expect(diverged.length).toBeLessThan(25);
    expect(mean[3][2]).toBe(1);
  });
});
