// What is asked of XML elements everywhere in a file.

import type { XmlElement } from "@rgrove/parse-xml";

export const elements = (parent: XmlElement): XmlElement[] =>
  parent.children.filter((child): child is XmlElement => child.type === "element");

/** `ci` without a namespace prefix. */
export const local = (element: XmlElement) => element.name.replace(/^.*:/, "");

/** The first child of that name, whatever its prefix. */
export const childOf = (parent: XmlElement, name: string) => elements(parent).find((child) => local(child) === name);

/** The elements of a list that stands in the parent; none where there is no list. */
export function listOf(parent: XmlElement, name: string): XmlElement[] {
  const list = childOf(parent, name);
  return list ? elements(list) : [];
}

/** An attribute of type boolean. */
export const isTrue = (text: string | undefined) => text === "true" || text === "1";
