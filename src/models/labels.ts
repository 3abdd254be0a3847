// Identifiers as people read them: what pages call the values of a choice, and observables. What a user has named keeps its name.

import type { Observable } from "./model.ts";

/** `heat-bath`, `v_prediction` and `specificHeat` as "Heat bath", "V prediction" and "Specific heat". */
export function words(identifier: string): string {
  const text = identifier
    .replace(/[-_]+/g, " ")
    .replace(/(?<=[a-z\d])[A-Z](?![A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A choice's value by the labels of its field: numbers of a list as 512 × 512, and what is none of the field's as it is. */
export function valueLabel(value: string, labels: Readonly<Record<string, string>>): string {
  if (Object.hasOwn(labels, value)) return labels[value];
  const parts = value.split(",");
  if (parts.length < 2) return value;
  if (parts.every((part) => /^\d+$/.test(part))) return parts.join(" × ");
  if (!parts.every((part) => Object.hasOwn(labels, part))) return value;
  const [first, ...others] = parts.map((part) => labels[part]);
  if (others.every((other) => other === first)) return first;
  return [first, ...others.map((other) => other.charAt(0).toLowerCase() + other.slice(1))].join(", ");
}

/**
 * What pages call an observable. One that only a simulation has, and not its model, may have a name of the user's: it is shown as it
 * is, unless the simulation says otherwise.
 */
export const observableLabel = (
  name: string,
  own: Pick<Observable, "label"> | undefined,
  { observables }: { observables: Record<string, Observable> },
): string => own?.label ?? (Object.hasOwn(observables, name) ? words(name) : name);
