// What models know exactly, at the edges of their parameters: finite or absent, and only what a run can be compared with.

import { describe, expect, it } from "vitest";
import { ising, kaufman, onsager } from "../src/index.ts";
import { type AnyModel, models } from "../src/models/index.ts";
import { device } from "./devices.ts";

type Known = Record<string, { value: number; source: string }>;
const known = (model: AnyModel, options: object) => model.exact(model.parameters.parse(options) as never) as Known;

/** Values from within a parameter's bounds and at them. */
const EXTREMES: Record<string, Record<string, unknown[]>> = {
  ising: {
    size: [
      [2, 2],
      [4, 4],
      [2, 8],
      [64, 2],
      [64, 64],
      [8192, 4],
      [4, 2 ** 20],
      [4096, 4096],
    ],
    temperature: [5e-324, 1e-300, 1e-6, 0.05, 1, 2.269185314213022, 2.3, 1e6, 1e300],
    field: [0, 1e-300, 1e-9, -0.3, 1e6],
    couplings: [
      [1, 1],
      [1, 0],
      [0, 1],
      [0, 0],
      [1, 1e-18],
      [-1, -1],
      [1, -0.3],
      [1e6, 1e-6],
      [1e-300, 1e-300],
    ],
  },
  "curie-weiss": {
    size: [2, 3, 1000, 32768],
    temperature: [5e-324, 1e-300, 0.01, 1, 100],
    field: [0, 1e-300, 1e-4, -0.5, 100],
  },
  hopfield: {
    neurons: [2, 16, 1000, 32768],
    patterns: [1, 100, 65536],
    temperature: [0, 5e-324, 1e-300, 1e-9, 0.001, 0.3, 0.999999, 1, 100],
    noise: [0, 0.5, 1],
    couplings: ["all", "lattice"],
  },
  "dense-memory": { neurons: [2, 32768], patterns: [1, 65536], order: [2, 30], beta: [1e-300, 20] },
  rbm: { hidden: [0, 1000], images: [1], learningRate: [0, 1] },
  reservoir: {
    ...{ task: ["memory"], topology: ["ring"], activation: ["linear"] },
    ...{ units: [1, 2, 100], delays: [1, 50, 4096], spectralRadius: [0, 1e-300, 0.5, 1 - 2 ** -53, 1, 2] },
  },
  diffusion: {
    data: ["1 [0] 1", "1 [1e6] 1e-12", "1 [-1e-300] 1e12", "1 [0, 1] 1; 1e-9 [1e3, 1e3] 4", "gmm8"],
    steps: [1, 2, 50],
    sampler: ["ddpm", "ddim", "heun"],
  },
  gillespie: {
    until: [1e-300, 1, 1e6],
    network: [
      ...[0, 1e-300, 1, 1e6, 1e300].map((k) => `0 -> X @ k; X -> 0 @ g; k = ${k}; g = 0.1; X = 0`),
      ...[0, 1e-300, 1, 1e300].map((k) => `A <-> B @ k1, k2; k1 = ${k}; k2 = 0.5; A = 30`),
    ],
  },
};

function* combinations(choices: Record<string, unknown[]>): Generator<Record<string, unknown>> {
  const [first, ...rest] = Object.entries(choices);
  if (!first) return yield {};
  for (const value of first[1]) {
    for (const others of combinations(Object.fromEntries(rest))) yield { [first[0]]: value, ...others };
  }
}

describe("exact values are finite or absent", () => {
  it.each(models.map((model) => [model.name, model] as const))("%s", (name, model) => {
    let values = 0;
    for (const options of combinations(EXTREMES[name] ?? {})) {
      if (!model.parameters.safeParse(options).success) continue;
      const exact = known(model, options);
      for (const [of, { value, source }] of Object.entries(exact)) {
        expect(Number.isFinite(value), `${name} ${JSON.stringify(options)}: ${of} = ${value} (${source})`).toBe(true);
        expect(source).not.toBe("");
        values++;
      }
    }
    if (["ising", "curie-weiss", "hopfield", "reservoir", "diffusion", "gillespie"].includes(name))
      expect(values).toBeGreaterThan(20);
  });
});

describe("exact values are those that a run can be compared with", () => {
  const names = (options: object) => Object.keys(known(ising, options)).sort().join(" ");
  const even = "absMagnetization absStaggered binder energy specificHeat staggered susceptibility";
  const all = "absMagnetization absStaggered binder energy magnetization specificHeat staggered susceptibility";
  const antiferromagnetic = "absMagnetization absStaggered binder energy magnetization specificHeat susceptibility";

  it("tiny Ising lattices: no mean of both phases where a run stays in one", () => {
    expect(names({ size: [4, 4], temperature: 1 })).toBe(even);
    expect(names({ size: [4, 4], temperature: 3 })).toBe(all);
    expect(names({ size: [4, 4], temperature: 1, couplings: [1, 0] })).toBe(all);
    expect(names({ size: [4, 4], temperature: 0.5, couplings: [1, 0] })).toBe(even); // chains that do not turn over
    expect(names({ size: [4, 4], temperature: 1, couplings: [-1, -1] })).toBe(antiferromagnetic); // its order is m_s
    expect(names({ size: [4, 4], temperature: 1, field: 1e-9 })).toBe("");
    expect(names({ size: [4, 4], temperature: 1, field: 1 })).toBe(all);
    expect(names({ size: [4, 4], temperature: 1, field: -1 })).toBe(all);
    expect(names({ size: [4, 4], temperature: 3, field: 1e-9 })).toBe(all);
  });

  it("a run of 4 × 4 from up agrees with all that is shown, below T_c and above", async () => {
    for (const temperature of [1, 1.8, 2.3, 4]) {
      using lattice = await ising.create(device, {
        size: [4, 4],
        temperature,
        algorithm: "heat-bath",
        replicas: 16,
        seed: 4n,
      });
      await lattice.run(200);
      const series = await lattice.collect(500, { every: 3 });
      const found = lattice.estimate(series);
      for (const [name, { value }] of Object.entries(known(ising, { size: [4, 4], temperature }))) {
        const estimate = found[name as keyof typeof found];
        expect(Math.abs(estimate.value - value) / estimate.error, `${name} at ${temperature}`).toBeLessThan(5);
      }
      // Negative control: the mean over both phases, which is not shown.
      if (temperature === 1)
        expect(Math.abs(found.magnetization.value) / found.magnetization.error).toBeGreaterThan(100);
    }
  });

  it("|m| of long strips is not that of the plane", () => {
    expect(names({ size: [64, 64], temperature: 1 })).toContain("absMagnetization");
    expect(names({ size: [8192, 4], temperature: 1 })).not.toContain("absMagnetization");
    expect(names({ size: [4, 8192], temperature: 1 })).not.toContain("absMagnetization");
    expect(names({ size: [8192, 4], temperature: 0.2 })).toContain("absMagnetization");
  });

  it("strips have their own energy, and anisotropic ones a finite one", () => {
    const { energy } = known(ising, { size: [8192, 4], temperature: 2.3 });
    expect(energy!.value).toBeCloseTo(-1.3875433, 7);
    expect(energy!.source).toBe("Kaufman 1949");
    expect(Math.abs(energy!.value - onsager({ temperature: 2.3 }).energy)).toBeGreaterThan(0.04);
    expect(known(ising, { size: [64, 64], temperature: 0.05, couplings: [1, 0] }).energy!.value).toBe(-1);
    expect(known(ising, { size: [64, 64], temperature: 2 }).energy!.value).toBe(
      kaufman(64, 64, { temperature: 2 }).energy,
    );
  });
});
