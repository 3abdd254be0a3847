// Controls that are folded away. They come in sight when a run has other values than the page's own, and when a message names one.

import type { WorkerUpdate } from "../worker/protocol.ts";

type Shown = Pick<NonNullable<WorkerUpdate["run"]>, "values" | "own" | "files">;

export class Folded {
  /** Not every model has so many controls. */
  readonly #details: HTMLDetailsElement | null;
  /** What was there the last time: the user may have folded it away again. */
  #seen: Record<string, string> = {};

  constructor(form: HTMLElement) {
    this.#details = form.querySelector<HTMLDetailsElement>("#more");
    // What an embedded page keeps is in sight whatever is folded away.
    this.#details?.before(...this.#details.querySelectorAll("[data-kept]"));
  }

  /** Opens for a value that is not the default, and was not there before. */
  show({ values, own, files }: Shown): void {
    const now: Record<string, string> = {};
    for (const { dataset } of this.#boxes()) {
      const name = dataset.folded!;
      const value = values[name] ?? files[name] ?? "";
      const isUsual = [dataset.default!, own[name]].some((usual) => usual !== undefined && isSameValue(usual, value));
      if (!isUsual) now[name] = value;
    }
    if (Object.entries(now).some(([name, value]) => this.#seen[name] !== value)) this.#details!.open = true;
    this.#seen = now;
  }

  /** Opens for a message about one of them, or with a sentence that begins with its name. */
  reveal(about: string, text: string): void {
    const named = [about, ...Array.from(text.matchAll(/(?:^|: )(\w+)/g), ([, word]) => word)];
    if (this.#boxes().some(({ dataset }) => named.includes(dataset.folded!))) this.#details!.open = true;
  }

  /** Those that still hold their control. */
  #boxes(): HTMLElement[] {
    const boxes = this.#details?.querySelectorAll<HTMLElement>("[data-folded]") ?? [];
    return [...boxes].filter((box) => box.querySelector(".control"));
  }
}

/** Whether two texts are one value of a parameter. */
export const isSameValue = (a: string, b: string): boolean =>
  a === b || (a !== "" && b !== "" && Number(a) === Number(b));
