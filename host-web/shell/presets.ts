// The gallery's runs of this model below the picture: which of them is shown, and what to look at in it.

import { find } from "./elements.ts";

/** A link without what does not change what there is to look at: how far it is, and how it is seen. */
function runOf(link: string): string {
  const parts = [...new URLSearchParams(link)].filter(([name]) => name !== "step" && !name.startsWith("view."));
  return parts
    .map((part) => part.join("="))
    .sort()
    .join("&");
}

/** Tells of the run at this address. */
export function showPreset(address: string): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>(".presets a")];
  const shown = links.find(({ hash }) => runOf(hash.slice(1)) === runOf(address));
  for (const link of links) {
    if (link === shown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const watch = find("watch");
  watch.textContent = shown?.querySelector("img")?.alt ?? watch.dataset.own!;
}
