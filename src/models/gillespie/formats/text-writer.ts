// Networks as text that reads back to the same network.

import { call, type Expression, namesIn, number, substitute } from "../../../expression/expression.ts";
import { NAME } from "../../../expression/statements.ts";
import { type Network, type NetworkEvent, NOBODY, type Reaction, type Rounding, TIME } from "../network/network.ts";
import { infix } from "./infix.ts";
import { cannotHold, checkDraws, checkKnown } from "./known.ts";
import { validNames } from "./names.ts";
import { type Scheme, schemeOf } from "./scheme.ts";
import { startsOf } from "./starts.ts";

const FORMAT = "text";
/** Words that no name can be: the time, operators, and what events begin with. */
const RESERVED = ["t", "and", "or", "not", "at", "when", "after"];

/**
 * The network as statements, one a line. Names that text does not allow are replaced; comments say by which.
 *
 * @param rounding what becomes of starts that are no integer
 * @throws ParameterError naming what text cannot hold
 */
export function networkText(network: Network, rounding: Rounding = "none"): string {
  checkKnown(network, FORMAT, { network: ["starts"], reaction: ["completion"] });
  checkDraws(network, FORMAT);
  const { species, variables, parameters, rates = new Map<string, Expression>() } = network;
  const isValid = (name: string) => NAME.test(name) && !RESERVED.includes(name);
  const symbols = validNames(
    [...species, ...parameters.keys()].filter((name) => name !== NOBODY),
    isValid,
  );
  const outputs = network.outputs.filter(({ name }) => !rates.has(name));
  const outputNames = validNames(
    outputs.map(({ name }) => name),
    isValid,
    symbols.values(),
  );
  const nameOf = (name: string) => symbols.get(name) ?? name;
  const write = (expression: Expression) => infix(expression, nameOf);
  const rounded = startsOf(network, rounding);
  // What is drawn takes the place of counts and values.
  const drawn = new Map((network.starts ?? []).map(({ target, value }) => [[...species, ...variables][target], value]));
  const startOf = (name: string) => drawn.get(name) ?? rounded[species.indexOf(name)];

  const reactions = network.reactions.map((reaction) => reactionText(reaction, network, write, nameOf));
  const shown = species.filter((name) => name !== NOBODY);
  const idle = shown.length === 0; // nothing but rates: the reader adds a reaction that never happens
  const lines = [
    ...[...renamed("species and parameters", symbols), ...renamed("outputs", outputNames)].map(comment),
    ...[...(network.labels ?? [])].map(([name, label]) => comment(`${name} is ${label}`)),
    ...(idle ? [] : [`species ${shown.map(nameOf).join(", ")}`, ...reactions]),
    ...shown.map((name) => `${nameOf(name)} = ${write(startOf(name))}`),
    ...[...parameters].map(([name, value]) => `${nameOf(name)} = ${write(drawn.get(name) ?? atStart(value, network))}`),
    ...[...rates].map(([name, rate]) => `${nameOf(name)}' = ${write(rate)}`),
    ...outputs.map(({ name, value }) => `${outputNames.get(name)} := ${write(value)}`),
    ...network.events.map((event) => eventText(event, [...species, ...variables].map(nameOf), network, write)),
  ];
  return `${lines.join("\n")}\n`;
}

/** A parameter's start does not follow quantities that change later. */
function atStart(value: Expression, { rates, parameters }: Network): Expression {
  return substitute(value, (name) => {
    const own = rates?.has(name) ? parameters.get(name) : undefined;
    return own && atStart(own, { rates, parameters } as Network);
  });
}

function reactionText(
  reaction: Reaction,
  network: Network,
  write: (expression: Expression) => string,
  nameOf: (name: string) => string,
): string {
  const { propensity, name, completion } = reaction;
  const { reactants, products, constant } = completion ? delayedScheme(reaction, network) : schemeOf(reaction, network);
  const side = (terms: readonly [string, number][]) =>
    terms.map(([each, copies]) => (copies === 1 ? nameOf(each) : `${copies} ${nameOf(each)}`)).join(" + ") || "0";
  const scheme = `${side(reactants)} -> ${side(products)}`;
  // A rate without a species would be taken for the constant of mass action.
  const named = [...namesIn(propensity)].some((each) => network.species.includes(each));
  const law =
    constant ??
    (named || reactants.length === 0
      ? propensity
      : call("+", propensity, call("*", number(0), { kind: "name", name: reactants[0][0] })));
  const label = NAME.test(name) ? name : name.replace(/[^\p{L}\p{N}_]+/gu, "_").replace(/^(?!\p{L}|_)/u, "_");
  const nonconsuming = completion && reaction.changes.every((change) => change === 0) ? " nonconsuming" : "";
  const after = completion ? ` after ${write(completion.after)}${nonconsuming}` : "";
  return `${/->|→|⇌/.test(name) ? "" : `${label}: `}${scheme} @ ${write(law)}${after}`;
}

/** Reactants go at once and products come later, or both happen at the end. */
function delayedScheme(reaction: Reaction, network: Network): Scheme {
  const { name, changes, completion } = reaction;
  const later = completion!.changes;
  if (changes.every((change) => change === 0)) return schemeOf({ ...reaction, changes: later }, network);
  const sides = (copies: readonly number[]) =>
    network.species.flatMap((each, i): [string, number][] => (copies[i] > 0 ? [[each, copies[i]]] : []));
  if (changes.some((change) => change > 0) || later.some((change) => change < 0)) {
    throw cannotHold(FORMAT, `the reaction ${name}`, "products at once and others later");
  }
  const reactants = sides(changes.map((change) => -change));
  const own = schemeOf(reaction, network);
  const isAction = JSON.stringify(own.reactants) === JSON.stringify(reactants);
  return { reactants, products: sides(later), constant: isAction ? own.constant : undefined };
}

function eventText(
  event: NetworkEvent,
  targets: readonly string[],
  network: Network,
  write: (expression: Expression) => string,
): string {
  const { name, trigger, assignments, initially, persistent, atTrigger, delay, priority } = event;
  const sets = assignments.map(({ target, value, scale }) => {
    if (!scale) return `${targets[target]} = ${write(value)}`;
    // The size is that of the execution; as one product both would be of the trigger's time.
    const fixed = ![...namesIn(scale)].some((each) => [...network.variables, ...network.species, TIME].includes(each));
    if (atTrigger && !fixed)
      throw cannotHold(FORMAT, `the event ${name}`, "a concentration in a compartment whose size changes");
    return `${targets[target]} = (${write(value)})*(${write(scale)})`;
  });
  const label = NAME.test(name) && !RESERVED.includes(name) ? `${name}: ` : "";
  const options = [
    ...(priority ? [`priority = ${write(priority)}`] : []),
    ...(initially ? ["initially = true"] : []),
    ...(persistent ? [] : ["persistent = false"]),
    ...(atTrigger ? [] : ["fromTrigger = false"]),
  ];
  const head = [`when ${write(trigger)}${delay ? ` after ${write(delay)}` : ""}`, ...options].join(", ");
  return `${label}${head}: ${sets.join(", ")}`;
}

export const comment = (text: string) => `# ${text.replace(/[\n\r;#]/g, " ")}`;

export const renamed = (what: string, names: ReadonlyMap<string, string>) => {
  const other = [...names].filter(([from, to]) => from !== to);
  return other.length > 0
    ? [`${what} with other names: ${other.map(([from, to]) => `${to} is ${from}`).join(", ")}`]
    : [];
};
