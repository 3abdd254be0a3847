// What a row of the table means: its description, and how its error, exact value and z are to be read. It opens from the row's name.

import { ALARM } from "../../src/statistics/deviation.ts";
import type { Row } from "../worker/protocol.ts";
import { find } from "./elements.ts";

/** Of functions of means, such as a specific heat. */
const JACKKNIFE =
  "One standard error of a function of means, by the jackknife over blocks longer than the correlation time.";
/** Pixels between the popover and what it lies next to. */
const GAP = 6;

export class Explanation {
  readonly #box = find("explanation");
  #rows: readonly Row[] = [];
  #name: string | undefined;

  constructor() {
    this.#box.addEventListener("toggle", (event) => {
      if ((event as ToggleEvent).newState === "closed") this.#close();
    });
  }

  /** The row's name, as a button. */
  button(name: string): HTMLButtonElement {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "explain" });
    button.setAttribute("aria-haspopup", "dialog");
    button.setAttribute("aria-expanded", "false");
    button.onclick = () => this.#toggle(name, button);
    return button;
  }

  /** What the table shows by now. */
  show(rows: readonly Row[]): void {
    this.#rows = rows;
    if (this.#name === undefined) return;
    const row = rows.find(({ name }) => name === this.#name);
    if (row) this.#fill(row);
    else this.#box.hidePopover();
  }

  #toggle(name: string, button: HTMLElement): void {
    const isShown = this.#name === name;
    if (this.#box.matches(":popover-open")) this.#box.hidePopover();
    const row = this.#rows.find((each) => each.name === name);
    if (isShown || !row) return;
    this.#close(); // its event would come too late
    this.#name = name;
    this.#fill(row);
    this.#box.showPopover({ source: button }); // it comes next for those who tab, and a click on its name does not close it first
    button.setAttribute("aria-expanded", "true");
    this.#place(button.getBoundingClientRect());
    this.#box.focus();
  }

  #close(): void {
    if (this.#box.matches(":popover-open")) return; // opened again by another row
    this.#name = undefined;
    for (const button of document.querySelectorAll(".explain")) button.setAttribute("aria-expanded", "false");
  }

  /** Below the name, above it where there is more room, and within the window. */
  #place({ left, top, bottom }: DOMRect): void {
    const { offsetWidth: width, offsetHeight: height, style } = this.#box;
    const below = bottom + GAP;
    const y = below + height <= innerHeight ? below : Math.max(GAP, Math.min(top - GAP, innerHeight - GAP) - height);
    style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
    style.top = `${Math.min(y, Math.max(GAP, innerHeight - height - GAP))}px`;
  }

  #fill(row: Row): void {
    find("explanation-name").textContent = row.label;
    const parts = partsOf(row, this.#box.dataset.errors!);
    const list = this.#box.querySelector("dl")!;
    const items = parts.flatMap(([term, text]) => [element("dt", term), element("dd", text)]);
    // A selection, and a reader's place, are kept where nothing has changed.
    const isSame = items.length === list.children.length && items.every((e, i) => e.isEqualNode(list.children[i]));
    if (!isSame) list.replaceChildren(...items);
  }
}

function element(tag: "dt" | "dd", text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function partsOf(row: Row, errors: string): [term: string, text: string][] {
  const { name, description, unit, value, error, exact, z, fluctuation, alarm } = row;
  const isLacking = value !== undefined && error === undefined;
  return [
    ["What it is", `${description}.`],
    ["Unit", unit === "" ? "none" : unit],
    ["Error", isLacking ? "None is estimated." : fluctuation ? JACKKNIFE : errors],
    [
      "Exact",
      exact ? `${Number(exact.value.toPrecision(8))}: ${exact.source}.${validity(exact)}` : "No value is known.",
    ],
    ...(exact && !(isLacking && z === undefined) ? [["z", zOf(isLacking, alarm)] as [string, string]] : []),
    ["Name in files", name],
  ];
}

function validity({ approximate }: NonNullable<Row["exact"]>): string {
  if (approximate === undefined) return "";
  return approximate === true
    ? " It holds in a limit only, so that a difference is no alarm."
    : ` It holds to ${Number((100 * approximate).toPrecision(2))} % only.`;
}

function zOf(isLacking: boolean, alarm: boolean | undefined): string {
  const meaning = isLacking
    ? "The difference from the exact value in units of its standard deviation by chance."
    : "(value − exact) / error. By chance alone it lies within ± 2 in 19 of 20 cases.";
  return alarm ? `${meaning} It is beyond ± ${ALARM} here, which is no chance.` : meaning;
}
