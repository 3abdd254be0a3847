// The SBML document that a model in Antimony stands for, one element a line.

import type { Expression } from "../../../expression/expression.ts";
import { escapeHtml } from "../../../files/html.ts";
import type { AntimonyModel } from "./antimony.ts";
import { mathml } from "./mathml-writer.ts";

/** Where species are that no file puts anywhere; its size is 1. */
const DEFAULT = "default_compartment";

/** @returns the document, and for each of its lines that of the file, or 0 */
export function antimonySbml(model: AntimonyModel): { xml: string; lines: number[] } {
  const { species, compartments, inside, reactions, events, starts, rules, rates, notes } = model;
  const out: string[] = [];
  const lines: number[] = [];
  const emit = (text: string, line = 0) => {
    out.push(text);
    lines.push(line);
  };
  const write = (expression: Expression) => mathml(expression, (name) => name);
  const list = (name: string, write: () => void) => {
    emit(`<listOf${name}>`);
    const before = out.length;
    write();
    if (out.length > before) emit(`</listOf${name}>`);
    else {
      out.pop();
      lines.pop();
    }
  };
  const fixedBy = (name: string) => rules.has(name) || rates.has(name);
  const homeOf = (name: string) => inside.get(name) ?? DEFAULT;
  // In a volume of 1 that nothing sets concentrations are amounts.
  const sets = [...events.values()].flatMap(({ set }) => set.map(({ value }) => value.target));
  const isPlain = ![...starts.keys(), ...rules.keys(), ...rates.keys(), ...compartments.keys(), ...sets].includes(
    DEFAULT,
  );
  const homes = new Set([...species.keys()].map(homeOf));
  const volumes = new Map([
    ...compartments,
    ...[...homes].map((name): [string, number] => [name, compartments.get(name) ?? 0]),
  ]);
  const known = new Set([...species.keys(), ...volumes.keys(), ...reactions.keys()]);
  const computed: [string, Expression, number][] = [];
  /** A number as an attribute, with what must be computed kept for later. */
  const startOf = (name: string, attribute: string): string => {
    const start = starts.get(name);
    if (!start || rules.has(name)) return "";
    const { value, line } = start;
    if (value.kind === "number" && Number.isFinite(value.value)) return ` ${attribute}="${value.value}"`;
    computed.push([name, value, line]);
    return "";
  };

  emit(
    '<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model id="network">',
  );
  list("Compartments", () => {
    for (const [name, line] of volumes)
      emit(`<compartment id="${name}"${startOf(name, "size")} constant="false"/>`, line);
  });
  const unset: string[] = [];
  list("Species", () => {
    for (const [name, { line, fixed, amount: declared }] of species) {
      const amount = declared || (isPlain && homeOf(name) === DEFAULT);
      let start = startOf(name, amount ? "initialAmount" : "initialConcentration");
      if (!starts.has(name) && !rules.has(name)) {
        unset.push(name);
        start = ' initialAmount="0"';
      } else if (start === "" && rules.has(name)) start = ' initialAmount="0"';
      const is = fixed || fixedBy(name);
      emit(
        `<species id="${name}" compartment="${homeOf(name)}"${start} hasOnlySubstanceUnits="${amount}" boundaryCondition="${is}" constant="false"/>`,
        line,
      );
    }
  });
  if (unset.length > 0) {
    const more = unset.length > 5 ? ` and ${unset.length - 5} more` : "";
    notes.push(`species without a value start at 0: ${unset.slice(0, 5).join(", ")}${more}`);
  }
  const parameters = new Map<string, number>();
  for (const all of [starts, rules, rates]) {
    for (const [name, { line }] of all) if (!known.has(name)) parameters.set(name, parameters.get(name) ?? line);
  }
  list("Parameters", () => {
    for (const [name, line] of parameters)
      emit(`<parameter id="${name}"${startOf(name, "value")} constant="false"/>`, line);
  });
  list("InitialAssignments", () => {
    for (const [name, value, line] of computed)
      emit(`<initialAssignment symbol="${name}">${write(value)}</initialAssignment>`, line);
  });
  list("Rules", () => {
    for (const [name, { value, line }] of rules)
      emit(`<assignmentRule variable="${name}">${write(value)}</assignmentRule>`, line);
    for (const [name, { value, line }] of rates) emit(`<rateRule variable="${name}">${write(value)}</rateRule>`, line);
  });
  list("Reactions", () => {
    for (const [name, { line, reactants, products, reversible, rate }] of reactions) {
      const side = (kind: string, terms: readonly [string, string][]) =>
        terms.length > 0
          ? `<listOf${kind}>${terms.map(([each, copies]) => `<speciesReference species="${each}" stoichiometry="${copies}" constant="true"/>`).join("")}</listOf${kind}>`
          : "";
      emit(
        `<reaction id="${escapeHtml(name)}" reversible="${reversible}">${side("Reactants", reactants)}${side("Products", products)}`,
        line,
      );
      if (rate) emit(`<kineticLaw>${write(rate.value)}</kineticLaw>`, rate.line);
      emit("</reaction>", line);
    }
  });
  list("Events", () => {
    for (const [name, { line, trigger, delay, priority, flags, set }] of events) {
      emit(`<event id="${name}" useValuesFromTriggerTime="${flags.fromTrigger ?? true}">`, line);
      emit(
        `<trigger initialValue="${flags.t0 ?? true}" persistent="${flags.persistent ?? true}">${write(trigger)}</trigger>`,
        line,
      );
      if (priority) emit(`<priority>${write(priority)}</priority>`, line);
      if (delay) emit(`<delay>${write(delay)}</delay>`, line);
      emit("<listOfEventAssignments>", line);
      for (const { value, line: own } of set) {
        emit(`<eventAssignment variable="${value.target}">${write(value.value)}</eventAssignment>`, own);
      }
      emit("</listOfEventAssignments></event>", line);
    }
  });
  emit("</model></sbml>");
  return { xml: out.join("\n"), lines };
}
