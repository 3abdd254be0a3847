// What SBML files hold beyond plain reactions: packages, constraints, computed stoichiometry, functions, starts between two counts. Each model
// of these has a law that is known.

import { describe, expect, it } from "vitest";
import { evaluate } from "../src/expression/expression.ts";
import { decodeText } from "../src/files/text.ts";
import { type GillespieOptions, gillespie, networkOf } from "../src/index.ts";
import { device, reference } from "./devices.ts";
import { apply, type Model, math, operand, reaction, sbml } from "./sbml-text.ts";

const defaults = gillespie.parameters.parse({});
const networkIn = (text: string) => networkOf({ ...defaults, sbml: text });
const BIRTH_DEATH: Model = {
  species: { X: 0 },
  parameters: { k: 10, g: 1 },
  reactions: [reaction("birth", "", "X", "k"), reaction("death", "X", "", apply("times", "g", "X"))],
};
const LAYOUT = "http://www.sbml.org/sbml/level3/version1/layout/version1";

/** Mean and variance of the first species at the end, by both devices. */
async function agrees(options: GillespieOptions, mean: number, variance = mean): Promise<void> {
  for (const on of [device, reference]) {
    const n = on === device ? 1500 : 200;
    using ensemble = await gillespie.create(on, { until: 10, points: 2, seed: 17n, ...options });
    await ensemble.run(n);
    const result = ensemble.result();
    expect(Math.abs(result.mean[1][0] - mean)).toBeLessThanOrEqual(4 * Math.sqrt(variance / n));
    if (variance > 0) expect(Math.abs(result.sd[1][0] ** 2 / variance - 1)).toBeLessThan(5 * Math.sqrt(2.5 / n));
  }
}

const poisson = 10 * (1 - Math.exp(-10));

describe("what changes nothing is left out, with a word", () => {
  it("packages that are not required", async () => {
    const text = sbml({
      ...BIRTH_DEATH,
      head: `xmlns:layout="${LAYOUT}" layout:required="false"`,
      more: `<layout:listOfLayouts xmlns:layout="${LAYOUT}"><layout:layout layout:id="l"/></layout:listOfLayouts>`,
    });
    await agrees({ sbml: text }, poisson);
    using ensemble = await gillespie.create(reference, { sbml: text });
    expect(ensemble.notes()).toEqual(["the package layout, which does not change the model, is left out"]);
  });

  it("a composed model that is composed of nothing", () =>
    agrees({ sbml: sbml({ ...BIRTH_DEATH, head: 'xmlns:comp="x" comp:required="true"' }) }, poisson));

  it("constraints", async () => {
    const one = `<listOfConstraints><constraint>${math(apply("lt", "X", 1000))}</constraint></listOfConstraints>`;
    using ensemble = await gillespie.create(reference, { sbml: sbml({ ...BIRTH_DEATH, more: one }) });
    expect(ensemble.notes()).toEqual(["1 constraint is not checked"]);
  });
});

it("blank lines before the declaration are none of the model, and lines are counted with them", () => {
  const text = `\n \n${sbml(BIRTH_DEATH)}`;
  expect(networkIn(text)).toEqual(networkIn(sbml(BIRTH_DEATH)));
  const broken = (own: string) => {
    try {
      return String(networkIn(own.replaceAll("kineticLaw", "other")));
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(Number(/line (\d+)/.exec(broken(text))?.[1])).toBe(
    Number(/line (\d+)/.exec(broken(sbml(BIRTH_DEATH)))?.[1]) + 2,
  );
});

describe("stoichiometry", () => {
  const birth = (reference: string) =>
    `<reaction id="b" reversible="false"><listOfProducts>${reference}</listOfProducts><kineticLaw>${math(operand(10))}</kineticLaw></reaction>`;
  it.each<[string, string, string, number[]]>([
    [
      "by maths",
      `<speciesReference species="X"><stoichiometryMath>${math(operand(2))}</stoichiometryMath></speciesReference>`,
      "",
      [2],
    ],
    [
      "by a parameter",
      `<speciesReference species="X"><stoichiometryMath>${math(apply("plus", "n", 1))}</stoichiometryMath></speciesReference>`,
      "",
      [4],
    ],
    [
      "by an initial assignment",
      '<speciesReference id="nx" species="X"/>',
      `<listOfInitialAssignments><initialAssignment symbol="nx">${math(operand(3))}</initialAssignment></listOfInitialAssignments>`,
      [3],
    ],
  ])("%s", async (_, part, more, changes) => {
    const text = sbml({ species: { X: 0 }, parameters: { n: 3 }, reactions: [birth(part)], more });
    expect(networkIn(text).reactions[0].changes).toEqual(changes);
    await agrees({ sbml: text, until: 2 }, 20 * changes[0], 20 * changes[0] ** 2);
  });

  it("that is no whole number, or changes, is refused", () => {
    const half = sbml({ species: { X: 0 }, reactions: [birth('<speciesReference species="X" stoichiometry="0.5"/>')] });
    expect(() => networkIn(half)).toThrow(/has the stoichiometry 0.5; molecules react in whole numbers/);
    const rule = `<listOfRules><assignmentRule variable="nx">${math(operand("X"))}</assignmentRule></listOfRules>`;
    const changing = sbml({
      species: { X: 0 },
      reactions: [birth('<speciesReference id="nx" species="X"/>')],
      more: rule,
    });
    expect(() => networkIn(changing)).toThrow(/<speciesReference> "nx" has a stoichiometry that changes/);
  });
});

describe("maths", () => {
  const value = (text: string, x = 3) => {
    const network = networkIn(sbml({ species: { X: 5 }, reactions: [reaction("r", "X", "", text)] }));
    return evaluate(network.reactions[0].propensity, (name) => (name === "X" ? x : Number.NaN));
  };
  const piecewise = `<piecewise><piece>${operand("X")}${apply("geq", "X", 2)}</piece></piecewise>`;
  it.each<[string, number, number?]>([
    [apply("factorial", 5), 120],
    [apply("rem", 17, 5), 2],
    [apply("rem", -17, 5), -2],
    [apply("quotient", -17, 5), -3],
    [apply("implies", apply("gt", "X", 2), apply("gt", "X", 9)), 0],
    [apply("implies", apply("gt", "X", 5), apply("gt", "X", 9)), 1],
    [apply("sec", 1), 1 / Math.cos(1)],
    [apply("arccot", 2), Math.atan(0.5)],
    [apply("arcsinh", 2), Math.asinh(2)],
    [apply("arccosh", 2), Math.acosh(2)],
    [apply("arctanh", 0.5), Math.atanh(0.5)],
    [apply("coth", 2), 1 / Math.tanh(2)],
    ["<infinity/>", Number.POSITIVE_INFINITY],
    ["<notanumber/>", Number.NaN],
    [piecewise, 3],
    [piecewise, Number.NaN, 1],
  ])("%s", (text, expected, x) => {
    const found = value(text, x);
    if (Number.isFinite(expected)) expect(found).toBeCloseTo(expected, 12);
    else expect(found).toBe(expected);
  });

  it("of where no piece holds stops the trajectory, and nothing before", async () => {
    const law = `<piecewise><piece>${operand("X")}${apply("geq", "X", 0)}</piece></piecewise>`;
    await agrees(
      { sbml: sbml({ species: { X: 5 }, reactions: [reaction("d", "X", "", law)] }), until: 1 },
      5 * Math.exp(-1),
      5 * Math.exp(-1) * (1 - Math.exp(-1)),
    );
    const wrong = sbml({ species: { X: 5 }, reactions: [reaction("d", "X", "", piecewise)] });
    await expect(gillespie.create(device, { sbml: wrong })).rejects.toThrow(/the propensity of d is NaN/);
  });

  it("asks for the rates of reactions and of what they change", async () => {
    const rule = `<listOfRules><assignmentRule variable="flux">${math(operand("birth"))}</assignmentRule></listOfRules>`;
    const follow = reaction("follow", "", "Y", apply("times", 0.5, "flux"));
    const text = sbml({
      species: { Y: 0, X: 0 },
      parameters: { k: 10, flux: 0 },
      reactions: [reaction("birth", "", "X", "k"), follow],
      more: rule,
    });
    await agrees({ sbml: text, until: 4 }, 20);
    const rateOf =
      '<apply><csymbol definitionURL="http://www.sbml.org/sbml/symbols/rateOf">rateOf</csymbol><ci>X</ci></apply>';
    const rates = sbml({
      species: { Y: 0, X: 0 },
      reactions: [reaction("birth", "", "X", 8), reaction("f", "", "Y", rateOf)],
    });
    await agrees({ sbml: rates, until: 4 }, 32);
  });

  it("reads functions in any order, but none by itself", () => {
    const functions = (inner: string) => `<listOfFunctionDefinitions>
<functionDefinition id="four">${math(`<lambda><bvar><ci>x</ci></bvar><apply><ci>twice</ci><apply><ci>twice</ci><ci>x</ci></apply></apply></lambda>`)}</functionDefinition>
<functionDefinition id="twice">${math(`<lambda><bvar><ci>x</ci></bvar>${inner}</lambda>`)}</functionDefinition></listOfFunctionDefinitions>`;
    const file = (inner: string) =>
      sbml({
        species: { X: 5 },
        reactions: [reaction("r", "X", "", "<apply><ci>four</ci><ci>X</ci></apply>")],
      }).replace("<listOfCompartments>", `${functions(inner)}<listOfCompartments>`);
    const network = networkIn(file(apply("plus", "x", "x")));
    expect(evaluate(network.reactions[0].propensity, () => 3)).toBe(12);
    expect(() => networkIn(file("<apply><ci>four</ci><ci>x</ci></apply>"))).toThrow(/four is no function of the model/);
  });

  it("delay is refused by name", () => {
    const law = '<apply><csymbol definitionURL="http://www.sbml.org/sbml/symbols/delay"/><ci>X</ci><cn>1</cn></apply>';
    expect(() => value(law)).toThrow(/line \d+: <csymbol> means delay, which is not supported/);
  });
});

describe("starts between two counts", () => {
  const decay = (X: number) => sbml({ species: { X }, reactions: [reaction("d", "X", "", apply("times", 0.5, "X"))] });

  it("are refused, rounded, or one or the other by chance", async () => {
    await expect(gillespie.create(device, { sbml: decay(7.3) })).rejects.toThrow(
      /X starts at 7.3; .* Give --round nearest, down or random/,
    );
    const starts = async (options: GillespieOptions) => {
      const both = await Promise.all(
        [device, reference].map(async (on) => {
          using ensemble = await gillespie.create(on, { until: 1, points: 2, seed: 5n, ...options });
          return { paths: await ensemble.counts(0, 400), notes: ensemble.notes() };
        }),
      );
      expect(both[0].paths.map(([[x]]) => x)).toEqual(both[1].paths.map(([[x]]) => x));
      return { counts: both[0].paths.map(([[x]]) => x), notes: both[0].notes };
    };
    expect(new Set((await starts({ sbml: decay(7.6), round: "nearest" })).counts)).toEqual(new Set([8]));
    expect(await starts({ sbml: decay(0.3), round: "nearest" })).toMatchObject({
      notes: ["starts were rounded to whole numbers: X 0.3 to 0"],
    });
    expect(new Set((await starts({ sbml: decay(7.6), round: "down" })).counts)).toEqual(new Set([7]));
    const { counts, notes } = await starts({ sbml: decay(7.6), round: "random" });
    expect(new Set(counts)).toEqual(new Set([7, 8]));
    expect(Math.abs(counts.filter((x) => x === 8).length - 240)).toBeLessThan(4 * Math.sqrt(400 * 0.24));
    expect(notes).toEqual(["starts between two whole numbers are one or the other by chance: X"]);
    const large: GillespieOptions = {
      network: `${Array.from({ length: 70 }, (_, i) => `X -> Y @ ${i / 1000}`).join("; ")}; X = 2.25; Y = 9`,
    };
    const tables = await starts({ ...large, round: "random" });
    expect(Math.abs(tables.counts.filter((x) => x === 3).length - 100)).toBeLessThan(4 * Math.sqrt(400 * 0.1875));
  });

  it("leave what arithmetic made of whole numbers alone, and are of a scan, too", async () => {
    const network = "X -> 0 @ 0.5; X = (0.1 + 0.2)*10";
    const first = async (options: GillespieOptions) => {
      using ensemble = await gillespie.create(reference, { until: 1, points: 2, ...options });
      return ensemble.ensemble.points.map(({ initial }) => initial[0]);
    };
    expect(await first({ network, round: "down" })).toEqual([3]);
    expect(await first({ network, round: "nearest", set: "X = 1.4|2.6" })).toEqual([1, 3]);
    await expect(first({ network, set: "X = 1.4|2.6" })).rejects.toThrow(/X starts at 1.4/);
  });
});

describe("a file's text", () => {
  const bytes = (text: string, encoding: "utf16le" | "utf16be" | "latin1", mark: boolean) => {
    const units = [...(mark ? "\ufeff" : ""), ...text].map((character) => character.charCodeAt(0));
    if (encoding === "latin1") return Uint8Array.from(units);
    return Uint8Array.from(
      units.flatMap((unit) => (encoding === "utf16le" ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])),
    );
  };
  const text = '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>';
  it.each([
    ["UTF-16, least byte first, with its mark", bytes(text, "utf16le", true)],
    ["UTF-16, most first, with its mark", bytes(text, "utf16be", true)],
    ["UTF-16 without a mark", bytes(text, "utf16le", false)],
    ["Latin 1, as it says", bytes(text, "latin1", false)],
    [
      "UTF-8 with a mark",
      new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode(text.replace("ISO-8859-1", "UTF-8"))]),
    ],
  ])("in %s", (_, data) => {
    expect(decodeText(data)).toContain("<a>ü</a>");
  });
});
