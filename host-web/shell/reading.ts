// How a series that was given is read: the columns that were taken, and fields to choose others.

import type { Choice } from "../../src/files/series.ts";
import type { ReadSeries } from "./series.ts";

/** What fields are called, where messages name the flags of the command line. */
const FIELDS = { columns: "Columns", time: "Time", sequence: "Sequence", label: "Label" };

/** The box below a file's field: hidden until there is a file. */
export class Reading {
  readonly #box: HTMLElement;
  #file: { name: string; bytes: Uint8Array } | undefined;

  constructor(box: HTMLElement) {
    this.#box = box;
  }

  get name(): string {
    return this.#file?.name ?? "";
  }

  /** A file that is read as it is, until the user chooses. */
  begin(name: string, bytes: Uint8Array): void {
    this.#file = { name, bytes };
    for (const field of this.#fields()) field.value = "";
  }

  /** @throws Error that names the file, the column and the field that says what it is */
  async read(): Promise<ReadSeries> {
    const { name, bytes } = this.#file!;
    const { readPointsText, readSeriesText } = await import("./series.ts");
    this.#box.hidden = false; // also where it is refused: a choice may be the remedy
    try {
      const read = (this.#box.dataset.rows === "points" ? readPointsText : readSeriesText)(name, bytes, this.#choice());
      this.#tell([`${name}: ${read.columns}`, ...read.notes.map(worded)]);
      return read;
    } catch (error) {
      this.#tell([]);
      throw new Error(worded((error as Error).message));
    }
  }

  #fields(): HTMLInputElement[] {
    return [...this.#box.querySelectorAll<HTMLInputElement>("[data-choice]")];
  }

  #choice(): Choice {
    const given = this.#fields().flatMap(({ dataset, value }) => {
      return value.trim() === "" ? [] : [[dataset.choice!, value.trim()]];
    });
    return Object.fromEntries(given);
  }

  #tell(lines: readonly string[]): void {
    this.#box.querySelector("output")!.replaceChildren(
      ...lines.map((line) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = line;
        return paragraph;
      }),
    );
  }
}

/** A sentence of the command line in the words of a page. */
const worded = (text: string) =>
  text.replace(/--(columns|time|sequence|label)\b/g, (_, flag: keyof typeof FIELDS) => `“${FIELDS[flag]}”`);
