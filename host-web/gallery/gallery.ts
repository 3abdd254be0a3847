// The gallery: a card that is pointed at, or that the keyboard has reached, plays its clip; and the search hides cards that lack one of the
// words, which the address keeps.

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

const still = matchMedia("(prefers-reduced-motion: reduce)");
const thrifty = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

/** Plays a card's clip in place of its picture, until `ended`. Where it cannot be had the picture stays. */
async function play(card: HTMLElement, ended: AbortSignal): Promise<void> {
  // As a file of the build, which the service worker compares with its digest; it answers no request for a part of one.
  const response = await fetch(card.dataset.clip!).catch(() => undefined);
  if (!response?.ok) return;
  const source = URL.createObjectURL(await response.blob());
  const clip = Object.assign(document.createElement("video"), {
    src: source,
    muted: true,
    loop: true,
    playsInline: true,
  });
  clip.setAttribute("aria-hidden", "true"); // the picture has the card's text
  const end = () => {
    clip.remove();
    clip.removeAttribute("src"); // it would look for what is revoked
    clip.load();
    URL.revokeObjectURL(source);
  };
  if (ended.aborted) return end();
  ended.addEventListener("abort", end);
  clip.addEventListener("playing", () => !ended.aborted && card.append(clip), { once: true });
  await clip.play().catch(end);
}

for (const card of document.querySelectorAll<HTMLElement>("[data-clip]")) {
  let playing: AbortController | undefined;
  const start = () => {
    if (playing || still.matches || thrifty) return;
    playing = new AbortController();
    void play(card, playing.signal);
  };
  const stop = () => {
    if (card.matches(":hover, :focus-visible")) return;
    playing?.abort();
    playing = undefined;
  };
  for (const name of ["pointerenter", "focus"]) card.addEventListener(name, start);
  for (const name of ["pointerleave", "blur"]) card.addEventListener(name, stop);
}
