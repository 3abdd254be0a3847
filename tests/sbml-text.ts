// SBML documents for tests: models of one compartment, written as short as they can be.

export const math = (inside: string) => `<math xmlns="http://www.w3.org/1998/Math/MathML">${inside}</math>`;
export const apply = (operation: string, ...operands: (string | number)[]): string =>
  `<apply><${operation}/>${operands.map(operand).join("")}</apply>`;
/** A number, a name, or what is written out already. */
export const operand = (value: string | number) =>
  typeof value === "number" ? `<cn>${value}</cn>` : value.startsWith("<") ? value : `<ci>${value}</ci>`;
export const TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>';

/** Species with their amounts, parameters with their values; further lists as they are. */
export interface Model {
  species: Record<string, number>;
  parameters?: Record<string, number>;
  reactions: string[];
  events?: string[];
  more?: string;
  level?: 2 | 3;
  model?: string;
  head?: string;
}

export function sbml({
  species,
  parameters = {},
  reactions,
  events = [],
  more = "",
  level = 3,
  model = "",
  head = "",
}: Model): string {
  const list = (name: string, parts: string[]) => (parts.length > 0 ? `<${name}>${parts.join("\n")}</${name}>` : "");
  const version = level === 3 ? "level3/version1/core" : "level2/version4";
  return `<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/${version}" level="${level}" version="${level === 3 ? 1 : 4}" ${head}><model id="m" ${model}>
<listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments>
${list(
  "listOfSpecies",
  Object.entries(species).map(
    ([id, amount]) => `<species id="${id}" compartment="c" initialAmount="${amount}" hasOnlySubstanceUnits="true"/>`,
  ),
)}
${list(
  "listOfParameters",
  Object.entries(parameters).map(([id, value]) => `<parameter id="${id}" value="${value}" constant="false"/>`),
)}
${more}
${list("listOfReactions", reactions)}
${list("listOfEvents", events)}
</model></sbml>`;
}

const side = (name: string, ids: string) =>
  ids === ""
    ? ""
    : `<${name}>${ids
        .split(" ")
        .map((id) => `<speciesReference species="${id}" stoichiometry="1"/>`)
        .join("")}</${name}>`;

/** `from` and `to` are ids between spaces. */
export const reaction = (
  id: string,
  from: string,
  to: string,
  law: string | number,
  reversible: boolean | "" = false,
) =>
  `<reaction id="${id}" ${reversible === "" ? "" : `reversible="${reversible}"`}>${side("listOfReactants", from)}${side("listOfProducts", to)}<kineticLaw>${math(operand(law))}</kineticLaw></reaction>`;

export interface Happening {
  trigger: string;
  set: Record<string, string | number>;
  /** Attributes of the event and of its trigger. */
  event?: string;
  when?: string;
  delay?: string | number;
  priority?: string | number;
}

export const event = ({ trigger, set, event = "", when = "", delay, priority }: Happening) => {
  const part = (name: string, value: string | number | undefined) =>
    value === undefined ? "" : `<${name}>${math(operand(value))}</${name}>`;
  const assignments = Object.entries(set).map(
    ([id, value]) => `<eventAssignment variable="${id}">${math(operand(value))}</eventAssignment>`,
  );
  return `<event ${event}><trigger ${when}>${math(trigger)}</trigger>${part("priority", priority)}${part("delay", delay)}<listOfEventAssignments>${assignments.join("")}</listOfEventAssignments></event>`;
};
