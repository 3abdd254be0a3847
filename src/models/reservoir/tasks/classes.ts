// Sequences that are put into classes: each is driven from rest, and the class whose outputs are largest on average is taken.

import { ParameterError } from "../../../device/errors.ts";
import type { ReservoirParameters } from "../parameters.ts";
import { ownSeries } from "./own.ts";
import { checkRange, type Scales, standardised } from "./standardised.ts";
import type { Task } from "./task.ts";

/** Of each class the last of so many sequences is tested, where parameters do not say how many. */
const EVERY = 4;

/**
 * Sequences with their classes (Jaeger, Lukosevicius, Popovici & Siewert 2007, doi 10.1016/j.neunet.2007.04.016): an output for each
 * class is 1 along sequences of the class and 0 along others. Of each class the last quarter is tested, whatever the order of sequences.
 *
 * @param known the classes of a network from a file, in its order; then all sequences are tested, unless it is trained on
 */
export function classification(parameters: ReservoirParameters, scales?: Scales, known?: readonly string[]): Task {
  const { washout } = parameters;
  const { data, lengths, shape, labels, names, sequences } = ownSeries(parameters);
  const [, , features] = shape;
  const learns = !known || parameters.continue;
  if (!labels && learns) {
    throw new ParameterError(
      "data",
      "data: no classes are known of the sequences; name the column of classes by --label, and that of sequences by --sequence.",
    );
  }
  const classes = known ?? [...new Set(labels)].sort();
  const numbers = lengths.map((_, s) => (labels ? classes.indexOf(labels[s]) : -1));
  const strange = labels?.find((label) => !classes.includes(label));
  if (strange !== undefined) {
    throw new ParameterError("data", `data: the class "${strange}" is none of the network's: ${classes.join(", ")}.`);
  }
  if (classes.length < 2) {
    throw new ParameterError("data", `data: all sequences are of the class "${classes[0]}"; give two classes or more.`);
  }
  const short = lengths.findIndex((length) => length <= washout);
  if (short >= 0) {
    throw new ParameterError(
      "washout",
      `washout ${washout}: sequence ${short + 1} has ${lengths[short]} steps; take ${lengths.reduce((a, b) => Math.min(a, b)) - 1} or less.`,
    );
  }
  let rows = 0;
  const spans = lengths.map((length) => {
    rows += length;
    return { first: rows - length, washout, steps: length - washout };
  });
  const isTested = learns ? testedOf(numbers, classes) : spans.map(() => true);
  const width = features + classes.length;
  const raw = new Float64Array((data.length / features) * width);
  spans.forEach(({ first }, s) => {
    for (let row = first; row < first + lengths[s]; row++) {
      raw.set(data.subarray(row * features, (row + 1) * features), row * width);
      if (numbers[s] >= 0) raw[row * width + features + numbers[s]] = 1;
    }
  });
  const columns = { columns: features, targets: classes.length, exogenous: features, names };
  const learned = spans.flatMap(({ first, steps }, s) =>
    isTested[s] ? [] : [[first, first + washout + steps] as const],
  );
  const made = standardised(raw, columns, learned, scales);
  for (const [s, span] of spans.entries())
    checkRange(made.table, span, isTested[s] ? "are tested" : "are learned from");
  const tested = spans.flatMap((_, s) => (isTested[s] ? [s] : []));
  return {
    ...made,
    ...{
      kind: "classes",
      names,
      exogenous: features,
      starts: [],
      driven: 0,
      horizon: 1,
      lyapunovTime: 1,
      unit: "steps",
    },
    training: spans.filter((_, s) => !isTested[s]),
    testing: spans[tested[0]],
    classes: {
      names: classes,
      spans: tested.map((s) => spans[s]),
      numbers: tested.map((s) => numbers[s]),
      members: tested.map((s) => sequences?.[s] ?? s),
    },
  };
}

/** Which sequences are tested. @throws ParameterError for a class that leaves none to learn from */
function testedOf(numbers: readonly number[], classes: readonly string[]): boolean[] {
  const tested = numbers.map(() => false);
  classes.forEach((name, c) => {
    const own = numbers.flatMap((number, s) => (number === c ? [s] : []));
    if (own.length < 2) {
      throw new ParameterError(
        "data",
        `data: one sequence is of the class "${name}"; give two or more of each, one to learn from and one to test.`,
      );
    }
    for (const s of own.slice(-Math.max(1, Math.round(own.length / EVERY)))) tested[s] = true;
  });
  return tested;
}
