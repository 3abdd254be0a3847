// The gallery's search: cards that lack one of the words are hidden. The address keeps the words.

import { takeDrops } from "../shell/drop.ts";
import { find } from "../shell/elements.ts";

takeDrops();
const search = find<HTMLInputElement>("search");
const found = find<HTMLOutputElement>("found");
const cards = [...document.querySelectorAll<HTMLElement>("[data-sought]")];

function show(): void {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const card of cards) card.hidden = !words.every((word) => card.dataset.sought!.includes(word));
  for (const section of document.querySelectorAll<HTMLElement>("main section"))
    section.hidden = !section.querySelector("[data-sought]:not([hidden])");
  const left = cards.filter((card) => !card.hidden).length;
  found.textContent = words.length === 0 ? "" : `${left} of ${cards.length}`;
}

search.value = new URLSearchParams(location.hash.slice(1)).get("search") ?? "";
search.addEventListener("input", () => {
  show();
  history.replaceState(null, "", search.value ? `#search=${encodeURIComponent(search.value)}` : location.pathname);
});
show();
