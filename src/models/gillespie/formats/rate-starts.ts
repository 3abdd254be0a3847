// Where rate equations start: at values, at a draw by a law that a system has, too, or at the mean of one that it has not.

import {
  call,
  type Expression,
  hasDraws,
  isLaw,
  nameOf,
  namesIn,
  number,
  substitute,
} from "../../../expression/expression.ts";
import { partsOf } from "../network/draws.ts";
import { type Network, TIME } from "../network/network.ts";
import { refused } from "./continuous.ts";

/** Laws of starts that a system has, too. */
const LAWS: readonly string[] = ["normal", "uniform", "cauchy", "exponential"];

type Call = Extract<Expression, { kind: "call" }>;

/** The law that a start is drawn from, or its value. */
export type Begin = { law: Call } | { value: Expression };

/**
 * Starts that draws decide: what a system draws by the same law, and what has the mean in its place, which linear equations need alone.
 * Parameters that are drawn in another way follow from what is drawn.
 */
export function drawnStarts(values: ReadonlyMap<string, Expression>, changing: ReadonlySet<string>, isLinear: boolean) {
  const begins = new Map<string, Begin>();
  const draws = new Map<string, Call>();
  const means: string[] = [];
  const isFixed = (expression: Expression) => ![...namesIn(expression)].some((each) => values.has(each));
  /** The law as a system has it: without bounds, its numbers from parameters that are not drawn. */
  const lawOf = (expression: Expression, known: readonly string[] = LAWS): Call | undefined => {
    if (expression.kind !== "call" || !known.includes(expression.operation) || !isLaw(expression.operation)) return;
    const { own, least, most } = partsOf({ law: expression.operation, operands: expression.operands });
    if (least || most || own.some((each) => hasDraws(each) || !isFixed(each))) return undefined;
    return { ...expression, operands: own };
  };
  const refuse = (each: string) => {
    throw refused(
      `${each} starts at a draw that a system has no word for, and whose mean would not do in its place. Give it a value, as in --set ${each}=10`,
    );
  };
  for (const [each, value] of values) {
    const law = lawOf(value);
    if (changing.has(each)) {
      const mean = isLinear ? meanOf(value, values, changing) : undefined;
      if (law) begins.set(each, { law });
      else if (!hasDraws(value) && isFixed(value)) begins.set(each, { value });
      else if (mean) {
        begins.set(each, { value: mean });
        means.push(each);
      } else refuse(each);
    } else if (law) draws.set(each, law);
    else begins.set(each, { value: withHelpers(each, value) });
  }
  return { begins, draws, means };

  /** A parameter whose draws have names of their own. */
  function withHelpers(each: string, value: Expression): Expression {
    if (!hasDraws(value) || value.kind !== "call") return value;
    const law = lawOf(value, [...LAWS, "lognormal"]);
    if (law) {
      const helper = `${each} draw ${draws.size + 1}`; // no name of a network has a space
      const isLog = law.operation === "lognormal";
      draws.set(helper, isLog ? { ...law, operation: "normal" } : law);
      return isLog ? call("exp", nameOf(helper)) : nameOf(helper);
    }
    if (isLaw(value.operation)) refuse(each);
    return call(value.operation, ...value.operands.map((operand) => withHelpers(each, operand)));
  }
}

/** The mean of a start that is linear in whole numbers which are drawn; undefined where that is not all. */
function meanOf(
  expression: Expression,
  starts: ReadonlyMap<string, Expression>,
  changing: ReadonlySet<string>,
): Expression | undefined {
  const inner = (each: Expression) => meanOf(each, starts, changing);
  const isFixed = (each: Expression) => !hasDraws(each) && ![...namesIn(each)].some((other) => starts.has(other));
  if (isFixed(expression)) return expression;
  // What else follows from a drawn parameter depends on it together with the rates.
  if (expression.kind === "name")
    return changing.has(expression.name) ? inner(starts.get(expression.name)!) : undefined;
  if (expression.kind !== "call") return undefined;
  const { operation, operands } = expression;
  if (isLaw(operation)) {
    const { own, least, most } = partsOf({ law: operation, operands });
    if (least || most) return undefined;
    if (operation === "poisson" || operation === "bernoulli") return inner(own[0]);
    const trials = operation === "binomial" && isFixed(own[1]) ? inner(own[0]) : undefined;
    return trials && call("*", trials, own[1]);
  }
  const isSum = ["+", "-", "negate"].includes(operation);
  const random = operands.filter((each) => !isFixed(each));
  const isMultiple =
    operation === "*" ? random.length === 1 : operation === "/" && random[0] === operands[0] && random.length === 1;
  if (!isSum && !isMultiple) return undefined;
  const parts = operands.map(inner);
  return parts.every((part) => part !== undefined) ? call(operation, ...(parts as Expression[])) : undefined;
}

/** A start or a parameter that asks for what changes later means its value at t = 0. */
export function valueAtStart(
  value: Expression,
  network: Network,
  changing: ReadonlySet<string>,
  own: string,
  within: readonly string[] = [],
): Expression {
  const opened = substitute(value, (each) => {
    if (each === TIME) return number(0);
    if (!changing.has(each) || within.includes(each)) return undefined;
    const start = network.parameters.get(each) ?? network.initial[network.species.indexOf(each)];
    return valueAtStart(start, network, changing, own, [...within, each]);
  });
  const names = [...network.species, ...network.variables];
  const drawn = (network.starts ?? []).map(({ target }) => names[target]);
  const random = [...namesIn(value)].find((each) => drawn.includes(each));
  if (random === undefined) return opened;
  throw refused(`${own} follows from ${random}, which is drawn. Give that a value, as in --set ${random}=10`);
}
