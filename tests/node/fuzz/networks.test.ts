// Reaction networks as text: what is no network is refused in words, what is one compiles on the device and runs, and no name, number or
// text of a user ever becomes anything in the shader but what it stands for.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExpression } from "../../../src/expression/parse.ts";
import { GibbsError, gillespie, networks, ParameterError } from "../../../src/index.ts";
import { prepare } from "../../../src/models/gillespie/ensemble.ts";
import { generate } from "../../../src/models/gillespie/kernel/wgsl.ts";
import { gillespieParameters, networkOf } from "../../../src/models/gillespie/parameters.ts";
import { device, reference } from "../../devices.ts";
import { cases, cpuSeconds, ended, mutated, numbersIn, TIMEOUT } from "./arbitraries.ts";

/** Names that mean something to WGSL, to JavaScript or to our own shaders. */
const HOSTILE = [
  "exp",
  "step",
  "u32",
  "f32",
  "vec2f",
  "fn",
  "var",
  "let",
  "struct",
  "enable",
  "override",
  "compute",
  "a__b",
];
HOSTILE.push(
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "x0",
  "c0",
  "a0",
  "points",
  "state",
  "run",
  "now",
);
HOSTILE.push(
  "bound",
  "law",
  "species",
  "SPECIES",
  "REACTIONS",
  "main",
  "advance",
  "_",
  "π",
  "Größe",
  "变量",
  "select",
  "time",
);
HOSTILE.push("NaN", "Infinity", "undefined", "and2", "iff", "atp", "whenX", "e1", "E5");

/** Pieces of texts that would break out, if anything did. */
const PIECES = ["; }", "*/", "/*", "//", "\n@compute @workgroup_size(1) fn evil() {}", "`", "\\", "\u2028", "\u0085"];
PIECES.push(
  "@",
  "->",
  "<->",
  "→",
  "∅",
  "(",
  ")",
  "((((",
  "))))",
  ",",
  "=",
  ":=",
  "at 1:",
  "when ",
  "1e999",
  "1e-999",
  "0/0",
);
PIECES.push(
  "ln(0)",
  "^",
  "2^31",
  "-1",
  "#",
  "choose(X,2)",
  " after ",
  " after 1 nonconsuming",
  "binomial(X, 0.5)",
  "normal(0, ",
  "if(",
  "hill(X,1,",
  "16 X",
  "999999 X",
  "\0",
  "\ud800",
  "💥",
  ":",
);

const own = fc.constantFrom("A", "B", "C", "D");
const constant = fc.constantFrom("k", "m");
const literal = fc.oneof(
  fc.constantFrom("0", "1", "2", "0.5", "1e-3", "3.25", "1e6", "1e-30", "1e30", ".5", "16", "17"),
  fc.double({ min: 0, max: 10, noNaN: true }).map((value) => `${value}`.replace("e+", "e")),
);

/** Expressions of the grammar; `times` whether the time t may stand in them. */
const expressionOf = (times: boolean) =>
  fc.letrec<{ value: string; truth: string }>((tie) => {
    const value = tie("value");
    const truth = tie("truth");
    const f = (name: string, ...operands: fc.Arbitrary<string>[]) =>
      fc.tuple(...operands).map((all) => `${name}(${all.join(", ")})`);
    const infix = (operators: string[], operand: fc.Arbitrary<string>) =>
      fc.tuple(operand, fc.constantFrom(...operators), operand).map(([a, sign, b]) => `(${a} ${sign} ${b})`);
    const one = [
      "exp",
      "ln",
      "sqrt",
      "abs",
      "floor",
      "ceil",
      "sin",
      "cos",
      "tan",
      "sinh",
      "cosh",
      "tanh",
      "asin",
      "acos",
    ];
    return {
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.oneof(own, constant, literal, ...(times ? [fc.constant("t")] : [])),
        infix(["+", "-", "*", "/", "^"], value),
        fc.constantFrom(...one, "atan", "log").chain((name) => f(name, value)),
        f("min", value, value, value),
        f("max", value, value),
        f("if", truth, value, value),
        f("hill", own, literal, literal),
        f("mm", value, value, literal),
        value.map((each) => `-${each}`),
        truth,
      ),
      truth: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        infix(["<", "<=", ">", ">=", "==", "!="], fc.oneof(own, constant, literal)),
        infix(["and", "or", "&&", "||"], truth),
        truth.map((each) => `!${each}`),
      ),
    };
  });
const still = expressionOf(false);
const timed = expressionOf(true);

const side = fc
  .array(fc.tuple(fc.constantFrom("", "2 ", "3"), own), { maxLength: 2 })
  .map((terms) => terms.map(([count, name]) => `${count}${name}`).join(" + ") || "0");
const reaction = fc
  .tuple(side, fc.constantFrom("->", "<->"), side, fc.array(fc.oneof(literal, constant, still.value, timed.value)))
  .map(([from, arrow, to, rates]) => {
    const [one = "k", two = "m"] = rates;
    return `${from} ${arrow} ${to} @ ${one}${arrow === "<->" ? `, ${two}` : ""}`;
  });
const draw = fc.oneof(
  fc.tuple(own, literal).map(([n, p]) => `binomial(${n}, ${p})`),
  fc.oneof(literal, constant).map((mean) => `poisson(${mean})`),
  fc.tuple(still.value, literal).map(([mean, sd]) => `normal(${mean}, ${sd})`),
  fc.tuple(literal, literal).map(([shape, scale]) => `gamma(${shape}, ${scale}, 0, 50)`),
);
const delayed = fc
  .tuple(side, side, fc.oneof(literal, constant, still.value, draw), fc.constantFrom("", " nonconsuming"))
  .map(([from, to, delay, kind]) => `${from} -> ${to} @ k after ${delay}${kind}`);
const event = fc
  .tuple(
    fc.oneof(
      literal.map((time) => `at ${time}`),
      still.truth.map((truth) => `when ${truth}`),
    ),
    own,
    fc.oneof(
      { weight: 3, arbitrary: fc.nat({ max: 50 }).map(String) },
      { weight: 3, arbitrary: still.value },
      { weight: 1, arbitrary: draw },
    ),
  )
  .map(([when, name, value]) => `${when}: ${name} = ${value}`);

/** Networks of the grammar: some of their rates turn negative or infinite, which has to be said. */
const network = fc
  .record({
    reactions: fc.array(fc.oneof({ weight: 7, arbitrary: reaction }, { weight: 1, arbitrary: delayed }), {
      minLength: 1,
      maxLength: 5,
    }),
    counts: fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 }), fc.nat({ max: 60 }), fc.nat({ max: 60 })),
    outputs: fc.array(still.value, { maxLength: 2 }),
    events: fc.array(event, { maxLength: 2 }),
  })
  .map(({ reactions, counts, outputs, events }) =>
    [
      "0 -> A @ 1; A -> B + C + D @ 0.1; B -> 0 @ 1", // all that an expression may name
      ...reactions,
      ...counts.map((count, i) => `${"ABCD"[i]} = ${count}`),
      ...["k = 0.5", "m = 2"],
      ...outputs.map((value, i) => `out${i} := ${value}`),
      ...events,
    ].join("\n"),
  );

const settings = (text: string) => gillespieParameters.parse({ network: text, until: 1 });
const plan = { until: 1, points: 3, set: "", passage: "", seed: 1n, maxEvents: 2000 };

/** The shader of a network without its comments. WGSL ends a line at more characters than ASCII has. */
const codeOf = (text: string, passage = "") => {
  const ensemble = prepare(networkOf(settings(text)), { ...plan, passage });
  const { source, shader, constants } = generate(ensemble);
  return { code: source.replace(/\/\/[^\n\v\f\r\u0085\u2028\u2029]*/g, ""), source, shader, constants };
};

describe("network texts", () => {
  it(
    "any text is a network, or refused by the name of the parameter",
    async () => {
      const valid = Object.values(networks).map(({ network: text }) => mutated(text, [...PIECES, ...HOSTILE]));
      const texts = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(fc.oneof(fc.constantFrom(...PIECES, ...HOSTILE), fc.string())).map((parts) => parts.join(" ")),
        ...valid,
        network.chain((text) => mutated(text, [...PIECES, ...HOSTILE])),
      );
      await fc.assert(
        fc.asyncProperty(texts, fc.oneof(fc.constant(""), fc.string(), texts), async (text, other) => {
          const outcome = await ended(() => codeOf(text));
          if (outcome instanceof GibbsError) expect(outcome).toBeInstanceOf(ParameterError);
          else expect(outcome.code).toMatch(/^[\x20-\x7e\n]*$/);
          const known = networkOf(settings("X -> 0 @ 1; X = 5"));
          await ended(() => prepare(known, { ...plan, set: other, passage: "" }));
          await ended(() => prepare(known, { ...plan, passage: other }));
        }),
        cases(1000),
      );
    },
    TIMEOUT,
  );

  it(
    "a network is the same shader, whatever its species and parameters are called",
    async () => {
      const names = fc.uniqueArray(fc.constantFrom(...HOSTILE), { minLength: 6, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(network, names, async (text, hostile) => {
          const plain = await ended(() => codeOf(text));
          const renamed = text.replace(/(?<![a-z_])[ABCDkm](?!\w)/gi, (name) => hostile["ABCDkm".indexOf(name)]);
          const other = await ended(() => codeOf(renamed));
          if (plain instanceof GibbsError) expect(other).toBeInstanceOf(GibbsError);
          else expect((other as typeof plain).code).toBe(plain.code);
        }),
        cases(200),
      );
    },
    TIMEOUT,
  );

  it(
    "what is accepted compiles and runs, on the GPU and the reference, to finite numbers or an error of ours",
    async () => {
      const methods = fc.constantFrom("direct", "direct", "tau", "cle");
      await fc.assert(
        fc.asyncProperty(network, methods, fc.boolean(), async (text, method, onGpu) => {
          const outcome = await ended(async () => {
            const options = {
              network: text,
              until: 0.25,
              points: 3,
              trajectories: 8,
              maxEvents: 2000,
              method,
            } as never;
            using ensemble = await gillespie.create(onGpu ? device : reference, options);
            await ensemble.run(8);
            return { estimates: ensemble.estimate(), result: ensemble.result() };
          });
          if (outcome instanceof GibbsError) {
            expect(outcome).toBeInstanceOf(ParameterError);
            return;
          }
          const wrong = [...numbersIn(outcome)].filter(
            ([path, value]) => !Number.isFinite(value) && !/error|tau/.test(path),
          );
          expect(wrong.slice(0, 5)).toEqual([]);
        }),
        cases(30),
      );
    },
    TIMEOUT,
  );
});

describe("texts of great depth and length", () => {
  const deep = (n: number): [string, string][] => [
    ["parentheses", `X -> 0 @ ${"(".repeat(n)}1${")".repeat(n)}`],
    ["open parentheses", `X -> 0 @ ${"(".repeat(n)}`],
    ["signs", `X -> 0 @ ${"-".repeat(n)}1`],
    ["negations", `X -> 0 @ ${"!".repeat(n)}X`],
    ["powers", `X -> 0 @ 1${"^1".repeat(n)}`],
    ["a long sum", `X -> 0 @ X${" + X".repeat(n)}`],
    ["a long product", `X -> 0 @ 1${" * 1".repeat(n)}`],
    ["calls", `X -> 0 @ ${"exp(".repeat(n)}X${")".repeat(n)}`],
    ["doubling calls", `X -> 0 @ ${"hill(".repeat(n)}X${",1,2)".repeat(n)}`],
    ["powers of powers", `X -> 0 @ ${"(".repeat(n)}X${")^16".repeat(n)}`],
    ["operands", `X -> 0 @ max(X${", X".repeat(n)})`],
    ["terms", `X ${"+ X ".repeat(n)} -> 0 @ 1`],
    ["reactions", "X -> 0 @ 1;".repeat(n)],
    ["species", Array.from({ length: n }, (_, i) => `X${i} -> X${i + 1} @ 1`).join("\n")],
    ["values", Array.from({ length: n }, (_, i) => `k${i + 1} = k${i}`).join("\n")],
    ["outputs", `X -> 0 @ 1\n${"y := X + 1\n".repeat(n)}`],
    ["digits", `X -> 0 @ 0.${"1".repeat(n)}`],
    ["a name", `${"X".repeat(n)} -> 0 @ 1`],
    ["spaces", `X${" ".repeat(n)}-> 0 @${" ".repeat(n)} 1`],
    ["spaces alone", `X -> 0 @ 1 ${" ".repeat(n)} +`],
    ["separators", ";".repeat(n)],
    ["events", `X -> 0 @ 1\n${"at 1: X = 1\n".repeat(n)}`],
  ];
  it.each(deep(30).map(([what], i) => [what, i] as const))(
    "%s end soon",
    async (_, i) => {
      for (const n of [12, 60, 1000, 30_000]) {
        const [, text] = deep(n)[i];
        const outcome = await ended(() => codeOf(text));
        if (outcome instanceof GibbsError) {
          expect(outcome).toBeInstanceOf(ParameterError);
          expect(outcome.message.length).toBeLessThan(1000);
        }
        await ended(() => codeOf("X -> 0 @ 1", text.replace(/^.*@/, "")));
      }
    },
    TIMEOUT,
  );

  it("an expression is read in time that grows with its length", () => {
    const time = (n: number) => {
      const start = cpuSeconds();
      expect(() => parseExpression(`1${" + X".repeat(n)}`)).not.toThrow(RangeError);
      return cpuSeconds() - start;
    };
    time(1000);
    expect(time(200_000)).toBeLessThan(2);
  });
});
