// Quantities that change by rates of their own together with reactions, in text and by SBML's rate rules: known distributions, and the GPU's paths
// against the reference's.

import { describe, expect, it } from "vitest";
import { type GillespieOptions, gillespie, networkOf, rateEquations } from "../src/index.ts";
import { device, reference } from "./devices.ts";
import { apply, event, math, operand, reaction, sbml, TIME } from "./sbml-text.ts";

const rateRule = (id: string, rate: string | number) => `<rateRule variable="${id}">${math(operand(rate))}</rateRule>`;
const rules = (...all: string[]) => `<listOfRules>${all.join("")}</listOfRules>`;

describe("laws that are known", () => {
  const survivors = (t: number) => Math.exp(-0.5 * 4 * (1 - Math.exp(-t)));
  const LAWS: [string, GillespieOptions, number[], "poisson" | number][] = [
    ["a birth rate that grows", { network: "0 -> X @ 10*V; V' = 0.1; V = 1" }, [62.5, 150], "poisson"],
    [
      "the same as a rule",
      {
        sbml: sbml({
          species: { X: 0 },
          parameters: { V: 1 },
          reactions: [reaction("b", "", "X", apply("times", 10, "V"))],
          more: rules(rateRule("V", 0.1)),
        }),
      },
      [62.5, 150],
      "poisson",
    ],
    [
      "deaths by a drug that decays",
      { network: "X -> 0 @ 0.5*D*X; D' = -D; D = 4; X = 60" },
      [60 * survivors(5), 60 * survivors(10)],
      60,
    ],
    [
      "doses by an event",
      { network: "0 -> X @ D; D' = -D; D = 40; at 5: D = D + 40" },
      [40 * (1 - Math.exp(-5)), 40 * (2 - Math.exp(-10) - Math.exp(-5))],
      "poisson",
    ],
    [
      "a rate in time, too",
      { network: "0 -> X @ V; V' = 3*cos(t); V = 4" },
      [4 * 5 + 3 * (1 - Math.cos(5)), 40 + 3 * (1 - Math.cos(10))],
      "poisson",
    ],
    [
      "two that drive each other",
      { network: "0 -> X @ 5*(1 + A); A' = B; B' = -A; A = 0; B = 1" },
      [5 * (5 + 1 - Math.cos(5)), 5 * (10 + 1 - Math.cos(10))],
      "poisson",
    ],
  ];
  it.each(LAWS)("%s", async (_, options, means, law) => {
    for (const on of [device, reference]) {
      const n = on === device ? 1500 : 40;
      using ensemble = await gillespie.create(on, { until: 10, points: 3, seed: 51n, ...options });
      await ensemble.run(n);
      const { mean, sd } = ensemble.result();
      means.forEach((expected, i) => {
        const variance = law === "poisson" ? expected : expected * (1 - expected / law);
        expect(Math.abs(mean[i + 1][0] - expected)).toBeLessThan(4 * Math.sqrt(variance / n));
        expect(Math.abs(mean[i + 1][0] - 1.15 * expected)).toBeGreaterThan(4 * Math.sqrt(variance / 1500)); // negative control
        expect(Math.abs(sd[i + 1][0] ** 2 / variance - 1)).toBeLessThan(5 * Math.sqrt(2.5 / n));
      });
    }
  });

  it("a cell that grows and divides: concentrations thin out, divisions come when the size is there", async () => {
    const network =
      "0 -> X @ 20*V; X -> 0 @ X; V' = g*V; V = 1; g = 0.6931471805599453; N = 0; when V >= 2: V = 1, N = N + 1; divisions := N";
    for (const on of [device, reference]) {
      using ensemble = await gillespie.create(on, { network, until: 4.5, points: 10, seed: 52n });
      await ensemble.run(on === device ? 200 : 4);
      const { mean, sd, species } = ensemble.result();
      const [v, n] = ["V", "divisions"].map((name) => species.indexOf(name));
      mean.forEach((row, i) => {
        const time = i / 2;
        if (i % 2 === 0) return; // at the divisions themselves it is a rounding error's to say
        expect(row[v]).toBeCloseTo(2 ** (time % 1), 3);
        expect(row[n]).toBe(Math.floor(time));
        expect(sd[i][n]).toBe(0);
      });
    }
  });
});

it("the GPU's paths are the reference's, and no run leaves anything behind for the next", async () => {
  const networks = [
    "0 -> X @ 10*V; V' = 0.1; V = 1",
    "0 -> X @ 10*V; X -> 0 @ X; V' = V*(1 - V) - 0.001*V*X; V = 0.1; when V > 0.5: V = 0.2, X = 0; at 3.3: V = 0.4",
    `${Array.from({ length: 70 }, (_, i) => `0 -> X @ V*${i / 1000}; X -> Y @ ${i / 5000}`).join("; ")}; V' = -0.3*V; V = 20`,
  ];
  for (const network of networks) {
    const options: GillespieOptions = { network, until: 8, points: 5, seed: 53n };
    using a = await gillespie.create(device, options);
    using b = await gillespie.create(reference, options);
    await a.run(100);
    const [left, right] = [await a.counts(3, 10), await b.counts(3, 10)];
    expect(left.filter((path, i) => String(path) === String(right[i])).length).toBeGreaterThanOrEqual(9);
    using c = await gillespie.create(device, { ...options, seed: 54n });
    expect(await c.counts(3, 10)).not.toEqual(left);
    expect(await a.counts(7, 5)).toEqual(left.slice(4, 9));
  }
});

describe("rate rules of SBML", () => {
  it("of concentrations keep amounts where a compartment grows or is set", async () => {
    const species = '<species id="S" compartment="c" initialConcentration="2" boundaryCondition="true"/>';
    const text = sbml({
      species: { X: 0 },
      reactions: [reaction("b", "", "X", apply("times", 10, "S"))],
      more: rules(rateRule("S", 0.4), rateRule("c", 0.2)),
      events: [event({ trigger: apply("geq", TIME, 2), set: { c: 0.7 } })],
    }).replace("<listOfSpecies>", `<listOfSpecies>${species}`);
    using ensemble = await gillespie.create(device, { sbml: text, until: 4, points: 5 });
    const path = rateEquations(ensemble.ensemble)!;
    await ensemble.run(300);
    const { mean, species: names } = ensemble.result();
    const [s, c] = [names.indexOf("S"), names.indexOf("c")];
    // S is 2.8 in 1.4 at 2, then as much in half of it: 5.6, and on.
    expect([mean[1][s], mean[1][c]].map((value) => value.toFixed(3))).toEqual(["2.880", "1.200"]);
    expect([mean[2][s], mean[2][c]].map((value) => value.toFixed(3))).toEqual(["3.920", "0.700"]);
    expect([mean[4][s], mean[4][c]].map((value) => value.toFixed(3))).toEqual(["7.040", "1.100"]);
    expect(Math.abs(path[4][0] - 10 * (2.4 * 2 + 6 * 2))).toBeLessThan(1e-3);
    expect(Math.abs(mean[4][0] - path[4][0])).toBeLessThan(4 * Math.sqrt(path[4][0] / 300));
  });

  it("alone are a model of which nothing is random", async () => {
    const own =
      '<species id="S" compartment="c" initialAmount="3" hasOnlySubstanceUnits="true" boundaryCondition="true"/>';
    const text = sbml({
      species: { X: 1 },
      reactions: [],
      more: rules(rateRule("S", apply("times", -0.5, "S"))),
    }).replace(/<species id="X"[^>]*>/, own);
    for (const on of [device, reference]) {
      using ensemble = await gillespie.create(on, { sbml: text, until: 2, points: 3 });
      await ensemble.run(10);
      const { mean, sd, species } = ensemble.result();
      expect(species).toEqual(["S"]);
      expect(mean[2][0]).toBeCloseTo(3 * Math.exp(-1), 4);
      expect(sd[2][0]).toBeLessThan(1e-6);
      expect(ensemble.notes()).toEqual(["the model has no reactions of counted species: nothing in it is random"]);
    }
  });
});

describe("what cannot be is refused", () => {
  it.each<[GillespieOptions, RegExp]>([
    [{ network: "0 -> X @ V; V' = 1" }, /V has no value at the start; add "V = VALUE"/],
    [{ network: "0 -> X @ 1; X' = 1" }, /X is counted; reactions change it/],
    [{ network: "0 -> X @ V; V' = 1; V = 0; V' = 2" }, /V has a rate already/],
    [{ network: "0 -> X @ V; V' = W; V = 0" }, /W is neither a species nor a parameter/],
    [{ network: "0 -> X @ V; V' = 1; V = 0", method: "tau" }, /need the method direct/],
  ])("%#", async (options, message) => {
    await expect(gillespie.create(device, options)).rejects.toThrow(message);
  });

  it("and what has no value, or is too fast, stops its trajectory", async () => {
    for (const on of [device, reference]) {
      using blown = await gillespie.create(on, { network: "0 -> X @ 1; V' = V*V; V = 1", until: 3, points: 4 });
      await expect(blown.run(8)).rejects.toThrow(/change too fast to be followed|has no value|left the range/);
      using negative = await gillespie.create(on, { network: "0 -> X @ V; V' = -1; V = 1", until: 3, points: 4 });
      await expect(negative.run(8)).rejects.toThrow(/the propensity of 0 -> X is -/);
    }
  });
});

describe("assignments in text", () => {
  const counts = (network: string) => {
    const { reactions, outputs } = networkOf({ ...gillespie.parameters.parse({}), network });
    return { reactions, outputs: outputs.map(({ name }) => name) };
  };
  it("stand for what they are computed from", () => {
    const [plain, named, out] = ["@ b*S*I/(S + I + R)", "@ b*S*I/N", "@ b*S*I/total"].map((rate, i) =>
      counts(
        `S + I -> 2 I ${rate}; I -> R @ 1; b = 2; S = 99; I = 1; ${["", "N = S + I + R", "total := S + I + R"][i]}`,
      ),
    );
    expect(named.reactions).toEqual(plain.reactions);
    expect(out.reactions).toEqual(plain.reactions);
    expect([named.outputs, out.outputs]).toEqual([[], ["total"]]);
    expect(counts("0 -> X @ k; k = 3 + a; a = 2*t").reactions).toEqual(counts("0 -> X @ 3 + 2*t").reactions);
    expect(counts("X -> 0 @ n; n = m; m = 4").reactions[0].propensity).toEqual(
      counts("X -> 0 @ n; n = 5").reactions[0].propensity,
    );
  });

  it("but not for themselves", () => {
    expect(() => counts("X -> 0 @ a; a = b + X; b = a")).toThrow(/follows from itself/);
  });
});
