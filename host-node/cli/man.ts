// `gibbs man`: the manual page, in the macros of man(7). Commands, models, parameters and flags come from their declarations, as --help does.

import { type AnyModel, models } from "../../src/models/index.ts";
import { kebab } from "../../src/models/text.ts";
import type { Flag } from "./arguments.ts";
import { UsageError } from "./errors.ts";
import { distinct } from "./given.ts";
import { type CommandHelp, flagsOf } from "./help.ts";

export const EXIT_STATUS: readonly (readonly [status: string, meaning: string])[] = [
  ["0", "Done. Warnings do not change it."],
  [
    "1",
    "Failed: a check of validate or bench, an output file that could not be written at the end, a lost device, too little memory.",
  ],
  [
    "2",
    "Bad usage: an unknown flag, a parameter out of range, a file that cannot be read, a path that cannot be written.",
  ],
  ["3", "No device of the kind that was asked for."],
  ["130", "Interrupted by Ctrl-C, SIGTERM or SIGHUP."],
];

export const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ["GIBBS_DEVICE", "Takes the place of --device auto."],
  ["GIBBS_CACHE", "The folder into which the bundled SwiftShader is unpacked."],
  ["GIBBS_PYTHON", "The Python of bench --peers."],
  ["VK_LOADER_DEBUG", 'If it is "all", messages of Dawn and of the Vulkan loader are shown.'],
];

/** @throws UsageError if there are words: the page is one. */
export function manual(words: readonly string[], commands: Readonly<Record<string, CommandHelp>>): string {
  if (words.length > 0) throw new UsageError("man takes nothing: gibbs man | man -l -");
  const shared = distinct(Object.values(commands).flatMap(({ flags }) => flags));
  return [
    `.TH GIBBS 1 "" "gibbs ${plain(__GIBBS_VERSION__)}" "User commands"`,
    ".SH NAME",
    plain("gibbs - statistical physics on the GPU, reproducible bit for bit"),
    ".SH SYNOPSIS",
    ...Object.values(commands).flatMap(({ usage }) => [".br", synopsis(usage)]),
    ".SH DESCRIPTION",
    plain(
      "Simulates models of statistical physics and of learning dynamics on a GPU, by WebGPU; without a GPU a software " +
        "adapter takes its place. Results go to standard output; progress, warnings and errors go to standard error. " +
        "A model and a seed give the same run on every machine.",
    ),
    ".SH COMMANDS",
    ...Object.values(commands).flatMap((command) => [
      ...item(bold(command.usage.split(" ").slice(0, 2).join(" ")), command.summary),
      ...(command.flags.length > 0
        ? [".RS", ".PP", plain(`Flags: ${command.flags.map(({ name }) => `--${kebab(name)}`).join(", ")}.`), ".RE"]
        : []),
    ]),
    ".SH FLAGS",
    plain("A flag is --name VALUE or --name=VALUE. Names may be written in kebab case or in camel case."),
    ...shared.flatMap(flagItem),
    ".SH MODELS",
    ...models.flatMap((model) => modelItems(model, commands.run)),
    ".SH EXIT STATUS",
    ...EXIT_STATUS.flatMap(([status, meaning]) => item(bold(status), meaning)),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(([name, meaning]) => item(bold(name), meaning)),
    ".SH EXAMPLES",
    ".nf",
    ...Object.values(commands).flatMap(({ examples = [] }) => examples.map(plain)),
    ".fi",
    ".SH SEE ALSO",
    plain(
      "gibbs COMMAND --help has the flags of a command, gibbs run MODEL --help the parameters of a model. The guide is the " +
        "folder docs of the repository.",
    ),
    "",
  ].join("\n");
}

/** A model, its parameters, and the files of the user that it reads. */
function modelItems(model: AnyModel, command: CommandHelp): string[] {
  const { parameters, files } = flagsOf(command, model);
  return [`.SS ${plain(model.name)}`, plain(model.summary), ...[...parameters, ...files].flatMap(flagItem)];
}

const flagItem = ({ name, value, help }: Flag) =>
  item(`${bold(`--${kebab(name)}`)}${value ? ` ${italic(value)}` : ""}`, help);

const item = (head: string, text: string) => [".TP", head, plain(text)];

const synopsis = (usage: string) => {
  const [gibbs, command, ...rest] = usage.split(" ");
  return [bold(`${gibbs} ${command}`), ...rest.map(plain)].join(" ");
};

const bold = (text: string) => `\\fB${plain(text)}\\fR`;
const italic = (text: string) => `\\fI${plain(text)}\\fR`;

/** A line of text: no character of it is an instruction, and what stands outside ASCII is named by its number. */
function plain(text: string): string {
  const escaped = text
    .replace(/\s+/g, " ")
    .replace(/\\/g, "\\e")
    .replace(/-/g, "\\-")
    .replace(
      /[^\x20-\x7e]/gu,
      (character) => `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}]`,
    );
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
