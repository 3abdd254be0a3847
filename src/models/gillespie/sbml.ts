// Networks from SBML Level 2 and 3 (sbml.org/specifications; Keating et al. 2020, doi 10.15252/msb.20199110): counted species,
// rate laws taken as they are written, assignment rules, events without delay. The rest is refused by name, with its line.

import { parseXml, type XmlElement } from "@rgrove/parse-xml";
import { ParameterError } from "../../device/errors.ts";
import { call, type Expression, evaluate, nameOf, namesIn, number, substitute } from "./expression.ts";
import { elements, expressionOf, type Lambda, local, type MathContext } from "./mathml.ts";
import { checkNames, checkSize, type Network, type NetworkEvent, NOBODY, type Reaction, TIME } from "./network.ts";
import { type Sides, type Split, splitLaw } from "./reversible.ts";
import { moleculesIn } from "./units.ts";

const MOST_TEXT = 2 ** 25;
/** SId of the specification. */
const ID = /^[A-Za-z_]\w*$/;

interface Species {
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

/** A reaction as it is written: its law in molecules per time. */
interface Written {
  name: string;
  element: XmlElement;
  changes: ReadonlyMap<string, number>;
  sides: Sides;
  law: Expression;
}

export interface SbmlOptions {
  /** As gibbs 0.1.0 read it. */
  version1?: boolean;
  /** Amounts are counts whatever unit they are declared in. */
  asCounts?: boolean;
}

/** @throws ParameterError naming the element and its line. */
export function readSbml(text: string, options: SbmlOptions = {}): Network {
  if (text.length > MOST_TEXT) {
    const size = `${Math.ceil(text.length / 2 ** 20)} MB`;
    throw new ParameterError(
      "sbml",
      `sbml: the file has ${size}; ${MOST_TEXT / 2 ** 20} MB are the most. Leave its annotations out.`,
    );
  }
  return new Reader(text, options).network();
}

class Reader {
  readonly #text: string;
  readonly #version1: boolean;
  readonly #asCounts: boolean;
  readonly #model: XmlElement;
  readonly #level: number;
  readonly #functions = new Map<string, Lambda>();
  /** Those that nobody has asked for yet. */
  readonly #definitions = new Map<string, XmlElement>();
  readonly #notes: string[] = [];
  /** Ids of reactions whose laws are read, and what is read of them. */
  readonly #lawOf = new Map<string, Expression>();
  #written: readonly Written[] = [];
  /** What csymbols ask for. */
  readonly #rates = new Map<string, { name: string; element: XmlElement }>();
  readonly #species = new Map<string, Species>();
  /** Compartment sizes and parameters, also local ones. */
  readonly #values = new Map<string, Expression>();
  readonly #rules = new Map<string, Expression>();
  readonly #starts = new Map<string, Expression>();
  /** What rate rules say of parameters, compartments, and the symbols of species. */
  readonly #changes = new Map<string, Expression>();
  readonly #ids = new Set<string>();

  constructor(text: string, { version1 = false, asCounts = version1 }: SbmlOptions) {
    this.#text = text;
    this.#version1 = version1;
    this.#asCounts = asCounts;
    let root: XmlElement | null;
    try {
      root = parseXml(text, { includeOffsets: true }).root;
    } catch (error) {
      if (error instanceof RangeError) throw error;
      throw new ParameterError("sbml", `sbml: this is no well-formed XML: ${(error as Error).message.split("\n")[0]}`);
    }
    if (!root || local(root) !== "sbml") {
      throw new ParameterError(
        "sbml",
        `sbml: the file's root is <${root?.name}>, not <sbml>; export the model as SBML.`,
      );
    }
    this.#level = Number(root.attributes.level);
    if (this.#level !== 2 && this.#level !== 3)
      this.#refuse(root, `is of Level ${root.attributes.level ?? "none"}; Level 2 and 3 are read`);
    for (const [name, value] of Object.entries(root.attributes)) {
      if (!name.endsWith(":required")) continue;
      const own = name.replace(":required", "");
      // A model composed of others is read where it is composed of none; draws of distrib are refused where they are asked for.
      if (value === "true" && !["comp", "distrib", "arrays"].includes(own)) {
        this.#refuse(root, `requires the package ${own}, which is not supported`);
      }
      if (value !== "true") this.#notes.push(`the package ${own}, which does not change the model, is left out`);
    }
    const model = elements(root).find((child) => local(child) === "model") ?? this.#refuse(root, "holds no model");
    this.#model = model;
    this.#checkLists();
    this.#readFunctions();
    this.#readCompartments();
    this.#readSpecies();
    this.#readParameters();
    this.#readAssignments();
  }

  network(): Network {
    const reactions = this.#reactions();
    this.#written = reactions;
    const counted = [...this.#species.values()].filter(({ id }) => !this.#rules.has(id) && !this.#changes.has(id));
    // A species of a rate rule is a real amount.
    for (const species of this.#species.values()) {
      if (this.#changes.has(species.id)) this.#values.set(species.id, this.#initial(species));
    }
    // Rate rules alone are what happens, too, though nothing of it is random.
    const alone = this.#changes.size > 0 && (counted.length === 0 || reactions.length === 0);
    if (!alone && (counted.length === 0 || reactions.length === 0)) {
      this.#refuse(this.#model, counted.length === 0 ? "has no species" : "has no reactions: nothing happens in it");
    }
    if (alone) this.#notes.push("the model has no reactions of counted species: nothing in it is random");
    checkSize(counted.length, reactions.length);
    const names = counted.length > 0 ? counted.map(({ id }) => id) : [NOBODY];
    const variables = this.#variables;
    const index = new Map([...names, ...variables].map((id, i) => [id, i]));
    const network: Network = {
      species: names,
      variables,
      initial: counted.length > 0 ? counted.map((species) => this.#atStart(this.#initial(species), [])) : [number(0)],
      parameters: this.#sortedValues(),
      reactions:
        reactions.length > 0
          ? reactions.flatMap((reaction) => this.#directions(reaction, counted))
          : [{ name: "nothing", changes: names.map(() => 0), propensity: number(0) }],
      outputs: [...this.#rules, ...[...this.#changes.keys()].map((id): [string, Expression] => [id, nameOf(id)])].map(
        ([id, value]) => {
          const species = this.#changes.has(id) ? undefined : this.#species.get(id);
          return {
            name: id,
            value: species
              ? this.#closed(this.#times(value, species), this.#model)
              : this.#changes.has(id)
                ? value
                : this.#closed(value, this.#model),
          };
        },
      ),
      ...(this.#changes.size > 0
        ? {
            rates: new Map(
              [...this.#changes].map(([id, rate]) => [id, this.#closed(this.#growth(id, rate), this.#model)]),
            ),
          }
        : {}),
      events: this.#events(index),
    };
    checkNames(network);
    const measured = counted.filter(({ molecules }) => molecules !== 1).map(({ id }) => id);
    return {
      ...network,
      notes: this.#notes,
      ...(measured.length > 0 ? { measured: new Set(measured) } : {}),
    };
  }

  #line(element: XmlElement): number {
    return this.#text.slice(0, element.start).split("\n").length;
  }

  #refuse(element: XmlElement, why: string): never {
    const id = element.attributes?.id ?? element.attributes?.variable ?? element.attributes?.symbol;
    const named = id ? ` "${id}"` : "";
    throw new ParameterError("sbml", `sbml, line ${this.#line(element)}: <${element.name}>${named} ${why}.`);
  }

  /** The id of an element: of one name space with all others of the model. */
  #id(element: XmlElement): string {
    const id = this.#sId(element);
    if (this.#ids.has(id)) this.#refuse(element, "has an id that another element of the model has");
    this.#ids.add(id);
    return id;
  }

  #sId(element: XmlElement): string {
    const { id } = element.attributes;
    if (id === undefined || !ID.test(id)) {
      this.#refuse(element, id === undefined ? "has no id" : "has an id that is none: it takes letters, digits and _");
    }
    return id;
  }

  #list(name: string): XmlElement[] {
    const list = elements(this.#model).find((child) => local(child) === name);
    return list ? elements(list).filter((child) => !["notes", "annotation"].includes(local(child))) : [];
  }

  #checkLists(): void {
    const known = [
      "notes",
      "annotation",
      "listOfUnitDefinitions",
      "listOfFunctionDefinitions",
      "listOfCompartments",
    ].concat(
      [
        "listOfSpecies",
        "listOfParameters",
        "listOfInitialAssignments",
        "listOfRules",
        "listOfReactions",
        "listOfEvents",
      ],
      ["listOfCompartmentTypes", "listOfSpeciesTypes"],
    );
    const foreign = new Set(["comp", "arrays", "multi", "qual", "spatial", "dyn"]);
    for (const child of elements(this.#model)) {
      const prefix = /^(\w+):/.exec(child.name)?.[1];
      if (local(child) === "listOfConstraints") {
        const many = elements(child).filter((each) => local(each) === "constraint").length;
        if (many > 0) this.#notes.push(`${many} constraint${many > 1 ? "s are" : " is"} not checked`);
        continue;
      }
      // Drawings, groups and objectives change nothing.
      if (prefix !== undefined && child.name !== this.#prefixed(local(child)) && !foreign.has(prefix)) continue;
      if (local(child) === "listOfPorts") continue;
      if (!known.includes(local(child))) this.#refuse(child, "is not supported");
    }
  }

  /** The name with the model's own prefix. */
  #prefixed(name: string): string {
    return this.#model.name.replace(/model$/, name);
  }

  get #context(): MathContext {
    return {
      functions: (name) => this.#functionOf(name),
      // What changes it is known when all has been read.
      rateOf: (name, element) => {
        this.#rates.set(`${RATE}${name}`, { name, element });
        return nameOf(`${RATE}${name}`);
      },
      refuse: (element, why) => this.#refuse(element, why),
    };
  }

  /** How fast an amount or a parameter changes by its rule. Where that is one of concentrations the size of the compartment may change, too. */
  #growth(id: string, rate: Expression): Expression {
    const species = this.#species.get(id);
    if (!species) return rate;
    const grown = this.#times(rate, species);
    if (species.amount) return grown;
    const { compartment, element } = species;
    if (this.#rules.has(compartment)) {
      return this.#refuse(element, `has a rate of its concentration in ${compartment}, whose size a rule sets`);
    }
    const swelling = this.#changes.get(compartment);
    return swelling
      ? call("+", grown, this.#times(call("*", nameOf(id), call("/", swelling, nameOf(compartment))), species))
      : grown;
  }

  /** dx/dt of a symbol by its reactions; of what only events change it is 0. */
  #rateOf({ name, element }: { name: string; element: XmlElement }): Expression {
    const species = this.#species.get(name);
    if (this.#rules.has(name)) return this.#refuse(element, `asks for the rate of ${name}, which a rule sets`);
    const change = this.#changes.get(name);
    if (change) return change;
    if (!species)
      return this.#values.has(name)
        ? number(0)
        : this.#refuse(element, `asks for the rate of ${name}, which there is not`);
    const parts = this.#written.flatMap(({ changes, law }) => {
      const change = changes.get(name) ?? 0;
      return change === 0 ? [] : [call("*", number(change), law)];
    });
    const count = parts.length > 0 ? parts.reduce((a, b) => call("+", a, b)) : number(0);
    return this.#symbol(species, count);
  }

  #math(parent: XmlElement): Expression {
    const math = elements(parent).find((child) => local(child) === "math");
    if (!math) return this.#refuse(parent, "has no math");
    return expressionOf(math, this.#context);
  }

  #readFunctions(): void {
    for (const definition of this.#list("listOfFunctionDefinitions")) {
      this.#definitions.set(this.#id(definition), definition);
    }
  }

  /** Functions are read when they are asked for, so that their order is of no matter. */
  #functionOf(name: string): Lambda | undefined {
    const known = this.#functions.get(name);
    const definition = this.#definitions.get(name);
    if (known || !definition) return known;
    this.#definitions.delete(name); // one that asks for itself finds none
    const lambda =
      elements(definition)
        .filter((child) => local(child) === "math")
        .flatMap(elements)
        .find((child) => local(child) === "lambda") ?? this.#refuse(definition, "has no lambda");
    const parts = elements(lambda);
    const parameters = parts.filter((part) => local(part) === "bvar").map((part) => part.text.trim());
    const body = parts.at(-1);
    const math = body && local(body) !== "bvar" ? body : this.#refuse(lambda, "has no body");
    const own = { parameters, body: expressionOf(math, this.#context) };
    this.#functions.set(name, own);
    return own;
  }

  #readCompartments(): void {
    for (const element of this.#list("listOfCompartments")) {
      // Without a size amounts are all that is known; laws then mean them.
      const size = element.attributes.size === undefined ? 1 : this.#number(element, "size");
      if (size <= 0) this.#refuse(element, `has the size ${size}; it must be above 0`);
      this.#values.set(this.#id(element), number(size));
    }
  }

  #readSpecies(): void {
    for (const element of this.#list("listOfSpecies")) {
      const id = this.#id(element);
      const { compartment, hasOnlySubstanceUnits, boundaryCondition, constant, substanceUnits } = element.attributes;
      if (!this.#values.has(compartment))
        this.#refuse(
          element,
          compartment === undefined
            ? "has no compartment"
            : `is in the compartment "${compartment}", which there is not`,
        );
      this.#species.set(id, {
        id,
        element,
        compartment,
        amount: isTrue(hasOnlySubstanceUnits),
        fixed: isTrue(boundaryCondition) || isTrue(constant),
        constant: isTrue(constant),
        molecules: this.#moleculesIn(substanceUnits ?? this.#unitOf("substance"), element),
      });
    }
  }

  /** Ids of stoichiometries. */
  get #references(): Set<string> {
    const all = this.#list("listOfReactions")
      .flatMap(elements)
      .filter((list) => ["listOfReactants", "listOfProducts"].includes(local(list)))
      .flatMap(elements);
    return new Set(all.flatMap(({ attributes }) => (attributes.id === undefined ? [] : [attributes.id])));
  }

  /** The unit that the model has for what says none. */
  #unitOf(what: "substance" | "extent"): string | undefined {
    if (this.#level === 3) return this.#model.attributes[`${what}Units`] ?? this.#model.attributes.substanceUnits;
    return this.#list("listOfUnitDefinitions").some(({ attributes }) => attributes.id === "substance")
      ? "substance"
      : undefined;
  }

  #moleculesIn(unit: string | undefined, element: XmlElement): number {
    if (this.#asCounts) return 1;
    const definitions = new Map(this.#list("listOfUnitDefinitions").map((each) => [each.attributes.id, each]));
    const molecules = moleculesIn(unit, definitions, (each, why) => this.#refuse(each, why));
    return (
      molecules ??
      this.#refuse(
        element,
        `is counted in the unit "${unit}", from which no number of molecules follows; give --units none to take its numbers for counts`,
      )
    );
  }

  #readParameters(): void {
    for (const element of this.#list("listOfParameters")) {
      // Without a value it may get one by an assignment; else `closed` finds that it has none.
      const { value: text } = element.attributes;
      const known = { INF: Number.POSITIVE_INFINITY, "-INF": Number.NEGATIVE_INFINITY, NaN: Number.NaN };
      const value =
        text === undefined
          ? Number.NaN
          : Object.hasOwn(known, text)
            ? known[text as "INF"]
            : this.#number(element, "value");
      this.#values.set(this.#id(element), number(value));
    }
  }

  #readAssignments(): void {
    for (const element of this.#list("listOfInitialAssignments")) {
      const { symbol } = element.attributes;
      if (!this.#values.has(symbol) && !this.#species.has(symbol) && !this.#references.has(symbol)) {
        this.#refuse(element, "sets what is neither a species, a parameter nor a compartment");
      }
      if (this.#starts.has(symbol)) this.#refuse(element, "sets what another one sets");
      this.#starts.set(symbol, this.#math(element));
    }
    for (const element of this.#list("listOfRules")) {
      const { variable } = element.attributes;
      if (local(element) === "rateRule" && (this.#values.has(variable) || this.#species.has(variable))) {
        if (this.#rules.has(variable) || this.#changes.has(variable))
          this.#refuse(element, "sets what another one sets");
        this.#changes.set(variable, this.#math(element));
        continue;
      }
      if (local(element) !== "assignmentRule") this.#refuse(element, "is not supported");
      if (!this.#values.has(variable) && !this.#species.has(variable) && !this.#references.has(variable)) {
        this.#refuse(element, "sets what is neither a species nor a parameter");
      }
      if (this.#rules.has(variable) || this.#changes.has(variable)) this.#refuse(element, "sets what another one sets");
      this.#rules.set(variable, this.#math(element));
      this.#values.delete(variable);
    }
  }

  #reactions(): Written[] {
    return this.#list("listOfReactions").map((element) => {
      const id = this.#id(element);
      if (isTrue(element.attributes.fast)) this.#refuse(element, "is fast, which is not supported");
      const law = elements(element).find((child) => local(child) === "kineticLaw");
      if (!law) return this.#refuse(element, "has no kineticLaw");
      const extent = this.#moleculesIn(law.attributes.substanceUnits ?? this.#unitOf("extent"), law);
      const changes = new Map<string, number>();
      const side = (name: string, sign: number) => {
        const list = elements(element).find((child) => local(child) === name);
        const references = list ? elements(list).filter((each) => local(each) === "speciesReference") : [];
        return references.map((reference) => {
          const species = this.#species.get(reference.attributes.species);
          if (!species)
            return this.#refuse(
              reference,
              `names the species "${reference.attributes.species ?? ""}", which there is not`,
            );
          if ((this.#rules.has(species.id) || this.#changes.has(species.id)) && !species.fixed) {
            this.#refuse(reference, `changes ${species.id}, which a rule sets`);
          }
          const count = sign * this.#stoichiometry(reference, species, extent);
          if (!species.fixed) changes.set(species.id, (changes.get(species.id) ?? 0) + count);
          return species.id;
        });
      };
      const sides: Sides = { reactants: side("listOfReactants", -1), products: side("listOfProducts", 1) };
      const own = new Map<string, string>();
      const lists = elements(law).filter((child) =>
        ["listOfParameters", "listOfLocalParameters"].includes(local(child)),
      );
      for (const parameter of lists.flatMap(elements).filter((child) => /arameter$/.test(local(child)))) {
        // A name that no other has: local ones hide global ones.
        const local = this.#sId(parameter);
        if (own.has(local)) this.#refuse(parameter, "has an id that another one of the law has");
        const name = `${id}.${local}`;
        own.set(local, name);
        this.#values.set(name, number(this.#number(parameter, "value")));
      }
      const rename = (name: string) => {
        if (name.startsWith(RATE) && own.has(name.slice(RATE.length))) return number(0);
        return own.has(name) ? nameOf(own.get(name)!) : undefined;
      };
      const written = substitute(this.#math(law), rename);
      this.#lawOf.set(id, written);
      return { name: id, element, changes, sides, law: extent === 1 ? written : call("*", number(extent), written) };
    });
  }

  /** A reaction, or the two of one that is reversible. */
  #directions({ name, element, changes, sides, law }: Written, counted: readonly Species[]): Reaction[] {
    const forward = counted.map(({ id }) => changes.get(id) ?? 0);
    const propensity = this.#closed(law, element);
    const oneWay = this.#version1 || ["false", "0"].includes(element.attributes.reversible);
    const split = oneWay ? undefined : this.#split(law, element, sides);
    if (!split) return [{ name, changes: forward, propensity }];
    return [
      { name: `${name} forwards`, changes: forward, propensity: split.forward },
      { name: `${name} backwards`, changes: forward.map((change) => -change || 0), propensity: split.backward },
    ];
  }

  /** The law as it is written is tried first: what rules compute are values there, whatever differences they hold. */
  #split(law: Expression, element: XmlElement, { reactants, products }: Sides): Split | undefined {
    const own = (names: readonly string[]) => names.filter((id) => !this.#rules.has(id));
    const sides = { reactants: own(reactants), products: own(products) };
    const written = splitLaw(law, sides);
    const split = typeof written === "object" ? written : splitLaw(this.#closed(law, element), sides);
    if (typeof split === "string") return this.#refuse(element, split);
    return split && { forward: this.#closed(split.forward, element), backward: this.#closed(split.backward, element) };
  }

  /** Molecules of a species that come or go with one firing. */
  #stoichiometry(reference: XmlElement, species: Species, extent: number): number {
    const count = this.#copies(reference) * this.#conversion(species) * (species.molecules / extent);
    if (Math.abs(count - Math.round(count)) > 1e-9 || count < 0) {
      return this.#refuse(reference, `has the stoichiometry ${count}; molecules react in whole numbers`);
    }
    return Math.round(count);
  }

  /** The value of what follows from parameters that nothing changes; undefined for all else. */
  #fixedValue(expression: Expression): number | undefined {
    const changing = new Set(this.#variables);
    const fixed = (name: string, within: readonly string[]): number => {
      if (within.includes(name) || changing.has(name) || this.#rules.has(name) || this.#species.has(name))
        return Number.NaN;
      const own = this.#starts.get(name) ?? this.#values.get(name);
      return own ? evaluate(own, (other) => fixed(other, [...within, name])) : Number.NaN;
    };
    const value = evaluate(expression, (name) => fixed(name, []));
    return Number.isFinite(value) ? value : undefined;
  }

  /** The model's or the species' conversion factor. */
  #conversion({ element }: Species): number {
    const name = element.attributes.conversionFactor ?? this.#model.attributes.conversionFactor;
    if (name === undefined) return 1;
    const value = this.#fixedValue(nameOf(name));
    if (value !== undefined) return value;
    return this.#refuse(element, `has the conversionFactor "${name}", which is no parameter of a fixed value`);
  }

  #copies(reference: XmlElement): number {
    const math = elements(reference).find((child) => local(child) === "stoichiometryMath");
    const { id } = reference.attributes;
    if (id && this.#rules.has(id))
      return this.#refuse(reference, "has a stoichiometry that changes, which is not supported");
    const computed = math ? this.#math(math) : id ? this.#starts.get(id) : undefined;
    if (computed) {
      const value = this.#fixedValue(computed);
      if (value === undefined)
        return this.#refuse(reference, "has a stoichiometry that changes, which is not supported");
      return value;
    }
    const count = reference.attributes.stoichiometry === undefined ? 1 : this.#number(reference, "stoichiometry");
    return count;
  }

  /** Parameters and compartments that events set. */
  get #variables(): string[] {
    const targets = this.#list("listOfEvents")
      .flatMap((event) => elements(event).filter((child) => local(child) === "listOfEventAssignments"))
      .flatMap(elements)
      .map(({ attributes }) => attributes.variable);
    return [...new Set([...targets, ...this.#changes.keys()])].filter((name) => this.#values.has(name));
  }

  #events(index: ReadonlyMap<string, number>): NetworkEvent[] {
    return this.#list("listOfEvents").map((element, i) => {
      const child = (name: string) => elements(element).find((each) => local(each) === name);
      const trigger = child("trigger");
      if (!trigger) return this.#refuse(element, "has no trigger");
      const closed = (parent: XmlElement | undefined) => parent && this.#closed(this.#math(parent), parent);
      const delay = closed(child("delay"));
      const list = child("listOfEventAssignments");
      const assignments = (list ? elements(list) : []).map((assignment) => {
        const { variable } = assignment.attributes;
        const species = this.#species.get(variable);
        const target = index.get(variable);
        if (target === undefined)
          return this.#refuse(assignment, "sets what is neither a species nor a parameter that can change");
        if (species?.constant) this.#refuse(assignment, "sets a constant species");
        const value = this.#math(assignment);
        if (species && !species.amount && this.#variables.includes(species.compartment)) {
          // A concentration becomes an amount by the size that the compartment has then.
          const scale = this.#closed(this.#times(number(1), species), assignment);
          return { target, value: this.#closed(value, assignment), scale };
        }
        return { target, value: this.#closed(species ? this.#times(value, species) : value, assignment) };
      });
      const legacy = this.#version1;
      return {
        name: element.attributes.id === undefined ? `event ${i + 1}` : this.#id(element),
        trigger: this.#closed(this.#math(trigger), trigger),
        assignments,
        // Level 2 knows no event that fires at the start, and none that is given up.
        initially: this.#level === 2 || trigger.attributes.initialValue !== "false",
        persistent: !legacy && trigger.attributes.persistent !== "false",
        atTrigger: !legacy && element.attributes.useValuesFromTriggerTime !== "false",
        // At once is no delay.
        delay: delay?.kind === "number" && delay.value === 0 ? undefined : delay,
        priority: closed(child("priority")),
      };
    });
  }

  #initial(species: Species, within: readonly string[] = []): Expression {
    const { element, compartment } = species;
    if (within.includes(species.id)) this.#refuse(element, "starts at what follows from itself");
    const start = this.#starts.get(species.id);
    if (start) return this.#atStart(this.#times(start, species), [...within, species.id]);
    const { molecules } = species;
    if (element.attributes.initialAmount !== undefined)
      return number(this.#number(element, "initialAmount") * molecules);
    if (element.attributes.initialConcentration !== undefined) {
      return call("*", number(this.#number(element, "initialConcentration") * molecules), nameOf(compartment));
    }
    return this.#refuse(element, "has no initial amount; add initialAmount");
  }

  /** Of parameters alone: species and rules stand for their values at t = 0. */
  #atStart(expression: Expression, within: readonly string[]): Expression {
    return substitute(expression, (name) => {
      if (within.includes(name) && within.length > 1) this.#refuse(this.#model, `defines ${name} by itself`);
      if (name === TIME) return number(0);
      const rate = this.#rates.get(name);
      if (rate) return this.#atStart(this.#rateOf(rate), [...within, name]);
      const law = this.#values.has(name) || this.#species.has(name) ? undefined : this.#lawOf.get(name);
      if (law) return this.#atStart(law, [...within, name]);
      const species = this.#species.get(name);
      const rule = this.#rules.get(name);
      if (rule) return this.#atStart(rule, [...within, name]);
      return species ? this.#symbol(species, this.#initial(species, within)) : undefined;
    });
  }

  /** The value of a species' symbol where its count is known. */
  #symbol({ amount, compartment, molecules }: Species, count: Expression): Expression {
    if (molecules === 1) return amount ? count : call("/", count, nameOf(compartment));
    // One constant factor: parts of it may be beyond what f32 holds.
    const unit = amount ? number(molecules) : call("*", number(molecules), nameOf(compartment));
    return call("*", count, call("/", number(1), unit));
  }

  /** The count of a species where the value of its symbol is known. */
  #times(value: Expression, { amount, compartment, molecules }: Species): Expression {
    const own = amount ? value : call("*", value, nameOf(compartment));
    return molecules === 1 ? own : call("*", own, number(molecules));
  }

  /** Species as amounts, rules by what they say, so that only amounts, parameters and the time remain. */
  #closed(expression: Expression, where: XmlElement, within: readonly string[] = []): Expression {
    return substitute(expression, (name) => {
      if (within.includes(name)) this.#refuse(where, `depends on ${name}, which is defined by itself`);
      const rule = this.#rules.get(name);
      if (rule) return this.#closed(rule, where, [...within, name]);
      const rate = this.#rates.get(name);
      if (rate) return this.#closed(this.#rateOf(rate), where, [...within, name]);
      const species = this.#species.get(name);
      if (species) return this.#sized(this.#symbol(species, nameOf(name)), species, where, within);
      if (name === TIME) return undefined;
      const law = this.#values.has(name) ? undefined : this.#lawOf.get(name);
      if (law) return this.#closed(law, where, [...within, name]);
      const value = this.#values.get(name);
      if (!value)
        return this.#refuse(where, `asks for ${name}, which is neither a species, a parameter nor a compartment`);
      if (value.kind === "number" && Math.abs(value.value) === Number.POSITIVE_INFINITY && !this.#starts.has(name))
        return value;
      if (value.kind === "number" && Number.isNaN(value.value) && !this.#starts.has(name)) {
        this.#refuse(where, `asks for ${name}, which has no value`);
      }
      return undefined;
    });
  }

  /** The size of a compartment may be what a rule sets. */
  #sized(symbol: Expression, { compartment }: Species, where: XmlElement, within: readonly string[]): Expression {
    const rule = this.#rules.get(compartment);
    if (!rule) return symbol;
    return substitute(symbol, (name) =>
      name === compartment ? this.#closed(rule, where, [...within, name]) : undefined,
    );
  }

  /** Values in an order in which each follows from those before it. */
  #sortedValues(): Map<string, Expression> {
    const sorted = new Map<string, Expression>();
    const visit = (name: string, chain: readonly string[]) => {
      if (sorted.has(name)) return;
      if (chain.includes(name)) this.#refuse(this.#model, `defines ${name} by itself`);
      const start = this.#species.has(name) ? undefined : this.#starts.get(name);
      const value = start ? this.#atStart(start, [name]) : this.#values.get(name)!;
      for (const other of namesIn(value)) {
        if (!this.#values.has(other))
          this.#refuse(this.#model, `asks for ${other} in the initial value of ${name}; there is none`);
        visit(other, [...chain, name]);
      }
      if (value.kind === "number" && !Number.isFinite(value.value)) return; // nobody asks for it, or its value stands there
      sorted.set(name, value);
    };
    for (const name of this.#values.keys()) visit(name, []);
    return sorted;
  }

  #number(element: XmlElement, attribute: string): number {
    const text = element.attributes[attribute] ?? "";
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(value)) this.#refuse(element, `has the ${attribute} "${text}"; it must be a finite number`);
    return value;
  }
}

const RATE = "rate of ";

const isTrue = (text: string | undefined) => text === "true" || text === "1";
