// Files that are dropped: no page is left for one. A page that can take it does, and any other says what it takes.

import { type FileField, fieldFor, takes } from "./files.ts";
import { ABOUT, notify, unnotify } from "./notices.ts";

const isOfFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") === true;

/** @param take what becomes of a file that the page knows */
export function takeDrops(fields: readonly FileField[] = [], take?: (file: File, field: FileField) => unknown): void {
  addEventListener("dragover", (event) => {
    if (!isOfFiles(event)) return; // text may be dropped into its fields
    event.preventDefault();
    event.dataTransfer!.dropEffect = "copy"; // with "none" there would be no drop to answer
  });
  addEventListener("drop", (event) => {
    if (!isOfFiles(event)) return;
    event.preventDefault();
    const files = [...event.dataTransfer!.files];
    const [first] = files;
    if (!first) return;
    const end = document.body.dataset.model ? "; the run goes on." : ".";
    const refuse = (why: string) => notify({ about: ABOUT.file, text: `${why}${end}` });
    if (files.length > 1)
      return refuse(`${files.length} files were dropped, and one at a time is taken: ${takes(fields)}`);
    const field = fieldFor(first, fields);
    if (!field) return refuse(`${first.name}: ${takes(fields)}`);
    unnotify(ABOUT.file);
    void take?.(first, field);
  });
}
