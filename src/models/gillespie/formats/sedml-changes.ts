// Changes of a model before it is simulated: new values of attributes, which SED-ML names by XPath.

import { parseXml, type XmlElement } from "@rgrove/parse-xml";
import { escapeHtml } from "../../../files/html.ts";
import { elements, local } from "../sbml/xml.ts";

type Fail = (why: string) => never;

/** /sbml:sbml/sbml:model/sbml:listOfParameters/sbml:parameter[@id='k']/@value */
const STEP = /^(?:[\w.-]+:)?([\w.-]+|\*)((?:\[[^\]]*\])*)$/;

/**
 * The document with one attribute of one element set to a new value; all else stays as it is, so that lines in messages are those of the file.
 *
 * @param fail throws an error with a reason
 */
export function changeAttribute(given: string, change: XmlElement, fail: Fail): string {
  const text = given.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n"); // as the parser counts places
  const kind = local(change);
  if (kind !== "changeAttribute") return fail(`${kind} is not supported; changeAttribute is`);
  const { target = "", newValue } = change.attributes;
  if (newValue === undefined) return fail(`the change of ${target} has no newValue`);
  const steps = splitPath(target);
  const attribute = /^@(?:[\w.-]+:)?([\w.-]+)$/.exec(steps.pop() ?? "")?.[1];
  if (attribute === undefined) return fail(`the target "${target}" names no attribute, as …/@value does`);
  const { root } = parsed(text, fail);
  let found: XmlElement[] = root ? [root] : [];
  for (const [i, step] of steps.entries()) {
    const [, name, predicates] = STEP.exec(step) ?? [];
    if (name === undefined) return fail(`the step "${step}" of the target "${target}" is not supported`);
    const all = i === 0 ? found : found.flatMap(elements);
    found = all.filter((each) => (name === "*" || local(each) === name) && matches(each, predicates, target, fail));
  }
  if (found.length !== 1)
    return fail(
      `the target "${target}" is ${found.length === 0 ? "in the model nowhere" : `${found.length} elements`}`,
    );
  return withAttribute(text, found[0], attribute, newValue);
}

function parsed(text: string, fail: Fail) {
  try {
    return parseXml(text, { includeOffsets: true });
  } catch (error) {
    return fail(`it is no well-formed XML: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** At slashes outside of predicates. */
function splitPath(path: string): string[] {
  const steps = [""];
  let depth = 0;
  for (const character of path.trim().replace(/^\//, "")) {
    if (character === "[") depth++;
    if (character === "]") depth--;
    if (character === "/" && depth === 0) steps.push("");
    else steps[steps.length - 1] += character;
  }
  return steps;
}

function matches(element: XmlElement, predicates: string, target: string, fail: Fail): boolean {
  return [...predicates.matchAll(/\[([^\]]*)\]/g)].every(([, inside]) => {
    const [, name, quoted] = /^\s*@(?:[\w.-]+:)?([\w.-]+)\s*=\s*("[^"]*"|'[^']*')\s*$/.exec(inside) ?? [];
    if (name === undefined)
      return fail(`the condition [${inside}] of the target "${target}" is not supported; [@id='…'] is`);
    return element.attributes[name] === quoted.slice(1, -1);
  });
}

/** In the element's start tag, whose offsets the parser knows. */
export function withAttribute(text: string, element: XmlElement, name: string, value: string): string {
  // Quoted values may hold ">".
  const [tag] = /^<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*\/?>/.exec(text.slice(element.start)) ?? [];
  const own = tag ?? text.slice(element.start, text.indexOf(">", element.start) + 1);
  const quoted = `"${escapeHtml(value)}"`;
  const present = new RegExp(`(\\s${name}\\s*=\\s*)(?:"[^"]*"|'[^']*')`);
  const changed = present.test(own)
    ? own.replace(present, (_, lead: string) => lead + quoted)
    : own.replace(/^<[^\s/>]+/, (lead) => `${lead} ${name}=${quoted}`);
  return text.slice(0, element.start) + changed + text.slice(element.start + own.length);
}
