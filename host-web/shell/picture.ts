// A picture of the user's as the cue of a memory, by the rule of the command line.

import { readCells } from "../../src/files/threshold.ts";
import { imageText } from "../../src/models/hopfield/internal.ts";

/** @throws FileError that names the file where it is no picture, or blank */
export async function pictureText(name: string, bytes: Uint8Array, neurons: number): Promise<string> {
  const { spins, width } = await readCells(name, bytes, neurons);
  return imageText(spins, width);
}
