// The systems to learn: against Lyapunov exponents, orders of convergence, exact solutions and the coupling at which two of them
// synchronise.

import { describe, expect, it } from "vitest";
import { ParameterError } from "../src/index.ts";
import { digestOf } from "../src/models/checkpoint.ts";
import { circle, Fourier } from "../src/systems/fourier.ts";
import { type Flow, type FlowName, type FlowOptions, flowNames, flowOf } from "../src/systems/index.ts";
import { power } from "../src/systems/mackey-glass.ts";

const stateAfter = (flow: Flow, start: readonly number[], samples: number) =>
  Array.from(flow.trajectory({ steps: 1, transient: samples, start }));
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.hypot(...Array.from(a, (x, i) => x - b[i]));
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
const estimate = (values: readonly number[]) => {
  const value = meanOf(values);
  const square = values.reduce((sum, v) => sum + (v - value) ** 2, 0);
  return { value, error: Math.sqrt(square / (values.length * (values.length - 1))) };
};

/** A function on the ring of points. */
const wave = (grid: number, value: (angle: number) => number) =>
  Array.from({ length: grid }, (_, i) => value((2 * Math.PI * i) / grid));

/** Growth of a small difference per unit of time, pulled back after each `samples` samples; the error is that of the mean of 20 blocks. */
function exponent(flow: Flow, { samples, pulls }: { samples: number; pulls: number }) {
  const small = 1e-7;
  let state = Array.from(flow.trajectory({ steps: 1, seed: 3n }));
  let perturbed = state.map((x, i) => x + (i === 0 ? small : 0));
  const rates = Array.from({ length: 20 }, (_, block) => {
    let sum = 0;
    for (let pull = block === 0 ? -5 : 0; pull < pulls; pull++) {
      [state, perturbed] = [stateAfter(flow, state, samples), stateAfter(flow, perturbed, samples)];
      const apart = distance(state, perturbed);
      if (pull >= 0) sum += Math.log(apart / small);
      perturbed = state.map((x, i) => x + ((perturbed[i] - x) * small) / apart);
    }
    return sum / (pulls * samples * flow.dt);
  });
  return estimate(rates);
}

describe("the largest Lyapunov exponent", () => {
  it.each<[FlowName, FlowOptions, expected: number, uncertainty: number, samples: number, pulls: number]>([
    ["logistic", {}, Math.LN2, 0, 10, 200],
    ["logistic", { r: 3.7 }, 0.355012, 0.0001, 10, 500],
    ["henon", {}, 0.41922, 0.00001, 10, 500],
    ["coupled-logistic", { coupling: 0.4 }, Math.LN2, 0, 10, 200],
    ["lorenz", {}, 0.9056, 0.0005, 50, 50],
    ["roessler", {}, 0.0713, 0.0003, 50, 40],
    ["lorenz96", {}, 1.684, 0.008, 20, 25],
    ["kuramoto-sivashinsky", { grid: 32 }, 0.0476, 0.0014, 40, 10],
  ])("%s %o is %d", (name, options, expected, uncertainty, samples, pulls) => {
    const flow = flowOf(name, options);
    const { value, error } = exponent(flow, { samples, pulls });
    const spread = Math.hypot(error, uncertainty);
    expect(spread).toBeLessThan(0.12 * expected);
    expect(Math.abs(value - expected) / spread).toBeLessThan(4);
    if (flow.lyapunov) expect(Math.abs(flow.lyapunov.value - expected)).toBeLessThanOrEqual(uncertainty);
    if (name === "logistic") expect(Math.abs(value - 0.432173) / spread).toBeGreaterThan(4); // r = 3.8
  });

  it("that of Mackey and Glass, from differences of 10⁻¹¹ once they have turned into its direction", () => {
    const flow = flowOf("mackey-glass");
    const rates = Array.from({ length: 30 }, (_, k) => {
      const [a, b] = [0, 1e-11].map((by) => flow.trajectory({ start: [0.5 + k / 30 + by], steps: 2701 }));
      const apart = (t: number) => distance(a.subarray(t - 17, t + 1), b.subarray(t - 17, t + 1));
      return Math.log(apart(2700) / apart(1200)) / 1500;
    });
    const { value, error } = estimate(rates);
    expect(error).toBeLessThan(0.0005);
    expect(Math.abs(value - flow.lyapunov!.value) / error).toBeLessThan(4);
  });
});

describe("steps half as long leave a sixteenth of the error", () => {
  it.each<[FlowName, FlowOptions, start: readonly number[], samples: number, substeps: number]>([
    ["lorenz", { dt: 0.1 }, [1, 2, 20], 5, 10],
    ["roessler", { dt: 0.5 }, [1, 2, 1], 10, 20],
    ["lorenz96", { dt: 0.1, sites: 5 }, [8, 8, 9, 7, 8], 10, 20],
    ["coupled-lorenz", { dt: 0.1 }, [1, 2, 20, 4, -3, 25], 5, 10],
    ["mackey-glass", {}, [0.9], 100, 2],
    ["kuramoto-sivashinsky", { dt: 1, grid: 16 }, wave(16, Math.sin), 4, 32],
  ])("%s", (name, options, start, samples, substeps) => {
    const ends = [1, 2, 16].map((finer) => {
      return stateAfter(flowOf(name, { ...options, substeps: substeps * finer }), start, samples);
    });
    const [coarse, fine] = [0, 1].map((i) => distance(ends[i], ends[2]));
    expect(coarse).toBeGreaterThan(1e-9);
    expect(coarse / fine).toBeGreaterThan(13);
    expect(coarse / fine).toBeLessThan(20);
  });
});

describe("Kuramoto–Sivashinsky", () => {
  it("small waves grow by q² - q⁴", () => {
    const flow = flowOf("kuramoto-sivashinsky");
    for (const k of [1, 2, 3, 5]) {
      const start = wave(64, (angle) => 1e-8 * Math.cos(k * angle));
      const q = (2 * Math.PI * k) / 22;
      expect(stateAfter(flow, start, 8)[0] / 1e-8).toBeCloseTo(Math.exp(2 * (q ** 2 - q ** 4)), 7);
    }
  });

  it("a wind carries a wave along", () => {
    const shape = (angle: number) => Math.cos(angle) * (1 + Math.sin(2 * angle));
    const flow = flowOf("kuramoto-sivashinsky", { substeps: 8 });
    const still = stateAfter(flow, wave(64, shape), 16); // 4 units of time
    const shift = 5; // points, of 22/64 each
    const wind = (shift * 22) / 64 / 4;
    const carried = stateAfter(
      flow,
      wave(64, (angle) => shape(angle) + wind),
      16,
    );
    for (let i = 0; i < 64; i++) expect(carried[(i + shift) % 64] - wind).toBeCloseTo(still[i], 5);
  });

  it("keeps its mean, and its energy within bounds", () => {
    const path = flowOf("kuramoto-sivashinsky", { grid: 32 }).trajectory({ steps: 2000, seed: 8n });
    for (let t = 0; t < 2000; t += 100) {
      const u = path.subarray(32 * t, 32 * (t + 1));
      expect(Math.abs(meanOf(Array.from(u)))).toBeLessThan(1e-12);
      const energy = meanOf(Array.from(u, (x) => x * x));
      expect(energy).toBeGreaterThan(0.3);
      expect(energy).toBeLessThan(4);
    }
  });

  it("transforms agree with their sums, the circle with the functions", () => {
    const { cos, sin } = circle(64);
    for (let k = 0; k < 64; k++) {
      expect(Math.abs(cos[k] - Math.cos((Math.PI * k) / 32))).toBeLessThan(1e-15);
      expect(Math.abs(sin[k] - Math.sin((Math.PI * k) / 32))).toBeLessThan(1e-15);
    }
    const x = Float64Array.from({ length: 16 }, (_, i) => Math.sin(i * i));
    const y = x.map((_, i) => Math.cos(3 * i * i));
    const [re, im] = [x.slice(), y.slice()];
    const fourier = new Fourier(16);
    fourier.forward(re, im);
    for (let k = 0; k < 16; k++) {
      let [a, b] = [0, 0];
      for (let j = 0; j < 16; j++) {
        const [c, s] = [Math.cos((Math.PI * j * k) / 8), -Math.sin((Math.PI * j * k) / 8)];
        [a, b] = [a + x[j] * c - y[j] * s, b + x[j] * s + y[j] * c];
      }
      expect([re[k] - a, im[k] - b].every((difference) => Math.abs(difference) < 1e-13)).toBe(true);
    }
    fourier.inverse(re, im);
    for (let i = 0; i < 16; i++) expect(Math.max(Math.abs(re[i] - x[i]), Math.abs(im[i] - y[i]))).toBeLessThan(1e-14);
  });
});

describe("two coupled systems synchronise above the critical coupling only", () => {
  it.each<[FlowName, below: number, above: number, transient: number]>([
    ["coupled-logistic", 0.22, 0.28, 2000],
    ["coupled-lorenz", 0.4, 0.52, 20_000],
  ])("%s", (name, below, above, transient) => {
    const critical = flowOf(name).criticalCoupling!.value;
    expect(critical).toBeGreaterThan(below);
    expect(critical).toBeLessThan(above);
    const apart = [below, above].map((coupling) => {
      const flow = flowOf(name, { coupling });
      const path = flow.trajectory({ steps: 1000, transient, seed: 5n });
      const half = flow.dimension / 2;
      return path.reduce(
        (most, x, i) => (i % (2 * half) < half ? Math.max(most, Math.abs(x - path[i + half])) : most),
        0,
      );
    });
    expect(apart[0]).toBeGreaterThan(0.1);
    expect(apart[1]).toBeLessThan(1e-11);
  });
});

describe("trajectories", () => {
  it("are the same in every host", async () => {
    const paths = flowNames.map((name) =>
      flowOf(name).trajectory({ steps: 50, transient: 100, seed: 11n, trajectory: 2 }),
    );
    const digests = await Promise.all(paths.map((path) => digestOf(new Uint8Array(path.buffer))));
    expect(Object.fromEntries(flowNames.map((name, i) => [name, digests[i].slice(7, 23)]))).toMatchInlineSnapshot(`
      {
        "coupled-logistic": "30db9959b97e2851",
        "coupled-lorenz": "e8ff25d0f7d03f76",
        "henon": "25b68ff9ac1b472e",
        "kuramoto-sivashinsky": "209b9fdde9746dfd",
        "logistic": "e68d19ce072ad08f",
        "lorenz": "d582fda217df49bc",
        "lorenz96": "2ee663af63555d9d",
        "mackey-glass": "afb3a31cf33297bc",
        "roessler": "558236a68253061b",
      }
    `);
  });

  it("a start is the first sample, a transient drops the first ones", () => {
    for (const name of flowNames) {
      const flow = flowOf(name);
      const start = Array.from(flow.trajectory({ steps: 1 }));
      const path = flow.trajectory({ steps: 5, start });
      expect(path.length).toBe(5 * flow.dimension);
      expect(Array.from(path.subarray(0, flow.dimension))).toEqual(start);
      expect(flow.trajectory({ steps: 3, transient: 2, start })).toEqual(path.subarray(2 * flow.dimension));
    }
  });

  it("each has its own start, by seed and number", () => {
    for (const name of flowNames) {
      const flow = flowOf(name);
      const begins = [{}, { trajectory: 1 }, { seed: 1n }, { seed: 2n ** 40n }].map((options) =>
        flow.trajectory({ steps: 1, transient: 0, ...options }).join(),
      );
      expect(new Set(begins).size).toBe(4);
      expect(flow.trajectory({ steps: 1, transient: 0, seed: 0n, trajectory: 0 }).join()).toBe(begins[0]);
    }
  });

  it("whole powers are products", () => {
    expect([0, 1, 2, 5, 10].map((n) => power(3, n))).toEqual([1, 3, 9, 243, 59049]);
  });
});

describe("what is refused", () => {
  it.each<[name: string, FlowOptions, RegExp]>([
    ["lorentz", {}, /system "lorentz": there are logistic, henon/],
    ["lorenz", { dt: 0 }, /lorenz: dt 0: .* above 0/],
    ["lorenz", { dt: Number.NaN }, /dt NaN/],
    ["lorenz", { rho: Number.POSITIVE_INFINITY }, /rho Infinity: .* finite/],
    ["lorenz", { substeps: 1.5 }, /substeps 1.5: .* whole number from 1/],
    ["lorenz", { coupling: 1 }, /lorenz: it has no coupling; its constants are dt, substeps, sigma/],
    ["logistic", { r: 4.1 }, /r 4.1: above 4/],
    ["coupled-logistic", { coupling: 1.5 }, /coupling 1.5: .* from 0 to 1/],
    ["coupled-lorenz", { coupling: -1 }, /coupling -1: .* 0 or more/],
    ["mackey-glass", { delay: 17.05 }, /delay 17.05: it must be a whole multiple of dt \/ substeps = 0.1/],
    ["mackey-glass", { delay: 1e8 }, /delay 100000000: it has 1000000000 steps/],
    ["mackey-glass", { power: 9.65 }, /power 9.65: .* whole number/],
    ["kuramoto-sivashinsky", { grid: 100 }, /grid 100: .* power of two from 8/],
    ["kuramoto-sivashinsky", { length: -22 }, /length -22/],
    ["lorenz96", { sites: 3 }, /sites 3: .* from 4/],
  ])("%s %o", (name, options, message) => {
    expect(() => flowOf(name as FlowName, options)).toThrow(message);
    expect(() => flowOf(name as FlowName, options)).toThrow(ParameterError);
  });

  it.each<[FlowName, FlowOptions, Parameters<Flow["trajectory"]>[0], RegExp]>([
    ["lorenz", {}, { steps: 0 }, /lorenz: steps 0: .* from 1/],
    ["lorenz", {}, { steps: 1e9 }, /steps 1000000000: .* to 89478485/],
    ["lorenz", {}, { steps: 1, transient: -1 }, /transient -1/],
    ["lorenz", {}, { steps: 1, trajectory: 2 ** 32 }, /trajectory 4294967296/],
    ["lorenz", {}, { steps: 1, seed: -1n }, /seed -1/],
    ["lorenz", {}, { steps: 1, start: [1, 2] }, /start 1,2: it must be 3 finite numbers/],
    ["lorenz", {}, { steps: 1, start: [1, 2, Number.NaN] }, /finite/],
    ["lorenz", { dt: 0.5, substeps: 1 }, { steps: 99 }, /diverges after \d+ samples: lower dt, or raise/],
    ["henon", {}, { steps: 99, start: [3, 3] }, /henon: .* diverges .*: start nearer/],
    ["logistic", {}, { steps: 99, start: [1.01] }, /starts lie between 0 and 1/],
    ["kuramoto-sivashinsky", { dt: 8 }, { steps: 999 }, /diverges/],
  ])("%s %o %o", (name, options, asked, message) => {
    expect(() => flowOf(name, options).trajectory(asked)).toThrow(message);
    expect(() => flowOf(name, options).trajectory(asked)).toThrow(ParameterError);
  });
});
