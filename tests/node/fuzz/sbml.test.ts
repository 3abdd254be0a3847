// SBML documents, valid ones and what becomes of them when elements and attributes are dropped, doubled, moved and changed: a network, or an
// error that names the element. Nothing a document says can make the reader expand it without end.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseXml, XmlElement, XmlText } from "@rgrove/parse-xml";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GibbsError, gillespie, ParameterError } from "../../../src/index.ts";
import { prepare } from "../../../src/models/gillespie/ensemble.ts";
import { generate } from "../../../src/models/gillespie/kernel/wgsl.ts";
import { gillespieParameters, networkOf } from "../../../src/models/gillespie/parameters.ts";
import { device } from "../../devices.ts";
import { cases, ended, mutated, numbersIn, TIMEOUT } from "./arbitraries.ts";

const head = (inside: string, level = 3) =>
  `<?xml version="1.0"?><sbml xmlns="http://www.sbml.org/sbml/level${level}/version1/core" level="${level}" version="1"><model id="all">${inside}</model></sbml>`;
const math = (inside: string) => `<math xmlns="http://www.w3.org/1998/Math/MathML">${inside}</math>`;
const compartment = '<listOfCompartments><compartment id="cell" size="2" constant="true"/></listOfCompartments>';
const time = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>';

/** All that is read. */
const EVERYTHING = head(
  `<listOfFunctionDefinitions><functionDefinition id="twice">${math("<lambda><bvar><ci>a</ci></bvar><apply><plus/><ci>a</ci><ci>a</ci></apply></lambda>")}</functionDefinition></listOfFunctionDefinitions>
   ${compartment}
   <listOfSpecies>
     <species id="S" compartment="cell" initialAmount="20" hasOnlySubstanceUnits="true"/>
     <species id="P" compartment="cell" initialConcentration="2" boundaryCondition="false"/>
     <species id="E" compartment="cell" initialAmount="3" boundaryCondition="true"/>
   </listOfSpecies>
   <listOfParameters><parameter id="k" value="0.5"/><parameter id="m"/><parameter id="total" constant="false"/></listOfParameters>
   <listOfInitialAssignments><initialAssignment symbol="m">${math("<apply><times/><ci>k</ci><cn type='e-notation'>2<sep/>-1</cn></apply>")}</initialAssignment></listOfInitialAssignments>
   <listOfRules><assignmentRule variable="total">${math("<apply><plus/><ci>S</ci><apply><ci>twice</ci><ci>P</ci></apply></apply>")}</assignmentRule></listOfRules>
   <listOfReactions>
     <reaction id="make" reversible="false"><listOfReactants><speciesReference species="S" stoichiometry="1"/></listOfReactants>
       <listOfProducts><speciesReference species="P" stoichiometry="2"/></listOfProducts><listOfModifiers><modifierSpeciesReference species="E"/></listOfModifiers>
       <kineticLaw>${math("<apply><times/><ci>c</ci><ci>S</ci><apply><power/><ci>E</ci><cn>2</cn></apply></apply>")}<listOfLocalParameters><localParameter id="c" value="0.1"/></listOfLocalParameters></kineticLaw></reaction>
     <reaction id="lose"><listOfReactants><speciesReference species="P"/></listOfReactants>
       <kineticLaw>${math("<piecewise><piece><apply><times/><ci>m</ci><ci>P</ci></apply><apply><gt/><ci>P</ci><cn>1</cn></apply></piece><otherwise><cn>0</cn></otherwise></piecewise>")}</kineticLaw></reaction>
   </listOfReactions>
   <listOfEvents>
     <event id="later"><trigger initialValue="false">${math(`<apply><geq/>${time}<cn>0.5</cn></apply>`)}</trigger><listOfEventAssignments><eventAssignment variable="S">${math("<cn>9</cn>")}</eventAssignment></listOfEventAssignments></event>
     <event><trigger>${math("<apply><lt/><ci>S</ci><cn>3</cn></apply>")}</trigger><listOfEventAssignments><eventAssignment variable="P">${math("<cn>1</cn>")}</eventAssignment></listOfEventAssignments></event>
   </listOfEvents>`,
);

const own = join(import.meta.dirname, "..", "..", "data", "sbml");
const others = join(process.env.GIBBS_DATA ?? "", "dsmts");
const files = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith(".xml"))
    .map((file) => readFileSync(join(folder, file), "utf8"));
const DOCUMENTS = [
  EVERYTHING,
  ...files(own),
  ...(process.env.GIBBS_DATA && existsSync(others) ? files(others).slice(0, 30) : []),
];

const VALUES = [
  "",
  "NaN",
  "INF",
  "-1",
  "0",
  "1e308",
  "1e999",
  "2147483648",
  "0.5",
  "true",
  "S",
  "k",
  "cell",
  "time",
  "$time",
];
VALUES.push("__proto__", "constructor", "make", "twice", "total", "\u0085fn evil()", "x; }", "é", "x".repeat(5000));
const PIECES = [
  "<",
  ">",
  "&",
  "&amp;",
  "&lol;",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "<math>",
  "</math>",
  "\0",
  "\ufeff",
  "<ci/>",
];
PIECES.push(
  "<apply/>",
  "<piece/>",
  "<lambda/>",
  "<cn>x</cn>",
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  "<?a?>",
  "level='2'",
  "<delay/>",
);

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
function written(node: XmlElement | XmlText): string {
  if (node instanceof XmlText) return escaped(node.text);
  const attributes = Object.entries(node.attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  const inside = node.children.filter((child) => child instanceof XmlElement || child instanceof XmlText).map(written);
  return `<${node.name}${attributes.join("")}>${inside.join("")}</${node.name}>`;
}

const below = (node: XmlElement): XmlElement[] => [
  node,
  ...node.children.filter((child) => child instanceof XmlElement).flatMap(below),
];

const edit = fc.record({ what: fc.nat({ max: 6 }), at: fc.nat(), to: fc.nat(), value: fc.constantFrom(...VALUES) });
const changed = fc
  .record({ text: fc.constantFrom(...DOCUMENTS), edits: fc.array(edit, { minLength: 1, maxLength: 4 }) })
  .map(({ text, edits }) => {
    const root = parseXml(text).root!;
    for (const { what, at, to, value } of edits) {
      const all = below(root).slice(1);
      if (all.length === 0) break;
      const [one, other] = [all[at % all.length], all[to % all.length]];
      const siblings = (one.parent as XmlElement).children;
      const place = siblings.indexOf(one);
      const names = Object.keys(one.attributes);
      const name = names[to % Math.max(1, names.length)] ?? "id";
      if (what === 0) siblings.splice(place, 1);
      if (what === 1) siblings.splice(place, 0, one);
      if (what === 2 && !below(one).includes(other)) other.children.push(one);
      if (what === 3) one.attributes = { ...one.attributes, [name]: value };
      if (what === 4) delete one.attributes[name];
      if (what === 5) one.children = [new XmlText(value)];
      if (what === 6) one.name = other.name;
    }
    return written(root);
  })
  .filter((text) => text.length < 1e6);

/** How a document is read: all of the choices that a user has. */
const choices = fc.record({
  round: fc.constantFrom("none", "nearest", "down", "random"),
  units: fc.constantFrom("declared", "none"),
  dimers: fc.constantFrom("written", "counted"),
  reversible: fc.constantFrom("declared", "laws"),
});
const read = (sbml: string, chosen = {}) => {
  const settings = gillespieParameters.parse({ sbml, ...chosen });
  const ensemble = prepare(networkOf(settings), {
    until: 1,
    points: 3,
    set: "",
    passage: "",
    seed: 1n,
    maxEvents: 2000,
    rounding: settings.round,
  });
  return generate(ensemble);
};

describe("SBML", () => {
  it("reads the documents that are changed here", () => {
    for (const text of DOCUMENTS.slice(0, 3)) read(text);
  });

  it(
    "a changed document is a network, or refused by the name of the parameter",
    async () => {
      const texts = fc.oneof(
        changed,
        ...DOCUMENTS.slice(0, 3).map((text) => mutated(text, [...PIECES, ...VALUES])),
        fc.string(),
      );
      await fc.assert(
        fc.asyncProperty(texts, choices, async (text, chosen) => {
          const outcome = await ended(() => read(text, chosen));
          if (outcome instanceof GibbsError) {
            expect(outcome).toBeInstanceOf(ParameterError);
            expect(outcome.message).not.toMatch(/undefined/);
            return;
          }
          expect(outcome.source).toMatch(/^[\x20-\x7e\n]*$/);
          // What was read names nothing but what the shader itself has.
          const code = outcome.source.replace(/\/\/[^\n]*/g, "");
          const foreign = VALUES.filter(
            (value) => /^[a-z_]{4,}$|[;$]/.test(value) && value !== "true" && code.includes(value),
          );
          expect(foreign).toEqual([]);
        }),
        cases(1500),
      );
    },
    TIMEOUT,
  );

  it(
    "what is read compiles and runs to finite numbers, or an error of ours",
    async () => {
      await fc.assert(
        fc.asyncProperty(changed, choices, async (sbml, chosen) => {
          const outcome = await ended(async () => {
            const options = { sbml, ...chosen, until: 1, points: 3, trajectories: 4, maxEvents: 2000 };
            using ensemble = await gillespie.create(device, options);
            await ensemble.run(4);
            return { estimates: ensemble.estimate(), result: ensemble.result() };
          });
          if (outcome instanceof GibbsError) return void expect(outcome).toBeInstanceOf(ParameterError);
          const wrong = [...numbersIn(outcome)].filter(([, value]) => !Number.isFinite(value));
          expect(wrong.slice(0, 5)).toEqual([]);
        }),
        cases(25),
      );
    },
    TIMEOUT,
  );
});

describe("documents that would grow without end", () => {
  const species =
    '<listOfSpecies><species id="S" compartment="cell" initialAmount="1" hasOnlySubstanceUnits="true"/></listOfSpecies>';
  const reaction = (law: string) =>
    `<listOfReactions><reaction id="r"><listOfReactants><speciesReference species="S"/></listOfReactants><kineticLaw>${math(law)}</kineticLaw></reaction></listOfReactions>`;
  const range = (n: number, of: (i: number) => string) => Array.from({ length: n }, (_, i) => of(i)).join("");
  const twice = (name: string) => `<apply><plus/><ci>${name}</ci><ci>${name}</ci></apply>`;
  const bombs: Record<string, (n: number) => string> = {
    entities: (n) =>
      `<!DOCTYPE sbml [<!ENTITY l0 "1">${range(n, (i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`)}]>${head(`${compartment}${species}${reaction(`<cn>&l${n};</cn>`)}`).replace(/^<\?.*?\?>/, "")}`,
    rules: (n) =>
      head(
        `${compartment}${species}<listOfParameters>${range(n + 1, (i) => `<parameter id="p${i}"/>`)}</listOfParameters><listOfRules>${range(n, (i) => `<assignmentRule variable="p${i + 1}">${math(twice(i === 0 ? "S" : `p${i}`))}</assignmentRule>`)}</listOfRules>${reaction(`<ci>p${n}</ci>`)}`,
      ),
    functions: (n) =>
      head(
        `<listOfFunctionDefinitions>${range(n, (i) => `<functionDefinition id="f${i}">${math(`<lambda><bvar><ci>a</ci></bvar>${i === 0 ? twice("a") : `<apply><ci>f${i - 1}</ci><apply><ci>f${i - 1}</ci><ci>a</ci></apply></apply>`}</lambda>`)}</functionDefinition>`)}</listOfFunctionDefinitions>${compartment}${species}${reaction(`<apply><ci>f${n - 1}</ci><ci>S</ci></apply>`)}`,
      ),
    "initial values": (n) =>
      head(
        `${compartment}<listOfSpecies>${range(n + 1, (i) => `<species id="S${i}" compartment="cell" initialAmount="1"/>`)}</listOfSpecies><listOfInitialAssignments>${range(n, (i) => `<initialAssignment symbol="S${i + 1}">${math(twice(`S${i}`))}</initialAssignment>`)}</listOfInitialAssignments>${reaction("<cn>1</cn>").replace('"S"', '"S0"')}`,
      ),
    depth: (n) =>
      head(`${compartment}${species}${reaction(`${"<apply><abs/>".repeat(n)}<ci>S</ci>${"</apply>".repeat(n)}`)}`),
    powers: (n) =>
      head(
        `${compartment}${species}${reaction(`${"<apply><power/>".repeat(n)}<ci>S</ci>${"<cn>16</cn></apply>".repeat(n)}`)}`,
      ),
    operands: (n) => head(`${compartment}${species}${reaction(`<apply><plus/>${"<ci>S</ci>".repeat(n)}</apply>`)}`),
    comments: (n) => head(`${"<!-- -->".repeat(n)}${compartment}${species}${reaction("<ci>S</ci>")}`),
    lists: (n) => head(`${compartment.repeat(n)}${species}${reaction("<ci>S</ci>")}`),
    errors: (n) => head(`${"\n".repeat(n)}${compartment}${species}${reaction("<cn>x</cn>")}`),
    circles: () =>
      head(
        `${compartment}${species.replace("/>", "/>").replace("</list", '<species id="T" compartment="cell"/></list')}<listOfInitialAssignments><initialAssignment symbol="S">${math("<ci>T</ci>")}</initialAssignment><initialAssignment symbol="T">${math("<ci>S</ci>")}</initialAssignment></listOfInitialAssignments>${reaction("<ci>S</ci>")}`,
      ),
  };
  it.each(Object.keys(bombs))(
    "%s end soon",
    async (what) => {
      for (const n of [3, 12, 40, 3000]) {
        const outcome = await ended(() => read(bombs[what](n)));
        if (outcome instanceof GibbsError) expect(outcome).toBeInstanceOf(ParameterError);
      }
    },
    TIMEOUT,
  );
});
