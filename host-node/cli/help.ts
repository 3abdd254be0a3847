// The texts of --help: commands, their flags, and a model's parameters as its schema declares them.

import { type AnyModel, models } from "../../src/models/index.ts";
import { kebab } from "../../src/models/text.ts";
import type { Flag } from "./arguments.ts";
import { definitions } from "./format.ts";
import { choiceFlags } from "./reading.ts";
import { archiveFlags, inputFlags, parameterFlags } from "./values.ts";

export interface CommandHelp {
  usage: string;
  summary: string;
  flags: readonly Flag[];
  examples?: readonly string[];
}

const MODELS = `Models: ${models.map(({ name }) => name).join(", ")}.`;

export function programHelp(commands: readonly CommandHelp[]): string {
  return [
    `gibbs ${__GIBBS_VERSION__}: statistical physics on the GPU, reproducible bit for bit.\n`,
    definitions(commands.map(({ usage, summary }) => [usage, summary])),
    `${MODELS} gibbs COMMAND --help says more; gibbs run MODEL --help lists a model's parameters.\n`,
  ].join("\n");
}

export function commandHelp({ usage, summary, flags, examples }: CommandHelp, model?: AnyModel): string {
  const scan = usage.startsWith("gibbs scan");
  const parts = [`${model ? usage.replace("MODEL", model.name) : usage}\n\n${summary}\n`];
  if (!model && usage.includes("MODEL")) parts.push(`${MODELS}\n`);
  if (model) parts.push(`${model.summary}\n`, `Parameters:\n${list(parameterFlags(model, { scan }))}`);
  const inputs = model ? [...inputFlags(model), ...(scan ? [] : archiveFlags(model)), ...choiceFlags(model)] : [];
  if (inputs.length > 0) parts.push(`Files of your own:\n${list(inputs)}`);
  // A model's own parameter takes a flag's place, and one that says how long a run is makes others meaningless.
  const taken = [
    ...Object.keys(model?.parameters.shape ?? {}),
    ...(model?.steps ? ["steps", "warmup", "measureEvery"] : []),
    ...(model && !model.explain ? ["explain"] : []),
    ...(model && !model.replay ? ["replay"] : []),
  ];
  parts.push(`Flags:\n${list(flags.filter(({ name }) => !taken.includes(name)))}`);
  const shown = examples?.filter((line) => !model || line.includes(` ${model.name} `)) ?? [];
  if (shown.length > 0) parts.push(`Examples:\n${shown.map((line) => `  ${line}\n`).join("")}`);
  return parts.join("\n");
}

const list = (flags: readonly Flag[]) =>
  definitions(flags.map(({ name, value, help }) => [`--${kebab(name)}${value ? ` ${value}` : ""}`, help]));
