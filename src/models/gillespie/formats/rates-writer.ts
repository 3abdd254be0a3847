// The rate equations dx/dt = Σ ν a(x) of a network, as the text of a dynamical system. What has none is refused by its name.

import { call, type Expression, number } from "../../../expression/expression.ts";
import { NAME } from "../../../expression/statements.ts";
import { initialCounts, type Network, NOBODY, parameterValues, type Rounding } from "../network/network.ts";
import { sum } from "./bionetgen-laws.ts";
import { type Continuous, continuous, isAffine, jumpOf, refused } from "./continuous.ts";
import { infix } from "./infix.ts";
import { checkDraws, checkKnown } from "./known.ts";
import { validNames } from "./names.ts";
import { type Begin, drawnStarts, valueAtStart } from "./rate-starts.ts";
import { startsOf } from "./starts.ts";
import { comment, renamed } from "./text-writer.ts";

/** Variables of a dynamical system at most; see src/models/dynamics/text.ts. */
const MOST_VARIABLES = 64;
/** Names that mean something else in the text of a system, or in its results. */
const TAKEN = /^(t|pi|and|or|not|before|__proto__|time|lyapunov\d+|.*_(error|sd))$/u;
/** Terms of one sum: a shader writes each in parentheses around those before it. */
const WIDTH = 32;
/** Names in one comment, and its width. */
const SHOWN = 8;
const COLUMNS = 96;

/**
 * Numbers of molecules as real numbers, the propensities as their rates: of mass action n (n - 1) … becomes the power of n, which it approaches where
 * n is large (Kurtz 1972, doi 10.1063/1.1678692); any other law stays as it is. Comments say what was replaced.
 *
 * @param rounding what becomes of starts that are no integer
 * @throws ParameterError naming what has no rate equation, or what a system cannot hold
 */
export function ratesText(network: Network, until: number, rounding: Rounding = "none"): string {
  checkContinuous(network);
  checkKnown(network, "a system", { network: ["starts"] });
  checkDraws(network, "a system");
  initialCounts(network, parameterValues(network), new Map(), "real"); // a run of the network would refuse what is negative, too
  const { variables, parameters, rates = new Map<string, Expression>() } = network;
  const species = network.species.filter((each) => each !== NOBODY);
  const changing = new Set([...species, ...rates.keys()]);

  const laws = network.reactions.map(({ propensity }) => continuous(propensity));
  const slopes = new Map<string, Expression>(rates);
  network.species.forEach((each, s) => {
    if (each === NOBODY) return;
    const parts = laws.flatMap((law, r) => term(law, network.reactions[r].changes[s]));
    slopes.set(each, total(parts));
  });
  const isLinear =
    laws.every(({ above }) => isAffine(above, changing)) &&
    [...rates.values()].every((rate) => isAffine(rate, changing));
  const replaced = network.reactions.filter((_, r) => laws[r].replaced).map((reaction) => reaction.name);

  const own = [...network.species, ...variables];
  const drawn = new Map((network.starts ?? []).map(({ target, value }) => [own[target], value]));
  const starts = drawnStarts(drawn, changing, isLinear);
  const rounded = startsOf(network, rounding);
  const startOf = (each: string): Begin =>
    starts.begins.get(each) ?? {
      value: valueAtStart(parameters.get(each) ?? rounded[network.species.indexOf(each)], network, changing, each),
    };
  const moving = [...changing, ...starts.draws.keys()];
  if (moving.length > MOST_VARIABLES) {
    throw refused(
      `${moving.length} quantities change or are drawn (${list(moving)}), and a system has at most ${MOST_VARIABLES}. Simulate the network as it is; --method cle is fast where counts are large`,
    );
  }

  const outputs = network.outputs.filter((output) => !rates.has(output.name));
  const lost = outputs.filter(({ value }) => jumpOf(value, changing) !== undefined);
  const kept = outputs.filter((output) => !lost.includes(output));
  const isValid = (each: string) => NAME.test(each) && !TAKEN.test(each);
  const symbols = validNames([...species, ...parameters.keys()], isValid);
  const outputNames = validNames(
    kept.map((output) => output.name),
    isValid,
    symbols.values(),
  );
  const helpers = validNames(
    [...starts.draws.keys()].filter((each) => !symbols.has(each)),
    isValid,
    [...symbols.values(), ...outputNames.values()],
  );
  const written = (each: string) => symbols.get(each) ?? helpers.get(each) ?? each;
  const write = (expression: Expression) => infix(expression, written);
  const begin = (each: string, start: Begin) =>
    "law" in start ? `${written(each)} ~ ${write(start.law)}` : `${written(each)} = ${write(start.value)}`;

  const isDrawn = [...starts.begins.keys()].some((each) => changing.has(each) && "law" in startOf(each));
  const remarks = [
    `Rate equations of a reaction network, in numbers of molecules: gibbs run dynamics --system FILE --until ${until}`,
    isLinear
      ? "All rates are linear: the solution is the mean of the network's trajectories."
      : "Not all rates are linear: means of the network's trajectories differ from this solution, and approach it where numbers are large (T. G. Kurtz, J. Chem. Phys. 57, 2976 (1972), doi 10.1063/1.1678692).",
    replaced.length > 0 && `The power n^m stands for n (n - 1) … (n - m + 1) of mass action in: ${list(replaced)}`,
    starts.means.length > 0 &&
      `Starts that are means of their laws, all that linear equations need: ${list(starts.means)}`,
    isDrawn && "Starts that are drawn are real numbers; the network rounds them.",
    lost.length > 0 && `Left out, for they ask for whole numbers: ${list(lost.map((output) => output.name))}`,
    ...renamed("species and parameters", symbols),
    ...renamed("outputs", outputNames),
    ...[...(network.labels ?? [])].map(([each, label]) => `${each} is ${label}`),
    ...(network.notes ?? []),
  ];
  const lines = [
    ...remarks.flatMap((remark) => (remark ? wrapped(remark) : [])),
    ...[...changing].map((each) => `${written(each)}' = ${write(slopes.get(each)!)}`),
    ...[...changing].map((each) => begin(each, startOf(each))),
    ...[...starts.draws].map(([each, law]) => begin(each, { law })),
    ...[...parameters.keys()]
      .filter((each) => !changing.has(each) && !starts.draws.has(each))
      .map((each) => begin(each, startOf(each))),
    ...kept.map((output) => `${outputNames.get(output.name)} := ${write(output.value)}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** @throws ParameterError naming what jumps, waits, or asks whether a count is a certain whole number */
function checkContinuous({ species, reactions, events, rates = new Map<string, Expression>() }: Network): void {
  const [event] = events;
  if (event) {
    throw refused(
      `the event "${event.name}" sets values at once, and a system changes by its rates alone. Leave the events out of the network, and run from one to the next`,
    );
  }
  const delayed = reactions.find(({ completion }) => completion);
  if (delayed) {
    throw refused(
      `the reaction "${delayed.name}" completes later than it begins, and rate equations know the present alone. Write the time in between as steps of their own, A -> A1 @ n/T and so on`,
    );
  }
  const changing = new Set([...species, ...rates.keys()]);
  const laws: [string, Expression][] = [
    ...reactions.map(({ name, propensity }): [string, Expression] => [`the reaction "${name}"`, propensity]),
    ...[...rates].map(([name, rate]): [string, Expression] => [`the rate ${name}'`, rate]),
  ];
  for (const [who, law] of laws) {
    const jump = jumpOf(law, changing);
    if (jump) {
      throw refused(
        `${who} has ${jump}, which asks for whole numbers, and in rate equations counts are real ones. Compare with < or >, or take it out`,
      );
    }
  }
}

/** ν a(x), the denominator of the ways to choose cancelled as far as it goes. */
function term({ above, below }: Continuous, change: number): { negative: boolean; term: Expression }[] {
  if (change === 0) return [];
  const shared = divisor(Math.abs(change), below);
  const [copies, rest] = [Math.abs(change) / shared, below / shared];
  const product = copies === 1 ? above : withFirst(above, (first) => call("*", number(copies), first));
  return [{ negative: change < 0, term: rest === 1 ? product : call("/", product, number(rest)) }];
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** What comes, then what goes, in groups. */
function total(parts: readonly { negative: boolean; term: Expression }[]): Expression {
  const side = (negative: boolean) => parts.filter((part) => part.negative === negative).map((part) => part.term);
  const [come, go] = [side(false), side(true)];
  if (parts.length === 0) return number(0);
  if (parts.length <= WIDTH) {
    const first =
      come.length > 0 ? come.reduce((a, b) => call("+", a, b)) : withFirst(go.shift()!, (each) => call("negate", each));
    return go.reduce((a, b) => call("-", a, b), first);
  }
  const left = come.length > 0 ? grouped(come) : number(0);
  return go.length > 0 ? call("-", left, grouped(go)) : left;
}

/** A sum whose parentheses nest little. */
function grouped(terms: readonly Expression[]): Expression {
  const groups = Array.from({ length: Math.ceil(terms.length / WIDTH) }, (_, i) =>
    terms.slice(i * WIDTH, (i + 1) * WIDTH).reduce((a, b) => call("+", a, b)),
  );
  return sum(groups);
}

/** The expression with its first factor changed, so that a sign or a number before it needs no parentheses. */
function withFirst(expression: Expression, change: (first: Expression) => Expression): Expression {
  if (expression.kind !== "call" || !["*", "/"].includes(expression.operation)) return change(expression);
  const [first, ...others] = expression.operands;
  return call(expression.operation, withFirst(first, change), ...others);
}

/** Comments of a width that is read easily. */
function wrapped(text: string): string[] {
  const lines = [""];
  for (const word of comment(text).slice(2).split(" ")) {
    const last = lines.length - 1;
    if (lines[last] !== "" && lines[last].length + word.length > COLUMNS) lines.push(`  ${word}`);
    else lines[last] += lines[last] === "" ? word : ` ${word}`;
  }
  return lines.map((line) => `# ${line}`);
}

const list = (names: readonly string[]) =>
  `${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ""}`;
