// Networks from SBML Level 2 and 3 (sbml.org/specifications; Keating et al. 2020, doi 10.15252/msb.20199110): counted species,
// rate laws taken as they are written, rules and events. The rest is refused by name, with its line.

import { type Expression, nameOf, number } from "../../../expression/expression.ts";
import { checkNames, checkSize, type Network, NOBODY } from "../network/network.ts";
import { Amounts, countOf } from "./amounts.ts";
import { SbmlDocument } from "./document.ts";
import { eventsOf } from "./events.ts";
import { Maths } from "./maths.ts";
import { Meaning } from "./meaning.ts";
import { Quantities } from "./quantities.ts";
import { type Parts, Reactions, type SbmlOptions } from "./reactions.ts";

export type { SbmlOptions };

/** @throws ParameterError naming the element and its line. */
export function readSbml(
  text: string,
  { version1 = false, asCounts = version1, countsCopies = false, scales = false, splits = false }: SbmlOptions = {},
): Network {
  const document = new SbmlDocument(text);
  const maths = new Maths(document);
  const amounts = new Amounts(document, asCounts);
  const quantities = new Quantities(document, maths, amounts);
  const meaning = new Meaning(document, maths, quantities);
  const options = { version1, asCounts, countsCopies, scales: scales && !version1, splits };
  return networkOf({ document, maths, amounts, quantities, meaning, options });
}

function networkOf(parts: Parts): Network {
  const { document, quantities, meaning } = parts;
  const { species: all, values, changes } = quantities;
  const reactions = new Reactions(parts);
  const { counted } = quantities;
  // A species of a rate rule is a real amount.
  for (const species of all.values())
    if (quantities.isReal(species.id)) values.set(species.id, meaning.initial(species));
  // Rate rules alone are what happens, too, though nothing of it is random.
  const real = changes.size + quantities.reals.size + quantities.drawn.size > 0;
  const alone = real && (counted.length === 0 || reactions.length === 0);
  if (!alone && (counted.length === 0 || reactions.length === 0)) {
    const why = counted.length === 0 ? "has no species" : "has no reactions: nothing happens in it";
    document.refuse(document.model, why);
  }
  const draws = quantities.reals.size + quantities.drawn.size > 0;
  const random = draws ? "only its draws are random" : "nothing in it is random";
  if (alone) document.notes.push(`the model has no reactions of counted species: ${random}`);
  checkSize(counted.length, reactions.length);
  const names = counted.length > 0 ? counted.map(({ id }) => id) : [NOBODY];
  const { variables } = quantities;
  const index = new Map([...names, ...variables].map((id, i) => [id, i]));
  const { drawn } = quantities;
  const starts = [...meaning.drawnStarts()].map(([id, value]) => ({ target: index.get(id)!, value }));
  const network: Network = {
    species: names,
    variables,
    initial:
      counted.length > 0
        ? counted.map((species) => (drawn.has(species.id) ? number(0) : meaning.atStart(meaning.initial(species))))
        : [number(0)],
    ...(starts.length > 0 ? { starts } : {}),
    parameters: meaning.sortedValues(),
    reactions:
      reactions.length > 0
        ? reactions.directions(counted)
        : [{ name: "nothing", changes: names.map(() => 0), propensity: number(0) }],
    outputs: outputsOf(parts),
    ...(changes.size > 0 ? { rates: ratesOf(parts) } : {}),
    events: eventsOf(parts, index),
  };
  checkNames(network);
  const measured = counted.filter(({ molecules }) => molecules !== 1).map(({ id }) => id);
  return {
    ...network,
    notes: document.notes,
    ...(measured.length > 0 ? { measured: new Set(measured) } : {}),
  };
}

/** What rules compute, and what has a rate. */
function outputsOf({ document, quantities, meaning }: Parts): { name: string; value: Expression }[] {
  const { species, rules, changes, reals } = quantities;
  const computed = [...rules].map(([name, rule]) => {
    const own = species.get(name);
    return { name, value: meaning.closed(own ? countOf(own, rule) : rule, document.model) };
  });
  return [...computed, ...[...changes.keys(), ...reals].map((name) => ({ name, value: nameOf(name) }))];
}

function ratesOf({ document, quantities, meaning }: Parts): Map<string, Expression> {
  const { changes } = quantities;
  return new Map([...changes].map(([id, rate]) => [id, meaning.closed(meaning.growth(id, rate), document.model)]));
}
