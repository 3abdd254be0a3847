// Files of the user's as the texts that models take, and what a page says that it takes.

import { base64url } from "../../src/files/base64.ts";
import { decodeText } from "../../src/files/text.ts";

/** A parameter that comes as a file, or a file that a run begins with. */
export interface FileField {
  /** Of a file that a run begins with, the model's name for it. */
  parameter: string;
  /** What the file holds. */
  holds: string;
  /** Endings, or a kind as in image/*. */
  accept: string[];
}

export const WORDS: Record<string, string> = {
  picture: "a picture",
  series: "a series of numbers",
  points: "points or pictures",
  labels: "labels",
  text: "a model of reactions",
  bytes: "a network",
  archive: "a COMBINE archive",
  spins: "spins",
  stored: "patterns",
  data: "images",
  weights: "weights",
  network: "a network to go on from",
};

/** Files that no text could hold: the run takes them as they are. */
export const isInput = (holds: string) => ["spins", "stored", "data", "weights", "network"].includes(holds);

/** Bytes; text of a larger one would not fit a page's memory. */
const MOST = 2 ** 28;

export function fileFields(form: ParentNode): FileField[] {
  return [...form.querySelectorAll<HTMLInputElement>("[data-file]")].map(({ dataset, accept }) => ({
    parameter: dataset.file!,
    holds: dataset.holds!,
    accept: accept.split(","),
  }));
}

/** The parameter that a file of this name and kind is for. */
export function fieldFor({ name, type }: File, fields: readonly FileField[]): FileField | undefined {
  const ending = /\.\w+$/.exec(name.toLowerCase())?.[0] ?? "none";
  return fields.find(({ accept }) =>
    accept.some((each) => each === ending || (each.endsWith("/*") && type.startsWith(each.slice(0, -1)))),
  );
}

/** "This page takes …", for a message. */
export function takes(fields: readonly FileField[]): string {
  if (fields.length === 0) return "this page takes no files";
  const kinds = fields.map(({ holds, accept }) => `${WORDS[holds]} (${accept.join(", ")})`);
  return `this page takes ${kinds.join(" or ")}`;
}

/**
 * A picture becomes as many pixels as there are neurons.
 *
 * @throws Error that names the file where it is not what it should be
 */
export async function textOf(file: File, holds: string, neurons: () => number): Promise<string> {
  const bytes = await bytesOf(file);
  if (holds === "text") return decodeText(bytes);
  if (holds === "bytes") return base64url(bytes);
  if (holds === "labels") {
    const { readLabelsText } = await import("./labels.ts");
    return readLabelsText(file.name, bytes);
  }
  const { pictureText } = await import("./picture.ts");
  return pictureText(file.name, bytes, neurons());
}

/** What is in a file. @throws Error that names it where it cannot be read */
export async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > MOST) throw new Error(`${file.name} has ${file.size} bytes; a page takes at most ${MOST}.`);
  const bytes = await file.arrayBuffer().catch(() => {
    throw new Error(`${file.name} cannot be read: it is a folder, or it has been changed or moved away.`);
  });
  return new Uint8Array(bytes);
}
