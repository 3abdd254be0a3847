// Random numbers in the words of a network: their distributions against exact ones, the same numbers on the GPU and by the reference, and their addresses.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDevice } from "#open-device";
import { type Device, type GpuDevice, gillespie, ReferenceDevice } from "../src/index.ts";
import { drawTable } from "../src/models/gillespie/network/draws.ts";
import type { GillespieOptions } from "../src/models/gillespie/simulation.ts";
import { gammaP } from "../src/statistics/index.ts";
import { apply, event, math, operand, reaction, sbml, TIME } from "./sbml-text.ts";

let device: GpuDevice;
const reference = new ReferenceDevice("node");
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.dispose());

/** What trajectories `first` … have at the end of each species, in the order of `names`. */
async function ends(
  on: Device,
  options: GillespieOptions,
  names: string[],
  many: number,
  first = 0,
): Promise<number[][]> {
  using ensemble = await gillespie.create(on, { until: 2, points: 2, seed: 5n, ...options });
  const { species } = ensemble.ensemble.network;
  const found: number[][] = [];
  for (let at = first; at < first + many; at += 2000) {
    const counts = await ensemble.counts(at, Math.min(2000, first + many - at));
    found.push(...counts.map((path) => names.map((name) => path[1][species.indexOf(name)])));
  }
  return found;
}

/** Species that nothing else changes. */
const still = (...names: string[]) => names.map((name) => `${name} -> ${name} @ 0`).join("; ");

/** ln of n! by Stirling's series, or by logarithms. */
function logFactorial(n: number): number {
  if (n < 50) return Array.from({ length: n }, (_, i) => Math.log(i + 1)).reduce((a, b) => a + b, 0);
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3);
}
const binomialLaw = (n: number, p: number) => (k: number) =>
  k < 0 || k > n
    ? 0
    : Math.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
const poissonLaw = (mean: number) => (k: number) => (k < 0 ? 0 : Math.exp(k * Math.log(mean) - mean - logFactorial(k)));

/** p-value of Pearson's χ² over cells that expect at least a 40th of the numbers; what lies beyond the range is one cell. */
function pValue(numbers: readonly number[], law: (k: number) => number, [from, to]: [number, number]): number {
  let [chi, cells, expected, seen, rest, all] = [0, 0, 0, 0, numbers.length, numbers.length];
  const counts = new Map<number, number>();
  for (const each of numbers) counts.set(each, (counts.get(each) ?? 0) + 1);
  for (let k = from; k <= to; k++) {
    expected += law(k) * numbers.length;
    seen += counts.get(k) ?? 0;
    if (expected < numbers.length / 40) continue;
    chi += (seen - expected) ** 2 / expected;
    [rest, all, cells, expected, seen] = [rest - expected, all - seen, cells + 1, 0, 0];
  }
  if (rest > 1) chi += (all - rest) ** 2 / rest;
  return 1 - gammaP((cells + (rest > 1 ? 1 : 0) - 1) / 2, chi / 2);
}

describe("binomial numbers", () => {
  it("have their law from 1 to 100,000 trials, and another one does not fit", async () => {
    const cases: [number, number][] = [
      ...([
        [1, 0.25],
        [20, 0.3],
        [33, 0.5],
        [300, 0.999],
        [4095, 0.5],
      ] as [number, number][]),
      ...([
        [4096, 0.5],
        [5001, 0.5],
        [20_000, 0.125],
        [100_000, 0.3],
      ] as [number, number][]),
    ];
    const names = cases.map((_, i) => `X${i}`);
    const draws = cases.map(([n], i) => `X${i} = binomial(${n}, p${i})`).join(", ");
    const network = `${still(...names)}; ${cases.map(([, p], i) => `p${i} = ${p}`).join("; ")}; at 1: ${draws}`;
    const rows = await ends(device, { network }, names, 20_000);
    for (const [i, [n, p]] of cases.entries()) {
      const numbers = rows.map((row) => row[i]);
      const [mean, sd] = [n * p, Math.sqrt(n * p * (1 - p))];
      const range: [number, number] = [Math.floor(mean - 7 * sd), Math.ceil(mean + 7 * sd)];
      expect(pValue(numbers, binomialLaw(n, p), range), `${n} trials with ${p}`).toBeGreaterThan(1e-4);
      const shifted = p + (0.08 * sd) / n;
      expect(pValue(numbers, binomialLaw(n, shifted), range), `${n} trials with ${shifted}`).toBeLessThan(1e-4);
    }
  });

  it("keep their moments up to 2^31 - 1, and the parts of a division add up", async () => {
    const n = 2 ** 31 - 1;
    const network = `${still("X", "Y", "Z")}; X = ${n}; half := binomial(X, 0.5); at 1: X = half, Y = X - half, Z = binomial(X, 0.3)`;
    const many = 2000;
    const found = await ends(device, { network }, ["X", "Y", "Z"], many);
    for (const [x, y] of found) expect(x + y).toBe(n);
    for (const [i, p] of [0.5, 0.5, 0.3].entries()) {
      const z = found.map((row) => (row[i] - n * p) / Math.sqrt(n * p * (1 - p)));
      const moment = (power: number) => z.reduce((sum, each) => sum + each ** power, 0) / many;
      expect(Math.abs(moment(1)) * Math.sqrt(many)).toBeLessThan(4);
      expect(Math.abs(moment(2) - 1) * Math.sqrt(many / 2)).toBeLessThan(4);
      expect(Math.abs(moment(3)) * Math.sqrt(many / 15)).toBeLessThan(4);
      expect(Math.abs(moment(4) - 3) * Math.sqrt(many / 96)).toBeLessThan(4);
    }
  });
});

it("Poisson numbers have their law, from a table and by rejection, and another one does not fit", async () => {
  const means = [0.01, 0.7, 12, 127.5, 128, 1000, 4096, 8192, 10_000, 123_456.7];
  const names = means.map((_, i) => `X${i}`);
  const draws = means.map((_, i) => `X${i} = poisson(m${i})`).join(", ");
  const network = `${still(...names)}; ${means.map((mean, i) => `m${i} = ${mean}`).join("; ")}; at 1: ${draws}`;
  const rows = await ends(device, { network }, names, 20_000);
  for (const [i, mean] of means.entries()) {
    const numbers = rows.map((row) => row[i]);
    const sd = Math.sqrt(mean);
    const range: [number, number] = [Math.max(0, Math.floor(mean - 7 * sd)), Math.ceil(mean + 7 * sd + 3)];
    expect(pValue(numbers, poissonLaw(mean), range), `mean ${mean}`).toBeGreaterThan(1e-4);
    expect(pValue(numbers, poissonLaw(mean + 0.08 * sd), range), `mean ${mean}, shifted`).toBeLessThan(1e-4);
  }
});

it("the heights of a rejection are those of the laws to 2^-40, as f64 can tell", async () => {
  // Coins: m and k; Poisson numbers: a power, k and a sign.
  const coins = [
    [2048, 1],
    [2048, 60],
    [2048, 300],
    [5000, 77],
    [500_000, 4000],
    [2 ** 30 - 1, 100_000],
  ];
  const poisson = [
    [13, 1, 0],
    [13, 1, 1],
    [13, 100, 0],
    [13, 900, 1],
    [17, 3000, 0],
    [31, 300_000, 1],
  ];
  const { words } = drawTable();
  const generated = `
struct Run { seed: vec2u, slots: u32, most: u32 }
@group(0) @binding(0) var<storage, read_write> state: array<u32>;
@group(0) @binding(1) var<storage, read> points: array<u32>;
@group(0) @binding(2) var<uniform> run: Run;
const DRAW_TABLE = 0u; const POISSON_TABLE = 0u; const POISSON_FIRST = 0u; const POISSON_ROWS = 0u;
const OCCASIONS = 0u; const DRAW_PURPOSE = 0u; const MOST_DRAWN = 1u;
var<private> draw_failed: bool;
var<private> place: vec3u;
fn value_word(word: u32) -> u32 { return word; }
fn set_draw(draw: u32) {}
fn sample(draw: u32) -> Sample { return Sample(); }
fn put(i: u32, height: vec2u) { state[2u * i] = height.x; state[2u * i + 1u] = height.y; }
@compute @workgroup_size(1) fn heights() {
${coins.map(([m, k], i) => `  put(${i}u, height_of_heads(${k}u, ${m}u));`).join("\n")}
${poisson.map(([power, k, sign], i) => `  put(${coins.length + i}u, height_of_poisson(${k}u, ${sign === 1}, ${power}u));`).join("\n")}
}
`;
  const variables = {
    state: { binding: 0, kind: "storage" },
    points: { binding: 1, kind: "read-only-storage" },
    run: { binding: 2, kind: "uniform" },
  } as const;
  const kernel = await device.kernel({
    ...{ shader: "gillespie/draws.wgsl", generated, entryPoint: "heights" },
    ...{ variables, constants: {} },
  });
  const { STORAGE, UNIFORM, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const buffers = {
    state: device.buffer("heights", 256, STORAGE | COPY_SRC),
    points: device.buffer("table", 4 * words.length, STORAGE | COPY_DST),
    run: device.buffer("run", 16, UNIFORM | COPY_DST),
  };
  device.write(buffers.points, new Uint32Array(words));
  device.write(buffers.run, new Uint32Array([0, 0, 1, 0]));
  await device.submit("heights", (encoder) => {
    const pass = encoder.beginComputePass();
    pass.setPipeline(kernel.pipeline);
    pass.setBindGroup(0, kernel.bind(buffers));
    pass.dispatchWorkgroups(1);
    pass.end();
  });
  const bits = new Uint32Array(await device.read(buffers.state));
  for (const buffer of Object.values(buffers)) device.free(buffer);
  const found = (i: number) => (bits[2 * i + 1] * 2 ** 32 + bits[2 * i]) / 2 ** 56;
  const sum = (from: number, to: number, term: (i: number) => number) => {
    let total = 0;
    for (let i = to; i >= from; i--) total += term(i);
    return total;
  };
  for (const [i, [m, k]] of coins.entries()) {
    const exact = -sum(1, k, (j) => Math.log1p((1 - 2 * j) / (m + j)));
    expect(Math.abs(found(i) - exact), `${k} of ${m}`).toBeLessThan(2 ** -40);
  }
  for (const [i, [power, k, sign]] of poisson.entries()) {
    const m = 2 ** power;
    const exact = sign === 1 ? -sum(1, k - 1, (j) => Math.log1p(-j / m)) : sum(1, k, (j) => Math.log1p(j / m));
    expect(Math.abs(found(coins.length + i) - exact), `${k} of 2^${power}`).toBeLessThan(2 ** -40);
  }
});

it("whole numbers are the same on the GPU and by the reference, large ones too", async () => {
  const network = `${still("A", "B", "C", "D", "E", "F")}; A = 2147483647; B = 1000000; C = 100; p = 0.37
    at 1: A = binomial(A, p), B = binomial(B, 1 - p), C = binomial(C, C/1024), D = poisson(p), E = poisson(1e5), F = bernoulli(p)`;
  const names = ["A", "B", "C", "D", "E", "F"];
  const many = 60;
  const own = await ends(device, { network }, names, many);
  expect(own).toEqual(await ends(reference, { network }, names, many));
  expect(new Set(own.map(String)).size).toBe(many);
});

describe("real numbers", () => {
  const laws: [string, number, number][] = [
    ["normal(3, 2)", 3, 2],
    ["uniform(-1, 5)", 2, Math.sqrt(3)],
    ["exponential(0.25)", 4, 4],
    ["gamma(0.5, 2)", 1, Math.sqrt(2)],
    ["gamma(1e6, 1e-6)", 1, 1e-3],
    ["lognormal(0, 0.5)", Math.exp(0.125), Math.sqrt(Math.exp(0.5) - Math.exp(0.25))],
    ["laplace(1, 2)", 1, Math.sqrt(8)],
    ["rayleigh(2)", 2 * Math.sqrt(Math.PI / 2), 2 * Math.sqrt(2 - Math.PI / 2)],
    ["chisquare(3)", 3, Math.sqrt(6)],
    ["weibull(2, 3)", (3 * Math.sqrt(Math.PI)) / 2, 3 * Math.sqrt(1 - Math.PI / 4)],
    ["exponential(1, 0, 1)", (Math.E - 2) / (Math.E - 1), Math.sqrt(1 - Math.E / (Math.E - 1) ** 2)],
    ["tangent", 0.5, 0.5],
  ];

  it("have the mean and the deviation of their laws, and are the reference's but for f32", async () => {
    const values = laws.map(([law], i) => `v${i} = ${law === "tangent" ? "0" : law}`).join("; ");
    // A Cauchy number has no mean; it is within its scale of its place half the time.
    const network = `${still("X")}; ${values}; q = cauchy(1, 2); at 1: v11 = if(abs(q - 1) < 2, 1, 0); ${laws.map((_, i) => `o${i} := v${i}`).join("; ")}`;
    const of = async (on: Device, many: number) => {
      using ensemble = await gillespie.create(on, { network, until: 2, points: 2, seed: 11n });
      await ensemble.run(many);
      const { mean, sd, species } = ensemble.result();
      return laws.map((_, i) => [mean[1][species.indexOf(`o${i}`)], sd[1][species.indexOf(`o${i}`)]]);
    };
    const many = 20_000;
    for (const [i, [mean, sd]] of (await of(device, many)).entries()) {
      const [law, expected, spread] = laws[i];
      expect(Math.abs(mean - expected) / (spread / Math.sqrt(many)), `mean of ${law}`).toBeLessThan(4);
      // Of the log-normal law, the heaviest tail here, a variance has 12 times the error of a normal one's.
      expect(Math.abs(sd ** 2 / spread ** 2 - 1), `variance of ${law}`).toBeLessThan(12 * Math.sqrt(2 / many));
    }
    const [own, other] = [await of(device, 50), await of(reference, 50)];
    for (const [i, [mean, sd]] of own.entries()) {
      expect(Math.abs(mean / other[i][0] - 1), laws[i][0]).toBeLessThan(1e-5);
      expect(Math.abs(sd / other[i][1] - 1), laws[i][0]).toBeLessThan(2e-3);
    }
  });
});

describe("a draw's address", () => {
  it("does not depend on other events, their order, batches or the workgroup", async () => {
    const event = "at 1: X = poisson(100)";
    const other = "at 1: Y = poisson(50); when X > 90: Z = Z + 1";
    const base = await ends(device, { network: `${still("X", "Y", "Z")}; ${event}` }, ["X"], 50);
    expect(await ends(device, { network: `${still("X", "Y", "Z")}; ${event}; ${other}` }, ["X"], 50)).toEqual(base);
    expect(await ends(device, { network: `${still("X")}; ${event}`, workgroup: 32 }, ["X"], 20, 30)).toEqual(
      base.slice(30),
    );
    // Reactions that fire in between move no draw of an event.
    expect(await ends(device, { network: `0 -> W @ 20; ${still("X")}; ${event}` }, ["X"], 50)).toEqual(base);
  });

  it("counts the executions of an event: numbers of one are independent", async () => {
    const network = `${still("X", "Y", "Z")}; at 0.5: X = poisson(100); when X > 0: Y = X, X = poisson(100)
      when t >= 1: Z = X, X = poisson(100)`.replace("when t >= 1", "at 1");
    const rows = await ends(device, { network }, ["X", "Y", "Z"], 4000);
    const mean = [0, 1, 2].map((i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      const correlation =
        rows.reduce((sum, row) => sum + (row[a] - mean[a]) * (row[b] - mean[b]), 0) / rows.length / 100;
      expect(Math.abs(correlation) * Math.sqrt(rows.length)).toBeLessThan(4);
    }
    // The same event again and again, and copies of one name within it.
    const again = `${still("X", "Y", "Z")}; V' = 1; V = 0; u := poisson(100); when V >= 0.25: Z = Y, Y = X, X = u, V = V - 0.25 + u - u`;
    const own = await ends(device, { network: again }, ["X", "Y", "Z"], 2000);
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [0, 2],
    ]) {
      const z = own.map((row) => ((row[a] - 100) * (row[b] - 100)) / 100);
      expect(Math.abs(z.reduce((sum, each) => sum + each, 0)) / Math.sqrt(own.length)).toBeLessThan(4);
    }
  });
});

it("starts are drawn once in each trajectory, and what follows from them follows", async () => {
  const network =
    "X -> X @ 0; Y -> Y @ 0; 0 -> Z @ k; Y = binomial(X, 0.25); X = poisson(m); m = 100*k; k = uniform(1, 2); N = X + Y; X -> X @ N";
  for (const on of [device, reference]) {
    using ensemble = await gillespie.create(on, { network, until: 1, points: 2, seed: 2n });
    const many = on === device ? 10_000 : 100;
    await ensemble.run(many);
    const { mean, sd, species } = ensemble.result();
    const at = (name: string) => species.indexOf(name);
    // Of a Poisson number whose mean is 100 k: variance 150 + 100^2 / 12.
    const variance = 150 + 1e4 / 12;
    expect(Math.abs(mean[0][at("X")] - 150) / Math.sqrt(variance / many)).toBeLessThan(4);
    expect(Math.abs(sd[0][at("X")] ** 2 / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / many));
    expect(Math.abs(mean[0][at("Y")] - 37.5) / Math.sqrt((variance / 16 + (150 * 3) / 16) / many)).toBeLessThan(4);
    expect(Math.abs(mean[1][at("Z")] - 1.5) / Math.sqrt((1.5 + 1 / 12) / many)).toBeLessThan(4);
  }
  // A value that is set is not drawn.
  using fixed = await gillespie.create(device, { network, set: "k = 1, X = 7", until: 1, points: 2, seed: 2n });
  for (const [path] of await fixed.counts(0, 20)) expect(path[fixed.ensemble.network.species.indexOf("X")]).toBe(7);
});

describe("what cannot be drawn is refused", () => {
  it.each<[string, RegExp]>([
    ["0 -> X @ poisson(3)", /events, starts and delays draw/],
    ["0 -> X @ 1; k := normal(0, 1); when k > X: X = 1", /events, starts and delays draw/],
    ["0 -> X @ 1; at 1: X = binomial(X)", /binomial takes 2 to 4 operands, not 1/],
    ["0 -> X @ 1; at 1: X = normal(1, 2, 3)", /normal takes 2 operands, or 4 with its bounds, not 3/],
    [
      "0 -> X @ 1; X = 5; at 1: X = binomial(X, 1.5)",
      /the probability of binomial is 1.5; it must be from 0 to 1|bernoulli is 1.5/,
    ],
    ["0 -> X @ 1; X = 5; at 1: X = binomial(X, X/2)", /the probability of binomial is [\d.]+; it must be from 0 to 1/],
    ["0 -> X @ 1; s = -1; at 1: X = normal(9, s)", /the standard deviation of normal is -1; it must be 0 or more/],
    ["0 -> X @ 1; at 1: X = poisson(-X - 1)", /the mean of poisson is -[\d.]+; it must be from 0/],
    ["0 -> X @ 1; at 1: X = normal(0, 1, 50, 60)", /normal\(0, 1\) has hardly any number between 50 and 60/],
    ["0 -> X @ 1; X = normal(-50, 1)", /its start sets X to -\d+/],
  ])("%s", async (network, why) => {
    const run = async () => {
      using ensemble = await gillespie.create(device, { network, until: 2, points: 2 });
      await ensemble.run(50);
    };
    await expect(run()).rejects.toThrow(why);
  });
});

describe("draws of SBML's package distrib", () => {
  const draw = (law: string, ...operands: (string | number)[]) =>
    `<apply><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/distrib/${law}"> ${law} </csymbol>${operands.map(operand).join("")}</apply>`;
  const at = (time: number) => apply("geq", TIME, time);
  const birth = reaction("b", "", "Z", 1);
  const head = 'xmlns:distrib="http://www.sbml.org/sbml/level3/version1/distrib/version1" distrib:required="true"';
  const resultOf = async (text: string, many: number, more: GillespieOptions = {}) => {
    using ensemble = await gillespie.create(device, { sbml: text, until: 2, points: 3, seed: 4n, ...more });
    await ensemble.run(many);
    const { mean, sd, species } = ensemble.result();
    return { of: (name: string) => [mean[2], sd[2]].map((row) => row[species.indexOf(name)]), notes: ensemble.notes() };
  };

  it("count molecules where they are whole, and make real amounts where they are not", async () => {
    const text = sbml({
      species: { X: 1000, Y: 0, W: 5, Z: 0 },
      parameters: { p: 0.25 },
      reactions: [birth],
      events: [
        event({ trigger: at(1), set: { X: draw("binomial", "X", "p") } }),
        event({ trigger: at(1), set: { Y: draw("normal", 0, 2), W: draw("exponential", 1, 0.5, "<infinity/>") } }),
      ],
      head,
    });
    const many = 5000;
    const { of } = await resultOf(text, many);
    const [x, sdX] = of("X");
    expect(Math.abs(x - 250) / Math.sqrt(187.5 / many)).toBeLessThan(4);
    expect(Math.abs(sdX ** 2 / 187.5 - 1)).toBeLessThan(4 * Math.sqrt(2 / many));
    const [y, sdY] = of("Y");
    expect(Math.abs(y) / (2 / Math.sqrt(many))).toBeLessThan(4);
    expect(Math.abs(sdY ** 2 / 4 - 1)).toBeLessThan(4 * Math.sqrt(2 / many));
    // An exponential number beyond 0.5 is 0.5 more than one.
    expect(Math.abs(of("W")[0] - 1.5) * Math.sqrt(many)).toBeLessThan(4);
  });

  it("decide starts once in each trajectory; functions draw anew, what they are given is drawn once", async () => {
    const lambda = `<functionDefinition id="f"><math xmlns="http://www.w3.org/1998/Math/MathML"><lambda><bvar><ci>x</ci></bvar>${apply("plus", apply("minus", "x", "x"), draw("uniform", 0, 1))}</lambda></math></functionDefinition>`;
    const starts = `<listOfInitialAssignments><initialAssignment symbol="X">${math(draw("poisson", "m"))}</initialAssignment><initialAssignment symbol="m">${math(draw("uniform", 50, 150))}</initialAssignment><initialAssignment symbol="k">${math(apply("times", 2, "m"))}</initialAssignment></listOfInitialAssignments>`;
    const text = sbml({
      species: { X: 0, Z: 0, Y: 0 },
      parameters: { m: 0, k: 0, d: 0 },
      reactions: [reaction("b", "", "Z", "k")],
      events: [
        event({
          trigger: at(1),
          set: {
            d: apply(
              "minus",
              `<apply><ci>f</ci>${draw("normal", 0, 9)}</apply>`,
              `<apply><ci>f</ci><cn>1</cn></apply>`,
            ),
          },
        }),
        event({ trigger: apply("geq", apply("minus", "d", 0), "<infinity/>"), set: { Y: 1 } }),
      ],
      more: starts,
      head,
    }).replace(
      "<listOfCompartments>",
      `<listOfFunctionDefinitions>${lambda}</listOfFunctionDefinitions><listOfCompartments>`,
    );
    const rule = text
      .replace(
        "<listOfReactions>",
        `<listOfRules><assignmentRule variable="o">${math(operand("d"))}</assignmentRule></listOfRules><listOfReactions>`,
      )
      .replace("</listOfParameters>", '<parameter id="o" constant="false"/></listOfParameters>');
    const many = 4000;
    const { of } = await resultOf(rule, many);
    const variance = 100 + 1e4 / 12;
    expect(Math.abs(of("X")[0] - 100) / Math.sqrt(variance / many)).toBeLessThan(4);
    expect(Math.abs(of("X")[1] ** 2 / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / many));
    // Births at the rate 2 m for a time of 2.
    expect(Math.abs(of("Z")[0] - 400) / Math.sqrt((400 + 16e4 / 12) / many)).toBeLessThan(4);
    // The difference of two uniform numbers: 0 on average, 1/6 of variance, whatever f was given.
    expect(Math.abs(of("o")[0]) / Math.sqrt(1 / 6 / many)).toBeLessThan(4);
    expect(Math.abs(of("o")[1] ** 2 * 6 - 1)).toBeLessThan(4 * Math.sqrt(1.4 / many));
  });

  it.each<[string, string, RegExp]>([
    [
      "a law",
      sbml({ species: { Z: 0 }, reactions: [reaction("b", "", "Z", draw("poisson", 1))], head }),
      /kineticLaw> draws a random number/,
    ],
    [
      "a rule",
      sbml({
        species: { Z: 0 },
        parameters: { r: 1 },
        reactions: [birth],
        more: `<listOfRules><assignmentRule variable="r">${math(draw("normal", 0, 1))}</assignmentRule></listOfRules>`,
        head,
      }),
      /assignmentRule> "r" draws a random number/,
    ],
    [
      "a trigger",
      sbml({
        species: { Z: 0 },
        reactions: [birth],
        events: [event({ trigger: apply("gt", draw("uniform", 0, 1), "Z"), set: { Z: 1 } })],
        head,
      }),
      /trigger> draws a random number/,
    ],
  ])("are refused in %s, with its line", async (_, text, why) => {
    await expect(gillespie.create(device, { sbml: text })).rejects.toThrow(why);
    await expect(gillespie.create(device, { sbml: text })).rejects.toThrow(/sbml, line \d+/);
  });

  it("decide delays of events, and values at their execution", async () => {
    const text = sbml({
      species: { X: 1000, Y: 0, Z: 0 },
      reactions: [birth],
      events: [
        event({
          trigger: at(0.5),
          set: { Y: draw("binomial", "X", 0.5) },
          delay: draw("uniform", 0, 2),
          event: 'useValuesFromTriggerTime="false"',
        }),
      ],
      head,
    });
    const many = 4000;
    const options = { sbml: text, until: 2, points: 3, seed: 8n };
    using a = await gillespie.create(device, options);
    using b = await gillespie.create(reference, options);
    const left = await a.counts(0, 200);
    const right = await b.counts(0, 200);
    expect(left.filter((path, i) => String(path) !== String(right[i])).length).toBeLessThan(4);
    // By 1 a quarter is executed, by 2 three quarters.
    await a.run(many);
    const { mean, species } = a.result();
    for (const [t, share] of [0, 0.25, 0.75].entries()) {
      const sd = Math.sqrt(share * 250 + 500 ** 2 * share * (1 - share));
      expect(Math.abs(mean[t][species.indexOf("Y")] - 500 * share)).toBeLessThanOrEqual((4 * sd) / Math.sqrt(many));
    }
  });

  it("uncertainties annotate, which a note says", async () => {
    const noted = sbml({ species: { Z: 0 }, reactions: [birth], head }).replace(
      'hasOnlySubstanceUnits="true"/>',
      'hasOnlySubstanceUnits="true"><distrib:listOfUncertainties><distrib:uncertainty/></distrib:listOfUncertainties></species>',
    );
    expect((await resultOf(noted, 2)).notes.join()).toMatch(/an uncertainty, which annotates a value, is left out/);
  });
});

describe("laws written for rate equations", () => {
  const two = (law: string) =>
    sbml({ species: { X: 5, Y: 0 }, parameters: { k: 1 }, reactions: [reaction("d", "X X", "Y", law)] });
  const square = apply("times", "k", "X", "X");

  it.each([
    ["k X X", square],
    ["k X^2", apply("times", "k", apply("power", "X", 2))],
    ["c k (X/c)^2", apply("times", "c", "k", apply("power", apply("divide", "X", "c"), 2))],
  ])("%s counts pairs on request, and stops where a molecule is missing otherwise", async (_, law) => {
    using counted = await gillespie.create(device, {
      sbml: two(law),
      dimers: "counted",
      until: 1,
      points: 2,
      seed: 3n,
    });
    // The same as text: a pair is one of X (X - 1) / 2, at twice k.
    using text = await gillespie.create(device, { network: "2 X -> Y @ 2; X = 5", until: 1, points: 2, seed: 3n });
    expect(await counted.counts(0, 100)).toEqual(await text.counts(0, 100));
    expect(counted.notes().join()).toMatch(/the law of d counts the ways to choose molecules/);
    const written = async () => {
      using ensemble = await gillespie.create(device, { sbml: two(law), until: 20, points: 2 });
      await ensemble.run(100);
    };
    await expect(written()).rejects.toThrow(/X falls below 0/);
  });

  it("that count already stay, and others are refused by name", async () => {
    const counts = apply("times", "k", "X", apply("minus", "X", 1));
    using ensemble = await gillespie.create(device, { sbml: two(counts), dimers: "counted", until: 20, points: 2 });
    expect(ensemble.notes()).toEqual([]);
    for (const path of await ensemble.counts(0, 20)) expect(path[1]).toEqual([1, 2]);
    const saturating = apply("divide", square, apply("plus", 1, "X"));
    await expect(gillespie.create(device, { sbml: two(saturating), dimers: "counted" })).rejects.toThrow(
      /"d" takes 2 of X, and its law is no product with the power 2 of it/,
    );
    const cubes = sbml({
      species: { X: 9, Y: 0 },
      parameters: { k: 1 },
      reactions: [reaction("d", "X X X", "Y", apply("times", "k", apply("power", "X", 3)))],
    });
    using three = await gillespie.create(device, { sbml: cubes, dimers: "counted", until: 1, points: 2, seed: 3n });
    using same = await gillespie.create(device, { network: "3 X -> Y @ 6; X = 9", until: 1, points: 2, seed: 3n });
    expect(await three.counts(0, 50)).toEqual(await same.counts(0, 50));
  });
});
