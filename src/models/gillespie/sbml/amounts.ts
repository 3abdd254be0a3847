// Species as SBML has them: amounts or concentrations, in units of their own; and what that is in molecules.

import type { XmlElement } from "@rgrove/parse-xml";
import { call, type Expression, nameOf, number } from "../../../expression/expression.ts";
import type { SbmlDocument } from "./document.ts";
import { moleculesIn } from "./units.ts";

export interface Species {
  id: string;
  element: XmlElement;
  compartment: string;
  /** Its symbol means an amount; else amount / compartment size. */
  amount: boolean;
  /** Reactions do not change it. */
  fixed: boolean;
  constant: boolean;
  /** Molecules in a unit of its amount. */
  molecules: number;
}

/** The value of a species' symbol where its count is known. */
export function symbolOf({ amount, compartment, molecules }: Species, count: Expression): Expression {
  if (molecules === 1) return amount ? count : call("/", count, nameOf(compartment));
  // One constant factor: parts of it may be beyond what f32 holds.
  const unit = amount ? number(molecules) : call("*", number(molecules), nameOf(compartment));
  return call("*", count, call("/", number(1), unit));
}

/** The count of a species where the value of its symbol is known. */
export function countOf({ amount, compartment, molecules }: Species, value: Expression): Expression {
  const own = amount ? value : call("*", value, nameOf(compartment));
  return molecules === 1 ? own : call("*", own, number(molecules));
}

/** Molecules in the units of a model. */
export class Amounts {
  readonly #document: SbmlDocument;
  readonly #asCounts: boolean;

  /** `asCounts`: whatever unit is declared. */
  constructor(document: SbmlDocument, asCounts: boolean) {
    this.#document = document;
    this.#asCounts = asCounts;
  }

  /** Molecules in the unit of an element, or where it says none in the model's own for that. */
  moleculesIn(declared: string | undefined, what: "substance" | "extent", element: XmlElement): number {
    if (this.#asCounts) return 1;
    const unit = declared ?? this.#unitOf(what);
    const definitions = new Map(this.#document.list("listOfUnitDefinitions").map((each) => [each.attributes.id, each]));
    const molecules = moleculesIn(unit, definitions, (each, why) => this.#document.refuse(each, why));
    return (
      molecules ??
      this.#document.refuse(
        element,
        `is counted in the unit "${unit}", from which no number of molecules follows; give --units none to take its numbers for counts`,
      )
    );
  }

  #unitOf(what: "substance" | "extent"): string | undefined {
    const { level, model } = this.#document;
    if (level === 3) return model.attributes[`${what}Units`] ?? model.attributes.substanceUnits;
    return this.#document.list("listOfUnitDefinitions").some(({ attributes }) => attributes.id === "substance")
      ? "substance"
      : undefined;
  }
}
