// Rate equations of reaction networks as systems: exact means of linear networks, fixed points, conserved quantities, the limit of large
// volumes, and what is refused.

import { describe, expect, it } from "vitest";
import { evaluate } from "../src/expression/expression.ts";
import {
  dynamics,
  type GillespieOptions,
  gillespie,
  networkOf,
  networks,
  ParameterError,
  prepare,
  rateEquations,
  rateEquationsText,
} from "../src/index.ts";
import { parseSystem } from "../src/models/dynamics/text.ts";
import { gillespieParameters } from "../src/models/gillespie/parameters.ts";
import { device, reference, samples } from "./devices.ts";

type Path = { times: readonly number[]; names: readonly string[]; mean: readonly (readonly number[])[] };

/** One trajectory of a system, or the mean of several. */
async function solve(system: string, until: number, { trajectories = 1, points = 21 } = {}): Promise<Path> {
  using run = await dynamics.create(device, { system, until, points, trajectories });
  await run.run(trajectories);
  const { times, variables, mean } = run.result();
  return { times: [...times], names: variables, mean };
}

/** The largest difference from a known solution, in parts of the largest value of each. */
async function off(system: string, until: number, known: Record<string, (t: number) => number>): Promise<number> {
  const { times, names, mean } = await solve(system, until);
  return Object.entries(known).reduce((worst, [name, exact]) => {
    const at = names.indexOf(name);
    const size = Math.max(...times.map((t) => Math.abs(exact(t))));
    return Math.max(worst, ...times.map((t, i) => Math.abs(mean[i][at] - exact(t)) / size));
  }, 0);
}

const system = (network: string, more: object = {}) => rateEquationsText({ network, ...more });

describe("linear networks have the exact means of the master equation", () => {
  const [k, g, l, h] = [20, 1, 5, 0.2];
  // dM/dt = k - g M, dP/dt = l M - h P
  const protein = (t: number) =>
    ((k * l) / g) * ((1 - Math.exp(-h * t)) / h - (Math.exp(-g * t) - Math.exp(-h * t)) / (h - g));
  const cases: [string, GillespieOptions, number, Record<string, (t: number) => number>][] = [
    ["immigration and death", { example: "birth-death" }, 50, { X: (t) => 100 * (1 - Math.exp(-0.1 * t)) }],
    [
      "A and B in turn",
      { example: "isomerisation" },
      5,
      { A: (t) => (100 / 1.5) * (0.5 + Math.exp(-1.5 * t)), B: (t) => (100 / 1.5) * (1 - Math.exp(-1.5 * t)) },
    ],
    [
      "gene expression",
      { network: "0 -> M @ 20; M -> 0 @ 1; M -> M + P @ 5; P -> 0 @ 0.2; total := M + 2*P" },
      15,
      {
        M: (t) => (k / g) * (1 - Math.exp(-g * t)),
        P: protein,
        total: (t) => (k / g) * (1 - Math.exp(-g * t)) + 2 * protein(t),
      },
    ],
    [
      "a cascade",
      { network: "A -> B @ 2; B -> C @ 1; C -> 0 @ 0.5; A = 1000" },
      6,
      {
        A: (t) => 1000 * Math.exp(-2 * t),
        B: (t) => (1000 * 2 * (Math.exp(-2 * t) - Math.exp(-t))) / (1 - 2),
        // Bateman's solution.
        C: (t) =>
          1000 *
          2 *
          1 *
          (Math.exp(-2 * t) / (-1 * -1.5) + Math.exp(-t) / (1 * -0.5) + Math.exp(-0.5 * t) / (1.5 * 0.5)),
      },
    ],
    [
      "a law in time, and a quantity with a rate of its own",
      { network: "0 -> X @ 10*cos(t); V' = X - V; X = 100; V = 0; X -> X @ 0" },
      4,
      {
        X: (t) => 100 + 10 * Math.sin(t),
        V: (t) => 100 * (1 - Math.exp(-t)) + 5 * (Math.sin(t) - Math.cos(t) + Math.exp(-t)),
      },
    ],
    [
      "starts whose means are enough",
      { network: "A -> B @ 0.7; A = poisson(2*m); B = 80 - A; m = 20" },
      4,
      { A: (t) => 40 * Math.exp(-0.7 * t), B: (t) => 80 - 40 * Math.exp(-0.7 * t) },
    ],
  ];
  it.each(cases)("%s", async (_, options, until, known) => {
    const text = rateEquationsText(options);
    expect(text).toContain("All rates are linear");
    expect(await off(text, until, known)).toBeLessThan(1e-5);
  });

  it("and a wrong stoichiometry or sign is caught", async () => {
    const [, options, until, known] = cases[2];
    const text = rateEquationsText(options);
    for (const [right, wrong] of [
      ["P' = 5*M", "P' = 2*5*M"],
      ["- 1*M", "+ 1*M"],
    ]) {
      expect(text).toContain(right);
      expect(await off(text.replace(right, wrong), until, known)).toBeGreaterThan(0.1);
    }
  });
});

describe("nonlinear networks", () => {
  it("Schlögl's reactions have the fixed points of their polynomial", async () => {
    const text = rateEquationsText({ example: "schloegl" });
    // 3e-7·1e5 X²/2 - 1e-4 X³/6 + 1e-3·2e5 - 3.5 X
    const slope = (x: number) => 0.015 * x ** 2 - (1e-4 / 6) * x ** 3 + 200 - 3.5 * x;
    const root = (low: number, high: number) => {
      let [a, b] = [low, high];
      for (let i = 0; i < 200; i++) [a, b] = slope(a) * slope((a + b) / 2) <= 0 ? [a, (a + b) / 2] : [(a + b) / 2, b];
      return (a + b) / 2;
    };
    const [low, middle, high] = [root(0, 200), root(200, 300), root(400, 800)];
    expect([low, middle, high].map(Math.round)).toEqual([85, 248, 567]);
    const { variables, parameters } = parseSystem(text);
    const values = new Map<string, number>();
    for (const [name, value] of parameters)
      values.set(
        name,
        evaluate(value, (other) => values.get(other)!),
      );
    for (const x of [0, 1, 37.5, low, middle, high, 1000]) {
      const written = evaluate(variables[0].rate, (name) => (name === "X" ? x : values.get(name)!));
      expect(Math.abs(written - slope(x))).toBeLessThan(1e-9 * (1 + Math.abs(slope(x))));
    }
    for (const [start, end] of [
      [0, low],
      [middle - 5, low],
      [middle + 5, high],
      [900, high],
    ]) {
      const { mean } = await solve(rateEquationsText({ example: "schloegl", set: `X=${Math.round(start)}` }), 40);
      expect(Math.abs(mean.at(-1)![0] / end - 1)).toBeLessThan(1e-5);
    }
  });

  it("an epidemic keeps its people, and Lotka and Volterra's cycle its level", async () => {
    const epidemic = await solve(rateEquationsText({ example: "sir" }), 20);
    const people = epidemic.mean.map((state) => state.reduce((a, b) => a + b));
    for (const each of people) expect(Math.abs(each / 1000 - 1)).toBeLessThan(1e-5);
    const end = Object.fromEntries(epidemic.names.map((name, i) => [name, epidemic.mean.at(-1)![i]]));
    expect(end.S).toBeLessThan(300); // it was one: the final size solves ln(S/999) = 2 (S/1000 - 1) at the end
    expect(Math.abs(Math.log(end.S / 999) - (end.S + end.I - 1000) / 500)).toBeLessThan(1e-5);

    const text = rateEquationsText({ example: "lotka-volterra", set: "Prey=1500" });
    const level = (x: number, y: number) => 0.01 * x - 10 * Math.log(x) + 0.01 * y - 10 * Math.log(y);
    const spread = async (system: string) => {
      const { mean } = await solve(system, 10, { points: 101 });
      const levels = mean.map(([x, y]) => Math.abs(level(x, y) / level(1500, 1000) - 1));
      expect(Math.max(...mean.map(([x]) => x)) / Math.min(...mean.map(([x]) => x))).toBeGreaterThan(1.5); // it moves
      return Math.max(...levels);
    };
    expect(await spread(text)).toBeLessThan(1e-5);
    expect(
      await spread(text.replace("Predator' = c2*Prey*Predator", "Predator' = 2*c2*Prey*Predator")),
    ).toBeGreaterThan(1e-3);
  });

  it("ensembles in a large volume have the solution, and in a small one they have not", async () => {
    const network = (volume: number) =>
      `2 P <-> P2 @ k1/V, k2; P2 + P -> 0 @ k3/V; k1 = 0.02; k2 = 0.1; k3 = 0.005; V = ${volume}; P = 20*V`;
    const distance = async (volume: number, trajectories: number) => {
      using ensemble = await gillespie.create(device, { network: network(volume), until: 10, points: 6 });
      await ensemble.run(trajectories);
      const { mean, sd } = ensemble.result();
      const limit = await solve(system(network(volume)), 10, { points: 6 });
      return mean.flatMap((state, t) =>
        state.map((value, s) => ({
          apart: Math.abs(value - limit.mean[t][s]) / volume,
          error: sd[t][s] / Math.sqrt(trajectories) / volume,
        })),
      );
    };
    const [volume, trajectories] = [200, samples(400)];
    for (const { apart, error } of await distance(volume, trajectories)) {
      expect(apart).toBeLessThan(4 * error + 1 / volume);
    }
    // The means of nonlinear networks differ from the solution where few molecules are: the comparison sees it.
    const small = await distance(0.2, samples(40_000));
    expect(Math.max(...small.map(({ apart, error }) => apart / error || 0))).toBeGreaterThan(8);
    expect(Math.max(...small.map(({ apart }) => apart))).toBeGreaterThan(1 / volume);
  });
});

describe("every example", () => {
  it.each(Object.keys(networks) as (keyof typeof networks)[])("%s runs as it stands", async (example) => {
    const parameters = gillespieParameters.parse({ example });
    const { until } = networks[example];
    const text = gillespie.describe(parameters, ".rates.txt");
    expect(text).toBe(rateEquationsText({ example }));
    const { names, mean } = await solve(text, until, { points: 6 });
    // The same right sides as pictures have, found by another method.
    const ensemble = prepare(networkOf(parameters), { until, points: 6, set: "", passage: "", seed: 1n });
    const known = rateEquations(ensemble)!;
    ensemble.network.species.forEach((name, s) => {
      const at = names.indexOf(name);
      const size = Math.max(...known.map((state) => Math.abs(state[s])));
      for (const [t, state] of known.entries()) expect(Math.abs(mean[t][at] - state[s]) / size).toBeLessThan(2e-4);
    });
  });

  it("is what a simulation writes, with the values that were set", async () => {
    using ensemble = await gillespie.create(reference, { example: "sir", set: "beta=0.004, I=10" });
    const text = (await ensemble.output(".rates.txt")) as string;
    expect(text).toMatch(/I = 10\n[\s\S]*beta = 0.004\n/);
    expect(() => rateEquationsText({ example: "sir", set: "beta=0.001:0.004:4" })).toThrow("a scan has 4 networks");
  });
});

/** Concentrations in a compartment of 0.5 and amounts in one of 4: A + B -> C by concentrations, D -> 0 by amounts. */
const SBML = `<?xml version="1.0"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="m">
<listOfCompartments><compartment id="half" size="0.5" constant="true" spatialDimensions="3"/>
<compartment id="four" size="4" constant="true" spatialDimensions="3"/></listOfCompartments>
<listOfSpecies>
${["A", "B"].map((id) => `<species id="${id}" compartment="half" initialConcentration="400" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>`).join("\n")}
<species id="C" compartment="half" initialAmount="0" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>
<species id="D" compartment="four" initialConcentration="25" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>
</listOfSpecies>
<listOfParameters><parameter id="k" value="0.01" constant="true"/></listOfParameters>
<listOfReactions><reaction id="bind" reversible="false" fast="false">
<listOfReactants><speciesReference species="A" stoichiometry="1" constant="true"/><speciesReference species="B" stoichiometry="1" constant="true"/></listOfReactants>
<listOfProducts><speciesReference species="C" stoichiometry="1" constant="true"/></listOfProducts>
<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>half</ci><ci>k</ci><ci>A</ci><ci>B</ci></apply></math></kineticLaw></reaction>
<reaction id="decay" reversible="false" fast="false">
<listOfReactants><speciesReference species="D" stoichiometry="1" constant="true"/></listOfReactants>
<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>own</ci><ci>D</ci></apply></math>
<listOfLocalParameters><localParameter id="own" value="0.3"/></listOfLocalParameters></kineticLaw></reaction>
</listOfReactions></model></sbml>`;

describe("other languages and other starts", () => {
  it("SBML's concentrations are amounts by the size of their compartment", async () => {
    const text = rateEquationsText({ sbml: SBML });
    // d[A]/dt = -k [A]² in concentrations, 0.5 [A] molecules.
    const left = (t: number) => (0.5 * 400) / (1 + 0.01 * 400 * t);
    const known = { A: left, B: left, C: (t: number) => 200 - left(t), D: (t: number) => 100 * Math.exp(-0.3 * t) };
    expect(await off(text, 2, known)).toBeLessThan(1e-5);
    expect(await off(text.replace("half = 0.5", "half = 1"), 2, known)).toBeGreaterThan(0.01);
    expect(text).toContain("decay_own is decay.own");
  });

  it("starts and parameters are drawn by their laws", async () => {
    const text = system("X -> 0 @ k; X = uniform(50, 150); Y = 7; Y -> Y @ 0; k = lognormal(-1, 0.5); j = 1 + 2*k");
    expect(text).toMatch(/X ~ uniform\(50, 150\)\n[\s\S]*~ normal\(-1, 0.5\)\n[\s\S]*k = exp\(/);
    using run = await dynamics.create(device, { system: text, until: 1, points: 2, trajectories: 20_000 });
    await run.run(20_000);
    const { variables, mean, sd } = run.result();
    const at = variables.indexOf("X");
    expect(Math.abs(mean[0][at] - 100) / (sd[0][at] / Math.sqrt(20_000))).toBeLessThan(4);
    expect(Math.abs(sd[0][at] / (100 / Math.sqrt(12)) - 1)).toBeLessThan(0.03);
    // E[exp(-k)] of k = exp(-1 + z/2), by the trapezium rule.
    const weights = Array.from({ length: 1601 }, (_, i) => -8 + i / 100);
    const decayed = weights.reduce(
      (sum, z) => sum + (Math.exp(-Math.exp(-1 + z / 2) - (z * z) / 2) * 0.01) / Math.sqrt(2 * Math.PI),
      0,
    );
    expect(Math.abs(mean[1][at] - 100 * decayed) / (sd[1][at] / Math.sqrt(20_000))).toBeLessThan(4);
    // A value that is set is not drawn, in any file of the network.
    const set = { network: "X -> 0 @ k; X = uniform(50, 150); k = lognormal(-1, 0.5)", set: "X=20, k=2" };
    expect(rateEquationsText(set)).toMatch(/X = 20\nk = 2\n/);
    expect(gillespie.describe(gillespieParameters.parse(set), ".txt")).toMatch(/X = 20\nk = 2\n/);
  });

  it("names that a system cannot have are others there", async () => {
    const text = system(
      "lyapunov1 -> time @ pi*lyapunov1*(1 + 0*t); lyapunov1 = 100; x_sd = 3; before := pi + x_sd; pi = 0.5",
    );
    expect(text.replace(/\n# +/g, " ")).toContain(
      "lyapunov1_2 is lyapunov1, time_2 is time, x_sd_2 is x_sd, pi_2 is pi",
    );
    expect(await off(text, 3, { lyapunov1_2: (t) => 100 * Math.exp(-0.5 * t), before_2: () => 3.5 })).toBeLessThan(
      1e-5,
    );
  });

  it("comments say what was replaced, and what was left out", () => {
    const text = system(
      "pair: 2 A + B -> C @ 6*k; 3 C -> 0 @ k; own: 2 A -> 0 @ k*A*(A - 1); k = 0.1; odd := A - 2*floor(A/2); A = 5; B = 5",
    );
    expect(text).toMatch(/of mass action in: pair,\s+(# )?\s*3 C -> 0\n/);
    expect(text).toContain("Left out, for they ask for whole numbers: odd");
    expect(text).toContain("10.1063/1.1678692");
    expect(text).toContain("A' = -6*k*A^2*B - 2*k*A*(A - 1)\n");
    expect(text).toContain("B' = -6*k*A^2*B/2\n");
    expect(text).toContain("C' = 6*k*A^2*B/2 - k*C^3/2\n");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(111);
  });

  it("many reactions of one species are a sum that a GPU reads", async () => {
    // Twice as many terms, which would be nested deeper than shaders may be.
    const n = 60;
    const many = Array.from({ length: n }, (_, i) => `X -> 0 @ ${(i + 1) / 1e4}; 0 -> X @ ${i / 200}`).join("; ");
    const [rate, gain] = [(n * (n + 1)) / 2e4, (n * (n - 1)) / 400];
    const known = { X: (t: number) => (gain / rate) * (1 - Math.exp(-rate * t)) + 50 * Math.exp(-rate * t) };
    expect(await off(system(`${many}; X = 50`), 3, known)).toBeLessThan(1e-5);
  });
});

describe("what has no rate equation is refused by its name", () => {
  it.each([
    ["X -> 0 @ 1; X = 9; at 2: X = 5", 'the event "at 2: X = 5"'],
    ["X -> 0 @ 1; X = 9; full: when X > 8: X = 1", 'the event "full"'],
    ["X -> 0 @ 1; X = 9; at 2: X = binomial(X, 0.5)", "Leave the events out"],
    ["A -> B @ 1 after 5; A = 9", 'the reaction "A -> B"'],
    ["A -> B @ 1 after gamma(2, 1); A = 9", "as steps of their own"],
    ["X -> 0 @ floor(X/2); X = 9", 'the reaction "X -> 0" has floor(…)'],
    ["X -> 0 @ if(X == 3, 1, 0); X = 9", "a comparison by =="],
    ["0 -> X @ if(X, 1, 2)", "a condition without a comparison"],
    ["0 -> X @ if(!X and t > 1, 1, 2)", "a condition without a comparison"],
    ["V' = ceil(V); V = 1.5", "the rate V'"],
    ["2 X -> 0 @ 1; X = poisson(20)", "--set X=10"],
    ["X -> 0 @ k; X = 20; k = gamma(2, 1)", "k starts at a draw"],
    ["X -> 0 @ k; X = poisson(k); k = lognormal(0, 1)", "X starts at a draw"],
    ["X -> 0 @ 1; X = normal(20, 3, 0, 40)", "X starts at a draw"],
    ["X -> 0 @ 1; X = -4", "X starts at -4"],
    [`${Array.from({ length: 65 }, (_, i) => `X${i} -> X${i + 1} @ 1`).join("; ")}; X0 = 9`, "66 quantities change"],
  ])("%s", (network, why) => {
    expect(() => system(network)).toThrow(ParameterError);
    expect(() => system(network)).toThrow(why);
  });

  it("conditions of time and thresholds stay", async () => {
    const text = system("0 -> X @ if(floor(t) == 1 or t >= 3, 10, 0); X -> 0 @ X*if(X > 50, 2, 1)");
    expect(text).toContain("X' = if(floor(t) == 1 or t >= 3, 10, 0) - X*if(X > 50, 2, 1)\n");
    const { mean } = await solve(text, 2, { points: 3 });
    expect(mean.map(([x]) => x)).toEqual([0, 0, expect.closeTo(10 * (1 - Math.exp(-1)), 1)]);
  });
});
