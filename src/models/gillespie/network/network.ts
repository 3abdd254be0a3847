// A reaction network as both readers - text and SBML - give it: counted species, reactions with propensities, outputs, events.

import { type Expression, evaluate, hasDraws, namesIn } from "../../../expression/expression.ts";
import { STREAMS } from "../../../random/streams.ts";
import type { Draw } from "./draws.ts";
import { networkError } from "./errors.ts";

/** What the random numbers of an ensemble are for, among all that gibbs draws. */
export const PURPOSE = STREAMS.gillespie.trajectories;

/** The name by which an expression asks for the time; no species or parameter can have it. */
export const TIME = "$time";

/** A species of networks that count none; nobody sees it. */
export const NOBODY = "$nobody";

export interface Reaction {
  /** As it was written. */
  name: string;
  /** By how much each species changes, in the order of `Network.species`. */
  changes: readonly number[];
  /** Expected firings per unit of time; of species, parameters and time. */
  propensity: Expression;
  /** What can be done where it becomes negative. */
  remedy?: string;
  /** What it changes later; then `changes` are those of its initiation. */
  completion?: Completion;
}

/** The end of a delayed reaction (Cai 2007, doi 10.1063/1.2710253). */
export interface Completion {
  /** Its place among the delayed reactions of the network as they are written. */
  id: number;
  changes: readonly number[];
  /** Time from initiation to completion, of what is at the initiation. */
  after: Expression;
  /** Numbers that it draws. */
  draws?: readonly Draw[];
}

/** A start that is computed in each trajectory: of a species or a variable, as an assignment's target. */
export interface Start {
  target: number;
  value: Expression;
  draws?: readonly Draw[];
}

export interface Assignment {
  /** A species, or behind them a variable. */
  target: number;
  value: Expression;
  /** What the value is multiplied by when it is set: the size of a compartment that changes, where it is a concentration. */
  scale?: Expression | undefined;
}

export interface NetworkEvent {
  name: string;
  /** It is triggered whenever this becomes true. */
  trigger: Expression;
  /** New counts of species and values of variables, all evaluated before any is set. Targets are species, then variables, by their place. */
  assignments: readonly Assignment[];
  /** Whether the trigger counts as true before the start: then it must become false first. */
  initially: boolean;
  /** Once triggered it is executed, even where its trigger turns false before that. */
  persistent: boolean;
  /** The values are those at the time of the trigger, not of the execution. */
  atTrigger: boolean;
  /** Time from trigger to execution; at once where there is none. */
  delay?: Expression | undefined;
  /** Of events that are due together the highest goes first; those without one go last. */
  priority?: Expression | undefined;
  /** Numbers that the assignments draw, and that the delay draws: listed by draws.ts. */
  draws?: readonly Draw[];
  delayDraws?: readonly Draw[];
}

export interface Network {
  species: readonly string[];
  /** Parameters that events set or that change by themselves: real numbers, which start at the parameters' values. */
  variables: readonly string[];
  /** How fast variables change: of species, variables, parameters and time. With them the ensemble is a hybrid. */
  rates?: ReadonlyMap<string, Expression>;
  /** Counts at t = 0; of parameters. */
  initial: readonly Expression[];
  /** Starts that random numbers decide, each after those that it asks for; they take the place of counts and values at t = 0. */
  starts?: readonly Start[];
  /** Values of parameters, of parameters named before them. */
  parameters: ReadonlyMap<string, Expression>;
  reactions: readonly Reaction[];
  /** Species whose start is declared in mole. */
  measured?: ReadonlySet<string>;
  /** Notes on how it was read, for a reader of the results: a sentence each. */
  notes?: readonly string[];
  /** What a file calls species whose name here is another, by that name. */
  labels?: ReadonlyMap<string, string>;
  /** Quantities that follow from species, by name; they are reported with them. */
  outputs: readonly { name: string; value: Expression }[];
  events: readonly NetworkEvent[];
}

/** Copies of one species that a reaction takes at most. */
export const MOST_COPIES = 16;

/** The largest count of a species: beyond it i32 overflows. */
export const MOST = 2 ** 31 - 1;

/** Species × reactions: each reaction says of each species by how much it changes. */
const MOST_CHANGES = 2 ** 24;

/** @throws ParameterError for a network that is too large to hold. */
export function checkSize(species: number, reactions: number): void {
  if (species * reactions <= MOST_CHANGES) return;
  throw networkError(
    `the network has ${species} species and ${reactions} reactions, a product over ${MOST_CHANGES}; leave out what never changes.`,
  );
}

/** Values of the parameters, those in `given` replaced. @throws ParameterError */
export function parameterValues(network: Network, given: ReadonlyMap<string, number> = new Map()): Map<string, number> {
  const values = new Map<string, number>();
  for (const [name, expression] of network.parameters) {
    const value = given.get(name) ?? evaluate(expression, (other) => values.get(other) ?? Number.NaN);
    if (!Number.isFinite(value)) throw networkError(`the parameter ${name} is ${value}; it must be finite.`);
    values.set(name, value);
  }
  return values;
}

/** What becomes of a start that is no integer: refused, rounded, one or the other by chance, or left as it is for rate equations. */
export type Rounding = "none" | "nearest" | "down" | "random" | "real";

/** Counts of the species at t = 0, those in `given` replaced. @throws ParameterError for one that is not a count. */
export function initialCounts(
  network: Network,
  parameters: ReadonlyMap<string, number>,
  given: ReadonlyMap<string, number> = new Map(),
  rounding: Rounding = "none",
): number[] {
  return network.initial.map((expression, i) => {
    const name = network.species[i];
    const value = given.get(name) ?? evaluate(expression, (other) => parameters.get(other) ?? Number.NaN);
    // Mole are never quite a number of molecules.
    const own = rounding === "none" && network.measured?.has(name) && value >= MEASURED ? "nearest" : rounding;
    return checkCount(name, value, own);
  });
}

/** A measured amount of so many molecules is rounded to the nearest, which is less than a thousandth off. */
export const MEASURED = 1000;

/** The nearest integer, for f64 arithmetic makes 99.99999999999999 of 100. @throws ParameterError */
export function checkCount(name: string, value: number, rounding: Rounding = "none"): number {
  const count = Math.round(value);
  if (rounding === "nearest" && count === 0) return 0; // also of what is less than 0 by a rounding error
  if (value >= 0 && value <= MOST) {
    if (rounding === "nearest") return count;
    if (rounding === "real") return value;
    // What arithmetic makes of an integer is one.
    const almost = Math.abs(value - count) <= 1e-9 * value;
    if (rounding === "down") return almost ? count : Math.floor(value);
    if (rounding === "random") return almost ? count : value;
  }
  // Something is never nothing: 4e-10 is as little a count as 0.4 is.
  const same = Math.abs(value - count) <= 1e-9 * Math.abs(value);
  if (same && count >= 0 && count <= MOST) return count;
  const remedy =
    value <= 0 || value >= MOST
      ? ""
      : value < 1
        ? " If amounts are fractions of a whole, multiply them by the number of molecules or individuals, and divide the constants of reactions between two of them by it. --round nearest would make 0 or 1 of it."
        : " Give --round nearest, down or random, or multiply volume and amounts by a number.";
  throw networkError(
    `${name} starts at ${value}; molecules are counted, so it must be a whole number from 0 to ${MOST}.${remedy}`,
  );
}

/** @throws ParameterError naming what an expression asks for and nobody has. */
export function checkNames(network: Network): void {
  const known = new Set([...network.species, ...network.parameters.keys(), TIME]);
  const check = (expression: Expression, where: string) => {
    for (const name of namesIn(expression)) {
      if (known.has(name)) continue;
      throw networkError(`${where}: ${name} is neither a species nor a parameter; add "${name} = VALUE".`);
    }
  };
  const still = (expression: Expression, where: string) => {
    check(expression, where);
    if (!hasDraws(expression)) return;
    throw networkError(
      `${where}: it draws a random number; events, starts and delays draw, and what holds all the time cannot.`,
    );
  };
  for (const { name, propensity, completion } of network.reactions) {
    still(propensity, name);
    if (completion) check(completion.after, name);
  }
  for (const { name, value } of network.outputs) still(value, name);
  for (const [name, rate] of network.rates ?? []) still(rate, `${name}'`);
  const names = [...network.species, ...network.variables];
  for (const { target, value } of network.starts ?? []) check(value, names[target]);
  for (const { name, trigger, assignments, delay, priority } of network.events) {
    for (const each of [delay, ...assignments.map(({ value }) => value)]) if (each) check(each, name);
    for (const each of [trigger, priority, ...assignments.map(({ scale }) => scale)]) if (each) still(each, name);
  }
}

/** When a trigger becomes true by time alone - t >= 25 - the right side; else undefined. */
export function triggerTime({ trigger }: Pick<NetworkEvent, "trigger">): Expression | undefined {
  if (trigger.kind !== "call") return undefined;
  const [left, right] = trigger.operands;
  const isTime = (side: Expression) => side?.kind === "name" && side.name === TIME;
  if ([">", ">="].includes(trigger.operation) && isTime(left)) return right;
  if (["<", "<="].includes(trigger.operation) && isTime(right)) return left;
  return undefined;
}

/** Rates that depend on time are thinned (Lewis and Shedler 1979, doi 10.1002/nav.3800260304) under a bound this much above them. */
export const MARGIN = 1 + 2 ** -16;

/** Whether some quantities change by rates of their own, between the firings of reactions. */
export const isHybrid = ({ rates }: Network) => (rates?.size ?? 0) > 0;

/** Whether some reactions complete later than they begin. */
export const isDelayed = ({ reactions }: Network) => reactions.some(({ completion }) => completion);

/** Whether a rate depends on time. */
export const isTimed = ({ reactions }: Network) => reactions.some(({ propensity }) => namesIn(propensity).has(TIME));
