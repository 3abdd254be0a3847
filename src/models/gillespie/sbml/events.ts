// Events, as network.ts has them.

import type { XmlElement } from "@rgrove/parse-xml";
import { hasDraws, number } from "../../../expression/expression.ts";
import type { Assignment, NetworkEvent } from "../network/network.ts";
import { countOf } from "./amounts.ts";
import type { Parts } from "./reactions.ts";
import { childOf, listOf } from "./xml.ts";

/** `index`: the places of species and variables. */
export function eventsOf(parts: Parts, index: ReadonlyMap<string, number>): NetworkEvent[] {
  return parts.document.list("listOfEvents").map((element, i) => eventOf(element, i, parts, index));
}

function eventOf(element: XmlElement, i: number, parts: Parts, index: ReadonlyMap<string, number>): NetworkEvent {
  const { document, maths, meaning, options } = parts;
  const { version1 } = options;
  const trigger = childOf(element, "trigger");
  if (!trigger) return document.refuse(element, "has no trigger");
  const closed = (parent: XmlElement | undefined) => parent && meaning.closed(maths.of(parent), parent);
  const still = (parent: XmlElement | undefined) => {
    const own = closed(parent);
    if (parent && own && hasDraws(own))
      document.refuse(parent, "draws a random number; assignments and delays may draw");
    return own;
  };
  const delay = closed(childOf(element, "delay"));
  const assignments = listOf(element, "listOfEventAssignments").map((each) => assignmentOf(each, parts, index));
  return {
    name: element.attributes.id === undefined ? `event ${i + 1}` : document.id(element),
    trigger: still(trigger)!,
    assignments,
    // Level 2 knows no event that fires at the start, and none that is given up.
    initially: document.level === 2 || trigger.attributes.initialValue !== "false",
    persistent: !version1 && trigger.attributes.persistent !== "false",
    atTrigger: !version1 && element.attributes.useValuesFromTriggerTime !== "false",
    // At once is no delay.
    delay: delay?.kind === "number" && delay.value === 0 ? undefined : delay,
    priority: still(childOf(element, "priority")),
  };
}

function assignmentOf(
  assignment: XmlElement,
  { document, maths, quantities, meaning }: Parts,
  index: ReadonlyMap<string, number>,
): Assignment {
  const { variable } = assignment.attributes;
  const species = quantities.species.get(variable);
  const target = index.get(variable);
  if (target === undefined)
    return document.refuse(assignment, "sets what is neither a species nor a parameter that can change");
  if (species?.constant) document.refuse(assignment, "sets a constant species");
  const value = maths.of(assignment);
  if (species && !species.amount && quantities.variables.includes(species.compartment)) {
    // A concentration becomes an amount by the size that the compartment has then.
    const scale = meaning.closed(countOf(species, number(1)), assignment);
    return { target, value: meaning.closed(value, assignment), scale };
  }
  return { target, value: meaning.closed(species ? countOf(species, value) : value, assignment) };
}
