// Whether all parts of a system's expressions are within what f32 holds, where a trajectory in f64 is.

import { type Expression, operationOf } from "../../../expression/expression.ts";
import type { Plan } from "../plan.ts";
import { type System, systemError, TIME } from "../system.ts";
import type { Memory } from "./memory.ts";

/** The largest f32, and the smallest that every device has. */
export const LARGEST = 3.4028e38;
export const SMALLEST = 1.1755e-38;

/** @returns throws ParameterError that names the part which overflows, or a power that underflows */
export function outOfRange(system: System, { parameters }: Plan["points"][number], memory?: Memory) {
  const names = [...system.variables, ...system.delays].map(({ name }) => name);
  return (x: readonly number[], t: number): void => {
    const all = memory ? [...x, ...memory.at(t, false)] : x;
    const numberOf = (name: string) => (name === TIME ? t : (parameters.get(name) ?? all[names.indexOf(name)]));
    for (const { rate } of system.variables) check(rate, numberOf, t);
    for (const { value } of system.outputs) check(value, numberOf, t);
  };
}

function check(expression: Expression, numberOf: (name: string) => number, t: number): number {
  if (expression.kind === "number") return expression.value;
  if (expression.kind === "name") return numberOf(expression.name);
  const { operation, operands } = expression;
  const own = operands.map((operand) => check(operand, numberOf, t));
  const value = operationOf(operation)(own);
  const isLost = operation === "^" && value !== 0 && Math.abs(value) < SMALLEST;
  if ((Number.isFinite(value) && Math.abs(value) > LARGEST) || isLost) {
    throw systemError(
      `a part of a right side or output, ${operation}, is ${value.toPrecision(3)} at t = ${t.toPrecision(3)}, beyond a GPU's numbers (${SMALLEST.toPrecision(2)} to ${LARGEST.toPrecision(2)}); choose other units, or write it in another way.`,
    );
  }
  return value;
}
