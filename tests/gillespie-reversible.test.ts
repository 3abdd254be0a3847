// Reversible reactions of SBML run both ways; amounts in mole become molecules; leaps see rates that change in time and make no mass.

import { describe, expect, it } from "vitest";
import { parseExpression } from "../src/expression/parse.ts";
import { type GillespieOptions, gillespie, masterEquation, networkOf } from "../src/index.ts";
import { splitLaw } from "../src/models/gillespie/sbml/reversible.ts";
import { device, reference } from "./devices.ts";
import { apply, type Model, math, reaction, sbml } from "./sbml-text.ts";

const defaults = gillespie.parameters.parse({});
const networkIn = (text: string) => networkOf({ ...defaults, sbml: text });
const times = (...factors: (string | number)[]) => apply("times", ...factors);
const minus = (a: string | number, b: string | number) => apply("minus", a, b);

describe("reversible laws", () => {
  const own: Model = { species: { A: 100, B: 0 }, parameters: { f: 0.1, g: 0.1 }, reactions: [] };
  const net = minus(times("f", "A"), times("g", "B"));

  it.each([true, ""] as const)(
    "run both ways: binomial counts, not the constants of a net rate (reversible %s)",
    async (reversible) => {
      const text = sbml({ ...own, reactions: [reaction("r", "A", "B", net, reversible)], level: 2 });
      for (const on of [device, reference]) {
        const n = on === device ? 2000 : 300;
        using ensemble = await gillespie.create(on, { sbml: text, until: 60, points: 2, seed: 3n });
        await ensemble.run(n);
        const { mean, sd } = ensemble.result();
        expect(Math.abs(mean[1][0] - 50)).toBeLessThan(4 * Math.sqrt(25 / n));
        expect(Math.abs(sd[1][0] ** 2 / 25 - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
      }
      // The net rate run one way, as gibbs 0.1.0 ran it: the mean alone is right.
      using old = await gillespie.create(device, { sbml: text, until: 60, points: 2, seed: 3n, rules: "1" });
      await old.run(100);
      expect(old.result().sd[1][0]).toBeLessThan(1);
    },
  );

  it.each<[string, string[], string[], string, string]>([
    ["f*A - g*B", ["A"], ["B"], "f*A", "g*B"],
    ["c*(f*A - g*B)", ["A"], ["B"], "c*f*A", "c*g*B"],
    ["c*(f*A*B - g*C)/V", ["A", "B"], ["C"], "c*f*A*B/V", "c*g*C/V"],
    ["(V*A/K - W*B/L)/(1 + A/K + B/L)", ["A"], ["B"], "(V*A/K)/(1 + A/K + B/L)", "(W*B/L)/(1 + A/K + B/L)"],
    ["V*(A - B/q)/(K + A + B)", ["A"], ["B"], "V*A/(K + A + B)", "V*B/q/(K + A + B)"],
    ["-(g*B) + f*A", ["A"], ["B"], "f*A", "g*B"],
    ["f*A + -1*g*B", ["A"], ["B"], "f*A", "g*B"],
    ["k*A - m", ["A"], [], "k*A", "m"],
    ["f*A^2 - g*B*C", ["A"], ["B", "C"], "f*A^2", "g*B*C"],
    ["(a - b)*(A - B)*0 + f*A - g*B", ["A"], ["B"], "f*A", "g*B"],
  ])("%s is split", (law, reactants, products, forward, backward) => {
    const split = splitLaw(parseExpression(law), { reactants, products });
    if (typeof split !== "object") throw new Error(String(split));
    const values: Record<string, number> = {
      A: 3,
      B: 5,
      C: 7,
      f: 0.2,
      g: 0.3,
      c: 2,
      V: 11,
      W: 13,
      K: 4,
      L: 6,
      q: 2.5,
      k: 1.5,
      m: 0.7,
      a: 1,
      b: 1,
    };
    const own = (text: string) => evaluateAt(parseExpression(text), values);
    expect(evaluateAt(split.forward, values)).toBeCloseTo(own(forward), 10);
    expect(evaluateAt(split.backward, values)).toBeCloseTo(own(backward), 10);
    expect(evaluateAt(split.forward, values) - evaluateAt(split.backward, values)).toBeCloseTo(own(law), 10);
  });

  it.each<[string, string[], string[]]>([
    ["k*A", ["A"], ["B"]],
    ["k*A*(1 - R/T)", ["A"], ["B"]],
    ["V*A/(K + A)", ["A"], ["B"]],
    ["k*A*exp(-B)", ["A"], ["B"]],
  ])("%s is one way", (law, reactants, products) => {
    expect(splitLaw(parseExpression(law), { reactants, products })).toBeUndefined();
  });

  it("what cannot be told apart is refused, with its line", () => {
    const strange = minus(times("f", "A"), times("g", "C"));
    const text = sbml({ ...own, species: { A: 1, B: 0, C: 3 }, reactions: [reaction("r", "A", "B", strange, true)] });
    expect(() => networkIn(text)).toThrow(
      /line \d+: <reaction> "r" is reversible and its law is a difference whose second part is not 0 without the products/,
    );
    const oneWay = sbml({
      ...own,
      species: { A: 1, B: 0, C: 3 },
      reactions: [reaction("r", "A", "B", strange, false)],
    });
    expect(networkIn(oneWay).reactions).toHaveLength(1);
  });

  it("one-way laws that are called reversible stay as they are", () => {
    const text = sbml({ ...own, reactions: [reaction("r", "A", "B", times("f", "A"), true)] });
    expect(networkIn(text).reactions.map(({ changes }) => changes)).toEqual([[-1, 1]]);
  });

  it("a factor of a modifier is no direction", () => {
    const others = (name: string) => name === "I";
    const split = (law: string, sides: { reactants: string[]; products: string[] }) =>
      splitLaw(parseExpression(law), { ...sides, others });
    expect(split("k*(1 - I/T)", { reactants: [], products: ["B"] })).toBeUndefined();
    expect(split("(k*A*(1 - I) - g*B*(1 - I))", { reactants: ["A"], products: ["B"] })).toMatchObject({
      forward: parseExpression("k*A*(1 - I)"),
      backward: parseExpression("g*B*(1 - I)"),
    });
    // Of constants alone it may be both directions of a reaction that is always saturated.
    expect(split("k*(v - w)", { reactants: [], products: ["B"] })).toMatch(/second part is not 0/);
  });

  it("a law of two directions that the file calls one-way: told, and read both ways on request", async () => {
    const logistic = times("f", "A", minus(1, apply("divide", "A", "K")));
    const net = minus(times("f", "A"), times("g", "B"));
    const pairs = times("f", "A", minus("A", 1));
    const networkBy = (law: string, from: string, to: string, reversible: "declared" | "laws") =>
      networkOf({
        ...gillespie.parameters.parse({ reversible }),
        sbml: sbml({
          species: { A: 5, B: 40 },
          parameters: { f: 1, g: 2, K: 9 },
          reactions: [reaction("r", from, to, law, false)],
        }),
      }).reactions.map(({ changes }) => changes);
    expect(networkBy(net, "A", "B", "declared")).toEqual([[-1, 1]]);
    expect(networkBy(net, "A", "B", "laws")).toEqual([
      [-1, 1],
      [1, -1],
    ]);
    expect(networkBy(logistic, "A", "A A", "laws")).toEqual([
      [1, 0],
      [-1, 0],
    ]);
    // What is taken off of pairs belongs to the reactants, whatever stands among the products.
    expect(networkBy(pairs, "A A", "A B", "laws")).toEqual([[-1, 1]]);
    const text = sbml({
      species: { A: 5, B: 40 },
      parameters: { f: 1, g: 2 },
      reactions: [reaction("r", "A", "B", net, false)],
    });
    using ensemble = await gillespie.create(reference, { sbml: text, points: 2 }).catch((error) => {
      expect(error.message).toMatch(/propensity of r is -75; .* difference of two directions: give --reversible laws/);
      return gillespie.create(reference, { sbml: text, reversible: "laws", until: 40, points: 2, seed: 3n });
    });
    await ensemble.run(300);
    const { mean, sd } = ensemble.result(); // binomial of 45 with g / (f + g)
    expect(Math.abs(mean[1][0] - 30)).toBeLessThan(4 * Math.sqrt(10 / 300));
    expect(Math.abs(sd[1][0] ** 2 / 10 - 1)).toBeLessThan(0.4);
  });

  it("the split network's law is that of the two reactions", async () => {
    const V = (v: string, s: string, k: string) => apply("divide", times(v, s), k);
    const law = apply(
      "divide",
      minus(V("f", "A", "K"), V("g", "B", "K")),
      apply("plus", 1, apply("divide", "A", "K"), apply("divide", "B", "K")),
    );
    const text = sbml({
      species: { A: 12, B: 0 },
      parameters: { f: 9, g: 4, K: 5 },
      reactions: [reaction("r", "A", "B", law, true)],
    });
    using ensemble = await gillespie.create(device, { sbml: text, until: 3, points: 3, seed: 5n });
    const exact = masterEquation(ensemble.ensemble)!;
    await ensemble.run(3000);
    const { mean } = ensemble.result();
    for (const t of [1, 2]) {
      expect(Math.abs(mean[t][0] - exact.mean[t][0])).toBeLessThan((4 * exact.sd[t][0]) / Math.sqrt(3000));
    }
    expect(exact.sd[2][0]).toBeGreaterThan(1);
  });
});

/** The value of an expression of these names. */
function evaluateAt(expression: Parameters<typeof splitLaw>[0], values: Record<string, number>): number {
  const text = expression;
  return text.kind === "number"
    ? text.value
    : text.kind === "name"
      ? values[text.name]
      : {
          "+": (a: number[]) => a.reduce((x, y) => x + y),
          "-": ([a, b]: number[]) => a - b,
          "*": (a: number[]) => a.reduce((x, y) => x * y),
          "/": ([a, b]: number[]) => a / b,
          "^": ([a, b]: number[]) => a ** b,
          negate: ([a]: number[]) => -a,
          exp: ([a]: number[]) => Math.exp(a),
        }[text.operation as "+"](text.operands.map((each) => evaluateAt(each, values)));
}

describe("units of amount", () => {
  const MOLE = (scale: number, id = "substance") =>
    `<listOfUnitDefinitions><unitDefinition id="${id}"><listOfUnits><unit kind="mole" scale="${scale}"/></listOfUnits></unitDefinition></listOfUnitDefinitions>`;
  const file = (
    level: 2 | 3,
    scale: number,
    volume: string,
    species: string,
    laws: string[],
    more = "",
  ) => `<?xml version="1.0"?>
<sbml xmlns="http://www.sbml.org/sbml/level${level}" level="${level}" version="1"><model id="m" ${level === 3 ? 'substanceUnits="u" extentUnits="u"' : ""}>
${MOLE(scale, level === 3 ? "u" : "substance")}<listOfCompartments><compartment id="c" size="${volume}"/></listOfCompartments>
<listOfSpecies>${species}</listOfSpecies><listOfParameters><parameter id="k" value="1"/><parameter id="b" value="1e6"/></listOfParameters>${more}
<listOfReactions>${laws.join("")}</listOfReactions></model></sbml>`;

  it.each([2, 3] as const)("mole are molecules by Avogadro's number, in Level %s", async (level) => {
    // 100 molecules are 1.66e-22 mol; the rate constants are in litres and mole.
    const mole = 100 / 6.02214076e23;
    const text = file(
      level,
      0,
      "1e-15",
      `<species id="A" compartment="c" initialConcentration="${mole / 1e-15}"/><species id="B" compartment="c" initialAmount="${mole}" hasOnlySubstanceUnits="true"/><species id="D" compartment="c" initialAmount="0"/>`,
      [reaction("r", "A B", "D", times("b", "A", "B"))],
    );
    const network = networkIn(text);
    for (const on of [device, reference]) {
      using ensemble = await gillespie.create(on, { sbml: text, until: 20, points: 3, seed: 5n });
      expect(ensemble.ensemble.points[0].initial).toEqual([100, 100, 0]);
      // b a B in mole per second, of 1e6 (100/N/1e-15) (100/N): 1.66e-3 × 1e-... = rate in molecules per second
      const rate = (1e6 * 1e2 * 1e2) / (6.02214076e23 * 1e-15);
      expect(ensemble.ensemble.network.reactions).toHaveLength(1);
      expect(rate).toBeCloseTo(16.605, 3);
      await ensemble.run(on === device ? 1000 : 100);
      const law = masterEquation(ensemble.ensemble)!;
      const { mean } = ensemble.result();
      expect(Math.abs(mean[1][2] - law.mean[1][2])).toBeLessThan(
        (4 * law.sd[1][2]) / Math.sqrt(on === device ? 1000 : 100),
      );
      // dD/dt = rate/100^2 A B, so D = 100 - 100/(1 + rate t / 100), nearly.
      expect(Math.abs(law.mean[1][2] - (100 - 100 / (1 + rate / 10)))).toBeLessThan(0.5);
    }
    expect(network.species).toEqual(["A", "B", "D"]);
  });

  it("amounts beyond what is counted, and below one, are refused with the count", () => {
    const species = (amount: string) =>
      `<species id="X" compartment="c" initialAmount="${amount}" hasOnlySubstanceUnits="true"/>`;
    const decay = [reaction("d", "X", "", times("k", "X"))];
    const create = (text: string, more: GillespieOptions = {}) => gillespie.create(reference, { sbml: text, ...more });
    return Promise.all([
      expect(create(file(2, -9, "1", species("100"), decay))).rejects.toThrow(/X starts at 60221407600000000/),
      expect(create(file(2, -9, "1", species("100"), decay), { units: "none" })).resolves.toBeDefined(),
      expect(create(sbml({ species: { X: 4e-19 }, reactions: decay, parameters: { k: 1 } }))).rejects.toThrow(
        /X starts at 4e-19/,
      ),
      expect(create(sbml({ species: { X: 4e-10 }, reactions: decay, parameters: { k: 1 } }))).rejects.toThrow(
        /X starts at 4e-10/,
      ),
      expect(
        create(file(2, 0, "1", species("1e-30"), decay).replace('kind="mole"', 'kind="kilogram"')),
      ).rejects.toThrow(/"X" is counted in the unit "substance", from which no number of molecules follows/),
    ]);
  });

  it("a conversion factor turns extents into molecules", () => {
    const text = sbml({
      species: { X: 10 },
      parameters: { two: 2 },
      reactions: [reaction("b", "", "X", 3)],
      model: 'conversionFactor="two"',
    });
    expect(networkIn(text).reactions[0].changes).toEqual([2]);
    const half = text.replace('id="two" value="2"', 'id="two" value="0.5"');
    expect(() => networkIn(half)).toThrow(
      /has the stoichiometry 0.5; molecules react in whole numbers; with --round nearest the reaction fires 1\/2 as often/,
    );
    const scaled = networkOf({ ...gillespie.parameters.parse({ round: "nearest" }), sbml: half });
    expect(scaled.reactions[0].changes).toEqual([1]);
    expect(evaluateAt(scaled.reactions[0].propensity, {})).toBe(1.5); // of 3
    expect(scaled.notes).toEqual([expect.stringMatching(/^b has a fractional stoichiometry: it fires 1\/2 as often/)]);
    const never = half.replace('value="0.5"', 'value="0.0001"');
    expect(() => networkOf({ ...gillespie.parameters.parse({ round: "nearest" }), sbml: never })).toThrow(
      /has the stoichiometry 0.0001; molecules react in whole numbers\./,
    );
    expect(math("")).toContain("math");
  });
});

describe("leaps see rates that change in time", () => {
  const PULSE = "0 -> X @ 1000*if(t >= 5 and t < 6, 1, 0)";
  const many = Array.from({ length: 70 }, (_, i) => `0 -> Y @ ${1 + i / 100}`).join("; ");
  const TABLE = `${PULSE}; ${many}`;
  const LAWS: [GillespieOptions, number[]][] = [
    [{ network: PULSE, until: 20 }, [1000, 1000]],
    [{ network: `${PULSE}; 0 -> Z @ 1e5`, until: 20 }, [1000, 1000]],
    [{ network: TABLE, until: 20 }, [1000, 1000]],
    [{ network: "0 -> X @ 1000*(1 + sin(t))", until: 10 }, [5716.337814536774, 11839.071529]],
    [{ network: "0 -> X @ 2000*exp(-3*t)", until: 2 }, [633.475287755, 665.014165215]],
    [{ network: "0 -> X @ 400*max(t - 1, 0)", until: 4 }, [200, 1800]],
  ];

  it.for(LAWS.flatMap(([options, law]) => (["tau", "cle"] as const).map((method) => [method, options, law] as const)))(
    "%s: %#",
    async ([method, options, law]) => {
      for (const on of [device, reference]) {
        const n = (on === device ? 400 : 40) / (options.network === TABLE ? 8 : 1);
        using ensemble = await gillespie.create(on, { ...options, method, points: 3, seed: 31n });
        await ensemble.run(n);
        const { mean, sd } = ensemble.result();
        law.forEach((expected, i) => {
          expect(Math.abs(mean[i + 1][0] - expected)).toBeLessThan(4 * Math.sqrt(expected / n) + 0.02);
          expect(Math.abs(sd[i + 1][0] ** 2 / expected - 1)).toBeLessThan(4 * Math.sqrt(2.2 / n));
        });
      }
    },
  );

  it("and not by the rules of gibbs 0.1.0: a negative control", async () => {
    using ensemble = await gillespie.create(device, {
      network: PULSE,
      until: 20,
      points: 3,
      method: "tau",
      rules: "1",
    });
    await ensemble.run(40);
    expect(ensemble.result().mean[2][0]).toBe(0);
  });

  it("a clock in f32 that cannot follow a rate is refused, by name", async () => {
    const wave = (until: number): GillespieOptions => ({ network: "0 -> X @ 1e-6*(1 + sin(t))", until, points: 5 });
    const saw: GillespieOptions = { network: "0 -> X @ 1e-6*if(t - floor(t) < 0.3, 1, 0)", until: 1e6, points: 5 };
    await expect(gillespie.create(device, wave(1e4))).resolves.toBeDefined();
    for (const options of [wave(1e7), saw]) {
      await expect(gillespie.create(device, options)).rejects.toThrow(
        /"0 -> X" changes in time so fast that a clock in f32/,
      );
      await expect(gillespie.create(reference, options)).resolves.toBeDefined();
    }
  });

  it("used up by them, nothing is left, and never less", async () => {
    const network = "A -> B @ A*if(t < 1, 0, 5); A = 300";
    using ensemble = await gillespie.create(device, { network, until: 5, points: 6, method: "tau", seed: 6n });
    await ensemble.run(300);
    const { mean } = ensemble.result();
    expect(mean[1]).toEqual([300, 0]);
    const p = Math.exp(-5);
    expect(Math.abs(mean[2][0] - 300 * p)).toBeLessThan(4 * Math.sqrt(p));
    expect(mean[5][0] + mean[5][1]).toBe(300);
  });
});

describe("the chemical Langevin equation conserves what the network does", () => {
  it.each<[string, number, number]>([
    ["A <-> B @ 1, 1; A = 2", 100, 2],
    ["A <-> B @ 1, 0.05; A = 20", 200, 20],
    ["A + B <-> C @ 0.5, 1; C -> A + B @ 0.1; A = 6; B = 6", 50, 6],
    [`${Array.from({ length: 70 }, (_, i) => `A -> B @ ${i / 700}; B -> A @ 0.05`).join("; ")}; A = 8`, 20, 8],
  ])("%#", async (network, until, total) => {
    for (const on of [device, reference]) {
      const n = on === device ? 400 : 60;
      using ensemble = await gillespie.create(on, { network, until, points: 5, method: "cle", seed: 41n });
      const paths = await ensemble.counts(0, n);
      const parts = network.includes("C") ? [0, 2] : [0, 1];
      // Both are rounded to whole numbers, so a sum may be 1 off.
      for (const path of paths)
        for (const state of path) expect(Math.abs(state[parts[0]] + state[parts[1]] - total)).toBeLessThanOrEqual(1);
    }
  });

  it("by the rules of gibbs 0.1.0 mass was made: a negative control", async () => {
    using ensemble = await gillespie.create(device, {
      network: "A <-> B @ 1, 1; A = 2",
      until: 100,
      points: 2,
      method: "cle",
      rules: "1",
    });
    await ensemble.run(100);
    const [, [a, b]] = ensemble.result().mean;
    expect(a + b).toBeGreaterThan(4);
  });
});
