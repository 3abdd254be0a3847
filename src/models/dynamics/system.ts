// What a dynamical system is: variables, how each changes, where each starts, and what is looked at.

import { ParameterError } from "../../device/errors.ts";
import type { Expression } from "../../expression/expression.ts";

/** What the time is called: in a map the number of steps made. */
export const TIME = "t";

/** Laws from which starts are drawn, each with two numbers: normal(mean, sd), uniform(least, most), cauchy(centre, scale), exponential(rate). */
export const LAWS = ["normal", "uniform", "cauchy", "exponential"] as const;
export type Law = (typeof LAWS)[number];

/** Its operands follow from parameters alone. */
export interface Start {
  /** Without one the start is the first operand. */
  law?: Law;
  /** Units have the quantiles of the law, evenly spread, and nothing is drawn. */
  isQuantile?: true;
  operands: readonly Expression[];
  /** It is where the past ends. */
  fromPast?: true;
}

export interface Variable {
  name: string;
  /** Its derivative, or of a map its next value: of variables, what they were before, parameters and the time. */
  rate: Expression;
  start: Start;
  /** What it was before t = 0, of the time, parameters and drawn numbers; without one always what it starts with. */
  past?: Expression;
}

/** What a variable was some time before. */
export interface Delay {
  /** What stands for it in expressions. */
  name: string;
  /** The place of the variable among all. */
  variable: number;
  /** How long before; of parameters. */
  lag: Expression;
}

/** A sum over units that stands in an expression, of what is written with `j`. */
export interface Sum {
  /** What stands for it in expressions. */
  name: string;
  /** Equal ones have the same. */
  key: string;
  operation: "sum" | "mean";
  /** Of the values of the unit that is summed over, as in x[j], and of those of a unit's own, as in x[i]. */
  body: Expression;
  /** How it is written, for messages. */
  text: string;
  /** It is the same for all units, because no value of a unit's own stands in it, and it is over all. */
  isShared: boolean;
}

/** Units of one kind: every variable has a value in each. */
export interface Units {
  /** What the number of a unit is called, from 0. */
  index: string;
  count: number;
  /** Parameters that their number follows from. */
  sizedBy: ReadonlySet<string>;
  /** Sums of a unit are over its neighbours up to so far on both sides; without it over all units, itself among them. */
  reach?: number;
  sums: readonly Sum[];
}

/** A variable of a unit in an expression: its own or of one so far from it, or likewise of the one that is summed over. */
export interface Element {
  variable: string;
  isOther: boolean;
  shift: number;
}

/** What stands for it in expressions. */
export const elementName = ({ variable, isOther, shift }: Element): string =>
  `${variable}[${isOther ? "$" : ""}${shift === 0 ? "" : shift < 0 ? shift : `+${shift}`}]`;
export const ownName = (variable: string): string => elementName({ variable, isOther: false, shift: 0 });

/** What such a name stands for; undefined for other names. */
export function elementOf(name: string): Element | undefined {
  const [, variable, other, shift] = /^(.+)\[(\$?)([+-]\d+)?\]$/u.exec(name) ?? [];
  return variable === undefined ? undefined : { variable, isOther: other === "$", shift: Number(shift ?? 0) };
}

/** The number of a unit as a value, and that of the unit that is summed over. */
export const [OWN_NUMBER, OTHER_NUMBER] = ["[]", "[$]"];

export interface System {
  kind: "flow" | "map";
  variables: readonly Variable[];
  /** Of a flow. */
  delays: readonly Delay[];
  /** Numbers that do not change, and follow from those before them. */
  parameters: ReadonlyMap<string, Expression>;
  /** What is measured in addition to the variables. */
  outputs: readonly { name: string; value: Expression }[];
  /** Without them a variable is one number. */
  units?: Units;
}

export type WithUnits = System & { units: Units };
/** Places of the variables that change; of a system where none does, of all. */
export function changing({ variables }: System): number[] {
  const moving = [...variables.keys()].filter((i) => {
    const { rate } = variables[i];
    return rate.kind !== "number" || rate.value !== 0;
  });
  return moving.length > 0 ? moving : [...variables.keys()];
}

/** Something is wrong with a system, in a statement of its text or in what it says as a whole. */
export const systemError = (message: string) => new ParameterError("system", message);

/** Errors of expressions as those of a system. */
export function inSystem<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ParameterError) throw systemError(error.message.replace(/^network: /, ""));
    if (error instanceof RangeError) throw systemError("it is nested too deeply to be read; write it in parts.");
    throw error;
  }
}

/** What a series of measurements has a column for. */
export const quantitiesOf = ({ variables, outputs }: System): string[] => [
  ...variables.map(({ name }) => name),
  ...outputs.map(({ name }) => name),
];
