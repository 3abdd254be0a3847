// Starts as a run takes them, for the writers of networks: rounded, where a file's amounts are no integers.

import { ParameterError } from "../../../device/errors.ts";
import { call, type Expression, evaluate, number } from "../../../expression/expression.ts";
import { checkCount, MEASURED, type Network, parameterValues, type Rounding } from "../network/network.ts";

/** One expression a species: that of the network, but for those that the run rounds. */
export function startsOf(network: Network, rounding: Rounding): Expression[] {
  const parameters = parameterValues(network);
  return network.initial.map((start, i) => {
    const name = network.species[i];
    const exact = evaluate(start, (other) => parameters.get(other) ?? Number.NaN);
    const isMeasured = rounding === "none" && network.measured?.has(name) === true && exact >= MEASURED;
    const count = counted(name, exact, isMeasured ? "nearest" : rounding);
    if (count === undefined || count === exact || !Number.isInteger(count)) return start;
    if (start.kind === "number") return number(count);
    // It depends on parameters that a scan may set.
    if (rounding === "nearest" || isMeasured) return call("floor", call("+", start, number(0.5)));
    return rounding === "down" ? call("floor", call("*", start, number(1 + 1e-9))) : start;
  });
}

/** Undefined for a start that no run accepts: a reader of the text gets an error. */
function counted(name: string, exact: number, rounding: Rounding): number | undefined {
  try {
    return checkCount(name, exact, rounding);
  } catch (error) {
    if (error instanceof ParameterError) return undefined;
    throw error;
  }
}
