// Laws where counts are real numbers: ways to choose molecules become powers, and what asks for whole numbers has no value.

import { ParameterError } from "../../../device/errors.ts";
import { call, type Expression, namesIn, number, TRUTHS } from "../../../expression/expression.ts";

export const RATES = ".rates.txt";

export const refused = (why: string) => new ParameterError("out", `out ${RATES}: ${why}.`);

/** A law as a fraction over the factorials of its ways to choose. */
export interface Continuous {
  above: Expression;
  below: number;
  /** Ways to choose several of one species stand in it. */
  replaced: boolean;
}

/** Ways to choose m of n for large n: n^m / m!, the factorials of a product below its fraction bar. */
export function continuous(law: Expression): Continuous {
  if (law.kind !== "call") return { above: law, below: 1, replaced: false };
  const { operation, operands } = law;
  if (operation === "choose") {
    const [n, m] = operands;
    let below = 1;
    for (let i = 2; m.kind === "number" && i <= m.value; i++) below *= i;
    return { above: call("^", n, m), below, replaced: true };
  }
  const parts = operands.map(continuous);
  const replaced = parts.some((part) => part.replaced);
  if (!replaced) return { above: law, below: 1, replaced };
  if (operation === "*") {
    return {
      above: call("*", ...parts.map(({ above }) => above)),
      below: parts.reduce((all, part) => all * part.below, 1),
      replaced,
    };
  }
  const whole = ({ above, below }: Continuous) => (below === 1 ? above : call("/", above, number(below)));
  return { above: call(operation, ...parts.map(whole)), below: 1, replaced };
}

/** Whether it is a constant plus multiples of what changes. */
export function isAffine(expression: Expression, changing: ReadonlySet<string>): boolean {
  if (!changes(expression, changing) || expression.kind !== "call") return true;
  const { operation, operands } = expression;
  const moving = operands.filter((each) => changes(each, changing));
  const all = operands.every((each) => isAffine(each, changing));
  switch (operation) {
    case "+":
    case "-":
    case "negate":
      return all;
    case "*":
      return all && moving.length === 1;
    case "/":
      return all && moving.length === 1 && moving[0] === operands[0];
    case "if":
      return all && !changes(operands[0], changing);
    default:
      return false;
  }
}

/** A part that tells one whole number of what changes from the next, in words; undefined where there is none. */
export function jumpOf(expression: Expression, changing: ReadonlySet<string>): string | undefined {
  if (expression.kind !== "call" || !changes(expression, changing)) return undefined;
  const { operation, operands } = expression;
  if (["floor", "ceil"].includes(operation)) return `${operation}(…)`;
  if (["==", "!="].includes(operation)) return `a comparison by ${operation}`;
  const conditions =
    operation === "if" ? operands.slice(0, 1) : ["and", "or", "not"].includes(operation) ? operands : [];
  if (conditions.some((each) => changes(each, changing) && !isTruth(each))) return "a condition without a comparison";
  return operands.map((each) => jumpOf(each, changing)).find((jump) => jump !== undefined);
}

const isTruth = (expression: Expression) =>
  expression.kind === "call" && (TRUTHS.includes(expression.operation) || expression.operation === "if");

const changes = (expression: Expression, changing: ReadonlySet<string>) =>
  [...namesIn(expression)].some((name) => changing.has(name));
