// What expressions of a model mean: in amounts of counted species, variables, parameters and the time alone.

import type { XmlElement } from "@rgrove/parse-xml";
import {
  call,
  type Expression,
  evaluate,
  nameOf,
  namesIn,
  number,
  substitute,
} from "../../../expression/expression.ts";
import { TIME } from "../network/network.ts";
import { countOf, type Species, symbolOf } from "./amounts.ts";
import type { SbmlDocument } from "./document.ts";
import type { Maths } from "./maths.ts";
import type { Quantities } from "./quantities.ts";

/** By how much a reaction changes species, and its law in molecules per time. */
export interface Firing {
  changes: ReadonlyMap<string, number>;
  law: Expression;
}

export class Meaning {
  /** Laws of the reactions that are read, by id. */
  readonly laws = new Map<string, Expression>();
  /** All reactions, when they are read. */
  firings: readonly Firing[] = [];
  readonly #document: SbmlDocument;
  readonly #maths: Maths;
  readonly #quantities: Quantities;

  constructor(document: SbmlDocument, maths: Maths, quantities: Quantities) {
    this.#document = document;
    this.#maths = maths;
    this.#quantities = quantities;
  }

  /** Species as amounts, rules by what they say. */
  closed(expression: Expression, where: XmlElement, within: readonly string[] = []): Expression {
    const { species: all, rules, starts, values } = this.#quantities;
    return substitute(expression, (name) => {
      if (within.includes(name)) this.#document.refuse(where, `depends on ${name}, which is defined by itself`);
      const rule = rules.get(name);
      if (rule) return this.closed(rule, where, [...within, name]);
      const rate = this.#maths.rates.get(name);
      if (rate) return this.closed(this.#rateOf(rate), where, [...within, name]);
      const species = all.get(name);
      if (species) return this.#sized(symbolOf(species, nameOf(name)), species, where, within);
      if (name === TIME) return undefined;
      const law = values.has(name) ? undefined : this.laws.get(name);
      if (law) return this.closed(law, where, [...within, name]);
      const value = values.get(name);
      if (!value) {
        return this.#document.refuse(
          where,
          `asks for ${name}, which is neither a species, a parameter nor a compartment`,
        );
      }
      if (value.kind !== "number" || Number.isFinite(value.value) || starts.has(name)) return undefined;
      return Number.isNaN(value.value) ? this.#document.refuse(where, `asks for ${name}, which has no value`) : value;
    });
  }

  /** Of parameters alone: species and rules stand for their values at t = 0. */
  atStart(expression: Expression, within: readonly string[] = []): Expression {
    const { species: all, rules, values } = this.#quantities;
    return substitute(expression, (name) => {
      if (within.includes(name) && within.length > 1)
        this.#document.refuse(this.#document.model, `defines ${name} by itself`);
      if (name === TIME) return number(0);
      const rate = this.#maths.rates.get(name);
      if (rate) return this.atStart(this.#rateOf(rate), [...within, name]);
      const law = values.has(name) || all.has(name) ? undefined : this.laws.get(name);
      if (law) return this.atStart(law, [...within, name]);
      const species = all.get(name);
      const rule = rules.get(name);
      if (rule) return this.atStart(rule, [...within, name]);
      // What is drawn is asked for where it has been drawn.
      if (this.#quantities.drawn.has(name)) return species ? symbolOf(species, nameOf(name)) : undefined;
      return species ? symbolOf(species, this.initial(species, within)) : undefined;
    });
  }

  /** The count of a species at t = 0, of parameters. */
  initial(species: Species, within: readonly string[] = []): Expression {
    const { id, element, compartment, molecules } = species;
    if (within.includes(id)) this.#document.refuse(element, "starts at what follows from itself");
    const start = this.#quantities.starts.get(id);
    if (start) return this.atStart(countOf(species, start), [...within, id]);
    if (element.attributes.initialAmount !== undefined)
      return number(this.#document.number(element, "initialAmount") * molecules);
    if (element.attributes.initialConcentration !== undefined) {
      return call("*", number(this.#document.number(element, "initialConcentration") * molecules), nameOf(compartment));
    }
    return this.#document.refuse(element, "has no initial amount; add initialAmount");
  }

  /** Values of parameters in an order in which each follows from those before it. */
  sortedValues(): Map<string, Expression> {
    const { species, starts, values, drawn } = this.#quantities;
    const { model } = this.#document;
    const sorted = new Map<string, Expression>();
    const visit = (name: string, chain: readonly string[]) => {
      if (sorted.has(name)) return;
      if (chain.includes(name)) this.#document.refuse(model, `defines ${name} by itself`);
      if (drawn.has(name)) return void sorted.set(name, number(0));
      const start = species.has(name) ? undefined : starts.get(name);
      const value = start ? this.atStart(start, [name]) : values.get(name)!;
      for (const other of namesIn(value)) {
        if (!values.has(other))
          this.#document.refuse(model, `asks for ${other} in the initial value of ${name}; there is none`);
        visit(other, [...chain, name]);
      }
      if (value.kind === "number" && !Number.isFinite(value.value)) return; // nobody asks for it, or its value stands there
      sorted.set(name, value);
    };
    for (const name of values.keys()) visit(name, []);
    return sorted;
  }

  /** Starts that draws decide, each after those that it asks for, by name. */
  drawnStarts(): Map<string, Expression> {
    const { species, starts, values, rules, drawn } = this.#quantities;
    const sorted = new Map<string, Expression>();
    const visit = (name: string, chain: readonly string[]) => {
      if (sorted.has(name) || !drawn.has(name) || rules.has(name)) return;
      if (chain.includes(name)) this.#document.refuse(this.#document.model, `defines ${name} by itself`);
      const own = species.get(name);
      const value = own ? this.initial(own) : this.atStart(starts.get(name) ?? values.get(name)!, [name]);
      for (const other of namesIn(value)) visit(other, [...chain, name]);
      sorted.set(name, value);
    };
    for (const name of drawn) visit(name, []);
    return sorted;
  }

  /** The value of what follows from parameters that nothing changes; undefined for all else. */
  fixedValue(expression: Expression): number | undefined {
    const { species, rules, starts, values, variables } = this.#quantities;
    const changing = new Set(variables);
    const fixed = (name: string, within: readonly string[]): number => {
      if (within.includes(name) || changing.has(name) || rules.has(name) || species.has(name)) return Number.NaN;
      const own = starts.get(name) ?? values.get(name);
      return own ? evaluate(own, (other) => fixed(other, [...within, name])) : Number.NaN;
    };
    const value = evaluate(expression, (name) => fixed(name, []));
    return Number.isFinite(value) ? value : undefined;
  }

  /** How fast an amount or a parameter changes by its rule. Where that is one of concentrations the size of the compartment may change, too. */
  growth(id: string, rate: Expression): Expression {
    const species = this.#quantities.species.get(id);
    if (!species) return rate;
    const grown = countOf(species, rate);
    if (species.amount) return grown;
    const { compartment, element } = species;
    if (this.#quantities.rules.has(compartment)) {
      return this.#document.refuse(
        element,
        `has a rate of its concentration in ${compartment}, whose size a rule sets`,
      );
    }
    const swelling = this.#quantities.changes.get(compartment);
    return swelling
      ? call("+", grown, countOf(species, call("*", nameOf(id), call("/", swelling, nameOf(compartment)))))
      : grown;
  }

  /** dx/dt of a symbol by its reactions; of what only events change it is 0. */
  #rateOf({ name, element }: { name: string; element: XmlElement }): Expression {
    const { species: all, rules, changes, values } = this.#quantities;
    const species = all.get(name);
    if (rules.has(name)) return this.#document.refuse(element, `asks for the rate of ${name}, which a rule sets`);
    const change = changes.get(name);
    if (change) return change;
    if (!species)
      return values.has(name)
        ? number(0)
        : this.#document.refuse(element, `asks for the rate of ${name}, which there is not`);
    const parts = this.firings.flatMap(({ changes, law }) => {
      const change = changes.get(name) ?? 0;
      return change === 0 ? [] : [call("*", number(change), law)];
    });
    const count = parts.length > 0 ? parts.reduce((a, b) => call("+", a, b)) : number(0);
    return symbolOf(species, count);
  }

  /** The size of a compartment may be what a rule sets. */
  #sized(symbol: Expression, { compartment }: Species, where: XmlElement, within: readonly string[]): Expression {
    const rule = this.#quantities.rules.get(compartment);
    if (!rule) return symbol;
    return substitute(symbol, (name) =>
      name === compartment ? this.closed(rule, where, [...within, name]) : undefined,
    );
  }
}
