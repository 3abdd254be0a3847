// Dynamical systems as text, one statement a line or between semicolons:
//   x' = s*(y - x)              a flow: the derivative with respect to the time t
//   x -> r*x*(1 - x)            a map: the next value; all variables of a map step together
//   x = 0.1                     where a variable starts
//   x ~ uniform(0, 1)           or the law that it is drawn from: normal, uniform, cauchy, exponential
//   s = 10                      a parameter
//   w ~ normal(0, 1)            a number of each trajectory that is drawn once
//   x' = -x(t - tau)            what x was a time tau before
//   before 0: x = cos(t)        what x was before t = 0, where that is not what it starts with
//   e = (x^2 + y^2)/2           what follows from variables, for use in other statements
//   r := sqrt(x^2 + y^2)        an output: is measured, and may be used in other statements
//   units i = 100               every variable has an index, and a value for each of 100 units
//   x[i]' = x[i+1] - x[i]       of units along a ring: the first comes after the last
//   y[i]' = mean(j, sin(y[j] - y[i]))    a mean, or sum, over all units
//   units i = 100 on ring(2)    sums of a unit are over its two neighbours on either side
//   w[i] ~ quantiles(cauchy(0, 1))       evenly spread quantiles of a law, one a unit
//   # a comment

import {
  call,
  type Expression,
  evaluate,
  hasDraws,
  isLaw,
  isOperation,
  nameOf,
  namesIn,
  number,
  substitute,
} from "../../expression/expression.ts";
import { isFunction, parseExpression } from "../../expression/parse.ts";
import { NAME, statementsOf } from "../../expression/statements.ts";
import {
  elementOf,
  inSystem,
  LAWS,
  type Law,
  OTHER_NUMBER,
  OWN_NUMBER,
  ownName,
  type Start,
  type Sum,
  type System,
  systemError,
  TIME,
  type Variable,
} from "./system.ts";
import { displaced, type ReadUnits, readUnits, unitSyntax, unitsOf, written } from "./units.ts";

/** Variables of a system at most. */
const MOST_VARIABLES = 64;
/** Names of columns that results have in addition to a system's own, and one that every object has. */
const TAKEN = /^(__proto__|time|lyapunov\d+|.*_(error|sd))$/u;
/** Names that are numbers everywhere. */
const CONSTANTS: Record<string, number> = { pi: Math.PI };

interface Read {
  kind: System["kind"];
  rates: Map<string, Expression>;
  values: Map<string, Expression>;
  drawn: Map<string, Start>;
  pasts: Map<string, Expression>;
  outputs: { name: string; value: Expression }[];
  delays: Delayed[];
  units?: ReadUnits;
}

/** x(t - lag), as it is written. */
interface Delayed {
  name: string;
  of: string;
  lag: Expression;
  statement: string;
}

/** What constants, abbreviations and outputs of a text stand for in an expression beside it. */
export function abbreviationsOf(text: string): (expression: Expression) => Expression {
  const read = readStatements(text);
  const { open } = definitions(read, (name) => read.rates.has(name) || read.drawn.has(name));
  return (expression) => open(withConstants(expression));
}

/** @throws ParameterError that shows the statement at fault */
export function parseSystem(text: string): System {
  const read = readStatements(text);
  const { kind, rates, values, drawn } = read;
  const isVariable = (name: string) => rates.has(name) || drawn.has(name);
  const { open, following } = definitions(read, isVariable);

  checkUnits(read, isVariable, following);
  const variables = [...rates].map(([name, rate]): Variable => {
    const start = drawn.get(name) ?? startOf(name, read);
    const past = read.pasts.get(name);
    return {
      name: columnOf(name),
      rate: open(rate),
      start: openedStart(name, start, open, isVariable),
      ...(past ? { past: open(past) } : {}),
    };
  });
  const isKept = (name: string) => !rates.has(name) && !following.has(name);
  // What a unit has for good is a variable that stays, as what is drawn is.
  const fixed = [...values].filter(([name]) => isKept(name) && elementOf(name));
  const still = [...drawn, ...fixed.map(([name, value]): [string, Start] => [name, { operands: [value] }])];
  for (const [name, start] of still) {
    if (rates.has(name)) continue;
    const stays = kind === "flow" ? number(0) : nameOf(name);
    variables.push({ name: columnOf(name), rate: stays, start: openedStart(name, start, open, isVariable) });
  }
  if (variables.length > MOST_VARIABLES) {
    throw systemError(`the system has ${variables.length} variables; ${MOST_VARIABLES} are the most.`);
  }
  const parameters = new Map([...values].filter(([name]) => isKept(name) && !elementOf(name)));
  const system: System = {
    kind,
    variables,
    delays: delaysOf(read, open, isVariable),
    parameters: inOrder(parameters),
    outputs: read.outputs.map(({ name, value }) => ({ name, value: open(value) })),
    ...(read.units ? { units: openedUnits(read.units, parameters, open) } : {}),
  };
  checkNames(system);
  return system;
}

function readStatements(text: string): Read {
  const [rates, values, drawn, pasts] = [new Map(), new Map(), new Map(), new Map()];
  const read: Read = { kind: "flow", rates, values, drawn, pasts, outputs: [], delays: [] };
  let kind: System["kind"] | undefined;
  const statements = statementsOf(text);
  for (const statement of statements.filter(isUnits)) {
    if (read.units) throw wrong(statement, "there is one statement of units");
    read.units = inSystem(() => readUnits(statement, (why) => wrong(statement, why)));
  }
  for (const statement of statements) {
    if (isUnits(statement)) continue;
    // A variable may have that name, too.
    if (/^before\s+[^\s'=~:<>-]/u.test(statement)) {
      readPast(statement, read);
      continue;
    }
    const [, bare, index, prime, sign, right] =
      /^([^\s'=~<>:[-]+)\s*(?:\[\s*([^\]]*?)\s*\])?\s*('?)\s*(:=|->|=|~)(.*)$/su.exec(statement) ?? [];
    if (bare === undefined) throw wrong(statement, unread(statement));
    if (!NAME.test(bare)) throw wrong(statement, `"${bare}" is no name; letters, digits and _ make one`);
    if (index !== undefined) checkIndex(statement, index, read.units);
    const isIndexed = index !== undefined;
    const name = isIndexed ? ownName(bare) : bare;
    const other = isIndexed ? bare : ownName(bare);
    if ([read.rates, read.values, read.drawn].some((known) => known.has(other))) {
      throw wrong(statement, `${bare} stands with an index in one statement and without in another`);
    }
    if (bare === TIME) throw wrong(statement, `${TIME} is the time; give it another name`);
    if (TAKEN.test(bare)) throw wrong(statement, `${bare} is what results call something else; give it another name`);
    if (Object.hasOwn(CONSTANTS, bare)) throw wrong(statement, `${bare} is a number already; give it another name`);
    if (bare === read.units?.index) throw wrong(statement, `${bare} is the number of a unit; give it another name`);
    const expression = () => expressionOf(statement, right, read, isIndexed);
    if (prime && sign !== "=") throw wrong(statement, "a derivative is written as in x' = -x");
    if (prime || sign === "->") {
      const own = prime ? "flow" : "map";
      if (sign === "->" && right.includes("@")) {
        throw wrong(statement, 'it looks like a reaction; those are for "gibbs run gillespie"');
      }
      kind ??= own;
      if (kind !== own) throw wrong(statement, "a system is a flow (x' = …) or a map (x -> …), not both");
      if (read.rates.has(name)) throw wrong(statement, `${bare} has a right side already`);
      read.rates.set(name, expression());
    } else if (sign === "~") {
      if (read.values.has(name) || read.drawn.has(name)) throw wrong(statement, `${bare} has a value already`);
      read.drawn.set(name, lawOf(statement, right, read, isIndexed));
    } else if (sign === ":=") {
      if (isIndexed)
        throw wrong(statement, `an output is one number; take a sum over units, as in ${bare} := mean(${index}, …)`);
      if (read.outputs.some((output) => output.name === name)) throw wrong(statement, `${name} is an output already`);
      read.outputs.push({ name, value: expression() });
    } else {
      if (read.values.has(name) || read.drawn.has(name)) throw wrong(statement, `${bare} has a value already`);
      read.values.set(name, expression());
    }
  }
  if (!kind) throw systemError(`the system changes nothing; write a flow, as in "x' = -x", or a map, "x -> 2*x".`);
  for (const { name } of read.outputs) {
    if (read.rates.has(name) || read.values.has(name) || read.drawn.has(name)) {
      throw wrong(`${name} := …`, `${name} is something else already`);
    }
  }
  return { ...read, kind };
}

/** Why a statement could not be taken apart. */
function unread(statement: string): string {
  if (/^(at|when)\s/.test(statement)) return "a dynamical system has no events";
  if (/'\s*\{/.test(statement)) return "derivatives are whole: x' = …";
  return "it is no flow (x' = …), no map (x -> …), no value (NAME = VALUE or NAME ~ LAW) and no output (NAME := …)";
}

/** before 0: x = cos(t) */
function readPast(statement: string, read: Read): void {
  const [, name, right] = /^before\s+0\s*:\s*([^\s'=~<>:-]+)\s*=(.*)$/su.exec(statement) ?? [];
  if (name === undefined) throw wrong(statement, 'a past is written as in "before 0: x = cos(t)"');
  if (read.pasts.has(name)) throw wrong(statement, `${name} has a past already`);
  read.pasts.set(name, expressionOf(statement, right, read, false));
}

/** What x(t - lag) stands for; undefined where the name is that of a function. */
function delayOf(name: string, operands: readonly Expression[], statement: string, delays: Delayed[]) {
  if (isOperation(name) || isFunction(name)) return undefined;
  const lag = operands.length === 1 ? lagOf(operands[0]) : undefined;
  if (!lag) {
    throw wrong(
      statement,
      `${name}(…) is no function; what ${name} was before is written as ${name}(t - LAG), with a lag of parameters`,
    );
  }
  const key = JSON.stringify([name, lag]);
  const found = delays.find((each) => JSON.stringify([each.of, each.lag]) === key);
  const delay = found ?? { name: `$delay${delays.length}`, of: name, lag, statement };
  if (!found) delays.push(delay);
  return nameOf(delay.name);
}

/** LAG of t - LAG, however it is written; undefined for what is not of that form. */
function lagOf(expression: Expression): Expression | undefined {
  if (expression.kind === "name") return expression.name === TIME ? number(0) : undefined;
  if (expression.kind !== "call" || expression.operands.length !== 2) return undefined;
  const { operation } = expression;
  const [left, right] = expression.operands;
  if ((operation !== "-" && operation !== "+") || namesIn(right).has(TIME)) return undefined;
  const before = lagOf(left);
  if (!before) return undefined;
  const isFirst = before.kind === "number" && before.value === 0;
  if (operation === "-") return isFirst ? right : call("+", before, right);
  return call("-", before, right);
}

/** @throws ParameterError where what is delayed is no variable of a flow, or its lag no parameter */
function delaysOf(
  { kind, rates, delays, pasts, drawn }: Read,
  open: (expression: Expression) => Expression,
  isVariable: (name: string) => boolean,
): System["delays"] {
  const names = [...rates.keys()];
  for (const [name, past] of pasts) {
    const statement = `before 0: ${name} = …`;
    if (!rates.has(name)) throw wrong(statement, `${name} is no variable of a flow`);
    if (!delays.some(({ of }) => of === name)) throw wrong(statement, `nothing asks for the past of ${name}`);
    const moving = [...namesIn(open(past))].find((each) => rates.has(each) || each.startsWith("$"));
    if (moving !== undefined) {
      throw wrong(statement, "a past follows from t, parameters and drawn numbers, and not from what variables are");
    }
  }
  return delays.map(({ name, of, lag, statement }) => {
    if (kind === "map") throw wrong(statement, `a map has no lags; a variable y -> ${of} is what ${of} was before`);
    if (drawn.has(of) && !rates.has(of)) throw wrong(statement, `${of} does not change, and so has no past`);
    const variable = names.indexOf(of);
    if (variable < 0) throw wrong(statement, `${of} is no variable; only those have a past, each by its own name`);
    const opened = open(withConstants(lag));
    const moving = [...namesIn(opened)].find((each) => each === TIME || each.startsWith("$") || isVariable(each));
    if (moving !== undefined) throw wrong(statement, "a lag follows from parameters alone");
    return { name, variable, lag: opened };
  });
}

/** @param read where what is delayed and what is summed is collected */
function expressionOf(statement: string, text: string, { delays, units }: Read, isIndexed: boolean): Expression {
  const syntax = unitSyntax(units, text, isIndexed, (why) => wrong(statement, why));
  const functionOf = (name: string, operands: Expression[]) =>
    syntax.functionOf(name, operands) ?? delayOf(name, operands, statement, delays);
  const expression = inSystem(() => {
    const { elementOf } = syntax;
    return syntax.finished(parseExpression(text, { functionOf, elementOf, strict: false }));
  });
  if (hasDraws(expression)) {
    throw wrong(statement, 'a random number is drawn at the start alone, as in "x ~ normal(0, 1)"');
  }
  return withConstants(expression);
}

const withConstants = (expression: Expression): Expression =>
  substitute(expression, (name) => (Object.hasOwn(CONSTANTS, name) ? number(CONSTANTS[name]) : undefined));

function lawOf(statement: string, text: string, { units }: Read, isIndexed: boolean): Start {
  const [, inside] = /^\s*quantiles\s*\((.*)\)\s*$/su.exec(text) ?? [];
  if (inside !== undefined && !isIndexed)
    throw wrong(statement, "quantiles are those of units, as in w[i] ~ quantiles(…)");
  const { elementOf, finished } = unitSyntax(units, text, isIndexed, (why) => wrong(statement, why));
  const functionOf = () => undefined;
  const expression = inSystem(() =>
    finished(parseExpression(inside ?? text, { functionOf, elementOf, strict: false })),
  );
  if (expression.kind !== "call" || !isLaw(expression.operation)) {
    throw wrong(statement, `behind ~ stands a law: ${LAWS.join(", ")}`);
  }
  const law = expression.operation as Law;
  if (!LAWS.includes(law)) throw wrong(statement, `${law} is no law of a start; take ${LAWS.join(", ")}`);
  const wanted = law === "exponential" ? 1 : 2;
  if (expression.operands.length !== wanted) throw wrong(statement, `${law} has ${wanted} numbers, and no bounds`);
  if (expression.operands.some(hasDraws)) throw wrong(statement, "the numbers of a law are not drawn");
  const operands = expression.operands.map(withConstants);
  return { law, operands, ...(inside === undefined ? {} : { isQuantile: true }) };
}

function startOf(name: string, { values, pasts, units }: Read): Start {
  const past = pasts.get(name);
  if (past && !values.has(name)) {
    return { operands: [substitute(past, (each) => (each === TIME ? number(0) : undefined))], fromPast: true };
  }
  const value = values.get(name);
  if (!value) {
    const own = units ? written(name, units) : name;
    throw systemError(`${own} has no start; add "${own} = VALUE", or "${own} ~ uniform(0, 1)" for one that is drawn.`);
  }
  return { operands: [value] };
}

function openedStart(
  name: string,
  { operands, ...start }: Start,
  open: (expression: Expression) => Expression,
  isVariable: (name: string) => boolean,
): Start {
  const opened = operands.map(open);
  for (const operand of opened) {
    const moving = [...namesIn(operand)].find((each) => isVariable(each) || each === TIME || each.startsWith("$"));
    if (moving !== undefined) {
      throw wrong(
        `${name} = …`,
        `a start follows from parameters alone, and ${moving.startsWith("$") ? "a past" : moving} changes`,
      );
    }
  }
  return { ...start, operands: opened };
}

/** Puts what follows from variables in the place of its name. */
function definitions({ values, outputs }: Read, isVariable: (name: string) => boolean) {
  const named = new Map(outputs.map(({ name, value }) => [name, value]));
  // Names that follow from what changes, and names that follow from those.
  const following = new Set(named.keys());
  const follows = (value: Expression) =>
    [...namesIn(value)].some((name) => {
      const element = elementOf(name);
      const key = element ? ownName(element.variable) : name;
      return isVariable(key) || name === TIME || name.startsWith("$") || following.has(key);
    });
  for (let before = -1; before < following.size; ) {
    before = following.size;
    for (const [name, value] of values) if (!isVariable(name) && follows(value)) following.add(name);
  }
  const open = (expression: Expression, within: readonly string[] = []): Expression =>
    substitute(expression, (name) => {
      const element = elementOf(name);
      // What follows from variables of a unit does so in all of them.
      const key = element ? ownName(element.variable) : name;
      const value = following.has(key) ? (named.get(key) ?? values.get(key)) : undefined;
      if (!value) return undefined;
      if (within.includes(key)) throw wrong(`${columnOf(key)} = …`, `${columnOf(key)} follows from itself`);
      const opened = open(value, [...within, key]);
      return element ? displaced(opened, element, (why) => wrong(`${columnOf(key)}[…]`, why)) : opened;
    });
  return { open: (expression: Expression) => open(expression), following };
}

/** Parameters so that each follows from those before it. */
function inOrder(parameters: ReadonlyMap<string, Expression>): Map<string, Expression> {
  const ordered = new Map<string, Expression>();
  const visit = (name: string, within: readonly string[]) => {
    const value = parameters.get(name);
    if (!value || ordered.has(name)) return;
    if (within.includes(name)) throw wrong(`${name} = …`, `${name} follows from itself`);
    for (const other of namesIn(value)) visit(other, [...within, name]);
    ordered.set(name, value);
  };
  for (const name of parameters.keys()) visit(name, []);
  return ordered;
}

function checkNames({ variables, delays, parameters, outputs, units }: System): void {
  const names = variables.map(({ name }) => name);
  const known = new Set([TIME, ...(units ? [] : names), ...delays.map(({ name }) => name), ...parameters.keys()]);
  const sums = new Map(units?.sums.map((sum) => [sum.name, sum]));
  const check = (statement: string, expression: Expression, isIndexed = units !== undefined) => {
    for (const name of namesIn(expression)) {
      const element = elementOf(name);
      const isKnown = element
        ? names.includes(element.variable)
        : name === OWN_NUMBER || known.has(name) || sums.has(name);
      const own = units ? written(name, units) : name;
      if (!isKnown) {
        const lacksIndex = units && names.includes(name);
        throw wrong(
          statement,
          lacksIndex ? `${name} has an index: ${name}[${units.index}]` : `${own} has no value; add "${own} = VALUE"`,
        );
      }
      if (!isIndexed && (element || name === OWN_NUMBER || sums.get(name)?.isShared === false)) {
        throw wrong(
          statement,
          `${element || name === OWN_NUMBER ? own : "a sum"} is of one unit, and the statement is of no unit`,
        );
      }
    }
  };
  const of = (name: string) => (units ? `${name}[${units.index}]` : name);
  for (const { variable, lag } of delays) check(`${variables[variable].name}(t - …)`, lag);
  for (const { name, rate, start, past } of variables) {
    check(`${of(name)}' = …`, rate);
    if (past) check(`before 0: ${name} = …`, past);
    for (const operand of start.operands) check(`${of(name)} = …`, operand);
  }
  for (const [name, value] of parameters) check(`${name} = …`, value, false);
  for (const { name, value } of outputs) check(`${name} := …`, value, false);
  for (const { text, body } of sums.values()) {
    for (const name of namesIn(body)) {
      const element = elementOf(name);
      const isKnown = element
        ? names.includes(element.variable)
        : name === OWN_NUMBER || name === OTHER_NUMBER || known.has(name);
      if (!isKnown) throw wrong(text, `${written(name, units!)} has no value; add "${written(name, units!)} = VALUE"`);
    }
  }
}

const isUnits = (statement: string) => /^units\s+[^\s=~:<>'-]/u.test(statement);

/** What the column of a variable is called. */
const columnOf = (name: string): string => elementOf(name)?.variable ?? name;

function checkIndex(statement: string, index: string, units: ReadUnits | undefined): void {
  if (!units) throw wrong(statement, 'there are no units; say how many, as in "units i = 100"');
  if (index !== units.index) {
    throw wrong(
      statement,
      `a statement is of every unit; write [${units.index}] for the unit, as in "${units.statement}"`,
    );
  }
}

/** @throws ParameterError for what systems with units do not have */
function checkUnits(
  { units, rates, drawn, delays, pasts }: Read,
  isVariable: (name: string) => boolean,
  following: ReadonlySet<string>,
): void {
  if (!units) return;
  const bare = [...rates.keys(), ...drawn.keys()].find((name) => !elementOf(name));
  if (bare !== undefined) {
    throw wrong(`${bare} …`, `in a system with units every variable has the index: ${bare}[${units.index}]`);
  }
  if (delays.length > 0 || pasts.size > 0) throw wrong(units.statement, "systems with units have no delays");
  for (const expression of [units.size, ...(units.reach ? [units.reach] : [])]) {
    const moving = [...namesIn(expression)].find((name) => isVariable(name) || following.has(name) || name === TIME);
    if (moving !== undefined) throw wrong(units.statement, `${moving} changes; the number of units does not`);
  }
}

function openedUnits(
  units: ReadUnits,
  parameters: ReadonlyMap<string, Expression>,
  open: (expression: Expression) => Expression,
) {
  const sizedBy = new Set<string>();
  const amountOf = (expression: Expression, within: readonly string[] = []): number =>
    evaluate(withConstants(expression), (name) => {
      const value = parameters.get(name);
      if (!value || within.includes(name)) throw wrong(units.statement, `${name} has no value; add "${name} = VALUE"`);
      sizedBy.add(name);
      return amountOf(value, [...within, name]);
    });
  const sums = units.sums.map((sum): Sum => ({ ...sum, body: open(sum.body) }));
  return unitsOf({ ...units, sums }, amountOf, sizedBy, wrong);
}

const wrong = (statement: string, why: string) =>
  systemError(`"${statement.length > 300 ? `${statement.slice(0, 200)} …` : statement}": ${why}.`);
