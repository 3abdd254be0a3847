// An SBML file as XML: the model in it, its level, and refusals that name an element and its line.

import { parseXml, type XmlElement } from "@rgrove/parse-xml";
import { ParameterError } from "../../../device/errors.ts";
import { elements, listOf, local } from "./xml.ts";

const MOST_TEXT = 2 ** 25;
/** SId of the specification. */
const ID = /^[A-Za-z_]\w*$/;

/** What a model of the core is made of. */
const LISTS = [
  ...["notes", "annotation", "listOfUnitDefinitions", "listOfFunctionDefinitions", "listOfCompartments"],
  ...["listOfSpecies", "listOfParameters", "listOfInitialAssignments", "listOfRules", "listOfReactions"],
  ...["listOfEvents", "listOfCompartmentTypes", "listOfSpeciesTypes"],
];
/** Packages whose elements would change the model. */
const FOREIGN = ["comp", "arrays", "multi", "qual", "spatial", "dyn"];
/** A model composed of others is read where it is composed of none; draws of distrib are read where there can be any. */
const BY_CONTENT = ["comp", "distrib", "arrays"];

/** @throws ParameterError for a model, in whatever language, that is too long to be read in a moment */
export function checkLength(text: string): void {
  if (text.length <= MOST_TEXT) return;
  const size = `${Math.ceil(text.length / 2 ** 20)} MB`;
  throw new ParameterError(
    "sbml",
    `sbml: the file has ${size}; ${MOST_TEXT / 2 ** 20} MB are the most. Leave its annotations out.`,
  );
}

export class SbmlDocument {
  readonly model: XmlElement;
  readonly level: number;
  /** What is left out of the file: a sentence each. */
  readonly notes: string[] = [];
  readonly #text: string;
  readonly #ids = new Set<string>();

  /** @throws ParameterError for a file that is no SBML, and for packages that change the model. */
  constructor(text: string) {
    checkLength(text);
    this.#text = text;
    const root = rootOf(text);
    this.level = Number(root.attributes.level);
    if (this.level !== 2 && this.level !== 3)
      this.refuse(root, `is of Level ${root.attributes.level ?? "none"}; Level 2 and 3 are read; convert it`);
    this.#checkPackages(root);
    this.model = elements(root).find((child) => local(child) === "model") ?? this.refuse(root, "holds no model");
    this.#checkLists();
  }

  refuse(element: XmlElement, why: string): never {
    const id = element.attributes?.id ?? element.attributes?.variable ?? element.attributes?.symbol;
    const named = id ? ` "${id}"` : "";
    const line = this.#text.slice(0, element.start).split("\n").length;
    throw new ParameterError("sbml", `sbml, line ${line}: <${element.name}>${named} ${why}.`);
  }

  /** What a list of the model holds. */
  list(name: string): XmlElement[] {
    return listOf(this.model, name).filter((child) => !["notes", "annotation"].includes(local(child)));
  }

  /** The id of an element: of one name space with all others of the model. */
  id(element: XmlElement): string {
    const id = this.sId(element);
    if (this.#ids.has(id)) this.refuse(element, "has an id that another element of the model has");
    this.#ids.add(id);
    return id;
  }

  /** The id of an element that others may have, too. */
  sId(element: XmlElement): string {
    const { id } = element.attributes;
    if (id === undefined || !ID.test(id)) {
      this.refuse(element, id === undefined ? "has no id" : "has an id that is none: it takes letters, digits and _");
    }
    return id;
  }

  number(element: XmlElement, attribute: string): number {
    const text = element.attributes[attribute] ?? "";
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(value)) this.refuse(element, `has the ${attribute} "${text}"; it must be a finite number`);
    return value;
  }

  #checkPackages(root: XmlElement): void {
    for (const [name, value] of Object.entries(root.attributes)) {
      if (!name.endsWith(":required")) continue;
      const own = name.replace(":required", "");
      if (value === "true" && !BY_CONTENT.includes(own)) {
        this.refuse(root, `requires the package ${own}, which is not supported`);
      }
      if (value !== "true") this.notes.push(`the package ${own}, which does not change the model, is left out`);
    }
  }

  #checkLists(): void {
    const uncertain = this.#text.match(/<(\w+:)?uncertainty[\s/>]/g)?.length ?? 0;
    if (uncertain > 0) {
      const many =
        uncertain > 1
          ? `${uncertain} uncertainties, which annotate values, are`
          : "an uncertainty, which annotates a value, is";
      this.notes.push(`${many} left out`);
    }
    for (const child of elements(this.model)) {
      const prefix = /^(\w+):/.exec(child.name)?.[1];
      if (local(child) === "listOfConstraints") {
        const many = elements(child).filter((each) => local(each) === "constraint").length;
        if (many > 0) this.notes.push(`${many} constraint${many > 1 ? "s are" : " is"} not checked`);
        continue;
      }
      // Drawings, groups and objectives change nothing.
      if (prefix !== undefined && child.name !== this.#prefixed(local(child)) && !FOREIGN.includes(prefix)) continue;
      if (local(child) === "listOfPorts") continue;
      if (!LISTS.includes(local(child))) this.refuse(child, "is not supported");
    }
  }

  /** The name with the model's own prefix. */
  #prefixed(name: string): string {
    return this.model.name.replace(/model$/, name);
  }
}

function rootOf(text: string): XmlElement {
  let root: XmlElement | null;
  try {
    // An editor's blank line before the declaration does no harm; the places of all elements stay as they are.
    const blank = text.replace(/^\s+<\?xml[^>]*\?>/, (start) => start.replace(/[^\n]/g, " "));
    root = parseXml(blank, { includeOffsets: true }).root;
  } catch (error) {
    if (error instanceof RangeError) throw error; // the stack is used up, which the caller says
    throw new ParameterError("sbml", `sbml: this is no well-formed XML: ${(error as Error).message.split("\n")[0]}`);
  }
  if (!root || local(root) !== "sbml") {
    throw new ParameterError("sbml", `sbml: the file's root is <${root?.name}>, not <sbml>; export the model as SBML.`);
  }
  return root;
}
