// The gallery's runs of this model below the picture: which of them is shown, and what to look at in it. Of the page's own run its page says
// what; of any other run nobody knows.

import { find } from "./elements.ts";
import { isSameValue } from "./folded.ts";

/** What does not change what there is to look at: how far a run is, how it is seen, and which random numbers it has. */
const APART = /^(v|seed|step|view\..*)$/;

const partsOf = (link: string) => [...new URLSearchParams(link)].filter(([name]) => !APART.test(name)).sort();

const isSame = (a: [string, string][], b: [string, string][]) =>
  a.length === b.length && a.every(([name, value], i) => name === b[i][0] && isSameValue(value, b[i][1]));

/** Tells of the run at this address. @param own parameters of the page's own run */
export function showPreset(address: string, own: Readonly<Record<string, string>>): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>(".presets a")];
  const run = partsOf(address);
  const shown = links.find(({ hash }) => isSame(partsOf(hash.slice(1)), run));
  for (const link of links) {
    if (link === shown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const watch = find("watch");
  const isOwn = isSame(Object.entries(own).sort(), run);
  watch.textContent = shown?.querySelector("img")?.alt ?? (isOwn ? watch.dataset.own! : "");
}
