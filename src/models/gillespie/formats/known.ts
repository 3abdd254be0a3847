// What the writers of networks know. Whatever else a network holds is refused by its name, never left out.

import { ParameterError } from "../../../device/errors.ts";
import type { Expression } from "../../../expression/expression.ts";
import type { Network, NetworkEvent, Reaction } from "../network/network.ts";

type Keys<T> = readonly (keyof T & string)[];

const NETWORK: Keys<Network> = [
  ...(["species", "variables", "rates", "initial", "parameters", "reactions", "outputs", "events"] as const),
  ...(["measured", "notes", "labels"] as const),
];
/** `remedy` is what a message adds. */
const REACTION: readonly string[] = ["name", "changes", "propensity", "remedy"];
const EVENT: Keys<NetworkEvent> = [
  ...(["name", "trigger", "assignments", "initially", "persistent", "atTrigger", "delay", "priority"] as const),
];
const ASSIGNMENT: Keys<NetworkEvent["assignments"][number]> = ["target", "value", "scale"];

/** What a format holds in addition to that. */
export interface More {
  network?: Keys<Network>;
  reaction?: Keys<Reaction>;
}

/** @throws ParameterError naming what `format` cannot hold */
export function checkKnown(network: Network, format: string, more: More = {}): void {
  const check = (what: object, known: readonly string[], where: string) => {
    const other = Object.entries(what).find(([key, value]) => value !== undefined && !known.includes(key));
    if (other) throw cannotHold(format, where, other[0]);
  };
  check(network, [...NETWORK, ...(more.network ?? [])], "the network");
  const ofReactions = [...REACTION, ...(more.reaction ?? [])];
  for (const reaction of network.reactions) check(reaction, ofReactions, `the reaction ${reaction.name}`);
  for (const event of network.events) {
    check(event, EVENT, `the event ${event.name}`);
    for (const assignment of event.assignments) check(assignment, ASSIGNMENT, `the event ${event.name}`);
  }
}

/** An error for what a format has no word for. */
export const cannotHold = (format: string, where: string, what: string) =>
  new ParameterError("out", `out: ${where} has "${what}", which ${format} cannot hold; leave that file out.`);

/** A draw that stands in two places is one number, and written twice it would be two. @throws ParameterError */
export function checkDraws(network: Network, format: string): void {
  const seen = new Set<number>();
  const look = (expression: Expression, where: string): void => {
    if (expression.kind !== "call") return;
    const { draw, operands } = expression;
    if (draw !== undefined) {
      if (seen.has(draw)) throw cannotHold(format, where, "one random number in several places");
      seen.add(draw);
    }
    for (const operand of operands) look(operand, where);
  };
  for (const { value } of network.starts ?? []) look(value, "the network");
  for (const { name, completion } of network.reactions) if (completion) look(completion.after, name);
  for (const { name, delay, assignments } of network.events) {
    for (const each of [delay, ...assignments.map(({ value }) => value)]) if (each) look(each, name);
  }
}
