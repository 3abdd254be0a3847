// The partition function of a machine by all states of its smaller layer, where that can be done.

import { ParameterError } from "../../device/errors.ts";
import { exchanged, softplus, type Weights } from "./weights.ts";

/** Terms that an exact sum may have, states times units that each of them sums over: about two seconds. */
const MOST_TERMS = 2 ** 27;

/** Units of the layer that is enumerated. */
const enumerated = ({ visible, hidden }: Weights) => (hidden === 0 ? visible : Math.min(visible, hidden));

/** Whether ln Z can be summed exactly: 2^n states of the smaller layer, each over the units of the other, at most 2^27 terms. */
export function isEnumerable(machine: Weights): boolean {
  const { visible, hidden } = machine;
  return 2 ** enumerated(machine) * (hidden === 0 ? visible : Math.max(visible, hidden)) <= MOST_TERMS;
}

/**
 * ln Z by all 2^n states of the smaller layer.
 *
 * @throws ParameterError for machines with more than 2^27 terms (17 units and 784); `annealedPartition` estimates theirs.
 */
export function logPartition(machine: Weights): number {
  if (!isEnumerable(machine)) {
    const { visible, hidden } = machine;
    throw new ParameterError(
      "hidden",
      `hidden ${hidden}: the partition function of ${visible} visible and ${hidden} hidden units has 2^${enumerated(machine)} terms of the smaller layer, and sums end at 2^27 in all; use annealedPartition, which estimates it with an error.`,
    );
  }
  const small = machine.hidden === 0 || machine.visible <= machine.hidden ? machine : exchanged(machine);
  const { visible, hidden, weights, visibleBiases, hiddenBiases } = small;
  const columns = hidden || visible;
  let [most, sum] = [Number.NEGATIVE_INFINITY, 0];
  const count = (log: number) => {
    if (log > most) [sum, most] = [sum * Math.exp(most - log) + 1, log];
    else sum += Math.exp(log - most);
  };
  // Unit by unit, off and on: `sums[i]` are the activations that the units before i leave.
  const sums = Array.from({ length: visible + 1 }, () => new Float64Array(columns));
  if (hidden > 0) sums[0]!.set(Array.from(hiddenBiases));
  const visit = (i: number, log: number): void => {
    const x = sums[i]!;
    if (i === visible) {
      count(hidden === 0 ? log : x.reduce((total, value) => total + softplus(value), log));
      return;
    }
    const next = sums[i + 1]!;
    next.set(x);
    visit(i + 1, log);
    for (let j = 0; j < columns; j++) next[j] = x[j]! + weights[i * columns + j]!;
    visit(i + 1, log + visibleBiases[i]! + (hidden === 0 ? x[i]! : 0));
  };
  visit(0, 0);
  return most + Math.log(sum);
}
