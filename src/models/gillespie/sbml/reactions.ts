// Reactions: what a firing changes, the law, and both directions of one that is reversible.

import type { XmlElement } from "@rgrove/parse-xml";
import { call, type Expression, hasDraws, nameOf, number, substitute } from "../../../expression/expression.ts";
import { type Reaction, TIME } from "../network/network.ts";
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
  options: Required<SbmlOptions>;
}

export interface SbmlOptions {
  /** As gibbs 0.1.0 read it. */
  version1?: boolean;
  /** Amounts are counts whatever unit they are declared in. */
  asCounts?: boolean;
  /** Laws k X^n of n X count the ways to choose molecules. */
  countsCopies?: boolean;
  /** Reactions of fractional stoichiometry fire less often and change as much more. */
  scales?: boolean;
  /** Laws that are differences of two directions run both ways whatever the reaction is called. */
  splits?: boolean;
}

/** Firings that become one where a stoichiometry is fractional. */
const MOST_SCALED = 100;

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
    const [taken, made] = [new Map<string, number>(), new Map<string, number>()];
    const side = (list: string, sign: number) =>
      listOf(element, list)
        .filter((each) => local(each) === "speciesReference")
        .map((reference) => {
          const species = this.#speciesOf(reference);
          const count = sign * this.#stoichiometry(reference, species, extent);
          const own = sign < 0 ? taken : made;
          own.set(species.id, (own.get(species.id) ?? 0) + Math.abs(count));
          return { species, count };
        });
    const [reactants, products] = [side("listOfReactants", -1), side("listOfProducts", 1)];
    const all = [...reactants, ...products];
    const scale = this.#scale(
      all.map(({ count }) => count),
      element,
      name,
    );
    const changes = new Map<string, number>();
    for (const { species, count } of all) {
      if (!species.fixed) changes.set(species.id, (changes.get(species.id) ?? 0) + Math.round(scale * count));
    }
    const idsOf = (own: typeof all) => own.map(({ species }) => species.id);
    const sides: Sides = { reactants: idsOf(reactants), products: idsOf(products) };
    const written = this.#lawOf(law, name);
    meaning.laws.set(name, written);
    const factor = extent / scale;
    const molecular = factor === 1 ? written : call("*", number(factor), written);
    return { name, element, changes, sides, taken, made, law: molecular };
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
    const { options, meaning } = this.#parts;
    const forward = counted.map(({ id }) => changes.get(id) ?? 0);
    const propensity = meaning.closed(law, element);
    const own = (each: Expression, copies: Copies) => this.#counted(each, copies, name, element);
    const one = () => ({ name, changes: forward, propensity: own(propensity, taken) });
    if (options.version1) return [one()];
    const declared = !["false", "0"].includes(element.attributes.reversible);
    const split = declared ? this.#split(law, element, sides) : this.#hidden(law, element, changes);
    if (!split) return [one()];
    if (!declared && !options.splits) return [{ ...one(), remedy: TWO_WAYS }];
    const backward = forward.map((change) => -change || 0);
    return [
      { name: `${name} forwards`, changes: forward, propensity: own(split.forward, taken) },
      { name: `${name} backwards`, changes: backward, propensity: own(split.backward, made) },
    ];
  }

  /** Both directions of a reaction that is called reversible. */
  #split(law: Expression, element: XmlElement, sides: Sides): Split | undefined {
    const split = this.#tried(law, element, sides);
    return typeof split === "string" ? this.#parts.document.refuse(element, split) : split;
  }

  /** Those of one that is not: what it takes off must belong to what in sum comes, and the rest to what goes. */
  #hidden(law: Expression, element: XmlElement, changes: ReadonlyMap<string, number>): Split | undefined {
    const those = (sign: number) => [...changes].filter(([, change]) => sign * change > 0).map(([id]) => id);
    const split = this.#tried(law, element, { reactants: those(-1), products: those(1), each: true });
    return typeof split === "string" ? undefined : split;
  }

  #counted(law: Expression, copies: Copies, name: string, element: XmlElement): Expression {
    const { document, options } = this.#parts;
    const own = options.countsCopies ? withCountedCopies(law, copies) : undefined;
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
  #tried(
    law: Expression,
    element: XmlElement,
    { reactants, products, each = false }: Sides,
  ): Split | undefined | string {
    const { quantities, meaning } = this.#parts;
    const own = (names: readonly string[]) => names.filter((id) => !quantities.rules.has(id));
    const others = (name: string) => name === TIME || quantities.species.has(name);
    const sides = { reactants: own(reactants), products: own(products), each, others };
    const written = splitLaw(law, sides);
    const split = typeof written === "object" ? written : splitLaw(meaning.closed(law, element), sides);
    if (typeof split !== "object") return split;
    return { forward: meaning.closed(split.forward, element), backward: meaning.closed(split.backward, element) };
  }

  /** Firings that make integers of all stoichiometries. */
  #scale(counts: readonly number[], element: XmlElement, name: string): number {
    const scale = scaleOf(counts);
    if (scale === 1) return scale;
    if (scale > MOST_SCALED) {
      this.#parts.document.refuse(element, `has stoichiometries that ${MOST_SCALED} firings do not make whole`);
    }
    this.#parts.document.notes.push(
      `${name} has a fractional stoichiometry: it fires 1/${scale} as often and changes ${scale} times as much, which keeps the rate equations and makes more noise`,
    );
    return scale;
  }

  /** Molecules of a species that come or go with one firing. */
  #stoichiometry(reference: XmlElement, species: Species, extent: number): number {
    const { document, options } = this.#parts;
    const count = this.#copies(reference) * this.#conversion(species) * (species.molecules / extent);
    const scale = scaleOf([count]);
    if (count < 0 || scale > (options.scales ? MOST_SCALED : 1)) {
      const remedy =
        count > 0 && scale <= MOST_SCALED
          ? `; with --round nearest the reaction fires 1/${scale} as often and changes ${scale} times as much`
          : "";
      return document.refuse(reference, `has the stoichiometry ${count}; molecules react in whole numbers${remedy}`);
    }
    return count;
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

/** What is added to the error of a trajectory that meets a propensity below 0. */
const TWO_WAYS = "its law is a difference of two directions: give --reversible laws";

/** How many firings make integers; infinite where they would be too many. */
function scaleOf(counts: readonly number[]): number {
  for (let scale = 1; scale <= MOST_SCALED; scale++) {
    if (counts.every((count) => Math.abs(scale * count - Math.round(scale * count)) <= 1e-9 * scale)) return scale;
  }
  return Number.POSITIVE_INFINITY;
}
