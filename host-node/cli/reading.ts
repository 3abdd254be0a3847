// How files of the user's are read: the columns of a series that were chosen, and what reading had to say.

import type * as z from "zod";
import type { Choice } from "../../src/files/series.ts";
import type { AnyModel } from "../../src/models/index.ts";
import { metaOf } from "../../src/models/parameters.ts";
import { kebab } from "../../src/models/text.ts";
import type { Arguments, Flag } from "./arguments.ts";
import { UsageError } from "./errors.ts";

/** What the values of flags that name files depend on. */
export interface Reading {
  /** Onto how many neurons a picture goes. */
  neurons: () => Promise<number>;
  choice: Choice;
  /** Notes on the files that were read by the choice, a sentence each; undefined where none was. */
  notes: string[] | undefined;
  /** A file was read by the choice. */
  took(notes: readonly string[]): void;
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
  Object.entries<z.ZodType>(parameters.shape).find(([, field]) =>
    ["series", "points"].includes(metaOf(field).file ?? ""),
  );

/** The flags that say how a model's series is read. */
export function choiceFlags(model: AnyModel): Flag[] {
  const [, field] = seriesOf(model) ?? [];
  const flags = field ? (metaOf(field).file === "points" ? [POINTS] : TIMES) : [];
  return flags.filter(({ name }) => !Object.hasOwn(model.parameters.shape, name));
}

export function readingOf(model: AnyModel, given: Arguments, neurons: () => Promise<number>): Reading {
  const [, field] = seriesOf(model) ?? [];
  const chosen = choiceFlags(model).flatMap(({ name }) => (given.has(name) ? [[name, given.text(name)]] : []));
  const rows = field && metaOf(field).file === "points" ? { rows: "points" } : {};
  return {
    ...{ neurons, choice: { ...Object.fromEntries(chosen), ...rows }, notes: undefined },
    took(notes) {
      this.notes = [...(this.notes ?? []), ...notes];
    },
  };
}

/** @throws UsageError for a choice of columns where there is no file */
export function checkRead(model: AnyModel, { choice, notes }: Reading): void {
  const [name] = Object.keys(choice).filter((each) => each !== "rows");
  if (name === undefined || notes) return;
  throw new UsageError(
    `${kebab(name)}: it says how a file is read, and none is given; add --${seriesOf(model)![0]} FILE.`,
  );
}
