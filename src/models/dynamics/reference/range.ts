// Whether all parts of a system's expressions are within what f32 holds, where a trajectory in f64 is.

import { type Expression, operationOf } from "../../../expression/expression.ts";
import type { Plan } from "../plan.ts";
import { type System, systemError, TIME } from "../system.ts";
import type { Memory } from "./memory.ts";

/** The largest f32, and the smallest that every device has. */
export const LARGEST = 3.4028e38;
export const SMALLEST = 1.1755e-38;

/** What of a right side or output may be lost where a part of it underflows. */
const NOTICED = 1e-7;

/** @returns throws ParameterError that names the part which overflows, or a power that underflows where a GPU's 0 would be noticed */
export function outOfRange(system: System, { parameters }: Plan["points"][number], memory?: Memory) {
  const names = [...system.variables, ...system.delays].map(({ name }) => name);
  return (x: readonly number[], t: number): void => {
    const all = memory ? [...x, ...memory.at(t, false)] : x;
    const numberOf = (name: string) => (name === TIME ? t : (parameters.get(name) ?? all[names.indexOf(name)]));
    const refuse = (operation: string, value: number) => {
      throw systemError(
        `a part of a right side or output, ${operation}, is ${value.toPrecision(3)} at t = ${t.toPrecision(3)}, beyond a GPU's numbers (${SMALLEST.toPrecision(2)} to ${LARGEST.toPrecision(2)}); choose other units, or write it in another way.`,
      );
    };
    for (const expression of [
      ...system.variables.map(({ rate }) => rate),
      ...system.outputs.map(({ value }) => value),
    ]) {
      const { value, found, lost } = check(expression, numberOf, refuse);
      if (lost && !(Math.abs(value - found) <= NOTICED * Math.abs(value))) refuse(lost.operation, lost.value);
    }
  };
}

/** What an expression is, what a GPU finds, and the power that it loses. */
interface Checked {
  value: number;
  found: number;
  lost?: { operation: string; value: number } | undefined;
}

function check(
  expression: Expression,
  numberOf: (name: string) => number,
  refuse: (operation: string, value: number) => void,
): Checked {
  if (expression.kind === "number") return { value: expression.value, found: expression.value };
  if (expression.kind === "name") {
    const value = numberOf(expression.name);
    return { value, found: value };
  }
  const { operation, operands } = expression;
  const own = operands.map((operand) => check(operand, numberOf, refuse));
  const apply = operationOf(operation);
  const value = apply(own.map((each) => each.value));
  if (Number.isFinite(value) && Math.abs(value) > LARGEST) refuse(operation, value);
  if (operation === "^" && value !== 0 && Math.abs(value) < SMALLEST) {
    return { value, found: 0, lost: { operation, value } };
  }
  const lost = own.find((each) => each.lost)?.lost;
  return { value, found: lost ? apply(own.map(({ found }) => found)) : value, lost };
}
