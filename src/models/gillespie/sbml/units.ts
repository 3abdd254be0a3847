// Units of amount in SBML: how many molecules one unit is. Amounts in mole become counts by Avogadro's number.

import type { XmlElement } from "@rgrove/parse-xml";
import { listOf, local } from "./xml.ts";

/** Exact since 2019 (SI brochure, 9th edition). */
const AVOGADRO = 6.02214076e23;

type Refuse = (element: XmlElement, why: string) => never;

/**
 * Molecules in a unit of amount: of a unit's name, or of a definition in the model. 1 for items, numbers and where nothing is
 * declared; undefined for what no count follows from, such as kilograms.
 */
export function moleculesIn(
  unit: string | undefined,
  definitions: ReadonlyMap<string, XmlElement>,
  refuse: Refuse,
): number | undefined {
  if (unit === undefined) return 1;
  const definition = definitions.get(unit);
  if (!definition) return baseUnit(unit);
  let molecules: number | undefined = 1;
  for (const each of listOf(definition, "listOfUnits").filter((child) => local(child) === "unit")) {
    const { kind, exponent, scale, multiplier } = each.attributes;
    const [power, zeros, factor] = [exponent ?? "1", scale ?? "0", multiplier ?? "1"].map(Number);
    if (![power, zeros, factor].every(Number.isFinite))
      refuse(each, "has an exponent, scale or multiplier that is no number");
    const base = baseUnit(kind ?? "");
    if (base === undefined || (power !== 1 && kind !== "dimensionless")) molecules = undefined;
    else if (molecules !== undefined) molecules *= (factor * 10 ** zeros * base) ** power;
  }
  return molecules;
}

const baseUnit = (kind: string): number | undefined =>
  kind === "mole" ? AVOGADRO : ["item", "dimensionless"].includes(kind) ? 1 : undefined;
