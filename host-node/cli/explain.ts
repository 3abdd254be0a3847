// `gibbs run MODEL --explain`: what was understood of the parameters and files, without a run.

import { resolve } from "../../src/models/parameters.ts";
import { writeFileWhole } from "../files/write.ts";
import { UsageError } from "./errors.ts";
import { definitions } from "./format.ts";
import type { Given } from "./given.ts";
import { checkOutputs, endingOf } from "./outputs.ts";
import { json, notesText } from "./report.ts";
import type { Values } from "./values.ts";

export async function explain(
  { model, given, link, checkpoint }: Given,
  values: Values,
  notes: readonly string[],
): Promise<void> {
  if (!model.explain)
    throw new UsageError(
      `explain: there is nothing to explain about ${model.name}; its parameters define it completely.`,
    );
  if (checkpoint)
    throw new UsageError("explain: leave --resume out; it explains a network that is given on the command line.");
  const { parameters } = resolve(model.name, model.parameters, link ? link.parameters : values);
  const outputs = given.texts("out");
  const endings = model.descriptions ?? [];
  await checkOutputs(outputs, endings);
  const files = outputs.map((path): [string, string] => [path, model.describe!(parameters, endingOf(path, endings)!)]);
  const own = model.explain(parameters);
  const all = [...notes, ...own.notes];
  if (given.has("json")) {
    const sections = own.sections.map(({ title, rows }) => [title, Object.fromEntries(rows)]);
    process.stdout.write(
      json({ gibbs: __GIBBS_VERSION__, model: model.name, ...Object.fromEntries(sections), notes: all }),
    );
  } else {
    const sections = own.sections.map(({ title, rows }) => `${title}\n${definitions(rows)}`);
    process.stdout.write(`${sections.join("\n")}${all.length > 0 ? `\n${notesText(all)}` : ""}`);
  }
  for (const [path, text] of files) await writeFileWhole(path, text);
}
