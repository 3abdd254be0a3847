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

/** What a command takes, of a model if it has one: parameters, files, and the flags that apply. */
export function flagsOf(
  { usage, flags }: CommandHelp,
  model?: AnyModel,
): Record<"parameters" | "files" | "flags", Flag[]> {
  const scan = usage.startsWith("gibbs scan");
  // A model's own parameter takes a flag's place, and one that says how long a run is makes others meaningless.
  const taken = [
    ...Object.keys(model?.parameters.shape ?? {}),
    ...(model?.steps ? ["steps", "warmup", "measureEvery"] : []),
    ...(model && !model.explain ? ["explain"] : []),
    ...(model && !model.replay ? ["replay"] : []),
  ];
  return {
    parameters: model ? parameterFlags(model, { scan }) : [],
    files: model ? [...inputFlags(model), ...(scan ? [] : archiveFlags(model)), ...choiceFlags(model)] : [],
    flags: flags.filter(({ name }) => !taken.includes(name)),
  };
}

export function commandHelp(command: CommandHelp, model?: AnyModel): string {
  const { usage, summary, examples } = command;
  const { parameters, files, flags } = flagsOf(command, model);
  const parts = [`${model ? usage.replace("MODEL", model.name) : usage}\n\n${summary}\n`];
  if (!model && usage.includes("MODEL")) parts.push(`${MODELS}\n`);
  if (model) parts.push(`${model.summary}\n`, `Parameters:\n${list(parameters)}`);
  if (files.length > 0) parts.push(`Files of your own:\n${list(files)}`);
  if (flags.length > 0) parts.push(`Flags:\n${list(flags)}`);
  const written = Object.entries(model?.files ?? {});
  if (written.length > 0 && usage.startsWith("gibbs run")) {
    parts.push(`Files of --out:\n${definitions(written)}`);
  }
  const shown = examples?.filter((line) => !model || line.includes(` ${model.name} `)) ?? [];
  if (shown.length > 0) parts.push(`Examples:\n${shown.map((line) => `  ${line}\n`).join("")}`);
  return parts.join("\n");
}

const list = (flags: readonly Flag[]) =>
  definitions(flags.map(({ name, value, help }) => [`--${kebab(name)}${value ? ` ${value}` : ""}`, help]));
