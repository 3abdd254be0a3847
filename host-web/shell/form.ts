// The controls and their texts: sliders move their numbers, and a change is sent as the texts that a link would hold.

import { base64url } from "../../src/files/base64.ts";
import type { Look, News } from "../worker/protocol.ts";

export interface FormEvents {
  change: (values: Record<string, string>) => Promise<unknown>;
  seed: (seed: string) => Promise<unknown>;
  look: (look: Partial<Look>) => Promise<unknown>;
  /** A file cannot be taken; why. */
  refused: (message: string) => void;
}

/** A slider that is dragged sends at most so often; milliseconds. */
const EVERY = 60;
/** Characters of a choice. */
const LONG = 32;

export class Form {
  readonly #form: HTMLFormElement;
  #shown: NonNullable<News["run"]> | undefined;
  #due: ReturnType<typeof setTimeout> | undefined;

  constructor(form: HTMLFormElement, events: FormEvents) {
    this.#form = form;
    form.onsubmit = (event) => event.preventDefault();
    form.addEventListener("input", ({ target }) => {
      const slider = target as HTMLInputElement;
      const field = slider.dataset.slides && (document.getElementById(slider.dataset.slides) as HTMLInputElement);
      if (!field) return;
      field.value = slider.value;
      this.#due ??= setTimeout(() => {
        this.#due = undefined;
        void this.#send(field.dataset.parameter!, events);
      }, EVERY);
    });
    this.#takeFiles(events);
    form.addEventListener("change", async ({ target }) => {
      const field = target as HTMLInputElement;
      if (field.dataset.file) return;
      const { parameter, look } = field.dataset;
      if (parameter) await this.#send(parameter, events);
      else if (field.id === "seed") await events.seed(field.value.trim());
      else if (look === "grid") await events.look({ grid: field.checked });
      else if (look === "block") await events.look({ block: Number(field.value) });
      else if (look) await events.look({ [look]: field.value });
    });
  }

  async #send(parameter: string, { change }: FormEvents): Promise<void> {
    const fields = this.#fields(parameter);
    for (const field of fields) if (field.dataset.part) this.#slide(field);
    const value = fields.map((field) => field.value).join(",");
    await change({ [parameter]: value });
    // Where it was refused the control goes back to what the run has.
    const before = this.#shown?.values[parameter];
    if (before !== undefined && document.getElementById("notice")?.hidden === false) this.#fill(parameter, before);
    else if (this.#shown) this.#shown.values[parameter] = value;
  }

  /** A text that comes as a file: chosen, or dropped anywhere on the page. */
  #takeFiles({ change, refused }: FormEvents): void {
    const fields = [...this.#form.querySelectorAll<HTMLInputElement>("[data-file]")];
    if (fields.length === 0) return;
    const take = async (file: File | undefined, field: HTMLInputElement) => {
      if (!file) return;
      try {
        const value = await this.#textOf(file, field.dataset.holds!);
        refused(""); // what was said of another file
        await change({ [field.dataset.file!]: value });
      } catch (error) {
        refused((error as Error).message);
      }
      field.value = ""; // the same file may be chosen again
    };
    for (const field of fields) field.onchange = () => void take(field.files?.[0], field);
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      const ending = /\.\w+$/.exec(file?.name.toLowerCase() ?? "")?.[0] ?? "none";
      void take(file, fields.find(({ accept }) => accept.split(",").includes(ending)) ?? fields[0]);
    });
  }

  /** A picture becomes as many pixels as there are neurons. @throws FileError for what is no series */
  async #textOf(file: File, holds: string): Promise<string> {
    if (holds === "text") return file.text();
    if (holds === "bytes") return base64url(new Uint8Array(await file.arrayBuffer()));
    if (holds === "series") {
      const { readSeriesText } = await import("./series.ts");
      return readSeriesText(file);
    }
    const { pictureText } = await import("./picture.ts");
    return pictureText(file, Number(this.#fields("neurons")[0].value));
  }

  #fields(parameter: string): HTMLInputElement[] {
    return [...this.#form.querySelectorAll<HTMLInputElement>(`[data-parameter="${parameter}"]`)];
  }

  #slide(field: HTMLInputElement): void {
    const slider = this.#form.querySelector<HTMLInputElement>(`[data-slides="${field.id}"]`);
    if (slider) slider.value = field.value;
  }

  #fill(parameter: string, value: string): void {
    const fields = this.#fields(parameter);
    const parts = fields.length > 1 ? value.split(",") : [value];
    fields.forEach((field, i) => {
      if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value)) {
        // A link may say what the page does not offer, and a file is another choice.
        const text = value.length > LONG ? ownText(value) : value.replace(",", " × ");
        field.add(new Option(text, value));
      }
      field.value = parts[i];
      this.#slide(field);
    });
  }

  /** Shows a run's parameters, seed and look. */
  show(run: NonNullable<News["run"]>): void {
    this.#shown = run;
    for (const [name, value] of Object.entries(run.values)) this.#fill(name, value);
    (document.getElementById("seed") as HTMLInputElement).value = run.seed;
    for (const field of this.#form.querySelectorAll<HTMLInputElement>("[data-look]")) {
      const value = run.look[field.dataset.look as keyof Look];
      if (typeof value === "boolean") field.checked = value;
      else {
        const options = field.dataset.look === "mode" ? run.views : undefined;
        if (options)
          (field as unknown as HTMLSelectElement).replaceChildren(
            ...options.map(([each, text]) => new Option(text, each)),
          );
        field.value = String(value);
      }
    }
  }
}

/** A table and a drawing begin with their sizes. */
const ownText = (value: string) => `own, ${/^[\dx]+(?=:)/.exec(value)?.[0].replaceAll("x", " × ") ?? "from a file"}`;
