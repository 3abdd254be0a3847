// The maths of a model: MathML with the functions that the model defines.

import type { XmlElement } from "@rgrove/parse-xml";
import { type Expression, nameOf } from "../../../expression/expression.ts";
import type { SbmlDocument } from "./document.ts";
import { expressionOf, type Lambda, type MathContext } from "./mathml.ts";
import { childOf, elements, local } from "./xml.ts";

/** Before the name of a quantity: how fast it changes. No id begins so. */
export const RATE = "rate of ";

export class Maths {
  /** What csymbols rateOf ask for, by the names that stand for them. */
  readonly rates = new Map<string, { name: string; element: XmlElement }>();
  readonly #document: SbmlDocument;
  readonly #functions = new Map<string, Lambda>();
  /** Those that nobody has requested yet. */
  readonly #definitions = new Map<string, XmlElement>();
  readonly #context: MathContext;

  constructor(document: SbmlDocument) {
    this.#document = document;
    this.#context = {
      functions: (name) => this.#functionOf(name),
      // What changes it is known when all has been read.
      rateOf: (name, element) => {
        this.rates.set(`${RATE}${name}`, { name, element });
        return nameOf(`${RATE}${name}`);
      },
      refuse: (element, why) => document.refuse(element, why),
    };
    for (const definition of document.list("listOfFunctionDefinitions")) {
      this.#definitions.set(document.id(definition), definition);
    }
  }

  /** What stands in an element's <math>. */
  of(parent: XmlElement): Expression {
    const math = childOf(parent, "math");
    if (!math) return this.#document.refuse(parent, "has no math");
    return expressionOf(math, this.#context);
  }

  /** Functions are read when they are needed, so that their order does not matter. */
  #functionOf(name: string): Lambda | undefined {
    const known = this.#functions.get(name);
    const definition = this.#definitions.get(name);
    if (known || !definition) return known;
    this.#definitions.delete(name); // one that asks for itself finds none
    const lambda =
      elements(definition)
        .filter((child) => local(child) === "math")
        .flatMap(elements)
        .find((child) => local(child) === "lambda") ?? this.#document.refuse(definition, "has no lambda");
    const parts = elements(lambda);
    const parameters = parts.filter((part) => local(part) === "bvar").map((part) => part.text.trim());
    const body = parts.at(-1);
    const math = body && local(body) !== "bvar" ? body : this.#document.refuse(lambda, "has no body");
    const own = { parameters, body: expressionOf(math, this.#context) };
    this.#functions.set(name, own);
    return own;
  }
}
