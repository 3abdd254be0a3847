// Networks as text, one statement a line or between semicolons:
//   S + I -> 2 I @ beta          a reaction and its rate constant (mass action: beta S I)
//   S -> P @ V*S/(K + S)         or, where the expression names a species, its whole propensity
//   A <-> B @ k1, k2             both directions
//   0 -> X @ 10                  from nothing; X -> 0 into nothing
//   beta = 1e-4                  a parameter, or a species' count at t = 0
//   total := A + B               an output, which laws may use, too
//   N = S + I + R                so is what follows from counts or from the time
//   V' = g*V                     a real number that changes by this rate, from V = … on
//   A -> B @ k after 5           a delayed reaction: A goes at once, B comes 5 later; with "nonconsuming" both happen at the end
//   at 10: X = binomial(X, 0.5)  events, delays and starts may draw random numbers
//   k = lognormal(0, 0.3)        at the start, once in each trajectory; half := binomial(X, 0.5) whenever an event asks for it
//   at 25: X = 50                an event at a time; when X > 30: X = 0, Y = 1 one whenever a condition becomes true
//   when X > 30 after 2, priority = 1, persistent = false, fromTrigger = false, initially = true: X = 0
//   bind: A + B -> C @ k         a reaction or event with a name
//   species A, B                 their order, and those that no reaction names
//   # a comment

import {
  call,
  type Expression,
  hasDraws,
  nameOf,
  namesIn,
  number,
  substitute,
} from "../../../expression/expression.ts";
import { parseExpression as parse } from "../../../expression/parse.ts";
import { NAME, splitTop, statementsOf } from "../../../expression/statements.ts";
import { networkError } from "./errors.ts";
import {
  checkNames,
  checkSize,
  MOST_COPIES,
  type Network,
  type NetworkEvent,
  NOBODY,
  type Reaction,
  type Start,
  TIME,
} from "./network.ts";

type Side = Map<string, number>;

/** What the time is called here. */
const T = "t";

const parseExpression = (text: string) => substitute(parse(text), (name) => (name === T ? nameOf(TIME) : undefined));

interface Arrow {
  name: string;
  from: Side;
  to: Side;
  rate: Expression;
  delay?: Delay;
}

/** Of a reaction's end. */
interface Delay {
  after: Expression;
  /** Reactants go at the end, too. */
  nonconsuming: boolean;
}

const LABELLED = /^([\p{L}_][\p{L}\p{N}_]*)\s*:(?!=)\s*((?:at|when)\s.*|.*(?:->|→|⇌).*)$/u;
const DECLARATION = /^species\s+(?![=:])/;

/** @throws ParameterError that shows the statement at fault. `version1`: events as gibbs 0.1.0 had them. */
export function parseNetwork(text: string, version1 = false): Network {
  const statements = statementsOf(text);
  const arrows: Arrow[] = [];
  const values = new Map<string, Expression>();
  const outputs: { name: string; value: Expression }[] = [];
  const rates = new Map<string, Expression>();
  const happenings: Happening[] = [];
  const declared: string[] = [];
  for (const whole of statements) {
    const [, label, statement = whole] = LABELLED.exec(whole) ?? [];
    if (/->|→|⇌/.test(statement)) arrows.push(...readReaction(statement, label));
    else if (/^(at|when)\s/.test(statement)) happenings.push(readEvent(statement, label));
    else if (DECLARATION.test(statement)) declared.push(...readDeclaration(statement));
    else if (statement.includes(":=")) outputs.push(readDefinition(statement, ":="));
    else if (/^[^=]*'\s*=/.test(statement)) {
      const { name, value } = readDefinition(statement.replace("'", ""), "=");
      if (rates.has(name)) throw wrong(statement, `${name} has a rate already`);
      rates.set(name, value);
    } else {
      const { name, value } = readDefinition(statement, "=");
      if (values.has(name)) throw wrong(statement, `${name} has a value already`);
      values.set(name, value);
    }
  }
  if (arrows.length === 0) {
    if (rates.size === 0) throw networkError('the network has no reaction; write one as in "S + I -> 2 I @ 1e-4".');
    arrows.push({ name: "nothing", from: new Map(), to: new Map(), rate: number(0) });
    if (declared.length === 0) declared.push(NOBODY);
  }
  const species = [...new Set([...declared, ...arrows.flatMap(({ from, to }) => [...from.keys(), ...to.keys()])])];
  if (species.length === 0) throw networkError("the network has no species; nothing changes in it.");
  if (species.includes(TIME)) throw networkError(`${TIME} is the time; give the species another name.`);

  for (const name of rates.keys()) {
    if (species.includes(name)) throw wrong(`${name}' = …`, `${name} is counted; reactions change it`);
    if (!values.has(name)) throw wrong(`${name}' = …`, `${name} has no value at the start; add "${name} = VALUE"`);
  }
  checkSize(species.length, arrows.length);
  const drawn = [...values].flatMap(([name, value]) => (hasDraws(value) ? [name] : []));
  const open = assignmentsOf(values, outputs, species, [...rates.keys(), ...drawn]);
  let delayed = 0;
  const reactions = arrows.map(({ name, from, to, rate, delay }): Reaction => {
    const propensity = propensityOf(from, open(rate), species);
    const gone = species.map((each) => -(from.get(each) ?? 0) || 0);
    const come = species.map((each) => to.get(each) ?? 0);
    const changes = gone.map((change, s) => change + come[s]);
    if (!delay) return { name, changes, propensity };
    const completion = { id: delayed++, after: open(delay.after) };
    return delay.nonconsuming
      ? { name, propensity, changes: species.map(() => 0), completion: { ...completion, changes } }
      : { name, propensity, changes: gone, completion: { ...completion, changes: come } };
  });
  const isOpen = (name: string) => !species.includes(name) && open(nameOf(name)).kind !== "name";
  const begins = startsOf(values, open, [...species, ...rates.keys()], drawn);
  // What a trajectory computes at its start has no other value before.
  const startOf = (name: string) => (begins.has(name) ? number(0) : values.get(name));
  const parameters = new Map(
    [...values.keys()].filter((name) => !species.includes(name) && !isOpen(name)).map((name) => [name, startOf(name)!]),
  );
  const set = happenings.flatMap((event) => event.set.map(([target]) => target));
  const variables = [...new Set([...set, ...rates.keys(), ...begins.keys()])].filter((name) => parameters.has(name));
  const starts = [...begins].map(
    ([name, value]): Start => ({ target: [...species, ...variables].indexOf(name), value }),
  );
  const events = happenings.map(({ name, trigger, set, delay, priority, ...flags }): NetworkEvent => {
    const assignments = set.map(([target, value]) => {
      const at = [...species, ...variables].indexOf(target);
      if (at < 0) throw wrong(name, `${target} is neither a species nor a parameter of the network`);
      return { target: at, value: open(value) };
    });
    return {
      ...{ name, trigger: open(trigger), assignments },
      ...{ initially: false, persistent: !version1, atTrigger: !version1, ...flags },
      ...(delay ? { delay: open(delay) } : {}),
      ...(priority ? { priority: open(priority) } : {}),
    };
  });
  if (parameters.has(T)) throw wrong(`${T} = …`, `${T} is the time`);
  if (species.includes(T) && !version1) checkTime(statements);
  const network = {
    species,
    variables,
    initial: species.map((each) => startOf(each) ?? number(0)),
    parameters,
    reactions,
    ...(starts.length > 0 ? { starts } : {}),
    outputs: [
      // What is drawn whenever an event asks for it is nothing to look at.
      ...outputs.map(({ name, value }) => ({ name, value: open(value) })).filter(({ value }) => !hasDraws(value)),
      ...[...rates.keys()].map((name) => ({ name, value: nameOf(name) })),
    ],
    events,
    ...(rates.size > 0 ? { rates: new Map([...rates].map(([name, rate]) => [name, open(rate)])) } : {}),
  };
  checkNames(network);
  return network;
}

/** Puts what outputs and values that follow from counts, rates or the time are computed from in their place. */
function assignmentsOf(
  values: ReadonlyMap<string, Expression>,
  outputs: readonly { name: string; value: Expression }[],
  species: readonly string[],
  changing: readonly string[],
): (expression: Expression) => Expression {
  const named = new Map(outputs.map(({ name, value }) => [name, value]));
  const moves = new Set([...species, ...changing, TIME]);
  // From what moves to all whose values ask for it.
  const askers = new Map<string, string[]>();
  for (const [name, value] of values) {
    for (const other of namesIn(value)) {
      const known = askers.get(other);
      if (known) known.push(name);
      else askers.set(other, [name]);
    }
  }
  const following = new Set<string>();
  for (const pending = [...moves, ...named.keys()]; pending.length > 0; ) {
    for (const name of askers.get(pending.pop()!) ?? []) {
      if (moves.has(name) || following.has(name)) continue;
      following.add(name);
      pending.push(name);
    }
  }
  const definitionOf = (name: string) =>
    moves.has(name) ? undefined : (named.get(name) ?? (following.has(name) ? values.get(name) : undefined));
  const open = (expression: Expression, within: readonly string[]): Expression =>
    substitute(expression, (name) => {
      const value = definitionOf(name);
      if (!value) return undefined;
      if (within.includes(name)) throw wrong(`${name} = …`, `${name} follows from itself`);
      return open(value, [...within, name]);
    });
  return (expression) => open(expression, []);
}

/**
 * Values at the start that a draw decides, and those that follow from them, by name, each after those that it asks for. What follows from
 * no draw keeps the value that parameters give it.
 */
function startsOf(
  values: ReadonlyMap<string, Expression>,
  open: (expression: Expression) => Expression,
  own: readonly string[],
  drawn: readonly string[],
): Map<string, Expression> {
  const starts = new Map<string, Expression>();
  const visit = (name: string, within: readonly string[]): boolean => {
    const value = values.get(name);
    if (starts.has(name)) return true;
    if (!value || !(own.includes(name) || drawn.includes(name))) return false;
    if (within.includes(name)) throw wrong(`${name} = …`, `${name} follows from itself`);
    const opened = open(value);
    const follows = [...namesIn(opened)].map((other) => visit(other, [...within, name])).some(Boolean);
    // A start at another's start is known only where that is drawn.
    if (!follows && !hasDraws(value)) return false;
    starts.set(name, opened);
    return true;
  };
  for (const name of [...own, ...drawn]) visit(name, []);
  return starts;
}

/** In a law t is the time, so where a species has that name, too, it would be taken for it. */
function checkTime(statements: readonly string[]): void {
  const asks = statements.find((statement) => {
    const law = /->|→|⇌/.test(statement)
      ? statement.slice(statement.indexOf("@") + 1)
      : statement.replace(/^[^=:]*=/, "");
    const own = /^(at|when)\s/.test(statement) ? statement : law;
    return /(?<![\p{L}\p{N}_])t(?![\p{L}\p{N}_])/u.test(own);
  });
  if (asks !== undefined) {
    throw wrong(
      asks,
      `${T} is the time here, and a species of the network is called ${T}, too; give the species another name`,
    );
  }
}

/**
 * Mass action counts the ways to choose the reactants: k X(X-1)/2 for 2 X (Gillespie 1977, doi 10.1021/j100540a008). A rate
 * that names a species is a propensity by itself.
 */
function propensityOf(from: Side, rate: Expression, species: readonly string[]): Expression {
  const named = namesIn(rate);
  if (species.some((each) => named.has(each))) return rate;
  const ways = [...from].map(([each, count]) => {
    if (count > MOST_COPIES) throw networkError(`a reaction takes more than ${MOST_COPIES} copies of ${each}.`);
    return count === 1 ? nameOf(each) : call("choose", nameOf(each), number(count));
  });
  return ways.length > 0 ? call("*", rate, ...ways) : rate;
}

function readReaction(statement: string, label?: string): Arrow[] {
  const [scheme, law, ...more] = statement.split("@");
  if (law === undefined || more.length > 0) throw wrong(statement, 'write its rate after one "@", as in A -> B @ 0.5');
  const { rates, delay } = readDelay(law, statement);
  const both = /<->|⇌/.test(scheme);
  const sides = scheme.split(/<->|⇌|->|→/);
  if (sides.length !== 2) throw wrong(statement, "a reaction has one arrow");
  const [from, to] = sides.map((side) => readSide(side, statement));
  const parts = splitTop(rates);
  if (parts.some((part) => part.trim() === "")) throw wrong(statement, "its rate is missing, as in A -> B @ 0.5");
  if (parts.length !== (both ? 2 : 1)) {
    throw wrong(
      statement,
      both ? "a reversible reaction has two rates, as in A <-> B @ 1, 0.5" : "a reaction has one rate",
    );
  }
  const [forward, backward] = parts.map(parseExpression);
  const name = label ?? scheme.trim().replace(/\s+/g, " ");
  if (!both) return [{ name, from, to, rate: forward, ...(delay ? { delay } : {}) }];
  if (delay) throw wrong(statement, "a delay belongs to one direction; write two reactions");
  const [left, right] = sides.map((side) => side.trim());
  return [
    { name: label ? `${label} forwards` : `${left} -> ${right}`, from, to, rate: forward },
    { name: label ? `${label} backwards` : `${right} -> ${left}`, from: to, to: from, rate: backward },
  ];
}

/** What stands behind "after". */
function readDelay(law: string, statement: string): { rates: string; delay?: Delay } {
  const [rates, after, ...more] = law.split(/\safter(?:\s|$)/);
  if (after === undefined) return { rates };
  const [, time, word] = /^(.*?)(\snonconsuming)?\s*$/.exec(after) ?? [];
  if (more.length > 0 || !time?.trim()) throw wrong(statement, "its delay is written as in A -> B @ 0.5 after 5");
  return { rates, delay: { after: parseExpression(time), nonconsuming: word !== undefined } };
}

function readSide(text: string, statement: string): Side {
  const side: Side = new Map();
  if (/^\s*(0|∅)?\s*$/.test(text)) return side;
  for (const term of text.split("+")) {
    const [, count, name] = /^\s*(\d*)\s*\*?\s*(\S+)\s*$/.exec(term) ?? [];
    if (name === undefined || !NAME.test(name)) throw wrong(statement, `"${term.trim()}" is no species, as in 2 X`);
    const copies = count === "" ? 1 : Number(count);
    if (copies < 1 || copies > 1e6) throw wrong(statement, `${copies} copies of ${name}; take 1 to 1000000`);
    side.set(name, (side.get(name) ?? 0) + copies);
  }
  return side;
}

function readDefinition(statement: string, sign: string): { name: string; value: Expression } {
  const at = statement.indexOf(sign);
  const name = statement.slice(0, at).trim();
  if (at < 0 || !NAME.test(name))
    throw wrong(statement, "it is no reaction, no value (NAME = VALUE), no output and no event");
  return { name, value: parseExpression(statement.slice(at + sign.length)) };
}

interface Happening extends Partial<Pick<NetworkEvent, "initially" | "persistent" | "atTrigger">> {
  name: string;
  trigger: Expression;
  set: [string, Expression][];
  delay?: Expression;
  priority?: Expression;
}

/** Words of events that are true or false, and what they are called here. */
const FLAGS = { initially: "initially", persistent: "persistent", fromTrigger: "atTrigger" } as const;

function readEvent(statement: string, label?: string): Happening {
  const [, kind, head, body] = /^(at|when)\s([^:]*):(.*)$/.exec(statement) ?? [];
  if (body === undefined) throw wrong(statement, 'an event is written as in "at 25: X = 50" or "when X > 30: X = 0"');
  const [first, ...options] = splitTop(head);
  const [condition, delay, ...more] = first.split(/\bafter\b/);
  if (more.length > 0) throw wrong(statement, "an event is delayed once");
  const left = parseExpression(condition);
  const event: Happening = {
    name: label ?? statement,
    trigger: kind === "at" ? call(">=", nameOf(TIME), left) : left,
    set: splitTop(body).map((part): [string, Expression] => {
      const { name, value } = readDefinition(part, "=");
      return [name, value];
    }),
    ...(delay === undefined ? {} : { delay: parseExpression(delay) }),
  };
  for (const option of options) {
    const { name, value } = readDefinition(option, "=");
    if (name === "priority") event.priority = value;
    else if (Object.hasOwn(FLAGS, name)) {
      const word = value.kind === "name" ? value.name : "";
      if (word !== "true" && word !== "false") throw wrong(statement, `${name} is true or false`);
      event[FLAGS[name as keyof typeof FLAGS]] = word === "true";
    } else throw wrong(statement, `an event has priority, ${Object.keys(FLAGS).join(", ")}, and no ${name}`);
  }
  return event;
}

function readDeclaration(statement: string): string[] {
  return statement
    .replace(DECLARATION, "")
    .split(",")
    .map((part) => {
      const name = part.trim();
      if (!NAME.test(name)) throw wrong(statement, `"${name}" is no name of a species`);
      return name;
    });
}

const wrong = (statement: string, why: string) => networkError(`"${statement}": ${why}.`);
