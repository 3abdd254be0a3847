// What a shell completes: commands, models, flags and the values that they name, as one table that a short script of the shell looks in. All of
// it follows from the declarations.

import { type AnyModel, models } from "../../src/models/index.ts";
import { kebab } from "../../src/models/text.ts";
import { UsageError } from "./errors.ts";
import { DEVICES } from "./flags.ts";
import { type CommandHelp, flagsOf } from "./help.ts";
import { choicesOf, fieldsOf } from "./values.ts";

const SHELLS = { bash, zsh, fish };

type Commands = Readonly<Record<string, CommandHelp>>;

/** A script to be sourced. @throws UsageError for a shell that is not known */
export function completion([shell, ...more]: readonly string[], commands: Commands): string {
  const make = Object.hasOwn(SHELLS, shell ?? "") ? SHELLS[shell as keyof typeof SHELLS] : undefined;
  if (!make || more.length > 0) throw new UsageError(`completion needs a shell: ${Object.keys(SHELLS).join(", ")}.`);
  return make(tableOf(commands));
}

/** [what stands before, what can follow]: "", "run", "run ising", and "run ising --algorithm". */
function tableOf(commands: Commands): [string, string[]][] {
  const rows: [string, string[]][] = [["", Object.keys(commands)]];
  const add = (place: string, command: CommandHelp, model?: AnyModel) => {
    const { parameters, files, flags } = flagsOf(command, model);
    const names = [...parameters, ...files, ...flags].map(({ name }) => `--${kebab(name)}`);
    const first = !model && command.usage.includes("MODEL") ? models.map(({ name }) => name) : [];
    rows.push([place, [...first, ...names]]);
    for (const [name, field] of model ? fieldsOf(model) : []) {
      // What has commas or spaces in it is a size or a text, and is typed.
      const values = choicesOf(field).filter((value) => /^[\w-]+$/.test(value));
      if (values.length > 0) rows.push([`${place} --${kebab(name)}`, values]);
    }
    if (flags.some(({ name }) => name === "device")) rows.push([`${place} --device`, [...DEVICES]]);
  };
  for (const [name, command] of Object.entries(commands)) {
    if (name === "completion") rows.push([name, Object.keys(SHELLS)]);
    else add(name, command);
    if (!command.usage.includes(" MODEL ")) continue;
    for (const model of models) add(`${name} ${model.name}`, command, model);
  }
  return rows;
}

/** The arms of a `case` of bash and zsh. */
const armsOf = (table: readonly [string, string[]][]) =>
  table.map(([place, words]) => `    "${place}") words="${words.join(" ")}" ;;`).join("\n");

function bash(table: readonly [string, string[]][]): string {
  return `# Completion of gibbs in bash: source <(gibbs completion bash)
_gibbs_words() {
  local words=
  case "$1" in
${armsOf(table)}
  esac
  printf '%s' "$words"
}
_gibbs() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} place= words=
  if ((COMP_CWORD > 1)); then place=\${COMP_WORDS[1]}; fi
  if ((COMP_CWORD > 2)) && [[ -n $(_gibbs_words "$place \${COMP_WORDS[2]}") ]]; then place+=" \${COMP_WORDS[2]}"; fi
  words=$(_gibbs_words "$place $before")
  if [[ -z $words || $before != --* ]]; then words=$(_gibbs_words "$place"); fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _gibbs gibbs
`;
}

/** zsh reads the functions of bash. */
function zsh(table: readonly [string, string[]][]): string {
  return `# Completion of gibbs in zsh: source <(gibbs completion zsh)
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bash(table).replace(/^.*\n/, "")}`;
}

function fish(table: readonly [string, string[]][]): string {
  const arms = table.map(([place, words]) => `    case "${place}"\n      string split " " "${words.join(" ")}"`);
  return `# Completion of gibbs in fish: gibbs completion fish > ~/.config/fish/completions/gibbs.fish
function __gibbs_words
  switch "$argv[1]"
${arms.join("\n")}
  end
end
function __gibbs_complete
  set -l tokens (commandline -opc)
  set -l place ""
  if set -q tokens[2]; set place $tokens[2]; end
  if set -q tokens[3]; and test -n "$(__gibbs_words "$place $tokens[3]")"; set place "$place $tokens[3]"; end
  set -l words (__gibbs_words "$place $tokens[-1]")
  if test -z "$words"; or not string match -q -- "--*" $tokens[-1]; set words (__gibbs_words $place); end
  string join \\n $words
end
complete -c gibbs -a "(__gibbs_complete)"
`;
}
