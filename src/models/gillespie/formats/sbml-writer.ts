// Networks as SBML Level 3 Version 2 Core (Hucka et al. 2019, doi 10.1515/jib-2019-0021): species in molecules, laws as propensities.

import { type Expression, namesIn } from "../../../expression/expression.ts";
import { escapeHtml } from "../../../files/html.ts";
import { type Network, type NetworkEvent, NOBODY, type Reaction, type Rounding, TIME } from "../network/network.ts";
import { cannotHold, checkDraws, checkKnown } from "./known.ts";
import { mathml } from "./mathml-writer.ts";
import { validNames } from "./names.ts";
import { schemeOf } from "./scheme.ts";
import { startsOf } from "./starts.ts";

const FORMAT = "SBML";
/** The compartment of all species; its size is 1. */
const COMPARTMENT = "all";

/** The package of random numbers, where some are drawn. */
const DISTRIB = ' xmlns:distrib="http://www.sbml.org/sbml/level3/version1/distrib/version1" distrib:required="true"';

type Write = (expression: Expression) => string;

/**
 * The network as a document that reads back to the same network.
 *
 * @param rounding what becomes of starts that are no integer
 * @throws ParameterError naming what SBML cannot hold
 */
export function networkSbml(network: Network, rounding: Rounding = "none"): string {
  checkKnown(network, FORMAT, { network: ["starts"] });
  checkDraws(network, FORMAT);
  const { rates = new Map<string, Expression>(), events } = network;
  const parameters = withoutOwnCompartment(network);
  const species = network.species.filter((name) => name !== NOBODY);
  const reactions = network.reactions.filter(() => species.length > 0);
  const outputs = network.outputs.filter(({ name }) => !rates.has(name));
  const isValid = (name: string) => /^[A-Za-z_]\w*$/.test(name);
  const symbols = validNames([...species, ...parameters.keys()], isValid, [COMPARTMENT]);
  const taken = new Set([COMPARTMENT, ...symbols.values()]);
  /** Ids of their own for what laws do not name. */
  const idsFor = (names: readonly string[]) =>
    names.map((name) => {
      const [own] = validNames([name], isValid, taken).values();
      taken.add(own);
      return own;
    });
  const outputIds = idsFor(outputs.map(({ name }) => name));
  const reactionIds = idsFor(reactions.map(({ name }) => name));
  const eventIds = idsFor(events.map(({ name }) => name));
  const idOf = (name: string) => symbols.get(name) ?? name;
  const write: Write = (expression) => mathml(expression, idOf);
  const starts = startsOf(network, rounding);
  // What is drawn takes the place of counts and values.
  const drawn = new Map(
    (network.starts ?? []).map(({ target, value }) => [[...network.species, ...network.variables][target], value]),
  );
  const targets = [...network.species, ...network.variables].map(idOf);
  const labelled = (id: string, name: string) => (id === name ? `id="${id}"` : `id="${id}" name="${escaped(name)}"`);

  const assigned: string[] = [];
  /** A number as an attribute; whatever must be computed as an initial assignment. */
  const start = (id: string, value: Expression, attribute: string): string => {
    if (value.kind === "number" && Number.isFinite(value.value)) return ` ${attribute}="${value.value}"`;
    assigned.push(`<initialAssignment symbol="${id}">${write(value)}</initialAssignment>`);
    return "";
  };
  const speciesLines = species.map((name) => {
    const own = start(idOf(name), drawn.get(name) ?? starts[network.species.indexOf(name)], "initialAmount");
    const label = network.labels?.get(name) ?? name;
    return `<species ${labelled(idOf(name), label)} compartment="${COMPARTMENT}"${own} substanceUnits="item" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>`;
  });
  const parameterLines = [...parameters].map(([name, value]) => {
    const changes = network.variables.includes(name);
    return `<parameter ${labelled(idOf(name), name)}${start(idOf(name), drawn.get(name) ?? value, "value")} constant="${!changes}"/>`;
  });
  const outputLines = outputs.map(({ name }, i) => `<parameter ${labelled(outputIds[i], name)} constant="false"/>`);

  const list = (name: string, items: readonly string[]) =>
    items.length > 0 ? [`<listOf${name}>`, ...items.map((item) => `  ${item}`), `</listOf${name}>`] : [];
  const body = [
    ...list("Compartments", [`<compartment id="${COMPARTMENT}" spatialDimensions="3" size="1" constant="true"/>`]),
    ...list("Species", speciesLines),
    ...list("Parameters", [...parameterLines, ...outputLines]),
    ...list("InitialAssignments", assigned),
    ...list("Rules", [
      ...outputs.map(({ value }, i) => `<assignmentRule variable="${outputIds[i]}">${write(value)}</assignmentRule>`),
      ...[...rates].map(([name, rate]) => `<rateRule variable="${idOf(name)}">${write(rate)}</rateRule>`),
    ]),
    ...list(
      "Reactions",
      reactions.flatMap((reaction, i) =>
        reactionLines(reaction, network, labelled(reactionIds[i], reaction.name), idOf, write),
      ),
    ),
    ...list(
      "Events",
      events.flatMap((event, i) => eventLines(event, targets, network, labelled(eventIds[i], event.name), write)),
    ),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core"${body.some((line) => line.includes("symbols/distrib/")) ? DISTRIB : ""} level="3" version="2">`,
    '  <model id="network" substanceUnits="item" extentUnits="item">',
    ...body.map((line) => `    ${line}`),
    "  </model>",
    "</sbml>",
    "",
  ].join("\n");
}

/** What an earlier document of ours brought with it is not kept twice. */
function withoutOwnCompartment({ parameters, species, variables, ...rest }: Network): ReadonlyMap<string, Expression> {
  const size = parameters.get(COMPARTMENT);
  const laws = [
    ...rest.initial,
    ...parameters.values(),
    ...(rest.rates?.values() ?? []),
    ...rest.reactions.map(({ propensity }) => propensity),
    ...rest.outputs.map(({ value }) => value),
    ...rest.events.flatMap(({ trigger, delay, priority, assignments }) => [
      ...[trigger, delay, priority].filter((each) => each !== undefined),
      ...assignments.flatMap(({ value, scale }) => (scale ? [value, scale] : [value])),
    ]),
  ];
  const isOwn = size?.kind === "number" && size.value === 1 && !variables.includes(COMPARTMENT);
  if (!isOwn || laws.some((law) => namesIn(law).has(COMPARTMENT))) return parameters;
  return new Map([...parameters].filter(([name]) => name !== COMPARTMENT));
}

function reactionLines(
  reaction: Reaction,
  network: Network,
  head: string,
  idOf: (name: string) => string,
  write: Write,
): string[] {
  const { reactants, products } = schemeOf(reaction, network);
  const side = (name: string, terms: readonly [string, number][]) =>
    terms.length > 0
      ? [
          `  <listOf${name}>`,
          ...terms.map(
            ([each, copies]) =>
              `    <speciesReference species="${idOf(each)}" stoichiometry="${copies}" constant="true"/>`,
          ),
          `  </listOf${name}>`,
        ]
      : [];
  const sides = new Set([...reactants, ...products].map(([name]) => name));
  const modifiers = [...namesIn(reaction.propensity)].filter(
    (name) => network.species.includes(name) && !sides.has(name),
  );
  return [
    `<reaction ${head} reversible="false">`,
    ...side("Reactants", reactants),
    ...side("Products", products),
    ...(modifiers.length > 0
      ? [
          "  <listOfModifiers>",
          ...modifiers.map((name) => `    <modifierSpeciesReference species="${idOf(name)}"/>`),
          "  </listOfModifiers>",
        ]
      : []),
    `  <kineticLaw>${write(reaction.propensity)}</kineticLaw>`,
    "</reaction>",
  ];
}

function eventLines(
  { name, trigger, assignments, initially, persistent, atTrigger, delay, priority }: NetworkEvent,
  targets: readonly string[],
  network: Network,
  head: string,
  write: Write,
): string[] {
  const sets = assignments.map(({ target, value, scale }) => {
    // The size is that of the execution; as one product both would be of the trigger's time.
    const moves =
      scale && [...namesIn(scale)].some((each) => [...network.variables, ...network.species, TIME].includes(each));
    if (moves && atTrigger)
      throw cannotHold(FORMAT, `the event ${name}`, "a concentration in a compartment whose size changes");
    const own: Expression = scale ? { kind: "call", operation: "*", operands: [value, scale] } : value;
    return `    <eventAssignment variable="${targets[target]}">${write(own)}</eventAssignment>`;
  });
  return [
    `<event ${head} useValuesFromTriggerTime="${atTrigger}">`,
    `  <trigger initialValue="${initially}" persistent="${persistent}">${write(trigger)}</trigger>`,
    ...(priority ? [`  <priority>${write(priority)}</priority>`] : []),
    ...(delay ? [`  <delay>${write(delay)}</delay>`] : []),
    ...(sets.length > 0 ? ["  <listOfEventAssignments>", ...sets, "  </listOfEventAssignments>"] : []),
    "</event>",
  ];
}

/** What XML does not know becomes a space: control characters, and halves of pairs. */
const escaped = (text: string) => escapeHtml(text.replace(/\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, " "));
