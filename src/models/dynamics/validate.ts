// Checks of trajectories on this device.

import { type Device, ReferenceDevice } from "../../device/device.ts";
import type { Estimate } from "../../statistics/index.ts";
import { checksOf, chiSquareAgainst, countMismatches, DEVIATION, zScores } from "../check.ts";
import type { Check, Effort } from "../model.ts";
import { cellOfValue } from "./reference/histograms.ts";
import { trajectoryOf } from "./reference/trajectory.ts";
import { type DynamicsOptions, DynamicsSimulation } from "./simulation.ts";

const check = checksOf("dynamics");

/** A flow and a map whose right sides hold every operation that a shader writes in a way of its own. */
const FLOW =
  "x' = y; y' = -sin(3*x) - 0.1*y^3 + cos(t)*exp(-x^2) + ln(2 + x^2)^0.5 - abs(y)/(1 + y^2) + if(x > 0, tanh(x), min(x, y)); x ~ normal(0, 1); y ~ cauchy(0, 0.1); r := sqrt(x^2 + y^2)";
/** A spring that is overdamped, so that the next place of its matrix is the larger one, after a load that changes with the time. */
const STIFF =
  "x' = v; v' = 1000*(y - x - v); y' = z; z' = -y*(1 + 0.3*sin(t)) - z*x^2/(1 + x^2); x ~ uniform(0, 1); v = 0; y ~ uniform(0.5, 1); z = 0";
/** Robertson's reactions, and where they are at t = 40: by Radau's method in f64 (Hairer and Wanner 1996, IV.10). */
const ROBERTSON =
  "a' = -0.04*a + 1e4*b*c; b' = 0.04*a - 1e4*b*c - 3e7*b^2; c' = 3e7*b^2; a = 1; b = 0; c = 0; total := a + b + c";
const AT_40 = [0.715827068719, 9.185534764453e-6, 0.284163745746, 1];
/** Past, drawn and written out, that jumps at t = 0; lags that are whole numbers of steps, and not. */
const DELAYED =
  "x' = 0.2*x(t - tau)/(1 + x(t - tau)^10) - 0.1*x; tau = 1.7; x ~ uniform(0.5, 1.5); y' = x(t - 0.3) - a*y(t - 0.5678); a ~ normal(0, 1); before 0: y = a*cos(t) - t; y = 0; d := y(t - 0.5678)";
const MAP =
  "x -> 1 - a*x^2/(1 + x^4/100) + y/(1 + 0.1*y^2); y -> b*max(x, -1) + 0.01*sin(2*pi*x) - floor(t/2)/8 + 0.1*sqrt(abs(y)); a = 1.2; b = 0.3; x ~ uniform(-0.1, 0.1); y ~ exponential(20)";

/** Sums over all and over neighbours, what is of other units, and their numbers. */
const UNITS =
  "units i = 150 on ring(2); p[i]' = w[i] + 2*(s*cos(p[i]) - c*sin(p[i])) + 0.3*sum(j, tanh(p[j] - p[i])*cos(j)) + 0.1*(p[i+3] - p[i-1]); w[i] ~ quantiles(cauchy(0, 0.5)); p[i] ~ normal(0, 1); c = mean(k, cos(p[k])); s = mean(k, sin(p[k])); r := sqrt(c^2 + s^2); z := sum(k, k*p[k])/1000";
const UNITS_MAP =
  "units i = 70; f[i] = 1 - 1.9*x[i]^2; x[i] -> 0.7*f[i] + 0.2*mean(j, cos(x[j] - x[i])*w[j] - f[i]*x[j]) + 0.1*f[i-1]; w[i] ~ quantiles(normal(1, 0.1)); x[i] ~ uniform(-1, 1); s := mean(i, f[i])";

export async function* validateDynamics(device: Device, { quick, signal }: Effort): AsyncGenerator<Check> {
  const make = (options: DynamicsOptions) => DynamicsSimulation.create(device, options);
  const many = quick ? 2000 : 50_000;
  const estimates = async (options: DynamicsOptions): Promise<Record<string, Estimate>> => {
    using ensemble = await make({ trajectories: many, ...options });
    await ensemble.run(many, { signal });
    return ensemble.estimate();
  };

  for (const [what, options, bound] of [
    ["a flow with all functions to t = 3", { system: FLOW, until: 3, points: 7, dt: 0.02, lyapunov: 2 }, 2e-5],
    [
      "the same by Tsitouras' method",
      { system: FLOW, until: 3, points: 7, method: "tsit5", tolerance: 1e-6, lyapunov: 2 },
      5e-5,
    ],
    // In long steps a wrong derivative of a right side is seen: in short ones the method forgives it.
    ["the same for stiff flows", { system: FLOW, until: 3, points: 7, method: "rosenbrock23", tolerance: 1e-2 }, 5e-5],
    [
      "a stiff flow to t = 200",
      { system: STIFF, until: 200, points: 41, method: "rosenbrock23", tolerance: 1e-2 },
      5e-4,
    ],
    ["a flow with delays to t = 6", { system: DELAYED, until: 6, points: 13, dt: 0.02 }, 2e-5],
    [
      "units with sums that split, that do not, and over a ring, to t = 2",
      { system: UNITS, until: 2, points: 5, dt: 0.02 },
      2e-5,
    ],
    ["a map of units on a ring, 6 steps", { system: UNITS_MAP, until: 6, points: 7, transient: 0 }, 2e-5],
    ["a map with all functions, 8 steps", { system: MAP, until: 8, points: 9, transient: 0, lyapunov: 2 }, 2e-5],
  ] as const) {
    yield check("reference", `${what}: difference from f64`, await largestDifference(device, options), bound);
  }

  yield check("reference", "moments of 3000 starts of all sizes: difference from f64", await errorOfSums(device), 1e-6);

  yield check(
    "reference",
    "histograms of 3 points, n on edges: cells unlike trajectories counted one by one",
    await miscounted(device),
    0,
  );

  const laws =
    "n' = 0; u' = 0; e' = 0; c' = 0; n ~ normal(3, 2); u ~ uniform(-1, 2); e ~ exponential(4); c ~ cauchy(1, 2); n2 := (n - 3)^2; u2 := (u - 0.5)^2; e2 := e^2; below := if(c < -1, 1, 0); above := if(c > 1, 1, 0)";
  const starts = await estimates({ system: laws, until: 1, points: 2, dt: 1 });
  const { n, u, e, n2, u2, e2, below, above } = starts;
  const drawn = zScores([n, u, e, n2, u2, e2, below, above], [3, 0.5, 1 / 4, 4, 3 / 4, 1 / 8, 1 / 4, 1 / 2]);
  yield check("exact", "moments and quartiles of the laws of starts, largest |z|", drawn.worst, DEVIATION, {
    z: drawn.z,
  });

  // Exactly the bits of the start, moved: an f32 has lost all that are looked at here.
  using doubling = await make({ example: "doubling", until: 24, points: 2 });
  yield check("known answer", "2 x mod 1, 24 steps: error of 48 bits", await errorOfDoubling(doubling), 1e-6);

  // r of 4096 oscillators whose frequencies are quantiles of the normal law, by 1 = K ∫ cos² g(K r sin) (Kuramoto 1975); and a mode of the heat
  // equation on a grid.
  const order = "r := sqrt(mean(i, cos(p[i]))^2 + mean(i, sin(p[i]))^2)";
  const pulled = `units i = 4096; p[i]' = w[i] + 2*mean(j, sin(p[j] - p[i])); w[i] ~ quantiles(normal(0, 1)); p[i] ~ normal(0, 1); ${order}`;
  using pulling = await make({ system: pulled, until: 30, transient: 20, points: 11, dt: 0.05 });
  const { data: pull, shape } = await pulling.samples(0, 1);
  const orders = Array.from({ length: 11 }, (_, row) => pull[row * shape[3] + 2]);
  const coherence = orders.reduce((sum, r) => sum + r) / 11;
  yield check("exact", "coherence of Kuramoto's oscillators: error", Math.abs(coherence - 0.71517395668), 1e-3);
  const heat =
    "units i = 96; u[i]' = 0.3*(u[i+1] - 2*u[i] + u[i-1]); u[i] = cos(q*i); q = 2*pi*5/96; a := 2*mean(i, u[i]*cos(q*i))";
  using cooling = await make({ system: heat, until: 20, points: 2 });
  const { data: cooled } = await cooling.samples(0, 1);
  const left = Math.exp(-0.3 * 4 * Math.sin((5 * Math.PI) / 96) ** 2 * 20);
  yield check("exact", "heat on a ring: error of a mode", Math.abs(cooled[3] - left), 5e-6);

  using turns = await make({ system: "x' = v; v' = -x; x = 1; v = 0", until: 100, points: 2, dt: 2 ** -7 });
  const [, turned] = (await turns.samples(0, 1)).data.reduce<number[][]>(pairs, []);
  const off = Math.max(Math.abs(turned[0] - Math.cos(100)), Math.abs(turned[1] + Math.sin(100)));
  yield check("exact", "x'' = -x to t = 100: error", off, 1.5e-6);

  using chosen = await make({ system: "x' = v; v' = -x; x = 1; v = 0", until: 100, points: 101, method: "tsit5" });
  const ends = (await chosen.samples(0, 1)).data.reduce<number[][]>(pairs, []);
  const far = ends.map(([x, v], t) => Math.max(Math.abs(x - Math.cos(t)), Math.abs(v + Math.sin(t))));
  yield check("exact", "the same in steps that are chosen, at 101 times: error", Math.max(...far), 2e-5);
  for (const method of ["rk4", "tsit5"] as const) {
    const system = "x' = -x*ln(x); x = 1e-9";
    using growing = await make({ system, until: 4, points: 9, method });
    const { data: grown } = await growing.samples(0, 1);
    const exact = (row: number) => Math.exp(Math.log(1e-9) * Math.exp(-row / 2));
    const missed = Math.max(...Array.from({ length: 9 }, (_, row) => Math.abs(grown[row] - exact(row))));
    yield check("exact", `Gompertz' growth from 1e-9 by ${method}: error`, missed, 2e-4);
  }
  for (const [method, what] of [
    ["tsit5", "steps that were chosen"],
    ["rosenbrock23", "the same for stiff flows"],
  ] as const) {
    const difference = await differenceOfSteps(device, method);
    yield check("reference", `${what}: difference in their number`, difference, 0.02);
  }

  using driven = await make({
    ...{ system: "x' = -1000*(x - y); y' = v; v' = -y; x = 0; y = 1; v = 0", until: 10, points: 101 },
    ...{ method: "rosenbrock23", tolerance: 1e-5 },
  });
  const { data: followed } = await driven.samples(0, 1);
  const exact = (t: number) => (1e6 * Math.cos(t) + 1e3 * Math.sin(t) - 1e6 * Math.exp(-1000 * t)) / (1e6 + 1);
  const behind = Array.from({ length: 101 }, (_, row) => Math.abs(followed[3 * row] - exact(row / 10)));
  yield check("exact", "x' = -1000 (x - cos t), at 101 times: error", Math.max(...behind), 5e-4);
  using reactions = await make({ system: ROBERTSON, until: 40, points: 2, method: "rosenbrock23" });
  const { data: reacted } = await reactions.samples(0, 1);
  const parts = AT_40.map((right, i) => Math.abs(reacted[4 + i] / right - 1));
  yield check("known answer", "Robertson's reactions at t = 40: relative error", Math.max(...parts), 2e-5);

  for (const method of ["rk4", "tsit5"] as const) {
    // x0 e^t from 1/2 to 1 is 2 after ln 2 - ln x0, whose mean over x0 is 1; and cos t is 1/2 upwards at 5 pi / 3 and every 2 pi later.
    const passed = await estimates({
      ...{ system: "x' = x; x ~ uniform(0.5, 1); c' = -s; s' = c; c = 1; s = 0", until: 3, points: 2, method },
      section: "x > 2",
    });
    const law = zScores([passed.firstPassage], [1]);
    yield check("exact", `first passage of x' = x by ${method}, |z|`, law.worst, DEVIATION, { z: law.z });
    // Steps of 0.05, over which a line would be off by 2e-4.
    const turning = { system: "x' = v; v' = -x; x = 1; v = 0", until: 50, points: 2, method, dt: 0.05 } as const;
    using turned = await make({ ...turning, section: "x > 0.5 up", crossings: 7 });
    const { data: kept } = await turned.crossings(0, 1);
    await turned.run(1, { signal });
    const { firstPassage, returnTime } = turned.estimate();
    const first = (5 * Math.PI) / 3;
    const times = [
      ...Array.from({ length: 7 }, (_, n) => kept[3 * n] - first - 2 * n * Math.PI),
      ...[firstPassage.value - first, returnTime.value - 2 * Math.PI],
    ];
    const off = Math.max(...times.map(Math.abs));
    yield check(
      "exact",
      `crossings of cos t = 1/2 by ${method}, the first, and returns: error of their times`,
      off,
      5e-5,
    );
    // Beyond 0.9999 for a time of 0.028, less than a step takes.
    const [near, wanted] = [Math.acos(0.9999), Math.floor(50 / (2 * Math.PI))];
    using brief = await make({ ...turning, dt: 0.1, section: "x > 0.9999 up" });
    await brief.run(1, { signal });
    const found = brief.estimate();
    const missed = Math.abs(found.crossings.value - wanted) + Math.abs(found.firstPassage.value - 2 * Math.PI + near);
    yield check("exact", `crossings and back within a step by ${method}: missed, and error of the first`, missed, 2e-3);
  }

  // By the method of steps: a polynomial more for each lag.
  using delayed = await make({ system: "before 0: x = 0; x' = -x(t - 1); x = 1", until: 6, points: 2 });
  const { data } = await delayed.samples(0, 1);
  const right = [1, -5, 4 ** 2 / 2, -(3 ** 3) / 6, 2 ** 4 / 24, -1 / 120].reduce((sum, term) => sum + term);
  yield check("exact", "x' = -x(t - 1), from 0 to 1 at t = 0: error at t = 6", Math.abs(data[1] - right), 2e-6);

  const logistic = await estimates({ example: "logistic", until: 400, points: 2, lyapunov: 1 });
  const law = zScores([logistic.lyapunov1, logistic.x], [Math.LN2, 0.5]);
  yield check("exact", "logistic map, r = 4: exponent ln 2, mean 1/2, largest |z|", law.worst, DEVIATION, { z: law.z });

  // Ulam and von Neumann 1947: the share below x is 2/π arcsin √x.
  using invariant = await make({ example: "logistic", until: 60, points: 2, histograms: "x = 0:1:40" });
  await invariant.run(many, { signal });
  const [density] = invariant.result().histograms!;
  const share = (x: number) => (2 / Math.PI) * Math.asin(Math.sqrt(x));
  const expected = density.counts[1].map((_, i) => (share((i + 1) / 40) - share(i / 40)) * many);
  const { value, ...evidence } = chiSquareAgainst(
    [density.below[1], ...density.counts[1], density.above[1]],
    [0, ...expected, 0],
    "cell of x",
  );
  yield check("exact", "logistic map, r = 4: histogram, -log10 of the χ² test's p", value, 5, evidence);

  const system =
    "x' = s*(y - x); y' = x*(r - z) - y; z' = x*y - b*z; s = 10; r = 28; b = 8/3; x ~ normal(0, 8); y ~ normal(0, 8); z ~ normal(25, 8); xx := x^2 - x*y; xy := x*y - b*z; yy := y^2 + b*z^2 - r*x*y";
  const lorenz = await estimates({ system, until: 30, points: 2, transient: 5, lyapunov: 3, dt: 0.01 });
  const identities = zScores([lorenz.xx, lorenz.xy, lorenz.yy], [0, 0, 0]);
  yield check(
    "exact",
    "Lorenz: <xx> = <xy> = b <z>, <yy> + b <zz> = r <xy>, largest |z|",
    identities.worst,
    DEVIATION,
    {
      z: identities.z,
    },
  );
  const sum = lorenz.lyapunov1.value + lorenz.lyapunov2.value + lorenz.lyapunov3.value;
  yield check("exact", "Lorenz: sum of exponents against the divergence -41/3", Math.abs(sum + 41 / 3), 1e-3);
}

/** The largest difference of trajectories, relative to 1 and their own size, from those of the reference. */
async function largestDifference(device: Device, options: DynamicsOptions): Promise<number> {
  const count = 64;
  using ensemble = await DynamicsSimulation.create(device, options);
  const { data, shape } = await ensemble.samples(0, count);
  const [times, , , quantities] = shape;
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const { samples } = trajectoryOf(ensemble.plan, 0, i);
    // The tails of the law of a start would be compared in vain: there one step is too long.
    if (Math.max(...samples.subarray(0, quantities).map(Math.abs)) > 5) continue;
    for (let row = 0; row < times; row++) {
      for (let k = 0; k < quantities; k++) {
        const right = samples[row * quantities + k];
        const found = data[(row * count + i) * quantities + k];
        worst = Math.max(worst, Math.abs(found - right) / Math.max(1, Math.abs(right)) || 0);
        if (!Number.isFinite(found)) return Number.POSITIVE_INFINITY;
      }
    }
  }
  if (ensemble.device.kind === "gpu" && ensemble.plan.exponents > 0) {
    using reference = await DynamicsSimulation.create(new ReferenceDevice(device.info.host), options);
    for (const each of [ensemble, reference]) await each.run(16);
    // The sum of all does not depend on the tangents that it begins with.
    const [own, right] = [ensemble, reference].map((each) =>
      each.result().exponents!.reduce((sum, { value }) => sum + value, 0),
    );
    worst = Math.max(worst, Math.abs(own - right));
  }
  return worst;
}

/** By how much the number of steps that trajectories chose differs from the reference's, and by how much that of those tried again. */
async function differenceOfSteps(device: Device, method: "tsit5" | "rosenbrock23"): Promise<number> {
  const count = 64;
  const options: DynamicsOptions = {
    // Fast jumps, by which steps are rejected; the time in a right side would keep them short.
    ...{ system: "x' = y; y' = 10*(1 - x^2)*y - x; x ~ normal(0, 1); y ~ normal(0, 1)", until: 30, points: 2 },
    ...{ method, tolerance: 1e-4, trajectories: count },
  };
  const counted = [device, new ReferenceDevice(device.info.host)].map(async (each) => {
    using ensemble = await DynamicsSimulation.create(each, options);
    await ensemble.run(count);
    return ensemble.result().steps!;
  });
  const [own, right] = await Promise.all(counted);
  return (
    (Math.abs(own.accepted - right.accepted) + Math.abs(own.rejected - right.rejected)) /
    (right.accepted + right.rejected)
  );
}

/** The largest relative difference of means and standard deviations from those of the same numbers in f64. */
async function errorOfSums(device: Device): Promise<number> {
  const count = 3000;
  const system = "x' = 0; y' = 0; z' = 0; x ~ normal(1000, 0.1); y ~ cauchy(0, 1e-9); z ~ normal(-1e6, 1e6)";
  using ensemble = await DynamicsSimulation.create(device, { system, until: 1, points: 2, dt: 1 });
  await ensemble.run(count);
  const { mean, sd } = ensemble.result();
  const { data } = await ensemble.samples(0, count);
  let worst = 0;
  for (let i = 0; i < 3; i++) {
    const own = Array.from({ length: count }, (_, k) => data[k * 3 + i]);
    const middle = own.reduce((sum, x) => sum + x, 0) / count;
    const spread = Math.sqrt(own.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (count - 1));
    worst = Math.max(worst, Math.abs(mean[0][i] - middle) / spread, Math.abs(sd[0][i] / spread - 1));
  }
  return worst;
}

/** Cells that do not count what trajectories show. */
async function miscounted(device: Device): Promise<number> {
  const count = 200;
  const system = `${MAP}; n -> n + 0.25; n = -1; l := ln(x)`;
  const histograms = "y = -0.2:0.4:30; n = -0.5:0.75:5; l = -1:0:100";
  const options = { system, set: "a=1.1:1.2:3", until: 8, points: 9, histograms, trajectories: count };
  using ensemble = await DynamicsSimulation.create(device, options);
  await ensemble.run(count);
  const { data } = await ensemble.samples(0, count);
  const { points = [] } = ensemble.result();
  const { quantities, plan } = ensemble;
  let wrong = 0;
  for (const [point, { histograms: own = [] }] of points.entries()) {
    for (const [k, { below, counts, above }] of own.entries()) {
      const { edges, quantity } = plan.histograms[k];
      for (let row = 0; row < plan.times.length; row++) {
        const right = new Array<number>(edges.length + 1).fill(0);
        for (let i = 0; i < count; i++) {
          const at = ((row * points.length + point) * count + i) * quantities.length + quantity;
          const cell = cellOfValue(data[at], edges);
          if (cell !== undefined) right[cell]++;
        }
        wrong += countMismatches([below[row], ...counts[row], above[row]], right);
      }
    }
  }
  return wrong;
}

async function errorOfDoubling(ensemble: DynamicsSimulation): Promise<number> {
  const count = 64;
  const { data } = await ensemble.samples(0, count);
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const { samples } = trajectoryOf(ensemble.plan, 0, i); // f64 moves 48 bits exactly
    worst = Math.max(worst, Math.abs(data[count + i] - samples[1]));
  }
  return worst;
}

/** Numbers two by two. */
const pairs = (rows: number[][], value: number, i: number) => {
  if (i % 2 === 0) rows.push([]);
  rows[rows.length - 1].push(value);
  return rows;
};
