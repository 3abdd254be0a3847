// Networks in the languages of others: what is read of .net files, Antimony and COMBINE archives, what is refused by its line, and that
// what is written as text and as SBML reads back to the same network.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { type Expression, evaluate } from "../../src/expression/expression.ts";
import { decodeText } from "../../src/files/text.ts";
import { FileError, gillespie, networks, ParameterError } from "../../src/index.ts";
import { prepare } from "../../src/models/gillespie/ensemble.ts";
import { detectFormat, readModel } from "../../src/models/gillespie/formats/detect.ts";
import { omex } from "../../src/models/gillespie/formats/omex.ts";
import { networkSbml } from "../../src/models/gillespie/formats/sbml-writer.ts";
import { networkText } from "../../src/models/gillespie/formats/text-writer.ts";
import { type Network, TIME } from "../../src/models/gillespie/network/network.ts";
import { gillespieParameters, networkOf } from "../../src/models/gillespie/parameters.ts";
import { rateEquations } from "../../src/models/gillespie/reference/rate-equations.ts";

/** A folder with SBML files of others, each of which is exported and read again. */
const CASES = process.env.GIBBS_CASES;

const own = join(import.meta.dirname, "..", "data", "sbml");
const filesIn = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith(".xml"))
    .map((file): [string, string] => [file, decodeText(readFileSync(join(folder, file)))]);

const EVERYTHING = `species E, A, B, V9
  bind: A + B -> C @ k; 2 A <-> D @ k*m, sqrt(k); 0 -> B @ if(t > 2 and A >= 1 or !(B < 3), 3, -(-1)); C -> 0 @ 2
  A + E -> E @ A*E^2^0.5/(1 + abs(A - B) - -3); C -> D @ k + 0*C; 3 B -> 0 @ 1e-3
  k = 0.5; m = 2*k - 1e-20; n = -m; A = 10*2; B = 7; E = 3; V = n + 1; W = 2*n
  V' = k*V - A/(1 + t); total := A + 2*B - W; mean := min(A, B, 3)/max(1, total)
  late: when A > B and t >= 3 after 2*k, priority = m + 1, initially = true, persistent = false, fromTrigger = false: A = 0, W = W + 1
  at 5: B = floor(A/2), k = 0.25`;

const valuesOf = (network: Network) => {
  const values = new Map<string, number>();
  for (const [name, value] of network.parameters)
    values.set(
      name,
      evaluate(value, (other) => values.get(other)!),
    );
  return values;
};

/** What differs between two networks, whatever their parts are called: the values of all expressions, bit for bit, in several states. */
function difference(a: Network, b: Network): string | undefined {
  const shape = ({ species, variables, reactions, outputs, events, rates, starts }: Network) => ({
    ...{ species: species.length, variables: variables.length, outputs: outputs.length, rates: rates?.size ?? 0 },
    reactions: reactions.map(({ changes, completion }) =>
      [changes, completion?.changes ?? []].map((all) => all.map((each) => each || 0)),
    ),
    starts: starts?.map(({ target }) => target),
    events: events.map(({ initially, persistent, atTrigger, delay, priority, assignments }) => ({
      ...{ initially, persistent, atTrigger, delayed: !!delay, priority: !!priority },
      targets: assignments.map(({ target }) => target),
    })),
  });
  const [one, other] = [JSON.stringify(shape(a)), JSON.stringify(shape(b))];
  if (one !== other) return `${one} is not ${other}`;
  const expressions = (network: Network, values: ReadonlyMap<string, number>): [string, Expression][] => [
    ...network.reactions.map(({ name, propensity }): [string, Expression] => [name, propensity]),
    ...network.outputs.map(({ name, value }): [string, Expression] => [name, value]),
    ...(network.rates ?? new Map<string, Expression>()),
    ...(network.starts ?? []).map(({ value }): [string, Expression] => ["start", value]),
    ...network.reactions.flatMap(({ name, completion }): [string, Expression][] =>
      completion ? [[name, completion.after]] : [],
    ),
    ...network.events.flatMap(({ name, trigger, delay, priority, assignments }): [string, Expression][] => [
      [name, trigger],
      ...[delay, priority].flatMap((each): [string, Expression][] => (each ? [[name, each]] : [])),
      ...assignments.map(({ value, scale }): [string, Expression] => [
        name,
        scale ? { kind: "call", operation: "*", operands: [value, scale] } : value,
      ]),
    ]),
    ...network.variables.map((name): [string, Expression] => [name, { kind: "number", value: values.get(name)! }]),
    ...network.initial.map((start, i): [string, Expression] => [
      network.species[i],
      // A measured amount is written as the count that it is.
      network.measured?.has(network.species[i])
        ? { kind: "number", value: Math.round(evaluate(start, (name) => values.get(name)!)) }
        : start,
    ]),
  ];
  const [left, right] = [valuesOf(a), valuesOf(b)];
  const [all, again] = [expressions(a, left), expressions(b, right)];
  for (let look = 0; look < 6; look++) {
    const valueIn = (network: Network, values: ReadonlyMap<string, number>) => (name: string) => {
      if (name === TIME) return 0.7 * look;
      const at = network.species.indexOf(name);
      return at < 0 ? values.get(name)! : (3 + 7 * look + 5 * at) % 23;
    };
    for (const [i, [name, law]] of all.entries()) {
      const [x, y] = [evaluate(law, valueIn(a, left)), evaluate(again[i][1], valueIn(b, right))];
      if (!Object.is(x + 0, y + 0)) return `${name} is ${x} and then ${y}`;
    }
  }
  return undefined;
}

describe("a network that is written", () => {
  const models: [string, string][] = [
    ...Object.entries(networks).map(([name, { network }]): [string, string] => [name, network]),
    ["everything of text", EVERYTHING],
    ["rates alone", "V' = 1 - V; V = 2; twice := 2*V"],
    ["odd names", "Größe -> 变量 @ Größe*and2; and2 = 2; Größe = 5; exp := Größe"],
    ...filesIn(own),
    ...(CASES ? filesIn(CASES) : []),
  ];
  it.each(models)("%s reads back to the same, as text and as SBML, and as text once more", (_, text) => {
    let network: Network;
    try {
      network = readModel(text);
    } catch (error) {
      expect(error).toBeInstanceOf(ParameterError);
      expect(CASES).toBeDefined(); // a file of others that is not read
      return;
    }
    const written = networkText(network);
    expect(difference(network, readModel(written))).toBeUndefined();
    expect(networkText(readModel(written)).replace(/^#.*\n/gm, "")).toBe(written.replace(/^#.*\n/gm, ""));
    expect(difference(network, readModel(networkSbml(network)))).toBeUndefined();
  });

  it("draws random numbers and has delays in text, and SBML draws; what it cannot hold it refuses by name", () => {
    const text = `X -> Y @ k after tau + exponential(2); Y -> 0 @ 1; part: 2 Y -> Z @ 3*Y after 2 nonconsuming; odd: Z + Y -> X @ Z/(1 + Y) after 1
      k = lognormal(0, 0.3); tau = 2; X = poisson(40); Y = 3
      at 5: X = binomial(X, 0.5), Y = normal(3, 1, 0, 9)`;
    const network = readModel(text);
    const written = networkText(network);
    expect(difference(network, readModel(written))).toBeUndefined();
    expect(networkText(readModel(written))).toBe(written);
    for (const law of [
      "exponential(2)",
      "lognormal(0, 0.3)",
      "poisson(40)",
      "binomial(X, 0.5)",
      "normal(3, 1, 0, 9)",
    ]) {
      expect(written.split(law)).toHaveLength(2);
    }
    expect(() => networkSbml(network)).toThrow('"completion", which SBML cannot hold');
    const document = text.replace(/ after [^;\n]*/g, "");
    expect(difference(readModel(document), readModel(networkSbml(readModel(document))))).toBeUndefined();
    expect(() => networkSbml(readModel("X -> 0 @ 1; at 2: X = weibull(3, 1)"))).toThrow(
      "weibull has no element of MathML",
    );
    const once = readModel("X -> 0 @ 1; Y -> 0 @ 1; half := binomial(X, 0.5); at 2: X = half, Y = half");
    expect(() => networkText(once)).toThrow("one random number in several places");
  });

  it("as SBML it has the same rate equations", () => {
    for (const { network: text, until } of Object.values(networks)) {
      // X(X-1)/2 is a law of counts, and the law of a document; rate equations of text have X²/2.
      if (/[23] \w+ (<->|->)/.test(text)) continue;
      const plan = { until: until / 4, points: 4, set: "", passage: "", seed: 1n };
      const [a, b] = [text, networkSbml(readModel(text))].map((each) => rateEquations(prepare(readModel(each), plan))!);
      for (const [t, state] of a.entries()) {
        for (const [i, x] of state.entries())
          expect(Math.abs(b[t][i] - x)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(x)));
      }
    }
  });

  it("negative control: a changed law, stoichiometry, start or event is seen", () => {
    const network = readModel(EVERYTHING);
    const written = networkText(network);
    for (const [from, to] of [
      ["0.5", "0.25"],
      ["2 A ->", "3 A ->"],
      ["E = 3", "E = 4"],
      ["priority = m + 1", "priority = m + 2"],
      ["initially = true", "initially = false"],
      ["A = 0, W", "B = 0, W"],
    ]) {
      expect(written).toContain(from);
      expect(difference(network, readModel(written.replace(from, to)))).toBeDefined();
    }
  });

  it("what a format cannot hold is refused by its name", () => {
    const network = readModel("bind: A -> B @ 1; at 5: A = 1; A = 3");
    const [reaction] = network.reactions;
    const [event] = network.events;
    const others: [string, Network][] = [
      ['the reaction bind has "delay"', { ...network, reactions: [{ ...reaction, delay: 3 } as never] }],
      [
        'has "draw"',
        { ...network, events: [{ ...event, assignments: [{ ...event.assignments[0], draw: 1 } as never] }] },
      ],
      ['has "memory"', { ...network, events: [{ ...event, memory: 1 } as never] }],
      ['the network has "places"', { ...network, places: [] } as never],
      [
        "no word for wobble",
        {
          ...network,
          reactions: [{ ...reaction, propensity: { kind: "call", operation: "wobble" as never, operands: [] } }],
        },
      ],
    ];
    for (const [message, other] of others) {
      expect(() => networkText(other)).toThrow(message);
      expect(() => networkSbml(other)).toThrow(message.replace("no word for wobble", "wobble has no element"));
    }
  });

  it("with starts that the run rounds, and values that it sets", () => {
    const write = (more: object) =>
      gillespie.describe(gillespieParameters.parse({ network: "X -> 0 @ k; X = 5/2*k; k = 1", ...more }), ".txt");
    expect(write({ round: "down" })).toContain("X = floor(");
    expect(networkOf(gillespieParameters.parse({ network: write({ round: "down" }) })).initial).toHaveLength(1);
    expect(write({ set: "k=3, X=9" })).toMatch(/X = 9[\s\S]*k = 3/);
    expect(() => write({ set: "k=1:2:3" })).toThrow("a scan has 3 networks");
  });
});

const NET = `# a comment
begin parameters
  1 k   0.5  # Constant
  2 V   2*k+1
  3 n0  10^1
end parameters
begin molecule types
  A(b)
end molecule types
begin functions
  1 f() k/(V+Atot)
  2 g() if(f()>0.01, 2*f(), ln(exp(0)))
end functions
begin species
  1 A(b)          n0
  2 A(b!1).A(b!1) 0
  3 $Sink()       1
  4 @CP::$E(x~P)  4
end species
begin reactions
  1 1,1 2 0.5*k #bind
  2 2 1,1 V/2 #unbind
  3 1 3 f #sink
  4 1,4 4 2*g #by E
  5 0 1 3
  6 1,4 4 Sat k V
  7 1,1,1 2,1 0.25*k
  8 1,4 2 MM k V
  9 1,4 2,4 Hill V k 2
end reactions
begin groups
  1 Atot 1,2*2
  2 none
end groups
`;

describe("BioNetGen's .net", () => {
  const law = (network: Network, i: number, state: number[]) => {
    const values = valuesOf(network);
    return evaluate(network.reactions[i].propensity, (name) => {
      const at = network.species.indexOf(name);
      return at < 0 ? values.get(name)! : state[at];
    });
  };

  it("gives the propensities that the file says, statistical factors and functions included", () => {
    expect(detectFormat(NET)).toBe("BioNetGen .net");
    const network = readModel(NET);
    expect(network.species).toEqual(["S1", "S2", "S3", "S4"]);
    expect(network.labels?.get("S4")).toBe("@CP::$E(x~P)");
    expect(network.outputs.map(({ name }) => name)).toEqual(["Atot", "none"]);
    expect(network.reactions[0].name).toBe("R1 bind");
    expect(network.reactions.map(({ changes }) => changes.map((each) => each || 0))).toEqual([
      [-2, 1, 0, 0], // k A(A-1)/2
      [2, -1, 0, 0],
      [-1, 0, 0, 0], // into what is fixed
      [-1, 0, 0, 0],
      [1, 0, 0, 0],
      [-1, 0, 0, 0],
      [-2, 1, 0, 0],
      [-1, 1, 0, 0],
      [-1, 1, 0, 0],
    ]);
    const state = [7, 3, 1, 4];
    const f = 0.5 / (2 + 13);
    const b = 7 - 4 - 2;
    const free = 0.5 * (b + Math.sqrt(b * b + 4 * 7 * 2));
    const expected = [
      ...[0.5 * 0.5 * 7 * 6, 3, 7 * f, 2 * 2 * f * 28, 3, (0.5 * 7 * 4) / (2 + 7)],
      ...[0.25 * 0.5 * 7 * 6 * 5, (0.5 * 4 * free) / (2 + free), ((2 * 49) / (0.25 + 49)) * 4],
    ];
    for (const [i, value] of expected.entries()) expect(law(network, i, state)).toBeCloseTo(value, 12);
    expect(law(network, 0, [1, 0, 0, 0])).toBe(0); // two are needed
  });

  it.each([
    ["2 V   2*k+1", "2 V   2*q", "line 4: V follows from q"],
    ["4 @CP", "5 @CP", "line 18: this is species 4, not 5"],
    ["1 1,1 2 0.5*k", "1 1,9 2 0.5*k", "line 21: there is no species 9"],
    ["2*g #", "2*h #", "line 24: h is neither a parameter, a function nor a group"],
    ["2*g #", "2*(g #", 'line 24: "2*(g": ")" is missing'],
    ["5 0 1 3", "5 0 1 mratio(1,2,3)", "line 25: mratio is not supported"],
    ["1 f() k/(V+Atot)", "1 f() tfun([0,1],[2,3],time)", "line 11: tables of values"],
    ["1 f() k/(V+Atot)", "1 f() g()", "follows from itself"],
    ["1 f() k/(V+Atot)", "1 f() log(k)", "line 11: log is of base 10 in some versions"],
    ["1 f() k/(V+Atot)", "1 f(x) k*x", "line 11: the function f has the parameter x"],
    ["6 1,4 4 Sat", "6 1,1 4 Sat", "line 26: a rate law of the type Sat with equal reactants"],
    ["6 1,4 4 Sat k V", "6 1,4 4 FunctionProduct f g", "line 26: rate laws of the type FunctionProduct"],
    ["1 Atot 1,2*2", "1 Atot 1,2**2", 'line 32: "2**2" is no species'],
    ["end groups", "", 'line 31: the block "groups" has no end'],
    ["begin molecule types", "begin widgets", 'line 7: the block "widgets" is not supported'],
    ["# a comment", 'setConcentration("A(b)", 5)', "line 1: "],
  ])("%s as %s is refused: %s", (from, to, message) => {
    expect(NET).toContain(from);
    expect(() => readModel(NET.replace(from, to))).toThrow(message);
  });
});

const ANTIMONY = `// a comment
model *feedback(S)
  compartment cell, outside; cell = 2;  # another
  species S in cell, $E in cell; const species F in cell
  substanceOnly species Q in outside;
  J0: S -> P; k1*S*E
  J1: 2 P => Q; k2*P^2*cell/2 in cell;
  J2: Q + F -> F + P; rate*Q*F
  S = 50; E = 1.5; F = 2
  Q = 3*outside; outside = 4
  k1 = 0.1; k2 = 2*k1; k1 = 0.2
  rate := piecewise(0.1, time > 5 && time < 7, 0.3, S > 20, log10(100)*kd)
  kd = 0.2
  function f(x, y)
    x^2 + y
  end
  total := S + P + f(Q, /* inside */ 1)
  E1: at 2 after (P > 10 || S < 1), priority=2, persistent=false, t0=false: S = 40,
      kd = 0.5;
  at time >= 8, fromTrigger=false: P = 0
  z' = 1 - z; z = 0
  S is "substrate"
  S identity "http://identifiers.org/chebi/CHEBI:1;2"
  cell has volume
end
`;

describe("Antimony", () => {
  it("is the model that it says", () => {
    expect(detectFormat(ANTIMONY)).toBe("Antimony");
    const network = readModel(ANTIMONY);
    const text = networkText(network);
    const like = readModel(`species S, E, F, Q, P
      J0: S -> P @ k1*(S/cell)*(E/cell); J1: 2 P -> Q @ k2*(P/cell)^2*cell/2; J2: Q -> P @ if(t > 5 and t < 7, 0.1, if(S/cell > 20, 0.3, ln(100)/ln(10)*kd))*Q*(F/cell)
      S = 50*cell; E = 1.5*cell; F = 2*cell; Q = 3*outside; P = 0
      cell = 2; outside = 4; k1 = 0.2; k2 = 2*k1; kd = 0.2; z = 0; z' = 1 - z
      rate := if(t > 5 and t < 7, 0.1, if(S/cell > 20, 0.3, ln(100)/ln(10)*kd)); total := S/cell + P/cell + (Q^2 + 1)
      E1: when P/cell > 10 or S/cell < 1 after 2, priority = 2, persistent = false: S = 40*cell, kd = 0.5
      when t >= 8, initially = true, fromTrigger = false: P = 0`);
    expect(difference(network, like), text).toBeUndefined();
    expect(network.notes?.join("; ")).toMatch(
      /k1 is set in line 11 and again in line 11.*units are not honoured.*start at 0: P/,
    );
  });

  it("needs no model around it, and has amounts where there is no volume", () => {
    const bare = "S1 -> S2; k1*S1\nk1 = 0.1; S1 = 10\nS2 = 0";
    expect(difference(readModel(bare), readModel("S1 -> S2 @ k1; k1 = 0.1; S1 = 10"))).toBeUndefined();
    expect(
      difference(
        readModel(
          "A -> B;\nJ = 3\nA = 5; x = 1; r: B -> ; \n r = x*B; A = 6".replace("A -> B;\nJ = 3", "q: A -> B; x"),
        ),
        readModel("A -> B @ x + 0*A; B -> 0 @ x*B; A = 6; x = 1"),
      ),
    ).toBeUndefined();
  });

  it("splits reversible laws", () => {
    const network = readModel("A -> B; k1*A - k2*B\nk1 = 1; k2 = 2\nA = 5; B = 0");
    expect(network.reactions.map(({ name }) => name)).toEqual(["_J0 forwards", "_J0 backwards"]);
  });

  it.each([
    ["J0: S -> P; k1*S*E", "J0: S -> P", 'line 6: <reaction> "J0" has no kineticLaw'],
    ["k1*S*E", "-k1^2*S", 'line 6: "-k1^2*S": programs disagree on what a sign before a power means'],
    ["k1*S*E", "k1*S^2^2", "line 6: "],
    ["k1*S*E", "k1*S*X", "asks for X, which is neither a species, a parameter nor a compartment"],
    ["P > 10 || S < 1", "P > 10 || S < 1 && P > 3", "line 18: "],
    ["J0: S -> P;", "J0: 0.5 S -> P;", "line 6: "],
    ["  kd = 0.2", "  A: other()", "line 13: submodels are not supported"],
    ["// a comment", 'import "other.txt"', "line 1: import is not supported"],
    ['  S is "substrate"', "  S is P", "line 22: names are joined by is"],
    ['  S is "substrate"', "  delete S", "line 22: delete is not supported"],
    ["priority=2", "colour=2", 'line 18: "colour=2" is no property of an event'],
    ["end\n  total", "total", "line 14: "],
    ["J0: S -> P; k1", "J0: S -| P; k1", "line 6: interactions"],
    ["log10(100)", "normal(0, 1)", "line 12: random numbers are not read of Antimony"],
  ])("%s as %s is refused: %s", (from, to, message) => {
    expect(ANTIMONY).toContain(from);
    expect(() => readModel(ANTIMONY.replace(from, to))).toThrow(message);
  });
});

describe("which language a text is in", () => {
  it.each([
    ["A -> B @ 1; A = 3", "text"],
    ["model -> B @ 1; model = 3", "text"],
    ["species A; A -> B @ 1", "text"],
    ["A -> B; A = 3", "text"], // whose rate is missing
    ["\ufeff <?xml version='1.0'?><sbml/>", "SBML"],
    ["# A -> B @ 1\nJ: A -> B; k*A", "Antimony"],
    ["species S1;\nS1 = 3; S1' = 2", "Antimony"],
    ["begin model\nbegin reactions\nend reactions", "BioNetGen .net"],
  ])("%s: %s", (text, format) => expect(detectFormat(text)).toBe(format));
});

const MODEL = `<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model>
  <listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments>
  <listOfSpecies><species id="X" compartment="c" initialAmount="20" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/></listOfSpecies>
  <listOfParameters><parameter name="a > b" id="k" value="1" constant="true"/></listOfParameters>
  <listOfReactions><reaction id="r" reversible="false"><listOfReactants><speciesReference species="X" stoichiometry="1"/></listOfReactants>
    <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>k</ci><ci>X</ci></apply></math></kineticLaw></reaction></listOfReactions>
</model></sbml>`;

const sedml = (
  parts: Partial<Record<"algorithm" | "course" | "changes" | "tasks" | "models" | "version", string>> = {},
) => {
  const { version = "3", algorithm = '<algorithm kisaoID="KISAO:0000029"/>', changes = "", models = "" } = parts;
  const { course = 'initialTime="0" outputStartTime="0" outputEndTime="4" numberOfPoints="8"' } = parts;
  const { tasks = '<task id="t1" modelReference="m" simulationReference="s"/>' } = parts;
  return `<sedML xmlns="http://sed-ml.org/sed-ml/level1/version${version}" level="1" version="${version}">
    <listOfSimulations><uniformTimeCourse id="s" ${course}>${algorithm}</uniformTimeCourse>
      <uniformTimeCourse id="ode" ${course}><algorithm kisaoID="KISAO:0000019"/></uniformTimeCourse></listOfSimulations>
    <listOfModels><model id="m" language="urn:sedml:language:sbml" source="model.xml"><listOfChanges>${changes}</listOfChanges></model>${models}</listOfModels>
    <listOfTasks>${tasks}</listOfTasks></sedML>`;
};
const MANIFEST = `<omexManifest xmlns="http://identifiers.org/combine.specifications/omex-manifest">
  <content location="./sim/a.sedml" format="http://identifiers.org/combine.specifications/sed-ml" master="true"/></omexManifest>`;
const archive = (text: string, more: Record<string, string> = {}) => ({
  name: "a.omex",
  bytes: zipSync(
    Object.fromEntries(
      Object.entries({ "manifest.xml": MANIFEST, "sim/a.sedml": text, "sim/model.xml": MODEL, ...more }).map(
        ([path, content]) => [path, strToU8(content)],
      ),
    ),
  ),
});

describe("COMBINE archives", () => {
  it("are times, method, runs, seed and the model of a task", async () => {
    const parameter = (id: number, value: string) => `<algorithmParameter kisaoID="KISAO:0000${id}" value="${value}"/>`;
    const algorithm = `<algorithm kisaoID="KISAO_0000027"><listOfAlgorithmParameters>${parameter(498, "30")}${parameter(488, "7")}${parameter(211, "1e-7")}</listOfAlgorithmParameters></algorithm>`;
    const { parameters, seed, notes } = await omex.read(archive(sedml({ algorithm })));
    expect(parameters).toEqual({ sbml: MODEL, method: "direct", until: 4, points: 9, trajectories: 30 });
    expect(seed).toBe(7n);
    expect(notes.join("\n")).toMatch(/task t1.*\n.*next reaction.*\n.*mean nothing here: KISAO:0000211/);
    const leaps =
      '<algorithm kisaoID="KISAO:0000039"><listOfAlgorithmParameters><algorithmParameter kisaoID="KISAO:0000228" value="0.05"/></listOfAlgorithmParameters></algorithm>';
    expect((await omex.read(archive(sedml({ algorithm: leaps })))).parameters).toMatchObject({
      method: "tau",
      tolerance: 0.05,
    });
    const version4 = 'initialTime="0" outputStartTime="0" outputEndTime="4" numberOfSteps="8"';
    expect((await omex.read(archive(sedml({ version: "4", course: version4 })))).parameters).toMatchObject({
      points: 9,
    });
  });

  it("with output that begins later have all times of it on their grid", async () => {
    const grid = async (start: number, end: number, steps: number) => {
      const course = `initialTime="0" outputStartTime="${start}" outputEndTime="${end}" numberOfPoints="${steps}"`;
      const { parameters } = await omex.read(archive(sedml({ course })));
      const { until, points } = parameters as { until: number; points: number };
      const times = Array.from({ length: points }, (_, i) => (until * i) / (points - 1));
      for (let i = 0; i <= steps; i++) {
        const wanted = start + ((end - start) * i) / steps;
        expect(Math.min(...times.map((time) => Math.abs(time - wanted)))).toBeLessThan(1e-9 * end);
      }
      return points;
    };
    expect(await grid(2, 4, 4)).toBe(9);
    expect(await grid(10, 100, 7)).toBe(71);
  });

  it("change attributes of their models, also of models made of others", async () => {
    const change = (target: string, value: string) => `<changeAttribute target="${target}" newValue="${value}"/>`;
    const parameter = "/sbml:sbml/sbml:model/sbml:listOfParameters/sbml:parameter[@id='k']/@value";
    const species = "/sbml:sbml/sbml:model/sbml:listOfSpecies/sbml:species[@id='X']/@initialAmount";
    const models = `<model id="m2" source="#m"><listOfChanges>${change(species, "7")}</listOfChanges></model>`;
    const tasks = '<task id="t2" modelReference="m2" simulationReference="s"/>';
    const { parameters } = await omex.read(archive(sedml({ changes: change(parameter, "2.5"), models, tasks })));
    expect(parameters.sbml).toBe(
      MODEL.replace('value="1"', 'value="2.5"').replace('initialAmount="20"', 'initialAmount="7"'),
    );
  });

  it.each<[string, Parameters<typeof sedml>[0], string]>([
    [
      "an algorithm of rate equations",
      { algorithm: '<algorithm kisaoID="KISAO:0000019"/>' },
      "CVODE (KISAO:0000019), solves rate equations",
    ],
    ["an unknown one", { algorithm: '<algorithm kisaoID="KISAO:0000449"/>' }, "KISAO:0000449 is none that gibbs has"],
    [
      "a start other than 0",
      { course: 'initialTime="1" outputStartTime="1" outputEndTime="4" numberOfPoints="8"' },
      "initialTime is 1",
    ],
    [
      "no points",
      { course: 'initialTime="0" outputStartTime="0" outputEndTime="4" numberOfPoints="0"' },
      "it has 0 points",
    ],
    [
      "a target that is not there",
      { changes: '<changeAttribute target="/sbml:sbml/sbml:model/@nope/@id" newValue="1"/>' },
      "is not supported",
    ],
    [
      "no such parameter",
      {
        changes: `<changeAttribute target="/sbml:sbml/sbml:model/sbml:listOfParameters/sbml:parameter[@id='q']/@value" newValue="1"/>`,
      },
      "in the model nowhere",
    ],
    ["a computed change", { changes: '<computeChange target="/sbml:sbml"/>' }, "computeChange is not supported"],
    ["a repeated task", { tasks: '<repeatedTask id="t1"/>' }, "it is a repeatedTask"],
    ["a later level", { version: "9" }, "Level 1 Version 9"],
    [
      "a model elsewhere",
      {
        models: '<model id="m3" source="urn:miriam:biomodels.db:1"/>',
        tasks: '<task id="t" modelReference="m3" simulationReference="s"/>',
      },
      "outside of the archive",
    ],
    [
      "runs of a fraction",
      {
        algorithm:
          '<algorithm kisaoID="KISAO:0000029"><listOfAlgorithmParameters><algorithmParameter kisaoID="KISAO:0000498" value="1.5"/></listOfAlgorithmParameters></algorithm>',
      },
      "number of runs",
    ],
  ])("%s is refused with the reason", async (_, parts, message) => {
    await expect(omex.read(archive(sedml(parts)))).rejects.toThrow(message);
    await expect(omex.read(archive(sedml(parts)))).rejects.toBeInstanceOf(FileError);
  });

  it("whose model calls two-way laws irreversible run them both ways; a logistic law stays one way", async () => {
    const law = (inside: string) => MODEL.replace(/<apply><times.*<\/apply>/, inside);
    const product = (back: string) =>
      law(`<apply><minus/><apply><times/><ci>k</ci><ci>X</ci></apply>${back}</apply>`)
        .replace(
          "</listOfReactants>",
          '</listOfReactants><listOfProducts><speciesReference species="P"/></listOfProducts>',
        )
        .replace(
          "</listOfSpecies>",
          '<species id="P" compartment="c" initialAmount="0" hasOnlySubstanceUnits="true"/></listOfSpecies>',
        );
    const read = async (model: string) =>
      (await omex.read(archive(sedml(), { "sim/model.xml": model }))).parameters.sbml;
    const both = product("<apply><times/><ci>k</ci><ci>P</ci></apply>");
    expect(await read(both)).toBe(both.replace('reversible="false"', 'reversible="true"'));
    const logistic = product("<apply><times/><ci>k</ci><ci>X</ci><ci>P</ci></apply>");
    expect(await read(logistic)).toBe(logistic);
  });

  it("of several tasks name the choices", async () => {
    const tasks = ["s", "s", "ode"]
      .map((simulation, i) => `<task id="t${i}" modelReference="m" simulationReference="${simulation}"/>`)
      .join("");
    const file = archive(sedml({ tasks }));
    await expect(omex.read(file)).rejects.toThrow(
      /it has 3 tasks; choose one by --task: t0 \(.*\), t1 \(.*\); not to be run here are t2: .*CVODE/,
    );
    expect(await omex.runs(file)).toEqual(["t0", "t1"]);
    expect((await omex.read(file, "t1")).parameters.until).toBe(4);
    await expect(omex.read(file, "t2")).rejects.toThrow("solves rate equations");
    await expect(omex.read(file, "nope")).rejects.toThrow('no task "nope"');
  });

  it("that are none are refused", async () => {
    const read = (bytes: Uint8Array) => omex.read({ name: "a.omex", bytes });
    const { bytes } = archive(sedml());
    await expect(read(strToU8("no zip"))).rejects.toThrow("it is no COMBINE archive");
    await expect(read(bytes.slice(0, 200))).rejects.toThrow(FileError);
    await expect(read(zipSync({ "model.xml": strToU8(MODEL) }))).rejects.toThrow("there is no SED-ML in it");
    await expect(omex.read(archive(sedml(), { "sim/a.sedml": "<sedML" }))).rejects.toThrow(
      "sim/a.sedml is no well-formed XML",
    );
    await expect(omex.read(archive(sedml().replace("model.xml", "other.xml")))).rejects.toThrow("not in the archive");
  });
});
