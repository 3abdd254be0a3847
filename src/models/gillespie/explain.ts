// What was understood of a network: its parts as a run takes them, and what became of what the file says.

import { type Expression, evaluate, namesIn } from "../../expression/expression.ts";
import type { Explanation } from "../model.ts";
import { infix } from "./formats/infix.ts";
import { schemeOf } from "./formats/scheme.ts";
import { startsOf } from "./formats/starts.ts";
import { type Network, type NetworkEvent, NOBODY, parameterValues } from "./network/network.ts";
import { formatOf, type GillespieParameters, networkOf } from "./parameters.ts";

const write = (expression: Expression) => infix(expression, (name) => name);

/** @throws ParameterError where the parameters name no network */
export function explain(parameters: GillespieParameters): Explanation {
  const network = networkOf(parameters);
  const sections = [
    { title: "format", rows: [["read as", formatOf(parameters)]] as [string, string][] },
    { title: "species", rows: speciesRows(network, parameters) },
    { title: "parameters", rows: parameterRows(network) },
    { title: "reactions", rows: network.reactions.map((reaction) => reactionRow(reaction, network)) },
    {
      title: "rates",
      rows: [...(network.rates ?? [])].map(([name, rate]): [string, string] => [`${name}'`, write(rate)]),
    },
    { title: "outputs", rows: network.outputs.map(({ name, value }): [string, string] => [name, write(value)]) },
    { title: "events", rows: network.events.map((event) => eventRow(event, network)) },
  ];
  return { sections: sections.filter(({ rows }) => rows.length > 0), notes: notesOf(network, parameters) };
}

function speciesRows(network: Network, { round }: GillespieParameters): [string, string][] {
  const values = parameterValues(network);
  const numberOf = (start: Expression) => evaluate(start, (name) => values.get(name) ?? Number.NaN);
  const starts = startsOf(network, round);
  return network.species.flatMap((name, i): [string, string][] => {
    if (name === NOBODY) return [];
    const [given, taken] = [numberOf(network.initial[i]), numberOf(starts[i])];
    const from = network.initial[i].kind === "number" ? "" : ` = ${write(network.initial[i])}`;
    const label = network.labels?.get(name);
    const parts = [
      `starts at ${taken}${from}`,
      ...(taken === given ? [] : [`rounded from ${given}`]),
      ...(label ? [`in the file ${label}`] : []),
      ...(network.reactions.some(({ changes }) => changes[i] !== 0) ? [] : ["no reaction changes it"]),
    ];
    return [[name, parts.join("; ")]];
  });
}

function parameterRows(network: Network): [string, string][] {
  const values = parameterValues(network);
  return [...network.parameters].map(([name, value]) => {
    const from = value.kind === "number" ? "" : ` = ${write(value)}`;
    const changes = network.rates?.has(name)
      ? "; changes by a rate of its own"
      : network.variables.includes(name)
        ? "; events set it"
        : "";
    return [name, `${values.get(name)}${from}${changes}`];
  });
}

function reactionRow(reaction: Network["reactions"][number], network: Network): [string, string] {
  const { reactants, products, constant } = schemeOf(reaction, network);
  const side = (terms: readonly [string, number][]) =>
    terms.map(([name, copies]) => (copies === 1 ? name : `${copies} ${name}`)).join(" + ") || "0";
  const law = `propensity ${write(reaction.propensity)}`;
  const isAction = constant && [...namesIn(reaction.propensity)].some((name) => network.species.includes(name));
  return [
    reaction.name,
    `${side(reactants)} -> ${side(products)}; ${law}${isAction ? `; mass action, constant ${write(constant)}` : ""}`,
  ];
}

function eventRow(event: NetworkEvent, { species, variables }: Network): [string, string] {
  const { name, trigger, assignments, initially, persistent, atTrigger, delay, priority } = event;
  const targets = [...species, ...variables];
  const sets = assignments.map(
    ({ target, value, scale }) =>
      `${targets[target]} = ${scale ? `(${write(value)})*(${write(scale)})` : write(value)}`,
  );
  const parts = [
    `when ${write(trigger)}: ${sets.join(", ") || "nothing is set"}`,
    ...(delay ? [`after ${write(delay)}`] : []),
    ...(priority ? [`priority ${write(priority)}`] : []),
    ...(initially ? ["its condition counts as true before the start"] : []),
    ...(persistent ? [] : ["given up where its condition ends before it is executed"]),
    ...(atTrigger ? [] : ["with the values of the execution"]),
  ];
  return [name, parts.join("; ")];
}

/** What became of what the file says, one sentence each. */
function notesOf(network: Network, { round }: GillespieParameters): string[] {
  const split = network.reactions.flatMap(({ name }, i) => {
    const own = name.replace(/ forwards$/, "");
    return own !== name && network.reactions[i + 1]?.name === `${own} backwards` ? [own] : [];
  });
  const more = split.length > 10 ? ` and ${split.length - 10} more` : "";
  return [
    ...(network.notes ?? []),
    ...(split.length > 0 ? [`split into two reactions, one each way: ${split.slice(0, 10).join(", ")}${more}`] : []),
    ...(round === "none" ? [] : [`initial counts that are not integers: --round ${round}`]),
  ];
}
