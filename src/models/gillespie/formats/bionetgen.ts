// Networks from BioNetGen's .net files (Harris et al. 2016, doi 10.1093/bioinformatics/btw469): parameters, functions, species, reactions
// and groups. Rules and molecule types, of which a .net is made, are left out. A rate constant has the statistical factor in it, 0.5*k for
// A + A, and is multiplied by the ordered ways to take the reactants, A(A-1); a function as a rate is multiplied in the same way.

import { ParameterError } from "../../../device/errors.ts";
import {
  call,
  type Expression,
  hasDraws,
  nameOf,
  namesIn,
  number,
  substitute,
} from "../../../expression/expression.ts";
import { type ForeignSyntax, parseExpression } from "../../../expression/parse.ts";
import { checkNames, checkSize, MOST_COPIES, type Network, type Reaction, TIME } from "../network/network.ts";
import { saturated, sum } from "./bionetgen-laws.ts";

interface Line {
  number: number;
  text: string;
  comment: string;
}

const BLOCKS = ["parameters", "functions", "species", "reactions", "groups"] as const;
type Block = (typeof BLOCKS)[number];
/** What a network has been made from, and volumes that stand in its rates already. */
const LEFT_OUT = [
  ...["molecule types", "observables", "reaction rules", "compartments", "energy patterns", "population maps"],
  ...["seed species", "model"],
];

/** Whether a text is a .net: it has the block of a network that rules do not have. */
export const isNet = (text: string) => /^\s*begin\s+(reactions|groups)\s*(#.*)?$/m.test(text);

const refuse = (line: { number: number }, why: string): never => {
  throw new ParameterError("network", `.net, line ${line.number}: ${why}.`);
};

/** @throws ParameterError naming the line */
export function readNet(text: string): Network {
  return new NetReader(text).network();
}

class NetReader {
  readonly #blocks: Record<Block, Line[]> = { parameters: [], functions: [], species: [], reactions: [], groups: [] };
  readonly #parameters = new Map<string, Expression>();
  readonly #functions = new Map<string, { line: Line; value: Expression }>();
  readonly #groups = new Map<string, Expression>();
  readonly #patterns: string[] = [];
  readonly #fixed: boolean[] = [];
  readonly #notes: string[] = [];

  constructor(text: string) {
    this.#divide(text);
  }

  network(): Network {
    for (const line of this.#blocks.parameters) this.#readParameter(line);
    const prefix = this.#prefix();
    const initial = this.#blocks.species.map((line, i) => this.#readSpecies(line, i));
    const species = initial.map((_, i) => `${prefix}${i + 1}`);
    if (species.length === 0) throw new ParameterError("network", ".net: it has no block of species.");
    // Functions may name groups, and groups nothing but species.
    for (const line of this.#blocks.groups) this.#readGroup(line, species);
    for (const line of this.#blocks.functions) this.#readFunction(line);
    const { reactions: lines } = this.#blocks;
    if (lines.length === 0)
      throw new ParameterError("network", ".net: it has no reactions; let generate_network write them.");
    checkSize(species.length, lines.length);
    const network: Network = {
      species,
      variables: [],
      initial,
      parameters: this.#parameters,
      reactions: lines.map((line, i) => this.#readReaction(line, i, species)),
      outputs: [...this.#groups].map(([name, value]) => ({ name, value })),
      events: [],
      labels: new Map(species.map((name, i) => [name, this.#patterns[i]])),
      notes: [
        `species are called ${species[0]} to ${species[species.length - 1]} in the order of the file; --explain says which is which`,
        ...this.#notes,
      ],
    };
    checkNames(network);
    return network;
  }

  #divide(text: string): void {
    let block: string | undefined;
    let began = 0;
    const raw = text.split(/\r?\n/);
    for (let i = 0; i < raw.length; i++) {
      const line: Line = { number: i + 1, text: "", comment: "" };
      let own = raw[i];
      for (; /\\\s*$/.test(own) && i + 1 < raw.length; i++) own = own.replace(/\\\s*$/, ` ${raw[i + 1]}`);
      [line.text, line.comment] = [own.replace(/#.*/s, "").trim(), /#(.*)/s.exec(own)?.[1].trim() ?? ""];
      if (line.text === "") continue;
      const edge = /^(begin|end)\s+(.*?)\s*$/.exec(line.text);
      const name = edge?.[2].replace(/\s+/g, " ") ?? "";
      if (name === "model") continue;
      if (edge?.[1] === "begin") {
        if (block !== undefined) refuse(line, `the block "${block}" of line ${began} has no end`);
        if (!(BLOCKS as readonly string[]).includes(name) && !LEFT_OUT.includes(name)) {
          refuse(line, `the block "${name}" is not supported`);
        }
        [block, began] = [name, i + 1];
      } else if (edge) {
        if (name !== block) refuse(line, `"end ${name}" ends no block that has begun`);
        block = undefined;
      } else if (block === undefined) this.#between(line);
      else if (Object.hasOwn(this.#blocks, block)) this.#blocks[block as Block].push(line);
    }
    if (block !== undefined) refuse({ number: began }, `the block "${block}" has no end`);
  }

  /** What stands outside of blocks changes nothing of the network, or is refused. */
  #between(line: Line): void {
    if (/^substanceUnits\s*\(\s*["']Number["']\s*\)\s*;?$/.test(line.text)) return;
    if (/^(version|setOption)\b/.test(line.text)) return;
    if (
      /^(generate_network|simulate\w*|writeSBML|writeNET\w*|writeNetwork|writeMfile|saveConcentrations|visualize|parameter_scan)\b/.test(
        line.text,
      )
    ) {
      this.#notes.push(`the action in line ${line.number} is left out`);
      return;
    }
    refuse(line, `"${line.text.slice(0, 60)}" outside of a block is not supported`);
  }

  /** Species are patterns, which are no names: S1, S2 … as BioNetGen's own exports call them. */
  #prefix(): string {
    const names = [...this.#blocks.groups, ...this.#blocks.functions, ...this.#blocks.parameters].flatMap(({ text }) =>
      text.split(/[\s(=]+/).slice(0, 2),
    );
    let prefix = "S";
    while (names.some((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))) prefix += "_";
    return prefix;
  }

  get #syntax(): ForeignSyntax {
    return {
      strict: false,
      functionOf: (name, operands) => {
        const [a] = operands;
        if (operands.length === 0) {
          if (name === "time") return nameOf(TIME);
          return nameOf(name); // a function of the file; checkNames finds those that there are not
        }
        switch (name) {
          case "log10":
            return call("/", call("ln", a), number(Math.LN10));
          case "log2":
            return call("/", call("ln", a), number(Math.LN2));
          case "rint":
            return call("floor", call("+", a, number(0.5)));
          case "sum":
            return operands.reduce((x, y) => call("+", x, y));
          case "avg":
            return call(
              "/",
              operands.reduce((x, y) => call("+", x, y)),
              number(operands.length),
            );
          case "sign":
            return call("-", call(">", a, number(0)), call("<", a, number(0)));
          case "log":
            throw new ParameterError(
              "network",
              "log is of base 10 in some versions of BioNetGen and of base e in others; write log10 or ln.",
            );
          case "hill":
          case "mm":
          case "pow":
            throw new ParameterError("network", `there is no function ${name}`);
        }
        return undefined;
      },
    };
  }

  #expression(text: string, line: Line): Expression {
    if (/\btfun\s*\(/i.test(text)) refuse(line, "tables of values, tfun, are not supported");
    if (/\bmratio\s*\(/i.test(text)) refuse(line, "mratio is not supported");
    try {
      const expression = parseExpression(text, this.#syntax);
      if (hasDraws(expression)) refuse(line, "it draws a random number, which is not supported");
      return substitute(expression, (name) => {
        if (name === "_pi") return number(Math.PI);
        return name === "_e" ? number(Math.E) : undefined;
      });
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      return refuse(line, error.message.replace(/\.$/, ""));
    }
  }

  #readParameter(line: Line): void {
    const [, name, text] = /^(?:\d+\s+)?([A-Za-z_]\w*)(?:\s*=\s*|\s+)(.+)$/.exec(line.text) ?? [];
    if (name === undefined) refuse(line, "a parameter is a name and its value");
    if (this.#parameters.has(name)) refuse(line, `${name} has a value already`);
    const value = this.#expression(text, line);
    for (const other of namesIn(value)) {
      if (!this.#parameters.has(other)) refuse(line, `${name} follows from ${other}, which has no value before it`);
    }
    this.#parameters.set(name, value);
  }

  #readSpecies(line: Line, i: number): Expression {
    const [, place, pattern, text] = /^(\d+)\s+(\S+)\s+(.+)$/.exec(line.text) ?? [];
    if (place === undefined) return refuse(line, "a species is its number, its pattern and its count");
    if (Number(place) !== i + 1) refuse(line, `this is species ${i + 1}, not ${place}; they are numbered from 1`);
    this.#patterns.push(pattern);
    this.#fixed.push(/(^|::)\$/.test(pattern));
    const start = this.#expression(text, line);
    for (const other of namesIn(start)) {
      if (!this.#parameters.has(other)) refuse(line, `its count asks for ${other}, which is no parameter`);
    }
    return start;
  }

  #readGroup(line: Line, species: readonly string[]): void {
    const [, name, list = ""] = /^(?:\d+\s+)?([A-Za-z_]\w*)(?:\s+(.*))?$/.exec(line.text) ?? [];
    if (name === undefined) refuse(line, "a group is a name and the species that it counts");
    if (this.#groups.has(name)) refuse(line, `there is a group ${name} already`);
    const terms = list
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((term) => {
        const [, weight, place] = /^(?:([\d.eE+-]+)\*)?(\d+)$/.exec(term) ?? [];
        if (place === undefined) return refuse(line, `"${term}" is no species, as in 3 or 2*3`);
        const own = nameOf(this.#speciesAt(Number(place), species, line));
        if (weight === undefined) return own;
        if (!Number.isFinite(Number(weight))) refuse(line, `"${weight}" is no number`);
        return call("*", number(Number(weight)), own);
      });
    this.#groups.set(name, terms.length > 0 ? sum(terms) : number(0));
  }

  #readFunction(line: Line): void {
    const [, name, parameters, text] = /^(?:\d+\s+)?([A-Za-z_]\w*)\s*\(([^)]*)\)\s*=?\s*(.+)$/.exec(line.text) ?? [];
    if (name === undefined) refuse(line, "a function is written as in f() k1*A");
    if (parameters.trim() !== "")
      refuse(line, `the function ${name} has the parameter ${parameters.trim()}; those of a network have none`);
    if (this.#functions.has(name) || this.#groups.has(name) || this.#parameters.has(name))
      refuse(line, `${name} has a meaning already`);
    this.#functions.set(name, { line, value: this.#expression(text, line) });
  }

  /** Groups and functions as what they stand for. */
  #open(expression: Expression, line: Line, within: readonly string[] = []): Expression {
    return substitute(expression, (name) => {
      const group = this.#groups.get(name);
      if (group && this.#parameters.has(name)) refuse(line, `${name} is both a parameter and a group`);
      if (group) return group;
      const own = this.#functions.get(name);
      if (own) {
        if (within.includes(name)) refuse(own.line, `the function ${name} follows from itself`);
        return this.#open(own.value, own.line, [...within, name]);
      }
      if (name !== TIME && !this.#parameters.has(name))
        refuse(line, `${name} is neither a parameter, a function nor a group`);
      return undefined;
    });
  }

  #speciesAt(place: number, species: readonly string[], line: Line): string {
    if (place < 1 || place > species.length) refuse(line, `there is no species ${place}; there are ${species.length}`);
    return species[place - 1];
  }

  #readReaction(line: Line, i: number, species: readonly string[]): Reaction {
    const [, place, from, to, rate] = /^(\d+)\s+(\S+)\s+(\S+)\s+(.+)$/.exec(line.text) ?? [];
    if (place === undefined) return refuse(line, "a reaction is its number, reactants, products and rate");
    if (Number(place) !== i + 1) refuse(line, `this is reaction ${i + 1}, not ${place}; they are numbered from 1`);
    const side = (text: string) =>
      text
        .split(",")
        .filter((each) => each !== "0")
        .map((each) => {
          if (!/^\d+$/.test(each)) refuse(line, `"${each}" is no number of a species`);
          return Number(each);
        });
    const [reactants, products] = [side(from), side(to)];
    const changes = species.map(() => 0);
    const change = (all: readonly number[], by: number) => {
      for (const each of all) {
        this.#speciesAt(each, species, line);
        if (!this.#fixed[each - 1]) changes[each - 1] += by;
      }
    };
    change(reactants, -1);
    change(products, 1);
    const propensity = this.#propensity(
      rate,
      reactants.map((each) => species[each - 1]),
      line,
    );
    return { name: line.comment ? `R${place} ${line.comment.replace(/\s+/g, " ")}` : `R${place}`, changes, propensity };
  }

  #propensity(text: string, reactants: readonly string[], line: Line): Expression {
    const copies = new Map<string, number>();
    for (const name of reactants) copies.set(name, (copies.get(name) ?? 0) + 1);
    for (const [name, count] of copies) {
      if (count > MOST_COPIES) refuse(line, `it takes ${count} copies of ${name}; ${MOST_COPIES} are the most`);
    }
    const [, factor, law, words] = /^(?:(\S+)\*)?(Sat|MM|Hill|FunctionProduct|Arrhenius|Ele)\s+(.*)$/.exec(text) ?? [];
    const read = (each: string) => this.#open(this.#expression(each, line), line);
    if (law === undefined || law === "Ele") {
      const rate = read(law === "Ele" ? `${factor ? `${factor}*` : ""}${words}` : text);
      // Ordered ways: m! times the ways to choose m.
      const ordered = [...copies.values()].reduce((product, count) => product * factorial(count), 1);
      const ways = [...copies].map(([name, count]) =>
        count === 1 ? nameOf(name) : call("choose", nameOf(name), number(count)),
      );
      const constant = ordered === 1 ? rate : call("*", rate, number(ordered));
      return ways.length > 0 ? call("*", constant, ...ways) : constant;
    }
    if (law === "FunctionProduct" || law === "Arrhenius")
      return refuse(line, `rate laws of the type ${law} are not supported`);
    if ([...copies.values()].some((count) => count > 1)) {
      return refuse(
        line,
        `a rate law of the type ${law} with equal reactants is not supported, for programs differ on it`,
      );
    }
    const values = words.split(/\s+/).map(read);
    const rate = saturated(law, values, reactants.map(nameOf), (why) => refuse(line, why));
    return factor === undefined ? rate : call("*", read(factor), rate);
  }
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
