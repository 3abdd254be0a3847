// A COMBINE archive as the values of a run. Its reader is loaded with the first one.

import { omex } from "../../src/models/gillespie/internal.ts";

/**
 * The first of its tasks that can be run.
 *
 * @throws FileError that names the file
 */
export async function readArchive(name: string, bytes: Uint8Array) {
  const file = { name, bytes };
  const runs = await omex.runs(file);
  const { parameters, seed, notes } = await omex.read(file, runs.length > 1 ? runs[0] : undefined);
  const values = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)]));
  const others =
    runs.length > 1
      ? [`It has other tasks, too, which the command line takes by --task: ${runs.slice(1).join(", ")}.`]
      : [];
  const sentences = notes.map((note) => `${note[0].toUpperCase()}${note.slice(1)}.`);
  return { values, seed: seed === undefined ? undefined : String(seed), notes: [...sentences, ...others] };
}
