// Networks as text and as SBML: what they mean, and what is refused by name.

import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/expression/expression.ts";
import { prepare } from "../../src/models/gillespie/ensemble.ts";
import { buildNetwork } from "../../src/models/gillespie/network/builder.ts";
import { initialCounts, type Network, parameterValues } from "../../src/models/gillespie/network/network.ts";
import { parseNetwork } from "../../src/models/gillespie/network/text.ts";
import { readSbml } from "../../src/models/gillespie/sbml/read.ts";

function propensities(network: Network, counts: Record<string, number>): number[] {
  const parameters = parameterValues(network);
  return network.reactions.map(({ propensity }) =>
    evaluate(propensity, (name) => counts[name] ?? parameters.get(name)!),
  );
}

it("a network from a program is the one that is written", () => {
  const text = buildNetwork({
    reactions: [
      { reaction: "2 A <-> B", rate: "k, 0.5" },
      { reaction: "0 -> A", rate: "5*(1 + sin(t))" },
    ],
    values: { k: 1e-3, A: 100 },
    outputs: { total: "A + 2*B" },
    events: [
      { at: 2.5, set: { A: 50, B: "B + 1" } },
      { when: "A > 200", set: { A: 0 } },
    ],
  });
  const written =
    "2 A <-> B @ k, 0.5; 0 -> A @ 5*(1 + sin(t)); k = 0.001; A = 100; total := A + 2*B; at 2.5: A = 50, B = B + 1; when A > 200: A = 0";
  expect(parseNetwork(text)).toEqual(parseNetwork(written));
  expect(() => buildNetwork({ reactions: [{ reaction: "A ->", rate: "k*" }] })).toThrow(/k\*/);
  expect(() => buildNetwork({ reactions: [{ reaction: "A -> B", rate: "1; C = 2" }] })).toThrow(/one statement/);
});

describe("text", () => {
  it("counts combinations of reactants", () => {
    const network = parseNetwork(
      "2A -> B @ 3; A + B -> 2 C @ k; 3 A -> 0 @ 6; 0 -> A @ 7; C -> A @ 2*C/(1 + C); k = 2*2",
    );
    expect(network.species).toEqual(["A", "B", "C"]);
    expect(propensities(network, { A: 5, B: 2, C: 3 })).toEqual([3 * 10, 4 * 10, 6 * 10, 7, 1.5]);
    expect(propensities(network, { A: 1, B: 2, C: 0 })).toEqual([0, 8, 0, 7, 0]);
    expect(network.reactions.map(({ changes }) => changes)).toEqual([
      [-2, 1, 0],
      [-1, -1, 2],
      [-3, 0, 0],
      [1, 0, 0],
      [1, 0, -1],
    ]);
  });

  it.each([
    ["2 + 3*4^2/8 - -1", 9],
    ["-2^2", -4],
    ["2^3^2", 512],
    ["hill(2, 4, 2)", 0.2],
    ["mm(3, 10, 2)", 6],
    ["if(1 < 2 && !(3 == 4), 5, 6)", 5],
    ["min(3, 1, 2) + max(1, 4) + exp(0) + sqrt(9)", 9],
    ["(1 >= 1) + (2 != 2)", 1],
  ])("%s = %d", (text, value) => {
    expect(propensities(parseNetwork(`A -> 0 @ ${text}`), { A: 1 })[0]).toBeCloseTo(value, 12);
  });

  it("puts rare reactions first, so that none vanishes in a sum of f32", () => {
    const network = parseNetwork("A -> A + B @ 1000; A -> A + C @ 1e-6; A -> A + D @ 1; A = 1");
    const plan = { until: 1, points: 2, set: "", passage: "", seed: 1n };
    expect(prepare(network, plan).network.reactions.map(({ name }) => name)).toEqual([
      "A -> A + C",
      "A -> A + D",
      "A -> A + B",
    ]);
  });
});

const sbml = (body: string, head = 'level="3" version="1"') =>
  `<?xml version="1.0"?>\n<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" ${head}>\n<model>\n${body}\n</model>\n</sbml>`;
const math = (body: string) => `<math xmlns="http://www.w3.org/1998/Math/MathML">${body}</math>`;

const COMPARTMENTS = '<listOfCompartments><compartment id="V" size="2" constant="true"/></listOfCompartments>';
const SPECIES = `<listOfSpecies>
<species id="X" compartment="V" initialAmount="10" hasOnlySubstanceUnits="false"/>
<species id="Y" compartment="V" initialConcentration="3" hasOnlySubstanceUnits="true"/>
<species id="E" compartment="V" initialAmount="4" boundaryCondition="true" hasOnlySubstanceUnits="true"/>
</listOfSpecies>`;
const FUNCTION = `<listOfFunctionDefinitions><functionDefinition id="twice">${math(
  "<lambda><bvar><ci>a</ci></bvar><apply><times/><cn type='integer'>2</cn><ci>a</ci></apply></lambda>",
)}</functionDefinition></listOfFunctionDefinitions>`;
const PARAMETERS = `<listOfParameters><parameter id="k" value="0.5"/><parameter id="y" constant="false"/><parameter id="q"/></listOfParameters>
<listOfInitialAssignments><initialAssignment symbol="q">${math("<apply><plus/><ci>k</ci><ci>X</ci></apply>")}</initialAssignment></listOfInitialAssignments>
<listOfRules><assignmentRule variable="y">${math("<apply><times/><ci>k</ci><ci>X</ci></apply>")}</assignmentRule></listOfRules>`;
const reaction = (law: string, more = "") =>
  `<listOfReactions><reaction id="R" reversible="false"><listOfReactants><speciesReference species="X" stoichiometry="2"/><speciesReference species="E"/></listOfReactants>
<listOfProducts><speciesReference species="Y"/></listOfProducts><kineticLaw>${math(law)}${more}</kineticLaw></reaction></listOfReactions>`;
const LAW =
  "<apply><times/><apply><ci>twice</ci><ci>k</ci></apply><ci>X</ci><ci>y</ci><apply><power/><cn type='e-notation'>1<sep/>1</cn><cn>1</cn></apply></apply>";
const LOCAL = '<listOfLocalParameters><localParameter id="k" value="3"/></listOfLocalParameters>';

describe("SBML", () => {
  it("means concentrations, amounts, boundaries, functions, rules, assignments and local parameters as it says", () => {
    const network = readSbml(sbml(FUNCTION + COMPARTMENTS + SPECIES + PARAMETERS + reaction(LAW, LOCAL)));
    const values = parameterValues(network);
    expect(network.species).toEqual(["X", "Y", "E"]);
    expect(initialCounts(network, values)).toEqual([10, 6, 4]);
    expect(network.reactions[0].changes).toEqual([-2, 1, 0]);
    expect(values.get("q")).toBe(5.5); // k + X / V at t = 0
    // 2 k_local × (X/V) × (k X/V) × 10, with 8 X in a volume of 2.
    expect(propensities(network, { X: 8, Y: 0, E: 0 })).toEqual([2 * 3 * 4 * (0.5 * 4) * 10]);
    expect(
      network.outputs.map(({ name, value }) => [name, evaluate(value, (n) => (n === "X" ? 8 : values.get(n)!))]),
    ).toEqual([["y", 2]]);
  });

  const EVENT = (more: string, variable = "X") =>
    `<listOfEvents><event id="e">${more}<listOfEventAssignments><eventAssignment variable="${variable}">${math("<cn>5</cn>")}</eventAssignment></listOfEventAssignments></event></listOfEvents>`;
  const TRIGGER = `<trigger initialValue="false">${math("<apply><geq/><csymbol definitionURL='http://www.sbml.org/sbml/symbols/time'>t</csymbol><cn>2.5</cn></apply>")}</trigger>`;
  const BASE = COMPARTMENTS + SPECIES;
  const ONE = reaction("<ci>X</ci>");

  it("sets concentrations by events, in amounts", () => {
    const { events } = readSbml(sbml(BASE + ONE + EVENT(TRIGGER)));
    const [{ target, value }] = events[0].assignments;
    expect([target, evaluate(value, () => 2)]).toEqual([0, 10]);
  });

  it.each([
    [sbml(BASE, 'level="1" version="2"'), /line 2: <sbml> is of Level 1/],
    [sbml(BASE, 'level="3" version="1" xmlns:qual="x" qual:required="true"'), /requires the package qual/],
    [
      sbml(`${BASE}<listOfRules><rateRule variable="X">${math("<cn>1</cn>")}</rateRule></listOfRules>${ONE}`),
      /line 8: <speciesReference> changes X, which a rule sets/,
    ],
    [
      sbml(`${BASE}<listOfRules><algebraicRule>${math("<cn>1</cn>")}</algebraicRule></listOfRules>${ONE}`),
      /<algebraicRule>/,
    ],
    [sbml(`${BASE}<comp:listOfSubmodels/>${ONE}`), /<comp:listOfSubmodels> is not supported/],
    [sbml(BASE + ONE + EVENT(`${TRIGGER}<delay/>`)), /<delay> has no math/],
    [sbml(BASE + ONE + EVENT(`${TRIGGER}<priority/>`)), /<priority> has no math/],
    [sbml(BASE + ONE + EVENT(TRIGGER, "nothing")), /<eventAssignment> "nothing" sets what is neither a species nor/],
    [sbml(BASE + ONE.replace('stoichiometry="2"', 'stoichiometry="1.5"')), /stoichiometry 1.5/],
    [sbml(BASE + ONE.replace('reversible="false"', 'fast="true"')), /<reaction> "R" is fast/],
    [sbml(BASE + reaction("<ci>nothing</ci>")), /asks for nothing/],
    [sbml(BASE + reaction("<apply><factorial/><ci>X</ci></apply>")), /<factorial> is read of whole numbers/],
    [
      sbml(
        BASE +
          reaction(
            "<apply><csymbol definitionURL='http://www.sbml.org/sbml/symbols/delay'/><ci>X</ci><cn>1</cn></apply>",
          ),
      ),
      /<csymbol> means delay, which is not supported/,
    ],
    [sbml(BASE.replace('initialAmount="10"', "") + ONE), /<species> "X" has no initial amount/],
    [sbml(BASE + ONE.replace('species="Y"', 'species="Z"')), /names the species "Z"/],
    [sbml(BASE + ONE.replace(/<kineticLaw>.*<\/kineticLaw>/, "")), /has no kineticLaw/],
    [sbml(BASE), /has no reactions/],
  ])("refuses by name and line: %#", (text, message) => {
    expect(() => readSbml(text)).toThrow(message);
  });
});
