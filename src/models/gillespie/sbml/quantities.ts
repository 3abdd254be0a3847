// What a model names: compartments, species and parameters, and what assignments and rules say of them. In expressions as they are
// written; meaning.ts says what they mean.

import type { XmlElement } from "@rgrove/parse-xml";
import { type Expression, hasDraws, namesIn, number } from "../../../expression/expression.ts";
import { drawsReals } from "../network/draws.ts";
import type { Amounts, Species } from "./amounts.ts";
import type { SbmlDocument } from "./document.ts";
import type { Maths } from "./maths.ts";
import { elements, isTrue, listOf, local } from "./xml.ts";

export class Quantities {
  readonly species = new Map<string, Species>();
  /** Compartment sizes and parameters, also local ones. */
  readonly values = new Map<string, Expression>();
  /** Assignment rules. */
  readonly rules = new Map<string, Expression>();
  /** Initial assignments. */
  readonly starts = new Map<string, Expression>();
  /** What rate rules say of parameters, compartments, and the symbols of species. */
  readonly changes = new Map<string, Expression>();
  /** Species that events set to drawn real numbers, and that no reaction changes: real amounts and no counts. */
  readonly reals = new Set<string>();
  /** What a draw decides at the start, and what follows from that. */
  readonly drawn = new Set<string>();
  readonly #document: SbmlDocument;
  readonly #maths: Maths;

  constructor(document: SbmlDocument, maths: Maths, amounts: Amounts) {
    this.#document = document;
    this.#maths = maths;
    for (const element of document.list("listOfCompartments")) this.#readCompartment(element);
    for (const element of document.list("listOfSpecies")) this.#readSpecies(element, amounts);
    for (const element of document.list("listOfParameters")) this.#readParameter(element);
    const references = this.#references();
    for (const element of document.list("listOfInitialAssignments")) this.#readStart(element, references);
    for (const element of document.list("listOfRules")) this.#readRule(element, references);
    this.#findReals();
    this.#findDrawn();
  }

  /** A species that is a real amount. */
  isReal(id: string): boolean {
    return this.changes.has(id) || this.reals.has(id);
  }

  /** Species that are counted: nothing but reactions and events changes them. */
  get counted(): Species[] {
    return [...this.species.values()].filter(({ id }) => !this.rules.has(id) && !this.isReal(id));
  }

  /** Parameters and compartments that events set or that have rates. */
  get variables(): string[] {
    const targets = this.#document
      .list("listOfEvents")
      .flatMap((event) => listOf(event, "listOfEventAssignments"))
      .map(({ attributes }) => attributes.variable);
    const drawn = [...this.drawn].filter((id) => !this.species.has(id));
    const all = new Set([...targets, ...this.changes.keys(), ...this.reals, ...drawn]);
    return [...all].filter((name) => this.values.has(name));
  }

  #readCompartment(element: XmlElement): void {
    // Without a size amounts are all that is known; laws then mean them.
    const size = element.attributes.size === undefined ? 1 : this.#document.number(element, "size");
    if (size <= 0) this.#document.refuse(element, `has the size ${size}; it must be above 0`);
    this.values.set(this.#document.id(element), number(size));
  }

  #readSpecies(element: XmlElement, amounts: Amounts): void {
    const id = this.#document.id(element);
    const { compartment, hasOnlySubstanceUnits, boundaryCondition, constant, substanceUnits } = element.attributes;
    if (!this.values.has(compartment)) {
      const why =
        compartment === undefined ? "has no compartment" : `is in the compartment "${compartment}", which there is not`;
      this.#document.refuse(element, why);
    }
    this.species.set(id, {
      id,
      element,
      compartment,
      amount: isTrue(hasOnlySubstanceUnits),
      fixed: isTrue(boundaryCondition) || isTrue(constant),
      constant: isTrue(constant),
      molecules: amounts.moleculesIn(substanceUnits, "substance", element),
    });
  }

  #readParameter(element: XmlElement): void {
    // Without a value it may get one by an assignment; else whoever asks for it finds that it has none.
    const { value: text } = element.attributes;
    const known = { INF: Number.POSITIVE_INFINITY, "-INF": Number.NEGATIVE_INFINITY, NaN: Number.NaN };
    const value =
      text === undefined
        ? Number.NaN
        : Object.hasOwn(known, text)
          ? known[text as "INF"]
          : this.#document.number(element, "value");
    this.values.set(this.#document.id(element), number(value));
  }

  #readStart(element: XmlElement, references: ReadonlySet<string>): void {
    const { symbol } = element.attributes;
    if (!this.values.has(symbol) && !this.species.has(symbol) && !references.has(symbol)) {
      this.#document.refuse(element, "sets what is neither a species, a parameter nor a compartment");
    }
    if (this.starts.has(symbol)) this.#document.refuse(element, "sets what another one sets");
    this.starts.set(symbol, this.#maths.of(element));
  }

  #readRule(element: XmlElement, references: ReadonlySet<string>): void {
    const { variable } = element.attributes;
    const taken = this.rules.has(variable) || this.changes.has(variable);
    if (hasDraws(this.#maths.of(element))) {
      this.#document.refuse(
        element,
        "draws a random number, and holds all the time; events and initial assignments may draw",
      );
    }
    if (local(element) === "rateRule" && (this.values.has(variable) || this.species.has(variable))) {
      if (taken) this.#document.refuse(element, "sets what another one sets");
      this.changes.set(variable, this.#maths.of(element));
      return;
    }
    if (local(element) !== "assignmentRule") this.#document.refuse(element, "is not supported");
    if (!this.values.has(variable) && !this.species.has(variable) && !references.has(variable)) {
      this.#document.refuse(element, "sets what is neither a species nor a parameter");
    }
    if (taken) this.#document.refuse(element, "sets what another one sets");
    this.rules.set(variable, this.#maths.of(element));
    this.values.delete(variable);
  }

  #findReals(): void {
    const list = (name: string) => this.#document.list(name);
    const changed = new Set(
      list("listOfReactions")
        .flatMap((reaction) => [...listOf(reaction, "listOfReactants"), ...listOf(reaction, "listOfProducts")])
        .map(({ attributes }) => attributes.species),
    );
    for (const assignment of list("listOfEvents").flatMap((event) => listOf(event, "listOfEventAssignments"))) {
      const { variable } = assignment.attributes;
      const species = this.species.get(variable);
      if (!species || this.rules.has(variable) || !drawsReals(this.#maths.of(assignment))) continue;
      if (species.fixed || !changed.has(variable)) this.reals.add(variable);
      else this.#document.notes.push(`${variable} is set to drawn real numbers, which are rounded to counts`);
    }
  }

  /** Symbols that start at what is drawn, or at what follows from that: from the draws on to all that ask for them. */
  #findDrawn(): void {
    const all = [...this.species.keys(), ...this.values.keys()];
    const askers = new Map<string, string[]>();
    const pending: string[] = [];
    const seen = new Set<string>();
    for (const id of new Set([...all, ...this.starts.keys(), ...this.rules.keys()])) {
      const own = this.starts.get(id) ?? this.rules.get(id);
      if (own && hasDraws(own)) pending.push(id);
      const element = this.species.get(id)?.element;
      const size = element?.attributes.initialConcentration === undefined ? [] : [element.attributes.compartment];
      for (const name of own ? namesIn(own) : size) {
        const known = askers.get(name);
        if (known) known.push(id);
        else askers.set(name, [id]);
      }
    }
    while (pending.length > 0) {
      const id = pending.pop()!;
      if (seen.has(id)) continue;
      seen.add(id);
      pending.push(...(askers.get(id) ?? []));
    }
    for (const id of all) if (seen.has(id)) this.drawn.add(id);
  }

  /** Ids of stoichiometries. */
  #references(): Set<string> {
    const all = this.#document
      .list("listOfReactions")
      .flatMap(elements)
      .filter((list) => ["listOfReactants", "listOfProducts"].includes(local(list)))
      .flatMap(elements);
    return new Set(all.flatMap(({ attributes }) => (attributes.id === undefined ? [] : [attributes.id])));
  }
}
