// Antimony, the text of tellurium (Smith et al. 2009, doi 10.1093/bioinformatics/btp401; reference: tellurium.readthedocs.io/en/latest/antimony.html),
// as the SBML document that it stands for: what laws, compartments, rules and events mean is said in one place. One model without submodels.

import { ParameterError } from "../../../device/errors.ts";
import type { Expression } from "../../../expression/expression.ts";
import type { Network } from "../network/network.ts";
import { readSbml, type SbmlOptions } from "../sbml/read.ts";
import { type AntimonyFunction, parseAntimony } from "./antimony-math.ts";
import { antimonySbml } from "./antimony-sbml.ts";
import {
  refuseAntimony as refuse,
  type Statement,
  splitOutside,
  statementsOf,
  withoutComments,
} from "./antimony-statements.ts";

export interface Placed<T> {
  value: T;
  line: number;
}

export interface AntimonyReaction {
  line: number;
  reactants: [species: string, copies: string][];
  products: [species: string, copies: string][];
  reversible: boolean;
  rate?: Placed<Expression>;
}

export interface AntimonyEvent {
  line: number;
  trigger: Expression;
  delay?: Expression;
  priority?: Expression;
  /** As the file says them: t0, persistent, fromTrigger. */
  flags: Record<string, boolean>;
  set: Placed<{ target: string; value: Expression }>[];
}

/** What a file says, by names. */
export interface AntimonyModel {
  species: Map<string, { line: number; fixed: boolean; amount: boolean }>;
  compartments: Map<string, number>;
  /** In which compartment something is. */
  inside: Map<string, string>;
  reactions: Map<string, AntimonyReaction>;
  events: Map<string, AntimonyEvent>;
  starts: Map<string, Placed<Expression>>;
  rules: Map<string, Placed<Expression>>;
  rates: Map<string, Placed<Expression>>;
  notes: string[];
}

const NAME = "[A-Za-z_]\\w*";
const ARROW = /->|=>/;
/** Words before names in declarations. */
const KINDS = ["const", "var", "substanceOnly", "species", "compartment", "formula"];

/** Text that is no network of our own, whose reactions all have an "@", and has what Antimony has. */
export function isAntimony(text: string): boolean {
  const bare = withoutComments(text).replace(/"[^"\n]*"/g, "");
  if (bare.includes("@")) return false;
  if (/^\s*(model|module|function|import|compartment|const|var|substanceOnly)\b/m.test(bare)) return true;
  if (/^\s*(at\b[^:\n]*>|\w+\s*:\s*at\b)/m.test(bare) || /^\s*species\s+\$?\w/m.test(bare)) return true;
  // A reaction's rate stands behind a ";".
  const statements = statementsOf(bare);
  const follows = ({ text: next, continues }: Statement) => continues && next !== "" && !/[=:]/.test(next);
  return statements.some(({ text: one }, i) => ARROW.test(one) && statements[i + 1] && follows(statements[i + 1]));
}

/** @throws ParameterError naming the line */
export function readAntimony(text: string, options: SbmlOptions = {}): Network {
  const model = new AntimonyReader(text).model();
  const { xml, lines } = antimonySbml(model);
  try {
    const network = readSbml(xml, { ...options, asCounts: true });
    return { ...network, notes: [...model.notes, ...(network.notes ?? [])] };
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    // The document has been made of these lines.
    const message = error.message.replace(/^sbml, line (\d+): /, (_, line: string) => {
      const own = lines[Number(line) - 1];
      return own > 0 ? `antimony, line ${own}: ` : "antimony: ";
    });
    throw new ParameterError("network", message.replace(/^sbml: /, "antimony: "));
  }
}

class AntimonyReader {
  readonly #statements: Statement[];
  readonly #functions = new Map<string, AntimonyFunction>();
  /** Names that the file gives a meaning to. */
  readonly #named = new Set<string>();
  readonly #model: AntimonyModel = {
    ...{ species: new Map(), compartments: new Map(), inside: new Map(), reactions: new Map(), events: new Map() },
    ...{ starts: new Map(), rules: new Map(), rates: new Map(), notes: [] },
  };

  constructor(text: string) {
    this.#statements = statementsOf(withoutComments(text));
    for (const { text: own } of this.#statements) {
      const [, name] = new RegExp(`^(?:(?:${KINDS.join("|")})\\s+)*\\$?(${NAME})\\s*(?::?=|')`).exec(own) ?? [];
      if (name !== undefined) this.#named.add(name);
    }
  }

  model(): AntimonyModel {
    let [inModel, ended, outside] = [0, false, 0];
    for (let i = 0; i < this.#statements.length; i++) {
      const statement = this.#statements[i];
      const { text, line } = statement;
      if (/^(model|module)\b/.test(text) && !/^model\s+\w+\s+"/.test(text)) {
        if (inModel > 0 || outside > 0)
          refuse(statement, "a second model begins; submodels are not supported, write one model");
        inModel = line;
      } else if (/^function\b/.test(text)) i = this.#readFunction(i);
      else if (text === "end") {
        if (inModel === 0 || ended) refuse(statement, '"end" ends nothing that has begun');
        ended = true;
      } else if (text.replace(/"[^"]*"/g, "").trim() !== "") {
        if (ended) refuse(statement, "text follows the end of the model; submodels are not supported");
        if (inModel === 0) outside ||= line;
        i += this.#read(statement, this.#statements[i + 1]);
      }
    }
    if (inModel > 0 && !ended) refuse({ line: inModel }, 'the model has no "end"');
    this.#divideRates();
    return this.#model;
  }

  /** The place of the last statement of a function. */
  #readFunction(from: number): number {
    const statement = this.#statements[from];
    const [, name, list, rest] =
      new RegExp(`^function\\s+(${NAME})\\s*\\(([^)]*)\\)\\s*(.*)$`).exec(statement.text) ?? [];
    if (name === undefined) return refuse(statement, "a function is written as in function f(x, y) x + y end");
    const to = this.#statements.findIndex(({ text }, i) => i >= from && /(^|\s)end$/.test(text));
    if (to < 0) return refuse(statement, `the function ${name} has no "end"`);
    const body = [rest, ...this.#statements.slice(from + 1, to + 1).map(({ text }) => text)]
      .join(" ")
      .replace(/(^|\s)end\s*$/, "");
    const parameters = list
      .split(",")
      .map((each) => each.trim())
      .filter(Boolean);
    if (parameters.some((each) => !new RegExp(`^${NAME}$`).test(each)))
      refuse(statement, `the parameters of ${name} are names`);
    this.#functions.set(name, { parameters, body: this.#math(body, statement, parameters) });
    return to;
  }

  #math(text: string, at: { line: number }, own: readonly string[] = []): Expression {
    if (text.trim() === "") refuse(at, "an expression is missing");
    try {
      return parseAntimony(text, this.#functions, (name) => own.includes(name) || this.#named.has(name));
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      return refuse(at, error.message.replace(/^network: /, "").replace(/\.$/, ""));
    }
  }

  /** How many statements after this one it has taken. */
  #read(statement: Statement, next: Statement | undefined): number {
    const { text, line } = statement;
    if (/^import\b/.test(text)) refuse(statement, "import is not supported; write one model in one file");
    if (/^(delete|DNA|gene|operator|maximize|minimize|assert|constraint)\b/.test(text)) {
      refuse(statement, `${text.split(/\s/)[0]} is not supported`);
    }
    if (this.#isRemark(statement)) return 0;
    const [, eventName, when] = new RegExp(`^(?:(${NAME})(?:\\s+in\\s+${NAME})?\\s*:\\s*)?at\\b(.*)$`).exec(text) ?? [];
    if (when !== undefined) {
      this.#readEvent(eventName ?? `_E${this.#model.events.size}`, when, statement);
      return 0;
    }
    if (/-\||-\(|-o\b/.test(text.replace(/"[^"]*"/g, "")))
      refuse(statement, "interactions, -| and -o, are not supported; leave them out, for laws say what they mean");
    if (ARROW.test(text)) return this.#readReaction(statement, next);
    const [, first, ...more] = new RegExp(`^((?:${KINDS.join("|")})\\b)?(.*)$`).exec(text) ?? [];
    if (first) {
      this.#readDeclaration(`${first}${more[0]}`, statement);
      return 0;
    }
    if (new RegExp(`^(${NAME}\\s*(in\\s+${NAME}\\s*)?:\\s*)?${NAME}\\s*\\(`).test(text)) {
      refuse(statement, "submodels are not supported; write one model");
    }
    const [, name, compartment, sign, value] =
      new RegExp(`^(\\$?${NAME})(?:\\s+in\\s+(${NAME}))?\\s*(?:('\\s*=|:=|=(?!=))\\s*(.*))?$`).exec(text) ?? [];
    if (name === undefined || (sign === undefined && compartment === undefined)) {
      refuse(statement, `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}" is no statement that is read`);
    }
    this.#set(name, compartment, sign, value, statement, line);
    return 0;
  }

  /** Names for people, annotations and units change nothing. */
  #isRemark(statement: Statement): boolean {
    const { text } = statement;
    const [, unit] = /^unit\s+(\w+)\s*=/.exec(text) ?? [];
    if (unit !== undefined || new RegExp(`^${NAME}\\s+has\\s+${NAME}$`).test(text)) {
      const note = "units are not honoured: amounts are counts";
      if (!this.#model.notes.includes(note)) this.#model.notes.push(note);
      return true;
    }
    if (new RegExp(`^${NAME}\\s+is\\s+${NAME}$`).test(text))
      refuse(statement, "names are joined by is, which is not supported; write one name");
    return new RegExp(`^${NAME}\\s+${NAME}\\s*"`).test(text) || /\bsboTerm\b/.test(text) || /^"/.test(text);
  }

  #readDeclaration(text: string, statement: Statement): void {
    const words = text.split(/\s+/);
    const kinds: string[] = [];
    while (KINDS.includes(words[0])) kinds.push(words.shift()!);
    const is = (kind: string) => kinds.includes(kind);
    for (const item of splitOutside(words.join(" "), ",")) {
      const [, dollar, name, compartment, sign, value] =
        new RegExp(`^(\\$?)\\s*(${NAME})(?:\\s+in\\s+(${NAME}))?\\s*(?:(:=|=(?!=))\\s*(.*))?$`).exec(item) ?? [];
      if (name === undefined) refuse(statement, `"${item}" is no name in a declaration`);
      if (is("compartment")) {
        if (!this.#model.compartments.has(name)) this.#model.compartments.set(name, statement.line);
      } else {
        if (is("species") || is("substanceOnly") || dollar === "$") this.#species(name, statement);
        const own = this.#model.species.get(name);
        if (own && (is("const") || dollar === "$")) own.fixed = true;
        if (own && is("substanceOnly")) own.amount = true;
        // "const X" before X is known to be a species.
        if (!own && is("const")) this.#constants.add(name);
        if (compartment !== undefined) this.#model.inside.set(name, compartment);
      }
      this.#named.add(name);
      if (sign !== undefined) this.#set(name, undefined, sign, value, statement, statement.line);
    }
  }

  readonly #constants = new Set<string>();

  #species(name: string, { line }: { line: number }) {
    const known = this.#model.species.get(name);
    if (known) return known;
    const own = { line, fixed: false, amount: false };
    this.#model.species.set(name, own);
    return own;
  }

  #set(
    given: string,
    compartment: string | undefined,
    sign: string | undefined,
    value: string,
    at: Statement,
    line: number,
  ): void {
    const name = given.replace("$", "");
    if (given.startsWith("$")) this.#species(name, at).fixed = true;
    if (compartment !== undefined) this.#model.inside.set(name, compartment);
    if (sign === undefined) return;
    const kind = sign.startsWith("'") ? "rates" : sign === ":=" ? "rules" : "starts";
    // The last one holds, as in every Antimony program.
    if (this.#model[kind].has(name)) {
      this.#model.notes.push(
        `${name} is set in line ${this.#model[kind].get(name)!.line} and again in line ${line}, which holds`,
      );
    }
    this.#model[kind].set(name, { value: this.#math(value, at), line });
  }

  /** NAME = expression is the rate of a reaction of that name. */
  #divideRates(): void {
    const { starts, reactions, species } = this.#model;
    for (const [name, start] of starts) {
      const reaction = reactions.get(name);
      if (!reaction) continue;
      reaction.rate = start;
      starts.delete(name);
    }
    for (const name of this.#constants) {
      const own = species.get(name);
      if (own) own.fixed = true;
    }
  }

  #readReaction(statement: Statement, next: Statement | undefined): number {
    const { text, line } = statement;
    const [, label, home, scheme] =
      new RegExp(`^(?:(${NAME})(?:\\s+in\\s+(${NAME}))?\\s*:\\s*)?(.*)$`).exec(text) ?? [];
    const sides = scheme.split(ARROW);
    if (sides.length !== 2) refuse(statement, "a reaction has one arrow");
    const [reactants, products] = sides.map((side) => this.#readSide(side, statement));
    let count = this.#model.reactions.size;
    while (this.#model.reactions.has(`_J${count}`)) count++;
    const name = label ?? `_J${count}`;
    if (this.#model.reactions.has(name)) refuse(statement, `there is a reaction ${name} already`);
    const reaction: AntimonyReaction = { line, reactants, products, reversible: scheme.includes("->") };
    this.#model.reactions.set(name, reaction);
    if (!isRate(next)) return 0;
    const [, rate, place] = new RegExp(`^(.*?)(?:\\s+in\\s+(${NAME}))?$`).exec(next.text) ?? [];
    const compartment = place ?? home;
    if (compartment !== undefined) {
      for (const [each] of [...reactants, ...products]) {
        if (!this.#model.inside.has(each)) this.#model.inside.set(each, compartment);
      }
    }
    reaction.rate = { value: this.#math(rate, next), line: next.line };
    return 1;
  }

  #readSide(text: string, statement: Statement): [string, string][] {
    if (text.trim() === "") return [];
    return text.split("+").map((term): [string, string] => {
      const [, copies, dollar, name] = new RegExp(`^\\s*(\\d*\\.?\\d*)\\s*(\\$?)\\s*(${NAME})\\s*$`).exec(term) ?? [];
      if (name === undefined) return refuse(statement, `"${term.trim()}" is no species, as in 2 S1`);
      const own = this.#species(name, statement);
      if (dollar === "$") own.fixed = true;
      return [name, copies === "" ? "1" : copies];
    });
  }

  #readEvent(name: string, text: string, statement: Statement): void {
    const [head, ...rest] = splitOutside(text, ":");
    if (rest.length === 0) refuse(statement, "an event is written as in at (x > 5): y = 3");
    const [when, ...options] = splitOutside(head, ",");
    const [, delay, condition] = /^(?:(.*?)\s+after\s+|(?:after\s+))?(.*)$/.exec(when) ?? [];
    const event: AntimonyEvent = {
      line: statement.line,
      trigger: this.#math(condition, statement),
      flags: {},
      set: [],
    };
    if (delay !== undefined && delay.trim() !== "") event.delay = this.#math(delay, statement);
    for (const option of options) {
      const [, word, value] = /^(\w+)\s*=\s*(.*)$/.exec(option) ?? [];
      if (word === "priority") event.priority = this.#math(value, statement);
      else if (["t0", "persistent", "fromTrigger"].includes(word) && /^(true|false)$/.test(value)) {
        event.flags[word] = value === "true";
      } else
        refuse(statement, `"${option}" is no property of an event: there are priority, t0, persistent and fromTrigger`);
    }
    for (const part of splitOutside(rest.join(":"), ",").filter(Boolean)) {
      const [, target, value] = new RegExp(`^(${NAME})\\s*=(?!=)\\s*(.*)$`).exec(part) ?? [];
      if (target === undefined) refuse(statement, `"${part}" sets nothing, as y = 3 does`);
      this.#named.add(target);
      event.set.push({ line: statement.line, value: { target, value: this.#math(value, statement) } });
    }
    if (this.#model.events.has(name)) refuse(statement, `there is an event ${name} already`);
    this.#model.events.set(name, event);
  }
}

/** What follows the ";" of a reaction is its rate, unless it is a statement of its own. */
function isRate(next: Statement | undefined): next is Statement {
  if (!next?.continues || next.text === "end" || ARROW.test(next.text)) return false;
  const sets = new RegExp(`^\\$?${NAME}(\\s+in\\s+${NAME})?\\s*('|:|=(?!=))`);
  const begins = new RegExp(`^(${KINDS.join("|")}|at|unit|function|model|import)\\b`);
  return next.text !== "" && !sets.test(next.text) && !begins.test(next.text);
}
