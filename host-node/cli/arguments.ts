// The words of a command line: which flags there are, what was given for them, and messages for what does not fit.

import { parseArgs } from "node:util";
import { closest, distance } from "fastest-levenshtein";
import { ParameterError } from "../../src/device/errors.ts";
import { kebab, readNumber } from "../../src/models/text.ts";
import { UsageError } from "./errors.ts";

export interface Flag {
  /** In camelCase; --camelCase and --kebab-case are the same flag. */
  name: string;
  /** What stands for the value in the help; a flag without it is a switch. */
  value?: string;
  /** Alone it stands for true. */
  truth?: boolean;
  /** May be given several times. */
  many?: boolean;
  help: string;
}

export class Arguments {
  readonly positionals: string[] = [];
  readonly #given = new Map<string, string[]>();

  /** @throws UsageError for unknown flags (with the one that was meant), missing and superfluous values, repetitions. */
  constructor(words: readonly string[], flags: readonly Flag[], command: string) {
    const known = new Map(flags.flatMap((flag) => [flag.name, kebab(flag.name)].map((spelling) => [spelling, flag])));
    const type = ({ value }: Flag) => (value === undefined ? ("boolean" as const) : ("string" as const));
    const options = Object.fromEntries([...known].map(([spelling, flag]) => [spelling, { type: type(flag) }]));
    const args = words.map((word, i) => {
      const flag = known.get(word.slice(2));
      const isAlone = word.startsWith("--") && flag?.truth && !/^(true|false)(,|$)/.test(words[i + 1] ?? "");
      return isAlone ? `${word}=true` : word;
    });
    const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
    for (const token of tokens) {
      if (token.kind === "positional") this.positionals.push(token.value);
      if (token.kind !== "option") continue;
      const flag = known.get(token.name);
      if (!flag)
        throw new UsageError(
          unknown(
            "flag",
            token.rawName,
            command,
            [...known.keys()].map((name) => `--${name}`),
          ),
        );
      this.#add(flag, token.rawName, token.value, token.inlineValue);
    }
  }

  #add(flag: Flag, raw: string, value: string | undefined, inline: boolean | undefined): void {
    if (flag.value === undefined) {
      if (value !== undefined) throw new UsageError(`${raw} takes no value; leave "=${value}" out.`);
    } else if (value === undefined || (!inline && value.startsWith("--"))) {
      throw new UsageError(`${raw} needs a value: ${raw} ${flag.value} (${flag.help}).`);
    }
    const given = this.#given.get(flag.name) ?? [];
    if (given.length > 0 && !flag.many) throw new UsageError(`${raw} is given twice; give it once.`);
    this.#given.set(flag.name, [...given, value ?? ""]);
  }

  /** For commands that take flags and nothing else. @throws UsageError */
  noWords(command: string): void {
    const [word] = this.positionals;
    if (word !== undefined) throw new UsageError(`${command} takes flags alone; leave "${word}" out.`);
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  text(name: string): string | undefined {
    return this.#given.get(name)?.[0];
  }

  texts(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }

  /** A number given for a flag, or undefined. @throws ParameterError */
  number(name: string, { least, whole = false }: { least: number; whole?: boolean }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = readNumber(text);
    if (value !== undefined && value >= least && (!whole || Number.isSafeInteger(value))) return value;
    throw new ParameterError(
      name,
      `${kebab(name)} "${text}": give a ${whole ? "whole " : ""}number, ${least} or more.`,
    );
  }

  /** One of several words. @throws ParameterError */
  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name) ?? fallback;
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new ParameterError(
      name,
      `${kebab(name)} "${text}": it must be one of ${choices.join(", ")}.${meant(text, choices)}`,
    );
  }
}

/** Names that a message has room for. */
const MOST_NAMED = 16;

/** There is no such command, model or flag; perhaps another was meant. */
export function unknown(what: string, given: string, where: string, known: readonly string[]): string {
  const remedy = meant(given, known) || (known.length <= MOST_NAMED ? ` There are ${known.join(", ")}.` : "");
  return `there is no ${what} ${given.startsWith("-") ? given : `"${given}"`} in ${where}.${remedy} See ${where} --help.`;
}

function meant(given: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const nearest = closest(given, known);
  return distance(given, nearest) <= Math.max(2, given.length / 3) ? ` Did you mean ${nearest}?` : "";
}
