// What a text says of units: how many there are, which of them a unit is coupled to, values with an index, and sums over units.

import { type Expression, evaluate, nameOf, namesIn, substitute } from "../../expression/expression.ts";
import { parseExpression } from "../../expression/parse.ts";
import { NAME } from "../../expression/statements.ts";
import { type Element, elementName, elementOf, OTHER_NUMBER, OWN_NUMBER, type Sum, type Units } from "./system.ts";

/** Units at most: their numbers are numbers of f32, too. */
const MOST_UNITS = 2 ** 24;
/** Neighbours of a unit on one side at most. */
const MOST_REACH = 1024;
/** Units that a shift goes over at most. */
const MOST_SHIFT = 1024;
const SUMS = ["sum", "mean"] as const;

/** The statement of units, as it is read. */
export interface ReadUnits {
  index: string;
  size: Expression;
  reach?: Expression;
  statement: string;
  sums: Sum[];
}

type Fail = (why: string) => Error;

/** units i = 100 on ring(2) @throws ParameterError */
export function readUnits(statement: string, fail: Fail): ReadUnits {
  const [, index, size, graph] = /^units\s+([^\s=]+)\s*=\s*(.*?)(?:\s+on\s+(.*))?$/su.exec(statement) ?? [];
  if (index === undefined || size === "") {
    throw fail('units are written as in "units i = 100" or "units i = 100 on ring(2)"');
  }
  if (!NAME.test(index)) throw fail(`"${index}" is no name; letters, digits and _ make one`);
  const [, reach] = /^ring\s*\((.*)\)$/su.exec(graph ?? "") ?? [];
  if (graph !== undefined && graph !== "all" && reach === undefined) {
    throw fail(`units are coupled on "all" or on "ring(k)", to k neighbours on either side, not on "${graph}"`);
  }
  return {
    ...{ index, statement, sums: [] },
    size: parseExpression(size),
    ...(reach === undefined ? {} : { reach: parseExpression(reach) }),
  };
}

/** What the grammar of expressions has in addition where there are units. */
export function unitSyntax(units: ReadUnits | undefined, text: string, isIndexed: boolean, fail: Fail) {
  const { index = "", sums = [] } = units ?? {};
  const numberOf = (expression: Expression): number | undefined => {
    if (namesIn(expression).size > 0) return undefined;
    const value = evaluate(expression, () => Number.NaN);
    return Number.isInteger(value) && Math.abs(value) <= MOST_SHIFT ? value : undefined;
  };
  return {
    elementOf(variable: string, at: Expression): Expression {
      if (!units) throw fail('there are no units; say how many, as in "units i = 100"');
      const [base, by] = at.kind === "call" ? at.operands : [at];
      const isSum = at.kind === "call" && (at.operation === "+" || at.operation === "-") && at.operands.length === 2;
      const far = isSum ? numberOf(by) : at.kind === "name" ? 0 : undefined;
      if (base.kind !== "name" || far === undefined) {
        throw fail(
          `an index is ${index} or the letter of a sum, plus or minus a whole number up to ${MOST_SHIFT}, as in ${variable}[${index} + 1]`,
        );
      }
      const shift = at.kind === "call" && at.operation === "-" ? -far : far;
      if (base.name === index && isIndexed) return nameOf(elementName({ variable, isOther: false, shift }));
      return nameOf(`${variable}[ ${base.name} ${shift}]`);
    },
    functionOf(operation: string, operands: readonly Expression[]): Expression | undefined {
      if (!SUMS.some((name) => name === operation)) return undefined;
      if (!units) throw fail(`${operation}(…) is over units; say how many there are, as in "units i = 100"`);
      const [letter, body] = operands;
      if (operands.length !== 2 || letter.kind !== "name") {
        throw fail(`${operation} is written as in ${operation}(j, x[j]): a letter, and what is added`);
      }
      if (isIndexed && letter.name === index) {
        throw fail(`${index} is the statement's own unit; take another letter, as in ${operation}(j, x[j])`);
      }
      const named = substitute(body, (name) => {
        if (name === letter.name) return nameOf(OTHER_NUMBER);
        const lettered = letteredOf(name);
        if (lettered?.letter === letter.name) return nameOf(elementName({ ...lettered, isOther: true }));
        return isIndexed && name === index ? nameOf(OWN_NUMBER) : undefined;
      });
      const names = namesIn(named);
      if ([...names].some((name) => name.startsWith("$")))
        throw fail("a sum within a sum is not known; take a statement of its own");
      const key = JSON.stringify([operation, named, isIndexed]);
      const found = sums.find((each) => each.key === key);
      if (found) return nameOf(found.name);
      const isOwn = [...names].some((name) => name === OWN_NUMBER || elementOf(name)?.isOther === false);
      const sum: Sum = {
        name: `$sum${sums.length}`,
        key,
        operation: operation as Sum["operation"],
        body: named,
        text: text.trim(),
        isShared: !isIndexed || (!isOwn && units.reach === undefined),
      };
      sums.push(sum);
      return nameOf(sum.name);
    },
    /** With the number of the unit as a value. @throws ParameterError for an index that nothing gives a meaning */
    finished(expression: Expression): Expression {
      if (!units) return expression;
      for (const name of namesIn(expression)) {
        const lettered = letteredOf(name);
        if (!lettered) continue;
        const { variable, letter } = lettered;
        throw fail(
          letter === index
            ? `${variable}[${letter}] is of one unit, and the statement is of no unit; take a sum, as in mean(${letter}, ${variable}[${letter}])`
            : `${variable}[${letter}]: nothing says what ${letter} is; it is the letter of a sum, as in mean(${letter}, …), or ${index} for the unit itself`,
        );
      }
      if (!isIndexed) return expression;
      return substitute(expression, (name) => (name === index ? nameOf(OWN_NUMBER) : undefined));
    },
  };
}

/** Elements by a letter that is not the index of a statement keep it until a sum says what it means. */
function letteredOf(name: string): { variable: string; letter: string; shift: number } | undefined {
  const [, variable, letter, shift] = /^(.+)\[ (.+) (-?\d+)\]$/u.exec(name) ?? [];
  return variable === undefined ? undefined : { variable, letter, shift: Number(shift) };
}

/** The same expression of a unit, for the one so far from it or from the one that is summed over. @throws ParameterError for a sum in it */
export function displaced(expression: Expression, to: Element, fail: Fail): Expression {
  if (to.shift === 0 && !to.isOther) return expression;
  return substitute(expression, (name) => {
    if (name.startsWith("$sum")) throw fail("a sum of another unit is not known; take a variable");
    if (name === OWN_NUMBER) {
      if (to.shift === 0) return nameOf(OTHER_NUMBER);
      throw fail("the number of a unit that is shifted is not known; take a variable");
    }
    const element = elementOf(name);
    return element && nameOf(elementName({ ...to, variable: element.variable, shift: element.shift + to.shift }));
  });
}

/** The units of a system whose parameters have values. @throws ParameterError */
export function unitsOf(
  { index, size, reach, statement, sums }: ReadUnits,
  amountOf: (expression: Expression) => number,
  sizedBy: ReadonlySet<string>,
  fail: (statement: string, why: string) => Error,
): Units {
  const count = amountOf(size);
  if (!Number.isInteger(count) || count < 1 || count > MOST_UNITS) {
    throw fail(statement, `there are ${count} units; their number is a whole one from 1 to ${MOST_UNITS}`);
  }
  const own = { ...{ index, count, sizedBy }, sums };
  if (!reach) return own;
  const far = amountOf(reach);
  if (!Number.isInteger(far) || far < 1 || far > MOST_REACH || 2 * far >= count) {
    const most = Math.min(MOST_REACH, Math.ceil(count / 2) - 1);
    throw fail(
      statement,
      most < 1
        ? `a ring has at least 3 units; these are ${count}`
        : `ring(${far}): a unit of ${count} has a whole number of neighbours from 1 to ${most} on either side; take "on all" for all`,
    );
  }
  return { ...own, reach: far };
}

/** What a name of the engine is in the text. */
export const written = (name: string, { index }: Pick<ReadUnits, "index">): string => {
  if (name === OWN_NUMBER) return index;
  const element = elementOf(name);
  if (!element) return name;
  const { variable, isOther, shift } = element;
  const by = shift === 0 ? "" : shift < 0 ? ` - ${-shift}` : ` + ${shift}`;
  return `${variable}[${isOther ? "…" : index}${by}]`;
};
