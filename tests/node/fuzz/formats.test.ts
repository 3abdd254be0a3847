// Models in the languages of others, whole and damaged: a network, or an error that names the place; soon; and what is read can be
// written as text and as SBML and read again.

import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { FileError, GibbsError, ParameterError } from "../../../src/index.ts";
import { prepare } from "../../../src/models/gillespie/ensemble.ts";
import { readModel } from "../../../src/models/gillespie/formats/detect.ts";
import { omex } from "../../../src/models/gillespie/formats/omex.ts";
import { networkSbml } from "../../../src/models/gillespie/formats/sbml-writer.ts";
import { networkText } from "../../../src/models/gillespie/formats/text-writer.ts";
import { gillespieParameters, networkOf } from "../../../src/models/gillespie/parameters.ts";
import { cases, damaged, ended, mutated, TIMEOUT } from "./arbitraries.ts";

const NET = `begin parameters
  1 k   0.5  # Constant
  2 V   2*k+1
end parameters
begin functions
  1 f() k/(V+Atot)
  2 g() if(f()>0.01, 2*f(), ln(exp(0)))
end functions
begin species
  1 A(b)          10
  2 A(b!1).A(b!1) 0
  3 $Sink()       1
end species
begin reactions
  1 1,1 2 0.5*k #bind
  2 2 1,1 V/2 #unbind
  3 1 3 f #sink
  4 1,2 2 Sat k V
  5 0 1 3*g
end reactions
begin groups
  1 Atot 1,2*2
end groups
`;
const ANTIMONY = `model *feedback(S) // comment
  compartment cell; cell = 2;
  species S in cell, $E in cell
  J0: S -> P; k1*S*E - k2*P
  J2: 2 P => Q; rate*P*(P - 1)
  S = 50; E = 1; P = 2; Q = 3
  k1 = 0.1; k2 = 2*k1
  rate := piecewise(0.1, time > 5 && time < 7, 0.3)
  function f(x, y)
    x^2 + y
  end
  total := S + f(Q, 1)
  E1: at 2 after (P > 10), priority=2, persistent=false, t0=false: S = 40, k1 = 0.5;
  z' = 1 - z; z = 0
end
`;
const MODEL = `<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model>
  <listOfCompartments><compartment id="c" size="1"/></listOfCompartments>
  <listOfSpecies><species id="X" compartment="c" initialAmount="20" hasOnlySubstanceUnits="true"/></listOfSpecies>
  <listOfReactions><reaction id="r" reversible="false"><listOfReactants><speciesReference species="X"/></listOfReactants>
    <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>X</ci></math></kineticLaw></reaction></listOfReactions></model></sbml>`;
const SEDML = `<sedML xmlns="http://sed-ml.org/sed-ml/level1/version3" level="1" version="3">
  <listOfSimulations><uniformTimeCourse id="s" initialTime="0" outputStartTime="0" outputEndTime="4" numberOfPoints="8">
    <algorithm kisaoID="KISAO:0000029"><listOfAlgorithmParameters><algorithmParameter kisaoID="KISAO:0000498" value="30"/></listOfAlgorithmParameters></algorithm></uniformTimeCourse></listOfSimulations>
  <listOfModels><model id="m" language="urn:sedml:language:sbml" source="model.xml"><listOfChanges>
    <changeAttribute target="/sbml:sbml/sbml:model/sbml:listOfSpecies/sbml:species[@id='X']/@initialAmount" newValue="7"/></listOfChanges></model></listOfModels>
  <listOfTasks><task id="t1" modelReference="m" simulationReference="s"/></listOfTasks></sedML>`;

const PIECES = [
  "(",
  ")",
  "((((",
  "*",
  "^",
  "1e999",
  "0",
  "-1",
  "NaN",
  "time",
  "t",
  "\\\n",
  ";",
  ":",
  "=",
  "->",
  "=>",
  ",",
];
PIECES.push(
  "__proto__",
  "constructor",
  "toString",
  "end",
  "begin groups",
  "end reactions",
  "model",
  "function f(x)",
  "at",
  "$",
  "'",
);
PIECES.push(
  "\0",
  "\ud800",
  "💥",
  '"',
  "```",
  "/*",
  "//",
  "#",
  "species",
  "1,1,1,1",
  "9",
  "Sat",
  "piecewise(",
  "a.b",
  "<",
  "&",
  "']",
);

/** What is read can be run and written. */
function outcome(text: string) {
  const network = networkOf(gillespieParameters.parse({ network: text }));
  const written = networkText(network);
  const again = readModel(written);
  expect(again.reactions).toHaveLength(network.reactions.length);
  expect(readModel(networkSbml(network)).reactions).toHaveLength(network.reactions.length);
  return prepare(network, { until: 1, points: 3, set: "", passage: "", seed: 1n, rounding: "real", maxEvents: 50 });
}

describe("models in other languages", () => {
  it.each([
    ["BioNetGen's .net", NET],
    ["Antimony", ANTIMONY],
  ])(
    "%s, damaged: a network or an error that names the line",
    async (_, text) => {
      expect(await ended(() => outcome(text))).not.toBeInstanceOf(GibbsError);
      await fc.assert(
        fc.asyncProperty(mutated(text, PIECES), async (other) => {
          const found = await ended(() => outcome(other));
          if (found instanceof GibbsError) {
            expect(found).toBeInstanceOf(ParameterError);
            expect(found.message.length).toBeLessThan(2000);
          }
        }),
        cases(400),
      );
    },
    TIMEOUT,
  );

  it(
    "archives, damaged within and without, end in parameters or a FileError",
    async () => {
      const files = { "a.sedml": SEDML, "model.xml": MODEL };
      const zip = (all: Record<string, string>) =>
        zipSync(Object.fromEntries(Object.entries(all).map(([path, text]) => [path, strToU8(text)])));
      const whole = zip(files);
      const changed = fc
        .tuple(mutated(SEDML, PIECES), mutated(MODEL, PIECES), fc.boolean())
        .map(([sedml, model, both]) => zip({ ...files, "a.sedml": sedml, ...(both ? { "model.xml": model } : {}) }));
      await fc.assert(
        fc.asyncProperty(fc.oneof(damaged(whole), changed, fc.uint8Array()), async (bytes) => {
          const found = await ended(async () => {
            const { parameters } = await omex.read({ name: "a.omex", bytes });
            return parameters;
          });
          if (found instanceof GibbsError) {
            expect(found).toBeInstanceOf(FileError);
            expect(found.message).toMatch(/^a\.omex: /);
          } else expect(await ended(() => readModel(found.sbml as string))).toBeDefined();
        }),
        cases(300),
      );
    },
    TIMEOUT,
  );

  it("a zip that says it is huge is refused before it is unpacked", async () => {
    const bytes = zipSync({ "a.sedml": strToU8(SEDML), "b.xml": new Uint8Array(2 ** 25 * 9) }, { level: 1 });
    expect(bytes.length).toBeLessThan(2 ** 22);
    await expect(omex.read({ name: "a.omex", bytes })).rejects.toThrow("its files have over 256 MB");
  });
});

describe("texts of great depth and length", () => {
  const many: Record<string, (n: number) => string> = {
    "groups of many species": (n) =>
      NET.replace("1 Atot 1,2*2", `1 Atot ${Array.from({ length: n }, () => "2*1").join(",")}`),
    "functions of functions": (n) =>
      NET.replace(
        "  2 g()",
        `${Array.from({ length: n }, (_, i) => `  ${i} h${i}() ${i ? `h${i - 1}()+h${i - 1}()` : "k"}\n`).join("")}  2 g()`,
      ).replace("3*g", `3*h${n - 1}`),
    parameters: (n) =>
      NET.replace(
        "2 V   2*k+1",
        `2 V 1\n${Array.from({ length: n }, (_, i) => `p${i} ${i ? `p${i - 1}` : "1"}\n`).join("")}`,
      ),
    "copies of a reactant": (n) => NET.replace("1 1,1 2", `1 ${"1,".repeat(n)}1 2`),
    parentheses: (n) => ANTIMONY.replace("k1*S*E", `${"(".repeat(n)}k1*S*E${")".repeat(n)}`),
    pieces: (n) => ANTIMONY.replace("piecewise(0.1", `piecewise(${"1, S > 1, ".repeat(n)}0.1`),
    "functions of Antimony": (n) =>
      ANTIMONY.replace(
        "  total",
        `${Array.from({ length: n }, (_, i) => `function g${i}(x)\n${i ? `g${i - 1}(g${i - 1}(x))` : "x + x"}\nend\n`).join("")}  total`,
      ).replace("f(Q, 1)", `g${n - 1}(Q)`),
    reactions: (n) => `A -> B; k*A\nk = 1; A = 3\n${"B -> A; k*B\n".repeat(n)}`,
    comments: (n) => `${"/* ".repeat(n)}A -> B; k*A`,
    quotes: (n) => `A -> B; k*A${'"'.repeat(n)}`,
    lines: (n) => `${"\n".repeat(n)}A -> B; k*`,
  };
  it.each(Object.keys(many))(
    "%s end soon",
    async (what) => {
      for (const n of [3, 60, 3000]) {
        const found = await ended(() => outcome(many[what](n)));
        if (found instanceof GibbsError) expect(found).toBeInstanceOf(ParameterError);
      }
    },
    TIMEOUT,
  );
});
