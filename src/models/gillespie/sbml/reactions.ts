// Reactions: what a firing changes, the law, and both directions of one that is reversible.

import type { XmlElement } from "@rgrove/parse-xml";
import { call, type Expression, hasDraws, nameOf, number, substitute } from "../network/expression.ts";
import type { Reaction } from "../network/network.ts";
import type { Amounts, Species } from "./amounts.ts";
import { type Copies, withCountedCopies } from "./dimers.ts";
import type { SbmlDocument } from "./document.ts";
import { type Maths, RATE } from "./maths.ts";
import type { Firing, Meaning } from "./meaning.ts";
import type { Quantities } from "./quantities.ts";
import { type Sides, type Split, splitLaw } from "./reversible.ts";
import { childOf, elements, isTrue, listOf, local } from "./xml.ts";

/** A reaction as it is written. */
interface Written extends Firing {
  name: string;
  element: XmlElement;
  sides: Sides;
  /** How many of each species it takes, and makes. */
  taken: Copies;
  made: Copies;
}

/** The parts of a reader that reactions and events ask. */
export interface Parts {
  document: SbmlDocument;
  maths: Maths;
  amounts: Amounts;
  quantities: Quantities;
  meaning: Meaning;
  /** As gibbs 0.1.0 read it. */
  version1: boolean;
  /** k X^n of n X becomes k X … */
  countsCopies: boolean;
}

export class Reactions {
  readonly #parts: Parts;
  readonly #written: readonly Written[];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#written = parts.document.list("listOfReactions").map((element) => this.#read(element));
    parts.meaning.firings = this.#written;
  }

  get length(): number {
    return this.#written.length;
  }

  /** The propensities of all, two of those that are reversible. */
  directions(counted: readonly Species[]): Reaction[] {
    return this.#written.flatMap((reaction) => this.#directionsOf(reaction, counted));
  }

  #read(element: XmlElement): Written {
    const { document, amounts, meaning } = this.#parts;
    const name = document.id(element);
    if (isTrue(element.attributes.fast)) document.refuse(element, "is fast, which is not supported");
    const law = childOf(element, "kineticLaw");
    if (!law) return document.refuse(element, "has no kineticLaw");
    const extent = amounts.moleculesIn(law.attributes.substanceUnits, "extent", law);
    const changes = new Map<string, number>();
    const [taken, made] = [new Map<string, number>(), new Map<string, number>()];
    const side = (list: string, sign: number) =>
      listOf(element, list)
        .filter((each) => local(each) === "speciesReference")
        .map((reference) => {
          const species = this.#speciesOf(reference);
          const count = sign * this.#stoichiometry(reference, species, extent);
          const own = sign < 0 ? taken : made;
          own.set(species.id, (own.get(species.id) ?? 0) + Math.abs(count));
          if (!species.fixed) changes.set(species.id, (changes.get(species.id) ?? 0) + count);
          return species.id;
        });
    const sides: Sides = { reactants: side("listOfReactants", -1), products: side("listOfProducts", 1) };
    const written = this.#lawOf(law, name);
    meaning.laws.set(name, written);
    return {
      name,
      element,
      changes,
      sides,
      taken,
      made,
      law: extent === 1 ? written : call("*", number(extent), written),
    };
  }

  #speciesOf(reference: XmlElement): Species {
    const { document, quantities } = this.#parts;
    const species = quantities.species.get(reference.attributes.species);
    if (!species) {
      return document.refuse(
        reference,
        `names the species "${reference.attributes.species ?? ""}", which there is not`,
      );
    }
    const ruled = quantities.rules.has(species.id) || quantities.changes.has(species.id);
    if (ruled && !species.fixed) document.refuse(reference, `changes ${species.id}, which a rule sets`);
    return species;
  }

  /** The law, its own parameters under names that no other has: local ones hide global ones. */
  #lawOf(law: XmlElement, reaction: string): Expression {
    const { document, maths, quantities } = this.#parts;
    const own = new Map<string, string>();
    const lists = elements(law).filter((child) => ["listOfParameters", "listOfLocalParameters"].includes(local(child)));
    for (const parameter of lists.flatMap(elements).filter((child) => /arameter$/.test(local(child)))) {
      const id = document.sId(parameter);
      if (own.has(id)) document.refuse(parameter, "has an id that another one of the law has");
      const name = `${reaction}.${id}`;
      own.set(id, name);
      quantities.values.set(name, number(document.number(parameter, "value")));
    }
    const written = maths.of(law);
    if (hasDraws(written))
      document.refuse(law, "draws a random number, and holds all the time; events and initial assignments may draw");
    return substitute(written, (name) => {
      if (name.startsWith(RATE) && own.has(name.slice(RATE.length))) return number(0);
      return own.has(name) ? nameOf(own.get(name)!) : undefined;
    });
  }

  #directionsOf({ name, element, changes, sides, taken, made, law }: Written, counted: readonly Species[]): Reaction[] {
    const forward = counted.map(({ id }) => changes.get(id) ?? 0);
    const propensity = this.#parts.meaning.closed(law, element);
    const oneWay = this.#parts.version1 || ["false", "0"].includes(element.attributes.reversible);
    const split = oneWay ? undefined : this.#split(law, element, sides);
    const own = (each: Expression, copies: Copies) => this.#counted(each, copies, name, element);
    if (!split) return [{ name, changes: forward, propensity: own(propensity, taken) }];
    const backward = forward.map((change) => -change || 0);
    return [
      { name: `${name} forwards`, changes: forward, propensity: own(split.forward, taken) },
      { name: `${name} backwards`, changes: backward, propensity: own(split.backward, made) },
    ];
  }

  #counted(law: Expression, copies: Copies, name: string, element: XmlElement): Expression {
    const { document, countsCopies } = this.#parts;
    const own = countsCopies ? withCountedCopies(law, copies) : undefined;
    if (typeof own === "string") {
      return document.refuse(
        element,
        `takes ${copies.get(own)} of ${own}, and its law is no product with the power ${copies.get(own)} of it, so that nobody can tell which ways to choose it counts; leave --dimers counted out, or write the propensity`,
      );
    }
    if (own)
      document.notes.push(`the law of ${name} counts the ways to choose molecules: n X takes X (X - 1) … for X^n`);
    return own ?? law;
  }

  /** The law as it is written is tried first: what rules compute are values there, whatever differences they hold. */
  #split(law: Expression, element: XmlElement, { reactants, products }: Sides): Split | undefined {
    const { document, quantities, meaning } = this.#parts;
    const own = (names: readonly string[]) => names.filter((id) => !quantities.rules.has(id));
    const sides = { reactants: own(reactants), products: own(products) };
    const written = splitLaw(law, sides);
    const split = typeof written === "object" ? written : splitLaw(meaning.closed(law, element), sides);
    if (typeof split === "string") return document.refuse(element, split);
    return (
      split && { forward: meaning.closed(split.forward, element), backward: meaning.closed(split.backward, element) }
    );
  }

  /** Molecules of a species that come or go with one firing. */
  #stoichiometry(reference: XmlElement, species: Species, extent: number): number {
    const count = this.#copies(reference) * this.#conversion(species) * (species.molecules / extent);
    if (Math.abs(count - Math.round(count)) > 1e-9 || count < 0) {
      return this.#parts.document.refuse(reference, `has the stoichiometry ${count}; molecules react in whole numbers`);
    }
    return Math.round(count);
  }

  /** The model's or the species' conversion factor. */
  #conversion({ element }: Species): number {
    const { document, meaning } = this.#parts;
    const name = element.attributes.conversionFactor ?? document.model.attributes.conversionFactor;
    if (name === undefined) return 1;
    const value = meaning.fixedValue(nameOf(name));
    if (value !== undefined) return value;
    return document.refuse(element, `has the conversionFactor "${name}", which is no parameter of a fixed value`);
  }

  #copies(reference: XmlElement): number {
    const { document, maths, quantities, meaning } = this.#parts;
    const math = childOf(reference, "stoichiometryMath");
    const { id, stoichiometry } = reference.attributes;
    const changes = () => document.refuse(reference, "has a stoichiometry that changes, which is not supported");
    if (id && quantities.rules.has(id)) return changes();
    const computed = math ? maths.of(math) : id ? quantities.starts.get(id) : undefined;
    if (computed) return meaning.fixedValue(computed) ?? changes();
    return stoichiometry === undefined ? 1 : document.number(reference, "stoichiometry");
  }
}
