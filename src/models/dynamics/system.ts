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

export interface System {
  kind: "flow" | "map";
  variables: readonly Variable[];
  /** Of a flow. */
  delays: readonly Delay[];
  /** Numbers that do not change, and follow from those before them. */
  parameters: ReadonlyMap<string, Expression>;
  /** What is measured in addition to the variables. */
  outputs: readonly { name: string; value: Expression }[];
}

/** Something is wrong with a system, in a statement of its text or in what it says as a whole. */
export const systemError = (message: string) => new ParameterError("system", message);

/** What a series of measurements has a column for. */
export const quantitiesOf = ({ variables, outputs }: System): string[] => [
  ...variables.map(({ name }) => name),
  ...outputs.map(({ name }) => name),
];
