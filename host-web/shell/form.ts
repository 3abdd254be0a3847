// The controls and their texts: sliders move their numbers, and a change is sent as the texts that a link would hold. What the run has
// comes from the worker after every change, taken or refused, and is what the controls show.

import { valueLabel } from "../../src/models/labels.ts";
import type { ViewOptions, WorkerUpdate } from "../worker/protocol.ts";
import { bytesOf, type FileField, fileFields, isInput, textOf } from "./files.ts";
import { Folded } from "./folded.ts";
import { Reading } from "./reading.ts";

export interface FormEvents {
  /** True if the run took the values. @param file the name of the file that they came from */
  change: (values: Record<string, string>, file?: string) => Promise<boolean>;
  /** True if a run began with the file. */
  input: (input: string, file: string, bytes: Uint8Array) => Promise<boolean>;
  seed: (seed: string) => Promise<unknown>;
  view: (options: Partial<ViewOptions>) => Promise<unknown>;
  /** What was read of a file. */
  noted: (text: string) => void;
  /** A file cannot be taken for this parameter; why. */
  error: (parameter: string, message: string) => void;
}

/** A slider that is dragged sends at most so often; milliseconds. */
const EVERY = 60;
/** Characters of a choice. */
const LONG = 32;

export class Form {
  readonly #form: HTMLFormElement;
  readonly #events: FormEvents;
  readonly #folded: Folded;
  #run: Pick<NonNullable<WorkerUpdate["run"]>, "values" | "own" | "files" | "seed" | "options"> | undefined;
  /** Parameters whose controls are ahead of the run, by the changes that have no response yet. */
  readonly #sent = new Map<string, number>();
  readonly #due = new Map<string, ReturnType<typeof setTimeout>>();
  /** What the user types into and has not sent. */
  #typed: string | undefined;
  /** Names of the files that parameters came from, and the values that they gave. */
  #files: Record<string, { name: string; value: string }> = {};
  /** Series and points that were given, by parameter. */
  readonly #readings = new Map<string, Reading>();

  constructor(form: HTMLFormElement, events: FormEvents) {
    this.#form = form;
    this.#events = events;
    this.#folded = new Folded(form);
    for (const box of form.querySelectorAll<HTMLElement>("[data-reading]")) {
      this.#readings.set(box.dataset.reading!, new Reading(box));
    }
    form.onsubmit = (event) => event.preventDefault();
    form.addEventListener("input", ({ target }) => this.#input(target as HTMLInputElement));
    form.addEventListener("change", ({ target }) => void this.#change(target as HTMLInputElement));
    form.addEventListener("focusout", () => {
      const name = this.#typed;
      this.#typed = undefined;
      if (name === "seed") this.#fillSeed();
      else if (name !== undefined) this.#fill(name);
    });
  }

  /** A control that a message names comes in sight. */
  reveal(about: string, text: string): void {
    this.#folded.reveal(about, text);
  }

  /** Parameters that come as files. */
  get fields(): FileField[] {
    return fileFields(this.#form);
  }

  /** The names of files in use, by parameter. */
  get files(): Record<string, string> {
    const used = Object.entries(this.#files).filter(([name, { value }]) => this.#run?.values[name] === value);
    return { ...Object.fromEntries(used.map(([parameter, { name }]) => [parameter, name])), ...this.#run?.files };
  }

  /** The file that this parameter came from in an earlier visit. */
  name(parameter: string, file: string): void {
    const value = this.#run?.values[parameter];
    if (!value) return;
    this.#files[parameter] = { name: file, value };
    this.#fill(parameter);
  }

  #input(field: HTMLInputElement): void {
    const slid = field.dataset.slides && (document.getElementById(field.dataset.slides) as HTMLInputElement);
    if (!slid) {
      this.#typed = field.dataset.parameter ?? (field.id === "seed" ? "seed" : undefined);
      return;
    }
    slid.value = field.value;
    const parameter = slid.dataset.parameter!;
    if (this.#due.has(parameter)) return;
    const due = setTimeout(() => {
      this.#due.delete(parameter);
      void this.#send(parameter);
    }, EVERY);
    this.#due.set(parameter, due);
  }

  async #change(field: HTMLInputElement): Promise<void> {
    const { parameter, look, file, slides, choice } = field.dataset;
    if (slides) return; // its number is on its way
    if (choice) return void (await this.#read(field.closest<HTMLElement>("[data-reading]")!.dataset.reading!));
    if (file) {
      const chosen = field.files?.[0];
      if (chosen) await this.take(chosen, { parameter: file, holds: field.dataset.holds! });
      field.value = ""; // the same file may be chosen again
    } else if (parameter) await this.#send(parameter);
    else if (field.id === "seed") {
      this.#typed = undefined;
      await this.#events.seed(field.value.trim());
      this.#fillSeed();
    } else if (look) {
      const value = look === "grid" ? field.checked : look === "block" ? Number(field.value) : field.value;
      await this.#events.view({ [look]: value });
    }
  }

  async #send(parameter: string): Promise<void> {
    const fields = this.#fields(parameter);
    for (const field of fields) if (field.dataset.part) this.#slide(field);
    this.#sent.set(parameter, (this.#sent.get(parameter) ?? 0) + 1);
    if (this.#typed === parameter) this.#typed = undefined;
    await this.#events.change({ [parameter]: fields.map((field) => field.value).join(",") });
    this.#sent.set(parameter, this.#sent.get(parameter)! - 1);
    this.#fill(parameter);
  }

  /** A text that comes as a file: chosen, or dropped anywhere on the page. */
  async take(file: File, { parameter, holds }: Pick<FileField, "parameter" | "holds">): Promise<void> {
    try {
      if (isInput(holds)) return void (await this.#events.input(parameter, file.name, await bytesOf(file)));
      if (holds === "archive") return void (await this.#unpack(file.name, await bytesOf(file)));
      const reading = this.#readings.get(parameter);
      if (reading) {
        reading.begin(file.name, await bytesOf(file));
        return void (await this.#read(parameter));
      }
      const value = await textOf(file, holds, () => Number(this.#fields("neurons")[0].value));
      await this.#use(parameter, value, file.name);
    } catch (error) {
      this.#events.error(parameter, (error as Error).message);
    }
  }

  /** A file that stands for a run becomes the values that it has. */
  async #unpack(name: string, bytes: Uint8Array): Promise<void> {
    const { readArchive } = await import("./archive.ts");
    const { values, seed, notes } = await readArchive(name, bytes);
    if (!(await this.#events.change(values, name))) return;
    if (seed !== undefined) await this.#events.seed(seed);
    this.#events.noted(notes.join(" "));
  }

  /** Reads a series by the columns that are chosen. */
  async #read(parameter: string): Promise<void> {
    const reading = this.#readings.get(parameter)!;
    try {
      await this.#use(parameter, (await reading.read()).text, reading.name);
    } catch (error) {
      this.#events.error(parameter, (error as Error).message);
    }
  }

  async #use(parameter: string, value: string, name: string): Promise<void> {
    if (!(await this.#events.change({ [parameter]: value }, name))) return;
    this.#files[parameter] = { name, value: this.#run?.values[parameter] ?? value };
    this.#fill(parameter);
  }

  #fields(parameter: string): HTMLInputElement[] {
    return [...this.#form.querySelectorAll<HTMLInputElement>(`[data-parameter="${parameter}"]`)];
  }

  #slide(field: HTMLInputElement): void {
    const slider = this.#form.querySelector<HTMLInputElement>(`[data-slides="${field.id}"]`);
    if (slider) slider.value = field.value;
  }

  /** Shows what the run has, unless the user is ahead of it. */
  #fill(parameter: string): void {
    const value = this.#run?.values[parameter];
    const isAhead = this.#due.has(parameter) || (this.#sent.get(parameter) ?? 0) > 0 || this.#typed === parameter;
    if (value === undefined || isAhead) return;
    const held = this.#form.querySelector<HTMLOutputElement>(`[data-held="${parameter}"]`);
    if (held) held.textContent = value === "" ? "" : `in use: ${this.#ownText(parameter, value)}`;
    const fields = this.#fields(parameter);
    const parts = fields.length > 1 ? value.split(",") : [value];
    fields.forEach((field, i) => {
      if (field instanceof HTMLSelectElement) this.#offer(field, parameter, value);
      field.value = parts[i];
      this.#slide(field);
    });
  }

  /** A link may say what the page does not offer, and a file is another choice; only that of the present run. */
  #offer(select: HTMLSelectElement, parameter: string, value: string): void {
    for (const option of [...select.options]) {
      if (option.dataset.own !== undefined && option.value !== value) option.remove();
    }
    const option = [...select.options].find((each) => each.value === value) ?? new Option("", value);
    if (option.text !== "" && option.dataset.own === undefined) return;
    option.dataset.own = "";
    const isLong = value.length > LONG || this.#files[parameter]?.value === value;
    const labels = JSON.parse(select.dataset.labels ?? "{}") as Record<string, string>;
    option.text = isLong ? this.#ownText(parameter, value) : valueLabel(value, labels);
    if (!option.parentNode) select.add(option);
  }

  /** A table and a drawing begin with their sizes. */
  #ownText(parameter: string, value: string): string {
    const file = this.#files[parameter];
    if (file?.value === value) return file.name;
    return `own, ${/^[\dx+]+(?=d?[;:])/.exec(value)?.[0].replaceAll("x", " × ") ?? "from a file"}`;
  }

  #fillSeed(): void {
    if (this.#typed === "seed" || !this.#run) return;
    (document.getElementById("seed") as HTMLInputElement).value = this.#run.seed;
  }

  /** What the run has by now. */
  values(values: Record<string, string>): void {
    if (!this.#run) return;
    this.#run = { ...this.#run, values };
    for (const name of Object.keys(values)) this.#fill(name);
    this.#folded.show(this.#run);
  }

  /** Shows a run's parameters, seed and view options. */
  show(run: NonNullable<WorkerUpdate["run"]>): void {
    this.#run = run;
    this.#typed = undefined;
    for (const name of Object.keys(run.values)) this.#fill(name);
    for (const held of this.#form.querySelectorAll<HTMLOutputElement>("[data-input]")) {
      const name = run.files[held.dataset.input!];
      held.textContent = name === undefined ? "" : `in use: ${name}`;
    }
    this.#folded.show(run);
    this.#fillSeed();
    for (const field of this.#form.querySelectorAll<HTMLInputElement>("[data-look]")) {
      const value = run.options[field.dataset.look as keyof ViewOptions];
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
