// What huggingface/diffusers expects of its schedulers without random numbers (Apache-2.0, commit 58eb52c0, tests/schedulers): 768 numbers, a
// model that is x t / (t + 1), ten steps, and the sum of magnitudes at the end. Numbers only; each is reproduced on the device.

import { describe, expect, it } from "vitest";
import { type DiffusionOptions, diffusion, type Level } from "../src/index.ts";
import { diffusionParameters } from "../src/models/diffusion/parameters.ts";
import { programOf } from "../src/models/diffusion/sampler-stages.ts";
import { scheduleOf, signals } from "../src/models/diffusion/schedules.ts";
import { device } from "./devices.ts";

const COUNT = 768;
const SAMPLE = Float32Array.from({ length: COUNT }, (_, k) => k / COUNT);
const NOISE = Float32Array.from({ length: COUNT }, (_, k) => (COUNT - 1 - k) / COUNT);
const DATA = "1 [0] 1; 1 [1] 1"; // only its dimension counts

const each = (body: string) => `fn model(x: Sample, time: f32, next: f32, signal: f32, noise: f32) -> Sample {
  var out: Sample;
  for (var i = 0u; i < DIMENSIONS; i++) {
    ${body}
  }
  return out;
}`;
const DUMMY = each("out[i] = x[i] * time / (time + 1.0);");

async function magnitudes(
  options: DiffusionOptions,
  noise: Float32Array = SAMPLE,
): Promise<{ sum: number; x: Float32Array }> {
  const { data = DATA } = options;
  const samples = data === DATA ? COUNT : 4;
  using simulation = await diffusion.create(device, { wgsl: DUMMY, ...options, data, samples, noise });
  await simulation.run(simulation.length);
  const x = await simulation.scaled();
  return { sum: x.reduce((total, value) => total + Math.abs(value), 0), x };
}

/** As diffusers' tests: 0.01 on the sum, but no closer than f32 adds up. */
const near = (sum: number, expected: number, tolerance = 1e-2) =>
  expect(Math.abs(sum - expected), `${sum} for ${expected}`).toBeLessThan(Math.max(tolerance, 2e-6 * expected));

const linear = (more: Partial<DiffusionOptions> = {}): DiffusionOptions => ({
  schedule: "linear",
  steps: 10,
  clip: 1,
  ...more,
});
const parametersOf = (options: DiffusionOptions) =>
  diffusionParameters.parse(options) as ReturnType<typeof diffusionParameters.parse> & { schedule: "linear" };

/** Noise over signal at the times 0 … T - 1. */
const ratiosOf = (trainSteps: number) =>
  Array.from(signals(parametersOf({ schedule: "linear", trainSteps })), (signal) => Math.sqrt(1 / signal ** 2 - 1));

/** The time, with a fraction, at which the schedule has this noise. */
function timeOf(sigma: number, sigmas: readonly number[]): number {
  const at = Math.max(0, sigmas.filter((value) => value <= sigma).length - 1);
  const low = Math.min(at, sigmas.length - 2);
  const share = (Math.log(sigma) - Math.log(sigmas[low])) / (Math.log(sigmas[low + 1]) - Math.log(sigmas[low]));
  return low + Math.min(1, Math.max(0, share));
}

const karras = (least: number, most: number, count: number, rho = 7) =>
  Array.from(
    { length: count },
    (_, i) => (most ** (1 / rho) + (i / (count - 1)) * (least ** (1 / rho) - most ** (1 / rho))) ** rho,
  );

describe("DDIM", () => {
  it.each([
    ["1: ε", {}, 172.0067],
    ["2: v", { prediction: "v_prediction" as const }, 52.5302],
    ["3: first β 0.01, to the clean sample", { betaStart: 0.01 }, 149.8295],
    ["4: to the first level", { betaStart: 0.01, last: "first" as const }, 149.0784],
  ])("%s", async (_, more, expected) => {
    near((await magnitudes(linear({ sampler: "ddim", prediction: "epsilon", ...more }))).sum, expected);
  });

  it("5: from noise added at the eighth time", async () => {
    const { levels } = scheduleOf(parametersOf(linear()));
    const { signal, noise } = levels[8];
    const noisy = SAMPLE.map((value, i) => signal * value + noise * NOISE[i]);
    const rest = levels.slice(8);
    near((await magnitudes({ sampler: "ddim", prediction: "epsilon", clip: 1, levels: rest }, noisy)).sum, 354.5418);
  });

  it.each([
    ["6: ε", { prediction: "epsilon" as const }, 671.6816],
    ["7: v", { prediction: "v_prediction" as const }, 1394.2185],
    ["8: first β 0.01, from the clean sample", { prediction: "epsilon" as const, betaStart: 0.01 }, 539.9622],
    ["8: from the first level", { prediction: "epsilon" as const, betaStart: 0.01, last: "first" as const }, 542.6722],
  ])("inverse, %s", async (_, more, expected) => {
    near((await magnitudes(linear({ sampler: "ddim-inverse", ...more }))).sum, expected);
  });

  it("25, 26: variances", () => {
    const all = signals(parametersOf({ schedule: "linear" }));
    const level = (time: number): Level => ({
      ...(time < 0 ? { signal: 1, noise: 0 } : { signal: all[time], noise: Math.sqrt(1 - all[time] ** 2) }),
      time,
    });
    const variance = (sampler: "ddim" | "ddpm", from: number, to: number) => {
      const options = { ...parametersOf({ sampler, eta: 1, schedule: "linear" }), sampler };
      return programOf({ levels: [level(from), level(to)], start: 1 }, options).stages[0].s ** 2;
    };
    for (const [from, to, expected] of [
      [420, 400, 0.14771],
      [980, 960, 0.3246],
      [487, 486, 0.00979],
      [999, 998, 0.02],
    ]) {
      expect(Math.abs(variance("ddim", from, to) - expected)).toBeLessThan(1e-5);
    }
    for (const [time, expected] of [
      [0, 0],
      [487, 0.00979],
      [999, 0.02],
    ]) {
      expect(Math.abs(variance("ddpm", time, time - 1) - expected)).toBeLessThan(1e-5);
    }
  });
});

/**
 * Euler and Heun: diffusers' tests scale the sample for the model, by 1/√(σ² + 1), and step what is scaled. So each step is a run of its own;
 * in Heun's second stage the scaling is the model's.
 */
describe("Euler and Heun, T = 1100", () => {
  const sigmas = ratiosOf(1100);
  const at = (time: number) => {
    const low = Math.min(Math.floor(time), sigmas.length - 2);
    return sigmas[low] + (time - low) * (sigmas[low + 1] - sigmas[low]);
  };
  const times = Array.from({ length: 10 }, (_, i) => (1099 * (9 - i)) / 9);
  const plain = times.map((time) => ({ time, noise: at(time) }));
  const spread = karras(at(0), at(1099), 10).map((noise) => ({ time: timeOf(noise, sigmas), noise }));

  // v of diffusers is about the sample of unit variance: D = x/(σ² + 1) - σ v/√(σ² + 1). Heun's second stage ends where it begins.
  const scaling = (out: string) =>
    each(`
    let seen = select(x[i], x[i] / sqrt(noise * noise + 1.0), time == next);
    let said = seen * time / (time + 1.0);
    let clean = seen / (noise * noise + 1.0) - said * noise / sqrt(noise * noise + 1.0);
    out[i] = ${out};`);
  const models = { epsilon: scaling("said"), v: scaling("(seen - clean) / noise") };

  async function run(
    sampler: "euler" | "heun",
    prediction: "epsilon" | "v",
    levels: typeof plain,
    start: Float32Array,
  ) {
    let x = start;
    for (const [i, { time, noise }] of levels.entries()) {
      const next = levels[i + 1] ?? { time: -1, noise: 0 };
      x = x.map((value) => value / Math.sqrt(noise ** 2 + 1));
      const steps = [
        { signal: 1, noise, time },
        { signal: 1, noise: next.noise, time: next.time },
      ];
      x = (await magnitudes({ sampler, prediction: "epsilon", wgsl: models[prediction], levels: steps }, x)).x;
    }
    return x.reduce((sum, value) => sum + Math.abs(value), 0);
  }
  const most = Math.max(...sigmas);
  const scaled = (by: number) => SAMPLE.map((value) => by * value);
  const from = (i: number) => SAMPLE.map((value, k) => most * value + plain[i].noise * NOISE[k]);

  it.each([
    ["9: Euler", "euler", "epsilon", plain, scaled(most), 10.0807],
    ["10: Euler, v", "euler", "v", plain, scaled(most), 0.0002],
    ["11: Euler, Karras", "euler", "epsilon", spread, scaled(spread[0].noise), 124.522995],
    ["12: Euler, noise at the eighth time", "euler", "epsilon", plain.slice(8), from(8), 57_062.9297],
    ["13: Heun", "heun", "epsilon", plain, scaled(most), 0.1233],
    ["14: Heun, v", "heun", "v", plain, scaled(most), 4.6934e-7],
    ["15: Heun, Karras", "heun", "epsilon", spread, scaled(spread[0].noise), 0.00015],
    ["16: Heun, noise at the eighth time", "heun", "epsilon", plain.slice(8), from(8), 75_074.8906],
  ] as const)("%s", async (_, sampler, prediction, levels, start, expected) => {
    near(await run(sampler, prediction, levels, start), expected);
  });
});

it("17: Euler of EDM", async () => {
  const levels = [...karras(0.002, 80, 10), 0].map(
    (noise): Level => ({ signal: 1, noise, time: noise > 0 ? Math.log(noise) / 4 : -9 }),
  );
  // F of the scaled input; D = c_skip x + c_out F with σ_data = ½.
  const wgsl = each(`
    let input = x[i] / sqrt(noise * noise + 0.25);
    let f = input * time / (time + 1.0);
    out[i] = x[i] * 0.25 / (noise * noise + 0.25) + f * noise * 0.5 / sqrt(noise * noise + 0.25);`);
  const start = SAMPLE.map((value) => value * Math.sqrt(80 ** 2 + 1));
  near((await magnitudes({ sampler: "euler", prediction: "sample", wgsl, levels }, start)).sum, 34.1855, 1e-3);
});

describe("DPM-Solver++ 2M", () => {
  const sigmas = ratiosOf(1000);
  const level = (time: number, sigma = sigmas[time]): Level => ({
    signal: 1 / Math.sqrt(sigma ** 2 + 1),
    noise: sigma / Math.sqrt(sigma ** 2 + 1),
    time,
  });
  const even = Array.from({ length: 11 }, (_, i) => Math.round((999 * (10 - i)) / 10))
    .slice(0, 10)
    .map((time) => level(time));
  const grid = (sigmas10: number[]) => sigmas10.map((sigma) => level(Math.round(timeOf(sigma, sigmas)), sigma));
  const end = level(0);
  const spread = grid(karras(sigmas[0], sigmas[999], 10));
  // Lu et al. 2022, section 3.3: evenly in the log of the signal-to-noise ratio.
  const logs = grid(
    Array.from({ length: 10 }, (_, i) => Math.exp(Math.log(sigmas[999]) + (i / 9) * Math.log(sigmas[0] / sigmas[999]))),
  );
  const run = (levels: Level[], more: DiffusionOptions, start = SAMPLE) =>
    magnitudes({ sampler: "dpmpp-2m", levels: [...levels, end], ...more }, start);

  it.each([
    ["18: ε", even, "epsilon", 0.3301],
    ["19: v", even, "v_prediction", 0.2251],
    ["20: Karras, v", spread, "v_prediction", 0.2096],
    ["21: Lu, v", logs, "v_prediction", 0.1554],
  ] as const)("%s", async (_, levels, prediction, mean) => {
    near((await run([...levels], { prediction })).sum / COUNT, mean, 1e-3);
  });

  it("22: noise at the fifth time", async () => {
    const { signal, noise } = even[5];
    const start = SAMPLE.map((value, k) => signal * value + noise * NOISE[k]);
    near((await run(even.slice(5), { prediction: "epsilon" }, start)).sum, 318.4111);
  });

  it("23: dynamic thresholding of four pictures of 192 numbers", async () => {
    const zeros = Array(192).fill(0).join(", ");
    const ones = Array(192).fill(1).join(", ");
    const data = `1 [${zeros}] 1; 1 [${ones}] 1`;
    const start = Float32Array.from({ length: COUNT }, (_, k) => ((k % 192) * 4 + Math.floor(k / 192)) / COUNT);
    const { sum } = await run(even, { data, prediction: "epsilon", threshold: 0.87, clip: 0.5 }, start);
    near(sum / COUNT, 1.1364, 1e-3);
  });
});

it("24: LCM in one step", async () => {
  const options = { schedule: "scaled-linear" as const, betaStart: 0.00085, betaEnd: 0.012 };
  const all = signals({ ...parametersOf({}), ...options });
  const from = { signal: all[999], noise: Math.sqrt(1 - all[999] ** 2), time: 999 };
  const levels = [from, { signal: 1, noise: 0, time: -1 }];
  near((await magnitudes({ sampler: "lcm", ...options, prediction: "epsilon", levels })).sum, 18.7097, 1e-3);
});
