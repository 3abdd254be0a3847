// How files of the user's are read: the columns of a series that were chosen, and what reading had to say.

import type * as z from "zod";
import type { Choice } from "../../src/files/series.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { metaOf, type ParameterMeta } from "../../src/models/parameters.ts";
import { kebab } from "../../src/models/text.ts";
import type { Arguments, Flag } from "./arguments.ts";
import { UsageError } from "./errors.ts";

/** What the values of flags that name files depend on. */
export interface Reading {
  /** Onto how many neurons a picture goes. */
  neurons: () => Promise<number>;
  choice: Choice;
  /** Files that were read by the choice. */
  read: number;
  /** Notes for the user: a sentence each. */
  notes: string[];
}

const POINTS: Flag = {
  name: "columns",
  value: "NAMES",
  help: "columns of the file that are data, by their names or numbers from 1, in this order; default: all but an index",
};
const TIMES: Flag[] = [
  { ...POINTS, help: POINTS.help.replace("an index", "an index and times") },
  {
    name: "time",
    value: "NAME",
    help: "column of the file with the times of its rows, which is not data; none: it has none",
  },
  { name: "sequence", value: "NAME", help: "column of the file that says to which sequence a row belongs" },
  { name: "label", value: "NAME", help: "column of the file with the class of each sequence" },
];

const seriesOf = ({ parameters }: AnyModel) =>
  Object.entries<z.ZodType>(parameters.shape).find(([, field]) => isTable(metaOf(field).file));

/** Rows of points are in any order, and none of their columns is their time. */
const isTable = (file: ParameterMeta["file"]) => file === "series" || file === "points";

/** The flags that say how a model's series is read. */
export function choiceFlags(model: AnyModel): Flag[] {
  const [, field] = seriesOf(model) ?? [];
  const flags = field ? (metaOf(field).file === "points" ? [POINTS] : TIMES) : [];
  return flags.filter(({ name }) => !Object.hasOwn(model.parameters.shape, name));
}

export function readingOf(model: AnyModel, given: Arguments, neurons: () => Promise<number>): Reading {
  const chosen = choiceFlags(model).flatMap(({ name }) => (given.has(name) ? [[name, given.text(name)]] : []));
  return { neurons, choice: Object.fromEntries(chosen), read: 0, notes: [] };
}

/** @throws UsageError for a choice of columns where there is no file */
export function checkRead(model: AnyModel, { choice, read }: Reading): void {
  const [name] = Object.keys(choice);
  if (name === undefined || read > 0) return;
  throw new UsageError(
    `${kebab(name)}: it says how a file is read, and none is given; add --${seriesOf(model)![0]} FILE.`,
  );
}
