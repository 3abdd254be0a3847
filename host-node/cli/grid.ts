// The grid of a scan: the values of each axis, and how its points divide into batches.

import * as z from "zod";
import { ParameterError } from "../../src/device/errors.ts";
import { inner, metaOf, resolve } from "../../src/models/parameters.ts";
import { kebab, parseValue, readNumber } from "../../src/models/text.ts";
import type { Given } from "./given.ts";
import { checkRead, type Reading, readingOf } from "./reading.ts";
import { givenFields, neuronsOf, readValue, type Values } from "./values.ts";

export interface Grid {
  /** The names of the parameters that differ between points. */
  axes: string[];
  /** One simulation each: parameters, with lists for those that differ within. */
  batches: Values[];
  /** Independent replicas of each point. */
  copies: number;
  /** Notes on its files for the user. */
  notes: string[];
}

/** More points are a slip of the keyboard. */
const MOST_POINTS = 2 ** 20;

/**
 * The points of all combinations of what was given. Parameters that batch are one simulation's replicas, the last one varying
 * fastest; the others make one simulation a value. With `replicas` each point is run so many times independently.
 *
 * @throws ParameterError
 */
export async function gridOf(task: Given): Promise<Grid> {
  const { model, given } = task;
  const reading = readingOf(model, given, () => neuronsOf(task));
  const axes: { name: string; field: z.ZodType; values: unknown[] }[] = [];
  for (const [name, field] of givenFields(model, given)) {
    const values = await Promise.all(given.texts(name).map((text) => axisOf(name, field, text, reading)));
    axes.push({ name, field, values: values.flat() });
  }
  checkRead(model, reading);
  const points = axes.reduce((product, { values }) => product * values.length, 1);
  if (points > MOST_POINTS) {
    throw new ParameterError(axes[0].name, `the grid has ${points} points; ${MOST_POINTS} are the most.`);
  }
  for (const { name, values } of axes)
    for (const value of values) resolve(model.name, model.parameters, { [name]: value });

  const batched = axes.filter(({ field, values }) => metaOf(field).batch && values.length > 1);
  const replicas = axes.find(({ name, values }) => name === "replicas" && values.length === 1);
  const copies = batched.length > 0 && replicas ? Number(replicas.values[0]) : 1;
  const outer = axes.filter((axis) => !batched.includes(axis) && !(copies > 1 && axis === replicas));
  const within = product(batched).flatMap((point) => Array<Values>(copies).fill(point));
  const lists = Object.fromEntries(batched.map(({ name }) => [name, within.map((point) => point[name])]));
  return {
    axes: axes.filter(({ values }) => values.length > 1).map(({ name }) => name),
    batches: product(outer).map((point) => ({ ...point, ...lists })),
    copies,
    notes: reading.notes,
  };
}

/** The values that one text stands for: FROM:TO:COUNT, a list, or a single value. */
async function axisOf(name: string, field: z.ZodType, text: string, reading: Reading): Promise<unknown[]> {
  if (inner(field) instanceof z.ZodString) return [await readValue(name, field, text, reading)];
  if (text.includes(":")) return rangeOf(name, text);
  const value = parseValue(name, field, text);
  return Array.isArray(value) && !(inner(field) instanceof z.ZodTuple) ? value : [value];
}

/** `count` values from `from` to `to`, both included. */
function rangeOf(name: string, text: string): number[] {
  const [from, to, count, ...more] = text.split(":").map(readNumber);
  const whole = count !== undefined && Number.isSafeInteger(count) && count >= 1 && count <= MOST_POINTS;
  if (from === undefined || to === undefined || !whole || more.length > 0 || (count === 1 && from !== to)) {
    throw new ParameterError(
      name,
      `${kebab(name)} "${text}": a range is FROM:TO:COUNT, both ends included, as in 1.5:3.5:41.`,
    );
  }
  // Twelve digits: 1.65 and not 1.6500000000000001.
  const between = (i: number) => Number((from + ((to - from) * i) / (count - 1)).toPrecision(12));
  return Array.from({ length: count }, (_, i) => (i === 0 ? from : i === count - 1 ? to : between(i)));
}

/** All combinations, the last axis varying fastest. */
function product(axes: readonly { name: string; values: unknown[] }[]): Values[] {
  return axes.reduce<Values[]>(
    (points, { name, values }) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}
